package envelope

import (
	"bufio"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"hindsite.app/player/fault"
)

// The records of a ZIP file, APPNOTE.TXT 6.3.10, section 4.3.
const (
	zipLocalSignature     = "PK\x03\x04"
	zipEntrySignature     = "PK\x01\x02"
	zipEndSignature       = "PK\x05\x06"
	zip64LocatorSignature = "PK\x06\x07"
	zip64EndSignature     = "PK\x06\x06"

	zipLocalLen   = 30
	zipEntryLen   = 46
	zipEndLen     = 22
	zip64LocLen   = 20
	zip64EndLen   = 56
	zipMaxComment = 1<<16 - 1

	zipStored   = 0
	zipDeflated = 8

	zipFlagEncrypted = 1 << 0
)

// zipMember is one entry of a directory.
type zipMember struct {
	name       string
	at         int64 // of the local header
	end        int64 // nothing of the member lies at or behind it
	stored     int64 // bytes as stored
	size       int64 // bytes decompressed, as claimed
	crc        uint32
	method     uint16
	flags      uint16
	mode       uint16 // Unix mode, 0 when made elsewhere
	isFolder   bool
	refusal    error // why this member alone is not read, or nil
	nameOnDisk int   // length of the name as stored
}

// zipFile is a ZIP read by its directory alone. The directory is parsed here
// and not by the standard library, which hides where members begin (so that
// overlaps can not be seen), and takes the last of two members with one name.
type zipFile struct {
	src     io.ReaderAt
	members []zipMember // in directory order, folders left out
	first   string      // name of the member at the lowest offset
}

// readZip reads the directory of the ZIP of size bytes at src.
func readZip(src io.ReaderAt, size int64, limits Limits) (*zipFile, error) {
	end, err := findZipEnd(src, size)
	if err != nil {
		return nil, err
	}
	if err := end.check(limits); err != nil {
		return nil, err
	}
	z := &zipFile{src: src, members: make([]zipMember, 0, end.entries)}
	r := bufio.NewReaderSize(io.NewSectionReader(src, end.offset, end.length), ageChunk)
	for range end.entries {
		m, err := readZipEntry(r)
		if err != nil {
			return nil, err
		}
		z.members = append(z.members, m)
	}
	if _, err := r.Peek(1); err != io.EOF {
		if fault.Of(err) != "" {
			return nil, err
		}
		return nil, fault.New(fault.Manifest, "read ZIP directory: longer than it says")
	}
	if err := z.layOut(end.offset); err != nil {
		return nil, err
	}
	if err := z.refuseDuplicates(); err != nil {
		return nil, err
	}
	z.members = slices.DeleteFunc(z.members, func(m zipMember) bool { return m.isFolder })
	return z, nil
}

func readZipEntry(r *bufio.Reader) (zipMember, error) {
	var b [zipEntryLen]byte
	if err := readEntryBytes(r, b[:]); err != nil {
		return zipMember{}, err
	}
	if string(b[:4]) != zipEntrySignature {
		return zipMember{}, fault.New(fault.Manifest, "read ZIP directory: malformed")
	}
	m := zipMember{
		flags:  le16(b[8:]),
		method: le16(b[10:]),
		crc:    le32(b[16:]),
		stored: int64(le32(b[20:])),
		size:   int64(le32(b[24:])),
		at:     int64(le32(b[42:])),
	}
	const madeOnUnix, madeOnMac = 3, 19
	if host := b[5]; host == madeOnUnix || host == madeOnMac {
		m.mode = uint16(le32(b[38:]) >> 16)
	}
	m.nameOnDisk = int(le16(b[28:]))
	rest := make([]byte, m.nameOnDisk+int(le16(b[30:]))+int(le16(b[32:])))
	if err := readEntryBytes(r, rest); err != nil {
		return zipMember{}, err
	}
	m.name = string(rest[:m.nameOnDisk])
	extra := rest[m.nameOnDisk : m.nameOnDisk+int(le16(b[30:]))]
	if err := m.readZip64(extra); err != nil {
		return zipMember{}, err
	}
	m.isFolder = strings.HasSuffix(m.name, "/") && m.size == 0
	m.refusal = m.judge()
	return m, nil
}

// readZip64 takes the sizes that did not fit from the extra field 1.
func (m *zipMember) readZip64(extra []byte) error {
	const tag, absent = 1, 1<<32 - 1
	malformed := fault.New(fault.Manifest, "read ZIP directory: malformed ZIP64 sizes")
	for len(extra) >= 4 {
		id, n := le16(extra), int(le16(extra[2:]))
		extra = extra[4:]
		if n > len(extra) {
			break
		}
		if id != tag {
			extra = extra[n:]
			continue
		}
		field := extra[:n]
		for _, v := range []*int64{&m.size, &m.stored, &m.at} {
			if *v != absent {
				continue
			}
			if len(field) < 8 || le64(field) > 1<<62 {
				return malformed
			}
			*v = int64(le64(field))
			field = field[8:]
		}
		return nil
	}
	return nil
}

// judge returns why the member alone is refused, or nil.
func (m *zipMember) judge() error {
	const typeMask, regular, folder = 0xF000, 0x8000, 0x4000
	if m.isFolder {
		return nil
	}
	if err := checkName(m.name); err != nil {
		return err
	}
	if kind := m.mode & typeMask; kind != 0 && kind != regular && kind != folder {
		return fault.New(fault.Path, "member is a link or a device")
	}
	if m.flags&zipFlagEncrypted != 0 {
		return fault.New(fault.Unsupported, "member is encrypted by ZIP")
	}
	if m.method != zipStored && m.method != zipDeflated {
		return fault.New(fault.Unsupported, "member is compressed by ZIP method %d", m.method)
	}
	if m.method == zipStored && m.size != m.stored {
		return fault.New(fault.Tampered, "member has two sizes")
	}
	return nil
}

// layOut finds where each member must end, and refuses overlaps. Local extra
// fields are not known yet; they are checked when a member is opened.
func (z *zipFile) layOut(directory int64) error {
	order := make([]*zipMember, len(z.members))
	for i := range z.members {
		order[i] = &z.members[i]
	}
	slices.SortStableFunc(order, func(a, b *zipMember) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	for i, m := range order {
		m.end = directory
		if i+1 < len(order) {
			m.end = order[i+1].at
		}
		least := zipLocalLen + int64(m.nameOnDisk)
		if m.at > directory-least || m.stored > directory-least-m.at {
			return fault.New(fault.Manifest, "read ZIP directory: a member lies outside")
		}
		if m.at+least+m.stored > m.end {
			return fault.New(fault.Limit, "read ZIP directory: members overlap")
		}
		if z.first == "" && !m.isFolder {
			z.first = m.name
		}
	}
	return nil
}

func (z *zipFile) refuseDuplicates() error {
	seen := make(map[string]struct{}, len(z.members))
	for i := range z.members {
		m := &z.members[i]
		if m.isFolder {
			continue
		}
		key := foldName(m.name)
		if _, twice := seen[key]; twice {
			class := fault.Duplicate
			if key == manifestName {
				class = fault.Manifest
			}
			return fault.New(class, "read ZIP directory: two members named %s", shownName(m.name))
		}
		seen[key] = struct{}{}
	}
	return nil
}

// foldName returns what two names have in common when they differ only in case
// or in how their characters are composed.
func foldName(name string) string {
	for i := range len(name) {
		if name[i] >= 0x80 {
			return norm.NFC.String(cases.Fold().String(norm.NFC.String(name)))
		}
	}
	return strings.ToLower(name)
}

// content returns the stored bytes of m.
func (z *zipFile) content(m *zipMember) (*io.SectionReader, error) {
	if m.refusal != nil {
		return nil, m.refusal
	}
	header := make([]byte, zipLocalLen+m.nameOnDisk)
	if err := readFull(z.src, header, m.at); err != nil {
		return nil, err
	}
	skip, err := m.checkLocal(header)
	if err != nil {
		return nil, err
	}
	return io.NewSectionReader(z.src, m.at+skip, m.stored), nil
}

// bytes returns the stored bytes of m with one read where possible: header and
// content are neighbours, and each read may cost a chunk of age or a request.
func (z *zipFile) bytes(m *zipMember) ([]byte, error) {
	if m.refusal != nil {
		return nil, m.refusal
	}
	least := int64(zipLocalLen + m.nameOnDisk)
	whole := make([]byte, least+m.stored)
	if err := readFull(z.src, whole, m.at); err != nil {
		return nil, err
	}
	skip, err := m.checkLocal(whole[:least])
	if err != nil {
		return nil, err
	}
	if extra := skip - least; extra > 0 {
		stored := make([]byte, m.stored)
		return stored, readFull(z.src, stored, m.at+skip)
	}
	return whole[least:], nil
}

// checkLocal holds the local header against the directory and returns how far
// behind its beginning the content is.
func (m *zipMember) checkLocal(header []byte) (int64, error) {
	if string(header[:4]) != zipLocalSignature ||
		le16(header[8:]) != m.method ||
		int(le16(header[26:])) != m.nameOnDisk ||
		string(header[zipLocalLen:]) != m.name {
		return 0, fault.New(fault.Tampered, "member differs from the directory")
	}
	skip := int64(len(header)) + int64(le16(header[28:]))
	if m.at+skip+m.stored > m.end {
		return 0, fault.New(fault.Limit, "members overlap")
	}
	return skip, nil
}

// open returns a reader of the decompressed bytes of m, which ends with an
// error when they are not as many, or not those, that the directory says.
func (z *zipFile) open(m *zipMember, limits Limits) (io.Reader, error) {
	section, err := z.content(m)
	if err != nil {
		return nil, err
	}
	if m.size > limits.Member {
		return nil, fault.New(fault.Limit, "member is larger than %d bytes", limits.Member)
	}
	if m.size > freely && m.size/expansion > m.stored {
		return nil, fault.New(fault.Limit, "member expands more than %d to 1", expansion)
	}
	var r io.Reader = bufio.NewReaderSize(section, ageChunk)
	if m.method == zipDeflated {
		r = flate.NewReader(r)
	}
	return &summed{r: r, left: m.size, want: m.crc, sum: crc32.NewIEEE()}, nil
}

// summed checks length and CRC-32 of what it passes on.
type summed struct {
	r    io.Reader
	left int64
	want uint32
	sum  interface {
		io.Writer
		Sum32() uint32
	}
	err error
}

func (s *summed) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.sum.Write(p[:n])
	s.left -= int64(n)
	switch {
	case s.left < 0:
		s.err = fault.New(fault.Tampered, "member is longer than the directory says")
	case err == io.EOF && s.left > 0:
		s.err = fault.New(fault.Tampered, "member is shorter than the directory says")
	case err == io.EOF && s.sum.Sum32() != s.want:
		s.err = fault.New(fault.Tampered, "member has another checksum than the directory says")
	case err != nil && err != io.EOF:
		s.err = fault.Default(fault.Tampered, err)
	default:
		s.err = err
		return n, err
	}
	return 0, s.err
}

func readEntryBytes(r *bufio.Reader, p []byte) error {
	_, err := io.ReadFull(r, p)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fault.New(fault.Manifest, "read ZIP directory: shorter than it says")
	}
	return err
}

// readFull reads all of p at off; an end within p is Truncated.
func readFull(r io.ReaderAt, p []byte, off int64) error {
	n, err := r.ReadAt(p, off)
	switch {
	case n == len(p):
		return nil
	case err == nil, err == io.EOF, err == io.ErrUnexpectedEOF:
		return fault.New(fault.Truncated, "read archive: ends too early")
	}
	return err
}

func le16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

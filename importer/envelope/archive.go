package envelope

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"

	"hindsite.app/importer/envelope/sealed"
	"hindsite.app/importer/inflate"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// Archive is an opened archive. It holds no goroutine and nothing to close;
// the reader that it was opened from must stay open. Its methods may be called
// from several goroutines, but for Items of a sequential archive (see there).
type Archive struct {
	name       string
	src        io.ReaderAt // of the content, decrypted
	size       int64
	limits     Limits
	keys       Keys
	protection Protection
	pool       inflate.Pool
	layout     layout
	notes      []Note

	zip      *zipFile // layouts sessions and files
	manifest *Manifest
	raw      []byte // of the manifest
	entries  []SessionEntry
	byID     map[string]int
	byName   map[string]*zipMember
	batches  []Batch
	foreign  bool // the manifest is for other recipients
}

type layout string

const (
	layoutSessions layout = "sessions" // ZIP with a manifest
	layoutFiles    layout = "files"    // ZIP of files
	layoutTar      layout = "tar"
	layoutSingle   layout = "single"  // one recording
	layoutBatches  layout = "batches" // one recording, sealed in pieces
)

// Note is something about an archive that is not wrong enough to refuse it.
type Note struct {
	Class  fault.Class
	Member string // as it may be shown; "" when about the whole
	Text   string
}

// Open opens the archive of size bytes at r. The name, a file name or "",
// decides only how strictly a manifest is asked for and which kinds of
// recordings without a signature in their bytes are believed; it is shown, not
// opened.
//
// What is read is the age header and the last chunk, the ZIP directory, the
// manifest and the list of sessions. Errors carry a class; those of r that
// carry none become Storage.
func Open(ctx context.Context, r io.ReaderAt, size int64, name string, keys Keys, limits Limits) (*Archive, error) {
	a := &Archive{name: name, src: sourced{r}, size: size, limits: limits.withDefaults(), keys: keys}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := a.decrypt(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := a.recognise(ctx); err != nil {
		return nil, err
	}
	if a.limits.Encrypted && !a.covered() {
		return nil, fault.New(fault.Policy, "open archive: it is not encrypted, and encryption is asked for")
	}
	return a, nil
}

// decrypt puts the content in place of the age file, if it is one.
func (a *Archive) decrypt() error {
	if a.size <= 0 {
		return fault.New(fault.NotArchive, "open archive: the file is empty")
	}
	prefix, err := a.prefix()
	if err != nil {
		return err
	}
	if bytes.HasPrefix(bytes.TrimLeft(prefix, " \t\r\n"), []byte(armorIntro)) {
		raw, err := dearmor(a.src, a.size, a.limits)
		if err != nil {
			return err
		}
		a.src, a.size = bytes.NewReader(raw), int64(len(raw))
		prefix = raw
	}
	switch {
	case bytes.Contains(prefix, []byte(armorIntro)) && !isJSON(prefix):
		return fault.New(fault.Tampered, "read armored age file: something stands before the armor")
	case bytes.HasPrefix(prefix, []byte(ageIntro)):
	case bytes.HasPrefix(prefix, []byte(ageFamily+"v1")) && !isVersionDigit(prefix[len(ageFamily)+2:]):
	case bytes.HasPrefix(prefix, []byte(ageFamily)) && bytes.IndexByte(prefix, '\n') >= 0:
		return fault.New(fault.Unsupported, "open archive: another version of age")
	case len(prefix) >= 4 && bytes.HasPrefix([]byte(ageIntro), prefix),
		bytes.HasPrefix(prefix, []byte(ageFamily)):
		return fault.New(fault.Truncated, "read age header: ends too early")
	case strings.HasSuffix(strings.ToLower(a.name), ".age"):
		return fault.New(fault.NotArchive, "open archive: named .age, and not an age file")
	default:
		return nil
	}
	content, err := openAge(a.src, a.size, a.keys)
	if err != nil {
		return err
	}
	a.src, a.size = content, content.size
	a.protection = Protection{Encrypted: true, Key: content.kind}
	return nil
}

func isVersionDigit(rest []byte) bool {
	return len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9'
}

// prefix returns the first bytes of the content, enough to sniff.
func (a *Archive) prefix() ([]byte, error) {
	b := make([]byte, min(a.size, inflate.SniffLen))
	if err := readFull(a.src, b, 0); err != nil {
		return nil, err
	}
	return b, nil
}

// recognise finds out what the content is, and reads its directory.
func (a *Archive) recognise(ctx context.Context) error {
	if a.size == 0 {
		return fault.New(fault.NotArchive, "open archive: there is nothing in it")
	}
	prefix, err := a.prefix()
	if err != nil {
		return err
	}
	if isZip(prefix) {
		return a.openZip()
	}
	if inflate.Sniff(prefix) != inflate.Plain {
		prefix, err = a.inflatedPrefix()
		if err != nil {
			return fmt.Errorf("open archive: %w", err)
		}
	}
	kind := sniff(prefix, a.name)
	switch {
	case sealed.Is(prefix):
		return a.openSingleSealed(ctx)
	case isTarHeader(prefix):
		a.layout = layoutTar
	case kind == kindNested:
		return fault.New(fault.Unsupported, "open archive: an archive within an archive")
	case kind == kindOpenPGP:
		return fault.New(fault.Unsupported, "open archive: OpenPGP messages are not read")
	case kind == kindForeign:
		return fault.New(fault.Unsupported, "open archive: a kind of archive that is not read")
	case kind == kindUnknown:
		return fault.New(fault.NotArchive, "open archive: neither an archive nor a recording")
	default:
		a.layout = layoutSingle
	}
	if a.strict() {
		return fault.New(fault.Manifest, "open archive: no ZIP of sessions")
	}
	return nil
}

// inflatedPrefix returns the first bytes below the compression.
func (a *Archive) inflatedPrefix() ([]byte, error) {
	r, err := a.pool.Reader(io.NewSectionReader(a.src, 0, a.size), a.limits.member())
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b := make([]byte, inflate.SniffLen)
	n, err := io.ReadFull(r, b)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return b[:n], nil
}

// strict reports whether the name promises a manifest.
func (a *Archive) strict() bool {
	name := strings.ToLower(a.name)
	return strings.HasSuffix(name, ".sessions.zip.age") || strings.HasSuffix(name, ".sessions.zip")
}

func (a *Archive) openZip() error {
	z, err := readZip(a.src, a.size, a.limits)
	if err != nil {
		return err
	}
	a.zip, a.layout = z, layoutFiles
	a.byName = make(map[string]*zipMember, len(z.members))
	for i := range z.members {
		a.byName[z.members[i].name] = &z.members[i]
	}
	if a.byName[manifestName] == nil {
		if a.strict() || a.hasList() {
			return fault.New(fault.Manifest, "open archive: it has no manifest")
		}
		return nil
	}
	if z.first != manifestName {
		if a.strict() {
			return fault.New(fault.Manifest, "open archive: the manifest is not its first member")
		}
		a.note(fault.Manifest, manifestName, "the manifest is not the first member")
	}
	if err := a.readManifest(); err != nil {
		if a.strict() || a.hasList() || fault.Of(err) != fault.Manifest {
			return err
		}
		a.note(fault.Manifest, manifestName, "not the manifest of a session archive; read as a folder of files")
		return nil
	}
	if err := a.readList(); err != nil {
		return err
	}
	a.layout = layoutSessions
	a.protection.Sealed = sealingOf(a.entries)
	a.compare()
	return nil
}

// hasList reports whether there is a list of sessions under one of the names
// that the writer gives it.
func (a *Archive) hasList() bool { return a.byName[listName] != nil || a.byName[sealedListName] != nil }

func (a *Archive) readManifest() error {
	raw, err := a.whole(a.byName[manifestName], maxManifest)
	if err != nil {
		return fmt.Errorf("read manifest: %w", err)
	}
	m, err := parseManifest(raw)
	if err != nil {
		return err
	}
	a.manifest, a.raw = m, raw
	a.protection.Converted = m.Converted
	return nil
}

func (a *Archive) readList() error {
	m := a.byName[a.manifest.Sessions.File]
	if m == nil {
		return fault.New(fault.Manifest, "read list of sessions: it is not in the archive")
	}
	stored, err := a.whole(m, maxList)
	if err != nil {
		return fmt.Errorf("read list of sessions: %w", err)
	}
	if sha256.Sum256(stored) != a.manifest.Sessions.SHA256 {
		return fault.New(fault.Tampered, "read list of sessions: not the one of the manifest")
	}
	if a.manifest.Sessions.Seal != "" {
		if stored, err = a.unsealList(stored); err != nil {
			return fmt.Errorf("read list of sessions: %w", err)
		}
	}
	a.entries, err = parseList(stored, a.manifest.Sessions.Count)
	if err != nil {
		return err
	}
	a.byID = make(map[string]int, len(a.entries))
	for i := range a.entries {
		a.byID[a.entries[i].ID] = i
	}
	return nil
}

// whole reads a member of at most limit bytes; stored members come as stored.
func (a *Archive) whole(m *zipMember, limit int64) ([]byte, error) {
	if m.size > limit || m.stored > limit {
		return nil, fault.New(fault.Limit, "member is larger than %d bytes", limit)
	}
	r, err := a.zip.open(m, a.limits)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, m.size+1)
	buf := bytes.NewBuffer(b)
	if _, err := buf.ReadFrom(r); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// compare notes what the archive and its list do not agree on.
func (a *Archive) compare() {
	hidden := a.protection.Encrypted || a.manifest.Sessions.Seal != ""
	if hidden && len(a.manifest.For) > 0 && !a.keys.holds(a.manifest.For) {
		a.foreign = true
		a.note(fault.Signature, manifestName, "the manifest was made for somebody else")
	}
	if !hidden && a.protection.Sealed != Unsealed {
		a.note(fault.Policy, a.manifest.Sessions.File, "recordings are sealed, the list of them is not")
	}
	listed := map[string]bool{
		manifestName: true, manifestName + ".sig": true, manifestName + ".minisig": true,
		a.manifest.Sessions.File: true,
	}
	for i := range a.entries {
		for _, p := range a.entries[i].Members {
			listed[p.Name] = true
		}
	}
	for i := range a.zip.members {
		m := &a.zip.members[i]
		if !listed[m.name] {
			a.note(fault.Manifest, shownName(m.name), "not listed; passed over")
		}
	}
}

// mostNotes keeps a hostile archive from filling the report.
const mostNotes = 1000

func (a *Archive) note(class fault.Class, member, text string) {
	switch {
	case len(a.notes) < mostNotes:
		a.notes = append(a.notes, Note{class, member, text})
	case len(a.notes) == mostNotes:
		a.notes = append(a.notes, Note{class, "", "and more of the kind"})
	}
}

// Protection tells how the archive was protected.
func (a *Archive) Protection() Protection { return a.protection }

// ForSomebodyElse reports whether the manifest names recipients and none of the
// keys that the archive was opened with: somebody may have passed it on.
func (a *Archive) ForSomebodyElse() bool { return a.foreign }

// Signature tells who signed the manifest; an archive without one is unsigned.
func (a *Archive) Signature(pins []signature.Pin) signature.Finding {
	if a.manifest == nil {
		return signature.Finding{State: signature.Unsigned}
	}
	var texts [][]byte
	for _, extension := range []string{".sig", ".minisig"} {
		text, ok, err := a.Extra(manifestName + extension)
		if err != nil {
			return signature.Finding{State: signature.Bad, Err: err}
		}
		if ok {
			texts = append(texts, text)
		}
	}
	return signature.Check(a.raw, signature.Archive, texts, pins)
}

// Manifest returns the manifest, or nil for an archive without one. It is
// shared and must not be changed.
func (a *Archive) Manifest() *Manifest { return a.manifest }

// ManifestBytes returns the bytes of the manifest, which signatures are over,
// or nil.
func (a *Archive) ManifestBytes() []byte { return slices.Clone(a.raw) }

// Extra returns a small stored member that nobody lists, such as the
// manifest's signature; ok is false when there is none of that name.
func (a *Archive) Extra(name string) (b []byte, ok bool, err error) {
	m := a.byName[name]
	if m == nil {
		return nil, false, nil
	}
	b, err = a.whole(m, maxManifest)
	return b, true, err
}

// Entries returns the list of sessions; nil without a manifest. It is shared
// and must not be changed.
func (a *Archive) Entries() []SessionEntry { return a.entries }

// Notes returns what was odd about the archive.
func (a *Archive) Notes() []Note { return slices.Clone(a.notes) }

// Single reports whether the archive is one recording, or one file of one.
func (a *Archive) Single() bool { return a.layout == layoutSingle || a.layout == layoutBatches }

// Sequential reports whether the archive can only be read from its beginning.
func (a *Archive) Sequential() bool { return a.layout == layoutTar }

// section buffers a part of the content for reading in order.
func (a *Archive) section() io.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(a.src, 0, a.size), 4*ageChunk)
}

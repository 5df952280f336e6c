package blob

import (
	"encoding/binary"

	"hindsite.app/player/fault"
)

const magic = "HSP1"

// Forms in which a part is stored.
const (
	asIs   = 0
	asZstd = 1
)

// entry describes one part; offset is counted from the end of the directory.
type entry struct {
	name   string
	form   byte
	stored int64
	size   int64
	offset int64
}

func validName(s string) bool {
	if s == "" || len(s) > MaxName {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '.', c == '_', c == '-', c == '/':
		default:
			return false
		}
	}
	return true
}

// appendDirectory appends magic, length and directory to b.
func appendDirectory(b []byte, entries []entry) ([]byte, error) {
	dir := binary.AppendUvarint(nil, uint64(len(entries)))
	for _, e := range entries {
		dir = binary.AppendUvarint(dir, uint64(len(e.name)))
		dir = append(dir, e.name...)
		dir = append(dir, e.form)
		dir = binary.AppendUvarint(dir, uint64(e.stored))
		dir = binary.AppendUvarint(dir, uint64(e.size))
	}
	if len(dir) > maxDirectory {
		return nil, fault.New(fault.Limit, "write blob: directory of %d bytes", len(dir))
	}
	b = append(b, magic...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(dir)))
	return append(b, dir...), nil
}

// parseDirectory reads a directory without its magic and length, and returns
// the bytes that its parts fill. The directory is authentic, so what is wrong
// in it was written by a faulty or foreign program: fault.Schema or
// fault.Limit.
func parseDirectory(b []byte) (entries []entry, filled int64, err error) {
	p := parser{b: b}
	count := p.uvarint(MaxParts)
	// The smallest entry has five bytes, so a false count reserves nothing.
	entries = make([]entry, 0, min(count, int64(len(b))/5))
	seen := make(map[string]bool, cap(entries))
	for range count {
		e := entry{name: p.text(p.uvarint(MaxName)), form: p.byte(), offset: filled}
		e.stored = p.uvarint(MaxPart)
		e.size = p.uvarint(MaxPart)
		if p.err != nil {
			return nil, 0, p.err
		}
		if !validName(e.name) || seen[e.name] || e.form > asZstd || e.form == asIs && e.stored != e.size {
			return nil, 0, fault.New(fault.Schema, "read blob: directory entry %d is not valid", len(entries))
		}
		seen[e.name] = true
		filled += e.stored
		entries = append(entries, e)
	}
	if p.err != nil {
		return nil, 0, p.err
	}
	if len(p.b) != 0 {
		return nil, 0, fault.New(fault.Schema, "read blob: %d bytes after the directory", len(p.b))
	}
	return entries, filled, nil
}

// parser consumes bytes; after its first error it returns zero values.
type parser struct {
	b   []byte
	err error
}

func (p *parser) fail() {
	if p.err == nil {
		p.err = fault.New(fault.Schema, "read blob: the directory is cut short")
	}
	p.b = nil
}

func (p *parser) uvarint(limit int64) int64 {
	v, n := binary.Uvarint(p.b)
	if p.err != nil || n <= 0 {
		p.fail()
		return 0
	}
	if v > uint64(limit) {
		p.err = fault.New(fault.Limit, "read blob: %d in the directory, at most %d", v, limit)
		return 0
	}
	p.b = p.b[n:]
	return int64(v)
}

func (p *parser) byte() byte {
	if p.err != nil || len(p.b) == 0 {
		p.fail()
		return 0
	}
	c := p.b[0]
	p.b = p.b[1:]
	return c
}

func (p *parser) text(n int64) string {
	if p.err != nil || n > int64(len(p.b)) {
		p.fail()
		return ""
	}
	s := string(p.b[:n])
	p.b = p.b[n:]
	return s
}

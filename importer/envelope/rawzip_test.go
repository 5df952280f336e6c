package envelope

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"sort"
	"strings"
	"testing"
)

// rawMember is a member whose records say what a test wants them to say.
type rawMember struct {
	name   string
	body   []byte
	at     int64 // of the local header; where it is put and what is claimed
	stored int64 // claimed; 0 means len(body)
	size   int64 // claimed; 0 means stored
	method uint16
	flags  uint16
	crc    uint32 // claimed; 0 means right
}

func (m rawMember) filled() rawMember {
	if m.stored == 0 {
		m.stored = int64(len(m.body))
	}
	if m.size == 0 {
		m.size = m.stored
	}
	if m.crc == 0 {
		m.crc = crc32.ChecksumIEEE(m.body)
	}
	return m
}

func (m rawMember) local() []byte {
	b := []byte(zipLocalSignature)
	b = binary.LittleEndian.AppendUint16(b, 45)
	b = binary.LittleEndian.AppendUint16(b, m.flags)
	b = binary.LittleEndian.AppendUint16(b, m.method)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, m.crc)
	b = binary.LittleEndian.AppendUint32(b, uint32(m.stored))
	b = binary.LittleEndian.AppendUint32(b, uint32(m.size))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(m.name)))
	b = append(b, 0, 0)
	return append(b, m.name...)
}

func (m rawMember) entry() []byte {
	b := []byte(zipEntrySignature)
	b = append(b, 45, 0, 45, 0)
	b = binary.LittleEndian.AppendUint16(b, m.flags)
	b = binary.LittleEndian.AppendUint16(b, m.method)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, m.crc)
	b = binary.LittleEndian.AppendUint32(b, uint32(m.stored))
	b = binary.LittleEndian.AppendUint32(b, uint32(m.size))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(m.name)))
	b = binary.LittleEndian.AppendUint16(b, 12)
	b = append(b, make([]byte, 10)...)
	b = binary.LittleEndian.AppendUint32(b, 1<<32-1)
	b = append(b, m.name...)
	b = append(b, 1, 0, 8, 0)
	return binary.LittleEndian.AppendUint64(b, uint64(m.at))
}

// end64 is the two end records of ZIP64 and the old one.
func end64(entries uint64, offset, length int64) []byte {
	b := []byte(zip64EndSignature)
	b = binary.LittleEndian.AppendUint64(b, 44)
	b = append(b, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, entries)
	b = binary.LittleEndian.AppendUint64(b, entries)
	b = binary.LittleEndian.AppendUint64(b, uint64(length))
	b = binary.LittleEndian.AppendUint64(b, uint64(offset))
	b = append(b, zip64LocatorSignature...)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(offset+length))
	b = append(b, 1, 0, 0, 0)
	b = append(b, zipEndSignature...)
	b = append(b, 0, 0, 0, 0)
	return append(b, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\x00"...)
}

// sparse is a file of zeros but for some pieces.
type sparse struct {
	pieces []sparsePiece
	size   int64
}

type sparsePiece struct {
	at int64
	b  []byte
}

func (s *sparse) put(at int64, b []byte) {
	s.pieces = append(s.pieces, sparsePiece{at, b})
	s.size = max(s.size, at+int64(len(b)))
}

func (s *sparse) ReadAt(p []byte, off int64) (int, error) {
	n := int64(len(p))
	if off+n > s.size {
		n = max(0, s.size-off)
	}
	clear(p[:n])
	first := sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].at+int64(len(s.pieces[i].b)) > off })
	for _, piece := range s.pieces[first:] {
		if piece.at >= off+n {
			break
		}
		if from := piece.at - off; from >= 0 {
			copy(p[from:n], piece.b)
		} else {
			copy(p[:n], piece.b[-from:])
		}
	}
	if n < int64(len(p)) {
		return int(n), io.EOF
	}
	return int(n), nil
}

// rawZip lays members out as they say, the directory behind them.
func rawZip(members []rawMember, at int64) *sparse {
	s := &sparse{}
	var directory []byte
	for _, m := range members {
		m = m.filled()
		s.put(m.at, append(m.local(), m.body...))
		directory = append(directory, m.entry()...)
	}
	s.put(at, append(directory, end64(uint64(len(members)), at, int64(len(directory)))...))
	return s
}

// sparseArchive is a session archive whose parts are all zeros, partLen each.
func sparseArchive(t testing.TB, sessions int, partLen int64) *sparse {
	t.Helper()
	var lines strings.Builder
	for i := range sessions {
		fmt.Fprintf(&lines, `{"sid":"%d","start":"2026-03-04T10:00:00Z","end":"2026-03-04T10:01:00Z","members":[{"name":"s/%d/1.jsonl.zst","len":%d,"sha256":"%064x","events":1,"t0":0,"t1":0}]}`+"\n",
			i, i, partLen, i)
	}
	list := zs(t, []byte(lines.String()))
	manifest := listing{lines: make([]string, sessions)}.manifestFor(list, sessions)
	members := []rawMember{{name: manifestName, body: manifest}}
	at := int64(len(members[0].filled().local()) + len(manifest))
	members = append(members, rawMember{name: listName, body: list, at: at})
	at += int64(len(members[1].filled().local()) + len(list))
	for i := range sessions {
		m := rawMember{name: fmt.Sprintf("s/%d/1.jsonl.zst", i), at: at, stored: partLen, crc: 1}
		members = append(members, m)
		at += int64(len(m.filled().local())) + partLen
	}
	return rawZip(members, at)
}

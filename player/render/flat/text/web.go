package text

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-text/typesetting/font"
)

// WebFont is a font that a page brings with it (CSS Fonts 4, @font-face).
type WebFont struct {
	Family string // lower case
	// From and To are the weights that it stands for.
	From, To int
	Italic   bool
	Source   *Source
}

// Source is a parsed font file.
type Source struct {
	font   *font.Font
	widths widths
}

// maxFontBytes bounds one font file.
const maxFontBytes = 8 << 20

var errFont = errors.New("font cannot be read")

// ParseSource reads a TrueType, OpenType or WOFF font. The data come from a
// recording: what breaks the parser is refused.
func ParseSource(data []byte) (s *Source, err error) {
	if len(data) > maxFontBytes {
		return nil, fmt.Errorf("parse font of %d bytes: %w", len(data), errFont)
	}
	if !wellFormed(data) {
		return nil, fmt.Errorf("read tables of font: %w", errFont)
	}
	defer func() {
		if recover() != nil {
			s, err = nil, errFont
		}
	}()
	face, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("parse font: %w", err)
	}
	if _, ok := face.FontHExtents(); !ok || face.Upem() == 0 {
		return nil, errFont
	}
	return &Source{font: face.Font, widths: readWidths(data)}, nil
}

// maxTables bounds the tables of a font file.
const maxTables = 64

// wellFormed reports whether the tables of a font lie in its file, and are not
// larger than a font may be when they are unpacked: the parser trusts what the
// directory says.
func wellFormed(data []byte) bool {
	if len(data) < 44 {
		return false
	}
	u32 := func(at int) uint64 { return uint64(binary.BigEndian.Uint32(data[at:])) }
	var n, at, entry int
	packed := false
	switch string(data[:4]) {
	case "wOFF":
		n, at, entry, packed = int(binary.BigEndian.Uint16(data[12:])), 44, 20, true
	case "\x00\x01\x00\x00", "OTTO", "true":
		n, at, entry = int(binary.BigEndian.Uint16(data[4:])), 12, 16
	default:
		return false
	}
	if n > maxTables || at+n*entry > len(data) {
		return false
	}
	var sum uint64
	for range n {
		offset, size := u32(at+8), u32(at+12)
		full := size
		if packed {
			offset, size, full = u32(at+4), u32(at+8), u32(at+12)
		}
		if offset+size > uint64(len(data)) {
			return false
		}
		sum += full
		at += entry
	}
	return sum <= 2*maxFontBytes
}

// Use makes the fonts of a page known. Runs that were shaped before are of no
// use then.
func (s *Shaper) Use(fonts []WebFont) {
	s.web = map[string][]WebFont{}
	for _, f := range fonts {
		s.web[f.Family] = append(s.web[f.Family], f)
	}
	clear(s.matched)
	clear(s.runs)
	s.version++
}

// Version changes when other fonts are used.
func (s *Shaper) Version() int { return s.version }

// webFaces returns the fonts of a family that are nearest to a query: more than
// one when the family is split by characters.
func (s *Shaper) webFaces(name string, q Query) []*Source {
	best, found := 0, []*Source(nil)
	for _, f := range s.web[name] {
		d := f.distance(q)
		if found == nil || d < best {
			best, found = d, nil
		}
		if d == best && len(found) < 16 {
			found = append(found, f.Source)
		}
	}
	return found
}

// distance orders fonts as section 5.2 of the standard does: style first, then
// weight.
func (f *WebFont) distance(q Query) int {
	d := 0
	if f.Italic != q.Italic {
		d = 10_000
	}
	switch {
	case q.Weight >= f.From && q.Weight <= f.To:
	case q.Weight >= 400 && q.Weight <= 500 && f.From > q.Weight && f.From <= 500:
		d += f.From - q.Weight
	case q.Weight <= 500 && f.To < q.Weight, q.Weight > 500 && f.From > q.Weight:
		d += 1000 + max(q.Weight-f.To, f.From-q.Weight)
	default:
		d += 2000 + max(q.Weight-f.To, f.From-q.Weight)
	}
	return d
}

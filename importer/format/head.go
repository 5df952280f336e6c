package format

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Head is the beginning of a recording's first part.
type Head struct {
	// Name is the file's, or "" while formats are asked for by content alone.
	Name  string
	Bytes []byte // at most HeadSize
	Whole bool   // there is nothing behind Bytes
}

// Text returns the head without a byte order mark and white space in front.
func (h Head) Text() []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(h.Bytes, []byte("\xEF\xBB\xBF")), " \t\r\n")
}

// IsJSON reports whether the head begins as a JSON object, array or string does.
func (h Head) IsJSON() bool {
	b := h.Text()
	if len(b) < 2 || b[0] != '{' && b[0] != '[' && b[0] != '"' {
		return false
	}
	next := bytes.TrimLeft(b[1:], " \t\r\n")
	if len(next) == 0 {
		return true
	}
	// What may follow tells JSON from compressed bytes that happen to begin alike.
	switch b[0] {
	case '{':
		return next[0] == '"' || next[0] == '}'
	case '[':
		return strings.IndexByte(`"{[]-0123456789tfn`, next[0]) >= 0
	}
	return next[0] >= ' ' && next[0] != 0x7F
}

// Line returns the first line, without its end; ok is false when the head ends
// before it does.
func (h Head) Line() (line []byte, ok bool) {
	line, _, ok = bytes.Cut(h.Text(), []byte{'\n'})
	return bytes.TrimSpace(line), ok || h.Whole
}

// Members returns the members of the object that the head begins with, as far
// as they stand in it: the kind of each value, and the value itself when all of
// it is there.
func (h Head) Members() map[string]Member { return members(h.Text()) }

// Member is one member of an object whose end may be missing.
type Member struct {
	Kind  jsontext.Kind
	Value jsontext.Value // nil when it ends beyond the head
}

func members(text []byte) map[string]Member {
	out := map[string]Member{}
	d := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if d.PeekKind() != '{' {
		return out
	}
	if _, err := d.ReadToken(); err != nil {
		return out
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return out
		}
		key := name.String()
		m := Member{Kind: d.PeekKind()}
		value, err := d.ReadValue()
		if err != nil {
			out[key] = m
			return out
		}
		m.Value = value.Clone()
		out[key] = m
	}
	return out
}

// IsText reports whether b, which may end within a character, is UTF-8 without
// control characters other than white space.
func IsText(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return len(b) < utf8.UTFMax && !utf8.FullRune(b)
		}
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return false
		}
		b = b[n:]
	}
	return true
}

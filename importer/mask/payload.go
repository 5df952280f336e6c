package mask

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxInner bounds how often JSON is looked for within strings of JSON.
const maxInner = 3

// payload masks a JSON value string by string, so that no way of writing a
// character hides it; names of members are masked like any other string, and
// numbers that are card numbers become strings. What is not JSON is masked as
// the text that it is.
func (m *masker) payload(raw string, inner int) string {
	if raw == "" {
		return raw
	}
	dec := jsontext.NewDecoder(bytes.NewBufferString(raw), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	var out bytes.Buffer
	enc := jsontext.NewEncoder(&out, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	for {
		tok, err := dec.ReadToken()
		if err != nil {
			break
		}
		switch tok.Kind() {
		case '"':
			s := tok.String()
			if inner < maxInner && looksLikeJSON(s) {
				s = m.payload(s, inner+1)
			} else {
				s = m.running(m.whole(s))
			}
			tok = jsontext.String(s)
		case '0':
			s := tok.String()
			if hidden := m.text(s); hidden != s {
				tok = jsontext.String(hidden)
			}
		}
		if err := enc.WriteToken(tok); err != nil {
			return m.running(raw)
		}
	}
	if dec.StackDepth() > 0 || len(strings.TrimSpace(raw[dec.InputOffset():])) > 0 || out.Len() == 0 {
		return m.running(raw)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

func looksLikeJSON(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) > 1 && (s[0] == '{' || s[0] == '[' || s[0] == '"') && jsontext.Value(s).IsValid(jsontext.AllowDuplicateNames(true))
}

// unescaped returns text in which the printable characters that JSON can write
// as \u0040 stand as themselves: console lines hold JSON as text.
func unescaped(s string) string {
	if !strings.Contains(s, `\u00`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+6 <= len(s) && s[i+1:i+4] == "u00" {
			if c, ok := hexByte(s[i+4], s[i+5]); ok && c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
				b.WriteByte(c)
				i += 5
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hexByte(high, low byte) (byte, bool) {
	h, ok1 := hexDigit(high)
	l, ok2 := hexDigit(low)
	return h<<4 | l, ok1 && ok2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case isDigit(c):
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

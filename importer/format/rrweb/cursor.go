package rrweb

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// errTooLong says that one value is longer than a line may be.
var errTooLong = errors.New("longer than allowed")

// cursor reads the values of one JSON text in turn: from memory, where values
// are parts of it, or from a stream, where they are copies.
type cursor struct {
	dec    *jsontext.Decoder
	text   []byte // nil for a stream
	budget *budget
	buf    bytes.Buffer // over text, where the cursor is used again
}

// reset moves the cursor to the beginning of another text in memory. A cursor
// that is used for every event keeps what it needs to find names that are
// there twice.
func (c *cursor) reset(text []byte, o jsontext.Options) {
	c.text, c.buf = text, *bytes.NewBuffer(text)
	if c.dec == nil {
		c.dec = jsontext.NewDecoder(&c.buf, o)
		return
	}
	c.dec.Reset(&c.buf, o)
}

func inMemory(text []byte) *cursor {
	return &cursor{
		dec:  jsontext.NewDecoder(bytes.NewBuffer(text), lenient()),
		text: text,
	}
}

func stream(r io.Reader) *cursor {
	b := &budget{r: r, left: maxToken}
	return &cursor{dec: jsontext.NewDecoder(b, lenient()), budget: b}
}

// maxToken bounds what is read for a name or a bracket.
const maxToken = 1 << 20

// value reads one value of at most limit bytes. The caller owns it.
func (c *cursor) value(limit int) ([]byte, error) {
	if c.budget == nil {
		v, err := c.dec.ReadValue()
		if err != nil {
			return nil, err
		}
		if len(v) > limit {
			return nil, errTooLong
		}
		end := c.dec.InputOffset()
		return c.text[end-int64(len(v)) : end], nil
	}
	c.budget.left = int64(limit)
	v, err := c.dec.ReadValue()
	c.budget.left = maxToken
	if err != nil {
		return nil, err
	}
	return bytes.Clone(v), nil
}

// name reads the name of the next member.
func (c *cursor) name() (string, error) {
	tok, err := c.token()
	if err != nil {
		return "", err
	}
	return strings.Clone(tok.String()), nil
}

func (c *cursor) token() (jsontext.Token, error) {
	if c.budget != nil {
		c.budget.left = maxToken
	}
	return c.dec.ReadToken()
}

// peek returns the kind of what comes next. Where nothing can be read it is
// none that a value has, and the next read says why.
func (c *cursor) peek() jsontext.Kind {
	if c.budget != nil {
		c.budget.left = maxToken
	}
	return c.dec.PeekKind()
}

// budget bounds how much is read for one value.
type budget struct {
	r    io.Reader
	left int64
}

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}

// isSyntax reports whether err says that the text is not JSON, and not that
// it could not be read.
func isSyntax(err error) bool {
	if err == nil {
		return false
	}
	var s *jsontext.SyntacticError
	return errors.As(err, &s) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

type member struct {
	name  string
	value jsontext.Value
}

// membersOf returns the members of an object in order; a name that is there
// twice is an error.
func membersOf(raw []byte) ([]member, error) {
	c := &cursor{dec: jsontext.NewDecoder(bytes.NewBuffer(raw), options()), text: raw}
	if _, err := c.dec.ReadToken(); err != nil {
		return nil, err
	}
	var out []member
	for c.dec.PeekKind() != '}' {
		name, err := c.name()
		if err != nil {
			return nil, err
		}
		value, err := c.value(len(raw))
		if err != nil {
			return nil, err
		}
		out = append(out, member{name, value})
	}
	return out, nil
}

// elementsOf returns the elements of an array.
func elementsOf(raw []byte) ([]jsontext.Value, error) {
	c := inMemory(raw)
	if _, err := c.dec.ReadToken(); err != nil {
		return nil, err
	}
	var out []jsontext.Value
	for c.dec.PeekKind() != ']' {
		value, err := c.value(len(raw))
		if err != nil {
			return nil, err
		}
		out = append(out, value)
	}
	return out, nil
}

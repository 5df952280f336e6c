package filter

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"hindsite.app/player/fault"
)

// Limits of a filter; what exceeds them is refused with fault.Limit.
const (
	MaxBytes = 4096
	MaxTerms = 256
	MaxDepth = 32
)

// SyntaxError says where a filter is wrong and why, in words for the person
// who wrote it.
type SyntaxError struct {
	Offset  int    // in bytes from the beginning
	Column  int    // in characters, the first is 1
	Message string // lower-case, without the place
}

// Error returns place and reason.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("filter, character %d: %s", e.Column, e.Message)
}

// Parse reads a filter. White space alone gives a nil Expr, which chooses
// everything. Every error wraps a *SyntaxError and has the class fault.Schema
// or fault.Limit.
func Parse(src string) (Expr, error) {
	p := &parser{src: src}
	if len(src) > MaxBytes {
		return nil, p.refuse(fault.Limit, 0, "longer than %d bytes", MaxBytes)
	}
	if !utf8.ValidString(src) {
		return nil, p.refuse(fault.Schema, 0, "not valid UTF-8")
	}
	if p.space(); p.end() {
		return nil, nil
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if !p.end() {
		return nil, p.refuse(fault.Schema, p.pos, "%s is not expected here", p.here())
	}
	return e, nil
}

const (
	attrPrefix = "attr."
	nameStop   = `(),":=<>!~`
	valueStop  = `(),"`
)

// parser reads src from pos. Every method leaves pos at something that is no
// space.
type parser struct {
	src   string
	pos   int
	terms int
	depth int
}

func (p *parser) refuse(c fault.Class, at int, format string, args ...any) error {
	column := 1 + utf8.RuneCountInString(p.src[:at])
	return fault.New(c, "%w", &SyntaxError{Offset: at, Column: column, Message: fmt.Sprintf(format, args...)})
}

func (p *parser) end() bool { return p.pos == len(p.src) }

func (p *parser) peek() byte {
	if p.end() {
		return 0
	}
	return p.src[p.pos]
}

func (p *parser) here() string {
	if p.end() {
		return "the end"
	}
	r, _ := utf8.DecodeRuneInString(p.src[p.pos:])
	return fmt.Sprintf("%q", r)
}

func (p *parser) space() {
	for i, r := range p.src[p.pos:] {
		if !unicode.IsSpace(r) {
			p.pos += i
			return
		}
	}
	p.pos = len(p.src)
}

// take moves past s, and reports whether it was there.
func (p *parser) take(s string) bool {
	if !strings.HasPrefix(p.src[p.pos:], s) {
		return false
	}
	p.pos += len(s)
	p.space()
	return true
}

// bare reads the run of characters up to a space or one of stop.
func (p *parser) bare(stop string) string {
	rest := p.src[p.pos:]
	n := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(stop, r) })
	if n < 0 {
		n = len(rest)
	}
	p.pos += n
	return rest[:n]
}

// word takes the bare word w, in any case, when it stands alone.
func (p *parser) word(w string) bool {
	was := p.pos
	if strings.ToLower(p.bare(nameStop)) == w {
		p.space()
		return true
	}
	p.pos = was
	return false
}

// nest counts a level of parentheses or of "not".
func (p *parser) nest() error {
	if p.depth++; p.depth > MaxDepth {
		return p.refuse(fault.Limit, p.pos, "more than %d levels deep", MaxDepth)
	}
	return nil
}

func (p *parser) or() (Expr, error) {
	first, err := p.and()
	if err != nil {
		return nil, err
	}
	terms := []Expr{first}
	for p.word("or") {
		t, err := p.and()
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
	}
	if len(terms) == 1 {
		return first, nil
	}
	return Or{Terms: terms}, nil
}

func (p *parser) and() (Expr, error) {
	first, err := p.not()
	if err != nil {
		return nil, err
	}
	terms := []Expr{first}
	for {
		if !p.word("and") && !p.startsTerm() {
			break
		}
		t, err := p.not()
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
	}
	if len(terms) == 1 {
		return first, nil
	}
	return And{Terms: terms}, nil
}

// startsTerm reports whether a term follows without "and" before it.
func (p *parser) startsTerm() bool {
	if p.end() || p.peek() == ')' {
		return false
	}
	was := p.pos
	or := p.word("or")
	p.pos = was
	return !or
}

func (p *parser) not() (Expr, error) {
	was := p.pos
	if !p.word("not") {
		return p.term()
	}
	if _, isOp := p.op(); isOp {
		p.pos = was
		return p.term()
	}
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	t, err := p.not()
	if err != nil {
		return nil, err
	}
	return Not{Term: t}, nil
}

func (p *parser) term() (Expr, error) {
	if p.terms++; p.terms > MaxTerms {
		return nil, p.refuse(fault.Limit, p.pos, "more than %d terms", MaxTerms)
	}
	switch p.peek() {
	case '(':
		return p.group()
	case '"':
		at := p.pos
		s, err := p.quoted()
		if err != nil {
			return nil, err
		}
		return p.text(at, s)
	}
	at := p.pos
	name := p.bare(nameStop)
	if name == "" {
		return nil, p.refuse(fault.Schema, at, "a term is expected, not %s", p.here())
	}
	if strings.ToLower(name) == attrPrefix && p.peek() == '"' {
		s, err := p.quoted()
		if err != nil {
			return nil, err
		}
		return p.comparison(at, Ref{Name: s, Attribute: true})
	}
	p.space()
	return p.named(at, name)
}

func (p *parser) group() (Expr, error) {
	at := p.pos
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	p.take("(")
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.refuse(fault.Schema, at, "this parenthesis is not closed")
	}
	return e, nil
}

// named reads the term that begins with a bare name.
func (p *parser) named(at int, name string) (Expr, error) {
	if p.comparisonFollows() {
		r, err := p.ref(at, name)
		if err != nil {
			return nil, err
		}
		return p.comparison(at, r)
	}
	switch strings.ToLower(name) {
	case "and", "or", "not":
		return nil, p.refuse(fault.Schema, at, "a term is expected, not %q; to look for the word, put it in quotes", name)
	case "has":
		return p.has()
	case "text":
		start := p.pos
		s, err := p.wordOrQuoted(nameStop)
		if err != nil {
			return nil, err
		}
		return p.text(start, s)
	}
	return p.text(at, name)
}

func (p *parser) has() (Expr, error) {
	at, isQuoted := p.pos, p.peek() == '"'
	name, err := p.wordOrQuoted(nameStop)
	if err != nil {
		return nil, err
	}
	if !isQuoted && len(name) >= len(attrPrefix) && strings.ToLower(name[:len(attrPrefix)]) == attrPrefix {
		name = name[len(attrPrefix):]
	}
	if name == "" {
		return nil, p.refuse(fault.Schema, at, "the name of an attribute is missing")
	}
	return Has{Name: name}, nil
}

func (p *parser) text(at int, s string) (Expr, error) {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		return nil, p.refuse(fault.Schema, at, "there is no word to look for")
	}
	return Text{Words: s}, nil
}

func (p *parser) wordOrQuoted(stop string) (string, error) {
	if p.peek() == '"' {
		return p.quoted()
	}
	at := p.pos
	s := p.bare(stop)
	if s == "" || stop == nameStop && isConnective(s) {
		p.pos = at
		return "", p.refuse(fault.Schema, at, "a word is expected, not %s", p.here())
	}
	p.space()
	return s, nil
}

func isConnective(s string) bool {
	s = strings.ToLower(s)
	return s == "and" || s == "or" || s == "not"
}

func (p *parser) quoted() (string, error) {
	at := p.pos
	var b strings.Builder
	for i := p.pos + 1; i < len(p.src); i++ {
		switch c := p.src[i]; c {
		case '"':
			p.pos = i + 1
			p.space()
			return b.String(), nil
		case '\\':
			i++
			if i == len(p.src) || p.src[i] != '"' && p.src[i] != '\\' {
				return "", p.refuse(fault.Schema, i-1, `a backslash stands before " or \ only`)
			}
			b.WriteByte(p.src[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", p.refuse(fault.Schema, at, "this quotation mark is not closed")
}

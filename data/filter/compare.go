package filter

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"

	"hindsite.app/player/fault"
)

// op takes an operator.
func (p *parser) op() (Op, bool) {
	// The longer ones first.
	for _, o := range []struct {
		text string
		op   Op
	}{
		{"!=", NotEqual}, {"!~", NotLike}, {"<=", LessEqual}, {">=", GreaterEqual}, {"==", Equal},
		{"=", Equal}, {":", Equal}, {"<", Less}, {">", Greater}, {"~", Like},
	} {
		if p.take(o.text) {
			return o.op, true
		}
	}
	return "", false
}

// list takes "in (" or "not in (".
func (p *parser) list() (negated, ok bool) {
	was := p.pos
	negated = p.word("not")
	if p.word("in") && p.take("(") {
		return negated, true
	}
	p.pos = was
	return false, false
}

func (p *parser) comparisonFollows() bool {
	was := p.pos
	defer func() { p.pos = was }()
	if _, ok := p.op(); ok {
		return true
	}
	_, ok := p.list()
	return ok
}

// ref says what a bare name in a comparison stands for.
func (p *parser) ref(at int, name string) (Ref, error) {
	lower := strings.ToLower(name)
	if _, ok := KindOf(Ref{Name: lower}); ok {
		return Ref{Name: lower}, nil
	}
	if strings.HasPrefix(lower, attrPrefix) {
		name = name[len(attrPrefix):]
	}
	if name == "" {
		return Ref{}, p.refuse(fault.Schema, at, "the name of an attribute is missing")
	}
	return Ref{Name: name, Attribute: true}, nil
}

func (p *parser) comparison(at int, r Ref) (Expr, error) {
	kind, ok := KindOf(r)
	if !ok {
		return nil, p.refuse(fault.Schema, at, "the name of an attribute is missing")
	}
	opAt := p.pos
	if negated, ok := p.list(); ok {
		return p.values(r, kind, negated)
	}
	op, ok := p.op()
	if !ok {
		return nil, p.refuse(fault.Schema, p.pos, "a comparison such as = or < is expected, not %s", p.here())
	}
	if !kind.Allows(op) {
		return nil, p.refuse(fault.Schema, opAt, "%s cannot be compared with %s", r, op)
	}
	v, err := p.value(kind)
	if err != nil {
		return nil, err
	}
	return Compare{Field: r, Op: op, Value: v}, nil
}

func (p *parser) values(r Ref, kind Kind, negated bool) (Expr, error) {
	if negated {
		// It is printed with "not" in front, which is a level.
		if err := p.nest(); err != nil {
			return nil, err
		}
		defer func() { p.depth-- }()
	}
	in := In{Field: r}
	for {
		if p.terms++; p.terms > MaxTerms {
			return nil, p.refuse(fault.Limit, p.pos, "more than %d terms", MaxTerms)
		}
		v, err := p.value(kind)
		if err != nil {
			return nil, err
		}
		in.Values = append(in.Values, v)
		if p.take(",") {
			continue
		}
		if !p.take(")") {
			return nil, p.refuse(fault.Schema, p.pos, "a comma or a closing parenthesis is expected, not %s", p.here())
		}
		if negated {
			return Not{Term: in}, nil
		}
		return in, nil
	}
}

func (p *parser) value(kind Kind) (Value, error) {
	at := p.pos
	if p.end() || strings.ContainsRune("),(", rune(p.peek())) {
		return Value{}, p.refuse(fault.Schema, at, "a value is expected, not %s", p.here())
	}
	text, err := p.wordOrQuoted(valueStop)
	if err != nil {
		return Value{}, err
	}
	v, message := makeValue(kind, text)
	if message != "" {
		return Value{}, p.refuse(fault.Schema, at, "%s", message)
	}
	return v, nil
}

// makeValue reads text as a value of kind, or says why it is none.
func makeValue(kind Kind, text string) (v Value, message string) {
	v.Text = text
	switch kind {
	case Number:
		n, ok := number(text)
		if !ok {
			return v, "a number is expected, such as 3"
		}
		v.Number = n
	case Duration:
		us, ok := microseconds(text)
		if !ok {
			return v, "a duration is expected, such as 90s, 1.5m, 2h or 250ms"
		}
		v.Number = us
	case Time:
		t, span, ok := instant(text)
		if !ok {
			return v, "a date is expected, such as 2026-11-01 or 2026-11-01T09:30:00Z"
		}
		v.Time, v.Span = t, span
	case Attribute:
		v.Number, v.IsNumber = number(text)
	}
	return v, ""
}

// number reads a decimal number; infinities, hexadecimal forms and underscores
// are not for people.
func number(s string) (float64, bool) {
	if s == "" || strings.ContainsAny(s, "xXpP_iInN") {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsInf(n, 0)
}

func microseconds(s string) (float64, bool) {
	if n, ok := number(s); ok {
		return math.Round(n * 1e6), n >= 0 && n < 1e9
	}
	d, err := time.ParseDuration(s)
	return float64(d.Microseconds()), err == nil && d >= 0
}

func instant(s string) (t time.Time, span time.Duration, ok bool) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, 24 * time.Hour, plausible(t)
	}
	t, err := time.Parse(time.RFC3339, s)
	return t.UTC(), 0, err == nil && plausible(t)
}

// plausible keeps times where microseconds in an int64 are far from overflow.
func plausible(t time.Time) bool { return t.Year() >= 1900 && t.Year() < 2200 }

// Compared reports whether an attribute whose value is have satisfies op with
// want. Equal and its kin compare text exactly, Less and its kin compare
// numbers where both are numbers, else text.
func Compared(have string, op Op, want Value) bool {
	switch op {
	case Equal:
		return have == want.Text
	case NotEqual:
		return have != want.Text
	case Like:
		return Matches(want.Text, have)
	case NotLike:
		return !Matches(want.Text, have)
	}
	order := strings.Compare(have, want.Text)
	if n, ok := number(have); ok && want.IsNumber {
		order = cmp.Compare(n, want.Number)
	}
	switch op {
	case Less:
		return order < 0
	case LessEqual:
		return order <= 0
	case Greater:
		return order > 0
	default:
		return order >= 0
	}
}

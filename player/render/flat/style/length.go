package style

import (
	"math"

	"hindsite.app/player/render/flat/css"
)

// LengthKind is what a Length means.
type LengthKind uint8

// The length kinds.
const (
	LFixed LengthKind = iota // Px + Pct of a base
	LAuto
	LNone
	LMinContent
	LMaxContent
	LFitContent
	LContent
	LStretch
)

// Length is a computed length, percentage or keyword.
type Length struct {
	Kind    LengthKind
	Px, Pct float32   // Pct is of 100
	fn      *relation // other than linear in the base
	part    bool      // a percentage, although it may be one of 0
}

// AutoLength is the keyword auto.
var AutoLength = Length{Kind: LAuto}

// Px returns a length in pixels.
func Px(v float32) Length { return Length{Px: v} }

// Pct returns a percentage.
func Pct(v float32) Length { return Length{Pct: v, part: true} }

// Of returns the length in pixels against a base for percentages. It is
// meaningless for keywords.
func (l Length) Of(base float32) float32 {
	if l.fn != nil {
		return snap(l.fn.of(base))
	}
	return snap(l.Px + l.Pct*base/100)
}

// IsAuto reports whether l is the keyword auto.
func (l Length) IsAuto() bool { return l.Kind == LAuto }

// Relative reports whether l depends on a base.
func (l Length) Relative() bool { return l.Kind == LFixed && (l.Pct != 0 || l.part || l.fn != nil) }

// Fixed reports whether l is a length or percentage and no keyword.
func (l Length) Fixed() bool { return l.Kind == LFixed }

// snap cuts to the 64ths of a pixel that browsers lay out with.
func snap(v float32) float32 { return float32(int32(sane(v)*64)) / 64 }

// sane keeps hostile numbers within what sums of them can hold.
func sane(v float32) float32 {
	const most = 1 << 24 // snap counts in 64ths
	if v != v {
		return 0
	}
	return min(max(v, -most), most)
}

// Context is what relative units are relative to.
type Context struct {
	FontSize, RootSize  float32
	Width, Height       float32 // viewport
	XHeight, Zero, Line float32
	Container           Size  // of the nearest query container; nothing for none
	asked               *bool // is set when Container was needed
}

func (c *Context) unit(v float32, unit string) (px float32, ok bool) {
	if px, ok = css.AbsolutePixels(v, unit); ok {
		return px, true
	}
	switch unit {
	case "em":
		return v * c.FontSize, true
	case "rem":
		return v * c.RootSize, true
	case "cqw", "cqi", "cqh", "cqb", "cqmin", "cqmax":
		return v * c.containerUnit(unit) / 100, true
	case "vw", "svw", "lvw", "dvw", "vi":
		return v * c.Width / 100, true
	case "vh", "svh", "lvh", "dvh", "vb":
		return v * c.Height / 100, true
	case "vmin":
		return v * min(c.Width, c.Height) / 100, true
	case "vmax":
		return v * max(c.Width, c.Height) / 100, true
	case "ex":
		return v * c.XHeight, true
	case "ch":
		return v * c.Zero, true
	case "ic":
		return v * c.FontSize, true
	case "lh", "rlh":
		return v * c.Line, true
	}
	return 0, false
}

// containerUnit returns 100 of a unit of query containers; without a container
// it is that of the viewport.
func (c *Context) containerUnit(unit string) float32 {
	if c.asked != nil {
		*c.asked = true
	}
	w, h := c.Container.W, c.Container.H
	if w == 0 {
		w = c.Width
	}
	if h == 0 {
		h = c.Height
	}
	switch unit {
	case "cqh", "cqb":
		return h
	case "cqmin":
		return min(w, h)
	case "cqmax":
		return max(w, h)
	}
	return w
}

// quantity is the value of a math expression: a sum of pixels, percent and
// plain numbers, or a function of the percentage base.
type quantity struct {
	px, pct float32
	plain   bool // a number without unit
	part    bool // a percentage alone
	fn      func(base float32) float32
}

func (q quantity) at(base float32) float32 {
	if q.fn != nil {
		return q.fn(base)
	}
	return q.px + q.pct*base/100
}

func (q quantity) length() Length {
	l := Length{Px: sane(q.px), Pct: sane(q.pct), part: q.part}
	if q.fn != nil {
		l.fn = &relation{q.fn}
	}
	return l
}

// relation is a length that depends on its base in its own way. It is the same
// as itself only.
type relation struct {
	of func(base float32) float32
}

// expr is a parsed math expression.
type expr struct {
	op   string // "", "+", "-", "*", "/", or the name of a function
	num  float32
	unit string // "%" for percent, "" for numbers
	args []*expr
}

var mathFunctions = map[string]bool{"calc": true, "min": true, "max": true, "clamp": true, "-webkit-calc": true,
	"abs": true, "sign": true, "round": true, "mod": true, "rem": true, "sqrt": true, "pow": true, "hypot": true,
	"sin": true, "cos": true, "tan": true, "exp": true, "log": true}

const maxMathDepth = 32

// parseMath reads one number, dimension, percentage or math function.
func parseMath(t []css.Token) (*expr, []css.Token, bool) { return mathTerm(t, 0) }

func mathTerm(t []css.Token, depth int) (*expr, []css.Token, bool) {
	t = skipSpace(t)
	if len(t) == 0 || depth > maxMathDepth {
		return nil, nil, false
	}
	switch {
	case t[0].Kind == css.Number:
		return &expr{num: t[0].Num}, t[1:], true
	case t[0].Kind == css.Percent:
		return &expr{num: t[0].Num, unit: "%"}, t[1:], true
	case t[0].Kind == css.Dimension:
		return &expr{num: t[0].Num, unit: t[0].Text}, t[1:], true
	case t[0].IsIdent("pi"):
		return &expr{num: math.Pi}, t[1:], true
	case t[0].IsIdent("infinity"):
		return &expr{num: 1e9}, t[1:], true
	case t[0].Is("("):
		inner, rest := css.Block(t)
		e, ok := mathSum(inner, depth+1)
		return e, rest, ok
	case t[0].Kind == css.Function && mathFunctions[t[0].Text]:
		inner, rest := css.Block(t)
		e := &expr{op: t[0].Text}
		for _, part := range css.Split(inner, css.Comma) {
			part = css.Trim(part)
			if e.op == "round" && len(part) == 1 && part[0].Kind == css.Ident {
				continue
			}
			if e.op == "clamp" && len(part) == 1 && part[0].IsIdent("none") {
				e.args = append(e.args, nil)
				continue
			}
			a, ok := mathSum(part, depth+1)
			if !ok {
				return nil, nil, false
			}
			e.args = append(e.args, a)
		}
		return e, rest, len(e.args) > 0 && (e.op != "clamp" || len(e.args) == 3)
	}
	return nil, nil, false
}

func mathSum(t []css.Token, depth int) (*expr, bool) {
	left, rest, ok := mathProduct(t, depth)
	if !ok {
		return nil, false
	}
	for rest = skipSpace(rest); len(rest) > 0; rest = skipSpace(rest) {
		op := rest[0]
		var right *expr
		switch {
		case op.Is("+") || op.Is("-"):
			right, rest, ok = mathProduct(rest[1:], depth)
		case op.Kind == css.Dimension || op.Kind == css.Number || op.Kind == css.Percent:
			// "1px -2px" comes as two signed numbers after substitution.
			right, rest, ok = mathProduct(rest, depth)
			op.Text = "+"
		default:
			return nil, false
		}
		if !ok {
			return nil, false
		}
		left = &expr{op: op.Text, args: []*expr{left, right}}
	}
	return left, true
}

func mathProduct(t []css.Token, depth int) (*expr, []css.Token, bool) {
	left, rest, ok := mathTerm(t, depth)
	if !ok {
		return nil, nil, false
	}
	for {
		next := skipSpace(rest)
		if len(next) == 0 || !next[0].Is("*") && !next[0].Is("/") {
			return left, rest, true
		}
		op := next[0].Text
		var right *expr
		right, rest, ok = mathTerm(next[1:], depth)
		if !ok {
			return nil, nil, false
		}
		left = &expr{op: op, args: []*expr{left, right}}
	}
}

func skipSpace(t []css.Token) []css.Token {
	for len(t) > 0 && t[0].Kind == css.Space {
		t = t[1:]
	}
	return t
}

// eval computes e; ok is false for a unit that is no length.
func (e *expr) eval(c *Context) (quantity, bool) {
	switch e.op {
	case "":
		switch e.unit {
		case "":
			return quantity{px: e.num, plain: true}, true
		case "%":
			return quantity{pct: e.num, part: true}, true
		}
		if px, ok := c.unit(e.num, e.unit); ok {
			return quantity{px: px}, true
		}
		v, ok := angle(e.num, e.unit)
		return quantity{px: v, plain: true}, ok
	case "calc", "-webkit-calc":
		return e.args[0].eval(c)
	}
	args := make([]quantity, len(e.args))
	simple := true
	for i, a := range e.args {
		if a == nil {
			args[i] = quantity{px: float32(math.Inf(1 - 2*btoi(i == 0)))}
			continue
		}
		q, ok := a.eval(c)
		if !ok {
			return q, false
		}
		args[i] = q
		simple = simple && q.fn == nil && q.pct == 0
	}
	if q, ok := arithmetic(e.op, args); ok {
		return q, true
	}
	op := e.op
	if simple {
		vals := make([]float32, len(args))
		for i, a := range args {
			vals[i] = a.px
		}
		return quantity{px: compute(op, vals), plain: args[0].plain}, true
	}
	return quantity{fn: func(base float32) float32 {
		vals := make([]float32, len(args))
		for i, a := range args {
			vals[i] = a.at(base)
		}
		return compute(op, vals)
	}}, true
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// arithmetic does the operations that keep a sum a sum.
func arithmetic(op string, a []quantity) (quantity, bool) {
	if len(a) != 2 || a[0].fn != nil || a[1].fn != nil {
		return quantity{}, false
	}
	l, r := a[0], a[1]
	switch op {
	case "+":
		return quantity{px: l.px + r.px, pct: l.pct + r.pct, plain: l.plain && r.plain}, true
	case "-":
		return quantity{px: l.px - r.px, pct: l.pct - r.pct, plain: l.plain && r.plain}, true
	case "*":
		if r.plain {
			return quantity{px: l.px * r.px, pct: l.pct * r.px, plain: l.plain}, true
		}
		return quantity{px: l.px * r.px, pct: l.px * r.pct}, l.plain
	case "/":
		if r.px == 0 {
			return quantity{plain: l.plain}, true
		}
		return quantity{px: l.px / r.px, pct: l.pct / r.px, plain: l.plain || !r.plain}, true
	}
	return quantity{}, false
}

func compute(op string, v []float32) float32 {
	f := func(i int) float64 {
		if i < len(v) {
			return float64(v[i])
		}
		return 1
	}
	switch op {
	case "+":
		return v[0] + v[1]
	case "-":
		return v[0] - v[1]
	case "*":
		return v[0] * v[1]
	case "/":
		if v[1] == 0 {
			return 0
		}
		return v[0] / v[1]
	case "min", "max":
		m := v[0]
		for _, x := range v[1:] {
			if op == "min" {
				m = min(m, x)
			} else {
				m = max(m, x)
			}
		}
		return m
	case "clamp":
		return max(v[0], min(v[1], v[2]))
	case "abs":
		return float32(math.Abs(f(0)))
	case "sign":
		if v[0] == 0 {
			return 0
		}
		return float32(math.Copysign(1, f(0)))
	case "round":
		return float32(math.Round(f(0)/f(1)) * f(1))
	case "mod", "rem":
		return float32(math.Mod(f(0), f(1)))
	case "sqrt":
		return float32(math.Sqrt(f(0)))
	case "pow":
		return float32(math.Pow(f(0), f(1)))
	case "hypot":
		return float32(math.Hypot(f(0), f(1)))
	case "sin":
		return float32(math.Sin(f(0)))
	case "cos":
		return float32(math.Cos(f(0)))
	case "tan":
		return float32(math.Tan(f(0)))
	case "exp":
		return float32(math.Exp(f(0)))
	case "log":
		return float32(math.Log(f(0)))
	}
	return 0
}

// angle converts to degrees.
func angle(v float32, unit string) (deg float32, ok bool) {
	switch unit {
	case "deg":
		return v, true
	case "turn":
		return v * 360, true
	case "rad":
		return v * 180 / math.Pi, true
	case "grad":
		return v * 0.9, true
	case "s", "ms", "fr":
		return v, true
	}
	return 0, false
}

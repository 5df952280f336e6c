package css

import "strings"

// Media is what media queries are asked about.
type Media struct {
	Width, Height float32 // viewport, CSS pixels
	Touch         bool    // no hover, coarse pointer
}

// Query is one media query: a condition tree.
type Query struct {
	op   queryOp
	args []Query
	name string // feature or type
	cmp  string // "<", "<=", ">", ">=", "="; "" for a feature without a value
	num  float32
	text string // value of a keyword feature
}

type queryOp uint8

const (
	opFeature queryOp = iota
	opType
	opNot
	opAnd
	opOr
	opNever
)

// ParseMedia reads a media query list.
func ParseMedia(tokens []Token) []Query {
	list := []Query{}
	for _, part := range Split(tokens, Comma) {
		if part = Trim(part); len(part) > 0 {
			list = append(list, parseQuery(part, 0))
		}
	}
	if len(list) == 0 {
		list = append(list, Query{op: opType, name: "all"})
	}
	return list
}

func parseQuery(tokens []Token, depth int) Query {
	if depth > maxDepth {
		return Query{op: opNever}
	}
	var args []Query
	op, negate := opAnd, false
	for len(tokens) > 0 {
		t := tokens[0]
		switch {
		case t.Kind == Space || t.IsIdent("and") || t.IsIdent("only"):
			tokens = tokens[1:]
			continue
		case t.IsIdent("or"):
			op = opOr
			tokens = tokens[1:]
			continue
		case t.IsIdent("not"):
			negate = !negate
			tokens = tokens[1:]
			continue
		}
		var q Query
		switch {
		case t.Kind == Ident:
			q = Query{op: opType, name: strings.ToLower(t.Text)}
			tokens = tokens[1:]
		case t.Is("("):
			var inner []Token
			inner, tokens = Block(tokens)
			q = parseFeature(Trim(inner), depth)
		default:
			return Query{op: opNever}
		}
		args = append(args, q)
	}
	q := Query{op: op, args: args}
	if negate {
		return Query{op: opNot, args: []Query{q}}
	}
	return q
}

func parseFeature(inner []Token, depth int) Query {
	if len(inner) == 0 {
		return Query{op: opNever}
	}
	if inner[0].Is("(") || inner[0].IsIdent("not") {
		return parseQuery(inner, depth+1)
	}
	if parts := Split(inner, Colon); len(parts) == 2 && len(Trim(parts[0])) == 1 {
		return plainFeature(Trim(parts[0])[0].Text, Trim(parts[1]))
	}
	if len(inner) == 1 {
		return Query{name: strings.ToLower(inner[0].Text)}
	}
	return rangeFeature(inner)
}

func plainFeature(name string, value []Token) Query {
	q := Query{name: strings.ToLower(name), cmp: "="}
	switch {
	case strings.HasPrefix(q.name, "min-"):
		q.name, q.cmp = q.name[4:], ">="
	case strings.HasPrefix(q.name, "max-"):
		q.name, q.cmp = q.name[4:], "<="
	}
	q.num, q.text = mediaValue(value)
	return q
}

var flipped = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}

// rangeFeature reads (width >= 600px) and (400px < width <= 700px).
func rangeFeature(tokens []Token) Query {
	var parts [][]Token
	var cmps []string
	start := 0
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		if t.Kind != Delim || !strings.Contains("<>=", t.Text[:1]) {
			continue
		}
		cmp := t.Text
		parts = append(parts, Trim(tokens[start:i]))
		if i+1 < len(tokens) && tokens[i+1].Is("=") {
			cmp += "="
			i++
		}
		cmps = append(cmps, cmp)
		start = i + 1
	}
	parts = append(parts, Trim(tokens[start:]))
	if len(parts) < 2 || len(parts) > 3 {
		return Query{op: opNever}
	}
	one := func(name, value []Token, cmp string) Query {
		if len(name) != 1 || name[0].Kind != Ident {
			return Query{op: opNever}
		}
		q := Query{name: strings.ToLower(name[0].Text), cmp: cmp}
		q.num, q.text = mediaValue(value)
		return q
	}
	if len(parts) == 3 {
		return Query{op: opAnd, args: []Query{one(parts[1], parts[0], flipped[cmps[0]]), one(parts[1], parts[2], cmps[1])}}
	}
	if len(parts[0]) == 1 && parts[0][0].Kind == Ident {
		return one(parts[0], parts[1], cmps[0])
	}
	return one(parts[1], parts[0], flipped[cmps[0]])
}

// mediaValue returns a length in pixels, a plain number or ratio, or a word.
func mediaValue(tokens []Token) (float32, string) {
	if len(tokens) == 0 {
		return 0, ""
	}
	t := tokens[0]
	switch t.Kind {
	case Ident:
		return 0, strings.ToLower(t.Text)
	case Dimension:
		if px, ok := AbsolutePixels(t.Num, t.Text); ok {
			return px, ""
		}
		if t.Text == "em" || t.Text == "rem" {
			return t.Num * 16, ""
		}
		if t.Text == "dpi" {
			return t.Num / 96, ""
		}
		return t.Num, ""
	case Number:
		for _, d := range tokens[1:] {
			if d.Kind == Number && d.Num != 0 {
				return t.Num / d.Num, ""
			}
		}
		return t.Num, ""
	}
	return 0, "?"
}

// AbsolutePixels converts an absolute length to CSS pixels.
func AbsolutePixels(v float32, unit string) (px float32, ok bool) {
	switch unit {
	case "px":
		return v, true
	case "pt":
		return v * 96 / 72, true
	case "pc":
		return v * 16, true
	case "in":
		return v * 96, true
	case "cm":
		return v * 96 / 2.54, true
	case "mm":
		return v * 96 / 25.4, true
	case "q":
		return v * 96 / 101.6, true
	}
	return 0, false
}

// Holds reports whether every condition of the chain holds; a nil chain does.
func (c *Cond) Holds(m Media) bool {
	for ; c != nil; c = c.Outer {
		if c.Never || c.Media != nil && !Any(c.Media, m) {
			return false
		}
	}
	return true
}

// Any reports whether one of the queries holds.
func Any(list []Query, m Media) bool {
	for i := range list {
		if list[i].holds(m) {
			return true
		}
	}
	return false
}

func (q *Query) holds(m Media) bool {
	switch q.op {
	case opType:
		return q.name == "all" || q.name == "screen"
	case opNot:
		return !q.args[0].holds(m)
	case opAnd:
		for i := range q.args {
			if !q.args[i].holds(m) {
				return false
			}
		}
		return true
	case opOr:
		return Any(q.args, m)
	case opFeature:
		return q.feature(m)
	}
	return false
}

func (q *Query) feature(m Media) bool {
	num := func(v float32) bool {
		switch q.cmp {
		case "":
			return v != 0
		case "<":
			return v < q.num
		case "<=":
			return v <= q.num
		case ">":
			return v > q.num
		case ">=":
			return v >= q.num
		}
		return v == q.num
	}
	word := func(v string) bool { return q.text == v || q.cmp == "" && v != "none" }
	hover, pointer := "hover", "fine"
	if m.Touch {
		hover, pointer = "none", "coarse"
	}
	switch q.name {
	case "width", "device-width", "inline-size":
		return num(m.Width)
	case "height", "device-height", "block-size":
		return num(m.Height)
	case "aspect-ratio":
		return m.Height > 0 && num(m.Width/m.Height)
	case "orientation":
		if m.Width > m.Height {
			return word("landscape")
		}
		return word("portrait")
	case "resolution", "-webkit-device-pixel-ratio":
		return num(1)
	case "color":
		return num(8)
	case "prefers-color-scheme":
		return word("light")
	case "prefers-reduced-motion", "prefers-contrast", "prefers-reduced-transparency":
		return q.text == "no-preference"
	case "forced-colors", "inverted-colors", "monochrome":
		return q.text == "none"
	case "hover", "any-hover":
		return word(hover)
	case "pointer", "any-pointer":
		return word(pointer)
	case "display-mode":
		return word("browser")
	case "scripting":
		return word("enabled")
	}
	return false
}

// Supports answers an @supports condition: everything is supported that names
// a property, except what says itself that it is for another engine.
func Supports(tokens []Token) bool {
	q := supports(tokens, 0)
	return q
}

func supports(tokens []Token, depth int) bool {
	result, negate, or := true, false, false
	first := true
	for len(tokens) > 0 && depth < maxDepth {
		t := tokens[0]
		switch {
		case t.Kind == Space || t.IsIdent("and"):
			tokens = tokens[1:]
			continue
		case t.IsIdent("or"):
			or, tokens = true, tokens[1:]
			continue
		case t.IsIdent("not"):
			negate, tokens = !negate, tokens[1:]
			continue
		}
		var v bool
		var inner []Token
		switch {
		case t.Is("("):
			inner, tokens = Block(tokens)
			v = supportsOne(Trim(inner), depth)
		case t.Kind == Function:
			inner, tokens = Block(tokens)
			_, ok := ParseSelectors(Trim(inner), nil)
			v = t.Text == "selector" && ok
		default:
			return false
		}
		if negate {
			v, negate = !v, false
		}
		switch {
		case first:
			result = v
		case or:
			result = result || v
		default:
			result = result && v
		}
		first = false
	}
	return result
}

// unsupported holds prefixes of properties that Chromium has not.
var unsupported = []string{"-moz-", "-ms-", "-o-", "-webkit-hyphens", "-webkit-touch-callout", "-webkit-overflow-scrolling"}

func supportsOne(inner []Token, depth int) bool {
	if len(inner) == 0 {
		return false
	}
	if inner[0].Is("(") || inner[0].IsIdent("not") {
		return supports(inner, depth+1)
	}
	if inner[0].Kind != Ident {
		return inner[0].Kind == Function
	}
	for _, p := range unsupported {
		if strings.HasPrefix(strings.ToLower(inner[0].Text), p) {
			return false
		}
	}
	for _, t := range inner[1:] {
		if t.Kind == Ident && strings.HasPrefix(t.Text, "-moz-") {
			return false
		}
	}
	return true
}

package style

import (
	"strings"

	"hindsite.app/player/render/flat/css"
)

func textProperties() map[string]property {
	m := map[string]property{
		"color":          colorProperty(),
		"font-family":    accessor(func(s *Style) *string { return &s.Families }, func(v []css.Token, _ *env) (string, bool) { f := parseFamilies(v); return f, f != "" }).first(),
		"font-size":      accessor(func(s *Style) *float32 { return &s.FontSize }, parseFontSize).first(),
		"font-weight":    accessor(func(s *Style) *int { return &s.Weight }, parseWeight).first(),
		"font-style":     accessor(func(s *Style) *bool { return &s.Italic }, parseItalic).first(),
		"line-height":    accessor(func(s *Style) *LineHeight { return &s.LineHeight }, parseLineHeight),
		"letter-spacing": pixels(func(s *Style) *float32 { return &s.LetterSpacing }),
		"word-spacing":   pixels(func(s *Style) *float32 { return &s.WordSpacing }),
		"text-indent":    length(func(s *Style) *Length { return &s.TextIndent }),
		"text-align":     accessor(func(s *Style) *Align { return &s.TextAlign }, parseAlign),
		"text-transform": keyword(func(s *Style) *TextTransform { return &s.Inherited.Transform }, map[string]TextTransform{"none": AsIs, "uppercase": Uppercase, "lowercase": Lowercase, "capitalize": Capitalize}),
		"white-space":    keyword(func(s *Style) *WhiteSpace { return &s.WhiteSpace }, whiteSpaces),
		"white-space-collapse": {set: func(v []css.Token, e *env) bool {
			w, ok := map[string]WhiteSpace{"collapse": {}, "preserve": {Keep: true, Newlines: true}, "preserve-breaks": {Newlines: true},
				"preserve-spaces": {Keep: true}, "break-spaces": {Keep: true, Newlines: true, Break: true}}[word(v)]
			w.NoWrap = e.s.WhiteSpace.NoWrap
			if ok {
				e.s.WhiteSpace = w
			}
			return ok
		}, copy: func(d, s *Style) { n := d.WhiteSpace.NoWrap; d.WhiteSpace = s.WhiteSpace; d.WhiteSpace.NoWrap = n }},
		"text-wrap-mode":      keyword(func(s *Style) *bool { return &s.WhiteSpace.NoWrap }, map[string]bool{"wrap": false, "nowrap": true, "balance": false, "pretty": false, "stable": false}),
		"word-break":          keyword(func(s *Style) *WordBreak { return &s.WordBreak }, map[string]WordBreak{"normal": BreakNormal, "break-all": BreakAll, "keep-all": KeepAll, "break-word": BreakWord, "auto-phrase": BreakNormal}),
		"overflow-wrap":       keyword(func(s *Style) *OverflowWrap { return &s.OverflowWrap }, map[string]OverflowWrap{"normal": WrapNormal, "break-word": WrapBreakWord, "anywhere": WrapAnywhere}),
		"visibility":          keyword(func(s *Style) *Visibility { return &s.Visibility }, map[string]Visibility{"visible": Shown, "hidden": Invisible, "collapse": Collapsed}),
		"pointer-events":      accessor(func(s *Style) *bool { return &s.Through }, func(v []css.Token, _ *env) (bool, bool) { w := word(v); return w == "none", w != "" }),
		"tab-size":            accessor(func(s *Style) *float32 { return &s.TabSize }, func(v []css.Token, _ *env) (float32, bool) { n, ok := number(v); return min(max(n, 0), 64), ok }),
		"list-style-type":     accessor(func(s *Style) *string { return &s.ListType }, parseListType),
		"list-style-position": keyword(func(s *Style) *bool { return &s.ListInside }, map[string]bool{"inside": true, "outside": false}),
		"border-collapse":     keyword(func(s *Style) *bool { return &s.BorderCollapse }, map[string]bool{"collapse": true, "separate": false}),
		"border-spacing":      accessor(func(s *Style) *[2]float32 { return &s.BorderSpacing }, parseSpacing),
		"caption-side":        keyword(func(s *Style) *bool { return &s.CaptionBottom }, map[string]bool{"top": false, "bottom": true}),
		"empty-cells":         keyword(func(s *Style) *bool { return &s.EmptyHidden }, map[string]bool{"show": false, "hide": true}),
		"direction":           keyword(func(s *Style) *bool { return &s.RTL }, map[string]bool{"ltr": false, "rtl": true}),
		"fill":                accessor(func(s *Style) *Paint { return &s.Fill }, parsePaint),
		"stroke":              accessor(func(s *Style) *Paint { return &s.Stroke }, parsePaint),
		"stroke-width":        accessor(func(s *Style) *Length { return &s.StrokeWidth }, parseStrokeWidth),
		"quotes": accessor(func(s *Style) *string { return &s.Quotes }, func(v []css.Token, _ *env) (string, bool) {
			var q strings.Builder
			for _, t := range v[:min(len(v), 64)] {
				if t.Kind == css.String {
					q.WriteString(strings.ReplaceAll(t.Text, "\x00", ""))
					q.WriteByte(0)
				}
			}
			return q.String(), true
		}),
	}
	for name, p := range m {
		p.inherited = true
		m[name] = p
	}
	m["text-decoration-line"] = property{set: func(v []css.Token, e *env) bool {
		e.s.Lines, e.s.HasLines = 0, true
		for _, w := range words(v) {
			e.s.Lines |= map[string]Lines{"underline": Underline, "overline": Overline, "line-through": LineThrough}[w]
		}
		return true
	}, copy: func(d, s *Style) { d.Lines, d.HasLines = s.Lines, s.HasLines }}
	m["text-decoration-color"] = colorOf(func(s *Style) *Color { return &s.LineColor })
	m["text-overflow"] = keyword(func(s *Style) *bool { return &s.Ellipsis }, map[string]bool{"ellipsis": true, "clip": false})
	m["vertical-align"] = property{set: setVerticalAlign, copy: func(d, s *Style) { d.Align, d.Shift = s.Align, s.Shift }}
	return m
}

// colorProperty inherits for currentcolor.
func colorProperty() property {
	p := accessor(func(s *Style) *Color { return &s.Color }, func(v []css.Token, e *env) (Color, bool) {
		c, _, ok := parseColor(v)
		if c.Current {
			c = e.parent.Color
		}
		return c, ok
	})
	return p.first()
}

var fontSizes = map[string]float32{"xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24,
	"xx-large": 32, "xxx-large": 48, "-webkit-xxx-large": 48}

func parseFontSize(v []css.Token, e *env) (float32, bool) {
	parent := e.parent.FontSize
	if e.ratio != 0 {
		parent *= e.ratio
	}
	w := word(v)
	if f, ok := fontSizes[w]; ok {
		if onlyMono(e.s.Families) {
			f *= 13.0 / 16
		}
		return f * e.Context.zoom(), true
	}
	switch w {
	case "smaller":
		return parent / 1.2, true
	case "larger":
		return parent * 1.2, true
	}
	c := e.Context
	c.FontSize = parent
	if e.root {
		c.FontSize, c.RootSize = 16, 16
	}
	l, _, ok := parseLength(v, &c)
	size := l.Of(parent)
	return min(size, 10_000), ok && l.Fixed() && size >= 0
}

// onlyMono reports the family list for which browsers take 13px as the
// default size.
func onlyMono(families string) bool { return families == "monospace" }

func parseWeight(v []css.Token, e *env) (int, bool) {
	switch word(v) {
	case "normal":
		return 400, true
	case "bold":
		return 700, true
	case "bolder":
		switch w := e.parent.Weight; {
		case w < 350:
			return 400, true
		case w < 550:
			return 700, true
		}
		return 900, true
	case "lighter":
		switch w := e.parent.Weight; {
		case w < 550:
			return 100, true
		case w < 750:
			return 400, true
		}
		return 700, true
	}
	n, ok := number(v)
	return int(min(max(n, 1), 1000)), ok
}

func parseItalic(v []css.Token, _ *env) (bool, bool) {
	w := words(v)
	if len(w) == 0 {
		return false, false
	}
	return w[0] == "italic" || w[0] == "oblique", true
}

func parseLineHeight(v []css.Token, e *env) (LineHeight, bool) {
	if word(v) == "normal" {
		return LineHeight{Normal: true}, true
	}
	ex, rest, ok := parseMath(v)
	if !ok || len(skipSpace(rest)) > 0 {
		return LineHeight{}, false
	}
	q, ok := ex.eval(&e.Context)
	if q.plain {
		return LineHeight{Factor: max(sane(q.px), 0)}, ok
	}
	return LineHeight{Px: max(sane(q.at(e.FontSize)), 0)}, ok
}

func parseAlign(v []css.Token, e *env) (Align, bool) {
	a, ok := map[string]Align{"start": AlignStart, "left": AlignLeft, "right": AlignRight, "center": AlignCenter, "justify": AlignJustify,
		"end": AlignEnd, "-webkit-center": CenterBlocks, "-webkit-right": RightBlocks, "-webkit-left": AlignLeft, "-webkit-auto": AlignStart}[word(v)]
	if word(v) == "match-parent" || word(v) == "-internal-center" {
		return e.parent.TextAlign, true
	}
	return a, ok
}

var whiteSpaces = map[string]WhiteSpace{
	"normal": {}, "nowrap": {NoWrap: true}, "pre": {Keep: true, Newlines: true, NoWrap: true},
	"pre-wrap": {Keep: true, Newlines: true}, "pre-line": {Newlines: true}, "break-spaces": {Keep: true, Newlines: true, Break: true},
}

func parseListType(v []css.Token, _ *env) (string, bool) {
	v = css.Trim(v)
	if len(v) != 1 {
		return "", len(v) > 0 && v[0].Kind == css.Function
	}
	if v[0].Kind == css.String {
		return "\"" + v[0].Text, true
	}
	w := strings.ToLower(v[0].Text)
	if w == "none" {
		w = ""
	}
	return w, v[0].Kind == css.Ident
}

func parseSpacing(v []css.Token, e *env) ([2]float32, bool) {
	var out [2]float32
	p := parts(v)
	for i, part := range p {
		l, _, ok := parseLength(part, &e.Context)
		if !ok || i > 1 {
			return out, false
		}
		out[i] = l.Px
	}
	if len(p) == 1 {
		out[1] = out[0]
	}
	return out, len(p) > 0
}

func parsePaint(v []css.Token, _ *env) (Paint, bool) {
	switch word(v) {
	case "none":
		return Paint{None: true, Set: true}, true
	case "currentcolor":
		return Paint{Current: true, Set: true}, true
	case "context-fill", "context-stroke":
		return Paint{Current: true, Set: true}, true
	}
	if len(v) > 0 && v[0].Kind == css.URL {
		return Paint{Color: Color{R: 160, G: 160, B: 160, A: 255}, Set: true}, true // a gradient by reference
	}
	c, _, ok := parseColor(v)
	return Paint{Color: c, Current: c.Current, Set: true}, ok
}

func parseStrokeWidth(v []css.Token, e *env) (Length, bool) {
	if n, ok := number(v); ok {
		return Px(n), true
	}
	l, _, ok := parseLength(v, &e.Context)
	return l, ok
}

func setVerticalAlign(v []css.Token, e *env) bool {
	a, ok := map[string]VerticalAlign{"baseline": Baseline, "middle": Middle, "top": AlignTop, "bottom": AlignBottom, "text-top": TextTop,
		"text-bottom": TextBottom, "sub": Sub, "super": Super, "-webkit-baseline-middle": Middle}[word(v)]
	if ok {
		e.s.Align = a
		return true
	}
	l, _, ok := parseLength(v, &e.Context)
	if ok && l.Fixed() {
		e.s.Align, e.s.Shift = ShiftBy, l
	}
	return ok
}

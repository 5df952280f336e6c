package style

import (
	"strings"

	"hindsite.app/player/render/flat/css"
)

// parseLength reads one length, percentage or sizing keyword at computed-value
// time.
func parseLength(t []css.Token, c *Context) (Length, []css.Token, bool) {
	t = skipSpace(t)
	if len(t) == 0 {
		return Length{}, nil, false
	}
	if t[0].Kind == css.Ident {
		k, ok := sizeKeywords[strings.ToLower(t[0].Text)]
		return Length{Kind: k}, t[1:], ok
	}
	if t[0].Kind == css.Function && t[0].Text == "fit-content" {
		_, rest := css.Block(t)
		return Length{Kind: LFitContent}, rest, true
	}
	e, rest, ok := parseMath(t)
	if !ok {
		return Length{}, nil, false
	}
	q, ok := e.eval(c)
	return q.length(), rest, ok && (!q.plain || q.px == 0 || e.op != "")
}

var sizeKeywords = map[string]LengthKind{
	"auto": LAuto, "none": LNone, "min-content": LMinContent, "max-content": LMaxContent, "fit-content": LFitContent,
	"-webkit-fit-content": LFitContent, "-moz-fit-content": LFitContent, "-webkit-fill-available": LStretch,
	"-webkit-min-content": LMinContent, "-webkit-max-content": LMaxContent,
	"stretch": LStretch, "content": LContent, "normal": LAuto,
}

// number reads a plain number, percentages as fractions.
func number(t []css.Token) (float32, bool) {
	e, rest, ok := parseMath(t)
	if !ok || len(skipSpace(rest)) > 0 {
		return 0, false
	}
	q, ok := e.eval(&Context{})
	return sane(q.px + q.pct/100), ok
}

func word(t []css.Token) string {
	t = css.Trim(t)
	if len(t) != 1 || t[0].Kind != css.Ident {
		return ""
	}
	return strings.ToLower(t[0].Text)
}

func words(t []css.Token) []string {
	var w []string
	for _, tok := range t {
		if tok.Kind == css.Ident {
			w = append(w, strings.ToLower(tok.Text))
		}
	}
	return w
}

// parts splits a value at top-level white space.
func parts(t []css.Token) [][]css.Token {
	var out [][]css.Token
	for _, p := range css.Split(t, css.Space) {
		if len(p) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func parseFamilies(t []css.Token) string {
	var names []string
	for _, part := range css.Split(t, css.Comma) {
		var w []string
		for _, tok := range part {
			if tok.Kind == css.Ident || tok.Kind == css.String {
				w = append(w, tok.Text)
			}
		}
		if len(w) > 0 && len(names) < 64 {
			names = append(names, strings.ToLower(strings.Join(w, " ")))
		}
	}
	return strings.Join(names, ",")
}

func parseShadows(t []css.Token, c *Context) []Shadow {
	var list []Shadow
	for _, part := range css.Split(t, css.Comma) {
		var s Shadow
		var lens []float32
		hasColor := false
		for _, p := range parts(part) {
			if word(p) == "inset" {
				s.Inset = true
			} else if col, _, ok := parseColor(p); ok {
				s.Color, hasColor = col, true
			} else if l, _, ok := parseLength(p, c); ok {
				lens = append(lens, l.Px)
			}
		}
		if len(lens) < 2 || len(list) >= 16 {
			continue
		}
		lens = append(lens, 0, 0)
		s.X, s.Y, s.Blur, s.Spread = lens[0], lens[1], min(max(lens[2], 0), 300), lens[3]
		if !hasColor {
			s.Color.Current = true
		}
		list = append(list, s)
	}
	return list
}

func parseImage(t []css.Token, c *Context) (Background, bool) {
	t = css.Trim(t)
	if len(t) == 0 {
		return Background{}, false
	}
	switch {
	case t[0].Kind == css.URL:
		return Background{URL: t[0].Text}, true
	case t[0].Kind == css.Function && t[0].Text == "url":
		inner, _ := css.Block(t)
		if inner = css.Trim(inner); len(inner) == 1 {
			return Background{URL: inner[0].Text}, true
		}
	case t[0].Kind == css.Function && strings.HasSuffix(t[0].Text, "image-set"):
		inner, _ := css.Block(t)
		if first := css.Split(inner, css.Comma); len(first) > 0 {
			if f := parts(first[0]); len(f) > 0 && t[0].Text != f[0][0].Text {
				if f[0][0].Kind == css.String {
					return Background{URL: f[0][0].Text}, true
				}
				return parseImage(f[0][:], c)
			}
		}
	case t[0].Kind == css.Function && strings.HasSuffix(t[0].Text, "gradient"):
		inner, _ := css.Block(t)
		if g := parseGradient(t[0].Text, inner, c); g != nil {
			return Background{Gradient: g}, true
		}
	}
	return Background{}, false
}

func parseGradient(name string, inner []css.Token, c *Context) *Gradient {
	g := &Gradient{Angle: 180, Radial: strings.Contains(name, "radial"), Conic: strings.Contains(name, "conic"),
		Repeating: strings.Contains(name, "repeating")}
	for i, part := range css.Split(inner, css.Comma) {
		part = css.Trim(part)
		if len(part) == 0 || len(g.Stops) >= 64 {
			continue
		}
		if i == 0 && g.direction(part, strings.HasPrefix(name, "-webkit")) {
			continue
		}
		col, rest, ok := parseColor(part)
		if !ok {
			continue // a hint between two stops
		}
		free := true
		for _, p := range parts(rest) {
			if l, _, ok := parseLength(p, c); ok {
				g.Stops = append(g.Stops, Stop{Color: col, At: l})
				free = false
			}
		}
		if free {
			g.Stops = append(g.Stops, Stop{Color: col, Free: true})
		}
	}
	if len(g.Stops) == 0 {
		return nil
	}
	return g
}

// direction reads the first argument when it is no colour stop.
func (g *Gradient) direction(part []css.Token, old bool) bool {
	if part[0].Kind == css.Dimension {
		deg, ok := angle(part[0].Num, part[0].Text)
		g.Angle = deg
		if old {
			g.Angle = 90 - deg
		}
		return ok
	}
	if _, _, ok := parseColor(part); ok {
		return false
	}
	var dx, dy int8
	for _, w := range words(part) {
		switch w {
		case "left":
			dx = -1
		case "right":
			dx = 1
		case "top":
			dy = -1
		case "bottom":
			dy = 1
		}
	}
	if old {
		dx, dy = -dx, -dy
	}
	switch {
	case g.Radial || g.Conic:
	case dx != 0 && dy != 0:
		g.Corner = [2]int8{dx, dy}
	case dx != 0:
		g.Angle = 180 - 90*float32(dx)
		if dx < 0 {
			g.Angle = 270
		}
	case dy < 0:
		g.Angle = 0
	}
	return true
}

// parsePosition reads one to four values (CSS Backgrounds 3, section 3.6): a
// length behind a side counts from that side.
func parsePosition(t []css.Token, c *Context) [2]Length {
	pos := [2]Length{Pct(50), Pct(50)}
	axis, side := 0, ""
	list := parts(t)
	for _, p := range list {
		w := word(p)
		switch w {
		case "left", "right":
			pos[0] = Pct(map[string]float32{"left": 0, "right": 100}[w])
			axis = 1
		case "top", "bottom":
			pos[1] = Pct(map[string]float32{"top": 0, "bottom": 100}[w])
		case "center":
			axis++
		default:
			l, _, ok := parseLength(p, c)
			switch {
			case !ok:
			case side != "" && len(list) > 2:
				pos[sideAxis[side]] = fromSide(side, l)
			case axis < 2:
				pos[axis] = l
				axis++
			}
		}
		side = w
		if _, known := sideAxis[w]; !known {
			side = ""
		}
	}
	return pos
}

var sideAxis = map[string]int{"left": 0, "right": 0, "top": 1, "bottom": 1}

func fromSide(side string, l Length) Length {
	if side == "left" || side == "top" {
		return l
	}
	if l.fn != nil {
		return Length{fn: &relation{func(base float32) float32 { return base - l.fn.of(base) }}}
	}
	return Length{Px: -l.Px, Pct: 100 - l.Pct}
}

func parseContent(t []css.Token) ([]Content, bool) {
	switch word(t) {
	case "none", "normal":
		return nil, false
	}
	var items []Content
	for len(t) > 0 && len(items) < 32 {
		tok, all := t[0], t
		t = t[1:]
		switch {
		case tok.Kind == css.String:
			items = append(items, Content{Text: tok.Text})
		case tok.Kind == css.URL:
			items = append(items, Content{URL: tok.Text})
		case tok.IsIdent("open-quote"):
			items = append(items, Content{Quote: 1})
		case tok.IsIdent("close-quote"):
			items = append(items, Content{Quote: -1})
		case tok.Is("/"):
			return items, true // the rest is alternative text
		case tok.Kind == css.Function:
			inner, rest := css.Block(all)
			if item, ok := contentFunction(tok.Text, inner); ok {
				items = append(items, item)
			}
			t = rest
		}
	}
	return items, true
}

func contentFunction(name string, inner []css.Token) (Content, bool) {
	args := css.Split(inner, css.Comma)
	first := css.Trim(args[0])
	if len(first) == 0 {
		return Content{}, false
	}
	c := Content{Style: "decimal"}
	switch name {
	case "attr":
		return Content{Attr: strings.ToLower(first[0].Text)}, true
	case "counter":
		c.Counter = first[0].Text
		if len(args) > 1 {
			c.Style = word(args[1])
		}
		return c, true
	case "counters":
		c.Counter, c.All = first[0].Text, true
		if len(args) > 1 && len(css.Trim(args[1])) == 1 {
			c.Join = css.Trim(args[1])[0].Text
		}
		if len(args) > 2 {
			c.Style = word(args[2])
		}
		return c, true
	case "url":
		return Content{URL: first[0].Text}, true
	}
	return c, false
}

func parseCounters(t []css.Token, def int) []Counter {
	var list []Counter
	for _, tok := range t {
		switch {
		case tok.Kind == css.Ident && !tok.IsIdent("none") && len(list) < 32:
			list = append(list, Counter{tok.Text, def})
		case tok.Kind == css.Number && len(list) > 0:
			list[len(list)-1].Value = int(min(max(tok.Num, -1e6), 1e6))
		}
	}
	return list
}

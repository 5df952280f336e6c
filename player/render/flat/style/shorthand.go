package style

import (
	"strings"

	"hindsite.app/player/render/flat/css"
)

// longhand is a property with its value, still tokens.
type longhand struct {
	prop  *property
	value []css.Token
}

type expansion func(v []css.Token) []named

type named struct {
	name  string
	value []css.Token
}

func ident(s string) []css.Token { return []css.Token{{Kind: css.Ident, Text: s}} }

// expand returns the longhands that a declaration sets; none for an unknown
// property or a value that a shorthand cannot have.
func expand(name string, v []css.Token, out []longhand) []longhand {
	if a, ok := aliases[name]; ok {
		name = a
	}
	if p := properties[name]; p != nil {
		return append(out, longhand{p, v})
	}
	ex, ok := shorthands[name]
	if !ok {
		return out
	}
	if wideKeyword(v) != noKeyword {
		// Every longhand takes the keyword: let the expansion of an ordinary
		// value name them.
		for _, n := range ex(probe(name)) {
			out = append(out, longhand{properties[n.name], v})
		}
		return out
	}
	for _, n := range ex(v) {
		if p := properties[n.name]; p != nil {
			out = append(out, longhand{p, n.value})
		}
	}
	return out
}

// probe is a value for which the shorthand names all its longhands.
func probe(name string) []css.Token {
	switch name {
	case "flex", "font", "grid-area":
		return ident("auto")
	}
	return ident("none")
}

var aliases = map[string]string{
	"word-wrap": "overflow-wrap", "grid-row-gap": "row-gap", "grid-column-gap": "column-gap",
	"-webkit-box-sizing": "box-sizing", "-webkit-box-shadow": "box-shadow", "-webkit-transform": "transform",
	"-webkit-appearance": "appearance", "-webkit-flex": "flex", "-webkit-order": "order", "-webkit-align-items": "align-items",
	"-webkit-justify-content": "justify-content", "-webkit-flex-direction": "flex-direction", "-webkit-flex-wrap": "flex-wrap",
	"-webkit-border-radius": "border-radius", "-webkit-text-fill-color": "color", "text-wrap": "text-wrap-mode",
	"inline-size": "width", "block-size": "height", "min-inline-size": "min-width", "min-block-size": "min-height",
	"max-inline-size": "max-width", "max-block-size": "max-height",
	"margin-inline-start": "margin-left", "margin-inline-end": "margin-right", "margin-block-start": "margin-top", "margin-block-end": "margin-bottom",
	"padding-inline-start": "padding-left", "padding-inline-end": "padding-right", "padding-block-start": "padding-top", "padding-block-end": "padding-bottom",
	"-webkit-padding-start": "padding-left", "-webkit-margin-start": "margin-left", "-webkit-margin-end": "margin-right",
	"inset-inline-start": "left", "inset-inline-end": "right", "inset-block-start": "top", "inset-block-end": "bottom",
	"border-inline-start-width": "border-left-width", "border-inline-end-width": "border-right-width",
	"border-block-start-width": "border-top-width", "border-block-end-width": "border-bottom-width",
	"border-inline-start-style": "border-left-style", "border-inline-end-style": "border-right-style",
	"border-block-start-style": "border-top-style", "border-block-end-style": "border-bottom-style",
	"border-inline-start-color": "border-left-color", "border-inline-end-color": "border-right-color",
	"border-block-start-color": "border-top-color", "border-block-end-color": "border-bottom-color",
	"border-inline-start": "border-left", "border-inline-end": "border-right", "border-block-start": "border-top", "border-block-end": "border-bottom",
	"border-start-start-radius": "border-top-left-radius", "border-start-end-radius": "border-top-right-radius",
	"border-end-start-radius": "border-bottom-left-radius", "border-end-end-radius": "border-bottom-right-radius",
	"line-clamp": "-webkit-line-clamp", "grid-gap": "gap", "-webkit-column-count": "column-count", "-webkit-column-width": "column-width",
	"-webkit-column-gap": "column-gap", "-webkit-column-span": "column-span", "-webkit-columns": "columns", "-webkit-column-break-inside": "break-inside",
	"page-break-inside":       "break-inside",
	"-webkit-backdrop-filter": "backdrop-filter", "-webkit-filter": "filter",
}

var shorthands = map[string]expansion{
	"margin":              quad("margin-", ""),
	"padding":             quad("padding-", ""),
	"inset":               quad("", ""),
	"border-width":        quad("border-", "-width"),
	"border-style":        quad("border-", "-style"),
	"border-color":        quad("border-", "-color"),
	"margin-inline":       pair("margin-left", "margin-right"),
	"margin-block":        pair("margin-top", "margin-bottom"),
	"padding-inline":      pair("padding-left", "padding-right"),
	"padding-block":       pair("padding-top", "padding-bottom"),
	"inset-inline":        pair("left", "right"),
	"inset-block":         pair("top", "bottom"),
	"overflow":            pair("overflow-x", "overflow-y"),
	"gap":                 pair("row-gap", "column-gap"),
	"place-items":         pair("align-items", "justify-items"),
	"place-content":       pair("align-content", "justify-content"),
	"place-self":          pair("align-self", "justify-self"),
	"border-inline-width": pair("border-left-width", "border-right-width"), "border-block-width": pair("border-top-width", "border-bottom-width"),
	"border-inline-style": pair("border-left-style", "border-right-style"), "border-block-style": pair("border-top-style", "border-bottom-style"),
	"border-inline-color": pair("border-left-color", "border-right-color"), "border-block-color": pair("border-top-color", "border-bottom-color"),
	"border":        borderOf("top", "right", "bottom", "left"),
	"border-top":    borderOf("top"),
	"border-right":  borderOf("right"),
	"border-bottom": borderOf("bottom"),
	"border-left":   borderOf("left"),
	"border-inline": borderOf("left", "right"),
	"border-block":  borderOf("top", "bottom"),
	"border-radius": expandRadius,
	"outline": func(v []css.Token) []named {
		return lineParts(v, "outline-width", "outline-style", "outline-color")
	},
	"background":      expandBackground,
	"font":            expandFont,
	"flex":            expandFlex,
	"flex-flow":       expandFlow,
	"list-style":      expandList,
	"text-decoration": expandDecoration,
	"columns":         expandColumns,
	"container":       expandContainer,
	"grid-area":       expandArea,
	"grid-row":        slash("grid-row-start", "grid-row-end"),
	"grid-column":     slash("grid-column-start", "grid-column-end"),
	"grid-template":   expandTemplate,
	"grid":            expandTemplate,
}

func quad(prefix, suffix string) expansion {
	return func(v []css.Token) []named {
		p := parts(v)
		if len(p) == 0 || len(p) > 4 {
			return nil
		}
		at := [][4]int{{0, 0, 0, 0}, {0, 1, 0, 1}, {0, 1, 2, 1}, {0, 1, 2, 3}}[len(p)-1]
		out := make([]named, 4)
		for i, side := range sides {
			out[i] = named{prefix + side + suffix, p[at[i]]}
		}
		return out
	}
}

func pair(a, b string) expansion {
	return func(v []css.Token) []named {
		p := parts(v)
		if len(p) == 0 || len(p) > 2 {
			return nil
		}
		return []named{{a, p[0]}, {b, p[len(p)-1]}}
	}
}

// slash expands "a / b"; one name alone stands for both.
func slash(a, b string) expansion {
	return func(v []css.Token) []named {
		first, second, two := cutSlash(v)
		if !two {
			second = ident("auto")
			if w := word(first); w != "" && w != "auto" {
				second = first
			}
		}
		return []named{{a, first}, {b, second}}
	}
}

func cutSlash(v []css.Token) (a, b []css.Token, ok bool) {
	depth := 0
	for i, t := range v {
		switch {
		case t.Kind == css.Open || t.Kind == css.Function:
			depth++
		case t.Kind == css.Close:
			depth--
		case depth == 0 && t.Is("/"):
			return css.Trim(v[:i]), css.Trim(v[i+1:]), true
		}
	}
	return css.Trim(v), nil, false
}

// lineParts sorts the parts of a border, outline or the like.
func lineParts(v []css.Token, width, style, color string) []named {
	out := []named{{width, ident("medium")}, {style, ident("none")}, {color, ident("currentcolor")}}
	for _, p := range parts(v) {
		w := word(p)
		_, isStyle := borderStyles[w]
		switch {
		case isStyle:
			out[1].value = p
		case w == "thin" || w == "medium" || w == "thick" || p[0].Kind == css.Number || p[0].Kind == css.Dimension || p[0].Kind == css.Function && mathFunctions[p[0].Text]:
			out[0].value = p
		default:
			out[2].value = p
		}
	}
	return out
}

func borderOf(list ...string) expansion {
	return func(v []css.Token) []named {
		var out []named
		for _, side := range list {
			out = append(out, lineParts(v, "border-"+side+"-width", "border-"+side+"-style", "border-"+side+"-color")...)
		}
		return out
	}
}

func expandRadius(v []css.Token) []named {
	h, w, two := cutSlash(v)
	if !two {
		w = h
	}
	ph, pw := parts(h), parts(w)
	if len(ph) == 0 || len(pw) == 0 || len(ph) > 4 || len(pw) > 4 {
		return nil
	}
	at := [][4]int{{0, 0, 0, 0}, {0, 1, 0, 1}, {0, 1, 2, 1}, {0, 1, 2, 3}}
	var out []named
	for i, corner := range corners {
		value := append([]css.Token{}, ph[at[len(ph)-1][i]]...)
		value = append(append(value, css.Token{Kind: css.Space, Text: " "}), pw[at[len(pw)-1][i]]...)
		out = append(out, named{"border-" + corner + "-radius", value})
	}
	return out
}

func expandBackground(v []css.Token) []named {
	var color []css.Token
	var image, position, size, repeat []css.Token
	comma := css.Token{Kind: css.Comma, Text: ","}
	for i, layer := range css.Split(v, css.Comma) {
		l := backgroundLayer(layer)
		if i > 0 {
			image, position = append(image, comma), append(position, comma)
			size, repeat = append(size, comma), append(repeat, comma)
		}
		image, position = append(image, l.image...), append(position, l.position...)
		size, repeat = append(size, l.size...), append(repeat, l.repeat...)
		color = l.color
	}
	if color == nil {
		color = ident("transparent")
	}
	return []named{{"background-color", color}, {"background-image", image}, {"background-position", position},
		{"background-size", size}, {"background-repeat", repeat}}
}

type layer struct{ color, image, position, size, repeat []css.Token }

func backgroundLayer(v []css.Token) layer {
	l := layer{image: ident("none"), size: ident("auto"), repeat: ident("repeat")}
	var position, size []css.Token
	space := css.Token{Kind: css.Space, Text: " "}
	inSize := false
	for _, p := range parts(v) {
		w := word(p)
		switch {
		case p[0].Is("/"):
			inSize = true
			if len(p) > 1 {
				size = append(size, p[1:]...)
			}
		case strings.Contains(w, "repeat") || w == "round" || w == "space":
			l.repeat = append(append([]css.Token{}, p...), space)
		case w == "none" || p[0].Kind == css.URL || p[0].Kind == css.Function && (p[0].Text == "url" || strings.HasSuffix(p[0].Text, "gradient") || strings.HasSuffix(p[0].Text, "image-set")):
			l.image = p
		case w == "scroll" || w == "fixed" || w == "local" || strings.HasSuffix(w, "-box"):
		case w == "cover" || w == "contain":
			size = append(size, p...)
		case w == "left" || w == "right" || w == "top" || w == "bottom" || w == "center" || w == "auto" || isLengthStart(p[0]):
			if a, b, ok := cutSlash(p); ok {
				position = append(append(position, space), a...)
				size = append(size, b...)
				inSize = true
			} else if inSize {
				size = append(append(size, space), p...)
			} else {
				position = append(append(position, space), p...)
			}
		default:
			l.color = p
		}
	}
	if size != nil {
		l.size = size
	}
	l.position = position
	if position == nil {
		l.position = []css.Token{{Kind: css.Percent}, space, {Kind: css.Percent}}
	}
	return l
}

func isLengthStart(t css.Token) bool {
	return t.Kind == css.Number || t.Kind == css.Percent || t.Kind == css.Dimension || t.Kind == css.Function && mathFunctions[t.Text]
}

func expandFont(v []css.Token) []named {
	out := []named{{"font-style", ident("normal")}, {"font-weight", ident("normal")}, {"font-size", ident("medium")},
		{"line-height", ident("normal")}, {"font-family", ident("serif")}}
	switch word(v) {
	case "caption", "icon", "menu", "message-box", "small-caption", "status-bar":
		out[2].value = []css.Token{{Kind: css.Dimension, Num: 13.3333, Text: "px"}}
		out[4].value = ident("system-ui")
		return out
	}
	list := css.Split(v, css.Space)
	for i, p := range list {
		if len(p) == 0 {
			continue
		}
		w := word(p)
		_, named := fontSizes[w]
		switch {
		case w == "italic" || w == "oblique":
			out[0].value = p
		case w == "bold" || w == "bolder" || w == "lighter" || p[0].Kind == css.Number && len(p) == 1:
			out[1].value = p
		case w == "normal" || strings.HasSuffix(w, "condensed") || strings.HasSuffix(w, "expanded") || w == "small-caps":
		case named || w == "larger" || w == "smaller" || isLengthStart(p[0]):
			rest := joinSpace(list[i:])
			fontTail(rest, out)
			return out
		}
	}
	return out
}

func joinSpace(list [][]css.Token) []css.Token {
	var out []css.Token
	for i, p := range list {
		if i > 0 {
			out = append(out, css.Token{Kind: css.Space, Text: " "})
		}
		out = append(out, p...)
	}
	return out
}

// fontTail reads "size / line-height family".
func fontTail(v []css.Token, out []named) {
	if size, rest, ok := cutSlash(v); ok {
		out[2].value = size
		p := parts(rest)
		if len(p) > 0 {
			out[3].value = p[0]
			out[4].value = joinSpace(p[1:])
		}
		return
	}
	p := parts(v)
	out[2].value = p[0]
	out[4].value = joinSpace(p[1:])
}

func expandFlex(v []css.Token) []named {
	one := []css.Token{{Kind: css.Number, Num: 1}}
	zero := []css.Token{{Kind: css.Number}}
	set := func(g, s, b []css.Token) []named {
		return []named{{"flex-grow", g}, {"flex-shrink", s}, {"flex-basis", b}}
	}
	switch word(v) {
	case "none":
		return set(zero, zero, ident("auto"))
	case "auto":
		return set(one, one, ident("auto"))
	case "initial":
		return set(zero, one, ident("auto"))
	}
	grow, shrink, basis := one, one, []css.Token{{Kind: css.Percent}}
	numbers := 0
	for _, p := range parts(v) {
		if p[0].Kind == css.Number && len(p) == 1 && (numbers < 2) {
			if numbers == 0 {
				grow = p
			} else {
				shrink = p
			}
			numbers++
			continue
		}
		basis = p
	}
	return set(grow, shrink, basis)
}

func expandFlow(v []css.Token) []named {
	out := []named{{"flex-direction", ident("row")}, {"flex-wrap", ident("nowrap")}}
	for _, p := range parts(v) {
		if strings.Contains(word(p), "wrap") {
			out[1].value = p
		} else {
			out[0].value = p
		}
	}
	return out
}

func expandList(v []css.Token) []named {
	out := []named{{"list-style-type", ident("disc")}, {"list-style-position", ident("outside")}}
	for _, p := range parts(v) {
		switch w := word(p); {
		case w == "inside" || w == "outside":
			out[1].value = p
		case p[0].Kind == css.URL:
		default:
			out[0].value = p
		}
	}
	return out
}

func expandDecoration(v []css.Token) []named {
	line, color := []css.Token{}, ident("currentcolor")
	for _, p := range parts(v) {
		switch w := word(p); w {
		case "underline", "overline", "line-through", "none":
			line = append(append(line, p...), css.Token{Kind: css.Space, Text: " "})
		case "solid", "double", "dotted", "dashed", "wavy", "auto", "from-font":
		default:
			if _, _, ok := parseColor(p); ok {
				color = p
			}
		}
	}
	return []named{{"text-decoration-line", line}, {"text-decoration-color", color}}
}

func expandColumns(v []css.Token) []named {
	out := []named{{"column-width", ident("auto")}, {"column-count", ident("auto")}}
	for _, p := range parts(v) {
		switch {
		case word(p) == "auto":
		case p[0].Kind == css.Number:
			out[1].value = p
		default:
			out[0].value = p
		}
	}
	return out
}

func expandArea(v []css.Token) []named {
	var list [][]css.Token
	rest := v
	for {
		a, b, more := cutSlash(rest)
		list = append(list, a)
		if !more || len(list) == 4 {
			break
		}
		rest = b
	}
	at := func(i, from int) []css.Token {
		if i < len(list) {
			return list[i]
		}
		if from < len(list) {
			if w := word(list[from]); w != "" && w != "auto" {
				return list[from]
			}
		}
		return ident("auto")
	}
	return []named{{"grid-row-start", at(0, 0)}, {"grid-column-start", at(1, 0)}, {"grid-row-end", at(2, 0)}, {"grid-column-end", at(3, min(1, len(list)-1))}}
}

func expandTemplate(v []css.Token) []named {
	rows, cols, two := cutSlash(v)
	out := []named{{"grid-template-rows", ident("none")}, {"grid-template-columns", ident("none")}, {"grid-template-areas", ident("none")}}
	if two {
		out[1].value = cols
	}
	var tracks, areas []css.Token
	hasAreas := false
	for _, p := range parts(rows) {
		if p[0].Kind == css.String {
			if hasAreas && len(areas) > len(tracks) {
				tracks = append(tracks, ident("auto")...)
			}
			areas = append(areas, p...)
			hasAreas = true
			continue
		}
		tracks = append(append(tracks, p...), css.Token{Kind: css.Space, Text: " "})
	}
	if hasAreas {
		out[2].value = areas
	}
	if len(tracks) > 0 {
		out[0].value = tracks
	}
	return out
}

// wide is a CSS-wide keyword.
type wide uint8

const (
	noKeyword wide = iota
	inheritKeyword
	initialKeyword
	unsetKeyword
	revertKeyword
)

func wideKeyword(v []css.Token) wide {
	if len(v) != 1 || v[0].Kind != css.Ident {
		return noKeyword
	}
	switch strings.ToLower(v[0].Text) {
	case "inherit":
		return inheritKeyword
	case "initial":
		return initialKeyword
	case "unset":
		return unsetKeyword
	case "revert", "revert-layer":
		return revertKeyword
	}
	return noKeyword
}

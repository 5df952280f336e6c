package style

import (
	"strconv"
	"strings"

	"hindsite.app/player/dom"
)

// hints returns the presentational attributes of an element as declarations
// (HTML standard, section "Rendering").
func hints(n *dom.Node) string {
	var b strings.Builder
	for i := range n.Attrs {
		a := &n.Attrs[i]
		if len(a.Value) > 256 || strings.ContainsAny(a.Value, ";{}()\\") {
			continue
		}
		if n.SVG {
			svgHint(&b, a.Name, a.Value)
		} else {
			htmlHint(&b, n, a.Name, a.Value)
		}
	}
	if n.Is("td", "th") {
		cellHints(&b, n)
	}
	return b.String()
}

func decl(b *strings.Builder, name, value string) {
	b.WriteString(name)
	b.WriteByte(':')
	b.WriteString(value)
	b.WriteByte(';')
}

func htmlHint(b *strings.Builder, n *dom.Node, name, v string) {
	switch name {
	case "width", "height":
		if n.Is("img", "video", "iframe", "embed", "object", "table", "td", "th", "col", "colgroup", "tr", "tbody", "thead", "tfoot", "hr", "canvas", "input", "pre") {
			if n.Is("canvas") || n.Is("input") && !isType(n, "image") {
				return
			}
			if d := dimension(v); d != "" {
				decl(b, name, d)
				if n.Is("img") {
					return
				}
			}
		}
	case "bgcolor":
		decl(b, "background-color", legacyColor(v))
	case "text":
		if n.Is("body") {
			decl(b, "color", legacyColor(v))
		}
	case "color":
		if n.Is("font", "hr") {
			decl(b, "color", legacyColor(v))
		}
	case "face":
		if n.Is("font") {
			decl(b, "font-family", v)
		}
	case "size":
		if n.Is("font") {
			if s, ok := fontNumbers[strings.TrimSpace(v)]; ok {
				decl(b, "font-size", s)
			}
		}
		if n.Is("hr") {
			ruleHint(b, v)
		}
	case "align":
		alignHint(b, n, strings.ToLower(v))
	case "dir":
		if strings.EqualFold(v, "auto") {
			autoDirection(b, n)
		}
	case "valign":
		decl(b, "vertical-align", strings.ToLower(v))
	case "nowrap":
		if n.Is("td", "th") {
			decl(b, "white-space", "nowrap")
		}
	case "cellspacing":
		if n.Is("table") {
			decl(b, "border-spacing", dimension(v))
		}
	case "border":
		if n.Is("table", "img") {
			if d := dimension(v); d != "" {
				decl(b, "border-width", d)
			}
		}
	case "type":
		if n.Is("ol", "ul", "li") {
			if t, ok := listTypes[v]; ok {
				decl(b, "list-style-type", t)
			}
		}
	case "hspace":
		decl(b, "margin-inline", dimension(v))
	case "vspace":
		decl(b, "margin-block", dimension(v))
	case "rr_width", "rr_height":
		if n.Is("iframe", "canvas") {
			return
		}
		decl(b, name[3:], v)
		if name == "rr_width" {
			decl(b, "display", "inline-block")
			decl(b, "box-sizing", "border-box")
		}
	}
}

// ruleHint gives a horizontal rule its height, borders included.
func ruleHint(b *strings.Builder, v string) {
	n, err := strconv.Atoi(strings.TrimSpace(v))
	switch {
	case err != nil || n < 1 || n > 1000:
	case n == 1:
		decl(b, "border-bottom-width", "0")
	default:
		decl(b, "height", strconv.Itoa(n-2)+"px")
	}
}

var fontNumbers = map[string]string{"1": "x-small", "2": "small", "3": "medium", "4": "large", "5": "x-large", "6": "xx-large", "7": "xxx-large",
	"-1": "small", "-2": "x-small", "+1": "large", "+2": "x-large", "+3": "xx-large"}

var listTypes = map[string]string{"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman",
	"disc": "disc", "circle": "circle", "square": "square", "none": "none"}

func isType(n *dom.Node, want string) bool {
	t, _ := n.Attr("type")
	return strings.EqualFold(t, want)
}

func alignHint(b *strings.Builder, n *dom.Node, v string) {
	switch {
	case n.Is("img", "iframe", "object", "embed"):
		switch v {
		case "left", "right":
			decl(b, "float", v)
		case "top", "middle", "bottom":
			decl(b, "vertical-align", v)
		}
	case n.Is("table"):
		switch v {
		case "left", "right":
			decl(b, "float", v)
		case "center":
			decl(b, "margin-inline", "auto")
		}
	case n.Is("div", "td", "th", "tr", "tbody", "thead", "tfoot", "caption"):
		switch v {
		case "center", "middle":
			decl(b, "text-align", "-webkit-center")
		case "right":
			decl(b, "text-align", "-webkit-right")
		default:
			decl(b, "text-align", v)
		}
	default:
		decl(b, "text-align", v)
	}
}

// cellHints gives cells what their table says of them.
func cellHints(b *strings.Builder, n *dom.Node) {
	for p, i := n.Parent, 0; p != nil && i < 4; p, i = p.Parent, i+1 {
		if p.Is("table") {
			if v, ok := p.Attr("cellpadding"); ok {
				decl(b, "padding", dimension(v))
			}
			return
		}
	}
}

var svgProperties = map[string]bool{"fill": true, "stroke": true, "stroke-width": true, "opacity": true, "visibility": true, "display": true,
	"color": true, "font-family": true, "font-weight": true, "pointer-events": true}

func svgHint(b *strings.Builder, name, v string) {
	switch {
	case svgProperties[name]:
		decl(b, name, v)
	case name == "font-size":
		if _, err := strconv.ParseFloat(v, 32); err == nil {
			v += "px"
		}
		decl(b, name, v)
	case name == "width" || name == "height":
		decl(b, name, dimension(v))
	case name == "rr_width" || name == "rr_height":
		decl(b, name[3:], v)
	}
}

// dimension reads a legacy length: digits with an optional percent sign.
func dimension(v string) string {
	v = strings.TrimSpace(v)
	end := 0
	for end < len(v) && (v[end] >= '0' && v[end] <= '9' || v[end] == '.') {
		end++
	}
	if end == 0 {
		return ""
	}
	rest := strings.TrimSpace(v[end:])
	switch {
	case strings.HasPrefix(rest, "%"):
		return v[:end] + "%"
	case strings.HasPrefix(rest, "em"), strings.HasPrefix(rest, "rem"), strings.HasPrefix(rest, "pt"), strings.HasPrefix(rest, "vw"), strings.HasPrefix(rest, "vh"):
		return v[:end] + rest
	}
	return v[:end] + "px"
}

func legacyColor(v string) string {
	v = strings.TrimSpace(v)
	if len(v) == 6 && !strings.HasPrefix(v, "#") {
		if _, ok := hexColor(v); ok {
			return "#" + v
		}
	}
	return v
}

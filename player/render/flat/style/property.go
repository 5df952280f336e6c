package style

import (
	"hindsite.app/player/render/flat/css"
)

// property is one longhand. Values are parsed at computed-value time, because
// most need the font size or the viewport.
type property struct {
	id        int
	inherited bool
	early     bool // other properties need it: fonts and colour
	late      bool // it refines what another property made
	set       func(v []css.Token, e *env) bool
	copy      func(dst, src *Style)
}

// env is where a declaration is computed.
type env struct {
	Context
	s, parent *Style
	root      bool
}

// accessor ties a property to a field of Style.
func accessor[T any](field func(*Style) *T, parse func([]css.Token, *env) (T, bool)) property {
	return property{
		set: func(v []css.Token, e *env) bool {
			x, ok := parse(v, e)
			if ok {
				*field(e.s) = x
			}
			return ok
		},
		copy: func(dst, src *Style) { *field(dst) = *field(src) },
	}
}

func keyword[T any](field func(*Style) *T, table map[string]T) property {
	return accessor(field, func(v []css.Token, _ *env) (T, bool) {
		x, ok := table[word(v)]
		return x, ok
	})
}

func length(field func(*Style) *Length) property {
	return accessor(field, func(v []css.Token, e *env) (Length, bool) {
		l, rest, ok := parseLength(v, &e.Context)
		return l, ok && len(skipSpace(rest)) == 0
	})
}

// positive is a length that must not be negative.
func positive(field func(*Style) *Length) property {
	return accessor(field, func(v []css.Token, e *env) (Length, bool) {
		l, rest, ok := parseLength(v, &e.Context)
		if l.Px < 0 && l.Pct == 0 && l.fn == nil {
			if len(v) > 0 && v[0].Kind != css.Function {
				return l, false
			}
			l.Px = 0
		}
		return l, ok && len(skipSpace(rest)) == 0
	})
}

func pixels(field func(*Style) *float32) property {
	return accessor(field, func(v []css.Token, e *env) (float32, bool) {
		if word(v) == "normal" {
			return 0, true
		}
		l, _, ok := parseLength(v, &e.Context)
		return l.Of(e.FontSize), ok && l.Fixed()
	})
}

func plain(field func(*Style) *float32) property {
	return accessor(field, func(v []css.Token, _ *env) (float32, bool) { return number(v) })
}

func colorOf(field func(*Style) *Color) property {
	return accessor(field, func(v []css.Token, _ *env) (Color, bool) {
		c, rest, ok := parseColor(v)
		return c, ok && len(skipSpace(rest)) == 0
	})
}

func (p property) first() property { p.early = true; return p }

// properties are the longhands by name, with dense ids.
var properties = numbered(merge(boxProperties(), textProperties(), paintProperties(), layoutProperties(), transformProperties(), containerProperties()))

func merge(tables ...map[string]property) map[string]*property {
	all := map[string]*property{}
	for _, t := range tables {
		for name, p := range t {
			all[name] = &p
		}
	}
	return all
}

func numbered(m map[string]*property) map[string]*property {
	i := 0
	for _, p := range m {
		p.id = i
		i++
	}
	for _, name := range lateProperties {
		m[name].late = true
	}
	return m
}

// byID lists properties by id.
var byID = func() []*property {
	list := make([]*property, len(properties))
	for _, p := range properties {
		list[p.id] = p
	}
	return list
}()

func boxProperties() map[string]property {
	m := map[string]property{
		"display":    accessor(func(s *Style) *Display { return &s.Display }, parseDisplay),
		"position":   keyword(func(s *Style) *Position { return &s.Position }, map[string]Position{"static": Static, "relative": Relative, "absolute": Absolute, "fixed": Fixed, "sticky": Sticky, "-webkit-sticky": Sticky}),
		"float":      keyword(func(s *Style) *Side { return &s.Float }, map[string]Side{"none": NoSide, "left": LeftSide, "right": RightSide, "inline-start": LeftSide, "inline-end": RightSide}),
		"clear":      keyword(func(s *Style) *Side { return &s.Clear }, map[string]Side{"none": NoSide, "left": LeftSide, "right": RightSide, "both": BothSides, "inline-start": LeftSide, "inline-end": RightSide}),
		"overflow-x": keyword(func(s *Style) *Overflow { return &s.Overflow[0] }, overflows),
		"overflow-y": keyword(func(s *Style) *Overflow { return &s.Overflow[1] }, overflows),
		"box-sizing": keyword(func(s *Style) *bool { return &s.BorderBox }, map[string]bool{"border-box": true, "content-box": false}),
		"width":      positive(func(s *Style) *Length { return &s.Width }),
		"height":     positive(func(s *Style) *Length { return &s.Height }),
		"min-width":  positive(func(s *Style) *Length { return &s.MinWidth }),
		"min-height": positive(func(s *Style) *Length { return &s.MinHeight }),
		"max-width":  positive(func(s *Style) *Length { return &s.MaxWidth }),
		"max-height": positive(func(s *Style) *Length { return &s.MaxHeight }),
		"aspect-ratio": {set: setAspect, copy: func(d, s *Style) {
			d.AspectW, d.AspectH, d.AspectAuto = s.AspectW, s.AspectH, s.AspectAuto
		}},
		"z-index": {set: func(v []css.Token, e *env) bool {
			if word(v) == "auto" {
				e.s.ZAuto, e.s.ZIndex = true, 0
				return true
			}
			n, ok := number(v)
			if ok {
				e.s.ZAuto, e.s.ZIndex = false, int(n)
			}
			return ok
		}, copy: func(d, s *Style) { d.ZAuto, d.ZIndex = s.ZAuto, s.ZIndex }},
	}
	for i, side := range sides {
		m["margin-"+side] = length(func(s *Style) *Length { return &s.Margin[i] })
		m["padding-"+side] = positive(func(s *Style) *Length { return &s.Padding[i] })
		m[side] = length(func(s *Style) *Length { return &s.Inset[i] })
		m["border-"+side+"-width"] = accessor(func(s *Style) *float32 { return &s.BorderWidth[i] }, parseBorderWidth)
		m["border-"+side+"-style"] = keyword(func(s *Style) *BorderStyle { return &s.BorderStyle[i] }, borderStyles)
		m["border-"+side+"-color"] = colorOf(func(s *Style) *Color { return &s.BorderColor[i] })
	}
	for i, corner := range corners {
		m["border-"+corner+"-radius"] = accessor(func(s *Style) *[2]Length { return &s.Radius[i] }, parseRadius)
	}
	m["outline-width"] = accessor(func(s *Style) *float32 { return &s.OutlineWidth }, parseBorderWidth)
	m["outline-style"] = keyword(func(s *Style) *BorderStyle { return &s.OutlineStyle }, borderStyles)
	m["outline-color"] = colorOf(func(s *Style) *Color { return &s.OutlineColor })
	return m
}

var sides = [4]string{"top", "right", "bottom", "left"}
var corners = [4]string{"top-left", "top-right", "bottom-right", "bottom-left"}

var overflows = map[string]Overflow{"visible": Visible, "hidden": Hidden, "scroll": Scroll, "auto": AutoScroll, "overlay": AutoScroll, "clip": ClipOverflow}

var borderStyles = map[string]BorderStyle{"none": NoBorder, "hidden": HiddenBorder, "solid": Solid, "dashed": Dashed, "dotted": Dotted,
	"double": Double, "inset": Solid, "outset": Solid, "groove": Solid, "ridge": Solid, "auto": Solid}

func parseBorderWidth(v []css.Token, e *env) (float32, bool) {
	switch word(v) {
	case "thin":
		return 1, true
	case "medium":
		return 3, true
	case "thick":
		return 5, true
	}
	l, _, ok := parseLength(v, &e.Context)
	if l.Px > 0 && l.Px < 1 {
		l.Px = 1
	}
	return float32(int(max(l.Px, 0))), ok && l.Fixed()
}

func parseRadius(v []css.Token, e *env) ([2]Length, bool) {
	p := parts(v)
	if len(p) == 0 {
		return [2]Length{}, false
	}
	x, _, ok := parseLength(p[0], &e.Context)
	y := x
	if len(p) > 1 {
		y, _, ok = parseLength(p[1], &e.Context)
	}
	return [2]Length{x, y}, ok
}

func setAspect(v []css.Token, e *env) bool {
	s := e.s
	s.AspectW, s.AspectH, s.AspectAuto = 0, 0, false
	var n []float32
	for _, t := range v {
		switch {
		case t.IsIdent("auto"):
			s.AspectAuto = true
		case t.Kind == css.Number:
			n = append(n, t.Num)
		}
	}
	if len(n) == 1 {
		n = append(n, 1)
	}
	if len(n) == 2 && n[0] > 0 && n[1] > 0 {
		s.AspectW, s.AspectH = n[0], n[1]
	}
	return true
}

var displays = map[string]Display{
	"none": None, "inline": Inline, "block": Block, "inline-block": InlineBlock, "flow-root": FlowRoot, "list-item": ListItem,
	"flex": FlexBox, "inline-flex": InlineFlex, "grid": GridBox, "inline-grid": InlineGrid, "contents": Contents,
	"table": Table, "inline-table": InlineTable, "table-row": TableRow, "table-row-group": TableRowGroup,
	"table-header-group": TableHeader, "table-footer-group": TableFooter, "table-cell": TableCell,
	"table-column": TableColumn, "table-column-group": TableColumnGroup, "table-caption": TableCaption,
	"-webkit-box": FlexBox, "-webkit-inline-box": InlineFlex, "-webkit-flex": FlexBox, "-webkit-inline-flex": InlineFlex, "flow": Block,
	"ruby": Inline, "ruby-text": Inline, "math": Inline,
}

func parseDisplay(v []css.Token, e *env) (Display, bool) {
	w := words(v)
	if len(w) == 1 {
		d, ok := displays[w[0]]
		return d, ok
	}
	inline, inner := false, "block"
	for _, x := range w {
		switch x {
		case "inline":
			inline = true
		case "block":
		default:
			inner = x
		}
	}
	if inline {
		if inner == "flow-root" {
			return InlineBlock, true
		}
		d, ok := displays["inline-"+inner]
		return d, ok
	}
	d, ok := displays[inner]
	return d, ok
}

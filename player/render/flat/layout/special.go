package layout

import (
	"strconv"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat/css"
	"hindsite.app/player/render/flat/style"
)

// special makes the boxes of elements that are not laid out by their
// children. It reports whether n is one.
func (l *layouter) special(n *style.Node, b *Box) bool {
	d := n.DOM
	if d.SVG && d.Tag == "svg" {
		l.svg(n, b)
		return true
	}
	if d.SVG {
		b.Kind = Inline
		return true // only within an svg element, which is drawn as a whole
	}
	switch d.Tag {
	case "br":
		b.Kind, b.inlineLevel = Break, true
		return true
	case "wbr":
		b.Kind, b.inlineLevel = Soft, true
		return true
	case "img":
		l.replaced(b, l.image(source(d), attr(d, "alt")))
		l.dimensions(b, d)
	case "canvas":
		l.replaced(b, l.canvas(d))
	case "video", "audio":
		c := &Content{Kind: Media, Width: 300, Height: 150, Natural: true, DOM: d}
		if d.Tag == "audio" {
			c.Height = 54
		}
		l.replaced(b, c)
		l.dimensions(b, d)
	case "iframe", "frame", "embed", "object":
		l.frame(n, b)
	case "input":
		l.input(n, b)
	case "textarea":
		l.textarea(n, b)
	case "select":
		l.selectBox(n, b)
	case "button":
		return false
	case "progress", "meter":
		c := &Content{Kind: Progress, DOM: d, Value: fraction(d)}
		l.replaced(b, c)
	default:
		if w := attr(d, "rr_width"); w != "" && d.First == nil {
			l.replaced(b, &Content{Kind: Blocked, DOM: d})
			return true
		}
		return false
	}
	return true
}

func (l *layouter) replaced(b *Box, c *Content) {
	b.Kind, b.Content, b.context = Replaced, c, true
	switch b.Style.Display {
	case style.Inline, style.InlineBlock, style.InlineFlex, style.InlineGrid, style.InlineTable:
		b.inlineLevel = !b.floating() && !b.outOfFlow()
	}
}

// source returns what an image element shows, as far as the recording has it.
func source(d *dom.Node) string {
	if v := attr(d, "rr_dataURL"); v != "" {
		return v
	}
	if v := attr(d, "src"); v != "" {
		return v
	}
	return attr(d, "rr_src")
}

func (l *layouter) image(url, alt string) *Content {
	c := &Content{Kind: Image, URL: url, Alt: alt}
	if l.natural != nil && url != "" {
		if w, h, ok := l.natural(url); ok && w > 0 && h > 0 {
			c.Width, c.Height, c.Natural, c.Ratio = w, h, true, w/h
		}
	}
	return c
}

// dimensions takes the ratio of an image from its attributes as long as it is
// not known.
func (l *layouter) dimensions(b *Box, d *dom.Node) {
	w, h := number(attr(d, "width")), number(attr(d, "height"))
	if b.Content.Ratio == 0 && w > 0 && h > 0 {
		b.Content.Ratio = w / h
	}
	if rw, rh := number(attr(d, "rr_width")), number(attr(d, "rr_height")); rw > 0 && rh > 0 && !b.Content.Natural {
		b.Content.Width, b.Content.Height, b.Content.Natural, b.Content.Ratio = rw, rh, true, rw/rh
	}
}

func number(s string) float32 {
	s = strings.TrimSuffix(strings.TrimSpace(s), "px")
	f, err := strconv.ParseFloat(s, 32)
	if err != nil || f != f || f < 0 || f > 1e6 {
		return 0
	}
	return float32(f)
}

func (l *layouter) canvas(d *dom.Node) *Content {
	c := l.image(source(d), "")
	c.Kind, c.Natural = Canvas, true
	c.Width, c.Height = 300, 150
	if w := number(attr(d, "width")); attr(d, "width") != "" {
		c.Width = w
	}
	if h := number(attr(d, "height")); attr(d, "height") != "" {
		c.Height = h
	}
	if c.Height > 0 {
		c.Ratio = c.Width / c.Height
	}
	return c
}

func (l *layouter) frame(n *style.Node, b *Box) {
	d := n.DOM
	c := &Content{Kind: Frame, Width: 300, Height: 150, Natural: true, DOM: d}
	if rw, rh := number(attr(d, "rr_width")), number(attr(d, "rr_height")); rw > 0 && rh > 0 {
		c.Width, c.Height = rw, rh
		if b.Style.Width.IsAuto() || b.Style.Height.IsAuto() {
			c.Width, c.Height = max(rw-4, 0), max(rh-4, 0)
		}
	}
	l.replaced(b, c)
}

// FrameDocument returns the document node inside a frame element, or nil.
func FrameDocument(d *dom.Node) *dom.Node {
	for c := d.First; c != nil; c = c.Next {
		if c.Type == recording.DocumentNode {
			return c
		}
	}
	return nil
}

func (l *layouter) svg(n *style.Node, b *Box) {
	c := &Content{Kind: SVG, Width: 300, Height: 150, Natural: true, DOM: n.DOM}
	if box := ViewBox(n.DOM); box[2] > 0 && box[3] > 0 {
		c.Ratio = box[2] / box[3]
		c.Height = 300 / c.Ratio
	}
	l.replaced(b, c)
}

// ViewBox reads the viewBox attribute of an svg element: x, y, width, height.
func ViewBox(d *dom.Node) [4]float32 {
	var box [4]float32
	v := attr(d, "viewBox")
	if v == "" {
		v = attr(d, "viewbox")
	}
	f := strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' })
	if len(f) != 4 {
		return box
	}
	for i := range box {
		x, err := strconv.ParseFloat(f[i], 32)
		if err != nil || x != x || x > 1e6 || x < -1e6 {
			return [4]float32{}
		}
		box[i] = float32(x)
	}
	return box
}

// inputSize is the width of a text field in characters, and of a button that
// has no text.
const inputSize = 20

func (l *layouter) input(n *style.Node, b *Box) {
	d := n.DOM
	kind := strings.ToLower(attr(d, "type"))
	_, disabled := d.Attr("disabled")
	switch kind {
	case "checkbox", "radio":
		c := &Content{Kind: Checkbox, Width: 13, Height: 13, Natural: true, Checked: css.Checked(d), Disabled: disabled, DOM: d}
		if kind == "radio" {
			c.Kind = Radio
		}
		if !n.Style.Appearance {
			// A native box takes neither padding nor border from the page.
			b.Style = style.Variant(n.Style, func(v *style.Style) {
				v.Padding, v.BorderWidth, v.Own.Background, v.Images = style.Edges{}, [4]float32{}, style.Color{}, nil
			})
		}
		l.replaced(b, c)
		return
	case "range":
		l.replaced(b, &Content{Kind: Range, Width: 129, Height: 16, Natural: true, Value: fraction(d), DOM: d})
		return
	case "image":
		l.replaced(b, l.image(source(d), attr(d, "alt")))
		return
	case "color":
		l.replaced(b, &Content{Kind: Blocked, DOM: d})
		return
	}
	t := css.FieldText(d)
	s := n.Style
	switch kind {
	case "submit", "reset", "button":
		if _, ok := d.Attr("value"); !ok {
			t = map[string]string{"submit": "Submit", "reset": "Reset"}[kind]
		}
	case "password":
		t = strings.Repeat("•", len([]rune(t)))
	case "file":
		t = "Choose File  No file chosen"
	default:
		if t == "" {
			t, s = l.placeholder(n)
		}
	}
	l.field(n, b, t, s)
	switch kind {
	case "submit", "reset", "button", "file":
	default:
		size := number(attr(d, "size"))
		if size <= 0 {
			size = inputSize
		}
		b.sizes = l.fieldWidth(b, size)
	}
}

func (l *layouter) placeholder(n *style.Node) (string, *style.Style) {
	t := attr(n.DOM, "placeholder")
	if n.Placeholder != nil {
		return t, n.Placeholder
	}
	return t, n.Style
}

// field makes b an inline block with text in it, centred vertically.
func (l *layouter) field(n *style.Node, b *Box, t string, s *style.Style) {
	b.Style = style.Variant(n.Style, func(v *style.Style) {
		v.WhiteSpace = style.WhiteSpace{Keep: true, NoWrap: true}
		if v.Display == style.Inline {
			v.Display = style.InlineBlock
		}
	})
	l.classify(b)
	if b.Kind != Block {
		b.Kind = Block
	}
	b.context = true
	ts := style.Variant(s, func(v *style.Style) {
		v.WhiteSpace = style.WhiteSpace{Keep: true, NoWrap: true}
		v.Own = style.Anonymous(s).Own
	})
	if t == "" {
		t = "\u200b"
	}
	text := &Box{Kind: Text, Node: nil, Style: ts, Text: t, inlineLevel: true, Parent: b}
	b.Children = []*Box{text}
}

func (l *layouter) fieldWidth(b *Box, chars float32) intrinsic {
	m := l.metrics(b.Style)
	w := m.avg * chars
	return intrinsic{min: w, max: w, known: true, field: true}
}

func (l *layouter) textarea(n *style.Node, b *Box) {
	d := n.DOM
	t, s := css.FieldText(d), n.Style
	if t == "" {
		t, s = l.placeholder(n)
	}
	l.field(n, b, t, s)
	wrap := func(v *style.Style) { v.WhiteSpace = style.WhiteSpace{Keep: true, Newlines: true} }
	b.Style = style.Variant(b.Style, func(v *style.Style) {
		wrap(v)
		rows := number(attr(d, "rows"))
		if rows <= 0 {
			rows = 2
		}
		if v.Height.IsAuto() {
			v.Height = style.Px(rows * l.lineHeight(v))
			if v.BorderBox {
				e := v.BorderWidth[style.Top] + v.BorderWidth[style.Bottom] + v.Padding[style.Top].Px + v.Padding[style.Bottom].Px
				v.Height.Px += e
			}
		}
	})
	wrap(b.Children[0].Style)
	cols := number(attr(d, "cols"))
	if cols <= 0 {
		cols = inputSize
	}
	m := l.metrics(b.Style)
	b.sizes = intrinsic{min: m.Zero*cols + 15, max: m.Zero*cols + 15, known: true, field: true}
}

// selectBox shows the chosen option, or the list of options.
func (l *layouter) selectBox(n *style.Node, b *Box) {
	d := n.DOM
	_, multiple := d.Attr("multiple")
	size := int(number(attr(d, "size")))
	if multiple || size > 1 {
		l.listBox(n, b, size)
		return
	}
	chosen, first := "", ""
	found := false
	var widest float32
	eachOption(d, func(o *dom.Node) {
		t := optionText(o)
		if first == "" {
			first = t
		}
		if css.Checked(o) {
			chosen, found = t, true
		}
		widest = max(widest, l.textWidth(n.Style, t))
	})
	if !found {
		chosen = first
	}
	l.field(n, b, chosen, n.Style)
	// Room for the arrow is padding that the element does not have.
	extra := float32(20)
	if n.Style.Appearance {
		extra = 0
	} else {
		b.Style = style.Variant(b.Style, func(v *style.Style) {
			v.Padding[style.Left] = style.Px(v.Padding[style.Left].Px + 4)
			v.Padding[style.Right] = style.Px(v.Padding[style.Right].Px + 4)
			v.Padding[style.Top] = style.Px(v.Padding[style.Top].Px + 1)
			v.Padding[style.Bottom] = style.Px(v.Padding[style.Bottom].Px + 1)
		})
		extra -= 4
	}
	w := widest + extra
	b.sizes = intrinsic{min: w, max: w, known: true, field: true}
}

func (l *layouter) listBox(n *style.Node, b *Box, size int) {
	l.field(n, b, "", n.Style)
	b.Children = nil
	var widest float32
	plain := style.Variant(n.Style, func(v *style.Style) { v.LineHeight = style.LineHeight{Normal: true} })
	row := l.lineHeight(plain) + 1
	l.optionRows(n, b, &widest)
	if size <= 0 {
		size = 4
	}
	if b.Style.Height.IsAuto() {
		b.Style = style.Variant(b.Style, func(v *style.Style) {
			v.Height = style.Px(float32(size) * row)
			if v.BorderBox {
				v.Height.Px += v.BorderWidth[style.Top] + v.BorderWidth[style.Bottom] + v.Padding[style.Top].Px + v.Padding[style.Bottom].Px
			}
		})
	}
	b.sizes = intrinsic{min: widest + 15, max: widest + 15, known: true, field: true}
}

// optionRows makes a row of every option below n.
func (l *layouter) optionRows(n *style.Node, b *Box, widest *float32) {
	for _, c := range n.Children {
		if c.DOM == nil || !c.DOM.Is("option") {
			if c.DOM != nil && c.DOM.Is("optgroup") {
				l.optionRows(c, b, widest)
			}
			continue
		}
		t := optionText(c.DOM)
		*widest = max(*widest, l.textWidth(c.Style, t)+4)
		row := &Box{Kind: Block, Node: c, Parent: b}
		row.Style = style.Variant(c.Style, func(v *style.Style) {
			v.LineHeight = style.LineHeight{Normal: true}
			v.WhiteSpace = style.WhiteSpace{NoWrap: true}
			if css.Checked(c.DOM) {
				v.Own.Background = style.Color{R: 206, G: 206, B: 206, A: 255}
			}
		})
		row.Children = []*Box{{Kind: Text, Style: row.Style, Text: t, inlineLevel: true, Parent: row}}
		b.Children = append(b.Children, row)
	}
}

func eachOption(d *dom.Node, visit func(*dom.Node)) {
	for c := d.First; c != nil; c = c.Next {
		if c.Is("option") {
			visit(c)
		} else if c.Is("optgroup", "div") {
			eachOption(c, visit)
		}
	}
}

func optionText(o *dom.Node) string {
	if v, ok := o.Attr("label"); ok && v != "" {
		return v
	}
	return strings.Join(strings.Fields(o.TextContent()), " ")
}

// fraction returns where a range, progress or meter stands.
func fraction(d *dom.Node) float32 {
	lo, hi := number(attr(d, "min")), float32(1)
	if d.Is("input") {
		hi = 100
	}
	if v, ok := d.Attr("max"); ok {
		hi = number(v)
	}
	v := number(css.FieldText(d))
	if css.FieldText(d) == "" && d.Is("input") {
		return 0.5
	}
	if hi <= lo {
		return 0
	}
	return min(max((v-lo)/(hi-lo), 0), 1)
}

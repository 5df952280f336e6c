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
		b.fits, b.centred = true, true
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
	b.Kind, b.Content, b.context, b.framed = Replaced, c, true, c.Kind == Frame
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

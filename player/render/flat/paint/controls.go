package paint

import (
	"image"

	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/style"
)

// nativeBorder is the colour of the border that browsers give controls.
var nativeBorder = style.Color{R: 118, G: 118, B: 118, A: 255}

// native reports whether the page left a control as the browser draws it: its
// border is then 2px wide in the layout, but is drawn thinner and round.
func native(b *layout.Box) bool {
	s := b.Style
	if s.Appearance || b.Node == nil || b.Node.DOM == nil || !b.Node.DOM.Is("input", "button") || b.Kind == layout.Replaced {
		return false
	}
	for i := range s.BorderWidth {
		if s.BorderWidth[i] != 2 || s.BorderColor[i] != nativeBorder {
			return false
		}
	}
	return true
}

// control draws a native control.
func (p *painter) control(it *Item, r Rect) {
	const radius = 3
	corners := func(v float32) [4][2]float32 { return [4][2]float32{{v, v}, {v, v}, {v, v}, {v, v}} }
	line := nativeBorder
	if _, off := it.Box.Node.DOM.Attr("disabled"); off {
		line.A = 77
	}
	p.c.fillPath(p.c.roundRect(r, corners(radius)), it.Clip, image.NewUniform(rgba(line)))
	in := Rect{r.X0 + 1, r.Y0 + 1, r.X1 - 1, r.Y1 - 1}
	if c := it.Box.Style.Own.Background; c.A > 0 && !in.empty() {
		p.c.fillPath(p.c.roundRect(in, corners(radius-1)), it.Clip, image.NewUniform(rgba(c)))
	}
}

// arrow draws the sign of a native menu at the end of its box.
func (p *painter) arrow(it *Item, r Rect) {
	b := it.Box
	if b.Node == nil || b.Node.DOM == nil || !b.Node.DOM.Is("select") || b.Style.Appearance || len(b.Children) != 1 || b.Children[0].Kind != layout.Text {
		return
	}
	x, y := r.X1-b.Border[style.Right]-12, (r.Y0+r.Y1)/2
	if b.Style.RTL {
		x = r.X0 + b.Border[style.Left] + 12
	}
	o := &path{}
	for i, q := range [][2]float32{{-4, -2.5}, {0, 1.5}, {4, -2.5}, {4, -0.5}, {0, 3.5}, {-4, -0.5}} {
		px, py := p.c.device(x+q[0], y+q[1])
		if i == 0 {
			o.moveTo(px, py)
		} else {
			o.lineTo(px, py)
		}
	}
	o.close()
	p.c.fillPath(o, it.Clip, image.NewUniform(rgba(b.Style.Color)))
}

// fieldset returns the rectangle of a fieldset's border, which runs through the
// middle of its legend, and the parts of the clip in which it is drawn.
func fieldset(b *layout.Box, r, clip Rect) (Rect, []Rect) {
	l := b.Legend
	if l == nil {
		return r, []Rect{clip}
	}
	top := b.Border[style.Top]
	y := r.Y0 + l.Y + l.H
	x0, x1 := r.X0+l.X, r.X0+l.X+l.W
	left, right, below := clip, clip, clip
	left.X1, left.Y1 = min(clip.X1, x0), min(clip.Y1, y)
	right.X0, right.Y1 = max(clip.X0, x1), min(clip.Y1, y)
	below.Y0 = max(clip.Y0, y)
	r.Y0 += max((l.H-top)/2, 0)
	return r, []Rect{left, right, below}
}

package paint

import (
	"image/color"

	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/svg"
)

// svg draws an svg element of the page.
func (p *painter) svg(it *Item, r Rect) {
	n := it.Box.Node
	w, h := (r.X1-r.X0)*p.c.scale, (r.Y1-r.Y0)*p.c.scale
	if n == nil || w < 1 || h < 1 {
		return
	}
	const most = 4096
	pic := svg.NewPicture(vectorOf(n, 0))
	pic.Width, pic.Height = r.X1-r.X0, r.Y1-r.Y0
	img := pic.Draw(int(min(w+0.5, most)), int(min(h+0.5, most)))
	p.scaled(img, r, it.Clip)
}

// VectorBoxes visits the elements inside an svg element with their boxes on the
// page.
func VectorBoxes(it *Item, visit func(n *style.Node, x, y, w, h float32)) {
	b := it.Box
	if b.Node == nil {
		return
	}
	x, y := it.X+b.Border[style.Left]+b.Padding[style.Left], it.Y+b.Border[style.Top]+b.Padding[style.Top]
	w, h := it.W-b.Border[style.Left]-b.Border[style.Right]-b.Padding[style.Left]-b.Padding[style.Right],
		it.H-b.Border[style.Top]-b.Border[style.Bottom]-b.Padding[style.Top]-b.Padding[style.Bottom]
	nodes := map[int64]*style.Node{}
	var collect func(n *style.Node, depth int)
	collect = func(n *style.Node, depth int) {
		for _, c := range n.Children {
			if c.DOM != nil && depth < maxVectorDepth {
				nodes[int64(c.DOM.ID)] = c
				collect(c, depth+1)
			}
		}
	}
	collect(b.Node, 0)
	pic := svg.NewPicture(vectorOf(b.Node, 0))
	pic.Width, pic.Height = w, h
	pic.Boxes(w, h, func(id int64, bx, by, bw, bh float32) {
		if n := nodes[id]; n != nil {
			visit(n, x+bx, y+by, bw, bh)
		}
	})
}

const maxVectorDepth = 64

// vectorOf copies a styled svg subtree with its computed paint.
func vectorOf(n *style.Node, depth int) *svg.Element {
	s := n.Style
	e := &svg.Element{ID: int64(n.DOM.ID), Tag: n.DOM.Tag, Attrs: make(map[string]string, len(n.DOM.Attrs)), Opacity: s.Opacity, StrokeWidth: s.StrokeWidth.Of(0)}
	if depth == 0 {
		e.Opacity = 1 // the element's own opacity is that of its group
	}
	for _, a := range n.DOM.Attrs {
		e.Attrs[a.Name] = a.Value
	}
	if s.Visibility == style.Shown {
		e.Fill, e.Stroke = paintOf(s.Fill, s), paintOf(s.Stroke, s)
	}
	for _, c := range n.Children {
		if c.DOM != nil && c.DOM.Type == recording.ElementNode && depth < maxVectorDepth {
			e.Children = append(e.Children, vectorOf(c, depth+1))
		}
	}
	return e
}

func paintOf(p style.Paint, s *style.Style) color.NRGBA {
	switch {
	case p.None:
		return color.NRGBA{}
	case p.Current:
		return color.NRGBA{R: s.Color.R, G: s.Color.G, B: s.Color.B, A: s.Color.A}
	}
	return color.NRGBA{R: p.Color.R, G: p.Color.G, B: p.Color.B, A: p.Color.A}
}

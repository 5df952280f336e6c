package flat

import (
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/paint"
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
)

// boxes collects the border boxes of elements from the order of painting.
func boxes(l *paint.List, shaper *text.Shaper) []render.Box {
	c := &collector{shaper: shaper, at: map[*dom.Node]int{}}
	c.list(l, place{clip: everything})
	return c.boxes
}

// collector gathers the fragments of elements into their boxes.
type collector struct {
	shaper *text.Shaper
	boxes  []render.Box
	at     map[*dom.Node]int
	depth  int
}

// place is where the document of a list stands on the page, and what of it the
// frames around it show.
type place struct {
	dx, dy float32
	clip   paint.Rect
	fixed  bool
}

var everything = paint.Rect{X0: -1 << 26, Y0: -1 << 26, X1: 1 << 26, Y1: 1 << 26}

// page returns a part of the list's document as a rectangle of the page.
func (p place) page(r paint.Rect) paint.Rect {
	return paint.Rect{X0: r.X0 + p.dx, Y0: r.Y0 + p.dy, X1: r.X1 + p.dx, Y1: r.Y1 + p.dy}
}

func (c *collector) list(l *paint.List, in place) {
	for i := range l.Items {
		it := &l.Items[i]
		switch it.Kind {
		case paint.Block, paint.Inline:
		case paint.Content:
			c.frame(it, in)
			c.vector(it, in)
			continue
		default:
			continue
		}
		r := it.Cut(paint.Rect{X0: it.X, Y0: it.Y, X1: it.X + it.W, Y1: it.Y + it.H})
		if n := it.Box.Node; n != nil && n.DOM != nil && n.DOM.Type == recording.ElementNode {
			c.add(n, it, r, in)
		}
		for _, n := range it.Box.Wraps {
			if n.DOM != nil {
				c.add(n, it, r, in)
			}
		}
	}
}

// add joins a fragment r of n, drawn as or within it, to the box of n.
func (c *collector) add(n *style.Node, it *paint.Item, r paint.Rect, in place) {
	var seen render.Rect
	if n.Style.Visibility == style.Shown {
		seen = rectOf(in.page(it.Turn.Shown(r.Intersect(it.Clip))).Intersect(in.clip))
	}
	all := rectOf(in.page(it.Turn.Page(r)))
	i, ok := c.at[n.DOM]
	if !ok {
		c.at[n.DOM] = len(c.boxes)
		c.boxes = append(c.boxes, render.Box{Node: n.DOM.ID, X: all.X, Y: all.Y, W: all.W, H: all.H, Seen: seen,
			Fixed: it.Fixed || in.fixed, Through: n.Style.Through})
		return
	}
	b := &c.boxes[i]
	all = union(render.Rect{X: b.X, Y: b.Y, W: b.W, H: b.H}, all)
	b.X, b.Y, b.W, b.H = all.X, all.Y, all.W, all.H
	switch {
	case b.Seen.Empty():
		b.Seen = seen
	case !seen.Empty():
		b.Seen = union(b.Seen, seen)
	}
}

// rectOf returns r with a size; nothing of an empty one.
func rectOf(r paint.Rect) render.Rect {
	if r.X1 < r.X0 || r.Y1 < r.Y0 {
		return render.Rect{}
	}
	return render.Rect{X: r.X0, Y: r.Y0, W: r.X1 - r.X0, H: r.Y1 - r.Y0}
}

func union(a, b render.Rect) render.Rect {
	x, y := min(a.X, b.X), min(a.Y, b.Y)
	return render.Rect{X: x, Y: y, W: max(a.X+a.W, b.X+b.W) - x, H: max(a.Y+a.H, b.Y+b.H) - y}
}

// vector adds the boxes of the shapes in an svg element.
func (c *collector) vector(it *paint.Item, in place) {
	if it.Box.Content.Kind != layout.SVG {
		return
	}
	paint.VectorBoxes(it, c.shaper, func(n *style.Node, x, y, w, h float32) {
		c.add(n, it, paint.Rect{X0: x, Y0: y, X1: x + w, Y1: y + h}, in)
	})
}

// frame adds the boxes of the document in a frame.
func (c *collector) frame(it *paint.Item, in place) {
	if it.Box.Content.Kind != layout.Frame || it.Box.Content.Page == nil || c.depth > maxFrameDepth {
		return
	}
	c.depth++
	l, sx, sy := paint.FrameList(it.Box, elementScroll)
	b := it.Box
	x := it.X + b.Border[style.Left] + b.Padding[style.Left]
	y := it.Y + b.Border[style.Top] + b.Padding[style.Top]
	view := paint.Rect{X0: x, Y0: y, X1: x + b.Content.Page.ViewW, Y1: y + b.Content.Page.ViewH}.Intersect(it.Clip)
	if b.Style.Visibility != style.Shown {
		view = paint.Rect{}
	}
	inner := place{dx: in.dx + x - sx, dy: in.dy + y - sy, clip: in.page(view).Intersect(in.clip), fixed: in.fixed || it.Fixed}
	c.list(l, inner)
	c.depth--
}

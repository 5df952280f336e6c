package flat

import (
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/paint"
	"hindsite.app/player/render/flat/style"
)

// boxes collects the border boxes of elements from the order of painting.
func (s *session) boxes() []render.Box {
	c := &collector{at: map[*dom.Node]int{}}
	c.list(s.list, 0, 0, false)
	return c.boxes
}

type collector struct {
	boxes []render.Box
	at    map[*dom.Node]int
	depth int
}

func (c *collector) list(l *paint.List, dx, dy float32, fixed bool) {
	for i := range l.Items {
		it := &l.Items[i]
		switch it.Kind {
		case paint.Block, paint.Inline:
		case paint.Content:
			c.frame(it, dx, dy, fixed)
			c.vector(it, dx, dy, fixed)
			continue
		default:
			continue
		}
		if n := it.Box.Node; n != nil && n.DOM != nil && n.DOM.Type == recording.ElementNode {
			c.add(n.DOM, it, dx, dy, fixed)
		}
		for _, n := range it.Box.Wraps {
			if n.DOM != nil {
				c.add(n.DOM, it, dx, dy, fixed)
			}
		}
	}
}

func (c *collector) add(n *dom.Node, it *paint.Item, dx, dy float32, fixed bool) {
	x, y, w, h := it.X+dx, it.Y+dy, it.W, it.H
	i, ok := c.at[n]
	if !ok {
		c.at[n] = len(c.boxes)
		c.boxes = append(c.boxes, render.Box{Node: n.ID, X: x, Y: y, W: w, H: h, Fixed: it.Fixed || fixed})
		return
	}
	b := &c.boxes[i]
	x0, y0 := min(b.X, x), min(b.Y, y)
	x1, y1 := max(b.X+b.W, x+w), max(b.Y+b.H, y+h)
	b.X, b.Y, b.W, b.H = x0, y0, x1-x0, y1-y0
}

// vector adds the boxes of the shapes in an svg element.
func (c *collector) vector(it *paint.Item, dx, dy float32, fixed bool) {
	if it.Box.Content.Kind != layout.SVG {
		return
	}
	paint.VectorBoxes(it, func(n *style.Node, x, y, w, h float32) {
		c.add(n.DOM, &paint.Item{X: x, Y: y, W: w, H: h, Fixed: it.Fixed}, dx, dy, fixed)
	})
}

// frame adds the boxes of the document in a frame.
func (c *collector) frame(it *paint.Item, dx, dy float32, fixed bool) {
	if it.Box.Content.Kind != layout.Frame || it.Box.Content.Page == nil || c.depth > maxFrameDepth {
		return
	}
	c.depth++
	l, sx, sy := paint.FrameList(it.Box, elementScroll)
	b := it.Box
	x := it.X + b.Border[style.Left] + b.Padding[style.Left]
	y := it.Y + b.Border[style.Top] + b.Padding[style.Top]
	c.list(l, dx+x-sx, dy+y-sy, fixed || it.Fixed)
	c.depth--
}

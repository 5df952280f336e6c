package layout

import "hindsite.app/player/render/flat/style"

// floats are the floating boxes of one block formatting context, in its
// coordinates: margin boxes.
type floats struct {
	list []floatRect
	low  float32 // top of the last one: later floats stand no higher
}

type floatRect struct {
	x, y, w, h float32
	right      bool
}

const (
	maxFloatSteps = 2000
	maxFloats     = 5000
)

func (f *floats) empty() bool { return len(f.list) == 0 }

// bounds returns the free span between floats for lines from top to bottom.
func (f *floats) bounds(top, bottom, left, right float32) (float32, float32) {
	for i := range f.list {
		r := &f.list[i]
		if r.y >= bottom || r.y+r.h <= top || r.h <= 0 {
			continue
		}
		if r.right {
			right = min(right, r.x)
		} else {
			left = max(left, r.x+r.w)
		}
	}
	return left, max(left, right)
}

// next returns the first place below y where a float ends, or y.
func (f *floats) next(y float32) float32 {
	best := y
	for i := range f.list {
		if e := f.list[i].y + f.list[i].h; e > y && (best == y || e < best) {
			best = e
		}
	}
	return best
}

// clear returns the bottom of the floats of a side.
func (f *floats) clear(side style.Side) float32 {
	var y float32 = -1 << 25
	for i := range f.list {
		r := &f.list[i]
		if side == style.BothSides || r.right == (side == style.RightSide) {
			y = max(y, r.y+r.h)
		}
	}
	return y
}

func (f *floats) bottom() float32 {
	if len(f.list) == 0 {
		return 0
	}
	return max(0, f.clear(style.BothSides))
}

// float lays out and places a floating child of b. y is where it may begin, in
// b's content box; taken is the width of the line that it stands beside.
func (l *layouter) float(b, c *Box, inner constraint, fc *floats, ox, oy, y, taken float32) {
	l.layout(c, constraint{w: inner.w, h: inner.h, forceW: -1, forceH: -1, shrink: true})
	w := c.W + c.Margin[style.Left] + c.Margin[style.Right]
	h := c.H + c.Margin[style.Top] + c.Margin[style.Bottom]
	top := max(oy+y, fc.low)
	if c.Style.Clear != style.NoSide {
		top = max(top, fc.clear(c.Style.Clear))
	}
	left, right := fc.bounds(top, top+max(h, 1), ox, ox+inner.w)
	for range maxFloatSteps {
		if right-left >= w-0.01 || len(fc.list) > maxFloats {
			break
		}
		next := fc.next(top)
		if next <= top {
			break
		}
		top = next
		left, right = fc.bounds(top, top+max(h, 1), ox, ox+inner.w)
	}
	r := floatRect{x: left, y: top, w: w, h: h, right: c.Style.Float == style.RightSide}
	if r.right {
		r.x = right - w
	}
	fc.low = top
	if len(fc.list) <= maxFloats {
		fc.list = append(fc.list, r)
	}
	c.X = b.contentX() + r.x - ox + c.Margin[style.Left]
	c.Y = b.contentY() + r.y - oy + c.Margin[style.Top]
	if c.Style.Position == style.Relative {
		l.relative(c, inner)
	}
}

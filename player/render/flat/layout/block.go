package layout

import "hindsite.app/player/render/flat/style"

// strut is a set of adjoining margins.
type strut struct{ pos, neg float32 }

func (s *strut) add(m float32) {
	if m >= 0 {
		s.pos = max(s.pos, m)
	} else {
		s.neg = min(s.neg, m)
	}
}

func (s *strut) merge(o strut) { s.pos, s.neg = max(s.pos, o.pos), min(s.neg, o.neg) }

func (s strut) sum() float32 { return s.pos + s.neg }

// collapsesTop reports whether the top margin of b's first child adjoins b's.
func (b *Box) collapsesTop() bool {
	return b.Kind == Block && !b.context && b.Border[style.Top] == 0 && b.Padding[style.Top] == 0
}

const (
	collapsingYes = 1 + iota
	collapsingNo
)

// selfCollapsing reports whether b's own margins adjoin (CSS 2.2, 8.3.1).
func (b *Box) selfCollapsing() bool {
	if b.state == 0 {
		b.state = collapsingNo
		if b.emptyFlow() {
			b.state = collapsingYes
		}
	}
	return b.state == collapsingYes
}

func (b *Box) emptyFlow() bool {
	s := b.Style
	if b.Kind != Block || b.context || b.Marker != "" || s.AspectW > 0 {
		return false
	}
	for _, i := range []int{style.Top, style.Bottom} {
		if s.BorderWidth[i] != 0 || s.Padding[i].Px != 0 || s.Padding[i].Relative() {
			return false
		}
	}
	if s.Height.Fixed() && (s.Height.Px != 0 || s.Height.Relative()) || s.MinHeight.Fixed() && s.MinHeight.Px != 0 {
		return false
	}
	if b.inlineContent() {
		return !visibleInline(b.Children) || !solidInline(b.Children)
	}
	for _, c := range b.Children {
		if c.outOfFlow() || c.floating() {
			continue
		}
		if !c.selfCollapsing() {
			return false
		}
	}
	return true
}

// solidInline reports whether a line of these boxes would have a height: empty
// inline boxes alone make none.
func solidInline(run []*Box) bool {
	for _, c := range run {
		if c.outOfFlow() || c.floating() {
			continue
		}
		if c.Kind == Inline {
			if c.hasEdges() || solidInline(c.Children) {
				return true
			}
			continue
		}
		if visibleInline([]*Box{c}) {
			return true
		}
	}
	return false
}

// topStrut returns the margins that adjoin the top margin of b, its own
// included. Edges must be resolved against w.
func (l *layouter) topStrut(b *Box, w float32) strut {
	if b.topsOK && b.topsW == w {
		return b.tops
	}
	l.edges(b, w)
	var s strut
	s.add(b.Margin[style.Top])
	if b.collapsesTop() && !b.inlineContent() {
		for _, c := range b.Children {
			if c.outOfFlow() || c.floating() {
				continue
			}
			if c.Style.Clear != style.NoSide {
				break
			}
			s.merge(l.topStrut(c, w))
			if !c.selfCollapsing() {
				break
			}
			s.add(c.Margin[style.Bottom])
		}
	}
	b.tops, b.topsW, b.topsOK = s, w, true
	return s
}

// blocks lays out block-level children. It returns the height up to the last
// bottom border, the margin below it, and whether nothing had any height.
func (l *layouter) blocks(b *Box, inner constraint, fc *floats, ox, oy float32, own, auto bool) (float32, strut, bool) {
	var cur float32
	var pending strut
	first := !own && b.collapsesTop()
	solid := false
	for _, c := range b.Children {
		if l.err != nil {
			break
		}
		switch {
		case c.outOfFlow():
			c.static.x, c.static.y, c.static.inline = b.contentX(), b.contentY()+cur+pending.sum(), false
			if first {
				c.static.y = b.contentY() + cur
			}
			if c.Style.Lined {
				c.static.x += alignEmpty(b.Style, inner.w)
			}
			continue
		case c.floating():
			y := cur
			if !first {
				y += pending.sum()
			}
			l.float(b, c, inner, fc, ox, oy, y, 0)
			continue
		}
		l.edges(c, inner.w) // margins may still be those that centred it before
		top := l.topStrut(c, inner.w)
		if !first {
			pending.merge(top)
		}
		y := cur + pending.sum()
		if first {
			y = cur
		}
		cleared := false
		if c.Style.Clear != style.NoSide {
			if cy := fc.clear(c.Style.Clear) - oy; cy > y {
				y, cleared = cy, true
			}
		}
		x, cc := l.besideFloats(b, c, inner, fc, ox, oy, &y)
		bottom, through := l.flow(c, cc, fc, ox+x, oy+y)
		c.X, c.Y = b.contentX()+l.alignBlock(b, c, inner.w, x), b.contentY()+y
		if c.Style.Position == style.Relative || c.Style.Position == style.Sticky {
			l.relative(c, inner)
		}
		if through && !cleared {
			pending.merge(bottom)
			continue
		}
		solid = true
		cur, pending, first = y+c.H, bottom, false
	}
	return cur, pending, !solid
}

// alignEmpty returns where a line with nothing on it begins.
func alignEmpty(s *style.Style, w float32) float32 {
	switch a := s.TextAlign; {
	case a == style.AlignCenter || a == style.CenterBlocks:
		return w / 2
	case a == style.AlignRight || a == style.RightBlocks, a == style.AlignEnd && !s.RTL, a == style.AlignStart && s.RTL:
		return w
	}
	return 0
}

// besideFloats returns the place and the constraint of a block: a box with its
// own context stands beside floats and not behind them.
func (l *layouter) besideFloats(b, c *Box, inner constraint, fc *floats, ox, oy float32, y *float32) (float32, constraint) {
	cc := constraint{w: inner.w, h: inner.h, forceW: -1, forceH: -1}
	x := c.Margin[style.Left]
	if !c.context || fc.empty() {
		return x, cc
	}
	for range maxFloatSteps {
		left, right := fc.bounds(oy+*y, oy+*y+1, ox, ox+inner.w)
		room := right - left
		l.edges(c, inner.w)
		probe := cc
		if c.Style.Width.IsAuto() && c.Kind != Table && c.Kind != Replaced {
			need := l.clampW(c, l.intrinsic(c).min, cc)
			if room >= min(need, inner.w) || room >= inner.w {
				if room < inner.w {
					probe.forceW = l.clampW(c, max(room-max(0, c.Margin[style.Left]-(left-ox))-max(0, c.Margin[style.Right]-(ox+inner.w-right)), 0), cc)
				}
				if left <= ox {
					return c.Margin[style.Left], probe
				}
				return max(left-ox, c.Margin[style.Left]), probe
			}
		} else {
			w := l.outerWidth(c, cc)
			if w <= room+0.01 || room >= inner.w {
				return left - ox + c.Margin[style.Left], cc
			}
		}
		next := fc.next(oy + *y)
		if next <= oy+*y {
			break
		}
		*y = next - oy
	}
	return x, cc
}

// outerWidth returns the width that a box with margins takes.
func (l *layouter) outerWidth(c *Box, cc constraint) float32 {
	m := c.Margin[style.Left] + c.Margin[style.Right]
	if c.Kind == Replaced {
		l.replacedSize(c, cc)
		return c.W + m
	}
	return l.width(c, cc) + m
}

// alignBlock returns the x of the border box: auto margins centre it.
func (l *layouter) alignBlock(b, c *Box, w, x float32) float32 {
	s := c.Style
	autoL, autoR := s.Margin[style.Left].IsAuto(), s.Margin[style.Right].IsAuto()
	free := w - c.W - c.Margin[style.Left] - c.Margin[style.Right]
	switch {
	case autoL && autoR:
		c.Margin[style.Left], c.Margin[style.Right] = max(free/2, 0), max(free/2, 0)
		return x + max(free/2, 0)
	case autoL:
		c.Margin[style.Left] = max(free, 0)
		return x + max(free, 0)
	case autoR:
		return x
	}
	if free > 0 && c.Node != nil {
		switch b.Style.TextAlign {
		case style.CenterBlocks:
			return x + free/2
		case style.RightBlocks:
			return x + free
		}
	}
	if b.Style.RTL {
		return x + free
	}
	return x
}

// relative moves a box from its place in the flow.
func (l *layouter) relative(c *Box, inner constraint) {
	if c.Style.Position == style.Sticky {
		return
	}
	s := c.Style
	switch {
	case s.Inset[style.Left].Fixed():
		c.X += s.Inset[style.Left].Of(inner.w)
	case s.Inset[style.Right].Fixed():
		c.X -= s.Inset[style.Right].Of(inner.w)
	}
	vertical := func(v style.Length) bool { return v.Fixed() && (!v.Relative() || inner.h >= 0) }
	switch {
	case vertical(s.Inset[style.Top]):
		c.Y += s.Inset[style.Top].Of(max(inner.h, 0))
	case vertical(s.Inset[style.Bottom]):
		c.Y -= s.Inset[style.Bottom].Of(max(inner.h, 0))
	}
}

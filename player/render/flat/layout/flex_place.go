package layout

import "hindsite.app/player/render/flat/style"

// place gives every item its final size and place; it returns the height of
// the content.
func (f *flexer) place() float32 {
	crossGap := f.s.RowGap.Of(max(f.inner.h, 0))
	if f.column {
		crossGap = f.s.ColumnGap.Of(f.inner.w)
	}
	var sum float32
	for i, ln := range f.lines {
		if i > 0 {
			sum += crossGap
		}
		sum += ln.cross
	}
	total := f.cross
	if total < 0 {
		total = sum
		if f.s.Wrap && !f.column {
			total = f.l.clampH(f.b, sum+f.b.edgesY(), constraint{w: f.inner.w, h: -1}) - f.b.edgesY()
		}
	}
	start, between := f.alignLines(total-sum, crossGap)
	var mainSize float32
	at := start
	for _, ln := range f.lines {
		mainSize = max(mainSize, f.placeLine(ln, at, total))
		at += ln.cross + between
	}
	if f.s.WrapReverse {
		for _, ln := range f.lines {
			for _, it := range ln.items {
				f.mirrorCross(it.box, total)
			}
		}
	}
	if f.column {
		if f.main >= 0 {
			return f.main
		}
		return mainSize
	}
	return total
}

func (f *flexer) mirrorCross(c *Box, total float32) {
	if f.column {
		c.X = 2*f.b.contentX() + total - c.X - c.W
	} else {
		c.Y = 2*f.b.contentY() + total - c.Y - c.H
	}
}

// alignLines applies align-content.
func (f *flexer) alignLines(free, gap float32) (start, between float32) {
	n := float32(len(f.lines))
	if n == 0 || !f.s.Wrap {
		return 0, gap
	}
	a := f.s.AlignContent
	if a == style.Normal || a == style.Stretch || a == style.Auto {
		if free > 0 {
			for _, ln := range f.lines {
				ln.cross += free / n
			}
		}
		return 0, gap
	}
	s, b := distribute(a, free, n)
	return s, gap + b
}

// distribute returns the space in front of and between n things.
func distribute(a style.Alignment, free, n float32) (start, between float32) {
	switch a {
	case style.Center:
		return free / 2, 0
	case style.End, style.FlexEnd:
		return free, 0
	case style.SpaceBetween:
		if n > 1 && free > 0 {
			return 0, free / (n - 1)
		}
	case style.SpaceAround:
		if free > 0 {
			return free / n / 2, free / n
		}
		return free / 2, 0
	case style.SpaceEvenly:
		if free > 0 {
			return free / (n + 1), free / (n + 1)
		}
		return free / 2, 0
	}
	return 0, 0
}

// placeLine places the items of one line, whose cross start is at, and returns
// how long it is.
func (f *flexer) placeLine(ln *flexLine, at, total float32) float32 {
	used := f.gap * float32(len(ln.items)-1)
	autos := 0
	for _, it := range ln.items {
		used += it.target + it.margins
		autos += f.autoMargins(it.box)
	}
	room := f.main
	if room < 0 {
		room = max(used, f.minMain())
	}
	free := room - used
	var start, between, auto float32
	if autos > 0 && free > 0 {
		auto = free / float32(autos)
	} else {
		a := f.s.JustifyContent
		if f.s.Reverse {
			a = reversed(a)
		}
		start, between = distribute(a, free, float32(len(ln.items)))
	}
	pos := start
	items := ln.items
	for i := range items {
		it := items[i]
		if f.s.Reverse {
			it = items[len(items)-1-i]
		}
		pos += f.before(it.box, auto)
		f.settle(it, ln, pos, at)
		pos += it.target + f.after(it.box, auto) + f.gap + between
	}
	return room
}

func (f *flexer) minMain() float32 {
	if v, ok := f.l.sizeH(f.b, f.s.MinHeight, constraint{w: f.inner.w, h: -1}); ok && f.column {
		return v - f.b.edgesY()
	}
	return 0
}

// reversed turns the ends of a reversed main axis round.
func reversed(a style.Alignment) style.Alignment {
	switch a {
	case style.Normal, style.FlexStart, style.Stretch:
		return style.FlexEnd
	case style.FlexEnd:
		return style.FlexStart
	}
	return a
}

func (f *flexer) sides() (from, to int) {
	if f.column {
		return style.Top, style.Bottom
	}
	return style.Left, style.Right
}

func (f *flexer) autoMargins(c *Box) int {
	n := 0
	a, b := f.sides()
	if c.Style.Margin[a].IsAuto() {
		n++
	}
	if c.Style.Margin[b].IsAuto() {
		n++
	}
	return n
}

func (f *flexer) before(c *Box, auto float32) float32 {
	a, _ := f.sides()
	if c.Style.Margin[a].IsAuto() {
		return auto
	}
	return c.Margin[a]
}

func (f *flexer) after(c *Box, auto float32) float32 {
	_, b := f.sides()
	if c.Style.Margin[b].IsAuto() {
		return auto
	}
	return c.Margin[b]
}

// settle lays out an item at its final size.
func (f *flexer) settle(it *flexItem, ln *flexLine, pos, at float32) {
	l, c := f.l, it.box
	cc := constraint{w: f.inner.w, h: f.inner.h, forceW: -1, forceH: -1, shrink: true}
	stretch := f.stretches(c)
	if f.column {
		cc.forceW, cc.forceH = it.cross, it.target
		if stretch && f.s.Wrap {
			cc.forceW = l.clampW(c, ln.cross-it.marginsCross, cc)
		}
	} else {
		cc.forceW = it.target
		if stretch {
			cc.forceH = l.clampH(c, ln.cross-it.marginsCross, cc)
		}
	}
	f.l.settle(c, cc)
	if f.column {
		c.X = f.b.contentX() + at + f.crossOffset(it, ln, c.W)
		c.Y = f.b.contentY() + pos
	} else {
		c.X = f.b.contentX() + pos
		c.Y = f.b.contentY() + at + f.crossOffset(it, ln, c.H)
	}
	if f.b.Style.RTL && !f.column {
		c.X = f.b.contentX() + f.inner.w - pos - c.W
	}
	if f.b.Style.RTL && f.column {
		c.X = 2*f.b.contentX() + f.inner.w - c.X - c.W
	}
	if c.Style.Position == style.Relative {
		l.relative(c, f.inner)
	}
}

// crossOffset returns the place of an item across its line.
func (f *flexer) crossOffset(it *flexItem, ln *flexLine, size float32) float32 {
	c := it.box
	a, b := style.Top, style.Bottom
	if f.column {
		a, b = style.Left, style.Right
	}
	free := ln.cross - size - c.Margin[a] - c.Margin[b]
	autoA, autoB := c.Style.Margin[a].IsAuto(), c.Style.Margin[b].IsAuto()
	switch {
	case autoA && autoB:
		return max(free/2, 0)
	case autoA:
		return max(free, 0)
	case autoB:
		return c.Margin[a]
	}
	switch selfAlign(f.b, c) {
	case style.Center:
		return c.Margin[a] + free/2
	case style.End, style.FlexEnd:
		return c.Margin[a] + free
	case style.BaselineAlign:
		if !f.column {
			return ln.base - it.baseline + c.Margin[a]
		}
	}
	return c.Margin[a]
}

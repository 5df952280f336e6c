package layout

import "hindsite.app/player/render/flat/style"

// outOf places the absolutely positioned boxes that b and the boxes in it
// contain. It runs from the root down, when every box in flow has its place.
func (l *layouter) outOf(b *Box) {
	if !b.outs {
		return
	}
	for _, c := range b.Out {
		x, y := b.Border[style.Left], b.Border[style.Top]
		w := b.W - b.Border[style.Left] - b.Border[style.Right]
		h := b.H - b.Border[style.Top] - b.Border[style.Bottom]
		if b.Parent == nil && b.Style.Position == style.Static && !b.Style.Moved {
			// The initial containing block.
			x, y, w, h = -b.X, -b.Y, l.options.Width, l.options.Height
		}
		if b.Kind == Inline {
			x, y, w, h = l.inlineContainer(b)
		}
		l.position(c, x, y, w, h, b)
	}
	for _, c := range b.Children {
		if !c.outOfFlow() || c.legend {
			l.outOf(c)
		}
	}
}

// inlineContainer returns the padding box of an inline box: its first fragment
// in the lines of the block around it, whose coordinates it shares.
func (l *layouter) inlineContainer(b *Box) (x, y, w, h float32) {
	block := b.Parent
	for block != nil && block.Kind == Inline {
		block = block.Parent
	}
	if block == nil {
		return 0, 0, 0, 0
	}
	for i := range block.Lines {
		for k := range block.Lines[i].Frags {
			if f := &block.Lines[i].Frags[k]; f.Box == b {
				bd := b.Border
				return f.X + bd[style.Left], f.Y + bd[style.Top], f.W - bd[style.Left] - bd[style.Right], f.H - bd[style.Top] - bd[style.Bottom]
			}
		}
	}
	return 0, 0, 0, 0
}

// position lays out an absolutely positioned box in the padding box of its
// containing block, which is given in the coordinates of owner (CSS Position
// 3).
func (l *layouter) position(c *Box, x, y, w, h float32, owner *Box) {
	l.edges(c, w)
	s := c.Style
	sx, sy := l.staticXY(c, owner)
	left, right := s.Inset[style.Left], s.Inset[style.Right]
	top, bottom := s.Inset[style.Top], s.Inset[style.Bottom]
	cc := constraint{w: w, h: h, forceW: -1, forceH: -1, shrink: true}
	if left.Fixed() && right.Fixed() && (s.Width.IsAuto()) && c.Kind != Replaced && c.Kind != Table && s.AspectW == 0 && !c.fits && !c.sizes.field {
		cc.forceW = l.clampW(c, max(w-left.Of(w)-right.Of(w)-c.Margin[style.Left]-c.Margin[style.Right], 0), cc)
	} else if s.Width.IsAuto() {
		// What is left of the containing block is the room to fit in.
		used := float32(0)
		switch {
		case left.Fixed():
			used = left.Of(w)
		case right.Fixed():
			used = right.Of(w)
		default:
			used = min(max(sx-x, 0), w)
		}
		if used != 0 && c.Kind != Replaced {
			in := l.intrinsic(c)
			fit := max(in.min, min(in.max, w-used-c.Margin[style.Left]-c.Margin[style.Right]))
			cc.forceW = l.clampW(c, fit, cc)
		}
	}
	if top.Fixed() && bottom.Fixed() && s.Height.IsAuto() && c.Kind != Replaced && c.Kind != Table {
		cc.forceH = l.clampH(c, max(h-top.Of(h)-bottom.Of(h)-c.Margin[style.Top]-c.Margin[style.Bottom], 0), cc)
	}
	l.layout(c, cc)
	if p := c.static.parent; p != nil && p.Style.RTL && !c.static.inline && p.Kind != Flex && p.Kind != Grid {
		sx += p.contentW() - c.W - c.Margin[style.Left] - c.Margin[style.Right]
	}
	mx := axis{left, right, s.Margin[style.Left].IsAuto(), s.Margin[style.Right].IsAuto(), c.Margin[style.Left], c.Margin[style.Right]}
	my := axis{top, bottom, s.Margin[style.Top].IsAuto(), s.Margin[style.Bottom].IsAuto(), c.Margin[style.Top], c.Margin[style.Bottom]}
	c.X = x + mx.at(w, c.W, sx-x)
	c.Y = y + my.at(h, c.H, sy-y)
	if p := c.Parent; p != nil && owner != p {
		// Places are relative to the parent box.
		px, py := offsetTo(p, owner)
		c.X -= px
		c.Y -= py
	}
	l.outOf(c)
}

// axis is what places a box on one axis.
type axis struct {
	from, to         style.Length
	autoA, autoB     bool
	marginA, marginB float32
}

func (a axis) at(room, size, static float32) float32 {
	switch {
	case a.from.Fixed() && a.to.Fixed():
		free := room - a.from.Of(room) - a.to.Of(room) - size - a.marginA - a.marginB
		switch {
		case a.autoA && a.autoB:
			return a.from.Of(room) + max(free/2, 0)
		case a.autoA:
			return a.from.Of(room) + max(free, 0)
		}
		return a.from.Of(room) + a.marginA
	case a.from.Fixed():
		return a.from.Of(room) + a.marginA
	case a.to.Fixed():
		return room - a.to.Of(room) - a.marginB - size
	}
	return static + a.marginA
}

// staticXY returns the static place of c in the coordinates of owner.
func (l *layouter) staticXY(c, owner *Box) (x, y float32) {
	p := c.static.parent
	if p == nil {
		return 0, 0
	}
	px, py := offsetTo(p, owner)
	x, y = c.static.x+px, c.static.y+py
	if p.Kind == Flex || p.Kind == Grid {
		return px + p.contentX() + l.staticFlexX(p, c), py + p.contentY() + l.staticFlexY(p, c)
	}
	return x, y
}

// staticFlexX places the only child that a flex or grid container would have.
func (l *layouter) staticFlexX(p, c *Box) float32 {
	if p.Kind != Flex {
		return l.staticShare(justifySelf(p, c), p.contentW(), c, true)
	}
	a := p.Style.JustifyContent
	if p.Style.Column {
		a = selfAlign(p, c)
	}
	return l.staticShare(a, p.contentW(), c, true)
}

func (l *layouter) staticFlexY(p, c *Box) float32 {
	a := selfAlign(p, c)
	if p.Kind == Flex && p.Style.Column {
		a = p.Style.JustifyContent
	}
	return l.staticShare(a, p.contentH(), c, false)
}

func (l *layouter) staticShare(a style.Alignment, room float32, c *Box, horizontal bool) float32 {
	switch a {
	case style.Center, style.End, style.FlexEnd:
	default:
		return 0
	}
	l.layout(c, constraint{w: c.static.parent.contentW(), h: -1, forceW: -1, forceH: -1, shrink: true})
	size := c.W
	if !horizontal {
		size = c.H
	}
	if a == style.Center {
		return (room - size) / 2
	}
	return room - size
}

// offsetTo returns the place of b in the coordinates of owner, an ancestor or
// nil for the page.
func offsetTo(b, owner *Box) (x, y float32) {
	for ; b != nil && b != owner; b = b.Parent {
		x += b.X
		y += b.Y
	}
	return x, y
}

// extent returns how far what b holds reaches, from its border box.
func extent(b *Box) (w, h float32) {
	if b.far.known {
		return b.far.w, b.far.h
	}
	w, h = findExtent(b)
	if !b.outs { // what is out of flow moves without a layout of b
		b.far = far{w, h, true}
	}
	return w, h
}

// far is how far what a box holds reaches, as long as it is not laid out anew.
type far struct {
	w, h  float32
	known bool
}

func findExtent(b *Box) (w, h float32) {
	w, h = b.W, b.H
	if b.Cols != nil {
		return w, h
	}
	for _, c := range b.Children {
		if c.Kind == Text || c.Style.Position == style.Fixed {
			continue
		}
		cw, ch := c.W, c.H
		if c.Style.Overflow[0] == style.Visible && c.Style.Overflow[1] == style.Visible {
			cw, ch = extent(c)
		}
		w, h = max(w, c.X+cw), max(h, c.Y+ch)
	}
	for i := range b.Lines {
		line := &b.Lines[i]
		h = max(h, line.Y+line.H)
		for k := range line.Frags {
			w = max(w, line.Frags[k].X+line.Frags[k].W)
		}
	}
	return w, h
}

// frames lays out the documents in frames.
func (l *layouter) frames(b *Box) {
	if !b.framed {
		return
	}
	if ct := b.Content; ct != nil && ct.Kind == Frame && l.options.Frame != nil && b.W > 0 && b.H > 0 {
		if doc := FrameDocument(ct.DOM); doc != nil {
			p, err := l.options.Frame(l.ctx, doc, b.contentW(), b.contentH())
			if err != nil {
				l.err = err
				return
			}
			ct.Page = p
		}
	}
	for _, c := range b.Children {
		if l.err != nil {
			return
		}
		l.frames(c)
	}
}

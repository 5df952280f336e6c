package layout

import (
	"context"

	"hindsite.app/player/dom"
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
)

// Options say how a document is laid out.
type Options struct {
	Width, Height float32 // viewport, CSS pixels
	Quirks        bool
	// Natural returns the natural size of an image by its URL.
	Natural func(url string) (w, h float32, ok bool)
	// Frame lays out the document inside a frame of the given size.
	Frame func(ctx context.Context, document *dom.Node, w, h float32) (*Page, error)
}

// Engine lays out the states of one document, one after the other. It keeps the
// boxes of what did not change. It belongs to one goroutine.
type Engine struct {
	shaper  *text.Shaper
	anon    map[*style.Style]*style.Style
	fonts   map[*style.Style]*fontMetrics
	kept    map[*style.Node]*built
	last    uint64 // version of the tree that was laid out
	version int    // of the fonts that boxes were measured with
	cut     bool   // the last layout was not complete
}

// NewEngine returns an Engine.
func NewEngine(s *text.Shaper) *Engine {
	return &Engine{shaper: s, anon: map[*style.Style]*style.Style{}, fonts: map[*style.Style]*fontMetrics{}, kept: map[*style.Node]*built{}}
}

// Layout places the boxes of a styled document. Boxes of the page before are
// used again and changed: it is of no use then.
func (e *Engine) Layout(ctx context.Context, tree *style.Tree, o Options) (*Page, error) {
	l := &layouter{ctx: ctx, engine: e, shaper: e.shaper, natural: o.Natural, options: o, anon: e.anon, fonts: e.fonts, version: tree.Version}
	p := &Page{ViewW: o.Width, ViewH: o.Height, Width: o.Width, Height: o.Height, Cut: tree.Cut, Quirks: o.Quirks, Version: tree.Version}
	if tree.Root == nil {
		return p, nil
	}
	e.begin(tree)
	boxes := l.build(tree.Root)
	if len(boxes) == 0 {
		return p, ctx.Err()
	}
	root := boxes[0]
	root.context = true
	if root.Kind == Inline {
		root.Kind = Block
	}
	p.Root = root
	l.page = p
	l.place(root, nil)
	l.root(root, o)
	if l.err == nil {
		l.frames(root)
	}
	p.Cut = p.Cut || l.spent <= 0
	e.last, e.cut = tree.Version, l.err != nil || l.spent <= 0
	return p, l.err
}

// layouter lays out one state.
type layouter struct {
	ctx     context.Context
	err     error
	spent   int // layouts left
	engine  *Engine
	shaper  *text.Shaper
	natural func(string) (float32, float32, bool)
	options Options
	page    *Page
	version uint64
	anon    map[*style.Style]*style.Style
	fonts   map[*style.Style]*fontMetrics
}

// maxLayouts bounds how often boxes are laid out, over all boxes: nested
// flexible boxes measure their content again and again.
const maxLayouts = 6_000_000

func (l *layouter) root(root *Box, o Options) {
	l.spent = maxLayouts
	c := constraint{w: o.Width, h: o.Height, forceW: -1, forceH: -1}
	l.layout(root, c)
	m := root.Margin
	root.X, root.Y = m[style.Left], m[style.Top]
	l.outOf(root)
	// What stands against the viewport.
	for _, b := range l.page.Fixed {
		l.position(b, -root.X, -root.Y, o.Width, o.Height, root)
	}
	w, h := extent(root)
	l.page.Width = max(o.Width, root.X+w)
	l.page.Height = max(o.Height, root.Y+max(h, root.H+m[style.Bottom]))
}

// tick counts one layout and reports whether to go on.
func (l *layouter) tick() bool {
	l.spent--
	if l.spent&127 == 0 && l.err == nil {
		l.err = l.ctx.Err()
	}
	return l.err == nil && l.spent > 0
}

// place gives every positioned box the box that contains it.
func (l *layouter) place(b, container *Box) {
	b.Out = nil
	if !b.outs {
		return
	}
	if b.Style.Position != style.Static || b.Style.Moved {
		container = b
	}
	for _, c := range b.Children {
		if c.outOfFlow() && !c.legend {
			switch {
			case c.Style.Position == style.Fixed && !l.insideMoved(b):
				l.page.Fixed = append(l.page.Fixed, c)
				c.Owner = nil
			case container == nil:
				l.page.Root.Out = append(l.page.Root.Out, c)
				c.Owner = l.page.Root
			default:
				container.Out = append(container.Out, c)
				c.Owner = container
			}
			c.static.parent = b
		}
		l.place(c, container)
	}
}

func (l *layouter) insideMoved(b *Box) bool {
	for ; b != nil; b = b.Parent {
		if b.Style.Moved {
			return true
		}
	}
	return false
}

// constraint is what a box is laid out in.
type constraint struct {
	w, h           float32 // containing block; h is -1 when not definite
	forceW, forceH float32 // border box, -1 for none
	shrink         bool    // fit the content instead of filling
}

// layout sizes b and places what is in it. The caller places b.
func (l *layouter) layout(b *Box, c constraint) {
	if b.valid && b.under == c && b.Kind != Replaced {
		return // a replaced box is sized apart in between, and anew as fast
	}
	l.flow(b, c, nil, 0, 0)
	b.memo[b.nmemo%len(b.memo)] = measured{c, b.W, b.H}
	b.nmemo++
}

// settle lays out b unless it already stands as asked: a height that is forced to
// what it is changes nothing, unless something below depends on it.
func (l *layouter) settle(b *Box, c constraint) {
	if c.forceH >= 0 && b.valid && !b.percentH && b.Kind != Grid && b.Kind != Table && b.Kind != Replaced {
		free := c
		free.forceH = -1
		if s := b.Style; s.Height.IsAuto() && !s.MinHeight.Relative() && !s.MaxHeight.Relative() && s.AspectW == 0 && b.Kind != Replaced {
			free.h = b.under.h // nothing of b is a part of it
		}
		if d := b.H - c.forceH; b.under == free && d < 0.01 && d > -0.01 {
			return
		}
	}
	l.layout(b, c)
}

// measure returns the size that b would have.
func (l *layouter) measure(b *Box, c constraint) (w, h float32) {
	for i := range min(b.nmemo, len(b.memo)) {
		if b.memo[i].c == c {
			return b.memo[i].w, b.memo[i].h
		}
	}
	l.layout(b, c)
	return b.W, b.H
}

// edges resolves margins, borders and padding against the containing width.
func (l *layouter) edges(b *Box, w float32) {
	s := b.Style
	for i := range 4 {
		b.Margin[i] = 0
		if s.Margin[i].Fixed() {
			b.Margin[i] = s.Margin[i].Of(w)
		}
		b.Padding[i] = max(s.Padding[i].Of(w), 0)
		if !b.collapsed {
			b.Border[i] = s.BorderWidth[i]
		}
	}
	switch b.Kind {
	case Row, RowGroup:
		b.Margin, b.Padding = [4]float32{}, [4]float32{}
		b.Border = [4]float32{}
	case Cell:
		b.Margin = [4]float32{}
	case Table:
		if s.BorderCollapse {
			b.Padding = [4]float32{}
		}
	case Inline:
		if !b.first {
			b.Margin[style.Left], b.Padding[style.Left], b.Border[style.Left] = 0, 0, 0
		}
		if !b.last {
			b.Margin[style.Right], b.Padding[style.Right], b.Border[style.Right] = 0, 0, 0
		}
	}
}

// borderBox turns a size of the style into one of the border box.
func (b *Box) borderBoxW(v float32) float32 {
	if b.Style.BorderBox {
		return max(v, b.edgesX())
	}
	return max(v, 0) + b.edgesX()
}

func (b *Box) borderBoxH(v float32) float32 {
	if b.Style.BorderBox {
		return max(v, b.edgesY())
	}
	return max(v, 0) + b.edgesY() - b.lift
}

// sizeW resolves a width of the style to a border box; ok is false for auto.
func (l *layouter) sizeW(b *Box, v style.Length, c constraint) (float32, bool) {
	switch v.Kind {
	case style.LFixed:
		return b.borderBoxW(v.Of(c.w)), true
	case style.LMinContent:
		return l.intrinsic(b).min, true
	case style.LMaxContent:
		return l.intrinsic(b).max, true
	case style.LFitContent:
		in := l.intrinsic(b)
		return max(in.min, min(in.max, c.w-b.Margin[style.Left]-b.Margin[style.Right])), true
	case style.LStretch:
		return max(c.w-b.Margin[style.Left]-b.Margin[style.Right], 0), true
	}
	return 0, false
}

// sizeH resolves a height of the style; ok is false when it is automatic or a
// part of something that is.
func (l *layouter) sizeH(b *Box, v style.Length, c constraint) (float32, bool) {
	if v.Kind == style.LStretch && c.h >= 0 {
		return max(c.h-b.Margin[style.Top]-b.Margin[style.Bottom], 0), true
	}
	if v.Kind != style.LFixed || v.Relative() && c.h < 0 {
		return 0, false
	}
	return b.borderBoxH(v.Of(max(c.h, 0))), true
}

func (l *layouter) clampW(b *Box, w float32, c constraint) float32 {
	if v, ok := l.sizeW(b, b.Style.MaxWidth, c); ok {
		w = min(w, v)
	}
	if v, ok := l.sizeW(b, b.Style.MinWidth, c); ok {
		w = max(w, v)
	}
	return max(w, b.edgesX())
}

func (l *layouter) clampH(b *Box, h float32, c constraint) float32 {
	if v, ok := l.sizeH(b, b.Style.MaxHeight, c); ok {
		h = min(h, v)
	}
	if v, ok := l.sizeH(b, b.Style.MinHeight, c); ok {
		h = max(h, v)
	}
	return max(h, b.edgesY())
}

// width computes the border box width of b.
func (l *layouter) width(b *Box, c constraint) float32 {
	if c.forceW >= 0 {
		return max(c.forceW, b.edgesX())
	}
	w, ok := l.sizeW(b, b.Style.Width, c)
	if !ok {
		avail := c.w - b.Margin[style.Left] - b.Margin[style.Right]
		switch {
		case b.Style.AspectW > 0 && b.Kind != Table:
			if h, ok := l.sizeH(b, b.Style.Height, c); ok {
				w = b.ratioW(h)
				break
			}
			fallthrough
		case c.shrink || b.Kind == Table || b.sizes.field || b.fits:
			in := l.intrinsic(b)
			w = max(in.min, min(in.max, avail))
			if !c.shrink && b.Kind != Table && !b.sizes.field && !b.fits {
				w = avail
			}
			if b.sizes.field {
				w = in.max
			}
		default:
			w = avail
		}
	}
	return l.clampW(b, w, c)
}

func (b *Box) ratioW(h float32) float32 {
	if b.Style.BorderBox {
		return h * b.Style.AspectW / b.Style.AspectH
	}
	return (h-b.edgesY())*b.Style.AspectW/b.Style.AspectH + b.edgesX()
}

func (b *Box) ratioH(w float32) float32 {
	if b.Style.BorderBox {
		return w * b.Style.AspectH / b.Style.AspectW
	}
	return (w-b.edgesX())*b.Style.AspectH/b.Style.AspectW + b.edgesY()
}

// definiteH returns the height of b before its content is laid out, or -1.
func (l *layouter) definiteH(b *Box, c constraint) float32 {
	if c.forceH >= 0 {
		return max(c.forceH, b.edgesY())
	}
	if h, ok := l.sizeH(b, b.Style.Height, c); ok {
		return l.clampH(b, h, c)
	}
	if b.Style.AspectW > 0 && b.Style.Height.IsAuto() && b.Kind != Table {
		return l.clampH(b, b.ratioH(b.W), c)
	}
	if l.options.Quirks && c.h >= 0 && (b.Parent == nil || b.Node != nil && b.Node.DOM != nil && b.Node.DOM.Is("body")) {
		return c.h - b.Margin[style.Top] - b.Margin[style.Bottom]
	}
	return -1
}

// flow lays out b in a float context at a place in it; fc is nil when b makes
// its own. It returns the margin that sticks out below b and whether b
// collapses through. What was laid out so before stays as it is.
func (l *layouter) flow(b *Box, c constraint, fc *floats, ox, oy float32) (bottom strut, through bool) {
	own := b.context || fc == nil
	if b.valid && b.under == c && b.Kind != Replaced && b.flowed.own == own && (own || b.flowed.free && fc.empty()) {
		return b.flowed.bottom, b.flowed.through
	}
	b.valid = false
	b.moved()
	free := own || fc.empty()
	bottom, through = l.reflow(b, c, fc, ox, oy)
	b.under, b.valid = c, l.err == nil
	b.flowed = flowed{own: own, free: free && (own || fc.empty()), bottom: bottom, through: through}
	return bottom, through
}

// reflow is flow for a box that must be laid out.
func (l *layouter) reflow(b *Box, c constraint, fc *floats, ox, oy float32) (bottom strut, through bool) {
	l.edges(b, c.w)
	bottom.add(b.Margin[style.Bottom])
	if !l.tick() {
		b.W, b.H = b.edgesX(), b.edgesY()
		return bottom, false
	}
	if b.Kind == Replaced {
		l.replacedSize(b, c)
		return bottom, false
	}
	b.W = l.width(b, c)
	if b.Legend != nil {
		l.placeLegend(b)
	}
	h := l.definiteH(b, c)
	b.Lines, b.Cols = b.Lines[:0], nil
	inner := constraint{w: b.contentW(), h: -1, forceW: -1, forceH: -1}
	if h >= 0 {
		inner.h = max(h-b.edgesY(), 0)
	}
	var content float32
	switch b.Kind {
	case Flex:
		content = l.flex(b, inner)
	case Grid:
		content = l.grid(b, inner)
	case Table:
		content = l.table(b, inner)
	default:
		if multicol(b.Style) {
			content = l.columns(b, inner)
			break
		}
		content, through = l.blockContent(b, inner, fc, ox, oy, h < 0, &bottom)
	}
	b.H = content + b.edgesY()
	if h == 0 && fc != nil && b.Kind == Block && !b.context && b.selfCollapsing() {
		// A height of nothing does not keep margins apart.
		through = true
		bottom.add(b.Margin[style.Top])
	}
	if h >= 0 {
		auto := b.Style.AspectW > 0 && b.Style.Height.IsAuto() && c.forceH < 0
		if b.Kind == Table || b.Kind == Cell || auto && b.Style.Overflow[1] == style.Visible {
			b.H = max(b.H, h)
		} else {
			b.H = h
		}
	} else {
		b.H = l.clampH(b, b.H, c)
	}
	if through && b.H > 0 {
		through = false
	}
	l.button(b, content)
	b.ScrollW, b.ScrollH = 0, 0
	return bottom, through
}

// button centres the content of a button and of a one-line field.
func (l *layouter) button(b *Box, content float32) {
	if !b.centred || b.Kind != Block {
		return
	}
	dy := (b.contentH() - content) / 2
	if dy == 0 {
		return
	}
	for _, c := range b.Children {
		if !c.outOfFlow() && !c.inlineLevel {
			c.Y += dy
		}
	}
	for i := range b.Lines {
		shiftLine(b, &b.Lines[i], 0, dy)
	}
}

// shiftLine moves a line and the atomic boxes on it.
func shiftLine(b *Box, line *Line, dx, dy float32) {
	line.X += dx
	line.Y += dy
	line.Baseline += dy
	for i := range line.Frags {
		f := &line.Frags[i]
		f.X += dx
		f.Y += dy
		f.Baseline += dy
		if f.Run == nil && f.Box.Kind != Inline {
			f.Box.X += dx
			f.Box.Y += dy
		}
	}
}

// blockContent lays out the children of a block container and returns the
// height of its content.
func (l *layouter) blockContent(b *Box, inner constraint, fc *floats, ox, oy float32, auto bool, bottom *strut) (float32, bool) {
	own := b.context || fc == nil
	if own {
		fc = &floats{}
		ox, oy = 0, 0
	} else {
		ox, oy = ox+b.contentX(), oy+b.contentY()
	}
	var h float32
	var through bool
	if b.inlineContent() {
		h = l.lines(b, inner, fc, ox, oy)
		through = !own && len(b.Lines) == 0 && b.edgesY() == 0 && auto && b.selfCollapsing()
		if through {
			bottom.add(b.Margin[style.Top])
		}
	} else {
		var out strut
		h, out, through = l.blocks(b, inner, fc, ox, oy, own, auto)
		if !own && auto && b.Border[style.Bottom] == 0 && b.Padding[style.Bottom] == 0 {
			bottom.merge(out)
		} else {
			h += out.sum()
			through = false
		}
	}
	if own {
		h = max(h, fc.bottom())
	}
	return h, through
}

// inlineContent reports whether the children make lines.
func (b *Box) inlineContent() bool {
	for _, c := range b.Children {
		if c.inlineLevel && !c.outOfFlow() && !c.floating() {
			return true
		}
		if !c.outOfFlow() && !c.floating() {
			return false
		}
	}
	return b.Marker != "" && len(b.Children) == 0
}

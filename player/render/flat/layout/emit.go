package layout

import (
	"hindsite.app/player/render/flat/style"
)

// level is an inline box while a line is placed.
type level struct {
	box        *Box
	style      *style.Style
	frag       int     // in the line, -1 for the block itself
	shift      float32 // of its baseline below the line's
	startX     float32
	edge       style.VerticalAlign // AlignTop or AlignBottom, for it and what is in it
	dx, dy     float32             // of relative positioning
	top, below float32             // ascent and descent of an aligned subtree
}

// placer places the items of one line.
type placer struct {
	ln            *liner
	line          Line
	levels        []level
	x             float32
	ascent, below float32 // of the line around the baseline, once counted
	counted       bool
	solid         bool // something makes the line real
	aligned       []alignedBox
	spaces        int
	outs          []*Box // absolutely positioned boxes with a static place here
	under         []*Box // those of them that stand below the line
}

// alignedBox waits for the height of the line.
type alignedBox struct {
	frag          int
	from          int // first fragment of the subtree
	to            int
	edge          style.VerticalAlign
	ascent, below float32
}

// emit places the items from at to end as one line, if they make one.
func (ln *liner) emit(at, end int, x0, room float32, last, forced bool) {
	stop := end
	// Spaces at the end of a line vanish, and so do those at its start.
	for stop > at && ln.trailing(stop-1) {
		stop--
	}
	p := &placer{ln: ln}
	p.begin()
	p.x = ln.indent()
	lead := true
	for i := at; i < end; i++ {
		it := &ln.items[i]
		if it.kind == itemSpace && !it.box.Style.WhiteSpace.Keep && (lead || i >= stop) {
			continue
		}
		if it.kind == itemWord || it.kind == itemAtomic || it.kind == itemSpace || it.kind == itemTab {
			lead = false
		}
		p.item(it, x0)
	}
	ln.open = p.closeAll()
	if !p.solid && !forced {
		dx := p.align(room, last)
		for _, b := range p.outs {
			b.static.x += dx
		}
		return
	}
	p.finish(x0, room, last)
	ln.b.Lines = append(ln.b.Lines, p.line)
	ln.y += p.line.H
	ln.top = false
}

// trailing reports an item at a line's end that shows nothing.
func (ln *liner) trailing(i int) bool {
	it := &ln.items[i]
	switch it.kind {
	case itemSpace:
		return !it.box.Style.WhiteSpace.Keep
	case itemBreak, itemFloat, itemOut, itemSoft:
		return true
	case itemOpen, itemClose:
		return it.w == 0
	}
	return false
}

// begin opens the block's own level and those of the inline boxes that are
// continued from the line above.
func (p *placer) begin() {
	b := p.ln.b
	p.levels = append(p.levels, level{box: b, style: b.Style, frag: -1})
	if !p.ln.l.options.Quirks {
		p.strut(&p.levels[0])
	}
	for _, box := range p.ln.open {
		p.push(box, false)
	}
}

// strut lets the font and line-height of a level count for the line.
func (p *placer) strut(lv *level) {
	m := p.ln.l.metrics(lv.style)
	half := floor((m.height - m.Ascent - m.Descent) / 2)
	a := half + m.Ascent
	p.count(lv, a, m.height-a)
}

// count adds ascent and descent around a level's baseline.
func (p *placer) count(lv *level, ascent, below float32) {
	if i := p.edgeOf(lv); i >= 0 {
		e := &p.levels[i]
		shift := lv.shift - e.shift
		e.top, e.below = max(e.top, ascent-shift), max(e.below, below+shift)
		return
	}
	if !p.counted {
		p.ascent, p.below, p.counted = ascent-lv.shift, below+lv.shift, true
		return
	}
	p.ascent, p.below = max(p.ascent, ascent-lv.shift), max(p.below, below+lv.shift)
}

// edgeOf returns the level that is aligned to the line's edge and holds lv.
func (p *placer) edgeOf(lv *level) int {
	for i := len(p.levels) - 1; i > 0; i-- {
		if p.levels[i].edge != style.Baseline {
			return i
		}
	}
	return -1
}

func (p *placer) top() *level { return &p.levels[len(p.levels)-1] }

// shiftOf returns how far below its parent's baseline a box with style s and
// the given ascent and height stands.
func (p *placer) shiftOf(parent *level, s *style.Style, ascent, below float32) (float32, style.VerticalAlign) {
	pm := p.ln.l.metrics(parent.style)
	switch s.Align {
	case style.Middle:
		return (ascent-below)/2 - pm.XHeight/2, style.Baseline
	case style.Sub:
		return parent.style.FontSize/5 + 1, style.Baseline
	case style.Super:
		return -(parent.style.FontSize/3 + 1), style.Baseline
	case style.TextTop:
		return ascent - pm.Ascent, style.Baseline
	case style.TextBottom:
		return pm.Descent - below, style.Baseline
	case style.ShiftBy:
		return -s.Shift.Of(p.ln.l.lineHeight(s)), style.Baseline
	case style.AlignTop, style.AlignBottom:
		return 0, s.Align
	}
	return 0, style.Baseline
}

// push opens an inline box.
func (p *placer) push(box *Box, start bool) {
	parent := p.top()
	m := p.ln.l.metrics(box.Style)
	half := floor((m.height - m.Ascent - m.Descent) / 2)
	a := half + m.Ascent
	shift, edge := p.shiftOf(parent, box.Style, a, m.height-a)
	lv := level{box: box, style: box.Style, shift: parent.shift + shift, edge: edge, dx: parent.dx, dy: parent.dy}
	if box.Style.Position == style.Relative {
		lv.dx += insetOf(box.Style.Inset[style.Left], box.Style.Inset[style.Right], p.ln.inner.w)
		lv.dy += insetOf(box.Style.Inset[style.Top], box.Style.Inset[style.Bottom], max(p.ln.inner.h, 0))
	}
	if start {
		p.x += box.Margin[style.Left]
	}
	lv.startX = p.x
	lv.frag = len(p.line.Frags)
	p.line.Frags = append(p.line.Frags, Frag{Box: box, X: p.x + lv.dx, Y: shift, First: start})
	if start {
		p.x += box.Border[style.Left] + box.Padding[style.Left]
	}
	p.levels = append(p.levels, lv)
	if !p.ln.l.options.Quirks {
		p.strut(p.top())
	}
}

func insetOf(from, to style.Length, base float32) float32 {
	if from.Fixed() {
		return from.Of(base)
	}
	if to.Fixed() {
		return -to.Of(base)
	}
	return 0
}

// pop closes the innermost inline box.
func (p *placer) pop(end bool) {
	lv := *p.top()
	p.levels = p.levels[:len(p.levels)-1]
	if end {
		p.x += lv.box.Padding[style.Right] + lv.box.Border[style.Right]
	}
	m := p.ln.l.metrics(lv.style)
	f := &p.line.Frags[lv.frag]
	f.W = p.x - lv.startX
	f.Last = end
	f.H = m.Ascent + m.Descent + lv.box.edgesY()
	f.Baseline = lv.shift
	f.Y = lv.shift - m.Ascent - lv.box.contentY() + lv.dy
	if end {
		p.x += lv.box.Margin[style.Right]
	}
	if lv.edge != style.Baseline {
		p.aligned = append(p.aligned, alignedBox{frag: lv.frag, from: lv.frag, to: len(p.line.Frags), edge: lv.edge, ascent: lv.top - lv.shift, below: lv.below + lv.shift})
	}
}

// closeAll closes what is open at the line's end and returns it for the next.
func (p *placer) closeAll() []*Box {
	var open []*Box
	for _, lv := range p.levels[1:] {
		open = append(open, lv.box)
	}
	for len(p.levels) > 1 {
		p.pop(false)
	}
	return open
}

func (p *placer) item(it *item, x0 float32) {
	lv := p.top()
	switch it.kind {
	case itemOpen:
		p.push(it.box, true)
		p.solid = p.solid || it.w != 0
	case itemClose:
		if len(p.levels) > 1 {
			p.pop(true)
			p.solid = p.solid || it.w != 0
		}
	case itemWord, itemSpace:
		p.textFrag(it, lv, it.w)
	case itemTab:
		p.textFrag(it, lv, p.ln.tab(it.box, p.x+x0))
	case itemAtomic:
		p.atomic(it.box, lv)
	case itemOut:
		b := it.box
		b.static.x, b.static.y, b.static.inline = p.ln.b.contentX()+x0+p.x, p.ln.b.contentY()+p.ln.y, true
		switch {
		case b.Style.Lined:
			p.outs = append(p.outs, b)
		case p.solid:
			p.under = append(p.under, b)
			fallthrough
		default:
			b.static.x = p.ln.b.contentX() + x0
		}
	case itemBreak:
		p.solid = true
		p.strut(lv)
		if it.box.Kind == Break {
			p.line.Frags = append(p.line.Frags, p.breakFrag(it.box, lv))
		}
	}
}

func (p *placer) breakFrag(b *Box, lv *level) Frag {
	m := p.ln.l.metrics(lv.style)
	return Frag{Box: b, X: p.x + lv.dx, Y: lv.shift - m.Ascent + lv.dy, H: m.Ascent + m.Descent, Baseline: lv.shift}
}

func (p *placer) textFrag(it *item, lv *level, w float32) {
	p.solid = true
	s := it.box.Style
	m := p.ln.l.metrics(s)
	if p.ln.l.options.Quirks || s != lv.style {
		at := *lv
		at.style = s
		p.strut(&at)
	}
	f := Frag{Box: it.box, Run: it.run, X: p.x + lv.dx, Y: lv.shift - m.Ascent + lv.dy, W: w, H: m.Ascent + m.Descent,
		Baseline: lv.shift + lv.dy, Spacing: s.LetterSpacing}
	if it.kind == itemSpace {
		p.spaces++
	}
	p.line.Frags = append(p.line.Frags, f)
	p.x += w
}

func (p *placer) atomic(b *Box, lv *level) {
	p.solid = true
	h := b.H + b.Margin[style.Top] + b.Margin[style.Bottom]
	ascent := h
	if base, ok := inlineBaseline(b); ok {
		ascent = base + b.Margin[style.Top]
	}
	shift, edge := p.shiftOf(lv, b.Style, ascent, h-ascent)
	shift += lv.shift
	frag := len(p.line.Frags)
	p.line.Frags = append(p.line.Frags, Frag{Box: b, X: p.x + b.Margin[style.Left] + lv.dx, Y: shift - ascent + b.Margin[style.Top] + lv.dy, W: b.W, H: b.H, Baseline: shift})
	if b.Style.Position == style.Relative {
		f := &p.line.Frags[frag]
		f.X += insetOf(b.Style.Inset[style.Left], b.Style.Inset[style.Right], p.ln.inner.w)
		f.Y += insetOf(b.Style.Inset[style.Top], b.Style.Inset[style.Bottom], max(p.ln.inner.h, 0))
	}
	p.x += b.W + b.Margin[style.Left] + b.Margin[style.Right]
	if edge != style.Baseline {
		p.aligned = append(p.aligned, alignedBox{frag: frag, from: frag, to: frag + 1, edge: edge, ascent: ascent - shift, below: h - ascent + shift})
		return
	}
	at := *lv
	at.shift = shift
	p.count(&at, ascent, h-ascent)
}

// finish gives the line its height and every fragment its place.
func (p *placer) finish(x0, room float32, last bool) {
	ln := p.ln
	for _, a := range p.aligned {
		// Boxes on the edges make the line higher at the other edge.
		if h := a.ascent + a.below; h > p.ascent+p.below {
			if a.edge == style.AlignTop {
				p.below = h - p.ascent
			} else {
				p.ascent = h - p.below
			}
		}
	}
	line := &p.line
	line.H = p.ascent + p.below
	line.W = p.x
	line.X, line.Y = ln.b.contentX()+x0, ln.b.contentY()+ln.y
	line.Baseline = line.Y + p.ascent
	for _, b := range p.under {
		b.static.y += line.H
	}
	done := map[int]bool{}
	for _, a := range p.aligned {
		dy := -p.ascent + a.ascent
		if a.edge == style.AlignBottom {
			dy = p.below - a.below
		}
		for i := a.from; i < a.to; i++ {
			if !done[i] {
				line.Frags[i].Y += dy
				line.Frags[i].Baseline += dy
				done[i] = true
			}
		}
	}
	p.reorder()
	dx := p.align(room, last)
	for _, b := range p.outs {
		b.static.x += dx
	}
	for i := range line.Frags {
		f := &line.Frags[i]
		f.X += line.X + dx
		f.Y += line.Baseline
		f.Baseline += line.Baseline
		if f.Run == nil && f.Box.Kind != Inline && f.Box.Kind != Break {
			f.Box.X, f.Box.Y = f.X, f.Y
		}
	}
	line.X += dx
}

// align returns how far the line moves for text-align; justified lines get
// wider spaces.
func (p *placer) align(room float32, last bool) float32 {
	free := room - p.x
	s := p.ln.b.Style
	a := s.TextAlign
	if s.RTL && (a == style.AlignStart) {
		a = style.AlignRight
	}
	switch a {
	case style.AlignRight, style.RightBlocks:
		return max(free, 0)
	case style.AlignEnd:
		if s.RTL {
			return 0
		}
		return max(free, 0)
	case style.AlignCenter, style.CenterBlocks:
		return max(free/2, 0)
	case style.AlignJustify:
		if !last && free > 0 && p.spaces > 0 {
			p.justify(free / float32(p.spaces))
		}
	}
	return 0
}

func (p *placer) justify(add float32) {
	var moved float32
	for i := range p.line.Frags {
		f := &p.line.Frags[i]
		f.X += moved
		if f.Run != nil && f.Run.Runes == 1 && f.Box.Kind == Text && f.isSpace() {
			f.W += add
			f.Stretch = add
			moved += add
		}
	}
	for i := range p.line.Frags {
		f := &p.line.Frags[i]
		if f.Run == nil && f.Box.Kind == Inline {
			// An inline box is as wide as what it holds.
			end := f.X + f.W
			for k := i + 1; k < len(p.line.Frags); k++ {
				g := &p.line.Frags[k]
				if within(g.Box, f.Box) {
					end = max(end, g.X+g.W)
				}
			}
			f.W = end - f.X
		}
	}
}

func within(b, top *Box) bool {
	for i := 0; b != nil && i < 64; b, i = b.Parent, i+1 {
		if b == top {
			return true
		}
	}
	return false
}

// isSpace reports a fragment of white space: it has no ink.
func (f *Frag) isSpace() bool {
	return len(f.Run.Glyphs) == 1 && f.Run.Glyphs[0].Face.Outline(f.Run.Glyphs[0].ID) == nil
}

package layout

import (
	"slices"

	"hindsite.app/player/render/flat/style"
)

// flexItem is one item of a flex container; main sizes are of its border box.
type flexItem struct {
	box          *Box
	base, target float32
	lo, hi       float32 // limits of the main size
	frozen       bool
	violation    float32
	margins      float32 // main axis
	cross        float32
	marginsCross float32
	baseline     float32
}

type flexLine struct {
	items []*flexItem
	cross float32
	base  float32 // baseline from the top of the line
}

// flexer lays out one flex container (CSS Flexbox 1, section 9).
type flexer struct {
	l      *layouter
	b      *Box
	s      *style.Style
	inner  constraint
	column bool
	main   float32 // definite inner main size, or -1
	cross  float32 // definite inner cross size, or -1
	gap    float32
	lines  []*flexLine
}

// flex lays out the items of b and returns the height of its content.
func (l *layouter) flex(b *Box, inner constraint) float32 {
	s := b.Style
	f := &flexer{l: l, b: b, s: s, inner: inner, column: s.Column, main: inner.w, cross: inner.h}
	f.gap = s.ColumnGap.Of(inner.w)
	if f.column {
		f.main, f.cross = inner.h, inner.w
		f.gap = s.RowGap.Of(max(inner.h, 0))
	}
	f.collect()
	for _, ln := range f.lines {
		f.resolve(ln)
		f.crossSizes(ln)
	}
	return f.place()
}

func (f *flexer) collect() {
	var items []*flexItem
	for _, c := range f.b.Children {
		if c.outOfFlow() {
			c.static.x, c.static.y = f.b.contentX(), f.b.contentY()
			continue
		}
		items = append(items, f.item(c))
	}
	slices.SortStableFunc(items, func(a, b *flexItem) int { return a.box.Style.Order - b.box.Style.Order })
	limit := f.main
	if f.column && limit < 0 {
		limit = f.maxMain()
	}
	line := &flexLine{}
	var used float32
	for _, it := range items {
		size := clamp(it.base, it.lo, it.hi) + it.margins
		if f.s.Wrap && len(line.items) > 0 && limit >= 0 && used+f.gap+size > limit+0.01 {
			f.lines = append(f.lines, line)
			line, used = &flexLine{}, 0
		}
		if len(line.items) > 0 {
			used += f.gap
		}
		used += size
		line.items = append(line.items, it)
	}
	if len(line.items) > 0 {
		f.lines = append(f.lines, line)
	}
}

// maxMain is the limit of a column whose height is automatic.
func (f *flexer) maxMain() float32 {
	if v := f.s.MaxHeight; v.Kind == style.LFixed && !v.Relative() {
		return v.Px
	}
	return -1
}

func clamp(v, lo, hi float32) float32 { return max(lo, min(v, hi)) }

// item computes base size and limits of one item.
func (f *flexer) item(c *Box) *flexItem {
	l := f.l
	l.edges(c, f.inner.w)
	it := &flexItem{box: c, hi: 1 << 25}
	cc := constraint{w: f.inner.w, h: f.inner.h, forceW: -1, forceH: -1, shrink: true}
	if f.column {
		it.margins = c.Margin[style.Top] + c.Margin[style.Bottom]
		it.marginsCross = c.Margin[style.Left] + c.Margin[style.Right]
		f.columnItem(it, cc)
	} else {
		it.margins = c.Margin[style.Left] + c.Margin[style.Right]
		it.marginsCross = c.Margin[style.Top] + c.Margin[style.Bottom]
		f.rowItem(it, cc)
	}
	return it
}

func (f *flexer) rowItem(it *flexItem, cc constraint) {
	l, c, s := f.l, it.box, it.box.Style
	content := l.contentWidths(c, cc)
	basis := s.Basis
	specified, fixed := l.sizeWReplaced(c, s.Width, cc)
	switch {
	case basis.Kind == style.LFixed:
		it.base = c.borderBoxW(basis.Of(f.inner.w))
	case basis.Kind == style.LAuto && fixed:
		it.base = specified
	case basis.Kind == style.LMinContent:
		it.base = content.min
	default:
		it.base = content.max
	}
	if v, ok := l.sizeW(c, s.MaxWidth, cc); ok {
		it.hi = v
	}
	if v, ok := l.sizeW(c, s.MinWidth, cc); ok {
		it.lo = v
	} else if s.Overflow[0] == style.Visible || s.Overflow[0] == style.ClipOverflow {
		it.lo = min(content.min, it.hi)
		if fixed {
			it.lo = min(it.lo, specified)
		}
	}
	it.lo = max(it.lo, c.edgesX())
	it.hi = max(it.hi, it.lo)
}

// contentWidths returns the intrinsic widths of an item, also of a replaced
// one.
func (l *layouter) contentWidths(c *Box, cc constraint) intrinsic {
	if c.Kind == Replaced {
		l.replacedSize(c, cc)
		return intrinsic{min: c.W, max: c.W}
	}
	if c.Style.AspectW > 0 {
		if h, ok := l.sizeH(c, c.Style.Height, cc); ok {
			w := c.ratioW(h)
			return intrinsic{min: w, max: w}
		}
	}
	in := l.intrinsic(c)
	// Percentage padding is known here.
	e := c.edgesX() - c.fixedEdgesX()
	if c.Kind == Table {
		e = 0
	}
	return intrinsic{min: in.min + e, max: in.max + e}
}

func (l *layouter) sizeWReplaced(c *Box, v style.Length, cc constraint) (float32, bool) {
	if c.Kind == Replaced {
		return l.sizeFixedW(c, v, cc)
	}
	return l.sizeW(c, v, cc)
}

func (f *flexer) columnItem(it *flexItem, cc constraint) {
	l, c, s := f.l, it.box, it.box.Style
	basis := s.Basis
	if basis.Kind == style.LFixed && basis.Relative() && f.main < 0 {
		basis = style.Length{Kind: style.LContent}
	}
	specified, fixed := l.sizeH(c, s.Height, cc)
	content := float32(-1)
	measure := func() float32 {
		if content < 0 {
			mc := cc
			mc.forceW = f.itemCross(c, cc)
			auto := c.Style
			if fixed && basis.Kind != style.LAuto || s.Height.Kind != style.LAuto {
				// The content's height, without the height property.
				c.Style = style.Variant(auto, func(v *style.Style) { v.Height = style.AutoLength })
				c.valid, c.nmemo = false, 0
			}
			_, content = l.measure(c, mc)
			if c.Style != auto {
				c.Style, c.valid, c.nmemo = auto, false, 0
			}
		}
		return content
	}
	switch {
	case basis.Kind == style.LFixed:
		it.base = c.borderBoxH(basis.Of(max(f.main, 0)))
	case basis.Kind == style.LAuto && fixed:
		it.base = specified
	default:
		it.base = measure()
	}
	if v, ok := l.sizeH(c, s.MaxHeight, cc); ok {
		it.hi = v
	}
	if v, ok := l.sizeH(c, s.MinHeight, cc); ok {
		it.lo = v
	} else if s.Overflow[1] == style.Visible || s.Overflow[1] == style.ClipOverflow {
		// The automatic minimum matters only when the item could shrink or
		// begins below its content.
		if f.main >= 0 || basis.Kind == style.LFixed {
			it.lo = min(measure(), it.hi)
			if fixed {
				it.lo = min(it.lo, specified)
			}
		}
	}
	it.lo = max(it.lo, c.edgesY())
	it.hi = max(it.hi, it.lo)
}

// itemCross returns the width of an item of a column.
func (f *flexer) itemCross(c *Box, cc constraint) float32 {
	l := f.l
	if c.Kind == Replaced {
		l.replacedSize(c, cc)
		if f.stretches(c) && c.Style.AspectW == 0 && c.Content.Ratio == 0 {
			return l.clampW(c, f.inner.w-c.Margin[style.Left]-c.Margin[style.Right], cc)
		}
		return c.W
	}
	if f.stretches(c) && !(f.s.Wrap && len(f.lines) > 1) {
		return l.clampW(c, f.inner.w-c.Margin[style.Left]-c.Margin[style.Right], cc)
	}
	return l.width(c, cc)
}

// stretches reports whether c fills the line across.
func (f *flexer) stretches(c *Box) bool {
	s := c.Style
	a := selfAlign(f.b, c)
	if a != style.Stretch && a != style.Normal {
		return false
	}
	if f.column {
		return s.Width.IsAuto() && !s.Margin[style.Left].IsAuto() && !s.Margin[style.Right].IsAuto()
	}
	if c.Kind == Replaced && a == style.Normal && c.Content.Ratio > 0 {
		return s.Height.IsAuto() && !s.Margin[style.Top].IsAuto() && !s.Margin[style.Bottom].IsAuto()
	}
	return s.Height.IsAuto() && !s.Margin[style.Top].IsAuto() && !s.Margin[style.Bottom].IsAuto()
}

// selfAlign returns how c is aligned across in its container.
func selfAlign(b, c *Box) style.Alignment {
	a := c.Style.AlignSelf
	if a == style.Auto || a == style.Normal {
		a = b.Style.AlignItems
	}
	return a
}

// resolve distributes the free space of a line (section 9.7).
func (f *flexer) resolve(ln *flexLine) {
	gaps := f.gap * float32(len(ln.items)-1)
	if f.main < 0 {
		for _, it := range ln.items {
			it.target = clamp(it.base, it.lo, it.hi)
		}
		var sum float32
		for _, it := range ln.items {
			sum += it.target + it.margins
		}
		f.minimum(ln, sum+gaps)
		return
	}
	f.distribute(ln, f.main-gaps)
}

// minimum grows the items of an automatic column up to its minimum height.
func (f *flexer) minimum(ln *flexLine, sum float32) {
	c := constraint{w: f.inner.w, h: -1}
	v, ok := f.l.sizeH(f.b, f.s.MinHeight, c)
	if !ok {
		return
	}
	v -= f.b.edgesY()
	if v > sum {
		f.distribute(ln, v-f.gap*float32(len(ln.items)-1))
	}
}

func (f *flexer) distribute(ln *flexLine, room float32) {
	var hypothetical float32
	for _, it := range ln.items {
		it.target = clamp(it.base, it.lo, it.hi)
		hypothetical += it.target + it.margins
	}
	grow := hypothetical < room
	for _, it := range ln.items {
		factor := it.box.Style.Shrink
		if grow {
			factor = it.box.Style.Grow
		}
		it.frozen = factor == 0 || grow && it.base > it.target || !grow && it.base < it.target
	}
	initial := f.free(ln, room)
	for range len(ln.items) + 1 {
		if !f.freeze(ln, room, initial, grow) {
			return
		}
	}
}

func (f *flexer) free(ln *flexLine, room float32) float32 {
	free := room
	for _, it := range ln.items {
		free -= it.margins
		if it.frozen {
			free -= it.target
		} else {
			free -= it.base
		}
	}
	return free
}

// freeze runs one round; it reports whether another is needed.
func (f *flexer) freeze(ln *flexLine, room, initial float32, grow bool) bool {
	var factors, scaled float32
	open := 0
	for _, it := range ln.items {
		if it.frozen {
			continue
		}
		open++
		if grow {
			factors += it.box.Style.Grow
		} else {
			factors += it.box.Style.Shrink
			scaled += it.box.Style.Shrink * f.innerBase(it)
		}
	}
	if open == 0 {
		return false
	}
	free := f.free(ln, room)
	if factors < 1 {
		if part := initial * factors; part*part < free*free {
			free = part
		}
	}
	var total float32
	for _, it := range ln.items {
		if it.frozen {
			continue
		}
		size := it.base
		switch {
		case grow && factors > 0:
			size += free * it.box.Style.Grow / factors
		case !grow && scaled > 0:
			size += free * it.box.Style.Shrink * f.innerBase(it) / scaled
		}
		it.target = clamp(size, it.lo, it.hi)
		it.violation = it.target - size
		total += it.violation
	}
	for _, it := range ln.items {
		if !it.frozen {
			it.frozen = total == 0 || total > 0 && it.violation > 0 || total < 0 && it.violation < 0
		}
	}
	return true
}

// innerBase is the base size without border and padding, which do not shrink.
func (f *flexer) innerBase(it *flexItem) float32 {
	if f.column {
		return max(it.base-it.box.edgesY(), 0)
	}
	return max(it.base-it.box.edgesX(), 0)
}

// crossSizes lays out the items at their main size and sizes the line.
func (f *flexer) crossSizes(ln *flexLine) {
	l := f.l
	cc := constraint{w: f.inner.w, h: f.inner.h, forceW: -1, forceH: -1, shrink: true}
	var above, below float32
	for _, it := range ln.items {
		c := it.box
		if f.column {
			it.cross = f.itemCross(c, cc)
		} else {
			rc := cc
			rc.forceW = it.target
			_, it.cross = l.measure(c, rc)
		}
		if !f.column && f.baselined(c) {
			l.layout(c, constraint{w: cc.w, h: cc.h, forceW: it.target, forceH: -1, shrink: true})
			base, ok := firstBaseline(c)
			if !ok {
				base = c.H
			}
			it.baseline = base + c.Margin[style.Top]
			above = max(above, it.baseline)
			below = max(below, it.cross+it.marginsCross-it.baseline)
			continue
		}
		ln.cross = max(ln.cross, it.cross+it.marginsCross)
	}
	ln.base = above
	ln.cross = max(ln.cross, above+below)
	if len(f.lines) == 1 && f.cross >= 0 && !f.s.Wrap {
		ln.cross = f.cross
	} else if len(f.lines) == 1 && !f.s.Wrap && !f.column {
		// The line is as high as the container may be.
		c := constraint{w: f.inner.w, h: -1}
		h := f.l.clampH(f.b, ln.cross+f.b.edgesY(), c) - f.b.edgesY()
		ln.cross = h
	}
}

func (f *flexer) baselined(c *Box) bool { return selfAlign(f.b, c) == style.BaselineAlign }

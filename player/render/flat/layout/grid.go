package layout

import "hindsite.app/player/render/flat/style"

// track is one row or column while it is sized.
type track struct {
	style.Track
	base, limit float32
	empty       bool // an auto-fit track that nothing stands in
}

// gridItem is one item of a grid with its place: first line and span, from 0.
type gridItem struct {
	box                *Box
	row, col           int
	rows, cols         int
	rowKnown, colKnown bool
}

// gridder lays out one grid container (CSS Grid 2).
type gridder struct {
	l            *layouter
	b            *Box
	s            *style.Style
	inner        constraint
	items        []*gridItem
	cols, rows   []track
	gapX, gapY   float32
	explicitCols int
	explicitRows int
}

func (l *layouter) newGrid(b *Box, inner constraint) *gridder {
	g := &gridder{l: l, b: b, s: b.Style, inner: inner}
	g.gapX = b.Style.ColumnGap.Of(max(inner.w, 0))
	g.gapY = b.Style.RowGap.Of(max(inner.h, 0))
	cols := expandTracks(b.Style.TemplateColumns, inner.w, g.gapX)
	if t := b.Style.TemplateColumns; t != nil && t.Subgrid {
		cols = g.subgrid(cols)
	}
	rows := expandTracks(b.Style.TemplateRows, inner.h, g.gapY)
	g.placeItems(cols, rows)
	return g
}

// grid lays out the items of b and returns the height of its content.
func (l *layouter) grid(b *Box, inner constraint) float32 {
	g := l.newGrid(b, inner)
	g.sizeTracks(g.cols, inner.w, g.gapX, g.columnSizes, b.Style.JustifyContent)
	l.gridWidths(g)
	g.sizeTracks(g.rows, inner.h, g.gapY, g.rowSizes, b.Style.AlignContent)
	if inner.h < 0 {
		g.growRows()
	}
	xs := offsets(g.cols, g.gapX, inner.w, b.Style.JustifyContent)
	h := total(g.rows, g.gapY)
	room := inner.h
	if room < 0 {
		room = h
	}
	ys := offsets(g.rows, g.gapY, room, b.Style.AlignContent)
	for _, it := range g.items {
		g.settle(it, xs, ys)
	}
	return h
}

// growRows stretches automatic rows into the container's minimum height.
func (g *gridder) growRows() {
	v, ok := g.l.sizeH(g.b, g.s.MinHeight, constraint{w: g.inner.w, h: -1})
	if !ok {
		return
	}
	room := v - g.b.edgesY()
	if total(g.rows, g.gapY) >= room {
		return
	}
	g.sizeTracks(g.rows, room, g.gapY, g.rowSizes, g.s.AlignContent)
}

func total(tracks []track, gap float32) float32 {
	var sum float32
	n := 0
	for i := range tracks {
		if tracks[i].empty {
			continue
		}
		sum += tracks[i].base
		n++
	}
	return sum + gap*float32(max(n-1, 0))
}

// offsets returns where each track begins; one more for the end.
func offsets(tracks []track, gap, room float32, a style.Alignment) []float32 {
	start, between := distribute(a, room-total(tracks, gap), float32(len(tracks)))
	xs := make([]float32, len(tracks)+1)
	x := start
	for i := range tracks {
		xs[i] = x
		if tracks[i].empty {
			continue
		}
		x += tracks[i].base + gap + between
	}
	xs[len(tracks)] = x
	return xs
}

// span returns start and size of the tracks of an item.
func span(xs []float32, tracks []track, at, n int) (x, w float32) {
	last := min(at+n, len(tracks)) - 1
	if last < at {
		return 0, 0
	}
	return xs[at], xs[last] + tracks[last].base - xs[at]
}

// gridWidths lays out the items in their columns, so that rows can ask for
// their heights.
func (l *layouter) gridWidths(g *gridder) {
	xs := offsets(g.cols, g.gapX, g.inner.w, g.s.JustifyContent)
	for _, it := range g.items {
		_, w := span(xs, g.cols, it.col, it.cols)
		g.lend(it)
		l.measure(it.box, g.itemConstraint(it, w, -1))
	}
}

// itemConstraint returns the constraint of an item in an area.
func (g *gridder) itemConstraint(it *gridItem, w, h float32) constraint {
	c, s := it.box, it.box.Style
	g.l.edges(c, w)
	cc := constraint{w: w, h: h, forceW: -1, forceH: -1, shrink: true}
	if g.stretchX(c) {
		cc.forceW = g.l.clampW(c, w-c.Margin[style.Left]-c.Margin[style.Right], cc)
	}
	if h >= 0 && s.Height.IsAuto() && g.stretchY(c) {
		cc.forceH = g.l.clampH(c, h-c.Margin[style.Top]-c.Margin[style.Bottom], cc)
	}
	return cc
}

func justifySelf(b, c *Box) style.Alignment {
	a := c.Style.JustifySelf
	if a == style.Auto || a == style.Normal {
		a = b.Style.JustifyItems
	}
	return a
}

func (g *gridder) stretchX(c *Box) bool {
	s := c.Style
	if !s.Width.IsAuto() || s.Margin[style.Left].IsAuto() || s.Margin[style.Right].IsAuto() {
		return false
	}
	a := justifySelf(g.b, c)
	if c.Kind == Replaced || s.AspectW > 0 && !s.Height.IsAuto() {
		return a == style.Stretch
	}
	return a == style.Normal || a == style.Stretch || a == style.Auto
}

func (g *gridder) stretchY(c *Box) bool {
	s := c.Style
	if s.Margin[style.Top].IsAuto() || s.Margin[style.Bottom].IsAuto() {
		return false
	}
	a := selfAlign(g.b, c)
	if c.Kind == Replaced || s.AspectW > 0 {
		return a == style.Stretch
	}
	return a == style.Normal || a == style.Stretch || a == style.Auto
}

func (g *gridder) settle(it *gridItem, xs, ys []float32) {
	c := it.box
	x, w := span(xs, g.cols, it.col, it.cols)
	y, h := span(ys, g.rows, it.row, it.rows)
	g.l.settle(c, g.itemConstraint(it, w, h))
	dx := alignIn(justifySelf(g.b, c), w, c.W, c, style.Left, style.Right)
	dy := alignIn(selfAlign(g.b, c), h, c.H, c, style.Top, style.Bottom)
	c.X, c.Y = g.b.contentX()+x+dx, g.b.contentY()+y+dy
	if g.s.RTL {
		c.X = g.b.contentX() + g.inner.w - x - dx - c.W
	}
	if c.Style.Position == style.Relative {
		g.l.relative(c, constraint{w: w, h: h})
	}
}

// alignIn returns the offset of a box in its area.
func alignIn(a style.Alignment, room, size float32, c *Box, from, to int) float32 {
	free := room - size - c.Margin[from] - c.Margin[to]
	autoA, autoB := c.Style.Margin[from].IsAuto(), c.Style.Margin[to].IsAuto()
	switch {
	case autoA && autoB:
		return free / 2
	case autoA:
		return free
	case autoB:
		return c.Margin[from]
	}
	switch a {
	case style.Center:
		return c.Margin[from] + free/2
	case style.End, style.FlexEnd:
		return c.Margin[from] + free
	}
	return c.Margin[from]
}

// sizes gives the contributions of an item to its tracks.
type sizes func(it *gridItem) (at, n int, lo, hi float32)

func (g *gridder) columnSizes(it *gridItem) (at, n int, lo, hi float32) {
	in := g.l.contribution(it.box)
	lo = in.min
	if o := it.box.Style.Overflow[0]; o != style.Visible && o != style.ClipOverflow && it.box.Style.Width.IsAuto() {
		lo = 0
	}
	if s := it.box.Style; s.MinWidth.Fixed() && s.Width.IsAuto() {
		// A specified minimum replaces the automatic one.
		lo = s.MinWidth.Px + s.Margin[style.Left].Px + s.Margin[style.Right].Px
		if !s.BorderBox {
			lo += it.box.fixedEdgesX()
		}
	}
	return it.col, it.cols, lo, in.max
}

func (g *gridder) rowSizes(it *gridItem) (at, n int, lo, hi float32) {
	c := it.box
	xs := offsets(g.cols, g.gapX, g.inner.w, g.s.JustifyContent)
	_, w := span(xs, g.cols, it.col, it.cols)
	_, h := g.l.measure(c, g.itemConstraint(it, w, -1))
	h += c.Margin[style.Top] + c.Margin[style.Bottom]
	return it.row, it.rows, h, h
}

const endless = 1 << 25

// sizeTracks runs the track sizing algorithm (section 12) in an available
// space, -1 for none.
func (g *gridder) sizeTracks(tracks []track, avail, gap float32, size sizes, a style.Alignment) {
	for i := range tracks {
		tracks[i].start(avail)
	}
	g.contributions(tracks, gap, size)
	room := avail
	if room >= 0 {
		maximize(tracks, room-total(tracks, gap))
	} else {
		for i := range tracks {
			if t := &tracks[i]; t.Fr == 0 && t.limit < endless {
				t.base = max(t.base, t.limit)
			}
		}
	}
	flexTracks(tracks, avail, gap)
	if avail >= 0 && (a == style.Normal || a == style.Stretch) {
		stretchTracks(tracks, avail-total(tracks, gap))
	}
}

func (t *track) start(avail float32) {
	fixed := func(v style.Length) (float32, bool) {
		if v.Kind != style.LFixed || v.Relative() && avail < 0 {
			return 0, false
		}
		return max(v.Of(max(avail, 0)), 0), true
	}
	t.base, t.limit = 0, endless
	if v, ok := fixed(t.Min); ok && !t.Fit {
		t.base = v
	}
	if t.Fr == 0 {
		if v, ok := fixed(t.Max); ok && !t.Fit {
			t.limit = max(v, t.base)
		}
	}
}

// intrinsicMin reports whether items set the minimum of a track.
func (t *track) intrinsicMin() bool { return t.Min.Kind != style.LFixed || t.Fit }

func (g *gridder) contributions(tracks []track, gap float32, size sizes) {
	type wide struct {
		at, n  int
		lo, hi float32
	}
	var spans []wide
	tops := make([]float32, len(tracks)) // max-content of each track
	for _, it := range g.items {
		at, n, lo, hi := size(it)
		if at >= len(tracks) {
			continue
		}
		if n > 1 {
			spans = append(spans, wide{at, min(n, len(tracks)-at), lo, hi})
			continue
		}
		t := &tracks[at]
		if t.intrinsicMin() {
			v := lo
			if t.Min.Kind == style.LMaxContent {
				v = hi
			}
			t.base = max(t.base, v)
		}
		top := hi
		if t.Max.Kind == style.LMinContent {
			top = lo
		}
		tops[at] = max(tops[at], top)
	}
	for i := range tracks {
		t := &tracks[i]
		if t.Fr > 0 || t.limit < endless && !t.Fit {
			continue
		}
		t.limit = max(t.base, tops[i])
		if t.Fit {
			t.limit = max(t.base, min(t.limit, t.Max.Of(max(g.inner.w, 0))))
		}
	}
	for _, s := range spans {
		spread(tracks[s.at:s.at+s.n], s.lo, s.hi, gap)
	}
}

// spread gives the tracks of a spanning item what they lack.
func spread(tracks []track, lo, hi, gap float32) {
	var base, limit float32
	var open []int
	hasFr := false
	for i := range tracks {
		base += tracks[i].base
		limit += min(tracks[i].limit, endless)
		if tracks[i].Fr > 0 {
			hasFr = true
		}
		if tracks[i].intrinsicMin() {
			open = append(open, i)
		}
	}
	gaps := gap * float32(len(tracks)-1)
	if hasFr {
		kept := open[:0]
		for _, i := range open {
			if tracks[i].Fr > 0 {
				kept = append(kept, i)
			}
		}
		open = kept
	}
	if len(open) == 0 {
		return
	}
	if lack := lo - gaps - base; lack > 0 {
		for _, i := range open {
			tracks[i].base += lack / float32(len(open))
			tracks[i].limit = max(tracks[i].limit, tracks[i].base)
		}
	}
	if lack := hi - gaps - limit; lack > 0 && !hasFr {
		for _, i := range open {
			if tracks[i].limit < endless {
				tracks[i].limit += lack / float32(len(open))
			}
		}
	}
}

// maximize grows tracks evenly up to their limits.
func maximize(tracks []track, free float32) {
	for range len(tracks) + 1 {
		n := 0
		for i := range tracks {
			if t := &tracks[i]; t.Fr == 0 && t.base < t.limit {
				n++
			}
		}
		if n == 0 || free <= 0.001 {
			return
		}
		share := free / float32(n)
		for i := range tracks {
			t := &tracks[i]
			if t.Fr > 0 || t.base >= t.limit {
				continue
			}
			add := min(share, t.limit-t.base)
			t.base += add
			free -= add
		}
	}
}

// flexTracks sizes fr tracks (section 12.7).
func flexTracks(tracks []track, avail, gap float32) {
	var factors float32
	for i := range tracks {
		factors += tracks[i].Fr
	}
	if factors == 0 {
		return
	}
	var fr float32
	if avail < 0 {
		for i := range tracks {
			if t := &tracks[i]; t.Fr > 0 {
				fr = max(fr, max(t.base, 0)/max(t.Fr, 1))
			}
		}
	} else {
		fr = frSize(tracks, avail, gap)
	}
	for i := range tracks {
		if t := &tracks[i]; t.Fr > 0 {
			t.base = max(t.base, fr*t.Fr)
		}
	}
}

// frSize finds the size of one fr: tracks whose base is larger than their
// share count as inflexible.
func frSize(tracks []track, avail, gap float32) float32 {
	stiff := make([]bool, len(tracks))
	for range len(tracks) + 1 {
		var factors, used float32
		n := 0
		for i := range tracks {
			if tracks[i].empty {
				continue
			}
			n++
			if tracks[i].Fr > 0 && !stiff[i] {
				factors += tracks[i].Fr
			} else {
				used += tracks[i].base
			}
		}
		free := avail - used - gap*float32(max(n-1, 0))
		fr := max(free, 0) / max(factors, 1)
		again := false
		for i := range tracks {
			if t := &tracks[i]; t.Fr > 0 && !stiff[i] && t.base > fr*t.Fr {
				stiff[i], again = true, true
			}
		}
		if !again {
			return fr
		}
	}
	return 0
}

// stretchTracks gives automatic tracks the rest.
func stretchTracks(tracks []track, free float32) {
	n := 0
	for i := range tracks {
		if tracks[i].Fr == 0 && tracks[i].Max.IsAuto() && !tracks[i].empty {
			n++
		}
	}
	if n == 0 || free <= 0 {
		return
	}
	for i := range tracks {
		if tracks[i].Fr == 0 && tracks[i].Max.IsAuto() && !tracks[i].empty {
			tracks[i].base += free / float32(n)
		}
	}
}

// gridIntrinsic sizes the columns without room and with endless room.
func (l *layouter) gridIntrinsic(b *Box) intrinsic {
	g := l.newGrid(b, constraint{w: -1, h: -1, forceW: -1, forceH: -1})
	for i := range g.cols {
		g.cols[i].start(-1)
	}
	g.contributions(g.cols, g.gapX, g.columnSizes)
	var in intrinsic
	for i := range g.cols {
		t := &g.cols[i]
		in.min += t.base
		if t.Fr > 0 {
			in.max += max(t.base, l.frMax(g, i))
		} else {
			in.max += max(t.base, min(t.limit, endless))
		}
	}
	gaps := g.gapX * float32(max(len(g.cols)-1, 0))
	in.min, in.max = in.min+gaps, in.max+gaps
	return in
}

func (l *layouter) frMax(g *gridder, col int) float32 {
	var w float32
	for _, it := range g.items {
		if it.col == col && it.cols == 1 {
			w = max(w, l.contribution(it.box).max)
		}
	}
	return w
}

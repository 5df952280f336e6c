package layout

import (
	"sort"

	"hindsite.app/player/render/flat/style"
)

// Columns is a row of columns in a multi-column box (CSS Multi-column Layout
// 1). What flows through it is laid out as one endless column, whose parts of
// Height are shown beside one another.
type Columns struct {
	From, To      int     // the children that flow through it; none when it is the lines
	Top           float32 // from the top of the box
	Width, Height float32 // of a column
	Step          float32 // from one column to the next
	Count         int     // columns that are in use
	Start         float32 // where the endless column begins, from the top of the box
}

// maxShownColumns bounds how many columns one row has.
const maxShownColumns = 200

// multicol reports whether a block container has columns.
func multicol(s *style.Style) bool { return s.Columns > 0 || s.ColumnWidth.Fixed() }

// columnsOf returns the number of columns, their width and the gap between
// them (section 3.4).
func columnsOf(s *style.Style, w float32) (n int, each, gap float32) {
	gap = s.FontSize
	if s.ColumnGap.Fixed() {
		gap = s.ColumnGap.Of(w)
	}
	n = s.Columns
	if s.ColumnWidth.Fixed() {
		fit := int((w + gap) / max(s.ColumnWidth.Px+gap, 1))
		if n == 0 || fit < n {
			n = fit
		}
	}
	n = min(max(n, 1), maxShownColumns)
	return n, max((w-gap*float32(n-1))/float32(n), 0), gap
}

// columns lays out the content of a multi-column box and returns its height.
func (l *layouter) columns(b *Box, inner constraint) float32 {
	n, w, gap := columnsOf(b.Style, inner.w)
	row := Columns{Width: w, Step: w + gap, Start: b.contentY()}
	limit := inner.h
	if v, ok := l.sizeH(b, b.Style.MaxHeight, constraint{w: inner.w, h: -1}); ok && limit < 0 {
		limit = max(v-b.edgesY(), 0)
	}
	c := constraint{w: w, h: inner.h, forceW: -1, forceH: -1}
	if b.inlineContent() {
		total := l.lines(b, c, &floats{}, 0, 0)
		f := &fragmenter{origin: b.contentY()}
		f.lines(b, 0, f.origin)
		l.fill(b, f, row, total, n, limit)
		return b.Cols[0].Height
	}
	all := b.Children
	defer func() { b.Children = all }()
	var y float32
	for from := 0; from < len(all) && l.err == nil; {
		if all[from].Style.SpanAll && !all[from].outOfFlow() {
			s := all[from]
			l.layout(s, constraint{w: inner.w, h: inner.h, forceW: -1, forceH: -1})
			s.X, s.Y = b.contentX()+l.alignBlock(b, s, inner.w, s.Margin[style.Left]), b.contentY()+y+s.Margin[style.Top]
			y += s.H + s.Margin[style.Top] + s.Margin[style.Bottom]
			from++
			continue
		}
		to := from
		for to < len(all) && !(all[to].Style.SpanAll && !all[to].outOfFlow()) {
			to++
		}
		b.Children = all[from:to]
		fc := &floats{}
		total, out, _ := l.blocks(b, c, fc, 0, 0, true, true)
		row.From, row.To, row.Top = from, to, b.contentY()+y
		f := &fragmenter{origin: b.contentY()}
		f.children(b, 0, f.origin)
		l.fill(b, f, row, max(total+out.sum(), fc.bottom()), n, max(limit-y, -1))
		y += b.Cols[len(b.Cols)-1].Height
		from = to
	}
	return y
}

// fill chooses the height of a row of n columns for what f has found in it, and
// breaks it there. Limit is the most that it may be, -1 for any.
func (l *layouter) fill(b *Box, f *fragmenter, row Columns, total float32, n int, limit float32) {
	height := f.balance(total, n)
	if limit >= 0 && height > limit {
		height = max(limit, 1)
	}
	f.breakAt(height)
	f.apply(b)
	row.Height = height
	row.Count = 1
	if height > 0 {
		var end float32
		for i := range f.pieces {
			end = max(end, f.pieces[i].bottom-f.origin+f.total())
		}
		row.Count = min(max(int((end-0.01)/height)+1, 1), maxShownColumns)
	}
	b.Cols = append(b.Cols, row)
}

// piece is something that no column break may cut. Lead is where the next
// column begins when the break is in front of it.
type piece struct{ lead, top, bottom float32 }

// fragmenter breaks the endless column of one row. Places are from the top of
// the multi-column box.
type fragmenter struct {
	origin float32 // where the endless column begins
	pieces []piece
	at     []float32 // leads in front of which columns end, in order
	shift  []float32 // how far what is behind them moves, in all
}

// together are the lines that stay together at the end and at the start of a
// column (orphans and widows).
const together = 2

// lines finds the pieces of a box with lines whose border box is at y. Lead is
// where the outermost box begins that has nothing in front of its first line.
func (f *fragmenter) lines(b *Box, y, lead float32) {
	n := len(b.Lines)
	for first := 0; first < n; {
		last := first
		switch {
		case n < 2*together:
			last = n - 1
		case first == 0 || first == n-together:
			last = first + together - 1
		}
		p := piece{top: y + b.Lines[first].Y, bottom: y + b.Lines[last].Y + b.Lines[last].H}
		p.lead = p.top
		if first == 0 {
			p.lead = lead
		}
		f.pieces = append(f.pieces, p)
		first = last + 1
	}
}

// children finds the pieces of the blocks in b, which is at y. Lead is that of
// the first of them.
func (f *fragmenter) children(b *Box, y, lead float32) {
	first := true
	for _, c := range b.Children {
		if c.outOfFlow() || c.Kind == Text {
			continue
		}
		if !first {
			lead = y + c.Y
		}
		f.box(c, y+c.Y, lead)
		first = false
	}
}

// box finds the pieces of a box whose border box begins at y.
func (f *fragmenter) box(c *Box, y, lead float32) {
	n := len(f.pieces)
	switch {
	case c.solid():
	case len(c.Lines) > 0:
		f.lines(c, y, lead)
	default:
		f.children(c, y, lead)
	}
	if len(f.pieces) == n {
		f.pieces = append(f.pieces, piece{lead, y, y + c.H})
		return
	}
	// Padding and border below belong to what is last.
	last := &f.pieces[len(f.pieces)-1]
	if edge := c.Padding[style.Bottom] + c.Border[style.Bottom]; edge > 0 {
		last.bottom = max(last.bottom, min(y+c.H, last.bottom+edge))
	}
}

// solid reports whether no column break may be inside c.
func (c *Box) solid() bool {
	return c.Style.Unbroken || c.Kind != Block && c.Kind != Inline || c.inlineLevel || multicol(c.Style) || c.Style.Overflow[1] != style.Visible
}

// balance returns the least height at which the pieces fit into n columns
// (section 7.1).
func (f *fragmenter) balance(total float32, n int) float32 {
	height := total / float32(n)
	for i := range f.pieces {
		height = max(height, f.pieces[i].bottom-f.pieces[i].lead)
	}
	for range 64 {
		used, lack := f.simulate(height, nil)
		if used <= n || lack <= 0 {
			return height
		}
		height += lack
	}
	return height
}

// simulate fills columns of a height. It returns how many are needed and the
// least that the height lacks for a piece to stay in its column.
func (f *fragmenter) simulate(height float32, broken func(p *piece, shift float32)) (used int, lack float32) {
	if height <= 0 {
		return len(f.pieces) + 1, 1
	}
	used = 1
	start, shift := f.origin, float32(0)
	for i := range f.pieces {
		p := &f.pieces[i]
		if over := p.bottom + shift - (start + height); over > 0.01 && p.lead+shift > start+0.01 {
			if lack == 0 || over < lack {
				lack = over
			}
			start += height
			used++
			shift += start - (p.lead + shift)
			if broken != nil {
				broken(p, shift)
			}
		}
		for p.bottom+shift > start+height+0.01 && used < maxShownColumns*4 {
			over := p.bottom + shift - (start + height)
			if lack == 0 || over < lack {
				lack = over
			}
			start += height
			used++
		}
	}
	return used, lack
}

func (f *fragmenter) breakAt(height float32) {
	f.simulate(height, func(p *piece, shift float32) {
		f.at, f.shift = append(f.at, p.lead), append(f.shift, shift)
	})
}

// moved returns how far what is at y moves.
func (f *fragmenter) moved(y float32) float32 {
	i := sort.Search(len(f.at), func(i int) bool { return f.at[i] > y+0.001 })
	if i == 0 {
		return 0
	}
	return f.shift[i-1]
}

func (f *fragmenter) total() float32 {
	if len(f.shift) == 0 {
		return 0
	}
	return f.shift[len(f.shift)-1]
}

// apply moves what stands in b behind the breaks.
func (f *fragmenter) apply(b *Box) {
	if len(f.at) == 0 {
		return
	}
	f.inside(b, 0, 0)
}

// inside moves the content of a box that was at y and has moved by dy.
func (f *fragmenter) inside(b *Box, y, dy float32) {
	for i := range b.Lines {
		if d := f.moved(y+b.Lines[i].Y) - dy; d != 0 {
			shiftLine(b, &b.Lines[i], 0, d)
		}
	}
	for _, c := range b.Children {
		if c.Kind == Text || c.inlineLevel {
			continue
		}
		top := y + c.Y
		d := f.moved(top)
		c.Y += d - dy
		if c.solid() {
			continue
		}
		end := f.moved(top + c.H - 0.01)
		f.inside(c, top, d)
		c.H += end - d
		c.valid, c.Ink = false, Ink{}
	}
}

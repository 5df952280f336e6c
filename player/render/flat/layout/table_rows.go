package layout

import "hindsite.app/player/render/flat/style"

// cellW returns the width of a cell.
func (t *tabler) cellW(c *Box) float32 {
	w := t.gapX * float32(c.cell.colspan-1)
	for i := c.cell.col; i < c.cell.col+c.cell.colspan && i < len(t.columns); i++ {
		w += t.columns[i].w
	}
	return w
}

// layoutRows sizes and places rows and cells; it returns where they end.
func (t *tabler) layoutRows(y float32, inner constraint) float32 {
	t.height = make([]float32, len(t.rows))
	base := make([]float32, len(t.rows))
	for r, row := range t.rows {
		t.l.edges(row, inner.w)
		if v := row.Style.Height; v.Kind == style.LFixed && !v.Relative() {
			t.height[r] = v.Px
		}
	}
	for _, c := range t.cells {
		t.measureCell(c, base)
	}
	t.baselines(base)
	for _, c := range t.cells {
		t.spanHeight(c)
	}
	if inner.h >= 0 {
		t.growRows(inner.h - y)
	}
	return t.placeRows(y, base, inner)
}

func (t *tabler) measureCell(c *Box, base []float32) {
	w := t.cellW(c)
	t.l.layout(c, constraint{w: w, h: -1, forceW: w, forceH: -1})
	if c.cell.rowspan == 1 {
		t.height[c.cell.row] = max(t.height[c.cell.row], c.H)
	}
	if c.Style.Align == style.Baseline || c.Style.Align > style.AlignBottom {
		if y, ok := firstBaseline(c); ok {
			base[c.cell.row] = max(base[c.cell.row], y)
		}
	}
}

// baselines makes rows high enough for cells that are moved down to a common
// baseline.
func (t *tabler) baselines(base []float32) {
	for _, c := range t.cells {
		if c.cell.rowspan != 1 || !(c.Style.Align == style.Baseline || c.Style.Align > style.AlignBottom) {
			continue
		}
		if y, ok := firstBaseline(c); ok {
			t.height[c.cell.row] = max(t.height[c.cell.row], c.H+base[c.cell.row]-y)
		}
	}
}

// spanHeight gives the rows of a spanning cell what it needs beyond them.
func (t *tabler) spanHeight(c *Box) {
	if c.cell.rowspan > 1 {
		t.grow(c.cell.row, c.cell.rowspan, c.H-t.gapY*float32(c.cell.rowspan-1))
	}
}

// growRows fills a table that is higher than its rows.
func (t *tabler) growRows(room float32) {
	t.grow(0, len(t.rows), room-t.gapY*float32(len(t.rows)+1))
}

// grow makes n rows as high as room together: those of automatic height by
// their heights, or all when none is.
func (t *tabler) grow(from, n int, room float32) {
	var sum, auto float32
	for r := from; r < from+n; r++ {
		sum += t.height[r]
		if !t.stiff(r) {
			auto += t.height[r]
		}
	}
	extra := room - sum
	if n == 0 || extra <= 0 {
		return
	}
	for r := from; r < from+n; r++ {
		switch {
		case auto > 0 && t.stiff(r):
		case auto > 0:
			t.height[r] += extra * t.height[r] / auto
		case sum > 0:
			t.height[r] += extra * t.height[r] / sum
		default:
			t.height[r] += extra / float32(n)
		}
	}
}

// stiff reports whether a row or a cell that is in it alone has a height.
func (t *tabler) stiff(r int) bool {
	if t.rows[r].Style.Height.Fixed() {
		return true
	}
	for _, c := range t.rows[r].Children {
		if c.Kind == Cell && c.cell.rowspan == 1 && c.Style.Height.Fixed() && !c.Style.Height.Relative() {
			return true
		}
	}
	return false
}

// placeColumns gives the boxes of col and colgroup elements the places of their
// columns.
func (t *tabler) placeColumns(xs []float32, top, bottom float32) {
	at := 0
	var visit func(b *Box, ox float32)
	visit = func(b *Box, ox float32) {
		first := min(at, len(t.columns))
		if len(b.Children) == 0 {
			at += spanAttr(b, "span")
		}
		b.X = xs[first] - ox
		for _, c := range b.Children {
			visit(c, xs[first])
		}
		last := min(at, len(t.columns))
		b.W, b.H = 0, bottom-top
		if last > first {
			b.W = xs[last-1] + t.columns[last-1].w - xs[first]
		}
	}
	for _, c := range t.b.Children {
		if c.Kind == Column {
			visit(c, -t.b.contentX())
			c.Y = t.b.contentY() + top
		}
	}
}

func (t *tabler) placeRows(y float32, base []float32, inner constraint) float32 {
	xs := make([]float32, len(t.columns)+1)
	x := t.gapX
	for i := range t.columns {
		xs[i] = x
		x += t.columns[i].w + t.gapX
	}
	xs[len(t.columns)] = x
	t.mirror(xs, x)
	width := max(x-2*t.gapX, 0)
	if len(t.rows) > 0 {
		y += t.gapY
	}
	ys := make([]float32, len(t.rows)+1)
	for r := range t.rows {
		ys[r] = y
		y += t.height[r] + t.gapY
	}
	r := 0
	for _, g := range t.groups {
		t.l.edges(g, inner.w)
		g.X, g.W = t.b.contentX()+t.gapX, width
		first := r
		top := y
		if r < len(t.rows) {
			top = ys[r]
		}
		g.Y = t.b.contentY() + top
		for _, row := range g.Children {
			if r >= len(t.rows) || row != t.rows[r] {
				continue
			}
			row.moved()
			g.moved()
			row.X, row.Y, row.W, row.H = 0, ys[r]-top, width, t.height[r]
			if t.lines != nil {
				// Drawn by the row; the room is in its cells.
				row.Border[style.Top] = row.Style.BorderWidth[style.Top]
				row.Border[style.Bottom] = row.Style.BorderWidth[style.Bottom]
			}
			r++
		}
		if r > first {
			last := t.rows[r-1]
			g.H = last.Y + last.H
		}
	}
	for _, c := range t.cells {
		t.settleCell(c, xs, ys, base)
	}
	if len(t.rows) > 0 {
		t.placeColumns(xs, ys[0], y-t.gapY)
	}
	return y
}

// mirror turns the columns of a table from right to left round. Places in xs are
// those of the left edges, one for each column.
func (t *tabler) mirror(xs []float32, total float32) {
	if !t.b.Style.RTL {
		return
	}
	for i := range t.columns {
		xs[i] = total - xs[i] - t.columns[i].w
	}
}

// left returns where a cell begins: with its last column from right to left.
func (t *tabler) left(c *Box, xs []float32) float32 {
	i := c.cell.col
	if t.b.Style.RTL {
		i = min(i+c.cell.colspan, len(t.columns)) - 1
	}
	return xs[max(i, 0)]
}

// settleCell gives a cell its final height and moves its content.
func (t *tabler) settleCell(c *Box, xs, ys, base []float32) {
	p := c.cell
	h := t.gapY * float32(p.rowspan-1)
	for r := p.row; r < p.row+p.rowspan; r++ {
		h += t.height[r]
	}
	w := t.cellW(c)
	content := c.H
	if c.percentH {
		t.l.layout(c, constraint{w: w, h: -1, forceW: w, forceH: h})
		content = h
	}
	c.X, c.Y = t.left(c, xs)-t.gapX, 0
	c.H = h
	c.valid = false
	c.moved()
	var dy float32
	switch c.Style.Align {
	case style.Middle:
		dy = (h - content) / 2
	case style.AlignBottom:
		dy = h - content
	case style.AlignTop:
	default:
		if y, ok := firstBaseline(c); ok && p.rowspan == 1 {
			dy = base[p.row] - y
		}
	}
	if dy > 0 {
		for _, k := range c.Children {
			if !k.inlineLevel && !k.outOfFlow() {
				k.Y += dy
			} else if k.outOfFlow() {
				k.static.y += dy
			}
		}
		for i := range c.Lines {
			shiftLine(c, &c.Lines[i], 0, dy)
		}
	}
}

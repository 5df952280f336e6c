package layout

import (
	"strconv"

	"hindsite.app/player/render/flat/style"
)

// tabler lays out one table (CSS 2.2, chapter 17, and Tables 3).
type tabler struct {
	l        *layouter
	b        *Box
	rows     []*Box
	groups   []*Box
	captions []*Box
	cells    []*Box
	columns  []column
	gapX     float32
	gapY     float32
	height   []float32
	lines    []float32 // borders of rows in a collapsed table
}

// column is one column while its width is found.
type column struct {
	min, max float32
	fixed    float32 // specified width, 0 for none
	percent  float32
	w        float32
}

const (
	maxColumns = 1000
	maxSpan    = 1000
)

func (l *layouter) newTable(b *Box) *tabler {
	t := &tabler{l: l, b: b, gapX: b.Style.BorderSpacing[0], gapY: b.Style.BorderSpacing[1]}
	for _, c := range b.Children {
		switch c.Kind {
		case Caption:
			t.captions = append(t.captions, c)
		case RowGroup:
			t.groups = append(t.groups, c)
			for _, r := range c.Children {
				if r.Kind == Row && r.Style.Visibility != style.Collapsed {
					t.rows = append(t.rows, r)
				}
			}
		}
	}
	t.placeCells()
	if b.Style.BorderCollapse {
		t.gapX, t.gapY = 0, 0
		t.collapse()
	}
	return t
}

func spanAttr(c *Box, name string) int {
	if c.Node == nil || c.Node.DOM == nil {
		return 1
	}
	n, err := strconv.Atoi(attr(c.Node.DOM, name))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, maxSpan)
}

// placeCells gives every cell its row and column.
func (t *tabler) placeCells() {
	busy := map[int]int{} // column → rows that a cell above still covers
	for r, row := range t.rows {
		col := 0
		for _, c := range row.Children {
			if c.Kind != Cell || c.outOfFlow() {
				continue
			}
			for busy[col] > 0 {
				col++
			}
			p := cellPlace{colspan: spanAttr(c, "colspan"), rowspan: spanAttr(c, "rowspan"), row: r, col: col}
			p.colspan = max(min(p.colspan, maxColumns-col), 1)
			p.rowspan = min(p.rowspan, len(t.rows)-r)
			c.cell = p
			if col >= maxColumns {
				continue
			}
			t.cells = append(t.cells, c)
			for i := col; i < col+p.colspan; i++ {
				busy[i] = max(busy[i], p.rowspan)
				for len(t.columns) <= i {
					t.columns = append(t.columns, column{})
				}
			}
			col += p.colspan
		}
		for i := range busy {
			if busy[i] > 0 {
				busy[i]--
			}
		}
	}
	t.columnStyles()
}

// columnStyles takes widths from col elements.
func (t *tabler) columnStyles() {
	i := 0
	var visit func(b *Box)
	visit = func(b *Box) {
		if len(b.Children) > 0 {
			for _, c := range b.Children {
				if c.Kind == Column {
					visit(c)
				}
			}
			return
		}
		for range spanAttr(b, "span") {
			if i < len(t.columns) {
				t.specify(&t.columns[i], b.Style.Width, 0)
			}
			i++
		}
	}
	for _, c := range t.b.Children {
		if c.Kind == Column {
			visit(c)
		}
	}
}

func (t *tabler) specify(c *column, w style.Length, edges float32) {
	switch {
	case w.Kind != style.LFixed:
	case w.Pct > 0:
		c.percent = max(c.percent, w.Pct)
	case w.Px > 0:
		c.fixed = max(c.fixed, w.Px+edges)
	}
}

// collapse shares borders: each side of an edge draws half of the wider one.
func (t *tabler) collapse() {
	grid := map[[2]int]*Box{}
	for _, c := range t.cells {
		for r := c.cell.row; r < c.cell.row+c.cell.rowspan; r++ {
			for k := c.cell.col; k < c.cell.col+c.cell.colspan; k++ {
				if len(grid) < maxCells {
					grid[[2]int{r, k}] = c
				}
			}
		}
	}
	own := t.b.Style.BorderWidth
	var outer [4]float32
	lines := make([]float32, len(t.rows)+1) // borders of rows, above each and below the last
	for i, r := range t.rows {
		lines[i] = max(lines[i], r.Style.BorderWidth[style.Top])
		lines[i+1] = r.Style.BorderWidth[style.Bottom]
	}
	t.lines = lines
	for _, c := range t.cells {
		p := c.cell
		c.collapsed = true
		w := c.Style.BorderWidth
		edge := func(side int, n *Box, opposite int, border bool) float32 {
			v := w[side]
			if n != nil {
				v = max(v, n.Style.BorderWidth[opposite])
			}
			switch side {
			case style.Top:
				v = max(v, lines[p.row])
			case style.Bottom:
				v = max(v, lines[p.row+p.rowspan])
			}
			if border {
				v = max(v, own[side])
				outer[side] = max(outer[side], v/2)
			}
			return v / 2
		}
		before := c.Border
		c.Border[style.Left] = edge(style.Left, grid[[2]int{p.row, p.col - 1}], style.Right, p.col == 0)
		c.Border[style.Right] = edge(style.Right, grid[[2]int{p.row, p.col + p.colspan}], style.Left, p.col+p.colspan >= len(t.columns))
		c.Border[style.Top] = edge(style.Top, grid[[2]int{p.row - 1, p.col}], style.Bottom, p.row == 0)
		c.Border[style.Bottom] = edge(style.Bottom, grid[[2]int{p.row + p.rowspan, p.col}], style.Top, p.row+p.rowspan >= len(t.rows))
		if c.Border != before {
			c.forget()
		}
	}
	t.b.collapsed = true
	t.b.Border = outer
	t.b.Padding = [4]float32{}
}

// measure finds minimum and maximum of every column.
func (t *tabler) measure() {
	fixed := t.b.Style.TableFixed && !t.b.Style.Width.IsAuto()
	for _, c := range t.cells {
		if c.cell.colspan != 1 {
			continue
		}
		if fixed && c.cell.row > 0 {
			continue
		}
		t.cellWidth(&t.columns[c.cell.col], c, fixed)
	}
	for _, c := range t.cells {
		if c.cell.colspan > 1 && !(fixed && c.cell.row > 0) {
			t.spanWidth(c, fixed)
		}
	}
	for i := range t.columns {
		col := &t.columns[i]
		if fixed {
			col.min, col.max = col.fixed, col.fixed
		}
		if col.fixed > 0 {
			col.max = max(col.fixed, col.min)
		}
		col.max = max(col.max, col.min)
	}
}

func (t *tabler) cellWidth(col *column, c *Box, fixed bool) {
	edges := float32(0)
	if !c.Style.BorderBox {
		edges = c.fixedEdgesX()
	}
	t.specify(col, c.Style.Width, edges)
	if fixed {
		return
	}
	in := t.l.intrinsic(c)
	if c.Style.WhiteSpace.NoWrap && c.Style.Width.Px > 0 && c.Style.Width.Pct == 0 {
		in.min = max(in.min, c.Style.Width.Px+edges)
	}
	if v := c.Style.MinWidth; v.Kind == style.LFixed && !v.Relative() {
		in.min = max(in.min, v.Px+edges)
	}
	if v := c.Style.MaxWidth; v.Kind == style.LFixed && !v.Relative() {
		in.min, in.max = min(in.min, v.Px+edges), min(in.max, v.Px+edges)
	}
	col.min, col.max = max(col.min, in.min), max(col.max, in.max)
}

// spanWidth spreads what a spanning cell needs over its columns, as the width
// of a table is spread over all.
func (t *tabler) spanWidth(c *Box, fixed bool) {
	in := intrinsic{}
	if !fixed {
		in = t.l.intrinsic(c)
	}
	cols := t.columns[c.cell.col : c.cell.col+c.cell.colspan]
	if w := c.Style.Width; w.Kind == style.LFixed && w.Px > 0 && !w.Relative() {
		in.max = max(w.Px, in.min)
	} else if w.Kind == style.LFixed && w.Pct > 0 {
		spreadPercent(cols, w.Pct)
	}
	gaps := t.gapX * float32(len(cols)-1)
	if lo := in.min - gaps; lo > 0 {
		for i, w := range guess(cols, lo, false) {
			cols[i].min = max(cols[i].min, w)
			cols[i].max = max(cols[i].max, cols[i].min)
		}
	}
	if hi := in.max - gaps; hi > 0 {
		for i, w := range guess(cols, hi, false) {
			cols[i].max = max(cols[i].max, w)
		}
	}
}

// spreadPercent gives what a spanning cell asks for in percent, beyond what its
// columns have, to those that have none.
func spreadPercent(cols []column, percent float32) {
	var sum float32
	n := 0
	for i := range cols {
		percent -= cols[i].percent
		if cols[i].percent == 0 {
			sum += cols[i].max
			n++
		}
	}
	if percent <= 0 || n == 0 {
		return
	}
	for i := range cols {
		if cols[i].percent != 0 {
			continue
		}
		if sum > 0 {
			cols[i].percent = percent * cols[i].max / sum
		} else {
			cols[i].percent = percent / float32(n)
		}
	}
}

func (l *layouter) tableIntrinsic(b *Box) intrinsic {
	t := l.newTable(b)
	t.measure()
	l.edges(b, 0)
	var in intrinsic
	var percent, rest, needed float32
	for i := range t.columns {
		c := &t.columns[i]
		in.min += c.min
		in.max += c.max
		if c.percent > 0 {
			percent += c.percent
			needed = max(needed, c.max*100/c.percent)
		} else {
			rest += c.max
		}
	}
	if percent > 0 && percent < 100 {
		needed = max(needed, rest*100/(100-percent))
	}
	if percent > 0 {
		in.max = max(in.max, min(needed, 1<<16))
	}
	gaps := t.gapX*float32(len(t.columns)+1) + b.edgesX()
	if len(t.columns) == 0 {
		gaps = b.edgesX()
	}
	in.min, in.max = in.min+gaps, in.max+gaps
	for _, c := range t.captions {
		in.min = max(in.min, l.contribution(c).min)
	}
	return in
}

// table lays out b and returns the height of its content.
func (l *layouter) table(b *Box, inner constraint) float32 {
	t := l.newTable(b)
	t.measure()
	inner.w = b.contentW()
	t.distribute(inner.w)
	var y float32
	for _, c := range t.captions {
		if !c.Style.CaptionBottom {
			y = t.caption(c, y)
		}
	}
	y = t.layoutRows(y, inner)
	for _, c := range t.captions {
		if c.Style.CaptionBottom {
			y = t.caption(c, y)
		}
	}
	return y
}

func (t *tabler) caption(c *Box, y float32) float32 {
	c.context = true
	t.l.layout(c, constraint{w: t.b.contentW(), h: -1, forceW: -1, forceH: -1})
	c.X, c.Y = t.b.contentX()+c.Margin[style.Left], t.b.contentY()+y+c.Margin[style.Top]
	return y + c.H + c.Margin[style.Top] + c.Margin[style.Bottom]
}

// distribute gives the columns their widths.
func (t *tabler) distribute(w float32) {
	if len(t.columns) == 0 {
		return
	}
	fixed := t.b.Style.TableFixed && !t.b.Style.Width.IsAuto()
	for i, w := range guess(t.columns, w-t.gapX*float32(len(t.columns)+1), fixed) {
		t.columns[i].w = w
	}
}

// guess distributes a width over columns (CSS Tables 3, section 4.4): it lies
// between two of four guesses, or beyond the largest. The columns of a fixed
// table have no minimum but what is specified.
func guess(cols []column, room float32, fixed bool) []float32 {
	percent := make([]float32, len(cols))
	left := float32(100)
	for i := range cols {
		percent[i] = min(cols[i].percent, left)
		left -= percent[i]
	}
	// Minimum; then percentages; then specified widths; then all at maximum.
	var guesses [4][]float32
	var sums [4]float32
	for k := range guesses {
		guesses[k] = make([]float32, len(cols))
		for i := range cols {
			c := &cols[i]
			w := c.min
			switch {
			case k > 0 && c.percent > 0:
				w = max(percent[i]*room/100, c.min)
			case k > 1 && c.fixed > 0, k > 2:
				w = max(c.max, c.min)
			}
			guesses[k][i] = w
			sums[k] += w
		}
	}
	if room <= sums[0] {
		return guesses[0]
	}
	for k := 1; k < len(guesses); k++ {
		if room <= sums[k] {
			f := (room - sums[k-1]) / max(sums[k]-sums[k-1], 1e-6)
			for i := range cols {
				guesses[k][i] = guesses[k-1][i] + (guesses[k][i]-guesses[k-1][i])*f
			}
			return guesses[k]
		}
	}
	widen(cols, guesses[3], room-sums[3], fixed)
	return guesses[3]
}

// widen spreads room beyond the maximum: over automatic columns by their
// maximum, or over fixed ones, or over those in percent.
func widen(cols []column, w []float32, extra float32, fixed bool) {
	weights := []func(*column) float32{
		func(c *column) float32 {
			switch {
			case c.fixed > 0 || c.percent > 0:
				return 0
			case fixed:
				return 1
			}
			return c.max
		},
		func(c *column) float32 {
			if c.percent > 0 || fixed && c.fixed == 0 {
				return 0
			}
			return c.max
		},
		func(c *column) float32 { return c.percent },
		func(c *column) float32 { return 1 },
	}
	for _, weight := range weights {
		var sum float32
		for i := range cols {
			sum += weight(&cols[i])
		}
		if sum <= 0 {
			continue
		}
		for i := range cols {
			w[i] += extra * weight(&cols[i]) / sum
		}
		return
	}
}

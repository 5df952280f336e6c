package layout

import (
	"slices"

	"hindsite.app/player/render/flat/style"
)

// expanded are the explicit tracks of one axis.
type expanded struct {
	tracks []style.Track
	names  map[string][]int // lines by name
	fitAt  int              // tracks made by auto-fit
	fitN   int
}

// expandTracks resolves repetitions; room is -1 when the size is not known.
func expandTracks(t *style.Tracks, room, gap float32) expanded {
	e := expanded{names: map[string][]int{}}
	if t == nil {
		return e
	}
	var add func(items []style.TrackItem)
	add = func(items []style.TrackItem) {
		for _, it := range items {
			switch {
			case it.Names != nil:
				for _, n := range it.Names {
					e.names[n] = append(e.names[n], len(e.tracks))
				}
			case it.Repeat != nil:
				count := it.Count
				if count == 0 {
					count = autoRepeat(t, it, room, gap)
					if it.Fit {
						e.fitAt = len(e.tracks)
					}
				}
				for range count {
					if len(e.tracks) >= style.MaxTracks {
						return
					}
					add(it.Repeat)
				}
				if it.Count == 0 && it.Fit {
					e.fitN = len(e.tracks) - e.fitAt
				}
			default:
				if len(e.tracks) < style.MaxTracks {
					e.tracks = append(e.tracks, it.Track)
				}
			}
		}
	}
	add(t.Items)
	return e
}

// autoRepeat returns how often an automatic repetition fits.
func autoRepeat(t *style.Tracks, rep style.TrackItem, room, gap float32) int {
	if room < 0 {
		return 1
	}
	size := func(items []style.TrackItem) (sum float32, n int) {
		for _, it := range items {
			if it.Names != nil || it.Repeat != nil {
				continue
			}
			v := it.Track.Max
			if v.Kind != style.LFixed || it.Track.Fr > 0 {
				v = it.Track.Min
			}
			if v.Kind == style.LFixed {
				lo := float32(0)
				if it.Track.Min.Kind == style.LFixed {
					lo = it.Track.Min.Of(room)
				}
				sum += max(v.Of(room), lo)
			}
			n++
		}
		return sum, n
	}
	one, n := size(rep.Repeat)
	rest, m := size(t.Items)
	step := one + gap*float32(n)
	if one <= 0 || step <= 0 {
		return 1
	}
	count := int((room - rest - gap*float32(m) + gap + 0.01) / step)
	return min(max(count, 1), style.MaxTracks)
}

// placeItems gives every item its area (section 8) and makes the implicit
// tracks.
func (g *gridder) placeItems(cols, rows expanded) {
	g.explicitCols, g.explicitRows = len(cols.tracks), len(rows.tracks)
	if a := g.s.Areas; a != nil {
		g.explicitRows = max(g.explicitRows, len(a.Rows))
		for _, row := range a.Rows {
			g.explicitCols = max(g.explicitCols, len(row))
		}
		areaLines(a, cols.names, rows.names)
	}
	for _, c := range g.b.Children {
		if c.outOfFlow() {
			c.static.x, c.static.y = g.b.contentX(), g.b.contentY()
			continue
		}
		it := &gridItem{box: c}
		it.col, it.cols, it.colKnown = resolveLines(c.Style.ColumnStart, c.Style.ColumnEnd, cols.names, g.explicitCols)
		it.row, it.rows, it.rowKnown = resolveLines(c.Style.RowStart, c.Style.RowEnd, rows.names, g.explicitRows)
		g.items = append(g.items, it)
	}
	slices.SortStableFunc(g.items, func(a, b *gridItem) int { return a.box.Style.Order - b.box.Style.Order })
	g.shiftNegative()
	width, height := g.autoPlace()
	g.cols = g.makeTracks(cols, width, g.s.AutoColumns)
	g.rows = g.makeTracks(rows, height, g.s.AutoRows)
	if cols.fitN > 0 {
		used := make([]bool, len(g.cols))
		for _, it := range g.items {
			for i := it.col; i < it.col+it.cols && i < len(used); i++ {
				used[i] = true
			}
		}
		for i := cols.fitAt; i < cols.fitAt+cols.fitN && i < len(g.cols); i++ {
			if !used[i] {
				g.cols[i].empty = true
				g.cols[i].Track = style.Track{}
			}
		}
	}
}

func (g *gridder) makeTracks(e expanded, n int, auto []style.Track) []track {
	n = min(max(n, len(e.tracks)), style.MaxTracks)
	tracks := make([]track, n)
	for i := range tracks {
		if i < len(e.tracks) {
			tracks[i].Track = e.tracks[i]
		} else {
			tracks[i].Track = auto[(i-len(e.tracks))%len(auto)]
		}
	}
	return tracks
}

// areaLines adds the lines that named areas make.
func areaLines(a *style.Areas, cols, rows map[string][]int) {
	seen := map[string]bool{}
	for r, row := range a.Rows {
		for c, name := range row {
			if name[0] == '.' || seen[name] {
				continue
			}
			seen[name] = true
			c2, r2 := c, r
			for c2+1 < len(row) && row[c2+1] == name {
				c2++
			}
			for r2+1 < len(a.Rows) && c < len(a.Rows[r2+1]) && a.Rows[r2+1][c] == name {
				r2++
			}
			cols[name+"-start"] = append(cols[name+"-start"], c)
			cols[name+"-end"] = append(cols[name+"-end"], c2+1)
			rows[name+"-start"] = append(rows[name+"-start"], r)
			rows[name+"-end"] = append(rows[name+"-end"], r2+1)
		}
	}
}

// resolveLines turns two grid lines into a start and a span; known is false
// when the start is automatic.
func resolveLines(a, b style.Line, names map[string][]int, explicit int) (at, n int, known bool) {
	s, okS := lineAt(a, names, explicit, "-start")
	e, okE := lineAt(b, names, explicit, "-end")
	switch {
	case okS && okE:
		if s == e {
			e = s + 1
		}
		if s > e {
			s, e = e, s
		}
		return s, clampSpan(e - s), true
	case okS:
		return s, clampSpan(spanOf(b)), true
	case okE:
		n := clampSpan(spanOf(a))
		return e - n, n, true
	}
	return 0, clampSpan(max(spanOf(a), spanOf(b))), false
}

func clampSpan(n int) int { return min(max(n, 1), style.MaxTracks) }

func spanOf(l style.Line) int {
	if l.Span {
		return max(l.N, 1)
	}
	return 1
}

// lineAt returns the index of a line, which may be negative.
func lineAt(l style.Line, names map[string][]int, explicit int, suffix string) (int, bool) {
	switch {
	case l.Span || l.Auto || l.N == 0 && l.Name == "":
		return 0, false
	case l.Name != "":
		list := names[l.Name+suffix]
		if len(list) == 0 {
			list = names[l.Name]
		}
		if len(list) == 0 {
			return explicit, true
		}
		i := max(l.N, 1) - 1
		if l.N < 0 {
			i = len(list) + l.N
		}
		return list[min(max(i, 0), len(list)-1)], true
	case l.N > 0:
		return l.N - 1, true
	}
	return explicit + 1 + l.N, true
}

// shiftNegative moves everything so that no item begins before line 0: the
// implicit tracks in front of the explicit grid become tracks behind it.
func (g *gridder) shiftNegative() {
	for _, it := range g.items {
		if it.col < 0 {
			it.col = 0
		}
		if it.row < 0 {
			it.row = 0
		}
	}
}

// occupied tells which cells are taken.
type occupied map[[2]int]bool

const maxCells = 200_000

func (o occupied) free(row, col, rows, cols int) bool {
	for r := row; r < row+rows; r++ {
		for c := col; c < col+cols; c++ {
			if o[[2]int{r, c}] {
				return false
			}
		}
	}
	return true
}

func (o occupied) take(it *gridItem) {
	for r := it.row; r < it.row+it.rows; r++ {
		for c := it.col; c < it.col+it.cols; c++ {
			if len(o) > maxCells {
				return
			}
			o[[2]int{r, c}] = true
		}
	}
}

// autoPlace runs the auto-placement algorithm and returns the size of the
// grid.
func (g *gridder) autoPlace() (width, height int) {
	o := occupied{}
	width, height = g.explicitCols, g.explicitRows
	for _, it := range g.items {
		if it.colKnown {
			width = max(width, it.col+it.cols)
		}
		if it.rowKnown {
			height = max(height, it.row+it.rows)
		}
		width = max(width, min(it.cols, style.MaxTracks))
		if it.rowKnown && it.colKnown {
			o.take(it)
		}
	}
	width = max(width, 1)
	p := &autoPlacer{g: g, o: o, width: width, height: max(height, 1)}
	for _, it := range g.items {
		if g.s.FlowColumn && it.colKnown && !it.rowKnown || !g.s.FlowColumn && it.rowKnown && !it.colKnown {
			p.fixedLine(it)
		}
	}
	for _, it := range g.items {
		if it.rowKnown && it.colKnown || it.rowKnown && !g.s.FlowColumn || it.colKnown && g.s.FlowColumn {
			continue
		}
		p.flow(it)
	}
	for _, it := range g.items {
		width, height = max(width, it.col+it.cols), max(height, it.row+it.rows)
	}
	return min(width, style.MaxTracks), min(height, style.MaxTracks)
}

type autoPlacer struct {
	g             *gridder
	o             occupied
	width, height int
	row, col      int
}

// fixedLine places an item whose line along the flow is known.
func (p *autoPlacer) fixedLine(it *gridItem) {
	for i := 0; i < style.MaxTracks; i++ {
		if p.g.s.FlowColumn {
			it.row = i
		} else {
			it.col = i
		}
		if p.o.free(it.row, it.col, it.rows, it.cols) {
			break
		}
	}
	p.o.take(it)
}

// flow places an item at the cursor or behind it.
func (p *autoPlacer) flow(it *gridItem) {
	if p.g.s.Dense {
		p.row, p.col = 0, 0
	}
	column := p.g.s.FlowColumn
	// The cross line of an item may be known: then the cursor only moves along.
	for range maxCells {
		switch {
		case column && it.rowKnown:
			if p.row > it.row {
				p.col++
			}
			p.row = it.row
		case !column && it.colKnown:
			if p.col > it.col {
				p.row++
			}
			p.col = it.col
		}
		if p.fits(it) {
			it.row, it.col = p.row, p.col
			p.o.take(it)
			return
		}
		p.next(it)
	}
}

func (p *autoPlacer) fits(it *gridItem) bool {
	if p.g.s.FlowColumn {
		if p.row+it.rows > p.height && p.row > 0 {
			return false
		}
	} else if p.col+it.cols > p.width && p.col > 0 {
		return false
	}
	return p.o.free(p.row, p.col, it.rows, it.cols)
}

func (p *autoPlacer) next(it *gridItem) {
	if p.g.s.FlowColumn {
		p.row++
		if p.row+it.rows > p.height || it.rowKnown {
			p.row, p.col = 0, p.col+1
		}
		return
	}
	p.col++
	if p.col+it.cols > p.width || it.colKnown {
		p.col, p.row = 0, p.row+1
	}
}

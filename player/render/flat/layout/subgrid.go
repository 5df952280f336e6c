package layout

import "hindsite.app/player/render/flat/style"

// subgrid takes the columns of the grid around (CSS Grid 2, section 9), whose
// sizes are known then: what is in a subgrid does not size them by itself.
func (g *gridder) subgrid(e expanded) expanded {
	n := len(g.b.sub) - 1
	if n < 1 {
		return e
	}
	if g.s.ColumnGap.IsAuto() {
		g.gapX = g.b.sub[n]
	}
	for i, w := range g.b.sub[:n] {
		if i == 0 {
			w -= g.b.Border[style.Left] + g.b.Padding[style.Left] + g.b.Margin[style.Left]
		}
		if i == n-1 {
			w -= g.b.Border[style.Right] + g.b.Padding[style.Right] + g.b.Margin[style.Right]
		}
		l := style.Px(max(w, 0))
		e.tracks = append(e.tracks, style.Track{Min: l, Max: l})
	}
	return e
}

// lend gives a subgrid the columns that it spans.
func (g *gridder) lend(it *gridItem) {
	if t := it.box.Style.TemplateColumns; it.box.Kind != Grid || t == nil || !t.Subgrid {
		return
	}
	it.box.sub = it.box.sub[:0]
	for i := it.col; i < it.col+it.cols && i < len(g.cols); i++ {
		it.box.sub = append(it.box.sub, g.cols[i].base)
	}
	it.box.sub = append(it.box.sub, g.gapX)
	it.box.valid, it.box.nmemo = false, 0
}

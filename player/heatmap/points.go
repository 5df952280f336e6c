package heatmap

import (
	"fmt"
	"sort"

	"hindsite.app/player/recording"
)

// Kind is a kind of heatmap.
type Kind string

// The kinds.
const (
	Clicks Kind = "click"
	Moves  Kind = "move"
	Reach  Kind = "scroll"
)

// View is one page view that a heatmap may count.
type View struct {
	Index  int32 // in its session
	Width  int   // viewport, CSS pixels
	Height int
}

// ClickPoints returns the clicks of a view in page coordinates. Clicks in inner
// frames and clicks without a place cannot be placed and are counted in unplaced.
func ClickPoints(all []recording.Interaction, view int32) (points []Point, unplaced int) {
	for i := range all {
		in := &all[i]
		if in.View != view || in.Kind != recording.Click {
			continue
		}
		if !in.HasXY || in.Framed {
			unplaced++
			continue
		}
		x, y := in.PageXY()
		points = append(points, Point{x, y, 1})
	}
	return points, unplaced
}

// longestRest is the most that one resting place of the pointer counts for: a
// pointer left alone says nothing of attention.
const longestRest = 2 * recording.Second

// MovePoints returns where the pointer was in a view, weighted with the seconds
// that it stayed there, at most two.
func MovePoints(all []recording.Pointer, view int32, end recording.Time) (points []Point, unplaced int) {
	for i := range all {
		p := &all[i]
		if p.View != view {
			continue
		}
		if p.Framed {
			unplaced++
			continue
		}
		until := end
		if i+1 < len(all) {
			until = min(all[i+1].At, end)
		}
		rest := min(max(until-p.At, 0), longestRest)
		x, y := p.PageXY()
		points = append(points, Point{x, y, float32(float64(rest) / float64(recording.Second))})
	}
	return points, unplaced
}

// Widths counts the views of each viewport width.
type Widths map[int]int

// Reference returns the width of most views; of two equally frequent ones the
// greater. It is 0 when there are none.
func (w Widths) Reference() int {
	best := 0
	for width, n := range w {
		if n > w[best] || (n == w[best] && width > best) {
			best = width
		}
	}
	return best
}

// Caption says how views of several widths were brought together.
func (w Widths) Caption() string {
	ref, all := w.Reference(), 0
	for _, n := range w {
		all += n
	}
	switch {
	case all == 0:
		return "no views"
	case w[ref] == all:
		return fmt.Sprintf("all %d views were %d px wide: places are as recorded", all, ref)
	}
	return fmt.Sprintf("%d of %d views were %d px wide and are as recorded; in the other %d, x is scaled to that width and y is as recorded",
		w[ref], all, ref, all-w[ref])
}

// Scale brings points from one width to another: x in proportion, y as it is.
func Scale(points []Point, from, to int) {
	if from == to || from <= 0 || to <= 0 {
		return
	}
	f := float32(to) / float32(from)
	for i := range points {
		points[i].X *= f
	}
}

// Reached returns, for every row of cells, the share of views that saw it.
// bottoms holds the greatest bottom of the viewport of each view.
func Reached(bottoms []float32, pageH, cell int) []float32 {
	sorted := append([]float32(nil), bottoms...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	pageH, cell = min(max(pageH, 1), MaxSide), max(cell, 1)
	rows := make([]float32, (pageH+cell-1)/cell)
	if len(sorted) == 0 {
		return rows
	}
	for r := range rows {
		top := float32(r * cell)
		n := len(sorted) - sort.Search(len(sorted), func(i int) bool { return sorted[i] > top })
		rows[r] = float32(n) / float32(len(sorted))
	}
	return rows
}

// FromReach makes a grid of shares, so that reach is drawn and exported like
// any other map.
func FromReach(rows []float32, pageW, pageH, cell int) *Grid {
	g := NewGrid(pageW, pageH, cell)
	for y := 0; y < g.Rows && y < len(rows); y++ {
		for x := range g.Cols {
			g.Values[y*g.Cols+x] = rows[y]
		}
	}
	return g
}

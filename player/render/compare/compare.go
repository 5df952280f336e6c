// Package compare sets two pictures of a page against each other: what of them
// is not the same, and how that can be seen at a glance.
package compare

import (
	"context"
	"image"
	"slices"
)

// Tolerance is how far a channel of a pixel may be off, of 255, for the pixel
// to count as the same: what rounding does, and no eye sees.
const Tolerance = 8

// Difference says where two pictures differ. Places are pixels, counted from
// the upper left corner of both.
type Difference struct {
	// Size is that of the smallest picture that holds both. Where only one of
	// them is, they differ.
	Size image.Point
	// Changed is how many of its pixels differ.
	Changed int
	// Regions are the bounds of what differs, from top to bottom: pixels that are
	// near to each other are in one region. They do not overlap, and there are at
	// most MaxRegions: the last one holds what is left.
	Regions []image.Rectangle

	mask []bool // row by row: differs
}

// MaxRegions is how many regions a Difference has at most.
const MaxRegions = 400

// Share returns the share of pixels that differ, between 0 and 1.
func (d *Difference) Share() float64 {
	if n := d.Size.X * d.Size.Y; n > 0 {
		return float64(d.Changed) / float64(n)
	}
	return 0
}

// Of compares two pictures. It returns the error of a context that ends.
func Of(ctx context.Context, a, b *image.RGBA) (*Difference, error) {
	w, h := max(a.Rect.Dx(), b.Rect.Dx()), max(a.Rect.Dy(), b.Rect.Dy())
	both := image.Rect(0, 0, min(a.Rect.Dx(), b.Rect.Dx()), min(a.Rect.Dy(), b.Rect.Dy()))
	d := &Difference{Size: image.Pt(w, h), mask: make([]bool, w*h)}
	cells := newCells(w, h)
	for y := range h {
		if y%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		row := d.mask[y*w : (y+1)*w]
		inside := 0
		if y < both.Max.Y {
			inside = both.Max.X
			pa, pb := a.Pix[y*a.Stride:], b.Pix[y*b.Stride:]
			for x := range inside {
				row[x] = differ(pa[4*x:4*x+4], pb[4*x:4*x+4])
			}
		}
		// Beyond the smaller picture there is the other one, or neither.
		for x := inside; x < w; x++ {
			row[x] = image.Pt(x, y).In(a.Rect.Sub(a.Rect.Min)) || image.Pt(x, y).In(b.Rect.Sub(b.Rect.Min))
		}
		d.Changed += cells.add(y, row)
	}
	d.Regions = apart(cells.regions())
	return d, nil
}

func differ(p, q []uint8) bool {
	for i := range 4 {
		if e := int(p[i]) - int(q[i]); e > Tolerance || e < -Tolerance {
			return true
		}
	}
	return false
}

// cell is the side of a cell, pixels; pixels that differ belong together when
// their cells are reach cells apart at most.
const (
	cell  = 8
	reach = 2
)

// cells holds, for each cell of a picture, the bounds of what differs in it.
type cells struct {
	cols, rows int
	bounds     []image.Rectangle
}

func newCells(w, h int) *cells {
	c := &cells{cols: (w + cell - 1) / cell, rows: (h + cell - 1) / cell}
	c.bounds = make([]image.Rectangle, c.cols*c.rows)
	return c
}

// add takes a row of a mask and returns how many of its pixels are set.
func (c *cells) add(y int, row []bool) (n int) {
	for x, set := range row {
		if !set {
			continue
		}
		n++
		b := &c.bounds[y/cell*c.cols+x/cell]
		*b = b.Union(image.Rect(x, y, x+1, y+1))
	}
	return n
}

// regions joins cells that are near to each other. They come in the order of
// their first cells.
func (c *cells) regions() []image.Rectangle {
	var found []image.Rectangle
	seen := make([]bool, len(c.bounds))
	var queue []int
	for i := range c.bounds {
		if seen[i] || c.bounds[i].Empty() {
			continue
		}
		var r image.Rectangle
		seen[i] = true
		for queue = append(queue[:0], i); len(queue) > 0; {
			at := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			r = r.Union(c.bounds[at])
			x, y := at%c.cols, at/c.cols
			for ny := max(y-reach, 0); ny <= min(y+reach, c.rows-1); ny++ {
				for nx := max(x-reach, 0); nx <= min(x+reach, c.cols-1); nx++ {
					if n := ny*c.cols + nx; !seen[n] && !c.bounds[n].Empty() {
						seen[n] = true
						queue = append(queue, n)
					}
				}
			}
		}
		if len(found) == MaxRegions {
			found[MaxRegions-1] = found[MaxRegions-1].Union(r)
			continue
		}
		found = append(found, r)
	}
	return found
}

// apart joins regions until none overlaps another, and puts them in order.
func apart(regions []image.Rectangle) []image.Rectangle {
	for joined := true; joined; {
		joined = false
		for i := 0; i < len(regions); i++ {
			for j := len(regions) - 1; j > i; j-- {
				if regions[i].Overlaps(regions[j]) {
					regions[i] = regions[i].Union(regions[j])
					regions = slices.Delete(regions, j, j+1)
					joined = true
				}
			}
		}
	}
	slices.SortFunc(regions, func(a, b image.Rectangle) int {
		if a.Min.Y != b.Min.Y {
			return a.Min.Y - b.Min.Y
		}
		return a.Min.X - b.Min.X
	})
	return regions
}

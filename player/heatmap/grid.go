// Package heatmap turns points and reaches on a page into grids and grids into
// pictures.
package heatmap

import (
	"image"
	"image/color"
	"math"
)

// Grid counts weights in square cells of a page.
type Grid struct {
	PageW, PageH int // CSS pixels
	Cell         int // side of a cell, CSS pixels
	Cols, Rows   int
	Values       []float32 // row by row, Cols × Rows
	Total        float64   // sum of all weights that fell on the page
	Outside      int       // points that did not
}

// Point is one weighted place in page coordinates, CSS pixels.
type Point struct{ X, Y, Weight float32 }

// MaxSide bounds a page's side, CSS pixels: beyond it a recording lies.
const MaxSide = 200_000

// NewGrid returns an empty grid over a page. Sides are kept within MaxSide, the
// cell within 1 and 256.
func NewGrid(pageW, pageH, cell int) *Grid {
	g := &Grid{PageW: min(max(pageW, 1), MaxSide), PageH: min(max(pageH, 1), MaxSide), Cell: min(max(cell, 1), 256)}
	g.Cols, g.Rows = (g.PageW+g.Cell-1)/g.Cell, (g.PageH+g.Cell-1)/g.Cell
	g.Values = make([]float32, g.Cols*g.Rows)
	return g
}

// Add counts points. Those beyond the page are counted in Outside only.
func (g *Grid) Add(points []Point) {
	inv := 1 / float32(g.Cell)
	w, h := float32(g.PageW), float32(g.PageH)
	for _, p := range points {
		if !(p.X >= 0 && p.Y >= 0 && p.X < w && p.Y < h) {
			g.Outside++
			continue
		}
		g.Values[int(p.Y*inv)*g.Cols+int(p.X*inv)] += p.Weight
		g.Total += float64(p.Weight)
	}
}

// Max returns the greatest value of a cell.
func (g *Grid) Max() float32 {
	m := float32(0)
	for _, v := range g.Values {
		m = max(m, v)
	}
	return m
}

// Blur returns the grid with every weight spread over its surroundings like a
// bell curve of the given standard deviation, CSS pixels. The sum stays, but
// for what leaves the page. Three box filters approximate the curve (Wells,
// "Efficient synthesis of Gaussian filters by cascaded uniform filters", 1986).
func (g *Grid) Blur(sigma float64) *Grid {
	out := *g
	out.Values = append([]float32(nil), g.Values...)
	s := sigma / float64(g.Cell)
	if s <= 0.3 {
		return &out
	}
	tmp := make([]float32, len(out.Values))
	for _, r := range boxRadii(s) {
		boxRows(out.Values, tmp, out.Cols, out.Rows, r)
		boxCols(tmp, out.Values, out.Cols, out.Rows, r)
	}
	return &out
}

// boxRadii returns the radii of three box filters whose variances add up to
// sigma squared as nearly as whole cells allow.
func boxRadii(sigma float64) [3]int {
	ideal := math.Sqrt(12*sigma*sigma/3 + 1)
	lower := int(ideal)
	if lower%2 == 0 {
		lower--
	}
	lower = max(lower, 1)
	l := float64(lower)
	m := int(math.Round((12*sigma*sigma - 3*l*l - 12*l - 9) / (-4*l - 4)))
	var radii [3]int
	for i := range radii {
		size := lower
		if i >= m {
			size = lower + 2
		}
		radii[i] = (size - 1) / 2
	}
	return radii
}

func boxRows(src, dst []float32, cols, rows, r int) {
	scale := 1 / float32(2*r+1)
	for y := range rows {
		row, out := src[y*cols:(y+1)*cols], dst[y*cols:(y+1)*cols]
		var sum float32
		for x := 0; x < min(r, cols); x++ {
			sum += row[x]
		}
		for x := range row {
			if x+r < cols {
				sum += row[x+r]
			}
			if x-r-1 >= 0 {
				sum -= row[x-r-1]
			}
			out[x] = max(sum, 0) * scale
		}
	}
}

// boxCols goes row by row and keeps one sum for each column, so that memory is
// read in order.
func boxCols(src, dst []float32, cols, rows, r int) {
	scale := 1 / float32(2*r+1)
	sums := make([]float32, cols)
	add := func(y int, sign float32) {
		for x, v := range src[y*cols : (y+1)*cols] {
			sums[x] += sign * v
		}
	}
	for y := 0; y < min(r, rows); y++ {
		add(y, 1)
	}
	for y := range rows {
		if y+r < rows {
			add(y+r, 1)
		}
		if y-r-1 >= 0 {
			add(y-r-1, -1)
		}
		out := dst[y*cols : (y+1)*cols]
		for x, s := range sums {
			out[x] = max(s, 0) * scale
		}
	}
}

// Picture draws the grid at scale pixels for each CSS pixel. 1 in intensity
// terms is the value top; what is above is drawn as top. Opacity is between 0
// and 1. The picture is transparent where nothing is.
func (g *Grid) Picture(scale float64, top float32, opacity float64) *image.RGBA {
	w, h := int(math.Ceil(float64(g.PageW)*scale)), int(math.Ceil(float64(g.PageH)*scale))
	img := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	if top <= 0 {
		return img
	}
	lut := ramp(opacity)
	step := 1 / (scale * float64(g.Cell))
	xs, fx := make([]int, img.Rect.Dx()), make([]float32, img.Rect.Dx())
	for x := range xs {
		xs[x], fx[x] = sample(x, step, g.Cols)
	}
	line := make([]float32, g.Cols)
	norm := float32(len(lut)-1) / top
	for y := range img.Rect.Dy() {
		cy, fy := sample(y, step, g.Rows)
		a, b := g.Values[cy*g.Cols:(cy+1)*g.Cols], g.Values[min(cy+1, g.Rows-1)*g.Cols:]
		peak := float32(0)
		for x := range line {
			v := a[x] + (b[x]-a[x])*fy
			line[x] = v
			peak = max(peak, v)
		}
		if peak*norm < 1 {
			continue
		}
		pix := img.Pix[y*img.Stride:]
		for x, cx := range xs {
			v := line[cx]
			v += (line[min(cx+1, g.Cols-1)] - v) * fx[x]
			copy(pix[4*x:4*x+4], lut[min(int(v*norm), len(lut)-1)][:])
		}
	}
	return img
}

// sample returns the cell whose centre lies before the pixel, and how far the
// pixel is on the way to the next.
func sample(pixel int, step float64, cells int) (int, float32) {
	at := (float64(pixel)+0.5)*step - 0.5
	if at <= 0 {
		return 0, 0
	}
	c := int(at)
	if c >= cells-1 {
		return cells - 1, 0
	}
	return c, float32(at - float64(c))
}

// stops are the colours of the ramp, cold to hot, with rising lightness
// contrast so that it also reads without colour.
var stops = []color.NRGBA{
	{40, 60, 190, 0}, {40, 90, 220, 110}, {30, 170, 200, 160}, {80, 200, 90, 190}, {250, 220, 60, 215}, {245, 130, 40, 235}, {215, 30, 40, 250},
}

// ramp returns premultiplied colours for intensities 0 to 255.
func ramp(opacity float64) [256][4]byte {
	var lut [256][4]byte
	for i := range lut {
		c := Colour(float64(i) / 255)
		a := float64(c.A) / 255 * min(max(opacity, 0), 1)
		lut[i] = [4]byte{byte(float64(c.R) * a), byte(float64(c.G) * a), byte(float64(c.B) * a), byte(255 * a)}
	}
	return lut
}

// Colour returns the colour of an intensity between 0 and 1.
func Colour(v float64) color.NRGBA {
	at := min(max(v, 0), 1) * float64(len(stops)-1)
	i := min(int(at), len(stops)-2)
	f := at - float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*f)) }
	a, b := stops[i], stops[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), mix(a.A, b.A)}
}

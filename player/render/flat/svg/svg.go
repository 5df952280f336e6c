// Package svg draws the basic shapes of SVG: paths, rectangles, circles,
// ellipses, lines and polygons with plain fills and strokes. References
// are followed by whoever makes the elements; a gradient is its first colour, and
// filters and masks are left out.
package svg

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// Element is one element of a drawing with its computed paint.
type Element struct {
	ID           int64 // of the caller; for Boxes
	Tag          string
	Attrs        map[string]string
	Fill, Stroke color.NRGBA // no alpha: none
	StrokeWidth  float32
	Opacity      float32
	Children     []*Element
	// Turn, which may be nil, returns the transform of the element's style for a
	// reference box: that of the viewport, or of the element with FillBox. It
	// takes the place of the attribute.
	Turn    func(x, y, w, h float32) [6]float32
	FillBox bool
	Text    *Run // of a piece of text
}

// Picture is a drawing. It is not changed after it was made.
type Picture struct {
	Root          *Element
	Width, Height float32    // natural size, 0 where not given
	Box           [4]float32 // viewBox: x, y, width, height; no width: none
	Ratio         string     // preserveAspectRatio
}

// Limits of one drawing; what lies beyond is left out.
const (
	maxShapes = 4000
	maxSteps  = 60_000
	maxDepth  = 64
	maxSize   = 4096
)

// matrix is an affine transform: x' = a x + c y + e, y' = b x + d y + f.
type matrix [6]float32

func (m matrix) mul(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[2]*n[1], m[1]*n[0] + m[3]*n[1],
		m[0]*n[2] + m[2]*n[3], m[1]*n[2] + m[3]*n[3],
		m[0]*n[4] + m[2]*n[5] + m[4], m[1]*n[4] + m[3]*n[5] + m[5],
	}
}

func (m matrix) apply(x, y float32) (float32, float32) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// scale is how much lengths grow on average.
func (m matrix) scale() float32 {
	return float32(math.Sqrt(math.Abs(float64(m[0]*m[3] - m[1]*m[2]))))
}

// Draw draws the picture into an image of w by h pixels.
func (p *Picture) Draw(w, h int) *image.RGBA {
	w, h = min(max(w, 1), maxSize), min(max(h, 1), maxSize)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	d := &drawer{img: img, raster: vector.NewRasterizer(w, h), mask: image.NewAlpha(img.Rect)}
	m, in := p.start(float32(w), float32(h))
	root := *p.Root
	root.Tag, root.Turn = "g", nil // its own size and place are those of the picture
	d.element(&root, nil, m, in, 1, 0)
	return img
}

// start maps the picture onto an image and returns its coordinate system.
func (p *Picture) start(w, h float32) (matrix, view) {
	b := p.Box
	if b[2] <= 0 || b[3] <= 0 {
		if p.Width <= 0 || p.Height <= 0 {
			return matrix{1, 0, 0, 1, 0, 0}, view{w, h}
		}
		b = [4]float32{0, 0, p.Width, p.Height}
	}
	return fit(b, p.Ratio, w, h), view{b[2], b[3]}
}

// Boxes visits the shapes and groups of a picture drawn at w by h with their
// bounding boxes, without strokes; a group comes behind what it holds.
func (p *Picture) Boxes(w, h float32, visit func(id int64, x, y, w, h float32)) {
	v := &bounder{visit: visit}
	m, in := p.start(w, h)
	for _, c := range p.Root.Children {
		v.element(c, nil, m, in, 0)
	}
}

type bounder struct {
	visit  func(id int64, x, y, w, h float32)
	texts  func(Placed)
	shapes int
}

// element returns the bounds of e: left, top, right, bottom.
func (v *bounder) element(e, parent *Element, m matrix, in view, depth int) (b [4]float32, ok bool) {
	if v.shapes++; depth > maxDepth || v.shapes > maxShapes {
		return b, false
	}
	m = m.mul(e.place(in, func() [4]float32 { return e.ownBounds(in) }))
	add := func(x0, y0, x1, y1 float32) {
		if !ok {
			b, ok = [4]float32{x0, y0, x1, y1}, true
			return
		}
		b = [4]float32{min(b[0], x0), min(b[1], y0), max(b[2], x1), max(b[3], y1)}
	}
	switch e.Tag {
	case "svg", "g", "a", "switch", "use", "symbol":
		im, iv := e.inner(m, in, parent)
		for _, c := range e.Children {
			if cb, has := v.element(c, e, im, iv, depth+1); has {
				add(cb[0], cb[1], cb[2], cb[3])
			}
		}
	case "text":
		v.text(e, m, in, add)
		return b, ok
	default:
		e.shape(in, maxSteps).flatten(func(x0, y0, x1, y1 float32) {
			x, y := m.apply(x0, y0)
			add(x, y, x, y)
			x, y = m.apply(x1, y1)
			add(x, y, x, y)
		})
	}
	if ok {
		v.visit(e.ID, b[0], b[1], b[2]-b[0], b[3]-b[1])
	}
	return b, ok
}

// text visits the pieces of a text element.
func (v *bounder) text(e *Element, m matrix, in view, add func(x0, y0, x1, y1 float32)) {
	piece := func(p *Element, x, y float32) {
		if v.texts != nil {
			px, py := m.apply(x, y)
			v.texts(Placed{p, px, py, m.scale()})
		}
	}
	e.text(in, quill{}, 0, piece, func(p *Element, b [4]float32) {
		x0, y0 := m.apply(b[0], b[1])
		x1, y1 := m.apply(b[2], b[3])
		x2, y2 := m.apply(b[2], b[1])
		x3, y3 := m.apply(b[0], b[3])
		l, t, r, d := min(x0, x1, x2, x3), min(y0, y1, y2, y3), max(x0, x1, x2, x3), max(y0, y1, y2, y3)
		add(l, t, r, d)
		v.visit(p.ID, l, t, r-l, d-t)
	})
}

// ownBounds returns the bounds of e in its own coordinates.
func (e *Element) ownBounds(in view) [4]float32 {
	b := [4]float32{}
	first := true
	e.shape(in, maxSteps).flatten(func(x0, y0, x1, y1 float32) {
		if first {
			b, first = [4]float32{x0, y0, x0, y0}, false
		}
		b = [4]float32{min(b[0], x0, x1), min(b[1], y0, y1), max(b[2], x0, x1), max(b[3], y0, y1)}
	})
	return b
}

// shape returns the outline of e.
func (e *Element) shape(in view, most int) outline {
	if e.Tag == "path" {
		return parsePath(e.Attrs["d"], most)
	}
	if o, ok := e.frame(in); ok {
		return o
	}
	return basicShape(e, in)
}

type drawer struct {
	img    *image.RGBA
	raster *vector.Rasterizer
	mask   *image.Alpha
	area   image.Rectangle // of the shape that is being drawn
	shapes int
	steps  int
}

func (d *drawer) element(e, parent *Element, m matrix, in view, opacity float32, depth int) {
	if e == nil || depth > maxDepth || d.shapes > maxShapes {
		return
	}
	m = m.mul(e.place(in, func() [4]float32 { return e.ownBounds(in) }))
	opacity *= e.Opacity
	switch e.Tag {
	case "svg", "g", "a", "switch", "use", "symbol":
		im, iv := e.inner(m, in, parent)
		for _, c := range e.Children {
			d.element(c, e, im, iv, opacity, depth+1)
		}
		return
	case "image", "foreignObject", "foreignobject", "text":
		return
	}
	o := e.shape(in, maxSteps-d.steps)
	if len(o) == 0 {
		return
	}
	d.shapes++
	d.steps += len(o)
	if e.Tag != "line" {
		d.fill(o, m, fade(e.Fill, opacity))
	}
	if e.StrokeWidth > 0 {
		d.stroke(o, m, e.StrokeWidth, fade(e.Stroke, opacity))
	}
}

func fade(c color.NRGBA, opacity float32) color.NRGBA {
	c.A = uint8(float32(c.A)*min(max(opacity, 0), 1) + 0.5)
	return c
}

func (d *drawer) fill(o outline, m matrix, c color.NRGBA) {
	if c.A == 0 {
		return
	}
	at := d.begin(o, m, 0)
	for _, s := range o {
		ax, ay := at(s.p[0])
		bx, by := at(s.p[1])
		cx, cy := at(s.p[2])
		switch s.op {
		case 'M':
			d.raster.ClosePath()
			d.raster.MoveTo(ax, ay)
		case 'L':
			d.raster.LineTo(ax, ay)
		case 'Q':
			d.raster.QuadTo(ax, ay, bx, by)
		case 'C':
			d.raster.CubeTo(ax, ay, bx, by, cx, cy)
		case 'Z':
			d.raster.ClosePath()
		}
	}
	d.raster.ClosePath()
	d.paint(c)
}

// begin prepares the part of the image that an outline can touch, widened by
// margin, and returns what maps points into it.
func (d *drawer) begin(o outline, m matrix, margin float32) func([2]float32) (float32, float32) {
	lo, hi := [2]float32{maxSize, maxSize}, [2]float32{}
	points := map[byte]int{'M': 1, 'L': 1, 'Q': 2, 'C': 3}
	for i := range o {
		for _, p := range o[i].p[:points[o[i].op]] {
			x, y := d.in(m.apply(p[0], p[1]))
			lo[0], lo[1] = min(lo[0], x), min(lo[1], y)
			hi[0], hi[1] = max(hi[0], x), max(hi[1], y)
		}
	}
	margin += 2
	d.area = image.Rect(int(lo[0]-margin), int(lo[1]-margin), int(hi[0]+margin), int(hi[1]+margin)).Intersect(d.img.Rect)
	d.raster.Reset(d.area.Dx(), d.area.Dy())
	dx, dy := float32(d.area.Min.X), float32(d.area.Min.Y)
	return func(p [2]float32) (float32, float32) {
		x, y := d.in(m.apply(p[0], p[1]))
		return x - dx, y - dy
	}
}

// in keeps places near the image: far outside they only cost time.
func (d *drawer) in(x, y float32) (float32, float32) {
	const far = 2 * maxSize
	return min(max(x, -far), far), min(max(y, -far), far)
}

func (d *drawer) paint(c color.NRGBA) {
	if d.area.Empty() {
		return
	}
	w, h := d.area.Dx(), d.area.Dy()
	mask := &image.Alpha{Pix: d.mask.Pix[:w*h], Stride: w, Rect: image.Rect(0, 0, w, h)}
	clear(mask.Pix)
	d.raster.DrawOp = draw.Src
	d.raster.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	draw.DrawMask(d.img, d.area, image.NewUniform(c), image.Point{}, mask, image.Point{}, draw.Over)
}

// stroke fills a quad for every piece of the flattened outline, and a disc at
// every joint.
func (d *drawer) stroke(o outline, m matrix, width float32, c color.NRGBA) {
	w := max(width*m.scale(), 0.4) / 2
	if c.A == 0 || w > maxSize {
		return
	}
	at := d.begin(o, m, w)
	n := 0
	o.flatten(func(x0, y0, x1, y1 float32) {
		if n++; n > maxSteps {
			return
		}
		ax, ay := at([2]float32{x0, y0})
		bx, by := at([2]float32{x1, y1})
		d.piece(ax, ay, bx, by, w)
		if w > 0.7 {
			d.disc(bx, by, w)
		}
	})
	d.paint(c)
}

func (d *drawer) piece(ax, ay, bx, by, w float32) {
	dx, dy := bx-ax, by-ay
	l := float32(math.Hypot(float64(dx), float64(dy)))
	if l == 0 {
		return
	}
	nx, ny := -dy/l*w, dx/l*w
	d.raster.MoveTo(ax+nx, ay+ny)
	d.raster.LineTo(ax-nx, ay-ny)
	d.raster.LineTo(bx-nx, by-ny)
	d.raster.LineTo(bx+nx, by+ny)
	d.raster.ClosePath()
}

// disc runs the same way round as piece, so that their coverages add up.
func (d *drawer) disc(x, y, r float32) {
	const k = 0.5522847
	d.raster.MoveTo(x+r, y)
	d.raster.CubeTo(x+r, y+r*k, x+r*k, y+r, x, y+r)
	d.raster.CubeTo(x-r*k, y+r, x-r, y+r*k, x-r, y)
	d.raster.CubeTo(x-r, y-r*k, x-r*k, y-r, x, y-r)
	d.raster.CubeTo(x+r*k, y-r, x+r, y-r*k, x+r, y)
	d.raster.ClosePath()
}

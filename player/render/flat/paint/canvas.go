package paint

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"

	"hindsite.app/player/render/flat/style"
)

// canvas is an image with a scale: drawing is in CSS pixels of the page.
type canvas struct {
	img    *image.RGBA
	scale  float32
	ox, oy float32 // page place of the image's corner
	raster *vector.Rasterizer
	mask   *image.Alpha
}

func newCanvas(img *image.RGBA, scale, ox, oy float32) *canvas {
	return &canvas{img: img, scale: scale, ox: ox, oy: oy, raster: vector.NewRasterizer(1, 1)}
}

// device converts page coordinates to pixels of the image.
func (c *canvas) device(x, y float32) (float32, float32) {
	return (x - c.ox) * c.scale, (y - c.oy) * c.scale
}

// pixels returns the pixels that a rectangle covers, edges snapped as browsers
// do.
func (c *canvas) pixels(r Rect) image.Rectangle {
	if r.empty() {
		return image.Rectangle{} // image.Rect would turn it round
	}
	snap := func(v, o float32) int {
		v = (v - o) * c.scale
		const most = 1 << 24
		return int(math.Floor(float64(min(max(v, -most), most)) + 0.5))
	}
	return image.Rect(snap(r.X0, c.ox), snap(r.Y0, c.oy), snap(r.X1, c.ox), snap(r.Y1, c.oy)).Intersect(c.img.Rect)
}

func rgba(c style.Color) color.RGBA {
	a := uint32(c.A)
	return color.RGBA{uint8(uint32(c.R) * a / 255), uint8(uint32(c.G) * a / 255), uint8(uint32(c.B) * a / 255), c.A}
}

// fill fills a rectangle.
func (c *canvas) fill(r Rect, clip Rect, col style.Color) {
	if col.A == 0 {
		return
	}
	c.fillPixels(c.pixels(r.Intersect(clip)), col)
}

// fillPixels fills pixels that lie in the image.
func (c *canvas) fillPixels(px image.Rectangle, col style.Color) {
	switch {
	case px.Empty():
	case col.A == 255:
		fillOpaque(c.img, px, rgba(col))
	default:
		draw.Draw(c.img, px, image.NewUniform(rgba(col)), image.Point{}, draw.Over)
	}
}

// fillOpaque writes the first row and copies it.
func fillOpaque(img *image.RGBA, r image.Rectangle, col color.RGBA) {
	first := img.Pix[img.PixOffset(r.Min.X, r.Min.Y) : img.PixOffset(r.Max.X-1, r.Min.Y)+4]
	for i := 0; i < len(first); i += 4 {
		first[i], first[i+1], first[i+2], first[i+3] = col.R, col.G, col.B, col.A
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(img.Pix[img.PixOffset(r.Min.X, y):], first)
	}
}

// path is an outline in device pixels.
type path struct {
	steps []pathStep
}

type pathStep struct {
	op byte // M, L, Q, C, Z
	p  [6]float32
}

func (p *path) moveTo(x, y float32) { p.steps = append(p.steps, pathStep{'M', [6]float32{x, y}}) }
func (p *path) lineTo(x, y float32) { p.steps = append(p.steps, pathStep{'L', [6]float32{x, y}}) }
func (p *path) cubeTo(a, b, d, e, x, y float32) {
	p.steps = append(p.steps, pathStep{'C', [6]float32{a, b, d, e, x, y}})
}
func (p *path) close() { p.steps = append(p.steps, pathStep{op: 'Z'}) }

// bounds returns the pixels that the path can touch.
func (p *path) bounds() image.Rectangle {
	lo, hi := [2]float32{math.MaxFloat32, math.MaxFloat32}, [2]float32{-math.MaxFloat32, -math.MaxFloat32}
	for i := range p.steps {
		n := map[byte]int{'M': 2, 'L': 2, 'C': 6}[p.steps[i].op]
		for k := 0; k < n; k++ {
			lo[k&1], hi[k&1] = min(lo[k&1], p.steps[i].p[k]), max(hi[k&1], p.steps[i].p[k])
		}
	}
	const most = 1 << 24
	in := func(v float32) int { return int(min(max(v, -most), most)) }
	return image.Rect(in(lo[0])-1, in(lo[1])-1, in(hi[0])+2, in(hi[1])+2)
}

// coverage rasterises the path inside area.
func (c *canvas) coverage(p *path, area image.Rectangle) *image.Alpha {
	c.raster.Reset(area.Dx(), area.Dy())
	dx, dy := float32(area.Min.X), float32(area.Min.Y)
	// Far outside, places do not matter and would only cost time.
	const far = 8192
	for i := range p.steps {
		s := p.steps[i].p
		for k := range s {
			low := dx
			if k&1 == 1 {
				low = dy
			}
			s[k] = min(max(s[k], low-far), low+far)
		}
		switch p.steps[i].op {
		case 'M':
			c.raster.MoveTo(s[0]-dx, s[1]-dy)
		case 'L':
			c.raster.LineTo(s[0]-dx, s[1]-dy)
		case 'C':
			c.raster.CubeTo(s[0]-dx, s[1]-dy, s[2]-dx, s[3]-dy, s[4]-dx, s[5]-dy)
		case 'Z':
			c.raster.ClosePath()
		}
	}
	size := area.Dx() * area.Dy()
	if c.mask == nil || cap(c.mask.Pix) < size {
		c.mask = &image.Alpha{Pix: make([]uint8, size)}
	}
	c.mask.Pix = c.mask.Pix[:size]
	clear(c.mask.Pix)
	c.mask.Stride, c.mask.Rect = area.Dx(), area
	local := &image.Alpha{Pix: c.mask.Pix, Stride: area.Dx(), Rect: image.Rect(0, 0, area.Dx(), area.Dy())}
	c.raster.DrawOp = draw.Src
	c.raster.Draw(local, local.Rect, image.Opaque, image.Point{})
	return c.mask
}

// fillPath fills a path (non-zero winding).
func (c *canvas) fillPath(p *path, clip Rect, src image.Image) {
	area := p.bounds().Intersect(c.pixels(clip))
	if area.Empty() {
		return
	}
	m := c.coverage(p, area)
	draw.DrawMask(c.img, area, src, area.Min, m, area.Min, draw.Over)
}

// fillRound fills a rectangle with corners: what lies between them as a
// rectangle, the edges with the coverage of their pixels.
func (c *canvas) fillRound(r Rect, radii [4][2]float32, clip Rect, col style.Color) {
	if col.A == 0 {
		return
	}
	x0, y0 := c.device(r.X0, r.Y0)
	x1, y1 := c.device(r.X1, r.Y1)
	var left, top, right, bottom float32
	for i, q := range radii {
		if i == 0 || i == 1 {
			top = max(top, q[1]*c.scale)
		} else {
			bottom = max(bottom, q[1]*c.scale)
		}
		if i == 0 || i == 3 {
			left = max(left, q[0]*c.scale)
		} else {
			right = max(right, q[0]*c.scale)
		}
	}
	outline := c.roundRect(r, radii)
	all := outline.bounds().Intersect(c.pixels(clip))
	const most = 1 << 24
	up := func(v float32) int { return int(math.Ceil(float64(min(max(v, -most), most)))) }
	down := func(v float32) int { return int(math.Floor(float64(min(max(v, -most), most)))) }
	src := image.NewUniform(rgba(col))
	part := func(area image.Rectangle) {
		if area = area.Intersect(all); !area.Empty() {
			draw.DrawMask(c.img, area, src, area.Min, c.coverage(outline, area), area.Min, draw.Over)
		}
	}
	// Rows between the corners are whole but for the pixels at their ends; rows
	// beside the corners have the corners to rasterise.
	rows := image.Rect(up(x0), up(y0+top), down(x1), down(y1-bottom))
	if rows.Empty() {
		part(all)
		return
	}
	middle := func(y0, y1 int) { // a band of rows with rounded ends
		core := image.Rect(up(x0+left), y0, down(x1-right), y1)
		if core.Empty() {
			part(image.Rect(all.Min.X, y0, all.Max.X, y1))
			return
		}
		part(image.Rect(all.Min.X, y0, core.Min.X, y1))
		c.fillPixels(core.Intersect(all), col)
		part(image.Rect(core.Max.X, y0, all.Max.X, y1))
	}
	part(image.Rect(all.Min.X, all.Min.Y, all.Max.X, up(y0)))
	middle(up(y0), rows.Min.Y)
	part(image.Rect(all.Min.X, rows.Min.Y, rows.Min.X, rows.Max.Y))
	c.fillPixels(rows.Intersect(all), col)
	part(image.Rect(rows.Max.X, rows.Min.Y, all.Max.X, rows.Max.Y))
	middle(rows.Max.Y, down(y1))
	part(image.Rect(all.Min.X, down(y1), all.Max.X, all.Max.Y))
}

// shade lays colours over the pixels of an area, through a mask that covers the
// area or is nil.
func (c *canvas) shade(area image.Rectangle, mask *image.Alpha, at func(x, y int) color.RGBA) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		dst := c.img.Pix[c.img.PixOffset(area.Min.X, y):]
		for x := area.Min.X; x < area.Max.X; x++ {
			d := dst[:4:4]
			dst = dst[4:]
			a := uint32(255)
			if mask != nil {
				a = uint32(mask.Pix[(y-mask.Rect.Min.Y)*mask.Stride+x-mask.Rect.Min.X])
			}
			if a == 0 {
				continue
			}
			col := at(x, y)
			if a == 255 && col.A == 255 {
				d[0], d[1], d[2], d[3] = col.R, col.G, col.B, 255
				continue
			}
			keep := 255 - uint32(col.A)*a/255
			d[0] = uint8((uint32(col.R)*a + uint32(d[0])*keep) / 255)
			d[1] = uint8((uint32(col.G)*a + uint32(d[1])*keep) / 255)
			d[2] = uint8((uint32(col.B)*a + uint32(d[2])*keep) / 255)
			d[3] = uint8((uint32(col.A)*a + uint32(d[3])*keep) / 255)
		}
	}
}

// roundRect returns a rectangle with corners, clockwise from top left.
func (c *canvas) roundRect(r Rect, radii [4][2]float32) *path {
	p := &path{}
	c.addRound(p, r, radii, false)
	return p
}

const kappa = 0.5522847 // control points of a quarter circle

func (c *canvas) addRound(p *path, r Rect, radii [4][2]float32, reverse bool) {
	x0, y0 := c.device(r.X0, r.Y0)
	x1, y1 := c.device(r.X1, r.Y1)
	for i := range radii {
		radii[i][0] *= c.scale
		radii[i][1] *= c.scale
	}
	tl, tr, br, bl := radii[0], radii[1], radii[2], radii[3]
	k := float32(1 - kappa)
	if !reverse {
		p.moveTo(x0+tl[0], y0)
		p.lineTo(x1-tr[0], y0)
		p.cubeTo(x1-tr[0]*k, y0, x1, y0+tr[1]*k, x1, y0+tr[1])
		p.lineTo(x1, y1-br[1])
		p.cubeTo(x1, y1-br[1]*k, x1-br[0]*k, y1, x1-br[0], y1)
		p.lineTo(x0+bl[0], y1)
		p.cubeTo(x0+bl[0]*k, y1, x0, y1-bl[1]*k, x0, y1-bl[1])
		p.lineTo(x0, y0+tl[1])
		p.cubeTo(x0, y0+tl[1]*k, x0+tl[0]*k, y0, x0+tl[0], y0)
	} else {
		p.moveTo(x0+tl[0], y0)
		p.cubeTo(x0+tl[0]*k, y0, x0, y0+tl[1]*k, x0, y0+tl[1])
		p.lineTo(x0, y1-bl[1])
		p.cubeTo(x0, y1-bl[1]*k, x0+bl[0]*k, y1, x0+bl[0], y1)
		p.lineTo(x1-br[0], y1)
		p.cubeTo(x1-br[0]*k, y1, x1, y1-br[1]*k, x1, y1-br[1])
		p.lineTo(x1, y0+tr[1])
		p.cubeTo(x1, y0+tr[1]*k, x1-tr[0]*k, y0, x1-tr[0], y0)
	}
	p.close()
}

package paint

import (
	"image"

	"hindsite.app/player/render/flat/style"
)

// shadowSteps is how many outlines make the blurred edge of a shadow.
const shadowSteps = 10

// shadow draws an outer box shadow: outlines of growing size add up to the
// blurred edge, and the box itself is left out.
func (p *painter) shadow(box Rect, corners [4][2]float32, clip Rect, s *style.Shadow) {
	if s.Inset || s.Color.A == 0 {
		return
	}
	r := Rect{box.X0 + s.X - s.Spread, box.Y0 + s.Y - s.Spread, box.X1 + s.X + s.Spread, box.Y1 + s.Y + s.Spread}
	area := p.c.pixels(clip.Intersect(Rect{r.X0 - s.Blur, r.Y0 - s.Blur, r.X1 + s.Blur, r.Y1 + s.Blur}))
	if r.empty() || area.Empty() {
		return
	}
	// Nothing is drawn where the box is: what lies between its corners is left
	// out from the beginning.
	for _, part := range around(area, p.core(box, corners)) {
		p.shadowIn(part, box, r, corners, s)
	}
}

// core returns the pixels that a box with corners is certain to cover.
func (p *painter) core(box Rect, corners [4][2]float32) image.Rectangle {
	var d float32
	for _, c := range corners {
		d = max(d, c[0], c[1])
	}
	return p.c.pixels(Rect{box.X0 + d, box.Y0 + d, box.X1 - d, box.Y1 - d}).Inset(1)
}

// around cuts a rectangle into the parts that lie around another.
func around(area, hole image.Rectangle) []image.Rectangle {
	hole = hole.Intersect(area)
	if hole.Empty() {
		return []image.Rectangle{area}
	}
	return []image.Rectangle{
		image.Rect(area.Min.X, area.Min.Y, area.Max.X, hole.Min.Y),
		image.Rect(area.Min.X, hole.Min.Y, hole.Min.X, hole.Max.Y),
		image.Rect(hole.Max.X, hole.Min.Y, area.Max.X, hole.Max.Y),
		image.Rect(area.Min.X, hole.Max.Y, area.Max.X, area.Max.Y),
	}
}

// shadowIn draws what of a shadow, whose outline is r before it is blurred, lies
// in some pixels.
func (p *painter) shadowIn(area image.Rectangle, box, r Rect, corners [4][2]float32, s *style.Shadow) {
	if area.Empty() {
		return
	}
	sum, steps := p.blurred(area, r, corners, s.Blur)
	mask := p.c.coverage(p.c.roundRect(box, corners), area)
	for k, v := range mask.Pix {
		mask.Pix[k] = uint8(uint32(sum[k]) / steps * uint32(255-v) / 255)
	}
	p.tint(mask, area, s.Color)
}

// tint lays a colour through a mask over an area.
func (p *painter) tint(mask *image.Alpha, area image.Rectangle, c style.Color) {
	local := &image.Alpha{Pix: mask.Pix, Stride: area.Dx(), Rect: image.Rect(0, 0, area.Dx(), area.Dy())}
	blend(p.c.img, local, area.Min, area, rgba(c))
}

// blurred returns the coverage of a blurred outline, summed over so many steps.
func (p *painter) blurred(area image.Rectangle, r Rect, corners [4][2]float32, blur float32) (sum []uint16, steps uint32) {
	n := min(max(int(blur*p.c.scale/2), 1), shadowSteps)
	sum = make([]uint16, area.Dx()*area.Dy())
	for i := range n {
		d := float32(0)
		if n > 1 {
			d = blur/2 - blur*float32(i)/float32(n-1)
		}
		g := Rect{r.X0 - d, r.Y0 - d, r.X1 + d, r.Y1 + d}
		if g.empty() {
			continue
		}
		c := corners
		for k := range c {
			c[k][0], c[k][1] = max(c[k][0]+d, 0), max(c[k][1]+d, 0)
		}
		for k, v := range p.c.coverage(p.c.roundRect(g, c), area).Pix {
			sum[k] += uint16(v)
		}
	}
	return sum, uint32(n)
}

// insetShadow draws a shadow that falls into the padding box from its edges.
func (p *painter) insetShadow(pad Rect, corners [4][2]float32, clip Rect, s *style.Shadow) {
	all := p.c.pixels(pad.Intersect(clip))
	if !s.Inset || s.Color.A == 0 || all.Empty() {
		return
	}
	// The light comes through a hole.
	hole := Rect{pad.X0 + s.X + s.Spread, pad.Y0 + s.Y + s.Spread, pad.X1 + s.X - s.Spread, pad.Y1 + s.Y - s.Spread}
	inner := corners
	for k := range inner {
		inner[k][0], inner[k][1] = max(inner[k][0]-s.Spread, 0), max(inner[k][1]-s.Spread, 0)
	}
	lit := Rect{hole.X0 + s.Blur, hole.Y0 + s.Blur, hole.X1 - s.Blur, hole.Y1 - s.Blur}
	bright := image.Rectangle{} // nothing falls there
	if !lit.empty() {
		bright = p.core(lit, inner)
	}
	for _, area := range around(all, bright) {
		if area.Empty() {
			continue
		}
		sum, steps := p.blurred(area, hole, inner, s.Blur)
		mask := p.c.coverage(p.c.roundRect(pad, corners), area)
		for k, v := range mask.Pix {
			mask.Pix[k] = uint8(uint32(v) * (255 - uint32(sum[k])/steps) / 255)
		}
		p.tint(mask, area, s.Color)
	}
}

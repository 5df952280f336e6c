package paint

import (
	"image"

	"hindsite.app/player/render/flat/style"
)

// shadowSteps is how many outlines make the blurred edge of a shadow.
const shadowSteps = 10

// shadow draws an outer box shadow: outlines of growing size add up to the
// blurred edge, and the box itself is left out. Inset ones are not drawn.
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
	steps := min(max(int(s.Blur*p.c.scale/2), 1), shadowSteps)
	sum := make([]uint16, area.Dx()*area.Dy())
	for i := range steps {
		d := float32(0)
		if steps > 1 {
			d = s.Blur/2 - s.Blur*float32(i)/float32(steps-1)
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
	mask := p.c.coverage(p.c.roundRect(box, corners), area)
	for k, v := range mask.Pix {
		mask.Pix[k] = uint8(uint32(sum[k]) / uint32(steps) * uint32(255-v) / 255)
	}
	local := &image.Alpha{Pix: mask.Pix, Stride: area.Dx(), Rect: image.Rect(0, 0, area.Dx(), area.Dy())}
	blend(p.c.img, local, area.Min, area, rgba(s.Color))
}

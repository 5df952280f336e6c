package compare

import (
	"context"
	"image"
	"image/color"
	"image/draw"
)

// Colours of the pictures that this package draws.
var (
	ground  = color.RGBA{0x6b, 0x72, 0x80, 0xff} // between and behind pictures
	hatch   = color.RGBA{0x9a, 0xa1, 0xac, 0xff} // lines where a picture has nothing
	tint    = color.RGBA{0xe6, 0x1e, 0x78, 0xff} // what changed
	outline = color.RGBA{0x10, 0x12, 0x18, 0xff}
	halo    = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// Gap is the space between two pictures side by side, pixels.
const Gap = 16

// Beside draws pictures in a row, their upper edges on one line. A nil picture
// takes no place. What lies below a shorter picture is hatched.
func Beside(pictures ...*image.RGBA) *image.RGBA {
	w, h := -Gap, 0
	for _, p := range pictures {
		if p != nil {
			w, h = w+Gap+p.Rect.Dx(), max(h, p.Rect.Dy())
		}
	}
	out := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	draw.Draw(out, out.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	x := 0
	for _, p := range pictures {
		if p == nil {
			continue
		}
		at := image.Rect(x, 0, x+p.Rect.Dx(), p.Rect.Dy())
		draw.Draw(out, at, p, p.Rect.Min, draw.Over)
		hatched(out, image.Rect(at.Min.X, at.Max.Y, at.Max.X, h))
		x += p.Rect.Dx() + Gap
	}
	return out
}

// hatched draws slanting lines where a picture has nothing.
func hatched(img *image.RGBA, r image.Rectangle) {
	r = r.Intersect(img.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if (x+y)%12 < 2 {
				img.SetRGBA(x, y, hatch)
			}
		}
	}
}

// Over draws the later picture b with what differs from a: changed pixels are
// tinted, changed regions outlined, so that they are seen without colour too,
// and everything else is faded. Where only one of the pictures is, it is shown.
// The pictures are those that d was made of.
func (d *Difference) Over(ctx context.Context, a, b *image.RGBA) (*image.RGBA, error) {
	out := image.NewRGBA(image.Rectangle{Max: d.Size})
	draw.Draw(out, out.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	draw.Draw(out, image.Rectangle{Max: a.Rect.Size()}, a, a.Rect.Min, draw.Over)
	draw.Draw(out, image.Rectangle{Max: b.Rect.Size()}, b, b.Rect.Min, draw.Over)
	for y := range d.Size.Y {
		if y%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		row := out.Pix[y*out.Stride:]
		for x, changed := range d.mask[y*d.Size.X : (y+1)*d.Size.X] {
			if p := row[4*x : 4*x+4]; changed {
				tinted(p)
			} else {
				faded(p)
			}
		}
	}
	for _, r := range d.Regions {
		frame(out, r.Inset(-4), halo)
		frame(out, r.Inset(-3), outline)
		frame(out, r.Inset(-2), outline)
		frame(out, r.Inset(-1), halo)
	}
	return out, nil
}

// tinted mixes a pixel half with the tint.
func tinted(p []uint8) {
	p[0], p[1], p[2] = mix(p[0], tint.R, 128), mix(p[1], tint.G, 128), mix(p[2], tint.B, 128)
}

// faded takes three quarters of a pixel's contrast and all of its colour.
func faded(p []uint8) {
	grey := uint8((299*uint32(p[0]) + 587*uint32(p[1]) + 114*uint32(p[2])) / 1000)
	v := mix(grey, 0xff, 192)
	p[0], p[1], p[2] = v, v, v
}

// mix returns a with n 256ths of b.
func mix(a, b uint8, n int) uint8 { return uint8((int(a)*(256-n) + int(b)*n) / 256) }

// frame draws the edge of a rectangle, one pixel wide.
func frame(img *image.RGBA, r image.Rectangle, c color.RGBA) {
	set := func(x, y int) {
		if image.Pt(x, y).In(img.Rect) {
			img.SetRGBA(x, y, c)
		}
	}
	for x := r.Min.X; x < r.Max.X; x++ {
		set(x, r.Min.Y)
		set(x, r.Max.Y-1)
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		set(r.Min.X, y)
		set(r.Max.X-1, y)
	}
}

package widget

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"hindsite.app/icons"
)

// ink writes text into pictures. It keeps the glyphs that it has drawn.
type ink struct {
	face   font.Face
	glyphs map[rune]glyph
	ascent int
	height int
}

type glyph struct {
	mask    *image.Alpha
	at      image.Point // of the mask from the pen on the base line
	advance fixed.Int26_6
}

// newInk returns an ink of a size in pixels. It is nil when the font cannot be
// read; a nil ink writes nothing.
func newInk(pixels float64) *ink {
	parsed, err := opentype.Parse(icons.InterRegular)
	if err != nil {
		return nil
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: pixels, DPI: 72, Hinting: font.HintingVertical})
	if err != nil {
		return nil
	}
	m := face.Metrics()
	return &ink{face: face, glyphs: map[rune]glyph{}, ascent: m.Ascent.Round(), height: (m.Ascent + m.Descent).Ceil()}
}

func (k *ink) glyph(r rune) glyph {
	if g, ok := k.glyphs[r]; ok {
		return g
	}
	const most = 2000
	if len(k.glyphs) > most {
		clear(k.glyphs)
	}
	dr, mask, mp, advance, ok := k.face.Glyph(fixed.Point26_6{}, r)
	g := glyph{advance: advance}
	if ok && !dr.Empty() {
		g.mask = image.NewAlpha(image.Rect(0, 0, dr.Dx(), dr.Dy()))
		g.at = dr.Min
		draw.Draw(g.mask, g.mask.Rect, mask, mp, draw.Src)
	}
	k.glyphs[r] = g
	return g
}

// width returns how many pixels wide the text is.
func (k *ink) width(text string) int {
	if k == nil {
		return 0
	}
	var w fixed.Int26_6
	for _, r := range text {
		w += k.glyph(r).advance
	}
	return w.Ceil()
}

// shorten returns as much of the text as fits, with an ellipsis where
// something is left out.
func (k *ink) shorten(text string, width int) string {
	const longest = 300
	if k == nil {
		return ""
	}
	var w fixed.Int26_6
	dots := k.glyph('…').advance
	fits, n := 0, 0
	for i, r := range text {
		w += k.glyph(r).advance
		if n++; n > longest || w.Ceil() > width {
			if fits == 0 {
				return ""
			}
			return text[:fits] + "…"
		}
		if (w + dots).Ceil() <= width {
			fits = i + len(string(r))
		}
	}
	return text
}

// write writes the text with the top left corner of its line at x and y.
func (k *ink) write(img *image.RGBA, x, y int, text string, c color.Color) {
	if k == nil {
		return
	}
	src := image.NewUniform(c)
	pen := fixed.I(x)
	for _, r := range text {
		g := k.glyph(r)
		if g.mask != nil {
			at := image.Pt(pen.Round(), y+k.ascent).Add(g.at)
			draw.DrawMask(img, g.mask.Rect.Add(at), src, image.Point{}, g.mask, image.Point{}, draw.Over)
		}
		pen += g.advance
	}
}

// fill fills a rectangle, blending what is translucent.
func fill(img *image.RGBA, r image.Rectangle, c color.NRGBA) {
	r = r.Intersect(img.Rect)
	if r.Empty() || c.A == 0 {
		return
	}
	if c.A == 255 {
		first := img.Pix[img.PixOffset(r.Min.X, r.Min.Y):]
		for x := range r.Dx() {
			first[4*x], first[4*x+1], first[4*x+2], first[4*x+3] = c.R, c.G, c.B, 255
		}
		line := first[:4*r.Dx()]
		for y := r.Min.Y + 1; y < r.Max.Y; y++ {
			copy(img.Pix[img.PixOffset(r.Min.X, y):], line)
		}
		return
	}
	a := uint32(c.A)
	cr, cg, cb := uint32(c.R)*a, uint32(c.G)*a, uint32(c.B)*a
	for y := r.Min.Y; y < r.Max.Y; y++ {
		p := img.Pix[img.PixOffset(r.Min.X, y):img.PixOffset(r.Max.X, y)]
		for i := 0; i+3 < len(p); i += 4 {
			p[i] = uint8((cr + uint32(p[i])*(255-a)) / 255)
			p[i+1] = uint8((cg + uint32(p[i+1])*(255-a)) / 255)
			p[i+2] = uint8((cb + uint32(p[i+2])*(255-a)) / 255)
			p[i+3] = uint8(a + uint32(p[i+3])*(255-a)/255)
		}
	}
}

// hatch fills a rectangle with slanting lines, thick and gap in pixels.
func hatch(img *image.RGBA, r image.Rectangle, c color.NRGBA, thick, gap int) {
	r = r.Intersect(img.Rect)
	step := max(thick+gap, 1)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		p := img.Pix[img.PixOffset(0, y):]
		for x := r.Min.X; x < r.Max.X; x++ {
			if (x+y)%step < thick {
				copy(p[4*x:4*x+4], []byte{c.R, c.G, c.B, 255})
			}
		}
	}
}

// diamond fills a square that stands on its corner.
func diamond(img *image.RGBA, cx, cy, radius int, c color.NRGBA) {
	for dy := -radius; dy <= radius; dy++ {
		w := radius - int(math.Abs(float64(dy)))
		fill(img, image.Rect(cx-w, cy+dy, cx+w+1, cy+dy+1), c)
	}
}

func nrgba(c color.Color) color.NRGBA { return color.NRGBAModel.Convert(c).(color.NRGBA) }

func faded(c color.NRGBA, a uint8) color.NRGBA {
	c.A = a
	return c
}

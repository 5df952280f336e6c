package paint

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"

	"golang.org/x/image/vector"

	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
)

// Glyphs remembers rasterised glyphs. It belongs to one goroutine.
type Glyphs struct {
	masks map[glyphKey]*glyphMask
	bytes int
}

type glyphKey struct {
	face, glyph int
	size        int32 // 1/64 px
	sub         uint8 // quarter pixels
}

type glyphMask struct {
	*image.Alpha // nil for no ink
	dx, dy       int
}

const maxGlyphBytes = 32 << 20

// NewGlyphs returns an empty cache.
func NewGlyphs() *Glyphs { return &Glyphs{masks: map[glyphKey]*glyphMask{}} }

func (g *Glyphs) mask(f *text.Face, id uint32, size float32, sub uint8) *glyphMask {
	key := glyphKey{f.ID(), int(id), int32(size * 64), sub}
	if m := g.masks[key]; m != nil {
		return m
	}
	if g.bytes > maxGlyphBytes {
		clear(g.masks)
		g.bytes = 0
	}
	m := raster(f.Outline(id), size, float32(sub)/4)
	g.masks[key] = m
	if m.Alpha != nil {
		g.bytes += len(m.Pix)
	}
	g.bytes += 64
	return m
}

// raster draws an outline at a size in pixels.
func raster(segs []text.Segment, size, shift float32) *glyphMask {
	if len(segs) == 0 || size <= 0 || size > 2000 {
		return &glyphMask{}
	}
	x0, y0, x1, y1 := float32(math.MaxFloat32), float32(math.MaxFloat32), -float32(math.MaxFloat32), -float32(math.MaxFloat32)
	points := [...]int{text.MoveTo: 1, text.LineTo: 1, text.QuadTo: 2, text.CubeTo: 3}
	for _, s := range segs {
		for _, a := range s.Args[:points[s.Op]] {
			x, y := a[0]*size+shift, -a[1]*size
			x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
		}
	}
	ix, iy := int(math.Floor(float64(x0))), int(math.Floor(float64(y0)))
	w, h := int(math.Ceil(float64(x1)))-ix, int(math.Ceil(float64(y1)))-iy
	if w <= 0 || h <= 0 || w > 4096 || h > 4096 {
		return &glyphMask{}
	}
	r := vector.NewRasterizer(w, h)
	at := func(a [2]float32) (float32, float32) {
		return a[0]*size + shift - float32(ix), -a[1]*size - float32(iy)
	}
	for _, s := range segs {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		cx, cy := at(s.Args[2])
		switch s.Op {
		case text.MoveTo:
			r.ClosePath()
			r.MoveTo(ax, ay)
		case text.LineTo:
			r.LineTo(ax, ay)
		case text.QuadTo:
			r.QuadTo(ax, ay, bx, by)
		case text.CubeTo:
			r.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	r.ClosePath()
	m := image.NewAlpha(image.Rect(0, 0, w, h))
	r.DrawOp = draw.Src
	r.Draw(m, m.Rect, image.Opaque, image.Point{})
	return &glyphMask{m, ix, iy}
}

// run draws shaped text with its origin at a place of the page.
func (p *painter) glyphs(run *text.Run, x, y, size, spacing float32, col style.Color, clip Rect) {
	if col.A == 0 || p.o.Glyphs == nil {
		return
	}
	px := p.c.pixels(clip)
	if px.Empty() {
		return
	}
	c := rgba(col)
	dev := size * p.c.scale
	dx, dy := p.c.device(x, y)
	base := int(math.Floor(float64(dy) + 0.5))
	for i := range run.Glyphs {
		g := &run.Glyphs[i]
		gx := dx + g.X*dev
		whole := math.Floor(float64(gx))
		sub := uint8((float64(gx) - whole) * 4)
		m := p.o.Glyphs.mask(g.Face, g.ID, dev, sub)
		if m.Alpha != nil {
			at := image.Pt(int(whole)+m.dx, base+m.dy-int(g.Y*dev))
			blend(p.c.img, m.Alpha, at, px, c)
		}
		dx += g.Advance*dev + spacing*p.c.scale
	}
}

// blend lays a colour through a mask over the image.
func blend(img *image.RGBA, m *image.Alpha, at image.Point, clip image.Rectangle, c color.RGBA) {
	r := m.Rect.Add(at).Intersect(clip).Intersect(img.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		src := m.Pix[(y-at.Y)*m.Stride+r.Min.X-at.X:]
		dst := img.Pix[img.PixOffset(r.Min.X, y):]
		for x := range r.Dx() {
			a := uint32(src[x])
			if a == 0 {
				continue
			}
			d := dst[x*4 : x*4+4 : x*4+4]
			keep := 255 - uint32(c.A)*a/255
			d[0] = uint8((uint32(c.R)*a + uint32(d[0])*keep) / 255)
			d[1] = uint8((uint32(c.G)*a + uint32(d[1])*keep) / 255)
			d[2] = uint8((uint32(c.B)*a + uint32(d[2])*keep) / 255)
			d[3] = uint8((uint32(c.A)*a + uint32(d[3])*keep) / 255)
		}
	}
}

func (p *painter) text(it *Item) {
	s := it.Box.Style
	if s.Visibility != style.Shown {
		return
	}
	baseline := it.Y + it.Frag.Baseline - it.Frag.Y
	p.glyphs(it.Frag.Run, it.X, baseline, s.FontSize, it.Frag.Spacing, s.Color, it.Clip)
	if d := s.Decoration; d.Lines != 0 {
		thick := max(s.FontSize/16, 1)
		line := func(y float32) {
			p.c.fill(Rect{it.X, y, it.X + it.W, y + thick}, it.Clip, d.Color)
		}
		if d.Lines&style.Underline != 0 {
			line(baseline + max(s.FontSize*0.09, 1))
		}
		if d.Lines&style.LineThrough != 0 {
			line(baseline - s.FontSize*0.3)
		}
		if d.Lines&style.Overline != 0 {
			line(it.Y)
		}
	}
}

// marker draws the marker of a list item in front of its first line.
func (p *painter) marker(it *Item) {
	b := it.Box
	s := b.MarkerStyle
	if s == nil || b.Style.Visibility != style.Shown {
		return
	}
	x, y, ok := firstLine(b)
	if !ok {
		return
	}
	x, y = it.X+x, it.Y+y
	size := s.FontSize
	switch b.Marker {
	case "•", "◦", "▪":
		p.bullet(b.Marker, x, y, size, s, it.Clip)
		return
	}
	p.string(b.Marker, s, x-p.width(b.Marker, s), y, it.Clip)
}

// markerGap is the room behind a bullet.
const markerGap = 7

// ascent returns the ascent of the font of s, whole pixels.
func (p *painter) ascent(s *style.Style) float32 {
	if p.o.Shaper != nil {
		if f, err := p.o.Shaper.Match(text.Query{Families: s.Families, Weight: s.Weight, Italic: s.Italic}); err == nil {
			return f.At(s.FontSize).Ascent
		}
	}
	return float32(int(s.FontSize * 0.9))
}

func (p *painter) bullet(kind string, x, y, size float32, s *style.Style, clip Rect) {
	// The places are those of Chromium, in whole pixels from the ascent.
	ascent := p.ascent(s)
	part := float32(int(ascent * 2 / 3))
	d := float32(int((part + 1) / 2))
	left, top := x-part-markerGap, y-ascent+float32(int(3*(ascent-part)/2))
	r := Rect{left, top, left + d, top + d}
	round := [4][2]float32{{d / 2, d / 2}, {d / 2, d / 2}, {d / 2, d / 2}, {d / 2, d / 2}}
	src := image.NewUniform(rgba(s.Color))
	switch kind {
	case "▪":
		p.c.fill(r, clip, s.Color)
	case "◦":
		ring := p.c.roundRect(r, round)
		in := Rect{r.X0 + 1, r.Y0 + 1, r.X1 - 1, r.Y1 - 1}
		for i := range round {
			round[i] = [2]float32{max(d/2-1, 0), max(d/2-1, 0)}
		}
		p.c.addRound(ring, in, round, true)
		p.c.fillPath(ring, clip, src)
	default:
		p.c.fillPath(p.c.roundRect(r, round), clip, src)
	}
}

func (p *painter) shape(t string, s *style.Style) *text.Run {
	if p.o.Shaper == nil {
		return nil
	}
	f, err := p.o.Shaper.Match(text.Query{Families: s.Families, Weight: s.Weight, Italic: s.Italic})
	if err != nil {
		return nil
	}
	return p.o.Shaper.Shape(f, strings.TrimRight(t, "\n"))
}

func (p *painter) width(t string, s *style.Style) float32 {
	if r := p.shape(t, s); r != nil {
		return r.Advance * s.FontSize
	}
	return 0
}

// string draws text that has no place in the layout.
func (p *painter) string(t string, s *style.Style, x, y float32, clip Rect) {
	if r := p.shape(t, s); r != nil {
		p.glyphs(r, x, y, s.FontSize, 0, s.Color, clip)
	}
}

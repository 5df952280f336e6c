package paint

import (
	"image"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/style"
)

// Turn says how the places of items in a transformed element become places of
// the page.
type Turn struct {
	matrix style.Matrix
	clip   Rect // what the page shows of the element
}

// Page returns the smallest rectangle of the page that holds r. A nil Turn
// leaves r as it is.
func (t *Turn) Page(r Rect) Rect {
	if t == nil {
		return r
	}
	return mapped(t.matrix, r)
}

// Shown returns Page of a part r that is not clipped within the element, as far
// as the page shows it.
func (t *Turn) Shown(r Rect) Rect {
	if t == nil || r.empty() {
		return r
	}
	return mapped(t.matrix, r).Intersect(t.clip)
}

// mapped returns the bounds of r under m.
func mapped(m style.Matrix, r Rect) Rect {
	out := Rect{endless, endless, -endless, -endless}
	for _, p := range [4][2]float32{{r.X0, r.Y0}, {r.X1, r.Y0}, {r.X1, r.Y1}, {r.X0, r.Y1}} {
		x, y := m.Apply(p[0], p[1])
		out = Rect{min(out.X0, x), min(out.Y0, y), max(out.X1, x), max(out.Y1, y)}
	}
	return out
}

// turn begins the group of a transformed box that stands at a place, unless it
// is only moved. It returns the state of the box within, and what ends the
// group.
func (b *builder) turn(box *layout.Box, at state) (state, func()) {
	s := box.Style
	if !s.Moved {
		return at, func() {}
	}
	m := s.Transforms.Matrix(box.W, box.H)
	if m.Moves() {
		at.x, at.y = at.x+m[4], at.y+m[5]
		return at, func() {}
	}
	// The matrix is for places from the box; items have places from the page.
	m = m.Around(at.x, at.y)
	b.add(Item{Kind: Push, Box: box, Opacity: 1, Clip: at.clip, Matrix: &m})
	outer := b.turned
	inner := &Turn{matrix: m, clip: at.clip}
	if outer != nil {
		inner = &Turn{matrix: outer.matrix.Mul(m), clip: outer.Shown(at.clip.Intersect(near))}
	}
	b.turned = inner
	at.clip = everywhere
	return at, func() {
		b.turned = outer
		b.pop()
	}
}

// near keeps endless clips within what a matrix can map.
var near = Rect{-1 << 22, -1 << 22, 1 << 22, 1 << 22}

// maxTurned bounds the side of the picture of a transformed element, pixels.
const maxTurned = 4096

// turned draws the items of a transformed group: first as a picture of their
// own, then that picture where the matrix says.
func (p *painter) turned(it *Item, inside []Item) {
	m := *it.Matrix
	inv, ok := m.Inverse()
	if !ok || it.Clip.empty() || p.depth > maxTurns {
		return
	}
	clip := p.c.pixels(it.Clip)
	if clip.Empty() {
		return
	}
	view := p.c.page(clip)
	need := mapped(inv, view).Intersect(extentOf(inside, 0))
	if need.empty() {
		return
	}
	scale := p.c.scale * min(max(float32(math.Sqrt(math.Abs(float64(m.Det())))), 0.05), 4)
	if side := max(need.X1-need.X0, need.Y1-need.Y0) * scale; side > maxTurned {
		scale *= maxTurned / side
	}
	// Whole pixels, counted from the element's own origin: every tile of a picture
	// gets the same ones.
	down := func(v float32) float32 { return (float32(math.Floor(float64(v*scale))) - 2) / scale }
	need.X0, need.Y0 = down(need.X0), down(need.Y0)
	w, h := int(math.Ceil(float64((need.X1-need.X0)*scale)))+3, int(math.Ceil(float64((need.Y1-need.Y0)*scale)))+3
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	sub := &painter{c: newCanvas(img, scale, need.X0, need.Y0), list: p.list, o: p.o, ctx: p.ctx, depth: p.depth + 1, local: true}
	sub.run(inside)
	if p.err = sub.err; p.err != nil {
		return
	}
	// From pixels of the picture to places of the element, of the page, to pixels.
	k := p.c.scale
	to := style.Matrix{k, 0, 0, k, -p.c.ox * k, -p.c.oy * k}.Mul(m).Mul(style.Matrix{1 / scale, 0, 0, 1 / scale, need.X0, need.Y0})
	aff := f64.Aff3{float64(to[0]), float64(to[2]), float64(to[4]), float64(to[1]), float64(to[3]), float64(to[5])}
	dst := p.c.img.SubImage(clip).(*image.RGBA)
	draw.BiLinear.Transform(dst, aff, img, img.Rect, draw.Over, nil)
}

// maxTurns bounds transformed elements in transformed elements.
const maxTurns = 8

// page returns what of the page some pixels show.
func (c *canvas) page(r image.Rectangle) Rect {
	at := func(v int, o float32) float32 { return float32(v)/c.scale + o }
	return Rect{at(r.Min.X, c.ox), at(r.Min.Y, c.oy), at(r.Max.X, c.ox), at(r.Max.Y, c.oy)}
}

// extentOf returns what items may draw on, in their own places.
func extentOf(items []Item, depth int) Rect {
	r := Rect{endless, endless, -endless, -endless}
	for i := 0; i < len(items); i++ {
		it := &items[i]
		var o Rect
		switch {
		case it.Kind == Push && it.Matrix != nil && depth < maxTurns:
			o = mapped(*it.Matrix, extentOf(items[i+1:i+1+it.inside], depth+1)).Intersect(it.Clip)
			i += it.inside
		case it.Kind == Push || it.Kind == Pop:
			continue
		default:
			m := it.margin()
			o = Rect{it.X - m, it.Y - m, it.X + it.W + m, it.Y + it.H + m}.Intersect(it.Clip)
		}
		if !o.empty() {
			r = Rect{min(r.X0, o.X0), min(r.Y0, o.Y0), max(r.X1, o.X1), max(r.Y1, o.Y1)}
		}
	}
	return r
}

package paint

import (
	"context"
	"image"
	"image/draw"
	"slices"

	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
)

// Images finds decoded images by their URL. Drawings are made for a size in
// pixels.
type Images func(url string, w, h int) (img image.Image, ok bool)

// Options say what is drawn.
type Options struct {
	Clip   image.Rectangle // CSS pixels of the page
	Scale  float32
	Width  float32 // of the page: the canvas behind it
	Height float32
	Images Images
	// Natural returns the natural size of an image.
	Natural func(url string) (w, h float32, ok bool)
	Glyphs  *Glyphs
	Shaper  *text.Shaper
	Scroll  Scroll // of elements in frames
}

// painter draws the items of one list.
type painter struct {
	c      *canvas
	list   *List
	o      Options
	ctx    context.Context
	err    error
	groups []group
	depth  int  // of frames and transformed elements
	local  bool // places are not those of the page: in a transformed element
}

// group is an image that is drawn apart and blended when it is complete.
type group struct {
	under   *canvas
	item    *Item
	area    image.Rectangle
	skipped bool
}

// Draw draws the part Clip of a page. The image is tightly packed.
func Draw(ctx context.Context, l *List, o Options) (*image.RGBA, error) {
	w, h := pictureSize(o)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	return img, drawOn(ctx, img, l, o, float32(o.Clip.Min.X), float32(o.Clip.Min.Y))
}

// pictureSize returns the size of a picture in pixels.
func pictureSize(o Options) (w, h int) {
	return max(int(float32(o.Clip.Dx())*o.Scale+0.5), 1), max(int(float32(o.Clip.Dy())*o.Scale+0.5), 1)
}

// drawOn fills an image with what stands there on the page. The place ox, oy of
// the page is at 0, 0 of the image's coordinates.
func drawOn(ctx context.Context, img *image.RGBA, l *List, o Options, ox, oy float32) error {
	fillOpaque(img, img.Rect, rgba(l.Canvas))
	p := &painter{c: newCanvas(img, o.Scale, ox, oy), list: l, o: o, ctx: ctx}
	page := Rect{0, 0, o.Width, o.Height}
	for _, bg := range slices.Backward(l.canvasImages()) {
		p.image(&bg, page, page, [4][2]float32{}, false, page)
	}
	p.run(l.Items)
	return p.err
}

func (p *painter) run(items []Item) {
	for i := 0; i < len(items); i++ {
		if i&255 == 0 {
			if p.err = p.ctx.Err(); p.err != nil {
				return
			}
		}
		it := &items[i]
		switch {
		case it.Kind == Push && it.Matrix != nil:
			if n := len(p.groups); n == 0 || !p.groups[n-1].skipped {
				p.turned(it, items[i+1:i+1+it.inside])
			}
			i += it.inside + 1 // and what ends it
			continue
		case it.Kind == Push:
			p.push(it)
			continue
		case it.Kind == Pop:
			p.pop()
			continue
		}
		if n := len(p.groups); n > 0 && p.groups[n-1].skipped || p.outside(it) {
			continue
		}
		p.item(it)
	}
}

// outside reports whether nothing of an item can be seen.
func (p *painter) outside(it *Item) bool {
	if p.local {
		return it.Clip.empty()
	}
	return it.area.empty() || p.c.pixels(it.area).Empty()
}

func abs(v float32) float32 { return max(v, -v) }

func (p *painter) item(it *Item) {
	switch it.Kind {
	case Block, Inline:
		p.block(it)
	case Text:
		p.text(it)
	case Content:
		p.content(it)
	case Marker:
		p.marker(it)
	case Ellipsis:
		if it.Box.Style.Visibility == style.Shown {
			p.string("…", it.Box.Style, it.X, it.Y, it.Clip)
		}
	}
}

const maxGroups = 24

func (p *painter) push(it *Item) {
	g := group{item: it, under: p.c}
	if n := len(p.groups); n > 0 && p.groups[n-1].skipped || it.Opacity == 0 || len(p.groups) >= maxGroups {
		g.skipped = it.Opacity == 0 || n > 0 && p.groups[n-1].skipped
		p.groups = append(p.groups, g)
		return
	}
	g.area = p.c.pixels(it.area)
	if p.local {
		g.area = p.c.pixels(it.Clip)
	}
	if it.Rounded {
		g.area = g.area.Intersect(p.c.pixels(Rect{it.X - 1, it.Y - 1, it.X + it.W + 1, it.Y + it.H + 1}))
	}
	g.skipped = g.area.Empty()
	if !g.skipped {
		img := image.NewRGBA(g.area)
		c := *p.c
		c.img, c.mask = img, nil
		p.c = &c
	}
	p.groups = append(p.groups, g)
}

func (p *painter) pop() {
	n := len(p.groups)
	if n == 0 {
		return
	}
	g := p.groups[n-1]
	p.groups = p.groups[:n-1]
	if g.skipped || g.area.Empty() {
		return
	}
	top := p.c
	p.c = g.under
	var mask image.Image = image.NewUniform(alpha(g.item.Opacity))
	if g.item.Rounded {
		r := Rect{g.item.X, g.item.Y, g.item.X + g.item.W, g.item.Y + g.item.H}
		o := p.c.roundRect(r, g.item.Radius)
		p.c.fillPath(o, g.item.Clip, top.img)
		return
	}
	draw.DrawMask(p.c.img, g.area, top.img, g.area.Min, mask, image.Point{}, draw.Over)
}

// page draws the page inside a frame element.
func (p *painter) page(it *Item, page *layout.Page) {
	const maxFrames = 4
	if page == nil || page.Root == nil || p.depth >= maxFrames {
		return
	}
	b := it.Box
	x, y := it.X+b.Border[style.Left]+b.Padding[style.Left], it.Y+b.Border[style.Top]+b.Padding[style.Top]
	view := Rect{x, y, x + page.ViewW, y + page.ViewH}
	list, sx, sy := FrameList(b, p.o.Scroll)
	inner := *p.c
	inner.ox, inner.oy = p.c.ox-x+sx, p.c.oy-y+sy
	sub := &painter{c: &inner, list: list, o: p.o, ctx: p.ctx, depth: p.depth + 1}
	clip := it.Clip.Intersect(view)
	moved := Rect{clip.X0 - x + sx, clip.Y0 - y + sy, clip.X1 - x + sx, clip.Y1 - y + sy}
	p.c.fill(clip, clip, list.Canvas)
	items := make([]Item, len(list.Items))
	copy(items, list.Items)
	for i := range items {
		items[i].area = items[i].area.Intersect(moved)
		if items[i].Turn == nil {
			items[i].Clip = items[i].Clip.Intersect(moved)
		}
	}
	sub.run(items)
	p.err = sub.err
}

// FrameList returns the items of the page in a frame, and its scroll offset.
func FrameList(b *layout.Box, scroll Scroll) (l *List, x, y float32) {
	doc := layout.FrameDocument(b.Content.DOM)
	if doc != nil {
		x, y = doc.ScrollX, doc.ScrollY
	}
	page := b.Content.Page
	x, y = min(max(x, 0), max(page.Width-page.ViewW, 0)), min(max(y, 0), max(page.Height-page.ViewH, 0))
	return NewList(page, x, y, scroll), x, y
}

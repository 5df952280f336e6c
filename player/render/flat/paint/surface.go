package paint

import (
	"context"
	"image"
	"math"
)

// Surface keeps what was drawn of a page in tiles, so that the next picture
// draws only what changed or came into view. It belongs to one goroutine.
type Surface struct {
	scale         float32
	width, height float32 // of the page
	list          *List
	tiles         map[image.Point]*tile
	drawn         int // pixels drawn by the last Draw
}

// tile is a square of the page in device pixels.
type tile struct {
	img   *image.RGBA
	dirty image.Rectangle // what must be drawn again
}

const (
	tileSize = 256
	maxTiles = 512 // 128 MiB; beyond it, what is out of view is dropped
)

// NewSurface returns an empty Surface.
func NewSurface() *Surface { return &Surface{tiles: map[image.Point]*tile{}} }

// Forget drops what was drawn.
func (s *Surface) Forget() {
	s.list = nil
	clear(s.tiles)
}

// Draw returns the part o.Clip of the page as Draw does, but for the place of
// pixels: they lie on a grid that begins at the page's corner, so that a page
// that is scrolled shows the same pixels elsewhere. The caller owns the image.
func (s *Surface) Draw(ctx context.Context, l *List, o Options) (*image.RGBA, error) {
	s.update(l, o)
	w, h := pictureSize(o)
	view := image.Rect(0, 0, w, h).Add(image.Pt(round(float32(o.Clip.Min.X)*o.Scale), round(float32(o.Clip.Min.Y)*o.Scale)))
	s.drawn = 0
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := tileOf(view.Min.Y); y <= tileOf(view.Max.Y-1); y++ {
		for x := tileOf(view.Min.X); x <= tileOf(view.Max.X-1); x++ {
			t, err := s.tile(ctx, image.Pt(x, y), o)
			if err != nil {
				s.Forget()
				return nil, err
			}
			copyTile(out, t.img, view)
		}
	}
	s.prune(view)
	return out, nil
}

// update takes another state of the page.
func (s *Surface) update(l *List, o Options) {
	old := s.list
	s.list = l
	if old == l && o.Scale == s.scale {
		return
	}
	same := old != nil && o.Scale == s.scale && sameCanvas(old, l) &&
		(len(l.canvasImages()) == 0 || o.Width == s.width && o.Height == s.height)
	s.scale, s.width, s.height = o.Scale, o.Width, o.Height
	if !same {
		clear(s.tiles)
		return
	}
	s.keep(old.View.Intersect(l.View))
	damage(old.Items, l.Items, s.damage)
}

// keep drops every tile that is not wholly inside r: one of the lists does not
// say what stands there.
func (s *Surface) keep(r Rect) {
	in := s.device(r)
	for at := range s.tiles {
		if !tileRect(at).In(in) {
			delete(s.tiles, at)
		}
	}
}

func (s *Surface) device(r Rect) image.Rectangle {
	const most = 1 << 28
	down := func(v float32) int { return int(math.Floor(float64(min(max(v*s.scale, -most), most)))) }
	up := func(v float32) int { return int(math.Ceil(float64(min(max(v*s.scale, -most), most)))) }
	return image.Rect(down(r.X0), down(r.Y0), up(r.X1), up(r.Y1))
}

// damage marks a part of the page as changed.
func (s *Surface) damage(r Rect) {
	px := s.device(r).Inset(-1)
	for at, t := range s.tiles {
		if in := px.Intersect(tileRect(at)); !in.Empty() {
			t.dirty = t.dirty.Union(in)
		}
	}
}

// tile returns a tile that is up to date.
func (s *Surface) tile(ctx context.Context, at image.Point, o Options) (*tile, error) {
	t := s.tiles[at]
	if t == nil {
		r := tileRect(at)
		t = &tile{img: image.NewRGBA(r), dirty: r}
		s.tiles[at] = t
	}
	if t.dirty.Empty() {
		return t, nil
	}
	s.drawn += t.dirty.Dx() * t.dirty.Dy()
	img := t.img.SubImage(t.dirty).(*image.RGBA)
	if err := drawOn(ctx, img, s.list, o, 0, 0); err != nil {
		return nil, err
	}
	t.dirty = image.Rectangle{}
	return t, nil
}

// prune bounds the memory.
func (s *Surface) prune(view image.Rectangle) {
	if len(s.tiles) <= maxTiles {
		return
	}
	for at := range s.tiles {
		if !tileRect(at).Overlaps(view) {
			delete(s.tiles, at)
		}
	}
}

func copyTile(out, t *image.RGBA, view image.Rectangle) {
	r := t.Rect.Intersect(view)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		from := t.PixOffset(r.Min.X, y)
		copy(out.Pix[out.PixOffset(r.Min.X-view.Min.X, y-view.Min.Y):], t.Pix[from:from+4*r.Dx()])
	}
}

func tileRect(at image.Point) image.Rectangle {
	return image.Rect(0, 0, tileSize, tileSize).Add(at.Mul(tileSize))
}

func tileOf(v int) int { return int(math.Floor(float64(v) / tileSize)) }

func round(v float32) int { return int(math.Floor(float64(v) + 0.5)) }

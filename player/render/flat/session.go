package flat

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"

	"hindsite.app/player/dom"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/paint"
	"hindsite.app/player/render/flat/picture"
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
)

// session is a render.Session. What it computes is kept until the document
// changes: the layout until anything but a scroll offset changes, the order of
// painting until anything does.
type session struct {
	fonts    *text.Collection
	system   text.System
	limits   render.Limits
	shaper   *text.Shaper
	styles   *style.Engine
	pictures *picture.Store
	glyphs   *paint.Glyphs

	doc     *dom.Document
	version uint64
	tree    *style.Tree
	page    *layout.Page
	list    *paint.List
	frames  map[*dom.Node]*frame
	layouts int // how often a page was laid out
	closed  bool
}

// frame is the styled document of a frame element.
type frame struct {
	tree *style.Tree
	page *layout.Page
}

var (
	errClosed  = errors.New("session is closed")
	errNothing = errors.New("no document is loaded")
)

func newSession(fonts *text.Collection, system text.System, assets render.Assets, limits render.Limits) *session {
	s := &session{fonts: fonts, system: system, limits: limits, shaper: text.NewShaper(fonts, system), glyphs: paint.NewGlyphs()}
	var lookup picture.Lookup
	if assets != nil {
		lookup = func(url string) ([]byte, bool) {
			data, _, ok := assets.Lookup(url)
			return data, ok
		}
	}
	s.pictures = picture.NewStore(lookup, style.ParseColor, limits.MaxImagePixel)
	s.styles = style.NewEngine(s.metrics)
	return s
}

func (s *session) metrics(families string, weight int, italic bool, size float32) (xHeight, zero, line float32) {
	f, err := s.shaper.Match(text.Query{Families: families, Weight: weight, Italic: italic})
	if err != nil {
		return size / 2, size / 2, size * 1.15
	}
	m := f.At(size)
	return m.XHeight, m.Zero, m.LineHeight
}

// Load takes a state as a whole.
func (s *session) Load(ctx context.Context, d *dom.Document) error {
	if s.closed {
		return errClosed
	}
	s.doc, s.version = d, d.Version()
	s.forget()
	return ctx.Err()
}

func (s *session) forget() { s.tree, s.page, s.list, s.frames = nil, nil, nil, nil }

// Apply takes a step between two versions.
func (s *session) Apply(ctx context.Context, delta render.Delta) error {
	switch {
	case s.closed:
		return errClosed
	case s.doc == nil || delta.From != s.version || delta.To != s.doc.Version():
		return render.ErrGap
	}
	s.version = delta.To
	for _, op := range delta.Ops {
		switch op.(type) {
		case recording.SetScroll:
			s.list = nil
		case recording.Navigate, recording.SetMedia:
		default:
			s.forget()
		}
	}
	return ctx.Err()
}

// Close ends the session.
func (s *session) Close() error {
	s.closed = true
	s.doc = nil
	s.forget()
	return nil
}

// errBroken says that a page broke the backend. It holds nothing of the page.
var errBroken = errors.New("internal error: the page cannot be drawn")

// guard turns a panic into an error: recorded pages reach code that was never
// written for hostile input, such as the shaping of text, and one page must not
// end the program.
func (s *session) guard(err *error) {
	if recover() != nil {
		s.forget()
		s.shaper = text.NewShaper(s.fonts, s.system)
		s.glyphs = paint.NewGlyphs()
		*err = errBroken
	}
}

// ready lays the document out, if that has not been done.
func (s *session) ready(ctx context.Context) error {
	if s.closed {
		return errClosed
	}
	if s.doc == nil {
		return errNothing
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.version != s.doc.Version() {
		// The owner changed the document without saying how.
		s.version = s.doc.Version()
		s.forget()
	}
	if s.page == nil {
		if err := s.layout(ctx); err != nil {
			s.forget()
			return fmt.Errorf("lay out page: %w", err)
		}
	}
	return nil
}

// Viewport of a document whose size was never recorded.
const (
	defaultWidth  = 1280
	defaultHeight = 720
	maxViewport   = 20_000
)

func (s *session) viewport() (w, h float32) {
	vw, vh := s.doc.Viewport()
	if vw <= 0 || vh <= 0 {
		vw, vh = defaultWidth, defaultHeight
	}
	return float32(min(vw, maxViewport)), float32(min(vh, maxViewport))
}

func (s *session) layout(ctx context.Context) error {
	w, h := s.viewport()
	s.frames = map[*dom.Node]*frame{}
	s.layouts++
	tree, page, err := s.document(ctx, s.doc.Root(), w, h, 0, s.limits.MaxNodes)
	if err != nil {
		return err
	}
	s.tree, s.page = tree, page
	return nil
}

// maxFrameDepth bounds frames in frames.
const maxFrameDepth = 6

func (s *session) document(ctx context.Context, root *dom.Node, w, h float32, depth, nodes int) (*style.Tree, *layout.Page, error) {
	tree, err := s.styles.Style(ctx, root, style.Options{Width: w, Height: h, MaxNodes: nodes, Focus: s.doc.Focus(), Adopted: s.doc.Adopted})
	if err != nil {
		return nil, nil, err
	}
	left := max(nodes-tree.Nodes, 1)
	o := layout.Options{Width: w, Height: h, Shaper: s.shaper, Natural: s.pictures.Size}
	if root != nil {
		o.Quirks = root.Quirks
	}
	o.Frame = func(ctx context.Context, doc *dom.Node, fw, fh float32) (*layout.Page, error) {
		if depth >= maxFrameDepth || left <= 1 {
			return nil, nil
		}
		t, p, err := s.document(ctx, doc, fw, fh, depth+1, left)
		if err != nil {
			return nil, err
		}
		left = max(left-t.Nodes, 1)
		s.frames[doc] = &frame{t, p}
		return p, nil
	}
	page, err := layout.Layout(ctx, tree, o)
	return tree, page, err
}

// scroll returns the window's offset, kept within the page.
func (s *session) scroll() (x, y float32) {
	x, y = s.doc.Scroll()
	w, h := s.viewport()
	return within(x, s.page.Width-w), within(y, s.page.Height-h)
}

func within(v, most float32) float32 {
	if v != v {
		return 0
	}
	return max(min(v, most), 0)
}

// elementScroll returns the offset of a scrolled element.
func elementScroll(b *layout.Box) (x, y float32) {
	if b.Node == nil || b.Node.DOM == nil {
		return 0, 0
	}
	d := b.Node.DOM
	if d.ScrollX == 0 && d.ScrollY == 0 {
		return 0, 0
	}
	w, h := b.Extent()
	return within(d.ScrollX, w-b.W), within(d.ScrollY, h-b.H)
}

// Render draws the loaded state.
func (s *session) Render(ctx context.Context, r render.Request) (frame *render.Frame, err error) {
	defer s.guard(&err)
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	if s.list == nil {
		x, y := s.scroll()
		s.list = paint.NewList(s.page, x, y, elementScroll)
	}
	f := &render.Frame{Version: s.version, PageW: int(math.Ceil(float64(s.page.Width))), PageH: int(math.Ceil(float64(s.page.Height)))}
	scale := r.Scale
	if scale == 0 {
		scale = 1
	}
	if scale < 0.01 || scale > 16 || scale != scale {
		return nil, fault.New(fault.Limit, "scale %g is out of range", r.Scale)
	}
	if f.Clip, err = s.clip(r, scale); err != nil {
		return nil, err
	}
	if r.Boxes {
		f.Boxes = s.boxes()
	}
	if !r.Pixels {
		return f, nil
	}
	f.Image, err = paint.Draw(ctx, s.list, paint.Options{Clip: f.Clip, Scale: float32(scale), Width: s.page.Width, Height: s.page.Height,
		Images: s.pictures.Image, Natural: s.pictures.Size, Glyphs: s.glyphs, Shaper: s.shaper, Scroll: elementScroll})
	if err != nil {
		return nil, fmt.Errorf("paint page: %w", err)
	}
	return f, nil
}

// clip returns what part of the page is asked for.
func (s *session) clip(r render.Request, scale float64) (image.Rectangle, error) {
	clip := r.Clip
	switch {
	case r.Full:
		clip = image.Rect(0, 0, int(math.Ceil(float64(s.page.Width))), int(math.Ceil(float64(s.page.Height))))
		clip = shorten(clip, scale, s.limits.MaxPixels)
	case clip.Empty():
		x, y := s.scroll()
		w, h := s.viewport()
		at := image.Pt(int(x+0.5), int(y+0.5))
		clip = image.Rectangle{Min: at, Max: at.Add(image.Pt(int(w), int(h)))}
	}
	const most = 1 << 24
	in := image.Rect(-most, -most, most, most)
	if !clip.In(in) {
		return clip, fault.New(fault.Limit, "clip %v is out of range", clip)
	}
	if float64(clip.Dx())*scale*float64(clip.Dy())*scale > float64(s.limits.MaxPixels) {
		return clip, fault.New(fault.Limit, "picture of %d by %d at scale %g has more than %d pixels", clip.Dx(), clip.Dy(), scale, s.limits.MaxPixels)
	}
	return clip, nil
}

// shorten cuts a whole page at the bottom, and at the right only when it must.
func shorten(clip image.Rectangle, scale float64, pixels int) image.Rectangle {
	w := float64(clip.Dx()) * scale
	if w < 1 {
		return clip
	}
	if rows := float64(pixels) / w / scale; rows < float64(clip.Dy()) {
		clip.Max.Y = max(int(rows), 1)
	}
	if columns := float64(pixels) / (float64(clip.Dy()) * scale * scale); columns < float64(clip.Dx()) {
		clip.Max.X = max(int(columns), 1)
	}
	return clip
}

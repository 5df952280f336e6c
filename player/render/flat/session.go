package flat

import (
	"context"
	"errors"
	"fmt"
	"image"
	"maps"
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

// session is a render.Session. What it computes is kept between states of the
// document: only what a change reaches is styled, laid out and painted again.
type session struct {
	fonts    *text.Collection
	system   text.System
	limits   render.Limits
	shaper   *text.Shaper
	styles   *style.Engine
	pictures *picture.Store
	web      *webFonts
	glyphs   *paint.Glyphs
	surface  *paint.Surface

	doc     *dom.Document
	version uint64
	pending []recording.Op // changes since the page was laid out
	stale   bool           // the page is not that of the document
	focus   *dom.Node      // for which the page was styled
	hover   *dom.Node
	focused []*dom.Node // the chain of focus as it was then
	hovered []*dom.Node
	main    *frame
	frames  map[*dom.Node]*frame // by document node
	list    *paint.List
	layouts int // how often a page was laid out
	closed  bool
}

// frame is a styled and laid-out document: the main one, or that of a frame
// element.
type frame struct {
	tree   *style.Tree
	page   *layout.Page
	layout *layout.Engine
	w, h   float32
	used   int // the layout that showed it last
	sizes  style.Containers
}

var (
	errClosed  = errors.New("session is closed")
	errNothing = errors.New("no document is loaded")
)

func newSession(fonts *text.Collection, system text.System, assets render.Assets, limits render.Limits) *session {
	s := &session{fonts: fonts, system: system, limits: limits, shaper: text.NewShaper(fonts, system), glyphs: paint.NewGlyphs(), surface: paint.NewSurface()}
	var lookup picture.Lookup
	if assets != nil {
		lookup = func(url string) ([]byte, bool) {
			data, _, ok := assets.Lookup(url)
			return data, ok
		}
	}
	s.pictures = picture.NewStore(lookup, style.ParseColor, limits.MaxImagePixel)
	s.web = newWebFonts(assets)
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
	s.doc, s.version, s.web.loaded = d, d.Version(), 0
	s.forget()
	return ctx.Err()
}

// forget drops everything that was computed of the document.
func (s *session) forget() {
	s.main, s.list, s.frames, s.pending, s.stale = nil, nil, nil, nil, false
	s.focus, s.hover, s.focused, s.hovered = nil, nil, nil, nil
}

// maxPending bounds the changes that are kept for the next picture.
const maxPending = 4096

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
		case recording.Navigate:
		case recording.Snapshot, recording.SetViewport:
			s.forget()
		default:
			s.stale = true
			s.pending = append(s.pending, op)
		}
	}
	if len(s.pending) > maxPending {
		s.forget()
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
		s.shaper.Use(s.web.faces)
		s.glyphs = paint.NewGlyphs()
		s.surface.Forget()
		*err = errBroken
	}
}

// ready lays the document out as it is with an element under the pointer, as
// far as that has not been done.
func (s *session) ready(ctx context.Context, hover *dom.Node) error {
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
	if s.main != nil && !s.stale && s.hover == hover {
		return nil
	}
	if err := s.layout(ctx, hover); err != nil {
		s.forget()
		return fmt.Errorf("lay out page: %w", err)
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

// layout styles and lays out what the pending changes reach.
func (s *session) layout(ctx context.Context, hover *dom.Node) error {
	marks := s.marks(hover)
	if marks.Many() {
		s.main, s.frames = nil, nil
	}
	s.focus, s.hover = s.doc.Focus(), hover
	s.focused, s.hovered = style.Chain(s.focus), style.Chain(hover)
	s.pending, s.stale, s.list = nil, false, nil
	s.layouts++
	if s.frames == nil {
		s.frames = map[*dom.Node]*frame{}
	}
	w, h := s.viewport()
	f, _, err := s.document(ctx, s.main, s.doc.Root(), marks, w, h, 0, s.limits.MaxNodes)
	if err != nil {
		return err
	}
	s.main = f
	for doc, f := range s.frames {
		if f.used != s.layouts {
			delete(s.frames, doc)
		}
	}
	return nil
}

// node returns a node of the document, or nil.
func (s *session) node(id recording.NodeID) *dom.Node {
	if s.doc == nil {
		return nil
	}
	return s.doc.Node(id)
}

// marks says what the pending changes reach.
func (s *session) marks(hover *dom.Node) *style.Marks {
	var trees []*style.Tree
	if s.main != nil {
		trees = append(trees, s.main.tree)
	}
	for _, f := range s.frames {
		trees = append(trees, f.tree)
	}
	m := style.NewMarks(s.doc, trees)
	for _, op := range s.pending {
		if _, ok := op.(recording.SetFocus); !ok {
			m.Op(op)
		}
	}
	if now := s.doc.Focus(); now != s.focus {
		m.Focus(s.focused)
		m.Focus(style.Chain(now))
	}
	if hover != s.hover {
		m.Hover(s.hovered)
		m.Hover(style.Chain(hover))
	}
	return m
}

// maxFrameDepth bounds frames in frames.
const maxFrameDepth = 6

// document brings a frame up to its document, or makes one, and returns how
// many nodes it has.
func (s *session) document(ctx context.Context, f *frame, root *dom.Node, marks *style.Marks, w, h float32, depth, nodes int) (*frame, int, error) {
	o := style.Options{Width: w, Height: h, MaxNodes: nodes, Focus: s.doc.Focus(), Hover: s.hover, Adopted: s.doc.Adopted}
	if f != nil {
		o.Containers = f.sizes
	}
	if f == nil || f.w != w || f.h != h {
		tree, err := s.styles.Style(ctx, root, o)
		if err != nil {
			return nil, 0, err
		}
		f = &frame{tree: tree, layout: layout.NewEngine(s.shaper), w: w, h: h}
	} else if err := s.styles.Restyle(ctx, f.tree, o, marks); err != nil {
		return nil, 0, err
	}
	f.used = s.layouts
	loaded, declared := s.web.load(s.doc.Fonts()), s.web.take(f.tree)
	if loaded || declared {
		s.shaper.Use(s.web.faces)
	}
	left := max(nodes-f.tree.Nodes, 1)
	lo := layout.Options{Width: w, Height: h, Natural: s.pictures.Size}
	if root != nil {
		lo.Quirks = root.Quirks
	}
	lo.Frame = func(ctx context.Context, doc *dom.Node, fw, fh float32) (*layout.Page, error) {
		if depth >= maxFrameDepth || left <= 1 {
			return nil, nil
		}
		inner, n, err := s.document(ctx, s.frames[doc], doc, marks, fw, fh, depth+1, left)
		if err != nil {
			return nil, err
		}
		left = max(left-n, 1)
		s.frames[doc] = inner
		return inner.page, nil
	}
	err := s.settle(ctx, f, o, lo)
	return f, f.tree.Nodes, err
}

// maxRounds bounds how often a document is styled for the sizes of its own
// containers: each round settles those inside the ones of the round before.
const maxRounds = 4

// settle lays out a styled document. What depends on the sizes of containers is
// styled again when they are known.
func (s *session) settle(ctx context.Context, f *frame, o style.Options, lo layout.Options) (err error) {
	for range maxRounds {
		if f.page, err = f.layout.Layout(ctx, f.tree, lo); err != nil || !f.tree.Contains() {
			return err
		}
		sizes := f.page.Containers()
		if maps.Equal(sizes, f.sizes) {
			return nil
		}
		f.sizes, o.Containers = sizes, sizes
		if err := s.styles.Restyle(ctx, f.tree, o, &style.Marks{}); err != nil {
			return err
		}
	}
	f.page, err = f.layout.Layout(ctx, f.tree, lo)
	return err
}

// scroll returns the window's offset, kept within the page.
func (s *session) scroll() (x, y float32) {
	x, y = s.doc.Scroll()
	w, h := s.viewport()
	return within(x, s.main.page.Width-w), within(y, s.main.page.Height-h)
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
	if err := s.ready(ctx, s.node(r.Hover)); err != nil {
		return nil, err
	}
	f := &render.Frame{Version: s.version, PageW: int(math.Ceil(float64(s.main.page.Width))), PageH: int(math.Ceil(float64(s.main.page.Height)))}
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
	x, y := s.scroll()
	var whole *paint.List
	if r.Boxes || r.Full || !r.Clip.Empty() {
		whole = paint.NewList(s.main.page, x, y, elementScroll)
	}
	if r.Boxes {
		f.Boxes = boxes(whole, s.shaper)
	}
	if !r.Pixels {
		return f, nil
	}
	o := paint.Options{Clip: f.Clip, Scale: float32(scale), Width: s.main.page.Width, Height: s.main.page.Height,
		Images: s.pictures.Image, Natural: s.pictures.Size, Glyphs: s.glyphs, Shaper: s.shaper, Scroll: elementScroll}
	if r.Full || !r.Clip.Empty() {
		f.Image, err = paint.Draw(ctx, whole, o)
	} else {
		f.Image, err = s.surface.Draw(ctx, s.view(x, y), o)
	}
	if err != nil {
		return nil, fmt.Errorf("paint page: %w", err)
	}
	return f, nil
}

// view returns the order of painting around the viewport: a screen to each side
// of it, so that little is drawn anew when the page is scrolled.
func (s *session) view(x, y float32) *paint.List {
	if s.list == nil {
		w, h := s.viewport()
		s.list = paint.NewView(s.main.page, x, y, elementScroll, paint.Rect{X0: x - w, Y0: y - h, X1: x + 2*w, Y1: y + 2*h})
	}
	return s.list
}

// clip returns what part of the page is asked for.
func (s *session) clip(r render.Request, scale float64) (image.Rectangle, error) {
	clip := r.Clip
	switch {
	case r.Full:
		clip = image.Rect(0, 0, int(math.Ceil(float64(s.main.page.Width))), int(math.Ceil(float64(s.main.page.Height))))
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

// Package rendertest is the conformance suite of render.Backend: what every
// backend must do, whatever its pictures look like.
package rendertest

import (
	"context"
	"errors"
	"image"
	"image/color"
	"testing"
	"time"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
)

// Run asks everything of a backend. Open is called for every part.
func Run(t *testing.T, b render.Backend) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(*testing.T, render.Backend)
	}{
		{"contract", contract}, {"delta", delta}, {"clip", clip}, {"full", full}, {"scale", scale},
		{"boxes", boxes}, {"fixed", fixed}, {"text", text}, {"empty", empty}, {"assets", assets},
		{"cancel", cancel}, {"limits", limits}, {"hostile", hostile}, {"recorded", recorded},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, b) })
	}
}

func open(t *testing.T, b render.Backend, d *dom.Document) render.Session {
	t.Helper()
	return openWith(t, b, d, nil, render.DefaultLimits())
}

func openWith(t *testing.T, b render.Backend, d *dom.Document, a render.Assets, l render.Limits) render.Session {
	t.Helper()
	s, err := b.Open(context.Background(), a, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if d != nil {
		if err := s.Load(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func draw(t *testing.T, s render.Session, r render.Request) *render.Frame {
	t.Helper()
	f, err := s.Render(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	if f.Image != nil && f.Image.Stride != 4*f.Image.Rect.Dx() {
		t.Errorf("image has a stride of %d for %d pixels", f.Image.Stride, f.Image.Rect.Dx())
	}
	return f
}

const redPage = "body { margin: 0 } #a { width: 100px; height: 50px; background: #f00 } #b { height: 1000px }"

func contract(t *testing.T, b render.Backend) {
	if b.Caps().Name == "" {
		t.Error("the backend has no name")
	}
	s := openWith(t, b, nil, nil, render.DefaultLimits())
	if _, err := s.Render(context.Background(), render.Request{Pixels: true}); err == nil {
		t.Error("Render without a document gave no error")
	}
	if err := s.Apply(context.Background(), render.Delta{}); !errors.Is(err, render.ErrGap) {
		t.Errorf("Apply without a document gave %v", err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("Close gave %v", err)
		}
	}
}

func delta(t *testing.T, b render.Backend) {
	var m Builder
	a := m.El("div", Attr("id=a"))
	d := m.Document(redPage, a)
	s := open(t, b, d)
	before := draw(t, s, render.Request{Boxes: true})
	if before.Version != d.Version() {
		t.Errorf("frame of version %d for a document of version %d", before.Version, d.Version())
	}
	op := recording.Mutation{Attributes: []recording.AttributeChange{{Node: a.ID, Style: []recording.StyleChange{{Property: "width", Value: "300px"}}}}}
	from := d.Version()
	d.Apply(op)
	wrong := render.Delta{From: from + 7, To: from + 8, Ops: []recording.Op{op}}
	if err := s.Apply(context.Background(), wrong); !errors.Is(err, render.ErrGap) {
		t.Errorf("a delta from another version gave %v", err)
	}
	if err := s.Apply(context.Background(), render.Delta{From: from, To: d.Version(), Ops: []recording.Op{op}}); err != nil {
		t.Fatal(err)
	}
	after := draw(t, s, render.Request{Boxes: true})
	if w := find(t, after, a.ID).W; w != 300 {
		t.Errorf("the changed box is %v wide, want 300", w)
	}
	if after.Version != d.Version() {
		t.Errorf("frame of version %d, want %d", after.Version, d.Version())
	}
}

func find(t *testing.T, f *render.Frame, id recording.NodeID) render.Box {
	t.Helper()
	for _, b := range f.Boxes {
		if b.Node == id {
			return b
		}
	}
	t.Fatalf("no box for node %d", id)
	return render.Box{}
}

func at(f *render.Frame, x, y int) color.RGBA { return f.Image.RGBAAt(x, y) }

var (
	red   = color.RGBA{255, 0, 0, 255}
	white = color.RGBA{255, 255, 255, 255}
)

func clip(t *testing.T, b render.Backend) {
	var m Builder
	d := m.Document(redPage, m.El("div", Attr("id=a")), m.El("div", Attr("id=b")))
	s := open(t, b, d)
	f := draw(t, s, render.Request{Pixels: true, Clip: image.Rect(50, 20, 150, 120)})
	if f.Image.Rect.Size() != image.Pt(100, 100) || f.Clip != image.Rect(50, 20, 150, 120) {
		t.Fatalf("image of %v for clip %v", f.Image.Rect, f.Clip)
	}
	for _, c := range []struct {
		x, y int
		want color.RGBA
	}{{0, 0, red}, {49, 29, red}, {50, 29, white}, {49, 30, white}} {
		if got := at(f, c.x, c.y); got != c.want {
			t.Errorf("pixel %d,%d is %v, want %v", c.x, c.y, got, c.want)
		}
	}
	// The viewport, scrolled.
	f = draw(t, s, render.Request{Pixels: true})
	if f.Image.Rect.Size() != image.Pt(800, 600) || at(f, 10, 10) != red {
		t.Errorf("viewport of %v with %v in the corner", f.Image.Rect, at(f, 10, 10))
	}
	from := d.Version()
	op := recording.SetScroll{Node: d.Root().ID, Y: 40}
	d.Apply(op)
	if err := s.Apply(context.Background(), render.Delta{From: from, To: d.Version(), Ops: []recording.Op{op}}); err != nil {
		t.Fatal(err)
	}
	f = draw(t, s, render.Request{Pixels: true})
	if f.Clip.Min.Y != 40 || at(f, 10, 5) != red || at(f, 10, 15) != white {
		t.Errorf("scrolled viewport begins at %v", f.Clip.Min)
	}
	// Beyond the page.
	f = draw(t, s, render.Request{Pixels: true, Clip: image.Rect(-10, -10, 10, 10)})
	if at(f, 5, 5) != white || at(f, 15, 15) != red {
		t.Error("what lies beyond the page is not filled with its background")
	}
}

func full(t *testing.T, b render.Backend) {
	var m Builder
	s := open(t, b, m.Document(redPage, m.El("div", Attr("id=a")), m.El("div", Attr("id=b"))))
	f := draw(t, s, render.Request{Pixels: true, Full: true})
	if f.PageW != 800 || f.PageH != 1050 || f.Image.Rect.Size() != image.Pt(800, 1050) {
		t.Errorf("page of %dx%d in an image of %v", f.PageW, f.PageH, f.Image.Rect)
	}
}

func scale(t *testing.T, b render.Backend) {
	var m Builder
	s := open(t, b, m.Document(redPage, m.El("div", Attr("id=a"))))
	f := draw(t, s, render.Request{Pixels: true, Scale: 2})
	if f.Image.Rect.Size() != image.Pt(1600, 1200) || at(f, 199, 99) != red || at(f, 200, 99) != white {
		t.Errorf("image of %v at scale 2", f.Image.Rect)
	}
	if _, err := s.Render(context.Background(), render.Request{Pixels: true, Scale: 1e9}); err == nil {
		t.Error("an absurd scale gave no error")
	}
}

func boxes(t *testing.T, b render.Backend) {
	var m Builder
	inner := m.El("div", Attr("id=inner"))
	hidden := m.El("div", Attr("style=display:none"), "gone")
	outer := m.El("div", Attr("id=outer"), inner)
	s := open(t, b, m.Document("body { margin: 0 } #outer { margin: 10px 20px; padding: 5px; border: 1px solid } #inner { height: 30px }", outer, hidden))
	f := draw(t, s, render.Request{Boxes: true})
	if f.Image != nil {
		t.Error("pixels that nobody asked for")
	}
	if got, want := placeOf(find(t, f, outer.ID)), (render.Box{Node: outer.ID, X: 20, Y: 10, W: 760, H: 42}); got != want {
		t.Errorf("outer box is %+v, want %+v", got, want)
	}
	if got, want := placeOf(find(t, f, inner.ID)), (render.Box{Node: inner.ID, X: 26, Y: 16, W: 748, H: 30}); got != want {
		t.Errorf("inner box is %+v, want %+v", got, want)
	}
	for _, x := range f.Boxes {
		if x.Node == hidden.ID {
			t.Error("a box for what is not displayed")
		}
	}
}

// placeOf leaves of a box where it is.
func placeOf(b render.Box) render.Box {
	b.Seen, b.Through = render.Rect{}, false
	return b
}

func fixed(t *testing.T, b render.Backend) {
	var m Builder
	bar := m.El("div", Attr("id=bar"))
	d := m.Document("body { margin: 0; height: 3000px } #bar { position: fixed; left: 0; right: 0; bottom: 0; height: 20px }", bar)
	d.Apply(recording.SetScroll{Node: d.Root().ID, Y: 500})
	s := open(t, b, d)
	got := placeOf(find(t, draw(t, s, render.Request{Boxes: true}), bar.ID))
	if want := (render.Box{Node: bar.ID, X: 0, Y: 1080, W: 800, H: 20, Fixed: true}); got != want {
		t.Errorf("fixed box is %+v, want %+v", got, want)
	}
}

// text holds cases of the web platform tests for innerText, white space folded.
func text(t *testing.T, b render.Backend) {
	var m Builder
	for _, c := range []struct {
		css, want string
		body      []any
	}{
		{"", "one two", []any{m.El("p", "one"), m.El("p", "two")}},
		{"", "onetwo", []any{m.El("span", "one"), m.El("b", "two")}},
		{"", "one two", []any{"one", m.El("br"), "two"}},
		{"", "a b c", []any{m.El("table", m.El("tbody", m.El("tr", m.El("td", "a"), m.El("td", "b")), m.El("tr", m.El("td", "c"))))}},
		{".x { display: none } .y { visibility: hidden } .z { visibility: visible }", "seen too",
			[]any{"seen ", m.El("i", Attr("class=x"), "no"), m.El("i", Attr("class=y"), "no ", m.El("b", Attr("class=z"), "too"))}},
		{"p { text-transform: uppercase } p::before { content: 'no' }", "LOUD", []any{m.El("p", "loud")}},
		{"", "after", []any{m.El("script", "no"), m.El("style", "no {}"), m.El("noscript", "no"), m.El("template", "no"), m.El("textarea", "no"), "after"}},
		{"", "one two", []any{m.El("select", m.El("option", "one"), m.El("option", "two"))}},
		{"", "open button", []any{m.El("details", m.El("summary", "open"), "no"), m.El("button", "button")}},
		{"", "a b", []any{"a\u00a0 \n\t b"}},
		{"i { display: inline-block }", "ab", []any{"a", m.El("i", " b ")}},
	} {
		s := open(t, b, m.Document(c.css, c.body...))
		got, err := s.Text(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("text %q, want %q", got, c.want)
		}
	}
	frame := m.El("iframe")
	d := m.Document("", "before ", frame, " after")
	d.Apply(recording.Mutation{Additions: []recording.Addition{{Parent: frame.ID, Node: m.Root("", m.El("p", "inside"))}}})
	if got, _ := open(t, b, d).Text(context.Background()); got != "before inside after" {
		t.Errorf("text around a frame is %q", got)
	}
}

func empty(t *testing.T, b render.Backend) {
	for _, d := range []*dom.Document{dom.New(), justRoot()} {
		s := open(t, b, d)
		f := draw(t, s, render.Request{Pixels: true, Boxes: true})
		if f.Image.Rect.Empty() || at(f, 0, 0) != white {
			t.Error("an empty document is not a white page")
		}
		if got, err := s.Text(context.Background()); got != "" || err != nil {
			t.Errorf("text of an empty document is %q, %v", got, err)
		}
	}
}

func justRoot() *dom.Document {
	d := dom.New()
	d.Apply(recording.Snapshot{Root: &recording.Node{ID: 1, Type: recording.DocumentNode}})
	return d
}

func cancel(t *testing.T, b render.Backend) {
	var m Builder
	var rows []*recording.Node
	for range 20_000 {
		rows = append(rows, m.El("div", m.El("span", "some words in a row")))
	}
	s := open(t, b, m.Document("div:not(.a) > span { color: red }", rows))
	ctx, stop := context.WithCancel(context.Background())
	time.AfterFunc(5*time.Millisecond, stop)
	_, err := s.Render(ctx, render.Request{Pixels: true})
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled Render gave %v", err)
	}
	if _, err := s.Render(ctx, render.Request{Pixels: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("Render with a context that has ended gave %v", err)
	}
	if _, err := s.Text(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Text with a context that has ended gave %v", err)
	}
	draw(t, s, render.Request{Pixels: true}) // the session is still good
}

package flat

import (
	"context"
	"image"
	"testing"

	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/rendertest"
)

func TestLayoutIsKept(t *testing.T) {
	ctx := context.Background()
	var m rendertest.Builder
	p := m.El("p", "text")
	d := m.Document("p { height: 2000px }", p)
	opened, err := New(nil).Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	s := opened.(*session)
	if err := s.Load(ctx, d); err != nil {
		t.Fatal(err)
	}
	render1 := func(want int) {
		t.Helper()
		if _, err := s.Render(ctx, render.Request{Pixels: true, Boxes: true, Clip: image.Rect(0, want, 10, 10+want)}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Text(ctx); err != nil {
			t.Fatal(err)
		}
		if s.layouts != want {
			t.Errorf("the page was laid out %d times, want %d", s.layouts, want)
		}
	}
	apply := func(op recording.Op) {
		t.Helper()
		from := d.Version()
		d.Apply(op)
		if err := s.Apply(ctx, render.Delta{From: from, To: d.Version(), Ops: []recording.Op{op}}); err != nil {
			t.Fatal(err)
		}
	}
	render1(1)
	render1(1)
	apply(recording.SetScroll{Node: d.Root().ID, Y: 100})
	render1(1)
	apply(recording.Mutation{Texts: []recording.TextChange{{Node: p.Children[0].ID, Text: "other"}}})
	render1(2)
}

// TestPanic stands for code below that fails on a page.
func TestPanic(t *testing.T) {
	ctx := context.Background()
	var m rendertest.Builder
	s := newSession(New(nil).fonts, 0, nil, render.DefaultLimits())
	if err := s.Load(ctx, m.Document("", "text")); err != nil {
		t.Fatal(err)
	}
	styles := s.styles
	s.styles = nil
	if _, err := s.Render(ctx, render.Request{}); err == nil {
		t.Error("a panic below gave no error")
	}
	s.styles = styles
	if _, err := s.Render(ctx, render.Request{Pixels: true}); err != nil {
		t.Errorf("the session is lost: %v", err)
	}
}

func TestSessionsShareFonts(t *testing.T) {
	b := New(nil)
	done := make(chan error)
	for range 4 {
		go func() {
			var m rendertest.Builder
			ctx := context.Background()
			s, err := b.For("Windows").Open(ctx, nil, render.DefaultLimits())
			if err == nil {
				defer s.Close()
				err = s.Load(ctx, m.Document("b { font-family: monospace }", m.El("p", "Some text, ", m.El("b", "some more ★ 漢"))))
			}
			if err == nil {
				_, err = s.Render(ctx, render.Request{Pixels: true})
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

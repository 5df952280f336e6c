package canary

import (
	"context"
	"testing"
	"time"

	"hindsite.app/player/recording"
	"hindsite.app/player/render"
)

// linger is how long a page stays before the canary is asked: some vectors wait
// a second or more.
const linger = 2500 * time.Millisecond

// Prove draws the hostile page with a backend, in all ways that there are, and
// fails when anybody called. Afterwards it shows that the canary hears.
func Prove(t *testing.T, b render.Backend) {
	t.Helper()
	c := Listen(t)
	page := c.Page()
	if page.Vectors < 90 {
		t.Fatalf("only %d vectors", page.Vectors)
	}
	ctx := context.Background()
	s, err := b.Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	draw := func(r render.Request) {
		t.Helper()
		if _, err := s.Render(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Load(ctx, page.Document); err != nil {
		t.Fatal(err)
	}
	draw(render.Request{Pixels: true, Boxes: true})
	draw(render.Request{Pixels: true, Full: true})
	draw(render.Request{Pixels: true, Hover: page.Hovered})
	for _, op := range page.Steps {
		from := page.Document.Version()
		page.Document.Apply(op)
		if err := s.Apply(ctx, render.Delta{From: from, To: page.Document.Version(), Ops: []recording.Op{op}}); err != nil {
			t.Fatal(err)
		}
		draw(render.Request{Boxes: true})
	}
	draw(render.Request{Pixels: true, Full: true})
	if _, err := s.Text(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Load(ctx, page.Document); err != nil {
		t.Fatal(err)
	}
	draw(render.Request{Pixels: true, Full: true, Boxes: true})
	time.Sleep(linger)
	draw(render.Request{Pixels: true})
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if heard := c.Heard(); !heard.Quiet() {
		t.Errorf("the page got out: %v", heard)
	}
	c.Poke(t)
	waitFor(t, func() bool { h := c.Heard(); return h.Connections == 1 && h.Packets == 1 })
}

// waitFor waits until something is so.
func waitFor(t *testing.T, is func() bool) {
	t.Helper()
	for range 500 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the canary does not hear")
}

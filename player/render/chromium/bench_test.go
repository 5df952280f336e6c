package chromium_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/chromium"
	"hindsite.app/player/render/chromium/chromiumtest"
)

// benchPages are recordings to measure with: the one that is always there, and
// larger ones where HINDSITE_SHARED names a folder that has them.
func benchPages(b *testing.B) map[string]string {
	pages := map[string]string{"bs5": filepath.Join("..", "flat", "testdata", "pages", "bs5.json.gz")}
	if dir := os.Getenv("HINDSITE_SHARED"); dir != "" {
		for _, name := range []string{"adminlte", "sbadmin", "spa"} {
			pages[name] = filepath.Join(dir, "pages", name+".json.gz")
		}
	}
	chromiumtest.Path(b)
	return pages
}

// BenchmarkColdStart measures from nothing to the first picture.
func BenchmarkColdStart(b *testing.B) {
	r := recorded(b, benchPages(b)["bs5"])
	d := stateAt(r, r.Duration)
	for b.Loop() {
		x := chromium.New(chromium.Options{})
		s, err := x.Open(context.Background(), nil, render.DefaultLimits())
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Load(context.Background(), d); err != nil {
			b.Fatal(err)
		}
		draw(b, s, render.Request{Pixels: true})
		b.StopTimer()
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkPages measures what a replay needs, 1280 by 720 pixels.
func BenchmarkPages(b *testing.B) {
	for name, file := range benchPages(b) {
		r := recorded(b, file)
		d := stateAt(r, r.Duration)
		s := load(b, backend(b), d)
		small := recording.SetScroll{Node: d.Root().ID, Y: 1}
		change := recording.Mutation{Attributes: []recording.AttributeChange{{Node: body(d), Set: []recording.Attr{{Name: "data-step", Value: "1"}}}}}
		for _, c := range []struct {
			what string
			do   func()
		}{
			{"load", func() {
				if err := s.Load(context.Background(), d); err != nil {
					b.Fatal(err)
				}
				draw(b, s, render.Request{})
			}},
			{"apply", func() { apply(b, s, d, change); draw(b, s, render.Request{}) }},
			{"picture", func() { apply(b, s, d, small); draw(b, s, render.Request{Pixels: true}) }},
			{"boxes", func() { draw(b, s, render.Request{Boxes: true}) }},
		} {
			b.Run(name+"/"+c.what, func(b *testing.B) {
				for b.Loop() {
					c.do()
				}
			})
		}
	}
}

// body returns the body of a document.
func body(d *dom.Document) recording.NodeID {
	var found recording.NodeID
	var walk func(*dom.Node)
	walk = func(n *dom.Node) {
		if n.Is("body") && found == 0 {
			found = n.ID
		}
		for c := n.First; c != nil && found == 0; c = c.Next {
			walk(c)
		}
	}
	walk(d.Root())
	return found
}

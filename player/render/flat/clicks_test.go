package flat_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/flat"
)

// TestClicks counts how many recorded clicks fall into the box of the element
// that was recorded with them: what heatmaps need most.
func TestClicks(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t), "study", "sessions", "*.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	backend := flat.New(nil)
	hit, all := 0, 0
	for i, f := range files {
		if testing.Short() && i%8 != 0 {
			continue
		}
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for s, err := range (rrweb.Decoder{}).Decode(context.Background(), bytes.NewReader(raw), format.Hints{Name: filepath.Base(f)}, format.DefaultLimits()) {
			if err != nil {
				t.Fatal(err)
			}
			h, n := clicks(t, backend, s.Recording)
			// The fonts may be those of the named system, as the program tries it.
			if h < n {
				named, _ := clicks(t, backend.For(s.Recording.Client.OS), s.Recording)
				h = max(h, named)
			}
			hit, all = hit+h, all+n
		}
	}
	t.Logf("%d of %d clicks in the boxes of their targets (%.1f%%)", hit, all, 100*float64(hit)/float64(max(all, 1)))
	if hit*100 < all*98 {
		t.Errorf("fewer than 98%% of the clicks are in the boxes of their targets")
	}
}

func clicks(t *testing.T, b render.Backend, r *recording.Recording) (hit, all int) {
	t.Helper()
	s, err := b.Open(context.Background(), nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d := dom.New()
	next := 0
	for _, c := range r.Interactions {
		if c.Kind != recording.Click || !c.HasXY || c.Node <= 0 || c.Framed {
			continue
		}
		for next < len(r.Changes) && r.Changes[next].At < c.At {
			d.Apply(r.Changes[next].Op)
			next++
		}
		if d.Node(c.Node) == nil {
			continue
		}
		if err := s.Load(context.Background(), d); err != nil {
			t.Fatal(err)
		}
		f, err := s.Render(context.Background(), render.Request{Boxes: true})
		if err != nil {
			t.Fatal(err)
		}
		all++
		x, y := c.PageXY()
		was := hit
		for _, box := range f.Boxes {
			if box.Node == c.Node && x >= box.X && x <= box.X+box.W && y >= box.Y && y <= box.Y+box.H {
				hit++
			}
		}
		if hit == was && os.Getenv("HINDSITE_FINE") != "" {
			n := d.Node(c.Node)
			class, _ := n.Attr("class")
			for _, box := range f.Boxes {
				if box.Node == c.Node {
					t.Logf("%s class=%q click %.0f,%.0f box %v", n.Tag, class, x, y, box)
				}
			}
			t.Logf("missed %s class=%q click %.0f,%.0f text %.20q", n.Tag, class, x, y, n.TextContent())
		}
	}
	return hit, all
}

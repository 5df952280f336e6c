package flat_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/fidelity"
)

// features are small pages, one for each field of CSS, with the boxes that
// Chromium gave their elements (testdata/features, recorded by record.mjs
// there). Of each page a share of the elements must stand where they stood, to
// a pixel. What is below 1 is known to differ, and named.
var features = []struct {
	name string
	near float64
}{
	{"columns", 1},
	{"flex", 1},
	{"floats", 1},
	{"forms", 0.9}, // the parts of date fields; controls that stand on their picture
	{"grid", 0.98},
	{"inline", 0.98}, // small capitals
	{"margins", 1},
	{"media", 0.92}, // vertical writing, round() with a strategy, conditions that no browser knows
	{"positioned", 1},
	{"rtl", 0.95},  // dir=auto
	{"sizes", 0.5}, // closed details; zoom, and what stands below it
	{"svg", 0.95},  // HTML in drawings
	{"tables", 1},
	{"transforms", 0.95}, // perspective
}

func TestFeatures(t *testing.T) {
	for _, c := range features {
		dir := filepath.Join("testdata", "features")
		raw, err := os.ReadFile(filepath.Join(dir, c.name+".live-boxes.json"))
		if err != nil {
			t.Fatal(err)
		}
		want, err := fidelity.ParseBoxes(raw)
		if err != nil {
			t.Fatal(err)
		}
		d := loadPage(t, filepath.Join(dir, c.name+".json.gz"))
		f, err := open(t, d).Render(context.Background(), render.Request{Boxes: true})
		if err != nil {
			t.Fatal(err)
		}
		all, near := 0, 0
		got := fidelity.BoxesOf(f)
		for id, w := range want {
			if w.Empty() {
				continue
			}
			all++
			if within(w, got[id], 1) {
				near++
			} else if testing.Verbose() {
				t.Log(c.name, describe(d, id), "is", got[id], "want", w)
			}
		}
		if share := float64(near) / float64(all); share < c.near {
			t.Errorf("%s: %.3f of the boxes are where they were, want %.3f", c.name, share, c.near)
		}
	}
}

// within reports whether no edge is further off than px.
func within(a, b render.Rect, px float32) bool {
	off := func(x, y float32) bool { return x-y > px || y-x > px }
	return !off(a.X, b.X) && !off(a.Y, b.Y) && !off(a.X+a.W, b.X+b.W) && !off(a.Y+a.H, b.Y+b.H)
}

func describe(d *dom.Document, id recording.NodeID) string {
	if n := d.Node(id); n != nil {
		return n.Tag
	}
	return ""
}

package flat_test

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/rendertest"
)

// TestLoadedFont: a font that a script of the page loaded is used, also when it
// comes after the page was laid out.
func TestLoadedFont(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("text", "fonts", "LiberationMono-Regular.ttf"))
	if err != nil {
		t.Fatal(err)
	}
	var m rendertest.Builder
	wide, mono := m.El("span", "iiiiiiiiii"), m.El("span", rendertest.Attr("style=font-family: monospace; font-size: 16px"), "iiiiiiiiii")
	d := m.Document("span { display: inline-block; font: 16px 'Site Font', serif }", wide, mono)
	s := open(t, d)
	width := func(n *recording.Node) float32 {
		t.Helper()
		f, err := s.Render(context.Background(), render.Request{Boxes: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range f.Boxes {
			if b.Node == n.ID {
				return b.W
			}
		}
		t.Fatal("no box")
		return 0
	}
	if width(wide) == width(mono) {
		t.Fatal("the font is there before it was loaded")
	}
	op := recording.AddFont{Family: "Site Font", Source: "data:font/ttf;base64," + base64.StdEncoding.EncodeToString(file), Descriptors: `{"weight":"400"}`}
	from := d.Version()
	d.Apply(op)
	if err := s.Apply(context.Background(), render.Delta{From: from, To: d.Version(), Ops: []recording.Op{op}}); err != nil {
		t.Fatal(err)
	}
	if a, b := width(wide), width(mono); a != b {
		t.Errorf("text is %v wide, %v in the font that was loaded", a, b)
	}
}

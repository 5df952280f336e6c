package flat_test

import (
	"context"
	"testing"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/rendertest"
)

// The expected rectangles follow from the style sheet alone.
func TestSeen(t *testing.T) {
	var m rendertest.Builder
	long := m.El("div", rendertest.Attr("id=long"), m.El("b", rendertest.Attr("id=through")))
	hidden := m.El("div", rendertest.Attr("id=hidden"), m.El("i", rendertest.Attr("id=shown")))
	box := m.El("div", rendertest.Attr("id=box"), long)
	d := m.Document(`body { margin: 0 } div, b, i { display: block }
		#box { width: 100px; height: 50px; overflow: hidden }
		#long { width: 300px; height: 80px; pointer-events: none }
		#through { height: 10px }
		#hidden { visibility: hidden; height: 20px }
		#shown { visibility: visible; width: 40px; height: 20px; pointer-events: auto }`, box, hidden)
	boxes := boxesByNode(t, d)
	for _, c := range []struct {
		node    *recording.Node
		seen    render.Rect
		through bool
	}{
		{box, render.Rect{W: 100, H: 50}, false},
		{long, render.Rect{W: 100, H: 50}, true},
		{long.Children[0], render.Rect{W: 100, H: 10}, true},
		{hidden, render.Rect{}, false},
		{hidden.Children[0], render.Rect{Y: 50, W: 40, H: 20}, false},
	} {
		b := boxes[c.node.ID]
		if b.Seen != c.seen || b.Through != c.through {
			t.Errorf("%s: seen %v, through %v, want %v, %v", c.node.Attrs[0].Value, b.Seen, b.Through, c.seen, c.through)
		}
	}
	if b := boxes[long.ID]; b.W != 300 || b.H != 80 {
		t.Errorf("a clipped box is %gx%g, want 300x80", b.W, b.H)
	}
}

func boxesByNode(t *testing.T, d *dom.Document) map[recording.NodeID]render.Box {
	t.Helper()
	f, err := open(t, d).Render(context.Background(), render.Request{Boxes: true})
	if err != nil {
		t.Fatal(err)
	}
	m := map[recording.NodeID]render.Box{}
	for _, b := range f.Boxes {
		m[b.Node] = b
	}
	return m
}

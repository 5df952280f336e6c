package main

import (
	"fmt"
	"io"

	"hindsite.app/player/dom"
	"hindsite.app/player/render"
	"hindsite.app/player/render/fidelity"
)

// worst names the elements, in the order of the document, whose place in their
// parent is off: where to look first. A fine search names every element that
// does not all but cover its reference.
func worst(w io.Writer, d *dom.Document, reference, drawn fidelity.Boxes, fine bool, most int) {
	var visit func(*dom.Node)
	visit = func(n *dom.Node) {
		if want := reference[n.ID]; !want.Empty() && most > 0 {
			got := drawn[n.ID]
			if n.Parent != nil {
				want, got = from(want, reference[n.Parent.ID]), from(got, drawn[n.Parent.ID])
			}
			if !fidelity.Near(want, got) || fine && fidelity.Overlap(want, got) < 0.97 {
				class, _ := n.Attr("class")
				fmt.Fprintf(w, "  %d <%s class=%q> is %s, should be %s\n", n.ID, n.Tag, class, place(got), place(want))
				most--
			}
		}
		for c := n.First; c != nil; c = c.Next {
			visit(c)
		}
	}
	if d.Root() != nil {
		visit(d.Root())
	}
}

func from(r, p render.Rect) render.Rect {
	return render.Rect{X: r.X - p.X, Y: r.Y - p.Y, W: r.W, H: r.H}
}

func place(r render.Rect) string { return fmt.Sprintf("%.1f %.1f %.1fx%.1f", r.X, r.Y, r.W, r.H) }

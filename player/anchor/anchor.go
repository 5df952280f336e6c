// Package anchor ties places on a page to the elements that stand there, so that
// a place can be found again on the same page in another width, another state or
// another session. See DECISIONS.md for what that is good for and what it
// cannot promise.
package anchor

import (
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
)

// Anchor is a place within an element.
type Anchor struct {
	Path string // of the element; see Path
	// FX and FY are the place in the element's box: 0, 0 is its upper left
	// corner, 1, 1 its lower right one. A place beside the box is below 0 or
	// above 1.
	FX, FY float32
}

// Hit is what a click reached.
type Hit struct {
	Node recording.NodeID // the element; NoNode when nothing is there
	Box  render.Box       // of the element
	X, Y float32          // page, CSS pixels
	// FX and FY are the place in the box, as in Anchor.
	FX, FY float32
	// ByPlace says that the element was found by the place of the click, because
	// the recording names none or one that has no box.
	ByPlace bool
	// Late says that X and Y were counted with the offset that was recorded just
	// after the click; see LateScroll.
	Late bool
}

// Page is the layout that clicks are tied to: a document and the boxes of its
// elements at the same moment. It belongs to one goroutine.
type Page struct {
	doc   *dom.Document
	boxes []render.Box
	size  [2]int // of the page, CSS pixels; 0 when not known
	index map[recording.NodeID]int
	ids   map[string]int // how often each id is there; nil until it is asked for
}

// NewPage takes a document and a frame that was drawn of it, with boxes. Neither
// is changed while the page is in use.
func NewPage(d *dom.Document, f *render.Frame) *Page {
	p := &Page{doc: d, boxes: f.Boxes, size: [2]int{f.PageW, f.PageH}, index: make(map[recording.NodeID]int, len(f.Boxes))}
	for i := range p.boxes {
		p.index[p.boxes[i].Node] = i
	}
	return p
}

// Box returns the box of an element.
func (p *Page) Box(id recording.NodeID) (render.Box, bool) {
	if i, ok := p.index[id]; ok {
		return p.boxes[i], true
	}
	return render.Box{}, false
}

// Hit returns what an interaction reached. Later holds the scrolls of the
// recording; nil means that none is looked at. ok is false when the interaction
// has no place on the page, or when the page is another than the interaction's.
func (p *Page) Hit(in *recording.Interaction, later []recording.Scroll) (h Hit, ok bool) {
	if !in.HasXY || p.doc.View() != int(in.View) {
		return h, false
	}
	if h.X, h.Y, ok = p.place(in); !ok {
		return h, false
	}
	i, known := p.index[in.Node]
	if known && !contains(&p.boxes[i], h.X, h.Y) && !in.Framed {
		if s, ok := LateScroll(later, in); ok {
			if x, y := p.onPage(in, s.X, s.Y); contains(&p.boxes[i], x, y) {
				h.X, h.Y, h.Late = x, y, true
			}
		}
	}
	if !known {
		h.ByPlace = true
		if i = render.At(p.boxes, h.X, h.Y); i < 0 {
			return h, true
		}
	}
	h.Box = p.boxes[i]
	h.Node = h.Box.Node
	h.FX, h.FY = h.Box.Within(h.X, h.Y)
	return h, true
}

// place returns where on the page an interaction was. What happened in an inner
// frame counts from the frame's viewport: the root element of the frame's
// document says where that is.
func (p *Page) place(in *recording.Interaction) (x, y float32, ok bool) {
	if !in.Framed {
		x, y = p.onPage(in, in.ScrollX, in.ScrollY)
		return x, y, true
	}
	n := p.doc.Node(in.Node)
	for n != nil && n.Type != recording.DocumentNode {
		n = n.Parent
	}
	if n == nil || n == p.doc.Root() {
		return 0, 0, false
	}
	for c := n.First; c != nil; c = c.Next {
		if root, found := p.Box(c.ID); found {
			return root.X + n.ScrollX + in.X, root.Y + n.ScrollY + in.Y, true
		}
	}
	return 0, 0, false
}

// onPage returns where on the page an interaction was when the window was
// scrolled so far. A window cannot scroll beyond its page: an offset that was
// recorded when the page was longer ends at its end.
func (p *Page) onPage(in *recording.Interaction, scrollX, scrollY float32) (x, y float32) {
	w, h := p.doc.Viewport()
	within := func(scroll float32, page, window int) float32 {
		if page <= 0 || window <= 0 {
			return scroll
		}
		return min(scroll, float32(max(page-window, 0)))
	}
	return in.X + within(scrollX, p.size[0], w), in.Y + within(scrollY, p.size[1], h)
}

// contains reports whether a place is in a box, its edges included: browsers
// round the places of clicks.
func contains(b *render.Box, x, y float32) bool {
	return x >= b.X && y >= b.Y && x <= b.X+b.W && y <= b.Y+b.H
}

// Anchor returns a hit as a place that can be found again. ok is false when
// nothing was hit.
func (p *Page) Anchor(h Hit) (a Anchor, ok bool) {
	n := p.doc.Node(h.Node)
	if n == nil {
		return a, false
	}
	if p.ids == nil {
		p.ids = countIDs(p.doc)
	}
	return Anchor{Path: pathWith(p.ids, p.doc, n), FX: h.FX, FY: h.FY}, true
}

// Place returns where on this page an anchor is, CSS pixels. ok is false when
// the element is not there or has no box.
func (p *Page) Place(a Anchor) (x, y float32, ok bool) {
	n := Find(p.doc, a.Path)
	if n == nil {
		return 0, 0, false
	}
	b, ok := p.Box(n.ID)
	if !ok || b.Seen.Empty() {
		return 0, 0, false
	}
	return b.X + a.FX*b.W, b.Y + a.FY*b.H, true
}

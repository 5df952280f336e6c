package compare

import (
	"cmp"
	"hash/maphash"
	"slices"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
)

// Elements is what is known of the elements that a page showed at one moment:
// of those with an area. It holds nothing of the document that it was made of.
type Elements struct{ of map[recording.NodeID]element }

type element struct {
	print uint64 // of tag, attributes, own text and value
	box   render.Rect
}

// Describer takes down what pages show. Elements that are to be compared come
// from the same one.
type Describer struct{ seed maphash.Seed }

// NewDescriber returns a Describer.
func NewDescriber() Describer { return Describer{maphash.MakeSeed()} }

// Describe takes down what a document with these boxes shows.
func (d Describer) Describe(doc *dom.Document, boxes []render.Box) Elements {
	e := Elements{of: make(map[recording.NodeID]element, len(boxes))}
	for i := range boxes {
		b := &boxes[i]
		n := doc.Node(b.Node)
		if n == nil || b.Seen.Empty() || !(b.W > 0 && b.H > 0) {
			continue
		}
		e.of[b.Node] = element{print: d.print(n), box: render.Rect{X: b.X, Y: b.Y, W: b.W, H: b.H}}
	}
	return e
}

func (d Describer) print(n *dom.Node) uint64 {
	var h maphash.Hash
	h.SetSeed(d.seed)
	write := func(s string) {
		h.WriteString(s)
		h.WriteByte(0)
	}
	write(n.Tag)
	for _, a := range n.Attrs {
		write(a.Name)
		write(a.Value)
	}
	for c := n.First; c != nil; c = c.Next {
		if c.Type == recording.TextNode {
			write(c.Text)
		}
	}
	if n.Value != nil {
		write(n.Value.Text)
		if n.Value.Checked {
			write("checked")
		}
	}
	return h.Sum64()
}

// Changes says which elements are not what they were, by their ids in order.
type Changes struct {
	Added   []recording.NodeID // are shown now and were not
	Removed []recording.NodeID // were shown and are not now
	// Changed have other attributes, another text or value of their own, or
	// another size; Moved stand elsewhere and are the same otherwise.
	Changed []recording.NodeID
	Moved   []recording.NodeID
}

// still is how far an edge may be off for an element not to have moved, pixels.
const still = 0.5

// Since says what became of the elements that were shown before. Both sides must
// be of the same document: ids mean nothing in another one.
func (e Elements) Since(before Elements) Changes {
	var c Changes
	for id, now := range e.of {
		was, ok := before.of[id]
		switch {
		case !ok:
			c.Added = append(c.Added, id)
		case was.print != now.print || far(was.box.W, now.box.W) || far(was.box.H, now.box.H):
			c.Changed = append(c.Changed, id)
		case far(was.box.X, now.box.X) || far(was.box.Y, now.box.Y):
			c.Moved = append(c.Moved, id)
		}
	}
	for id := range before.of {
		if _, ok := e.of[id]; !ok {
			c.Removed = append(c.Removed, id)
		}
	}
	for _, list := range [][]recording.NodeID{c.Added, c.Removed, c.Changed, c.Moved} {
		slices.SortFunc(list, cmp.Compare[recording.NodeID])
	}
	return c
}

func far(a, b float32) bool { return a-b > still || b-a > still }

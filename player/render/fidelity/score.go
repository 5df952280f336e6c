// Package fidelity measures how near a drawn page is to a reference: the boxes
// of its elements, its picture, and the clicks that were recorded on it.
package fidelity

import (
	"encoding/json"
	"fmt"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
)

// Boxes are the border boxes of elements in CSS pixels of the page.
type Boxes map[recording.NodeID]render.Rect

// BoxesOf returns the boxes of a frame.
func BoxesOf(f *render.Frame) Boxes {
	m := make(Boxes, len(f.Boxes))
	for _, b := range f.Boxes {
		m[b.Node] = render.Rect{X: b.X, Y: b.Y, W: b.W, H: b.H}
	}
	return m
}

// ParseBoxes reads boxes as they are stored beside a recorded page: a JSON list
// of numbers, five for each element: its id, x, y, width, height.
func ParseBoxes(b []byte) (Boxes, error) {
	var list []float64
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("read boxes: %w", err)
	}
	if len(list)%5 != 0 {
		return nil, fmt.Errorf("read boxes: %d numbers are no fives", len(list))
	}
	m := make(Boxes, len(list)/5)
	for ; len(list) > 0; list = list[5:] {
		m[recording.NodeID(list[0])] = render.Rect{X: float32(list[1]), Y: float32(list[2]), W: float32(list[3]), H: float32(list[4])}
	}
	return m, nil
}

// NearPixels is how far the edges of a box may be off for it to count as near.
const NearPixels = 4

// Score says how near drawn boxes are to those of a reference. Only elements
// with an area count: those whose box is wider and higher than nothing.
type Score struct {
	// Elements is how many elements the reference has.
	Elements int `json:"elements"`
	// Missing is how many of them were drawn without an area or not at all,
	// Extra how many were drawn that are not among them.
	Missing int `json:"missing"`
	Extra   int `json:"extra"`
	// IoU is the mean over the reference's elements of the intersection of the
	// two boxes over their union; a missing element counts as 0.
	IoU float64 `json:"iou"`
	// Relative is the mean IoU after each box was moved so that the box of its
	// parent element begins at 0, 0: what stands wrongly in its parent, and not
	// merely with it. It is over elements that both sides have, with their
	// parents; 1 when there are none.
	Relative float64 `json:"relative"`
	// Near is the share of the reference's elements whose four edges are all
	// within NearPixels.
	Near float64 `json:"near"`
}

// Compare compares drawn boxes with a reference. The document says which
// element is whose parent.
func Compare(d *dom.Document, reference, drawn Boxes) Score {
	var s Score
	relative, related := 0.0, 0
	for id, want := range reference {
		if want.Empty() {
			continue
		}
		s.Elements++
		got := drawn[id]
		if got.Empty() {
			s.Missing++
			continue
		}
		s.IoU += Overlap(want, got)
		if Near(want, got) {
			s.Near++
		}
		parent := parentOf(d, id)
		wantParent, ok := reference[parent]
		gotParent, ok2 := drawn[parent]
		if ok && ok2 {
			relative += Overlap(from(want, wantParent), from(got, gotParent))
			related++
		}
	}
	for id, got := range drawn {
		if !got.Empty() && reference[id].Empty() {
			s.Extra++
		}
	}
	s.IoU = share(s.IoU, s.Elements)
	s.Near = share(s.Near, s.Elements)
	s.Relative = share(relative, related)
	return s
}

// share returns sum over n, and 1 when there was nothing to get wrong.
func share(sum float64, n int) float64 {
	if n == 0 {
		return 1
	}
	return sum / float64(n)
}

func parentOf(d *dom.Document, id recording.NodeID) recording.NodeID {
	if n := d.Node(id); n != nil && n.Parent != nil {
		return n.Parent.ID
	}
	return recording.NoNode
}

// from returns r as seen from the corner of p.
func from(r, p render.Rect) render.Rect {
	r.X, r.Y = r.X-p.X, r.Y-p.Y
	return r
}

// Overlap returns the area that two boxes share over the area that they cover
// together: 1 for equal boxes, 0 for boxes that do not meet.
func Overlap(a, b render.Rect) float64 {
	across := max(0, min(right(a), right(b))-max(float64(a.X), float64(b.X)))
	down := max(0, min(bottom(a), bottom(b))-max(float64(a.Y), float64(b.Y)))
	both := across * down
	if union := area(a) + area(b) - both; union > 0 {
		return both / union
	}
	return 0
}

// Near reports whether all edges of two boxes are within NearPixels.
func Near(a, b render.Rect) bool {
	near := func(p, q float64) bool { return p-q <= NearPixels && q-p <= NearPixels }
	return near(float64(a.X), float64(b.X)) && near(float64(a.Y), float64(b.Y)) && near(right(a), right(b)) && near(bottom(a), bottom(b))
}

func right(r render.Rect) float64  { return float64(r.X) + float64(r.W) }
func bottom(r render.Rect) float64 { return float64(r.Y) + float64(r.H) }
func area(r render.Rect) float64   { return float64(r.W) * float64(r.H) }

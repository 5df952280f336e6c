package paint

import "hindsite.app/player/render/flat/layout"

// slice is the part of an endless column that one column shows, as a range of
// the page. A nil slice is all of it.
type slice struct{ top, bottom float32 }

// holds reports whether something of a box at y is in the slice.
func (s *slice) holds(y, h float32) bool {
	return s == nil || y < s.bottom-0.01 && (y+h > s.top+0.01 || y >= s.top-0.01)
}

// begins reports whether a box at y begins in the slice.
func (s *slice) begins(y float32) bool { return s == nil || s.holds(y, 0) }

// part are the children of a multi-column box that are painted. A nil part is
// all of them.
type part struct{ from, to int }

// leaves reports whether child i is not in the part.
func (p *part) leaves(i int) bool { return p != nil && (i < p.from || i >= p.to) }

// eachPart visits the columns of a multi-column box, and the children that span
// them, with the state of each. It reports false, and visits nothing, when box
// is another or the state is that of one of its parts already.
func (b *builder) eachPart(box *layout.Box, at state, visit func(at state)) bool {
	if box.Cols == nil || at.part != nil {
		return false
	}
	next := 0
	for i := range box.Cols {
		c := &box.Cols[i]
		if c.From > next {
			b.spanning(at, next, c.From, visit)
		}
		next = c.To
		for k := range c.Count {
			in := at
			in.x += float32(k) * c.Step
			in.y += c.Top - c.Start - float32(k)*c.Height
			in.part = &part{c.From, c.To}
			top := at.y + c.Top
			in.slice = &slice{top, top + c.Height}
			in.clip.Y0, in.clip.Y1 = max(in.clip.Y0, top), min(in.clip.Y1, top+c.Height)
			if at.slice != nil {
				in.slice.top, in.slice.bottom = max(top, at.slice.top), min(top+c.Height, at.slice.bottom)
			}
			visit(in)
		}
	}
	if next < len(box.Children) && box.Cols[len(box.Cols)-1].To > 0 {
		b.spanning(at, next, len(box.Children), visit)
	}
	return true
}

func (b *builder) spanning(at state, from, to int, visit func(at state)) {
	at.part = &part{from, to}
	visit(at)
}

// Cut returns r, a fragment of the item's box, as far as its column shows it.
func (it *Item) Cut(r Rect) Rect {
	if it.Slice != nil {
		r.Y0, r.Y1 = max(r.Y0, it.Slice.top), min(r.Y1, it.Slice.bottom)
	}
	return r
}

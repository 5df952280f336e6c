package paint

import (
	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/style"
)

// sees reports whether something of box and what it holds, apart from its
// layers, may be in the view of the list.
func (b *builder) sees(box *layout.Box, at state) bool {
	if b.list.View == everywhere || b.turned != nil {
		return true
	}
	k := b.ink(box)
	r := Rect{at.x + k.X0, at.y + k.Y0, at.x + k.X1, at.y + k.Y1}
	return !r.Intersect(at.clip).Intersect(b.list.View).empty()
}

// ink returns what a box and what it holds may be drawn on.
func (b *builder) ink(box *layout.Box) layout.Ink {
	if box.Ink.Known {
		return box.Ink
	}
	m := boxMargin(box.Style)
	k := layout.Ink{X0: -m, Y0: -m, X1: box.W + m, Y1: box.H + m, Known: true}
	if box.Marker != "" {
		k.X0, k.Y0 = k.X0-markerMargin, k.Y0-markerMargin
		k.X1, k.Y1 = k.X1+markerMargin, k.Y1+markerMargin
	}
	in := k
	b.inkOfChildren(box, 0, 0, &in)
	for i := range box.Lines {
		b.inkOfLine(&box.Lines[i], &in)
	}
	for i := range box.Cols {
		// Places of children are those of an endless column.
		c := &box.Cols[i]
		k.X1 = max(k.X1, box.W+m+float32(c.Count)*c.Step)
	}
	if b.clips(box) || box.Cols != nil {
		k.Layers = in.Layers
		in = k
	}
	box.Ink = in
	return in
}

func (b *builder) inkOfChildren(box *layout.Box, dx, dy float32, k *layout.Ink) {
	for _, c := range box.Children {
		switch {
		case skips(c):
		case c.Kind == layout.Inline:
			b.inkOfChildren(c, dx+c.X, dy+c.Y, k)
		case layered(c):
			k.Layers = true
		case inlineLevel(c) && !floating(c):
			k.Layers = k.Layers || b.ink(c).Layers // its place is that of its fragment
		default:
			join(k, b.ink(c), dx+c.X, dy+c.Y)
		}
	}
}

func (b *builder) inkOfLine(line *layout.Line, k *layout.Ink) {
	for i := range line.Frags {
		f := &line.Frags[i]
		switch {
		case f.Run != nil:
			m := textMargin(f.Box.Style)
			join(k, layout.Ink{X0: -m, Y0: -m, X1: f.W + m, Y1: f.H + m}, f.X, f.Y)
		case f.Box.Kind == layout.Inline || f.Box.Kind == layout.Break:
			m := boxMargin(f.Box.Style)
			join(k, layout.Ink{X0: -m, Y0: -m, X1: f.W + m, Y1: f.H + m}, f.X, f.Y)
		case !layered(f.Box):
			join(k, b.ink(f.Box), f.X, f.Y)
		}
	}
}

// join makes k hold what o draws on when it stands at x, y.
func join(k *layout.Ink, o layout.Ink, x, y float32) {
	k.X0, k.Y0 = min(k.X0, o.X0+x), min(k.Y0, o.Y0+y)
	k.X1, k.Y1 = max(k.X1, o.X1+x), max(k.Y1, o.Y1+y)
	k.Layers = k.Layers || o.Layers
}

// boxMargin is how far shadow and outline of a box reach out of it.
func boxMargin(s *style.Style) float32 {
	m := float32(2)
	for i := range s.Shadows {
		h := &s.Shadows[i]
		m = max(m, h.Blur+h.Spread+abs(h.X)+abs(h.Y))
	}
	return max(m, s.OutlineWidth)
}

// textMargin is how far glyphs reach out of their line.
func textMargin(s *style.Style) float32 { return s.FontSize + 2 }

// markerMargin is how far a marker stands from its item.
const markerMargin = 64

// margin is how far an item may draw beyond its rectangle.
func (it *Item) margin() float32 {
	switch it.Kind {
	case Block, Inline:
		return boxMargin(it.Box.Style)
	case Text, Ellipsis:
		return textMargin(it.Box.Style)
	case Marker:
		return markerMargin
	}
	return 2
}

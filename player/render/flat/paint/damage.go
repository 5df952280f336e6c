package paint

import (
	"math"
	"unsafe"

	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/style"
)

// seal notes what the item looks like, so that lists of two states can be
// compared after layout has changed the boxes: an item whose key is the same
// draws the same pixels. Pointers are part of the key, so the item keeps what
// they point to alive.
func (it *Item) seal() {
	if it.Kind == Pop {
		it.key = uint64(Pop)
		return
	}
	h := digest(14695981039346656037)
	h.add(uint64(it.Kind))
	h.floats(it.X, it.Y, it.W, it.H, it.Clip.X0, it.Clip.Y0, it.Clip.X1, it.Clip.Y1, it.Opacity)
	if t := it.Turn; t != nil {
		h.floats(t.matrix[:]...)
	}
	if it.Kind == Push {
		for _, r := range it.Radius {
			h.floats(r[0], r[1])
		}
		h.flag(it.Rounded)
		if it.Matrix != nil {
			h.floats(it.Matrix[:]...)
		}
		it.key = uint64(h)
		return
	}
	b := it.Box
	it.style = b.Style
	h.pointer(unsafe.Pointer(b.Style))
	h.floats(b.Border[:]...)
	switch it.Kind {
	case Text, Inline, Ellipsis:
		if f := it.Frag; f != nil {
			it.run = f.Run
			h.pointer(unsafe.Pointer(f.Run))
			h.floats(f.Baseline-f.Y, f.Spacing, f.Stretch)
			h.flag(f.First)
			h.flag(f.Last)
		}
	case Marker:
		it.style = b.MarkerStyle
		h.pointer(unsafe.Pointer(b.MarkerStyle))
		h.text(b.Marker)
		if x, y, ok := firstLine(b); ok {
			h.floats(x, y)
		}
	case Content:
		h.content(b)
	}
	it.key = uint64(h)
}

// digest is a running hash of 64 bits.
type digest uint64

func (d *digest) add(v uint64) {
	x := (uint64(*d) ^ v) * 0x9E3779B97F4A7C15
	*d = digest(x ^ x>>29)
}

func (d *digest) floats(list ...float32) {
	for i := 0; i < len(list); i += 2 {
		v := uint64(math.Float32bits(list[i]))
		if i+1 < len(list) {
			v |= uint64(math.Float32bits(list[i+1])) << 32
		}
		d.add(v)
	}
}

func (d *digest) pointer(p unsafe.Pointer) { d.add(uint64(uintptr(p))) }

func (d *digest) flag(on bool) {
	if on {
		d.add(1)
	} else {
		d.add(2)
	}
}

func (d *digest) text(s string) {
	d.add(uint64(len(s)))
	for len(s) >= 8 {
		d.add(uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56)
		s = s[8:]
	}
	for i := range len(s) {
		d.add(uint64(s[i]))
	}
}

// content adds what a replaced box shows. A drawing changes with any element in
// it, a frame with any change of its document or its scrolling.
func (d *digest) content(b *layout.Box) {
	c := b.Content
	d.floats(b.Padding[:]...)
	d.add(uint64(c.Kind))
	d.text(c.URL)
	d.text(c.Alt)
	d.flag(c.Checked)
	d.flag(c.Disabled)
	d.floats(c.Value)
	if c.Kind == layout.SVG && b.Node != nil {
		d.add(uint64(b.Node.DOM.ID))
		d.add(b.Node.Changed)
	}
	if c.Page != nil {
		d.pointer(unsafe.Pointer(c.Page))
		d.add(c.Page.Version)
		if doc := layout.FrameDocument(c.DOM); doc != nil {
			d.floats(doc.ScrollX, doc.ScrollY)
		}
	}
}

// measure finds what the item may draw on. That of a group is known when it is
// complete.
func (it *Item) measure() {
	m := it.margin()
	it.area = Rect{it.X - m, it.Y - m, it.X + it.W + m, it.Y + it.H + m}.Intersect(it.Clip)
}

// damage visits the places where two lists of the same scale draw differently:
// those of items that only one of them has, and of items whose order differs.
func damage(old, now []Item, visit func(Rect)) {
	for len(old) > 0 && len(now) > 0 && old[0].key == now[0].key {
		old, now = old[1:], now[1:]
	}
	for len(old) > 0 && len(now) > 0 && old[len(old)-1].key == now[len(now)-1].key {
		old, now = old[:len(old)-1], now[:len(now)-1]
	}
	see := func(it *Item) {
		if it.Kind != Pop && !it.area.empty() {
			visit(it.area)
		}
	}
	oldKept, nowKept := shared(old, now, see), shared(now, old, see)
	for i := range oldKept {
		if a, b := oldKept[i], nowKept[i]; a.key != b.key {
			see(a)
			see(b)
		}
	}
}

// shared returns the items of list that other has too, each as often as in
// the list that has fewer of them; the rest is seen.
func shared(list, other []Item, see func(*Item)) []*Item {
	have := make(map[uint64]int, len(other))
	for i := range other {
		have[other[i].key]++
	}
	kept := make([]*Item, 0, len(list))
	for i := range list {
		if have[list[i].key] > 0 {
			have[list[i].key]--
			kept = append(kept, &list[i])
		} else {
			see(&list[i])
		}
	}
	return kept
}

// sameCanvas reports whether two lists have the same page behind them.
func sameCanvas(a, b *List) bool {
	images := func(l *List) *style.Style {
		if l.CanvasBox == nil || len(l.CanvasBox.Style.Images) == 0 {
			return nil
		}
		return l.CanvasBox.Style
	}
	return a.Canvas == b.Canvas && images(a) == images(b)
}

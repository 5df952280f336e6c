package svg

import "strings"

// Run is a piece of text with its measures in user units.
type Run struct {
	Text            string
	Width           float32
	Ascent, Descent float32
	Size            float32
}

// Placed is a piece of text of a drawing: where its baseline begins, and how
// much it is scaled.
type Placed struct {
	Element *Element
	X, Y    float32
	Scale   float32
}

// quill is where the next piece of a text element begins.
type quill struct {
	x, y   float32
	anchor string
}

// textStart returns the quill at the start of a text element or of a tspan that
// has places of its own.
func (e *Element) textStart(v view, p quill) quill {
	first := func(name string) string {
		s, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(e.Attrs[name]), ",", " "), " ")
		return s
	}
	if e.Tag == "text" {
		p = quill{anchor: e.Attrs["text-anchor"]}
	}
	moved := false
	if x, ok := length(first("x"), v.w); ok {
		p.x, moved = x, true
	}
	if y, ok := length(first("y"), v.h); ok {
		p.y = y
	}
	if dx, ok := length(first("dx"), v.w); ok {
		p.x += dx
	}
	if dy, ok := length(first("dy"), v.h); ok {
		p.y += dy
	}
	if moved || e.Tag == "text" {
		switch p.anchor {
		case "middle":
			p.x -= e.width() / 2
		case "end":
			p.x -= e.width()
		}
	}
	return p
}

// width is how long the text in e is.
func (e *Element) width() float32 {
	w := float32(0)
	if e.Text != nil {
		w = e.Text.Width
	}
	for _, c := range e.Children {
		w += c.width()
	}
	return w
}

// text walks the pieces of a text element. It returns their bounds and the quill
// behind them.
func (e *Element) text(v view, p quill, depth int, visit func(e *Element, x, y float32), bounds func(e *Element, b [4]float32)) ([4]float32, bool, quill) {
	p = e.textStart(v, p)
	var b [4]float32
	ok := false
	add := func(o [4]float32) {
		if !ok {
			b, ok = o, true
			return
		}
		b = [4]float32{min(b[0], o[0]), min(b[1], o[1]), max(b[2], o[2]), max(b[3], o[3])}
	}
	if t := e.Text; t != nil {
		visit(e, p.x, p.y)
		add([4]float32{p.x, p.y - t.Ascent, p.x + t.Width, p.y + t.Descent})
		p.x += t.Width
	}
	for _, c := range e.Children {
		if depth > maxDepth {
			break
		}
		o, has, next := c.text(v, p, depth+1, visit, bounds)
		p = next
		if has {
			add(o)
		}
	}
	if ok && e.ID != 0 {
		bounds(e, b)
	}
	return b, ok, p
}

// Texts visits the pieces of text of a picture drawn at w by h.
func (p *Picture) Texts(w, h float32, visit func(Placed)) {
	v := &bounder{texts: visit, visit: func(int64, float32, float32, float32, float32) {}}
	m, in := p.start(w, h)
	for _, c := range p.Root.Children {
		v.element(c, nil, m, in, 0)
	}
}

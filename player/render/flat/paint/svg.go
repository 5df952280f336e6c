package paint

import (
	"image/color"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/svg"
	"hindsite.app/player/render/flat/text"
)

// svg draws an svg element of the page.
func (p *painter) svg(it *Item, r Rect) {
	n := it.Box.Node
	w, h := (r.X1-r.X0)*p.c.scale, (r.Y1-r.Y0)*p.c.scale
	if n == nil || w < 1 || h < 1 {
		return
	}
	const most = 4096
	v := &vectors{shaper: p.o.Shaper}
	pic := svg.NewPicture(v.of(n, nil, 0))
	pic.Width, pic.Height = r.X1-r.X0, r.Y1-r.Y0
	img := pic.Draw(int(min(w+0.5, most)), int(min(h+0.5, most)))
	p.scaled(img, r, it.Clip)
	pic.Texts(r.X1-r.X0, r.Y1-r.Y0, func(t svg.Placed) {
		run := v.runs[t.Element]
		f := t.Element.Fill
		p.glyphs(run, r.X0+t.X, r.Y0+t.Y, t.Element.Text.Size*t.Scale, 0, style.Color{R: f.R, G: f.G, B: f.B, A: f.A}, it.Clip.Intersect(r))
	})
}

// VectorBoxes visits the elements inside an svg element with their boxes on the
// page.
func VectorBoxes(it *Item, shaper *text.Shaper, visit func(n *style.Node, x, y, w, h float32)) {
	b := it.Box
	if b.Node == nil || len(b.Node.Children) == 0 {
		return
	}
	x, y := it.X+b.Border[style.Left]+b.Padding[style.Left], it.Y+b.Border[style.Top]+b.Padding[style.Top]
	w, h := it.W-b.Border[style.Left]-b.Border[style.Right]-b.Padding[style.Left]-b.Padding[style.Right],
		it.H-b.Border[style.Top]-b.Border[style.Bottom]-b.Padding[style.Top]-b.Padding[style.Bottom]
	v := &vectors{shaper: shaper, nodes: map[int64]*style.Node{}}
	pic := svg.NewPicture(v.of(b.Node, nil, 0))
	pic.Width, pic.Height = w, h
	pic.Boxes(w, h, func(id int64, bx, by, bw, bh float32) {
		if n := v.nodes[id]; n != nil {
			visit(n, x+bx, y+by, bw, bh)
		}
	})
}

const (
	maxVectorDepth = 64
	maxSearch      = 50_000 // elements that are looked through for references
)

// vectors makes drawings of styled svg elements.
type vectors struct {
	shaper *text.Shaper
	nodes  map[int64]*style.Node // by the ids of elements, if wanted
	runs   map[*svg.Element]*text.Run
	ids    map[string]*dom.Node // of the document, once asked for
	uses   int
}

// of copies a styled svg subtree with its computed paint.
func (v *vectors) of(n *style.Node, parent *svg.Element, depth int) *svg.Element {
	s := n.Style
	e := &svg.Element{ID: int64(n.DOM.ID), Tag: n.DOM.Tag, Attrs: attributes(n.DOM), Opacity: s.Opacity, StrokeWidth: s.StrokeWidth.Of(0)}
	if v.nodes != nil {
		v.nodes[e.ID] = n
	}
	if depth == 0 {
		e.Opacity = 1 // the element's own opacity is that of its group
	} else if s.Moved {
		e.Turn, e.FillBox = turnOf(s), s.FillBox
	}
	if s.Visibility == style.Shown {
		e.Fill, e.Stroke = paintOf(s.Fill, s), paintOf(s.Stroke, s)
	}
	for _, c := range n.Children {
		switch {
		case c.DOM == nil || depth >= maxVectorDepth:
		case c.DOM.Type == recording.ElementNode:
			e.Children = append(e.Children, v.of(c, e, depth+1))
		case e.Tag == "text" || e.Tag == "tspan" || e.Tag == "textPath":
			v.piece(c, e)
		}
	}
	if e.Tag == "use" {
		v.use(n.DOM, e, depth)
	}
	return e
}

// piece adds a piece of text to a text element.
func (v *vectors) piece(n *style.Node, e *svg.Element) {
	t := strings.Join(strings.Fields(n.Text), " ")
	if v.shaper == nil || t == "" {
		return
	}
	s := n.Style
	f, err := v.shaper.Match(text.Query{Families: s.Families, Weight: s.Weight, Italic: s.Italic})
	if err != nil {
		return
	}
	if strings.HasSuffix(n.Text, " ") {
		t += " "
	}
	m, run := f.At(s.FontSize), v.shaper.Shape(f, t)
	c := &svg.Element{Fill: e.Fill, Text: &svg.Run{Text: t, Width: run.Advance * s.FontSize, Ascent: m.Ascent, Descent: m.Descent, Size: s.FontSize}}
	if v.runs == nil {
		v.runs = map[*svg.Element]*text.Run{}
	}
	v.runs[c] = run
	e.Children = append(e.Children, c)
}

// use gives a use element what it shows: a copy without style sheets, which
// reach elements that are not displayed nowhere else either.
func (v *vectors) use(n *dom.Node, e *svg.Element, depth int) {
	href := e.Attrs["href"]
	if href == "" {
		href = e.Attrs["xlink:href"]
	}
	if v.uses++; !strings.HasPrefix(href, "#") || v.uses > maxSearch/100 {
		return
	}
	if v.ids == nil {
		v.ids = map[string]*dom.Node{}
		top := n
		for top.Parent != nil {
			top = top.Parent
		}
		left := maxSearch
		index(top, v.ids, &left)
	}
	if target := v.ids[href[1:]]; target != nil && target != n {
		e.Children = append(e.Children, v.plain(target, e, depth+1))
	}
}

func index(n *dom.Node, ids map[string]*dom.Node, left *int) {
	if *left--; *left <= 0 {
		return
	}
	if n.SVG {
		if id, ok := n.Attr("id"); ok && ids[id] == nil {
			ids[id] = n
		}
	}
	for c := n.First; c != nil; c = c.Next {
		index(c, ids, left)
	}
}

func (v *vectors) plain(n *dom.Node, parent *svg.Element, depth int) *svg.Element {
	e := &svg.Element{Tag: n.Tag, Attrs: attributes(n)}
	e.Inherit(parent, style.ParseColor)
	for c := n.First; c != nil && depth < maxVectorDepth; c = c.Next {
		if c.Type == recording.ElementNode && !svg.Hidden(c.Tag) {
			e.Children = append(e.Children, v.plain(c, e, depth+1))
		}
	}
	if e.Tag == "use" {
		v.use(n, e, depth)
	}
	return e
}

func attributes(n *dom.Node) map[string]string {
	m := make(map[string]string, len(n.Attrs))
	for _, a := range n.Attrs {
		m[a.Name] = a.Value
	}
	return m
}

// turnOf returns the transform of an element inside an svg element, whose
// origin is the corner of its reference box unless the page says otherwise.
func turnOf(s *style.Style) func(x, y, w, h float32) [6]float32 {
	return func(x, y, w, h float32) [6]float32 {
		t := s.Transforms
		if !t.HasOrigin {
			t.Origin = [2]style.Length{}
		}
		m := t.Matrix(w, h)
		if s.FillBox {
			m = m.Around(x, y)
		}
		return m
	}
}

func paintOf(p style.Paint, s *style.Style) color.NRGBA {
	switch {
	case p.None:
		return color.NRGBA{}
	case p.Current:
		return color.NRGBA{R: s.Color.R, G: s.Color.G, B: s.Color.B, A: s.Color.A}
	}
	return color.NRGBA{R: p.Color.R, G: p.Color.G, B: p.Color.B, A: p.Color.A}
}

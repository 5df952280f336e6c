package flat_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/flat"
	"hindsite.app/player/render/rendertest"
)

// mutator makes changes of a document out of bytes.
type mutator struct {
	data []byte
	doc  *dom.Document
	next recording.NodeID
}

func (m *mutator) pick(n int) int {
	if len(m.data) == 0 || n <= 0 {
		return 0
	}
	v := int(m.data[0])
	m.data = m.data[1:]
	return v % n
}

func choose[T any](m *mutator, list ...T) T { return list[m.pick(len(list))] }

// node picks an element that is in the document.
func (m *mutator) node() *dom.Node {
	for range 8 {
		n := m.doc.Node(recording.NodeID(4 + m.pick(int(m.next))))
		if n != nil && n.Type == recording.ElementNode && !n.Is("html", "head", "style", "textarea") {
			return n
		}
	}
	return m.doc.Node(m.body())
}

func (m *mutator) body() recording.NodeID {
	for c := m.doc.Root().First; c != nil; c = c.Next {
		for b := c.First; b != nil; b = b.Next {
			if b.Is("body") {
				return b.ID
			}
		}
	}
	return recording.NoNode
}

func (m *mutator) id() recording.NodeID {
	m.next++
	return m.next
}

func (m *mutator) tree(depth int) *recording.Node {
	if depth > 2 || m.pick(3) == 0 {
		return &recording.Node{ID: m.id(), Type: recording.TextNode, Text: choose(m, "word", "two words", " ", "", "a longer text that needs several lines in a narrow box", "x\ny")}
	}
	n := &recording.Node{ID: m.id(), Type: recording.ElementNode,
		Tag: choose(m, "div", "span", "p", "li", "ul", "ol", "b", "table", "tr", "td", "input", "button", "select", "option", "details", "summary", "label", "textarea", "img", "br", "svg", "tbody", "fieldset", "legend", "h2", "colgroup", "col")}
	n.SVG = n.Tag == "svg"
	if c := m.class(); c != "" {
		n.Attrs = append(n.Attrs, recording.Attr{Name: "class", Value: c})
	}
	for range m.pick(4) {
		c := m.tree(depth + 1)
		if n.Tag == "textarea" && c.Type != recording.TextNode {
			continue // a parser would never make that
		}
		n.Children = append(n.Children, c)
	}
	return n
}

func (m *mutator) class() string {
	return choose(m, "", "a", "b", "c", "flex", "grid", "col", "inline", "float", "abs", "rel", "fix", "hide", "round", "dim", "clip", "big", "auto", "count", "a b", "moved", "cols", "sticky", "turned", "span", "rtl", "cont", "clamp", "sub", "icon")
}

const steppedSheet = `
body { margin: 3px; font: 12px sans-serif; width: 400px }
.a { color: red } .b { padding: 3px; border: 1px solid } .a .b { margin: 5px } .a > .c { font-weight: bold } .a + .b { width: 50% }
.a ~ .c { height: 20px } li:first-child { color: blue } li:last-child { margin-bottom: 9px } :nth-child(3) { padding-left: 7px }
.flex { display: flex; gap: 4px } .flex.b { flex-wrap: wrap } .grid { display: grid; grid-template-columns: 1fr 2fr } .col { display: flex; flex-direction: column }
.inline { display: inline-block; vertical-align: middle } .float { float: left } .abs { position: absolute; left: 10px; top: 50% } .rel { position: relative; z-index: 1 }
.fix { position: fixed; bottom: 0; right: 0 } .sticky { position: sticky; top: 0 } .hide { display: none } .round { border-radius: 6px; overflow: hidden; background: #ccc } .dim { opacity: .5 }
.clip { overflow: auto; height: 30px } .big { font-size: 150% } .auto { margin: 0 auto; width: 60% } .moved { transform: translate(5px, 3px) } .cols { columns: 2 }
.count { counter-increment: n } .count::before { content: counter(n) ". " } .b:hover { background: yellow } .c:has(.a) { padding-top: 11px } .c:empty { height: 9px }
input:checked + span { color: green } input:focus { outline: 2px solid red } option:checked { color: red } .a::after { content: "!" } .c .big { --v: 4px } .big * { margin-left: var(--v, 1px) }
.turned { transform: rotate(30deg) scale(.8) } .turned .turned { transform: skewX(10deg) } .span { column-span: all; break-inside: avoid } .rtl { direction: rtl } .cont { container-type: inline-size }
@container (max-width: 150px) { .a { padding: 7px } p { display: none } } .cont .b { width: 40cqw } .clamp { display: -webkit-box; -webkit-line-clamp: 1; overflow: hidden } .sub { display: grid; grid-template-columns: subgrid; grid-column: span 2 }
.icon { font-family: "Font Awesome 5 Free"; font-weight: 900 } .icon::before { content: "\f2b9" } fieldset { border: 4px solid; padding: 2px } legend.big { margin: 3px }
details[open] > summary { color: red } [data-x] { letter-spacing: 1px } [data-x="2"] .c { width: 70px } .flex > * { flex: 1 } td { border: 1px solid } table { border-collapse: collapse } .b td { padding: 4px } html:has(.moved) .a { text-indent: 3px }`

func (m *mutator) op() recording.Op {
	switch m.pick(9) {
	case 0, 1:
		p := m.node()
		a := recording.Addition{Parent: p.ID, Node: m.tree(0)}
		if p.First != nil && m.pick(2) == 0 {
			a.Next = p.First.ID
		}
		return recording.Mutation{Additions: []recording.Addition{a}}
	case 2:
		n := m.node()
		if n.Parent == nil || n.Is("body") {
			return recording.SetFocus{}
		}
		return recording.Mutation{Removals: []recording.Removal{{Parent: n.Parent.ID, Node: n.ID}}}
	case 3, 4:
		n := m.node()
		c := recording.AttributeChange{Node: n.ID}
		switch m.pick(5) {
		case 0:
			c.Set = []recording.Attr{{Name: "style", Value: choose(m, "", "width: 70px", "display: none", "height: 33px", "color: red", "font-size: 20px", "position: absolute", "--v: 9px", "float: right", "opacity: 0.3")}}
		case 1:
			c.Set = []recording.Attr{{Name: choose(m, "data-x", "open", "checked", "value", "dir", "id", "start"), Value: choose(m, "1", "2", "rtl")}}
		case 2:
			c.Removed = []string{choose(m, "class", "style", "open", "data-x")}
		default:
			c.Set = []recording.Attr{{Name: "class", Value: m.class()}}
		}
		return recording.Mutation{Attributes: []recording.AttributeChange{c}}
	case 5:
		n := m.node()
		for c := n.First; c != nil; c = c.Next {
			if c.Type == recording.TextNode {
				return recording.Mutation{Texts: []recording.TextChange{{Node: c.ID, Text: choose(m, "new", "", "much longer than it was before, so that lines break")}}}
			}
		}
		return recording.SetScroll{Node: n.ID, Y: 10}
	case 6:
		return recording.SetInput{Node: m.node().ID, Text: choose(m, "", "typed", "1"), Checked: m.pick(2) == 0}
	case 7:
		return recording.SetFocus{Node: m.node().ID}
	}
	// A subtree moves.
	n, p := m.node(), m.node()
	for q := p; q != nil; q = q.Parent {
		if q == n {
			return recording.SetScroll{Node: m.doc.Root().ID, Y: float32(m.pick(300))}
		}
	}
	return recording.Mutation{Additions: []recording.Addition{{Parent: p.ID, Node: &recording.Node{ID: n.ID, Type: recording.ElementNode, Tag: n.Tag, Attrs: n.Attrs}}}}
}

// TestRandomSteps changes a page step by step and asks whether what was kept is
// what a fresh session makes of the same page. HINDSITE_SEEDS says how many pages
// are tried.
func TestRandomSteps(t *testing.T) {
	seeds := 15
	if n, err := strconv.Atoi(os.Getenv("HINDSITE_SEEDS")); err == nil {
		seeds = n
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		data := make([]byte, 240)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		t.Run(strconv.Itoa(seed), func(t *testing.T) { randomSteps(t, flat.New(nil), data) })
	}
}

func FuzzSteps(f *testing.F) {
	f.Add([]byte("a page that changes, and changes, and changes"))
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 200, 100, 50, 25, 12, 6, 3, 1, 0, 255, 254, 128, 64, 32})
	b := flat.New(nil)
	f.Fuzz(func(t *testing.T, data []byte) { randomSteps(t, b, data[:min(len(data), 100)]) })
}

func randomSteps(t *testing.T, b render.Backend, data []byte) {
	ctx := context.Background()
	var build rendertest.Builder
	d := build.Document(steppedSheet,
		build.El("div", rendertest.Attr("class=a"), build.El("p", "text ", build.El("b", "bold"), " more"), build.El("ul", build.El("li", "one"), build.El("li", "two"))),
		build.El("div", rendertest.Attr("class=flex"), build.El("span", "x"), build.El("div", rendertest.Attr("class=c"), "y")))
	m := &mutator{data: data, doc: d, next: 40}
	kept, err := b.Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if err := kept.Load(ctx, d); err != nil {
		t.Fatal(err)
	}
	for step := 0; len(m.data) > 0; step++ {
		from := d.Version()
		var ops []recording.Op
		for range 1 + m.pick(3) {
			op := m.op()
			d.Apply(op)
			ops = append(ops, op)
		}
		if err := kept.Apply(ctx, render.Delta{From: from, To: d.Version(), Ops: ops}); err != nil {
			t.Fatal(err)
		}
		same(t, b, kept, d, render.Request{Pixels: true, Boxes: true, Scale: 0.5, Hover: m.node().ID})
		if t.Failed() {
			t.Fatalf("step %d: %+v", step, ops)
		}
	}
}

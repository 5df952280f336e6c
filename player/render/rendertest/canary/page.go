package canary

import (
	"html"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/rendertest"
)

// Page is a hostile page: a recorded document and what happens to it afterwards.
type Page struct {
	Document *dom.Document
	// Steps are changes, to be applied one after the other.
	Steps []recording.Op
	// Hovered is an element to put the pointer on.
	Hovered recording.NodeID
	Vectors int
}

// builder makes nodes whose addresses are the canary's.
type builder struct {
	rendertest.Builder
	canary  *Canary
	hovered recording.NodeID
}

// Page returns a page with every vector: in the document, in a frame of it, in a
// shadow tree, and once more in steps that bring them later.
func (c *Canary) Page() Page {
	b := &builder{canary: c}
	frame, host, field := b.El("iframe"), b.El("div"), b.El("input")
	target, later := b.El("p", "x"), b.El("style", "p {}")
	late := b.El("iframe")
	host.ShadowHost = true
	for _, n := range b.body("shadow") {
		n.Shadow = true
		host.Children = append(host.Children, n)
	}
	body := append(b.body(""), frame, late, host, field, target, later)
	root := b.root("", body)
	frame.Children = []*recording.Node{b.root("frame", b.body("frame"))}

	d := dom.New()
	d.Apply(recording.SetViewport{Width: 800, Height: 600})
	d.Apply(recording.Snapshot{Root: root})
	return Page{Document: d, Hovered: b.hovered, Vectors: len(vectors), Steps: b.steps(root, host, field, target, later, late)}
}

// steps are the ways in which a recording changes a document.
func (b *builder) steps(root, host, field, target, later, late *recording.Node) []recording.Op {
	url := func(name string) string { return b.canary.fill("$", "step "+name) }
	rule := ".step { background: url(" + url("rule") + ") }"
	replaced := `@import "` + url("replaced") + `"; p { cursor: url(` + url("replaced cursor") + "), auto }"
	var additions []recording.Addition
	for _, n := range b.body("later") {
		additions = append(additions, recording.Addition{Parent: target.ID, Node: n})
	}
	ops := []recording.Op{
		recording.Mutation{Additions: additions},
		recording.Mutation{Additions: []recording.Addition{{Parent: late.ID, Node: b.root("late", b.body("late"))}}},
		recording.SheetRules{Node: later.ID, Inserts: []recording.RuleInsert{{Rule: rule}}},
		recording.SheetDeclaration{Node: later.ID, Path: []int{0}, Style: recording.StyleChange{Property: "background", Value: "url(" + url("declaration") + ")"}},
		recording.SheetRules{Node: later.ID, Replace: &replaced},
		recording.AdoptSheets{Host: root.ID, New: []recording.NewSheet{{ID: 1, Rules: []string{"body { background: url(" + url("adopted") + ") }"}}}, Sheets: []recording.SheetID{1}},
		recording.AdoptSheets{Host: host.ID, New: []recording.NewSheet{{ID: 2, Rules: []string{":host { background: url(" + url("adopted by host") + ") }"}}}, Sheets: []recording.SheetID{2}},
		recording.AddFont{Family: "fetched", Source: "url(" + url("font") + ")"},
		recording.AddFont{Family: `x"; src: url(` + url("font family") + `); "`, Source: url("bare font")},
		recording.SetInput{Node: field.ID, Text: url("input")},
		recording.SetFocus{Node: field.ID},
	}
	for _, a := range []recording.Attr{
		{Name: "style", Value: "background: url(" + url("style") + "); font-family: fetched"}, {Name: "background", Value: url("background")},
		{Name: "onclick", Value: "location = '" + url("onclick") + "'"}, {Name: "class", Value: "step"}, {Name: "src", Value: url("src")},
		{Name: "srcdoc", Value: "<img src='" + url("srcdoc") + "'>"}, {Name: "href", Value: url("href")}, {Name: "_cssText", Value: rule},
	} {
		for _, n := range []*recording.Node{target, late, later, host} {
			ops = append(ops, recording.Mutation{Attributes: []recording.AttributeChange{{Node: n.ID, Set: []recording.Attr{a}}}})
		}
	}
	return append(ops,
		recording.Mutation{Attributes: []recording.AttributeChange{{Node: target.ID, Style: []recording.StyleChange{{Property: "background", Value: "url(" + url("property") + ")"}}}}},
		recording.Mutation{Texts: []recording.TextChange{{Node: later.Children[0].ID, Text: "@import url(" + url("text") + ");"}}})
}

// root returns a document of the given body. Where names are those of its
// vectors.
func (b *builder) root(where string, body []*recording.Node) *recording.Node {
	var head []any
	var css strings.Builder
	for _, v := range vectors {
		if v.head {
			head = append(head, b.node(v, v.name, where))
		}
		if v.css != "" && strings.HasPrefix(v.css, "@import") {
			css.WriteString(b.fill(v.css, v.name, where) + "\n")
		}
	}
	for _, v := range vectors {
		if !strings.HasPrefix(v.css, "@import") {
			css.WriteString(b.fill(v.css, v.name, where) + "\n")
		}
	}
	head = append(head, b.El("style", css.String()))
	root := &recording.Node{Type: recording.DocumentNode}
	html := b.El("html", b.El("head", head...), b.El("body", rendertest.Attr("background="+b.fill("$", "body", where)), body))
	root.ID = b.El("x").ID // ids are given by the builder
	root.Children = []*recording.Node{html}
	return root
}

func (b *builder) body(where string) []*recording.Node {
	var list []*recording.Node
	for _, v := range vectors {
		if v.tag == "" || v.head {
			continue
		}
		n := b.node(v, v.name, where)
		if v.name == "hover" && where == "" {
			b.hovered = n.ID
		}
		if v.svg {
			svg := b.El("svg", rendertest.Attr("width=9"), rendertest.Attr("height=9"), n)
			svg.SVG = true
			n = svg
		}
		list = append(list, n)
	}
	return list
}

func (b *builder) fill(text, name, where string) string {
	return b.canary.fill(text, strings.TrimSpace(where+" "+name))
}

func (b *builder) node(v vector, name, where string) *recording.Node {
	var parts []any
	for _, a := range v.attrs {
		parts = append(parts, rendertest.Attr(b.fill(a, name, where)))
	}
	if v.text != "" {
		parts = append(parts, b.fill(v.text, name, where))
	}
	for _, in := range v.in {
		parts = append(parts, b.node(in, name, where))
	}
	n := b.El(v.tag, parts...)
	n.SVG = v.svg
	return n
}

// HTML returns a page as a site would send it, with every vector once: what a
// browser without any protection makes of it shows that the canary hears.
func (c *Canary) HTML() string {
	b := &builder{canary: c}
	var out strings.Builder
	out.WriteString("<!DOCTYPE html>")
	write(&out, b.root("", b.body("")))
	return out.String()
}

func write(out *strings.Builder, n *recording.Node) {
	switch n.Type {
	case recording.TextNode:
		out.WriteString(html.EscapeString(n.Text))
		return
	case recording.ElementNode:
	default:
		for _, c := range n.Children {
			write(out, c)
		}
		return
	}
	out.WriteString("<" + n.Tag)
	for _, a := range n.Attrs {
		out.WriteString(" " + a.Name + `="` + html.EscapeString(a.Value) + `"`)
	}
	out.WriteString(">")
	for _, c := range n.Children {
		if c.Type == recording.TextNode && (n.Tag == "script" || n.Tag == "style") {
			out.WriteString(c.Text)
			continue
		}
		write(out, c)
	}
	switch n.Tag {
	case "meta", "base", "link", "img", "input", "source", "track", "embed", "bgsound":
	default:
		out.WriteString("</" + n.Tag + ">")
	}
}

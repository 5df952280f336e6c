package rendertest

import (
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// Builder makes recorded documents node by node. Ids are given in the order of
// building, from 1.
type Builder struct{ next recording.NodeID }

// El returns an element. Attributes are "name=value" and come before the
// children, which are nodes or strings of text.
func (b *Builder) El(tag string, parts ...any) *recording.Node {
	n := b.node(recording.ElementNode)
	n.Tag = tag
	for _, p := range parts {
		switch p := p.(type) {
		case Attr:
			name, value, _ := strings.Cut(string(p), "=")
			n.Attrs = append(n.Attrs, recording.Attr{Name: name, Value: value})
		case string:
			t := b.node(recording.TextNode)
			t.Text = p
			n.Children = append(n.Children, t)
		case *recording.Node:
			n.Children = append(n.Children, p)
		case []*recording.Node:
			n.Children = append(n.Children, p...)
		}
	}
	return n
}

// Attr is an attribute, "name=value".
type Attr string

func (b *Builder) node(t recording.NodeType) *recording.Node {
	b.next++
	return &recording.Node{ID: b.next, Type: t}
}

// Root returns a document node around an html element with a style sheet and a
// body.
func (b *Builder) Root(css string, body ...any) *recording.Node {
	doctype := b.node(recording.DoctypeNode)
	doctype.Tag = "html"
	html := b.El("html", b.El("head", b.El("style", css)), b.El("body", body...))
	root := b.node(recording.DocumentNode)
	root.Children = []*recording.Node{doctype, html}
	return root
}

// Document returns a document in a viewport of 800 by 600.
func (b *Builder) Document(css string, body ...any) *dom.Document {
	d := dom.New()
	d.Apply(recording.SetViewport{Width: 800, Height: 600})
	d.Apply(recording.Snapshot{Root: b.Root(css, body...)})
	return d
}

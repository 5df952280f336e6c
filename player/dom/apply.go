package dom

import (
	"strconv"
	"strings"

	"hindsite.app/player/recording"
)

// Apply makes one recorded change. It never fails: whatever names a node that
// is not there is left out, as rrweb's replayer does, and counted in skipped.
func (d *Document) Apply(op recording.Op) (skipped int) {
	d.version++
	switch op := op.(type) {
	case recording.Snapshot:
		d.applySnapshot(op)
	case recording.Mutation:
		return d.applyMutation(op)
	case recording.SetScroll:
		n := d.nodes[op.Node]
		if n == nil {
			return 1
		}
		n.ScrollX, n.ScrollY = op.X, op.Y
	case recording.SetInput:
		n := d.nodes[op.Node]
		if n == nil {
			return 1
		}
		n.Value = &Value{Text: op.Text, Checked: op.Checked}
	case recording.SetViewport:
		d.width, d.height = op.Width, op.Height
	case recording.SetFocus:
		d.focus = op.Node
	case recording.SetMedia:
		n := d.nodes[op.Node]
		if n == nil {
			return 1
		}
		n.Playing = op.Playing
	case recording.Navigate:
		d.view = op.View
	case recording.AddFont:
		d.fonts = append(d.fonts, op)
	default:
		return d.applySheet(op)
	}
	return 0
}

func (d *Document) applySnapshot(s recording.Snapshot) {
	d.reset()
	if s.Root == nil {
		return
	}
	d.root = d.build(s.Root)
	d.root.ScrollX, d.root.ScrollY = s.ScrollX, s.ScrollY
}

func (d *Document) applyMutation(m recording.Mutation) (skipped int) {
	left := followers{}
	for _, r := range m.Removals {
		skipped += d.remove(r, left)
	}
	skipped += d.addAll(m.Additions, left)
	for _, t := range m.Texts {
		skipped += d.setText(t)
	}
	for _, a := range m.Attributes {
		skipped += d.setAttributes(a)
	}
	return skipped
}

// followers remembers what stood behind the nodes that a mutation removes: old
// recorders place additions in front of nodes that the same mutation removes.
type followers map[recording.NodeID]*Node

// of returns what now stands where the removed node id was; nil means the end.
func (f followers) of(id recording.NodeID) (next *Node, ok bool) {
	for range len(f) {
		if next, ok = f[id]; !ok || next == nil || next.Parent != nil {
			return next, ok
		}
		id = next.ID
	}
	return nil, false
}

func (d *Document) remove(r recording.Removal, left followers) (skipped int) {
	n, parent := d.nodes[r.Node], d.nodes[r.Parent]
	if n == nil || parent == nil {
		return 1
	}
	if n.Parent != parent {
		// rrweb forgets the id and leaves the node where it is.
		d.forget(n)
		return 1
	}
	touchSheet(parent)
	left[r.Node] = n.Next
	d.detach(n)
	return 0
}

func (n *Node) element() *Node {
	for c := n.First; c != nil; c = c.Next {
		if c.Type == recording.ElementNode {
			return c
		}
	}
	return nil
}

func (d *Document) setText(t recording.TextChange) (skipped int) {
	n := d.nodes[t.Node]
	if n == nil {
		return 1
	}
	if n.Type != recording.ElementNode {
		n.Text = t.Text
		touchSheet(n.Parent)
		return 0
	}
	for n.First != nil {
		d.detach(n.First)
	}
	n.insert(&Node{Type: recording.TextNode, Text: t.Text}, nil)
	touchSheet(n)
	return 0
}

func (d *Document) setAttributes(c recording.AttributeChange) (skipped int) {
	n := d.nodes[c.Node]
	if n == nil {
		return 1
	}
	// The attributes may still be those of the serialised node, which is shared.
	attrs := make([]recording.Attr, 0, len(n.Attrs)+len(c.Set))
	attrs = append(attrs, n.Attrs...)
	for _, name := range c.Removed {
		attrs = withoutAttr(attrs, name)
	}
	for _, a := range c.Set {
		attrs = withAttr(attrs, a)
		switch a.Name {
		case "_cssText":
			n.Sheet = nil
		case "value":
			if n.Value != nil {
				n.Value = &Value{Text: a.Value, Checked: n.Value.Checked}
			}
		}
	}
	if len(c.Style) > 0 {
		old, _ := n.Attr("style")
		for _, a := range c.Set {
			if a.Name == "style" {
				old = a.Value
			}
		}
		attrs = withAttr(attrs, recording.Attr{Name: "style", Value: patchDeclarations(old, c.Style)})
	}
	n.Attrs = attrs
	return 0
}

func withAttr(attrs []recording.Attr, a recording.Attr) []recording.Attr {
	for i := range attrs {
		if attrs[i].Name == a.Name {
			attrs[i].Value = a.Value
			return attrs
		}
	}
	return append(attrs, a)
}

func withoutAttr(attrs []recording.Attr, name string) []recording.Attr {
	for i := range attrs {
		if attrs[i].Name == name {
			return append(attrs[:i], attrs[i+1:]...)
		}
	}
	return attrs
}

// touchSheet drops script-made rules of a style element whose text changes: a
// browser parses the element anew.
func touchSheet(n *Node) {
	if n != nil && n.Sheet != nil && n.Is("style") {
		n.Sheet = nil
	}
}

func parsePixels(s string) float32 {
	f, err := strconv.ParseFloat(strings.TrimSuffix(s, "px"), 32)
	if err != nil || f != f {
		return 0
	}
	return float32(f)
}

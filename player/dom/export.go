package dom

import (
	"sort"
	"strings"

	"hindsite.app/player/recording"
)

// Export returns the changes that, applied to a new Document, make the same
// state: a keyframe. The changes share text with d but no nodes.
func (d *Document) Export() []recording.Op {
	ops := []recording.Op{recording.SetViewport{Width: d.width, Height: d.height}}
	if d.view >= 0 {
		ops = append(ops, recording.Navigate{View: d.view})
	}
	if d.root == nil {
		return ops
	}
	ops = append(ops, recording.Snapshot{Root: serialise(d.root), ScrollX: d.root.ScrollX, ScrollY: d.root.ScrollY})
	for _, f := range d.fonts {
		ops = append(ops, f)
	}
	ops = append(ops, d.exportAdopted()...)
	d.walk(d.root, func(n *Node) { ops = append(ops, n.live(d.root)...) })
	if d.Focus() != nil {
		ops = append(ops, recording.SetFocus{Node: d.focus})
	}
	return ops
}

func (d *Document) exportAdopted() []recording.Op {
	var ops []recording.Op
	ids := make([]recording.SheetID, 0, len(d.sheets))
	for id := range d.sheets {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	for _, id := range ids {
		text := d.sheets[id].Text()
		ops = append(ops, recording.SheetRules{Sheet: id, Replace: &text})
	}
	hosts := make([]recording.NodeID, 0, len(d.adopted))
	for h := range d.adopted {
		hosts = append(hosts, h)
	}
	sort.Slice(hosts, func(i, j int) bool { return hosts[i] < hosts[j] })
	for _, h := range hosts {
		ops = append(ops, recording.AdoptSheets{Host: h, Sheets: append([]recording.SheetID(nil), d.adopted[h]...)})
	}
	return ops
}

// live returns what a serialised node does not hold.
func (n *Node) live(root *Node) []recording.Op {
	var ops []recording.Op
	if n.Sheet != nil {
		text := n.Sheet.Text()
		ops = append(ops, recording.SheetRules{Node: n.ID, Replace: &text})
	}
	if n != root && (n.ScrollX != 0 || n.ScrollY != 0) {
		ops = append(ops, recording.SetScroll{Node: n.ID, X: n.ScrollX, Y: n.ScrollY})
	}
	if n.Value != nil {
		ops = append(ops, recording.SetInput{Node: n.ID, Text: n.Value.Text, Checked: n.Value.Checked})
	}
	if n.Playing {
		ops = append(ops, recording.SetMedia{Node: n.ID, Playing: true})
	}
	return ops
}

func (d *Document) walk(n *Node, visit func(*Node)) {
	visit(n)
	for c := n.First; c != nil; c = c.Next {
		d.walk(c, visit)
	}
}

func serialise(n *Node) *recording.Node {
	s := &recording.Node{
		ID: n.ID, Type: n.Type, Tag: n.Tag, Attrs: n.Attrs, Text: n.Text, SVG: n.SVG,
		Quirks: n.Quirks, ShadowHost: n.ShadowHost, Shadow: n.Shadow,
	}
	for c := n.First; c != nil; c = c.Next {
		s.Children = append(s.Children, serialise(c))
	}
	return s
}

// Title returns the text of the document's title element, white space folded.
func (d *Document) Title() string {
	if d.root == nil {
		return ""
	}
	html := d.root.element()
	if html == nil {
		return ""
	}
	for head := html.First; head != nil; head = head.Next {
		if !head.Is("head") {
			continue
		}
		for c := head.First; c != nil; c = c.Next {
			if c.Is("title") {
				return strings.Join(strings.Fields(c.TextContent()), " ")
			}
		}
	}
	return ""
}

// TextContent returns the text of every text node below n, in order.
func (n *Node) TextContent() string {
	var b strings.Builder
	n.appendText(&b)
	return b.String()
}

func (n *Node) appendText(b *strings.Builder) {
	if n.Type == recording.TextNode || n.Type == recording.CDATANode {
		b.WriteString(n.Text)
	}
	for c := n.First; c != nil; c = c.Next {
		c.appendText(b)
	}
}

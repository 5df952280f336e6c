package chromium

import (
	"slices"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// changes collects where a delta says that something is different.
type changes struct {
	tree     *tree
	children map[*dom.Node]bool
	order    []*dom.Node // of children
	attrs    []*dom.Node
	fills    []*dom.Node
	texts    []*dom.Node
	values   []*dom.Node
	scrolls  []*dom.Node
	adopted  bool
	focus    bool
}

// apply writes the program for a delta. It returns false when the document is
// another one: load it.
func (t *tree) apply(ops []recording.Op) bool {
	c := &changes{tree: t, children: map[*dom.Node]bool{}}
	for _, op := range ops {
		switch op := op.(type) {
		case recording.Snapshot:
			return false
		case recording.Mutation:
			c.mutation(op)
		case recording.SheetRules:
			c.sheet(op.Node)
		case recording.SheetDeclaration:
			c.sheet(op.Node)
		case recording.AdoptSheets:
			t.hosts[op.Host] = true
			c.adopted = true
		case recording.AddFont:
			c.adopted = true
		case recording.SetScroll:
			c.nodes(&c.scrolls, op.Node)
		case recording.SetInput:
			c.nodes(&c.values, op.Node)
		case recording.SetFocus:
			c.focus = true
		}
	}
	c.write()
	return true
}

// nodes adds what an id names, now and in what the browser has.
func (c *changes) nodes(list *[]*dom.Node, id recording.NodeID) {
	now, was := c.tree.doc.Node(id), c.tree.byID[id]
	if now != nil {
		*list = append(*list, now)
	}
	if was != nil && was != now {
		*list = append(*list, was)
	}
}

func (c *changes) parent(id recording.NodeID) {
	var list []*dom.Node
	c.nodes(&list, id)
	for _, n := range list {
		c.dirty(n)
	}
}

func (c *changes) dirty(n *dom.Node) {
	if n != nil && !c.children[n] {
		c.children[n] = true
		c.order = append(c.order, n)
	}
}

func (c *changes) mutation(m recording.Mutation) {
	t := c.tree
	for _, r := range m.Removals {
		c.parent(r.Parent)
	}
	for _, a := range m.Additions {
		c.parent(a.Parent)
		if a.Node == nil {
			continue
		}
		// An addition takes away what had its ids before, wherever that stood.
		a.Node.Walk(func(n *recording.Node) bool {
			if old := t.byID[n.ID]; old != nil && t.known[old] != nil {
				c.dirty(t.known[old].parent)
			}
			return true
		})
	}
	for _, x := range m.Texts {
		c.nodes(&c.texts, x.Node)
	}
	for _, a := range m.Attributes {
		c.nodes(&c.attrs, a.Node)
	}
}

func (c *changes) sheet(node recording.NodeID) {
	if node == recording.NoNode {
		c.adopted = true
		return
	}
	c.nodes(&c.attrs, node) // a link becomes a style element by its first rule
	c.nodes(&c.fills, node)
}

func (c *changes) write() {
	t := c.tree
	for _, n := range c.texts {
		c.text(n)
	}
	for _, n := range c.attrs {
		c.attributes(n)
	}
	for i := 0; i < len(c.order); i++ { // grows
		c.childrenOf(c.order[i])
	}
	filled := map[*dom.Node]bool{}
	for _, n := range c.fills {
		if w := t.known[n]; w != nil && !filled[n] {
			filled[n] = true
			t.leaf(n, w)
		}
	}
	for _, n := range c.values {
		t.value(n)
	}
	hosts := len(t.hosts)
	t.finish()
	for _, n := range c.scrolls {
		t.scroll(n)
	}
	if c.adopted || len(t.hosts) != hosts {
		t.adopt()
	}
	if c.focus || len(c.order) > 0 {
		t.focus()
	}
}

func (c *changes) text(n *dom.Node) {
	if n.Type == recording.ElementNode {
		c.dirty(n)
		return
	}
	if w := c.tree.known[n]; w != nil {
		c.tree.out.num(opData, int(w.handle))
		c.tree.out.str(n.Text)
		return
	}
	if n.Parent != nil && isLeaf(n.Parent) {
		c.fills = append(c.fills, n.Parent)
	}
}

// childrenOf brings what is in a node to what it should be.
func (c *changes) childrenOf(n *dom.Node) {
	t := c.tree
	w := t.known[n]
	switch {
	case w == nil:
		// It is built with what it stands in, or not at all.
	case isFrame(n):
		if len(w.children) == 0 || w.children[0].Parent != n || newerDocument(n, w.children[0]) {
			t.frame(n)
		}
	case isLeaf(n):
		c.fills = append(c.fills, n)
	default:
		t.children(n, w)
	}
}

// newerDocument reports whether a frame shows another document than the one
// that the browser has.
func newerDocument(frame, has *dom.Node) bool {
	for x := frame.First; x != nil; x = x.Next {
		if x.Type == recording.DocumentNode {
			return x != has
		}
	}
	return true
}

// attributes writes what is different in the attributes of an element.
func (c *changes) attributes(n *dom.Node) {
	t := c.tree
	w := t.known[n]
	if w == nil || n.Type != recording.ElementNode {
		return
	}
	if isSheet(n) != w.sheet {
		c.rebuild(n, w)
		return
	}
	if w.sheet || n.Is("textarea") {
		c.fills = append(c.fills, n)
	}
	now := t.clean.attrs(n)
	for _, a := range w.attrs {
		if !slices.ContainsFunc(now, func(b attr) bool { return a.name == b.name }) {
			t.out.num(opUnset, int(w.handle))
			t.out.str(a.name)
		}
	}
	for _, a := range now {
		if !slices.Contains(w.attrs, a) {
			t.out.num(opSet, int(w.handle))
			t.out.str(a.name)
			t.out.str(a.value)
		}
	}
	w.attrs = now
	if n.Value != nil || n.Is("select") {
		c.values = append(c.values, n)
	}
	if n.Is("dialog") {
		t.live = append(t.live, n)
	}
}

// rebuild takes an element out that must be built as another one; what it stands
// in puts it in again.
func (c *changes) rebuild(n *dom.Node, w *twin) {
	t := c.tree
	if p := t.known[w.parent]; p != nil {
		p.children = slices.DeleteFunc(p.children, func(x *dom.Node) bool { return x == n })
	}
	parent := w.parent
	t.remove(n)
	c.dirty(parent)
}

package chromium

import (
	"slices"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// maxDepth bounds how deep elements stand in each other; what is deeper is left
// out. Chromium's own parser stops at the same depth, and its layout is made for
// it.
const maxDepth = 512

// tree knows what the browser holds of a document and writes the programs that
// bring it to where the document is. It compares, node by node, what is there
// with what should be: a dom.Node stands where it was first put until it is
// taken out, so that a list of children can only lose and gain. Operations only
// say where to look.
type tree struct {
	clean *cleaner
	max   int // nodes

	doc   *dom.Document
	known map[*dom.Node]*twin
	byID  map[recording.NodeID]*dom.Node
	ids   map[handle]recording.NodeID
	last  handle
	next  int // key of the next constructed sheet

	out    program
	gone   []handle // removed since the last program
	frames []*dom.Node
	live   []*dom.Node // new nodes with live state
	hosts  map[recording.NodeID]bool
}

// twin is a node that the browser has.
type twin struct {
	handle   handle
	parent   *dom.Node
	children []*dom.Node
	attrs    []attr
	sheet    bool // built as a style element
}

func newTree(c *cleaner, maxNodes int) *tree { return &tree{clean: c, max: maxNodes} }

// load writes the program that builds a document.
func (t *tree) load(d *dom.Document) {
	t.doc = d
	t.known, t.byID, t.ids = map[*dom.Node]*twin{}, map[recording.NodeID]*dom.Node{}, map[handle]recording.NodeID{}
	t.hosts = map[recording.NodeID]bool{}
	t.gone, t.frames, t.live = nil, nil, nil
	t.out = program{}
	root := d.Root()
	if root == nil {
		root = &dom.Node{Type: recording.DocumentNode}
	}
	w := t.add(root, nil)
	t.out.num(opReset, int(w.handle), truth(root.Quirks))
	t.hosts[root.ID] = true
	t.children(root, w)
	t.finish()
	t.adopt()
	t.focus()
}

// finish builds the documents of new frames and sets what only nodes that stand
// in a document can have.
func (t *tree) finish() {
	for len(t.frames) > 0 {
		f := t.frames[0]
		t.frames = t.frames[1:]
		t.frame(f)
	}
	for _, n := range t.live {
		if t.known[n] != nil {
			t.state(n)
		}
	}
	t.live = nil
	if root := t.doc.Root(); root != nil {
		t.scroll(root) // the page may have grown to where it was scrolled to
	}
}

func (t *tree) add(n, parent *dom.Node) *twin {
	t.last++
	w := &twin{handle: t.last, parent: parent}
	t.known[n] = w
	if n.ID != recording.NoNode {
		t.byID[n.ID] = n
		t.ids[w.handle] = n.ID
	}
	return w
}

// handleOf returns the handle of the node with an id, or that of the element
// that a text stands in; 0 when there is none.
func (t *tree) handleOf(id recording.NodeID) handle {
	n := t.byID[id]
	for n != nil && n.Type != recording.ElementNode {
		n = n.Parent
	}
	if w := t.known[n]; w != nil {
		return w.handle
	}
	return 0
}

// children brings the children of a node to what they should be.
func (t *tree) children(n *dom.Node, w *twin) {
	w.children = slices.DeleteFunc(w.children, func(c *dom.Node) bool {
		if c.Parent == n {
			return false
		}
		t.remove(c)
		return true
	})
	depth := depthOf(n)
	kept := w.children
	w.children = nil
	into := handle(-1) // the insertion point that is open
	for c := n.First; c != nil; c = c.Next {
		if len(kept) > 0 && kept[0] == c {
			w.children = append(w.children, c)
			kept = kept[1:]
			into = -1
			continue
		}
		if !builds(n, c) || len(t.known) >= t.max {
			continue
		}
		var before handle
		if len(kept) > 0 {
			before = t.known[kept[0]].handle
		}
		if into != before {
			t.out.num(opInto, int(w.handle), int(before))
			into = before
		}
		t.build(c, n, depth+1)
		w.children = append(w.children, c)
	}
}

func depthOf(n *dom.Node) int {
	depth := 0
	for ; n != nil; n = n.Parent {
		depth++
	}
	return depth
}

// builds reports whether a child of n is something that the browser gets. A
// document that stands among other nodes is that of a frame and built apart.
func builds(n, c *dom.Node) bool {
	switch c.Type {
	case recording.ElementNode:
		return true
	case recording.TextNode, recording.CDATANode:
		return n.Type == recording.ElementNode
	}
	return false
}

// build writes a subtree into the open insertion point.
func (t *tree) build(n, parent *dom.Node, depth int) {
	w := t.add(n, parent)
	flags := 0
	if n.Shadow {
		flags |= inShadow
	}
	if n.Type != recording.ElementNode {
		t.out.num(opText, int(w.handle), flags)
		t.out.str(n.Text)
		return
	}
	if n.ShadowHost {
		flags |= isHost
		t.hosts[n.ID] = true
	}
	w.attrs, w.sheet = t.clean.attrs(n), isSheet(n)
	t.out.num(opElement, int(w.handle), namespace(n))
	t.out.str(tag(n))
	t.out.num(flags, len(w.attrs))
	for _, a := range w.attrs {
		t.out.str(a.name)
		t.out.str(a.value)
	}
	t.leaf(n, w)
	if !isLeaf(n) && depth < maxDepth {
		for c := n.First; c != nil && len(t.known) < t.max; c = c.Next {
			if builds(n, c) {
				t.build(c, n, depth+1)
				w.children = append(w.children, c)
			}
		}
	}
	t.out.num(opUp)
	if isFrame(n) {
		t.frames = append(t.frames, n)
	}
	if isLive(n) {
		t.live = append(t.live, n)
	}
}

// leaf writes the content of an element whose children are not built.
func (t *tree) leaf(n *dom.Node, w *twin) {
	switch {
	case isSheet(n):
		t.out.num(opFill, int(w.handle))
		t.out.str(t.clean.css(n.StyleText()))
	case n.Is("textarea"):
		t.out.num(opFill, int(w.handle))
		t.out.str(areaText(n))
	}
}

// areaText is the text that a text area had to begin with.
func areaText(n *dom.Node) string {
	if v, ok := n.Attr("value"); ok {
		return v
	}
	return n.TextContent()
}

// frame builds the document of a frame anew.
func (t *tree) frame(n *dom.Node) {
	w := t.known[n]
	if w == nil {
		return
	}
	had := len(w.children) > 0
	for _, c := range w.children {
		t.drop(c)
	}
	w.children = nil
	for c := n.First; c != nil; c = c.Next {
		if c.Type != recording.DocumentNode || len(t.known) >= t.max {
			continue
		}
		inner := t.add(c, n)
		t.hosts[c.ID] = true
		w.children = append(w.children, c)
		t.out.num(opFrame, int(w.handle), int(inner.handle), truth(c.Quirks))
		t.children(c, inner)
		t.live = append(t.live, c)
		return
	}
	if had {
		t.last++ // an empty document that is no node of the recording
		t.out.num(opFrame, int(w.handle), int(t.last), 0)
	}
}

// remove takes a subtree out of the page.
func (t *tree) remove(n *dom.Node) {
	if w := t.known[n]; w != nil {
		t.out.num(opRemove, int(w.handle))
		t.drop(n)
	}
}

// drop forgets a subtree.
func (t *tree) drop(n *dom.Node) {
	w := t.known[n]
	if w == nil {
		return
	}
	delete(t.known, n)
	delete(t.ids, w.handle)
	if t.byID[n.ID] == n {
		delete(t.byID, n.ID)
		delete(t.hosts, n.ID)
	}
	t.gone = append(t.gone, w.handle)
	for _, c := range w.children {
		t.drop(c)
	}
}

// isLive reports whether a node has state that no attribute holds.
func isLive(n *dom.Node) bool {
	return n.Value != nil || n.ScrollX != 0 || n.ScrollY != 0 || n.Is("select", "dialog")
}

// state writes the live state of a node.
func (t *tree) state(n *dom.Node) {
	t.value(n)
	if n.ScrollX != 0 || n.ScrollY != 0 {
		t.scroll(n)
	}
	if mode, _ := n.Attr("rr_open_mode"); mode == "modal" && n.Is("dialog") {
		t.out.num(opModal, int(t.known[n].handle))
	}
}

// value writes the live state of a form field.
func (t *tree) value(n *dom.Node) {
	w := t.known[n]
	if w == nil {
		return
	}
	if n.Value == nil {
		if v, ok := n.Attr("value"); ok && n.Is("select") {
			t.out.num(opValue, int(w.handle))
			t.out.str(v)
		}
		return
	}
	kind, _ := n.Attr("type")
	if n.Is("option") || n.Is("input") && (strings.EqualFold(kind, "checkbox") || strings.EqualFold(kind, "radio")) {
		t.out.num(opChecked, int(w.handle), truth(n.Value.Checked))
		return
	}
	t.out.num(opValue, int(w.handle))
	t.out.str(n.Value.Text)
}

func (t *tree) scroll(n *dom.Node) {
	if w := t.known[n]; w != nil {
		t.out.num(opScroll, int(w.handle))
		t.out.float(n.ScrollX)
		t.out.float(n.ScrollY)
	}
}

// focus writes where the focus is.
func (t *tree) focus() {
	var at handle
	if w := t.known[t.doc.Focus()]; w != nil {
		at = w.handle
	}
	t.out.num(opFocus, int(at))
}

// adopt writes the constructed sheets of every document and shadow tree, and the
// fonts that the recording carries.
func (t *tree) adopt() {
	keys := map[*dom.Sheet]int{}
	key := func(text string) int {
		t.next++
		t.out.num(opSheet, t.next)
		t.out.str(text)
		return t.next
	}
	fonts := t.clean.css(fontFaces(t.doc.Fonts()))
	ids := make([]recording.NodeID, 0, len(t.hosts))
	for id := range t.hosts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		n := t.byID[id]
		if n == nil && t.doc.Root() != nil && id == t.doc.Root().ID {
			n = t.doc.Root()
		}
		w := t.known[n]
		if w == nil {
			continue
		}
		var use []int
		if n.Type == recording.DocumentNode && fonts != "" {
			use = append(use, key(fonts))
		}
		for _, s := range t.doc.Adopted(id) {
			if keys[s] == 0 {
				keys[s] = key(t.clean.css(s.Text()))
			}
			use = append(use, keys[s])
		}
		if len(use) > 0 {
			t.out.num(opAdopt, int(w.handle), len(use))
			t.out.num(use...)
		}
	}
}

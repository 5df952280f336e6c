package openreplay

import (
	"slices"
	"strings"

	"hindsite.app/player/fault"
)

// The nodes that the recorder does not send stand in front of its own: the
// document and its type. Its own begin with 0, the root element.
const (
	documentID = 1
	doctypeID  = 2
	firstID    = 3
)

// nodeKind is what a node is.
type nodeKind uint8

const (
	elementNode nodeKind = iota
	textNode
	frameNode  // the document inside a frame
	shadowNode // the root of a shadow tree; its children become its host's
)

// node is one node of the page that is being rebuilt.
type node struct {
	id       int64 // the recorder's
	kind     nodeKind
	svg      bool
	tag      string
	text     string
	attrs    []attr
	parent   *node
	children []*node
	inner    *node   // of an element: the document or shadow root inside
	adopted  []int64 // sheets that the document or shadow root adopts
	value    *string
	checked  *bool

	shown bool   // it stands in the document that was handed on
	moved bool   // and is to be taken out of it, and put in again where it still is
	sets  []attr // attributes to hand on; nil values are removed
	retex bool   // its text is to be handed on
}

type attr struct {
	name  string
	value *string
}

// tree is the page of one tab.
type tree struct {
	nodes map[int64]*node
	root  *node
	work  int64

	touched []*node // nodes whose state is to be handed on
	gone    []gone  // nodes to take out
}

// gone is a node to take out of where it stands.
type gone struct {
	parent int64 // as it was handed on
	node   *node
}

// maxWork bounds the steps that rebuilding pages may take: a hostile recording
// could ask for more than any computer can do in little space.
const maxWork = 1 << 28

func newTree() *tree {
	root := &node{tag: "html"}
	return &tree{nodes: map[int64]*node{0: root}, root: root}
}

// spend counts n steps.
func (t *tree) spend(n int) error {
	if t.work += int64(n); t.work > maxWork {
		return fault.New(fault.Limit, "read session: rebuilding its pages takes more steps than any recording needs")
	}
	return nil
}

// create makes a node and puts it into its parent. It reports false when there
// is one of that id.
func (t *tree) create(n *node, parent int64, index int64) (ok bool, err error) {
	if t.nodes[n.id] != nil {
		return false, nil
	}
	t.nodes[n.id] = n
	return t.place(n, parent, index)
}

// place puts a node in front of the index-th child of its new parent.
func (t *tree) place(n *node, parent int64, index int64) (ok bool, err error) {
	p := t.nodes[parent]
	if p == nil || p.kind == textNode || n == t.root || n.kind == frameNode || n.kind == shadowNode {
		return false, nil
	}
	depth := 0
	for a := p; a != nil; a = a.parent {
		if depth++; a == n || depth > maxNesting {
			return false, nil
		}
	}
	if err := t.spend(depth); err != nil {
		return false, err
	}
	if err := t.takeOut(n); err != nil {
		return false, err
	}
	at := int(min(max(index, 0), int64(len(p.children))))
	if err := t.spend((len(p.children) - at) / 16); err != nil {
		return false, err
	}
	p.children = slices.Insert(p.children, at, n)
	n.parent = p
	t.touch(n)
	return true, nil
}

// takeOut takes a node out of its parent.
func (t *tree) takeOut(n *node) error {
	p := n.parent
	if p == nil {
		return nil
	}
	t.leave(n, p)
	n.parent = nil
	if p.inner == n {
		p.inner = nil
		return nil
	}
	at := slices.Index(p.children, n)
	if at >= 0 {
		p.children = slices.Delete(p.children, at, at+1)
	}
	return t.spend(1 + len(p.children)/4)
}

// leave notes that a node does not stand any more where it was handed on.
func (t *tree) leave(n, parent *node) {
	if n.kind == shadowNode {
		for _, c := range n.children {
			t.leave(c, n)
		}
		return
	}
	if n.shown && !n.moved {
		n.moved = true
		t.gone = append(t.gone, gone{parent.host().shownID(), n})
	}
}

// remove takes a node out for good, with all below it.
func (t *tree) remove(n *node) error {
	if err := t.takeOut(n); err != nil {
		return err
	}
	return t.forget(n)
}

// maxNesting bounds how deep a node may be put into others.
const maxNesting = 2000

func (t *tree) forget(n *node) error {
	if err := t.spend(1); err != nil {
		return err
	}
	if t.nodes[n.id] == n {
		delete(t.nodes, n.id)
	}
	if n.inner != nil {
		if err := t.forget(n.inner); err != nil {
			return err
		}
	}
	for _, c := range n.children {
		if err := t.forget(c); err != nil {
			return err
		}
	}
	return nil
}

// open puts a document or a shadow root into an element, in place of what was
// there.
func (t *tree) open(host *node, id int64) error {
	if old := t.nodes[id]; old != nil {
		return nil
	}
	if host.inner != nil {
		if err := t.remove(host.inner); err != nil {
			return err
		}
	}
	inner := &node{id: id, kind: shadowNode, parent: host}
	if host.tag == "iframe" || host.tag == "frame" {
		inner.kind = frameNode
	}
	t.nodes[id], host.inner = inner, inner
	if inner.kind == frameNode {
		t.touch(inner)
		return nil
	}
	// Whether an element has a shadow tree is said where it is put in, so that
	// it is put in anew.
	if host.parent != nil {
		t.leave(host, host.parent)
	}
	t.touch(host)
	return nil
}

func (t *tree) touch(n *node) { t.touched = append(t.touched, n) }

// set gives an element an attribute; a nil value takes it away.
func (t *tree) set(n *node, name string, value *string) error {
	i := slices.IndexFunc(n.attrs, func(a attr) bool { return a.name == name })
	switch {
	case value == nil && i >= 0:
		n.attrs = slices.Delete(n.attrs, i, i+1)
	case value != nil && i >= 0:
		n.attrs[i].value = value
	case value != nil:
		n.attrs = append(n.attrs, attr{name, value})
	}
	n.sets = append(n.sets, attr{name, value})
	t.touch(n)
	return t.spend(1 + len(n.attrs)/4)
}

func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.name == name {
			return *a.value
		}
	}
	return ""
}

// attached reports whether a node stands in the document.
func (t *tree) attached(n *node) bool {
	for ; n != nil; n = n.parent {
		t.work++
		if n == t.root {
			return true
		}
	}
	return false
}

// isNew reports whether a node is to be put into the document that was handed
// on: it never stood there, or must be put in again.
func (n *node) isNew() bool { return !n.shown || n.moved }

// shownID returns the id under which a node is handed on.
func (n *node) shownID() int64 { return n.id + firstID }

// host returns the node that a child stands in once it is handed on.
func (n *node) host() *node {
	if n.kind == shadowNode {
		return n.parent
	}
	return n
}

func tagName(tag string, svg bool) string {
	if svg {
		return tag
	}
	return strings.ToLower(tag)
}

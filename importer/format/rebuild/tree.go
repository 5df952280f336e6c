// Package rebuild rebuilds pages from recordings that hold single changes and
// no whole documents, and hands them on as the events of rrweb, for which there
// is a decoder.
package rebuild

import (
	"slices"

	"hindsite.app/player/fault"
)

// DocumentID is the id of the document in what is handed on. Two nodes that
// recorders do not send stand in front of their own: the document and its
// type. Theirs begin with 0.
const (
	DocumentID = 1
	firstID    = 3
)

// Kind is what a node is.
type Kind uint8

// The kinds of nodes.
const (
	Element Kind = iota
	Text
	Frame  // the document inside a frame
	Shadow // the root of a shadow tree; its children become its host's
)

// Node is one node of a page. Its tree keeps where it stands; its state is
// changed with the methods of the tree.
type Node struct {
	ID   int64 // the recorder's
	Kind Kind
	Tag  string // of an element, HTML's in lower case
	SVG  bool

	text     string
	attrs    []attr
	parent   *Node
	children []*Node
	inner    *Node   // of an element: the document or shadow root inside
	adopted  []int64 // sheets that the document or shadow root adopts
	value    *string
	checked  *bool

	shown   bool   // it stands in the document that was handed on
	within  *Node  // what it stands in there
	moved   bool   // and is to be taken out of it, and put in again where it still is
	sets    []attr // attributes to hand on; nil values are removed
	newText bool   // its text is to be handed on
}

type attr struct {
	name  string
	value *string
}

// Attr returns the value of an attribute, "" where it has none.
func (n *Node) Attr(name string) string {
	for _, a := range n.attrs {
		if a.name == name {
			return *a.value
		}
	}
	return ""
}

// Has reports whether an element has an attribute.
func (n *Node) Has(name string) bool {
	return slices.ContainsFunc(n.attrs, func(a attr) bool { return a.name == name })
}

// Parent returns what the node stands in, nil when it stands nowhere.
func (n *Node) Parent() *Node { return n.parent }

// ShownID returns the id under which a node is handed on: that of its host
// for the root of a shadow tree.
func (n *Node) ShownID() int64 { return n.host().ID + firstID }

// host returns the node that the children of n stand in once handed on.
func (n *Node) host() *Node {
	if n.Kind == Shadow && n.parent != nil {
		return n.parent
	}
	return n
}

// isNew reports whether a node is to be put into the document that was handed
// on: it never stood there, or must be put in again.
func (n *Node) isNew() bool { return !n.shown || n.moved }

// Tree is the document of one tab. Its root is the html element.
type Tree struct {
	nodes map[int64]*Node
	root  *Node
	work  *work

	touched []*Node // nodes whose state is to be handed on
	gone    []*Node // nodes to take out of where they stand
}

// newTree returns a document with a root of the given id.
func newTree(root int64, work *work) *Tree {
	n := &Node{ID: root, Tag: "html"}
	return &Tree{nodes: map[int64]*Node{root: n}, root: n, work: work}
}

// Root returns the html element.
func (t *Tree) Root() *Node { return t.root }

// Node returns the node of an id, or nil.
func (t *Tree) Node(id int64) *Node { return t.nodes[id] }

// maxWork bounds the steps that rebuilding the pages of a session may take: a
// hostile recording could ask for more than any computer can do. A page of
// 45,000 siblings that changes 50,000 times takes less.
const maxWork = 1 << 30

// work counts steps.
type work struct{ done, most int }

func (t *Tree) spend(n int) error {
	if t.work.done += n; t.work.done > t.work.most {
		return fault.New(fault.Limit, "read session: rebuilding its pages takes more steps than any recording needs")
	}
	return nil
}

// Create takes a new node in and puts it in front of the index-th child of its
// parent. It reports false when the id is taken or it cannot stand there.
func (t *Tree) Create(n *Node, parent, index int64) (ok bool, err error) {
	if !t.Adopt(n) {
		return false, nil
	}
	return t.Place(n, parent, index)
}

// Adopt takes a new node in, standing nowhere. It reports false when the id is
// taken.
func (t *Tree) Adopt(n *Node) bool {
	if t.nodes[n.ID] != nil {
		return false
	}
	t.nodes[n.ID] = n
	return true
}

// Place puts a node in front of the index-th child of its parent, counted
// without itself. It reports false when it cannot stand there.
func (t *Tree) Place(n *Node, parent, index int64) (ok bool, err error) {
	p := t.nodes[parent]
	if ok, err := t.fits(n, p); !ok {
		return false, err
	}
	if err := t.takeOut(n); err != nil {
		return false, err
	}
	return true, t.insert(n, p, int(min(max(index, 0), int64(len(p.children)))))
}

// PlaceBehind puts a node behind its sibling previous, or first where that is
// nil. A sibling that stands elsewhere makes it the last.
func (t *Tree) PlaceBehind(n *Node, parent int64, previous *Node) (ok bool, err error) {
	p := t.nodes[parent]
	if ok, err := t.fits(n, p); !ok {
		return false, err
	}
	if err := t.takeOut(n); err != nil {
		return false, err
	}
	at := 0
	if previous != nil {
		if at = slices.Index(p.children, previous) + 1; at == 0 {
			at = len(p.children)
		}
		if err := t.spend(at / 4); err != nil {
			return false, err
		}
	}
	return true, t.insert(n, p, at)
}

// maxNesting bounds how deep a node may be put into others.
const maxNesting = 2000

// fits reports whether n can stand in p.
func (t *Tree) fits(n, p *Node) (bool, error) {
	if p == nil || p.Kind == Text || n == t.root || n.Kind == Frame || n.Kind == Shadow {
		return false, nil
	}
	depth := 0
	for a := p; a != nil; a = a.parent {
		if depth++; a == n || depth > maxNesting {
			return false, nil
		}
	}
	return true, t.spend(depth)
}

func (t *Tree) insert(n, p *Node, at int) error {
	if err := t.spend(1 + (len(p.children)-at)/16); err != nil {
		return err
	}
	p.children = slices.Insert(p.children, at, n)
	n.parent = p
	t.touch(n)
	return nil
}

// takeOut takes a node out of its parent.
func (t *Tree) takeOut(n *Node) error {
	p := n.parent
	if p == nil {
		return nil
	}
	t.leave(n)
	n.parent = nil
	if p.inner == n {
		p.inner = nil
		return nil
	}
	if at := slices.Index(p.children, n); at >= 0 {
		p.children = slices.Delete(p.children, at, at+1)
	}
	return t.spend(1 + len(p.children)/8)
}

// Detach takes a node out, to be put in again perhaps. The root stays.
func (t *Tree) Detach(n *Node) error {
	if n == t.root || n.Kind == Frame || n.Kind == Shadow {
		return nil
	}
	return t.takeOut(n)
}

// leave notes that a node does not stand any more where it was handed on.
func (t *Tree) leave(n *Node) {
	if n.Kind == Shadow {
		for _, c := range n.children {
			t.leave(c)
		}
		return
	}
	if n.shown && !n.moved {
		n.moved = true
		t.gone = append(t.gone, n)
	}
}

// Remove takes a node out for good, with all below it. The root stays.
func (t *Tree) Remove(n *Node) error {
	if n == t.root {
		return nil
	}
	if err := t.takeOut(n); err != nil {
		return err
	}
	return t.forget(n)
}

func (t *Tree) forget(n *Node) error {
	if err := t.spend(1); err != nil {
		return err
	}
	if t.nodes[n.ID] == n {
		delete(t.nodes, n.ID)
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

// Open puts a document or a shadow root of the given id into an element, in
// place of what was there. Nothing happens when the id is taken.
func (t *Tree) Open(host *Node, id int64, kind Kind) error {
	if t.nodes[id] != nil {
		return nil
	}
	if host.inner != nil {
		if err := t.Remove(host.inner); err != nil {
			return err
		}
	}
	inner := &Node{ID: id, Kind: kind, parent: host}
	t.nodes[id], host.inner = inner, inner
	if kind == Frame {
		t.touch(inner)
		return nil
	}
	// Whether an element has a shadow tree is said where it is put in, so that
	// it is put in anew.
	t.leave(host)
	t.touch(host)
	return nil
}

// Inner returns the document or shadow root inside an element, or nil.
func (n *Node) Inner() *Node { return n.inner }

func (t *Tree) touch(n *Node) { t.touched = append(t.touched, n) }

// Set gives an element an attribute; a nil value takes it away.
func (t *Tree) Set(n *Node, name string, value *string) error {
	i := slices.IndexFunc(n.attrs, func(a attr) bool { return a.name == name })
	switch {
	case value == nil && i < 0:
		return nil
	case value == nil:
		n.attrs = slices.Delete(n.attrs, i, i+1)
	case i >= 0:
		n.attrs[i].value = value
	default:
		n.attrs = append(n.attrs, attr{name, value})
	}
	n.sets = append(n.sets, attr{name, value})
	t.touch(n)
	return t.spend(1 + len(n.attrs)/4)
}

// SetAll gives an element the attributes and takes all others away.
func (t *Tree) SetAll(n *Node, names, values []string) error {
	kept := make(map[string]bool, len(names))
	for i, name := range names {
		if kept[name] = true; n.Has(name) && n.Attr(name) == values[i] {
			continue
		}
		if err := t.Set(n, name, &values[i]); err != nil {
			return err
		}
	}
	for _, a := range slices.Clone(n.attrs) {
		if !kept[a.name] {
			if err := t.Set(n, a.name, nil); err != nil {
				return err
			}
		}
	}
	return t.spend(len(names) * len(n.attrs) / 4)
}

// SetText gives a text node its text.
func (t *Tree) SetText(n *Node, text string) error {
	n.text, n.newText = text, true
	t.touch(n)
	return t.spend(1)
}

// attached reports whether a node stands in the document.
func (t *Tree) attached(n *Node) bool {
	for ; n != nil; n = n.parent {
		t.work.done++
		if n == t.root {
			return true
		}
	}
	return false
}

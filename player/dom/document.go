// Package dom holds the state of a recorded document: a tree that recorded
// changes are applied to. It knows nothing of layout.
package dom

import (
	"strings"

	"hindsite.app/player/recording"
)

// Document is the state of one tab's document at one moment, with the
// documents of its frames and its shadow trees inside. It is owned by one
// goroutine. The zero value is not usable; see New.
type Document struct {
	root    *Node
	nodes   map[recording.NodeID]*Node
	version uint64

	width, height int
	focus         recording.NodeID
	view          int

	sheets  map[recording.SheetID]*Sheet
	adopted map[recording.NodeID][]recording.SheetID
	fonts   []recording.AddFont
}

// New returns an empty document, as it is before the first snapshot.
func New() *Document {
	d := &Document{view: -1}
	d.reset()
	return d
}

func (d *Document) reset() {
	d.root = nil
	d.nodes = map[recording.NodeID]*Node{}
	d.focus = recording.NoNode
	d.sheets = map[recording.SheetID]*Sheet{}
	d.adopted = map[recording.NodeID][]recording.SheetID{}
	d.fonts = nil
}

// Root returns the document node, or nil before the first snapshot.
func (d *Document) Root() *Node { return d.root }

// Node returns the node with that id, or nil.
func (d *Document) Node(id recording.NodeID) *Node { return d.nodes[id] }

// Len returns the number of nodes.
func (d *Document) Len() int { return len(d.nodes) }

// Version counts the changes applied so far; two equal versions of one
// Document are the same state.
func (d *Document) Version() uint64 { return d.version }

// Viewport returns the size of the tab's viewport in CSS pixels, 0 and 0 when
// it was never recorded.
func (d *Document) Viewport() (width, height int) { return d.width, d.height }

// Scroll returns the scroll offset of the window in CSS pixels.
func (d *Document) Scroll() (x, y float32) {
	if d.root == nil {
		return 0, 0
	}
	return d.root.ScrollX, d.root.ScrollY
}

// Focus returns the focused node, or nil.
func (d *Document) Focus() *Node { return d.nodes[d.focus] }

// View returns the index of the current view in Recording.Views, -1 before
// the first.
func (d *Document) View() int { return d.view }

// Fonts returns the font faces that the recording carries, in order. The
// caller does not change them.
func (d *Document) Fonts() []recording.AddFont { return d.fonts }

// Adopted returns the constructed sheets that the document or shadow host uses,
// in cascade order.
func (d *Document) Adopted(host recording.NodeID) []*Sheet {
	var sheets []*Sheet
	for _, id := range d.adopted[host] {
		if s := d.sheets[id]; s != nil {
			sheets = append(sheets, s)
		}
	}
	return sheets
}

// Node is one node of a Document. Readers follow its fields and change none.
type Node struct {
	ID         recording.NodeID
	Type       recording.NodeType
	Tag        string // as recorded: HTML tags are in lower case, SVG tags keep theirs
	Attrs      []recording.Attr
	Text       string
	SVG        bool
	Quirks     bool
	ShadowHost bool
	Shadow     bool // stands in its parent's shadow root, not among its light children

	Parent, First, Last, Prev, Next *Node

	ScrollX, ScrollY float32
	Value            *Value // what was typed or chosen since the snapshot, or nil
	Sheet            *Sheet // rules of a style or link element that a script changed, or nil
	Playing          bool   // media elements
}

// Value is the live state of a form field.
type Value struct {
	Text    string
	Checked bool
}

// Attr returns the value of the named attribute.
func (n *Node) Attr(name string) (value string, ok bool) {
	for i := range n.Attrs {
		if n.Attrs[i].Name == name {
			return n.Attrs[i].Value, true
		}
	}
	return "", false
}

// Is reports whether n is an HTML element with one of the given tags.
func (n *Node) Is(tags ...string) bool {
	if n.Type != recording.ElementNode || n.SVG {
		return false
	}
	for _, t := range tags {
		if n.Tag == t {
			return true
		}
	}
	return false
}

// StyleText returns the text of the sheet that a style or link element holds,
// with every change that scripts made to its rules.
func (n *Node) StyleText() string {
	if n.Sheet != nil {
		return n.Sheet.Text()
	}
	if css, ok := n.Attr("_cssText"); ok && css != "" {
		return strings.ReplaceAll(css, "/* rr_split */", "")
	}
	var b strings.Builder
	for c := n.First; c != nil; c = c.Next {
		if c.Type == recording.TextNode {
			b.WriteString(c.Text)
		}
	}
	return b.String()
}

// build makes live nodes of a serialised subtree and returns its top.
func (d *Document) build(s *recording.Node) *Node {
	n := &Node{
		ID: s.ID, Type: s.Type, Tag: s.Tag, Attrs: s.Attrs, Text: s.Text, SVG: s.SVG,
		Quirks: s.Quirks, ShadowHost: s.ShadowHost, Shadow: s.Shadow,
	}
	if s.Type == recording.ElementNode && !s.SVG {
		n.Tag = strings.ToLower(s.Tag)
	}
	if old := d.nodes[n.ID]; old != nil {
		d.detach(old)
	}
	d.nodes[n.ID] = n
	n.ScrollX, n.ScrollY = recordedScroll(s)
	for _, c := range s.Children {
		n.insert(d.build(c), nil)
	}
	return n
}

func recordedScroll(s *recording.Node) (x, y float32) {
	for i := range s.Attrs {
		switch s.Attrs[i].Name {
		case "rr_scrollLeft":
			x = parsePixels(s.Attrs[i].Value)
		case "rr_scrollTop":
			y = parsePixels(s.Attrs[i].Value)
		}
	}
	return x, y
}

// detach unlinks n and forgets every id below it.
func (d *Document) detach(n *Node) {
	n.unlink()
	d.forget(n)
}

func (d *Document) forget(n *Node) {
	if d.nodes[n.ID] == n {
		delete(d.nodes, n.ID)
		delete(d.adopted, n.ID)
	}
	for c := n.First; c != nil; c = c.Next {
		d.forget(c)
	}
}

// insert puts c before the child next, or last when next is nil.
func (n *Node) insert(c, next *Node) {
	c.Parent, c.Next = n, next
	if next == nil {
		c.Prev, n.Last = n.Last, c
	} else {
		c.Prev, next.Prev = next.Prev, c
	}
	if c.Prev == nil {
		n.First = c
	} else {
		c.Prev.Next = c
	}
}

func (n *Node) unlink() {
	p := n.Parent
	if p == nil {
		return
	}
	if n.Prev == nil {
		p.First = n.Next
	} else {
		n.Prev.Next = n.Next
	}
	if n.Next == nil {
		p.Last = n.Prev
	} else {
		n.Next.Prev = n.Prev
	}
	n.Parent, n.Prev, n.Next = nil, nil, nil
}

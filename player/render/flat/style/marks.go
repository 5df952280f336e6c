package style

import (
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat/css"
)

// mark says what must be looked at again at an element.
type mark uint8

const (
	onPath  mark = 1 << iota // something below it
	rematch                  // its rules
	below                    // the rules of everything below it
	touched                  // what is laid out of it, whatever its style
)

// Marks collects what recorded changes do to the styles of a document and of
// the documents in its frames. It belongs to one goroutine and to one step
// between two states.
type Marks struct {
	doc   *dom.Document
	trees []*Tree
	uses  *css.Uses
	at    map[*dom.Node]mark
	rowed map[*dom.Node]bool // whose children were marked for how they stand
	// all says that every rule must be asked again. What is laid out anew
	// although its style is the same is marked all the same.
	all bool
}

// maxMarks is how many elements are marked one by one.
const maxMarks = 50_000

// withAll returns the marks with every rule to be asked again.
func (m *Marks) withAll() *Marks {
	all := *m
	all.all = true
	return &all
}

// Many reports whether so much has changed that the document is better styled
// anew.
func (m *Marks) Many() bool { return len(m.at) > maxMarks }

// NewMarks returns empty Marks for changes to the document that trees are the
// styles of: its own, and those of its frames.
func NewMarks(doc *dom.Document, trees []*Tree) *Marks {
	m := &Marks{doc: doc, trees: trees, uses: css.NewUses(), at: map[*dom.Node]mark{}, rowed: map[*dom.Node]bool{}}
	for _, t := range trees {
		m.uses.Add(t.walker.ua.uses)
		for _, rs := range t.walker.scopes {
			m.uses.Add(rs.uses)
		}
	}
	return m
}

// Op marks what one change reaches. The document has been changed already; what
// is no longer in it needs no marks of its own.
func (m *Marks) Op(op recording.Op) {
	switch op := op.(type) {
	case recording.SetScroll, recording.Navigate:
	case recording.Mutation:
		m.mutation(op)
	case recording.SetInput:
		m.field(m.doc.Node(op.Node))
	case recording.SetMedia:
		m.states(m.doc.Node(op.Node), "playing", "paused")
	default:
		m.all = true // sheets, fonts, sizes and whole documents
	}
}

// Chain returns an element and those around it, from the inside out. It must be
// made while the element is in the document; n may be nil.
func Chain(n *dom.Node) []*dom.Node {
	var list []*dom.Node
	for ; n != nil; n = n.Parent {
		if n.Type == recording.ElementNode {
			list = append(list, n)
		}
	}
	return list
}

// Focus marks what a change of the focused element reaches: the chain is that
// of one that lost or that got the focus.
func (m *Marks) Focus(chain []*dom.Node) {
	for i, n := range chain {
		if i == 0 {
			m.states(n, "focus", "focus-visible")
		}
		m.states(n, "focus-within")
	}
}

// Hover marks what the pointer reaches that came to an element, or left it.
func (m *Marks) Hover(chain []*dom.Node) {
	for _, n := range chain {
		m.states(n, "hover")
	}
}

// field marks a form field whose value changed.
func (m *Marks) field(n *dom.Node) {
	if n == nil {
		return
	}
	m.add(n, touched|rematch)
	m.states(n, "checked", "placeholder-shown", "valid", "invalid", "indeterminate", "in-range", "out-of-range", "user-valid", "user-invalid", "default")
	if n.Is("select") {
		m.add(n, below)
	}
}

func (m *Marks) states(n *dom.Node, names ...string) {
	for _, name := range names {
		m.reach(n, m.uses.Reach(':', name))
	}
}

func (m *Marks) mutation(op recording.Mutation) {
	for _, r := range op.Removals {
		m.children(m.doc.Node(r.Parent))
		m.removed(r.Node)
	}
	for i := range op.Additions {
		a := &op.Additions[i]
		a.Node.Walk(func(n *recording.Node) bool {
			m.vanished(n.ID)
			m.appeared(n)
			return true
		})
		m.children(m.doc.Node(a.Parent))
	}
	for _, t := range op.Texts {
		if n := m.doc.Node(t.Node); n != nil {
			if n.Type != recording.ElementNode {
				n = n.Parent
			}
			if n != nil {
				m.add(n, touched)
				m.children(n)
			}
		}
	}
	for i := range op.Attributes {
		m.attributes(&op.Attributes[i])
	}
}

// appeared asks whether a new element is one that a :has() waits for, or a
// sheet.
func (m *Marks) appeared(n *recording.Node) {
	if n.Type != recording.ElementNode {
		return
	}
	switch strings.ToLower(n.Tag) {
	case "style", "link":
		m.all = true
	}
	m.awaited(n.Tag, n.Attrs)
}

// awaited marks everything when a :has() asks for an element that came or went.
func (m *Marks) awaited(tag string, attrs []recording.Attr) {
	if !m.uses.Has || m.all {
		return
	}
	reach := m.uses.Reach('<', strings.ToLower(tag)) | m.uses.Reach('<', "*")
	for _, a := range attrs {
		reach |= m.uses.Reach('[', a.Name) | m.name(a.Name, a.Value)
	}
	m.all = reach&css.Everything != 0
}

// removed marks what the removal of a node reaches.
func (m *Marks) removed(id recording.NodeID) {
	if n := m.known(id); n != nil {
		m.vanished(id)
		m.lost(n.DOM)
	} else {
		m.all = m.all || m.uses.Has // nobody knows what was in it
	}
}

func (m *Marks) lost(n *dom.Node) {
	if !m.uses.Has || n.Type != recording.ElementNode {
		return
	}
	m.awaited(n.Tag, n.Attrs)
	for c := n.First; c != nil && !m.all; c = c.Next {
		m.lost(c)
	}
}

// known returns the node with an id in the state before, or nil.
func (m *Marks) known(id recording.NodeID) *Node {
	for _, t := range m.trees {
		if n := t.byID[id]; n != nil {
			return n
		}
	}
	return nil
}

// vanished marks where a node stood that is gone or has moved.
func (m *Marks) vanished(id recording.NodeID) {
	if n := m.known(id); n != nil && m.doc.Node(id) != n.DOM {
		m.children(n.above)
	}
}

// name returns how far the names in an attribute reach.
func (m *Marks) name(attr, value string) css.Reach {
	switch attr {
	case "id":
		return m.uses.Reach('#', value)
	case "class":
		var r css.Reach
		for _, c := range strings.Fields(value) {
			r |= m.uses.Reach('.', c)
		}
		return r
	}
	return 0
}

// children marks an element among whose children something came or went.
func (m *Marks) children(n *dom.Node) {
	if n == nil {
		return
	}
	if n.Is("style", "link") || n.SVG && n.Tag == "style" || n.Type == recording.DocumentNode {
		m.all = true
		return
	}
	m.add(n, onPath)
	if n.Is("textarea", "title", "option", "object", "iframe", "frame") {
		m.add(n, touched)
	}
	if p := m.shown(n); p != nil && p != n {
		m.add(p, touched) // it shows what is in it in its own way
	}
	m.reach(n, m.uses.Empty)
	if m.uses.Structure == 0 || m.rowed[n] || !m.rows(n) {
		return
	}
	m.rowed[n] = true
	for c := n.First; c != nil; c = c.Next {
		if c.Type == recording.ElementNode {
			m.siblings(c)
		}
	}
}

// shown returns n or the nearest element around it that has a style.
func (m *Marks) shown(n *dom.Node) *dom.Node {
	for ; n != nil; n = n.Parent {
		for _, t := range m.trees {
			if t.byDOM[n] != nil {
				return n
			}
		}
	}
	return nil
}

// rows forgets how the children of n stand among each other, and reports
// whether the style of one depended on it.
func (m *Marks) rows(n *dom.Node) bool {
	asked := false
	for _, t := range m.trees {
		if e := t.walker.matcher.Known(n); e != nil && e.Rows() {
			asked = true
			t.walker.matcher.Recount(n)
		}
	}
	return asked
}

func (m *Marks) siblings(c *dom.Node) {
	switch {
	case m.uses.Structure&css.Everything != 0:
		m.all = true
	case m.uses.Structure&(css.Descendants|css.Followers) != 0:
		m.add(c, rematch|below)
	default:
		m.add(c, rematch)
	}
}

// reach marks what a change at n reaches.
func (m *Marks) reach(n *dom.Node, r css.Reach) {
	if n == nil || r == 0 {
		return
	}
	if r&css.Everything != 0 {
		m.all = true
		return
	}
	if r&css.Itself != 0 {
		m.add(n, rematch)
	}
	if r&css.Descendants != 0 {
		m.add(n, below)
	}
	if r&css.Followers != 0 {
		for s := n.Next; s != nil; s = s.Next {
			if s.Type == recording.ElementNode {
				m.add(s, rematch|below)
			}
		}
	}
}

// attributes marks what changed attributes of an element reach.
func (m *Marks) attributes(c *recording.AttributeChange) {
	n := m.doc.Node(c.Node)
	if n == nil || n.Type != recording.ElementNode {
		return
	}
	if n.Is("style", "link") || n.SVG && n.Tag == "style" {
		m.all = true
		return
	}
	m.add(n, rematch)
	changed := func(name string) {
		m.reach(n, m.uses.Reach('[', strings.ToLower(name)))
		switch name {
		case "class":
			m.classes(n)
		case "id":
			m.ids(n)
		case "style":
		case "dir", "lang":
			m.add(n, below)
		case "disabled":
			m.states(n, "disabled", "enabled", "read-only", "read-write")
			m.add(n, touched|below)
		case "slot":
			if n.Parent != nil {
				m.add(n.Parent, below|touched)
			}
		default:
			if !strings.HasPrefix(name, "data-") && !strings.HasPrefix(name, "aria-") || n.SVG {
				m.add(n, touched)
			}
			m.stateOf(n, name)
		}
	}
	for _, a := range c.Set {
		changed(a.Name)
	}
	for _, name := range c.Removed {
		changed(name)
	}
	if len(c.Style) > 0 {
		changed("style")
	}
}

// stateOf marks the states that an attribute gives an element.
func (m *Marks) stateOf(n *dom.Node, attr string) {
	switch attr {
	case "checked", "selected", "value", "type", "placeholder", "required", "readonly", "contenteditable":
		m.states(n, "checked", "placeholder-shown", "valid", "invalid", "required", "optional", "read-only", "read-write")
		if n.Is("option") && n.Parent != nil {
			m.add(n.Parent, below|touched)
		}
	case "href":
		m.states(n, "link", "any-link")
	case "open", "rr_open_mode":
		m.states(n, "open", "modal")
	}
}

// classes marks what the classes that came or went reach.
func (m *Marks) classes(n *dom.Node) {
	now, _ := n.Attr("class")
	old := m.before(n)
	if old == nil {
		m.add(n, below)
		return
	}
	fresh := strings.Fields(now)
	for _, c := range fresh {
		if !old.Has(c) {
			m.reach(n, m.uses.Reach('.', c))
		}
	}
	for _, c := range old.Classes {
		if !contains(fresh, c) {
			m.reach(n, m.uses.Reach('.', c))
		}
	}
}

func (m *Marks) ids(n *dom.Node) {
	now, _ := n.Attr("id")
	m.reach(n, m.uses.Reach('#', now))
	if old := m.before(n); old != nil && old.ID != "" {
		m.reach(n, m.uses.Reach('#', old.ID))
	}
}

// before returns what was known of an element in the state before.
func (m *Marks) before(n *dom.Node) *css.Element {
	for _, t := range m.trees {
		if e := t.walker.matcher.Known(n); e != nil {
			return e
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// add marks n, and the way to it from the top of the outermost document.
func (m *Marks) add(n *dom.Node, k mark) {
	if m.at[n]&k == k {
		return
	}
	known := m.at[n] != 0
	m.at[n] |= k
	if known {
		return
	}
	for p := n.Parent; p != nil; p = p.Parent {
		was := m.at[p]
		k := onPath
		if !n.Shadow && (p.ShadowHost || was == 0 && hasShadow(p)) {
			// Which slot shows a node is decided at its host.
			k |= below
		}
		if was&k == k {
			break
		}
		m.at[p] = was | k
		n = p
	}
}

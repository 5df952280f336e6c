package css

import (
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// Element is what matching needs to know of an element, computed once.
type Element struct {
	Node    *dom.Node
	Tag     string // lower case
	ID      string
	Classes []string

	indexed     bool
	index, last int // position among siblings from 1, and their number
	kindIndex   int
	kindLast    int

	// rows says that it was asked of a child how it stands among its siblings.
	rows bool
}

// Rows reports whether the styles of some children may depend on how they stand
// among their siblings.
func (e *Element) Rows() bool { return e.rows }

// Has reports whether the element has a class.
func (e *Element) Has(class string) bool { return e.has(class) }

// Matcher answers whether selectors match the elements of a document. It belongs
// to one goroutine. What it remembers of elements must be made new by Refresh and
// Recount when the document changes.
type Matcher struct {
	elements map[*dom.Node]*Element
	focus    *dom.Node
	hover    *dom.Node
	budget   int // steps left in this document
	steps    int // steps left for one selector
	anchor   *dom.Node
	host     *dom.Node // of the tree whose sheet is asked; nil for a document
}

// Steps bound the work of matching: a selector that needs more, and every
// selector after the budget is spent, does not match.
const (
	selectorSteps = 20_000
	matchBudget   = 400_000_000
)

// NewMatcher returns a Matcher.
func NewMatcher() *Matcher {
	return &Matcher{elements: map[*dom.Node]*Element{}, budget: matchBudget}
}

// Begin begins another state: its focused element and the one under the
// pointer, each of which may be nil. The budget is full again.
func (m *Matcher) Begin(focus, hover *dom.Node) {
	m.focus, m.hover, m.budget = focus, hover, matchBudget
}

// Known returns what was remembered of an element, or nil.
func (m *Matcher) Known(n *dom.Node) *Element { return m.elements[n] }

// Len returns how many elements are remembered.
func (m *Matcher) Len() int { return len(m.elements) }

// Forget drops what is remembered of an element.
func (m *Matcher) Forget(n *dom.Node) { delete(m.elements, n) }

// Refresh reads the attributes of an element again.
func (m *Matcher) Refresh(n *dom.Node) {
	if e := m.elements[n]; e != nil {
		e.read()
	}
}

// Recount forgets how the children of n stand among each other.
func (m *Matcher) Recount(n *dom.Node) {
	for c := n.First; c != nil; c = c.Next {
		if e := m.elements[c]; e != nil {
			e.indexed = false
		}
	}
}

// Element returns the facts of an element.
func (m *Matcher) Element(n *dom.Node) *Element {
	if e := m.elements[n]; e != nil {
		return e
	}
	e := &Element{Node: n, Tag: strings.ToLower(n.Tag)}
	e.read()
	m.elements[n] = e
	return e
}

func (e *Element) read() {
	e.ID, e.Classes = "", nil
	for i := range e.Node.Attrs {
		switch e.Node.Attrs[i].Name {
		case "id":
			e.ID = e.Node.Attrs[i].Value
		case "class":
			e.Classes = strings.Fields(e.Node.Attrs[i].Value)
		}
	}
}

// inRow notes that something depends on how n stands among its siblings.
func (m *Matcher) inRow(n *dom.Node) {
	if p := n.Parent; p != nil && p.Type == recording.ElementNode {
		m.Element(p).rows = true
	}
}

// Match reports whether s, whose sheet belongs to the tree of host, matches n.
// For a pseudo-element it speaks of the element that has it.
func (m *Matcher) Match(s *Selector, n, host *dom.Node) bool {
	if m.budget <= 0 {
		return false
	}
	m.steps = selectorSteps
	m.host = host
	ok := m.matchAt(s, len(s.parts)-1, n)
	m.budget -= selectorSteps - m.steps
	return ok
}

// MatchSlotted reports whether the ::slotted() selector s matches the element
// n that is shown in slot.
func (m *Matcher) MatchSlotted(s *Selector, n, slot, host *dom.Node) bool {
	return m.Match(s, slot, host) && m.any(s.slotted, n)
}

func (m *Matcher) matchAt(s *Selector, at int, n *dom.Node) bool {
	if m.steps--; m.steps <= 0 {
		return false
	}
	c := &s.parts[at]
	if !m.compound(c, n) {
		return false
	}
	if at == 0 {
		return true
	}
	switch c.comb {
	case Child:
		p := m.parent(n)
		return p != nil && m.matchAt(s, at-1, p)
	case NextSibling:
		m.inRow(n)
		p := previous(n)
		return p != nil && m.matchAt(s, at-1, p)
	case LaterSibling:
		m.inRow(n)
		for p := previous(n); p != nil; p = previous(p) {
			if m.matchAt(s, at-1, p) {
				return true
			}
			if m.steps <= 0 {
				return false
			}
		}
	default:
		for p := m.parent(n); p != nil; p = m.parent(p) {
			if m.matchAt(s, at-1, p) {
				return true
			}
			if m.steps <= 0 {
				return false
			}
		}
	}
	return false
}

// parent returns the parent element within the tree of the asked sheet; the
// host of a shadow tree is its top.
func (m *Matcher) parent(n *dom.Node) *dom.Node {
	if n == m.host && m.host != nil {
		return nil
	}
	p := n.Parent
	if p == nil || p.Type != recording.ElementNode {
		return nil
	}
	if n.Shadow && p != m.host {
		return nil
	}
	return p
}

func previous(n *dom.Node) *dom.Node {
	for p := n.Prev; p != nil; p = p.Prev {
		if p.Type == recording.ElementNode && p.Shadow == n.Shadow {
			return p
		}
	}
	return nil
}

func (m *Matcher) compound(c *compound, n *dom.Node) bool {
	if c.anchor {
		return n == m.anchor
	}
	if m.host != nil && n == m.host {
		return c.host && (c.hostIf == nil || m.hostAny(c.hostIf, n))
	}
	if c.host {
		return false
	}
	e := m.Element(n)
	if c.tag != "" && c.tag != e.Tag || c.id != "" && c.id != e.ID {
		return false
	}
	for _, id := range c.ids {
		if id != e.ID {
			return false
		}
	}
	for _, class := range c.classes {
		if !e.has(class) {
			return false
		}
	}
	for i := range c.attrs {
		if !c.attrs[i].matches(n) {
			return false
		}
	}
	for i := range c.pseudos {
		if !m.pseudo(&c.pseudos[i], e) {
			return false
		}
	}
	return true
}

// hostAny asks :host()'s argument of the host as an ordinary element.
func (m *Matcher) hostAny(list []*Selector, n *dom.Node) bool {
	host := m.host
	m.host = nil
	defer func() { m.host = host }()
	return m.any(list, n)
}

func (m *Matcher) any(list []*Selector, n *dom.Node) bool {
	for _, s := range list {
		if s.Pseudo == NoPseudo && m.matchAt(s, len(s.parts)-1, n) {
			return true
		}
		if m.steps <= 0 {
			return false
		}
	}
	return false
}

func (e *Element) has(class string) bool {
	for _, c := range e.Classes {
		if c == class {
			return true
		}
	}
	return false
}

func (a *attrTest) matches(n *dom.Node) bool {
	v, ok := attrOf(n, a.name)
	if !ok {
		return false
	}
	want := a.value
	if a.fold {
		v, want = strings.ToLower(v), strings.ToLower(want)
	}
	switch a.op {
	case "":
		return true
	case "=":
		return v == want
	case "~=":
		for _, f := range strings.Fields(v) {
			if f == want {
				return true
			}
		}
		return false
	case "|=":
		return v == want || strings.HasPrefix(v, want+"-")
	case "^=":
		return want != "" && strings.HasPrefix(v, want)
	case "$=":
		return want != "" && strings.HasSuffix(v, want)
	case "*=":
		return want != "" && strings.Contains(v, want)
	}
	return false
}

// attrOf finds an attribute; recorders rename src and href of what they block.
func attrOf(n *dom.Node, name string) (string, bool) {
	if strings.HasPrefix(name, "rr_") || name == "_csstext" {
		return "", false
	}
	v, ok := n.Attr(name)
	if !ok && n.SVG {
		for i := range n.Attrs {
			if strings.EqualFold(n.Attrs[i].Name, name) {
				return n.Attrs[i].Value, true
			}
		}
	}
	return v, ok
}

// count numbers the siblings of e's node, once for all of them.
func (m *Matcher) count(e *Element) {
	m.inRow(e.Node)
	if e.indexed {
		return
	}
	first := e.Node
	if p := e.Node.Parent; p != nil {
		first = p.First
	}
	var row []*Element
	kinds := map[string]int{}
	for n := first; n != nil; n = n.Next {
		if n.Type != recording.ElementNode || n.Shadow != e.Node.Shadow {
			continue
		}
		s := m.Element(n)
		kinds[s.Tag]++
		s.index, s.kindIndex = len(row)+1, kinds[s.Tag]
		row = append(row, s)
	}
	for _, s := range row {
		s.indexed, s.last, s.kindLast = true, len(row), kinds[s.Tag]
	}
}

package rebuild

import (
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// serializer writes nodes as rrweb does.
type serializer struct {
	tree  *Tree
	depth int // that nodes may nest; what stands deeper is left out
	limit int // bytes that may be written
	cut   int // nodes left out
}

// depthWithin returns how deep nodes can nest where JSON may nest to depth: a
// node is an object in a list.
func depthWithin(depth int) int { return max((depth-8)/2, 1) }

// snapshot returns the data of a full snapshot of the whole document.
func (s *serializer) snapshot(scrollX, scrollY int64) (jsontext.Value, error) {
	b := []byte(`{"node":{"type":0,"id":1,"childNodes":[{"type":1,"id":2,"name":"html","publicId":"","systemId":""},`)
	b, err := s.node(b, s.tree.root, 2, false)
	if err != nil {
		return nil, err
	}
	b = append(b, `]},"initialOffset":{"left":`...)
	b = strconv.AppendInt(b, scrollX, 10)
	b = append(b, `,"top":`...)
	b = strconv.AppendInt(b, scrollY, 10)
	s.tree.settle()
	return append(b, `}}`...), nil
}

// mutation returns the data of the event that brings the document from the
// state handed on last to that of now, or nil where they are one.
func (s *serializer) mutation() (jsontext.Value, error) {
	t := s.tree
	if len(t.touched) == 0 && len(t.gone) == 0 {
		return nil, nil
	}
	b := []byte(`{"source":0,"removes":[`)
	removes := 0
	for _, n := range t.gone {
		if !t.leavesAlone(n) {
			continue
		}
		b = comma(b, removes)
		removes++
		b = append(b, `{"parentId":`...)
		b = strconv.AppendInt(b, n.within.ShownID(), 10)
		b = append(b, `,"id":`...)
		b = append(strconv.AppendInt(b, n.ShownID(), 10), '}')
	}
	b = append(b, `],"adds":[`...)
	b, adds, err := s.additions(b)
	if err != nil {
		return nil, err
	}
	b = append(b, `],"texts":[`...)
	texts := 0
	for _, n := range t.touched {
		if n.newText && !n.isNew() && t.attached(n) {
			b = comma(b, texts)
			texts++
			b = append(b, `{"id":`...)
			b = strconv.AppendInt(b, n.ShownID(), 10)
			b = append(b, `,"value":`...)
			b = append(appendQuoted(b, n.text), '}')
		}
		n.newText = false
	}
	b = append(b, `],"attributes":[`...)
	b, changes := s.attributes(b)
	something := removes+adds+texts+changes > 0
	if err := t.spend(len(t.touched)); err != nil {
		return nil, err
	}
	t.settle()
	if !something {
		return nil, nil
	}
	return append(b, `]}`...), nil
}

// leavesAlone reports whether a node is to be taken out by itself, and does not
// go with what it stands in.
func (t *Tree) leavesAlone(n *Node) bool {
	for a := n.within; a != nil; a = a.within {
		if t.work.done++; a.moved {
			return false
		}
	}
	return n.within != nil
}

// additions writes the new nodes of each parent, the last first: each then
// names a sibling that is there.
func (s *serializer) additions(b []byte) ([]byte, int, error) {
	t, count := s.tree, 0
	var parents []*Node
	added := map[*Node][]*Node{}
	for _, n := range t.touched {
		p := n.parent
		if p == nil || !n.isNew() || p.host().isNew() || !t.attached(n) {
			continue
		}
		if n.Kind == Frame {
			var err error
			if b, err = s.addition(b, n, p.ShownID(), firstShown(p), &count); err != nil {
				return nil, 0, err
			}
			continue
		}
		if added[p] == nil {
			parents = append(parents, p)
		}
		added[p] = append(added[p], n)
	}
	for _, p := range parents {
		var err error
		if b, err = s.siblings(b, p, added[p], &count); err != nil {
			return nil, 0, err
		}
	}
	return b, count, nil
}

// fewSiblings is up to how many new nodes of one parent are looked for one by
// one, and not by a walk over all that stands there.
const fewSiblings = 16

// siblings writes the new nodes that stand in p.
func (s *serializer) siblings(b []byte, p *Node, added []*Node, count *int) ([]byte, error) {
	var places []int
	if len(added) <= fewSiblings {
		for _, n := range added {
			places = append(places, slices.Index(p.children, n))
		}
		slices.Sort(places)
		places = slices.Compact(places)
	} else {
		for i, c := range p.children {
			if c.isNew() {
				places = append(places, i)
			}
		}
	}
	if err := s.tree.spend(1 + min(len(added), fewSiblings)*len(p.children)/fewSiblings); err != nil {
		return nil, err
	}
	for _, i := range slices.Backward(places) {
		next := nextShown(p, i+1)
		var err error
		if b, err = s.addition(b, p.children[i], p.ShownID(), next, count); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// nextShown returns the first node that stands there already among the
// children from i on; behind those of a shadow root come its host's.
func nextShown(p *Node, i int) *Node {
	for _, c := range p.children[i:] {
		if !c.isNew() {
			return c
		}
	}
	if p.Kind == Shadow {
		return firstShown(p.parent)
	}
	return nil
}

// firstShown returns the first child that stands there already: in front of it
// goes what is inside an element.
func firstShown(p *Node) *Node { return nextShown(p, 0) }

func (s *serializer) addition(b []byte, n *Node, parent int64, next *Node, count *int) ([]byte, error) {
	b = comma(b, *count)
	*count++
	b = append(b, `{"parentId":`...)
	b = strconv.AppendInt(b, parent, 10)
	b = append(b, `,"nextId":`...)
	if next == nil {
		b = append(b, `null`...)
	} else {
		b = strconv.AppendInt(b, next.ShownID(), 10)
	}
	b = append(b, `,"node":`...)
	b, err := s.node(b, n, 3, n.parent.Kind == Shadow)
	return append(b, '}'), err
}

// attributes writes the changes of the attributes of nodes that stay.
func (s *serializer) attributes(b []byte) ([]byte, int) {
	count := 0
	for _, n := range s.tree.touched {
		if len(n.sets) == 0 {
			continue
		}
		if !n.isNew() && s.tree.attached(n) {
			b = comma(b, count)
			count++
			b = append(b, `{"id":`...)
			b = strconv.AppendInt(b, n.ShownID(), 10)
			b = append(b, `,"attributes":{`...)
			last := map[string]*string{}
			for _, a := range n.sets {
				last[a.name] = a.value
			}
			written := 0
			for _, a := range n.sets {
				value, ok := last[a.name]
				if !ok {
					continue
				}
				delete(last, a.name)
				b = appendName(comma(b, written), a.name)
				written++
				if value == nil {
					b = append(b, `null`...)
				} else {
					b = appendQuoted(b, *value)
				}
			}
			b = append(b, `}}`...)
		}
		n.sets = nil
	}
	return b, count
}

// node writes a node with all below it, and notes that it was handed on.
func (s *serializer) node(b []byte, n *Node, depth int, shadow bool) ([]byte, error) {
	if err := s.tree.spend(1 + len(n.attrs)); err != nil {
		return nil, err
	}
	if len(b) > s.limit {
		return nil, tooLarge(s.limit)
	}
	n.shown, n.moved, n.newText, n.sets = true, false, false, nil
	if n.within = n.parent; n.parent != nil {
		n.within = n.parent.host()
	}
	switch n.Kind {
	case Text:
		b = append(b, `{"type":3,"id":`...)
		b = strconv.AppendInt(b, n.ShownID(), 10)
		b = append(b, `,"textContent":`...)
		b = appendQuoted(b, n.text)
	case Frame:
		b = append(b, `{"type":0,"id":`...)
		b = strconv.AppendInt(b, n.ShownID(), 10)
	default:
		b = append(b, `{"type":2,"id":`...)
		b = strconv.AppendInt(b, n.ShownID(), 10)
		b = append(b, `,"tagName":`...)
		b = appendQuoted(b, n.Tag)
		b = s.elementAttributes(append(b, `,"attributes":{`...), n)
		b = append(b, '}')
		if n.SVG {
			b = append(b, `,"isSVG":true`...)
		}
		if n.inner != nil && n.inner.Kind == Shadow {
			b = append(b, `,"isShadowHost":true`...)
		}
	}
	if shadow {
		b = append(b, `,"isShadow":true`...)
	}
	if n.Kind == Text {
		return append(b, '}'), nil
	}
	b, err := s.children(append(b, `,"childNodes":[`...), n, depth)
	return append(b, `]}`...), err
}

// children writes what stands below a node: first what is inside it, then what
// it was given.
func (s *serializer) children(b []byte, n *Node, depth int) ([]byte, error) {
	if depth >= s.depth {
		if n.inner != nil || len(n.children) > 0 {
			s.cut++
		}
		return b, nil
	}
	written, err := 0, error(nil)
	write := func(c *Node, shadow bool) {
		if err == nil {
			b, err = s.node(comma(b, written), c, depth+1, shadow)
			written++
		}
	}
	if in := n.inner; in != nil {
		in.shown, in.moved = true, false
		if in.Kind == Frame {
			write(in, false)
		} else {
			for _, c := range in.children {
				write(c, true)
			}
		}
	}
	for _, c := range n.children {
		write(c, false)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

func (s *serializer) elementAttributes(b []byte, n *Node) []byte {
	written := 0
	name := func(name string) {
		b = appendName(comma(b, written), name)
		written++
	}
	for _, a := range n.attrs {
		if a.name == "value" && n.value != nil || a.name == "checked" && n.checked != nil {
			continue // the field's state of now is known
		}
		name(a.name)
		b = appendQuoted(b, *a.value)
	}
	if n.value != nil {
		name("value")
		b = appendQuoted(b, *n.value)
	}
	if n.checked != nil && *n.checked {
		name("checked")
		b = append(b, `true`...)
	}
	return b
}

// settle forgets what was to be handed on.
func (t *Tree) settle() {
	for _, n := range t.gone {
		if n.moved {
			t.hide(n)
		}
	}
	for _, n := range t.touched {
		n.sets, n.newText = nil, false
	}
	t.gone, t.touched = t.gone[:0], t.touched[:0]
}

// hide notes that a node and all below it stand nowhere.
func (t *Tree) hide(n *Node) {
	t.work.done++
	n.shown, n.moved, n.within = false, false, nil
	if n.inner != nil {
		t.hide(n.inner)
	}
	for _, c := range n.children {
		t.hide(c)
	}
}

func comma(b []byte, n int) []byte {
	if n > 0 {
		return append(b, ',')
	}
	return b
}

package dom

import (
	"container/heap"
	"slices"

	"hindsite.app/player/recording"
)

// maxDepth bounds how deep nodes stand in each other. Browsers stop at about
// 500; a recording that goes on is broken or hostile.
const maxDepth = 2000

// addAll makes the additions of one mutation, which may refer to each other in
// any order: what names a node that is not there waits until an addition
// brings it. What is left then goes where a sibling stood that the same mutation
// removed, if it names one; what never finds its place is dropped.
func (d *Document) addAll(adds []recording.Addition, gone followers) (skipped int) {
	all := make([]int, len(adds))
	for i := range all {
		all[i] = i
	}
	left := d.addInTurn(adds, all, nil)
	if len(left) > 0 && len(gone) > 0 {
		left = d.addInTurn(adds, left, gone)
	}
	return len(left)
}

// addInTurn makes the additions of the given indexes and returns those that
// could not be made. The order is that of going over the list again and again,
// each time making what can be made, without looking again at what cannot.
func (d *Document) addInTurn(adds []recording.Addition, indexes []int, gone followers) (left []int) {
	ready := make(turns, len(indexes))
	for i, index := range indexes {
		ready[i] = turn{index: index}
	}
	waiting := map[recording.NodeID][]int{}
	for len(ready) > 0 {
		now := heap.Pop(&ready).(turn)
		a := adds[now.index]
		missing, ok := d.add(a, gone)
		if !ok {
			// NoNode waits for nothing that could come.
			waiting[missing] = append(waiting[missing], now.index)
			continue
		}
		if len(waiting) == 0 {
			continue
		}
		a.Node.Walk(func(n *recording.Node) bool {
			for _, index := range waiting[n.ID] {
				next := turn{round: now.round, index: index}
				if index < now.index {
					next.round++
				}
				heap.Push(&ready, next)
			}
			delete(waiting, n.ID)
			return true
		})
	}
	for _, w := range waiting {
		left = append(left, w...)
	}
	slices.Sort(left)
	return left
}

// turn is when an addition is tried: in which round over the list, and where
// in it.
type turn struct{ round, index int }

// turns is a heap of what is to be tried.
type turns []turn

func (t turns) Len() int { return len(t) }
func (t turns) Less(i, j int) bool {
	return t[i].round < t[j].round || t[i].round == t[j].round && t[i].index < t[j].index
}
func (t turns) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t *turns) Push(x any)   { *t = append(*t, x.(turn)) }
func (t *turns) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}

// add makes one addition. Where it cannot, missing is the node that it waits
// for, or NoNode when it can never be made.
func (d *Document) add(a recording.Addition, gone followers) (missing recording.NodeID, ok bool) {
	if a.Node == nil {
		return recording.NoNode, false
	}
	parent := d.nodes[a.Parent]
	if parent == nil {
		return a.Parent, false
	}
	if parent.Type == recording.TextNode || !d.fits(a.Node, parent) {
		return recording.NoNode, false
	}
	next, missing := d.sibling(a, parent, gone)
	if missing != recording.NoNode {
		return missing, false
	}
	if parent.Type == recording.DocumentNode && a.Node.Type == recording.ElementNode {
		if old := parent.element(); old != nil {
			if next == old {
				next = old.Next
			}
			d.detach(old)
		}
	}
	if old := d.nodes[a.Node.ID]; old != nil && old == next {
		next = old.Next
	}
	touchSheet(parent)
	n := d.build(a.Node)
	if next != nil && next.Parent != parent {
		next = nil // it stood inside what the addition replaced
	}
	parent.insert(n, next)
	return recording.NoNode, true
}

// sibling finds the node in front of which the addition goes; nil means last.
func (d *Document) sibling(a recording.Addition, parent *Node, gone followers) (next *Node, missing recording.NodeID) {
	switch {
	case a.Next > 0:
		next = d.nodes[a.Next]
		if next == nil {
			if was, ok := gone.of(a.Next); ok && (was == nil || was.Parent == parent) {
				return was, recording.NoNode
			}
		}
		if next == nil || next.Parent != parent {
			return nil, a.Next
		}
		return next, recording.NoNode
	case a.Next == recording.UnknownNode && a.Previous > 0:
		prev := d.nodes[a.Previous]
		if prev == nil || prev.Parent != parent {
			return nil, a.Previous
		}
		return prev.Next, recording.NoNode
	}
	return nil, recording.NoNode
}

// fits reports whether s can stand in parent: building it must not tear out
// parent or anything that parent stands in, and not go deeper than a page can.
// Only a broken or hostile recording asks for either.
func (d *Document) fits(s *recording.Node, parent *Node) bool {
	depth := 0
	for n := parent; n != nil; n = n.Parent {
		depth++
	}
	if depth+height(s) > maxDepth {
		return false
	}
	var above map[*Node]bool // made when there is something to look for
	free := true
	s.Walk(func(n *recording.Node) bool {
		old := d.nodes[n.ID]
		if old == nil || !free {
			return free
		}
		if above == nil {
			above = make(map[*Node]bool, depth)
			for n := parent; n != nil; n = n.Parent {
				above[n] = true
			}
		}
		free = !above[old]
		return free
	})
	return free
}

// height returns the number of levels of a subtree.
func height(s *recording.Node) int {
	below := 0
	for _, c := range s.Children {
		below = max(below, height(c))
	}
	return below + 1
}

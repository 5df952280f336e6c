package compare_test

import (
	"slices"
	"testing"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/compare"
	"hindsite.app/player/render/rendertest"
)

func TestElementsSince(t *testing.T) {
	var m rendertest.Builder
	el := func() *recording.Node { return m.El("p", "text") }
	same, moved, grown, styled, retold, typed, hidden, shown, gone := el(), el(), el(), el(), el(), m.El("input"), el(), el(), el()
	d := m.Document("", same, moved, grown, styled, retold, typed, hidden, shown, gone)
	come := m.El("p", "new")
	box := func(n *recording.Node, x, w float32) render.Box {
		return render.Box{Node: n.ID, X: x, W: w, H: 10, Seen: render.Rect{X: x, W: w, H: 10}}
	}
	covered := func(n *recording.Node) render.Box { return render.Box{Node: n.ID, W: 50, H: 10} }
	describe := compare.NewDescriber().Describe
	before := describe(d, []render.Box{box(same, 0, 50), box(moved, 0, 50), box(grown, 0, 50), box(styled, 0, 50), box(retold, 0, 50),
		box(typed, 0, 50), box(hidden, 0, 50), covered(shown), box(gone, 0, 50)})
	change(d, recording.Mutation{
		Removals:   []recording.Removal{{Parent: d.Node(gone.ID).Parent.ID, Node: gone.ID}},
		Additions:  []recording.Addition{{Parent: d.Node(same.ID).Parent.ID, Node: come}},
		Texts:      []recording.TextChange{{Node: retold.Children[0].ID, Text: "other"}},
		Attributes: []recording.AttributeChange{{Node: styled.ID, Set: []recording.Attr{{Name: "class", Value: "on"}}}},
	}, recording.SetInput{Node: typed.ID, Text: "abc"})
	after := describe(d, []render.Box{box(same, 0.4, 50), box(moved, 3, 50), box(grown, 0, 60), box(styled, 0, 50), box(retold, 0, 50),
		box(typed, 0, 50), covered(hidden), box(shown, 0, 50), box(come, 0, 50)})
	c := after.Since(before)
	ids := func(nodes ...*recording.Node) (list []recording.NodeID) {
		for _, n := range nodes {
			list = append(list, n.ID)
		}
		return list
	}
	for name, x := range map[string][2][]recording.NodeID{
		"added":   {c.Added, ids(shown, come)},
		"removed": {c.Removed, ids(hidden, gone)},
		"changed": {c.Changed, ids(grown, styled, retold, typed)},
		"moved":   {c.Moved, ids(moved)},
	} {
		if !slices.Equal(x[0], x[1]) {
			t.Errorf("%s: %v, want %v", name, x[0], x[1])
		}
	}
	if none := after.Since(after); len(none.Added)+len(none.Removed)+len(none.Changed)+len(none.Moved) > 0 {
		t.Errorf("a page differs from itself: %+v", none)
	}
}

func change(d *dom.Document, ops ...recording.Op) {
	for _, op := range ops {
		d.Apply(op)
	}
}

package dom

import (
	"reflect"
	"testing"

	"hindsite.app/player/recording"
)

func page() recording.Snapshot {
	return recording.Snapshot{Root: &recording.Node{ID: 1, Type: recording.DocumentNode, Children: []*recording.Node{
		{ID: 2, Type: recording.ElementNode, Tag: "html", Children: []*recording.Node{
			{ID: 3, Type: recording.ElementNode, Tag: "body", Children: []*recording.Node{
				{ID: 4, Type: recording.TextNode, Text: "a"},
				{ID: 5, Type: recording.ElementNode, Tag: "p", Attrs: []recording.Attr{{Name: "style", Value: "color: red; top: 1px"}}},
			}},
		}},
	}}, ScrollY: 7}
}

func element(id recording.NodeID, tag string, children ...*recording.Node) *recording.Node {
	return &recording.Node{ID: id, Type: recording.ElementNode, Tag: tag, Children: children}
}

func childIDs(n *Node) []recording.NodeID {
	var ids []recording.NodeID
	for c := n.First; c != nil; c = c.Next {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestAdditionsInAnyOrder(t *testing.T) {
	d := New()
	d.Apply(page())
	// 8 stands before 7, and both stand in 6, which comes last.
	skipped := d.Apply(recording.Mutation{Additions: []recording.Addition{
		{Parent: 6, Next: 7, Node: element(8, "b")},
		{Parent: 6, Node: element(7, "i")},
		{Parent: 3, Next: 5, Node: element(6, "div")},
	}})
	if skipped != 0 {
		t.Fatalf("skipped %d additions", skipped)
	}
	if got, want := childIDs(d.Node(3)), []recording.NodeID{4, 6, 5}; !reflect.DeepEqual(got, want) {
		t.Errorf("body holds %v, want %v", got, want)
	}
	if got, want := childIDs(d.Node(6)), []recording.NodeID{8, 7}; !reflect.DeepEqual(got, want) {
		t.Errorf("div holds %v, want %v", got, want)
	}
}

func TestHostileAdditions(t *testing.T) {
	for name, a := range map[string]recording.Addition{
		"to itself":         {Parent: 5, Node: element(5, "p")},
		"ancestor within":   {Parent: 5, Node: element(9, "p", element(3, "body"))},
		"unknown parent":    {Parent: 99, Node: element(9, "p")},
		"unknown sibling":   {Parent: 3, Next: 99, Node: element(9, "p")},
		"sibling elsewhere": {Parent: 3, Next: 2, Node: element(9, "p")},
		"no node":           {Parent: 3},
		"into a text":       {Parent: 4, Node: element(9, "p")},
	} {
		t.Run(name, func(t *testing.T) {
			d := New()
			d.Apply(page())
			if skipped := d.Apply(recording.Mutation{Additions: []recording.Addition{a}}); skipped != 1 {
				t.Errorf("skipped %d, want 1", skipped)
			}
			if got, want := childIDs(d.Node(3)), []recording.NodeID{4, 5}; !reflect.DeepEqual(got, want) {
				t.Errorf("body holds %v, want %v", got, want)
			}
		})
	}
}

func TestMovedWithoutRemoval(t *testing.T) {
	d := New()
	d.Apply(page())
	d.Apply(recording.Mutation{Additions: []recording.Addition{{Parent: 3, Next: 4, Node: element(5, "p")}}})
	if got, want := childIDs(d.Node(3)), []recording.NodeID{5, 4}; !reflect.DeepEqual(got, want) {
		t.Errorf("body holds %v, want %v", got, want)
	}
	if d.Len() != 5 {
		t.Errorf("%d nodes, want 5", d.Len())
	}
}

func TestSnapshotNodesAreShared(t *testing.T) {
	s := page()
	d := New()
	d.Apply(s)
	d.Apply(recording.Mutation{Attributes: []recording.AttributeChange{{
		Node: 5, Set: []recording.Attr{{Name: "class", Value: "x"}},
		Style: []recording.StyleChange{{Property: "color", Value: "blue", Important: true}, {Property: "top", Remove: true}},
	}}})
	if got, _ := d.Node(5).Attr("style"); got != "color: blue !important" {
		t.Errorf("style is %q", got)
	}
	again := New()
	again.Apply(s)
	if got, _ := again.Node(5).Attr("style"); got != "color: red; top: 1px" {
		t.Errorf("the recorded snapshot was changed: style is %q", got)
	}
}

func TestSheets(t *testing.T) {
	d := New()
	d.Apply(recording.Snapshot{Root: &recording.Node{ID: 1, Type: recording.DocumentNode, Children: []*recording.Node{
		{ID: 2, Type: recording.ElementNode, Tag: "style", Attrs: []recording.Attr{
			{Name: "_cssText", Value: `@import "x;{"; /* } */ a { color: red } @media print { b { top: 0 } i { top: 1px } }`}}},
	}}})
	d.Apply(recording.SheetRules{Node: 2, Deletes: [][]int{{0}}, Inserts: []recording.RuleInsert{{Rule: "p { margin: 0 }", Path: []int{0}}}})
	d.Apply(recording.SheetRules{Node: 2, Deletes: [][]int{{2, 0}}, Inserts: []recording.RuleInsert{{Rule: "u { top: 2px }", Path: []int{2, 0}}}})
	d.Apply(recording.SheetDeclaration{Node: 2, Path: []int{1}, Style: recording.StyleChange{Property: "color", Value: "blue"}})
	want := []string{"p { margin: 0 }", "a { color: blue }", "@media print { u { top: 2px }\ni { top: 1px } }"}
	if got := d.Node(2).Sheet.Rules; !reflect.DeepEqual(got, want) {
		t.Errorf("rules are %q, want %q", got, want)
	}
}

func TestExportMakesTheSameState(t *testing.T) {
	d := New()
	for _, op := range []recording.Op{
		recording.SetViewport{Width: 800, Height: 600}, recording.Navigate{View: 2}, page(),
		recording.AdoptSheets{Host: 1, New: []recording.NewSheet{{ID: 3, Rules: []string{"a { top: 0 }"}}}, Sheets: []recording.SheetID{3}},
		recording.SetInput{Node: 5, Text: "x", Checked: true}, recording.SetScroll{Node: 5, Y: 4}, recording.SetFocus{Node: 5},
		recording.SetScroll{Node: 1, X: 3, Y: 9},
	} {
		d.Apply(op)
	}
	again := New()
	for _, op := range d.Export() {
		again.Apply(op)
	}
	if !reflect.DeepEqual(d.Export(), again.Export()) {
		t.Errorf("state differs:\n%v\n%v", d.Export(), again.Export())
	}
	if x, y := again.Scroll(); x != 3 || y != 9 {
		t.Errorf("scroll is %v, %v", x, y)
	}
	if again.View() != 2 || again.Focus() != again.Node(5) || len(again.Adopted(1)) != 1 {
		t.Error("view, focus or adopted sheets differ")
	}
}

// Recorders of 2019 place additions in front of nodes that the same mutation
// removes.
func TestAdditionBeforeARemovedSibling(t *testing.T) {
	d := New()
	d.Apply(page())
	skipped := d.Apply(recording.Mutation{
		Removals:  []recording.Removal{{Parent: 3, Node: 4}},
		Additions: []recording.Addition{{Parent: 3, Next: 4, Node: element(9, "p")}},
	})
	if got, want := childIDs(d.Node(3)), []recording.NodeID{9, 5}; skipped != 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("body holds %v, want %v; skipped %d", got, want, skipped)
	}
}

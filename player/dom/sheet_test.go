package dom

import (
	"strings"
	"testing"

	"hindsite.app/player/recording"
)

func FuzzSplitRules(f *testing.F) {
	for _, css := range []string{
		`@import "x;{"; /* } */ a { color: red } @media print { b { top: 0 } }`,
		`a{b:url(x;y)}}`, `"`, `/*`, `\`, `a { content: "\"}" }`, `;;{}`,
	} {
		f.Add(css, "color", "blue")
	}
	f.Fuzz(func(t *testing.T, css, property, value string) {
		rules := SplitRules(css)
		size := 0
		for _, r := range rules {
			size += len(r)
			if strings.TrimSpace(r) == "" {
				t.Fatalf("%q has an empty rule: %q", css, rules)
			}
		}
		if size > len(css) {
			t.Fatalf("%q became longer: %q", css, rules)
		}
		patched := patchDeclarations(css, []recording.StyleChange{{Property: property, Value: value}})
		if !strings.HasSuffix(patched, strings.TrimSpace(property+": "+value)) {
			t.Fatalf("%q with %q: %q becomes %q", css, property, value, patched)
		}
		s := &Sheet{Rules: rules}
		s.change(recording.SheetRules{Deletes: [][]int{{0, 0}, {1}}, Inserts: []recording.RuleInsert{{Rule: css, Path: []int{0, 1, 2}}, {Rule: value}}})
		s.edit([]int{0, 0}, func(r string) string { return patchRule(r, recording.StyleChange{Property: property, Value: value}) })
	})
}

func TestPatchDeclarations(t *testing.T) {
	for _, tc := range []struct {
		text    string
		changes []recording.StyleChange
		want    string
	}{
		{"color: red; top: 1px", []recording.StyleChange{{Property: "COLOR", Value: "blue"}}, "top: 1px; COLOR: blue"},
		{"color: red", []recording.StyleChange{{Property: "color", Value: "a"}, {Property: "color", Value: "b", Important: true}}, "color: b !important"},
		{"color: red", []recording.StyleChange{{Property: "color", Value: "a"}, {Property: "color", Remove: true}}, ""},
		{"a: url(x;y); b: 'c;d'", []recording.StyleChange{{Property: "b", Remove: true}}, "a: url(x;y)"},
	} {
		if got := patchDeclarations(tc.text, tc.changes); got != tc.want {
			t.Errorf("%q becomes %q, want %q", tc.text, got, tc.want)
		}
	}
}

// A recording can make a page deeper with every mutation. What goes deeper
// than a page can is left out, and the rest can still be walked.
func TestDepthHasAnEnd(t *testing.T) {
	d := New()
	d.Apply(page())
	parent := recording.NodeID(3)
	skipped := 0
	for i := range 20_000 {
		id := recording.NodeID(100 + i)
		skipped += d.Apply(recording.Mutation{Additions: []recording.Addition{{Parent: parent, Node: element(id, "i")}}})
		if d.Node(id) != nil {
			parent = id
		}
	}
	depth := 0
	for n := d.Node(parent); n != nil; n = n.Parent {
		depth++
	}
	if depth != maxDepth || skipped == 0 {
		t.Errorf("%d levels, %d left out", depth, skipped)
	}
	d.Export()
}

package flat_test

import (
	"context"
	"testing"

	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/flat"
	"hindsite.app/player/render/rendertest"
)

// TestStepsOfOneKind makes changes that random ones hardly meet.
func TestStepsOfOneKind(t *testing.T) {
	set := func(n *recording.Node, name, value string) recording.AttributeChange {
		return recording.AttributeChange{Node: n.ID, Set: []recording.Attr{{Name: name, Value: value}}}
	}
	var m rendertest.Builder
	area := m.El("textarea", "text")
	first := m.El("li", "one")
	list := m.El("ol", first, m.El("div", rendertest.Attr("style=display: contents"), m.El("li", "two"), m.El("div", rendertest.Attr("style=display: contents"), m.El("li", "three"))))
	d := m.Document(".big { font-size: 20px } div { padding: 1rem }", m.El("div", area), list)
	html := d.Root().Last
	ctx := context.Background()
	b := flat.New(nil)
	kept, err := b.Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if err := kept.Load(ctx, d); err != nil {
		t.Fatal(err)
	}
	same(t, b, kept, d, render.Request{Pixels: true, Boxes: true})
	for _, c := range []struct {
		name string
		op   recording.Op
	}{
		{"the meaning of rem and what an attribute lays out, at once", recording.Mutation{Attributes: []recording.AttributeChange{
			{Node: html.ID, Set: []recording.Attr{{Name: "class", Value: "big"}}}, set(area, "rows", "7")}}},
		{"numbers in elements without boxes", recording.Mutation{Removals: []recording.Removal{{Parent: list.ID, Node: first.ID}}}},
		{"where numbers begin", recording.Mutation{Attributes: []recording.AttributeChange{set(list, "start", "9")}}},
	} {
		from := d.Version()
		d.Apply(c.op)
		if err := kept.Apply(ctx, render.Delta{From: from, To: d.Version(), Ops: []recording.Op{c.op}}); err != nil {
			t.Fatal(err)
		}
		t.Run(c.name, func(t *testing.T) { same(t, b, kept, d, render.Request{Pixels: true, Boxes: true}) })
	}
}

package rrweb

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/recording"
)

// source says what an incremental snapshot is about.
type source int

const (
	mutation source = iota
	mouseMove
	mouseInteraction
	scroll
	viewportResize
	input
	touchMove
	mediaInteraction
	styleSheetRule
	canvasMutation
	font
	legacyLog
	drag
	styleDeclaration
	selection
	adoptedStyleSheet
	customElement
)

func (s source) isPositions() bool { return s == mouseMove || s == touchMove || s == drag }

// noSource marks an event that names no source.
const noSource source = -1

// sourceOf reads the source without building the rest.
func (c *converter) sourceOf(data jsontext.Value) source {
	if data.Kind() != '{' {
		return noSource
	}
	cur := &c.cursor
	cur.reset(data, lenient())
	if _, err := cur.dec.ReadToken(); err != nil {
		return noSource
	}
	for cur.dec.PeekKind() == '"' {
		name, err := cur.value(len(data))
		if err != nil {
			return noSource
		}
		if string(name) != `"source"` && text(name) != "source" {
			if err := cur.dec.SkipValue(); err != nil {
				return noSource
			}
			continue
		}
		v, err := cur.value(len(data))
		if err != nil {
			return noSource
		}
		n, err := strconv.ParseUint(string(v), 10, 16)
		if err != nil {
			return noSource
		}
		return source(n)
	}
	return noSource
}

func (c *converter) incremental(t *tabState, at recording.Time, e *Event) error {
	s := e.source
	if s == noSource {
		return errShape
	}
	if !t.pictured && s == mutation {
		c.odd.Add(format.NoSnapshot, 1)
	}
	switch s {
	case mutation:
		return c.mutation(t, at, e)
	case mouseInteraction:
		return c.interaction(t, at, e)
	case scroll:
		return c.scroll(t, at, e)
	case viewportResize:
		var m wireMeta
		if err := unmarshal(e.data, &m); err != nil {
			return err
		}
		if m.sized() {
			c.resize(t, at, int(m.Width), int(m.Height))
		}
	case input:
		return c.input(t, at, e)
	case mediaInteraction:
		var m wireMedia
		if err := unmarshal(e.data, &m); err != nil {
			return err
		}
		c.change(t, at, recording.SetMedia{Node: recording.NodeID(m.ID), Playing: m.Type == 0, Seconds: m.CurrentTime})
	case styleSheetRule:
		return c.rules(t, at, e)
	case styleDeclaration:
		return c.declaration(t, at, e)
	case adoptedStyleSheet:
		return c.adopted(t, at, e)
	case canvasMutation:
		c.odd.Add(format.CanvasDropped, 1)
	case font:
		var f wireFont
		if err := unmarshal(e.data, &f); err != nil {
			return err
		}
		c.change(t, at, recording.AddFont{Family: f.Family, Source: f.FontSource, Descriptors: string(f.Descriptors)})
	case legacyLog:
		return c.console(t, at, e.data)
	case selection, customElement:
		// Neither changes what the page shows.
	default:
		c.odd.Add(format.UnknownEvent, 1)
	}
	return nil
}

func (c *converter) mutation(t *tabState, at recording.Time, e *Event) error {
	data, err := c.plainParts(e.data)
	if err != nil {
		return err
	}
	var w wireMutation
	if err := unmarshal(data, &w); err != nil {
		return err
	}
	var m recording.Mutation
	for _, r := range w.Removes {
		m.Removals = append(m.Removals, recording.Removal{Parent: recording.NodeID(r.ParentID), Node: recording.NodeID(r.ID)})
	}
	for _, a := range w.Adds {
		if a.Node == nil || a.Node.ID <= 0 {
			c.odd.Add(format.UnknownNode, 1)
			continue
		}
		m.Additions = append(m.Additions, recording.Addition{
			Parent: recording.NodeID(a.ParentID), Next: recording.NodeID(a.NextID),
			Previous: recording.NodeID(a.PreviousID), Node: c.node(t, a.Node, false),
		})
	}
	for _, x := range w.Texts {
		tc := recording.TextChange{Node: recording.NodeID(x.ID)}
		if x.Value != nil {
			tc.Text = *x.Value
		}
		m.Texts = append(m.Texts, tc)
	}
	for _, x := range w.Attributes {
		m.Attributes = append(m.Attributes, recording.AttributeChange{
			Node: recording.NodeID(x.ID), Set: x.Attributes.set, Removed: x.Attributes.removed, Style: x.Attributes.style,
		})
	}
	c.change(t, at, m)
	return nil
}

// plainParts undoes PostHog's compression of the lists of a mutation or a rule
// change: each is a string where a list should be.
func (c *converter) plainParts(data jsontext.Value) (jsontext.Value, error) {
	if !bytes.Contains(data, []byte(`"\u001f\u008b`)) && !bytes.Contains(data, []byte("\"\\u001f\u008b")) {
		return data, nil
	}
	members, err := membersOf(data)
	if err != nil {
		return nil, err
	}
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := jsontext.AppendQuote(nil, m.name)
		if err != nil {
			return nil, err
		}
		out = append(append(out, name...), ':')
		value := []byte(m.value)
		switch m.name {
		case "texts", "attributes", "removes", "adds":
			if m.value.Kind() == '"' {
				if value, err = c.unpackPart(m.value); err != nil {
					return nil, err
				}
			}
		}
		out = append(out, value...)
	}
	return append(out, '}'), nil
}

// unpackPart undoes PostHog's compression of one value. The value is held to
// the same rules as one that was never compressed.
func (c *converter) unpackPart(v jsontext.Value) (jsontext.Value, error) {
	plain, err := ungzip(text(v), c.limits.Line)
	if err != nil {
		return nil, err
	}
	if nestsDeeper(plain, c.limits.Depth) || hasLongString(plain, c.limits.String) || !jsontext.Value(plain).IsValid(options()) {
		return nil, errShape
	}
	return withoutNUL(plain), nil
}

func (c *converter) interaction(t *tabState, at recording.Time, e *Event) error {
	var w wireInteraction
	if err := unmarshal(e.data, &w); err != nil {
		return err
	}
	if w.Type < 0 || w.Type > int(recording.TouchCancel) {
		c.odd.Add(format.UnknownEvent, 1)
		return nil
	}
	in := recording.Interaction{At: at, Kind: recording.InteractionKind(w.Type), HasXY: w.X != nil && w.Y != nil}
	if in.HasXY {
		in.Place = c.place(t, w.ID, *w.X, *w.Y)
	} else {
		in.Place = c.place(t, w.ID, 0, 0)
	}
	if w.PointerType != nil {
		in.Device = [...]recording.PointerDevice{recording.MousePointer, recording.PenPointer, recording.TouchPointer}[min(max(*w.PointerType, 0), 2)]
	}
	switch in.Kind {
	case recording.Focus:
		c.change(t, at, recording.SetFocus{Node: in.Node})
	case recording.Blur:
		c.change(t, at, recording.SetFocus{})
	default:
		if !in.HasXY {
			c.odd.Add(format.Unplaced, 1)
		}
	}
	c.rec.Interactions = append(c.rec.Interactions, in)
	return nil
}

func (c *converter) scroll(t *tabState, at recording.Time, e *Event) error {
	var w wireScroll
	if err := unmarshal(e.data, &w); err != nil {
		return err
	}
	s := recording.Scroll{At: at, View: t.view, Node: recording.NodeID(w.ID), X: float32(w.X), Y: float32(w.Y)}
	if s.Window = s.Node == t.document; s.Window {
		t.x, t.y = s.X, s.Y
	}
	c.rec.Scrolls = append(c.rec.Scrolls, s)
	c.change(t, at, recording.SetScroll{Node: s.Node, X: s.X, Y: s.Y})
	return nil
}

func (c *converter) input(t *tabState, at recording.Time, e *Event) error {
	var w wireInput
	if err := unmarshal(e.data, &w); err != nil {
		return err
	}
	byUser := w.UserTriggered == nil || *w.UserTriggered
	c.rec.Inputs = append(c.rec.Inputs, recording.Input{
		At: at, View: t.view, Node: recording.NodeID(w.ID), Text: w.Text, Checked: w.IsChecked, ByUser: byUser,
	})
	c.change(t, at, recording.SetInput{Node: recording.NodeID(w.ID), Text: w.Text, Checked: w.IsChecked, ByUser: byUser})
	return nil
}

func (c *converter) rules(t *tabState, at recording.Time, e *Event) error {
	data, err := c.plainParts(e.data)
	if err != nil {
		return err
	}
	var w wireRules
	if err := unmarshal(data, &w); err != nil {
		return err
	}
	op := recording.SheetRules{Node: recording.NodeID(w.ID), Replace: w.Replace}
	if w.StyleID != nil {
		op.Sheet = recording.SheetID(*w.StyleID)
	}
	if op.Replace == nil {
		op.Replace = w.ReplaceSync
	}
	for _, r := range w.Removes {
		op.Deletes = append(op.Deletes, r.Index)
	}
	for _, a := range w.Adds {
		op.Inserts = append(op.Inserts, recording.RuleInsert{Rule: a.Rule, Path: a.Index})
	}
	c.change(t, at, op)
	return nil
}

func (c *converter) declaration(t *tabState, at recording.Time, e *Event) error {
	var w wireDeclaration
	if err := unmarshal(e.data, &w); err != nil {
		return err
	}
	op := recording.SheetDeclaration{Node: recording.NodeID(w.ID), Path: w.Index}
	if w.StyleID != nil {
		op.Sheet = recording.SheetID(*w.StyleID)
	}
	switch {
	case w.Set != nil && w.Set.Value != nil && *w.Set.Value != "":
		op.Style = recording.StyleChange{Property: w.Set.Property, Value: *w.Set.Value, Important: w.Set.Priority == "important"}
	case w.Set != nil:
		op.Style = recording.StyleChange{Property: w.Set.Property, Remove: true}
	case w.Remove != nil:
		op.Style = recording.StyleChange{Property: w.Remove.Property, Remove: true}
	default:
		return errShape
	}
	c.change(t, at, op)
	return nil
}

func (c *converter) adopted(t *tabState, at recording.Time, e *Event) error {
	var w wireAdopted
	if err := unmarshal(e.data, &w); err != nil {
		return err
	}
	op := recording.AdoptSheets{Host: recording.NodeID(w.ID)}
	for _, s := range w.Styles {
		ns := recording.NewSheet{ID: recording.SheetID(s.StyleID)}
		for _, r := range s.Rules {
			ns.Rules = append(ns.Rules, r.Rule)
		}
		op.New = append(op.New, ns)
	}
	for _, id := range w.StyleIDs {
		op.Sheets = append(op.Sheets, recording.SheetID(id))
	}
	c.change(t, at, op)
	return nil
}

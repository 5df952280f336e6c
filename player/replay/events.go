package replay

import (
	"fmt"
	"sort"

	"hindsite.app/player/recording"
)

// Event is one thing that happened, for lists and exports.
type Event struct {
	At           recording.Time
	Kind         string
	View         int32
	HasXY        bool
	X, Y         float32 // viewport, CSS pixels; for scrolls the offset
	PageX, PageY float32 // page, CSS pixels
	Node         recording.NodeID
	Text         string // label, value or message, masked
	Failed       bool   // an error or a failed request
	// Interaction is the one that the event tells of, in the tracks; nil for
	// other events.
	Interaction *recording.Interaction
}

// Kinds of events beside those of recording.InteractionKind.
const (
	KindPage      = "page"
	KindMove      = "move"
	KindTouchMove = "touchmove"
	KindDrag      = "drag"
	KindScroll    = "scroll"
	KindInput     = "input"
	KindResize    = "resize"
	KindConsole   = "console"
	KindError     = "error"
	KindRequest   = "request"
	KindCustom    = "custom"
)

// Events returns everything that happened in the span, in order, moves only
// when asked for.
func (t *Tracks) Events(span Span, moves bool) []Event {
	var all []Event
	add := func(at recording.Time, e Event) {
		if at >= span.From && at < span.To {
			e.At = at
			all = append(all, e)
		}
	}
	for i, v := range t.Head.Views {
		add(v.Start, Event{Kind: KindPage, View: int32(i), Text: v.URL})
	}
	for _, r := range t.Head.Resizes {
		add(r.At, Event{Kind: KindResize, View: r.View, Text: fmt.Sprintf("%d × %d", r.Width, r.Height)})
	}
	if moves {
		for _, p := range t.Pointers {
			add(p.At, placed([...]string{KindMove, KindTouchMove, KindDrag}[min(p.Kind, 2)], p.Place, true))
		}
	}
	for i := range t.Interactions {
		in := &t.Interactions[i]
		e := placed(in.Kind.String(), in.Place, in.HasXY)
		e.Text, e.Interaction = in.Label, in
		add(in.At, e)
	}
	for _, s := range t.Scrolls {
		e := Event{Kind: KindScroll, View: s.View, HasXY: true, X: s.X, Y: s.Y, PageX: s.X, PageY: s.Y, Node: s.Node}
		if !s.Window {
			e.Text = "inside an element"
		}
		add(s.At, e)
	}
	for _, in := range t.Inputs {
		add(in.At, Event{Kind: KindInput, View: in.View, Node: in.Node, Text: in.Text})
	}
	t.noteEvents(add)
	sort.SliceStable(all, func(i, j int) bool { return all[i].At < all[j].At })
	return all
}

func placed(kind string, p recording.Place, hasXY bool) Event {
	e := Event{Kind: kind, View: p.View, HasXY: hasXY, X: p.X, Y: p.Y, Node: p.Node}
	e.PageX, e.PageY = p.PageXY()
	return e
}

func (t *Tracks) noteEvents(add func(recording.Time, Event)) {
	for _, l := range t.Notes.Logs {
		kind := KindConsole
		if l.Level == recording.LogError {
			kind = KindError
		}
		add(l.At, Event{Kind: kind, View: l.View, Text: l.Text, Failed: l.Level == recording.LogError})
	}
	for _, q := range t.Notes.Requests {
		text := fmt.Sprintf("%s %s %d", q.Method, q.URL, q.Status)
		add(q.At, Event{Kind: KindRequest, View: q.View, Text: text, Failed: q.Failed()})
	}
	for _, c := range t.Notes.Customs {
		add(c.At, Event{Kind: KindCustom, View: c.View, Text: c.Tag})
	}
}

// Next returns the moment of the first notable thing after at: a page, a
// click, the beginning of typing into a field, an error.
func (t *Tracks) Next(at recording.Time) (recording.Time, bool) {
	best, ok := recording.Time(0), false
	t.eachNotable(func(when recording.Time) {
		if when > at && (!ok || when < best) {
			best, ok = when, true
		}
	})
	return best, ok
}

// Previous returns the moment of the last notable thing before at.
func (t *Tracks) Previous(at recording.Time) (recording.Time, bool) {
	best, ok := recording.Time(0), false
	t.eachNotable(func(when recording.Time) {
		if when < at && (!ok || when > best) {
			best, ok = when, true
		}
	})
	return best, ok
}

func (t *Tracks) eachNotable(visit func(recording.Time)) {
	for _, v := range t.Head.Views {
		visit(v.Start)
	}
	for _, in := range t.Interactions {
		if in.Kind == recording.Click || in.Kind == recording.ContextMenu {
			visit(in.At)
		}
	}
	last := recording.NoNode
	for _, in := range t.Inputs {
		if in.Node != last && in.ByUser {
			visit(in.At)
		}
		last = in.Node
	}
	for _, l := range t.Notes.Logs {
		if l.Level == recording.LogError {
			visit(l.At)
		}
	}
}

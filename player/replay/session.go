// Package replay plays a recording back: a clock, the state of page and
// pointer at any moment, and the list of what happened. It needs no window.
package replay

import (
	"context"
	"sort"

	"hindsite.app/player/recording"
	"hindsite.app/player/track"
)

// Tracks is what a replay reads of a session, document stream aside. It is not
// changed after it was made.
type Tracks struct {
	Head         track.Head
	Duration     recording.Time
	Pointers     []recording.Pointer
	Interactions []recording.Interaction
	Scrolls      []recording.Scroll
	Inputs       []recording.Input
	Notes        track.Notes
	Documents    track.Index
}

// Loader reads pieces of the document stream.
type Loader interface {
	Chunk(ctx context.Context, tab, n int) (track.Chunk, error)
}

// Memory is a Loader over chunks that are in memory, by tab and number.
type Memory [][]track.Chunk

// Chunk implements Loader.
func (m Memory) Chunk(_ context.Context, tab, n int) (track.Chunk, error) { return m[tab][n], nil }

// FromRecording makes tracks and chunks of a recording that was never stored.
func FromRecording(rec *recording.Recording) (Tracks, Memory, error) {
	t := Tracks{
		Head:     track.Head{Tabs: rec.Tabs, Views: rec.Views, Resizes: rec.Resizes},
		Duration: rec.Duration, Pointers: rec.Pointers, Interactions: rec.Interactions, Scrolls: rec.Scrolls,
		Inputs: rec.Inputs, Notes: track.Notes{Logs: rec.Logs, Requests: rec.Requests, Customs: rec.Customs},
	}
	chunks := make(Memory, len(rec.Tabs))
	t.Documents.Tabs = make([][]track.ChunkInfo, len(rec.Tabs))
	_, err := track.Cut(rec, nil, func(tab, _ int, c track.Chunk) error {
		chunks[tab] = append(chunks[tab], c)
		t.Documents.Tabs[tab] = append(t.Documents.Tabs[tab], track.ChunkInfo{Start: c.Start})
		return nil
	})
	return t, chunks, err
}

// ViewAt returns the index of the view that is shown at the moment, -1 before
// the first: the one in which the participant was last active.
func (t *Tracks) ViewAt(at recording.Time) int {
	found, since := -1, recording.Time(-1)
	consider := func(view int32, when recording.Time) {
		if view >= 0 && when >= since {
			found, since = int(view), when
		}
	}
	views := t.Head.Views
	if i := sort.Search(len(views), func(i int) bool { return views[i].Start > at }); i > 0 {
		consider(int32(i-1), views[i-1].Start)
	}
	if len(t.Head.Tabs) < 2 {
		return found
	}
	if i := sort.Search(len(t.Interactions), func(i int) bool { return t.Interactions[i].At > at }); i > 0 {
		consider(t.Interactions[i-1].View, t.Interactions[i-1].At)
	}
	if i := sort.Search(len(t.Pointers), func(i int) bool { return t.Pointers[i].At > at }); i > 0 {
		consider(t.Pointers[i-1].View, t.Pointers[i-1].At)
	}
	if i := sort.Search(len(t.Scrolls), func(i int) bool { return t.Scrolls[i].At > at }); i > 0 {
		consider(t.Scrolls[i-1].View, t.Scrolls[i-1].At)
	}
	return found
}

// TabAt returns the tab that is shown at the moment.
func (t *Tracks) TabAt(at recording.Time) int {
	if v := t.ViewAt(at); v >= 0 {
		return t.Head.Views[v].Tab
	}
	return 0
}

// Span is a part of a session, From included, To not.
type Span struct{ From, To recording.Time }

// Len returns how long the span is.
func (s Span) Len() recording.Time { return s.To - s.From }

// Contains reports whether the moment lies in the span.
func (s Span) Contains(at recording.Time) bool { return at >= s.From && at < s.To }

// Quiet is how long a participant must do nothing for it to count as
// inactivity.
const Quiet = 5 * recording.Second

// Inactivity returns the spans of at least threshold in which the participant
// did nothing: no pointer, key, scroll or page. What the page did by itself
// does not count.
func (t *Tracks) Inactivity(threshold recording.Time) []Span {
	var spans []Span
	last := recording.Time(0)
	t.eachActivity(func(at recording.Time) {
		if at-last >= threshold {
			spans = append(spans, Span{last, at})
		}
		last = max(last, at)
	})
	if t.Duration-last >= threshold {
		spans = append(spans, Span{last, t.Duration})
	}
	return spans
}

// eachActivity calls visit with the time of everything the participant did, in
// order.
func (t *Tracks) eachActivity(visit func(recording.Time)) {
	lengths := [...]int{len(t.Pointers), len(t.Interactions), len(t.Scrolls), len(t.Inputs), len(t.Head.Views)}
	at := func(track, i int) recording.Time {
		switch track {
		case 0:
			return t.Pointers[i].At
		case 1:
			return t.Interactions[i].At
		case 2:
			return t.Scrolls[i].At
		case 3:
			return t.Inputs[i].At
		}
		return t.Head.Views[i].Start
	}
	var next [len(lengths)]int
	for {
		first := -1
		for k := range next {
			if next[k] < lengths[k] && (first < 0 || at(k, next[k]) < at(first, next[first])) {
				first = k
			}
		}
		if first < 0 {
			return
		}
		visit(at(first, next[first]))
		next[first]++
	}
}

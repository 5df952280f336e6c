package rrweb

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"sort"
	"time"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
)

// converter makes the format-neutral model of one session's events.
type converter struct {
	rec    *recording.Recording
	odd    format.Anomalies
	limits format.Limits
	start  int64 // of the session, microseconds since the Unix epoch
	tabs   map[string]int
	states []*tabState
	lists  map[*Event][]wirePosition
	seen   seenMeta
	cursor cursor // for looking into one event

	pictures, wireframes, videos int // full snapshots, those of mobile screens, films of them
}

// tabState is what is known of one tab while its events go by.
type tabState struct {
	index    int
	document recording.NodeID
	framed   map[recording.NodeID]bool // nodes of inner frames
	view     int32
	loading  bool // the page has loaded anew since the last snapshot
	pictured bool // there was a full snapshot
	w, h     int
	x, y     float32 // window scroll
	lastLog  recording.Log
}

// step is one thing to do at one time: an event, or one position of a list.
type step struct {
	at       int64
	event    *Event
	position int // -1 for the event itself
}

func convert(ctx context.Context, raw *Raw, l format.Limits) (*format.Session, error) {
	about := raw.About()
	c := &converter{
		rec:    &recording.Recording{ID: about.Session, Recorder: about.Recorder, Visitor: about.Visitor, Attributes: map[string]string{}},
		odd:    raw.anomalies,
		limits: l,
		tabs:   map[string]int{},
		lists:  map[*Event][]wirePosition{},
	}
	for name, value := range about.Attributes {
		c.attribute(name, value)
	}
	digest := raw.digest()
	read := len(raw.events)
	events := c.inOrder(raw.events)
	c.start = events[0].At
	last := events[len(events)-1].At
	switch {
	case c.start >= earliest:
		c.rec.Start = time.UnixMicro(c.start).UTC()
	case !about.Started.IsZero():
		c.rec.Start = about.Started.UTC()
	default:
		c.rec.Start = time.Unix(0, 0).UTC()
	}
	c.rec.Duration = recording.Time(last - c.start)
	for i, s := range c.steps(events) {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c.take(s)
	}
	if err := c.mobile(); err != nil {
		return nil, err
	}
	if c.seen.recorder != "" && raw.known.Recorder == "" && raw.about.Recorder == "" {
		c.rec.Recorder = c.seen.recorder
	}
	c.overrule(raw.known)
	c.finish(about.Client)
	return &format.Session{Recording: c.rec, Anomalies: c.odd, Events: read, Digest: digest}, nil
}

// inOrder sorts by time, keeps the order of the file among equals and drops
// events that are there twice.
func (c *converter) inOrder(events []Event) []*Event {
	sorted := make([]*Event, len(events))
	late := int64(noTime)
	for i := range events {
		sorted[i] = &events[i]
		if events[i].At < late {
			c.odd.Add(format.OutOfOrder, 1)
		}
		late = max(late, events[i].At)
	}
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].At < sorted[j].At })
	kept := sorted[:0]
	lines := map[[sha256.Size]byte]bool{}
	for i, e := range sorted {
		if i > 0 && len(kept) > 0 && e.At == kept[len(kept)-1].At {
			if len(lines) == 0 {
				lines[sha256.Sum256(kept[len(kept)-1].Line)] = true
			}
			sum := sha256.Sum256(e.Line)
			if lines[sum] && e.timed {
				c.odd.Add(format.DuplicateEvent, 1)
				continue
			}
			lines[sum] = true
		} else {
			clear(lines)
		}
		kept = append(kept, e)
	}
	return metaFirst(kept)
}

// metaFirst puts a meta event in front of the full snapshot that it belongs to,
// when both have one time and the snapshot overtook it on its way.
func metaFirst(events []*Event) []*Event {
	for i := 1; i < len(events); i++ {
		full, m := events[i-1], events[i]
		if full.kind != fullSnapshot || m.kind != meta || full.At != m.At || full.Window != m.Window {
			continue
		}
		if i > 1 && events[i-2].kind == meta && events[i-2].At == full.At && events[i-2].Window == full.Window {
			continue
		}
		events[i-1], events[i] = m, full
	}
	return events
}

// steps gives every position of a pointer list its own place in time: the
// recorder collects them and writes the time of writing.
func (c *converter) steps(events []*Event) []step {
	steps := make([]step, 0, len(events))
	for _, e := range events {
		if e.kind != incremental {
			steps = append(steps, step{e.At, e, -1})
			continue
		}
		if e.source = c.sourceOf(e.data); !e.source.isPositions() {
			steps = append(steps, step{e.At, e, -1})
			continue
		}
		var list wirePositions
		if err := unmarshal(e.data, &list); err != nil {
			c.odd.Add(format.BadEvent, 1)
			continue
		}
		c.lists[e] = list.Positions
		for i, p := range list.Positions {
			offset := int64(min(max(p.TimeOffset, -maxOffset), 0) * 1000)
			steps = append(steps, step{max(e.At+offset, c.start), e, i})
		}
	}
	sort.SliceStable(steps, func(i, j int) bool { return steps[i].at < steps[j].at })
	return steps
}

// maxOffset bounds how far before its event a position can lie, milliseconds.
// Recorders flush every half second; a tab asleep can be later.
const maxOffset = 3_600_000

func (c *converter) take(s step) {
	at := recording.Time(s.at - c.start)
	t := c.tab(s.event.Window)
	if t == nil {
		if s.position <= 0 {
			c.odd.Add(format.BadEvent, 1)
		}
		return
	}
	if s.position >= 0 {
		c.pointer(t, at, s)
		return
	}
	s.event.data = withoutNUL(s.event.data)
	var err error
	switch s.event.kind {
	case domContentLoaded, load:
		err = c.loaded(t, at, s.event)
	case fullSnapshot:
		err = c.snapshot(t, at, s.event)
	case meta:
		err = c.meta(t, at, s.event)
	case incremental:
		err = c.incremental(t, at, s.event)
	case custom:
		err = c.custom(t, at, s.event)
	case plugin:
		err = c.plugin(t, at, s.event)
	case asset:
		c.odd.Add(format.AssetDropped, 1)
	}
	if err != nil {
		c.odd.Add(format.BadEvent, 1)
	}
}

// maxTabs bounds the windows of one session.
const maxTabs = 1000

// tab returns the state of a window, nil for one too many.
func (c *converter) tab(window string) *tabState {
	i, ok := c.tabs[window]
	if !ok {
		if len(c.states) >= maxTabs {
			return nil
		}
		i = len(c.states)
		c.tabs[window] = i
		c.rec.Tabs = append(c.rec.Tabs, window)
		c.states = append(c.states, &tabState{index: i, view: -1, document: 1, framed: map[recording.NodeID]bool{}})
	}
	return c.states[i]
}

func (c *converter) change(t *tabState, at recording.Time, op recording.Op) {
	c.rec.Changes = append(c.rec.Changes, recording.Change{At: at, Tab: int32(t.index), Op: op})
}

func (c *converter) place(t *tabState, node nodeID, x, y pixels) recording.Place {
	id := recording.NodeID(node)
	return recording.Place{
		View: t.view, Node: id, X: float32(x), Y: float32(y),
		ScrollX: t.x, ScrollY: t.y, Framed: t.framed[id],
	}
}

func (c *converter) pointer(t *tabState, at recording.Time, s step) {
	p := c.lists[s.event][s.position]
	kind := recording.MouseMove
	switch s.event.source {
	case touchMove:
		kind = recording.TouchMove
	case drag:
		kind = recording.DragMove
	}
	c.rec.Pointers = append(c.rec.Pointers, recording.Pointer{At: at, Place: c.place(t, p.ID, p.X, p.Y), Kind: kind})
}

// mobile refuses recordings of applications that are no pages.
func (c *converter) mobile() error {
	switch {
	case c.pictures > 0:
		return nil
	case c.wireframes > 0:
		return fault.New(fault.Unsupported, "read recording: it is PostHog's of a mobile application, which holds outlines of screens (wireframes) and no page")
	case c.videos > 0:
		return fault.New(fault.Unsupported, "read recording: it is Sentry's of a mobile application, which is a video and holds no page")
	}
	return nil
}

// finish closes the views and fills what only the whole session tells.
func (c *converter) finish(known format.Client) {
	end := map[int]recording.Time{}
	for i := len(c.rec.Views) - 1; i >= 0; i-- {
		v := &c.rec.Views[i]
		v.End = c.rec.Duration
		if next, ok := end[v.Tab]; ok {
			v.End = next
		}
		end[v.Tab] = v.Start
	}
	if len(c.rec.Tabs) == 0 {
		c.rec.Tabs = []string{""}
	}
	c.sizeLate()
	slices.SortStableFunc(c.rec.Logs, func(a, b recording.Log) int { return cmp.Compare(a.At, b.At) })
	slices.SortStableFunc(c.rec.Requests, func(a, b recording.Request) int { return cmp.Compare(a.At, b.At) })
	c.client(known)
}

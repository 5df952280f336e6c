package timeline

import (
	"math"
	"sort"
	"strings"

	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
)

// Block is a labelled span on a track.
type Block struct {
	replay.Span
	Label string
	Index int // of what it stands for: a view, an input
}

// Note is a moment with a text on a track.
type Note struct {
	At     recording.Time
	Text   string
	Severe bool
}

// Timeline is one session as a timeline shows it. It is not changed after it
// was made and may be read by several goroutines.
type Timeline struct {
	Duration recording.Time
	Pages    []Block
	Pointer  *Series // speed of the pointer, CSS pixels a second
	Clicks   *Series // times only
	Scroll   *Series // depth: bottom of the viewport, CSS pixels of the page
	Inputs   []Block // typing and choosing, by field
	Errors   []Note
	Console  *Series // times only: lines that are no errors
	Inactive []replay.Span
	// Depths holds the greatest scroll depth of each view, CSS pixels.
	Depths []float32
}

// New makes the timeline of a session.
func New(t *replay.Tracks) *Timeline {
	tl := &Timeline{Duration: t.Duration, Inactive: t.Inactivity(replay.Quiet)}
	for i, v := range t.Head.Views {
		tl.Pages = append(tl.Pages, Block{Span: replay.Span{From: v.Start, To: v.End}, Label: shortAddress(v.URL), Index: i})
	}
	tl.Pointer = speeds(t.Pointers)
	tl.Clicks = clicks(t.Interactions)
	tl.Scroll, tl.Depths = depths(t)
	tl.Inputs = typing(t.Inputs)
	var console []recording.Time
	for _, l := range t.Notes.Logs {
		if l.Level == recording.LogError {
			tl.Errors = append(tl.Errors, Note{At: l.At, Text: l.Text, Severe: true})
		} else {
			console = append(console, l.At)
		}
	}
	for _, q := range t.Notes.Requests {
		if q.Failed() {
			tl.Errors = append(tl.Errors, Note{At: q.At, Text: q.Method + " " + q.URL})
		}
	}
	sort.SliceStable(tl.Errors, func(i, j int) bool { return tl.Errors[i].At < tl.Errors[j].At })
	tl.Console = NewSeries(console, nil)
	return tl
}

// shortAddress leaves the path of an address, or its host when it has none.
func shortAddress(url string) string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	host, path, _ := strings.Cut(rest, "/")
	if path == "" {
		return host + "/"
	}
	return "/" + path
}

// speeds is the distance between two samples of one view over the time
// between them, at the time of the later one.
func speeds(p []recording.Pointer) *Series {
	times := make([]recording.Time, len(p))
	values := make([]float32, len(p))
	for i := range p {
		times[i] = p[i].At
		if i == 0 || p[i].View != p[i-1].View || p[i].Framed != p[i-1].Framed {
			continue
		}
		dt := max(p[i].At-p[i-1].At, 10*recording.Millisecond)
		if dt > recording.Second {
			continue
		}
		dist := math.Hypot(float64(p[i].X-p[i-1].X), float64(p[i].Y-p[i-1].Y))
		values[i] = float32(dist / (float64(dt) / float64(recording.Second)))
	}
	return NewSeries(times, values)
}

func clicks(all []recording.Interaction) *Series {
	var times []recording.Time
	for _, in := range all {
		if in.Kind == recording.Click || in.Kind == recording.ContextMenu {
			times = append(times, in.At)
		}
	}
	return NewSeries(times, nil)
}

// depths follows the bottom of the viewport over pages, sizes and scrolls.
func depths(t *replay.Tracks) (*Series, []float32) {
	type step struct {
		at   recording.Time
		view int32
		y, h float32 // negative where unchanged
	}
	var all []step
	for i, v := range t.Head.Views {
		all = append(all, step{v.Start, int32(i), 0, float32(v.Height)})
	}
	for _, r := range t.Head.Resizes {
		all = append(all, step{r.At, r.View, -1, float32(r.Height)})
	}
	for _, s := range t.Scrolls {
		if s.Window {
			all = append(all, step{s.At, s.View, max(s.Y, 0), -1})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at < all[j].at })
	reach := make([]float32, len(t.Head.Views))
	times, values := make([]recording.Time, 0, len(all)), make([]float32, 0, len(all))
	y, h := make(map[int32]float32), make(map[int32]float32)
	for _, s := range all {
		if s.view < 0 {
			continue
		}
		if s.y >= 0 {
			y[s.view] = s.y
		}
		if s.h >= 0 {
			h[s.view] = s.h
		}
		bottom := y[s.view] + h[s.view]
		reach[s.view] = max(reach[s.view], bottom)
		times, values = append(times, s.at), append(values, bottom)
	}
	return NewSeries(times, values), reach
}

// pauseInField is the longest pause within one stretch of typing.
const pauseInField = 4 * recording.Second

// typing joins the values of one field into stretches.
func typing(inputs []recording.Input) []Block {
	var blocks []Block
	last := recording.NoNode
	for i, in := range inputs {
		if !in.ByUser {
			continue
		}
		if n := len(blocks); n > 0 && in.Node == last && in.At-blocks[n-1].To <= pauseInField && in.View == inputs[blocks[n-1].Index].View {
			blocks[n-1].To = in.At
			continue
		}
		blocks = append(blocks, Block{Span: replay.Span{From: in.At, To: in.At}, Label: in.Label, Index: i})
		last = in.Node
	}
	return blocks
}

// Package timeline turns a session into what a timeline draws: a span and a
// resolution go in, marks come out. It draws nothing itself.
package timeline

import (
	"fmt"
	"math"

	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
)

// Scale maps the visible span to a width. It is a value and never changes.
type Scale struct {
	Visible replay.Span    // From < To
	Total   recording.Time // length of the session; Visible lies within 0 and Total
	Width   float64        // pixels
}

// MinVisible is the shortest span that can be zoomed to.
const MinVisible = 50 * recording.Millisecond

// NewScale returns the scale that shows a whole session.
func NewScale(total recording.Time, width float64) Scale {
	total = max(total, MinVisible)
	return Scale{Visible: replay.Span{From: 0, To: total}, Total: total, Width: max(width, 1)}
}

// X returns where the moment lies, in pixels from the left edge.
func (s Scale) X(at recording.Time) float64 {
	return float64(at-s.Visible.From) / float64(s.Visible.Len()) * s.Width
}

// At returns the moment at x pixels from the left edge, within the session.
func (s Scale) At(x float64) recording.Time {
	t := s.Visible.From + recording.Time(x/s.Width*float64(s.Visible.Len()))
	return min(max(t, 0), s.Total)
}

// Zoom returns the scale with the visible span divided by factor, so that the
// moment at x stays at x.
func (s Scale) Zoom(factor, x float64) Scale {
	if factor <= 0 || math.IsNaN(factor) || math.IsInf(factor, 0) {
		return s
	}
	anchor := s.At(x)
	length := recording.Time(float64(s.Visible.Len()) / factor)
	length = min(max(length, MinVisible), s.Total)
	return s.show(anchor-recording.Time(x/s.Width*float64(length)), length)
}

// Pan returns the scale moved by dx pixels: positive shows what is later.
func (s Scale) Pan(dx float64) Scale {
	return s.show(s.Visible.From+recording.Time(dx/s.Width*float64(s.Visible.Len())), s.Visible.Len())
}

// Show returns the scale that shows the span, within the session.
func (s Scale) Show(span replay.Span) Scale {
	return s.show(span.From, min(max(span.Len(), MinVisible), s.Total))
}

// Follow returns the scale that has the moment in view, paged on when it has
// left on the right.
func (s Scale) Follow(at recording.Time) Scale {
	if at >= s.Visible.From && at <= s.Visible.To {
		return s
	}
	return s.show(at-s.Visible.Len()/10, s.Visible.Len())
}

// Resize returns the scale with another width.
func (s Scale) Resize(width float64) Scale {
	s.Width = max(width, 1)
	return s
}

func (s Scale) show(from, length recording.Time) Scale {
	from = min(max(from, 0), s.Total-length)
	s.Visible = replay.Span{From: from, To: from + length}
	return s
}

// Tick is a line of the ruler.
type Tick struct {
	At    recording.Time
	Label string // empty for the lines between
}

// steps are the distances between labelled lines that people read easily.
var steps = []recording.Time{
	10 * recording.Millisecond, 20 * recording.Millisecond, 50 * recording.Millisecond,
	100 * recording.Millisecond, 200 * recording.Millisecond, 500 * recording.Millisecond,
	recording.Second, 2 * recording.Second, 5 * recording.Second, 10 * recording.Second, 15 * recording.Second,
	30 * recording.Second, recording.Minute, 2 * recording.Minute, 5 * recording.Minute, 10 * recording.Minute,
	15 * recording.Minute, 30 * recording.Minute, recording.Hour, 2 * recording.Hour, 6 * recording.Hour,
	12 * recording.Hour, 24 * recording.Hour, 7 * 24 * recording.Hour, 30 * 24 * recording.Hour, 365 * 24 * recording.Hour,
}

// Ticks returns the ruler's lines, the labelled ones at least minPixels apart.
func (s Scale) Ticks(minPixels float64) []Tick {
	step := steps[len(steps)-1]
	for _, d := range steps {
		if float64(d)/float64(s.Visible.Len())*s.Width >= minPixels {
			step = d
			break
		}
	}
	minor := step / 5
	var ticks []Tick
	for at := s.Visible.From / minor * minor; at <= s.Visible.To; at += minor {
		if at < s.Visible.From {
			continue
		}
		t := Tick{At: at}
		if at%step == 0 {
			t.Label = label(at, step)
		}
		ticks = append(ticks, t)
	}
	return ticks
}

func label(at, step recording.Time) string {
	h, m, sec := at/recording.Hour, at/recording.Minute%60, at/recording.Second%60
	switch {
	case step < recording.Second && at < recording.Hour:
		return fmt.Sprintf("%d:%02d.%02d", m, sec, at%recording.Second/(10*recording.Millisecond))
	case h > 0:
		return fmt.Sprintf("%d:%02d:%02d", h, m, sec)
	}
	return fmt.Sprintf("%d:%02d", m, sec)
}

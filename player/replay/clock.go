package replay

import (
	"time"

	"hindsite.app/player/recording"
)

// Speeds are the speeds of a replay, slowest first.
func Speeds() []float64 { return []float64{0.25, 0.5, 1, 2, 4, 8, 16} }

// Clock says which moment of a session is shown. It is owned by one goroutine
// and reads time only from its arguments.
type Clock struct {
	duration recording.Time
	gaps     []Span
	at       recording.Time
	speed    float64
	playing  bool
	skipping bool
	last     time.Time
}

// Lead is how much of an inactive span is shown at its beginning and its end,
// so that one sees where the participant stopped and went on.
const Lead = 700 * recording.Millisecond

// NewClock returns a clock at the beginning, paused, at speed 1, that skips
// the given spans.
func NewClock(duration recording.Time, inactive []Span) *Clock {
	return &Clock{duration: duration, gaps: inactive, speed: 1, skipping: true}
}

// Play begins or goes on. At the end it begins again.
func (c *Clock) Play(now time.Time) {
	if c.at >= c.duration {
		c.at = 0
	}
	c.playing, c.last = true, now
}

// Pause stops where the clock is at now.
func (c *Clock) Pause(now time.Time) {
	c.Advance(now)
	c.playing = false
}

// Seek goes to the moment, playing on if it was playing.
func (c *Clock) Seek(now time.Time, at recording.Time) {
	c.at, c.last = min(max(at, 0), c.duration), now
}

// SetSpeed changes the speed from now on; it is kept within Speeds.
func (c *Clock) SetSpeed(now time.Time, speed float64) {
	c.Advance(now)
	all := Speeds()
	c.speed = min(max(speed, all[0]), all[len(all)-1])
}

// SetSkipping says whether inactive spans are skipped.
func (c *Clock) SetSkipping(on bool) { c.skipping = on }

// Playing reports whether the clock runs.
func (c *Clock) Playing() bool { return c.playing }

// Speed returns the speed.
func (c *Clock) Speed() float64 { return c.speed }

// Skipping reports whether inactive spans are skipped.
func (c *Clock) Skipping() bool { return c.skipping }

// Now returns the moment at the last Advance, Seek or Pause.
func (c *Clock) Now() recording.Time { return c.at }

// Advance moves on to the wall time now and returns the moment, and the span
// that was skipped on the way, if one was. At the end the clock stops.
func (c *Clock) Advance(now time.Time) (at recording.Time, skipped Span) {
	if !c.playing {
		return c.at, Span{}
	}
	from := c.at
	c.at += recording.Time(float64(now.Sub(c.last)/time.Microsecond) * c.speed)
	c.last = now
	if c.skipping {
		for _, g := range c.gaps {
			inner := Span{g.From + Lead, g.To - Lead}
			if inner.Len() <= 0 || inner.To <= from || c.at < inner.From {
				continue
			}
			if from < inner.To && c.at < inner.To {
				c.at, skipped = inner.To, inner
			}
		}
	}
	if c.at >= c.duration {
		c.at, c.playing = c.duration, false
	}
	return c.at, skipped
}

package source

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
)

// Progress is how far a fetch is.
type Progress struct {
	Bytes int64
	Total int64         // -1 when not known
	Rate  float64       // bytes per second of late; 0 when not known yet
	Left  time.Duration // until the end; 0 when not known
}

// String returns the progress for people: "31 MB of 48 MB, 4.2 MB/s, 4 seconds
// left".
func (p Progress) String() string {
	s := humanize.Bytes(uint64(max(0, p.Bytes)))
	if p.Total >= 0 {
		s += " of " + humanize.Bytes(uint64(p.Total))
	}
	if p.Rate > 0 {
		s += ", " + humanize.Bytes(uint64(p.Rate)) + "/s"
	}
	if p.Left > 0 {
		s += ", " + left(p.Left)
	}
	return s
}

// wait makes a duration of seconds, at most a year: a rate may be anything.
func wait(seconds float64) time.Duration {
	const year = 365 * 24 * time.Hour
	return time.Duration(min(seconds*float64(time.Second), float64(year)))
}

// left rounds a duration up to something that does not jump about.
func left(d time.Duration) string {
	ceil := func(unit time.Duration) int { return int((d + unit - 1) / unit) }
	switch {
	case d <= 90*time.Second:
		return english.Plural(ceil(time.Second), "second", "") + " left"
	case d <= 90*time.Minute:
		return english.Plural(ceil(time.Minute), "minute", "") + " left"
	}
	return fmt.Sprintf("%s left", english.Plural(ceil(time.Hour), "hour", ""))
}

const (
	reportEvery = 200 * time.Millisecond
	rateSpan    = 5 * time.Second
)

// meter turns counts into progress.
type meter struct {
	clock  Clock
	report func(Progress) // may be nil
	total  int64

	samples []sample // of the last rateSpan
	last    time.Time
}

type sample struct {
	at time.Time
	n  int64
}

// at tells the meter that n bytes are there; final reports in any case.
func (m *meter) at(n int64, final bool) {
	if m.report == nil {
		return
	}
	now := m.clock.Now()
	if !final && !m.last.IsZero() && now.Sub(m.last) < reportEvery {
		return
	}
	m.last = now
	m.samples = append(m.samples, sample{now, n})
	for len(m.samples) > 2 && now.Sub(m.samples[1].at) >= rateSpan {
		m.samples = m.samples[1:]
	}
	p := Progress{Bytes: n, Total: m.total}
	first := m.samples[0]
	if span := now.Sub(first.at); span > 0 && n > first.n {
		p.Rate = float64(n-first.n) / span.Seconds()
	}
	if p.Rate > 0 && p.Total > n {
		p.Left = wait(float64(p.Total-n) / p.Rate)
	}
	m.report(p)
}

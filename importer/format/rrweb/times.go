package rrweb

import "hindsite.app/importer/format"

// The wall times that are believed: the years 2000 to 2100, in microseconds.
const (
	earliest = 946_684_800_000_000
	latest   = 4_102_444_800_000_000
)

// fixTimes makes every event's time usable. Seconds become milliseconds where
// a recorder mixes them, times beyond belief and missing ones become that of
// the event before. A recording none of whose times is a wall time is taken to
// count from a moment of its own.
func (s *Raw) fixTimes() {
	wall := false
	for i := range s.events {
		wall = wall || (s.events[i].At >= earliest && s.events[i].At <= latest)
	}
	last := int64(noTime)
	for i := range s.events {
		e := &s.events[i]
		// Sentry writes custom events with seconds while all others have milliseconds.
		if wall && e.kind == custom && e.At > 0 && e.At < 1e11*1000 {
			e.At *= 1000
		}
		e.timed = e.At != noTime && (!wall || (e.At >= earliest && e.At <= latest))
		if !e.timed {
			s.anomalies.Add(format.BadTime, 1)
			e.At = last
		}
		last = e.At
	}
	for i := len(s.events) - 1; i >= 0; i-- {
		if s.events[i].At == noTime {
			s.events[i].At = max(last, 0)
		}
		last = s.events[i].At
	}
}

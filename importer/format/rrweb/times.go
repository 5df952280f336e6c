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
	for i := range s.Events {
		wall = wall || (s.Events[i].At >= earliest && s.Events[i].At <= latest)
	}
	last := int64(noTime)
	for i := range s.Events {
		e := &s.Events[i]
		// Sentry writes custom events with seconds while all others have milliseconds.
		if wall && e.kind == custom && e.At > 0 && e.At < 1e11*1000 {
			e.At *= 1000
		}
		e.timed = e.At != noTime && (!wall || (e.At >= earliest && e.At <= latest))
		if !e.timed {
			s.Anomalies.Add(format.BadTime, 1)
			e.At = last
		}
		last = e.At
	}
	for i := len(s.Events) - 1; i >= 0; i-- {
		if s.Events[i].At == noTime {
			s.Events[i].At = max(last, 0)
		}
		last = s.Events[i].At
	}
}

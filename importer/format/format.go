// Package format is the contract of recording formats: what a decoder is told,
// what it hands on and what it may not exceed.
package format

import (
	"context"
	"iter"

	"hindsite.app/player/recording"
)

// Decoder reads one recording format. Decoders are values without state, and
// may be used by several goroutines at once.
type Decoder interface {
	// Name returns the format's name as people say it.
	Name() string
	// Takes reports whether a recording that begins like this is of the format,
	// whole or not, supported or not: what is of the format and cannot be read
	// is refused by Sessions, which can say why.
	Takes(h Head) bool
	// Sessions yields the sessions of one recording's files one at a time, so
	// that no more than one is in memory. A session that cannot be used is
	// yielded as a classed error and the next is tried; an error of a reader
	// ends the sequence. Files without any session yield one error.
	Sessions(ctx context.Context, f Files, h Hints, l Limits) iter.Seq2[Raw, error]
}

// Hints are what is known of a recording from outside it: from the archive that
// lists it, from whoever imports it, from a file beside it. What they say counts
// before what the recording says.
type Hints struct {
	// Name is the file's, or what several files have in common, as it may be
	// shown. It is the last resort for an id.
	Name string
	About
}

// Session is one decoded session. The receiver owns it.
type Session struct {
	Recording *recording.Recording
	Anomalies Anomalies
	Events    int      // events read, as the recorder counts them
	Digest    [32]byte // SHA-256 of the events as read: equal digests are equal content
}

// Limits bounds what one file can make a decoder do.
type Limits struct {
	Line    int   // bytes of one line or event
	Session int64 // bytes of one session's events
	Events  int   // events of one session
	Depth   int   // nesting of JSON
	String  int   // bytes of one string
}

// DefaultLimits are those of the security design, section 3.1.
func DefaultLimits() Limits {
	return Limits{Line: 64 << 20, Session: 512 << 20, Events: 2_000_000, Depth: 1000, String: 32 << 20}
}

// Package format is the contract of recording formats: what a decoder is told,
// what it hands on and what it may not exceed.
package format

import (
	"context"
	"io"
	"iter"

	"hindsite.app/player/recording"
)

// Decoder reads one recording format.
type Decoder interface {
	// Name returns the format's name as people say it.
	Name() string
	// Decode reads one file and yields its sessions one at a time, so that no
	// more than one is in memory. A session that cannot be used is yielded as a
	// classed error and the next is tried; an error of the reader ends the
	// sequence. A file without any session yields one error.
	Decode(ctx context.Context, r io.Reader, h Hints, l Limits) iter.Seq2[*Session, error]
}

// Hints are what is known of a file from outside it.
type Hints struct {
	Name    string // of the file or archive member, for messages and as a last resort for an id
	Session string // id that an archive gives the session
	Visitor string
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

// Anomaly is a kind of oddity that does not lose a session.
type Anomaly string

// The anomalies.
const (
	BadEvent       Anomaly = "bad-event"
	BadJSON        Anomaly = "bad-json"
	UnknownEvent   Anomaly = "unknown-event"
	DuplicateEvent Anomaly = "duplicate-event"
	BadTime        Anomaly = "bad-time"
	OutOfOrder     Anomaly = "out-of-order"
	NoSnapshot     Anomaly = "no-snapshot"
	UnknownNode    Anomaly = "unknown-node"
	Unplaced       Anomaly = "unplaced"
	CanvasDropped  Anomaly = "canvas-dropped"
	AssetDropped   Anomaly = "asset-dropped"
	EndsEarly      Anomaly = "ends-early"
)

var anomalySentences = map[Anomaly]string{
	BadEvent:       "events that are not what they claim to be were left out",
	BadJSON:        "lines or values that are not JSON were left out",
	UnknownEvent:   "events of a kind that this version does not know were left out",
	DuplicateEvent: "events that were there twice were counted once",
	BadTime:        "events without a usable time were put beside their neighbours",
	OutOfOrder:     "events that stood in the file later than they happened were put in order",
	NoSnapshot:     "page changes before the first full picture of the page cannot be shown",
	UnknownNode:    "changes named parts of the page that were never recorded",
	Unplaced:       "clicks or moves without coordinates cannot be drawn",
	CanvasDropped:  "canvas drawings are not kept: pictures cannot be checked for personal data",
	AssetDropped:   "files that the recorder attached to the page are not kept",
	EndsEarly:      "the file ends in the middle; everything before is here",
}

// Sentence says what the anomaly means to a researcher.
func (a Anomaly) Sentence() string { return anomalySentences[a] }

// Anomalies counts what was odd in one session.
type Anomalies map[Anomaly]int

// Add counts n more of kind a.
func (m Anomalies) Add(a Anomaly, n int) {
	if n > 0 {
		m[a] += n
	}
}

// Total returns the number of anomalies of all kinds.
func (m Anomalies) Total() int {
	n := 0
	for _, c := range m {
		n += c
	}
	return n
}

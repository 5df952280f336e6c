package format

import (
	"context"
	"iter"
	"maps"
	"strings"
	"time"

	"hindsite.app/player/recording"
)

// Raw is one session as it was recorded: events in the manner of rrweb, which
// nobody has understood yet. Every format is brought into it, so that every
// recording can be packed.
type Raw interface {
	// About returns what is known of the session beside its events. Its Session
	// is never empty.
	About() About
	// Events yields the events in the order of the recording, and in front of
	// them what the session must carry with it to be the same again once it
	// was packed. Lines are not to be changed.
	Events() iter.Seq[Event]
	// Session makes the model of the events. It uses them up: Events is called
	// before it, or not at all.
	Session(ctx context.Context) (*Session, error)
}

// Event is one event of a Raw session.
type Event struct {
	Line []byte // one JSON object, without a line break
	At   int64  // microseconds since the Unix epoch, or since a moment of the recording's own
	Full bool   // a full snapshot, at which replaying can begin
}

// About is what a recording, or a file beside it, says of a session as a
// whole. Nothing in it is needed.
type About struct {
	Session    string            `json:"session,omitzero"`
	Visitor    string            `json:"visitor,omitzero"`
	Recorder   string            `json:"recorder,omitzero"` // "rrweb", "PostHog", …
	Attributes map[string]string `json:"attributes,omitempty"`
	Started    time.Time         `json:"started,omitzero"` // of the first event, where events count from a moment of their own
	Client     Client            `json:"client,omitzero"`
}

// Client is what is known of the browser. What is empty is found out from the
// user agent, or from the events.
type Client struct {
	UserAgent string           `json:"userAgent,omitzero"`
	Browser   string           `json:"browser,omitzero"`
	OS        string           `json:"os,omitzero"`
	Device    recording.Device `json:"device,omitzero"`
	Language  string           `json:"language,omitzero"`
	TimeZone  string           `json:"timeZone,omitzero"`
	Country   string           `json:"country,omitzero"` // two letters
	ScreenW   int              `json:"screenWidth,omitzero"`
	ScreenH   int              `json:"screenHeight,omitzero"`
}

// maxAttributes and maxAttribute bound what a session can carry beside its
// events: how many, and bytes of each name and value.
const (
	maxAttributes = 200
	maxAttribute  = 4096
)

// Set gives the session an attribute, cut to what one can be. One that it has
// is replaced; one too many, or without a name or a value, is left out.
func (a *About) Set(name, value string) {
	if name, value = Clip(name), Clip(value); name == "" || value == "" {
		return
	}
	if a.Attributes == nil {
		a.Attributes = map[string]string{}
	}
	if _, known := a.Attributes[name]; known || len(a.Attributes) < maxAttributes {
		a.Attributes[name] = value
	}
}

// Clone returns a copy that shares nothing with a.
func (a About) Clone() About {
	a.Attributes = maps.Clone(a.Attributes)
	return a
}

// Add fills in what b knows and a does not.
func (a *About) Add(b About) {
	fill(&a.Session, b.Session)
	fill(&a.Visitor, b.Visitor)
	fill(&a.Recorder, b.Recorder)
	fill(&a.Started, b.Started)
	a.Client.add(b.Client)
	for name, value := range b.Attributes {
		if _, known := a.Attributes[name]; !known {
			a.Set(name, value)
		}
	}
}

func (c *Client) add(b Client) {
	fill(&c.UserAgent, b.UserAgent)
	fill(&c.Browser, b.Browser)
	fill(&c.OS, b.OS)
	fill(&c.Device, b.Device)
	fill(&c.Language, b.Language)
	fill(&c.TimeZone, b.TimeZone)
	fill(&c.Country, b.Country)
	fill(&c.ScreenW, b.ScreenW)
	fill(&c.ScreenH, b.ScreenH)
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Clip cuts what is longer than an attribute can be.
func Clip(s string) string {
	if len(s) <= maxAttribute {
		return s
	}
	return strings.ToValidUTF8(s[:maxAttribute], "")
}

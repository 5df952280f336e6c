package rrweb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"path"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"hindsite.app/importer/format"
)

// Raw is one session as events, before any of them is understood.
type Raw struct {
	about     format.About // what containers and events around say
	carried   format.About // what packing wrote in front of the events
	known     format.About // what counts before all that; with what was carried, once the session is whole
	events    []Event
	anomalies format.Anomalies
	limits    format.Limits

	bytes  int64
	last   int64  // time of the latest event, but for custom ones, whose unit is not sure
	key    string // name of the array that it came from
	sum    [32]byte
	summed bool
}

var _ format.Raw = (*Raw)(nil)

// About implements format.Raw.
func (s *Raw) About() format.About {
	id := s.about.Session // identify has heeded what is known
	a := s.known.Clone()
	a.Add(s.about)
	a.Session = id
	if a.Recorder == "" {
		a.Recorder = "rrweb"
	}
	return a
}

// Session implements format.Raw.
func (s *Raw) Session(ctx context.Context) (*format.Session, error) {
	return convert(ctx, s, s.limits)
}

// Events implements format.Raw.
func (s *Raw) Events() iter.Seq[format.Event] {
	return func(yield func(format.Event) bool) {
		if line := s.aboutLine(); line != nil && !yield(format.Event{Line: line, At: s.events[0].At}) {
			return
		}
		for i := range s.events {
			e := &s.events[i]
			if !yield(format.Event{Line: e.Line, At: e.At, Full: e.kind == fullSnapshot}) {
				return
			}
		}
	}
}

// aboutTag is the tag of the custom event that carries what is known of a
// session through being packed. It is no event of the recording: it is not
// counted, and the digest is without it.
const aboutTag = "hindsite-about"

type aboutData struct {
	Tag     string       `json:"tag"`
	Payload format.About `json:"payload"`
}

// aboutLine returns the event that carries what is known of the session, nil
// when nothing is that the events and an archive's list do not say themselves.
func (s *Raw) aboutLine() []byte {
	a := s.About()
	if a.Recorder == "rrweb" && len(a.Attributes) == 0 && a.Started.IsZero() && a.Client == (format.Client{}) {
		return nil
	}
	data, err := json.Marshal(aboutData{aboutTag, a}, json.Deterministic(true), options())
	if err != nil {
		return nil
	}
	line := append([]byte(`{"type":5,"timestamp":`), strconv.FormatInt(s.events[0].At/1000, 10)...)
	return append(append(append(line, `,"data":`...), data...), '}')
}

// carries takes the event that aboutLine made, and reports whether it was one.
func (s *Raw) carries(e *Event) bool {
	if e.kind != custom || len(s.events) > 0 || !strings.Contains(string(e.data[:min(len(e.data), 64)]), aboutTag) {
		return false
	}
	var d aboutData
	if unmarshal(e.data, &d) != nil || d.Tag != aboutTag {
		return false
	}
	s.carried.Add(d.Payload) // within the limits
	return true
}

// identify gives the session an id: what is known from outside, what the
// container or the recorder says, else the name and a part of the content's
// hash, which stays the same when the recording is imported again.
func (s *Raw) identify(name string) {
	if s.known.Session != "" {
		s.about.Session = s.known.Session
	}
	if s.about.Session == "" {
		s.about.Session = recordedID(s.events)
	}
	if s.about.Session = cleanID(s.about.Session); s.about.Session != "" {
		return
	}
	stem := path.Base(strings.ReplaceAll(name, `\`, "/"))
	if dot := strings.IndexByte(stem, '.'); dot > 0 {
		stem = stem[:dot]
	}
	if stem = cleanID(stem); stem == "" {
		stem = "session"
	}
	digest := s.digest()
	s.about.Session = stem + "-" + hex.EncodeToString(digest[:4])
}

// cleanID keeps what can stand in an id: printable, without spaces, short.
func cleanID(id string) string {
	var b strings.Builder
	for _, r := range id {
		if b.Len() >= 96 {
			break
		}
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-_.:~@", r):
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-.")
}

// digest returns the SHA-256 of the events, which do not change any more.
func (s *Raw) digest() [32]byte {
	if s.summed {
		return s.sum
	}
	h := sha256.New()
	for _, e := range s.events {
		h.Write(e.Line)
		h.Write([]byte{'\n'})
	}
	s.sum, s.summed = [32]byte(h.Sum(nil)), true
	return s.sum
}

package state

import (
	"strings"
	"time"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

// Said is what whoever imports or packs says of the sessions, because their
// recorder keeps it elsewhere. It counts before what the recordings say.
type Said struct {
	ID         string   // of the session; not for archives that list theirs
	Visitor    string   // pseudonym of the person
	Attributes []string // name=value
	Started    string   // RFC 3339: wall time of the first event, where a recording has none
}

func (s Said) about() (format.About, error) {
	a := format.About{Session: s.ID, Visitor: s.Visitor}
	for _, text := range s.Attributes {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			return a, fault.New(fault.Schema, "read attribute: it must be name=value")
		}
		a.Set(name, value)
	}
	if s.Started == "" {
		return a, nil
	}
	started, err := time.Parse(time.RFC3339Nano, s.Started)
	if err != nil {
		return a, fault.New(fault.Schema, "read time of the start: it must be as 2006-01-02T15:04:05Z")
	}
	a.Started = started.UTC()
	return a, nil
}

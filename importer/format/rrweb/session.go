package rrweb

import (
	"bytes"
	"maps"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

// Keys that are wrappers and never the id of a session.
var wrapperKeys = map[string]bool{
	"events": true, "result": true, "results": true, "snapshots": true, "data": true, "rrweb_data": true,
	"recording": true, "session": true, "properties": true, "$snapshot_data": true, "$snapshot_items": true,
	"payload": true, "replay": true, "metadata": true, "person": true, "body": true,
}

var sessionKeys = map[string]bool{
	"session_guid": true, "session_secure_id": true, "sessionId": true, "session_id": true,
	"$session_id": true, "recordingId": true, "replay_id": true, "recording_id": true,
}

var visitorKeys = map[string]bool{"distinct_id": true, "$distinct_id": true, "visitor": true, "visitorId": true}

// container walks an object that holds events somewhere below: first what it
// says of them, then the events.
func (w *walker) container(raw []byte, depth int) error {
	if depth > 8 {
		return nil
	}
	members, err := membersOf(raw)
	if err != nil {
		w.odd(format.BadJSON)
		return nil
	}
	if isLoneSnapshot(members) {
		w.lonely = true
	}
	outer, outerKey := w.about, w.key
	defer func() { w.about, w.key = outer, outerKey }()
	for _, m := range members {
		w.learn(m)
	}
	for _, m := range members {
		if k := m.value.Kind(); k != '{' && k != '[' {
			continue
		}
		window := w.about.window
		if w.windows {
			w.about.window = m.name
		}
		wasWindows := w.windows
		if m.name == "snapshotsByWindowId" {
			w.windows = true
		}
		w.key = m.name
		err := w.value(m.value, depth+1)
		w.about.window, w.windows = window, wasWindows
		if err != nil {
			return err
		}
	}
	return nil
}

// learn takes what one member of a container says of the session.
func (w *walker) learn(m member) {
	switch {
	case sessionKeys[m.name]:
		w.about.session = text(m.value)
	case visitorKeys[m.name]:
		w.about.visitor = text(m.value)
	case m.name == "$window_id" || m.name == "window_id" || m.name == "windowId":
		w.about.window = text(m.value)
	case m.name == "metadata" || m.name == "session":
		w.learnAll(m)
	}
}

func (w *walker) learnAll(m member) {
	inner, err := membersOf(m.value)
	if err != nil {
		return
	}
	attributes := maps.Clone(w.about.attributes)
	if attributes == nil {
		attributes = map[string]string{}
	}
	for _, i := range inner {
		switch {
		case sessionKeys[i.name] || (m.name == "session" && i.name == "id"):
			if w.about.session == "" {
				w.about.session = text(i.value)
			}
		case visitorKeys[i.name]:
			w.about.visitor = text(i.value)
		case i.value.Kind() != '{' && i.value.Kind() != '[' && i.value.Kind() != 'n' && len(attributes) < maxAttributes:
			attributes[i.name] = text(i.value)
		}
	}
	w.about.attributes = attributes
}

// maxAttributes bounds what a session can carry beside its events.
const maxAttributes = 200

// array walks an array inside another value: events of one session, a tuple of
// a window and an event, or sessions or segments.
func (w *walker) array(raw []byte, depth int) error {
	elements, err := elementsOf(raw)
	if err != nil {
		w.odd(format.BadJSON)
		return nil
	}
	if window, event, ok := asTuple(elements); ok {
		outer := w.about.window
		w.about.window = window
		err := w.object(event, depth+1)
		w.about.window = outer
		return err
	}
	if !holdsEvents(elements) {
		for _, e := range elements {
			if e.Kind() == '{' || e.Kind() == '[' {
				if err := w.value(e, depth+1); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := w.next(elements); err != nil {
		return err
	}
	for _, e := range elements {
		if err := w.value(e, depth+1); err != nil {
			return err
		}
	}
	w.splits = true
	return nil
}

// next decides whether an array of events goes on with the session that is
// open or begins another: windows and segments go on, arrays that begin with a
// page load of their own do not.
func (w *walker) next(elements []jsontext.Value) error {
	if w.open == nil || !w.splits || w.windows {
		if w.open == nil || len(w.open.Events) == 0 {
			w.begin(w.key)
		}
		return nil
	}
	if !beginsPage(elements) {
		return nil
	}
	if err := w.flush(); err != nil {
		return err
	}
	w.begin(w.key)
	return nil
}

// beginsPage reports whether one of the first events is a full snapshot that
// follows page load events: what a recorder writes when it starts.
func beginsPage(elements []jsontext.Value) bool {
	for i, e := range elements {
		if i >= 6 || e.Kind() != '{' {
			return false
		}
		h, err := readHeader(e)
		if err != nil || !h.isEvent() {
			return false
		}
		if h.typeText == "2" {
			return true
		}
	}
	return false
}

func holdsEvents(elements []jsontext.Value) bool {
	for _, e := range elements {
		switch e.Kind() {
		case '{':
			h, err := readHeader(e)
			return err == nil && h.isEvent()
		case '[':
			inner, err := elementsOf(e)
			if err != nil {
				return false
			}
			_, _, ok := asTuple(inner)
			return ok
		case '"':
			_, err := unpack(text(e), 64<<20)
			return err == nil
		}
	}
	return false
}

func asTuple(elements []jsontext.Value) (window string, event []byte, ok bool) {
	if len(elements) != 2 || elements[0].Kind() != '"' || elements[1].Kind() != '{' {
		return "", nil, false
	}
	h, err := readHeader(elements[1])
	if err != nil || !h.isEvent() {
		return "", nil, false
	}
	return text(elements[0]), elements[1], true
}

// begin opens a session. Where several arrays stand in one container under
// names that are no wrappers, their names are the ids.
func (w *walker) begin(key string) {
	if w.open != nil && len(w.open.Events) == 0 {
		w.describe(w.open, key)
		return
	}
	w.open = &Raw{Anomalies: w.orphans}
	if w.open.Anomalies == nil {
		w.open.Anomalies = format.Anomalies{}
	}
	w.orphans = nil
	w.describe(w.open, key)
}

func (w *walker) describe(s *Raw, key string) {
	s.ID, s.Visitor, s.Attributes = w.about.session, w.about.visitor, maps.Clone(w.about.attributes)
	if s.ID == "" && key != "" && !wrapperKeys[key] && !w.windows {
		s.ID = key
	}
}

// flush hands the open session on.
func (w *walker) flush() error {
	s := w.open
	w.open, w.splits = nil, false
	if s == nil || len(s.Events) == 0 {
		return nil
	}
	w.emitted++
	if !w.emit(s) {
		return errStop
	}
	return nil
}

// nothing says why a file yielded no session.
func (w *walker) nothing(name string) error {
	if w.lonely {
		return fault.New(fault.Schema, "read %s: this is the content of a single full snapshot, without the event around it and without a time; a recording is a list of events", name)
	}
	return fault.New(fault.Schema, "read %s: no recorded events in it", name)
}

type member struct {
	name  string
	value jsontext.Value
}

func membersOf(raw []byte) ([]member, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw), options())
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	var out []member
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		key := strings.Clone(name.String())
		value, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		end := dec.InputOffset()
		out = append(out, member{key, raw[end-int64(len(value)) : end]})
	}
	return out, nil
}

func elementsOf(raw []byte) ([]jsontext.Value, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw), options(), jsontext.AllowDuplicateNames(true))
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	var out []jsontext.Value
	for dec.PeekKind() != ']' {
		value, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		end := dec.InputOffset()
		out = append(out, raw[end-int64(len(value)):end])
	}
	return out, nil
}

func isLoneSnapshot(members []member) bool {
	node, offset := false, false
	for _, m := range members {
		node = node || (m.name == "node" && m.value.Kind() == '{')
		offset = offset || m.name == "initialOffset"
	}
	return node && offset
}

package rrweb

import (
	"maps"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
)

// maxContainers bounds how deep containers are searched for events.
const maxContainers = 8

// maxAttributes bounds how many attributes a session can have.
const maxAttributes = 200

// isWrapper reports whether a name is one that wraps events, and never the id
// of a session.
func isWrapper(name string) bool {
	switch name {
	case "events", "result", "results", "snapshots", "data", "rrweb_data", "recording", "session", "properties",
		"$snapshot_data", "$snapshot_items", "payload", "replay", "metadata", "person", "body":
		return true
	}
	return false
}

// isWrapperOfEvents reports whether a name is one whose object can be larger
// than what is read at once.
func isWrapperOfEvents(name string) bool {
	return name == "data" || name == "result" || name == "snapshots"
}

func namesSession(name string) bool {
	switch name {
	case "session_guid", "session_secure_id", "sessionId", "session_id", "$session_id", "recordingId", "replay_id", "recording_id":
		return true
	}
	return false
}

func namesVisitor(name string) bool {
	switch name {
	case "distinct_id", "$distinct_id", "visitor", "visitorId":
		return true
	}
	return false
}

func namesWindow(name string) bool {
	return name == "$window_id" || name == "window_id" || name == "windowId"
}

// container walks an object that holds events somewhere below. What it says of
// them can stand in front of them or behind.
func (w *walker) container(c *cursor, depth int) error {
	if _, err := c.token(); err != nil {
		return err
	}
	outer, outerKey := w.about, w.key
	was, from := w.open, 0
	if was != nil {
		from = len(was.events)
	}
	node, offset := false, false
	for c.peek() != '}' {
		name, err := c.name()
		if err != nil {
			return err
		}
		node = node || (name == "node" && c.peek() == '{')
		offset = offset || name == "initialOffset"
		if err := w.member(c, name, depth); err != nil {
			return err
		}
	}
	w.lonely = w.lonely || node && offset
	w.settle(was, from)
	w.about, w.key = outer, outerKey
	_, err := c.token()
	return err
}

// member takes one member of a container.
func (w *walker) member(c *cursor, name string, depth int) error {
	kind := c.peek()
	switch {
	case kind != '{' && kind != '[':
		raw, err := c.value(w.limits.Line)
		if err == nil {
			w.learn(name, raw)
		}
		return err
	case depth >= maxContainers:
		_, err := c.value(w.limits.Line)
		return err
	}
	window, windows := w.about.window, w.windows
	if w.windows {
		w.about.window = name
	}
	w.windows = w.windows || name == "snapshotsByWindowId"
	w.key = name
	err := w.inner(c, name, kind, depth+1)
	w.windows = windows
	if windows {
		w.about.window = window
	}
	return err
}

func (w *walker) inner(c *cursor, name string, kind jsontext.Kind, depth int) error {
	switch {
	case kind == '[':
		return w.array(c, depth)
	case w.askAbout != nil && !w.windows && !isWrapperOfEvents(name):
		raw, err := c.value(w.limits.Line)
		if err != nil {
			return err
		}
		if a, ok := w.askAbout(name, raw); ok {
			said := w.about.said.Clone()
			said.Add(a)
			w.about.said = said
			return nil
		}
		return w.object(raw, depth)
	case name == "metadata" || name == "session":
		raw, err := c.value(w.limits.Line)
		if err != nil {
			return err
		}
		w.learnAll(name, raw)
		return w.object(raw, depth)
	case c.text != nil:
		raw, err := c.value(w.limits.Line)
		if err != nil {
			return err
		}
		return w.object(raw, depth)
	}
	return w.container(c, depth)
}

// learn takes what one member of a container says of the session.
func (w *walker) learn(name string, value jsontext.Value) {
	switch {
	case namesSession(name), name == "id" && w.key == "data" && w.askAbout != nil: // PostHog's export
		w.about.session = text(value)
	case namesVisitor(name):
		w.about.visitor = text(value)
	case namesWindow(name):
		w.about.window = text(value)
	}
}

func (w *walker) learnAll(name string, raw []byte) {
	inner, err := membersOf(raw)
	if err != nil {
		return
	}
	attributes := maps.Clone(w.about.attributes)
	if attributes == nil {
		attributes = map[string]string{}
	}
	for _, i := range inner {
		switch {
		case namesSession(i.name) || (name == "session" && i.name == "id"):
			if w.about.session == "" {
				w.about.session = text(i.value)
			}
		case namesVisitor(i.name):
			w.about.visitor = text(i.value)
		case i.value.Kind() != '{' && i.value.Kind() != '[' && i.value.Kind() != 'n' && len(attributes) < maxAttributes:
			attributes[format.Clip(i.name)] = format.Clip(text(i.value))
		}
	}
	w.about.attributes = attributes
}

// settle gives events and session what their container said only behind them.
// was is the session that was open when the container began, with from events.
func (w *walker) settle(was *Raw, from int) {
	s := w.open
	if s == nil {
		return
	}
	if s != was {
		from = 0
	}
	if from == 0 {
		w.describe(s, s.key)
	}
	if w.about.window == "" {
		return
	}
	for i := from; i < len(s.events); i++ {
		if s.events[i].Window == "" {
			s.events[i].inWindow(w.about.window)
		}
	}
}

// beginFile opens a session, unless the file goes on with the one that is open.
func (w *walker) beginFile() {
	if w.open == nil {
		w.begin("")
	}
}

// begin opens a session. Where several arrays stand in one container under
// names that are no wrappers, their names are the ids.
func (w *walker) begin(key string) {
	if w.open == nil || len(w.open.events) > 0 {
		w.open = &Raw{anomalies: w.orphans}
		if w.open.anomalies == nil {
			w.open.anomalies = format.Anomalies{}
		}
		w.orphans = nil
	}
	w.describe(w.open, key)
}

func (w *walker) describe(s *Raw, key string) {
	if w.windows {
		key = ""
	}
	s.key = key
	// Containers further in were asked before, and count before.
	s.about.Add(format.About{Visitor: w.about.visitor, Attributes: w.about.attributes})
	s.about.Add(w.about.said)
	if w.about.session != "" {
		s.about.Session = w.about.session
	}
	if s.about.Session == "" && key != "" && !isWrapper(key) {
		s.about.Session = key
	}
}

// isWindowName reports whether the string could be the name of a window, and
// not an event that was packed into a string.
func isWindowName(raw []byte) bool {
	s := text(raw)
	return s != "" && len(s) <= 128 && !strings.ContainsAny(s, "{\x00\u009c") && s[0] != 'x'
}

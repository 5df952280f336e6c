package rrweb

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

// value takes one JSON value that is in memory: an event in one of its shapes,
// or something that contains events. depth counts the containers around it.
func (w *walker) value(raw []byte, depth int) error {
	if raw = bytes.TrimSpace(raw); len(raw) == 0 {
		return nil
	}
	switch raw[0] {
	case '{':
		return w.object(raw, depth)
	case '[':
		return w.array(inMemory(raw), depth)
	case '"':
		return w.packed(raw)
	}
	if w.sawEvent {
		w.odd(format.BadEvent)
	}
	return nil
}

func (w *walker) object(raw []byte, depth int) error {
	if bytes.IndexByte(raw, '\n') >= 0 {
		compact := jsontext.Value(bytes.Clone(raw))
		if err := compact.Compact(lenient()); err != nil {
			return err
		}
		raw = compact
	}
	h, err := w.readHeader(raw)
	if err == nil && h.isEvent() {
		return w.event(h)
	}
	if err != nil {
		h, err = headerFrom(inMemory(raw), raw)
		if err != nil {
			return err
		}
		if h.isEvent() {
			return w.refuse(fault.New(fault.Schema, "read event: a name is in it twice"))
		}
	}
	if depth > maxContainers {
		return nil
	}
	if h.hasTime && (h.hasType || h.hasData) {
		return w.refuse(fault.New(fault.Schema, "read event: it has no type or no data"))
	}
	return w.container(inMemory(raw), depth)
}

// refuse counts an event that cannot be used. The reason is told when the file
// has no other events.
func (w *walker) refuse(err error) error {
	w.odd(format.BadEvent)
	if w.refusal == nil {
		w.refusal = err
	}
	return nil
}

// packed takes a string that rrweb's packer made of an event.
func (w *walker) packed(raw []byte) error {
	if hasLongString(raw, w.limits.String) {
		return w.refuse(fault.New(fault.Limit, "read event: a string of more than %d bytes", w.limits.String))
	}
	line, err := unpack(text(raw), w.limits.Line)
	if err != nil {
		return w.refuse(err)
	}
	h, err := w.readHeader(line)
	if err != nil || !h.isEvent() {
		return w.refuse(fault.New(fault.Schema, "unpack event: what was packed is no event"))
	}
	return w.event(h)
}

func (w *walker) event(h header) error {
	if nestsDeeper(h.event.Line, w.limits.Depth) {
		return w.refuse(fault.New(fault.Limit, "read event: nested deeper than %d", w.limits.Depth))
	}
	if hasLongString(h.event.Line, w.limits.String) {
		return w.refuse(fault.New(fault.Limit, "read event: a string of more than %d bytes", w.limits.String))
	}
	e, anomaly := h.finish()
	if anomaly != "" {
		w.odd(anomaly)
		return nil
	}
	if w.open == nil {
		w.begin(w.key)
	}
	s := w.open
	if s.carries(&e) {
		return nil
	}
	if h.session != "" && s.about.Session == "" && w.about.session == "" {
		s.about.Session = h.session
	}
	if e.Window == "" && w.about.window != "" {
		e.inWindow(w.about.window)
	}
	s.bytes += int64(len(e.Line))
	switch {
	case len(s.events) >= w.limits.Events:
		return fault.New(fault.Limit, "read session: more than %d events", w.limits.Events)
	case s.bytes > w.limits.Session:
		return fault.New(fault.Limit, "read session: more than %d bytes", w.limits.Session)
	}
	w.sawEvent = true
	if e.kind != custom {
		s.last = max(s.last, e.At)
	}
	s.events = append(s.events, e)
	return nil
}

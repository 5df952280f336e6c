// Package rrweb decodes recordings of rrweb 0.7 to 2.x and its forks, in every
// container seen around them.
package rrweb

import (
	"bytes"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
)

// kind is the type of an rrweb event.
type kind int8

const (
	domContentLoaded kind = iota
	load
	fullSnapshot
	incremental
	meta
	custom
	plugin
	asset
	maxKind = asset
)

// noTime marks an event whose timestamp is missing or beyond use.
const noTime = math.MinInt64

// Event is one event of a recording as it was read.
type Event struct {
	Line   []byte // the event as one line of JSON, without a line break
	At     int64  // microseconds since the Unix epoch, or since some moment where the recording names none
	Window string // window or tab that the container names; may be empty
	kind   kind
	timed  bool           // At is what the recorder wrote
	source source         // of an incremental snapshot, noSource where it names none
	data   jsontext.Value // part of Line
}

// Full reports whether the event is a full snapshot, at which replaying can
// begin.
func (e Event) Full() bool { return e.kind == fullSnapshot }

// inWindow writes the window that a container names into the event itself, so
// that it survives being packed.
func (e *Event) inWindow(window string) {
	name, err := jsontext.AppendQuote(nil, window)
	if err != nil {
		return
	}
	e.Window = window
	line := make([]byte, 0, len(e.Line)+len(name)+len(`{"windowId":,`))
	line = append(append(append(line, `{"windowId":`...), name...), ',')
	shift := len(line) - 1
	from := cap(e.Line) - cap(e.data) // data is a part of Line, so their ends are one
	line = append(line, e.Line[1:]...)
	e.data = line[from+shift : from+shift+len(e.data)]
	e.Line = line
}

// header is what an object must have to be taken for an event.
type header struct {
	event    Event
	session  string
	hasType  bool
	hasData  bool
	hasTime  bool
	typeKind jsontext.Kind
	typeText string
}

// options for every decoder of hostile JSON: duplicate names are an error, bad
// UTF-8 becomes U+FFFD.
func options() jsontext.Options { return jsontext.AllowInvalidUTF8(true) }

// lenient is for text whose names need not be there once each, or are known to.
func lenient() jsontext.Options {
	return json.JoinOptions(options(), jsontext.AllowDuplicateNames(true))
}

// readHeader looks at the members of one object without building it. It fails
// when the value is no well-formed object, also when a name is in it twice.
func (w *walker) readHeader(raw []byte) (header, error) {
	w.strict.reset(raw, options())
	return headerFrom(&w.strict, raw)
}

func headerFrom(c *cursor, raw []byte) (header, error) {
	h := header{event: Event{Line: raw, At: noTime}}
	if _, err := c.dec.ReadToken(); err != nil {
		return h, err
	}
	for c.dec.PeekKind() != '}' {
		name, err := c.value(len(raw))
		if err != nil {
			return h, err
		}
		value, err := c.value(len(raw))
		if err != nil {
			return h, err
		}
		h.member(name, value)
	}
	if _, err := c.dec.ReadToken(); err != nil {
		return h, err
	}
	if len(bytes.TrimSpace(raw[c.dec.InputOffset():])) > 0 {
		return h, io.ErrUnexpectedEOF
	}
	return h, nil
}

// member takes one member; name is still quoted.
func (h *header) member(name, value jsontext.Value) {
	key := string(name[1 : len(name)-1])
	if strings.IndexByte(key, '\\') >= 0 {
		key = text(name)
	}
	switch key {
	case "type":
		h.hasType, h.typeKind, h.typeText = true, value.Kind(), string(value)
	case "data":
		h.hasData, h.event.data = true, value
	case "timestamp":
		h.hasTime, h.event.At = true, parseTime(value)
	case "windowId", "window_id":
		h.event.Window = text(value)
	case "sessionId":
		h.session = text(value)
	}
}

// isEvent reports whether the object has the shape of an event. Nodes of a
// snapshot also have a numeric type, but no data.
func (h *header) isEvent() bool {
	return h.hasType && h.hasData && h.typeKind == '0'
}

// finish fixes the type and the unit of the time.
func (h *header) finish() (Event, format.Anomaly) {
	n, err := strconv.Atoi(h.typeText)
	if err != nil || n < 0 {
		return Event{}, format.BadEvent
	}
	if n > int(maxKind) {
		return Event{}, format.UnknownEvent
	}
	e := h.event
	e.kind = kind(n)
	return e, ""
}

// parseTime reads milliseconds since the epoch as microseconds.
func parseTime(v jsontext.Value) int64 {
	if v.Kind() != '0' {
		return noTime
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil || f < 0 || f > 9e12 {
		return noTime
	}
	return int64(math.Round(f * 1000))
}

// text returns the string or number that v holds, or "".
func text(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		if plain := v[1 : len(v)-1]; bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
			return string(plain)
		}
		b, err := jsontext.AppendUnquote(nil, v)
		if err != nil && len(b) == 0 {
			return ""
		}
		return string(b)
	case '0', 't', 'f':
		return string(v)
	}
	return ""
}

// nestsDeeper reports whether JSON text nests deeper than limit. It does not
// check the text otherwise.
func nestsDeeper(raw []byte, limit int) bool {
	if len(raw) <= limit {
		return false
	}
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			if depth++; depth > limit {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// hasLongString reports whether JSON text holds a string of more than limit
// bytes as they are written.
func hasLongString(raw []byte, limit int) bool {
	if len(raw) <= limit {
		return false
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '"' {
			continue
		}
		from := i
		for i++; i < len(raw) && raw[i] != '"'; i++ {
			if raw[i] == '\\' {
				i++
			}
		}
		if i-from-1 > limit {
			return true
		}
	}
	return false
}

// withoutNUL returns JSON text in which U+FFFD stands for every NUL character,
// which no page has. Strings that hold packed bytes are left as they are.
func withoutNUL(raw []byte) []byte {
	nul := []byte(`\u0000`)
	if !bytes.Contains(raw, nul) {
		return raw
	}
	raw = bytes.Clone(raw)
	for i := 0; i < len(raw); i++ {
		if raw[i] != '"' {
			continue
		}
		packed := bytes.HasPrefix(raw[i+1:], []byte(`\u001f`))
		for i++; i < len(raw) && raw[i] != '"'; i++ {
			if raw[i] != '\\' {
				continue
			}
			if !packed && bytes.HasPrefix(raw[i:], nul) {
				copy(raw[i:], `\ufffd`)
			}
			i++
		}
	}
	return raw
}

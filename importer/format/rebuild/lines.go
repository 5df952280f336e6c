package rebuild

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

// Lines are rrweb events, one a line.
type Lines struct {
	limits format.Limits
	text   []byte
	marks  []mark
	work   work // that rebuilding took
}

type mark struct {
	at       int64
	from, to int
}

// add adds an event. Its data are what json makes of data.
func (l *Lines) add(at int64, window string, kind int, data any) error {
	raw, ok := data.(jsontext.Value)
	if !ok {
		var err error
		if raw, err = json.Marshal(data, json.Deterministic(true)); err != nil {
			return fault.New(fault.Schema, "write event: %w", err)
		}
	}
	from := len(l.text)
	l.text = append(l.text, `{"type":`...)
	l.text = strconv.AppendInt(l.text, int64(kind), 10)
	l.text = append(l.text, `,"timestamp":`...)
	l.text = strconv.AppendInt(l.text, at, 10)
	if window != "" {
		l.text = append(l.text, `,"windowId":`...)
		l.text = appendQuoted(l.text, window)
	}
	l.text = append(l.text, `,"data":`...)
	l.text = append(l.text, raw...)
	l.text = append(l.text, '}', '\n')
	l.marks = append(l.marks, mark{at, from, len(l.text)})
	switch {
	case len(l.text)-from > l.limits.Line:
		return tooLarge(l.limits.Line)
	case int64(len(l.text)) > l.limits.Session:
		return fault.New(fault.Limit, "read session: more than %d bytes", l.limits.Session)
	case len(l.marks) > l.limits.Events:
		return fault.New(fault.Limit, "read session: more than %d events", l.limits.Events)
	}
	return nil
}

func tooLarge(limit int) error {
	return fault.New(fault.Limit, "read session: one state of the page takes more than %d bytes", limit)
}

// NewLines returns no events yet. They may take half of what a session may:
// the decoder of rrweb holds them a second time.
func NewLines(l format.Limits) *Lines {
	l.Session /= 2
	return &Lines{limits: l, work: work{most: maxWork}}
}

// Source returns how many bytes a session's files may have: a quarter of what
// its events may, since they are in memory together with what is made of them.
func Source(l format.Limits) int64 { return l.Session / 4 }

// Len returns the number of events.
func (l *Lines) Len() int { return len(l.marks) }

// File returns the events in order of time as the text of a recording, for the
// decoder of rrweb. There must be an event.
func (l *Lines) File(name string) format.File {
	slices.SortStableFunc(l.marks, func(a, b mark) int { return cmp.Compare(a.at, b.at) })
	return format.File{Name: name, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(&sorted{lines: l}), nil
	}}
}

// sorted reads lines in the order of their marks.
type sorted struct {
	lines *Lines
	line  int
	read  int
}

func (s *sorted) Read(p []byte) (n int, err error) {
	for n < len(p) && s.line < len(s.lines.marks) {
		m := s.lines.marks[s.line]
		c := copy(p[n:], s.lines.text[m.from+s.read:m.to])
		n, s.read = n+c, s.read+c
		if m.from+s.read == m.to {
			s.line, s.read = s.line+1, 0
		}
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// appendQuoted appends a text, which is clean, as JSON.
func appendQuoted(b []byte, s string) []byte {
	// Clean text can be quoted, so that there is no error to tell.
	b, _ = jsontext.AppendQuote(b, s)
	return b
}

func appendName(b []byte, name string) []byte {
	return append(appendQuoted(b, name), ':')
}

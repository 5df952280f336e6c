package openreplay

import (
	"io"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

// The types of rrweb's events and the sources of its incremental ones.
const (
	typeLoad        = 1
	typeSnapshot    = 2
	typeIncremental = 3
	typeMeta        = 4
	typeCustom      = 5
	typePlugin      = 6

	sourceMutation    = 0
	sourceMove        = 1
	sourceInteraction = 2
	sourceScroll      = 3
	sourceResize      = 4
	sourceInput       = 5
	sourceRules       = 8
	sourceFont        = 10
	sourceAdopted     = 15
)

// lines are rrweb events, one a line.
type lines struct {
	limits format.Limits
	text   []byte
	marks  []mark
}

type mark struct {
	at       int64
	from, to int
}

// add adds an event. Its data are what json makes of data.
func (l *lines) add(at int64, window string, kind int, data any) error {
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
		return fault.New(fault.Limit, "read session: one state of the page takes more than %d bytes", l.limits.Line)
	case int64(len(l.text)) > l.limits.Session:
		return fault.New(fault.Limit, "read session: more than %d bytes", l.limits.Session)
	case len(l.marks) > l.limits.Events:
		return fault.New(fault.Limit, "read session: more than %d events", l.limits.Events)
	}
	return nil
}

// reader returns the lines in order of time, with what the session says of
// itself in front of them.
func (l *lines) reader(a *about) (io.Reader, error) {
	byTime := func(a, b mark) int { return int(min(max(a.at-b.at, -1), 1)) }
	if err := l.add(slices.MinFunc(l.marks, byTime).at, "", typeCustom, customData{"recording-meta", a.payload()}); err != nil {
		return nil, err
	}
	last := len(l.marks) - 1
	l.marks = slices.Insert(l.marks[:last], 0, l.marks[last])
	slices.SortStableFunc(l.marks, byTime)
	return &sorted{lines: l}, nil
}

// sorted reads lines in the order of their marks.
type sorted struct {
	lines *lines
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

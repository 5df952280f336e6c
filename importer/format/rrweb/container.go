package rrweb

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

// errStop ends a walk whose consumer wants no more.
var errStop = errors.New("stopped")

// walker finds the events in a file, whatever stands around them. The rule
// that covers every container seen: the outermost arrays whose elements are
// events. Sessions leave it through emit as soon as the next one begins.
type walker struct {
	ctx    context.Context
	limits format.Limits
	emit   func(*Raw) bool

	about    about  // what containers said, the innermost that said anything wins
	open     *Raw   // the session that is being read
	splits   bool   // the next array of events may be a session of its own
	key      string // name of the array that is being read
	windows  bool   // arrays are windows of one session
	emitted  int
	orphans  format.Anomalies // oddities before the first event
	sawEvent bool
	lonely   bool // the file looks like the data of one event
}

// about is what containers say of the sessions inside them.
type about struct {
	session, visitor, window string
	attributes               map[string]string
}

// Raw is one session as events, before any of them is understood.
type Raw struct {
	ID, Visitor string
	Attributes  map[string]string
	Events      []Event
	Anomalies   format.Anomalies

	bytes  int64
	failed error
}

// walk reads the whole file.
func (w *walker) walk(r io.Reader) error {
	br := bufio.NewReaderSize(r, 256<<10)
	first, more, err := firstLine(br, w.limits.Line)
	if err != nil {
		return err
	}
	if more && complete(first) {
		err = w.lines(first, br)
	} else {
		err = w.document(io.MultiReader(bytes.NewReader(first), br))
	}
	if err != nil {
		return err
	}
	// A fault behind the last event must be known before the session is used.
	if _, err := io.Copy(io.Discard, br); err != nil {
		return err
	}
	return w.flush()
}

// firstLine returns the bytes up to the first line break that follows anything
// but white space, or up to limit.
func firstLine(br *bufio.Reader, limit int) (line []byte, more bool, err error) {
	for {
		part, err := br.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil && len(bytes.TrimSpace(trimBOM(line))) > 0:
			_, peekErr := br.Peek(1)
			return trimBOM(line), peekErr == nil, nil
		case err == io.EOF:
			return trimBOM(line), false, nil
		case err != nil && err != bufio.ErrBufferFull:
			return nil, false, err
		case len(line) > limit:
			return trimBOM(line), false, nil
		}
	}
}

func trimBOM(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) }

// complete reports whether line is one whole JSON value that could be a line
// of events.
func complete(line []byte) bool {
	v := jsontext.Value(bytes.TrimSpace(line))
	if len(v) == 0 || (v[0] != '{' && v[0] != '[' && v[0] != '"') {
		return false
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(v), options(), jsontext.AllowDuplicateNames(true))
	got, err := dec.ReadValue()
	return err == nil && len(bytes.TrimSpace(v[dec.InputOffset():])) == 0 && len(got) > 0
}

// lines reads a file of one value a line, split at byte 0x0A and nothing else.
func (w *walker) lines(first []byte, br *bufio.Reader) error {
	w.begin("")
	if err := w.line(first); err != nil {
		return err
	}
	var line []byte
	for {
		part, err := br.ReadSlice('\n')
		line = append(line, part...)
		if err == bufio.ErrBufferFull {
			if len(line) > w.limits.Line {
				return fault.New(fault.Limit, "read line: longer than %d bytes", w.limits.Line)
			}
			continue
		}
		if err != nil && err != io.EOF {
			return w.endEarly(err)
		}
		if lineErr := w.line(line); lineErr != nil {
			return lineErr
		}
		if err == io.EOF {
			return nil
		}
		line = line[:0]
	}
}

func (w *walker) line(line []byte) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return nil
	}
	if !complete(line) {
		w.odd(format.BadJSON)
		return nil
	}
	return w.value(bytes.Clone(line), 0)
}

// document reads a file that is one value. An array is read element by
// element, so that its size does not matter.
func (w *walker) document(r io.Reader) error {
	// JavaScript modules that export a recording.
	br := bufio.NewReaderSize(r, 4096)
	if head, _ := br.Peek(15); bytes.HasPrefix(head, []byte("export default")) {
		if _, err := br.Discard(14); err != nil {
			return err
		}
	}
	budget := &budgetReader{r: br, left: w.limits.Session, limit: w.limits.Session}
	dec := jsontext.NewDecoder(budget, options(), jsontext.AllowDuplicateNames(true))
	if dec.PeekKind() != '[' {
		raw, err := dec.ReadValue()
		if err != nil {
			return w.notJSON(err)
		}
		return w.value(bytes.Clone(raw), 0)
	}
	if _, err := dec.ReadToken(); err != nil {
		return w.notJSON(err)
	}
	w.begin("")
	var tuple []byte
	for dec.PeekKind() != ']' {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		raw, err := dec.ReadValue()
		if err != nil {
			return w.notJSON(err)
		}
		budget.left = budget.limit
		if tuple != nil || (raw.Kind() == '"' && !w.sawEvent && isWindowName(raw)) {
			if tuple == nil {
				tuple = append([]byte("["), raw...)
				continue
			}
			whole := append(append(append(tuple, ','), raw...), ']')
			tuple = nil
			if err := w.value(whole, 0); err != nil {
				return err
			}
			continue
		}
		if err := w.value(bytes.Clone(raw), 1); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) notJSON(err error) error {
	if errors.Is(err, errBudget) {
		return fault.New(fault.Limit, "read value: %w", err)
	}
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.Default(fault.Truncated, err)
	}
	return w.endEarly(fault.New(fault.Schema, "read recording: not JSON at byte %d", offsetOf(syntax)))
}

func offsetOf(s *jsontext.SyntacticError) int64 {
	if s == nil {
		return 0
	}
	return s.ByteOffset
}

// endEarly keeps what was read when a file breaks off, unless nothing was.
func (w *walker) endEarly(err error) error {
	if fault.Of(err) == fault.Limit || fault.Of(err) == fault.Tampered {
		return err
	}
	if !w.sawEvent {
		return err
	}
	w.odd(format.EndsEarly)
	return nil
}

// value takes one JSON value: an event in one of its shapes, or something that
// contains events. depth counts the containers around it.
func (w *walker) value(raw []byte, depth int) error {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil
	}
	switch raw[0] {
	case '{':
		return w.object(raw, depth)
	case '[':
		return w.array(raw, depth)
	case '"':
		return w.packed(raw)
	}
	if w.sawEvent {
		w.odd(format.BadEvent)
	}
	return nil
}

func (w *walker) object(raw []byte, depth int) error {
	if tooDeep(raw, w.limits.Depth) {
		return w.badEvent(fault.New(fault.Limit, "read event: nested deeper than %d", w.limits.Depth))
	}
	h, err := readHeader(raw)
	if h.isEvent() || (err != nil && h.hasType && h.hasData) {
		if err != nil {
			w.odd(format.BadEvent)
			return nil
		}
		return w.event(h)
	}
	if err != nil {
		w.odd(format.BadJSON)
		return nil
	}
	return w.container(raw, depth)
}

func (w *walker) badEvent(err error) error {
	if w.sawEvent {
		w.odd(format.BadEvent)
		return nil
	}
	return err
}

// packed takes a string that rrweb's packer made of an event.
func (w *walker) packed(raw []byte) error {
	line, err := unpack(text(raw), w.limits.Line)
	if err != nil {
		if fault.Of(err) == fault.Limit {
			return err
		}
		w.odd(format.BadEvent)
		return nil
	}
	if complete(line) {
		if h, err := readHeader(line); err == nil && h.isEvent() {
			return w.event(h)
		}
	}
	w.odd(format.BadEvent)
	return nil
}

func (w *walker) event(h header) error {
	e, anomaly := h.finish()
	if anomaly != "" {
		w.odd(anomaly)
		return nil
	}
	if w.open == nil {
		w.begin("")
	}
	s := w.open
	if h.session != "" && s.ID == "" && w.about.session == "" {
		s.ID = h.session
	}
	if e.Window == "" {
		e.Window = w.about.window
		e.Line = withWindow(e.Line, e.Window)
	}
	if bytes.IndexByte(e.Line, '\n') >= 0 {
		if err := (*jsontext.Value)(&e.Line).Compact(); err != nil {
			w.odd(format.BadEvent)
			return nil
		}
	}
	if len(e.Line) != len(h.event.Line) || bytes.IndexByte(h.event.Line, '\n') >= 0 {
		if again, err := readHeader(e.Line); err == nil {
			e.data = again.event.data
		}
	}
	s.bytes += int64(len(e.Line))
	switch {
	case len(s.Events) >= w.limits.Events:
		return fault.New(fault.Limit, "read session: more than %d events", w.limits.Events)
	case s.bytes > w.limits.Session:
		return fault.New(fault.Limit, "read session: more than %d bytes", w.limits.Session)
	}
	w.sawEvent = true
	s.Events = append(s.Events, e)
	return nil
}

// withWindow writes the window that a container names into the event itself,
// so that it survives being packed.
func withWindow(line []byte, window string) []byte {
	if window == "" {
		return line
	}
	name, err := jsontext.AppendQuote(nil, window)
	if err != nil {
		return line
	}
	out := append([]byte(`{"windowId":`), name...)
	return append(append(out, ','), line[1:]...)
}

func isWindowName(raw []byte) bool {
	s := text(raw)
	return s != "" && len(s) <= 128 && !strings.ContainsAny(s, "{\x00\u009c") && s[0] != 'x'
}

func (w *walker) odd(a format.Anomaly) {
	if w.open != nil {
		w.open.Anomalies.Add(a, 1)
		return
	}
	w.orphans.Add(a, 1)
}

var errBudget = errors.New("value is larger than allowed")

// budgetReader bounds how much is read for one value.
type budgetReader struct {
	r           io.Reader
	left, limit int64
}

func (b *budgetReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errBudget
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}

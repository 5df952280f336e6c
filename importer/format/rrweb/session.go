package rrweb

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

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
	hinted   string // id that the file was given from outside
	open     *Raw   // the session that is being read
	splits   bool   // the next array of events may be a session of its own
	key      string // name of the array that is being read
	windows  bool   // arrays are windows of one session
	emitted  int
	orphans  format.Anomalies // oddities before the first event
	refusal  error            // why an event was refused, while there is no other
	sawEvent bool
	strict   cursor // for the headers of events
	lonely   bool   // the file looks like the data of one event
	askAbout func(name string, value []byte) (format.About, bool)
}

// about is what containers say of the sessions inside them.
type about struct {
	session, visitor, window string
	attributes               map[string]string
	said                     format.About // by objects that the format knows
}

// walk reads one file.
func (w *walker) walk(r io.Reader) error {
	br := bufio.NewReaderSize(r, 64<<10)
	first, more, err := firstLine(br, w.limits.Line)
	if err != nil {
		return err
	}
	if w.isLines(first, br, more) {
		err = w.lines(first, br)
	} else {
		err = w.document(first, br, more)
	}
	if err != nil {
		return err
	}
	// A fault behind the last event must be known before the session is used.
	if _, err := io.Copy(io.Discard, br); err != nil {
		return err
	}
	return nil
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
			return trimBOM(line), true, nil
		}
	}
}

func trimBOM(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) }

// isLines reports whether the file is one value a line: the first line is a
// whole value, or it is a broken one and the next begins like another.
func (w *walker) isLines(first []byte, br *bufio.Reader, more bool) bool {
	v := bytes.TrimSpace(first)
	if !more || len(v) == 0 || !opens(v[0]) {
		return false
	}
	if whole(v) {
		return true
	}
	next, _ := br.Peek(1)
	return len(v) > 2 && first[len(first)-1] == '\n' && !bytes.ContainsRune([]byte(",[{:"), rune(v[len(v)-1])) &&
		len(next) > 0 && opens(next[0])
}

// opens reports whether c begins a value that can hold events.
func opens(c byte) bool { return c == '{' || c == '[' || c == '"' }

// whole reports whether v is one JSON value and nothing behind it.
func whole(v []byte) bool {
	c := inMemory(v)
	if _, err := c.dec.ReadValue(); err != nil {
		return false
	}
	return len(bytes.TrimSpace(v[c.dec.InputOffset():])) == 0
}

// lines reads a file of one value a line, split at byte 0x0A and nothing else:
// other characters that some programs take for line breaks stand in strings.
func (w *walker) lines(first []byte, br *bufio.Reader) error {
	w.beginFile()
	if err := w.line(first); err != nil {
		return err
	}
	var line []byte
	for {
		part, err := br.ReadSlice('\n')
		if line = append(line, part...); len(line) > w.limits.Line {
			return fault.New(fault.Limit, "read line: longer than %d bytes", w.limits.Line)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil && err != io.EOF {
			return w.endEarly(err)
		}
		if lineErr := w.line(bytes.Clone(line)); lineErr != nil {
			return lineErr
		}
		if err == io.EOF {
			return nil
		}
		line = line[:0]
	}
}

// line takes one line, which it owns.
func (w *walker) line(line []byte) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return nil
	}
	if line[0] != '{' && !whole(line) {
		w.odd(format.BadJSON)
		return nil
	}
	return w.malformed(w.value(line, 0))
}

// malformed turns a fault of JSON within one line into an oddity.
func (w *walker) malformed(err error) error {
	if isSyntax(err) {
		w.odd(format.BadJSON)
		return nil
	}
	return err
}

// document reads a file that is one value. One that fits into a line's limit
// is read from memory, and its events share that memory; a larger one goes by
// as a stream of which only one event at a time is held twice.
func (w *walker) document(first []byte, br *bufio.Reader, more bool) error {
	if more {
		rest, err := io.ReadAll(io.LimitReader(br, int64(max(w.limits.Line-len(first), 0))))
		if err != nil {
			return fault.Default(fault.Truncated, err)
		}
		first = append(first, rest...)
		_, err = br.Peek(1)
		more = err == nil
	}
	head := module(bytes.TrimLeft(first, " \t\r\n"))
	var c *cursor
	if more {
		c = stream(io.MultiReader(bytes.NewReader(head), br))
	} else {
		c = inMemory(head)
	}
	err := w.top(c, head)
	if errors.Is(err, errTooLong) {
		return fault.New(fault.Limit, "read value: %w", err)
	}
	if !isSyntax(err) {
		return err
	}
	if nestsDeeper(head, w.limits.Depth) && !w.sawEvent {
		return fault.New(fault.Limit, "read recording: nested deeper than %d", w.limits.Depth)
	}
	return w.endEarly(fault.New(fault.Schema, "read recording: not JSON behind byte %d", c.dec.InputOffset()))
}

// top takes the value that is the whole file.
func (w *walker) top(c *cursor, head []byte) error {
	switch c.dec.PeekKind() {
	case '[':
		w.beginFile()
		return w.array(c, 0)
	case '{':
		if h, err := w.readHeader(head); c.text != nil && (h.isEvent() || err == nil && h.hasType && h.hasData) {
			return w.object(head, 0)
		}
		return w.container(c, 0)
	}
	raw, err := c.value(w.limits.Line)
	if err != nil {
		return err
	}
	return w.value(raw, 0)
}

// module takes what JavaScript writes in front of a recording that it exports.
func module(text []byte) []byte {
	for _, prefix := range []string{"export default", "module.exports"} {
		if rest, ok := bytes.CutPrefix(text, []byte(prefix)); ok {
			return bytes.TrimLeft(rest, " \t\r\n=")
		}
	}
	return text
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

// flush hands the open session on.
func (w *walker) flush() error {
	s := w.open
	w.open, w.splits = nil, false
	if s == nil || len(s.events) == 0 {
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
	if w.refusal != nil {
		return w.refusal
	}
	if w.lonely {
		return fault.New(fault.Schema, "read %s: this is the content of a single full snapshot, without the event around it and without a time; a recording is a list of events", name)
	}
	return fault.New(fault.Schema, "read %s: no recorded events in it", name)
}

func (w *walker) odd(a format.Anomaly) { w.odds(a, 1) }

func (w *walker) odds(a format.Anomaly, n int) {
	if w.open != nil {
		w.open.anomalies.Add(a, n)
		return
	}
	if w.orphans == nil {
		w.orphans = format.Anomalies{}
	}
	w.orphans.Add(a, n)
}

package rrweb

import (
	"cmp"

	"hindsite.app/importer/format"
)

// headSize is how many elements of an array are looked at before it is decided
// whether they begin another session.
const headSize = 6

// array walks an array: events of one session, a window's name with one event
// of it, or sessions or segments.
func (w *walker) array(c *cursor, depth int) error {
	if _, err := c.token(); err != nil {
		return err
	}
	a := elements{walker: w, depth: depth + 1}
	for n := 0; c.peek() != ']'; n++ {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if err := a.take(c, n); err != nil {
			if isSyntax(err) {
				err = cmp.Or(a.decide(), err) // what waits is whole
			}
			return err
		}
	}
	if err := a.decide(); err != nil {
		return err
	}
	if a.begun && w.count() > 0 {
		w.splits = true
		w.open.anomalies.Add(format.BadEvent, a.stray)
	}
	_, err := c.token()
	return err
}

// elements takes the elements of one array in turn. The first of them wait
// until enough are there to tell what the array is.
type elements struct {
	*walker
	depth  int
	window string   // the first element, when it can name a window
	head   [][]byte // elements that wait
	begun  bool     // none waits any more
	stray  int      // elements that can be no events
}

// take takes element n.
func (a *elements) take(c *cursor, n int) error {
	kind := c.peek()
	if kind == '[' && a.depth <= maxContainers {
		if err := a.decide(); err != nil {
			return err
		}
		return a.array(c, a.depth)
	}
	raw, err := c.value(a.limits.Line)
	if err != nil {
		return err
	}
	switch {
	case n == 0 && kind == '"' && isWindowName(raw):
		a.window = text(raw)
		return nil
	case n == 1 && a.window != "" && kind == '{':
		outer := a.about.window
		a.about.window = a.window
		err := a.object(raw, a.depth)
		a.about.window = outer
		return err
	case kind != '{' && kind != '"':
		a.stray++
		return nil
	case a.begun:
		return a.value(raw, a.depth)
	}
	if a.head = append(a.head, raw); len(a.head) < headSize {
		return nil
	}
	return a.decide()
}

// decide begins another session if that is what the array is, and takes the
// elements that waited.
func (a *elements) decide() error {
	if a.begun || len(a.head) == 0 {
		return nil
	}
	a.begun = true
	if err := a.next(a.head); err != nil {
		return err
	}
	for _, raw := range a.head {
		if err := a.value(raw, a.depth); err != nil {
			return err
		}
	}
	a.head = nil
	return nil
}

func (w *walker) count() int {
	if w.open == nil {
		return 0
	}
	return len(w.open.events)
}

// next decides whether an array of events goes on with the session that is
// open or begins another.
func (w *walker) next(head [][]byte) error {
	shape, ok := w.shapeOf(head)
	if !ok {
		return nil // no events: containers decide for themselves
	}
	if w.open == nil || len(w.open.events) == 0 {
		w.begin(w.key)
		return nil
	}
	if !w.splits || !w.another(shape) {
		return nil
	}
	if err := w.flush(); err != nil {
		return err
	}
	w.begin(w.key)
	return nil
}

// shape is what the first events of an array tell.
type shape struct {
	full, loads bool // a full snapshot; the events of a page load before it
	at          int64
}

func (w *walker) shapeOf(head [][]byte) (s shape, ok bool) {
	s.at = noTime
	for _, raw := range head {
		if raw[0] != '{' {
			ok = true // packed
			continue
		}
		h, err := w.readHeader(raw)
		if err != nil || !h.isEvent() {
			continue
		}
		ok = true
		if s.at == noTime {
			s.at = h.event.At
		}
		switch {
		case s.full:
		case h.typeText == "2":
			s.full = true
		case h.typeText == "0" || h.typeText == "1":
			s.loads = true
		}
	}
	return s, ok
}

// The pauses, in microseconds, behind which an array that begins with a page
// is another session: segments follow each other at once, also when a segment
// begins with a further picture of its page or with the page that a link led
// to, and no recorder goes on after half an hour.
const (
	overlap   = 1_000_000
	loadPause = 5_000_000
	longPause = 30 * 60_000_000
)

// another reports whether an array that begins like s is another session than
// the open one: by its id where containers name one, else by its first events.
func (w *walker) another(s shape) bool {
	if id := w.about.session; id != "" && id != w.hinted {
		return w.open.about.Session != "" && w.open.about.Session != id
	}
	if w.windows || w.about.window != "" || !s.full {
		return false
	}
	if s.at == noTime || w.open.last == 0 {
		return true
	}
	pause := s.at - w.open.last
	return pause < -overlap || pause > longPause || s.loads && pause > loadPause
}

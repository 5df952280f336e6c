package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hindsite.app/app/state"
)

// pageSize is how many sessions are read at once.
const pageSize = 100

// sessionSource holds the sessions that the filter chooses, as far as they
// were read. Several lists show it.
type sessionSource struct {
	w       *window
	where   string
	sort    string
	loaded  []state.Session
	next    string
	total   int // -1 while not known
	all     int // sessions without a filter, -1 while not known
	problem *state.Problem
	asking  slot
	typing  slot
	changed []func()
}

func newSessionSource(w *window) *sessionSource {
	return &sessionSource{w: w, sort: "-start", total: -1, all: -1}
}

func (s *sessionSource) stop() {
	s.asking.stop()
	s.typing.stop()
}

func (s *sessionSource) clear() {
	s.loaded, s.next, s.total, s.all, s.problem, s.where = nil, "", -1, -1, nil, ""
	s.tell()
}

func (s *sessionSource) tell() {
	for _, f := range s.changed {
		f()
	}
}

// filter chooses sessions by an expression that is being typed: it waits for a
// pause, and a newer expression replaces an older one.
func (s *sessionSource) filter(where string) {
	if where == s.where {
		return
	}
	s.where = where
	if _, err := state.ParseWhere(where); err != nil {
		s.typing.stop()
		s.asking.stop()
		s.problem = state.Explain(err)
		s.tell()
		return
	}
	s.problem = nil
	s.tell()
	s.w.after(&s.typing, 150*time.Millisecond, s.reload)
}

// order sorts by a field; the same field again turns the order round.
func (s *sessionSource) order(field string) {
	switch s.sort {
	case field:
		s.sort = "-" + field
	case "-" + field:
		s.sort = field
	default:
		s.sort = "-" + field
	}
	s.reload()
}

// reload reads the first page again.
func (s *sessionSource) reload() { s.read("") }

// more reads the following page, unless that goes on already.
func (s *sessionSource) more() {
	if s.next != "" && !s.asking.busy() {
		s.read(s.next)
	}
}

func (s *sessionSource) read(after string) {
	l := s.w.library
	if l == nil {
		return
	}
	q := state.ListQuery{Where: s.where, Sort: s.sort, Limit: pageSize, After: after}
	work(s.w, &s.asking, func(ctx context.Context) (state.Page, error) { return l.List(ctx, q) },
		func(p state.Page, err error) {
			if s.problem = state.Explain(err); err != nil {
				s.tell()
				return
			}
			if after == "" {
				s.loaded = nil
			}
			s.loaded = append(s.loaded, p.Sessions...)
			s.next = p.Next
			if p.Total >= 0 {
				s.total = p.Total
			}
			if strings.TrimSpace(q.Where) == "" {
				s.all = s.total
			}
			s.tell()
		})
}

// index returns the place of a session, -1 when it is not among those read.
func (s *sessionSource) index(id string) int {
	for i := range s.loaded {
		if s.loaded[i].ID == id {
			return i
		}
	}
	return -1
}

// facts says how many there are.
func (s *sessionSource) facts() string {
	if s.total < 0 {
		return ""
	}
	if s.all >= 0 && s.all != s.total {
		return fmt.Sprintf("%s of %s shown", count(s.total, "session"), grouped(s.all))
	}
	return count(s.total, "session")
}

package openreplay

import (
	"context"
	"io"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rebuild"
	"hindsite.app/player/fault"
)

// part is one file of a session.
type part struct {
	name string
	data []byte
}

// translation is a session as rrweb events, one a line.
type translation struct {
	events io.Reader
	odd    format.Anomalies
}

// translate reads the files of one session, in the order in which they belong
// together, and writes them as rrweb events.
func translate(ctx context.Context, parts []part, a *about, l format.Limits) (*translation, error) {
	s := newScanner(ctx, l)
	if err := s.parts(parts); err != nil {
		return nil, err
	}
	tabs := s.ordered()
	dict := newDictionary()
	if err := dict.learn(s.messages); err != nil {
		return nil, err
	}
	s.messages = nil
	out := rebuild.NewLines(l)
	stopped := func() error { return ctx.Err() }
	for i, messages := range tabs {
		if len(messages) == 0 {
			continue
		}
		p := &page{Page: rebuild.NewPage(out, s.odd, l, s.tabs[i], messages[0].at), about: a, limits: l, dict: dict}
		if s.location != "" {
			p.location(s.location, "", 0) // until the page says it
		}
		if err := p.take(messages, stopped); err != nil {
			return nil, err
		}
	}
	if out.Len() == 0 {
		return nil, fault.New(fault.Schema, "read OpenReplay file: no page and no event in it")
	}
	events, err := out.Reader(a.payload())
	if err != nil {
		return nil, err
	}
	return &translation{events: events, odd: s.odd}, nil
}

// parts takes the files. What one ends with in the middle of a message, the
// next goes on with.
func (s *scanner) parts(parts []part) error {
	var rest []byte
	for _, p := range parts {
		var err error
		if rest, err = s.part(p, rest); err != nil {
			return err
		}
	}
	s.endsEarly(rest)
	return nil
}

// part takes one file, and in front of it what the one before ended with.
func (s *scanner) part(p part, rest []byte) ([]byte, error) {
	if len(rest) > 0 {
		_, skip := headerOf(p.data)
		joined := append(rest[:len(rest):len(rest)], p.data[skip:]...)
		if n, _ := s.layout.sample(joined); n > len(rest) {
			return s.all(s.layout, joined)
		}
		s.endsEarly(rest)
	}
	left, err := s.file(p.name, p.data)
	if fault.Of(err) == fault.Schema && len(s.messages) > 0 {
		s.odd.Add(format.BadEvent, 1) // what the other files hold is not lost for it
		return nil, nil
	}
	return left, err
}

func (s *scanner) endsEarly(rest []byte) {
	if len(rest) > 0 {
		s.odd.Add(format.EndsEarly, 1)
	}
}

// Package openreplay reads the mob files in which OpenReplay stores sessions.
package openreplay

import (
	"context"
	"iter"
	"strings"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rebuild"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/fault"
)

// Decoder reads OpenReplay's files. The zero value is ready.
type Decoder struct{}

var _ format.Decoder = Decoder{}

// Name returns "OpenReplay".
func (Decoder) Name() string { return recorder }

// Takes implements format.Decoder. By its name a file is taken also when
// nothing in it makes sense: it may be encrypted.
func (Decoder) Takes(h format.Head) bool {
	if IsMob(h.Name) {
		return true
	}
	if h.IsJSON() {
		return false
	}
	if _, mobile := mobileIn(h.Bytes); mobile {
		return true
	}
	l, _ := layoutOf(h.Bytes)
	return l != unknownLayout
}

// IsMob reports whether a file is named as OpenReplay names its files.
func IsMob(name string) bool {
	base := format.Base(name)
	for _, ending := range []string{".mob", ".mobs", ".mobe"} {
		if strings.HasSuffix(base, ending) {
			return true
		}
	}
	return false
}

// Sessions implements format.Decoder. The files hold one session.
func (Decoder) Sessions(ctx context.Context, f format.Files, h format.Hints, l format.Limits) iter.Seq2[format.Raw, error] {
	return func(yield func(format.Raw, error) bool) {
		text, known, err := read(ctx, f, l)
		if err != nil {
			yield(nil, err)
			return
		}
		known.Hints = h
		for raw, err := range rrweb.Read(ctx, text, known, l) {
			if !yield(raw, err) {
				return
			}
		}
	}
}

// read brings the files into a text of rrweb events.
func read(ctx context.Context, f format.Files, l format.Limits) (format.Files, rrweb.Known, error) {
	s := newScanner(ctx, l)
	a := &about{}
	for _, side := range f.Side {
		ok, err := a.side(ctx, side)
		if err != nil {
			return format.Files{}, rrweb.Known{}, err
		}
		if !ok {
			s.odd.Add(format.BadMetadata, 1)
		}
	}
	left := rebuild.Source(l)
	var rest []byte
	for _, p := range f.Parts {
		data, err := p.ReadAll(ctx, left)
		if err != nil {
			return format.Files{}, rrweb.Known{}, err
		}
		left -= int64(len(data))
		if rest, err = s.part(p.Name, data, rest); err != nil {
			return format.Files{}, rrweb.Known{}, err
		}
	}
	s.endsEarly(rest)
	out, err := s.translate(a)
	if err != nil {
		return format.Files{}, rrweb.Known{}, err
	}
	text := format.Files{Parts: []format.File{out.File(f.Parts[0].Name)}, Gaps: f.Gaps}
	return text, rrweb.Known{Said: a.known(), Anomalies: s.odd}, nil
}

// translate writes the messages of all tabs as rrweb events.
func (s *scanner) translate(a *about) (*rebuild.Lines, error) {
	tabs := s.ordered()
	dict := newDictionary()
	if err := dict.learn(s.messages); err != nil {
		return nil, err
	}
	s.messages = nil
	out := rebuild.NewLines(s.limits)
	for i, messages := range tabs {
		if len(messages) == 0 {
			continue
		}
		p := &page{
			Page:  rebuild.NewPage(out, s.odd, s.limits, s.tabs[i], messages[0].at),
			about: a, limits: s.limits, dict: dict, href: s.location,
		}
		if err := p.take(s.ctx, messages); err != nil {
			return nil, err
		}
	}
	if out.Len() == 0 {
		return nil, fault.New(fault.Schema, "read OpenReplay file: no page and no event in it")
	}
	return out, nil
}

// part takes the messages of one file, and in front of them what the file
// before ended with in the middle of a message.
func (s *scanner) part(name string, data, rest []byte) (left []byte, err error) {
	if len(rest) > 0 {
		_, skip := headerOf(data)
		joined := append(rest[:len(rest):len(rest)], data[skip:]...)
		if n, _ := s.layout.sample(joined); n > len(rest) {
			return s.all(s.layout, joined)
		}
		s.endsEarly(rest)
	}
	left, err = s.file(name, data)
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

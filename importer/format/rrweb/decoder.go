package rrweb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"path"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/side"
	"hindsite.app/player/fault"
)

// Decoder reads rrweb recordings. The zero value is ready.
type Decoder struct{}

var _ format.Decoder = Decoder{}

// Name returns "rrweb".
func (Decoder) Name() string { return "rrweb" }

// Takes implements format.Decoder: any text may hold events.
func (Decoder) Takes(h format.Head) bool {
	return h.IsJSON() || len(h.Text()) > 0 && format.IsText(h.Text())
}

// Sessions implements format.Decoder.
func (Decoder) Sessions(ctx context.Context, f format.Files, h format.Hints, l format.Limits) iter.Seq2[format.Raw, error] {
	return Read(ctx, f, Known{Hints: h}, l)
}

// Decode reads the sessions of one text.
func (d Decoder) Decode(ctx context.Context, r io.Reader, h format.Hints, l format.Limits) iter.Seq2[*format.Session, error] {
	f := format.Files{Parts: []format.File{{Name: h.Name, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(r), nil
	}}}}
	return func(yield func(*format.Session, error) bool) {
		for raw, err := range d.Sessions(ctx, f, h, l) {
			if err != nil {
				if !yield(nil, err) {
					return
				}
				continue
			}
			if !yield(raw.Session(ctx)) {
				return
			}
		}
	}
}

// Known is what is known of a recording besides its text.
type Known struct {
	format.Hints                  // what counts before all else
	Said         format.About     // by files of the format: it counts before what the text says
	Anomalies    format.Anomalies // that were met on the way to the text
	// Late, if set, is filled while the parts are read; it counts like Said.
	Late *format.About
	// Describe, if set, is asked about each object that stands beside events
	// what it says of the session; ok is false for one that may hold events.
	Describe func(name string, value []byte) (a format.About, ok bool)
}

// Read yields the sessions in the texts of rrweb events that one recording
// consists of, in their order, and what files beside them say. It is what decoders of other formats end in,
// which bring their recordings into such texts.
func Read(ctx context.Context, f format.Files, k Known, l format.Limits) iter.Seq2[format.Raw, error] {
	return func(yield func(format.Raw, error) bool) {
		known := k.Hints.About.Clone()
		beside, unread, err := side.Read(ctx, f.Side)
		if err != nil {
			yield(nil, err)
			return
		}
		known.Add(beside)
		known.Add(k.Said)
		w := &walker{ctx: ctx, limits: l, hinted: known.Session, orphans: maps.Clone(k.Anomalies), askAbout: k.Describe}
		w.about.session, w.about.visitor = known.Session, known.Visitor
		w.odds(format.MissingPart, f.Gaps)
		w.odds(format.BadMetadata, unread)
		w.emit = func(s *Raw) bool {
			s.limits, s.known = l, known.Clone()
			if k.Late != nil {
				s.known.Add(*k.Late)
			}
			s.known.Add(s.carried)
			s.fixTimes()
			s.identify(k.Name)
			return yield(s, nil)
		}
		err = w.files(f.Parts)
		switch {
		case errors.Is(err, errStop):
		case err != nil:
			yield(nil, err)
		case w.emitted == 0:
			yield(nil, w.nothing(path.Base(k.Name)))
		}
	}
}

// files reads the parts of a recording one after the other.
func (w *walker) files(parts []format.File) error {
	for _, p := range parts {
		if err := w.file(p); err != nil {
			return err
		}
	}
	return w.flush()
}

func (w *walker) file(p format.File) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	r, err := p.Open(w.ctx)
	if err != nil {
		return fault.Default(fault.Storage, fmt.Errorf("open %s: %w", path.Base(p.Name), err))
	}
	defer r.Close()
	w.splits = false // what the parts hold belongs together
	return w.walk(r)
}

// Lines returns a part that holds text.
func Lines(name string, text []byte) format.File {
	return format.File{Name: name, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(text)), nil
	}}
}

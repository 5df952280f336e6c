// Package formattest holds what every format.Decoder must pass.
package formattest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
)

// Part is a file of an example.
type Part struct {
	Name string
	Data []byte // without compression that any file may have around it
}

// Example is one recording of the decoder's format.
type Example struct {
	Name  string
	Parts []Part
	Side  []Part
}

// Run holds a decoder to the contract of format.Decoder with a recording of its
// format that holds one session.
func Run(t *testing.T, d format.Decoder, e Example) {
	t.Helper()
	s := suite{d, e}
	t.Run("takes its own", s.takes)
	t.Run("decodes the same twice", s.same)
	t.Run("packs to the same", s.packs)
	t.Run("heeds a cancelled context", s.cancelled)
	t.Run("refuses what is over a limit", s.limited)
	t.Run("passes an error of the reader on", s.failing)
	t.Run("survives cuts and changes", s.spoiled)
	t.Run("has an error for nothing", s.nothing)
}

type suite struct {
	d format.Decoder
	e Example
}

// files opens the parts, each changed by spoil, which may be nil.
func (s suite) files(spoil func(part int, b []byte) io.Reader) format.Files {
	var f format.Files
	for i, p := range s.e.Parts {
		f.Parts = append(f.Parts, format.File{Name: p.Name, Open: func(context.Context) (io.ReadCloser, error) {
			if spoil != nil {
				return io.NopCloser(spoil(i, p.Data)), nil
			}
			return io.NopCloser(bytes.NewReader(p.Data)), nil
		}})
	}
	for _, p := range s.e.Side {
		f.Side = append(f.Side, format.File{Name: p.Name, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(p.Data)), nil
		}})
	}
	return f
}

// decode reads everything. Each session is checked for what a finished one
// promises.
func (s suite) decode(t *testing.T, ctx context.Context, f format.Files, l format.Limits) (sessions []*format.Session, errs []error) {
	t.Helper()
	for raw, err := range s.d.Sessions(ctx, f, format.Hints{Name: s.e.Name}, l) {
		if err == nil {
			var session *format.Session
			if session, err = raw.Session(ctx); err == nil {
				whole(t, session)
				sessions = append(sessions, session)
			}
		}
		if err != nil {
			errs = append(errs, err)
		}
		if len(sessions)+len(errs) > 10_000 {
			t.Fatal("no end of sessions")
		}
	}
	return sessions, errs
}

// whole holds a session to what the model promises of every one.
func whole(t *testing.T, s *format.Session) {
	t.Helper()
	r := s.Recording
	if r.ID == "" || len(r.Tabs) == 0 || r.Duration < 0 || r.Recorder == "" {
		t.Errorf("id %q, %d tabs, %d long, by %q", r.ID, len(r.Tabs), r.Duration, r.Recorder)
	}
	before := recording.Time(0)
	for _, p := range r.Pointers {
		if p.At < before || p.At > r.Duration || int(p.View) >= len(r.Views) {
			t.Fatalf("a position at %v behind %v of %v, in view %d of %d", p.At, before, r.Duration, p.View, len(r.Views))
		}
		before = p.At
	}
	for _, in := range r.Interactions {
		if in.At < 0 || in.At > r.Duration || int(in.View) >= len(r.Views) {
			t.Fatalf("a click at %v of %v, in view %d of %d", in.At, r.Duration, in.View, len(r.Views))
		}
	}
}

func (s suite) takes(t *testing.T) {
	for _, named := range []string{s.e.Parts[0].Name, ""} {
		b := s.e.Parts[0].Data
		h := format.Head{Name: named, Bytes: b[:min(len(b), format.HeadSize)], Whole: len(b) <= format.HeadSize}
		if s.d.Takes(h) {
			return
		}
	}
	t.Error("it does not take a recording of its own format")
}

func (s suite) same(t *testing.T) {
	a, errs := s.decode(t, t.Context(), s.files(nil), format.DefaultLimits())
	if len(a) != 1 || len(errs) > 0 {
		t.Fatalf("%d sessions, %v", len(a), errs)
	}
	b, _ := s.decode(t, t.Context(), s.files(nil), format.DefaultLimits())
	if a[0].Digest != b[0].Digest || a[0].Recording.ID != b[0].Recording.ID || a[0].Events == 0 || a[0].Events != b[0].Events {
		t.Errorf("%d events of %s, then %d of %s", a[0].Events, a[0].Recording.ID, b[0].Events, b[0].Recording.ID)
	}
}

// packs writes the events out, as packing does: each is one line.
func (s suite) packs(t *testing.T) {
	for raw, err := range s.d.Sessions(t.Context(), s.files(nil), format.Hints{Name: s.e.Name}, format.DefaultLimits()) {
		if err != nil {
			t.Fatal(err)
		}
		if raw.About().Session == "" {
			t.Error("the session has no id")
		}
		n := 0
		for e := range raw.Events() {
			n++
			if len(e.Line) == 0 || bytes.IndexByte(e.Line, '\n') >= 0 || e.Line[0] != '{' {
				t.Fatalf("event %d is not one line of JSON", n)
			}
		}
		if n == 0 {
			t.Error("no event to pack")
		}
	}
}

func (s suite) cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	sessions, errs := s.decode(t, ctx, s.files(nil), format.DefaultLimits())
	if len(sessions) > 0 {
		t.Error("it goes on after it was cancelled")
	}
	for _, err := range errs {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	}
}

func (s suite) limited(t *testing.T) {
	few, small := format.DefaultLimits(), format.DefaultLimits()
	few.Events, small.Session = 2, 64
	for name, l := range map[string]format.Limits{"events": few, "bytes": small} {
		sessions, errs := s.decode(t, t.Context(), s.files(nil), l)
		if len(sessions) > 0 || len(errs) == 0 || fault.Of(errs[0]) != fault.Limit {
			t.Errorf("%s: %d sessions, %v", name, len(sessions), errs)
		}
	}
}

// failing has the reader fail with what an archive says of a damaged member:
// nothing of the recording may be used.
func (s suite) failing(t *testing.T) {
	damaged := fault.New(fault.Tampered, "read part: not the bytes that were listed")
	for _, at := range []float64{0, 0.5, 1} {
		f := s.files(func(part int, b []byte) io.Reader {
			if part < len(s.e.Parts)-1 {
				return bytes.NewReader(b)
			}
			return io.MultiReader(bytes.NewReader(b[:int(at*float64(len(b)))]), failure{damaged})
		})
		sessions, errs := s.decode(t, t.Context(), f, format.DefaultLimits())
		if len(sessions) > 0 || len(errs) == 0 || fault.Of(errs[len(errs)-1]) != fault.Tampered {
			t.Errorf("damaged at %v: %d sessions, %v", at, len(sessions), errs)
		}
	}
}

type failure struct{ err error }

func (f failure) Read([]byte) (int, error) { return 0, f.err }

// spoiled cuts and changes the parts at random. Whatever comes of it is a
// session that keeps its promises, or an error with a class that quotes
// nothing.
func (s suite) spoiled(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	for i := range 60 {
		f := s.files(func(_ int, b []byte) io.Reader {
			if i%2 == 0 || len(b) == 0 {
				return bytes.NewReader(b[:rnd.IntN(len(b)+1)])
			}
			b = bytes.Clone(b)
			for range 1 + rnd.IntN(8) {
				b[rnd.IntN(len(b))] ^= byte(1 + rnd.IntN(255))
			}
			return bytes.NewReader(b)
		})
		sessions, errs := s.decode(t, t.Context(), f, format.DefaultLimits())
		classed(t, errs)
		if len(sessions)+len(errs) == 0 {
			t.Error("neither a session nor an error")
		}
	}
}

func (s suite) nothing(t *testing.T) {
	f := s.files(func(int, []byte) io.Reader { return bytes.NewReader(nil) })
	sessions, errs := s.decode(t, t.Context(), f, format.DefaultLimits())
	classed(t, errs)
	if len(sessions) > 0 || len(errs) == 0 {
		t.Errorf("%d sessions and %v of nothing", len(sessions), errs)
	}
}

func classed(t *testing.T, errs []error) {
	t.Helper()
	for _, err := range errs {
		if fault.Of(err) == "" || len(err.Error()) > 400 || strings.ContainsAny(err.Error(), "\x00\n") {
			t.Errorf("an error without a class, or one that quotes the file: %.500q", err)
		}
	}
}

// Fuzz feeds a decoder whatever comes, beginning with the parts of the
// examples.
func Fuzz(f *testing.F, d format.Decoder, seeds ...[]byte) {
	for _, b := range seeds {
		f.Add(b)
	}
	l := format.Limits{Line: 1 << 20, Session: 4 << 20, Events: 10_000, Depth: 1000, String: 1 << 20}
	f.Fuzz(func(t *testing.T, b []byte) {
		d.Takes(format.Head{Bytes: b[:min(len(b), format.HeadSize)], Whole: len(b) <= format.HeadSize})
		s := suite{d, Example{Name: "fuzz", Parts: []Part{{"fuzz.bin", b}}}}
		_, errs := s.decode(t, t.Context(), s.files(nil), l)
		classed(t, errs)
	})
}

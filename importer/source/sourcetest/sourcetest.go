// Package sourcetest holds what every source.Source must pass.
package sourcetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

// Clock is a clock for sources under test: every look at it finds it a second
// on, so that each piece of a fetch is reported, and no timer ever fires.
type Clock struct{ seconds atomic.Int64 }

// Now implements source.Clock.
func (c *Clock) Now() time.Time { return time.Unix(1_800_000_000+c.seconds.Add(1), 0) }

// AfterFunc implements source.Clock.
func (c *Clock) AfterFunc(time.Duration, func()) source.Timer { return never{} }

type never struct{}

func (never) Stop() bool               { return true }
func (never) Reset(time.Duration) bool { return true }

// Run checks a source. Make returns a source that has the files, by name, and
// uses a Clock of this package.
func Run(t *testing.T, make func(t *testing.T, files map[string][]byte) source.Source) {
	s := &suite{files: map[string][]byte{
		"small.sessions.zip.age": []byte("small"),
		largeName:                noise(1 << 20),
	}}
	s.source = make(t, s.files)
	s.want = s.files[largeName]
	s.large = s.list(t)[largeName]
	t.Run("lists what is there", s.lists)
	t.Run("fetches", s.fetches)
	t.Run("reports progress", s.reports)
	t.Run("does not fetch twice", s.fetchesOnce)
	t.Run("does not replace a different file", s.keepsDifferent)
	t.Run("goes on after it was stopped", s.goesOn)
	t.Run("reads in place", s.readsInPlace)
	t.Run("reads in place as it is listed", s.readsAsListed)
	t.Run("heeds a cancelled context", s.heedsContext)
}

const largeName = "large.sessions.zip.age"

// suite is a source and what it has.
type suite struct {
	source source.Source
	files  map[string][]byte
	large  source.Entry
	want   []byte // content of large
}

func (s *suite) list(t *testing.T) map[string]source.Entry {
	t.Helper()
	entries, err := s.source.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]source.Entry{}
	for _, e := range entries {
		byName[e.Name] = e
	}
	return byName
}

func (s *suite) lists(t *testing.T) {
	got := s.list(t)
	if len(got) != len(s.files) {
		t.Errorf("got %d archives, want %d", len(got), len(s.files))
	}
	for name, b := range s.files {
		if e, ok := got[name]; !ok || e.Size != int64(len(b)) {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func (s *suite) fetches(t *testing.T) {
	dir := t.TempDir()
	for name, e := range s.list(t) {
		r, err := s.source.Fetch(t.Context(), e, dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Bytes != int64(len(s.files[name])) || r.ResumedFrom != 0 || r.File != filepath.Join(dir, name) {
			t.Errorf("result %+v", r)
		}
		holds(t, r.File, s.files[name])
	}
	alone(t, dir, len(s.files))
}

func (s *suite) reports(t *testing.T) {
	var all []source.Progress
	if _, err := s.source.Fetch(t.Context(), s.large, t.TempDir(), func(p source.Progress) { all = append(all, p) }); err != nil {
		t.Fatal(err)
	}
	var before int64
	for _, p := range all {
		if p.Bytes < before || p.Total != int64(len(s.want)) {
			t.Errorf("%+v after %d bytes", p, before)
		}
		before = p.Bytes
	}
	if len(all) < 3 || before != int64(len(s.want)) {
		t.Errorf("%d reports, the last of %d bytes", len(all), before)
	}
}

func (s *suite) fetchesOnce(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		r, err := s.source.Fetch(t.Context(), s.large, dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		holds(t, r.File, s.want)
	}
	alone(t, dir, 1)
}

func (s *suite) keepsDifferent(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, s.large.Name)
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.source.Fetch(t.Context(), s.large, dir, nil); fault.Of(err) != fault.Duplicate {
		t.Errorf("got %v", err)
	}
	holds(t, path, []byte("mine"))
}

func (s *suite) goesOn(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	var kept int64
	_, err := s.source.Fetch(ctx, s.large, dir, func(p source.Progress) {
		if p.Bytes > 0 {
			kept = p.Bytes
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, s.large.Name)); err == nil {
		t.Error("the unfinished file has its name")
	}
	r, err := s.source.Fetch(t.Context(), s.large, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.ResumedFrom < kept || r.ResumedFrom == 0 || r.ResumedFrom == r.Bytes {
		t.Errorf("resumed from %d, %d were there", r.ResumedFrom, kept)
	}
	holds(t, r.File, s.want)
	alone(t, dir, 1)
}

func (s *suite) readsInPlace(t *testing.T) {
	a, err := s.source.Open(t.Context(), s.large)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	size := int64(len(s.want))
	if a.Size() != size {
		t.Fatalf("size %d, want %d", a.Size(), size)
	}
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 40 {
		off := rnd.Int64N(size)
		b := make([]byte, rnd.Int64N(min(size-off, 700_000))+1)
		if n, err := a.ReadAt(b, off); err != nil || !bytes.Equal(b[:n], s.want[off:off+int64(len(b))]) {
			t.Fatalf("%d bytes at %d: %d, %v", len(b), off, n, err)
		}
	}
	b := make([]byte, 100)
	if n, err := a.ReadAt(b, size-10); n != 10 || err != io.EOF || !bytes.Equal(b[:10], s.want[size-10:]) {
		t.Errorf("beyond the end: %d, %v", n, err)
	}
	if n, err := a.ReadAt(b, size); n != 0 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
	if requests, bytes := a.Traffic(); int64(requests) > size/(256<<10)+1 || bytes > size {
		t.Errorf("%d requests and %d bytes for %d", requests, bytes, size)
	}
}

func (s *suite) readsAsListed(t *testing.T) {
	e := s.large
	if e.Size < 0 {
		return
	}
	e.Size++
	if a, err := s.source.Open(t.Context(), e); err == nil {
		a.Close()
		t.Error("an archive of another size than was listed was opened")
	} else if fault.Of(err) != fault.Server {
		t.Errorf("got %v", err)
	}
}

func (s *suite) heedsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.source.List(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("list: %v", err)
	}
	if _, err := s.source.Fetch(ctx, s.large, t.TempDir(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("fetch: %v", err)
	}
	if _, err := s.source.Open(ctx, s.large); !errors.Is(err, context.Canceled) {
		t.Errorf("open: %v", err)
	}
}

func holds(t *testing.T, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %d bytes, %v; want %d", filepath.Base(path), len(got), err, len(want))
	}
}

// alone checks that nothing is left beside n finished files.
func alone(t *testing.T, dir string, n int) {
	t.Helper()
	if files, err := os.ReadDir(dir); err != nil || len(files) != n {
		t.Errorf("%v in the folder, want %d files", files, n)
	}
}

func noise(n int) []byte {
	rnd := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

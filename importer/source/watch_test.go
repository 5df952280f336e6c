package source_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

const rest, poll = 2 * time.Second, time.Minute

// TestWatchLooks takes one look after another, and changes the folder and the
// clock between them.
func TestWatchLooks(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	clock := newManualClock()
	var told []string
	look := source.Looks(t, dir, rest, clock, func(e source.Entry) { told = append(told, fmt.Sprintf("%s %d", e.Name, e.Size)) })
	expect := func(when string, after time.Duration, waiting bool, want ...string) {
		t.Helper()
		told = nil
		clock.Advance(after)
		if got, err := look(t.Context()); err != nil || got != waiting || !slices.Equal(told, want) {
			t.Errorf("%s: told of %v, waiting %v, %v; want %v, %v", when, told, got, err, want, waiting)
		}
	}
	write("there.zip.age", "content")
	write(".hidden", "content")
	write("coming.zip.age.part", "content")
	write("empty.zip.age", "")
	expect("first look", 0, true)
	expect("too early", rest-1, true)
	expect("at rest", 1, false, "there.zip.age 7")
	expect("nothing new", poll, false)
	write("new.zip.age", "half")
	expect("has just come", poll, true)
	write("new.zip.age", "half and half")
	expect("grows", rest, true)
	expect("has come to rest", rest, false, "new.zip.age 13")
	write("there.zip.age", "other content")
	expect("replaced", 0, true)
	expect("replaced and at rest", rest, false, "there.zip.age 13")
	if err := os.Remove(filepath.Join(dir, "there.zip.age")); err != nil {
		t.Fatal(err)
	}
	expect("gone", poll, false)
	write("there.zip.age", "other content")
	expect("back", poll, true)
	expect("back and at rest", rest, false, "there.zip.age 13")
}

// TestWatchHears has the system tell of a file: the clock stands still.
func TestWatchHears(t *testing.T) {
	dir := t.TempDir()
	told := make(chan source.Entry, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	waits := make(chan struct{}, 100)
	go func() {
		done <- source.Watch(ctx, dir, 0, time.Hour, standing{newManualClock(), waits}, func(e source.Entry) { told <- e })
	}()
	<-waits // it has looked and waits for an hour
	if err := os.WriteFile(filepath.Join(dir, "a.zip.age"), []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	if e := <-told; e.Name != "a.zip.age" {
		t.Errorf("%+v", e)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

// standing is a clock on which short waits are over at once and long ones never.
type standing struct {
	source.Clock
	waits chan struct{}
}

func (c standing) AfterFunc(d time.Duration, f func()) source.Timer {
	if d == 0 {
		go f()
	}
	select {
	case c.waits <- struct{}{}:
	default:
	}
	return c.Clock.AfterFunc(max(d, time.Hour), f)
}

func TestWatchRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.zip.age")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fault.Class{file: fault.Unsupported, file + "/nothing": fault.Storage} {
		if err := source.Watch(t.Context(), path, rest, poll, newManualClock(), nil); fault.Of(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestThrottle(t *testing.T) {
	clock := newManualClock()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "study.zip.age"), make([]byte, 1_000_000), 0o600); err != nil {
		t.Fatal(err)
	}
	fetch := func(o source.Options) time.Duration {
		t.Helper()
		began := clock.Now()
		s, err := source.Parse(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := s.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Fetch(t.Context(), entries[0], t.TempDir(), nil); err != nil {
			t.Fatal(err)
		}
		return clock.Now().Sub(began)
	}
	throttle := source.NewThrottle(100_000, jumping{clock})
	o := source.Options{Clock: jumping{clock}, Throttle: throttle}
	// One buffer of 128 KiB goes at once, the rest at the given rate.
	want := time.Duration(float64(1_000_000-128<<10) / 100_000 * float64(time.Second))
	if took := fetch(o); took < want-10*time.Millisecond || took > want+10*time.Millisecond {
		t.Errorf("a megabyte at 100 kB/s took %s of the clock, want %s", took, want)
	}
	throttle.Set(0)
	if took := fetch(o); took != 0 {
		t.Errorf("without a bound: %s of the clock", took)
	}
	throttle.Set(1) // as slow as it gets
	if took := fetch(o); took > 62*time.Second {
		t.Errorf("at the slowest rate: %s of the clock", took)
	}
}

// jumping is a clock that goes on to whatever is waited for.
type jumping struct{ *manualClock }

func (c jumping) AfterFunc(d time.Duration, f func()) source.Timer {
	t := c.manualClock.AfterFunc(d, f)
	c.Advance(d)
	return t
}

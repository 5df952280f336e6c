package source_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

// manualClock stands still until it is told to go on.
type manualClock struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*manualTimer]struct{}
}

type manualTimer struct {
	c  *manualClock
	at time.Time
	f  func()
}

func newManualClock() *manualClock {
	return &manualClock{now: time.Unix(1_800_000_000, 0), timers: map[*manualTimer]struct{}{}}
}

func (c *manualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *manualClock) AfterFunc(d time.Duration, f func()) source.Timer {
	t := &manualTimer{c: c, f: f}
	t.Reset(d)
	return t
}

func (c *manualClock) Advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	var due []func()
	for t := range c.timers {
		if !c.now.Before(t.at) {
			due = append(due, t.f)
			delete(c.timers, t)
		}
	}
	c.mu.Unlock()
	for _, f := range due {
		f()
	}
}

func (t *manualTimer) Stop() bool {
	t.c.mu.Lock()
	defer t.c.mu.Unlock()
	_, running := t.c.timers[t]
	delete(t.c.timers, t)
	return running
}

func (t *manualTimer) Reset(d time.Duration) bool {
	running := t.Stop()
	t.c.mu.Lock()
	defer t.c.mu.Unlock()
	t.at = t.c.now.Add(d)
	t.c.timers[t] = struct{}{}
	return running
}

func TestSlowness(t *testing.T) {
	t.Run("38 a byte every 29 s", func(t *testing.T) {
		clock, seen := newManualClock(), make(chan struct{}, 1)
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Length", fmt.Sprint(len(content)))
			for _, b := range content {
				if _, err := rw.Write([]byte{b}); err != nil {
					return
				}
				rw.(http.Flusher).Flush()
				select {
				case <-seen:
				case <-r.Context().Done():
					return
				}
				clock.Advance(29 * time.Second)
			}
		})
		w.opts.Clock = clock
		dir := t.TempDir()
		var last source.Progress
		_, err := w.source(t, address).Fetch(t.Context(), listed(), dir, func(p source.Progress) {
			if p.Bytes == 0 {
				clock.Advance(time.Second) // so that the next bytes are reported
			} else {
				seen <- struct{}{}
			}
			last = p
		})
		wantClass(t, err, fault.Server)
		// The twelfth byte comes after 1 + 11*29 = 320 s, the first behind five
		// minutes.
		if last.Bytes != 12 {
			t.Errorf("stopped after %d bytes", last.Bytes)
		}
		if last.Left <= 0 {
			t.Errorf("the user sees %+v", last)
		}
	})
	t.Run("39 silence after the headers", func(t *testing.T) {
		clock := newManualClock()
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Length", fmt.Sprint(len(content)))
			rw.Write(content[:10])
			rw.(http.Flusher).Flush()
			<-r.Context().Done()
		})
		w.opts.Clock = clock
		dir := t.TempDir()
		_, err := w.source(t, address).Fetch(t.Context(), listed(), dir, func(p source.Progress) {
			if p.Bytes == 0 {
				clock.Advance(time.Second) // so that the next bytes are reported
				return
			}
			go clock.Advance(60 * time.Second)
		})
		wantClass(t, err, fault.Server)
		if partLen(dir) != 10 {
			t.Errorf("part of %d bytes", partLen(dir))
		}
	})
}

func TestNoResponse(t *testing.T) {
	t.Run("39 silence before the headers", func(t *testing.T) {
		clock := newManualClock()
		w := newWorld(t, func(_ http.ResponseWriter, r *http.Request) {
			go clock.Advance(60 * time.Second)
			<-r.Context().Done()
		})
		w.opts.Clock = clock
		_, err := fetch(t, w, t.TempDir())
		wantClass(t, err, fault.Server)
	})
	t.Run("stopped by the user", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			rw.Write(content[:10])
			rw.(http.Flusher).Flush()
			cancel()
			<-r.Context().Done()
		})
		_, err := w.source(t, address).Fetch(ctx, listed(), t.TempDir(), nil)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

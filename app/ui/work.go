package ui

import (
	"context"
	"time"
)

// slot is a place for which only the newest request matters. It belongs to the
// UI goroutine.
type slot struct {
	cancel context.CancelFunc
	turn   int
	timer  *time.Timer
}

// stop cancels what runs; its result will not arrive.
func (s *slot) stop() {
	s.turn++
	if s.timer != nil {
		s.timer.Stop()
	}
	if s.cancel != nil {
		s.cancel()
		s.cancel = nil
	}
}

// busy reports whether something runs.
func (s *slot) busy() bool { return s.cancel != nil }

// work runs f away from the UI goroutine and hands its result to done on it,
// unless the slot was stopped or used again meanwhile. What ran in the slot
// before is cancelled.
func work[T any](w *window, s *slot, f func(context.Context) (T, error), done func(T, error)) {
	s.stop()
	ctx, cancel := context.WithCancel(w.ctx)
	s.cancel = cancel
	turn := s.turn
	w.running.Go(func() {
		v, err := f(ctx)
		w.post(func() {
			if s.turn != turn {
				if c, ok := any(v).(interface{ Close() error }); ok && err == nil {
					w.running.Go(func() { c.Close() })
				}
				return
			}
			cancel()
			s.cancel = nil
			done(v, err)
		})
	})
}

// after runs f on the UI goroutine when the slot was left alone for the time.
func (w *window) after(s *slot, d time.Duration, f func()) {
	s.stop()
	turn := s.turn
	s.timer = time.AfterFunc(d, func() {
		w.post(func() {
			if s.turn == turn {
				f()
			}
		})
	})
}

// throttle hands values to the UI goroutine, the newest of those that came
// within its time.
type throttle struct {
	every time.Duration
	now   func() time.Time
	last  time.Time
}

// due reports whether it is time for another value.
func (t *throttle) due() bool {
	now := t.now()
	if now.Sub(t.last) < t.every {
		return false
	}
	t.last = now
	return true
}

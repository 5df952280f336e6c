package state_test

import (
	"sync"
	"testing"
	"time"

	"hindsite.app/app/state"
	"hindsite.app/player/recording"
)

// watcher collects frames, as a window would.
type watcher struct {
	mu     sync.Mutex
	frames []*state.Frame
	came   chan struct{}
}

func (w *watcher) frame(f *state.Frame) {
	w.mu.Lock()
	w.frames = append(w.frames, f)
	w.mu.Unlock()
	select {
	case w.came <- struct{}{}:
	default:
	}
}

// until waits for a frame that the condition accepts.
func (w *watcher) until(t *testing.T, what string, ok func(*state.Frame) bool) *state.Frame {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		w.mu.Lock()
		for _, f := range w.frames {
			if ok(f) {
				w.frames = nil
				w.mu.Unlock()
				return f
			}
		}
		w.mu.Unlock()
		select {
		case <-w.came:
		case <-deadline:
			t.Fatalf("no frame with %s", what)
		}
	}
}

func openPlayer(t *testing.T, id string) (*state.Player, *watcher) {
	t.Helper()
	l, _ := newLibrary(t)
	importAll(t, l, study(t, id))
	w := &watcher{came: make(chan struct{}, 1)}
	p, err := l.OpenPlayer(t.Context(), id, state.PlayerDeps{Post: func(f func()) { f() }, OnFrame: w.frame, Tick: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p, w
}

func TestPlayerShowsThePageAndMoves(t *testing.T) {
	p, w := openPlayer(t, "s-0005")
	p.SetStage(683, 384)
	p.Seek(recording.Time(5724) * recording.Millisecond)
	f := w.until(t, "the page at 5.7 s", func(f *state.Frame) bool {
		return f.Picture != nil && f.PictureAt == 5724*recording.Millisecond && f.ScrollY == 994
	})
	if f.Scale != 0.5 || f.Picture.Rect.Dx() != 683 || f.Viewport != (state.Size{Width: 1366, Height: 768}) {
		t.Errorf("scale %v, picture %v, viewport %v", f.Scale, f.Picture.Rect, f.Viewport)
	}
	if f.URL != "http://shop.test/" || f.Title == "" || f.Playing {
		t.Errorf("address %q, title %q, playing %v", f.URL, f.Title, f.Playing)
	}
	if f.Pointer == nil || f.Pointer.X != 963 || f.Pointer.Y != 413 {
		t.Errorf("pointer %+v", f.Pointer)
	}
	p.Toggle()
	w.until(t, "a later moment", func(f *state.Frame) bool { return f.Playing && f.At > 5800*recording.Millisecond })
	p.Pause()
	stopped := w.until(t, "a pause", func(f *state.Frame) bool { return !f.Playing })
	if stopped.Skipped.Len() != 0 && !stopped.Skipping {
		t.Error("skipped without skipping")
	}
}

// A session begins with a moment in which no page is recorded yet: the stage
// shows the first page all the same.
func TestPlayerBeginsWithAPage(t *testing.T) {
	p, w := openPlayer(t, "s-0005")
	p.SetStage(683, 384)
	f := w.until(t, "a page at the beginning", func(f *state.Frame) bool { return f.At == 0 && f.Picture != nil })
	if f.PictureAt <= 0 {
		t.Errorf("the picture is said to be of %v", f.PictureAt)
	}
}

func TestPlayerSeeksToEvents(t *testing.T) {
	p, w := openPlayer(t, "s-0003")
	p.SetStage(390, 844)
	clicks := 0
	for range 6 {
		before := p.Latest()
		p.NextEvent()
		f := w.until(t, "the next event", func(f *state.Frame) bool { return before == nil || f.At > before.At })
		if len(f.Clicks) > 0 && f.Clicks[len(f.Clicks)-1].Age == 0 {
			clicks++
		}
	}
	if clicks == 0 {
		t.Error("none of the next six events is a click")
	}
	at := p.Latest().At
	p.PreviousEvent()
	w.until(t, "the event before", func(f *state.Frame) bool { return f.At < at })
}

// Frames that nobody fetched are left out: a window that is slow gets the
// newest and no queue.
func TestSlowWindowGetsTheNewestFrame(t *testing.T) {
	l, _ := newLibrary(t)
	importAll(t, l, study(t, "s-0001"))
	var queued []func()
	var mu sync.Mutex
	p, err := l.OpenPlayer(t.Context(), "s-0001", state.PlayerDeps{
		Post: func(f func()) { mu.Lock(); queued = append(queued, f); mu.Unlock() }, OnFrame: func(*state.Frame) {}, Tick: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.SetStage(200, 200)
	for i := range 200 {
		p.Seek(recording.Time(i) * 10 * recording.Millisecond)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(queued) != 1 {
		t.Errorf("%d frames wait for the window, want 1", len(queued))
	}
}

// A player that is paused just after it skipped does not say so for ever.
func TestSkippingIsSaidForAWhile(t *testing.T) {
	p, w := openPlayer(t, "s-0048")
	p.SetStage(200, 200)
	gap := p.Timeline.Inactive[0]
	p.Seek(gap.From)
	p.Toggle()
	w.until(t, "a skip", func(f *state.Frame) bool { return f.Skipped.Len() > 0 })
	p.Pause()
	w.until(t, "a pause", func(f *state.Frame) bool { return !f.Playing })
	w.until(t, "no word of the skip", func(f *state.Frame) bool { return !f.Playing && f.Skipped.Len() == 0 })
}

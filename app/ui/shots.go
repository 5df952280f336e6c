package ui

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2/driver/software"

	"hindsite.app/app/state"
)

// Limits of how long a screen may take until its picture is taken.
const (
	shotPoll     = 50 * time.Millisecond
	shotPatience = 90 * time.Second
	shotSettle   = 800 * time.Millisecond
)

// takeShots goes through the screens, writes a picture of each into the folder
// and closes the window.
func (w *window) takeShots(dir string) {
	done := func(err error) {
		w.err = err
		w.win.Close()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		done(fmt.Errorf("take pictures: %w", err))
		return
	}
	steps := []struct {
		name  string
		begin func() error
		ready func() bool
	}{
		{"library", func() error { return nil }, func() bool {
			return w.library != nil && w.sessions.total >= 0 && !w.sessions.asking.busy() && !w.list.showing.busy()
		}},
		{"player", w.shotPlayer, func() bool {
			f, x := w.player.frame, w.player.player
			return f != nil && x != nil && f.At >= x.Timeline.Duration/2 && (f.Picture != nil || f.Problem != nil)
		}},
		{"heatmap", func() error {
			w.show(inHeatmap)
			return nil
		}, func() bool { return !w.heat.making.busy() && (w.heat.current != nil || len(w.heat.pages) == 0) }},
		{"sources", func() error {
			w.show(inSources)
			return nil
		}, func() bool { return w.sources.queue != nil }},
	}
	var next func(i int)
	next = func(i int) {
		if i == len(steps) {
			done(nil)
			return
		}
		if err := steps[i].begin(); err != nil {
			done(err)
			return
		}
		w.when(steps[i].ready, func(in bool) {
			if !in {
				done(fmt.Errorf("take pictures: the %s was not ready in %v", steps[i].name, shotPatience))
				return
			}
			if err := w.capture(filepath.Join(dir, steps[i].name+".png")); err != nil {
				done(err)
				return
			}
			next(i + 1)
		})
	}
	w.later(shotSettle, func() { next(0) })
}

// shotPlayer opens a session with many clicks in the middle, paused.
func (w *window) shotPlayer() error {
	best := -1
	for i := range w.sessions.loaded {
		if best < 0 || shotWorth(&w.sessions.loaded[i]) > shotWorth(&w.sessions.loaded[best]) {
			best = i
		}
	}
	if best < 0 {
		return errors.New("take pictures: the library holds no session")
	}
	w.player.open(w.sessions.loaded[best].ID)
	w.when(func() bool { return w.player.player != nil && w.player.room[0] > 0 }, func(in bool) {
		if !in {
			return
		}
		x := w.player.player
		x.Pause()
		x.Seek(x.Timeline.Duration / 2)
		x.NextEvent()
	})
	return nil
}

func shotWorth(s *state.Session) int {
	worth := s.Clicks + s.Inputs/4
	if s.Device == "desktop" {
		worth += 1000
	}
	return worth
}

// when waits until ready is true and a little longer, so that all is painted;
// then is told false when that took too long.
func (w *window) when(ready func() bool, then func(bool)) {
	begun := w.options.Deps.Now()
	var look func()
	look = func() {
		switch {
		case ready():
			w.later(shotSettle, func() { then(true) })
		case w.options.Deps.Now().Sub(begun) > shotPatience:
			then(false)
		default:
			w.later(shotPoll, look)
		}
	}
	look()
}

// capture writes a picture of the window.
func (w *window) capture(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("take picture: %w", err)
	}
	err = png.Encode(f, w.painted())
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("take picture: %w", err)
	}
	return nil
}

// painted returns a picture of the window. Some drivers of virtual screens
// cannot be read back and give one colour: then the same content is painted in
// software.
func (w *window) painted() image.Image {
	c := w.win.Canvas()
	if img := c.Capture(); !plain(img) {
		return img
	}
	still := software.NewCanvas()
	still.SetPadded(false)
	still.SetScale(c.Scale())
	content, size := w.win.Content(), w.win.Content().Size()
	still.SetContent(content)
	still.Resize(size)
	img := still.Capture()
	w.win.SetContent(content)
	return img
}

// plain reports whether a picture has one colour only, by a sample of it.
func plain(img image.Image) bool {
	b := img.Bounds()
	first := img.At(b.Min.X, b.Min.Y)
	for y := b.Min.Y; y < b.Max.Y; y += 7 {
		for x := b.Min.X; x < b.Max.X; x += 7 {
			if img.At(x, y) != first {
				return false
			}
		}
	}
	return true
}

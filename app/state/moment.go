package state

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"

	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/replay"
)

// Milliseconds returns a moment given in milliseconds.
func Milliseconds(ms float64) recording.Time {
	if math.IsNaN(ms) || ms < 0 {
		return 0
	}
	return recording.Time(math.Round(min(ms, 1e15) * 1000))
}

// Moment is the replay at one moment.
type Moment struct {
	At      recording.Time
	View    int // -1 before the first page
	URL     string
	Width   int // viewport, CSS pixels
	Height  int
	ScrollX float64
	ScrollY float64
	Pointer *replay.Spot // nil before it was first seen
	Text    string       // what a reader of the page can see
}

// at brings a cursor and a render session to the moment, with the window
// scrolled as it was or to the top.
func (l *Library) at(ctx context.Context, r *Recording, backend render.Backend, at recording.Time, fromTop bool, use func(*replay.Cursor, render.Session) error) error {
	c := replay.NewCursor(&r.Tracks, r)
	if _, err := c.Seek(ctx, at); err != nil {
		return err
	}
	if root := c.Document().Root(); fromTop && root != nil {
		// What sticks to the window would stand in the middle of the page.
		c.Document().Apply(recording.SetScroll{Node: root.ID})
	}
	s, err := backend.Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		return fmt.Errorf("open renderer: %w", err)
	}
	defer s.Close()
	if err := s.Load(ctx, c.Document()); err != nil {
		return fmt.Errorf("render page: %w", err)
	}
	return use(c, s)
}

// Moment returns the replay of the session at the moment.
func (l *Library) Moment(ctx context.Context, r *Recording, at recording.Time) (Moment, error) {
	at = min(max(at, 0), r.Tracks.Duration)
	m := Moment{At: at, View: r.Tracks.ViewAt(at)}
	backend, err := l.fit(ctx, r)
	if err != nil {
		return m, fmt.Errorf("fit fonts: %w", err)
	}
	err = l.at(ctx, r, backend, at, false, func(c *replay.Cursor, s render.Session) (err error) {
		m.Width, m.Height = c.Document().Viewport()
		x, y := c.Document().Scroll()
		m.ScrollX, m.ScrollY = float64(x), float64(y)
		m.Text, err = s.Text(ctx)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("read page: %w", err)
	}
	if m.View >= 0 {
		m.URL = r.Tracks.Head.Views[m.View].URL
	}
	if spot, ok := replay.NewPath(&r.Tracks).At(at); ok {
		m.Pointer = &spot
	}
	return m, nil
}

// PageRequest says which picture of a page to make.
type PageRequest struct {
	At       recording.Time
	Full     bool    // the whole page, not only what was in view, as it looks when scrolled to its top
	Boxes    bool    // also the boxes of its elements
	Scale    float64 // pixels for each CSS pixel; 0 means 1
	Renderer string  // "" or "flat", or "chromium" for exact rendering by a browser
	Fallback bool    // draw with "flat" when exact rendering does not work
}

// PagePicture returns a picture of the page at a moment. Who drew it is in the
// frame: it is who was asked for, unless the request allows another.
func (l *Library) PagePicture(ctx context.Context, r *Recording, q PageRequest) (*render.Frame, error) {
	return l.pagePicture(ctx, r, q, func(*replay.Cursor, *render.Frame) {})
}

// pagePicture calls drawn with where the recording stands and what was drawn.
func (l *Library) pagePicture(ctx context.Context, r *Recording, q PageRequest, drawn func(*replay.Cursor, *render.Frame)) (frame *render.Frame, err error) {
	backend, end, err := l.drawing(ctx, r, q)
	if err != nil {
		return nil, fmt.Errorf("draw page: %w", err)
	}
	defer func() { err = errors.Join(err, end()) }()
	err = l.at(ctx, r, backend, min(max(q.At, 0), r.Tracks.Duration), q.Full, func(c *replay.Cursor, s render.Session) (err error) {
		request := render.Request{Full: q.Full, Scale: q.Scale, Pixels: true, Boxes: q.Boxes}
		if spot, ok := replay.NewPath(&r.Tracks).At(q.At); ok && !q.Full {
			request.Hover = hovered(&spot)
		}
		if frame, err = s.Render(ctx, request); err == nil {
			drawn(c, frame)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("draw page: %w", err)
	}
	if frame.By == "" {
		frame.By = backend.Caps().Name
	}
	if frame.Image == nil {
		frame.Image = image.NewRGBA(image.Rect(0, 0, 1, 1))
	}
	return frame, nil
}

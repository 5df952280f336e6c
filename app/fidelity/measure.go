package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"time"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/fidelity"
	"hindsite.app/player/replay"
)

// result is what was measured of one state of a page, or of the clicks of one
// session.
type result struct {
	Set    string  `json:"set"`
	Page   string  `json:"page"`
	AtMS   float64 `json:"at_ms"`
	Width  int     `json:"width,omitempty"` // of the page as drawn, CSS pixels
	Height int     `json:"height,omitempty"`
	// Live compares Hindsite's boxes with the live page's, Ceiling Chromium's:
	// what the recording does not carry, no renderer can draw. Chromium compares
	// Hindsite's with Chromium's.
	Live     *fidelity.Score `json:"live,omitempty"`
	Ceiling  *fidelity.Score `json:"chromium_to_live,omitempty"`
	Chromium *fidelity.Score `json:"chromium,omitempty"`
	// SSIM compares the viewport's picture with Chromium's, LiveSSIM with the
	// live page's.
	SSIM     *float64         `json:"ssim,omitempty"`
	LiveSSIM *float64         `json:"live_ssim,omitempty"`
	Clicks   *fidelity.Clicks `json:"clicks,omitempty"`
	LayoutMS float64          `json:"layout_ms,omitempty"` // the first time, with nothing kept
	Problem  string           `json:"problem,omitempty"`
}

// drawn is one state as a backend drew it.
type drawn struct {
	boxes  fidelity.Boxes
	image  *image.RGBA
	width  int
	height int
	layout time.Duration
}

// bench measures with a backend and, where there is one, an oracle.
type bench struct {
	subject, oracle render.Backend
	seen            func(*subject, result, *dom.Document, *drawn, *drawn) error // called for each state
	missed          func(*subject, fidelity.Miss)                               // called for each click beside its target
}

// measure draws a subject at its moments and counts its clicks.
func (b *bench) measure(ctx context.Context, s *subject) ([]result, error) {
	var all []result
	cursor := replay.NewCursor(&s.tracks, s.chunks)
	var last uint64
	for _, at := range s.moments {
		if _, err := cursor.Seek(ctx, at); err != nil {
			return all, fmt.Errorf("find state: %w", err)
		}
		doc := cursor.Document()
		if w, h := doc.Viewport(); doc.Root() == nil || w <= 0 || h <= 0 || doc.Version() == last {
			continue // nothing to see, or the same as before
		}
		last = doc.Version()
		r, err := b.state(ctx, s, at, doc)
		if err != nil {
			return all, err
		}
		all = append(all, r)
	}
	clicks, err := b.clicks(ctx, s)
	if err != nil || clicks.All == 0 {
		return all, err
	}
	if len(all) == 0 {
		all = append(all, result{Set: s.set, Page: s.name, AtMS: s.rec.Duration.Milliseconds()})
	}
	all[len(all)-1].Clicks = &clicks
	return all, nil
}

// clicks counts the clicks of a recording. Where some miss, the fonts of the
// system that the browser named are tried, as the program does for what it
// shows (app/state): those under which more clicks are in their targets are the
// ones that the visitor had.
func (b *bench) clicks(ctx context.Context, s *subject) (fidelity.Clicks, error) {
	best, misses, err := countClicks(ctx, s, b.subject)
	if err != nil {
		return best, err
	}
	if systems, ok := b.subject.(render.Systems); ok && best.Inside < best.All && s.rec.Client.OS != "" {
		named, other, err := countClicks(ctx, s, systems.For(s.rec.Client.OS))
		if err != nil {
			return best, err
		}
		if named.Inside > best.Inside {
			best, misses = named, other
		}
	}
	for _, m := range misses {
		if b.missed != nil {
			b.missed(s, m)
		}
	}
	return best, nil
}

func countClicks(ctx context.Context, s *subject, b render.Backend) (fidelity.Clicks, []fidelity.Miss, error) {
	var misses []fidelity.Miss
	n, err := fidelity.CountClicks(ctx, &s.tracks, s.chunks, b, func(m fidelity.Miss) { misses = append(misses, m) })
	return n, misses, err
}

// state measures one state. What a backend refuses to draw is told in the
// result, and is no error.
func (b *bench) state(ctx context.Context, s *subject, at recording.Time, doc *dom.Document) (result, error) {
	r := result{Set: s.set, Page: s.name, AtMS: at.Milliseconds()}
	ours, err := drawWith(ctx, b.subject, doc)
	if err != nil {
		return b.failed(ctx, r, err)
	}
	r.Width, r.Height = ours.width, ours.height
	r.LayoutMS = float64(ours.layout.Microseconds()) / 1000
	if s.live != nil {
		r.Live = score(doc, s.live, ours.boxes)
	}
	r.LiveSSIM = similarity(s.picture, ours.image)
	var exact *drawn
	if b.oracle != nil {
		if exact, err = drawWith(ctx, b.oracle, doc); err != nil {
			if r, err = b.failed(ctx, r, err); err != nil {
				return r, err
			}
		}
	}
	if exact != nil {
		r.Chromium = score(doc, exact.boxes, ours.boxes)
		r.SSIM = similarity(exact.image, ours.image)
		if s.live != nil {
			r.Ceiling = score(doc, s.live, exact.boxes)
		}
	}
	if b.seen == nil {
		return r, nil
	}
	return r, b.seen(s, r, doc, ours, exact)
}

func (b *bench) failed(ctx context.Context, r result, err error) (result, error) {
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	r.Problem = err.Error()
	return r, nil
}

func score(d *dom.Document, reference, boxes fidelity.Boxes) *fidelity.Score {
	s := fidelity.Compare(d, reference, boxes)
	return &s
}

func similarity(a, b image.Image) *float64 {
	if a == nil || b == nil {
		return nil
	}
	if v, ok := fidelity.SSIM(a, b); ok {
		return &v
	}
	return nil
}

func drawWith(ctx context.Context, b render.Backend, doc *dom.Document) (_ *drawn, err error) {
	s, err := b.Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", b.Caps().Name, err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	start := time.Now()
	if err := s.Load(ctx, doc); err != nil {
		return nil, fmt.Errorf("load into %s: %w", b.Caps().Name, err)
	}
	boxes, err := s.Render(ctx, render.Request{Boxes: true})
	if err != nil {
		return nil, fmt.Errorf("lay out with %s: %w", b.Caps().Name, err)
	}
	layout := time.Since(start)
	f, err := s.Render(ctx, render.Request{Pixels: true})
	if err != nil {
		return nil, fmt.Errorf("draw with %s: %w", b.Caps().Name, err)
	}
	return &drawn{boxes: fidelity.BoxesOf(boxes), image: f.Image, width: boxes.PageW, height: boxes.PageH, layout: layout}, nil
}

package state

import (
	"context"
	"sync"

	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/replay"
)

// fitted is the backend that draws a recording best, once it is known.
type fitted struct {
	mu      sync.Mutex
	backend render.Backend
}

// witnesses is how many clicks are asked which fonts the visitor had.
const witnesses = 16

// named returns the backend for the system that the visitor's browser named.
func (l *Library) named(r *Recording) render.Backend {
	if b, ok := l.deps.Renderer.(render.Systems); ok {
		return b.For(r.Detail.OS)
	}
	return l.deps.Renderer
}

// fit returns the backend that places the recording's clicks best. Font names
// mean other fonts on other systems, and what a browser says of its system is
// not always true: browsers that are run by programs, and extensions, say
// another. A click hit its target, so the fonts under which clicks are nearest to
// theirs are the ones that the visitor had; of equals it is the system that was
// named.
func (l *Library) fit(ctx context.Context, r *Recording) (render.Backend, error) {
	r.fitted.mu.Lock()
	defer r.fitted.mu.Unlock()
	if r.fitted.backend != nil {
		return r.fitted.backend, nil
	}
	best := l.named(r)
	if _, ok := l.deps.Renderer.(render.Systems); ok && r.Detail.OS != "" && r.Detail.OS != "Linux" {
		named, err := l.missed(ctx, r, best)
		if err != nil {
			return nil, err
		}
		if named > 0 {
			plain, err := l.missed(ctx, r, l.deps.Renderer)
			if err != nil {
				return nil, err
			}
			if plain < named {
				best = l.deps.Renderer
			}
		}
	}
	r.fitted.backend = best
	return best, nil
}

// missed adds up how far clicks are from the boxes of their targets, CSS pixels.
func (l *Library) missed(ctx context.Context, r *Recording, b render.Backend) (float32, error) {
	s, err := b.Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		return 0, err
	}
	defer s.Close()
	c := replay.NewCursor(&r.Tracks, r)
	var sum float32
	for _, in := range witnessing(r.Tracks.Interactions) {
		if _, err := c.Seek(ctx, in.At-1); err != nil {
			return 0, err
		}
		if err := s.Load(ctx, c.Document()); err != nil {
			return 0, err
		}
		frame, err := s.Render(ctx, render.Request{Boxes: true})
		if err != nil {
			return 0, err
		}
		for _, box := range frame.Boxes {
			if box.Node == in.Node {
				x, y := in.PageXY()
				sum += min(max(box.X-x, x-box.X-box.W, 0)+max(box.Y-y, y-box.Y-box.H, 0), farOff)
				break
			}
		}
	}
	return sum, nil
}

// farOff bounds what one click counts: the clicks that a browser makes by
// itself, for a label's field, can be anywhere.
const farOff = 60

// witnessing chooses clicks that know their place and target, spread over the
// session.
func witnessing(all []recording.Interaction) []recording.Interaction {
	var clicks []recording.Interaction
	for _, in := range all {
		if in.Kind == recording.Click && in.HasXY && !in.Framed && in.Node > 0 && in.At > 0 {
			clicks = append(clicks, in)
		}
	}
	if len(clicks) <= witnesses {
		return clicks
	}
	chosen := make([]recording.Interaction, witnesses)
	for i := range chosen {
		chosen[i] = clicks[i*(len(clicks)-1)/(witnesses-1)]
	}
	return chosen
}

package fallback

import (
	"context"
	"errors"
	"fmt"
	"math"

	"hindsite.app/player/dom"
	"hindsite.app/player/fault"
	"hindsite.app/player/render"
)

// session is a render.Session over one of each backend. Only one of them has the
// document; it is loaded into the other when that takes over.
type session struct {
	backend *Backend
	assets  render.Assets
	limits  render.Limits

	exact  render.Session // nil when it is not used
	plain  render.Session // nil before it is needed
	doc    *dom.Document
	why    error // why the exact one is not used
	loaded bool  // the session in use has the document
	closed bool
}

var errClosed = errors.New("session is closed")

// openExact opens the exact session. It returns an error only when ctx has
// ended; what else goes wrong is remembered.
func (s *session) openExact(ctx context.Context) error {
	var opened render.Session
	err := s.guard(ctx, func(ctx context.Context) (err error) {
		opened, err = s.backend.exact.Open(ctx, s.assets, s.limits)
		return err
	})
	switch {
	case ctx.Err() != nil:
		if opened != nil {
			return errors.Join(ctx.Err(), opened.Close())
		}
		return ctx.Err()
	case err != nil:
		s.fail(err)
		return nil
	}
	s.exact, s.why, s.loaded = opened, nil, false
	return nil
}

func (s *session) openPlain(ctx context.Context) error {
	if s.plain != nil {
		return nil
	}
	p, err := s.backend.plain.Open(ctx, s.assets, s.limits)
	if err != nil {
		return err
	}
	s.plain = p
	return nil
}

// fail leaves the exact session.
func (s *session) fail(why error) {
	s.why, s.loaded = why, false
	s.backend.health.failed(why, s.backend.options.Now())
	if s.exact != nil {
		_ = s.exact.Close() // it has failed: what it says now is no news
		s.exact = nil
	}
}

// guard makes a call of the exact backend, with patience, and turns its panics
// into errors.
func (s *session) guard(ctx context.Context, call func(context.Context) error) (err error) {
	inner, cancel := context.WithTimeoutCause(ctx, s.backend.options.Patience, ErrSlow)
	defer cancel()
	defer func() {
		if recover() != nil {
			err = ErrGarbage
		}
		if err != nil && ctx.Err() == nil && inner.Err() != nil && fault.Of(err) == "" {
			err = ErrSlow
		}
	}()
	return call(inner)
}

// broken reports whether an error of the exact session means that it is of no
// use, and not that it was cancelled or asked for what nobody gives.
func broken(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() == nil && !errors.Is(err, render.ErrGap) && fault.Of(err) != fault.Limit
}

// retry tries the exact backend again, when enough time has passed.
func (s *session) retry(ctx context.Context) error {
	if s.exact != nil || s.backend.health.refusal(s.backend.options) != nil {
		return nil
	}
	return s.openExact(ctx)
}

// Load takes a state as a whole.
func (s *session) Load(ctx context.Context, d *dom.Document) error {
	if s.closed {
		return errClosed
	}
	s.doc, s.loaded = d, false
	if err := s.retry(ctx); err != nil {
		return err
	}
	return s.load(ctx)
}

// load loads the document into the session in use.
func (s *session) load(ctx context.Context) error {
	if s.exact != nil {
		err := s.guard(ctx, func(ctx context.Context) error { return s.exact.Load(ctx, s.doc) })
		if !broken(ctx, err) {
			s.loaded = err == nil
			return err
		}
		s.fail(err)
	}
	if err := s.openPlain(ctx); err != nil {
		return err
	}
	err := s.plain.Load(ctx, s.doc)
	s.loaded = err == nil
	return err
}

// Apply takes a step between two versions.
func (s *session) Apply(ctx context.Context, delta render.Delta) error {
	if s.closed {
		return errClosed
	}
	if s.doc == nil {
		return render.ErrGap
	}
	if err := s.retry(ctx); err != nil {
		return err
	}
	if !s.loaded {
		return s.load(ctx)
	}
	if s.exact == nil {
		return s.plain.Apply(ctx, delta)
	}
	err := s.guard(ctx, func(ctx context.Context) error { return s.exact.Apply(ctx, delta) })
	if !broken(ctx, err) {
		return err
	}
	s.fail(err)
	return s.load(ctx)
}

// use calls the session in use; when the exact one fails, the plain one instead.
// Call says by its error whether what came back makes sense.
func (s *session) use(ctx context.Context, call func(context.Context, render.Session) error) error {
	if s.closed {
		return errClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !s.loaded && s.doc != nil {
		if err := s.load(ctx); err != nil {
			return err
		}
	}
	if s.exact != nil {
		err := s.guard(ctx, func(ctx context.Context) error { return call(ctx, s.exact) })
		if s.doc == nil || !broken(ctx, err) {
			return err
		}
		s.fail(err)
		if err := s.load(ctx); err != nil {
			return err
		}
	}
	return call(ctx, s.plain)
}

// Render draws the loaded state.
func (s *session) Render(ctx context.Context, r render.Request) (*render.Frame, error) {
	var frame *render.Frame
	err := s.use(ctx, func(ctx context.Context, in render.Session) (err error) {
		if frame, err = in.Render(ctx, r); err == nil {
			err = check(frame, r, s.limits)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	drew := s.backend.plain
	if s.exact != nil {
		drew = s.backend.exact
	}
	frame.By, frame.Instead = drew.Caps().Name, nil
	if s.exact == nil {
		frame.Instead = s.why
	}
	return frame, nil
}

// check says whether a frame can be what was asked for.
func check(f *render.Frame, r render.Request, l render.Limits) error {
	if f == nil || f.PageW < 0 || f.PageH < 0 {
		return ErrGarbage
	}
	if r.Pixels {
		if f.Image == nil || f.Image.Rect.Empty() {
			return fmt.Errorf("%w: no picture", ErrGarbage)
		}
		if w, h := f.Image.Rect.Dx(), f.Image.Rect.Dy(); f.Image.Stride != 4*w || len(f.Image.Pix) < 4*w*h {
			return fmt.Errorf("%w: a picture that is not packed", ErrGarbage)
		}
	}
	if r.Boxes && l.MaxNodes > 0 && len(f.Boxes) > l.MaxNodes {
		return fmt.Errorf("%w: too many boxes", ErrGarbage)
	}
	for _, b := range f.Boxes {
		for _, v := range [...]float32{b.X, b.Y, b.W, b.H, b.Seen.X, b.Seen.Y, b.Seen.W, b.Seen.H} {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("%w: a box that is nowhere", ErrGarbage)
			}
		}
	}
	return nil
}

// Text returns what a reader of the page can see.
func (s *session) Text(ctx context.Context) (text string, err error) {
	err = s.use(ctx, func(ctx context.Context, in render.Session) (err error) {
		text, err = in.Text(ctx)
		return err
	})
	return text, err
}

// Close ends both sessions.
func (s *session) Close() error {
	if s.closed {
		return nil
	}
	s.closed, s.doc = true, nil
	var errs []error
	for _, in := range []render.Session{s.exact, s.plain} {
		if in != nil {
			errs = append(errs, in.Close())
		}
	}
	return errors.Join(errs...)
}

package state

import (
	"context"

	"hindsite.app/player/fault"
	"hindsite.app/player/render"
	"hindsite.app/player/render/chromium"
	"hindsite.app/player/render/fallback"
)

// Exact is a backend that draws pages with a browser. It starts the browser with
// the first session. Whoever made it closes it, which ends the browser.
type Exact interface {
	render.Backend
	// Product is what the browser is called, such as "Chromium 156"; empty
	// before it was started.
	Product() string
	Close() error
}

// OwnName is how a reader is told that Hindsite itself drew a page.
const OwnName = "Hindsite"

// ExactName is what requests for pictures call exact rendering.
const ExactName = chromium.Name

// newExact returns a backend for exact rendering; the caller closes it.
func (l *Library) newExact() (Exact, error) {
	if l.deps.Exact == nil {
		return nil, chromium.ErrMissing
	}
	return l.deps.Exact(), nil
}

// drawing returns the backend that a request for a picture names, and what ends
// it.
func (l *Library) drawing(ctx context.Context, r *Recording, q PageRequest) (b render.Backend, end func() error, err error) {
	nothing := func() error { return nil }
	switch q.Renderer {
	case "", l.deps.Renderer.Caps().Name:
		b, err = l.fit(ctx, r)
		return b, nothing, err
	case chromium.Name:
	default:
		return nil, nil, fault.New(fault.Unsupported, "no renderer %q here", q.Renderer)
	}
	x, err := l.newExact()
	switch {
	case err == nil && !q.Fallback:
		return x, x.Close, nil
	case err != nil && !q.Fallback:
		return nil, nil, err
	}
	plain, fitErr := l.fit(ctx, r)
	if fitErr != nil {
		if x != nil {
			_ = x.Close() // it was not used
		}
		return nil, nil, fitErr
	}
	if err != nil {
		return instead{plain, err}, nothing, nil
	}
	return fallback.New(x, plain, fallback.Options{}), x.Close, nil
}

// instead is a backend that stands in for one that is not there.
type instead struct {
	render.Backend
	why error
}

// Open begins a session whose frames say why the backend stands in.
func (b instead) Open(ctx context.Context, assets render.Assets, limits render.Limits) (render.Session, error) {
	s, err := b.Backend.Open(ctx, assets, limits)
	if err != nil {
		return nil, err
	}
	return insteadSession{s, b.why}, nil
}

type insteadSession struct {
	render.Session
	why error
}

// Render draws and says why.
func (s insteadSession) Render(ctx context.Context, r render.Request) (*render.Frame, error) {
	f, err := s.Session.Render(ctx, r)
	if f != nil {
		f.Instead = s.why
	}
	return f, err
}

// exactLoop is what a player's page loop knows of exact rendering. It belongs to
// the loop's goroutine.
type exactLoop struct {
	on      bool
	backend Exact // nil when off, or when there is none
	missing error // why there is none
}

// set switches exact rendering on or off. It starts nothing; switching off ends
// the browser.
func (x *exactLoop) set(on bool, l *Library) {
	x.on, x.missing = on, nil
	if on {
		x.backend, x.missing = l.newExact()
	} else {
		x.close()
	}
}

// over returns the backend that draws, with the plain one to fall back to.
func (x *exactLoop) over(plain render.Backend) render.Backend {
	switch {
	case x.backend != nil:
		return fallback.New(x.backend, plain, fallback.Options{})
	case x.on:
		return instead{plain, x.missing}
	}
	return plain
}

// drew returns what a reader is told of who drew a frame.
func (x *exactLoop) drew(f *render.Frame) string {
	if x.backend != nil && f.By == x.backend.Caps().Name {
		return x.backend.Product()
	}
	return OwnName
}

// close ends the browser.
func (x *exactLoop) close() {
	if x.backend != nil {
		_ = x.backend.Close() // it has ended; files that it left go with the next one
		x.backend = nil
	}
}

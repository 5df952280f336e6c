// Package fallback draws with an exact backend and, when that is missing, hangs,
// ends or returns nonsense, with a plain one that is always there. Every frame
// says who drew it and why it was not the exact one.
package fallback

import (
	"context"
	"errors"
	"sync"
	"time"

	"hindsite.app/player/fault"
	"hindsite.app/player/render"
)

// Why the exact backend is not used, besides what it says itself.
var (
	ErrSlow    = &fault.Error{Class: fault.Renderer, Err: errors.New("exact rendering took too long")}
	ErrGarbage = &fault.Error{Class: fault.Renderer, Err: errors.New("exact rendering gave an answer that makes no sense")}
)

// Options says how patient a Backend is. The zero value is made for a person who
// watches.
type Options struct {
	Patience time.Duration // for one call of the exact backend; 0 means 40 s
	Pause    time.Duration // before the exact backend is tried again; 0 means a minute
	Tries    int           // how often it may fail before it is left alone; 0 means 2
	Now      func() time.Time
}

// Backend is a render.Backend over two others. It may be used from several
// goroutines if they may. What one session learns of the exact backend counts
// for all.
type Backend struct {
	exact, plain render.Backend
	options      Options
	health       *health
}

var _ render.Systems = (*Backend)(nil)

// New returns a Backend. It closes neither of the two.
func New(exact, plain render.Backend, o Options) *Backend {
	if o.Patience <= 0 {
		o.Patience = 40 * time.Second
	}
	if o.Pause <= 0 {
		o.Pause = time.Minute
	}
	if o.Tries <= 0 {
		o.Tries = 2
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Backend{exact: exact, plain: plain, options: o, health: &health{}}
}

// For returns a Backend whose plain one draws as the named system did, if it
// can. It shares everything else.
func (b *Backend) For(os string) render.Backend {
	c := *b
	if s, ok := b.plain.(render.Systems); ok {
		c.plain = s.For(os)
	}
	return &c
}

// Caps are those of the exact backend.
func (b *Backend) Caps() render.Caps { return b.exact.Caps() }

// Open begins a session. It fails only when the plain backend does.
func (b *Backend) Open(ctx context.Context, assets render.Assets, limits render.Limits) (render.Session, error) {
	s := &session{backend: b, assets: assets, limits: limits}
	if why := b.health.refusal(b.options); why != nil {
		s.why = why
	} else if err := s.openExact(ctx); err != nil {
		return nil, err
	}
	if s.exact == nil {
		if err := s.openPlain(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// health remembers how the exact backend did.
type health struct {
	mu       sync.Mutex
	failures int
	last     time.Time
	why      error
}

func (h *health) failed(why error, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failures++
	h.last, h.why = now, why
}

// refusal returns why the exact backend is not to be tried now, or nil.
func (h *health) refusal(o Options) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failures == 0 || h.failures < o.Tries && o.Now().Sub(h.last) >= o.Pause {
		return nil
	}
	return h.why
}

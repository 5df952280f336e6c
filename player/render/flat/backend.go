// Package flat draws recorded pages in pure Go: no browser, no scripts, no
// network. See DECISIONS.md for what it leaves out.
package flat

import (
	"context"

	"hindsite.app/player/render"
	"hindsite.app/player/render/flat/text"
)

// Backend is the render.Backend of this package. It may be used from several
// goroutines; its sessions share the fonts.
type Backend struct {
	fonts  *text.Collection
	system text.System
}

var _ render.Systems = (*Backend)(nil)

// New returns a Backend. Fallback finds fonts for characters that the embedded
// fonts do not have; nil means that such characters are drawn as boxes, the
// same on every machine. See text.SystemFallback.
func New(fallback text.Fallback) *Backend {
	return &Backend{fonts: text.NewCollection(fallback)}
}

// For returns a Backend for recordings that were made on an operating system,
// as recording.Client.OS names it: it decides what the names of fonts meant
// there. It shares everything with b.
func (b *Backend) For(os string) render.Backend {
	return &Backend{fonts: b.fonts, system: text.SystemOf(os)}
}

// Open begins a session.
func (b *Backend) Open(ctx context.Context, assets render.Assets, limits render.Limits) (render.Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return newSession(b.fonts, b.system, assets, limits), nil
}

// Caps returns what the backend can do.
func (b *Backend) Caps() render.Caps { return render.Caps{Name: "flat"} }

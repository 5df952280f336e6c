// Package chromium draws recorded pages with a Chromium, Chrome or Edge that is
// installed on the machine, over the DevTools protocol on a pipe. The page's
// scripts are off and nothing leaves the machine. See DECISIONS.md for the
// layers that hold that, and for what the browser itself may write.
package chromium

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"hindsite.app/player/fault"
	"hindsite.app/player/render"
)

// Name is the name of the backend in its Caps and in the frames that it draws.
const Name = "chromium"

// What can be wrong with a browser. Errors wrap one of them; none holds anything
// of a page.
var (
	ErrMissing = &fault.Error{Class: fault.Renderer, Err: errors.New("no Chromium, Chrome or Edge was found")}
	ErrStart   = &fault.Error{Class: fault.Renderer, Err: errors.New("the browser did not start")}
	ErrHung    = &fault.Error{Class: fault.Renderer, Err: errors.New("the browser did not answer in time")}
	ErrDied    = &fault.Error{Class: fault.Renderer, Err: errors.New("the browser ended")}
)

// Options says which browser to use and how long to wait for it.
type Options struct {
	// Path is the browser's program. Empty means to look for one, see Find.
	Path string
	// Start bounds how long the browser may take to start, Call how long it may
	// take to answer one call. 0 means 30 seconds each.
	Start, Call time.Duration
	// Extra are more flags for the browser, without the dashes: for tests.
	Extra map[string]string
}

// Backend is the render.Backend of this package. It may be used from several
// goroutines. It starts the browser with the first session and keeps it until
// Close; when the browser has ended in between, the next session starts another.
type Backend struct {
	options Options

	mu      sync.Mutex
	browser *browser
	closed  bool
}

var _ render.Backend = (*Backend)(nil)

// New returns a Backend. It starts nothing and looks for nothing yet. The caller
// closes it.
func New(o Options) *Backend {
	if o.Start <= 0 {
		o.Start = 30 * time.Second
	}
	if o.Call <= 0 {
		o.Call = 30 * time.Second
	}
	return &Backend{options: o}
}

// Caps returns what the backend can do.
func (b *Backend) Caps() render.Caps { return render.Caps{Name: Name, Exact: true} }

// About is what is known of a running browser.
type About struct {
	Product   string // such as "Chrome/156.0.7100.0", as the browser says
	Path      string
	Sandboxed bool // false when the program runs as root, where Chromium has no sandbox
	Process   int  // id of its first process
}

// About starts the browser, if it does not run, and says what it is.
func (b *Backend) About(ctx context.Context) (About, error) {
	br, err := b.running(ctx)
	if err != nil {
		return About{}, err
	}
	return About{Product: br.product, Path: br.path, Sandboxed: !asRoot(), Process: br.leader}, nil
}

// Open begins a session in a tab of its own, which shares nothing with others.
func (b *Backend) Open(ctx context.Context, assets render.Assets, limits render.Limits) (render.Session, error) {
	br, err := b.running(ctx)
	if err != nil {
		return nil, err
	}
	tab, err := br.open(ctx)
	if err != nil {
		return nil, err
	}
	return &session{tab: tab, limits: limits, tree: newTree(newCleaner(assets, limits.MaxImagePixel), limits.MaxNodes)}, nil
}

// running returns the browser, started if it does not run.
func (b *Backend) running(ctx context.Context) (*browser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, errClosed
	}
	if b.browser != nil {
		if b.browser.alive() {
			return b.browser, nil
		}
		b.browser.stop()
		b.browser = nil
	}
	path, err := Find(b.options.Path)
	if err != nil {
		return nil, err
	}
	br, err := start(ctx, path, b.options)
	if err != nil {
		return nil, err
	}
	b.browser = br
	return br, nil
}

// Close ends the browser and with it every session. It returns when the
// browser's processes have ended and its files are gone. It may be called twice.
func (b *Backend) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.browser == nil {
		return nil
	}
	err := b.browser.stop()
	b.browser = nil
	return err
}

func asRoot() bool { return os.Geteuid() == 0 }

// Product returns what the running browser is called, such as "Chromium 156";
// empty before one was started.
func (b *Backend) Product() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.browser == nil {
		return ""
	}
	return productName(b.browser.product, b.browser.path)
}

// productName makes a name of what a browser says that it is. Chrome and Chromium
// say the same.
func productName(product, path string) string {
	name, version, _ := strings.Cut(product, "/")
	major, _, _ := strings.Cut(version, ".")
	file := strings.ToLower(path)
	switch {
	case strings.HasPrefix(name, "Edg") || strings.Contains(file, "edge"):
		name = "Edge"
	case strings.Contains(file, "brave"):
		name = "Brave"
	case strings.Contains(file, "chrome") && !strings.Contains(file, "chromium"):
		name = "Chrome"
	default:
		name = "Chromium"
	}
	return strings.TrimSpace(name + " " + major)
}

// Package render defines what draws a recorded page. A Backend turns the state
// of a document into a picture and into the boxes of its elements; it never
// asks a network for anything.
package render

import (
	"context"
	"errors"
	"image"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// Backend opens render sessions.
type Backend interface {
	// Open begins a session. Assets may be nil. The session belongs to the
	// goroutine that uses it.
	Open(ctx context.Context, assets Assets, limits Limits) (Session, error)
	// Caps says what the backend can do; it does not change.
	Caps() Caps
}

// Systems is a Backend that knows what the names of fonts meant on other
// systems than its default.
type Systems interface {
	Backend
	// For returns a backend that draws as the named system did, such as
	// "Windows" or "macOS"; the empty name is the default.
	For(os string) Backend
}

// Session draws the states of one tab, one after the other. Its methods are
// called by one goroutine at a time.
type Session interface {
	// Load takes a state as a whole. The session keeps d and reads it during
	// Load, Apply, Render and Text only; the owner of d changes it in between and says
	// so by Apply or Load.
	Load(ctx context.Context, d *dom.Document) error
	// Apply says that the loaded document went from one version to another by
	// the given changes. It returns ErrGap when the session is not at
	// delta.From: Load again.
	Apply(ctx context.Context, delta Delta) error
	// Render draws the loaded state. The caller owns the frame.
	Render(ctx context.Context, r Request) (*Frame, error)
	// Text returns the text that a reader of the page can see, frames included,
	// white space folded: the innerText of the HTML standard.
	Text(ctx context.Context) (string, error)
	// Close ends the session. It may be called twice.
	Close() error
}

// ErrGap says that a Delta does not begin where the session is.
var ErrGap = errors.New("delta does not follow the loaded state")

// Delta is a step between two versions of one document.
type Delta struct {
	From, To uint64
	Ops      []recording.Op
}

// Request says what to draw.
type Request struct {
	// Clip is the part of the page to draw, in CSS pixels of the page. Empty
	// means the viewport at the document's scroll offset. Beyond the page it is
	// filled with the page's background.
	Clip   image.Rectangle
	Full   bool    // the whole page instead of Clip, up to Limits.MaxPixels
	Scale  float64 // device pixels per CSS pixel; 0 means 1
	Pixels bool    // draw Frame.Image
	Boxes  bool    // fill Frame.Boxes
	Hover  recording.NodeID
}

// Frame is what a session drew.
type Frame struct {
	Version      uint64          // of the document
	Image        *image.RGBA     // Clip at Scale, tightly packed; nil unless asked for
	Clip         image.Rectangle // what Image shows, CSS pixels of the page
	PageW, PageH int             // size of the whole page, CSS pixels
	Boxes        []Box           // in order of painting
	// By names the backend that drew, as its Caps do. Instead says why it was
	// not the backend that was asked for, and is nil otherwise.
	By      string
	Instead error
}

// Box is the border box of an element: the smallest rectangle that holds all
// its fragments, in CSS pixels of the page.
type Box struct {
	Node       recording.NodeID
	X, Y, W, H float32
	// Seen is the part of the box that no ancestor cuts off (overflow, clip) and
	// is empty when the element is invisible. It may reach beyond the viewport.
	Seen    Rect
	Fixed   bool // stays where it is when the window scrolls
	Through bool // pointer-events: none, a click goes to what is behind
}

// Rect is a rectangle of the page, CSS pixels.
type Rect struct{ X, Y, W, H float32 }

// Empty reports whether nothing is in r.
func (r Rect) Empty() bool { return !(r.W > 0 && r.H > 0) }

// Contains reports whether a point is in r; the right and lower edges are not.
func (r Rect) Contains(x, y float32) bool {
	return x >= r.X && y >= r.Y && x < r.X+r.W && y < r.Y+r.H
}

// At returns the index of the box that a click at a place of the page reaches:
// the last one in the order of painting that is seen there. It is -1 when there
// is none.
func At(boxes []Box, x, y float32) int {
	for i := len(boxes) - 1; i >= 0; i-- {
		if b := &boxes[i]; !b.Through && b.Seen.Contains(x, y) {
			return i
		}
	}
	return -1
}

// Within returns where in the box a place of the page is: 0, 0 is its upper
// left corner, 1, 1 its lower right one. A side without length counts as 0.
func (b *Box) Within(x, y float32) (fx, fy float32) {
	if b.W > 0 {
		fx = (x - b.X) / b.W
	}
	if b.H > 0 {
		fy = (y - b.Y) / b.H
	}
	return fx, fy
}

// Assets finds what the recording itself carries. It never fetches.
type Assets interface {
	Lookup(url string) (data []byte, mime string, ok bool)
}

// Limits bounds what hostile content can make a backend do.
type Limits struct {
	MaxPixels     int // of one frame
	MaxImagePixel int // of one decoded image of the page
	MaxNodes      int // beyond it, the rest of the page is left out
}

// DefaultLimits are enough for every page that a person reads.
func DefaultLimits() Limits {
	return Limits{MaxPixels: 64 << 20, MaxImagePixel: 32 << 20, MaxNodes: 400_000}
}

// Caps describes a backend.
type Caps struct {
	Name  string
	Exact bool // draws what the visitor's browser drew
}

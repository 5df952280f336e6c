package chromium

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/render"
)

// session is a render.Session in a tab of its own. It knows what the tab holds;
// whenever that may be something else than it thinks, it loads the document
// again.
type session struct {
	tab    *tab
	limits render.Limits
	tree   *tree

	doc      *dom.Document
	version  uint64
	synced   bool // the tab holds doc at version
	viewport [2]int
	hover    handle
	closed   bool
}

var (
	errClosed  = errors.New("session is closed")
	errNothing = errors.New("no document is loaded")
)

// Load takes a state as a whole.
func (s *session) Load(ctx context.Context, d *dom.Document) error {
	if s.closed {
		return errClosed
	}
	s.doc, s.version, s.synced = d, d.Version(), false
	return s.load(ctx)
}

func (s *session) load(ctx context.Context) error {
	if err := s.point(ctx, 0); err != nil {
		return fmt.Errorf("take pointer away: %w", err)
	}
	if err := s.resize(ctx); err != nil {
		return fmt.Errorf("set viewport: %w", err)
	}
	s.tree.load(s.doc)
	if err := s.run(ctx); err != nil {
		return fmt.Errorf("build page: %w", err)
	}
	return nil
}

// run sends the program that the tree has written.
func (s *session) run(ctx context.Context) error {
	s.synced = false
	if !s.tree.out.empty() {
		if err := s.tab.run(ctx, s.tree.out.take(), s.tree.gone); err != nil {
			return err
		}
	}
	s.tree.gone = nil
	s.synced = true
	if s.hover != 0 {
		s.hover = unknownHover // the element may be elsewhere now
	}
	return nil
}

// Apply takes a step between two versions.
func (s *session) Apply(ctx context.Context, delta render.Delta) error {
	switch {
	case s.closed:
		return errClosed
	case s.doc == nil || delta.From != s.version || delta.To != s.doc.Version():
		return render.ErrGap
	}
	s.version = delta.To
	if !s.synced {
		return s.load(ctx)
	}
	if err := s.resize(ctx); err != nil {
		s.synced = false
		return fmt.Errorf("set viewport: %w", err)
	}
	if !s.tree.apply(delta.Ops) {
		return s.load(ctx)
	}
	if err := s.run(ctx); err != nil {
		return fmt.Errorf("change page: %w", err)
	}
	return nil
}

// ready makes the tab hold the document as it is now.
func (s *session) ready(ctx context.Context) error {
	if s.closed {
		return errClosed
	}
	if s.doc == nil {
		return errNothing
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.synced && s.version == s.doc.Version() {
		return nil
	}
	s.version = s.doc.Version()
	return s.load(ctx)
}

// Viewport of a document whose size was never recorded.
const (
	defaultWidth  = 1280
	defaultHeight = 720
	maxViewport   = 20_000
)

func (s *session) size() (w, h int) {
	w, h = s.doc.Viewport()
	if w <= 0 || h <= 0 {
		return defaultWidth, defaultHeight
	}
	return min(w, maxViewport), min(h, maxViewport)
}

func (s *session) resize(ctx context.Context) error {
	w, h := s.size()
	if s.viewport == [2]int{w, h} {
		return nil
	}
	s.viewport = [2]int{}
	if err := s.tab.resize(ctx, w, h); err != nil {
		return err
	}
	s.viewport = [2]int{w, h}
	return nil
}

// unknownHover says that it is not known what the pointer is on.
const unknownHover handle = -1

// point puts the pointer on what a handle names.
func (s *session) point(ctx context.Context, h handle) error {
	if s.hover == h {
		return nil
	}
	s.hover = unknownHover
	if err := s.tab.hover(ctx, h); err != nil {
		return err
	}
	s.hover = h
	return nil
}

// Text returns what innerText says of the document.
func (s *session) Text(ctx context.Context) (string, error) {
	if err := s.ready(ctx); err != nil {
		return "", err
	}
	text, err := s.tab.text(ctx)
	if err != nil {
		return "", fmt.Errorf("read page: %w", err)
	}
	return fold(text), nil
}

// fold makes one space of every run of white space and trims.
func fold(s string) string { return strings.Join(strings.FieldsFunc(s, isSpace), " ") }

// isSpace reports what \s of JavaScript stands for.
func isSpace(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', ' ', '\u00a0', '\u1680', '\u2028', '\u2029', '\u202f', '\u205f', '\u3000', '\ufeff':
		return true
	}
	return r >= '\u2000' && r <= '\u200a'
}

// Close ends the session and closes its tab.
func (s *session) Close() error {
	if s.closed {
		return nil
	}
	s.closed, s.doc = true, nil
	return s.tab.close()
}

// Package text finds fonts, shapes text and gives the outlines of glyphs.
package text

import (
	"bytes"
	"embed"
	"fmt"
	"sync"

	"github.com/go-text/typesetting/font"
)

//go:embed fonts/*.ttf
var files embed.FS

// Fallback returns a font that has a glyph for r, or nil. It may be called
// from several goroutines.
type Fallback func(r rune) *font.Font

// Collection holds the fonts that all sessions of a backend share. It may be
// used from several goroutines.
type Collection struct {
	fallback Fallback
	mu       sync.Mutex
	fonts    map[string]*font.Font
}

// NewCollection returns the embedded fonts, with fallback, which may be nil,
// for what they have no glyph for.
func NewCollection(fallback Fallback) *Collection {
	return &Collection{fallback: fallback, fonts: map[string]*font.Font{}}
}

// family is one of the embedded families.
type family uint8

const (
	serif family = iota
	sans
	mono
)

var familyFiles = [...]string{serif: "LiberationSerif", sans: "LiberationSans", mono: "LiberationMono"}

// families maps the names that Chromium resolves to one of the three metrics
// on a machine without the original.
var families = map[string]family{
	"serif": serif, "times": serif, "times new roman": serif, "liberation serif": serif, "tinos": serif,
	"georgia": serif, "ui-serif": serif, "cambria": serif, "garamond": serif, "palatino": serif,
	"sans-serif": sans, "arial": sans, "helvetica": sans, "liberation sans": sans, "arimo": sans,
	"system-ui": sans, "ui-sans-serif": sans, "-apple-system": sans, "blinkmacsystemfont": sans,
	"verdana": sans, "tahoma": sans, "segoe ui": sans, "cursive": sans, "fantasy": sans, "ui-rounded": sans,
	"monospace": mono, "courier": mono, "courier new": mono, "liberation mono": mono, "cousine": mono,
	"ui-monospace": mono, "consolas": mono, "menlo": mono, "monaco": mono, "sfmono-regular": mono,
}

// load returns an embedded font, parsed at most once.
func (c *Collection) load(f family, bold, italic bool) (*font.Font, error) {
	name := familyFiles[f] + "-"
	switch {
	case bold && italic:
		name += "BoldItalic"
	case bold:
		name += "Bold"
	case italic:
		name += "Italic"
	default:
		name += "Regular"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if ft := c.fonts[name]; ft != nil {
		return ft, nil
	}
	data, err := files.ReadFile("fonts/" + name + ".ttf")
	if err != nil {
		return nil, fmt.Errorf("read embedded font: %w", err)
	}
	face, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("parse embedded font %s: %w", name, err)
	}
	c.fonts[name] = face.Font
	return face.Font, nil
}

// Package text finds fonts, shapes text and gives the outlines of glyphs.
package text

import (
	"bytes"
	"embed"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
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
	widths   map[*font.Font]widths
}

// widths are what browsers size form fields with, in em: the average advance
// that a font claims, and the width of the box around all its glyphs. They are
// 0 when the font does not say.
type widths struct{ average, widest float32 }

// NewCollection returns the embedded fonts, with fallback, which may be nil,
// for what they have no glyph for.
func NewCollection(fallback Fallback) *Collection {
	return &Collection{fallback: fallback, fonts: map[string]*font.Font{}, widths: map[*font.Font]widths{}}
}

// family is one of the embedded families.
type family uint8

const (
	serif family = iota
	sans
	mono
	dejavu
	roboto
)

var familyFiles = [...]string{serif: "LiberationSerif", sans: "LiberationSans", mono: "LiberationMono", dejavu: "DejaVuSans", roboto: "Roboto"}

// System is the kind of machine that a page was shown on: it decides which
// font names were known there, and what the generic ones meant.
type System uint8

// The systems.
const (
	Linux   System = iota // also when it is not known: what a browser beside us would show
	Desktop               // Windows, macOS, iOS
	Android
)

// everywhere are the names that mean the same on every system.
var everywhere = map[string]family{
	"serif": serif, "times": serif, "times new roman": serif, "liberation serif": serif, "tinos": serif,
	"sans-serif": sans, "arial": sans, "helvetica": sans, "liberation sans": sans, "arimo": sans,
	"monospace": mono, "courier": mono, "courier new": mono, "liberation mono": mono, "cousine": mono,
	"dejavu sans": dejavu,
}

// known are the names that only some systems know.
var known = [...]map[string]family{
	Linux: {"system-ui": dejavu, "roboto": roboto},
	Desktop: {
		"system-ui": sans, "ui-sans-serif": sans, "-apple-system": sans, "blinkmacsystemfont": sans, "segoe ui": sans,
		"helvetica neue": sans, "sf pro text": sans, "sf pro display": sans, "calibri": sans, "trebuchet ms": sans,
		"verdana": dejavu, "tahoma": sans, "geneva": dejavu,
		"georgia": serif, "ui-serif": serif, "cambria": serif, "garamond": serif, "palatino": serif,
		"consolas": mono, "menlo": mono, "monaco": mono, "sfmono-regular": mono, "sf mono": mono, "ui-monospace": mono,
	},
	Android: {"system-ui": roboto, "sans-serif": roboto, "roboto": roboto},
}

func (s System) family(name string) (family, bool) {
	if f, ok := known[s][name]; ok {
		return f, true
	}
	f, ok := everywhere[name]
	return f, ok
}

// file returns the name of the file for a weight of CSS.
func (f family) file(weight int, italic bool) string {
	name := familyFiles[f]
	bold := weight >= 600
	switch {
	case f == dejavu && bold:
		return name + "-Bold"
	case f == dejavu:
		return name
	case bold && italic:
		return name + "-BoldItalic"
	case bold:
		return name + "-Bold"
	case italic:
		return name + "-Italic"
	case f == roboto && weight < 350:
		return name + "-Light"
	case f == roboto && weight >= 500:
		return name + "-Medium"
	}
	return name + "-Regular"
}

// load returns an embedded font, parsed at most once.
func (c *Collection) load(name string) (*font.Font, error) {
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
	c.widths[face.Font] = readWidths(data)
	return face.Font, nil
}

// widthsOf returns the measures of a font of the collection.
func (c *Collection) widthsOf(ft *font.Font) widths {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.widths[ft]
}

// readWidths reads the tables head and OS/2 of a font file.
func readWidths(data []byte) widths {
	ld, err := opentype.NewLoader(bytes.NewReader(data))
	if err != nil {
		return widths{}
	}
	head, err := ld.RawTable(opentype.MustNewTag("head"))
	if err != nil || len(head) < 44 {
		return widths{}
	}
	number := func(t []byte, at int) float32 { return float32(int16(binary.BigEndian.Uint16(t[at:]))) }
	upem := max(float32(binary.BigEndian.Uint16(head[18:])), 1)
	w := widths{widest: (number(head, 40) - number(head, 36)) / upem}
	if os2, err := ld.RawTable(opentype.MustNewTag("OS/2")); err == nil && len(os2) >= 4 {
		w.average = number(os2, 2) / upem
	}
	return w
}

// SystemOf returns the kind of machine for the name of an operating system as
// recordings give it.
func SystemOf(os string) System {
	os = strings.ToLower(os)
	switch {
	case strings.Contains(os, "android"):
		return Android
	case strings.Contains(os, "windows"), strings.Contains(os, "mac"), strings.Contains(os, "ios"), strings.Contains(os, "iphone"), strings.Contains(os, "ipad"):
		return Desktop
	}
	return Linux
}

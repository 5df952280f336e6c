package text

import (
	"math"
	"strings"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// Face is one font file at no particular size, owned by one Shaper.
type Face struct {
	face *font.Face
	upem float32
	id   int
}

// ID numbers the faces of one Shaper, from 0.
func (f *Face) ID() int { return f.id }

// Outline returns the outline of a glyph in em units, y up; nil when it has
// none.
func (f *Face) Outline(glyph uint32) []Segment {
	if f.face == nil {
		return placeholder(glyph)
	}
	data := f.face.GlyphData(font.GID(glyph))
	out, ok := data.(font.GlyphOutline)
	if !ok {
		return nil
	}
	segs := make([]Segment, len(out.Segments))
	for i, s := range out.Segments {
		segs[i].Op = Op(s.Op)
		for j, p := range s.Args {
			segs[i].Args[j] = [2]float32{p.X / f.upem, p.Y / f.upem}
		}
	}
	return segs
}

// Op is a step of an outline.
type Op uint8

// The steps, with one, one, two and three points.
const (
	MoveTo Op = iota
	LineTo
	QuadTo
	CubeTo
)

// Segment is one step of an outline.
type Segment struct {
	Op   Op
	Args [3][2]float32
}

// Font is what a style asks for: faces in the order in which glyphs are looked
// for. Metrics are of the first, in em.
type Font struct {
	faces                    []*Face
	ascent, descent, lineGap float32
	xHeight, zero            float32
	widths                   widths
	icon                     *iconFont // the family is an icon font that is not there
}

// Metrics are the vertical metrics of a font at a size, in CSS pixels.
type Metrics struct {
	Ascent, Descent float32 // of the first line's box, both positive
	LineHeight      float32 // of "line-height: normal"
	XHeight, Zero   float32 // height of x; advance of 0
}

// At returns the metrics at a size. Ascent, descent and gap are rounded to
// whole pixels, as Chromium does.
func (f *Font) At(size float32) Metrics {
	round := func(v float32) float32 { return float32(math.Round(float64(v * size))) }
	m := Metrics{Ascent: round(f.ascent), Descent: round(f.descent), XHeight: f.xHeight * size, Zero: f.zero * size}
	m.LineHeight = m.Ascent + m.Descent + round(f.lineGap)
	return m
}

// Average returns the width of a character with which browsers size text
// fields, and Widest that of the widest one, at a size in CSS pixels. A part of
// a pixel of one half or more counts as a whole one, for browsers always
// rounded it.
func (f *Font) Average(size float32) float32 {
	size = float32(int32(size*64)) / 64
	w := f.widths.average * size
	if w <= 0 {
		w = f.zero * size
	}
	return max(w, float32(math.Round(float64(w))))
}

// Widest is described at Average; it is 0 when the font does not say.
func (f *Font) Widest(size float32) float32 {
	return float32(math.Round(float64(f.widths.widest * size)))
}

// Glyph is one glyph of a run; distances are in em.
type Glyph struct {
	Face    *Face
	ID      uint32
	Advance float32
	X, Y    float32 // offset of drawing, y up
	Cluster int     // rune index in the run
}

// Run is shaped text; it is not changed after it was made.
type Run struct {
	Glyphs  []Glyph
	Advance float32 // em
	Runes   int
	Missing bool // some glyph is the font's "missing" box
	// Direction is that of the first strong character.
	Direction Direction
}

// Shaper shapes text and remembers the runs. It belongs to one goroutine.
type Shaper struct {
	fonts    *Collection
	system   System
	hb       shaping.HarfbuzzShaper
	faces    map[*font.Font]*Face
	matched  map[Query]*Font
	runs     map[runKey]*Run
	fallback map[rune]*Face
	icons    Face // has no font: its glyphs are placeholders
	web      map[string][]WebFont
	version  int
}

type runKey struct {
	font *Font
	text string
}

// Query asks for a font. Families is the CSS list: names separated by commas,
// without quotes, in lower case.
type Query struct {
	Families string
	Weight   int
	Italic   bool
}

// NewShaper returns a Shaper over the fonts of c, for a page that was shown on
// a system.
func NewShaper(c *Collection, s System) *Shaper {
	return &Shaper{fonts: c, system: s, faces: map[*font.Font]*Face{}, matched: map[Query]*Font{}, runs: map[runKey]*Run{}, fallback: map[rune]*Face{}, icons: Face{id: -1}}
}

// Match returns the font for q. Unknown names are passed over; the last resort
// is the serif family, as in Chromium.
func (s *Shaper) Match(q Query) (*Font, error) {
	if f := s.matched[q]; f != nil {
		return f, nil
	}
	f := &Font{}
	main := serif
	for _, name := range strings.Split(q.Families, ",") {
		name = strings.TrimSpace(name)
		if web := s.webFaces(name, q); web != nil {
			for _, w := range web {
				f.faces = append(f.faces, s.face(w.font))
				if len(f.faces) == 1 {
					f.widths = w.widths
				}
			}
			continue
		}
		if f.icon == nil && len(f.faces) == 0 {
			f.icon = iconsOf(name, q.Weight)
		}
		if fam, ok := s.system.family(name); ok {
			main = fam
			break
		}
	}
	for _, fam := range []family{main, dejavu} { // DejaVu has the symbols
		ft, err := s.fonts.load(fam.file(q.Weight, q.Italic))
		if err != nil {
			return nil, err
		}
		f.faces = append(f.faces, s.face(ft))
	}
	f.measure()
	if f.widths == (widths{}) {
		f.widths = s.fonts.widthsOf(f.faces[0].face.Font)
	}
	if f.icon != nil {
		f.ascent, f.descent, f.lineGap = f.icon.ascent, f.icon.descent, f.icon.gap
	}
	s.matched[q] = f
	return f, nil
}

func (s *Shaper) face(ft *font.Font) *Face {
	if f := s.faces[ft]; f != nil {
		return f
	}
	f := &Face{face: font.NewFace(ft), upem: float32(max(ft.Upem(), 1)), id: len(s.faces)}
	s.faces[ft] = f
	return f
}

func (f *Font) measure() {
	face := f.faces[0]
	ext, ok := face.face.FontHExtents()
	if !ok {
		ext = font.FontExtents{Ascender: 0.9 * face.upem, Descender: -0.2 * face.upem}
	}
	f.ascent, f.descent, f.lineGap = ext.Ascender/face.upem, -ext.Descender/face.upem, ext.LineGap/face.upem
	f.xHeight = face.face.LineMetric(font.XHeight) / face.upem
	if f.xHeight <= 0 {
		f.xHeight = 0.5
	}
	f.zero = 0.5
	if gid, ok := face.face.NominalGlyph('0'); ok {
		f.zero = face.face.HorizontalAdvance(gid) / face.upem
	}
}

// maxRuns bounds the memory of a shaper; behind it, it forgets everything.
const maxRuns = 100_000

// Shape returns the run of text in font.
func (s *Shaper) Shape(f *Font, text string) *Run {
	key := runKey{f, text}
	if r := s.runs[key]; r != nil {
		return r
	}
	if len(s.runs) >= maxRuns {
		clear(s.runs)
	}
	r := s.shape(f, []rune(text))
	s.runs[key] = r
	return r
}

func (s *Shaper) shape(f *Font, runes []rune) *Run {
	run := &Run{Runes: len(runes), Direction: directionOf(runes)}
	if f.icon.word(runes) {
		s.icon(run, f.icon.advance, 0)
		return run
	}
	for start := 0; start < len(runes); {
		face := s.faceFor(f, runes[start])
		if private(runes[start]) && !face.has(runes[start]) {
			s.icon(run, f.icon.width(runes[start]), start)
			start++
			continue
		}
		script := language.LookupScript(runes[start])
		end := start + 1
		for end < len(runes) {
			r := runes[end]
			next := language.LookupScript(r)
			strong := next != language.Common && next != language.Inherited
			if strong && script != next && script != language.Common && script != language.Inherited {
				break
			}
			if strong {
				script = next
			}
			if !joins(r) && s.faceFor(f, r) != face || private(r) {
				break
			}
			end++
		}
		s.shapePart(run, face, runes, start, end, script)
		start = end
	}
	return run
}

// joins reports runes that stay with the glyph in front of them.
func joins(r rune) bool {
	return r == 0x200D || r >= 0xFE00 && r <= 0xFE0F || r >= 0x300 && r <= 0x36F || r >= 0x1F3FB && r <= 0x1F3FF
}

func (s *Shaper) shapePart(run *Run, face *Face, runes []rune, start, end int, script language.Script) {
	dir := di.DirectionLTR
	switch script {
	case language.Arabic, language.Hebrew, language.Syriac, language.Thaana, language.Nko:
		dir = di.DirectionRTL
	}
	out := s.hb.ShapeNoExtents(shaping.Input{
		Text: runes, RunStart: start, RunEnd: end, Direction: dir, Face: face.face,
		Size: fixed.I(int(face.upem)), Script: script, Language: "en",
	})
	em := func(v fixed.Int26_6) float32 { return float32(v) / 64 / face.upem }
	for _, g := range out.Glyphs {
		adv := em(g.Advance)
		if g.GlyphID == 0 {
			run.Missing = true
		}
		run.Glyphs = append(run.Glyphs, Glyph{
			Face: face, ID: uint32(g.GlyphID), Advance: adv, X: em(g.XOffset), Y: em(g.YOffset), Cluster: g.TextIndex(),
		})
		run.Advance += adv
	}
}

// has reports whether the face has a glyph for r.
func (f *Face) has(r rune) bool {
	_, ok := f.face.NominalGlyph(r)
	return ok
}

// faceFor returns the first face with a glyph for r, or the font's first.
func (s *Shaper) faceFor(f *Font, r rune) *Face {
	for _, face := range f.faces {
		if _, ok := face.face.NominalGlyph(r); ok {
			return face
		}
	}
	if r < 0x20 || s.fonts.fallback == nil {
		return f.faces[0]
	}
	if face, ok := s.fallback[r]; ok {
		if face == nil {
			return f.faces[0]
		}
		return face
	}
	var face *Face
	if len(s.fallback) < maxRuns {
		if ft := s.fonts.fallback(r); ft != nil {
			face = s.face(ft)
		}
		s.fallback[r] = face
	}
	if face == nil {
		return f.faces[0]
	}
	return face
}

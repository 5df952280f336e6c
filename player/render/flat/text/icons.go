package text

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// iconFont is what is known of an icon font that is not there: how much room
// its icons take. Measures are in em.
type iconFont struct {
	ascent, descent, gap float32
	advance              float32 // of icons that are not in advances
	advances             map[rune]float32
	ligatures            bool // whole words stand for icons
}

//go:embed fonts/icons.txt
var iconTable string

// iconFonts reads the embedded table once, when the first page asks for it.
var iconFonts = sync.OnceValue(func() map[string]*iconFont {
	fonts := map[string]*iconFont{}
	var f *iconFont
	for line := range strings.Lines(iconTable) {
		w := strings.Fields(line)
		if len(w) == 0 || w[0] == "#" {
			continue
		}
		if w[0] == "font" && len(w) == 6 {
			f = &iconFont{ascent: units(w[2]), descent: units(w[3]), gap: units(w[4]), advance: units(w[5]), advances: map[rune]float32{}}
			fonts[w[1]] = f
			continue
		}
		for _, span := range w[1:] {
			first, last, ranged := strings.Cut(span, "-")
			a, _ := strconv.ParseInt(first, 16, 32)
			b := a
			if ranged {
				b, _ = strconv.ParseInt(last, 16, 32)
			}
			for r := a; r <= b; r++ {
				f.advances[rune(r)] = units(w[0])
			}
		}
	}
	return fonts
})

// units reads a measure in 512ths of an em.
func units(s string) float32 {
	v, _ := strconv.ParseFloat(s, 32)
	return float32(v) / 512
}

// iconNames are families of icon fonts with the entries of the table for normal
// and for bold weight.
var iconNames = []struct{ part, normal, bold string }{
	{"awesome 5 brands", "fa5-brands", "fa5-brands"}, {"awesome 5", "fa5-regular", "fa5-solid"},
	{"awesome 6 brands", "fa6-brands", "fa6-brands"}, {"awesome 7 brands", "fa6-brands", "fa6-brands"},
	{"awesome 6", "fa6-regular", "fa6-solid"}, {"awesome 7", "fa6-regular", "fa6-solid"},
	{"fontawesome", "fa4", "fa4"}, {"ionicons", "ionicons", "ionicons"}, {"brand-icons", "fa5-brands", "fa5-brands"},
	{"outline-icons", "fa5-regular", "fa5-regular"},
}

// plainIcons are most icon fonts: every icon is one em wide.
var (
	plainIcons    = &iconFont{ascent: 0.875, descent: 0.125, advance: 1}
	materialIcons = &iconFont{ascent: 1, descent: 0, advance: 1, ligatures: true}
)

// iconsOf returns what is known of an icon font by its family, nil for a name
// that is not that of an icon font.
func iconsOf(name string, weight int) *iconFont {
	if strings.HasPrefix(name, "material icons") || strings.HasPrefix(name, "material symbols") {
		return materialIcons
	}
	for _, n := range iconNames {
		if strings.Contains(name, n.part) {
			if weight >= 600 {
				return iconFonts()[n.bold]
			}
			return iconFonts()[n.normal]
		}
	}
	if name == "icons" {
		return iconFonts()["fa5-solid"]
	}
	for _, part := range []string{"icon", "awesome", "glyph", "symbols", "feather", "themify", "icomoon"} {
		if strings.Contains(name, part) {
			return plainIcons
		}
	}
	return nil
}

// private reports a private use character: icon fonts put their icons there.
func private(r rune) bool { return r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000 }

// word reports text that an icon font with ligatures shows as one icon.
func (f *iconFont) word(runes []rune) bool {
	if f == nil || !f.ligatures {
		return false
	}
	for _, r := range runes {
		if r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return false
		}
	}
	return len(runes) > 0
}

// width returns how much room an icon takes.
func (f *iconFont) width(r rune) float32 {
	if f == nil {
		return plainIcons.advance
	}
	if w, ok := f.advances[r]; ok {
		return w
	}
	return f.advance
}

// icon adds a placeholder for an icon to a run.
func (s *Shaper) icon(run *Run, w float32, cluster int) {
	run.Glyphs = append(run.Glyphs, Glyph{Face: &s.icons, ID: uint32(w * 512), Advance: w, Cluster: cluster})
	run.Advance += w
	run.Missing = true
}

// placeholder is the outline of an icon that is not there: a thin square,
// within the em of a width in 512ths.
func placeholder(width uint32) []Segment {
	w := float32(width) / 512
	x0, y0, x1, y1 := 0.12*w, float32(-0.02), 0.88*w, 0.74*w
	const line = 1.0 / 16
	at := func(op Op, x, y float32) Segment { return Segment{Op: op, Args: [3][2]float32{{x, y}}} }
	ring := []Segment{at(MoveTo, x0, y0), at(LineTo, x1, y0), at(LineTo, x1, y1), at(LineTo, x0, y1), at(LineTo, x0, y0)}
	x0, y0, x1, y1 = x0+line, y0+line, x1-line, y1-line
	if x1 <= x0 || y1 <= y0 {
		return ring
	}
	return append(ring, at(MoveTo, x0, y0), at(LineTo, x0, y1), at(LineTo, x1, y1), at(LineTo, x1, y0), at(LineTo, x0, y0))
}

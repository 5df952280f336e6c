package theme

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// luminance and contrast are those of WCAG 2.2, "relative luminance" and
// "contrast ratio".
func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestTextCanBeRead(t *testing.T) {
	grounds := []fyne.ThemeColorName{App, Panel, Header, Inset, theme.ColorNameOverlayBackground, theme.ColorNameMenuBackground}
	texts := []fyne.ThemeColorName{theme.ColorNameForeground, Muted, theme.ColorNamePrimary, OnAlarm}
	for name, p := range map[Variant]map[fyne.ThemeColorName]color.NRGBA{Dark: dark, Light: light} {
		for _, g := range grounds {
			for _, x := range texts {
				if c := contrast(p[x], p[g]); c < 4.5 {
					t.Errorf("%s: %s on %s has a contrast of %.2f", name, x, g, c)
				}
			}
		}
		if c := contrast(p[theme.ColorNameForegroundOnPrimary], p[theme.ColorNamePrimary]); c < 4.5 {
			t.Errorf("%s: text on the accent has a contrast of %.2f", name, c)
		}
	}
}

func TestBothVariantsNameTheSame(t *testing.T) {
	for n := range dark {
		if _, ok := light[n]; !ok {
			t.Errorf("light has no %s", n)
		}
	}
	if len(dark) != len(light) {
		t.Errorf("dark has %d colours, light %d", len(dark), len(light))
	}
}

func TestVariantWins(t *testing.T) {
	if got := (Theme{Light}).Color(Panel, theme.VariantDark); got != light[Panel] {
		t.Errorf("light theme gives %v", got)
	}
	if got := (Theme{System}).Color(Panel, theme.VariantDark); got != dark[Panel] {
		t.Errorf("system theme gives %v", got)
	}
}

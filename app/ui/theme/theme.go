// Package theme is the look of the window: colours, sizes and fonts, dark and
// light.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"hindsite.app/icons"
)

// Colours that Fyne has no name for.
const (
	App     fyne.ThemeColorName = "app"     // bars at the window's edges
	Panel   fyne.ThemeColorName = "panel"   // lists and sides
	Header  fyne.ThemeColorName = "header"  // heads of panels
	Inset   fyne.ThemeColorName = "inset"   // what lies deeper than a panel
	Line    fyne.ThemeColorName = "line"    // between panels
	Muted   fyne.ThemeColorName = "muted"   // text that matters less
	Stage   fyne.ThemeColorName = "stage"   // around the page
	Raised  fyne.ThemeColorName = "raised"  // chips and key caps
	Stripe  fyne.ThemeColorName = "stripe"  // idle hatching
	OnAlarm fyne.ThemeColorName = "onAlarm" // text on a tinted alarm
)

// Colours of data. They mean the same on every screen.
const (
	DataPage    fyne.ThemeColorName = "dataPage"
	DataPointer fyne.ThemeColorName = "dataPointer"
	DataClick   fyne.ThemeColorName = "dataClick"
	DataScroll  fyne.ThemeColorName = "dataScroll"
	DataInput   fyne.ThemeColorName = "dataInput"
	DataError   fyne.ThemeColorName = "dataError"
	Playhead    fyne.ThemeColorName = "playhead"
)

// Variant says which colours are used.
type Variant string

// The variants.
const (
	System Variant = "system"
	Dark   Variant = "dark"
	Light  Variant = "light"
)

// Theme is the look of the window. It is a value; a change of variant is
// another Theme.
type Theme struct{ Variant Variant }

var _ fyne.Theme = Theme{}

// Color implements fyne.Theme.
func (t Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	switch t.Variant {
	case Dark:
		v = theme.VariantDark
	case Light:
		v = theme.VariantLight
	}
	if c, ok := palette(v)[name]; ok {
		return c
	}
	return theme.DefaultTheme().Color(name, v)
}

func palette(v fyne.ThemeVariant) map[fyne.ThemeColorName]color.NRGBA {
	if v == theme.VariantLight {
		return light
	}
	return dark
}

// Font implements fyne.Theme.
func (Theme) Font(s fyne.TextStyle) fyne.Resource {
	switch {
	case s.Monospace:
		return mono
	case s.Symbol, s.Italic:
		return theme.DefaultTheme().Font(s)
	case s.Bold:
		return semiBold
	}
	return regular
}

// Icon implements fyne.Theme.
func (Theme) Icon(n fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(n) }

// Text sizes, in units.
const (
	TextSize    = 12
	CaptionSize = 10.5
	TitleSize   = 13
	HeadingSize = 18
)

// Size implements fyne.Theme.
func (Theme) Size(n fyne.ThemeSizeName) float32 {
	if s, ok := sizes[n]; ok {
		return s
	}
	return theme.DefaultTheme().Size(n)
}

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText: TextSize, theme.SizeNameCaptionText: CaptionSize,
	theme.SizeNameSubHeadingText: 14, theme.SizeNameHeadingText: HeadingSize,
	theme.SizeNamePadding: 3, theme.SizeNameInnerPadding: 6, theme.SizeNameLineSpacing: 3,
	theme.SizeNameInlineIcon: 16, theme.SizeNameScrollBar: 9, theme.SizeNameScrollBarSmall: 4,
	theme.SizeNameInputRadius: 4, theme.SizeNameSelectionRadius: 4,
}

var (
	regular  = fyne.NewStaticResource("Inter-Regular.otf", icons.InterRegular)
	semiBold = fyne.NewStaticResource("Inter-SemiBold.otf", icons.InterSemiBold)
	mono     = fyne.NewStaticResource("JetBrainsMono-Regular.ttf", icons.JetBrainsMono)
)

// Icon returns the drawing of the name in icons/svg, coloured by name. A name
// that there is not gives an empty drawing.
func Icon(name string, colour fyne.ThemeColorName) fyne.Resource {
	b, err := icons.SVG.ReadFile("svg/" + name + ".svg")
	if err != nil {
		b = []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"/>`)
	}
	return theme.NewColoredResource(fyne.NewStaticResource(name+".svg", b), colour)
}

// AppIcon returns the icon of the program.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("Icon.png", icons.App) }

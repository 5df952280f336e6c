// Package widget holds what screens are built of. Its widgets report what a
// person wants through OnX fields and show what they are told by setters; they
// know no library. All methods belong to the UI goroutine.
package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "hindsite.app/app/ui/theme"
)

// Style says how a Text looks. The zero value is plain text.
type Style struct {
	Size   float32             // 0 means look.TextSize
	Colour fyne.ThemeColorName // "" means the foreground
	Bold   bool
	Mono   bool
	Align  fyne.TextAlign
	Ends   bool // too long a text ends in an ellipsis; its least width is 0
}

func (s Style) size() float32 {
	if s.Size == 0 {
		return look.TextSize
	}
	return s.Size
}

func (s Style) style() fyne.TextStyle { return fyne.TextStyle{Bold: s.Bold, Monospace: s.Mono} }

// paint gives a text object the style with the colours of now.
func (s Style) paint(t *canvas.Text) {
	name := s.Colour
	if name == "" {
		name = theme.ColorNameForeground
	}
	t.Color, t.TextSize, t.TextStyle, t.Alignment = theme.Color(name), s.size(), s.style(), s.Align
}

// Text is one line without padding whose colour follows the theme.
type Text struct {
	widget.BaseWidget
	text  string
	style Style
}

// NewText returns a line of text.
func NewText(text string, s Style) *Text {
	t := &Text{text: text, style: s}
	t.ExtendBaseWidget(t)
	return t
}

// Caption returns small muted text.
func Caption(text string) *Text {
	return NewText(text, Style{Size: look.CaptionSize, Colour: look.Muted})
}

// SetText changes the text.
func (t *Text) SetText(text string) {
	if t.text != text {
		t.text = text
		t.Refresh()
	}
}

// Text returns the text, whole.
func (t *Text) Text() string { return t.text }

// SetColour changes the colour.
func (t *Text) SetColour(c fyne.ThemeColorName) {
	if t.style.Colour != c {
		t.style.Colour = c
		t.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{text: t, line: canvas.NewText("", nil)}
	r.update()
	return r
}

type textRenderer struct {
	text *Text
	line *canvas.Text
	size fyne.Size
}

func (r *textRenderer) Destroy()                     {}
func (r *textRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }

func (r *textRenderer) MinSize() fyne.Size {
	m := fyne.MeasureText(r.text.text, r.text.style.size(), r.text.style.style())
	if r.text.style.Ends {
		m.Width = 0
	}
	return m
}

func (r *textRenderer) Layout(s fyne.Size) {
	r.size = s
	r.line.Resize(s)
	if r.text.style.Ends {
		r.update()
	}
}

func (r *textRenderer) update() {
	r.text.style.paint(r.line)
	r.line.Text = r.text.text
	if r.text.style.Ends {
		r.line.Text = Shorten(r.text.text, r.size.Width, r.text.style.size(), r.text.style.style())
	}
}

func (r *textRenderer) Refresh() {
	r.update()
	r.line.Refresh()
}

// Shorten returns text, or as much of its beginning as fits into width with an
// ellipsis.
func Shorten(text string, width, size float32, style fyne.TextStyle) string {
	const longest = 400
	runes := []rune(text)
	if len(runes) > longest {
		runes = runes[:longest]
	}
	if width <= 0 {
		return ""
	}
	measure := func(s string) float32 { return fyne.MeasureText(s, size, style).Width }
	if len(runes) == len([]rune(text)) && measure(text) <= width+0.5 {
		return text
	}
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if measure(string(runes[:mid])+"…") <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low == 0 {
		return ""
	}
	return string(runes[:low]) + "…"
}

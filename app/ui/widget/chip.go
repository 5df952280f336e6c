package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "hindsite.app/app/ui/theme"
)

// Chip is a short text on a rounded ground.
type Chip struct {
	*fyne.Container
	text *Text
	icon *Icon
}

// NewChip returns a chip, with a drawing unless icon is "".
func NewChip(icon, text string, s Style) *Chip {
	c := &Chip{text: NewText(text, s)}
	row := Row(5)
	if icon != "" {
		c.icon = NewIcon(icon, s.Colour, 13)
		row.Add(c.icon)
	}
	row.Add(c.text)
	c.Container = container.NewStack(Framed(look.Raised, look.Line), Padded(3, 8, row))
	return c
}

// SetText changes the text.
func (c *Chip) SetText(text string) { c.text.SetText(text) }

// Text returns the text.
func (c *Chip) Text() string { return c.text.Text() }

// KeyCap shows a key of the keyboard.
func KeyCap(name string) fyne.CanvasObject {
	return container.NewStack(Framed(look.Raised, look.Line), Padded(1, 6, NewText(name, Style{Size: look.CaptionSize, Mono: true})))
}

// Meter shows how far something is.
type Meter struct {
	widget.BaseWidget
	share float64
}

// NewMeter returns an empty meter.
func NewMeter() *Meter {
	m := &Meter{}
	m.ExtendBaseWidget(m)
	return m
}

// Set shows a share between 0 and 1; below 0 means that it is not known.
func (m *Meter) Set(share float64) {
	if m.share != share {
		m.share = share
		m.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (m *Meter) CreateRenderer() fyne.WidgetRenderer {
	r := &meterRenderer{meter: m, ground: canvas.NewRectangle(nil), bar: canvas.NewRectangle(nil)}
	r.ground.CornerRadius, r.bar.CornerRadius = 2, 2
	r.update()
	return r
}

type meterRenderer struct {
	meter       *Meter
	ground, bar *canvas.Rectangle
}

func (r *meterRenderer) Destroy()           {}
func (r *meterRenderer) MinSize() fyne.Size { return fyne.NewSize(90, 4) }
func (r *meterRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.bar}
}

func (r *meterRenderer) Layout(s fyne.Size) {
	r.ground.Resize(s)
	share := float32(min(max(r.meter.share, 0), 1))
	if r.meter.share < 0 {
		// Not known: a piece in the middle, which reads as neither begun nor done.
		r.bar.Move(fyne.NewPos(s.Width*0.35, 0))
		share = 0.3
	} else {
		r.bar.Move(fyne.Position{})
	}
	r.bar.Resize(fyne.NewSize(s.Width*share, s.Height))
}

func (r *meterRenderer) update() {
	r.ground.FillColor, r.bar.FillColor = theme.Color(look.Line), theme.Color(theme.ColorNamePrimary)
}

func (r *meterRenderer) Refresh() {
	r.update()
	r.Layout(r.meter.Size())
	r.ground.Refresh()
	r.bar.Refresh()
}

package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	look "hindsite.app/app/ui/theme"
)

// Tips is the layer above a window in which tips are shown. A nil Tips shows
// none.
type Tips struct{ layer *fyne.Container }

// NewTips returns an empty layer.
func NewTips() *Tips { return &Tips{layer: container.NewWithoutLayout()} }

// Layer returns what is to lie over the window's content.
func (t *Tips) Layer() fyne.CanvasObject { return t.layer }

// Show shows a text beside an object.
func (t *Tips) Show(o fyne.CanvasObject, text string) {
	if t == nil || text == "" {
		return
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Subtract(fyne.CurrentApp().Driver().AbsolutePositionForObject(t.layer))
	box := container.NewStack(
		Framed(theme.ColorNameMenuBackground, look.Line),
		Padded(4, 8, NewText(text, Style{Size: 11})),
	)
	m := box.MinSize()
	y := at.Y - m.Height - 5
	if y < 0 {
		y = at.Y + o.Size().Height + 5
	}
	x := min(at.X, t.layer.Size().Width-m.Width-6)
	box.Resize(m)
	box.Move(fyne.NewPos(max(x, 4), y))
	t.layer.Objects = []fyne.CanvasObject{box}
	t.layer.Refresh()
}

// Hide takes the tip away.
func (t *Tips) Hide() {
	if t == nil || len(t.layer.Objects) == 0 {
		return
	}
	t.layer.Objects = nil
	t.layer.Refresh()
}

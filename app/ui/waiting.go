package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
)

// patience is how long something may take before it is said that it runs.
const patience = 400 * time.Millisecond

// waiting says that something runs, and lets a person stop it. It is hidden
// unless something takes longer than patience.
type waiting struct {
	w     *window
	box   *fyne.Container
	text  *widget.Text
	meter *widget.Meter
	// changed is called when the box came or went.
	changed func()
}

func newWaiting(w *window, stop func()) *waiting {
	x := &waiting{w: w, text: widget.Caption(""), meter: widget.NewMeter()}
	cancel := widget.NewTool(w.tips, "close", "Cancel", "Stop it", stop)
	x.box = container.NewStack(widget.Framed(look.Raised, look.Line), widget.Padded(10, 16, widget.Row(12, x.text, x.meter, cancel)))
	x.box.Hide()
	return x
}

// during shows the text while the slot is busy with what it was just given.
func (x *waiting) during(s *slot, text string) {
	turn := s.turn
	x.w.later(patience, func() {
		if s.turn == turn && s.busy() {
			x.text.SetText(text)
			x.meter.Set(-1)
			x.box.Show()
			x.told()
		}
	})
}

// done hides the box.
func (x *waiting) done() {
	if x.box.Visible() {
		x.box.Hide()
		x.told()
	}
}

func (x *waiting) told() {
	if x.changed != nil {
		x.changed()
	}
}

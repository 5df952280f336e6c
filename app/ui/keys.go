package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"hindsite.app/app/state"
	"hindsite.app/player/recording"
)

// typedKey handles keys without Ctrl, Alt or Super: Fyne gives them to what has
// the focus, and lists hand on here what means nothing to them. A field in
// which one types hands on nothing.
func (w *window) typedKey(e *fyne.KeyEvent) {
	if w.win.Canvas().Overlays().Top() != nil {
		if e.Name == fyne.KeyEscape && w.dialog != nil {
			w.dialog.Hide()
			w.dialog = nil
		}
		return
	}
	if w.library == nil {
		return
	}
	shift := w.modifiers()&fyne.KeyModifierShift != 0
	switch w.showing {
	case inPlayer:
		w.playerKey(e.Name, shift)
	case inLibrary:
		w.win.Canvas().Focus(w.list.list)
		switch e.Name {
		case fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyHome, fyne.KeyEnd, fyne.KeyReturn, fyne.KeyEnter:
			w.list.list.TypedKey(e)
		}
	case inHeatmap:
		switch e.Name {
		case fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown:
			w.win.Canvas().Focus(w.heat.list)
			w.heat.list.TypedKey(e)
		}
	}
}

// playerKey is the key map of the player.
func (w *window) playerKey(key fyne.KeyName, shift bool) {
	p := w.player
	skip := func(by recording.Time) { p.do(func(x *state.Player) { x.Skip(by) }) }
	switch key {
	case fyne.KeySpace, fyne.KeyK:
		p.do((*state.Player).Toggle)
	case fyne.KeyJ:
		skip(-10 * recording.Second)
	case fyne.KeyL:
		skip(10 * recording.Second)
	case fyne.KeyLeft:
		if shift {
			p.do((*state.Player).PreviousEvent)
		} else {
			skip(-5 * recording.Second)
		}
	case fyne.KeyRight:
		if shift {
			p.do((*state.Player).NextEvent)
		} else {
			skip(5 * recording.Second)
		}
	case fyne.KeyUp:
		p.control.faster(1)
	case fyne.KeyDown:
		p.control.faster(-1)
	case fyne.KeyHome:
		p.seek(0)
	case fyne.KeyEnd:
		p.seek(p.control.duration)
	case fyne.KeyF:
		p.fullScreen(!p.full)
	case fyne.KeyEscape:
		switch {
		case p.compare.open():
			p.compare.close()
		case p.full:
			p.fullScreen(false)
		}
	case fyne.KeyE:
		p.control.setExact(!p.control.exactly)
	case fyne.KeyM:
		p.compare.markNow()
	case fyne.KeyC:
		p.compare.start()
	case fyne.KeyW:
		if p.compare.open() {
			p.compare.extent.Take(1 - p.compare.extent.Chosen())
		}
	case fyne.KeyG:
		p.control.goTo()
	case fyne.KeyN:
		if shift {
			p.neighbour(1)
		}
	case fyne.KeyP:
		if shift {
			p.neighbour(-1)
		}
	}
}

// typedRune handles keys by what they write, so that they are found on every
// keyboard.
func (w *window) typedRune(r rune) {
	if w.win.Canvas().Overlays().Top() != nil {
		return
	}
	if r == '?' {
		w.keySheet()
		return
	}
	if w.library == nil || w.showing != inPlayer {
		return
	}
	switch r {
	case '[':
		w.player.control.faster(-1)
	case ']':
		w.player.control.faster(1)
	case '+', '=':
		w.player.timeline.Zoom(1.6)
	case '-', '_':
		w.player.timeline.Zoom(1 / 1.6)
	case '0':
		w.player.timeline.Fit()
	}
}

// present shows a dialog at a size; Escape takes it away.
func (w *window) present(d dialog.Dialog, width, height float32) {
	s := w.win.Canvas().Size()
	d.Resize(fyne.NewSize(min(width, s.Width-40), min(height, s.Height-40)))
	w.dialog = d
	d.Show()
}

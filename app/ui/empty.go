package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
)

// emptyState stands where sessions would be and says what to do next.
type emptyState struct {
	content *fyne.Container
	icon    *widget.Icon
	title   *widget.Text
	lines   [2]*widget.Text
	action  *widget.Tool
	clear   *widget.Tool
}

func newEmptyState(w *window) *emptyState {
	e := &emptyState{icon: widget.NewIcon("import", look.Muted, 36), title: widget.NewText("", widget.Style{Size: 15, Bold: true, Align: fyne.TextAlignCenter})}
	for i := range e.lines {
		e.lines[i] = widget.NewText("", widget.Style{Colour: look.Muted, Align: fyne.TextAlignCenter})
	}
	e.action = widget.NewTool(w.tips, "import", "Import…", "", w.chooseFiles).Primary()
	e.clear = widget.NewTool(w.tips, "close", "Clear the filter", "", func() { w.list.filter.SetText("") }).Primary()
	buttons := container.NewCenter(widget.Row(8, e.action, e.clear))
	e.content = container.NewCenter(widget.Column(10, e.icon, e.title, e.lines[0], e.lines[1], buttons))
	e.content.Hide()
	return e
}

// update shows itself when there is nothing to list.
func (e *emptyState) update(s *sessionSource) {
	if len(s.loaded) > 0 || s.total != 0 {
		e.content.Hide()
		return
	}
	if strings.TrimSpace(s.where) != "" {
		e.say("filter", "No session fits the filter", "Loosen it, or clear it to see all sessions again.", "", false)
	} else {
		e.say("import", "The library is empty", "Drop archives, recordings or folders here, or choose them with Import.",
			"“hindsite demo” or “make demo” opens a small sample study.", true)
	}
	e.content.Show()
	e.content.Refresh()
}

func (e *emptyState) say(icon, title, first, second string, importing bool) {
	e.icon.Set(icon, look.Muted)
	e.title.SetText(title)
	e.lines[0].SetText(first)
	e.lines[1].SetText(second)
	e.action.Hidden, e.clear.Hidden = !importing, importing
}

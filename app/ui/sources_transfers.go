package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
)

// transferList is the queue of downloads and their history.
type transferList struct {
	s        *sourcesScreen
	content  fyne.CanvasObject
	list     *widget.List
	items    []state.Transfer
	selected string // id

	pause, remove, limit *widget.Tool
	detail               *widget.Text
	detailIcon           *widget.Icon
	empty                fyne.CanvasObject
}

func transferColumns() []widget.ColumnSpec {
	return []widget.ColumnSpec{
		{Icon: true, Width: 16},
		{Title: "Archive", Flex: 2, Least: 120, Style: widget.Style{Bold: true}},
		{Title: "State", Width: 92},
		{Title: "Progress", Flex: 2, Least: 150, Style: widget.Style{Mono: true, Size: 11.5}},
		{Title: "Result", Flex: 1.4, Least: 90},
		{Title: "From", Flex: 2, Least: 120, Drop: 1, Style: widget.Style{Colour: look.Muted, Ends: true}},
		{Title: "Ended", Width: 92, Drop: 2, Style: widget.Style{Mono: true, Size: 11.5, Colour: look.Muted}},
	}
}

func newTransferList(s *sourcesScreen) *transferList {
	t := &transferList{
		s: s, detail: widget.NewText("", widget.Style{Size: look.CaptionSize, Colour: look.Muted, Ends: true}),
		detailIcon: widget.NewIcon("error", theme.ColorNameError, 13),
	}
	t.detailIcon.Hide()
	columns := transferColumns()
	t.list = widget.NewList(28, s.w.options.Deps.Now)
	t.list.TakesFocus, t.list.Name = true, "Downloads"
	t.list.Create = func() fyne.CanvasObject { return widget.NewCells(columns) }
	t.list.Update = func(i int, row fyne.CanvasObject) { fillTransfer(row.(*widget.Cells), &t.items[i]) }
	t.list.OnSelected = func(i int) {
		t.selected = t.items[i].ID
		t.describe()
	}
	t.list.OnActivated = func(int) { t.toggle() }
	t.list.OnKey = func(e *fyne.KeyEvent) {
		switch e.Name {
		case fyne.KeySpace:
			t.toggle()
		case fyne.KeyDelete, fyne.KeyBackspace:
			t.drop()
		default:
			s.w.typedKey(e)
		}
	}
	t.list.OnRune = s.w.typedRune
	header := widget.NewHeader(columns, func(string) {})
	hint := widget.Column(8,
		widget.NewText("No downloads yet", widget.Style{Size: 15, Bold: true, Align: fyne.TextAlignCenter}),
		widget.NewText("Paste an address above. Archives stay encrypted on the way and in the folder;", widget.Style{Colour: look.Muted, Align: fyne.TextAlignCenter}),
		widget.NewText("a download that was stopped goes on where it was, also after a restart.", widget.Style{Colour: look.Muted, Align: fyne.TextAlignCenter}))
	t.empty = container.NewCenter(hint)
	t.content = widget.Dock{
		Top: widget.Column(0, t.bar(), header, widget.Rule()), Centre: container.NewStack(t.list, t.empty),
	}.Container()
	return t
}

// bar holds what can be done with downloads.
func (t *transferList) bar() fyne.CanvasObject {
	tips := t.s.w.tips
	t.pause = widget.NewTool(tips, "pause", "Pause", "Pause the chosen download, or go on with it (Space)", t.toggle)
	t.remove = widget.NewTool(tips, "close", "Remove", "Take the chosen download out of the list; a finished file stays (Delete)", t.drop)
	allPause := widget.NewTool(tips, "pause", "Pause all", "Stop all downloads where they are", t.pauseAll)
	allGo := widget.NewTool(tips, "play", "Go on with all", "Go on with all that are paused", t.resumeAll)
	t.limit = widget.NewTool(tips, "down", "No limit", "How much all downloads together may take", t.chooseLimit)
	history := widget.NewTool(tips, "close", "Clear history", "Take what has ended out of the list; files stay", t.clearHistory)
	right := widget.Row(4, t.limit, allPause, allGo, history)
	left := widget.Row(4, t.pause, t.remove)
	said := container.NewBorder(nil, nil, widget.Padded(0, 4, t.detailIcon), nil, t.detail)
	t.enable()
	return widget.Bar(36, look.Panel, container.NewBorder(nil, nil, left, right, widget.Padded(0, 8, said)))
}

func stateWords(s state.DownloadState) (icon, words string) {
	switch s {
	case state.DownloadWaiting:
		return "clock", "Waiting"
	case state.DownloadRunning:
		return "import", "Downloading"
	case state.DownloadPaused:
		return "pause", "Paused"
	case state.DownloadImporting:
		return "import", "Importing"
	case state.DownloadDone:
		return "page", "Done"
	}
	return "error", "Failed"
}

func fillTransfer(c *widget.Cells, x *state.Transfer) {
	icon, words := stateWords(x.State)
	colour := fyne.ThemeColorName("")
	if x.State == state.DownloadFailed {
		colour = look.OnAlarm
	}
	c.Set(0, icon, colour)
	c.Set(1, x.Name, "")
	c.Set(2, words, colour)
	progress := x.Progress
	if x.State != state.DownloadRunning {
		progress.Rate, progress.Left = 0, 0
	}
	c.Set(3, progress.String(), "")
	result := x.Result
	if x.Problem != nil {
		result = x.Problem.Sentence
	}
	c.Set(4, orDash(result), colour)
	c.Set(5, withoutScheme(x.Address), "")
	ended := "–"
	if !x.Ended.IsZero() {
		ended = shortTime(x.Ended)
	}
	c.Set(6, ended, "")
	c.Refresh()
}

// set shows the downloads, and keeps the chosen one chosen.
func (t *transferList) set(items []state.Transfer) {
	t.items = items
	t.empty.(*fyne.Container).Hidden = len(items) > 0
	t.list.SetLength(len(items))
	t.list.Mark(slices.IndexFunc(items, func(x state.Transfer) bool { return x.ID == t.selected }))
	t.describe()
	if q := t.s.queue; q != nil {
		t.limit.SetText(limitWords(q.Limit()))
	}
}

// chosen returns the chosen download, nil for none.
func (t *transferList) chosen() *state.Transfer {
	if i := t.list.Selected(); i >= 0 && i < len(t.items) {
		return &t.items[i]
	}
	return nil
}

// describe says in words how it stands with the chosen download.
func (t *transferList) describe() {
	t.enable()
	x := t.chosen()
	t.detailIcon.Hidden = x == nil || x.Problem == nil
	switch {
	case x == nil:
		t.detail.SetText("")
	case x.Problem != nil:
		t.detail.SetText(x.Problem.Sentence + " " + x.Problem.Hint)
	default:
		t.detail.SetText(x.File)
	}
}

// enable offers what makes sense for the chosen download.
func (t *transferList) enable() {
	x := t.chosen()
	t.pause.SetEnabled(x != nil && x.State != state.DownloadDone && x.State != state.DownloadImporting)
	t.remove.SetEnabled(x != nil && x.State != state.DownloadImporting)
	icon, words := "pause", "Pause"
	if x != nil && (x.State == state.DownloadPaused || x.State == state.DownloadFailed) {
		icon, words = "play", "Go on"
	}
	t.pause.SetIcon(icon)
	t.pause.SetText(words)
}

// toggle pauses the chosen download or goes on with it.
func (t *transferList) toggle() {
	x, q := t.chosen(), t.s.queue
	if x == nil || q == nil {
		return
	}
	id := x.ID
	if x.State == state.DownloadPaused || x.State == state.DownloadFailed {
		t.change(func(context.Context) error { q.Resume(id); return nil })
	} else {
		t.change(func(context.Context) error { q.Pause(id); return nil })
	}
}

func (t *transferList) drop() {
	if x, q := t.chosen(), t.s.queue; x != nil && q != nil {
		id := x.ID
		t.change(func(context.Context) error { return q.Remove(id) })
	}
}

func (t *transferList) pauseAll() {
	if q := t.s.queue; q != nil {
		t.change(func(context.Context) error { q.Pause(); return nil })
	}
}

func (t *transferList) resumeAll() {
	if q := t.s.queue; q != nil {
		t.change(func(context.Context) error { q.Resume(); return nil })
	}
}

func (t *transferList) clearHistory() {
	if q := t.s.queue; q != nil {
		t.change(func(context.Context) error { return q.ClearHistory() })
	}
}

// change does something to the queue away from the UI goroutine: it writes to
// the library.
func (t *transferList) change(f func(context.Context) error) {
	w := t.s.w
	w.running.Go(func() {
		err := f(w.ctx)
		w.post(func() {
			if p := state.Explain(err); p != nil {
				t.s.say("", p)
			}
			if t.s.queue != nil {
				t.s.refresh()
			}
		})
	})
}

// limits are the bounds that can be chosen, bytes per second.
var limits = [...]int64{0, 250_000, 1_000_000, 5_000_000, 20_000_000}

func limitWords(n int64) string {
	switch {
	case n <= 0:
		return "No limit"
	case n < 1_000_000:
		return grouped(int(n/1000)) + " kB/s"
	}
	return grouped(int(n/1_000_000)) + " MB/s"
}

func (t *transferList) chooseLimit() {
	q := t.s.queue
	if q == nil {
		return
	}
	var items []*fyne.MenuItem
	for _, n := range limits {
		item := fyne.NewMenuItem(limitWords(n), func() {
			t.change(func(ctx context.Context) error { return q.SetLimit(ctx, n) })
		})
		item.Checked = n == q.Limit()
		items = append(items, item)
	}
	menu := fynewidget.NewPopUpMenu(fyne.NewMenu("", items...), t.s.w.win.Canvas())
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(t.limit)
	menu.ShowAtPosition(at.AddXY(0, t.limit.Size().Height+2))
	t.s.w.win.Canvas().Focus(menu)
}

package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
	"hindsite.app/data"
	"hindsite.app/player/heatmap"
)

// heatScreen shows where on a page visitors clicked, moved and scrolled.
type heatScreen struct {
	w       *window
	content fyne.CanvasObject

	list     *widget.List
	filter   *filterEntry
	kind     *widget.Segments
	anchor   *widget.Tool // clicks by element
	device   *widget.Segments
	view     *widget.HeatView
	opacity  *fynewidget.Slider
	message  *widget.Text
	said     *widget.Text
	warning  *fyne.Container
	warnText *widget.Text
	under    *widget.Text
	legend   *legend

	pages   []data.PageGroup
	page    string
	current *state.Heatmap
	scale   float64 // units for each CSS pixel of the page
	// suggested says that the device of most sessions was chosen once.
	suggested bool
	making    slot
	typing    slot
	listing   slot
	meter     *widget.Meter
	busyBox   *fyne.Container
	busySay   *widget.Text
}

func kinds() []heatmap.Kind { return []heatmap.Kind{heatmap.Clicks, heatmap.Moves, heatmap.Reach} }

func heatKinds() []string { return []string{"Clicks", "Moves", "Scroll"} }

func deviceNames() []string { return []string{"All devices", "Desktop", "Tablet", "Phone"} }

// devices are the device classes to choose from, "" for all.
func devices() []string { return []string{"", "desktop", "tablet", "phone"} }

func newHeatScreen(w *window) *heatScreen {
	h := &heatScreen{
		w: w, scale: 1, message: widget.NewText("", widget.Style{Size: 14, Align: fyne.TextAlignCenter, Colour: look.Muted}),
		said:  widget.NewText("", widget.Style{Size: look.CaptionSize, Colour: look.OnAlarm, Ends: true}),
		under: widget.NewText("", widget.Style{Size: 11.5, Ends: true}), meter: widget.NewMeter(), busySay: widget.Caption(""),
	}
	h.buildList()
	h.view = widget.NewHeatView(h.hovered)
	h.kind = widget.NewSegments(w.tips, heatKinds(), func(int) { h.make() })
	h.anchor = widget.NewTool(w.tips, "tag", "By element", "Place each click where its element stands, for pages of all widths", h.turnAnchor)
	h.device = widget.NewSegments(w.tips, deviceNames(), func(int) { h.filterChanged() })
	h.opacity = fynewidget.NewSlider(0, 1)
	h.opacity.Step, h.opacity.Value = 0.05, 0.8
	h.opacity.OnChanged = func(float64) { h.fade() }
	h.filter = newFilterEntry(w)
	h.filter.OnChanged = func(string) { w.after(&h.typing, 150*time.Millisecond, h.filterChanged) }
	h.filter.leave = func() { w.win.Canvas().Unfocus() }
	h.legend = newLegend()
	h.warnText = widget.NewText("", widget.Style{Size: 11.5})
	h.warning = container.NewStack(widget.Framed(look.Raised, theme.ColorNameWarning), widget.Padded(5, 10, widget.Row(7, widget.NewIcon("error", theme.ColorNameWarning, 15), h.warnText)))
	h.warning.Hide()
	stop := widget.NewTool(w.tips, "close", "Cancel", "Stop making this map", h.cancel)
	h.busyBox = container.NewStack(widget.Framed(look.Raised, look.Line), widget.Padded(10, 16, widget.Row(12, h.busySay, h.meter, stop)))
	h.busyBox.Hide()
	stage := container.NewStack(widget.NewBox(look.Stage), widget.Padded(14, 14, h.view.Scroll), container.NewCenter(h.message), container.NewCenter(h.busyBox))
	below := widget.Column(0, widget.Rule(), container.NewStack(widget.NewBox(look.Header), widget.Padded(8, 12, h.legend.row(h))))
	left := h.left()
	content := widget.Dock{Top: h.bar(), Left: left.Container, Bottom: below, Centre: stage}.Container()
	left.OnResized = content.Refresh
	h.content = content
	h.blank("Choose a page to see its heatmap")
	return h
}

func (h *heatScreen) bar() fyne.CanvasObject {
	tips := h.w.tips
	picture := widget.NewTool(tips, "export", "PNG", "Write the picture into a file (Ctrl+E)", h.exportPNG)
	table := widget.NewTool(tips, "export", "CSV", "Write the counted cells into a file", h.exportCSV)
	slider := widget.Row(6, widget.Caption("Opacity"), widget.Wide(120, h.opacity))
	right := widget.Row(10, h.device.Container, slider, widget.Row(2, picture, table))
	left := widget.Row(12, widget.Row(4, h.kind.Container, h.anchor), widget.NewIcon("filter", look.Muted, 15))
	line := container.NewBorder(nil, nil, widget.Padded(0, 3, left), widget.Padded(0, 6, right), h.filter)
	below := container.NewBorder(nil, nil, nil, nil, h.said)
	return widget.Column(0, container.NewStack(widget.NewBox(look.Header), widget.Padded(8, 8, widget.Column(4, line, widget.Tall(14, below)))), widget.Rule())
}

func (h *heatScreen) left() *widget.Side {
	head := widget.Bar(26, look.Header, widget.Row(0, widget.Caption("Pages by views"), widget.Gap(), widget.Caption("views · sessions")))
	listing := widget.Dock{Top: widget.Column(0, head, widget.Rule()), Centre: h.list}.Container()
	return widget.NewSide(330, false, listing)
}

func (h *heatScreen) buildList() {
	figure := widget.Style{Mono: true, Size: 11.5, Align: fyne.TextAlignTrailing}
	quiet := figure
	quiet.Colour = look.Muted
	columns := []widget.ColumnSpec{{Icon: true, Width: 14}, {Flex: 1}, {Width: 46, Style: figure}, {Width: 46, Style: quiet}}
	h.list = widget.NewList(28, h.w.options.Deps.Now)
	h.list.TakesFocus, h.list.Name = true, "Pages"
	h.list.Create = func() fyne.CanvasObject { return widget.NewCells(columns) }
	h.list.Update = func(i int, row fyne.CanvasObject) {
		c, g := row.(*widget.Cells), h.pages[i]
		c.Set(0, "page", look.DataPage)
		c.Set(1, pathOnly(g.Path), "")
		c.Set(2, grouped(g.Views), "")
		c.Set(3, grouped(g.Sessions), "")
		c.Refresh()
	}
	h.list.OnSelected = func(i int) {
		h.page = h.pages[i].Path
		h.make()
	}
	h.list.OnKey, h.list.OnRune = h.w.typedKey, h.w.typedRune
}

// where is the filter with the device class.
func (h *heatScreen) where() string {
	where := strings.TrimSpace(h.filter.Text)
	d := devices()[max(h.device.Chosen(), 0)]
	switch {
	case d == "":
		return where
	case where == "":
		return "device = " + d
	}
	return "(" + where + ") and device = " + d
}

func (h *heatScreen) opened() { h.filterChanged() }

// devicesKnown begins with the device that most sessions have: clicks of phones
// and desktops on one picture of a page say little. It is done once for a
// library; after that the choice is the person's.
func (h *heatScreen) devicesKnown(counts []data.Count) {
	if h.suggested || len(counts) == 0 {
		return
	}
	h.suggested = true
	for i, d := range devices() {
		if d == counts[0].Value {
			h.device.Take(i)
		}
	}
}

// pagesChanged takes the pages of all sessions, as long as nothing is filtered.
func (h *heatScreen) pagesChanged(pages []data.PageGroup) {
	if h.where() == "" {
		h.setPages(pages)
	}
}

func (h *heatScreen) setPages(pages []data.PageGroup) {
	h.pages = pages
	h.list.SetLength(len(pages))
	mark := -1
	for i := range pages {
		if pages[i].Path == h.page {
			mark = i
		}
	}
	h.list.Mark(mark)
	if len(pages) == 0 {
		h.blank("No pages here yet: import recordings, or loosen the filter")
	}
}

// filterChanged lists the pages of the sessions that are chosen now.
func (h *heatScreen) filterChanged() {
	l := h.w.library
	if l == nil {
		return
	}
	where := h.where()
	h.said.SetText("")
	if _, err := state.ParseWhere(where); err != nil {
		p := state.Explain(err)
		h.said.SetText("! " + p.Sentence + "  " + p.Hint)
		return
	}
	work(h.w, &h.listing, func(ctx context.Context) ([]data.PageGroup, error) { return l.PageGroups(ctx, where) },
		func(pages []data.PageGroup, err error) {
			if p := state.Explain(err); p != nil {
				h.said.SetText("! " + p.Sentence)
				return
			}
			h.setPages(pages)
			if h.page != "" && h.list.Selected() >= 0 {
				h.make()
			}
		})
}

// shown makes the map of the most viewed page when none was chosen yet.
func (h *heatScreen) shown() {
	if h.page == "" && len(h.pages) > 0 {
		h.list.Select(0)
	}
}

func (h *heatScreen) stop() {
	h.making.stop()
	h.typing.stop()
	h.listing.stop()
	h.busyBox.Hide()
}

func (h *heatScreen) clear() {
	h.page, h.current, h.pages, h.suggested = "", nil, nil, false
	h.filter.SetText("")
	h.stop()
	h.list.SetLength(0)
	h.blank("Choose a page to see its heatmap")
}

func (h *heatScreen) cancel() {
	h.making.stop()
	h.busyBox.Hide()
	if h.current == nil {
		h.blank("Cancelled")
	}
}

// blank shows a text and no map.
func (h *heatScreen) blank(text string) {
	h.current = nil
	h.view.SetPicture(widget.HeatPicture{})
	h.message.SetText(text)
	h.legend.show(nil)
	h.warning.Hide()
	h.under.SetText("")
	h.content.Refresh()
}

// drawn is a map with what the window shows of it.
type drawn struct {
	heat    *state.Heatmap
	picture widget.HeatPicture
	scale   float64
}

// make makes the map of the chosen page. A newer request replaces an older.
func (h *heatScreen) make() {
	l := h.w.library
	if l == nil || h.page == "" {
		return
	}
	q := state.HeatmapQuery{Kind: kinds()[max(h.kind.Chosen(), 0)], Page: h.page, Where: h.where()}
	h.anchor.SetEnabled(q.Kind == heatmap.Clicks)
	q.ByElement = q.Kind == heatmap.Clicks && h.anchor.Active()
	sessions := 0
	if i := h.list.Selected(); i >= 0 {
		sessions = h.pages[i].Sessions
	}
	width, pixels := h.view.Size().Width-12, float32(1)
	if c := fyne.CurrentApp().Driver().CanvasForObject(h.view.Scroll); c != nil {
		pixels = c.Scale()
	}
	turn := h.making.turn + 1
	tell := throttle{every: 80 * time.Millisecond, now: h.w.options.Deps.Now}
	q.Progress = func(n int) {
		if tell.due() {
			h.w.post(func() {
				if h.making.turn == turn {
					h.busySay.SetText(fmt.Sprintf("Reading %s of %s", grouped(n), count(sessions, "session")))
					h.meter.Set(float64(n) / float64(max(sessions, 1)))
				}
			})
		}
	}
	h.message.SetText("")
	work(h.w, &h.making, func(ctx context.Context) (drawn, error) {
		heat, err := l.Heatmap(ctx, q)
		if err != nil {
			return drawn{}, err
		}
		return drawHeat(ctx, heat, width, pixels)
	}, h.made)
	h.w.later(400*time.Millisecond, func() {
		if h.making.turn == turn && h.making.busy() {
			h.busySay.SetText("Making the map…")
			h.meter.Set(-1)
			h.busyBox.Show()
			h.content.Refresh()
		}
	})
}

func (h *heatScreen) made(d drawn, err error) {
	h.busyBox.Hide()
	if err != nil {
		if p := state.Explain(err); p != nil {
			h.blank(p.Sentence)
		}
		return
	}
	h.current, h.scale = d.heat, d.scale
	h.message.SetText("")
	h.view.SetPicture(d.picture)
	h.fade()
	h.legend.show(d.heat)
	h.warning.Hidden = !d.heat.Small()
	if d.heat.Small() {
		h.warnText.SetText(fmt.Sprintf("Only %s: this shows persons, not a pattern", count(d.heat.Sessions, "session")))
	}
	h.under.SetText("")
	h.content.Refresh()
	h.w.facts()
}

// turnAnchor places clicks by element, or by pixel again.
func (h *heatScreen) turnAnchor() {
	h.anchor.SetActive(!h.anchor.Active())
	h.make()
}

// fade shows as much of the map as is wanted. A map of reach covers the whole
// page and would hide it.
func (h *heatScreen) fade() {
	o := h.opacity.Value
	if h.current != nil && h.current.Kind == heatmap.Reach {
		o *= 0.6
	}
	h.view.SetOpacity(o)
}

// hovered says what the map counts under the mouse.
func (h *heatScreen) hovered(x, y float32, ok bool) {
	m := h.current
	if !ok || m == nil {
		h.under.SetText("")
		return
	}
	px, py := int(float64(x)/h.scale), int(float64(y)/h.scale)
	cell := m.Cells.Cell
	i := py/cell*m.Cells.Cols + px/cell
	if px < 0 || py < 0 || px/cell >= m.Cells.Cols || i >= len(m.Cells.Values) {
		return
	}
	v := m.Cells.Values[i]
	switch m.Kind {
	case heatmap.Reach:
		h.under.SetText(fmt.Sprintf("y %d px: %.0f %% of views saw this", py, v*100))
	case heatmap.Moves:
		h.under.SetText(fmt.Sprintf("x %d, y %d: %.1f s in this cell of %d × %d px", px, py, v, cell, cell))
	default:
		h.under.SetText(fmt.Sprintf("x %d, y %d: %s in this cell of %d × %d px", px, py, count(int(v), "click"), cell, cell))
	}
}

func (h *heatScreen) facts() string {
	if h.current == nil {
		return ""
	}
	return plainPath(h.current.Page)
}

// later runs f on the UI goroutine after the time.
func (w *window) later(d time.Duration, f func()) {
	time.AfterFunc(d, func() { w.post(f) })
}

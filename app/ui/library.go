package ui

import (
	"context"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
	"hindsite.app/data"
)

// libraryScreen lists the sessions and shows one.
type libraryScreen struct {
	facetTools []facetTool
	w          *window
	content    fyne.CanvasObject
	list       *widget.List
	filter     *filterEntry

	header   *widget.Header
	said     *widget.Text
	saidIcon *widget.Icon
	clearing *widget.Tool
	empty    *emptyState
	details  *detailsPanel
	facets   data.Facets
	pages    []data.PageGroup
	choosing slot
	showing  slot
	selected string
}

// sessionColumns are the columns of the list.
func sessionColumns() []widget.ColumnSpec {
	number := widget.Style{Align: fyne.TextAlignTrailing, Mono: true, Size: 11.5}
	return []widget.ColumnSpec{
		{Icon: true, Width: 16},
		{Title: "Session", Sort: "session", Flex: 2, Least: 90, Style: widget.Style{Bold: true}},
		{Title: "Visitor", Flex: 1.6, Least: 70, Drop: 2, Style: widget.Style{Colour: look.Muted}},
		{Title: "Start", Sort: "start", Width: 118, Style: widget.Style{Mono: true, Size: 11.5}},
		{Title: "Length", Sort: "duration", Width: 58, Style: number},
		{Title: "Pages", Sort: "pages", Width: 50, Drop: 1, Style: number},
		{Title: "Clicks", Sort: "clicks", Width: 52, Style: number},
		{Title: "Inputs", Sort: "inputs", Width: 54, Style: number},
		{Title: "Errors", Sort: "errors", Width: 54, Style: number},
		{Width: 2},
		{Title: "Entry page", Flex: 3, Least: 130, Style: widget.Style{Ends: true}},
		{Title: "Browser", Sort: "browser", Flex: 1.1, Least: 58, Drop: 4, Style: widget.Style{Colour: look.Muted}},
		{Title: "Country", Sort: "country", Width: 58, Drop: 3, Style: widget.Style{Colour: look.Muted}},
	}
}

func newLibraryScreen(w *window) *libraryScreen {
	s := &libraryScreen{
		w: w, said: widget.NewText("", widget.Style{Size: look.CaptionSize, Colour: look.Muted, Ends: true}),
		saidIcon: widget.NewIcon("error", theme.ColorNameError, 13), details: newDetailsPanel(w),
	}
	columns := sessionColumns()
	s.list = widget.NewList(28, w.options.Deps.Now)
	s.list.TakesFocus, s.list.Name = true, "Sessions"
	s.list.Create = func() fyne.CanvasObject { return widget.NewCells(columns) }
	s.list.Update = func(i int, row fyne.CanvasObject) { fillSession(row.(*widget.Cells), &w.sessions.loaded[i]) }
	s.list.OnSelected = s.choose
	s.list.OnActivated = func(i int) { w.player.open(w.sessions.loaded[i].ID) }
	s.list.OnVisible = func(_, end int) {
		if end+pageSize/2 > s.list.Length() {
			w.sessions.more()
		}
	}
	s.list.OnKey, s.list.OnRune = w.typedKey, w.typedRune
	s.header = widget.NewHeader(columns, w.sessions.order)
	s.header.SetSort(w.sessions.sort)
	s.empty = newEmptyState(w)
	w.sessions.changed = append(w.sessions.changed, s.refresh)
	side := widget.NewSide(330, true, s.details.content)
	table := widget.Dock{Top: widget.Column(0, s.header, widget.Rule()), Centre: container.NewStack(s.list, s.empty.content)}.Container()
	content := widget.Dock{Top: s.bar(), Right: side.Container, Centre: table}.Container()
	side.OnResized = content.Refresh
	s.content = content
	return s
}

// bar is the strip with the filter.
func (s *libraryScreen) bar() fyne.CanvasObject {
	w := s.w
	s.filter = newFilterEntry(w)
	s.filter.OnChanged = w.sessions.filter
	s.filter.leave = func() { w.win.Canvas().Focus(s.list) }
	s.clearing = widget.NewTool(w.tips, "close", "", "Clear the filter", func() { s.filter.SetText("") })
	s.clearing.Hide()
	device := s.facetTool("Device", "device", func() []data.Count { return s.facets.Devices })
	browser := s.facetTool("Browser", "browser", func() []data.Count { return s.facets.Browsers })
	country := s.facetTool("Country", "country", func() []data.Count { return s.facets.Countries })
	page := s.facetTool("Page", "page", s.pageCounts)
	importing := widget.NewTool(w.tips, "import", "Import", "Import archives or recordings (Ctrl+O)", w.chooseFiles).Primary()
	right := widget.Row(4, s.clearing, device, browser, country, page, widget.NewTool(w.tips, "help", "", "What a filter can say", w.filterHelp), importing)
	icon := widget.Padded(0, 6, widget.NewIcon("filter", look.Muted, 15))
	line := container.NewBorder(nil, nil, icon, widget.Padded(0, 4, right), s.filter)
	s.saidIcon.Hide()
	below := container.NewBorder(nil, nil, widget.Row(6, widget.Wide(27, widget.NewBox("")), s.saidIcon), nil, s.said)
	return widget.Column(0, container.NewStack(widget.NewBox(look.Header), widget.Padded(8, 8, widget.Column(4, line, widget.Tall(14, below)))), widget.Rule())
}

// facetTool offers the values of a field with their counts.
func (s *libraryScreen) facetTool(name, field string, values func() []data.Count) *widget.Tool {
	var t *widget.Tool
	t = widget.NewTool(s.w.tips, "down", name, "Choose by "+strings.ToLower(name), func() {
		s.w.show(inLibrary)
		var items []*fyne.MenuItem
		for _, c := range values() {
			if len(items) == 24 {
				items = append(items, disabledItem("… and more: type them into the filter"))
				break
			}
			value := orDash(c.Value)
			items = append(items, fyne.NewMenuItem(fmt.Sprintf("%s   (%s)", plainPath(value), count(c.Sessions, "session")), func() { s.add(field, c.Value) }))
		}
		if len(items) == 0 {
			items = append(items, disabledItem("No values yet"))
		}
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(t)
		menu := fynewidget.NewPopUpMenu(fyne.NewMenu("", items...), s.w.win.Canvas())
		menu.ShowAtPosition(at.AddXY(0, t.Size().Height+2))
		s.w.win.Canvas().Focus(menu)
	})
	s.facetTools = append(s.facetTools, facetTool{name, t})
	return t
}

func disabledItem(text string) *fyne.MenuItem {
	i := fyne.NewMenuItem(text, nil)
	i.Disabled = true
	return i
}

func (s *libraryScreen) pageCounts() []data.Count {
	var out []data.Count
	for _, g := range s.pages {
		out = append(out, data.Count{Value: g.Path, Sessions: g.Sessions})
	}
	return out
}

// add adds a condition to the filter.
func (s *libraryScreen) add(field, value string) {
	condition := field + ` = "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
	if !strings.ContainsAny(value, ` "\(),:=<>!~{}/*`) && value != "" {
		condition = field + " = " + value
	}
	if old := strings.TrimSpace(s.filter.Text); old != "" {
		condition = old + " and " + condition
	}
	s.filter.SetText(condition)
}

func fillSession(c *widget.Cells, x *state.Session) {
	c.Set(0, deviceIcon(x.Device), "")
	errors, colour := grouped(x.Errors), fyne.ThemeColorName(look.Muted)
	if x.Errors > 0 {
		errors, colour = "! "+errors, look.OnAlarm
	}
	for i, v := range []string{
		x.ID, orDash(x.Visitor), clockTime(x.Start), minutes(x.DurationMS), grouped(x.Pages), grouped(x.Clicks),
		grouped(x.Inputs), errors, "", plainPath(orDash(x.Entry)), orDash(x.Browser), orDash(x.Country),
	} {
		c.Set(i+1, v, "")
	}
	c.Set(8, errors, colour)
	c.Refresh()
}

// opened reads what a library that was just opened holds.
func (s *libraryScreen) opened() {
	s.w.sessions.reload()
	s.readFacets()
}

func (s *libraryScreen) readFacets() {
	l := s.w.library
	type facets struct {
		values data.Facets
		pages  []data.PageGroup
	}
	work(s.w, &s.choosing, func(ctx context.Context) (f facets, err error) {
		if f.values, err = l.Facets(ctx); err != nil {
			return f, err
		}
		f.pages, err = l.PageGroups(ctx, "")
		return f, err
	}, func(f facets, err error) {
		if err == nil {
			s.facets, s.pages = f.values, f.pages
			s.w.heat.devicesKnown(f.values.Devices)
			s.w.heat.pagesChanged(f.pages)
		}
	})
}

func (s *libraryScreen) stop() {
	s.choosing.stop()
	s.showing.stop()
}

func (s *libraryScreen) clear() {
	s.selected, s.facets, s.pages = "", data.Facets{}, nil
	s.filter.SetText("")
	s.details.show(nil)
}

// refresh shows what the source holds now.
func (s *libraryScreen) refresh() {
	src := s.w.sessions
	s.header.SetSort(src.sort)
	s.list.SetLength(len(src.loaded))
	s.list.Mark(src.index(s.selected))
	if s.list.Selected() < 0 && len(src.loaded) > 0 && src.problem == nil {
		s.list.Select(0)
	}
	text, colour := src.facts(), fyne.ThemeColorName(look.Muted)
	s.saidIcon.Hide()
	if p := src.problem; p != nil {
		text, colour = strings.TrimSpace(p.Sentence+"  "+p.Hint), look.OnAlarm
		s.saidIcon.Show()
	}
	s.said.SetText(text)
	s.said.SetColour(colour)
	s.clearing.Hidden = s.filter.Text == ""
	s.empty.update(src)
	s.content.Refresh()
	s.w.bar.count.SetText(librarySize(src))
	s.w.bar.content.Refresh()
	if s.w.showing == inLibrary && s.w.library != nil {
		s.w.facts()
	}
}

func librarySize(src *sessionSource) string {
	if src.all < 0 {
		return ""
	}
	return count(src.all, "session")
}

// choose shows the details of a row.
func (s *libraryScreen) choose(i int) {
	id := s.w.sessions.loaded[i].ID
	if s.selected = id; s.w.library == nil {
		return
	}
	l := s.w.library
	work(s.w, &s.showing, func(ctx context.Context) (state.Detail, error) { return l.Show(ctx, id) },
		func(d state.Detail, err error) {
			if err == nil {
				s.details.show(&d)
			}
		})
}

// filterEntry is the field in which a filter is typed.
type filterEntry struct {
	fynewidget.Entry
	leave func()
}

func newFilterEntry(w *window) *filterEntry {
	e := &filterEntry{}
	e.ExtendBaseWidget(e)
	e.SetPlaceHolder("Filter: words to look for, or  duration > 30s and device = phone and errors > 0")
	return e
}

// TypedKey leaves the field with Escape, Enter and Down.
func (e *filterEntry) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyEscape, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDown:
		if e.leave != nil {
			e.leave()
		}
	default:
		e.Entry.TypedKey(k)
	}
}

package ui

import (
	"context"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
)

// inside shows the sessions of the archives at an address, so that some can be
// imported without fetching the rest.
type inside struct {
	s       *sourcesScreen
	address string
	rows    []insideRow
	chosen  map[string]bool // by session
	list    *widget.List
	taking  *widget.Tool
	dialog  *dialog.CustomDialog
}

type insideRow struct {
	archive string
	state.ArchiveSession
}

// look lists what is inside the archives at the address.
func (s *sourcesScreen) look() {
	l, address := s.w.library, s.address.Text
	switch {
	case l == nil:
		return
	case address == "":
		s.w.show(inSources)
		s.w.win.Canvas().Focus(s.address)
		s.say("", &state.Problem{Sentence: "There is no address yet.", Hint: "Paste the one of an archive, a feed or a bucket."})
		return
	}
	s.say("Looking inside…", nil)
	work(s.w, &s.adding, func(ctx context.Context) ([]state.ArchiveInfo, error) { return l.InspectAt(ctx, address, "") },
		func(all []state.ArchiveInfo, err error) {
			if p := state.Explain(err); p != nil {
				s.say("", p)
				return
			}
			s.say("", nil)
			s.showInside(address, all)
		})
}

func insideColumns() []widget.ColumnSpec {
	number := widget.Style{Align: fyne.TextAlignTrailing, Mono: true, Size: 11.5}
	return []widget.ColumnSpec{
		{Title: "", Width: 20, Style: widget.Style{Bold: true}},
		{Title: "Session", Flex: 2, Least: 120, Style: widget.Style{Bold: true}},
		{Title: "Start", Width: 118, Style: widget.Style{Mono: true, Size: 11.5}},
		{Title: "Events", Width: 60, Style: number},
		{Title: "kB", Width: 60, Style: number},
		{Title: "Protection", Flex: 1.6, Least: 120, Style: widget.Style{Colour: look.Muted}},
		{Title: "Archive", Flex: 1.4, Least: 90, Style: widget.Style{Colour: look.Muted}},
	}
}

func (s *sourcesScreen) showInside(address string, all []state.ArchiveInfo) *inside {
	x := &inside{s: s, address: address, chosen: map[string]bool{}}
	signed := "unsigned"
	for _, a := range all {
		signed = a.Signature.Sentence
		for _, session := range a.Sessions {
			x.rows = append(x.rows, insideRow{a.Name, session})
		}
	}
	columns := insideColumns()
	x.list = widget.NewList(26, s.w.options.Deps.Now)
	x.list.TakesFocus, x.list.Name = true, "Sessions of the archive"
	x.list.Create = func() fyne.CanvasObject { return widget.NewCells(columns) }
	x.list.Update = func(i int, row fyne.CanvasObject) { x.fill(i, row.(*widget.Cells)) }
	x.list.OnActivated = x.toggle
	x.list.OnKey = func(e *fyne.KeyEvent) {
		switch e.Name {
		case fyne.KeySpace:
			x.toggle(x.list.Selected())
		case fyne.KeyEscape:
			x.dialog.Hide()
		}
	}
	x.list.OnRune = func(r rune) {
		if r == 'i' || r == 'I' {
			x.take()
		}
	}
	x.taking = widget.NewTool(s.w.tips, "import", "", "Fetch and import the chosen sessions alone (I)", x.take).Primary()
	facts := fmt.Sprintf("%s in %s", count(len(x.rows), "session"), count(len(all), "archive"))
	if len(all) == 1 {
		facts += ", " + signed
	}
	caption := widget.NewText(facts+". Space or a double click chooses, I imports; only what is chosen is fetched.", widget.Style{Size: look.CaptionSize, Colour: look.Muted, Ends: true})
	bar := container.NewBorder(nil, nil, nil, x.taking, widget.Padded(0, 4, caption))
	header := widget.NewHeader(columns, func(string) {})
	body := widget.Dock{Top: widget.Column(0, bar, header, widget.Rule()), Centre: x.list}.Container()
	x.dialog = dialog.NewCustom("Inside "+withoutScheme(address), "Close", body, s.w.win)
	x.list.SetLength(len(x.rows))
	x.words()
	s.w.present(x.dialog, 980, 620)
	s.w.win.Canvas().Focus(x.list)
	return x
}

func (x *inside) fill(i int, c *widget.Cells) {
	r := &x.rows[i]
	mark := "☐"
	if x.chosen[r.Name] {
		mark = "☑"
	}
	start, events := "–", "–"
	if r.Start != nil {
		start, events = clockTime(*r.Start), grouped(r.Events)
	}
	for n, v := range []string{mark, r.Name, start, events, grouped(int((r.Bytes + 999) / 1000)), r.Protection, r.archive} {
		c.Set(n, v, "")
	}
	c.Refresh()
}

func (x *inside) toggle(i int) {
	if i < 0 || i >= len(x.rows) {
		return
	}
	name := x.rows[i].Name
	if x.chosen[name] {
		delete(x.chosen, name)
	} else {
		x.chosen[name] = true
	}
	x.words()
	x.list.Refresh()
}

func (x *inside) words() {
	x.taking.SetEnabled(len(x.chosen) > 0)
	x.taking.SetText("Import " + count(len(x.chosen), "session"))
}

// take imports the chosen sessions.
func (x *inside) take() {
	var sessions []string
	for _, r := range x.rows {
		if x.chosen[r.Name] {
			sessions = append(sessions, r.Name)
		}
	}
	if len(sessions) == 0 {
		return
	}
	x.dialog.Hide()
	x.s.w.importPaths([]string{x.address}, state.ImportOptions{Sessions: sessions})
}

package ui

import (
	"fmt"
	"sort"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
)

// eventsPanel lists what happened in a session and follows the playhead.
type eventsPanel struct {
	w       *window
	content *fyne.Container
	list    *widget.List
	kinds   *widget.Segments
	empty   *widget.Text
	under   *underPanel
	all     []replay.Event
	shown   []replay.Event
}

// eventKinds are the choices of what is listed.
func eventKinds() []struct {
	name  string
	shows func(e *replay.Event) bool
} {
	is := func(kinds ...string) func(*replay.Event) bool {
		return func(e *replay.Event) bool {
			for _, k := range kinds {
				if e.Kind == k {
					return true
				}
			}
			return false
		}
	}
	click := []string{recording.Click.String(), recording.DoubleClick.String(), recording.ContextMenu.String()}
	notable := is(append(click, replay.KindPage, replay.KindInput, replay.KindError, replay.KindConsole, replay.KindCustom, replay.KindResize)...)
	return []struct {
		name  string
		shows func(e *replay.Event) bool
	}{
		{"Main", func(e *replay.Event) bool { return notable(e) || e.Failed }},
		{"Clicks", is(click...)}, {"Inputs", is(replay.KindInput)}, {"Pages", is(replay.KindPage)},
		{"Errors", func(e *replay.Event) bool { return e.Failed }},
		{"All", func(*replay.Event) bool { return true }},
	}
}

// eventsOf returns what happened, with the names of the fields in the events of
// typing.
func eventsOf(t *replay.Tracks) []replay.Event {
	all := t.Events(replay.Span{From: 0, To: t.Duration + 1}, false)
	next := 0
	for i := range all {
		if all[i].Kind != replay.KindInput || next >= len(t.Inputs) {
			continue
		}
		all[i].Text = inputWords(&t.Inputs[next])
		next++
	}
	return all
}

// inputWords says what was done to a field. Boxes and radio buttons have no
// text of their own: a browser calls their value "on".
func inputWords(in *recording.Input) string {
	name := in.Label
	if name == "" {
		name = "a field"
	}
	switch {
	case in.Checked:
		return "Ticked “" + name + "”"
	case in.Text == "on":
		return "Unticked “" + name + "”"
	case in.Text == "":
		return "Emptied “" + name + "”"
	}
	return "Typed in “" + name + "”: " + in.Text
}

func newEventsPanel(w *window, seek func(recording.Time), rec func() *state.Recording) *eventsPanel {
	p := &eventsPanel{w: w, empty: widget.NewText("", widget.Style{Colour: look.Muted, Align: fyne.TextAlignCenter})}
	columns := []widget.ColumnSpec{
		{Width: 66, Style: widget.Style{Mono: true, Size: 11, Colour: look.Muted}}, {Icon: true, Width: 15}, {Flex: 1, Style: widget.Style{Size: 11.5}},
	}
	p.list = widget.NewList(24, w.options.Deps.Now)
	p.list.Name = "Events"
	p.list.Create = func() fyne.CanvasObject { return widget.NewCells(columns) }
	p.list.Update = func(i int, row fyne.CanvasObject) { fillEvent(row.(*widget.Cells), &p.shown[i]) }
	p.list.OnSelected = func(i int) {
		seek(p.shown[i].At)
		p.under.show(&p.shown[i])
	}
	p.list.OnKey, p.list.OnRune = w.typedKey, w.typedRune
	var names []string
	for _, k := range eventKinds() {
		names = append(names, k.name)
	}
	p.kinds = widget.NewSegments(w.tips, names, func(int) { p.choose() })
	head := widget.Bar(34, look.Panel, widget.Row(0, p.kinds.Container))
	p.under = newUnderPanel(w, rec)
	p.content = container.NewStack(widget.Dock{
		Top: widget.Column(0, head, widget.Rule()), Bottom: p.under.content, Centre: container.NewStack(p.list, container.NewCenter(p.empty)),
	}.Container())
	p.under.changed = p.content.Objects[0].Refresh
	return p
}

// set shows the events of a session, in order of time.
func (p *eventsPanel) set(all []replay.Event) {
	p.all = all
	p.choose()
}

// choose lists the events of the chosen kind. Of typing into one field only the
// beginning is listed, unless everything is.
func (p *eventsPanel) choose() {
	i := max(p.kinds.Chosen(), 0)
	kinds := eventKinds()
	everything := i == len(kinds)-1
	p.shown = nil
	field := recording.NoNode
	for j := range p.all {
		e := &p.all[j]
		if e.Kind == replay.KindInput {
			if e.Node == field && !everything {
				continue
			}
			field = e.Node
		} else if e.Kind != replay.KindScroll {
			field = recording.NoNode
		}
		if kinds[i].shows(e) {
			p.shown = append(p.shown, *e)
		}
	}
	p.empty.SetText("")
	if len(p.shown) == 0 && p.all != nil {
		p.empty.SetText("Nothing of this kind was recorded")
	}
	p.list.Mark(-1)
	p.list.SetLength(len(p.shown))
	p.under.hide()
}

// follow marks the last event up to the moment.
func (p *eventsPanel) follow(at recording.Time) {
	i := sort.Search(len(p.shown), func(i int) bool { return p.shown[i].At > at }) - 1
	if i == p.list.Selected() {
		return
	}
	p.list.Mark(i)
	if i < 0 {
		p.under.hide()
		return
	}
	p.list.Follow(i)
	p.under.show(&p.shown[i])
}

func fillEvent(c *widget.Cells, e *replay.Event) {
	icon, colour, text := describe(e)
	c.Set(0, e.At.String(), "")
	c.Set(1, icon, colour)
	front := fyne.ThemeColorName("")
	if e.Failed {
		front = look.OnAlarm
	}
	c.Set(2, text, front)
	c.Refresh()
}

// describe says in words what happened.
func describe(e *replay.Event) (icon string, colour fyne.ThemeColorName, text string) {
	quoted := func(verb string) string {
		if e.Text == "" {
			return verb
		}
		return verb + " “" + e.Text + "”"
	}
	switch e.Kind {
	case replay.KindPage:
		return "page", look.DataPage, "Page " + plainPath(withoutScheme(e.Text))
	case replay.KindInput:
		return "input", look.DataInput, e.Text
	case replay.KindScroll:
		return "scroll", look.DataScroll, fmt.Sprintf("Scrolled to %.0f px", e.Y)
	case replay.KindResize:
		return "resize", look.Muted, "Window now " + e.Text
	case replay.KindError:
		return "error", look.DataError, e.Text
	case replay.KindConsole:
		return "console", look.Muted, e.Text
	case replay.KindRequest:
		return "request", requestColour(e), e.Text
	case replay.KindCustom:
		return "tag", look.Muted, "Marked " + e.Text
	case recording.Click.String():
		return "click", look.DataClick, quoted("Click")
	case recording.DoubleClick.String():
		return "click", look.DataClick, quoted("Double click")
	case recording.ContextMenu.String():
		return "click", look.DataClick, quoted("Context menu")
	case recording.Focus.String(), recording.Blur.String():
		return "input", look.Muted, quoted(map[bool]string{true: "Entered", false: "Left"}[e.Kind == recording.Focus.String()])
	}
	return "pointer", look.DataPointer, quoted(e.Kind)
}

func requestColour(e *replay.Event) fyne.ThemeColorName {
	if e.Failed {
		return look.DataError
	}
	return look.Muted
}

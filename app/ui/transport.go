package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	fynewidget "fyne.io/fyne/v2/widget"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
)

// transport is the strip with the buttons of the replay.
type transport struct {
	p       *playerScreen
	content fyne.CanvasObject

	at, total *widget.Text
	play      *widget.Tool
	speeds    *widget.Segments
	skip      *widget.Tool
	exact     *widget.Tool
	drawer    *widget.Chip // who drew the page
	speed     float64
	skipping  bool
	exactly   bool // pages are drawn by a browser
	duration  recording.Time
}

func newTransport(p *playerScreen) *transport {
	t := &transport{
		p: p, speed: 1, skipping: true,
		at:    widget.NewText("00:00.000", widget.Style{Mono: true, Size: 17}),
		total: widget.NewText("/ 00:00.000", widget.Style{Mono: true, Size: 12, Colour: look.Muted}),
	}
	t.drawer = widget.NewChip("", "", widget.Style{Size: 11, Colour: look.Muted})
	t.drawer.Hide()
	tips := p.w.tips
	do := func(f func(*state.Player)) func() { return func() { p.do(f) } }
	t.play = widget.NewTool(tips, "play", "", "Play or pause (Space)", do((*state.Player).Toggle)).Primary()
	var names []string
	for _, s := range replay.Speeds() {
		names = append(names, strconv.FormatFloat(s, 'g', -1, 64)+"×")
	}
	t.speeds = widget.NewSegments(tips, names, func(i int) { t.setSpeed(replay.Speeds()[i]) })
	t.speeds.Choose(slices.Index(replay.Speeds(), 1))
	t.skip = widget.NewTool(tips, "skip", "Skip inactivity", "Jump over pauses of 5 s and more", func() { t.setSkipping(!t.skipping) })
	t.skip.SetActive(true)
	t.exact = widget.NewTool(tips, "exact", "Exact rendering", "Draw pages with the browser of this computer (E)", func() { t.setExact(!t.exactly) })
	middle := widget.Row(3,
		widget.NewTool(tips, "start", "", "To the start (Home)", func() { p.seek(0) }),
		widget.NewTool(tips, "previous", "", "Previous event (Shift+←)", do((*state.Player).PreviousEvent)),
		t.play,
		widget.NewTool(tips, "next", "", "Next event (Shift+→)", do((*state.Player).NextEvent)),
		widget.NewTool(tips, "end", "", "To the end (End)", func() { p.seek(t.duration) }),
		widget.Wide(12, widget.NewBox("")), t.speeds.Container, widget.Wide(8, widget.NewBox("")), t.skip, t.exact,
	)
	right := widget.Row(3,
		widget.NewTool(tips, "mark", "", "Mark this moment (M)", func() { p.compare.markNow() }),
		widget.NewTool(tips, "compare", "", "Compare with the marked moment (C)", func() { p.compare.start() }),
		widget.Wide(8, widget.NewBox("")),
		widget.NewTool(tips, "minus", "", "Zoom the timeline out (−)", func() { p.timeline.Zoom(1 / 1.6) }),
		widget.NewTool(tips, "plus", "", "Zoom the timeline in (+)", func() { p.timeline.Zoom(1.6) }),
		widget.NewTool(tips, "fit", "", "Show the whole session (0)", p.timeline.Fit),
		widget.NewTool(tips, "full", "", "Full screen (F)", func() { p.fullScreen(!p.full) }),
	)
	t.content = widget.Bar(42, look.Header, container.New(thirds{}, widget.Row(8, t.at, t.total, t.drawer.Container), middle, right))
	return t
}

func (t *transport) opened(duration recording.Time) {
	t.duration = duration
	t.total.SetText("/ " + duration.String())
	t.content.Refresh()
}

func (t *transport) show(f *state.Frame) {
	t.at.SetText(f.At.String())
	icon := "play"
	if f.Playing {
		icon = "pause"
	}
	t.play.SetIcon(icon)
	t.say(f)
}

// say says who drew the page.
func (t *transport) say(f *state.Frame) {
	who, _ := drawer(f)
	if who == t.drawer.Text() {
		return
	}
	t.drawer.SetText(who)
	t.drawer.Hidden = who == ""
	t.content.Refresh()
}

func (t *transport) setSpeed(s float64) {
	t.speed = s
	t.speeds.Choose(slices.Index(replay.Speeds(), s))
	t.p.do(func(x *state.Player) { x.SetSpeed(s) })
}

// faster steps through the speeds.
func (t *transport) faster(step int) {
	all := replay.Speeds()
	i := slices.Index(all, t.speed) + step
	t.setSpeed(all[min(max(i, 0), len(all)-1)])
}

func (t *transport) setSkipping(on bool) {
	t.skipping = on
	t.skip.SetActive(on)
	t.p.do(func(x *state.Player) { x.SetSkipping(on) })
}

// setExact says whether pages are drawn by a browser.
func (t *transport) setExact(on bool) {
	t.exactly = on
	t.exact.SetActive(on)
	t.p.do(func(x *state.Player) { x.SetExact(on) })
	t.p.w.win.SetMainMenu(t.p.w.menu())
}

// renderer names who is asked to draw, as requests for pictures do.
func (t *transport) renderer() string {
	if t.exactly {
		return state.ExactName
	}
	return ""
}

// goTo asks for a moment.
func (t *transport) goTo() {
	if t.p.player == nil {
		return
	}
	e := fynewidget.NewEntry()
	e.SetPlaceHolder("1:23.500  or  83.5")
	e.Validator = func(s string) error {
		_, err := parseTime(s)
		return err
	}
	d := dialog.NewForm("Go to time", "Go", "Cancel", []*fynewidget.FormItem{fynewidget.NewFormItem("Time", e)}, func(ok bool) {
		if at, err := parseTime(e.Text); ok && err == nil {
			t.p.seek(at)
		}
	}, t.p.w.win)
	e.OnSubmitted = func(string) { d.Submit() }
	t.p.w.present(d, 320, 140)
	t.p.w.win.Canvas().Focus(e)
}

// parseTime reads seconds, minutes and seconds, or hours, minutes and seconds.
func parseTime(s string) (recording.Time, error) {
	parts := strings.Split(strings.TrimSpace(s), ":")
	if len(parts) > 3 {
		return 0, fmt.Errorf("not a time: too many colons")
	}
	var total float64
	for i, p := range parts {
		v, err := strconv.ParseFloat(p, 64)
		if err != nil || !(v >= 0 && v <= 1e7) || (i > 0 && v >= 60) {
			return 0, fmt.Errorf("not a time such as 1:23.5")
		}
		total = total*60 + v
	}
	return recording.Time(total * float64(recording.Second)), nil
}

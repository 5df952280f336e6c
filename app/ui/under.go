package ui

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
)

// underPanel says which element the chosen click reached, and where in it.
type underPanel struct {
	w       *window
	content *fyne.Container
	name    *widget.Text
	size    *widget.Text
	path    *widget.Text

	of     *recording.Interaction // that is told of or looked for; nil for none
	told   *state.Element         // what it reached; nil when not known or nothing
	asking slot
	// recording is the one that is open, nil for none.
	recording func() *state.Recording
	changed   func()
	// found is called when it is known what a click reached.
	found func()
}

func newUnderPanel(w *window, rec func() *state.Recording) *underPanel {
	u := &underPanel{
		w: w, recording: rec, name: widget.NewText("", widget.Style{Bold: true, Size: 11.5, Ends: true}),
		size: widget.NewText("", widget.Style{Size: 11.5, Ends: true}),
		path: widget.NewText("", widget.Style{Mono: true, Size: look.CaptionSize, Colour: look.Muted, Ends: true}),
	}
	lines := widget.Column(2, container.NewBorder(nil, nil, widget.Caption("Element"), nil, widget.Padded(0, 8, u.name)), u.size, u.path)
	u.content = widget.Column(0, widget.Rule(), container.NewStack(widget.NewBox(look.Header), widget.Padded(7, 12, lines)))
	u.content.Hide()
	return u
}

// show tells of an event when it is a click, and hides otherwise.
func (u *underPanel) show(e *replay.Event) {
	if e == nil || e.Interaction == nil || !state.Points(e.Interaction) {
		u.hide()
		return
	}
	if e.Interaction == u.of {
		return
	}
	u.of, u.told = e.Interaction, nil
	u.w.after(&u.asking, 120*time.Millisecond, u.ask)
}

func (u *underPanel) hide() {
	u.of, u.told = nil, nil
	u.asking.stop()
	if u.content.Visible() {
		u.content.Hide()
		u.changed()
	}
}

// ask finds out what the click reached.
func (u *underPanel) ask() {
	l, r, in := u.w.library, u.recording(), u.of
	if l == nil || r == nil || in == nil {
		return
	}
	work(u.w, &u.asking, func(ctx context.Context) (state.Element, error) { return l.Element(ctx, r, in) }, u.tell)
}

// tell says what was found out.
func (u *underPanel) tell(e state.Element, err error) {
	switch {
	case errors.Is(err, state.ErrNoPlace):
		u.say("not known", "The click was recorded without a place on this page.", "")
	case err != nil:
		if p := state.Explain(err); p != nil {
			u.say("not known", p.Sentence, "")
		}
	case e.Node == recording.NoNode:
		u.say("none", fmt.Sprintf("Nothing stands at %.0f, %.0f.", e.X, e.Y), "")
	default:
		u.told = &e
		u.say(elementName(e), elementPlace(e), e.Path)
		u.found()
	}
}

func (u *underPanel) say(name, size, path string) {
	u.name.SetText(name)
	u.size.SetText(size)
	u.path.SetText(path)
	u.content.Show()
	u.content.Refresh()
	u.changed()
}

func elementName(e state.Element) string {
	name := "<" + e.Tag + ">"
	if e.Label != "" {
		name += " “" + e.Label + "”"
	}
	if e.ByPlace {
		name += ", found by its place"
	}
	return name
}

// elementPlace says where the element is, and where in it the click.
func elementPlace(e state.Element) string {
	where := fmt.Sprintf("click at %.0f %%, %.0f %%", 100*e.FX, 100*e.FY)
	if e.FX < 0 || e.FX > 1 || e.FY < 0 || e.FY > 1 {
		where = "click beside it"
	}
	return fmt.Sprintf("%.0f × %.0f at %.0f, %.0f · %s", e.Box.W, e.Box.H, e.Box.X, e.Box.Y, where)
}

// frame returns where on the screen of a visitor the element is that is told of,
// while the replay is at its click: later it may be elsewhere.
func (u *underPanel) frame(f *state.Frame) *widget.Frame {
	const near = 400 * recording.Millisecond
	if u.told == nil || int(u.of.View) != f.View || f.At < u.of.At-near || f.At > u.of.At+near {
		return nil
	}
	b := u.told.Box
	return &widget.Frame{X: b.X - float32(f.ScrollX), Y: b.Y - float32(f.ScrollY), W: b.W, H: b.H}
}

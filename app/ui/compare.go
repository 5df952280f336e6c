package ui

import (
	"context"
	"fmt"
	"image"
	"io"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
	"hindsite.app/player/recording"
)

// comparePanel lies over the stage and sets two moments of a session against
// each other: one that was marked, and the one at the playhead.
type comparePanel struct {
	p       *playerScreen
	content *fyne.Container

	mark   recording.Time
	marked bool

	view    *widget.HeatView
	mode    *widget.Segments
	extent  *widget.Segments
	facts   *widget.Text
	names   [2]*widget.Text
	heads   *fyne.Container
	key     *fyne.Container
	message *widget.Text
	waiting *waiting

	asked   recording.Time // the moment that the newest comparison is with
	current *compared
	making  slot
	settle  slot
}

// compared is a comparison of an extent, with its two views as they are shown,
// each made when it is first looked at.
type compared struct {
	*state.Comparison
	full bool
}

// Modes and extents, in the order of their choices.
const (
	modeSide = iota
	modeDifference
)

func newComparePanel(p *playerScreen) *comparePanel {
	c := &comparePanel{
		p: p, view: widget.NewHeatView(func(float32, float32, bool) {}), facts: widget.NewText("", widget.Style{Size: 11.5, Ends: true}),
		message: widget.NewText("", widget.Style{Size: 14, Align: fyne.TextAlignCenter, Colour: look.Muted}),
	}
	tips := p.w.tips
	c.waiting = newWaiting(p.w, c.cancel)
	c.mode = widget.NewSegments(tips, []string{"Side by side", "Difference"}, func(int) { c.draw() })
	c.extent = widget.NewSegments(tips, []string{"In view", "Whole page"}, func(int) { c.make() })
	save := widget.NewTool(tips, "export", "PNG", "Write this picture into a file (Ctrl+S)", c.save)
	shut := widget.NewTool(tips, "close", "Close", "Back to the replay (Esc)", c.close)
	bar := widget.Bar(40, look.Header, container.NewBorder(nil, nil, widget.Row(10, c.mode.Container, c.extent.Container), widget.Row(3, save, shut), widget.Padded(0, 10, c.facts)))
	for i := range c.names {
		c.names[i] = widget.NewText("", widget.Style{Mono: true, Size: 11.5, Align: fyne.TextAlignCenter})
	}
	c.heads = container.NewGridWithColumns(2, c.names[0], c.names[1])
	c.key = widget.Row(8, widget.Caption("Tinted and outlined: not the same at both moments. Faded: the same."))
	c.key.Hide()
	names := widget.Bar(24, look.Panel, container.NewStack(c.heads, container.NewCenter(c.key)))
	body := container.NewStack(widget.NewBox(look.Stage), widget.Padded(12, 12, c.view.Scroll), container.NewCenter(c.message), container.NewCenter(c.waiting.box))
	c.content = widget.Dock{Top: widget.Column(0, bar, widget.Rule(), names, widget.Rule()), Centre: body}.Container()
	c.waiting.changed = c.content.Refresh
	c.content.Hide()
	return c
}

// open reports whether the panel is seen.
func (c *comparePanel) open() bool { return c.content.Visible() }

// markNow marks the moment at the playhead.
func (c *comparePanel) markNow() {
	if c.p.player == nil || c.p.frame == nil {
		return
	}
	c.mark, c.marked = c.p.frame.At, true
	c.p.timeline.SetMark(c.mark, true)
	c.p.w.say(fmt.Sprintf("Marked %s: go to another moment and press C to compare", c.mark))
	if c.open() {
		c.make()
	}
}

// start compares the marked moment with the one at the playhead.
func (c *comparePanel) start() {
	f := c.p.frame
	switch {
	case c.p.player == nil || f == nil:
		return
	case c.open():
		c.mode.Take(1 - c.mode.Chosen())
		return
	case !c.marked:
		c.p.w.say("Nothing to compare with yet: mark a moment first (M), then go to another")
		return
	}
	c.p.pause()
	c.content.Show()
	c.p.content.Refresh()
	c.p.w.say("C turns between the views · W takes whole pages · another moment is compared when the playhead rests there · Ctrl+S saves the picture · Esc goes back")
	c.make()
}

// close goes back to the replay.
func (c *comparePanel) close() {
	c.stop()
	c.drop()
	if c.open() {
		c.content.Hide()
		c.p.content.Refresh()
		c.p.w.facts()
	}
}

// forget is for when the session is another one: its marked moment is gone, too.
func (c *comparePanel) forget() {
	c.close()
	c.marked = false
	c.p.timeline.SetMark(0, false)
}

func (c *comparePanel) stop() {
	c.making.stop()
	c.settle.stop()
	c.waiting.done()
}

// cancel stops what is being made and keeps what is there.
func (c *comparePanel) cancel() {
	c.stop()
	if c.current == nil {
		c.message.SetText("Cancelled")
	}
}

// drop lets go of the pictures.
func (c *comparePanel) drop() {
	c.current = nil
	c.view.SetPicture(widget.HeatPicture{})
	c.facts.SetText("")
	c.message.SetText("")
}

// moved is told that the playhead stands elsewhere. Once it rests there, that
// moment is compared.
func (c *comparePanel) moved(f *state.Frame) {
	if !c.open() || f.Playing || f.At == c.asked {
		return
	}
	c.asked = f.At
	c.p.w.after(&c.settle, 300*time.Millisecond, c.make)
}

// make compares anew.
func (c *comparePanel) make() {
	x, f := c.p.player, c.p.frame
	if !c.open() || x == nil || f == nil {
		return
	}
	l, r := c.p.w.library, x.Recording
	q := state.CompareRequest{At: c.mark, With: f.At, Full: c.extent.Chosen() == 1, Renderer: c.p.control.renderer(), Fallback: true}
	c.asked = q.With
	c.named(q.At, q.With)
	c.message.SetText("")
	work(c.p.w, &c.making, func(ctx context.Context) (*compared, error) {
		y, err := l.Compare(ctx, r, q)
		return &compared{y, q.Full}, err
	}, func(y *compared, err error) {
		c.waiting.done()
		if err != nil {
			if p := state.Explain(err); p != nil {
				c.drop()
				c.message.SetText(p.Sentence + " " + p.Hint)
			}
			return
		}
		c.current = y
		c.facts.SetText(y.Summary())
		c.draw()
	})
	c.waiting.during(&c.making, "Drawing both moments…")
}

func (c *comparePanel) named(a, b recording.Time) {
	c.names[0].SetText("A  " + a.String())
	c.names[1].SetText("B  " + b.String())
}

// chosen is the view that is chosen.
func (c *comparePanel) chosen() state.CompareView {
	if c.mode.Chosen() == modeDifference {
		return state.DifferenceView
	}
	return state.SideBySide
}

// draw shows what was compared in the chosen view.
func (c *comparePanel) draw() {
	c.heads.Hidden, c.key.Hidden = c.mode.Chosen() != modeSide, c.mode.Chosen() == modeSide
	c.content.Refresh()
	y, view := c.current, c.chosen()
	if y == nil {
		return
	}
	width, pixels := c.view.Size().Width-12, c.p.w.win.Canvas().Scale()
	work(c.p.w, &c.making, func(ctx context.Context) (widget.HeatPicture, error) {
		img, err := y.Picture(ctx, view)
		if err != nil {
			return widget.HeatPicture{}, err
		}
		return fitted(ctx, img, width, pixels)
	}, func(h widget.HeatPicture, err error) {
		c.waiting.done()
		if p := state.Explain(err); p != nil {
			c.message.SetText(p.Sentence)
			return
		}
		c.view.SetPicture(h)
		c.content.Refresh()
	})
	c.waiting.during(&c.making, "Drawing…")
}

// save writes the view that is seen into a file.
func (c *comparePanel) save() {
	y, view := c.current, c.chosen()
	if y == nil {
		return
	}
	c.p.w.saveAs("Save comparison", pictureName(c.p.id, string(view), y.At, y.With), func(ctx context.Context, out io.Writer) error {
		img, err := y.Picture(ctx, view)
		if err != nil {
			return err
		}
		return encode(ctx, out, img)
	})
}

// fitted scales a picture to a width in units, pixels for each unit, and cuts it
// into tiles. It runs away from the UI goroutine.
func fitted(ctx context.Context, img *image.RGBA, width, pixels float32) (widget.HeatPicture, error) {
	scale := min(float64(width)/float64(max(img.Rect.Dx(), 1)), 1)
	if scale <= 0 {
		scale = 1
	}
	small, err := scaled(ctx, img, scale*float64(pixels))
	if err != nil {
		return widget.HeatPicture{}, err
	}
	return widget.HeatPicture{
		Width: float32(float64(img.Rect.Dx()) * scale), Height: float32(float64(img.Rect.Dy()) * scale), Page: widget.Cut(small),
	}, nil
}

// pictureItems are the menu items of comparing and of saving pictures.
func (p *playerScreen) pictureItems() []*fyne.MenuItem {
	const ctrl = fyne.KeyModifierShortcutDefault
	in := func(f func()) func() {
		return func() {
			if p.w.showing == inPlayer {
				f()
			}
		}
	}
	return []*fyne.MenuItem{
		command("Mark this moment   (M)", "", 0, in(p.compare.markNow)),
		command("Compare with the marked moment   (C)", "", 0, in(p.compare.start)),
		command("Side by side or difference   (C)", "", 0, in(func() { p.compare.mode.Take(1 - p.compare.mode.Chosen()) })),
		command("Compare what was in view or whole pages   (W)", "", 0, in(func() { p.compare.extent.Take(1 - p.compare.extent.Chosen()) })),
		command("Close the comparison   (Esc)", "", 0, in(p.compare.close)),
		fyne.NewMenuItemSeparator(),
		command("Save picture of what is shown…", fyne.KeyS, ctrl, in(p.saveShown)),
		command("Save picture of the whole page…", fyne.KeyS, ctrl|fyne.KeyModifierShift, in(func() { p.savePage(true) })),
	}
}

// saveShown saves the comparison when there is one, else the page.
func (p *playerScreen) saveShown() {
	if p.compare.open() {
		p.compare.save()
		return
	}
	p.savePage(false)
}

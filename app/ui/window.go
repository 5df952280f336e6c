package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"

	"hindsite.app/app/state"
	"hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
)

// workspace is one of the window's screens.
type workspace int

const (
	inLibrary workspace = iota
	inPlayer
	inHeatmap
	inSources
)

// window is the one window and everything in it. All of it belongs to the UI
// goroutine; results of work elsewhere come in through post.
type window struct {
	ctx     context.Context
	options Options
	app     fyne.App
	win     fyne.Window
	post    func(func())
	running sync.WaitGroup
	err     error // of a run that only takes pictures

	tips     *widget.Tips
	root     *fyne.Container
	bar      *topBar
	status   *statusLine
	body     *fyne.Container
	panes    [4]fyne.CanvasObject
	showing  workspace
	library  *state.Library
	unlock   *unlockScreen
	sessions *sessionSource
	list     *libraryScreen
	player   *playerScreen
	heat     *heatScreen
	sources  *sourcesScreen
	dialog   interface{ Hide() }
	opening  slot
	importer slot
	saving   slot
}

// newWindow builds the window without showing it. post runs a function on the
// UI goroutine later.
func newWindow(ctx context.Context, a fyne.App, o Options, post func(func())) *window {
	w := &window{ctx: ctx, options: o, app: a, post: post, tips: widget.NewTips()}
	if o.Deps.Now == nil {
		w.options.Deps.Now = time.Now
	}
	a.Settings().SetTheme(theme.Theme{Variant: w.variant()})
	w.win = a.NewWindow("Hindsite")
	w.win.SetPadded(false)
	w.win.SetMaster()
	w.sessions = newSessionSource(w)
	w.bar, w.status = newTopBar(w), newStatusLine()
	w.unlock, w.list, w.player, w.heat = newUnlockScreen(w), newLibraryScreen(w), newPlayerScreen(w), newHeatScreen(w)
	w.sources = newSourcesScreen(w)
	w.panes = [4]fyne.CanvasObject{w.list.content, w.player.content, w.heat.content, w.sources.content}
	w.body = container.NewStack(w.unlock.content)
	w.root = widget.Dock{
		Top: widget.Column(0, w.bar.content, widget.Rule()), Bottom: widget.Column(0, widget.Rule(), w.status.content), Centre: w.body,
	}.Container()
	w.win.SetContent(container.NewStack(w.root, w.tips.Layer()))
	w.win.SetMainMenu(w.menu())
	w.win.Canvas().SetOnTypedKey(w.typedKey)
	w.win.Canvas().SetOnTypedRune(w.typedRune)
	w.win.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { w.dropped(uris) })
	w.win.Resize(fyne.NewSize(1600, 1000))
	w.showUnlock(nil)
	return w
}

// start opens the library with the credential that the window was given.
func (w *window) start() {
	c := w.options.Credential
	if c.KeyFile != "" || c.Passphrase != "" {
		// Asking is for when this credential does not open the library.
		wait := widget.NewText("Opening the library…", widget.Style{Size: 14, Colour: theme.Muted})
		w.body.Objects = []fyne.CanvasObject{container.NewCenter(wait)}
		w.body.Refresh()
		w.win.Canvas().Unfocus()
		w.status.say("", "")
		w.open(w.options.Library, c)
	}
	if w.options.Shots != "" {
		w.takeShots(w.options.Shots)
	}
}

// end waits for what still runs and closes the library.
func (w *window) end() error {
	w.stopWork()
	p := w.player.take()
	if p != nil {
		p.Close()
	}
	if shut := w.sources.take(); shut != nil {
		shut()
	}
	w.running.Wait()
	if w.library != nil {
		w.library.Close()
	}
	return w.err
}

func (w *window) stopWork() {
	w.opening.stop()
	w.importer.stop()
	w.sessions.stop()
	w.list.stop()
	w.player.stop()
	w.heat.stop()
	w.saving.stop()
	w.bar.job(nil)
}

// open opens the library and shows its sessions, or asks again.
func (w *window) open(dir string, c state.Credential) {
	w.unlock.busy(true)
	deps := w.options.Deps
	work(w, &w.opening, func(ctx context.Context) (*state.Library, error) {
		return state.OpenLibrary(ctx, dir, c, deps)
	}, func(l *state.Library, err error) {
		w.unlock.busy(false)
		if err != nil {
			w.showUnlock(explainOpening(c, err))
			return
		}
		w.library = l
		w.unlock.forget()
		w.bar.opened(libraryName(dir))
		w.list.opened()
		w.heat.opened()
		w.sources.opened()
		w.show(inLibrary)
	})
}

// explainOpening says why a library did not open; that the key file is not
// there says more than that no key fits.
func explainOpening(c state.Credential, err error) *state.Problem {
	if _, statErr := os.Stat(c.KeyFile); c.KeyFile != "" && statErr != nil {
		return &state.Problem{Sentence: "The key file cannot be read.", Hint: "Check that it is where you say, and that you may read it."}
	}
	return state.Explain(err)
}

// libraryName is what a library is called in the window: the folder's name.
func libraryName(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		abs = dir
	}
	return strings.TrimSpace(filepath.Base(abs))
}

// lock closes the library and asks for the key again.
func (w *window) lock() {
	l := w.library
	if l == nil {
		return
	}
	w.library = nil
	w.stopWork()
	p, shut := w.player.take(), w.sources.take()
	w.player.clear()
	w.sources.clear()
	w.heat.clear()
	w.list.clear()
	w.sessions.clear()
	w.running.Go(func() {
		if p != nil {
			p.Close()
		}
		if shut != nil {
			shut()
		}
		l.Close()
	})
	w.bar.locked()
	w.showUnlock(nil)
}

func (w *window) showUnlock(p *state.Problem) {
	w.unlock.problem(p)
	w.body.Objects = []fyne.CanvasObject{w.unlock.content}
	w.body.Refresh()
	w.unlock.focus()
	w.status.say("", "Nothing is decrypted before the library is unlocked")
}

// show brings a workspace to the front.
func (w *window) show(s workspace) {
	if w.library == nil {
		return
	}
	w.tips.Hide()
	w.showing = s
	w.bar.tabs.Choose(int(s))
	w.body.Objects = []fyne.CanvasObject{w.panes[s]}
	w.body.Refresh()
	switch s {
	case inLibrary:
		w.win.Canvas().Focus(w.list.list)
	case inSources:
		w.win.Canvas().Focus(w.sources.transfers.list)
	default:
		w.win.Canvas().Unfocus()
	}
	if s != inPlayer {
		w.player.pause()
	}
	if s == inHeatmap {
		w.heat.shown()
	}
	w.facts()
}

// facts shows in the status line what the screen rests on.
func (w *window) facts() {
	switch w.showing {
	case inPlayer:
		w.say("Space plays · ← → seek 5 s · M marks a moment, C compares with it · ? shows all keys")
	case inHeatmap:
		w.say("Ctrl+E exports the picture")
	case inSources:
		w.say("Enter in the address fetches · Space pauses and goes on · Delete removes · Tab goes from list to list")
	default:
		w.say("Enter plays · Ctrl+F filters · Ctrl+O imports · files and folders can be dropped here")
	}
}

// screenFacts is what the screen rests on.
func (w *window) screenFacts() string {
	switch w.showing {
	case inPlayer:
		return w.player.facts()
	case inHeatmap:
		return w.heat.facts()
	case inSources:
		return w.sources.facts()
	}
	return w.sessions.facts()
}

// modifiers returns which modifier keys are down.
func (w *window) modifiers() fyne.KeyModifier {
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return d.CurrentKeyModifiers()
	}
	return 0
}

// topBar is the strip with the library's name, the workspaces and what goes on.
type topBar struct {
	content fyne.CanvasObject
	tabs    *widget.Segments

	name, count *widget.Text
	lockIcon    *widget.Icon
	lockText    *widget.Text
	jobBox      *fyne.Container
	jobText     *widget.Text
	jobMeter    *widget.Meter
	cancel      func()
}

func newTopBar(w *window) *topBar {
	b := &topBar{
		name: widget.NewText("Hindsite", widget.Style{Size: theme.TitleSize, Bold: true}), count: widget.Caption(""),
		lockIcon: widget.NewIcon("lock", theme.Muted, 13), lockText: widget.NewText("Locked", widget.Style{Colour: theme.Muted, Size: 11.5}),
		jobText: widget.Caption(""), jobMeter: widget.NewMeter(),
	}
	b.tabs = widget.NewSegments(w.tips, []string{"Library", "Player", "Heatmaps", "Sources"}, func(i int) { w.show(workspace(i)) })
	stop := widget.NewTool(w.tips, "close", "", "Cancel", func() {
		if b.cancel != nil {
			b.cancel()
		}
	})
	b.jobBox = widget.Row(8, b.jobText, b.jobMeter, stop)
	b.jobBox.Hide()
	left := widget.Row(10, b.name, b.count)
	right := widget.Row(14, b.jobBox, widget.Row(5, b.lockIcon, b.lockText))
	b.tabs.Hide()
	b.content = widget.Bar(38, theme.App, container.New(thirds{}, left, b.tabs.Container, right))
	return b
}

// thirds puts one object at the left, one in the very middle, if there is room,
// and one at the right.
type thirds struct{}

func (thirds) MinSize(o []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, x := range o {
		m := x.MinSize()
		s.Width += m.Width
		s.Height = max(s.Height, m.Height)
	}
	return s
}

func (thirds) Layout(o []fyne.CanvasObject, s fyne.Size) {
	for i, x := range o {
		m := x.MinSize()
		left := []float32{0, (s.Width - m.Width) / 2, s.Width - m.Width}[i]
		if i == 1 && len(o) == 3 {
			const gap = 12
			left = max(min(left, s.Width-o[2].MinSize().Width-gap-m.Width), o[0].MinSize().Width+gap)
		}
		x.Resize(m)
		x.Move(fyne.NewPos(left, (s.Height-m.Height)/2))
	}
}

func (b *topBar) opened(name string) {
	b.name.SetText(name)
	b.lockIcon.Set("lock", "success")
	b.lockText.SetText("Unlocked")
	b.tabs.Show()
	b.content.Refresh()
}

func (b *topBar) locked() {
	b.name.SetText("Hindsite")
	b.count.SetText("")
	b.lockIcon.Set("lock", theme.Muted)
	b.lockText.SetText("Locked")
	b.tabs.Hide()
	b.content.Refresh()
}

// job shows that something goes on and can be cancelled; nil shows nothing.
func (b *topBar) job(cancel func()) {
	b.cancel = cancel
	if cancel == nil {
		b.jobBox.Hide()
	} else {
		b.jobBox.Show()
	}
	b.content.Refresh()
}

// progress shows how far the job is; a share below 0 means that it is not known.
func (b *topBar) progress(text string, share float64) {
	if text != b.jobText.Text() {
		b.jobText.SetText(text)
		b.content.Refresh()
	}
	b.jobMeter.Set(share)
}

// statusLine is the line at the bottom of the window.
type statusLine struct {
	content     fyne.CanvasObject
	left, right *widget.Text
}

func newStatusLine() *statusLine {
	s := &statusLine{
		left:  widget.NewText("", widget.Style{Size: theme.CaptionSize, Colour: theme.Muted, Ends: true}),
		right: widget.NewText("", widget.Style{Size: theme.CaptionSize, Colour: theme.Muted}),
	}
	row := container.New(layout.NewBorderLayout(nil, nil, nil, s.right), s.right, s.left)
	s.content = widget.Bar(22, theme.App, widget.Padded(3, 0, row))
	return s
}

func (s *statusLine) say(left, right string) {
	s.left.SetText(left)
	s.right.SetText(right)
	s.content.Refresh()
}

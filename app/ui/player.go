package ui

import (
	"context"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
)

// playerScreen replays one session.
type playerScreen struct {
	w       *window
	content *fyne.Container

	list     *widget.List
	count    *widget.Text
	stage    *widget.Stage
	timeline *widget.Timeline
	events   *eventsPanel
	details  *detailsPanel
	side     *widget.Segments
	sideBody *fyne.Container
	left     *widget.Side
	right    *widget.Side
	title    *widget.Text
	control  *transport
	compare  *comparePanel

	player  *state.Player
	seeking int // how often the first page may still be looked for
	id      string
	frame   *state.Frame
	room    [2]int
	opening slot
	full    bool
}

func newPlayerScreen(w *window) *playerScreen {
	p := &playerScreen{w: w, count: widget.Caption(""), title: widget.NewText("", widget.Style{Colour: look.Muted, Ends: true, Align: fyne.TextAlignCenter})}
	p.stage = widget.NewStage("Choose a session to play it")
	p.stage.OnTapped = func() { p.do((*state.Player).Toggle) }
	p.stage.OnRoom = func(width, height int) {
		p.room = [2]int{width, height}
		p.do(func(x *state.Player) { x.SetStage(width, height) })
	}
	p.timeline = widget.NewTimeline()
	p.timeline.Modifiers = w.modifiers
	p.timeline.OnSeek = p.seek
	p.events, p.details = newEventsPanel(w, p.seek, p.recording), newDetailsPanel(w)
	p.details.playing = true
	p.events.under.found = func() {
		if p.frame != nil && p.player != nil {
			p.show(p.frame)
		}
	}
	p.compare = newComparePanel(p)
	p.control = newTransport(p)
	p.buildList()
	p.sideBody = container.NewStack(p.events.content)
	p.side = widget.NewSegments(w.tips, []string{"Events", "Details"}, p.turnSide)
	sideHead := widget.Bar(36, look.Header, widget.Row(0, p.side.Container))
	p.right = widget.NewSide(322, true, widget.Dock{Top: widget.Column(0, sideHead, widget.Rule()), Centre: p.sideBody}.Container())
	below := widget.Column(0, widget.Rule(), p.control.content, widget.Rule(), p.timeline)
	p.content = widget.Dock{Bottom: below, Left: p.left.Container, Right: p.right.Container, Centre: container.NewStack(p.stage, p.compare.content)}.Container()
	p.left.OnResized, p.right.OnResized = p.content.Refresh, p.content.Refresh
	w.sessions.changed = append(w.sessions.changed, p.refreshList)
	return p
}

func (p *playerScreen) buildList() {
	p.list = widget.NewList(44, p.w.options.Deps.Now)
	p.list.Name = "Sessions"
	p.list.Create = func() fyne.CanvasObject { return newSessionRow() }
	p.list.Update = func(i int, row fyne.CanvasObject) { fillSessionRow(row.(*fyne.Container), &p.w.sessions.loaded[i]) }
	p.list.OnSelected = func(i int) { p.open(p.w.sessions.loaded[i].ID) }
	p.list.OnVisible = func(_, end int) {
		if end+pageSize/2 > p.list.Length() {
			p.w.sessions.more()
		}
	}
	p.list.OnKey, p.list.OnRune = p.w.typedKey, p.w.typedRune
	head := widget.Bar(36, look.Header, widget.Row(8, widget.NewText("Sessions", widget.Style{Bold: true, Size: look.TitleSize}), widget.Gap(), p.count))
	listing := widget.Dock{Top: widget.Column(0, head, widget.Rule()), Centre: p.list}.Container()
	p.left = widget.NewSide(236, false, listing)
}

func (p *playerScreen) turnSide(i int) {
	p.sideBody.Objects = []fyne.CanvasObject{[]fyne.CanvasObject{p.events.content, p.details.content}[i]}
	p.sideBody.Refresh()
}

// recording returns the recording that is open, nil for none.
func (p *playerScreen) recording() *state.Recording {
	if p.player == nil {
		return nil
	}
	return p.player.Recording
}

// do calls the player if there is one.
func (p *playerScreen) do(f func(*state.Player)) {
	if p.player != nil {
		f(p.player)
	}
}

func (p *playerScreen) seek(at recording.Time) {
	p.seeking = 0
	p.do(func(x *state.Player) { x.Seek(at) })
}

func (p *playerScreen) pause() { p.do((*state.Player).Pause) }

// opened is a player with what its panels show.
type opened struct {
	player *state.Player
	events []replay.Event
}

// Close closes a player that nobody waits for any more.
func (o opened) Close() error { return o.player.Close() }

// open opens a session and brings the player to the front.
func (p *playerScreen) open(id string) {
	l := p.w.library
	if l == nil {
		return
	}
	p.w.show(inPlayer)
	if i := p.w.sessions.index(id); i >= 0 {
		p.list.Mark(i)
		p.list.Reveal(i)
	}
	if id == p.id {
		return
	}
	p.release()
	p.id = id
	p.stage.Clear("Opening " + id + "…")
	var self *state.Player
	deps := state.PlayerDeps{Post: p.w.post, OnFrame: func(f *state.Frame) {
		if p.player == self && self != nil {
			p.show(f)
		}
	}}
	work(p.w, &p.opening, func(ctx context.Context) (opened, error) {
		x, err := l.OpenPlayer(ctx, id, deps)
		if err != nil {
			return opened{}, err
		}
		return opened{x, eventsOf(&x.Recording.Tracks)}, nil
	}, func(o opened, err error) {
		if err != nil {
			p.id = ""
			if q := state.Explain(err); q != nil {
				p.stage.Clear(q.Sentence + " " + q.Hint)
			}
			return
		}
		self = o.player
		p.opened(o)
	})
}

func (p *playerScreen) opened(o opened) {
	p.player = o.player
	p.timeline.SetSession(o.player.Timeline)
	p.events.set(o.events)
	p.details.show(&o.player.Recording.Detail)
	p.control.opened(o.player.Timeline.Duration)
	p.player.SetSpeed(p.control.speed)
	p.player.SetSkipping(p.control.skipping)
	p.player.SetExact(p.control.exactly)
	if p.room[0] > 0 {
		p.player.SetStage(p.room[0], p.room[1])
	}
	p.seeking = 12
	p.player.Seek(firstPage(&o.player.Recording.Tracks))
	if f := p.player.Latest(); f != nil {
		p.show(f)
	}
	p.w.facts()
}

// take hands the player over to whoever closes it.
func (p *playerScreen) take() *state.Player {
	x := p.player
	p.player, p.id, p.frame = nil, "", nil
	p.compare.forget()
	p.events.under.hide()
	return x
}

// release closes the player away from the UI goroutine: it waits for a page
// that is being drawn.
func (p *playerScreen) release() {
	if x := p.take(); x != nil {
		p.w.running.Go(func() { x.Close() })
	}
}

func (p *playerScreen) stop() {
	p.opening.stop()
	p.compare.stop()
	p.events.under.hide()
}

func (p *playerScreen) clear() {
	p.stage.Clear("Choose a session to play it")
	p.timeline.SetSession(nil)
	p.events.set(nil)
	p.details.show(nil)
	p.list.Mark(-1)
}

// show shows a frame.
func (p *playerScreen) show(f *state.Frame) {
	moved := p.frame == nil || p.frame.At != f.At
	p.frame = f
	shot := shotOf(f)
	shot.Element = p.events.under.frame(f)
	if f.Picture == nil && f.Problem == nil {
		switch {
		case f.At < firstPage(&p.player.Recording.Tracks):
			shot.Problem = "Nothing of the page was recorded yet at this moment"
		case f.PictureAt > 0:
			shot.Problem = "No page was recorded at this moment"
		}
	}
	p.stage.ShowShot(shot)
	p.findPage(f)
	p.control.show(f)
	if moved {
		p.timeline.SetPlayhead(f.At, f.Playing)
		p.events.follow(f.At)
	}
	p.compare.moved(f)
}

// movement returns the last spots that belong to one movement. Between two taps
// of a finger nothing moved, and no line must say that it did.
func movement(trail []replay.Spot) []replay.Spot {
	const longest = 400 * recording.Millisecond
	i := len(trail) - 1
	for i > 0 && trail[i].At-trail[i-1].At <= longest && !(trail[i].Touch && trail[i].Click) {
		i--
	}
	return trail[max(i, 0):]
}

// findPage goes on from the beginning of a session to where its first page was
// recorded, so that one does not begin before an empty stage.
func (p *playerScreen) findPage(f *state.Frame) {
	switch {
	case p.seeking == 0:
	case f.Picture != nil || f.Playing || f.Problem != nil:
		p.seeking = 0
	case f.PictureAt == f.At && f.At > 0:
		p.seeking--
		p.player.Seek(f.At + 250*recording.Millisecond)
	}
}

func shotOf(f *state.Frame) widget.Shot {
	s := widget.Shot{
		Address: f.URL, Title: f.Title, Width: f.Viewport.Width, Height: f.Viewport.Height, Scroll: f.ScrollY, PageH: f.PageH,
		Picture: f.Picture, Scale: f.Scale, Typing: f.Typing, Skipped: f.Skipped.Len(),
	}
	if f.Pointer != nil {
		s.Pointer, s.Touch = &widget.Point{X: f.Pointer.X, Y: f.Pointer.Y}, f.Pointer.Touch
	}
	for _, t := range movement(f.Trail) {
		s.Trail = append(s.Trail, widget.Point{X: t.X, Y: t.Y})
	}
	for _, c := range f.Clicks {
		s.Clicks = append(s.Clicks, widget.Ripple{Point: widget.Point{X: c.X, Y: c.Y}, Age: float64(c.Age) / float64(700*recording.Millisecond)})
	}
	if f.Problem != nil {
		s.Problem, s.HintText = f.Problem.Sentence, f.Problem.Hint
	}
	_, s.Why = drawer(f)
	return s
}

// drawer says who drew a frame's picture, and why not who was asked to.
func drawer(f *state.Frame) (who, why string) {
	switch {
	case f.DrawnBy == "":
		return "", ""
	case f.Instead != nil:
		return "Drawn by " + f.DrawnBy, f.Instead.Sentence
	case f.Exact && f.DrawnBy == state.OwnName:
		return "Starting the browser…", ""
	}
	return "Drawn by " + f.DrawnBy, ""
}

// firstPage returns the moment from which there is something to see: recorders
// write the page shortly after they name it.
func firstPage(t *replay.Tracks) recording.Time {
	const shortly = 100 * recording.Millisecond
	if len(t.Head.Views) == 0 || t.Head.Views[0].Start == 0 {
		return 0
	}
	return min(t.Head.Views[0].Start+shortly, t.Duration)
}

// facts says what the session rests on.
func (p *playerScreen) facts() string {
	if p.player == nil {
		return ""
	}
	d := &p.player.Recording.Detail
	text := fmt.Sprintf("%s · %s", count(d.Events, "event"), count(len(d.PageViews), "page"))
	if d.Protection != "" {
		text = d.Protection + " · decrypted in memory · " + text
	}
	return text
}

// neighbour opens the next or the previous session of the list.
func (p *playerScreen) neighbour(step int) {
	i := p.w.sessions.index(p.id) + step
	if p.id == "" {
		i = 0
	}
	if i >= 0 && i < len(p.w.sessions.loaded) {
		p.open(p.w.sessions.loaded[i].ID)
		p.list.Reveal(i)
	}
}

func (p *playerScreen) refreshList() {
	src := p.w.sessions
	p.list.SetLength(len(src.loaded))
	p.list.Mark(src.index(p.id))
	p.count.SetText("")
	if src.total >= 0 {
		p.count.SetText(grouped(src.total))
	}
}

// fullScreen shows stage and timeline alone over the whole screen.
func (p *playerScreen) fullScreen(on bool) {
	p.full = on
	p.left.Hidden, p.right.Hidden = on, on
	p.w.win.SetFullScreen(on)
	p.content.Refresh()
}

// newSessionRow returns a row that holds a session in two lines.
func newSessionRow() *fyne.Container {
	top := widget.NewCells([]widget.ColumnSpec{
		{Icon: true, Width: 15}, {Flex: 1, Style: widget.Style{Bold: true}},
		{Width: 46, Style: widget.Style{Mono: true, Size: 11.5, Align: fyne.TextAlignTrailing}},
	})
	below := widget.NewCells([]widget.ColumnSpec{
		{Width: 15}, {Flex: 1, Style: widget.Style{Size: look.CaptionSize, Colour: look.Muted}},
		{Width: 46, Style: widget.Style{Size: look.CaptionSize, Colour: look.Muted, Align: fyne.TextAlignTrailing}},
	})
	return container.New(halves{}, top, below)
}

func fillSessionRow(row *fyne.Container, x *state.Session) {
	top, below := row.Objects[0].(*widget.Cells), row.Objects[1].(*widget.Cells)
	top.Set(0, deviceIcon(x.Device), "")
	top.Set(1, x.ID, "")
	top.Set(2, minutes(x.DurationMS), "")
	below.Set(1, joinDot(x.Visitor, shortTime(x.Start)), "")
	below.Set(2, "", "")
	if x.Errors > 0 {
		below.Set(2, "! "+grouped(x.Errors), look.OnAlarm)
	}
	top.Refresh()
	below.Refresh()
}

func joinDot(a, b string) string {
	if a == "" {
		return b
	}
	return a + " · " + b
}

// halves puts two lines close to each other in the middle of a row.
type halves struct{}

func (halves) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (halves) Layout(o []fyne.CanvasObject, s fyne.Size) {
	const line = 17
	top := (s.Height - 2*line) / 2
	for i, x := range o {
		x.Resize(fyne.NewSize(s.Width, line))
		x.Move(fyne.NewPos(0, top+float32(i)*line))
	}
}

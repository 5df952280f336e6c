package state

import (
	"context"
	"image"
	"sync"
	"sync/atomic"
	"time"

	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
	"hindsite.app/player/timeline"
)

// Frame is what a player shows at one moment. It is never changed after it was
// published.
type Frame struct {
	At       recording.Time
	Playing  bool
	Speed    float64
	Skipping bool
	Skipped  replay.Span // span that was skipped a moment ago; empty otherwise

	View     int // index into the tracks' views, -1 before the first
	URL      string
	Title    string
	Viewport Size    // CSS pixels
	ScrollX  float64 // CSS pixels
	ScrollY  float64
	PageH    int // height of the page, CSS pixels; 0 while not known

	// Picture shows the viewport; Scale is its pixels for each CSS pixel. It is
	// the same pointer as long as the picture is the same. It may lag behind At
	// while a slow page is drawn; PictureAt says what it shows.
	Picture   *image.RGBA
	Scale     float64
	PictureAt recording.Time

	Pointer *replay.Spot // nil before it was first seen
	Trail   []replay.Spot
	Clicks  []ClickMark
	Typing  string // label of the field that is being typed into, "" for none
	Problem *Problem

	// Exact says that exact rendering is switched on. DrawnBy says who drew
	// Picture: "Hindsite", or a browser such as "Chromium 156"; it is empty before
	// the first picture. Instead says why it was not a browser, when that was
	// tried.
	Exact   bool
	DrawnBy string
	Instead *Problem
}

// ClickMark is a click that is still seen as a ripple.
type ClickMark struct {
	X, Y float32 // viewport, CSS pixels
	Age  recording.Time
}

// How long things stay visible.
const (
	trailLength   = 1500 * recording.Millisecond
	rippleLength  = 700 * recording.Millisecond
	typingLength  = 900 * recording.Millisecond
	skippedLength = 1200 * time.Millisecond
)

// PlayerDeps is what a player takes from its surroundings.
type PlayerDeps struct {
	// Post runs f on the goroutine of whoever shows frames, later or now.
	Post func(f func())
	// OnFrame is called through Post with the newest frame; frames that were
	// not fetched in time are left out.
	OnFrame func(*Frame)
	// Tick is the time between two frames of a playing replay; 0 means 33 ms.
	Tick time.Duration
}

// Player plays one recording. Its methods return at once and may be called
// from any goroutine.
type Player struct {
	Recording *Recording
	Timeline  *timeline.Timeline

	deps     PlayerDeps
	now      func() time.Time
	cancel   context.CancelFunc
	commands chan func(*playerLoop)
	requests chan pageRequest
	pictures chan picture
	done     sync.WaitGroup
	once     sync.Once

	latest  atomic.Pointer[Frame]
	pending atomic.Bool
}

// OpenPlayer opens a session for playing, paused at its beginning. The caller
// closes the player.
func (l *Library) OpenPlayer(ctx context.Context, id string, d PlayerDeps) (*Player, error) {
	r, err := l.OpenRecording(ctx, id)
	if err != nil {
		return nil, err
	}
	if d.Tick == 0 {
		d.Tick = 33 * time.Millisecond
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &Player{
		Recording: r, Timeline: timeline.New(&r.Tracks), deps: d, now: l.deps.Now, cancel: cancel,
		commands: make(chan func(*playerLoop), 64), requests: make(chan pageRequest, 1), pictures: make(chan picture, 1),
	}
	loop := &playerLoop{
		player: p, clock: replay.NewClock(r.Tracks.Duration, p.Timeline.Inactive), path: replay.NewPath(&r.Tracks),
	}
	page := &pageLoop{player: p, library: l}
	p.done.Go(func() { loop.run(ctx) })
	p.done.Go(func() { page.run(ctx) })
	return p, nil
}

// Close stops the player and closes its recording. It waits for a page that is
// being drawn.
func (p *Player) Close() error {
	var err error
	p.once.Do(func() {
		p.cancel()
		p.done.Wait()
		err = p.Recording.Close()
	})
	return err
}

func (p *Player) command(f func(*playerLoop)) {
	select {
	case p.commands <- f:
	default:
		// The loop is busy with 64 commands: dropping one is better than
		// blocking a window.
	}
}

// Toggle plays or pauses.
func (p *Player) Toggle() {
	p.command(func(l *playerLoop) {
		if l.clock.Playing() {
			l.clock.Pause(p.now())
		} else {
			l.clock.Play(p.now())
		}
	})
}

// Pause pauses.
func (p *Player) Pause() { p.command(func(l *playerLoop) { l.clock.Pause(p.now()) }) }

// Seek goes to a moment.
func (p *Player) Seek(at recording.Time) {
	p.command(func(l *playerLoop) { l.clock.Seek(p.now(), at) })
}

// Skip moves by a span, forward or back.
func (p *Player) Skip(by recording.Time) {
	p.command(func(l *playerLoop) { l.clock.Seek(p.now(), l.clock.Now()+by) })
}

// NextEvent goes to the next notable event; PreviousEvent to the one before.
func (p *Player) NextEvent() {
	p.command(func(l *playerLoop) {
		if at, ok := p.Recording.Tracks.Next(l.clock.Now()); ok {
			l.clock.Seek(p.now(), at)
		}
	})
}

// PreviousEvent goes to the notable event before the moment, or to the one
// before that when the moment is just behind it.
func (p *Player) PreviousEvent() {
	p.command(func(l *playerLoop) {
		from := l.clock.Now()
		if l.clock.Playing() {
			from -= recording.Second
		}
		if at, ok := p.Recording.Tracks.Previous(from); ok {
			l.clock.Seek(p.now(), at)
		} else {
			l.clock.Seek(p.now(), 0)
		}
	})
}

// SetSpeed changes the speed.
func (p *Player) SetSpeed(speed float64) {
	p.command(func(l *playerLoop) { l.clock.SetSpeed(p.now(), speed) })
}

// SetSkipping says whether inactivity is skipped.
func (p *Player) SetSkipping(on bool) { p.command(func(l *playerLoop) { l.clock.SetSkipping(on) }) }

// SetExact says whether pages are drawn by a browser of this machine, as the
// visitor's browser drew them. The browser is started now and ended when it is
// switched off, or with the player. When it does not work, pages are drawn as
// before and frames say why.
func (p *Player) SetExact(on bool) { p.command(func(l *playerLoop) { l.exact = on }) }

// SetStage says how many pixels there are to show the page in.
func (p *Player) SetStage(width, height int) {
	p.command(func(l *playerLoop) { l.stageW, l.stageH = width, height })
}

// Latest returns the newest frame, nil before the first.
func (p *Player) Latest() *Frame { return p.latest.Load() }

func (p *Player) publish(f *Frame) {
	p.latest.Store(f)
	if p.deps.OnFrame == nil || p.deps.Post == nil || !p.pending.CompareAndSwap(false, true) {
		return
	}
	p.deps.Post(func() {
		p.pending.Store(false)
		p.deps.OnFrame(p.latest.Load())
	})
}

// playerLoop owns the clock and everything that is quick to know.
type playerLoop struct {
	player         *Player
	clock          *replay.Clock
	path           *replay.Path
	stageW, stageH int
	exact          bool
	picture        picture
	skipped        replay.Span
	skippedAt      time.Time
	skippedGone    <-chan time.Time // when a paused player stops saying that it skipped
}

func (l *playerLoop) run(ctx context.Context) {
	ticker := time.NewTicker(l.player.deps.Tick)
	defer ticker.Stop()
	ticker.Stop()
	ticking := false
	l.show()
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-l.player.commands:
			f(l)
			for len(l.player.commands) > 0 {
				(<-l.player.commands)(l)
			}
		case p := <-l.player.pictures:
			l.picture = p
		case <-ticker.C:
		case <-l.skippedGone:
		}
		_, skipped := l.clock.Advance(l.player.now())
		if skipped.Len() > 0 {
			l.skipped, l.skippedAt = skipped, l.player.now()
			l.skippedGone = time.After(skippedLength + l.player.deps.Tick)
		}
		if on := l.clock.Playing(); on != ticking {
			if ticking = on; on {
				ticker.Reset(l.player.deps.Tick)
			} else {
				ticker.Stop()
			}
		}
		l.show()
	}
}

// show asks for the page and publishes what is known now.
func (l *playerLoop) show() {
	p := l.player
	at := l.clock.Now()
	t := &p.Recording.Tracks
	f := &Frame{
		At: at, Playing: l.clock.Playing(), Speed: l.clock.Speed(), Skipping: l.clock.Skipping(), View: t.ViewAt(at),
		Picture: l.picture.image, Scale: l.picture.scale, PictureAt: l.picture.at, Viewport: l.picture.viewport,
		ScrollX: l.picture.scrollX, ScrollY: l.picture.scrollY, PageH: l.picture.pageH, Problem: l.picture.problem,
		Exact: l.exact, DrawnBy: l.picture.by, Instead: l.picture.instead,
	}
	if f.View >= 0 {
		v := t.Head.Views[f.View]
		f.URL, f.Title = v.URL, v.Title
		if f.Viewport.Width == 0 {
			f.Viewport = Size{v.Width, v.Height}
		}
	}
	if l.skipped.Len() > 0 && p.now().Sub(l.skippedAt) < skippedLength {
		f.Skipped = l.skipped
	}
	l.overlay(f, at)
	l.request(pageRequest{at: at, width: l.stageW, height: l.stageH, hover: hovered(f.Pointer), exact: l.exact})
	p.publish(f)
}

func (l *playerLoop) overlay(f *Frame, at recording.Time) {
	if s, ok := l.path.Smooth(at); ok && int(s.View) == f.View && !s.Framed {
		f.Pointer = &s
		f.Trail = l.path.Trail(at, trailLength)
	}
	for _, c := range l.path.Clicks(at, rippleLength) {
		if int(c.View) == f.View && !c.Framed {
			f.Clicks = append(f.Clicks, ClickMark{X: c.X, Y: c.Y, Age: at - c.At})
		}
	}
	f.Typing = typing(l.player.Recording.Tracks.Inputs, at)
}

// hovered returns the element that a pointer is on. Fingers do not hover.
func hovered(s *replay.Spot) recording.NodeID {
	if s == nil || s.Touch {
		return recording.NoNode
	}
	return s.Node
}

// request replaces a request that was not taken yet.
func (l *playerLoop) request(r pageRequest) {
	for {
		select {
		case l.player.requests <- r:
			return
		default:
		}
		select {
		case <-l.player.requests:
		default:
		}
	}
}

// typing returns the label of the field that was typed into a moment ago.
func typing(inputs []recording.Input, at recording.Time) string {
	for i := len(inputs) - 1; i >= 0; i-- {
		in := inputs[i]
		if in.At > at || !in.ByUser {
			continue
		}
		if at-in.At > typingLength || in.Checked {
			return "" // long ago, or a box that was ticked
		}
		if in.Label == "" {
			return "a field"
		}
		return in.Label
	}
	return ""
}

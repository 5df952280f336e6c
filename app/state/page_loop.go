package state

import (
	"context"
	"image"

	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/replay"
)

// pageRequest asks for the page at a moment, fitted into a stage of so many
// pixels.
type pageRequest struct {
	at            recording.Time
	width, height int
	hover         recording.NodeID // element under the pointer
	exact         bool             // drawn by a browser, if that works
}

// picture is a drawn page.
type picture struct {
	image            *image.RGBA
	scale            float64
	at               recording.Time
	viewport         Size
	scrollX, scrollY float64
	pageH            int
	problem          *Problem
	by               string   // who drew it, as a reader is told
	instead          *Problem // why it is not drawn exactly, although that was asked for
}

// pageLoop owns the document and the renderer. Drawing can be slow: it takes
// the newest request and leaves out those in between.
type pageLoop struct {
	player  *Player
	library *Library

	cursor  *replay.Cursor
	plain   render.Backend // draws unless exact rendering is on, and when that fails
	exact   exactLoop
	session render.Session
	loaded  bool
	drawn   drawn
	loads   int // how often a document was loaded
	// first is when the first page appears. Before it the player shows that
	// page, since an empty stage would look like a fault.
	first recording.Time
}

// drawn names what the last picture shows, so that the same is not drawn twice.
type drawn struct {
	tab           int
	version       uint64
	width, height int
	load          int
	hover         recording.NodeID
}

func (l *pageLoop) run(ctx context.Context) {
	l.cursor = replay.NewCursor(&l.player.Recording.Tracks, l.player.Recording)
	l.plain = l.library.named(l.player.Recording)
	if err := l.open(ctx); err != nil {
		l.deliver(ctx, picture{problem: Explain(err)})
		return
	}
	defer func() {
		l.session.Close()
		l.exact.close()
	}()
	if at, ok, err := l.cursor.FirstPicture(ctx); err == nil && ok {
		l.first = at
	}
	for fit := false; ; fit = true {
		select {
		case <-ctx.Done():
			return
		case r := <-l.player.requests:
			l.show(ctx, r)
			if ctx.Err() == nil && !fit {
				// The first picture comes at once; which fonts fit takes longer.
				l.refit(ctx, r)
			}
		}
	}
}

// open begins a render session and ends the one before.
func (l *pageLoop) open(ctx context.Context) error {
	session, err := l.exact.over(l.plain).Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		return err
	}
	if l.session != nil {
		l.session.Close()
	}
	l.session, l.loaded = session, false
	return nil
}

// refit draws the page again when other fonts fit the recording better.
func (l *pageLoop) refit(ctx context.Context, r pageRequest) {
	best, err := l.library.fit(ctx, l.player.Recording)
	if err != nil || best == l.plain {
		return // what cannot be drawn is reported when it is asked for
	}
	l.plain = best
	if err := l.open(ctx); err == nil {
		l.show(ctx, r)
	}
}

// choose switches exact rendering on or off.
func (l *pageLoop) choose(ctx context.Context, exact bool) error {
	if exact == l.exact.on {
		return nil
	}
	if !exact {
		// The session goes before its browser does.
		l.session.Close()
	}
	l.exact.set(exact, l.library)
	return l.open(ctx)
}

// show draws a request and delivers what is new.
func (l *pageLoop) show(ctx context.Context, r pageRequest) {
	p, changed, err := l.draw(ctx, r)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		p, changed = picture{at: r.at, problem: Explain(err)}, true
		l.loaded = false
	}
	if changed {
		l.deliver(ctx, p)
	}
}

func (l *pageLoop) deliver(ctx context.Context, p picture) {
	select {
	case l.player.pictures <- p:
	case <-ctx.Done():
	}
}

// draw brings the page to the moment and draws it, if it is another than the
// one that was drawn last.
func (l *pageLoop) draw(ctx context.Context, r pageRequest) (p picture, changed bool, err error) {
	if err := l.choose(ctx, r.exact); err != nil {
		return p, false, err
	}
	r.at = max(r.at, l.first)
	move, err := l.cursor.Seek(ctx, r.at)
	if err != nil {
		return p, false, err
	}
	doc := l.cursor.Document()
	if move.Reloaded || !l.loaded {
		if err := l.session.Load(ctx, doc); err != nil {
			return p, false, err
		}
		l.loaded = true
		l.loads++
	} else if len(move.Ops) > 0 {
		if err := l.session.Apply(ctx, render.Delta{From: move.From, To: move.To, Ops: move.Ops}); err != nil {
			if err := l.session.Load(ctx, doc); err != nil {
				return p, false, err
			}
		}
	}
	now := drawn{l.cursor.Tab(), doc.Version(), r.width, r.height, l.loads, r.hover}
	if now == l.drawn || r.width <= 0 || r.height <= 0 {
		return p, false, nil
	}
	w, h := doc.Viewport()
	if doc.Root() == nil || w <= 0 || h <= 0 {
		l.drawn = now
		return picture{at: r.at, viewport: Size{w, h}}, true, nil
	}
	scale := min(float64(r.width)/float64(w), float64(r.height)/float64(h))
	frame, err := l.session.Render(ctx, render.Request{Scale: scale, Pixels: true, Hover: r.hover})
	if err != nil {
		return p, false, err
	}
	l.drawn = now
	x, y := doc.Scroll()
	return picture{
		by: l.exact.drew(frame), instead: Explain(frame.Instead),
		image: frame.Image, scale: scale, at: r.at, viewport: Size{w, h}, scrollX: float64(x), scrollY: float64(y), pageH: frame.PageH,
	}, true, nil
}

package state

import (
	"context"
	"errors"
	"fmt"

	"hindsite.app/player/anchor"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/replay"
)

// Element is what a click reached on the page that was shown at that moment.
type Element struct {
	anchor.Hit
	Path  string // of the element, see anchor.Path
	Tag   string
	Label string // what a person would call it; may be empty
}

// Points reports whether an interaction says which element somebody meant.
func Points(in *recording.Interaction) bool {
	switch in.Kind {
	case recording.Click, recording.DoubleClick, recording.ContextMenu:
		return in.HasXY
	}
	return false
}

// ErrNoPlace says that an interaction has no place on the page.
var ErrNoPlace = &fault.Error{Class: fault.Schema, Err: errors.New("it was recorded without a place on the page")}

// Elements finds out what interactions of a recording reached: clicks in inner
// frames and clicks without a recorded element included. They are given in order
// of time. Found is called for each that has a place, one after the other; its
// error ends the search and is returned.
func (l *Library) Elements(ctx context.Context, r *Recording, all []*recording.Interaction, found func(*recording.Interaction, Element) error) error {
	backend, err := l.fit(ctx, r)
	if err != nil {
		return fmt.Errorf("fit fonts: %w", err)
	}
	s, err := backend.Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		return fmt.Errorf("open renderer: %w", err)
	}
	defer s.Close()
	p := &follower{cursor: replay.NewCursor(&r.Tracks, r), session: s}
	for _, in := range all {
		// As it was just before: the click itself may change the page.
		page, err := p.page(ctx, max(in.At-recording.Microsecond, 0))
		if err != nil {
			return fmt.Errorf("find element: %w", err)
		}
		h, ok := page.Hit(in, r.Tracks.Scrolls)
		if !ok {
			continue
		}
		if err := found(in, describe(p.cursor, page, h)); err != nil {
			return err
		}
	}
	return nil
}

func describe(c *replay.Cursor, page *anchor.Page, h anchor.Hit) Element {
	e := Element{Hit: h}
	if a, ok := page.Anchor(h); ok {
		n := c.Document().Node(h.Node)
		e.Path, e.Tag, e.Label = a.Path, n.Tag, c.Document().Label(n)
	}
	return e
}

// Element finds out what one interaction reached. It returns ErrNoPlace for one
// that has no place.
func (l *Library) Element(ctx context.Context, r *Recording, in *recording.Interaction) (e Element, err error) {
	err = ErrNoPlace
	all := l.Elements(ctx, r, []*recording.Interaction{in}, func(_ *recording.Interaction, found Element) error {
		e, err = found, nil
		return nil
	})
	if all != nil {
		return e, all
	}
	return e, err
}

// follower brings a render session along with a cursor.
type follower struct {
	cursor  *replay.Cursor
	session render.Session
	loaded  bool
}

// page goes to a moment and returns the layout there.
func (f *follower) page(ctx context.Context, at recording.Time) (*anchor.Page, error) {
	move, err := f.cursor.Seek(ctx, at)
	if err != nil {
		return nil, err
	}
	doc := f.cursor.Document()
	switch {
	case move.Reloaded || !f.loaded:
		err = f.session.Load(ctx, doc)
	case len(move.Ops) > 0:
		if err = f.session.Apply(ctx, render.Delta{From: move.From, To: move.To, Ops: move.Ops}); errors.Is(err, render.ErrGap) {
			err = f.session.Load(ctx, doc)
		}
	}
	if err != nil {
		return nil, err
	}
	f.loaded = true
	frame, err := f.session.Render(ctx, render.Request{Boxes: true})
	if err != nil {
		return nil, err
	}
	return anchor.NewPage(doc, frame), nil
}

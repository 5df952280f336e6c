package fidelity

import (
	"context"
	"fmt"

	"hindsite.app/player/anchor"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/replay"
)

// Clicks counts recorded clicks by where they fall.
type Clicks struct {
	// All is how many clicks name a target that the page has, and a place on it.
	// Clicks in inner frames are left out, and those that the browser made by
	// itself; see anchor.Echo.
	All int `json:"all"`
	// Inside is how many of them lie in the box of their target, edges included.
	Inside int `json:"inside"`
	// Late is how many of Inside do so with the scroll offset that was recorded
	// just after them; see anchor.LateScroll.
	Late int `json:"late"`
	// Reached is how many of All reach their target when the box is looked for by
	// the place alone, as render.At does.
	Reached int `json:"reached"`
}

// Add adds the counts of o.
func (c *Clicks) Add(o Clicks) {
	c.All += o.All
	c.Inside += o.Inside
	c.Late += o.Late
	c.Reached += o.Reached
}

// Share returns the share of clicks inside; 1 when there are none.
func (c Clicks) Share() float64 { return share(float64(c.Inside), c.All) }

// Miss is a click outside the box of its target.
type Miss struct {
	At   recording.Time
	Tag  string
	X, Y float32     // page, CSS pixels
	Box  render.Rect // of the target; empty when it was not drawn
}

// CountClicks draws the page as it was just before each recorded click and sees
// where the click falls. Missed, which may be nil, is called for each that
// misses.
func CountClicks(ctx context.Context, t *replay.Tracks, l replay.Loader, b render.Backend, missed func(Miss)) (Clicks, error) {
	var n Clicks
	s, err := b.Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		return n, fmt.Errorf("count clicks: %w", err)
	}
	defer s.Close()
	cursor := replay.NewCursor(t, l)
	for i := range t.Interactions {
		click := &t.Interactions[i]
		if click.Kind != recording.Click || !click.HasXY || click.Node <= recording.NoNode || click.Framed || anchor.Echo(t.Interactions, i) {
			continue
		}
		if _, err := cursor.Seek(ctx, click.At-recording.Microsecond); err != nil {
			return n, fmt.Errorf("count clicks: %w", err)
		}
		doc := cursor.Document()
		target := doc.Node(click.Node)
		if doc.View() != int(click.View) || target == nil || target.Type != recording.ElementNode {
			continue
		}
		if err := s.Load(ctx, doc); err != nil {
			return n, fmt.Errorf("count clicks: %w", err)
		}
		f, err := s.Render(ctx, render.Request{Boxes: true})
		if err != nil {
			return n, fmt.Errorf("count clicks: %w", err)
		}
		one, box := count(anchor.NewPage(doc, f), f.Boxes, click, t.Scrolls)
		n.Add(one)
		if one.Inside == 0 && missed != nil {
			x, y := click.PageXY()
			missed(Miss{At: click.At, Tag: target.Tag, X: x, Y: y, Box: render.Rect{X: box.X, Y: box.Y, W: box.W, H: box.H}})
		}
	}
	return n, nil
}

func count(p *anchor.Page, boxes []render.Box, click *recording.Interaction, scrolls []recording.Scroll) (n Clicks, box render.Box) {
	n.All = 1
	h, ok := p.Hit(click, scrolls)
	if !ok {
		return n, box
	}
	if box, ok = p.Box(click.Node); ok && h.X >= box.X && h.Y >= box.Y && h.X <= box.X+box.W && h.Y <= box.Y+box.H {
		n.Inside = 1
		if h.Late {
			n.Late = 1
		}
	}
	if i := render.At(boxes, h.X, h.Y); i >= 0 && boxes[i].Node == click.Node {
		n.Reached = 1
	}
	return n, box
}

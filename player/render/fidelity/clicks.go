package fidelity

import (
	"context"
	"fmt"

	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/replay"
)

// Clicks counts recorded clicks by where they fall.
type Clicks struct {
	// All is how many clicks name a target that the page has, and a place.
	All int `json:"all"`
	// Inside is how many of them lie in the box of their target, edges included.
	Inside int `json:"inside"`
	// Reached is how many of them render.At gives to their target.
	Reached int `json:"reached"`
}

// Add adds the counts of o.
func (c *Clicks) Add(o Clicks) {
	c.All += o.All
	c.Inside += o.Inside
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

// CountClicks draws the page before each recorded click and sees where the
// click falls. Missed, which may be nil, is called for each that misses. Clicks
// in inner frames are left out: their place is not one of the page.
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
		if click.Kind != recording.Click || !click.HasXY || click.Node <= recording.NoNode || click.Framed {
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
		one, box := count(f.Boxes, click)
		n.Add(one)
		if one.Inside == 0 && missed != nil {
			x, y := click.PageXY()
			missed(Miss{At: click.At, Tag: target.Tag, X: x, Y: y, Box: box})
		}
	}
	return n, nil
}

func count(boxes []render.Box, click *recording.Interaction) (n Clicks, box render.Rect) {
	n.All = 1
	x, y := click.PageXY()
	for i := range boxes {
		if b := &boxes[i]; b.Node == click.Node {
			box = render.Rect{X: b.X, Y: b.Y, W: b.W, H: b.H}
			if x >= b.X && y >= b.Y && x <= b.X+b.W && y <= b.Y+b.H {
				n.Inside = 1
			}
			break
		}
	}
	if i := render.At(boxes, x, y); i >= 0 && boxes[i].Node == click.Node {
		n.Reached = 1
	}
	return n, box
}

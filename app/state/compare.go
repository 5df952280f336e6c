package state

import (
	"context"
	"errors"
	"fmt"
	"image"

	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/compare"
	"hindsite.app/player/replay"
)

// CompareRequest says which two moments of a session to compare.
type CompareRequest struct {
	At, With recording.Time
	Full     bool    // whole pages, each as it looks when scrolled to its top, not only what was in view
	Scale    float64 // pixels for each CSS pixel; 0 means 1
	Renderer string  // as in PageRequest
	Fallback bool    // as in PageRequest
}

// Comparison is two moments of a session, side by side. At is what the
// difference is told of: what With has and At has not was added.
type Comparison struct {
	At, With   recording.Time
	Frames     [2]*render.Frame // of At and With
	Difference *compare.Difference
	// SameDocument says that both moments show one document, so that its elements
	// can be told apart. Elements is empty otherwise.
	SameDocument bool
	Elements     compare.Changes
}

// CompareView is a way to see a Comparison.
type CompareView string

// The views.
const (
	SideBySide     CompareView = "side"
	DifferenceView CompareView = "difference"
)

// Compare draws a session's page at two moments and says what is not the same.
// The element under the pointer is not drawn as hovered: where the pointer was is
// no change of the page.
func (l *Library) Compare(ctx context.Context, r *Recording, q CompareRequest) (_ *Comparison, err error) {
	within := func(at recording.Time) recording.Time { return min(max(at, 0), r.Tracks.Duration) }
	c := &Comparison{At: within(q.At), With: within(q.With)}
	backend, end, err := l.drawing(ctx, r, PageRequest{Renderer: q.Renderer, Fallback: q.Fallback})
	if err != nil {
		return nil, fmt.Errorf("compare moments: %w", err)
	}
	defer func() { err = errors.Join(err, end()) }()
	s, err := backend.Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		return nil, fmt.Errorf("open renderer: %w", err)
	}
	defer s.Close()
	if err := compareMoments(ctx, r, s, q, c); err != nil {
		return nil, fmt.Errorf("compare moments: %w", err)
	}
	return c, nil
}

func compareMoments(ctx context.Context, r *Recording, s render.Session, q CompareRequest, c *Comparison) (err error) {
	// The earlier moment first: then the way to the later one says whether the
	// document was replaced in between.
	times, order := [2]recording.Time{c.At, c.With}, [2]int{0, 1}
	if c.With < c.At {
		order = [2]int{1, 0}
	}
	describer := compare.NewDescriber()
	var described [2]compare.Elements
	cursor := replay.NewCursor(&r.Tracks, r)
	same := true
	for n, i := range order {
		move, err := cursor.Seek(ctx, times[i])
		if err != nil {
			return err
		}
		if n == 1 {
			same = sameDocument(r, times[order[0]], times[i], move)
		}
		if c.Frames[i], err = drawMoment(ctx, cursor, s, q); err != nil {
			return err
		}
		described[i] = describer.Describe(cursor.Document(), c.Frames[i].Boxes)
	}
	if c.Difference, err = compare.Of(ctx, c.Frames[0].Image, c.Frames[1].Image); err != nil {
		return err
	}
	if c.SameDocument = same; same {
		c.Elements = described[1].Since(described[0])
	}
	return nil
}

// sameDocument reports whether the document was kept on the way from one moment
// to a later one.
func sameDocument(r *Recording, from, to recording.Time, move replay.Move) bool {
	if r.Tracks.ViewAt(from) == r.Tracks.ViewAt(to) {
		return true
	}
	if move.Reloaded || r.Tracks.TabAt(from) != r.Tracks.TabAt(to) {
		return false
	}
	for _, op := range move.Ops {
		if _, ok := op.(recording.Snapshot); ok {
			return false
		}
	}
	return true
}

func drawMoment(ctx context.Context, c *replay.Cursor, s render.Session, q CompareRequest) (*render.Frame, error) {
	d := c.Document()
	if root := d.Root(); q.Full && root != nil {
		d.Apply(recording.SetScroll{Node: root.ID})
	}
	if err := s.Load(ctx, d); err != nil {
		return nil, err
	}
	f, err := s.Render(ctx, render.Request{Full: q.Full, Scale: q.Scale, Pixels: true, Boxes: true})
	if err != nil {
		return nil, err
	}
	if f.Image == nil {
		f.Image = image.NewRGBA(image.Rect(0, 0, 1, 1))
	}
	return f, nil
}

// Picture draws the comparison in a view.
func (c *Comparison) Picture(ctx context.Context, v CompareView) (*image.RGBA, error) {
	switch v {
	case SideBySide:
		return compare.Beside(c.Frames[0].Image, c.Frames[1].Image), nil
	case DifferenceView:
		return c.Difference.Over(ctx, c.Frames[0].Image, c.Frames[1].Image)
	}
	return nil, fault.New(fault.Unsupported, "compare moments: no view %q", v)
}

// Summary says in one line what is not the same.
func (c *Comparison) Summary() string {
	if c.Difference.Changed == 0 {
		return "nothing that is seen changed"
	}
	s := fmt.Sprintf("%s of the picture changed, in %s", percent(c.Difference.Share()), plural(len(c.Difference.Regions), "place"))
	if !c.SameDocument {
		return s + "; it is another page"
	}
	e := c.Elements
	return fmt.Sprintf("%s; elements: %d added, %d removed, %d changed, %d moved", s, len(e.Added), len(e.Removed), len(e.Changed), len(e.Moved))
}

// percent writes a share so that little is not nothing.
func percent(share float64) string {
	switch {
	case share > 0 && share < 0.0005:
		return "less than 0.1 %"
	case share < 0.1:
		return fmt.Sprintf("%.1f %%", 100*share)
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

package replay

import (
	"sort"

	"hindsite.app/player/recording"
)

// Spot is where the pointer was at a moment.
type Spot struct {
	At     recording.Time
	X, Y   float32 // viewport of the view, CSS pixels
	View   int32
	Node   recording.NodeID
	Framed bool // counts from an inner frame
	Touch  bool
	Click  bool // comes from a press or click and not from a move
}

// Path is where the pointer was over a whole session, from moves and from
// everything else that says where it was. It is not changed after it was made.
type Path struct {
	spots  []Spot
	clicks []recording.Interaction
}

// NewPath merges the tracks.
func NewPath(t *Tracks) *Path {
	p := &Path{spots: make([]Spot, 0, len(t.Pointers)+len(t.Interactions)/2)}
	i := 0
	for _, m := range t.Pointers {
		i = p.interactionsUntil(t, i, m.At)
		p.spots = append(p.spots, spot(m.At, m.Place, m.Kind == recording.TouchMove, false))
	}
	p.interactionsUntil(t, i, t.Duration+1)
	return p
}

func (p *Path) interactionsUntil(t *Tracks, i int, until recording.Time) int {
	for ; i < len(t.Interactions) && t.Interactions[i].At < until; i++ {
		in := t.Interactions[i]
		if !in.HasXY {
			continue
		}
		if placesPointer(in.Kind) {
			touch := in.Device == recording.TouchPointer || in.Kind >= recording.TouchStart
			p.spots = append(p.spots, spot(in.At, in.Place, touch, true))
		}
		if in.Kind == recording.Click || in.Kind == recording.DoubleClick || in.Kind == recording.ContextMenu {
			p.clicks = append(p.clicks, in)
		}
	}
	return i
}

// placesPointer reports whether an interaction says where the pointer is. A
// context menu can come from the keyboard, with a place of its own.
func placesPointer(k recording.InteractionKind) bool {
	switch k {
	case recording.MouseDown, recording.MouseUp, recording.Click, recording.TouchStart, recording.TouchEnd:
		return true
	}
	return false
}

func spot(at recording.Time, p recording.Place, touch, click bool) Spot {
	return Spot{At: at, X: p.X, Y: p.Y, View: p.View, Node: p.Node, Framed: p.Framed, Touch: touch, Click: click}
}

// At returns the last recorded spot at or before the moment.
func (p *Path) At(at recording.Time) (Spot, bool) {
	i := p.after(at)
	if i == 0 {
		return Spot{}, false
	}
	return p.spots[i-1], true
}

// Smooth returns where to draw the pointer at the moment: between two samples
// of one movement it is on the line between them, else where it was last seen.
func (p *Path) Smooth(at recording.Time) (Spot, bool) {
	i := p.after(at)
	if i == 0 {
		return Spot{}, false
	}
	a := p.spots[i-1]
	if i == len(p.spots) {
		return a, true
	}
	b := p.spots[i]
	if gap := b.At - a.At; gap > 0 && gap <= oneMovement && a.View == b.View && a.Framed == b.Framed {
		f := float32(at-a.At) / float32(gap)
		a.X += (b.X - a.X) * f
		a.Y += (b.Y - a.Y) * f
	}
	return a, true
}

// oneMovement is the longest gap between two samples of one movement.
// Recorders sample at most every 50 ms; a slow machine leaves gaps.
const oneMovement = 250 * recording.Millisecond

// Trail returns the spots of the last while, oldest first, of the view that
// the last one is in.
func (p *Path) Trail(at, length recording.Time) []Spot {
	i := p.after(at)
	if i == 0 {
		return nil
	}
	j := i - 1
	for j > 0 && p.spots[j-1].At >= at-length && p.spots[j-1].View == p.spots[i-1].View {
		j--
	}
	if p.spots[i-1].At < at-length {
		return nil
	}
	return p.spots[j:i:i]
}

// Clicks returns the clicks of the last while, oldest first.
func (p *Path) Clicks(at, length recording.Time) []recording.Interaction {
	to := sort.Search(len(p.clicks), func(i int) bool { return p.clicks[i].At > at })
	from := sort.Search(len(p.clicks), func(i int) bool { return p.clicks[i].At > at-length })
	return p.clicks[min(from, to):to:to]
}

func (p *Path) after(at recording.Time) int {
	return sort.Search(len(p.spots), func(i int) bool { return p.spots[i].At > at })
}

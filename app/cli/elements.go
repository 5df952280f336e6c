package cli

import (
	"context"
	"fmt"

	"hindsite.app/app/state"
	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
)

// element is the element of a line of “events --elements --json”, page pixels.
type element struct {
	Node   recording.NodeID `json:"node"`
	Tag    string           `json:"tag"`
	Label  string           `json:"label"`
	Path   string           `json:"path"`
	X      float32          `json:"x"`
	Y      float32          `json:"y"`
	Width  float32          `json:"width"`
	Height float32          `json:"height"`
	// FX and FY are where in the element: 0 is its left or upper edge, 1 its right
	// or lower one.
	FX      float32 `json:"fx"`
	FY      float32 `json:"fy"`
	PageX   float32 `json:"page_x"` // of the click, also in inner frames
	PageY   float32 `json:"page_y"`
	ByPlace bool    `json:"by_place"` // found by the place, not recorded
}

func elementOf(e state.Element) *element {
	if e.Node == recording.NoNode {
		return nil
	}
	return &element{
		Node: e.Node, Tag: e.Tag, Label: e.Label, Path: e.Path, X: e.Box.X, Y: e.Box.Y, Width: e.Box.W, Height: e.Box.H,
		FX: e.FX, FY: e.FY, PageX: e.X, PageY: e.Y, ByPlace: e.ByPlace,
	}
}

// elementsOf returns the elements under the clicks of some events.
func elementsOf(ctx context.Context, l *state.Library, r *state.Recording, events []replay.Event) (map[*recording.Interaction]*element, error) {
	var clicks []*recording.Interaction
	for i := range events {
		if in := events[i].Interaction; in != nil && state.Points(in) {
			clicks = append(clicks, in)
		}
	}
	found := make(map[*recording.Interaction]*element, len(clicks))
	err := l.Elements(ctx, r, clicks, func(in *recording.Interaction, e state.Element) error {
		found[in] = elementOf(e)
		return nil
	})
	return found, err
}

// String says it in one line.
func (e *element) String() string {
	return fmt.Sprintf("<%s> %.0f × %.0f at %s, %.0f %% across, %.0f %% down  %s", e.Tag, e.Width, e.Height, at(e.X, e.Y), 100*e.FX, 100*e.FY, e.Path)
}

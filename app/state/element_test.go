package state_test

import (
	"context"
	"errors"
	"testing"

	"hindsite.app/app/state"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
)

func openSample(t *testing.T, id string) (*state.Library, *state.Recording) {
	t.Helper()
	l, _ := newLibrary(t)
	importAll(t, l, study(t, id))
	r, err := l.OpenRecording(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return l, r
}

// A click without a recorded element is given the one that the recording names
// for the same place.
func TestElements(t *testing.T) {
	l, r := openSample(t, "s-0003")
	var named, nameless []*recording.Interaction
	for i := range r.Tracks.Interactions {
		if in := &r.Tracks.Interactions[i]; state.Points(in) && in.Node > recording.NoNode {
			without := *in
			without.Node = recording.UnknownNode
			named, nameless = append(named, in), append(nameless, &without)
		}
	}
	if len(named) < 10 {
		t.Fatalf("only %d clicks", len(named))
	}
	elements := func(all []*recording.Interaction) (found []state.Element) {
		err := l.Elements(t.Context(), r, all, func(_ *recording.Interaction, e state.Element) error {
			found = append(found, e)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	recorded, byPlace := elements(named), elements(nameless)
	if len(recorded) != len(named) || len(byPlace) != len(named) {
		t.Fatalf("%d and %d of %d clicks have elements", len(recorded), len(byPlace), len(named))
	}
	same, inside := 0, 0
	for i, e := range recorded {
		if e.Node != named[i].Node || e.ByPlace || e.Path == "" || e.Tag == "" {
			t.Errorf("click %d on %d: %+v", i, named[i].Node, e)
		}
		if e.FX >= 0 && e.FX <= 1 && e.FY >= 0 && e.FY <= 1 {
			inside++
			if byPlace[i].Node == e.Node {
				same++
			}
		}
		if !byPlace[i].ByPlace {
			t.Errorf("click %d without an element was not looked for by its place", i)
		}
	}
	if inside*10 < len(named)*8 || same*10 < inside*9 {
		t.Errorf("of %d clicks %d are in their elements, and %d of those are found by their place", len(named), inside, same)
	}
}

func TestElementWithoutAPlace(t *testing.T) {
	l, r := openSample(t, "s-0003")
	if _, err := l.Element(t.Context(), r, &recording.Interaction{At: recording.Second}); !errors.Is(err, state.ErrNoPlace) {
		t.Errorf("error %v", err)
	}
}

func TestCompare(t *testing.T) {
	l, r := openSample(t, "s-0003")
	ms := recording.Millisecond
	x, err := l.Compare(t.Context(), r, state.CompareRequest{At: 2790 * ms, With: 2800 * ms, Scale: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	// The recording changes the attributes of 43 and 51 at 2793 ms.
	if ids := x.Elements.Changed; len(ids) != 2 || ids[0] != 43 || ids[1] != 51 || !x.SameDocument {
		t.Errorf("changed %v, same document %v", ids, x.SameDocument)
	}
	if x.Difference.Size.X != 195 || x.Difference.Size.Y != 422 || x.Difference.Changed == 0 {
		t.Errorf("difference %v, %d pixels", x.Difference.Size, x.Difference.Changed)
	}
	for view, width := range map[state.CompareView]int{state.SideBySide: 195 + 16 + 195, state.DifferenceView: 195} {
		img, err := x.Picture(t.Context(), view)
		if err != nil || img.Rect.Dx() != width || img.Rect.Dy() != 422 {
			t.Errorf("%s: %v, %v", view, img.Rect, err)
		}
	}
	if _, err := x.Picture(t.Context(), "both"); fault.Of(err) != fault.Unsupported {
		t.Errorf("error %v", err)
	}
	// Two pages: one of them comes with a page load in between.
	x, err = l.Compare(t.Context(), r, state.CompareRequest{At: 7000 * ms, With: 1000 * ms})
	if err != nil {
		t.Fatal(err)
	}
	if x.SameDocument || len(x.Elements.Added) > 0 || x.At != 7000*ms || x.With != 1000*ms {
		t.Errorf("%+v", x.Elements)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Compare(ctx, r, state.CompareRequest{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

package state_test

import (
	"strings"
	"testing"

	"hindsite.app/app/state"
	"hindsite.app/player/fault"
	"hindsite.app/player/heatmap"
)

// In one view the picture is that of the same page: by element or by pixel, a
// click stands at the same place as long as the page above it kept its height.
func TestHeatmapByElementOfOneView(t *testing.T) {
	l, _ := newLibrary(t)
	importAll(t, l, study(t, "s-0005"))
	maps := map[bool]*state.Heatmap{}
	for _, by := range []bool{false, true} {
		h, err := l.Heatmap(t.Context(), state.HeatmapQuery{Kind: heatmap.Clicks, Page: "shop.test/", ByElement: by, Cell: 16})
		if err != nil {
			t.Fatal(err)
		}
		maps[by] = h
	}
	pixel, element := maps[false], maps[true]
	if pixel.Points == 0 || element.Points+element.Absent != pixel.Points || element.Unplaced != pixel.Unplaced {
		t.Fatalf("by pixel %d, by element %d and %d absent", pixel.Points, element.Points, element.Absent)
	}
	for i, v := range pixel.Cells.Values {
		if v > 0 && element.Absent == 0 && element.Cells.Values[i] != v {
			t.Errorf("cell %d counts %v by pixel and %v by element", i, v, element.Cells.Values[i])
		}
	}
}

// Views of phones and of desktops come together.
func TestHeatmapByElementOfManyWidths(t *testing.T) {
	l, _ := newLibrary(t)
	importAll(t, l, study(t))
	q := state.HeatmapQuery{Kind: heatmap.Clicks, Page: "shop.test/p/*", ByElement: true}
	h, err := l.Heatmap(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if h.Points < 100 || h.Absent*10 > h.Points || h.Outside > 0 {
		t.Errorf("%d clicks are placed, %d absent, %d outside", h.Points, h.Absent, h.Outside)
	}
	if !strings.Contains(h.Caption, "where its element stands") {
		t.Errorf("the caption says %q", h.Caption)
	}
	q.Kind = heatmap.Moves
	if _, err := l.Heatmap(t.Context(), q); fault.Of(err) != fault.Unsupported {
		t.Errorf("moves by element: %v", err)
	}
}

package fidelity_test

import (
	"testing"

	"hindsite.app/player/recording"
	"hindsite.app/player/render/fidelity"
	"hindsite.app/player/render/flat"
	"hindsite.app/player/render/rendertest"
	"hindsite.app/player/replay"
)

// A page with a button at 40, 30, 100 × 50, and a label with its field: what
// counts as a click in its target follows from the definition alone.
func TestCountClicks(t *testing.T) {
	var m rendertest.Builder
	label := m.El("label", "Name")
	button := m.El("button", "Go")
	field := m.El("input")
	cover := m.El("div")
	cover.Attrs = []recording.Attr{{Name: "style", Value: "position: absolute; left: 40px; top: 30px; width: 50px; height: 50px"}}
	root := m.Root("body { margin: 0; height: 3000px } button { position: absolute; left: 40px; top: 30px; width: 100px; height: 50px }", button, label, field, cover)
	const ms = recording.Millisecond
	at := func(when recording.Time, node recording.NodeID, x, y, scrolled float32) recording.Interaction {
		return recording.Interaction{At: when, Kind: recording.Click, HasXY: true, Place: recording.Place{Node: node, X: x, Y: y, ScrollY: scrolled}}
	}
	framed := at(900*ms, button.ID, 50, 40, 0)
	framed.Framed = true
	rec := &recording.Recording{
		ID: "s", Duration: recording.Second, Tabs: []string{""}, Views: []recording.View{{End: recording.Second, Width: 800, Height: 600}},
		Changes: []recording.Change{{Op: recording.SetViewport{Width: 800, Height: 600}}, {Op: recording.Navigate{}}, {Op: recording.Snapshot{Root: root}}},
		Scrolls: []recording.Scroll{{At: 440 * ms, Y: 0, Window: true}},
		Interactions: []recording.Interaction{
			at(100*ms, button.ID, 120, 60, 0),  // inside, and on top
			at(200*ms, button.ID, 60, 60, 0),   // inside, but under the cover
			at(300*ms, button.ID, 150, 60, 0),  // beside
			at(400*ms, button.ID, 120, 60, 90), // inside once the window's offset was told
			at(500*ms, label.ID, 5, 5, 0),
			at(502*ms, field.ID, 5, 5, 0), // the browser's own
			at(600*ms, recording.UnknownNode, 120, 60, 0),
			at(700*ms, 9999, 120, 60, 0),
			framed,
		},
	}
	tracks, chunks, err := replay.FromRecording(rec)
	if err != nil {
		t.Fatal(err)
	}
	var missed []fidelity.Miss
	got, err := fidelity.CountClicks(t.Context(), &tracks, chunks, flat.New(nil), func(m fidelity.Miss) { missed = append(missed, m) })
	if err != nil {
		t.Fatal(err)
	}
	if want := (fidelity.Clicks{All: 5, Inside: 4, Late: 1, Reached: 3}); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	if len(missed) != 1 || missed[0].At != 300*ms || missed[0].Tag != "button" || missed[0].Box.W != 100 {
		t.Errorf("missed %+v", missed)
	}
	if got.Share() != 0.8 {
		t.Errorf("share %v, want 0.8", got.Share())
	}
}

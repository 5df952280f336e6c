package state

import (
	"context"
	"fmt"

	"hindsite.app/data"
	"hindsite.app/player/anchor"
	"hindsite.app/player/heatmap"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/replay"
)

// anchored takes the clicks of a view as places within elements. Those that the
// browser made by itself, on the field of a label that was clicked, are left out.
func (l *Library) anchored(ctx context.Context, v data.PageView) (s viewSource, unplaced int, err error) {
	s.view = v
	r, err := l.OpenRecording(ctx, v.Session)
	if err != nil {
		return s, 0, err
	}
	defer r.Close()
	var clicks []*recording.Interaction
	all := r.Tracks.Interactions
	for i := range all {
		if in := &all[i]; int(in.View) == v.Index && in.Kind == recording.Click && !anchor.Echo(all, i) {
			clicks = append(clicks, in)
		}
	}
	err = l.Elements(ctx, r, clicks, func(_ *recording.Interaction, e Element) error {
		if e.Path != "" {
			s.anchors = append(s.anchors, anchor.Anchor{Path: e.Path, FX: e.FX, FY: e.FY})
		}
		return nil
	})
	return s, len(clicks) - len(s.anchors), err
}

// place turns anchors into points of the page that is the picture of the map.
func place(h *Heatmap, page *anchor.Page, sources []viewSource) {
	clicks := 0
	for i := range sources {
		s := &sources[i]
		clicks += len(s.anchors)
		for _, a := range s.anchors {
			if page == nil {
				break
			}
			if x, y, ok := page.Place(a); ok {
				s.points = append(s.points, heatmap.Point{X: x, Y: y, Weight: 1})
			}
		}
		h.Absent += len(s.anchors) - len(s.points)
	}
	h.Caption = "each click is placed where its element stands in this picture, whatever the width of the visitor's page"
	if h.Absent > 0 {
		h.Caption += fmt.Sprintf("; %d of %d are on elements that it does not show", h.Absent, clicks)
	}
}

// pageWithLayout returns the picture of a page and where its elements are.
func (l *Library) pageWithLayout(ctx context.Context, r *Recording, q PageRequest) (*render.Frame, *anchor.Page, error) {
	var page *anchor.Page
	frame, err := l.pagePicture(ctx, r, q, func(c *replay.Cursor, f *render.Frame) { page = anchor.NewPage(c.Document(), f) })
	return frame, page, err
}

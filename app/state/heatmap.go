package state

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	"math"

	"hindsite.app/data"
	"hindsite.app/player/anchor"
	"hindsite.app/player/fault"
	"hindsite.app/player/heatmap"
	"hindsite.app/player/recording"
	"hindsite.app/player/track"
)

// HeatmapQuery chooses what a heatmap shows.
type HeatmapQuery struct {
	Kind  heatmap.Kind
	Page  string // glob over host and path
	Where string // filter over sessions
	// ByElement places each click where its element stands in the picture of the
	// page, instead of where it was on the visitor's. The page is laid out for each
	// click, which takes its time. Other kinds than clicks have no elements.
	ByElement bool
	// Cell is the side of a cell of the exported table, CSS pixels; 0 means 10.
	Cell int
	// Progress, which may be nil, is told how many sessions were read.
	Progress func(sessions int)
}

// Heatmap is a finished map over the picture of a page.
type Heatmap struct {
	Kind     heatmap.Kind
	Page     string
	Sessions int
	Views    int
	Points   int    // clicks, pointer samples, or views for reach
	Unplaced int    // in inner frames or without a place
	Outside  int    // beyond the page's edges
	Absent   int    // by element: on elements that the picture of the page does not show
	Caption  string // how widths were brought together
	Width    int    // of the page, CSS pixels
	Height   int

	Cells   *heatmap.Grid // as counted
	Smooth  *heatmap.Grid // as drawn
	Top     float32       // the value that is drawn hottest
	Picture *image.RGBA   // of the page at scale 1; nil when it cannot be drawn

	// Reached holds, for reach maps, the share of views that saw each row of
	// cells of Cells.
	Reached []float32
}

// drawnCell is the side of the cells that are drawn, CSS pixels; spread is the
// standard deviation by which a point is spread.
const (
	drawnCell = 4
	spread    = 18
	// smallSample is the number of sessions under which a map can say who did
	// what and no more.
	smallSample = 5
)

// Small reports whether the map rests on so few sessions that it shows persons
// rather than a pattern.
func (h *Heatmap) Small() bool { return h.Sessions < smallSample }

// viewSource is one view with what a heatmap takes from it.
type viewSource struct {
	view    data.PageView
	points  []heatmap.Point
	anchors []anchor.Anchor
	bottom  float32
}

// Heatmap makes a heatmap of a page over the sessions that the query chooses.
func (l *Library) Heatmap(ctx context.Context, q HeatmapQuery) (*Heatmap, error) {
	where, err := ParseWhere(q.Where)
	if err != nil {
		return nil, err
	}
	switch q.Kind {
	case heatmap.Clicks, heatmap.Moves, heatmap.Reach:
	default:
		return nil, fault.New(fault.Unsupported, "make heatmap: no kind %q yet", q.Kind)
	}
	if q.ByElement && q.Kind != heatmap.Clicks {
		return nil, fault.New(fault.Unsupported, "make heatmap: %s has no elements", q.Kind)
	}
	h := &Heatmap{Kind: q.Kind, Page: q.Page}
	var sources []viewSource
	var open *opened
	defer func() { open.close() }()
	for v, err := range l.data.ViewsOnPage(ctx, q.Page, where) {
		if err != nil {
			return nil, fmt.Errorf("find views: %w", err)
		}
		if open == nil || open.session != v.Session {
			open.close()
			if open, err = l.openTracks(ctx, v.Session); err != nil {
				return nil, err
			}
			if h.Sessions++; q.Progress != nil {
				q.Progress(h.Sessions)
			}
		}
		var s viewSource
		var unplaced int
		if q.ByElement {
			s, unplaced, err = l.anchored(ctx, v)
		} else {
			s, unplaced, err = open.take(q.Kind, v)
		}
		if err != nil {
			return nil, err
		}
		h.Unplaced += unplaced
		h.Views++
		sources = append(sources, s)
	}
	if h.Views == 0 {
		return nil, fault.New(fault.Schema, "make heatmap: no views of this page in the chosen sessions")
	}
	return h, l.fill(ctx, h, sources, q)
}

// opened is a session whose tracks a heatmap reads, each at most once.
type opened struct {
	session      string
	parts        *data.Tracks
	interactions []recording.Interaction
	pointers     []recording.Pointer
	scrolls      []recording.Scroll
	read         bool
}

func (l *Library) openTracks(ctx context.Context, id string) (*opened, error) {
	parts, err := l.data.Tracks(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("open recording: %w", err)
	}
	return &opened{session: id, parts: parts}, nil
}

func (o *opened) close() {
	if o != nil {
		o.parts.Close()
	}
}

func (o *opened) take(kind heatmap.Kind, v data.PageView) (s viewSource, unplaced int, err error) {
	s.view = v
	index := int32(v.Index)
	switch kind {
	case heatmap.Clicks:
		if !o.read {
			if o.interactions, err = part(o.parts, partInteractions, track.DecodeInteractions); err != nil {
				return s, 0, err
			}
		}
		s.points, unplaced = heatmap.ClickPoints(o.interactions, index)
	case heatmap.Moves:
		if !o.read {
			if o.pointers, err = part(o.parts, partPointers, track.DecodePointers); err != nil {
				return s, 0, err
			}
		}
		s.points, unplaced = heatmap.MovePoints(o.pointers, index, recording.Time(v.End))
	case heatmap.Reach:
		if !o.read {
			if o.scrolls, err = part(o.parts, partScrolls, track.DecodeScrolls); err != nil {
				return s, 0, err
			}
		}
		s.bottom = float32(v.Height)
		for _, sc := range o.scrolls {
			if sc.View == index && sc.Window {
				s.bottom = max(s.bottom, sc.Y+float32(v.Height))
			}
		}
	}
	o.read = true
	return s, unplaced, nil
}

// fill brings the views to one width, counts, and draws the page behind.
func (l *Library) fill(ctx context.Context, h *Heatmap, sources []viewSource, q HeatmapQuery) error {
	widths := heatmap.Widths{}
	for _, s := range sources {
		widths[s.view.Width]++
	}
	h.Width, h.Caption = max(widths.Reference(), 1), widths.Caption()
	page, err := l.picture(ctx, h, sources)
	if err != nil {
		return err
	}
	if q.ByElement {
		place(h, page, sources)
	}
	cell := q.Cell
	if cell <= 0 {
		cell = 10
	}
	if h.Kind == heatmap.Reach {
		bottoms := make([]float32, len(sources))
		for i, s := range sources {
			bottoms[i] = s.bottom
		}
		h.Points = len(sources)
		h.Reached = heatmap.Reached(bottoms, h.Height, cell)
		h.Cells = heatmap.FromReach(h.Reached, h.Width, h.Height, cell)
		h.Smooth, h.Top = h.Cells, 1
		return nil
	}
	h.Cells, h.Smooth = heatmap.NewGrid(h.Width, h.Height, cell), heatmap.NewGrid(h.Width, h.Height, drawnCell)
	for _, s := range sources {
		if !q.ByElement {
			heatmap.Scale(s.points, s.view.Width, h.Width)
		}
		h.Points += len(s.points)
		h.Cells.Add(s.points)
		h.Smooth.Add(s.points)
	}
	h.Outside = h.Cells.Outside
	h.Smooth = h.Smooth.Blur(spread)
	h.Top = h.Smooth.Max()
	return nil
}

// picture draws the page as it was in the longest view of the reference width,
// fixes the height of the map, and returns the layout of what it drew: nil when
// there was nothing to draw.
func (l *Library) picture(ctx context.Context, h *Heatmap, sources []viewSource) (*anchor.Page, error) {
	var best *viewSource
	for i := range sources {
		s := &sources[i]
		if s.view.Width == h.Width && (best == nil || s.view.End-s.view.Start > best.view.End-best.view.Start) {
			best = s
		}
	}
	for _, s := range sources {
		h.Height = max(h.Height, s.view.Height, int(s.bottom))
	}
	if best == nil {
		h.Height = max(h.Height, 1)
		return nil, nil
	}
	r, err := l.OpenRecording(ctx, best.view.Session)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	at := max(recording.Time(best.view.End)-recording.Millisecond, recording.Time(best.view.Start))
	frame, page, err := l.pageWithLayout(ctx, r, PageRequest{At: at, Full: true, Boxes: true})
	if err != nil {
		return nil, err
	}
	h.Picture, h.Height = frame.Image, max(h.Height, frame.PageH)
	return page, nil
}

// Compose draws page and map into one picture at scale 1. Opacity is that of
// the map, between 0 and 1.
func (h *Heatmap) Compose(opacity float64) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, h.Width, h.Height))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	if h.Picture != nil {
		draw.Draw(out, out.Rect, h.Picture, image.Point{}, draw.Src)
	}
	overlay := h.Smooth.Picture(1, h.Top, opacity)
	draw.Draw(out, out.Rect, overlay, image.Point{}, draw.Over)
	return out
}

// Unit names what a value of the map is.
func (h *Heatmap) Unit() string {
	switch h.Kind {
	case heatmap.Moves:
		return "seconds"
	case heatmap.Reach:
		return "share of views"
	}
	return "clicks"
}

// Summary says in one line what the map rests on.
func (h *Heatmap) Summary() string {
	counted := plural(h.Points, "click")
	switch h.Kind {
	case heatmap.Moves:
		counted = plural(h.Points, "pointer sample")
	case heatmap.Reach:
		counted = "depth of each measured"
	}
	s := fmt.Sprintf("%s, %s, %s", plural(h.Sessions, "session"), plural(h.Views, "view"), counted)
	if h.Absent > 0 {
		s += fmt.Sprintf("; %d on elements that this picture does not show", h.Absent)
	}
	if lost := h.Unplaced + h.Outside; lost > 0 {
		s += fmt.Sprintf("; %d could not be placed on the page", lost)
	}
	return s
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// Share returns v as a share of the hottest value, for legends.
func (h *Heatmap) Share(v float32) float64 {
	if h.Top <= 0 {
		return 0
	}
	return math.Min(float64(v/h.Top), 1)
}

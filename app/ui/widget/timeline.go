package widget

import (
	"fmt"
	"image"
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "hindsite.app/app/ui/theme"
	"hindsite.app/player/recording"
	"hindsite.app/player/timeline"
)

// Timeline shows a session's tracks over time. The tracks are one picture,
// drawn anew only when they look different; playhead and hover line move over
// it.
type Timeline struct {
	widget.BaseWidget

	OnSeek func(at recording.Time) // a moment was clicked or dragged to
	// Modifiers says which modifier keys are down.
	Modifiers func() fyne.KeyModifier

	data   *timeline.Timeline
	scale  timeline.Scale // in units, Width is that of the tracks
	at     recording.Time
	hover  float32 // x within the tracks, below 0 for none
	grip   bool    // the overview is dragged
	drawn  int     // pictures drawn
	view   *timelineRenderer
	ink    *ink
	inkK   float64
	buffer *image.RGBA
	stale  bool
}

// heads is the width of the tracks' heads.
const heads = 178

var (
	_ fyne.Scrollable   = (*Timeline)(nil)
	_ fyne.Draggable    = (*Timeline)(nil)
	_ desktop.Hoverable = (*Timeline)(nil)
	_ desktop.Mouseable = (*Timeline)(nil)
)

// NewTimeline returns a timeline without a session.
func NewTimeline() *Timeline {
	t := &Timeline{hover: -1, stale: true, scale: timeline.NewScale(0, 1)}
	t.ExtendBaseWidget(t)
	return t
}

// SetSession shows a session, whole; nil shows none.
func (t *Timeline) SetSession(data *timeline.Timeline) {
	t.data, t.at = data, 0
	total := recording.Time(0)
	if data != nil {
		total = data.Duration
	}
	t.scale = timeline.NewScale(total, t.scale.Width)
	t.changed()
	t.Refresh()
}

// SetPlayhead moves the playhead; follow keeps it in view.
func (t *Timeline) SetPlayhead(at recording.Time, follow bool) {
	t.at = at
	if next := t.scale.Follow(at); follow && next != t.scale {
		t.setScale(next)
	}
	if t.view != nil {
		t.view.placeHead()
	}
}

// Scale returns what the timeline shows, in units.
func (t *Timeline) Scale() timeline.Scale { return t.scale }

// Drawn returns how many pictures were drawn, for measuring.
func (t *Timeline) Drawn() int { return t.drawn }

// Fit shows the whole session.
func (t *Timeline) Fit() { t.setScale(timeline.NewScale(t.scale.Total, t.scale.Width)) }

// Zoom zooms at the playhead, or at the middle when it is not in view.
func (t *Timeline) Zoom(factor float64) {
	x := t.scale.X(t.at)
	if x < 0 || x > t.scale.Width {
		x = t.scale.Width / 2
	}
	t.setScale(t.scale.Zoom(factor, x))
}

func (t *Timeline) setScale(s timeline.Scale) {
	if s == t.scale {
		return
	}
	t.scale = s
	t.changed()
	if t.view != nil {
		t.view.placeHead()
		t.view.placeHover()
	}
}

// changed says that the picture is no longer right.
func (t *Timeline) changed() {
	t.stale = true
	if t.view != nil {
		t.view.raster.Refresh()
	}
}

// picture is the generator of the raster: w and h are in pixels.
func (t *Timeline) picture(w, h int) image.Image {
	if t.buffer == nil || t.buffer.Rect.Dx() != w || t.buffer.Rect.Dy() != h {
		t.buffer, t.stale = image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1))), true
	}
	if !t.stale {
		return t.buffer
	}
	k := float64(h) / float64(rowsHeight())
	if t.ink == nil || t.inkK != k {
		t.ink, t.inkK = newInk(10.5*k), k
	}
	d := drawing{img: t.buffer, k: k, scale: t.scale.Resize(float64(w)), data: t.data, ink: t.ink, rows: trackRows()}
	d.draw()
	t.stale = false
	t.drawn++
	return t.buffer
}

// Scrolled implements fyne.Scrollable: the wheel pans, with Ctrl it zooms at
// the mouse.
func (t *Timeline) Scrolled(e *fyne.ScrollEvent) {
	x := float64(e.Position.X - heads)
	if t.Modifiers != nil && t.Modifiers()&fyne.KeyModifierControl != 0 {
		factor := 1.25
		if e.Scrolled.DY < 0 {
			factor = 1 / factor
		}
		t.setScale(t.scale.Zoom(factor, max(x, 0)))
		return
	}
	d := e.Scrolled.DY
	if e.Scrolled.DX != 0 {
		d = e.Scrolled.DX
	}
	t.setScale(t.scale.Pan(-float64(d) * 3))
}

func (t *Timeline) inOverview(y float32) bool {
	rows := trackRows()
	return y >= rows[len(rows)-1].top
}

// MouseDown implements desktop.Mouseable.
func (t *Timeline) MouseDown(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonPrimary && e.Position.X >= heads {
		t.grip = t.inOverview(e.Position.Y)
		t.point(e.Position.X)
	}
}

// MouseUp implements desktop.Mouseable.
func (t *Timeline) MouseUp(*desktop.MouseEvent) {}

// Dragged implements fyne.Draggable.
func (t *Timeline) Dragged(e *fyne.DragEvent) {
	t.hoverAt(e.Position.X)
	t.point(e.Position.X)
}

// DragEnd implements fyne.Draggable.
func (t *Timeline) DragEnd() { t.grip = false }

// point seeks to, or in the overview shows, what is at x.
func (t *Timeline) point(x float32) {
	at := float64(x - heads)
	if t.grip && t.scale.Visible.Len() < t.scale.Total {
		whole := timeline.NewScale(t.scale.Total, t.scale.Width)
		t.setScale(t.scale.Pan(whole.X(whole.At(at)-t.scale.Visible.Len()/2-t.scale.Visible.From) * float64(t.scale.Total) / float64(t.scale.Visible.Len())))
		return
	}
	if t.data != nil && t.OnSeek != nil {
		t.OnSeek(t.scale.At(at))
	}
}

// MouseIn implements desktop.Hoverable.
func (t *Timeline) MouseIn(e *desktop.MouseEvent) { t.hoverAt(e.Position.X) }

// MouseMoved implements desktop.Hoverable.
func (t *Timeline) MouseMoved(e *desktop.MouseEvent) { t.hoverAt(e.Position.X) }

// MouseOut implements desktop.Hoverable.
func (t *Timeline) MouseOut() { t.hoverAt(-1) }

func (t *Timeline) hoverAt(x float32) {
	t.hover = x - heads
	if t.view != nil {
		t.view.placeHover()
	}
}

// under says what is marked near x on the tracks of errors and inputs.
func (t *Timeline) under(x float64) string {
	const near, longest = 6, 90
	text := ""
	for _, b := range t.data.Inputs {
		if t.scale.X(b.From)-near <= x && x <= t.scale.X(b.To)+near && b.Label != "" {
			text = "  typing in " + b.Label
		}
	}
	for _, n := range t.data.Errors {
		if d := t.scale.X(n.At) - x; d >= -near && d <= near {
			text = "  " + n.Text
		}
	}
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "…"
	}
	return text
}

// figures are the numbers in the heads of the rows.
func (t *Timeline) figure(k trackKind) string {
	if t.data == nil {
		return ""
	}
	switch k {
	case trackPages:
		return strconv.Itoa(len(t.data.Pages))
	case trackPointer:
		return fmt.Sprintf("max %s px/s", grouped(int(t.data.Pointer.Max())))
	case trackClicks:
		return grouped(t.data.Clicks.Len())
	case trackScroll:
		return fmt.Sprintf("max %s px", grouped(int(t.data.Scroll.Max())))
	case trackInputs:
		return grouped(len(t.data.Inputs))
	case trackErrors:
		return several(len(t.data.Errors), "error") + ", " + several(t.data.Console.Len(), "line")
	}
	return ""
}

// several writes a number of things.
func several(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return grouped(n) + " " + thing
}

// grouped writes a number with thin spaces between thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u2009" + s[i:]
	}
	return s
}

// CreateRenderer implements fyne.Widget.
func (t *Timeline) CreateRenderer() fyne.WidgetRenderer {
	r := &timelineRenderer{
		timeline: t, ground: canvas.NewRectangle(nil), edge: canvas.NewRectangle(nil),
		raster: canvas.NewRaster(t.picture), head: canvas.NewRectangle(nil), knob: canvas.NewRectangle(nil),
		hover: canvas.NewRectangle(nil), hoverGround: canvas.NewRectangle(nil), hoverText: canvas.NewText("", nil),
	}
	r.raster.ScaleMode = canvas.ImageScaleFastest
	r.knob.CornerRadius, r.hoverGround.CornerRadius = 2, 3
	for _, row := range trackRows() {
		r.heads = append(r.heads, newTrackHead(row))
	}
	t.view = r
	r.update()
	return r
}

// trackHead is what stands before a row.
type trackHead struct {
	row    trackRow
	strip  *canvas.Rectangle
	image  *canvas.Image
	name   *canvas.Text
	figure *canvas.Text
	line   *canvas.Rectangle
}

func newTrackHead(row trackRow) *trackHead {
	return &trackHead{
		row: row, strip: canvas.NewRectangle(color.Transparent), image: &canvas.Image{FillMode: canvas.ImageFillContain},
		name: canvas.NewText(row.name, nil), figure: canvas.NewText("", nil), line: canvas.NewRectangle(nil),
	}
}

func (h *trackHead) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{h.strip, h.image, h.name, h.figure, h.line}
}

func (h *trackHead) update(figure string) {
	Style{Size: 11.5}.paint(h.name)
	Style{Size: look.CaptionSize, Colour: look.Muted, Align: fyne.TextAlignTrailing}.paint(h.figure)
	if h.row.kind == trackOverview {
		Style{Size: look.CaptionSize, Colour: look.Muted}.paint(h.name)
	}
	h.figure.Text = figure
	h.line.FillColor = theme.Color(look.Line)
	h.image.Hidden = h.row.icon == ""
	if h.row.icon != "" {
		h.strip.FillColor = theme.Color(h.row.colour)
		h.image.Resource = look.Icon(h.row.icon, look.Muted)
	}
}

func (h *trackHead) layout() {
	top, height := h.row.top, h.row.height
	h.strip.Resize(fyne.NewSize(3, height-1))
	h.strip.Move(fyne.NewPos(0, top+1))
	h.image.Resize(fyne.NewSquareSize(13))
	h.image.Move(fyne.NewPos(11, top+(height-13)/2))
	m := h.name.MinSize()
	h.name.Resize(m)
	x := float32(31)
	if h.row.icon == "" {
		x = 11
	}
	f := h.figure.MinSize()
	h.figure.Resize(f)
	if height >= 34 {
		y := top + (height-m.Height-f.Height)/2
		h.name.Move(fyne.NewPos(x, y))
		h.figure.Move(fyne.NewPos(x, y+m.Height))
	} else {
		h.name.Move(fyne.NewPos(x, top+(height-m.Height)/2))
		h.figure.Move(fyne.NewPos(heads-9-f.Width, top+(height-f.Height)/2))
	}
	h.line.Resize(fyne.NewSize(heads, 1))
	h.line.Move(fyne.NewPos(0, top))
}

type timelineRenderer struct {
	timeline     *Timeline
	ground, edge *canvas.Rectangle
	raster       *canvas.Raster
	heads        []*trackHead
	head, knob   *canvas.Rectangle
	hover        *canvas.Rectangle
	hoverGround  *canvas.Rectangle
	hoverText    *canvas.Text
}

func (r *timelineRenderer) Destroy()           { r.timeline.view = nil }
func (r *timelineRenderer) MinSize() fyne.Size { return fyne.NewSize(heads+200, rowsHeight()) }

func (r *timelineRenderer) Objects() []fyne.CanvasObject {
	o := []fyne.CanvasObject{r.ground, r.raster}
	for _, h := range r.heads {
		o = append(o, h.objects()...)
	}
	return append(o, r.edge, r.hover, r.head, r.knob, r.hoverGround, r.hoverText)
}

func (r *timelineRenderer) Layout(s fyne.Size) {
	r.ground.Resize(fyne.NewSize(heads, s.Height))
	r.edge.Resize(fyne.NewSize(1, s.Height))
	r.edge.Move(fyne.NewPos(heads-1, 0))
	w := max(s.Width-heads, 1)
	r.raster.Resize(fyne.NewSize(w, s.Height))
	r.raster.Move(fyne.NewPos(heads, 0))
	for _, h := range r.heads {
		h.layout()
	}
	if float64(w) != r.timeline.scale.Width {
		r.timeline.scale = r.timeline.scale.Resize(float64(w))
		r.timeline.changed()
	}
	r.placeHead()
	r.placeHover()
}

func (r *timelineRenderer) update() {
	r.ground.FillColor, r.edge.FillColor = theme.Color(look.Panel), theme.Color(look.Line)
	r.head.FillColor, r.knob.FillColor = theme.Color(look.Playhead), theme.Color(look.Playhead)
	r.hover.FillColor, r.hoverGround.FillColor = theme.Color(look.Muted), theme.Color(theme.ColorNameMenuBackground)
	r.hoverGround.StrokeColor, r.hoverGround.StrokeWidth = theme.Color(look.Line), 1
	Style{Size: look.CaptionSize, Mono: true}.paint(r.hoverText)
	for _, h := range r.heads {
		h.update(r.timeline.figure(h.row.kind))
		h.layout()
	}
}

func (r *timelineRenderer) Refresh() {
	r.update()
	r.timeline.stale = true
	for _, o := range r.Objects() {
		o.Refresh()
	}
	r.placeHead()
}

func (r *timelineRenderer) placeHead() {
	t := r.timeline
	x := float32(t.scale.X(t.at))
	hidden := t.data == nil || x < -0.5 || float64(x) > t.scale.Width+0.5
	r.head.Hidden, r.knob.Hidden = hidden, hidden
	rows := trackRows()
	r.head.Resize(fyne.NewSize(1.5, rows[len(rows)-1].top))
	r.head.Move(fyne.NewPos(heads+x-0.75, 0))
	r.knob.Resize(fyne.NewSize(9, 12))
	r.knob.Move(fyne.NewPos(heads+x-4.5, 0))
	canvas.Refresh(r.head)
}

func (r *timelineRenderer) placeHover() {
	t := r.timeline
	hidden := t.data == nil || t.hover < 0
	r.hover.Hidden, r.hoverGround.Hidden, r.hoverText.Hidden = hidden, hidden, hidden
	if hidden {
		canvas.Refresh(r.hover)
		return
	}
	rows := trackRows()
	r.hover.Resize(fyne.NewSize(1, rows[len(rows)-1].top))
	r.hover.Move(fyne.NewPos(heads+t.hover, 0))
	r.hoverText.Text = t.scale.At(float64(t.hover)).String() + t.under(float64(t.hover))
	m := r.hoverText.MinSize()
	box := fyne.NewSize(m.Width+12, m.Height+3)
	x := heads + min(t.hover+6, t.Size().Width-heads-box.Width-2)
	r.hoverGround.Resize(box)
	r.hoverGround.Move(fyne.NewPos(x, 3))
	r.hoverText.Resize(m)
	r.hoverText.Move(fyne.NewPos(x+6, 4.5))
	r.hoverText.Refresh()
}

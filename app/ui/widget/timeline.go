package widget

import (
	"fmt"
	"image"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

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
	mark   recording.Time
	marked bool
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
	_ fyne.Accessible   = (*Timeline)(nil)
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

// SetMark marks a moment, or none.
func (t *Timeline) SetMark(at recording.Time, on bool) {
	t.mark, t.marked = at, on
	if t.view != nil {
		t.view.placeMark()
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
		t.view.placeMark()
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

// AccessibilityLabel implements fyne.Accessible.
func (t *Timeline) AccessibilityLabel() string {
	return fmt.Sprintf("Timeline at %v of %v", t.at, t.scale.Total)
}

// AccessibilityRole implements fyne.Accessible.
func (t *Timeline) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

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

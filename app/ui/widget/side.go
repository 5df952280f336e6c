package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "hindsite.app/app/ui/theme"
)

// Side is a panel at the left or right of a screen whose width can be dragged.
type Side struct {
	*fyne.Container
	// OnResized is told to lay out what holds the panel anew.
	OnResized func()

	width, least, most float32
}

// NewSide returns a panel of a width with a line at its inner edge. right says
// that it lies at the right.
func NewSide(width float32, right bool, content fyne.CanvasObject) *Side {
	s := &Side{width: width, least: width * 0.7, most: width * 2}
	h := &handle{sign: 1}
	if right {
		h.sign = -1
	}
	h.moved = func(dx float32) {
		s.width = min(max(s.width+dx*h.sign, s.least), s.most)
		if s.OnResized != nil {
			s.OnResized()
		}
	}
	h.ExtendBaseWidget(h)
	s.Container = container.New(&sideLayout{s, right}, content, h)
	return s
}

const handleWidth = 6

type sideLayout struct {
	side  *Side
	right bool
}

func (l *sideLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.side.width, o[0].MinSize().Height)
}

// Layout lets the handle lie over the content, so that its line is thin and
// still easy to take hold of.
func (l *sideLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	content, x := fyne.NewPos(0, 0), s.Width-handleWidth
	if l.right {
		content, x = fyne.NewPos(1, 0), 0
	}
	o[0].Move(content)
	o[0].Resize(fyne.NewSize(s.Width-1, s.Height))
	o[1].Move(fyne.NewPos(x, 0))
	o[1].Resize(fyne.NewSize(handleWidth, s.Height))
}

// handle is the edge of a Side.
type handle struct {
	widget.BaseWidget
	sign    float32
	moved   func(dx float32)
	hovered bool
}

var (
	_ fyne.Draggable     = (*handle)(nil)
	_ desktop.Cursorable = (*handle)(nil)
	_ desktop.Hoverable  = (*handle)(nil)
)

// Cursor implements desktop.Cursorable.
func (h *handle) Cursor() desktop.Cursor { return desktop.HResizeCursor }

// Dragged implements fyne.Draggable. The handle moves with the edge, so the
// place within it says how far the mouse went.
func (h *handle) Dragged(e *fyne.DragEvent) { h.moved(e.Dragged.DX) }

// DragEnd implements fyne.Draggable.
func (h *handle) DragEnd() {}

// MouseIn implements desktop.Hoverable.
func (h *handle) MouseIn(*desktop.MouseEvent) {
	h.hovered = true
	h.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (h *handle) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (h *handle) MouseOut() {
	h.hovered = false
	h.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (h *handle) CreateRenderer() fyne.WidgetRenderer {
	r := &handleRenderer{handle: h, line: canvas.NewRectangle(color.Transparent)}
	r.update()
	return r
}

type handleRenderer struct {
	handle *handle
	line   *canvas.Rectangle
}

func (r *handleRenderer) Destroy()                     {}
func (r *handleRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }
func (r *handleRenderer) MinSize() fyne.Size           { return fyne.NewSize(handleWidth, 0) }
func (r *handleRenderer) Layout(fyne.Size)             { r.update() }

func (r *handleRenderer) update() {
	s, w := r.handle.Size(), float32(1)
	r.line.FillColor = theme.Color(look.Line)
	if r.handle.hovered {
		r.line.FillColor, w = theme.Color(theme.ColorNamePrimary), 2
	}
	x := s.Width - w
	if r.handle.sign < 0 {
		x = 0
	}
	r.line.Resize(fyne.NewSize(w, s.Height))
	r.line.Move(fyne.NewPos(x, 0))
}

func (r *handleRenderer) Refresh() {
	r.update()
	r.line.Refresh()
}

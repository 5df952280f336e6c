package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "hindsite.app/app/ui/theme"
)

// Header names the columns of a list and sorts by them.
type Header struct {
	widget.BaseWidget
	columns []ColumnSpec
	sorted  func(field string)
	sort    string
	hovered int
	view    *headerRenderer
}

var (
	_ fyne.Tappable     = (*Header)(nil)
	_ desktop.Hoverable = (*Header)(nil)
)

// NewHeader returns the head of a list with the columns. sorted is told the
// Sort name of a column that was clicked.
func NewHeader(columns []ColumnSpec, sorted func(field string)) *Header {
	h := &Header{columns: columns, sorted: sorted, hovered: -1}
	h.ExtendBaseWidget(h)
	return h
}

// SetSort shows by which column is sorted, with "-" in front the greatest first.
func (h *Header) SetSort(s string) {
	if h.sort != s {
		h.sort = s
		h.Refresh()
	}
}

func (h *Header) column(x float32) int {
	lefts, widths := Spread(h.columns, h.Size().Width, cellPad, cellGap)
	for i := range lefts {
		if widths[i] >= 0 && x >= lefts[i]-cellGap/2 && x < lefts[i]+widths[i]+cellGap/2 {
			return i
		}
	}
	return -1
}

// Tapped implements fyne.Tappable.
func (h *Header) Tapped(e *fyne.PointEvent) {
	if i := h.column(e.Position.X); i >= 0 && h.columns[i].Sort != "" {
		h.sorted(h.columns[i].Sort)
	}
}

// MouseIn implements desktop.Hoverable.
func (h *Header) MouseIn(e *desktop.MouseEvent) { h.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (h *Header) MouseMoved(e *desktop.MouseEvent) {
	if i := h.column(e.Position.X); i != h.hovered {
		h.hovered = i
		h.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (h *Header) MouseOut() {
	h.hovered = -1
	h.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (h *Header) CreateRenderer() fyne.WidgetRenderer {
	r := &headerRenderer{header: h, ground: canvas.NewRectangle(nil), hover: canvas.NewRectangle(color.Transparent), arrow: &canvas.Image{FillMode: canvas.ImageFillContain}}
	for range h.columns {
		r.titles = append(r.titles, canvas.NewText("", nil))
	}
	h.view = r
	r.update()
	return r
}

type headerRenderer struct {
	header        *Header
	ground, hover *canvas.Rectangle
	arrow         *canvas.Image
	titles        []*canvas.Text
}

func (r *headerRenderer) Destroy()           { r.header.view = nil }
func (r *headerRenderer) MinSize() fyne.Size { return fyne.NewSize(0, 26) }

func (r *headerRenderer) Objects() []fyne.CanvasObject {
	o := []fyne.CanvasObject{r.ground, r.hover, r.arrow}
	for _, t := range r.titles {
		o = append(o, t)
	}
	return o
}

func (r *headerRenderer) Layout(fyne.Size) { r.update() }

func (r *headerRenderer) update() {
	h, s := r.header, r.header.Size()
	r.ground.FillColor, r.hover.FillColor = theme.Color(look.Header), theme.Color(theme.ColorNameHover)
	r.ground.Resize(s)
	lefts, widths := Spread(h.columns, s.Width, cellPad, cellGap)
	r.arrow.Hidden, r.hover.Hidden = true, true
	for i, c := range h.columns {
		t := r.titles[i]
		style := Style{Size: 11, Colour: look.Muted, Align: c.Style.Align}
		sorted := c.Sort != "" && (h.sort == c.Sort || h.sort == "-"+c.Sort)
		if sorted {
			style.Colour, style.Bold = theme.ColorNameForeground, true
		}
		style.paint(t)
		t.Text = c.Title
		t.Hidden = widths[i] < 0
		if t.Hidden {
			continue
		}
		m := t.MinSize()
		t.Resize(fyne.NewSize(widths[i], m.Height))
		t.Move(fyne.NewPos(lefts[i], (s.Height-m.Height)/2))
		if sorted {
			r.placeArrow(i, lefts[i], widths[i], m)
		}
		if i == h.hovered && c.Sort != "" {
			r.hover.Hidden = false
			r.hover.Resize(fyne.NewSize(widths[i]+cellGap, s.Height))
			r.hover.Move(fyne.NewPos(lefts[i]-cellGap/2, 0))
		}
	}
}

func (r *headerRenderer) placeArrow(i int, left, width float32, m fyne.Size) {
	name := "up"
	if r.header.sort[0] == '-' {
		name = "down"
	}
	r.arrow.Hidden = false
	r.arrow.Resource = look.Icon(name, theme.ColorNamePrimary)
	x := left + m.Width + 2
	if r.header.columns[i].Style.Align == fyne.TextAlignTrailing {
		x = left + width - m.Width - 11
	}
	r.arrow.Resize(fyne.NewSquareSize(10))
	r.arrow.Move(fyne.NewPos(x, (r.header.Size().Height-10)/2))
}

func (r *headerRenderer) Refresh() {
	r.update()
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

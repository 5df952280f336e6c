package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// CreateRenderer implements fyne.Widget.
func (l *List) CreateRenderer() fyne.WidgetRenderer {
	l.view = &listRenderer{
		list: l, rows: map[int]fyne.CanvasObject{}, area: container.NewWithoutLayout(),
		selection: canvas.NewRectangle(nil), hover: canvas.NewRectangle(nil),
		bar: canvas.NewRectangle(nil), ring: canvas.NewRectangle(color.Transparent),
	}
	l.view.clip = container.NewClip(l.view.area)
	l.view.bar.CornerRadius = 2
	l.view.ring.StrokeWidth = 1
	l.view.colours()
	return l.view
}

type listRenderer struct {
	list             *List
	rows             map[int]fyne.CanvasObject
	spare            []fyne.CanvasObject
	area             *fyne.Container
	clip             *container.Clip
	selection, hover *canvas.Rectangle
	bar, ring        *canvas.Rectangle
}

func (r *listRenderer) Destroy()           { r.list.view = nil }
func (r *listRenderer) MinSize() fyne.Size { return fyne.NewSize(60, r.list.rowHeight*2) }
func (r *listRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.clip, r.bar, r.ring}
}

func (r *listRenderer) colours() {
	r.selection.FillColor, r.hover.FillColor = theme.Color(theme.ColorNameSelection), theme.Color(theme.ColorNameHover)
	r.bar.FillColor, r.ring.StrokeColor = theme.Color(theme.ColorNameScrollBar), theme.Color(theme.ColorNamePrimary)
}

func (r *listRenderer) Layout(s fyne.Size) {
	r.clip.Resize(s)
	r.area.Resize(s)
	r.ring.Resize(s)
	r.list.scrollTo(r.list.offset)
	r.place(false)
	if r.list.OnVisible != nil {
		r.list.OnVisible(r.list.Shown())
	}
}

func (r *listRenderer) Refresh() {
	r.colours()
	r.place(true)
	r.bar.Refresh()
	r.ring.Refresh()
}

// place brings the rows in view to their places; it fills the new ones, and
// all when fill is set.
func (r *listRenderer) place(fill bool) {
	l := r.list
	first, end := l.Shown()
	for i, row := range r.rows {
		if i < first || i >= end {
			r.spare = append(r.spare, row)
			delete(r.rows, i)
		}
	}
	width := l.Size().Width
	changed := false
	for i := first; i < end; i++ {
		row, ok := r.rows[i]
		if !ok {
			if n := len(r.spare); n > 0 {
				row, r.spare = r.spare[n-1], r.spare[:n-1]
			} else {
				row = l.Create()
			}
			r.rows[i] = row
			changed = true
		}
		row.Resize(fyne.NewSize(width, l.rowHeight))
		row.Move(fyne.NewPos(0, r.top(i)))
		if !ok || fill {
			l.Update(i, row)
		}
	}
	r.strip(r.selection, l.selected, first, end)
	r.strip(r.hover, l.hovered, first, end)
	if changed || fill || len(r.area.Objects) != len(r.rows)+2 {
		r.area.Objects = append(r.area.Objects[:0], r.selection, r.hover)
		for i := first; i < end; i++ {
			r.area.Objects = append(r.area.Objects, r.rows[i])
		}
	}
	r.scrollBar()
	r.ring.Hidden = !l.focused
	canvas.Refresh(l)
}

func (r *listRenderer) top(i int) float32 {
	return float32(float64(i)*float64(r.list.rowHeight) - r.list.offset)
}

func (r *listRenderer) strip(o *canvas.Rectangle, i, first, end int) {
	o.Hidden = i < first || i >= end || i < 0
	o.Resize(fyne.NewSize(r.list.Size().Width, r.list.rowHeight))
	o.Move(fyne.NewPos(0, r.top(i)))
}

func (r *listRenderer) scrollBar() {
	l := r.list
	h, bar := l.Size().Height, l.barHeight()
	r.bar.Hidden = bar == 0
	if bar == 0 {
		return
	}
	limit := float64(l.length)*float64(l.rowHeight) - float64(h)
	r.bar.Resize(fyne.NewSize(4, bar))
	r.bar.Move(fyne.NewPos(l.Size().Width-6, float32(l.offset/limit)*(h-bar)))
}

package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	look "hindsite.app/app/ui/theme"
)

// CreateRenderer implements fyne.Widget.
func (t *Timeline) CreateRenderer() fyne.WidgetRenderer {
	r := &timelineRenderer{
		timeline: t, ground: canvas.NewRectangle(nil), edge: canvas.NewRectangle(nil),
		raster: canvas.NewRaster(t.picture), head: canvas.NewRectangle(nil), knob: canvas.NewRectangle(nil),
		mark: canvas.NewRectangle(nil), flag: canvas.NewRectangle(nil), flagText: canvas.NewText("A", nil),
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
	mark, flag   *canvas.Rectangle // the marked moment
	flagText     *canvas.Text
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
	return append(o, r.edge, r.hover, r.mark, r.flag, r.flagText, r.head, r.knob, r.hoverGround, r.hoverText)
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
	r.placeMark()
	r.placeHover()
}

func (r *timelineRenderer) update() {
	r.ground.FillColor, r.edge.FillColor = theme.Color(look.Panel), theme.Color(look.Line)
	r.head.FillColor, r.knob.FillColor = theme.Color(look.Playhead), theme.Color(look.Playhead)
	r.hover.FillColor, r.hoverGround.FillColor = theme.Color(look.Muted), theme.Color(theme.ColorNameMenuBackground)
	r.hoverGround.StrokeColor, r.hoverGround.StrokeWidth = theme.Color(look.Line), 1
	r.mark.FillColor, r.flag.FillColor = theme.Color(theme.ColorNamePrimary), theme.Color(theme.ColorNamePrimary)
	r.flag.CornerRadius = 2
	Style{Size: 9.5, Bold: true, Colour: theme.ColorNameForegroundOnPrimary}.paint(r.flagText)
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
	r.placeMark()
}

func (r *timelineRenderer) placeMark() {
	t := r.timeline
	x := float32(t.scale.X(t.mark))
	hidden := t.data == nil || !t.marked || x < -0.5 || float64(x) > t.scale.Width+0.5
	r.mark.Hidden, r.flag.Hidden, r.flagText.Hidden = hidden, hidden, hidden
	rows := trackRows()
	r.mark.Resize(fyne.NewSize(1.5, rows[len(rows)-1].top))
	r.mark.Move(fyne.NewPos(heads+x-0.75, 0))
	r.flag.Resize(fyne.NewSize(13, 12))
	r.flag.Move(fyne.NewPos(heads+x, 0))
	m := r.flagText.MinSize()
	r.flagText.Resize(m)
	r.flagText.Move(fyne.NewPos(heads+x+(13-m.Width)/2, (12-m.Height)/2))
	canvas.Refresh(r.mark)
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

package widget

import (
	"fmt"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	look "hindsite.app/app/ui/theme"
)

// CreateRenderer implements fyne.Widget.
func (s *Stage) CreateRenderer() fyne.WidgetRenderer {
	r := &stageRenderer{
		stage: s, ground: canvas.NewRectangle(nil), bar: canvas.NewRectangle(nil), address: canvas.NewRectangle(nil),
		addressText: canvas.NewText("", nil), figures: canvas.NewText("", nil), paper: canvas.NewRectangle(color.White),
		message: canvas.NewText("", nil), hint: canvas.NewText("", nil), overlay: container.NewWithoutLayout(),
		page: &canvas.Image{ScaleMode: canvas.ImageScaleFastest, FillMode: canvas.ImageFillStretch},
		pointer: &canvas.Image{
			FillMode: canvas.ImageFillContain,
			Resource: fyne.NewStaticResource("arrow.svg", []byte(arrow)),
		},
		element: canvas.NewRectangle(color.Transparent), halo: canvas.NewRectangle(color.Transparent),
		touch:   canvas.NewCircle(color.NRGBA{60, 120, 230, 110}),
		typing:  NewChip("input", "", Style{Size: 11.5}),
		skipped: NewChip("skip", "", Style{Size: 11.5}),
		why:     NewChip("error", "", Style{Size: 11.5}),
	}
	r.bar.CornerRadius, r.address.CornerRadius = 5, 4
	for range 3 {
		r.dots = append(r.dots, canvas.NewCircle(nil))
	}
	for range trailLines {
		r.trail = append(r.trail, canvas.NewLine(color.Transparent))
		r.overlay.Add(r.trail[len(r.trail)-1])
	}
	for range rippleRings {
		c := canvas.NewCircle(color.Transparent)
		r.rings = append(r.rings, c)
		r.overlay.Add(c)
	}
	r.overlay.Add(r.halo)
	r.overlay.Add(r.element)
	r.overlay.Add(r.touch)
	r.overlay.Add(r.pointer)
	r.clip = container.NewClip(r.overlay)
	s.view = r
	r.update(true)
	return r
}

// arrow is drawn with a light edge, so that it is seen on any page.
const arrow = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">` +
	`<path fill="#fff" d="M3 0V22.2L8.9 17.2L12 23.6L16.9 21.4L13.9 15.3H21Z"/><path fill="#111" d="M4.6 3.6V18.6L9.4 14.6L12.7 21.3L14.8 20.4L11.6 13.8H17.4Z"/></svg>`

type stageRenderer struct {
	stage       *Stage
	ground      *canvas.Rectangle
	bar         *canvas.Rectangle
	dots        []*canvas.Circle
	address     *canvas.Rectangle
	addressText *canvas.Text
	figures     *canvas.Text
	paper       *canvas.Rectangle
	page        *canvas.Image
	message     *canvas.Text
	hint        *canvas.Text
	overlay     *fyne.Container
	clip        *container.Clip
	trail       []*canvas.Line
	rings       []*canvas.Circle
	element     *canvas.Rectangle
	halo        *canvas.Rectangle // lets the outline be seen on any ground
	touch       *canvas.Circle
	pointer     *canvas.Image
	typing      *Chip
	skipped     *Chip
	why         *Chip
	frame       [4]float32 // of the page: x, y, width, height
}

func (r *stageRenderer) Destroy()           { r.stage.view = nil }
func (r *stageRenderer) MinSize() fyne.Size { return fyne.NewSize(320, 220) }

func (r *stageRenderer) Objects() []fyne.CanvasObject {
	o := []fyne.CanvasObject{r.ground, r.bar, r.address, r.addressText, r.figures}
	for _, d := range r.dots {
		o = append(o, d)
	}
	return append(o, r.paper, r.page, r.clip, r.message, r.hint, r.typing.Container, r.skipped.Container, r.why.Container)
}

func (r *stageRenderer) Refresh() {
	r.update(true)
	r.ground.Refresh()
}

func (r *stageRenderer) Layout(s fyne.Size) {
	r.ground.Resize(s)
	k := float32(1)
	if c := fyne.CurrentApp().Driver().CanvasForObject(r.stage); c != nil {
		k = c.Scale()
	}
	w, h := s.Width-2*stagePad, s.Height-2*stagePad-browserBar
	room := [2]int{int(w * k), int(h * k)}
	if room != r.stage.room && w > 0 && h > 0 {
		r.stage.room = room
		if r.stage.OnRoom != nil {
			r.stage.OnRoom(room[0], room[1])
		}
	}
	r.update(false)
}

// place computes the page's rectangle.
func (r *stageRenderer) place() {
	s, shot := r.stage.Size(), r.stage.shot
	w, h := s.Width-2*stagePad, s.Height-2*stagePad-browserBar
	pw, ph := float32(shot.Width), float32(shot.Height)
	if pw <= 0 || ph <= 0 {
		pw, ph = 16, 10
	}
	k := min(w/pw, h/ph)
	fw, fh := pw*k, ph*k
	r.frame = [4]float32{(s.Width - fw) / 2, stagePad + browserBar + (h-fh)/2, fw, fh}
}

func (r *stageRenderer) colours() {
	r.ground.FillColor, r.bar.FillColor = theme.Color(look.Stage), theme.Color(look.Header)
	r.address.FillColor = theme.Color(look.Inset)
	for _, d := range r.dots {
		d.FillColor = theme.Color(look.Line)
	}
	Style{Size: 11.5}.paint(r.addressText)
	Style{Size: 11, Colour: look.Muted, Align: fyne.TextAlignTrailing}.paint(r.figures)
	Style{Size: 14, Colour: theme.ColorNameForeground, Align: fyne.TextAlignCenter}.paint(r.message)
	Style{Colour: look.Muted, Align: fyne.TextAlignCenter}.paint(r.hint)
}

func (r *stageRenderer) update(fresh bool) {
	r.colours()
	r.place()
	shot := r.stage.shot
	open := r.stage.empty == ""
	r.browser(shot, open)
	x, y, w, h := r.frame[0], r.frame[1], r.frame[2], r.frame[3]
	r.paper.Hidden, r.page.Hidden, r.clip.Hidden = !open || shot.Picture != nil, !open || shot.Picture == nil, !open
	r.paper.FillColor = theme.Color(look.Panel)
	r.paper.Move(fyne.NewPos(x, y))
	r.paper.Resize(fyne.NewSize(w, h))
	r.page.Move(fyne.NewPos(x, y))
	r.page.Resize(fyne.NewSize(w, h))
	if fresh && shot.Picture != nil {
		r.page.Image = shot.Picture
		r.page.Refresh()
	}
	r.clip.Move(fyne.NewPos(x, y))
	r.clip.Resize(fyne.NewSize(w, h))
	r.overlay.Resize(fyne.NewSize(w, h))
	r.words(shot, open)
	if open {
		r.marks(shot)
	}
	canvas.Refresh(r.stage)
}

func (r *stageRenderer) browser(shot Shot, open bool) {
	x, y, w := r.frame[0], r.frame[1]-browserBar, r.frame[2]
	// A phone's page can be narrower than its address.
	if least := min(420, r.stage.Size().Width-2*stagePad); w < least {
		x, w = x-(least-w)/2, least
	}
	for _, o := range []fyne.CanvasObject{r.bar, r.address, r.addressText, r.figures, r.dots[0], r.dots[1], r.dots[2]} {
		if open {
			o.Show()
		} else {
			o.Hide()
		}
	}
	r.bar.Move(fyne.NewPos(x, y))
	r.bar.Resize(fyne.NewSize(w, browserBar+4))
	for i, d := range r.dots {
		d.Resize(fyne.NewSquareSize(9))
		d.Move(fyne.NewPos(x+11+float32(i)*15, y+10.5))
	}
	r.figures.Text = figures(shot)
	m := r.figures.MinSize()
	r.figures.Resize(m)
	r.figures.Move(fyne.NewPos(x+w-m.Width-12, y+(browserBar-m.Height)/2))
	left, width := x+62, w-62-m.Width-26
	r.address.Move(fyne.NewPos(left, y+5))
	r.address.Resize(fyne.NewSize(max(width, 0), browserBar-10))
	r.addressText.Text = Shorten(plainAddress(shot.Address), width-18, 11.5, fyne.TextStyle{})
	m = r.addressText.MinSize()
	r.addressText.Resize(m)
	r.addressText.Move(fyne.NewPos(left+9, y+(browserBar-m.Height)/2))
}

func figures(s Shot) string {
	if s.Width == 0 {
		return ""
	}
	text := fmt.Sprintf("%d × %d", s.Width, s.Height)
	if below := s.PageH - s.Height; below > 0 {
		text += fmt.Sprintf("   scroll %3.0f %%", min(math.Round(100*s.Scroll/float64(below)), 100))
	}
	return text
}

// words shows what is said over the page.
func (r *stageRenderer) words(shot Shot, open bool) {
	x, y, w, h := r.frame[0], r.frame[1], r.frame[2], r.frame[3]
	message, hint := r.stage.empty, ""
	switch {
	case open && shot.Problem != "":
		message, hint = shot.Problem, shot.HintText
	case open && shot.Picture == nil:
		message = "The page is being drawn…"
	}
	r.message.Text, r.hint.Text = message, hint
	if open && shot.Picture != nil && shot.Problem == "" {
		r.message.Text = ""
	}
	m := r.message.MinSize()
	r.message.Resize(fyne.NewSize(w, m.Height))
	r.message.Move(fyne.NewPos(x, y+h/2-m.Height))
	r.hint.Resize(fyne.NewSize(w, m.Height))
	r.hint.Move(fyne.NewPos(x, y+h/2+6))
	r.chip(r.typing, shot.Typing != "", "typing in “"+shot.Typing+"”", 0)
	r.chip(r.why, open && shot.Why != "", shot.Why, 2)
	r.chip(r.skipped, shot.Skipped > 0, "skipped "+Brief(shot.Skipped)+" of inactivity", 1)
}

func (r *stageRenderer) chip(c *Chip, on bool, text string, place int) {
	if !on {
		c.Hide()
		return
	}
	c.SetText(text)
	c.Show()
	m := c.MinSize()
	m.Width = min(m.Width, r.frame[2]-20)
	c.Resize(m)
	x, y := r.frame[0]+10, r.frame[1]+r.frame[3]-m.Height-10
	switch place {
	case 1:
		x, y = r.frame[0]+(r.frame[2]-m.Width)/2, r.frame[1]+12
	case 2:
		x = r.frame[0] + r.frame[2] - m.Width - 10
	}
	c.Move(fyne.NewPos(x, y))
}

// marks places pointer, trail and ripples.
func (r *stageRenderer) marks(shot Shot) {
	k := float32(1)
	if shot.Width > 0 {
		k = r.frame[2] / float32(shot.Width)
	}
	at := func(p Point) fyne.Position { return fyne.NewPos(p.X*k, p.Y*k) }
	n := len(shot.Trail)
	step := max(1, (n-1+trailLines-1)/trailLines)
	base := nrgba(theme.Color(look.DataPointer))
	line := 0
	for i := n - 1; i-step >= 0 && line < trailLines; i -= step {
		l := r.trail[line]
		l.Position1, l.Position2 = at(shot.Trail[i]), at(shot.Trail[i-step])
		fade := 1 - float64(n-1-i)/float64(max(n, 2))
		l.StrokeColor, l.StrokeWidth = faded(base, uint8(40+170*fade)), float32(1+1.6*fade)
		l.Show()
		line++
	}
	for ; line < trailLines; line++ {
		r.trail[line].Hide()
	}
	for i, c := range r.rings {
		if i >= len(shot.Clicks) {
			c.Hide()
			continue
		}
		p := shot.Clicks[len(shot.Clicks)-1-i]
		radius, alpha := float32(8+16*p.Age), uint8(220*(1-p.Age)+25)
		ring := nrgba(theme.Color(look.DataClick))
		c.StrokeColor, c.StrokeWidth, c.FillColor = faded(ring, alpha), 2, faded(ring, alpha/4)
		centre := at(p.Point)
		c.Resize(fyne.NewSquareSize(2 * radius))
		c.Move(centre.SubtractXY(radius, radius))
		c.Show()
	}
	r.outline(shot.Element, k)
	r.pointer.Hidden, r.touch.Hidden = shot.Pointer == nil || shot.Touch, shot.Pointer == nil || !shot.Touch
	if shot.Pointer != nil {
		p := at(*shot.Pointer)
		r.pointer.Resize(fyne.NewSquareSize(21))
		r.pointer.Move(p.SubtractXY(4, 3))
		r.touch.Resize(fyne.NewSquareSize(24))
		r.touch.Move(p.SubtractXY(12, 12))
	}
}

// outline frames an element; k is units for each CSS pixel.
func (r *stageRenderer) outline(e *Frame, k float32) {
	r.element.Hidden, r.halo.Hidden = e == nil, e == nil
	if e == nil {
		return
	}
	const gap = 2
	r.element.StrokeColor, r.element.StrokeWidth = theme.Color(look.DataClick), 2
	r.halo.StrokeColor, r.halo.StrokeWidth = color.NRGBA{0, 0, 0, 150}, 4
	for _, o := range []*canvas.Rectangle{r.element, r.halo} {
		o.CornerRadius = 2
		o.Move(fyne.NewPos(e.X*k-gap, e.Y*k-gap))
		o.Resize(fyne.NewSize(e.W*k+2*gap, e.H*k+2*gap))
	}
}

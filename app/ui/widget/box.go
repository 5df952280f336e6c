package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "hindsite.app/app/ui/theme"
)

// Box is a rectangle whose colours follow the theme.
type Box struct {
	widget.BaseWidget
	Fill   fyne.ThemeColorName // "" for none
	Border fyne.ThemeColorName // "" for none
	Radius float32
	Min    fyne.Size
}

// NewBox returns a box of one colour.
func NewBox(fill fyne.ThemeColorName) *Box {
	b := &Box{Fill: fill}
	b.ExtendBaseWidget(b)
	return b
}

// Rule returns a line between panels, one unit thick.
func Rule() *Box {
	b := NewBox(look.Line)
	b.Min = fyne.NewSize(1, 1)
	return b
}

// Framed returns a box with rounded corners and a border.
func Framed(fill, border fyne.ThemeColorName) *Box {
	b := NewBox(fill)
	b.Border, b.Radius = border, 4
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	r := &boxRenderer{box: b, rect: canvas.NewRectangle(color.Transparent)}
	r.update()
	return r
}

type boxRenderer struct {
	box  *Box
	rect *canvas.Rectangle
}

func (r *boxRenderer) Destroy()                     {}
func (r *boxRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *boxRenderer) Layout(s fyne.Size)           { r.rect.Resize(s) }
func (r *boxRenderer) MinSize() fyne.Size           { return r.box.Min }

func (r *boxRenderer) update() {
	r.rect.FillColor, r.rect.StrokeColor, r.rect.StrokeWidth = color.Transparent, color.Transparent, 0
	if r.box.Fill != "" {
		r.rect.FillColor = theme.Color(r.box.Fill)
	}
	if r.box.Border != "" {
		r.rect.StrokeColor, r.rect.StrokeWidth = theme.Color(r.box.Border), 1
	}
	r.rect.CornerRadius = r.box.Radius
}

func (r *boxRenderer) Refresh() {
	r.update()
	r.rect.Refresh()
}

// Icon is a drawing whose colour follows the theme.
type Icon struct {
	widget.BaseWidget
	name   string
	colour fyne.ThemeColorName
	side   float32
}

// NewIcon returns the drawing of the name in icons/svg.
func NewIcon(name string, colour fyne.ThemeColorName, side float32) *Icon {
	i := &Icon{name: name, colour: colour, side: side}
	i.ExtendBaseWidget(i)
	return i
}

// Set changes drawing and colour.
func (i *Icon) Set(name string, colour fyne.ThemeColorName) {
	if i.name != name || i.colour != colour {
		i.name, i.colour = name, colour
		i.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	r := &iconRenderer{icon: i, image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	r.image.Resource = look.Icon(i.name, i.colour)
	return r
}

type iconRenderer struct {
	icon  *Icon
	image *canvas.Image
}

func (r *iconRenderer) Destroy()                     {}
func (r *iconRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.image} }
func (r *iconRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(r.icon.side) }

func (r *iconRenderer) Layout(s fyne.Size) {
	r.image.Resize(fyne.NewSquareSize(r.icon.side))
	r.image.Move(fyne.NewPos((s.Width-r.icon.side)/2, (s.Height-r.icon.side)/2))
}

func (r *iconRenderer) Refresh() {
	r.image.Resource = look.Icon(r.icon.name, r.icon.colour)
	r.image.Refresh()
}

// Row puts objects beside each other, each at its least width, in the middle of
// the height.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(rowLayout{gap}, objects...)
}

type rowLayout struct{ gap float32 }

func (l rowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	n := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		s.Width += m.Width
		s.Height = max(s.Height, m.Height)
		n++
	}
	s.Width += l.gap * float32(max(n-1, 0))
	return s
}

func (l rowLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	free := s.Width - l.MinSize(objects).Width
	spacers := 0
	for _, o := range objects {
		if isSpacer(o) && o.Visible() {
			spacers++
		}
	}
	x := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if isSpacer(o) {
			m.Width = max(free, 0) / float32(spacers)
		}
		o.Resize(m)
		o.Move(fyne.NewPos(x, (s.Height-m.Height)/2))
		x += m.Width + l.gap
	}
}

func isSpacer(o fyne.CanvasObject) bool {
	_, ok := o.(layout.SpacerObject)
	return ok
}

// Gap takes the free width of a Row.
func Gap() fyne.CanvasObject { return layout.NewSpacer() }

// Column puts objects below each other over the whole width.
func Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(gap), objects...)
}

// Padded surrounds an object with space.
func Padded(vertical, horizontal float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(vertical, vertical, horizontal, horizontal), o)
}

// Bar is a strip of one height and colour.
func Bar(height float32, fill fyne.ThemeColorName, content fyne.CanvasObject) *fyne.Container {
	b := NewBox(fill)
	b.Min = fyne.NewSize(0, height)
	return container.NewStack(b, Padded(0, 10, content))
}

// Dock puts objects along the edges, without gaps, and one in the rest. Any of
// them may be nil. Those that are hidden take no room.
type Dock struct{ Top, Bottom, Left, Right, Centre fyne.CanvasObject }

// Container returns the objects in this layout.
func (d Dock) Container() *fyne.Container {
	c := container.New(d)
	for _, o := range []fyne.CanvasObject{d.Centre, d.Left, d.Right, d.Top, d.Bottom} {
		if o != nil {
			c.Objects = append(c.Objects, o)
		}
	}
	return c
}

func shown(o fyne.CanvasObject) bool { return o != nil && o.Visible() }

// Layout implements fyne.Layout.
func (d Dock) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	x, y, w, h := float32(0), float32(0), s.Width, s.Height
	put := func(o fyne.CanvasObject, px, py, pw, ph float32) {
		o.Resize(fyne.NewSize(max(pw, 0), max(ph, 0)))
		o.Move(fyne.NewPos(px, py))
	}
	if shown(d.Top) {
		m := d.Top.MinSize().Height
		put(d.Top, 0, 0, w, m)
		y, h = m, h-m
	}
	if shown(d.Bottom) {
		m := d.Bottom.MinSize().Height
		put(d.Bottom, 0, s.Height-m, w, m)
		h -= m
	}
	if shown(d.Left) {
		m := d.Left.MinSize().Width
		put(d.Left, 0, y, m, h)
		x, w = m, w-m
	}
	if shown(d.Right) {
		m := d.Right.MinSize().Width
		put(d.Right, s.Width-m, y, m, h)
		w -= m
	}
	if d.Centre != nil {
		put(d.Centre, x, y, w, h)
	}
}

// MinSize implements fyne.Layout.
func (d Dock) MinSize([]fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	if shown(d.Centre) {
		s = d.Centre.MinSize()
	}
	for _, o := range []fyne.CanvasObject{d.Left, d.Right} {
		if shown(o) {
			m := o.MinSize()
			s.Width += m.Width
			s.Height = max(s.Height, m.Height)
		}
	}
	for _, o := range []fyne.CanvasObject{d.Top, d.Bottom} {
		if shown(o) {
			m := o.MinSize()
			s.Height += m.Height
			s.Width = max(s.Width, m.Width)
		}
	}
	return s
}

// Wide gives an object a width of its own.
func Wide(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(fixedLayout{width: width}, o)
}

// Tall gives an object a height of its own.
func Tall(height float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(fixedLayout{height: height}, o)
}

type fixedLayout struct{ width, height float32 }

func (l fixedLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	m := objects[0].MinSize()
	if l.width > 0 {
		m.Width = l.width
	}
	if l.height > 0 {
		m.Height = l.height
	}
	return m
}

func (l fixedLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	objects[0].Resize(s)
	objects[0].Move(fyne.Position{})
}

package widget

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "hindsite.app/app/ui/theme"
)

// TileHeight is the greatest height of a tile in pixels: graphics cards show
// nothing of textures that are too tall.
const TileHeight = 1024

// HeatPicture is a page with a map over it, cut into tiles from top to bottom.
type HeatPicture struct {
	Width, Height float32 // units
	Page, Map     []*image.RGBA
	Lines         []HeatLine
}

// HeatLine is a labelled line across the page.
type HeatLine struct {
	Y     float32 // units
	Label string
}

// HeatView shows a heatmap, to be scrolled when it is tall.
type HeatView struct {
	*container.Scroll
	content *heatContent
}

// NewHeatView returns an empty view. hover is told the place under the mouse in
// units of the picture, and false when there is none.
func NewHeatView(hover func(x, y float32, ok bool)) *HeatView {
	c := &heatContent{hover: hover, opacity: 0.8}
	c.ExtendBaseWidget(c)
	return &HeatView{Scroll: container.NewScroll(c), content: c}
}

// SetPicture shows a picture from its top; an empty one shows nothing.
func (v *HeatView) SetPicture(p HeatPicture) {
	v.content.picture = p
	v.content.Refresh()
	v.Scroll.ScrollToTop()
	v.Scroll.Refresh()
}

// SetOpacity says how much of the map is seen, between 0 and 1.
func (v *HeatView) SetOpacity(o float64) {
	v.content.opacity = o
	v.content.fade()
}

// Cut cuts a picture into tiles whose pixels lie close together.
func Cut(img *image.RGBA) []*image.RGBA {
	var tiles []*image.RGBA
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for y := 0; y < h; y += TileHeight {
		th := min(TileHeight, h-y)
		tile := image.NewRGBA(image.Rect(0, 0, w, th))
		for row := range th {
			copy(tile.Pix[row*tile.Stride:], img.Pix[(y+row)*img.Stride:(y+row)*img.Stride+4*w])
		}
		tiles = append(tiles, tile)
	}
	return tiles
}

type heatContent struct {
	widget.BaseWidget
	picture HeatPicture
	opacity float64
	hover   func(x, y float32, ok bool)
	view    *heatRenderer
}

var _ desktop.Hoverable = (*heatContent)(nil)

func (c *heatContent) fade() {
	if c.view == nil {
		return
	}
	for _, i := range c.view.maps {
		i.Translucency = 1 - c.opacity
		canvas.Refresh(i)
	}
}

func (c *heatContent) left() float32 { return max((c.Size().Width-c.picture.Width)/2, 0) }

// MouseIn implements desktop.Hoverable.
func (c *heatContent) MouseIn(e *desktop.MouseEvent) { c.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (c *heatContent) MouseMoved(e *desktop.MouseEvent) {
	x, y := e.Position.X-c.left(), e.Position.Y
	c.hover(x, y, x >= 0 && x < c.picture.Width && y < c.picture.Height)
}

// MouseOut implements desktop.Hoverable.
func (c *heatContent) MouseOut() { c.hover(0, 0, false) }

// CreateRenderer implements fyne.Widget.
func (c *heatContent) CreateRenderer() fyne.WidgetRenderer {
	c.view = &heatRenderer{content: c}
	c.view.build()
	return c.view
}

type heatRenderer struct {
	content *heatContent
	pages   []*canvas.Image
	maps    []*canvas.Image
	lines   []*canvas.Rectangle
	grounds []*canvas.Rectangle
	labels  []*canvas.Text
	objects []fyne.CanvasObject
}

func (r *heatRenderer) Destroy()                     { r.content.view = nil }
func (r *heatRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *heatRenderer) MinSize() fyne.Size {
	return fyne.NewSize(r.content.picture.Width, r.content.picture.Height)
}

func (r *heatRenderer) build() {
	r.pages, r.maps, r.lines, r.grounds, r.labels, r.objects = nil, nil, nil, nil, nil, nil
	p := r.content.picture
	for _, tile := range p.Page {
		r.pages = append(r.pages, tileImage(tile))
		r.objects = append(r.objects, r.pages[len(r.pages)-1])
	}
	for _, tile := range p.Map {
		i := tileImage(tile)
		i.Translucency = 1 - r.content.opacity
		r.maps = append(r.maps, i)
		r.objects = append(r.objects, i)
	}
	for _, l := range p.Lines {
		line, ground := canvas.NewRectangle(theme.Color(theme.ColorNameForeground)), canvas.NewRectangle(theme.Color(theme.ColorNameMenuBackground))
		line.StrokeColor, line.StrokeWidth = theme.Color(theme.ColorNameMenuBackground), 1
		ground.CornerRadius, ground.StrokeColor, ground.StrokeWidth = 3, theme.Color(look.Line), 1
		label := canvas.NewText(l.Label, nil)
		Style{Size: 11, Bold: true}.paint(label)
		r.lines, r.grounds, r.labels = append(r.lines, line), append(r.grounds, ground), append(r.labels, label)
		r.objects = append(r.objects, line, ground, label)
	}
}

func tileImage(tile *image.RGBA) *canvas.Image {
	return &canvas.Image{Image: tile, ScaleMode: canvas.ImageScaleFastest, FillMode: canvas.ImageFillStretch}
}

func (r *heatRenderer) Layout(fyne.Size) {
	p, left := r.content.picture, r.content.left()
	stack := func(images []*canvas.Image) {
		total := 0
		for _, i := range images {
			total += i.Image.Bounds().Dy()
		}
		y := float32(0)
		for _, i := range images {
			h := p.Height * float32(i.Image.Bounds().Dy()) / float32(total)
			i.Move(fyne.NewPos(left, y))
			i.Resize(fyne.NewSize(p.Width, h))
			y += h
		}
	}
	stack(r.pages)
	stack(r.maps)
	for i, l := range p.Lines {
		r.lines[i].Move(fyne.NewPos(left, l.Y))
		r.lines[i].Resize(fyne.NewSize(p.Width, 3.5))
		m := r.labels[i].MinSize()
		r.grounds[i].Resize(fyne.NewSize(m.Width+14, m.Height+5))
		r.grounds[i].Move(fyne.NewPos(left+8, l.Y-m.Height-8))
		r.labels[i].Resize(m)
		r.labels[i].Move(fyne.NewPos(left+15, l.Y-m.Height-5.5))
	}
}

func (r *heatRenderer) Refresh() {
	r.build()
	r.Layout(r.content.Size())
	canvas.Refresh(r.content)
}

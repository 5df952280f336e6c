package ui

import (
	"fmt"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
	"hindsite.app/player/heatmap"
)

// legend says what the colours mean and what the map rests on.
type legend struct {
	bar               *canvas.Raster
	low, high         *widget.Text
	summary, captions *widget.Text
}

func newLegend() *legend {
	l := &legend{
		low: widget.Caption(""), high: widget.Caption(""),
		summary: widget.NewText("", widget.Style{Bold: true, Ends: true}), captions: widget.NewText("", widget.Style{Size: look.CaptionSize, Colour: look.Muted, Ends: true}),
	}
	l.bar = canvas.NewRaster(func(w, h int) image.Image {
		img := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
		for x := range w {
			c := heatmap.Colour(float64(x) / float64(max(w-1, 1)))
			c.A = 255
			for y := range h {
				img.Set(x, y, c)
			}
		}
		return img
	})
	l.bar.SetMinSize(fyne.NewSize(170, 10))
	return l
}

func (l *legend) row(h *heatScreen) fyne.CanvasObject {
	scale := widget.Row(8, l.low, l.bar, l.high)
	texts := widget.Column(2, l.summary, l.captions)
	right := widget.Column(2, widget.Wide(360, h.under), h.warning)
	return widget.Tall(44, container.NewBorder(nil, nil, widget.Padded(0, 8, scale), right, texts))
}

// show shows what a map rests on; nil shows nothing.
func (l *legend) show(m *state.Heatmap) {
	if m == nil {
		l.low.SetText("")
		l.high.SetText("")
		l.summary.SetText("")
		l.captions.SetText("")
		return
	}
	l.low.SetText("0")
	top := m.Cells.Max()
	switch m.Kind {
	case heatmap.Reach:
		l.low.SetText("0 %")
		l.high.SetText(fmt.Sprintf("%.0f %%", top*100))
	case heatmap.Moves:
		l.high.SetText(fmt.Sprintf("hottest (most: %.1f s in a cell)", top))
	default:
		l.high.SetText(fmt.Sprintf("hottest (most: %s in a cell)", count(int(top), "click")))
	}
	l.summary.SetText(restsOn(m))
	l.captions.SetText(m.Caption)
}

// restsOn says on how much a map rests.
func restsOn(m *state.Heatmap) string {
	text := count(m.Sessions, "session") + ", " + count(m.Views, "view")
	switch m.Kind {
	case heatmap.Clicks:
		text += ", " + count(m.Points, "click")
	case heatmap.Moves:
		text += ", " + count(m.Points, "pointer sample")
	}
	if lost := m.Unplaced + m.Outside; lost > 0 {
		text += "; " + grouped(lost) + " could not be placed on the page"
	}
	return text
}

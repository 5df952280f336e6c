package ui

import (
	"context"
	"fmt"
	"image"
	"math"

	"golang.org/x/image/draw"

	"hindsite.app/app/state"
	"hindsite.app/app/ui/widget"
	"hindsite.app/player/heatmap"
)

// mostPixels bounds the pictures of one map.
const mostPixels = 48 << 20

// drawHeat draws a map in a width of units, pixels for each unit, and cuts it into
// tiles. It runs away from the UI goroutine.
func drawHeat(ctx context.Context, heat *state.Heatmap, width, pixels float32) (drawn, error) {
	scale := min(float64(width)/float64(heat.Width), 1)
	if scale <= 0 {
		scale = 1
	}
	k := scale * float64(pixels)
	if n := k * k * float64(heat.Width) * float64(heat.Height); n > mostPixels {
		k *= math.Sqrt(mostPixels / n)
	}
	w, height := max(int(float64(heat.Width)*k), 1), max(int(float64(heat.Height)*k), 1)
	d := drawn{heat: heat, scale: scale}
	page := image.NewRGBA(image.Rect(0, 0, w, height))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	if src := heat.Picture; src != nil {
		to := image.Rect(0, 0, int(float64(src.Rect.Dx())*k), int(float64(src.Rect.Dy())*k))
		if k == 1 {
			draw.Draw(page, to, src, src.Rect.Min, draw.Src)
		} else {
			draw.BiLinear.Scale(page, to, src, src.Rect, draw.Src, nil)
		}
	}
	if err := ctx.Err(); err != nil {
		return d, err
	}
	d.picture = widget.HeatPicture{Width: float32(float64(heat.Width) * scale), Height: float32(float64(heat.Height) * scale), Page: widget.Cut(page)}
	d.picture.Map = widget.Cut(heat.Smooth.Picture(k, heat.Top, 1))
	d.picture.Lines = reachLines(heat, scale)
	return d, ctx.Err()
}

// reachLines marks how far three quarters, half and one quarter of the views
// saw.
func reachLines(heat *state.Heatmap, scale float64) []widget.HeatLine {
	var lines []widget.HeatLine
	if heat.Kind != heatmap.Reach {
		return nil
	}
	for _, share := range []float32{0.75, 0.5, 0.25} {
		last := -1
		for row, v := range heat.Reached {
			if v >= share {
				last = row
			}
		}
		if last >= 0 {
			y := min((last+1)*heat.Cells.Cell, heat.Height)
			lines = append(lines, widget.HeatLine{Y: float32(float64(y)*scale) - 2, Label: fmt.Sprintf("%.0f %% of views saw this far (%d px)", share*100, y)})
		}
	}
	// Lines at the same place would hide each other: the greatest share stands.
	out := lines[:0]
	for i, l := range lines {
		if i == 0 || l.Y-out[len(out)-1].Y > 26 {
			out = append(out, l)
		}
	}
	return out
}

package ui

import (
	"context"
	"image"
	"math"

	"golang.org/x/image/draw"
)

// scaled returns a picture at another scale, within mostPixels. Shrinking takes
// every pixel into account, so that thin lines stay.
func scaled(ctx context.Context, img *image.RGBA, k float64) (*image.RGBA, error) {
	if n := k * k * float64(img.Rect.Dx()) * float64(img.Rect.Dy()); n > mostPixels {
		k *= math.Sqrt(mostPixels / n)
	}
	w, h := max(int(float64(img.Rect.Dx())*k), 1), max(int(float64(img.Rect.Dy())*k), 1)
	if w == img.Rect.Dx() && h == img.Rect.Dy() {
		return img, ctx.Err()
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	// In strips, so that it can be stopped.
	const strip = 256
	for y := 0; y < h; y += strip {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		part := image.Rect(0, y, w, min(y+strip, h))
		draw.BiLinear.Scale(out.SubImage(part).(*image.RGBA), out.Rect, img, img.Rect, draw.Src, nil)
	}
	return out, nil
}

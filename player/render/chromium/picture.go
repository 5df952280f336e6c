package chromium

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"hindsite.app/player/fault"
	"hindsite.app/player/render"
)

// measured is what the helper says of a page.
type measured struct {
	Width, Height, X, Y float64
	Ground              string
	Boxes               string
}

// Render draws the loaded state.
func (s *session) Render(ctx context.Context, r render.Request) (*render.Frame, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	scale := r.Scale
	if scale == 0 {
		scale = 1
	}
	if scale < 0.01 || scale > 16 || scale != scale {
		return nil, fault.New(fault.Limit, "scale %g is out of range", r.Scale)
	}
	if err := s.point(ctx, s.tree.handleOf(r.Hover)); err != nil {
		return nil, fmt.Errorf("put pointer on element: %w", err)
	}
	m, err := s.tab.measure(ctx, r.Boxes)
	if err != nil {
		return nil, fmt.Errorf("measure page: %w", err)
	}
	f := &render.Frame{Version: s.version, By: Name, PageW: int(math.Ceil(m.Width)), PageH: int(math.Ceil(m.Height))}
	if f.Clip, err = s.clip(r, m, scale); err != nil {
		return nil, err
	}
	if r.Boxes {
		if f.Boxes, err = s.boxes(m.Boxes); err != nil {
			return nil, fmt.Errorf("measure page: %w", err)
		}
	}
	if r.Pixels {
		w, h := s.size()
		view := image.Rect(0, 0, w, h).Add(image.Pt(int(math.Floor(m.X)), int(math.Floor(m.Y))))
		if f.Image, err = s.draw(ctx, f, scale, view, ground(m.Ground)); err != nil {
			return nil, fmt.Errorf("paint page: %w", err)
		}
	}
	return f, nil
}

func (t *tab) measure(ctx context.Context, boxes bool) (m measured, err error) {
	err = t.do(ctx, func(ctx context.Context, c *chromedp.Target) error {
		return t.function(ctx, c, "function() { return hindsite.page("+strconv.FormatBool(boxes)+") }", &m)
	})
	return m, err
}

// clip returns what part of the page is asked for.
func (s *session) clip(r render.Request, m measured, scale float64) (image.Rectangle, error) {
	clip := r.Clip
	switch {
	case r.Full:
		clip = shorten(image.Rect(0, 0, int(math.Ceil(m.Width)), int(math.Ceil(m.Height))), scale, s.limits.MaxPixels)
	case clip.Empty():
		w, h := s.size()
		at := image.Pt(int(m.X+0.5), int(m.Y+0.5))
		clip = image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}
	}
	const most = 1 << 24
	if !clip.In(image.Rect(-most, -most, most, most)) {
		return clip, fault.New(fault.Limit, "clip %v is out of range", clip)
	}
	if float64(clip.Dx())*scale*float64(clip.Dy())*scale > float64(s.limits.MaxPixels) {
		return clip, fault.New(fault.Limit, "picture of %d by %d at scale %g has more than %d pixels", clip.Dx(), clip.Dy(), scale, s.limits.MaxPixels)
	}
	return clip, nil
}

// shorten cuts a whole page at the bottom, and at the right only when it must.
func shorten(clip image.Rectangle, scale float64, pixels int) image.Rectangle {
	row := float64(clip.Dx()) * scale * scale
	if row < 1 {
		return clip
	}
	clip.Max.Y = max(min(clip.Max.Y, int(float64(pixels)/row)), 1)
	if columns := float64(pixels) / (float64(clip.Dy()) * scale * scale); columns < float64(clip.Dx()) {
		clip.Max.X = max(int(columns), 1)
	}
	return clip
}

// tileSide bounds the side of what is captured at once, in device pixels:
// surfaces of browsers end at 16384, and a smaller one needs less memory.
const tileSide = 4096

// draw captures a part of the page, in tiles where it is large. What lies beyond
// the page has the colour of the ground. View is the viewport: what is in it is
// captured in half the time.
func (s *session) draw(ctx context.Context, f *render.Frame, scale float64, view image.Rectangle, ground color.RGBA) (*image.RGBA, error) {
	w, h := pixels(f.Clip.Dx(), scale), pixels(f.Clip.Dy(), scale)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	inside := f.Clip.Intersect(image.Rect(0, 0, f.PageW, f.PageH))
	if inside != f.Clip {
		draw.Draw(img, img.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	}
	step := max(int(tileSide/scale), 1)
	for y := inside.Min.Y; y < inside.Max.Y; y += step {
		for x := inside.Min.X; x < inside.Max.X; x += step {
			tile := image.Rect(x, y, x+step, y+step).Intersect(inside)
			got, err := s.tab.capture(ctx, tile, scale, !tile.In(view), s.limits.MaxPixels)
			if err != nil {
				return nil, err
			}
			if tile == f.Clip && got.Bounds().Dx() == w && got.Bounds().Dy() == h {
				return tight(got), nil
			}
			at := image.Pt(pixels(tile.Min.X-f.Clip.Min.X, scale), pixels(tile.Min.Y-f.Clip.Min.Y, scale))
			draw.Draw(img, got.Bounds().Sub(got.Bounds().Min).Add(at), got, got.Bounds().Min, draw.Src)
		}
	}
	return img, nil
}

// pixels returns how many device pixels a length has.
func pixels(length int, scale float64) int { return max(int(math.Ceil(float64(length)*scale-1e-6)), 1) }

// tight returns a picture as tightly packed RGBA.
func tight(src image.Image) *image.RGBA {
	b := src.Bounds()
	switch src := src.(type) {
	case *image.RGBA:
		if src.Stride == 4*b.Dx() && b.Min == (image.Point{}) {
			return src
		}
	case *image.NRGBA:
		// What a browser captures is opaque, so that both are the same bytes.
		if src.Opaque() && src.Stride == 4*b.Dx() {
			return &image.RGBA{Pix: src.Pix, Stride: src.Stride, Rect: b.Sub(b.Min)}
		}
	}
	img := image.NewRGBA(b.Sub(b.Min))
	draw.Draw(img, img.Rect, src, b.Min, draw.Src)
	return img
}

// capture takes a picture of a part of the page. Beyond says that it is not all
// in the viewport.
func (t *tab) capture(ctx context.Context, clip image.Rectangle, scale float64, beyond bool, maxPixels int) (image.Image, error) {
	yes := true
	var shot page.CaptureScreenshotResult
	err := t.do(ctx, func(ctx context.Context, c *chromedp.Target) (err error) {
		shot, err = cdp.Call(ctx, c, page.CaptureScreenshot, page.CaptureScreenshotParams{
			Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: &beyond, OptimizeForSpeed: &yes,
			Clip: &page.Viewport{X: float64(clip.Min.X), Y: float64(clip.Min.Y), Width: float64(clip.Dx()), Height: float64(clip.Dy()), Scale: scale},
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	config, err := png.DecodeConfig(bytes.NewReader(shot.Data))
	if err != nil || config.Width*config.Height > maxPixels+maxPixels/8 {
		return nil, fmt.Errorf("%w: its picture cannot be read", ErrDied)
	}
	img, err := png.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		return nil, fmt.Errorf("%w: its picture cannot be read", ErrDied)
	}
	return img, nil
}

// ground reads a colour as computed styles give it: rgb(1, 2, 3) or with an
// alpha, which is laid on white.
func ground(s string) color.RGBA {
	white := color.RGBA{255, 255, 255, 255}
	_, list, ok := strings.Cut(strings.TrimSuffix(s, ")"), "(")
	parts := strings.Split(list, ",")
	if !ok || len(parts) < 3 || !strings.HasPrefix(s, "rgb") {
		return white
	}
	var v [4]float64
	v[3] = 1
	for i := 0; i < min(len(parts), 4); i++ {
		f, err := strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
		if err != nil || !(f >= 0 && f <= 255) {
			return white
		}
		v[i] = f
	}
	a := min(v[3], 1)
	over := func(c float64) uint8 { return uint8(c*a + 255*(1-a) + 0.5) }
	return color.RGBA{over(v[0]), over(v[1]), over(v[2]), 255}
}

// Flags of a packed box.
const (
	boxFixed = 1 << iota
	boxThrough
)

// boxWords is how many four-byte words a packed box has; see pack in js/4_boxes.js.
const boxWords = 10

// boxes unpacks the boxes of the helper.
func (s *session) boxes(packed string) ([]render.Box, error) {
	data, err := base64.StdEncoding.DecodeString(packed)
	if err != nil || len(data)%(4*boxWords) != 0 {
		return nil, fmt.Errorf("%w: its boxes cannot be read", ErrDied)
	}
	boxes := make([]render.Box, 0, len(data)/(4*boxWords))
	for ; len(data) > 0; data = data[4*boxWords:] {
		id, ok := s.tree.ids[handle(binary.LittleEndian.Uint32(data))]
		if !ok {
			continue
		}
		var f [8]float32
		for i := range f {
			f[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4+4*i:]))
		}
		flags := binary.LittleEndian.Uint32(data[36:])
		boxes = append(boxes, render.Box{
			Node: id, X: f[0], Y: f[1], W: f[2], H: f[3], Seen: render.Rect{X: f[4], Y: f[5], W: f[6], H: f[7]},
			Fixed: flags&boxFixed != 0, Through: flags&boxThrough != 0,
		})
	}
	return boxes, nil
}

package paint

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/style"
)

func alpha(f float32) color.Alpha { return color.Alpha{A: uint8(min(max(f, 0), 1)*255 + 0.5)} }

// image draws one layer of background images.
func (p *painter) image(bg *style.Background, pad, border Rect, corners [4][2]float32, round bool, clip Rect) {
	if pad.empty() {
		return
	}
	w, h := pad.X1-pad.X0, pad.Y1-pad.Y0
	natW, natH := w, h
	if bg.URL != "" {
		if p.o.Natural == nil {
			return
		}
		var ok bool
		if natW, natH, ok = p.o.Natural(bg.URL); !ok || natW <= 0 || natH <= 0 {
			return
		}
	}
	tw, th := repeatSize(bg, w, h, natW, natH)
	if tw < 0.5 || th < 0.5 {
		return
	}
	x := pad.X0 + bg.Position[0].Of(w-tw)
	y := pad.Y0 + bg.Position[1].Of(h-th)
	if bg.Gradient != nil {
		area := pad
		if bg.RepeatX && bg.RepeatY {
			area = border
		}
		p.gradient(bg.Gradient, Rect{x, y, x + tw, y + th}, area, bg.RepeatX, bg.RepeatY, border, corners, round, clip)
		return
	}
	img, ok := p.bitmap(bg.URL, tw, th)
	if !ok {
		return
	}
	area := border.Intersect(clip)
	p.repeat(img, x, y, tw, th, bg, area)
}

// bitmap returns an image that will be drawn at a size on the page.
func (p *painter) bitmap(url string, w, h float32) (image.Image, bool) {
	const most = 4096
	if p.o.Images == nil || url == "" {
		return nil, false
	}
	device := func(v float32) int { return int(min(max(v*p.c.scale+0.5, 1), most)) }
	return p.o.Images(url, device(w), device(h))
}

// repeatSize returns the size of one tile of a background.
func repeatSize(bg *style.Background, w, h, natW, natH float32) (float32, float32) {
	switch {
	case bg.Gradient != nil && (bg.Cover || bg.Contain):
		return w, h
	case bg.Cover:
		f := max(w/natW, h/natH)
		return natW * f, natH * f
	case bg.Contain:
		f := min(w/natW, h/natH)
		return natW * f, natH * f
	}
	sw, sh := bg.Size[0], bg.Size[1]
	tw, th := natW, natH
	if sw.Fixed() {
		tw = sw.Of(w)
		if !sh.Fixed() && bg.Gradient == nil && natW > 0 {
			th = natH * tw / natW
		}
	}
	if sh.Fixed() {
		th = sh.Of(h)
		if !sw.Fixed() && bg.Gradient == nil && natH > 0 {
			tw = natW * th / natH
		}
	}
	return tw, th
}

const maxRepeats = 2000

func (p *painter) repeat(img image.Image, x, y, tw, th float32, bg *style.Background, area Rect) {
	px := p.c.pixels(area)
	if px.Empty() {
		return
	}
	x1, y1 := x+tw, y+th
	if bg.RepeatX {
		x -= float32(math.Ceil(float64((x-area.X0)/tw))) * tw
		x1 = area.X1
	}
	if bg.RepeatY {
		y -= float32(math.Ceil(float64((y-area.Y0)/th))) * th
		y1 = area.Y1
	}
	n := 0
	for ty := y; ty < y1-0.01; ty += th {
		for tx := x; tx < x1-0.01; tx += tw {
			if n++; n > maxRepeats {
				return
			}
			p.scaled(img, Rect{tx, ty, tx + tw, ty + th}, area)
		}
	}
}

// scaled draws an image into a rectangle.
func (p *painter) scaled(img image.Image, r, clip Rect) {
	px := p.c.pixels(r.Intersect(clip))
	if px.Empty() {
		return
	}
	b := img.Bounds()
	x, y := p.c.device(r.X0, r.Y0)
	sx := float64((r.X1-r.X0)*p.c.scale) / float64(b.Dx())
	sy := float64((r.Y1-r.Y0)*p.c.scale) / float64(b.Dy())
	m := f64.Aff3{sx, 0, float64(x) - sx*float64(b.Min.X), 0, sy, float64(y) - sy*float64(b.Min.Y)}
	sub := p.c.img.SubImage(px).(*image.RGBA)
	draw.ApproxBiLinear.Transform(sub, m, img, b, draw.Over, nil)
}

// gradient fills tiles with a linear or radial gradient.
func (p *painter) gradient(g *style.Gradient, t, area Rect, rx, ry bool, border Rect, corners [4][2]float32, round bool, clip Rect) {
	if !rx && !ry {
		area = area.Intersect(t)
	}
	px := p.c.pixels(area.Intersect(clip))
	if px.Empty() {
		return
	}
	src := &gradientFill{c: p.c, g: g, t: t}
	src.prepare()
	if !round {
		p.c.shade(px, nil, src.at)
		return
	}
	outline := p.c.roundRect(border, corners)
	if px = px.Intersect(outline.bounds()); !px.Empty() {
		p.c.shade(px, p.c.coverage(outline, px), src.at)
	}
}

// gradientFill tells the colours of a gradient in device pixels.
type gradientFill struct {
	c      *canvas
	g      *style.Gradient
	t      Rect
	ramp   [257]color.RGBA
	dx, dy float32
	length float32
}

func (g *gradientFill) prepare() {
	w, h := g.t.X1-g.t.X0, g.t.Y1-g.t.Y0
	rad := float64(g.g.Angle) * math.Pi / 180
	if g.g.Corner != [2]int8{} {
		rad = math.Atan2(float64(h)*float64(g.g.Corner[0]), -float64(w)*float64(g.g.Corner[1]))
	}
	g.dx, g.dy = float32(math.Sin(rad)), float32(-math.Cos(rad))
	g.length = abs(w*g.dx) + abs(h*g.dy)
	if g.g.Radial {
		g.length = float32(math.Hypot(float64(w), float64(h))) / 2
	}
	g.length = max(g.length, 0.01)
	at := stops(g.g.Stops, g.length)
	for i := range g.ramp {
		g.ramp[i] = rampColor(g.g.Stops, at, float32(i)/256)
	}
}

// stops places colour stops as fractions of the length.
func stops(list []style.Stop, length float32) []float32 {
	at := make([]float32, len(list))
	for i, s := range list {
		at[i] = -1
		if !s.Free {
			at[i] = s.At.Of(length) / length
		}
	}
	if at[0] < 0 && list[0].Free {
		at[0] = 0
	}
	if n := len(at) - 1; list[n].Free {
		at[n] = max(1, at[0])
	}
	for i := 1; i < len(at); i++ {
		if !list[i].Free {
			at[i] = max(at[i], at[i-1])
			continue
		}
		j := i
		for j < len(at)-1 && list[j].Free && at[j] < 0 {
			j++
		}
		step := (max(at[j], at[i-1]) - at[i-1]) / float32(j-i+1)
		for k := i; k < j; k++ {
			at[k] = at[k-1] + step
		}
		if at[j] < at[i-1] {
			at[j] = at[i-1]
		}
	}
	return at
}

func rampColor(list []style.Stop, at []float32, f float32) color.RGBA {
	if f <= at[0] {
		return rgba(list[0].Color)
	}
	for i := 1; i < len(at); i++ {
		if f > at[i] {
			continue
		}
		a, b := rgba(list[i-1].Color), rgba(list[i].Color)
		t := float32(1)
		if at[i] > at[i-1] {
			t = (f - at[i-1]) / (at[i] - at[i-1])
		}
		mix := func(x, y uint8) uint8 { return uint8(float32(x)*(1-t) + float32(y)*t + 0.5) }
		return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), mix(a.A, b.A)}
	}
	return rgba(list[len(list)-1].Color)
}

// at returns the colour of a device pixel.
func (g *gradientFill) at(x, y int) color.RGBA {
	w, h := g.t.X1-g.t.X0, g.t.Y1-g.t.Y0
	px := (float32(x)+0.5)/g.c.scale + g.c.ox - g.t.X0
	py := (float32(y)+0.5)/g.c.scale + g.c.oy - g.t.Y0
	px, py = wrap(px, w)-w/2, wrap(py, h)-h/2
	var f float32
	switch {
	case g.g.Conic:
		f = float32(math.Atan2(float64(px), float64(-py))/(2*math.Pi)) + 1
		f -= float32(int(f))
	case g.g.Radial:
		f = float32(math.Hypot(float64(px), float64(py))) / g.length
	default:
		f = (px*g.dx+py*g.dy)/g.length + 0.5
	}
	return g.ramp[int(min(max(f, 0), 1)*256)]
}

func wrap(v, size float32) float32 {
	if v >= 0 && v <= size {
		return v
	}
	v = float32(math.Mod(float64(v), float64(size)))
	if v < 0 {
		v += size
	}
	return v
}

// content draws a replaced box.
func (p *painter) content(it *Item) {
	b := it.Box
	if b.Style.Visibility != style.Shown {
		return
	}
	bd, pd := b.Border, b.Padding
	r := Rect{it.X + bd[style.Left] + pd[style.Left], it.Y + bd[style.Top] + pd[style.Top],
		it.X + it.W - bd[style.Right] - pd[style.Right], it.Y + it.H - bd[style.Bottom] - pd[style.Bottom]}
	ct := b.Content
	switch ct.Kind {
	case layout.Image, layout.Canvas:
		p.picture(it, r)
	case layout.Frame:
		if ct.Page != nil {
			p.page(it, ct.Page)
		} else {
			p.missing(it, r, "frame")
		}
	case layout.SVG:
		p.svg(it, r)
	case layout.Media:
		p.c.fill(r, it.Clip, style.Color{R: 40, G: 40, B: 40, A: 255})
		p.triangle(r, it.Clip)
	case layout.Checkbox, layout.Radio:
		p.toggle(it, r)
	case layout.Range:
		p.slider(it, r)
	case layout.Progress:
		f := r
		f.X1 = r.X0 + (r.X1-r.X0)*ct.Value
		p.c.fill(f, it.Clip, accent)
	case layout.Blocked:
		p.missing(it, r, "")
	}
}

var accent = style.Color{R: 0, G: 117, B: 255, A: 255}

// picture draws an image or canvas, or says that it is missing.
func (p *painter) picture(it *Item, r Rect) {
	b := it.Box
	var w, h float32
	ok := false
	if p.o.Natural != nil && b.Content.URL != "" {
		w, h, ok = p.o.Natural(b.Content.URL)
	}
	if !ok {
		if b.Content.Kind == layout.Image {
			p.missing(it, r, b.Content.Alt)
		}
		return
	}
	rw, rh := r.X1-r.X0, r.Y1-r.Y0
	if w <= 0 || h <= 0 || rw <= 0 || rh <= 0 {
		return
	}
	dw, dh := rw, rh
	switch b.Style.Fit {
	case style.FitContain, style.FitScaleDown:
		f := min(rw/w, rh/h)
		if b.Style.Fit == style.FitScaleDown {
			f = min(f, 1)
		}
		dw, dh = w*f, h*f
	case style.FitCover:
		f := max(rw/w, rh/h)
		dw, dh = w*f, h*f
	case style.FitNone:
		dw, dh = w, h
	}
	x, y := r.X0+b.Style.FitPosition[0].Of(rw-dw), r.Y0+b.Style.FitPosition[1].Of(rh-dh)
	if img, ok := p.bitmap(b.Content.URL, dw, dh); ok {
		p.scaled(img, Rect{x, y, x + dw, y + dh}, r.Intersect(it.Clip))
	}
}

// missing draws a quiet box with the name of what cannot be shown.
func (p *painter) missing(it *Item, r Rect, label string) {
	if r.X1-r.X0 < 2 || r.Y1-r.Y0 < 2 {
		return
	}
	gray := style.Color{R: 128, G: 128, B: 128, A: 28}
	line := style.Color{R: 128, G: 128, B: 128, A: 90}
	p.c.fill(r, it.Clip, gray)
	p.frame(r, [4]float32{1, 1, 1, 1}, [4]style.Color{line, line, line, line}, style.Solid, it.Clip)
	if label == "" || r.Y1-r.Y0 < 8 {
		return
	}
	s := style.Variant(it.Box.Style, func(v *style.Style) { v.FontSize = min(v.FontSize, 12) })
	p.string(label, s, r.X0+4, min(r.Y0+4+s.FontSize*0.8, r.Y1-3), it.Clip.Intersect(r))
}

func (p *painter) triangle(r Rect, clip Rect) {
	cx, cy := (r.X0+r.X1)/2, (r.Y0+r.Y1)/2
	d := min(min(r.X1-r.X0, r.Y1-r.Y0)/4, 24)
	o := &path{}
	o.moveTo(p.c.device(cx-d/2, cy-d*0.6))
	o.lineTo(p.c.device(cx+d*0.7, cy))
	o.lineTo(p.c.device(cx-d/2, cy+d*0.6))
	o.close()
	p.c.fillPath(o, clip, image.NewUniform(color.White))
}

// toggle draws a checkbox or radio button.
func (p *painter) toggle(it *Item, r Rect) {
	ct, s := it.Box.Content, it.Box.Style
	if s.Appearance {
		return // the page draws it itself
	}
	border := style.Color{R: 118, G: 118, B: 118, A: 255}
	inside := style.Color{R: 255, G: 255, B: 255, A: 255}
	if ct.Checked {
		border, inside = accent, accent
		if ct.Kind == layout.Radio {
			inside = style.Color{R: 255, G: 255, B: 255, A: 255}
		}
	}
	if ct.Disabled {
		border = style.Color{R: 200, G: 200, B: 200, A: 255}
	}
	half := min(r.X1-r.X0, r.Y1-r.Y0) / 2
	rad := float32(2.5)
	if ct.Kind == layout.Radio {
		rad = half
	}
	corners := func(v float32) [4][2]float32 { return [4][2]float32{{v, v}, {v, v}, {v, v}, {v, v}} }
	p.c.fillPath(p.c.roundRect(r, corners(rad)), it.Clip, image.NewUniform(rgba(border)))
	in := Rect{r.X0 + 1, r.Y0 + 1, r.X1 - 1, r.Y1 - 1}
	p.c.fillPath(p.c.roundRect(in, corners(max(rad-1, 0))), it.Clip, image.NewUniform(rgba(inside)))
	if !ct.Checked {
		return
	}
	if ct.Kind == layout.Radio {
		d := half * 0.45
		dot := Rect{r.X0 + d, r.Y0 + d, r.X1 - d, r.Y1 - d}
		p.c.fillPath(p.c.roundRect(dot, corners((dot.X1-dot.X0)/2)), it.Clip, image.NewUniform(rgba(accent)))
		return
	}
	w, h := r.X1-r.X0, r.Y1-r.Y0
	o := &path{}
	for i, q := range [][2]float32{{.2, .5}, {.3, .4}, {.43, .55}, {.72, .25}, {.82, .35}, {.43, .77}} {
		x, y := p.c.device(r.X0+w*q[0], r.Y0+h*q[1])
		if i == 0 {
			o.moveTo(x, y)
		} else {
			o.lineTo(x, y)
		}
	}
	o.close()
	p.c.fillPath(o, it.Clip, image.NewUniform(color.White))
}

func (p *painter) slider(it *Item, r Rect) {
	mid := (r.Y0 + r.Y1) / 2
	p.c.fill(Rect{r.X0, mid - 3, r.X1, mid + 3}, it.Clip, style.Color{R: 222, G: 222, B: 222, A: 255})
	x := r.X0 + 8 + (r.X1-r.X0-16)*it.Box.Content.Value
	p.c.fill(Rect{r.X0, mid - 3, x, mid + 3}, it.Clip, accent)
	c := [2]float32{8, 8}
	p.c.fillPath(p.c.roundRect(Rect{x - 8, mid - 8, x + 8, mid + 8}, [4][2]float32{c, c, c, c}), it.Clip, image.NewUniform(rgba(accent)))
}

// firstLine returns where the first line of a list item begins: its left edge
// and its baseline.
func firstLine(b *layout.Box) (x, y float32, ok bool) {
	left := b.Border[style.Left] + b.Padding[style.Left]
	for c, dx, dy, i := b, float32(0), float32(0), 0; c != nil && i < 64; i++ {
		if len(c.Lines) > 0 {
			return left, dy + c.Lines[0].Baseline, true
		}
		var next *layout.Box
		for _, k := range c.Children {
			if k.Style.Position == style.Static && k.Style.Float == style.NoSide {
				next = k
				break
			}
		}
		if next == nil {
			break
		}
		dx, dy = dx+next.X, dy+next.Y
		c = next
	}
	return left, b.MarkerStyle.FontSize, true
}

package paint

import (
	"image"

	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/style"
)

// radii resolves the corner radii of a box and shrinks them until they fit.
func radii(s *style.Style, w, h float32) ([4][2]float32, bool) {
	var r [4][2]float32
	any := false
	for i := range r {
		r[i][0], r[i][1] = max(s.Radius[i][0].Of(w), 0), max(s.Radius[i][1].Of(h), 0)
		any = any || r[i][0] > 0 && r[i][1] > 0
	}
	if !any {
		return r, false
	}
	f := float32(1)
	fit := func(room, a, b float32) {
		if a+b > room && a+b > 0 {
			f = min(f, room/(a+b))
		}
	}
	fit(w, r[0][0], r[1][0])
	fit(w, r[3][0], r[2][0])
	fit(h, r[0][1], r[3][1])
	fit(h, r[1][1], r[2][1])
	for i := range r {
		r[i][0] *= f
		r[i][1] *= f
	}
	return r, true
}

func innerRadii(b *layout.Box) [4][2]float32 {
	r, _ := radii(b.Style, b.W, b.H)
	return shrink(r, b.Border)
}

// shrink reduces corner radii by the borders beside them.
func shrink(r [4][2]float32, bd [4]float32) [4][2]float32 {
	sx := [4]int{style.Left, style.Right, style.Right, style.Left}
	sy := [4]int{style.Top, style.Top, style.Bottom, style.Bottom}
	for i := range r {
		r[i][0], r[i][1] = max(r[i][0]-bd[sx[i]], 0), max(r[i][1]-bd[sy[i]], 0)
	}
	return r
}

// block draws shadow, background, border and outline of an item.
func (p *painter) block(it *Item) {
	s := it.Box.Style
	if s.Visibility != style.Shown {
		return
	}
	bd := it.Box.Drawn()
	if it.Kind == Inline {
		if !it.Frag.First {
			bd[style.Left] = 0
		}
		if !it.Frag.Last {
			bd[style.Right] = 0
		}
	}
	r, clips := fieldset(it.Box, Rect{it.X, it.Y, it.X + it.W, it.Y + it.H}, it.Clip)
	if it.Kind == Block && native(it.Box) {
		p.control(it, r)
		return
	}
	corners, round := radii(s, r.X1-r.X0, r.Y1-r.Y0)
	for i := len(s.Shadows) - 1; i >= 0; i-- {
		p.shadow(r, corners, it.Clip, &s.Shadows[i])
	}
	if it.Box != p.list.CanvasBox || it.Kind == Inline {
		p.background(it.Box, s, r, bd, corners, round, it.Clip)
	}
	pad := Rect{r.X0 + bd[style.Left], r.Y0 + bd[style.Top], r.X1 - bd[style.Right], r.Y1 - bd[style.Bottom]}
	for i := len(s.Shadows) - 1; i >= 0; i-- {
		p.insetShadow(pad, shrink(corners, bd), it.Clip, &s.Shadows[i])
	}
	for _, clip := range clips {
		p.borders(s, r, bd, corners, round, clip)
	}
	p.arrow(it, r)
	if s.OutlineStyle != style.NoBorder && s.OutlineWidth > 0 {
		w := s.OutlineWidth
		o := Rect{r.X0 - w, r.Y0 - w, r.X1 + w, r.Y1 + w}
		p.frame(o, [4]float32{w, w, w, w}, [4]style.Color{s.OutlineColor, s.OutlineColor, s.OutlineColor, s.OutlineColor}, s.OutlineStyle, it.Clip)
	}
}

func (p *painter) background(b *layout.Box, s *style.Style, r Rect, bd [4]float32, corners [4][2]float32, round bool, clip Rect) {
	if c := s.Own.Background; c.A > 0 {
		if round {
			p.c.fillRound(r, corners, clip, c)
		} else {
			p.c.fill(r, clip, c)
		}
	}
	pad := Rect{r.X0 + bd[style.Left], r.Y0 + bd[style.Top], r.X1 - bd[style.Right], r.Y1 - bd[style.Bottom]}
	for i := len(s.Images) - 1; i >= 0; i-- {
		p.image(&s.Images[i], pad, r, corners, round, clip)
	}
}

// borders draws the four borders of a box.
func (p *painter) borders(s *style.Style, r Rect, bd [4]float32, corners [4][2]float32, round bool, clip Rect) {
	if bd == [4]float32{} {
		return
	}
	same := true
	visible := false
	for i := range bd {
		if bd[i] > 0 && s.BorderColor[i].A > 0 && s.BorderStyle[i] > style.HiddenBorder {
			visible = true
		}
		same = same && s.BorderColor[i] == s.BorderColor[0] && s.BorderStyle[i] == s.BorderStyle[0]
	}
	if !visible {
		return
	}
	inner := Rect{r.X0 + bd[style.Left], r.Y0 + bd[style.Top], r.X1 - bd[style.Right], r.Y1 - bd[style.Bottom]}
	if round {
		p.roundBorders(s, r, inner, bd, corners, same, clip)
		return
	}
	st := style.Solid
	if same {
		st = s.BorderStyle[0]
	}
	cols := s.BorderColor
	for i := range cols {
		if s.BorderStyle[i] <= style.HiddenBorder {
			cols[i].A = 0
		}
		if !same && bd[i] > 0 {
			st = max(st, style.Solid)
		}
	}
	p.frame(r, bd, cols, st, clip)
}

// roundBorders fills the ring between two rounded rectangles; with different
// colours each side fills its own part of it.
func (p *painter) roundBorders(s *style.Style, r, inner Rect, bd [4]float32, corners [4][2]float32, same bool, clip Rect) {
	ring := p.c.roundRect(r, corners)
	p.c.addRound(ring, inner, shrink(corners, bd), true)
	if same {
		p.c.fillPath(ring, clip, image.NewUniform(rgba(s.BorderColor[0])))
		return
	}
	mx, my := (r.X0+r.X1)/2, (r.Y0+r.Y1)/2
	parts := [4]Rect{
		style.Top:    {r.X0, r.Y0, r.X1, max(inner.Y0, r.Y0+corners[0][1])},
		style.Right:  {min(inner.X1, r.X1-corners[1][0]), r.Y0, r.X1, r.Y1},
		style.Bottom: {r.X0, min(inner.Y1, r.Y1-corners[2][1]), r.X1, r.Y1},
		style.Left:   {r.X0, r.Y0, max(inner.X0, r.X0+corners[3][0]), r.Y1},
	}
	parts[style.Top].Y1 = min(parts[style.Top].Y1, my)
	parts[style.Bottom].Y0 = max(parts[style.Bottom].Y0, my)
	parts[style.Left].X1 = min(parts[style.Left].X1, mx)
	parts[style.Right].X0 = max(parts[style.Right].X0, mx)
	for i := range parts {
		if bd[i] > 0 && s.BorderColor[i].A > 0 && s.BorderStyle[i] > style.HiddenBorder {
			p.c.fillPath(ring, clip.Intersect(parts[i]), image.NewUniform(rgba(s.BorderColor[i])))
		}
	}
}

// frame draws straight borders. Sides of different colours meet in a mitre.
func (p *painter) frame(r Rect, bd [4]float32, cols [4]style.Color, st style.BorderStyle, clip Rect) {
	in := Rect{r.X0 + bd[style.Left], r.Y0 + bd[style.Top], r.X1 - bd[style.Right], r.Y1 - bd[style.Bottom]}
	same := cols[0] == cols[1] && cols[1] == cols[2] && cols[2] == cols[3]
	if !same && bd[0]+bd[2] > 0 && bd[1]+bd[3] > 0 {
		p.mitred(r, in, bd, cols, clip)
		return
	}
	sides := [4]Rect{
		style.Top: {r.X0, r.Y0, r.X1, in.Y0}, style.Bottom: {r.X0, in.Y1, r.X1, r.Y1},
		style.Left: {r.X0, in.Y0, in.X0, in.Y1}, style.Right: {in.X1, in.Y0, r.X1, in.Y1},
	}
	for i, side := range sides {
		if bd[i] <= 0 || cols[i].A == 0 {
			continue
		}
		if st == style.Dashed || st == style.Dotted {
			p.dashes(side, bd[i], i == style.Top || i == style.Bottom, st, cols[i], clip)
			continue
		}
		p.c.fill(side, clip, cols[i])
	}
}

// mitred draws each side as a trapezium.
func (p *painter) mitred(r, in Rect, bd [4]float32, cols [4]style.Color, clip Rect) {
	quads := [4][4][2]float32{
		style.Top:    {{r.X0, r.Y0}, {r.X1, r.Y0}, {in.X1, in.Y0}, {in.X0, in.Y0}},
		style.Right:  {{r.X1, r.Y0}, {r.X1, r.Y1}, {in.X1, in.Y1}, {in.X1, in.Y0}},
		style.Bottom: {{r.X1, r.Y1}, {r.X0, r.Y1}, {in.X0, in.Y1}, {in.X1, in.Y1}},
		style.Left:   {{r.X0, r.Y1}, {r.X0, r.Y0}, {in.X0, in.Y0}, {in.X0, in.Y1}},
	}
	for i := range quads {
		if bd[i] <= 0 || cols[i].A == 0 {
			continue
		}
		o := &path{}
		for k, q := range quads[i] {
			x, y := p.c.device(q[0], q[1])
			if k == 0 {
				o.moveTo(x, y)
			} else {
				o.lineTo(x, y)
			}
		}
		o.close()
		p.c.fillPath(o, clip, image.NewUniform(rgba(cols[i])))
	}
}

func (p *painter) dashes(side Rect, w float32, horizontal bool, st style.BorderStyle, col style.Color, clip Rect) {
	step := w * 2
	if st == style.Dashed {
		step = w * 3
	}
	side = side.Intersect(clip)
	step = max(step, 2)
	length := side.X1 - side.X0
	if !horizontal {
		length = side.Y1 - side.Y0
	}
	if length/step > 4000 {
		return
	}
	on := step / 2
	if st == style.Dashed {
		on = step * 2 / 3
	}
	for at := float32(0); at < length; at += step {
		d := side
		if horizontal {
			d.X0, d.X1 = side.X0+at, min(side.X0+at+on, side.X1)
		} else {
			d.Y0, d.Y1 = side.Y0+at, min(side.Y0+at+on, side.Y1)
		}
		p.c.fill(d, clip, col)
	}
}

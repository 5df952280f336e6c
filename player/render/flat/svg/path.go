package svg

import (
	"math"
	"strconv"
	"strings"
)

// step is one step of an outline: M and L use one point, Q two, C three.
type step struct {
	op byte
	p  [3][2]float32
}

type outline []step

// scanner reads the numbers and letters of path data.
type scanner struct {
	s string
	i int
}

func (s *scanner) skip() {
	for s.i < len(s.s) && strings.IndexByte(" ,\t\r\n", s.s[s.i]) >= 0 {
		s.i++
	}
}

func (s *scanner) number() (float32, bool) {
	s.skip()
	start, dot, exp := s.i, false, false
	for ; s.i < len(s.s); s.i++ {
		c := s.s[s.i]
		switch {
		case c >= '0' && c <= '9':
		case (c == '+' || c == '-') && (s.i == start || s.s[s.i-1] == 'e' || s.s[s.i-1] == 'E'):
		case c == '.' && !dot && !exp:
			dot = true
		case (c == 'e' || c == 'E') && !exp && s.i > start:
			exp = true
		default:
			return parse(s.s[start:s.i])
		}
	}
	return parse(s.s[start:s.i])
}

func parse(t string) (float32, bool) {
	f, err := strconv.ParseFloat(t, 32)
	if err != nil || f != f {
		return 0, false
	}
	return float32(min(max(f, -1e7), 1e7)), true
}

// flag reads one digit: arcs write their flags without spaces.
func (s *scanner) flag() (bool, bool) {
	s.skip()
	if s.i < len(s.s) && (s.s[s.i] == '0' || s.s[s.i] == '1') {
		s.i++
		return s.s[s.i-1] == '1', true
	}
	return false, false
}

// pen is the state of path data.
type pen struct {
	scanner
	out            outline
	x, y           float32
	startX, startY float32
	ctrlX, ctrlY   float32 // last control point, for S and T
	last           byte
}

// parsePath reads path data (SVG 2, section 9.3) up to a mistake or a number
// of steps.
func parsePath(d string, most int) outline {
	p := &pen{scanner: scanner{s: d}}
	var cmd byte
	for len(p.out) < most {
		p.skip()
		if p.i >= len(p.s) {
			break
		}
		if c := p.s[p.i]; c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			cmd = c
			p.i++
		} else if cmd == 0 || cmd == 'Z' || cmd == 'z' {
			break
		}
		if !p.command(cmd) {
			break
		}
		switch cmd {
		case 'M':
			cmd = 'L'
		case 'm':
			cmd = 'l'
		}
	}
	return p.out
}

// args reads n numbers; for a relative command pairs are offsets.
func (p *pen) args(n int, relative bool) ([7]float32, bool) {
	var a [7]float32
	for i := range n {
		v, ok := p.number()
		if !ok {
			return a, false
		}
		if relative {
			if i%2 == 0 {
				v += p.x
			} else {
				v += p.y
			}
		}
		a[i] = v
	}
	return a, true
}

func (p *pen) command(cmd byte) bool {
	rel := cmd >= 'a'
	up := cmd &^ 0x20
	switch up {
	case 'Z':
		p.out = append(p.out, step{op: 'Z'})
		p.x, p.y = p.startX, p.startY
	case 'M', 'L':
		a, ok := p.args(2, rel)
		if !ok {
			return false
		}
		p.line(up, a[0], a[1])
		if up == 'M' {
			p.startX, p.startY = p.x, p.y
		}
	case 'H', 'V':
		v, ok := p.number()
		if !ok {
			return false
		}
		x, y := p.x, p.y
		switch {
		case up == 'H' && rel:
			x += v
		case up == 'H':
			x = v
		case rel:
			y += v
		default:
			y = v
		}
		p.line('L', x, y)
	case 'C', 'S':
		return p.cubic(up, rel)
	case 'Q', 'T':
		return p.quadratic(up, rel)
	case 'A':
		return p.arc(rel)
	default:
		return false
	}
	p.last = up
	return true
}

func (p *pen) line(op byte, x, y float32) {
	p.out = append(p.out, step{op: op, p: [3][2]float32{{x, y}}})
	p.x, p.y = x, y
}

func (p *pen) cubic(up byte, rel bool) bool {
	c := [2]float32{p.x, p.y}
	n := 6
	if up == 'S' {
		n = 4
		if p.last == 'C' || p.last == 'S' {
			c = [2]float32{2*p.x - p.ctrlX, 2*p.y - p.ctrlY}
		}
	}
	a, ok := p.args(n, rel)
	if !ok {
		return false
	}
	r := a[:n]
	if up == 'C' {
		c = [2]float32{a[0], a[1]}
		r = a[2:n]
	}
	p.out = append(p.out, step{op: 'C', p: [3][2]float32{c, {r[0], r[1]}, {r[2], r[3]}}})
	p.ctrlX, p.ctrlY, p.x, p.y, p.last = r[0], r[1], r[2], r[3], up
	return true
}

func (p *pen) quadratic(up byte, rel bool) bool {
	c := [2]float32{p.x, p.y}
	n := 4
	if up == 'T' {
		n = 2
		if p.last == 'Q' || p.last == 'T' {
			c = [2]float32{2*p.x - p.ctrlX, 2*p.y - p.ctrlY}
		}
	}
	a, ok := p.args(n, rel)
	if !ok {
		return false
	}
	x, y := a[n-2], a[n-1]
	if up == 'Q' {
		c = [2]float32{a[0], a[1]}
	}
	p.out = append(p.out, step{op: 'Q', p: [3][2]float32{c, {x, y}}})
	p.ctrlX, p.ctrlY, p.x, p.y, p.last = c[0], c[1], x, y, up
	return true
}

// arc turns an elliptical arc into cubic curves (SVG 2, appendix B.2).
func (p *pen) arc(rel bool) bool {
	rx, ok1 := p.number()
	ry, ok2 := p.number()
	rot, ok3 := p.number()
	large, ok4 := p.flag()
	sweep, ok5 := p.flag()
	end, ok6 := p.args(2, rel)
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6) {
		return false
	}
	p.last = 'A'
	x0, y0, x1, y1 := float64(p.x), float64(p.y), float64(end[0]), float64(end[1])
	a, b := math.Abs(float64(rx)), math.Abs(float64(ry))
	if a == 0 || b == 0 || x0 == x1 && y0 == y1 {
		p.line('L', end[0], end[1])
		return true
	}
	sin, cos := math.Sincos(float64(rot) * math.Pi / 180)
	dx, dy := (x0-x1)/2, (y0-y1)/2
	ux, uy := cos*dx+sin*dy, -sin*dx+cos*dy
	if l := ux*ux/(a*a) + uy*uy/(b*b); l > 1 {
		a, b = a*math.Sqrt(l), b*math.Sqrt(l)
	}
	q := max(a*a*b*b-a*a*uy*uy-b*b*ux*ux, 0) / (a*a*uy*uy + b*b*ux*ux)
	f := math.Sqrt(q)
	if large == sweep {
		f = -f
	}
	vx, vy := f*a*uy/b, -f*b*ux/a
	cx, cy := cos*vx-sin*vy+(x0+x1)/2, sin*vx+cos*vy+(y0+y1)/2
	from := math.Atan2((uy-vy)/b, (ux-vx)/a)
	sweepBy := math.Atan2((-uy-vy)/b, (-ux-vx)/a) - from
	if sweep && sweepBy < 0 {
		sweepBy += 2 * math.Pi
	} else if !sweep && sweepBy > 0 {
		sweepBy -= 2 * math.Pi
	}
	n := int(math.Ceil(math.Abs(sweepBy)/(math.Pi/2) - 1e-9))
	n = max(n, 1)
	d := sweepBy / float64(n)
	k := 4.0 / 3 * math.Tan(d/4)
	at := func(x, y float64) [2]float32 {
		return [2]float32{float32(cos*a*x - sin*b*y + cx), float32(sin*a*x + cos*b*y + cy)}
	}
	for i := range n {
		s0, c0 := math.Sincos(from + d*float64(i))
		s1, c1 := math.Sincos(from + d*float64(i+1))
		p.out = append(p.out, step{op: 'C', p: [3][2]float32{at(c0-k*s0, s0+k*c0), at(c1+k*s1, s1-k*c1), at(c1, s1)}})
	}
	p.x, p.y = end[0], end[1]
	return true
}

// flatten visits the pieces of an outline as straight lines.
func (o outline) flatten(visit func(x0, y0, x1, y1 float32)) {
	var x, y, sx, sy float32
	to := func(nx, ny float32) {
		visit(x, y, nx, ny)
		x, y = nx, ny
	}
	const pieces = 10
	for _, s := range o {
		p := s.p
		switch s.op {
		case 'M':
			x, y = p[0][0], p[0][1]
			sx, sy = x, y
		case 'L':
			to(p[0][0], p[0][1])
		case 'Z':
			to(sx, sy)
		case 'Q', 'C':
			x0, y0 := x, y
			for i := 1; i <= pieces; i++ {
				t := float32(i) / pieces
				u := 1 - t
				if s.op == 'Q' {
					to(u*u*x0+2*u*t*p[0][0]+t*t*p[1][0], u*u*y0+2*u*t*p[0][1]+t*t*p[1][1])
				} else {
					to(u*u*u*x0+3*u*u*t*p[0][0]+3*u*t*t*p[1][0]+t*t*t*p[2][0], u*u*u*y0+3*u*u*t*p[0][1]+3*u*t*t*p[1][1]+t*t*t*p[2][1])
				}
			}
		}
	}
}

// basicShape returns the outline of a rect, circle, ellipse, line, polyline or
// polygon.
func basicShape(e *Element, in view) outline {
	x := func(name string) float32 { v, _ := length(e.Attrs[name], in.w); return v }
	y := func(name string) float32 { v, _ := length(e.Attrs[name], in.h); return v }
	switch e.Tag {
	case "rect":
		return roundRect(x("x"), y("y"), x("width"), y("height"), max(x("rx"), y("ry")))
	case "circle":
		r, _ := length(e.Attrs["r"], float32(math.Sqrt(float64(in.w*in.w+in.h*in.h)/2)))
		return oval(x("cx"), y("cy"), r, r)
	case "ellipse":
		return oval(x("cx"), y("cy"), x("rx"), y("ry"))
	case "line":
		return outline{{op: 'M', p: [3][2]float32{{x("x1"), y("y1")}}}, {op: 'L', p: [3][2]float32{{x("x2"), y("y2")}}}}
	case "polyline", "polygon":
		o := parsePath("M"+e.Attrs["points"], maxSteps)
		if e.Tag == "polygon" && len(o) > 0 {
			o = append(o, step{op: 'Z'})
		}
		return o
	}
	return nil
}

func oval(x, y, rx, ry float32) outline {
	if rx <= 0 || ry <= 0 {
		return nil
	}
	return roundRectXY(x-rx, y-ry, 2*rx, 2*ry, rx, ry)
}

func roundRect(x, y, w, h, r float32) outline {
	if w <= 0 || h <= 0 {
		return nil
	}
	return roundRectXY(x, y, w, h, min(r, w/2), min(r, h/2))
}

func roundRectXY(x, y, w, h, rx, ry float32) outline {
	const k = 1 - 0.5522847
	x1, y1 := x+w, y+h
	pt := func(a, b float32) [2]float32 { return [2]float32{a, b} }
	curve := func(a, b, c [2]float32) step { return step{'C', [3][2]float32{a, b, c}} }
	line := func(a [2]float32) step { return step{'L', [3][2]float32{a}} }
	return outline{
		{'M', [3][2]float32{pt(x+rx, y)}}, line(pt(x1-rx, y)),
		curve(pt(x1-rx*k, y), pt(x1, y+ry*k), pt(x1, y+ry)), line(pt(x1, y1-ry)),
		curve(pt(x1, y1-ry*k), pt(x1-rx*k, y1), pt(x1-rx, y1)), line(pt(x+rx, y1)),
		curve(pt(x+rx*k, y1), pt(x, y1-ry*k), pt(x, y1-ry)), line(pt(x, y+ry)),
		curve(pt(x, y+ry*k), pt(x+rx*k, y), pt(x+rx, y)), {op: 'Z'},
	}
}

// parseTransform reads a transform attribute.
func parseTransform(s string) matrix {
	m := matrix{1, 0, 0, 1, 0, 0}
	for i := 0; i < 32; i++ {
		name, rest, ok := strings.Cut(s, "(")
		if !ok {
			break
		}
		inside, after, ok := strings.Cut(rest, ")")
		if !ok {
			break
		}
		s = after
		sc := scanner{s: inside}
		var a []float32
		for len(a) < 6 {
			v, ok := sc.number()
			if !ok {
				break
			}
			a = append(a, v)
		}
		m = m.mul(one(strings.Trim(name, " ,\t\r\n"), a))
	}
	return m
}

func one(name string, a []float32) matrix {
	n := len(a)
	at := func(i int, def float32) float32 {
		if i < n {
			return a[i]
		}
		return def
	}
	rad := func(i int) float64 { return float64(at(i, 0)) * math.Pi / 180 }
	switch {
	case name == "matrix" && n == 6:
		return matrix{a[0], a[1], a[2], a[3], a[4], a[5]}
	case name == "translate":
		return matrix{1, 0, 0, 1, at(0, 0), at(1, 0)}
	case name == "scale":
		return matrix{at(0, 1), 0, 0, at(1, at(0, 1)), 0, 0}
	case name == "rotate":
		s, c := math.Sincos(rad(0))
		r := matrix{float32(c), float32(s), float32(-s), float32(c), 0, 0}
		x, y := at(1, 0), at(2, 0)
		return matrix{1, 0, 0, 1, x, y}.mul(r).mul(matrix{1, 0, 0, 1, -x, -y})
	case name == "skewX":
		return matrix{1, 0, float32(math.Tan(rad(0))), 1, 0, 0}
	case name == "skewY":
		return matrix{1, float32(math.Tan(rad(0))), 0, 1, 0, 0}
	}
	return matrix{1, 0, 0, 1, 0, 0}
}

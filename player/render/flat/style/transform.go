package style

import (
	"math"

	"hindsite.app/player/render/flat/css"
)

// Matrix is an affine map: x' = a x + c y + e, y' = b x + d y + f.
type Matrix [6]float32

// Identity leaves everything where it is.
var Identity = Matrix{1, 0, 0, 1, 0, 0}

// Mul returns the map that does n and then m.
func (m Matrix) Mul(n Matrix) Matrix {
	return Matrix{
		m[0]*n[0] + m[2]*n[1], m[1]*n[0] + m[3]*n[1],
		m[0]*n[2] + m[2]*n[3], m[1]*n[2] + m[3]*n[3],
		m[0]*n[4] + m[2]*n[5] + m[4], m[1]*n[4] + m[3]*n[5] + m[5],
	}
}

// Apply maps a place.
func (m Matrix) Apply(x, y float32) (float32, float32) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// Det is how much areas grow.
func (m Matrix) Det() float32 { return m[0]*m[3] - m[1]*m[2] }

// Inverse returns the map back; ok is false when there is none.
func (m Matrix) Inverse() (inv Matrix, ok bool) {
	d := m.Det()
	if d > -1e-9 && d < 1e-9 || d != d {
		return Identity, false
	}
	inv = Matrix{m[3] / d, -m[1] / d, -m[2] / d, m[0] / d, 0, 0}
	inv[4], inv[5] = -(inv[0]*m[4] + inv[2]*m[5]), -(inv[1]*m[4] + inv[3]*m[5])
	return inv, true
}

// Moves reports whether m only moves.
func (m Matrix) Moves() bool { return m[0] == 1 && m[1] == 0 && m[2] == 0 && m[3] == 1 }

// Around returns m with a place as its origin.
func (m Matrix) Around(x, y float32) Matrix {
	return Matrix{1, 0, 0, 1, x, y}.Mul(m).Mul(Matrix{1, 0, 0, 1, -x, -y})
}

// TransformStep is one function of a transform: a linear map behind a move.
type TransformStep struct {
	Move   [2]Length
	Linear [4]float32 // a, b, c, d of Matrix
}

// Transforms are the transform properties of one element (CSS Transforms 1 and
// 2), seen from the front: turning about the other axes only narrows.
type Transforms struct {
	Steps     []TransformStep
	Translate *TransformStep
	Rotate    *TransformStep
	Scale     *TransformStep
	Origin    [2]Length
	HasOrigin bool
	FillBox   bool // transform-box: fill-box, for SVG
}

// any reports whether an element has a transform.
func (t *Transforms) any() bool {
	return len(t.Steps) > 0 || t.Translate != nil || t.Rotate != nil || t.Scale != nil
}

// Matrix returns the transform of a box of a size, its origin included.
func (t *Transforms) Matrix(w, h float32) Matrix {
	m := Identity
	for _, s := range []*TransformStep{t.Translate, t.Rotate, t.Scale} {
		if s != nil {
			m = m.Mul(s.matrix(w, h))
		}
	}
	for i := range t.Steps {
		m = m.Mul(t.Steps[i].matrix(w, h))
	}
	if !m.Moves() {
		m = m.Around(t.Origin[0].Of(w), t.Origin[1].Of(h))
	}
	for i := range m {
		m[i] = sane(m[i])
	}
	return m
}

func (s *TransformStep) matrix(w, h float32) Matrix {
	l := s.Linear
	return Matrix{l[0], l[1], l[2], l[3], s.Move[0].Of(w), s.Move[1].Of(h)}
}

const maxTransformSteps = 32

func transformProperties() map[string]property {
	origin := func(v []css.Token, e *env) bool {
		e.s.Origin, e.s.HasOrigin = parsePosition(v, &e.Context), true
		return true
	}
	single := func(field func(*Style) **TransformStep, parse func(v []css.Token, c *Context) (TransformStep, bool)) property {
		return accessor(field, func(v []css.Token, e *env) (*TransformStep, bool) {
			if word(v) == "none" {
				return nil, true
			}
			s, ok := parse(v, &e.Context)
			return &s, ok
		})
	}
	return map[string]property{
		"transform":        accessor(func(s *Style) *[]TransformStep { return &s.Steps }, func(v []css.Token, e *env) ([]TransformStep, bool) { return parseTransform(v, &e.Context) }),
		"transform-origin": {set: origin, copy: func(d, s *Style) { d.Origin, d.HasOrigin = s.Origin, s.HasOrigin }},
		"transform-box": accessor(func(s *Style) *bool { return &s.FillBox }, func(v []css.Token, _ *env) (bool, bool) {
			w := word(v)
			return w == "fill-box" || w == "content-box", w != ""
		}),
		"translate": single(func(s *Style) **TransformStep { return &s.Transforms.Translate }, parseTranslate),
		"rotate":    single(func(s *Style) **TransformStep { return &s.Transforms.Rotate }, parseRotate),
		"scale":     single(func(s *Style) **TransformStep { return &s.Transforms.Scale }, parseScale),
	}
}

var unmoved = [4]float32{1, 0, 0, 1}

func parseTranslate(v []css.Token, c *Context) (TransformStep, bool) {
	s := TransformStep{Linear: unmoved}
	p := parts(v)
	for i := 0; i < len(p) && i < 2; i++ {
		l, _, ok := parseLength(p[i], c)
		if !ok || !l.Fixed() {
			return s, false
		}
		s.Move[i] = l
	}
	return s, len(p) > 0
}

func parseRotate(v []css.Token, _ *Context) (TransformStep, bool) {
	axis, deg, found := "z", float32(0), false
	for _, p := range parts(v) {
		if w := word(p); w != "" {
			axis = w
			continue
		}
		if d, ok := angleOf(p); ok {
			deg, found = d, true
		}
	}
	return TransformStep{Linear: turn(axis, deg)}, found
}

func parseScale(v []css.Token, _ *Context) (TransformStep, bool) {
	var n []float32
	for _, p := range parts(v) {
		x, ok := number(p)
		if !ok {
			return TransformStep{}, false
		}
		n = append(n, x)
	}
	if len(n) == 0 {
		return TransformStep{}, false
	}
	n = append(n, n[0])
	return TransformStep{Linear: [4]float32{n[0], 0, 0, n[1]}}, true
}

// angleOf reads an angle in degrees.
func angleOf(t []css.Token) (float32, bool) {
	ex, rest, ok := parseMath(t)
	if !ok || len(skipSpace(rest)) > 0 {
		return 0, false
	}
	q, ok := ex.eval(&Context{})
	return q.px, ok && q.plain
}

// turn returns the linear map of a rotation about an axis, seen from the front.
func turn(axis string, deg float32) [4]float32 {
	sin, cos := math.Sincos(float64(deg) * math.Pi / 180)
	switch axis {
	case "x":
		return [4]float32{1, 0, 0, float32(cos)}
	case "y":
		return [4]float32{float32(cos), 0, 0, 1}
	}
	return [4]float32{float32(cos), float32(sin), float32(-sin), float32(cos)}
}

func parseTransform(t []css.Token, c *Context) ([]TransformStep, bool) {
	if word(t) == "none" {
		return nil, true
	}
	var steps []TransformStep
	for t = skipSpace(t); len(t) > 0; t = skipSpace(t) {
		if t[0].Kind != css.Function || len(steps) >= maxTransformSteps {
			return nil, false
		}
		inner, rest := css.Block(t)
		s, ok := transformStep(t[0].Text, css.Split(inner, css.Comma), c)
		if !ok {
			return nil, false
		}
		steps = append(steps, s)
		t = rest
	}
	return steps, len(steps) > 0
}

func transformStep(name string, args [][]css.Token, c *Context) (TransformStep, bool) {
	s := TransformStep{Linear: unmoved}
	length := func(i int) (l Length) {
		if i < len(args) {
			l, _, _ = parseLength(args[i], c)
		}
		if !l.Fixed() {
			return Length{}
		}
		return l
	}
	num := func(i int, def float32) float32 {
		if i < len(args) {
			if v, ok := number(args[i]); ok {
				return v
			}
		}
		return def
	}
	deg := func(i int) float32 {
		if i < len(args) {
			v, _ := angleOf(args[i])
			return v
		}
		return 0
	}
	tan := func(d float32) float32 { return sane(float32(math.Tan(float64(d) * math.Pi / 180))) }
	switch name {
	case "translate", "translate3d":
		s.Move = [2]Length{length(0), length(1)}
	case "translatex":
		s.Move[0] = length(0)
	case "translatey":
		s.Move[1] = length(0)
	case "matrix":
		s.Linear = [4]float32{num(0, 1), num(1, 0), num(2, 0), num(3, 1)}
		s.Move = [2]Length{Px(num(4, 0)), Px(num(5, 0))}
	case "matrix3d":
		s.Linear = [4]float32{num(0, 1), num(1, 0), num(4, 0), num(5, 1)}
		s.Move = [2]Length{Px(num(12, 0)), Px(num(13, 0))}
	case "scale", "scale3d":
		x := num(0, 1)
		s.Linear = [4]float32{x, 0, 0, num(1, x)}
	case "scalex":
		s.Linear[0] = num(0, 1)
	case "scaley":
		s.Linear[3] = num(0, 1)
	case "rotate", "rotatez":
		s.Linear = turn("z", deg(0))
	case "rotatex":
		s.Linear = turn("x", deg(0))
	case "rotatey":
		s.Linear = turn("y", deg(0))
	case "rotate3d":
		axis := "z"
		if x, y, z := abs(num(0, 0)), abs(num(1, 0)), abs(num(2, 0)); x > max(y, z) {
			axis = "x"
		} else if y > max(x, z) {
			axis = "y"
		}
		s.Linear = turn(axis, deg(3))
	case "skew":
		s.Linear = [4]float32{1, tan(deg(1)), tan(deg(0)), 1}
	case "skewx":
		s.Linear[2] = tan(deg(0))
	case "skewy":
		s.Linear[1] = tan(deg(0))
	case "translatez", "scalez", "perspective":
	default:
		return s, false
	}
	return s, true
}

func abs(v float32) float32 { return max(v, -v) }

package style

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"

	"hindsite.app/player/render/flat/css"
)

// Color is a colour in sRGB, alpha not multiplied in. Current means the
// element's own text colour.
type Color struct {
	R, G, B, A uint8
	Current    bool
}

// Resolve replaces currentcolor.
func (c Color) Resolve(current Color) Color {
	if c.Current {
		return current
	}
	return c
}

// ParseColor reads a colour; currentcolor is black.
func ParseColor(text string) (color.NRGBA, bool) {
	c, _, ok := parseColor(css.Tokens(text))
	if c.Current {
		c = Color{A: 255}
	}
	return color.NRGBA{R: c.R, G: c.G, B: c.B, A: c.A}, ok
}

var systemColors = map[string]Color{
	"canvas": {255, 255, 255, 255, false}, "canvastext": {0, 0, 0, 255, false}, "linktext": {0, 0, 238, 255, false},
	"visitedtext": {85, 26, 139, 255, false}, "buttonface": {239, 239, 239, 255, false}, "buttontext": {0, 0, 0, 255, false},
	"buttonborder": {118, 118, 118, 255, false}, "field": {255, 255, 255, 255, false}, "fieldtext": {0, 0, 0, 255, false},
	"graytext": {128, 128, 128, 255, false}, "highlight": {0, 120, 215, 255, false}, "highlighttext": {255, 255, 255, 255, false},
	"mark": {255, 255, 0, 255, false}, "marktext": {0, 0, 0, 255, false}, "-webkit-link": {0, 0, 238, 255, false},
	"rebeccapurple": {102, 51, 153, 255, false}, "accentcolor": {0, 117, 255, 255, false},
	"-webkit-focus-ring-color": {16, 16, 16, 255, false},
}

func parseColor(t []css.Token) (Color, []css.Token, bool) { return colorAt(skipSpace(t), 0) }

func colorAt(t []css.Token, depth int) (Color, []css.Token, bool) {
	if len(t) == 0 || depth > 4 {
		return Color{}, nil, false
	}
	switch t[0].Kind {
	case css.Hash:
		c, ok := hexColor(t[0].Text)
		return c, t[1:], ok
	case css.Ident:
		name := strings.ToLower(t[0].Text)
		if name == "transparent" {
			return Color{}, t[1:], true
		}
		if name == "currentcolor" {
			return Color{Current: true}, t[1:], true
		}
		if c, ok := systemColors[name]; ok {
			return c, t[1:], true
		}
		c, ok := colornames.Map[name]
		return Color{R: c.R, G: c.G, B: c.B, A: 255}, t[1:], ok
	case css.Function:
		inner, rest := css.Block(t)
		c, ok := colorFunction(t[0].Text, inner, depth)
		return c, rest, ok
	}
	return Color{}, nil, false
}

func hexColor(s string) (Color, bool) {
	v, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		return Color{}, false
	}
	n := func(shift uint) uint8 { return uint8(v>>shift&15) * 17 }
	switch len(s) {
	case 3:
		return Color{R: n(8), G: n(4), B: n(0), A: 255}, true
	case 4:
		return Color{R: n(12), G: n(8), B: n(4), A: n(0)}, true
	case 6:
		return Color{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}, true
	case 8:
		return Color{R: uint8(v >> 24), G: uint8(v >> 16), B: uint8(v >> 8), A: uint8(v)}, true
	}
	return Color{}, false
}

func colorFunction(name string, inner []css.Token, depth int) (Color, bool) {
	switch name {
	case "color-mix":
		return colorMix(inner, depth)
	case "light-dark":
		c, _, ok := colorAt(skipSpace(inner), depth+1)
		return c, ok
	}
	args, space, ok := colorArguments(inner)
	if !ok || len(args) < 3 {
		return Color{}, false
	}
	alpha := float64(1)
	if len(args) > 3 {
		alpha = args[3].value(1)
	}
	switch name {
	case "rgb", "rgba":
		return Color{R: byte8(args[0].value(255) / 255), G: byte8(args[1].value(255) / 255), B: byte8(args[2].value(255) / 255), A: byte8(alpha)}, true
	case "hsl", "hsla":
		r, g, b := hsl(args[0].value(360), args[1].fraction(), args[2].fraction())
		return rgbOf(r, g, b, alpha), true
	case "hwb":
		w, k := args[1].fraction(), args[2].fraction()
		r, g, b := hsl(args[0].value(360), 1, 0.5)
		if w+k >= 1 {
			return rgbOf(w/(w+k), w/(w+k), w/(w+k), alpha), true
		}
		f := 1 - w - k
		return rgbOf(r*f+w, g*f+w, b*f+w, alpha), true
	case "oklab":
		r, g, b := oklab(args[0].value(1), args[1].value(0.4), args[2].value(0.4))
		return rgbOf(r, g, b, alpha), true
	case "oklch":
		h := args[2].value(360) * math.Pi / 180
		c := args[1].value(0.4)
		r, g, b := oklab(args[0].value(1), c*math.Cos(h), c*math.Sin(h))
		return rgbOf(r, g, b, alpha), true
	case "lab":
		r, g, b := lab(args[0].value(100), args[1].value(125), args[2].value(125))
		return rgbOf(r, g, b, alpha), true
	case "lch":
		h := args[2].value(360) * math.Pi / 180
		c := args[1].value(150)
		r, g, b := lab(args[0].value(100), c*math.Cos(h), c*math.Sin(h))
		return rgbOf(r, g, b, alpha), true
	case "color":
		r, g, b := args[0].value(1), args[1].value(1), args[2].value(1)
		if space == "srgb-linear" {
			r, g, b = gamma(r), gamma(g), gamma(b)
		}
		return rgbOf(r, g, b, alpha), true
	}
	return Color{}, false
}

type colorArgument struct {
	v       float64
	percent bool
}

// value returns the number; 100 percent are worth full.
func (a colorArgument) value(full float64) float64 {
	if a.percent {
		return a.v / 100 * full
	}
	return a.v
}

func (a colorArgument) fraction() float64 { return min(max(a.v/100, 0), 1) }

func colorArguments(inner []css.Token) (args []colorArgument, space string, ok bool) {
	ctx := &Context{}
	for t := skipSpace(inner); len(t) > 0; t = skipSpace(t) {
		switch {
		case t[0].Kind == css.Comma || t[0].Is("/"):
			t = t[1:]
		case t[0].IsIdent("none"):
			args = append(args, colorArgument{})
			t = t[1:]
		case t[0].IsIdent("from"):
			return nil, "", false
		case t[0].Kind == css.Ident:
			space = strings.ToLower(t[0].Text)
			t = t[1:]
		default:
			e, rest, good := parseMath(t)
			if !good {
				return nil, "", false
			}
			q, good := e.eval(ctx)
			if !good {
				return nil, "", false
			}
			args = append(args, colorArgument{float64(q.px + q.pct), q.pct != 0 || e.unit == "%"})
			t = rest
		}
		if len(args) > 8 {
			return nil, "", false
		}
	}
	return args, space, true
}

// colorMix blends in sRGB with alpha multiplied in, whatever space is asked
// for: the difference is small next to a missing colour.
func colorMix(inner []css.Token, depth int) (Color, bool) {
	parts := css.Split(inner, css.Comma)
	if len(parts) != 3 {
		return Color{}, false
	}
	var c [2]Color
	share := [2]float64{-1, -1}
	for i := range c {
		t := css.Trim(parts[i+1])
		if len(t) > 0 && t[0].Kind == css.Percent {
			share[i] = float64(t[0].Num) / 100
			t = skipSpace(t[1:])
		}
		col, rest, ok := colorAt(t, depth+1)
		if !ok {
			return Color{}, false
		}
		c[i] = col
		if rest = skipSpace(rest); len(rest) > 0 && rest[0].Kind == css.Percent {
			share[i] = float64(rest[0].Num) / 100
		}
	}
	switch {
	case share[0] < 0 && share[1] < 0:
		share = [2]float64{0.5, 0.5}
	case share[0] < 0:
		share[0] = 1 - share[1]
	case share[1] < 0:
		share[1] = 1 - share[0]
	}
	if c[0].Current && c[1].A == 0 && !c[1].Current {
		return c[0], true // a faded currentcolor: its alpha is lost
	}
	total := share[0] + share[1]
	if total <= 0 {
		return Color{}, false
	}
	fade := min(total, 1)
	a0, a1 := share[0]/total*float64(c[0].A), share[1]/total*float64(c[1].A)
	a := a0 + a1
	if a == 0 {
		return Color{}, true
	}
	mix := func(x, y uint8) uint8 { return uint8((float64(x)*a0+float64(y)*a1)/a + 0.5) }
	return Color{R: mix(c[0].R, c[1].R), G: mix(c[0].G, c[1].G), B: mix(c[0].B, c[1].B), A: uint8(a*fade + 0.5)}, true
}

func byte8(f float64) uint8 {
	if f != f {
		return 0
	}
	return uint8(min(max(f, 0), 1)*255 + 0.5)
}

func rgbOf(r, g, b, a float64) Color {
	return Color{R: byte8(r), G: byte8(g), B: byte8(b), A: byte8(a)}
}

// hsl converts as CSS Color 4, section 7.1.
func hsl(h, s, l float64) (r, g, b float64) {
	f := func(n float64) float64 {
		k := math.Mod(n+h/30, 12)
		if k < 0 {
			k += 12
		}
		return l - s*min(l, 1-l)*max(-1, min(min(k-3, 9-k), 1))
	}
	return f(0), f(8), f(4)
}

// gamma encodes a linear sRGB channel.
func gamma(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// oklab converts with the matrices of CSS Color 4, section 9.
func oklab(L, a, b float64) (float64, float64, float64) {
	l := L + 0.3963377774*a + 0.2158037573*b
	m := L - 0.1055613458*a - 0.0638541728*b
	s := L - 0.0894841775*a - 1.2914855480*b
	l, m, s = l*l*l, m*m*m, s*s*s
	return gamma(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		gamma(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		gamma(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s)
}

// lab converts CIE Lab (D50) through XYZ to sRGB.
func lab(L, a, b float64) (float64, float64, float64) {
	fy := (L + 16) / 116
	fx, fz := fy+a/500, fy-b/200
	inv := func(f float64) float64 {
		if f > 6.0/29 {
			return f * f * f
		}
		return (116*f - 16) / 903.3
	}
	x, y, z := inv(fx)*0.9642956764, inv(fy), inv(fz)*0.8251046025
	// D50 to D65 (Bradford) and to linear sRGB, multiplied out.
	return gamma(3.1341359*x - 1.6172206*y - 0.4907340*z),
		gamma(-0.9787684*x + 1.9161415*y + 0.0334540*z),
		gamma(0.0719453*x - 0.2289914*y + 1.4052427*z)
}

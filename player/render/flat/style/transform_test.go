package style

import (
	"math"
	"testing"

	"hindsite.app/player/render/flat/css"
)

// Where the lower right corner of a box of 100 by 50 goes follows from the
// definitions of the functions, the middle being the origin.
func TestTransforms(t *testing.T) {
	const r = math.Sqrt2 / 2
	for value, want := range map[string][2]float64{
		"none":                             {100, 50},
		"translate(10px, 50%)":             {110, 75},
		"scale(2)":                         {150, 75},
		"scale(.5, 2)":                     {75, 75},
		"rotate(90deg)":                    {25, 75},
		"rotate(0.25turn)":                 {25, 75},
		"rotate(45deg)":                    {50 + r*(50-25), 25 + r*(50+25)},
		"skewX(45deg)":                     {125, 50},
		"matrix(1, 0, 0, 1, 5, 6)":         {105, 56},
		"translateX(10px) rotate(90deg)":   {35, 75},
		"rotate(90deg) translateX(10px)":   {25, 85},
		"rotateX(60deg)":                   {100, 37.5},
		"rotate3d(0, 0, 1, 90deg)":         {25, 75},
		"perspective(9px) translateZ(3px)": {100, 50},
	} {
		steps, ok := parseTransform(css.Tokens(value), &Context{})
		if !ok {
			t.Errorf("%s is not read", value)
			continue
		}
		tr := Transforms{Steps: steps, Origin: [2]Length{Pct(50), Pct(50)}}
		x, y := tr.Matrix(100, 50).Apply(100, 50)
		if math.Abs(float64(x)-want[0]) > 0.01 || math.Abs(float64(y)-want[1]) > 0.01 {
			t.Errorf("%s moves the corner to %g, %g, want %g, %g", value, x, y, want[0], want[1])
		}
	}
	for _, bad := range []string{"", "rotate", "spin(3deg)", "rotate(1deg) x"} {
		if _, ok := parseTransform(css.Tokens(bad), &Context{}); ok {
			t.Errorf("%q is read", bad)
		}
	}
	if inv, ok := (Matrix{2, 0, 0, 4, 6, 8}).Inverse(); !ok || inv != (Matrix{0.5, 0, 0, 0.25, -3, -2}) {
		t.Errorf("the inverse is %v", inv)
	}
}

// The values are those of the examples of CSS Values 4, section 10.3, and
// follow from its definitions.
func TestRound(t *testing.T) {
	for value, want := range map[string]float32{"round(101px, 25px)": 100, "round(up, 101px, 25px)": 125, "round(down, 124px, 25px)": 100,
		"round(nearest, 113px, 25px)": 125, "round(to-zero, -113px, 25px)": -100, "round(down, -101px, 25px)": -125} {
		l, _, ok := parseLength(css.Tokens(value), &Context{})
		if !ok || l.Px != want {
			t.Errorf("%s is %g (%v), want %g", value, l.Px, ok, want)
		}
	}
}

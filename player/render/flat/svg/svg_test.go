package svg

import (
	"image/color"
	"math"
	"testing"
)

func read(s string) (color.NRGBA, bool) {
	switch s {
	case "red":
		return color.NRGBA{R: 255, A: 255}, true
	case "blue":
		return color.NRGBA{B: 255, A: 255}, true
	}
	return color.NRGBA{}, false
}

func TestDraw(t *testing.T) {
	red, blue, none := color.RGBA{R: 255, A: 255}, color.RGBA{B: 255, A: 255}, color.RGBA{}
	for _, c := range []struct {
		name, body string
		at         map[[2]int]color.RGBA // in an image of 20 by 20 for a viewBox of 10 by 10
	}{
		{"rect", `<rect x="2" y="2" width="4" height="4" fill="red"/>`, map[[2]int]color.RGBA{{3, 3}: none, {4, 4}: red, {11, 11}: red, {12, 12}: none}},
		{"circle", `<circle cx="5" cy="5" r="4" fill="red"/>`, map[[2]int]color.RGBA{{10, 10}: red, {3, 3}: none}},
		{"path", `<path fill="red" d="M0 0h10v10H0zm2 2"/>`, map[[2]int]color.RGBA{{0, 0}: red, {19, 19}: red}},
		{"relative", `<path fill="red" d="m5,5l5,0 0,5-5,0z"/>`, map[[2]int]color.RGBA{{9, 9}: none, {10, 10}: red, {19, 19}: red}},
		{"arc flags", `<path fill="red" d="M1 5a4 4 0 108 0 4 4 0 10-8 0"/>`, map[[2]int]color.RGBA{{10, 10}: red, {1, 1}: none}},
		{"stroke", `<path fill="none" stroke="blue" stroke-width="2" d="M0 5H10"/>`, map[[2]int]color.RGBA{{10, 9}: blue, {10, 10}: blue, {10, 6}: none}},
		{"inherited", `<g fill="red" transform="translate(5 0) scale(.5)"><rect width="10" height="10"/></g>`, map[[2]int]color.RGBA{{9, 5}: none, {12, 5}: red, {12, 12}: none}},
		{"polygon", `<polygon points="0,0 10,0 0,10" style="fill: red"/>`, map[[2]int]color.RGBA{{2, 2}: red, {18, 18}: none}},
		{"hidden", `<defs><rect width="10" height="10" fill="red"/></defs>`, map[[2]int]color.RGBA{{5, 5}: none}},
	} {
		p, ok := Parse([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">`+c.body+`</svg>`), read)
		if !ok {
			t.Errorf("%s is not read", c.name)
			continue
		}
		img := p.Draw(20, 20)
		for at, want := range c.at {
			if got := img.RGBAAt(at[0], at[1]); got != want {
				t.Errorf("%s: pixel %v is %v, want %v", c.name, at, got, want)
			}
		}
	}
}

func TestBoxes(t *testing.T) {
	p, ok := Parse([]byte(`<svg viewBox="0 0 10 10"><g transform="translate(1 1)"><rect x="1" y="2" width="3" height="4"/><circle cx="1" cy="1" r="1"/></g></svg>`), read)
	if !ok {
		t.Fatal("not read")
	}
	var got [][4]float32
	p.Boxes(20, 20, func(_ int64, x, y, w, h float32) { got = append(got, [4]float32{x, y, w, h}) })
	want := [][4]float32{{4, 6, 6, 8}, {2, 2, 4, 4}, {2, 2, 8, 12}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		for k := range want[i] {
			if d := got[i][k] - want[i][k]; d > 0.05 || d < -0.05 {
				t.Errorf("box %d is %v, want %v", i, got[i], want[i])
			}
		}
	}
}

func TestSize(t *testing.T) {
	for attrs, want := range map[string][2]float32{
		`width="20" height="10"`: {20, 10}, `viewBox="0 0 4 2"`: {300, 150}, `width="40" viewBox="0 0 4 2"`: {40, 20}, ``: {300, 150}, `width="1em" viewBox="0 0 1 1"`: {300, 300},
	} {
		p, ok := Parse([]byte("<svg "+attrs+"></svg>"), read)
		if !ok {
			t.Errorf("%s is not read", attrs)
			continue
		}
		if w, h := p.Size(); w != want[0] || h != want[1] {
			t.Errorf("%s is %v by %v, want %v", attrs, w, h, want)
		}
	}
}

func TestArc(t *testing.T) {
	// A half circle from (1,5) to (9,5) around (5,5): every point is 4 away.
	for _, s := range parsePath("M1 5A4 4 0 0 1 9 5", 100)[1:] {
		if d := math.Hypot(float64(s.p[2][0])-5, float64(s.p[2][1])-5); math.Abs(d-4) > 1e-4 {
			t.Errorf("the arc passes %v from the centre, want 4", d)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`<svg viewBox="0 0 1 1"><path d="M0 0A1e9 1 0 01-1 1zT1 1s2,3 4 5q1 1.5.5-3" stroke="red"/></svg>`, `<svg><g transform="rotate(9,1 2)matrix(1 2 3)"><use href="#a"/></g>`, "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, ok := Parse(data, read); ok {
			p.Size()
			p.Draw(16, 16)
		}
	})
}

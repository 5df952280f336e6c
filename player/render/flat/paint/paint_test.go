package paint

import (
	"bytes"
	"context"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
	"hindsite.app/player/render/rendertest"
)

var update = flag.Bool("update", false, "rewrite the pictures in testdata")

// drawnIn draws a page of 40 by 40.
func drawnIn(t *testing.T, m *rendertest.Builder, css string, body ...any) *image.RGBA {
	t.Helper()
	d := m.Document("body { margin: 0 } "+css, body...)
	sh := text.NewShaper(text.NewCollection(nil), text.Linux)
	e := style.NewEngine(func(string, int, bool, float32) (float32, float32, float32) { return 8, 8, 18 })
	tree, err := e.Style(context.Background(), d.Root(), style.Options{Width: 40, Height: 40})
	if err != nil {
		t.Fatal(err)
	}
	p, err := layout.NewEngine(sh).Layout(context.Background(), tree, layout.Options{Width: 40, Height: 40})
	if err != nil {
		t.Fatal(err)
	}
	img, err := Draw(context.Background(), NewList(p, 0, 0, nil), Options{Clip: image.Rect(0, 0, 40, 40), Scale: 1, Width: 40, Height: 40, Glyphs: NewGlyphs(), Shaper: sh})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

var (
	red   = color.RGBA{255, 0, 0, 255}
	green = color.RGBA{0, 128, 0, 255}
	blue  = color.RGBA{0, 0, 255, 255}
	white = color.RGBA{255, 255, 255, 255}
)

func TestPixels(t *testing.T) {
	var m rendertest.Builder
	box := func(class string, inner ...any) any {
		return m.El("div", append([]any{rendertest.Attr("class=" + class)}, inner...)...)
	}
	const base = ".a { width: 20px; height: 20px; background: red } .b { width: 20px; height: 20px; background: blue } "
	for _, c := range []struct {
		name, css string
		body      []any
		at        map[image.Point]color.RGBA
	}{
		{"background", "", []any{box("a")}, map[image.Point]color.RGBA{{0, 0}: red, {19, 19}: red, {20, 0}: white}},
		{"border", ".a { border: 5px solid green; width: 10px; height: 10px }", []any{box("a")}, map[image.Point]color.RGBA{{4, 10}: green, {5, 10}: red, {15, 10}: green, {20, 10}: white}},
		{"radius", ".a { border-radius: 10px }", []any{box("a")}, map[image.Point]color.RGBA{{0, 0}: white, {10, 1}: red, {10, 10}: red}},
		{"opacity", ".a { opacity: .5 }", []any{box("a", box("b"))}, map[image.Point]color.RGBA{{1, 1}: {127, 127, 255, 255}}},
		{"clip", ".a { overflow: hidden } .b { margin-left: 10px; width: 30px }", []any{box("a", box("b"))}, map[image.Point]color.RGBA{{5, 5}: red, {15, 5}: blue, {25, 5}: white}},
		{"rounded clip", ".a { overflow: hidden; border-radius: 10px }", []any{box("a", box("b"))}, map[image.Point]color.RGBA{{0, 0}: white, {10, 10}: blue}},
		{"z-index", ".a, .b { position: absolute } .a { z-index: 1 }", []any{box("a"), box("b")}, map[image.Point]color.RGBA{{5, 5}: red}},
		{"negative z-index", ".b { position: absolute; z-index: -1; top: 0 }", []any{box("a"), box("b")}, map[image.Point]color.RGBA{{5, 5}: red}},
		{"positioned over floats", ".a { position: relative } .b { float: left; margin-top: -20px }", []any{box("a"), box("b")}, map[image.Point]color.RGBA{{5, 5}: red}},
		{"out of a clip", ".a { overflow: hidden; height: 5px } .b { position: absolute; top: 10px }", []any{box("a", box("b"))}, map[image.Point]color.RGBA{{5, 15}: blue}},
		{"translate", ".a { transform: translate(50%, 10px) }", []any{box("a")}, map[image.Point]color.RGBA{{5, 15}: white, {15, 15}: red, {29, 29}: red}},
		{"visibility", ".a { visibility: hidden } .b { visibility: visible; width: 10px }", []any{box("a", box("b"))}, map[image.Point]color.RGBA{{5, 5}: blue, {15, 5}: white}},
		{"gradient", ".a { background: linear-gradient(to right, red 50%, blue 50%) }", []any{box("a")}, map[image.Point]color.RGBA{{2, 5}: red, {17, 5}: blue}},
		{"canvas", "html { background: green }", []any{box("a")}, map[image.Point]color.RGBA{{39, 39}: green, {1, 1}: red}},
		{"body background", "body { background: green }", []any{box("a")}, map[image.Point]color.RGBA{{39, 39}: green}},
		{"collapsed away", ".a { display: none }", []any{box("a")}, map[image.Point]color.RGBA{{1, 1}: white}},
	} {
		img := drawnIn(t, &m, base+c.css, c.body...)
		for at, want := range c.at {
			if got := img.RGBAAt(at.X, at.Y); got != want {
				t.Errorf("%s: pixel %v is %v, want %v", c.name, at, got, want)
			}
		}
	}
}

// TestGolden keeps the look of what cannot be said pixel by pixel.
func TestGolden(t *testing.T) {
	var m rendertest.Builder
	for name, css := range map[string]string{
		"text":     "body { font: 16px/20px Arial; width: 40px } b { text-decoration: underline }",
		"borders":  "b { display: block; width: 20px; height: 20px; margin: 3px; border: 4px dashed; border-color: red green blue black; border-radius: 0 } ",
		"ellipsis": "b { display: block; font: 16px/20px Arial; width: 40px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; letter-spacing: 16px }",
		"shadow":   "b { display: block; width: 20px; height: 20px; margin: 8px; border-radius: 4px; background: white; box-shadow: 0 2px 8px #0008; color: white }",
	} {
		img := drawnIn(t, &m, css, m.El("b", "Ag"))
		path := filepath.Join("testdata", name+".png")
		if *update {
			var b bytes.Buffer
			if err := png.Encode(&b, img); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := png.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if n := differing(img, want); n > 0 {
			t.Errorf("%s differs from its picture in %d pixels", name, n)
		}
	}
}

// differing counts the pixels that are off by more than the rounding of
// floating point on another processor.
func differing(a, b image.Image) (n int) {
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			far := func(v, w uint32) bool { return int(v>>8)-int(w>>8) > 3 || int(w>>8)-int(v>>8) > 3 }
			if far(r1, r2) || far(g1, g2) || far(b1, b2) {
				n++
			}
		}
	}
	return n
}

// TestFillRound compares with filling the whole outline.
func TestFillRound(t *testing.T) {
	for _, r := range []Rect{{1, 1, 30, 20}, {2.3, 3.6, 27.2, 17.9}, {0.5, 0.5, 4.2, 30.1}, {5, 5, 5.4, 25}, {-10, -10, 60, 60}} {
		for _, rad := range []float32{1, 3.5, 8} {
			corners, _ := radii(&style.Style{Own: style.Own{Radius: [4][2]style.Length{{style.Px(rad), style.Px(rad)}, {style.Px(2), style.Px(rad)}, {style.Px(0), style.Px(0)}, {style.Px(rad), style.Px(1)}}}}, r.X1-r.X0, r.Y1-r.Y0)
			for _, col := range []style.Color{{R: 200, G: 10, B: 90, A: 255}, {R: 20, G: 210, B: 90, A: 100}} {
				a, b := newCanvas(image.NewRGBA(image.Rect(0, 0, 48, 48)), 1.5, 0, 0), newCanvas(image.NewRGBA(image.Rect(0, 0, 48, 48)), 1.5, 0, 0)
				clip := Rect{0, 2, 28, 30}
				a.fillRound(r, corners, clip, col)
				b.fillPath(b.roundRect(r, corners), clip, image.NewUniform(rgba(col)))
				for i := range a.img.Pix {
					if d := int(a.img.Pix[i]) - int(b.img.Pix[i]); d > 2 || d < -2 {
						t.Fatalf("%v, radius %v: pixel %d, %d differs by %d", r, rad, i/4%48, i/4/48, d)
					}
				}
			}
		}
	}
}

// TestShadows asks for pixels that the definition of box-shadow leaves no doubt
// about (CSS Backgrounds 3, section 6.1).
func TestShadows(t *testing.T) {
	red, blue, white := color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}, color.RGBA{255, 255, 255, 255}
	for _, c := range []struct {
		name, shadow string
		x, y         int
		want         color.RGBA
	}{
		{"a spread beyond the middle fills the box", "inset 0 0 0 9999px red", 20, 20, red},
		{"and nothing outside", "inset 0 0 0 9999px red", 8, 20, white},
		{"an inset shadow falls from the edge", "inset 0 6px 0 red", 20, 12, red},
		{"and not beyond its offset", "inset 0 6px 0 red", 20, 20, blue},
		{"an outer shadow lies outside", "0 0 0 4px red", 8, 20, red},
		{"and not under the box", "0 0 0 4px red", 20, 20, blue},
	} {
		var m rendertest.Builder
		img := drawnIn(t, &m, "div { margin: 10px; width: 20px; height: 20px; background: blue; box-shadow: "+c.shadow+" }", m.El("div"))
		if got := img.RGBAAt(c.x, c.y); got != c.want {
			t.Errorf("%s: pixel is %v, want %v", c.name, got, c.want)
		}
	}
}

// TestEndlessRadius: a radius without end makes half circles of the short sides.
func TestEndlessRadius(t *testing.T) {
	var m rendertest.Builder
	img := drawnIn(t, &m, "div { width: 40px; height: 20px; background: red; border-radius: calc(infinity * 1px) }", m.El("div"))
	if corner, side := img.RGBAAt(1, 1), img.RGBAAt(0, 10); corner.G != 255 || side.G > 60 {
		t.Errorf("corner is %v, the middle of the side %v", corner, side)
	}
}

package fidelity_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/fidelity"
)

func close(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestOverlap(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b render.Rect
		want float64
	}{
		{"equal", render.Rect{X: 5, Y: 5, W: 10, H: 10}, render.Rect{X: 5, Y: 5, W: 10, H: 10}, 1},
		// 5 × 10 are shared, 10 × 10 twice without them are covered: 50 of 150.
		{"half beside", render.Rect{W: 10, H: 10}, render.Rect{X: 5, W: 10, H: 10}, 1.0 / 3},
		{"a quarter inside", render.Rect{W: 10, H: 10}, render.Rect{W: 5, H: 5}, 0.25},
		{"touching", render.Rect{W: 10, H: 10}, render.Rect{X: 10, W: 10, H: 10}, 0},
		{"apart", render.Rect{W: 10, H: 10}, render.Rect{X: 30, Y: 30, W: 10, H: 10}, 0},
		{"nothing", render.Rect{}, render.Rect{}, 0},
	} {
		close(t, c.name, fidelity.Overlap(c.a, c.b), c.want)
		close(t, c.name+" the other way", fidelity.Overlap(c.b, c.a), c.want)
	}
}

func TestNear(t *testing.T) {
	a := render.Rect{X: 100, Y: 100, W: 50, H: 20}
	if !fidelity.Near(a, render.Rect{X: 104, Y: 96, W: 50, H: 20}) {
		t.Error("edges that are 4 px off are not near")
	}
	// Its left edge is 4 px off, its right edge 5.
	if fidelity.Near(a, render.Rect{X: 104, Y: 100, W: 51, H: 20}) {
		t.Error("an edge that is 5 px off is near")
	}
}

// page is html(1) > body(2) > p(3), p(4), p(5).
func page() *dom.Document {
	element := func(id recording.NodeID, tag string, children ...*recording.Node) *recording.Node {
		return &recording.Node{ID: id, Type: recording.ElementNode, Tag: tag, Children: children}
	}
	d := dom.New()
	d.Apply(recording.Snapshot{Root: &recording.Node{ID: 9, Type: recording.DocumentNode, Children: []*recording.Node{
		element(1, "html", element(2, "body", element(3, "p"), element(4, "p"), element(5, "p"))),
	}}})
	return d
}

func TestCompare(t *testing.T) {
	reference := fidelity.Boxes{
		1: {W: 100, H: 100},
		2: {W: 100, H: 100},
		3: {W: 100, H: 20},
		4: {Y: 20, W: 100, H: 20},
		5: {Y: 40, W: 100, H: 0}, // without an area: does not count
	}
	drawn := fidelity.Boxes{
		1: {W: 100, H: 100},
		2: {Y: 10, W: 100, H: 100}, // 9000 of 11000 shared
		3: {Y: 10, W: 100, H: 20},  // 1000 of 3000 shared, but right in its parent
		4: {Y: 30, W: 0, H: 20},    // missing
		5: {Y: 50, W: 100, H: 10},  // extra
		7: {W: 5, H: 5},            // extra
	}
	s := fidelity.Compare(page(), reference, drawn)
	if s.Elements != 4 || s.Missing != 1 || s.Extra != 2 {
		t.Errorf("%d elements, %d missing, %d extra, want 4, 1, 2", s.Elements, s.Missing, s.Extra)
	}
	close(t, "IoU", s.IoU, (1+9.0/11+1.0/3+0)/4)
	close(t, "share near", s.Near, 1.0/4)
	// 2 in 1 is as far off as on the page; 3 in 2 is right. 1 has no parent
	// element, 4 is missing.
	close(t, "relative", s.Relative, (9.0/11+1)/2)
}

func TestCompareNothing(t *testing.T) {
	s := fidelity.Compare(page(), nil, fidelity.Boxes{3: {W: 1, H: 1}})
	if s != (fidelity.Score{Extra: 1, IoU: 1, Relative: 1, Near: 1}) {
		t.Errorf("an empty reference gives %+v", s)
	}
}

func TestParseBoxes(t *testing.T) {
	b, err := fidelity.ParseBoxes([]byte(`[3,1.5,2,30,40, 7,0,0,1,1]`))
	if err != nil {
		t.Fatal(err)
	}
	if len(b) != 2 || b[3] != (render.Rect{X: 1.5, Y: 2, W: 30, H: 40}) {
		t.Errorf("got %v", b)
	}
	for _, bad := range []string{`[1,2,3,4]`, `{}`, `["1",2,3,4,5]`, ``} {
		if _, err := fidelity.ParseBoxes([]byte(bad)); err == nil {
			t.Errorf("%q was taken for boxes", bad)
		}
	}
}

// filled makes a picture of grey levels.
func filled(w, h int, at func(x, y int) uint8) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := at(x, y)
			img.SetRGBA(x, y, color.RGBA{v, v, v, 255})
		}
	}
	return img
}

func level(v uint8) func(int, int) uint8 { return func(int, int) uint8 { return v } }

func TestSSIM(t *testing.T) {
	board := func(x, y int) uint8 { return uint8((x + y) % 2 * 255) }
	turned := func(x, y int) uint8 { return 255 - board(x, y) }
	const c1, c2 = 0.01 * 255 * 0.01 * 255, 0.03 * 255 * 0.03 * 255
	// Half of the pixels are 255 and half 0: mean 127.5, variance 127.5².
	const v = 127.5 * 127.5
	for _, c := range []struct {
		name string
		a, b image.Image
		want float64
	}{
		{"equal", filled(40, 30, board), filled(40, 30, board), 1},
		{"flat, another level", filled(8, 8, level(100)), filled(8, 8, level(50)), (2*100*50 + c1) / (100*100 + 50*50 + c1)},
		{"black and white", filled(8, 8, level(0)), filled(8, 8, level(255)), c1 / (255*255 + c1)},
		{"turned board", filled(8, 8, board), filled(8, 8, turned), (-2*v + c2) / (2*v + c2)},
		{"board and its mean", filled(8, 8, board), filled(8, 8, level(127)), (2*127.5*127 + c1) * c2 / ((127.5*127.5 + 127*127 + c1) * (v + c2))},
		{"larger pictures count where both are", filled(8, 8, board), filled(80, 90, board), 1},
	} {
		got, ok := fidelity.SSIM(c.a, c.b)
		if !ok {
			t.Errorf("%s: not measured", c.name)
		}
		close(t, c.name, got, c.want)
	}
	if _, ok := fidelity.SSIM(filled(7, 100, board), filled(7, 100, board)); ok {
		t.Error("a picture that is narrower than a window was measured")
	}
}

// Of the windows of a picture that is 9 wide, the left one sees no difference
// and the right one a column of it: 8 of its 64 pixels.
func TestSSIMIsTheMeanOfWindows(t *testing.T) {
	a := filled(9, 8, level(100))
	b := filled(9, 8, func(x, _ int) uint8 {
		if x == 8 {
			return 180
		}
		return 100
	})
	const c1, c2 = 6.5025, 58.5225
	const mean, variance = 110, 80 * 80 * (1.0 / 8) * (7.0 / 8)
	right := (2*100*mean + c1) * c2 / ((100*100 + mean*mean + c1) * (variance + c2))
	got, _ := fidelity.SSIM(a, b)
	close(t, "mean of two windows", got, (1+right)/2)
}

func TestSSIMOfAnyImageType(t *testing.T) {
	grey := image.NewGray(image.Rect(3, 4, 23, 24))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(i * 7)
	}
	same := filled(20, 20, func(x, y int) uint8 { return uint8((y*20 + x) * 7) })
	got, _ := fidelity.SSIM(grey, same)
	close(t, "grey and RGBA", got, 1)
}

func FuzzParseBoxes(f *testing.F) {
	f.Add([]byte(`[3,1.5,2,30,40]`))
	f.Add([]byte(`[1e300,-1e300,0,1e-300,5]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		boxes, err := fidelity.ParseBoxes(b)
		if err != nil {
			return
		}
		s := fidelity.Compare(page(), boxes, boxes)
		if s.Missing > 0 || s.Extra > 0 || s.Near < 0 || s.Near > 1 {
			t.Errorf("boxes compared with themselves: %+v", s)
		}
	})
}

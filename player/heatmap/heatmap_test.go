package heatmap

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hindsite.app/player/recording"
)

func TestPointsFallIntoTheirCells(t *testing.T) {
	g := NewGrid(100, 50, 10)
	g.Add([]Point{{0, 0, 1}, {9.9, 9.9, 1}, {10, 0, 2}, {99.9, 49.9, 1}, {100, 0, 1}, {-0.1, 0, 1}, {0, 50, 1}, {float32(math.NaN()), 0, 1}})
	if g.Cols != 10 || g.Rows != 5 {
		t.Fatalf("%d by %d cells", g.Cols, g.Rows)
	}
	if g.Values[0] != 2 || g.Values[1] != 2 || g.Values[49] != 1 {
		t.Errorf("cells hold %v", g.Values)
	}
	if g.Total != 5 || g.Outside != 4 {
		t.Errorf("total %v, outside %d", g.Total, g.Outside)
	}
}

// The blurred grid is compared with the Gaussian itself, cell by cell. Three
// boxes are flatter than the curve: at the peak by 4.7 % in each direction.
func TestBlurAgainstTheBellCurve(t *testing.T) {
	g := NewGrid(400, 400, 2)
	g.Add([]Point{{200, 200, 1}})
	sigma := 24.0
	b := g.Blur(sigma)
	sum, worst := 0.0, 0.0
	peak := 1 / (2 * math.Pi * (sigma / 2) * (sigma / 2))
	for i, v := range b.Values {
		sum += float64(v)
		dx, dy := float64(i%g.Cols-100)*2, float64(i/g.Cols-100)*2
		want := peak * math.Exp(-(dx*dx+dy*dy)/(2*sigma*sigma))
		worst = max(worst, math.Abs(float64(v)-want))
	}
	if math.Abs(sum-1) > 1e-3 {
		t.Errorf("the sum is %v, want 1", sum)
	}
	if worst > 0.1*peak {
		t.Errorf("differs from the curve by %.1f %% of its peak", 100*worst/peak)
	}
}

func TestReach(t *testing.T) {
	rows := Reached([]float32{100, 250, 250, 1000}, 1000, 100)
	want := []float32{1, 0.75, 0.75, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25}
	for i := range want {
		if rows[i] != want[i] {
			t.Errorf("row %d: %v, want %v", i, rows[i], want[i])
		}
	}
}

func TestClickPointsIncludeTheScroll(t *testing.T) {
	in := []recording.Interaction{
		{Kind: recording.Click, HasXY: true, Place: recording.Place{X: 10, Y: 20, ScrollY: 300}},
		{Kind: recording.MouseDown, HasXY: true},
		{Kind: recording.Click, HasXY: true, Place: recording.Place{X: 10, Y: 20, Framed: true}},
		{Kind: recording.Click},
		{Kind: recording.Click, HasXY: true, Place: recording.Place{View: 1}},
	}
	points, unplaced := ClickPoints(in, 0)
	if len(points) != 1 || points[0] != (Point{10, 320, 1}) || unplaced != 2 {
		t.Errorf("points %v, unplaced %d", points, unplaced)
	}
}

func TestMovePointsWeighRest(t *testing.T) {
	s := recording.Second
	points, _ := MovePoints([]recording.Pointer{{At: 0}, {At: s / 2}, {At: 10 * s}, {At: 12 * s, Place: recording.Place{View: 1}}}, 0, 11*s)
	if len(points) != 3 || points[0].Weight != 0.5 || points[1].Weight != 2 || points[2].Weight != 1 {
		t.Errorf("points %v", points)
	}
}

func TestWidths(t *testing.T) {
	w := Widths{1440: 3, 1366: 2}
	if w.Reference() != 1440 {
		t.Errorf("reference is %d", w.Reference())
	}
	if got, want := w.Caption(), "3 of 5 views were 1440 px wide and are as recorded; in the other 2, x is scaled to that width and y is as recorded"; got != want {
		t.Errorf("caption is %q", got)
	}
	p := []Point{{683, 5, 1}}
	Scale(p, 1366, 1440)
	if p[0] != (Point{720, 5, 1}) {
		t.Errorf("scaled to %v", p[0])
	}
}

func TestCSV(t *testing.T) {
	g := NewGrid(40, 40, 20)
	g.Add([]Point{{25, 5, 2}, {5, 25, 1}})
	var b strings.Builder
	if err := g.WriteCSV(&b, "clicks"); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "x,y,width,height,clicks\n20,0,20,20,2\n0,20,20,20,1\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestPictureIsClearWhereNothingIs(t *testing.T) {
	g := NewGrid(200, 100, 4)
	g.Add([]Point{{50, 50, 10}})
	img := g.Blur(12).Picture(1, g.Blur(12).Max(), 1)
	if img.Bounds().Dx() != 200 || img.Bounds().Dy() != 100 {
		t.Fatalf("picture is %v", img.Bounds())
	}
	if _, _, _, a := img.At(190, 90).RGBA(); a != 0 {
		t.Error("a place without clicks is coloured")
	}
	if r, _, b, a := img.At(50, 50).RGBA(); a < 0xe000 || r < b {
		t.Errorf("the hottest place has red %x, blue %x, alpha %x", r, b, a)
	}
}

func BenchmarkHeatmap(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	points := make([]Point, 1_000_000)
	for i := range points {
		points[i] = Point{float32(640 + r.NormFloat64()*200), float32(2000 + r.NormFloat64()*900), 1}
	}
	for b.Loop() {
		g := NewGrid(1280, 4000, 4)
		g.Add(points)
		blurred := g.Blur(20)
		blurred.Picture(1, blurred.Max(), 0.8)
	}
}

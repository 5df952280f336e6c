package compare_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"testing"

	"hindsite.app/player/render/compare"
)

var (
	paper = color.RGBA{250, 250, 250, 255}
	ink   = color.RGBA{20, 30, 40, 255}
)

func sheet(w, h int, marks ...image.Rectangle) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	for _, r := range marks {
		draw.Draw(img, r, image.NewUniform(ink), image.Point{}, draw.Src)
	}
	return img
}

func of(t *testing.T, a, b *image.RGBA) *compare.Difference {
	t.Helper()
	d, err := compare.Of(t.Context(), a, b)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDifference(t *testing.T) {
	shade := sheet(100, 80)
	draw.Draw(shade, image.Rect(0, 0, 50, 50), image.NewUniform(color.RGBA{242, 250, 250, 255}), image.Point{}, draw.Src)
	for _, c := range []struct {
		name    string
		a, b    *image.RGBA
		changed int
		regions []image.Rectangle
	}{
		{"equal", sheet(100, 80), sheet(100, 80), 0, nil},
		{"within the tolerance", sheet(100, 80), shade, 0, nil},
		{"one place", sheet(100, 80), sheet(100, 80, image.Rect(10, 20, 30, 25)), 100, []image.Rectangle{image.Rect(10, 20, 30, 25)}},
		{"moved", sheet(100, 80, image.Rect(0, 0, 10, 10)), sheet(100, 80, image.Rect(5, 0, 15, 10)), 100, []image.Rectangle{image.Rect(0, 0, 15, 10)}},
		{"near to each other", sheet(100, 80), sheet(100, 80, image.Rect(8, 8, 12, 12), image.Rect(20, 8, 24, 12)), 32, []image.Rectangle{image.Rect(8, 8, 24, 12)}},
		{"far from each other, top first", sheet(100, 80), sheet(100, 80, image.Rect(80, 60, 90, 70), image.Rect(0, 0, 4, 4)), 116, []image.Rectangle{image.Rect(0, 0, 4, 4), image.Rect(80, 60, 90, 70)}},
		{"longer", sheet(100, 80), sheet(100, 90), 1000, []image.Rectangle{image.Rect(0, 80, 100, 90)}},
		{"shorter", sheet(100, 80), sheet(100, 72), 800, []image.Rectangle{image.Rect(0, 72, 100, 80)}},
		// 100 × 40 are in both, 100 × 40 in one, 20 × 40 in the other and
		// 20 × 40 in none: these do not differ.
		{"wider and shorter", sheet(100, 80), sheet(120, 40), 4000 + 800, []image.Rectangle{image.Rect(0, 0, 120, 80)}},
	} {
		d := of(t, c.a, c.b)
		if d.Changed != c.changed || !slices.Equal(d.Regions, c.regions) {
			t.Errorf("%s: %d pixels in %v, want %d in %v", c.name, d.Changed, d.Regions, c.changed, c.regions)
		}
	}
}

func TestShare(t *testing.T) {
	d := of(t, sheet(100, 50), sheet(100, 50, image.Rect(0, 0, 50, 25)))
	if d.Share() != 0.25 {
		t.Errorf("share %v, want a quarter", d.Share())
	}
	if none := of(t, &image.RGBA{}, &image.RGBA{}); none.Share() != 0 || none.Changed != 0 {
		t.Error("two pictures of nothing differ")
	}
}

// However much differs, the regions stay few and apart, and hold all of it.
func TestManyRegions(t *testing.T) {
	var marks []image.Rectangle
	for y := 0; y < 1200; y += 40 {
		for x := 0; x < 1200; x += 40 {
			marks = append(marks, image.Rect(x, y, x+2, y+2))
		}
	}
	d := of(t, sheet(1200, 1200), sheet(1200, 1200, marks...))
	if len(d.Regions) > compare.MaxRegions || d.Changed != 4*len(marks) {
		t.Fatalf("%d regions, %d pixels", len(d.Regions), d.Changed)
	}
	for _, m := range marks {
		if !slices.ContainsFunc(d.Regions, func(r image.Rectangle) bool { return m.In(r) }) {
			t.Fatalf("%v is in no region", m)
		}
	}
	for i, r := range d.Regions {
		for _, o := range d.Regions[i+1:] {
			if r.Overlaps(o) {
				t.Fatalf("%v and %v overlap", r, o)
			}
		}
	}
}

func TestOver(t *testing.T) {
	mark := image.Rect(20, 20, 40, 40)
	a, b := sheet(100, 80), sheet(100, 90, mark)
	d := of(t, a, b)
	img, err := d.Over(t.Context(), a, b)
	if err != nil {
		t.Fatal(err)
	}
	if img.Rect != image.Rect(0, 0, 100, 90) {
		t.Fatalf("the picture is %v", img.Rect)
	}
	changed, same := img.RGBAAt(30, 30), img.RGBAAt(60, 60)
	if changed.R <= changed.G+40 {
		t.Errorf("a changed pixel is %v: not tinted", changed)
	}
	if same.R != same.G || same.G != same.B || same.R < 250 {
		t.Errorf("a pixel that is the same is %v: not faded", same)
	}
	// Outside of the region there is a light and a dark line, so that it is seen
	// on any ground.
	if in, out := img.RGBAAt(17, 30), img.RGBAAt(16, 30); in.R > 40 || out.R < 240 {
		t.Errorf("the outline is %v with %v around it", in, out)
	}
}

func TestBeside(t *testing.T) {
	img := compare.Beside(sheet(30, 20), nil, sheet(40, 50, image.Rect(0, 0, 40, 50)))
	if img.Rect != image.Rect(0, 0, 30+compare.Gap+40, 50) {
		t.Fatalf("the row is %v", img.Rect)
	}
	if img.RGBAAt(0, 0) != paper || img.RGBAAt(30+compare.Gap, 49) != ink {
		t.Error("the pictures are not where they should be")
	}
	if img.RGBAAt(31, 0) == paper || img.RGBAAt(10, 40) == paper {
		t.Error("the space between and below looks like paper")
	}
	if empty := compare.Beside(); empty.Rect.Empty() {
		t.Error("no picture for nothing")
	}
}

// Pictures that are parts of others begin elsewhere.
func TestPartsOfPictures(t *testing.T) {
	whole := sheet(100, 80, image.Rect(50, 40, 60, 50))
	part := whole.SubImage(image.Rect(40, 30, 80, 70)).(*image.RGBA)
	d := of(t, part, sheet(40, 40))
	if want := []image.Rectangle{image.Rect(10, 10, 20, 20)}; !slices.Equal(d.Regions, want) {
		t.Errorf("regions %v, want %v", d.Regions, want)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d := of(t, sheet(10, 10), sheet(10, 10))
	cancel()
	if _, err := compare.Of(ctx, sheet(10, 10), sheet(10, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := d.Over(ctx, sheet(10, 10), sheet(10, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

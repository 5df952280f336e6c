package text

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

// The advances are those that the style sheets of the fonts' makers give their
// icons: Font Awesome 5 draws angle-left half as wide as high, times 11/16.
func TestIconsOfMissingFonts(t *testing.T) {
	s := NewShaper(NewCollection(nil), Linux)
	for _, c := range []struct {
		families string
		weight   int
		text     string
		want     float32
	}{
		{"font awesome 5 free", 900, "\uf104", 0.5},
		{"font awesome 5 free", 900, "\uf00d", 11.0 / 16},
		{"font awesome 5 free", 900, "\uf007", 14.0 / 16},
		{"bootstrap-icons", 400, "\uf102", 1},
		{"some font that nobody knows", 400, "\ue900\ue901", 2},
		{"material icons", 400, "arrow_back", 1},
		{"material symbols outlined", 400, "home", 1},
	} {
		f, err := s.Match(Query{Families: c.families, Weight: c.weight})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Shape(f, c.text).Advance; math.Abs(float64(got-c.want)) > 0.001 {
			t.Errorf("%q in %s is %g em wide, want %g", c.text, c.families, got, c.want)
		}
	}
	f, err := s.Match(Query{Families: "material icons", Weight: 400})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Shape(f, "Not one"); r.Direction != Rightward || len(r.Glyphs) < 5 {
		t.Errorf("a sentence in an icon font is %d glyphs", len(r.Glyphs))
	}
}

func TestDirection(t *testing.T) {
	for s, want := range map[string]Direction{"abc": Rightward, "שלום": Leftward, "مرحبا": Leftward, "123": Digits, "...": Neutral, "(א)": Leftward, "12a": Rightward, "é": Rightward} {
		if got := directionOf([]rune(s)); got != want {
			t.Errorf("%q has direction %d, want %d", s, got, want)
		}
	}
}

func FuzzParseSource(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("fonts", "LiberationMono-Regular.ttf"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[:4000])
	f.Add([]byte("wOFF\x00\x01\x00\x00"))
	f.Add([]byte("OTTO"))
	f.Fuzz(func(t *testing.T, data []byte) {
		src, err := ParseSource(data)
		if err != nil {
			return
		}
		s := NewShaper(NewCollection(nil), Linux)
		s.Use([]WebFont{{Family: "x", From: 400, To: 400, Source: src}})
		if _, err := s.Match(Query{Families: "x", Weight: 400}); err != nil {
			t.Skip()
		}
	})
}

package text

import (
	"math"
	"reflect"
	"testing"
)

// The widths are those of Adobe's metrics files for Helvetica, Times-Roman and
// Courier, in thousandths of an em, which these fonts were made to match.
func TestWidths(t *testing.T) {
	s := NewShaper(NewCollection(nil), Linux)
	for _, c := range []struct {
		q    Query
		text string
		want float64
	}{
		{Query{"arial", 400, false}, "a", 556}, {Query{"arial", 400, false}, "W", 944}, {Query{"helvetica", 700, false}, "a", 556}, {Query{"arial", 700, false}, "f", 333},
		{Query{"times new roman", 400, false}, "a", 444}, {Query{"serif", 400, true}, "a", 500}, {Query{"", 400, false}, "W", 944},
		{Query{"courier new", 400, false}, "iW", 1200}, {Query{"monospace", 700, true}, "i", 600}, {Query{"no such font,arial", 400, false}, "i", 222},
	} {
		f, err := s.Match(c.q)
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(s.Shape(f, c.text).Advance) * 1000; math.Abs(got-c.want) > 1 {
			t.Errorf("%q in %v is %.1f wide, want %v", c.text, c.q, got, c.want)
		}
	}
}

func TestMetrics(t *testing.T) {
	s := NewShaper(NewCollection(nil), Linux)
	f, err := s.Match(Query{Families: "arial", Weight: 400})
	if err != nil {
		t.Fatal(err)
	}
	// hhea of Arial: ascender 1854, descender 434, gap 67, of 2048.
	if m := f.At(16); m.Ascent != 14 || m.Descent != 3 || m.LineHeight != 18 {
		t.Errorf("metrics at 16px are %+v", m)
	}
}

func TestSystems(t *testing.T) {
	c := NewCollection(nil)
	for _, want := range []struct {
		os, name string
		file     family
	}{{"Linux", "system-ui", dejavu}, {"", "system-ui", dejavu}, {"Windows", "system-ui", sans}, {"macOS", "verdana", dejavu}, {"Android", "sans-serif", roboto}, {"iOS", "georgia", serif}} {
		if got, ok := SystemOf(want.os).family(want.name); !ok || got != want.file {
			t.Errorf("%s on %q is family %d, want %d", want.name, want.os, got, want.file)
		}
	}
	for f := serif; f <= roboto; f++ {
		for _, w := range []int{100, 400, 500, 700, 900} {
			for _, italic := range []bool{false, true} {
				if _, err := c.load(f.file(w, italic)); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func TestMissing(t *testing.T) {
	s := NewShaper(NewCollection(nil), Linux)
	f, err := s.Match(Query{Families: "arial", Weight: 400})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Shape(f, "★"); r.Missing {
		t.Error("a star has no glyph")
	}
	if r := s.Shape(f, "漢"); !r.Missing || r.Advance <= 0 {
		t.Error("a character without a glyph is not a box")
	}
}

func TestBreaks(t *testing.T) {
	for s, want := range map[string][]string{
		"word": {"word"}, "a-b": {"a-", "b"}, "-a": {"-a"}, "1-2": {"1-2"}, "/a/b/c": {"/a/b/c"}, "漢字": {"漢", "字"}, "漢。字": {"漢。", "字"},
	} {
		if got := Breaks(s); !reflect.DeepEqual(got, want) {
			t.Errorf("%q breaks into %q, want %q", s, got, want)
		}
	}
}

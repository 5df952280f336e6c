package paint

import (
	"testing"

	"hindsite.app/player/render/flat/style"
)

func TestTextColor(t *testing.T) {
	red, blue, none := style.Color{R: 255, A: 255}, style.Color{B: 255, A: 255}, style.Color{}
	gradient := &style.Gradient{Stops: []style.Stop{{Color: red}, {Color: blue}}}
	for _, c := range []struct {
		name string
		set  func(*style.Style)
		want style.Color
	}{
		{"plain", func(s *style.Style) { s.Color = red }, red},
		{"transparent", func(s *style.Style) { s.Color = none }, none},
		{"a hole in a colour", func(s *style.Style) { s.InText, s.Own.Background = true, blue }, blue},
		{"a hole in a gradient", func(s *style.Style) { s.InText, s.Images = true, []style.Background{{Gradient: gradient}} }, blue},
		{"no hole", func(s *style.Style) { s.InText, s.Color, s.Own.Background = true, red, blue }, red},
	} {
		s := &style.Style{}
		c.set(s)
		if got := textColor(s); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

package layout

import (
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
)

// fontMetrics are the measures of the font of one style.
type fontMetrics struct {
	text.Metrics
	font   *text.Font
	height float32 // used line-height
}

// metrics returns the font of s. A font that cannot be loaded ends the layout.
func (l *layouter) metrics(s *style.Style) *fontMetrics {
	if m := l.fonts[s]; m != nil {
		return m
	}
	f, err := l.shaper.Match(text.Query{Families: s.Families, Weight: s.Weight, Italic: s.Italic})
	if err != nil {
		if l.err == nil {
			l.err = err
		}
		return &fontMetrics{}
	}
	m := &fontMetrics{Metrics: f.At(s.FontSize), font: f}
	switch lh := s.LineHeight; {
	case lh.Normal:
		m.height = m.LineHeight
	case lh.Factor > 0:
		m.height = lh.Factor * s.FontSize
	default:
		m.height = lh.Px
	}
	m.height = float32(int32(min(m.height, 1<<20)*64)) / 64
	l.fonts[s] = m
	return m
}

func (l *layouter) lineHeight(s *style.Style) float32 { return l.metrics(s).height }

// textWidth returns the width of t on one line.
func (l *layouter) textWidth(s *style.Style, t string) float32 {
	m := l.metrics(s)
	if m.font == nil {
		return 0
	}
	run := l.shaper.Shape(m.font, t)
	return run.Advance*s.FontSize + s.LetterSpacing*float32(len(run.Glyphs))
}

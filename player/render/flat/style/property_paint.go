package style

import (
	"strings"

	"hindsite.app/player/render/flat/css"
)

func paintProperties() map[string]property {
	return map[string]property{
		"background-color":    colorOf(func(s *Style) *Color { return &s.Own.Background }),
		"background-image":    {set: setImages, copy: func(d, s *Style) { d.Images = s.Images }},
		"background-position": {set: setPositions, copy: func(d, s *Style) {}},
		"background-size":     {set: setSizes, copy: func(d, s *Style) {}},
		"background-repeat":   {set: setRepeats, copy: func(d, s *Style) {}},
		"background-clip": accessor(func(s *Style) *bool { return &s.InText }, func(v []css.Token, _ *env) (bool, bool) {
			w := words(v)
			return len(w) > 0 && w[0] == "text", len(w) > 0
		}),
		"opacity": accessor(func(s *Style) *float32 { return &s.Opacity }, func(v []css.Token, _ *env) (float32, bool) {
			n, ok := number(v)
			return min(max(n, 0), 1), ok
		}),
		"box-shadow":      accessor(func(s *Style) *[]Shadow { return &s.Shadows }, func(v []css.Token, e *env) ([]Shadow, bool) { return parseShadows(v, &e.Context), true }),
		"object-fit":      keyword(func(s *Style) *ObjectFit { return &s.Fit }, map[string]ObjectFit{"fill": FitFill, "contain": FitContain, "cover": FitCover, "none": FitNone, "scale-down": FitScaleDown}),
		"object-position": accessor(func(s *Style) *[2]Length { return &s.FitPosition }, func(v []css.Token, e *env) ([2]Length, bool) { return parsePosition(v, &e.Context), true }),
		"clip": {set: func(v []css.Token, e *env) bool {
			e.s.Clipped = emptyClip(v)
			return true
		}, copy: func(d, s *Style) { d.Clipped = s.Clipped }},
		"clip-path": {set: func(v []css.Token, e *env) bool {
			if len(v) > 0 && v[0].Kind == css.Function && v[0].Text == "inset" {
				inner, _ := css.Block(v)
				if p := parts(inner); len(p) > 0 && len(p[0]) == 1 && p[0][0].Kind == css.Percent && p[0][0].Num >= 50 {
					e.s.Clipped = true
				}
			}
			return true
		}, copy: func(d, s *Style) {}},
		"filter":          isolating("none"),
		"backdrop-filter": isolating("none"),
		"mix-blend-mode":  isolating("normal"),
		"isolation":       isolating("auto"),
		"perspective":     isolating("none"),
		"will-change": {set: func(v []css.Token, e *env) bool {
			for _, w := range words(v) {
				if w == "transform" || w == "opacity" {
					e.s.Isolated = true
				}
			}
			return true
		}, copy: func(d, s *Style) {}},
		"content": {set: func(v []css.Token, e *env) bool {
			e.s.Content, e.s.HasContent = parseContent(v)
			return true
		}, copy: func(d, s *Style) { d.Content, d.HasContent = s.Content, s.HasContent }},
		"counter-reset":     accessor(func(s *Style) *[]Counter { return &s.CounterReset }, func(v []css.Token, _ *env) ([]Counter, bool) { return parseCounters(v, 0), true }),
		"counter-set":       accessor(func(s *Style) *[]Counter { return &s.CounterSet }, func(v []css.Token, _ *env) ([]Counter, bool) { return parseCounters(v, 0), true }),
		"counter-increment": accessor(func(s *Style) *[]Counter { return &s.CounterIncrement }, func(v []css.Token, _ *env) ([]Counter, bool) { return parseCounters(v, 1), true }),
		"appearance":        keyword(func(s *Style) *bool { return &s.Appearance }, map[string]bool{"none": true, "auto": false, "textfield": false, "button": false}),
		"-webkit-line-clamp": accessor(func(s *Style) *int { return &s.LineClamp }, func(v []css.Token, _ *env) (int, bool) {
			n, ok := number(v)
			return int(min(max(n, 0), 1e6)), ok || word(v) == "none"
		}),
	}
}

func isolating(none string) property {
	return property{set: func(v []css.Token, e *env) bool {
		if word(v) != none {
			e.s.Isolated = true
		}
		return true
	}, copy: func(d, s *Style) {}}
}

func emptyClip(v []css.Token) bool {
	if len(v) == 0 || v[0].Kind != css.Function || v[0].Text != "rect" {
		return false
	}
	var n []float32
	for _, t := range v {
		if t.Kind == css.Number || t.Kind == css.Dimension {
			n = append(n, t.Num)
		}
	}
	return len(n) == 4 && n[2]-n[0] <= 0 && n[1]-n[3] <= 0
}

// lateProperties are applied in this order behind all others: they refine what
// another property made.
var lateProperties = []string{"background-position", "background-size", "background-repeat", "clip-path",
	"white-space-collapse", "text-wrap-mode"}

const maxLayers = 32

func setImages(v []css.Token, e *env) bool {
	e.s.Images = nil
	if word(v) == "none" {
		return true
	}
	for _, part := range css.Split(v, css.Comma) {
		if len(e.s.Images) >= maxLayers {
			break
		}
		b, ok := parseImage(part, &e.Context)
		b.Position, b.Size = [2]Length{}, [2]Length{AutoLength, AutoLength}
		b.RepeatX, b.RepeatY = true, true
		if ok || word(part) == "none" {
			e.s.Images = append(e.s.Images, b)
		}
	}
	return true
}

// eachImage pairs image layers with the values of a list, which repeats.
func eachImage(v []css.Token, e *env, set func(b *Background, part []css.Token)) bool {
	list := css.Split(v, css.Comma)
	for i := range e.s.Images {
		set(&e.s.Images[i], css.Trim(list[i%len(list)]))
	}
	return true
}

func setPositions(v []css.Token, e *env) bool {
	return eachImage(v, e, func(b *Background, p []css.Token) { b.Position = parsePosition(p, &e.Context) })
}

func setSizes(v []css.Token, e *env) bool {
	return eachImage(v, e, func(b *Background, p []css.Token) {
		b.Cover, b.Contain = word(p) == "cover", word(p) == "contain"
		b.Size = [2]Length{AutoLength, AutoLength}
		for i, part := range parts(p) {
			if l, _, ok := parseLength(part, &e.Context); ok && i < 2 {
				b.Size[i] = l
			}
		}
	})
}

func setRepeats(v []css.Token, e *env) bool {
	return eachImage(v, e, func(b *Background, p []css.Token) {
		w := words(p)
		if len(w) == 0 {
			return
		}
		b.RepeatX = !strings.HasPrefix(w[0], "no-") && w[0] != "repeat-y"
		b.RepeatY = !strings.HasPrefix(w[len(w)-1], "no-") && w[0] != "repeat-x"
	})
}

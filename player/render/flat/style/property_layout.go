package style

import (
	"hindsite.app/player/render/flat/css"
)

var alignments = map[string]Alignment{
	"auto": Auto, "normal": Normal, "stretch": Stretch, "start": Start, "end": End, "flex-start": FlexStart, "flex-end": FlexEnd,
	"center": Center, "baseline": BaselineAlign, "space-between": SpaceBetween, "space-around": SpaceAround, "space-evenly": SpaceEvenly,
	"left": Start, "right": End, "self-start": Start, "self-end": End, "legacy": Normal, "anchor-center": Center,
}

// alignment drops the words "safe", "unsafe", "first" and "last".
func alignment(field func(*Style) *Alignment) property {
	return accessor(field, func(v []css.Token, _ *env) (Alignment, bool) {
		for _, w := range words(v) {
			switch w {
			case "safe", "unsafe", "first", "last", "legacy":
				continue
			}
			a, ok := alignments[w]
			return a, ok
		}
		return Normal, len(words(v)) > 0
	})
}

func layoutProperties() map[string]property {
	m := map[string]property{
		"flex-direction": {set: func(v []css.Token, e *env) bool {
			d, ok := map[string][2]bool{"row": {}, "row-reverse": {false, true}, "column": {true, false}, "column-reverse": {true, true}}[word(v)]
			if ok {
				e.s.Column, e.s.Reverse = d[0], d[1]
			}
			return ok
		}, copy: func(d, s *Style) { d.Column, d.Reverse = s.Column, s.Reverse }},
		"flex-wrap": {set: func(v []css.Token, e *env) bool {
			w, ok := map[string][2]bool{"nowrap": {}, "wrap": {true, false}, "wrap-reverse": {true, true}}[word(v)]
			if ok {
				e.s.Wrap, e.s.WrapReverse = w[0], w[1]
			}
			return ok
		}, copy: func(d, s *Style) { d.Wrap, d.WrapReverse = s.Wrap, s.WrapReverse }},
		"flex-grow":       plain(func(s *Style) *float32 { return &s.Grow }),
		"flex-shrink":     plain(func(s *Style) *float32 { return &s.Shrink }),
		"flex-basis":      length(func(s *Style) *Length { return &s.Basis }),
		"order":           accessor(func(s *Style) *int { return &s.Order }, func(v []css.Token, _ *env) (int, bool) { n, ok := number(v); return int(n), ok }),
		"align-items":     alignment(func(s *Style) *Alignment { return &s.AlignItems }),
		"align-self":      alignment(func(s *Style) *Alignment { return &s.AlignSelf }),
		"align-content":   alignment(func(s *Style) *Alignment { return &s.AlignContent }),
		"justify-content": alignment(func(s *Style) *Alignment { return &s.JustifyContent }),
		"justify-items":   alignment(func(s *Style) *Alignment { return &s.JustifyItems }),
		"justify-self":    alignment(func(s *Style) *Alignment { return &s.JustifySelf }),
		"row-gap":         positive(func(s *Style) *Length { return &s.RowGap }),
		"column-gap":      positive(func(s *Style) *Length { return &s.ColumnGap }),
		"table-layout":    keyword(func(s *Style) *bool { return &s.TableFixed }, map[string]bool{"fixed": true, "auto": false}),
		"column-width": accessor(func(s *Style) *Length { return &s.ColumnWidth }, func(v []css.Token, e *env) (Length, bool) {
			l, _, ok := parseLength(v, &e.Context)
			if l.Fixed() {
				l = Px(max(l.Px, 1))
			}
			return l, ok
		}),
		"column-span":  keyword(func(s *Style) *bool { return &s.SpanAll }, map[string]bool{"all": true, "none": false}),
		"break-inside": keyword(func(s *Style) *bool { return &s.Unbroken }, map[string]bool{"auto": false, "avoid": true, "avoid-column": true, "avoid-page": false}),
		"column-count": accessor(func(s *Style) *int { return &s.Columns }, func(v []css.Token, _ *env) (int, bool) {
			n, ok := number(v)
			return int(min(max(n, 0), 100)), ok || word(v) == "auto"
		}),

		"grid-template-columns": accessor(func(s *Style) **Tracks { return &s.TemplateColumns }, parseTracks),
		"grid-template-rows":    accessor(func(s *Style) **Tracks { return &s.TemplateRows }, parseTracks),
		"grid-template-areas":   accessor(func(s *Style) **Areas { return &s.Areas }, func(v []css.Token, _ *env) (*Areas, bool) { return parseAreas(v), true }),
		"grid-auto-columns":     accessor(func(s *Style) *[]Track { return &s.AutoColumns }, parseAutoTracks),
		"grid-auto-rows":        accessor(func(s *Style) *[]Track { return &s.AutoRows }, parseAutoTracks),
		"grid-auto-flow": {set: func(v []css.Token, e *env) bool {
			e.s.FlowColumn, e.s.Dense = false, false
			for _, w := range words(v) {
				e.s.FlowColumn = e.s.FlowColumn || w == "column"
				e.s.Dense = e.s.Dense || w == "dense"
			}
			return true
		}, copy: func(d, s *Style) { d.FlowColumn, d.Dense = s.FlowColumn, s.Dense }},
		"grid-column-start": gridLine(func(s *Style) *Line { return &s.ColumnStart }),
		"grid-column-end":   gridLine(func(s *Style) *Line { return &s.ColumnEnd }),
		"grid-row-start":    gridLine(func(s *Style) *Line { return &s.RowStart }),
		"grid-row-end":      gridLine(func(s *Style) *Line { return &s.RowEnd }),
	}
	return m
}

func gridLine(field func(*Style) *Line) property {
	return accessor(field, func(v []css.Token, _ *env) (Line, bool) { return parseLine(v) })
}

func parseTracks(v []css.Token, e *env) (*Tracks, bool) {
	w := words(v)
	if len(w) > 0 && w[0] == "none" {
		return nil, true
	}
	if len(w) > 0 && w[0] == "subgrid" {
		return &Tracks{Subgrid: true}, true
	}
	p := trackParser{c: &e.Context}
	items, ok := p.items(v, 0)
	return &Tracks{Items: items}, ok
}

func parseAutoTracks(v []css.Token, e *env) ([]Track, bool) {
	p := trackParser{c: &e.Context}
	items, ok := p.items(v, 1)
	var tracks []Track
	for _, it := range items {
		if it.Names == nil {
			tracks = append(tracks, it.Track)
		}
	}
	return tracks, ok && len(tracks) > 0
}

package style

import (
	"strings"

	"hindsite.app/player/render/flat/css"
)

// Track is one track of a grid: a size between Min and Max.
type Track struct {
	Min, Max Length
	Fr       float32 // flexible part of the maximum; then Max is unused
	Fit      bool    // fit-content(Max)
}

// Tracks is a list of tracks with the names of the lines between them.
type Tracks struct {
	Items []TrackItem
	// Names of lines that need no repetition to be resolved are in Items.
	Subgrid bool
}

// TrackItem is a track, a repetition or the names of a line.
type TrackItem struct {
	Track  Track
	Names  []string // names of the line at this place; then it is no track
	Repeat []TrackItem
	Count  int  // of repetitions; 0 for auto-fill and auto-fit
	Fit    bool // auto-fit
}

// Areas are named grid areas: rows of names.
type Areas struct{ Rows [][]string }

// Line is a grid-row-start and the like.
type Line struct {
	Auto bool
	N    int // line number, or number of tracks when Span
	Span bool
	Name string
}

var autoTrack = []Track{{Min: AutoLength, Max: AutoLength}}

// MaxTracks bounds one axis of a grid.
const MaxTracks = 1000

type trackParser struct {
	c     *Context
	count int
}

func (p *trackParser) items(t []css.Token, depth int) ([]TrackItem, bool) {
	var items []TrackItem
	for t = skipSpace(t); len(t) > 0; t = skipSpace(t) {
		p.count++
		if p.count > MaxTracks {
			return items, true
		}
		switch {
		case t[0].Is("["):
			inner, rest := css.Block(t)
			var names []string
			for _, n := range inner {
				if n.Kind == css.Ident {
					names = append(names, n.Text)
				}
			}
			items = append(items, TrackItem{Names: names})
			t = rest
		case t[0].Kind == css.Function && t[0].Text == "repeat" && depth == 0:
			inner, rest := css.Block(t)
			item, ok := p.repeat(inner)
			if !ok {
				return nil, false
			}
			items = append(items, item)
			t = rest
		default:
			tr, rest, ok := p.track(t)
			if !ok {
				return nil, false
			}
			items = append(items, TrackItem{Track: tr})
			t = rest
		}
	}
	return items, true
}

func (p *trackParser) repeat(inner []css.Token) (TrackItem, bool) {
	comma := -1
	for i, t := range inner {
		if t.Kind == css.Comma {
			comma = i
			break
		}
	}
	if comma < 0 {
		return TrackItem{}, false
	}
	head := css.Trim(inner[:comma])
	list, ok := p.items(inner[comma+1:], 1)
	if !ok || len(head) != 1 || len(list) == 0 {
		return TrackItem{}, false
	}
	item := TrackItem{Repeat: list}
	switch {
	case head[0].Kind == css.Number && head[0].Num >= 1:
		item.Count = int(min(head[0].Num, MaxTracks))
	case head[0].IsIdent("auto-fit"):
		item.Fit = true
	case head[0].IsIdent("auto-fill"):
	default:
		return item, false
	}
	return item, true
}

func (p *trackParser) track(t []css.Token) (Track, []css.Token, bool) {
	if t[0].Kind == css.Function {
		switch t[0].Text {
		case "minmax":
			inner, rest := css.Block(t)
			parts := css.Split(inner, css.Comma)
			if len(parts) != 2 {
				return Track{}, nil, false
			}
			from, to := css.Trim(parts[0]), css.Trim(parts[1])
			if len(from) == 0 || len(to) == 0 {
				return Track{}, nil, false
			}
			lo, _, ok1 := p.track(from)
			hi, _, ok2 := p.track(to)
			return Track{Min: lo.Min, Max: hi.Max, Fr: hi.Fr}, rest, ok1 && ok2
		case "fit-content":
			inner, rest := css.Block(t)
			l, _, ok := parseLength(inner, p.c)
			return Track{Min: AutoLength, Max: l, Fit: true}, rest, ok
		}
	}
	if t[0].Kind == css.Dimension && t[0].Text == "fr" {
		return Track{Min: AutoLength, Max: AutoLength, Fr: max(t[0].Num, 0)}, t[1:], true
	}
	l, rest, ok := parseLength(t, p.c)
	return Track{Min: l, Max: l}, rest, ok
}

func parseAreas(t []css.Token) *Areas {
	a := &Areas{}
	for _, tok := range t {
		if tok.Kind == css.String && len(a.Rows) < MaxTracks {
			row := strings.Fields(tok.Text)
			a.Rows = append(a.Rows, row[:min(len(row), MaxTracks)])
		}
	}
	if len(a.Rows) == 0 {
		return nil
	}
	return a
}

func parseLine(t []css.Token) (Line, bool) {
	l := Line{}
	seen := false
	for _, tok := range t {
		switch {
		case tok.Kind == css.Space:
		case tok.IsIdent("auto"):
			l.Auto, seen = true, true
		case tok.IsIdent("span"):
			l.Span, seen = true, true
		case tok.Kind == css.Number:
			l.N, seen = int(min(max(tok.Num, -MaxTracks), MaxTracks)), true
		case tok.Kind == css.Ident:
			l.Name, seen = tok.Text, true
		default:
			return l, false
		}
	}
	if l.Span && l.N <= 0 {
		l.N = 1
	}
	return l, seen
}

package layout

import "hindsite.app/player/render/flat/style"

func isTablePart(b *Box) bool {
	return (b.Kind == Row || b.Kind == RowGroup || b.Kind == Cell || b.Kind == Caption || b.Kind == Column) && !b.floating() && !b.outOfFlow()
}

func blankText(b *Box) bool {
	return b.Kind == Text && !visibleInline([]*Box{b})
}

// strayTables wraps rows and cells that stand outside a table.
func (l *layouter) strayTables(parent *Box, children []*Box) []*Box {
	stray := false
	for _, c := range children {
		if isTablePart(c) {
			stray = true
			break
		}
	}
	if !stray {
		return children
	}
	var out, run []*Box
	flush := func() {
		if len(run) == 0 {
			return
		}
		t := l.anonymous(parent, Table)
		t.context = true
		l.adopt(t, run)
		out = append(out, t)
		run = nil
	}
	for i, c := range children {
		switch {
		case isTablePart(c):
			if c.Kind == Column {
				continue
			}
			run = append(run, c)
		case blankText(c) && len(run) > 0 && i+1 < len(children) && isTablePart(children[i+1]):
		default:
			flush()
			out = append(out, c)
		}
	}
	flush()
	return out
}

// tableChildren sorts the children of a table: captions, columns and row
// groups; everything else gets anonymous rows.
func (l *layouter) tableChildren(b *Box, children []*Box) []*Box {
	var out, run []*Box
	flush := func() {
		if len(run) == 0 {
			return
		}
		g := l.anonymous(b, RowGroup)
		l.adopt(g, run)
		out = append(out, g)
		run = nil
	}
	for _, c := range children {
		switch {
		case c.Kind == RowGroup || c.Kind == Caption || c.Kind == Column:
			flush()
			out = append(out, c)
		case blankText(c):
		case c.outOfFlow():
			out = append(out, c)
		default:
			run = append(run, c)
		}
	}
	flush()
	var head, body, foot []*Box
	for _, c := range out {
		switch c.Style.Display {
		case style.TableHeader:
			head = append(head, c)
		case style.TableFooter:
			foot = append(foot, c)
		default:
			body = append(body, c)
		}
	}
	return append(append(head, body...), foot...)
}

// wrapRuns puts children that are not of a kind into anonymous boxes of it.
func (l *layouter) wrapRuns(b *Box, children []*Box, kind Kind, fits func(*Box) bool) []*Box {
	var out, run []*Box
	flush := func() {
		if len(run) == 0 {
			return
		}
		a := l.anonymous(b, kind)
		l.adopt(a, run)
		out = append(out, a)
		run = nil
	}
	for _, c := range children {
		switch {
		case fits(c):
			flush()
			out = append(out, c)
		case blankText(c) && len(run) == 0:
		case c.outOfFlow():
			out = append(out, c)
		default:
			run = append(run, c)
		}
	}
	flush()
	return out
}

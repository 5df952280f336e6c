package layout

import (
	"hindsite.app/player/render/flat/css"
	"hindsite.app/player/render/flat/style"
)

// Skipped reports which children of a node are in a closed details element and
// not its summary: they are not shown.
func Skipped(n *style.Node) func(c *style.Node) bool {
	if n.DOM == nil || !n.DOM.Is("details") {
		return func(*style.Node) bool { return false }
	}
	if _, open := n.DOM.Attr("open"); open {
		return func(*style.Node) bool { return false }
	}
	var summary *style.Node
	return func(c *style.Node) bool {
		if summary == nil && c.DOM != nil && c.DOM.Is("summary") {
			summary = c
		}
		return c != summary && c.Pseudo == css.NoPseudo
	}
}

// details makes the boxes of the children of a details element. What a closed
// one holds has places, below the summary, but takes no room and is not seen
// (HTML standard, section 15.5.5).
func (l *layouter) details(n *style.Node, children []*style.Node) []*Box {
	skipped := Skipped(n)
	var shown []*Box
	var hidden []*style.Node
	for _, c := range children {
		if skipped(c) {
			hidden = append(hidden, c)
		} else {
			shown = append(shown, l.build(c)...)
		}
	}
	if len(hidden) == 0 {
		return shown
	}
	s := style.Variant(style.Anonymous(n.Style), func(v *style.Style) {
		v.Height = style.Px(0)
		v.Overflow = [2]style.Overflow{style.Hidden, style.Hidden}
	})
	b := &Box{Kind: Block, Style: s, context: true}
	l.adopt(b, l.buildAll(hidden))
	return append(shown, b)
}

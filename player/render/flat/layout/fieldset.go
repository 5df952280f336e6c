package layout

import "hindsite.app/player/render/flat/style"

// legendOf makes the first legend among the children of a fieldset its rendered
// legend (HTML standard, section 15.3.13): it stands in the upper border and
// not in the flow.
func (b *Box) legendOf(children []*Box) {
	if b.Node == nil || b.Node.DOM == nil || !b.Node.DOM.Is("fieldset") {
		return
	}
	b.context = true
	for _, c := range children {
		if c.Node != nil && c.Node.DOM != nil && c.Node.DOM.Is("legend") && (c.legend || !c.outOfFlow() && !c.floating()) {
			c.legend, c.side, c.context, c.inlineLevel = true, outside, true, false
			b.Legend = c
			return
		}
	}
}

// placeLegend lays out the legend of b, whose width is known, and says how much
// higher it makes the upper border.
func (l *layouter) placeLegend(b *Box) {
	b.lift = 0
	c := b.Legend
	if c == nil {
		return
	}
	l.layout(c, constraint{w: b.contentW(), h: -1, forceW: -1, forceH: -1, shrink: true})
	top := b.Border[style.Top]
	c.X = b.contentX() + c.Margin[style.Left]
	if b.Style.RTL {
		c.X = b.W - b.Border[style.Right] - b.Padding[style.Right] - c.Margin[style.Right] - c.W
	}
	c.Y = max((top-c.H)/2, 0)
	b.lift = max(c.H+c.Margin[style.Bottom]-top, 0)
}

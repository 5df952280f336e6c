package layout

import "hindsite.app/player/render/flat/style"

// inlineBaseline returns the baseline of an atomic box from its top border
// edge; ok is false when it is its bottom margin edge.
func inlineBaseline(b *Box) (float32, bool) {
	switch b.Kind {
	case Replaced:
		return b.Content.baseline(b)
	case Flex, Grid, Table:
		return firstBaseline(b)
	}
	if b.Style.Overflow[1] != style.Visible && !b.isField() {
		return 0, false
	}
	return lastBaseline(b)
}

// baseline returns the baseline of a control: native boxes stand on the line
// with their lower border edge, a colour field with its sample.
func (c *Content) baseline(b *Box) (float32, bool) {
	switch {
	case c.Kind == Range, (c.Kind == Checkbox || c.Kind == Radio) && !b.Style.Appearance:
		return b.H, true
	case c.Kind == Blocked && c.DOM != nil && c.DOM.Is("input"):
		return b.H - 5, true
	}
	return 0, false
}

func (b *Box) isField() bool {
	return b.Node != nil && b.Node.DOM != nil && b.Node.DOM.Is("input", "select", "button")
}

func firstBaseline(b *Box) (float32, bool) {
	if len(b.Lines) > 0 {
		return b.Lines[0].Baseline, true
	}
	for _, c := range b.Children {
		if c.outOfFlow() || c.floating() || c.Kind == Text {
			continue
		}
		y, ok := firstBaseline(c)
		if !ok && (b.Kind == Flex || b.Kind == Grid) {
			// The first item alone counts; without text, its lower edge.
			y, ok = c.H, true
		}
		if ok {
			return c.Y + y, true
		}
	}
	return 0, false
}

func lastBaseline(b *Box) (float32, bool) {
	if n := len(b.Lines); n > 0 {
		return b.Lines[n-1].Baseline, true
	}
	for i := len(b.Children) - 1; i >= 0; i-- {
		c := b.Children[i]
		if c.outOfFlow() || c.floating() || c.Kind == Text {
			continue
		}
		if c.Kind == Flex || c.Kind == Grid || c.Kind == Table {
			if y, ok := firstBaseline(c); ok {
				return c.Y + y, true
			}
			continue
		}
		if y, ok := lastBaseline(c); ok {
			return c.Y + y, true
		}
	}
	return 0, false
}

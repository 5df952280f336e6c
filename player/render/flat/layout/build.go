package layout

import (
	"slices"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat/css"
	"hindsite.app/player/render/flat/style"
)

// build returns the boxes of a styled node: one, several for an inline element
// that blocks interrupt, none for what is not drawn. They are those of the
// layout before where nothing of the node has changed.
func (l *layouter) build(n *style.Node) []*Box {
	if boxes, ok := l.engine.reuse(n); ok {
		return boxes
	}
	boxes := l.make(n)
	l.engine.keep(n, boxes, l.version)
	return boxes
}

func (l *layouter) make(n *style.Node) []*Box {
	s := n.Style
	if n.DOM != nil && n.DOM.Type != recording.ElementNode || n.DOM == nil && n.Text != "" {
		return []*Box{{Kind: Text, Node: n, Style: s, Text: TransformText(n.Text, s.Inherited.Transform), inlineLevel: true}}
	}
	if s.Display == style.Contents {
		return l.buildAll(n.Children)
	}
	if s.Display == style.None {
		return nil
	}
	b := &Box{Node: n, Style: s}
	if n.DOM != nil {
		if special := l.special(n, b); special {
			return []*Box{b}
		}
	}
	if n.URL != "" && len(n.Children) == 0 {
		b.Kind, b.inlineLevel = Replaced, s.Display == style.Inline
		b.Content = l.image(n.URL, "")
		return []*Box{b}
	}
	l.classify(b)
	if b.Kind == Inline {
		return l.splitInline(b, l.buildAll(n.Children))
	}
	children := n.Children
	if m := l.marker(n, b); m != nil {
		children = append([]*style.Node{m}, children...)
	}
	boxes := l.buildAll(children)
	b.legendOf(boxes)
	l.adopt(b, boxes)
	return []*Box{b}
}

func (l *layouter) buildAll(nodes []*style.Node) []*Box {
	var boxes []*Box
	for _, c := range nodes {
		boxes = append(boxes, l.build(c)...)
	}
	return boxes
}

// classify sets the kind from the display.
func (l *layouter) classify(b *Box) {
	s := b.Style
	switch s.Display {
	case style.Inline:
		if s.Float == style.NoSide && !b.outOfFlow() {
			b.Kind, b.inlineLevel = Inline, true
			b.first, b.last = true, true
			return
		}
		b.Kind = Block
	case style.FlexBox, style.InlineFlex:
		b.Kind = Flex
	case style.GridBox, style.InlineGrid:
		b.Kind = Grid
	case style.Table, style.InlineTable:
		b.Kind = Table
	case style.TableRow:
		b.Kind = Row
	case style.TableRowGroup, style.TableHeader, style.TableFooter:
		b.Kind = RowGroup
	case style.TableCell:
		b.Kind = Cell
	case style.TableCaption:
		b.Kind = Caption
	case style.TableColumn, style.TableColumnGroup:
		b.Kind = Column
	}
	switch s.Display {
	case style.InlineBlock, style.InlineFlex, style.InlineGrid, style.InlineTable:
		b.inlineLevel = true
	}
	overflows := s.Overflow[0] != style.Visible && s.Overflow[0] != style.ClipOverflow
	b.context = b.Kind != Block || b.inlineLevel || s.Display == style.FlowRoot || overflows && !b.propagates() || b.floating() || b.outOfFlow() || multicol(s)
}

// propagates reports whether the overflow of b, the body, is that of the
// viewport (CSS Overflow 3, section 3.3).
func (b *Box) propagates() bool {
	n := b.Node
	if n == nil || n.DOM == nil || !n.DOM.Is("body") || n.Parent == nil || n.Parent.Parent != nil {
		return false
	}
	o := n.Parent.Style.Overflow
	return o[0] == style.Visible && o[1] == style.Visible
}

// splitInline breaks an inline box around the blocks in it.
func (l *layouter) splitInline(b *Box, children []*Box) []*Box {
	hasBlock := false
	for _, c := range children {
		if !c.inlineLevel && !c.outOfFlow() && !c.floating() {
			hasBlock = true
			break
		}
	}
	if !hasBlock {
		b.Children = children
		for _, c := range children {
			c.Parent = b
			b.hold(c)
		}
		return []*Box{b}
	}
	var out []*Box
	part := &Box{Kind: Inline, Node: b.Node, Style: b.Style, inlineLevel: true, first: true}
	for _, c := range children {
		if c.inlineLevel || c.outOfFlow() || c.floating() {
			c.Parent = part
			part.hold(c)
			part.Children = append(part.Children, c)
			continue
		}
		out = append(out, part)
		c.Wraps = append(c.Wraps, b.Node)
		out = append(out, c)
		part = &Box{Kind: Inline, Node: b.Node, Style: b.Style, inlineLevel: true}
	}
	part.last = true
	return append(out, part)
}

// adopt gives b its children, with the anonymous boxes that they need.
func (l *layouter) adopt(b *Box, children []*Box) {
	switch b.Kind {
	case Table:
		children = l.tableChildren(b, children)
	case RowGroup:
		children = l.wrapRuns(b, children, Row, func(c *Box) bool { return c.Kind == Row })
	case Row:
		children = l.wrapRuns(b, children, Cell, func(c *Box) bool { return c.Kind == Cell })
	case Column:
		children = slices.DeleteFunc(children, func(c *Box) bool { return c.Kind != Column })
	case Flex, Grid:
		children = l.wrapItems(b, l.strayTables(b, children))
	default:
		children = l.wrapInline(b, l.strayTables(b, children))
	}
	for _, c := range children {
		c.Parent = b
		b.hold(c)
		if c.percentH || c.Style.Height.Relative() || c.Style.MinHeight.Relative() || c.Style.MaxHeight.Relative() {
			b.percentH = true
		}
		if b.Kind == Flex || b.Kind == Grid {
			c.context = true
		}
	}
	b.Children = children
}

// hold notes what a child brings along.
func (b *Box) hold(c *Box) {
	b.outs = b.outs || c.outs || c.outOfFlow()
	b.framed = b.framed || c.framed
}

// anonymous returns a box for runs of children that need a parent of a kind.
func (l *layouter) anonymous(parent *Box, kind Kind) *Box {
	s := l.anon[parent.Style]
	if s == nil {
		s = style.Anonymous(parent.Style)
		l.anon[parent.Style] = s
	}
	return &Box{Kind: kind, Style: s, Parent: parent, context: kind != Block && kind != Inline}
}

// wrapInline puts runs of inline boxes beside blocks into anonymous blocks.
func (l *layouter) wrapInline(b *Box, children []*Box) []*Box {
	blocks, inlines := false, false
	for _, c := range children {
		switch {
		case c.outOfFlow() || c.floating():
		case c.inlineLevel:
			inlines = true
		default:
			blocks = true
		}
	}
	if !blocks || !inlines {
		return children
	}
	var out, run []*Box
	flush := func() {
		if !visibleInline(run) {
			for _, c := range run {
				if c.outOfFlow() || c.floating() {
					out = append(out, c)
				}
			}
		} else {
			a := l.anonymous(b, Block)
			l.adopt(a, run)
			out = append(out, a)
		}
		run = nil
	}
	for _, c := range children {
		if c.inlineLevel || (c.outOfFlow() || c.floating()) && len(run) > 0 {
			run = append(run, c)
			continue
		}
		flush()
		out = append(out, c)
	}
	flush()
	return out
}

// wrapItems makes every child of a flex or grid container an item.
func (l *layouter) wrapItems(b *Box, children []*Box) []*Box {
	var out, run []*Box
	flush := func() {
		if visibleInline(run) {
			a := l.anonymous(b, Block)
			a.context = true
			l.adopt(a, run)
			out = append(out, a)
		}
		run = nil
	}
	for _, c := range children {
		if c.Kind == Text || c.Kind == Inline || c.Kind == Break || c.Kind == Soft {
			run = append(run, c)
			continue
		}
		flush()
		c.inlineLevel = false
		out = append(out, c)
	}
	flush()
	return out
}

// visibleInline reports whether a run makes any line.
func visibleInline(run []*Box) bool {
	for _, c := range run {
		switch c.Kind {
		case Text:
			if c.Style.WhiteSpace.Keep || strings.Trim(c.Text, " \t\n\r\f") != "" {
				return true
			}
		case Inline:
			if c.first && c.last || c.hasEdges() || visibleInline(c.Children) {
				return true
			}
		case Break, Replaced:
			return true
		default:
			if !c.outOfFlow() && !c.floating() {
				return true
			}
		}
	}
	return false
}

func (b *Box) hasEdges() bool {
	s := b.Style
	side := func(i int) bool {
		return s.BorderWidth[i] != 0 || s.Padding[i].Px != 0 || s.Padding[i].Relative() || s.Margin[i].Px != 0
	}
	return b.first && side(style.Left) || b.last && side(style.Right)
}

// marker gives a list item its marker. It returns a marker that stands inside
// the item, as its first child.
func (l *layouter) marker(n *style.Node, b *Box) *style.Node {
	if b.Style.Display != style.ListItem || n.DOM == nil {
		return nil
	}
	ordinal := n.Ordinal
	ms := n.Marker
	if ms == nil {
		ms = n.Style
	}
	kind := n.Style.ListType
	var t string
	switch {
	case ms != n.Style && ms.HasContent:
		for _, c := range ms.Content {
			t += c.Text
		}
	case strings.HasPrefix(kind, "\""):
		t = kind[1:]
	case kind == "disclosure-open":
		t = "▾ "
	case kind == "disclosure-closed":
		t = "▸ "
	default:
		t = style.Ordinal(ordinal, kind)
		if t != "" && kind != "disc" && kind != "circle" && kind != "square" {
			t += ". "
		}
	}
	switch {
	case t == "":
	case n.Style.ListInside:
		return &style.Node{Style: ms, Text: t + " ", Parent: n, Pseudo: css.Marker}
	default:
		b.Marker, b.MarkerStyle = t, ms
	}
	return nil
}

// TransformText applies text-transform.
func TransformText(s string, t style.TextTransform) string {
	switch t {
	case style.Uppercase:
		return strings.ToUpper(s)
	case style.Lowercase:
		return strings.ToLower(s)
	case style.Capitalize:
		return capitalize(s)
	}
	return s
}

func capitalize(s string) string {
	var b strings.Builder
	start := true
	for _, r := range s {
		switch {
		case r == ' ' || r == '\n' || r == '\t' || r == '-' || r == '(' || r == '"' || r == '\u00a0':
			start = true
			b.WriteRune(r)
		case start:
			b.WriteString(strings.ToUpper(string(r)))
			start = false
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func attr(n *dom.Node, name string) string {
	v, _ := n.Attr(name)
	return v
}

package layout

import (
	"math"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/render/flat/css"
	"hindsite.app/player/render/flat/style"
)

// What browsers size fields with when neither attributes nor styles say.
const (
	inputSize  = 20 // characters of a text field, and of the columns of a text area
	fileSize   = 34 // digits of a file field
	listSize   = 4  // rows of a list that takes several
	scrollBar  = 15 // room that a text area keeps for one
	arrowRoom  = 20 // inside a native menu, beside its text
	arrowStart = 4  // of arrowRoom, in front of the text
)

func (l *layouter) input(n *style.Node, b *Box) {
	d := n.DOM
	kind := strings.ToLower(attr(d, "type"))
	switch kind {
	case "checkbox", "radio":
		l.checkbox(n, b, kind)
	case "range":
		l.replaced(b, &Content{Kind: Range, Width: 129, Height: sliderHeight(n), Natural: true, Value: fraction(d), DOM: d})
	case "image":
		l.replaced(b, l.image(source(d), attr(d, "alt")))
	case "color":
		l.replaced(b, &Content{Kind: Blocked, DOM: d})
	case "submit", "reset", "button":
		t := css.FieldText(d)
		if _, ok := d.Attr("value"); !ok {
			t = map[string]string{"submit": "Submit", "reset": "Reset"}[kind]
		}
		l.field(n, b, t, n.Style)
		b.fits = true
	case "file":
		s := l.tall(n.Style, l.lineHeight(normalLines(n.Style))+6)
		l.field(&style.Node{DOM: d, Style: s, Parent: n.Parent}, b, "Choose File  No file chosen", s)
		b.Node = n
		b.sizes = preset(ceil(l.metrics(s).Zero * fileSize))
	case "date", "time", "datetime-local", "month", "week":
		l.dateField(n, b, kind)
	default:
		l.textField(n, b, kind)
	}
}

// sliderHeight is the height of a slider's content: that of its track when the
// page draws it itself.
func sliderHeight(n *style.Node) float32 {
	t := n.Placeholder
	if !n.Style.Appearance || t == nil || !t.Height.Fixed() || t.Height.Relative() {
		return 16
	}
	h := t.Height.Px
	if !t.BorderBox {
		h += t.BorderWidth[style.Top] + t.BorderWidth[style.Bottom] + t.Padding[style.Top].Px + t.Padding[style.Bottom].Px
	}
	return h
}

func (l *layouter) checkbox(n *style.Node, b *Box, kind string) {
	_, disabled := n.DOM.Attr("disabled")
	c := &Content{Kind: Checkbox, Width: 13, Height: 13, Natural: true, Checked: css.Checked(n.DOM), Disabled: disabled, DOM: n.DOM}
	if kind == "radio" {
		c.Kind = Radio
	}
	if n.Style.Appearance {
		c.Width, c.Height = 0, 0
	} else {
		// A native box takes neither padding nor border from the page.
		b.Style = style.Variant(n.Style, func(v *style.Style) {
			v.Padding, v.BorderWidth, v.Own.Background, v.Images = style.Edges{}, [4]float32{}, style.Color{}, nil
		})
	}
	l.replaced(b, c)
}

// textField makes a field for one line of text: as wide as its characters on
// average, and as the widest one more than the average.
func (l *layouter) textField(n *style.Node, b *Box, kind string) {
	t, s := css.FieldText(n.DOM), n.Style
	if kind == "password" {
		t = strings.Repeat("•", len([]rune(t)))
	}
	if t == "" {
		t, s = l.placeholder(n)
	}
	l.field(n, b, t, s)
	size := number(attr(n.DOM, "size"))
	if size <= 0 {
		size = inputSize
	}
	m := l.metrics(b.Style)
	if m.font == nil {
		return
	}
	avg := m.font.Average(b.Style.FontSize)
	b.sizes = preset(ceil(avg*size + max(m.font.Widest(b.Style.FontSize)-avg, 0)))
}

// dateField makes one of the fields that are edited part by part. Their parts
// are text with room around it and a symbol at the end.
func (l *layouter) dateField(n *style.Node, b *Box, kind string) {
	shape := map[string]struct {
		text        string
		px, em, sym float32
	}{
		"date": {"mm/dd/yyyy", 51, 5.125, 4}, "time": {"--:-- --", 40, 4.05, 6.7}, "datetime-local": {"mm/dd/yyyy, --:-- --", 64, 10.3, 4},
		"month": {"--------- ----", 51, 7.38, 4}, "week": {"Week --, ----", 51, 6.77, 4},
	}[kind]
	t := css.FieldText(n.DOM)
	if t == "" {
		t = shape.text
	}
	size := n.Style.FontSize
	s := l.tall(n.Style, max(size+shape.sym, l.lineHeight(n.Style)+2))
	l.field(&style.Node{DOM: n.DOM, Style: s, Parent: n.Parent}, b, t, s)
	b.Node = n
	b.sizes = preset(shape.px + shape.em*size)
}

// preset are the widths of a field whose content does not size it.
func preset(w float32) intrinsic { return intrinsic{min: w, max: w, known: true, field: true} }

func ceil(v float32) float32 { return float32(math.Ceil(float64(v))) }

// normalLines returns s with the line height of its font.
func normalLines(s *style.Style) *style.Style {
	if s.LineHeight.Normal {
		return s
	}
	return style.Variant(s, func(v *style.Style) { v.LineHeight = style.LineHeight{Normal: true} })
}

// tall returns s with lines that are at least so high.
func (l *layouter) tall(s *style.Style, least float32) *style.Style {
	if l.lineHeight(s) >= least {
		return s
	}
	return style.Variant(s, func(v *style.Style) { v.LineHeight = style.LineHeight{Px: least} })
}

func (l *layouter) placeholder(n *style.Node) (string, *style.Style) {
	t := attr(n.DOM, "placeholder")
	if n.Placeholder != nil {
		return t, n.Placeholder
	}
	return t, n.Style
}

// field makes b an inline block with text in it, centred vertically. Its lines
// are never lower than those of its font.
func (l *layouter) field(n *style.Node, b *Box, t string, s *style.Style) {
	least := l.lineHeight(normalLines(n.Style))
	b.Style = style.Variant(l.tall(n.Style, least), func(v *style.Style) {
		v.WhiteSpace = style.WhiteSpace{Keep: true, NoWrap: true}
		switch v.Display {
		case style.Inline, style.InlineFlex, style.InlineGrid, style.InlineTable:
			v.Display = style.InlineBlock
		case style.FlexBox, style.GridBox, style.Table:
			v.Display = style.Block
		}
	})
	l.classify(b)
	b.context, b.centred = true, true
	ts := style.Variant(s, func(v *style.Style) {
		v.WhiteSpace = style.WhiteSpace{Keep: true, NoWrap: true}
		v.LineHeight = b.Style.LineHeight
		v.Own = style.Anonymous(s).Own
	})
	if t == "" {
		t = "\u200b"
	}
	text := &Box{Kind: Text, Node: nil, Style: ts, Text: t, inlineLevel: true, Parent: b}
	b.Children = []*Box{text}
}

func (l *layouter) textarea(n *style.Node, b *Box) {
	d := n.DOM
	t, s := css.FieldText(d), n.Style
	if t == "" {
		t, s = l.placeholder(n)
	}
	l.field(n, b, t, s)
	wrap := func(v *style.Style) { v.WhiteSpace = style.WhiteSpace{Keep: true, Newlines: true} }
	b.Style = style.Variant(b.Style, func(v *style.Style) {
		wrap(v)
		v.LineHeight = n.Style.LineHeight
		rows := number(attr(d, "rows"))
		if rows <= 0 {
			rows = 2
		}
		if v.Height.IsAuto() {
			v.Height = style.Px(rows * l.lineHeight(n.Style))
			withEdges(v)
		}
	})
	b.Children[0].Style = style.Variant(b.Children[0].Style, func(v *style.Style) {
		wrap(v)
		v.LineHeight = n.Style.LineHeight
	})
	b.centred = false
	cols := number(attr(d, "cols"))
	if cols <= 0 {
		cols = inputSize
	}
	m := l.metrics(b.Style)
	if m.font == nil {
		return
	}
	w := ceil(m.font.Average(b.Style.FontSize) * cols)
	if n.Style.Overflow[1] != style.Hidden {
		w += scrollBar
	}
	b.sizes = preset(w)
}

// withEdges turns the height of a content box into that of the box that the
// style sizes.
func withEdges(v *style.Style) {
	if v.BorderBox {
		v.Height.Px += v.BorderWidth[style.Top] + v.BorderWidth[style.Bottom] + v.Padding[style.Top].Px + v.Padding[style.Bottom].Px
	}
}

// selectBox shows the chosen option, or the list of options.
func (l *layouter) selectBox(n *style.Node, b *Box) {
	d := n.DOM
	_, multiple := d.Attr("multiple")
	size := int(number(attr(d, "size")))
	if multiple || size > 1 {
		l.listBox(n, b, size)
		return
	}
	chosen, first := "", ""
	found := false
	var widest float32
	eachOption(d, func(o *dom.Node) {
		t := optionText(o)
		if first == "" {
			first = t
		}
		if css.Checked(o) {
			chosen, found = t, true
		}
		if o.Parent != nil && o.Parent.Is("optgroup") {
			t = "    " + t
		}
		widest = max(widest, l.textWidth(n.Style, t))
	})
	if !found {
		chosen = first
	}
	if n.Style.Appearance {
		l.field(n, b, chosen, n.Style)
	} else {
		l.menu(n, b, chosen)
	}
	b.sizes = preset(ceil(widest))
}

// menu makes a native menu: its lines are those of the font without a gap, and
// there is room around the text that is not the element's padding.
func (l *layouter) menu(n *style.Node, b *Box, chosen string) {
	m := l.metrics(n.Style)
	s := style.Variant(n.Style, func(v *style.Style) {
		v.LineHeight = style.LineHeight{Px: m.Ascent + m.Descent}
		for side, room := range map[int]float32{style.Left: arrowStart, style.Right: arrowRoom - arrowStart, style.Top: 1, style.Bottom: 1} {
			v.Padding[side].Px += room
		}
		if !v.BorderBox {
			v.Width, v.Height = lessOf(v.Width, arrowRoom), lessOf(v.Height, 2)
		}
	})
	l.field(&style.Node{DOM: n.DOM, Style: s, Parent: n.Parent}, b, chosen, s)
	b.Node = n
	b.Style = style.Variant(b.Style, func(v *style.Style) { v.LineHeight = s.LineHeight })
	b.Children[0].Style = style.Variant(b.Children[0].Style, func(v *style.Style) { v.LineHeight = s.LineHeight })
}

func lessOf(l style.Length, px float32) style.Length {
	if l.Fixed() && !l.Relative() {
		l.Px = max(l.Px-px, 0)
	}
	return l
}

func (l *layouter) listBox(n *style.Node, b *Box, size int) {
	l.field(n, b, "", n.Style)
	b.Children, b.centred, b.fits = nil, false, true
	row := float32(0)
	for _, o := range l.optionRows(n, b, 0) {
		o.Parent = b
		b.Children = append(b.Children, o)
		if row == 0 {
			s := o.Style
			row = max(l.lineHeight(s), s.MinHeight.Px) + s.Padding[style.Top].Px + s.Padding[style.Bottom].Px
		}
	}
	if row == 0 {
		row = l.lineHeight(normalLines(n.Style)) + 2
	}
	if size <= 0 {
		size = listSize
	}
	if b.Style.Height.IsAuto() {
		b.Style = style.Variant(b.Style, func(v *style.Style) {
			v.Height = style.Px(float32(size) * row)
			withEdges(v)
		})
	}
}

// optionRows makes a row of every option below n, and of the label of every
// group, with its options in it.
func (l *layouter) optionRows(n *style.Node, b *Box, depth int) []*Box {
	var rows []*Box
	for _, c := range n.Children {
		switch {
		case c.DOM == nil || depth > 4:
		case c.DOM.Is("option"):
			rows = append(rows, optionRow(c, optionText(c.DOM)))
		case c.DOM.Is("optgroup"):
			g := &Box{Kind: Block, Node: c, Style: c.Style}
			label := optionRow(&style.Node{DOM: c.DOM, Style: style.Anonymous(c.Style)}, attr(c.DOM, "label"))
			label.Style = style.Variant(label.Style, func(v *style.Style) {
				v.Padding = style.Edges{style.Px(0), style.Px(2), style.Px(1), style.Px(2)}
				v.MinHeight = style.Px(v.FontSize * 1.2)
			})
			label.Node = nil
			g.Children = append([]*Box{label}, l.optionRows(c, g, depth+1)...)
			for _, o := range g.Children {
				o.Parent = g
			}
			rows = append(rows, g)
		}
	}
	return rows
}

func optionRow(n *style.Node, t string) *Box {
	row := &Box{Kind: Block, Node: n}
	row.Style = style.Variant(n.Style, func(v *style.Style) {
		v.LineHeight = style.LineHeight{Normal: true}
		v.WhiteSpace = style.WhiteSpace{NoWrap: true}
		if n.DOM.Is("option") && css.Checked(n.DOM) {
			v.Own.Background = style.Color{R: 206, G: 206, B: 206, A: 255}
		}
	})
	row.Children = []*Box{{Kind: Text, Style: row.Style, Text: t, inlineLevel: true, Parent: row}}
	return row
}

func eachOption(d *dom.Node, visit func(*dom.Node)) {
	for c := d.First; c != nil; c = c.Next {
		if c.Is("option") {
			visit(c)
		} else if c.Is("optgroup", "div") {
			eachOption(c, visit)
		}
	}
}

func optionText(o *dom.Node) string {
	if v, ok := o.Attr("label"); ok && v != "" {
		return v
	}
	return strings.Join(strings.Fields(o.TextContent()), " ")
}

package layout

import "hindsite.app/player/render/flat/style"

// intrinsic are the min-content and max-content widths of a border box.
type intrinsic struct {
	min, max float32
	known    bool
	field    bool // a form field: preset content widths, no edges
}

// intrinsic returns the intrinsic widths of b, without its own width property.
func (l *layouter) intrinsic(b *Box) intrinsic {
	if b.sizes.field {
		e := b.fixedEdgesX()
		return intrinsic{min: b.sizes.min + e, max: b.sizes.max + e, known: true}
	}
	if b.sizes.known {
		return b.sizes
	}
	if !l.tick() {
		return intrinsic{}
	}
	b.sizes.known = true // a cycle, if there were one, ends here
	var in intrinsic
	switch {
	case b.Style.Container != style.NoContainer:
		// A query container does not depend on what is in it.
	case b.Kind == Replaced:
		in = l.replacedIntrinsic(b)
	case b.Kind == Flex:
		in = l.flexIntrinsic(b)
	case b.Kind == Grid:
		in = l.gridIntrinsic(b)
	case b.Kind == Table:
		in = l.tableIntrinsic(b)
	case b.inlineContent():
		in = l.inlineIntrinsic(b)
	default:
		in = l.blockIntrinsic(b)
	}
	if b.Legend != nil {
		lw := l.contribution(b.Legend)
		in.min, in.max = max(in.min, lw.min), max(in.max, lw.max)
	}
	e := b.fixedEdgesX()
	if b.Kind == Table {
		e = 0
	}
	in.min, in.max, in.known = in.min+e, max(in.max, in.min)+e, true
	b.sizes = in
	return in
}

// replacedIntrinsic sizes a replaced box. A width or a limit in percent lets it
// shrink to nothing (CSS Sizing 3, section 5.2.2).
func (l *layouter) replacedIntrinsic(b *Box) intrinsic {
	if b.Style.Width.Relative() {
		w, _ := l.naturalSize(b)
		return intrinsic{max: w}
	}
	c := constraint{h: -1, forceW: -1, forceH: -1, shrink: true}
	limited := b.Style.MaxWidth.Relative()
	if limited {
		c.w = 1 << 20 // no limit
	}
	l.replacedSize(b, c)
	w := b.W - b.edgesX()
	if limited {
		return intrinsic{max: w}
	}
	return intrinsic{min: w, max: w}
}

// fixedEdgesX are border and padding as far as they need no containing width.
func (b *Box) fixedEdgesX() float32 {
	s := b.Style
	e := s.Padding[style.Left].Px + s.Padding[style.Right].Px
	if b.collapsed {
		return e + b.Border[style.Left] + b.Border[style.Right]
	}
	return e + s.BorderWidth[style.Left] + s.BorderWidth[style.Right]
}

// contribution returns the widths that b adds to its parent, margins included.
func (l *layouter) contribution(b *Box) intrinsic {
	s := b.Style
	e := b.fixedEdgesX()
	box := func(v float32) float32 {
		if s.BorderBox {
			return max(v, e)
		}
		return v + e
	}
	var in intrinsic
	switch {
	case s.Width.Kind == style.LFixed && !s.Width.Relative() && b.Kind != Table:
		w := box(s.Width.Px)
		in = intrinsic{min: w, max: w}
	case s.Width.Kind == style.LFixed && !s.Width.Relative():
		in = l.intrinsic(b)
		w := max(in.min, box(s.Width.Px))
		in = intrinsic{min: w, max: w}
	default:
		in = l.intrinsic(b)
		if s.AspectW > 0 && s.Height.Kind == style.LFixed && !s.Height.Relative() {
			w := s.Height.Px * s.AspectW / s.AspectH
			in = intrinsic{min: w, max: w}
		}
		if s.Width.Kind == style.LMinContent {
			in.max = in.min
		}
		if s.Width.Kind == style.LMaxContent {
			in.min = in.max
		}
	}
	if s.MaxWidth.Kind == style.LFixed && !s.MaxWidth.Relative() {
		w := box(s.MaxWidth.Px)
		in.min, in.max = min(in.min, w), min(in.max, w)
	}
	if s.MinWidth.Kind == style.LFixed && !s.MinWidth.Relative() {
		w := box(s.MinWidth.Px)
		in.min, in.max = max(in.min, w), max(in.max, w)
	}
	m := s.Margin[style.Left].Px + s.Margin[style.Right].Px
	in.min, in.max = max(in.min+m, 0), max(in.max+m, 0)
	return in
}

func (l *layouter) blockIntrinsic(b *Box) intrinsic {
	var in intrinsic
	var floats float32
	for _, c := range b.Children {
		if c.outOfFlow() {
			continue
		}
		ci := l.contribution(c)
		in.min = max(in.min, ci.min)
		if c.floating() {
			if c.Style.Clear != style.NoSide {
				floats = 0
			}
			floats += ci.max
			in.max = max(in.max, floats)
			continue
		}
		w := ci.max
		if c.context && c.Style.Clear == style.NoSide {
			w += floats
		}
		floats = 0
		in.max = max(in.max, w)
	}
	return in
}

func (l *layouter) inlineIntrinsic(b *Box) intrinsic {
	items := l.inline(b).items
	var in intrinsic
	var line, hang, piece, pieceHang float32
	flushPiece := func() {
		in.min = max(in.min, piece-pieceHang)
		piece, pieceHang = 0, 0
	}
	flushLine := func() {
		in.max = max(in.max, line-hang)
		line, hang = 0, 0
	}
	for i := range items {
		it := &items[i]
		if it.before {
			flushPiece()
		}
		switch it.kind {
		case itemBreak:
			flushPiece()
			flushLine()
		case itemOut, itemSoft:
		case itemFloat:
			ci := l.contribution(it.box)
			in.min = max(in.min, ci.min)
			line += ci.max
		case itemSpace:
			if line == 0 && !it.box.Style.WhiteSpace.Keep {
				continue
			}
			line, piece = line+it.w, piece+it.w
			if it.hang {
				hang, pieceHang = hang+it.w, pieceHang+it.w
			} else {
				hang, pieceHang = 0, 0
			}
		case itemAtomic:
			ci := l.contribution(it.box)
			line, hang, pieceHang = line+ci.max, 0, 0
			if ci.min != ci.max {
				in.min = max(in.min, ci.min)
				piece += ci.min
			} else {
				piece += ci.max
			}
		case itemOpen, itemClose:
			w := inlineEdge(it)
			line, piece = line+w, piece+w
		case itemTab:
			line, piece, hang, pieceHang = line+8*it.box.Style.FontSize/2, piece+8*it.box.Style.FontSize/2, 0, 0
		default:
			line, hang, pieceHang = line+it.w, 0, 0
			if it.box.Style.OverflowWrap == style.WrapAnywhere || it.box.Style.WordBreak == style.BreakWord {
				in.min = max(in.min, it.box.Style.FontSize/2)
				flushPiece()
				continue
			}
			piece += it.w
		}
	}
	flushPiece()
	flushLine()
	in.max = max(in.max+max(b.Style.TextIndent.Px, 0), in.min)
	return in
}

func inlineEdge(it *item) float32 {
	s := it.box.Style
	side := style.Left
	if it.kind == itemClose {
		side = style.Right
	}
	if side == style.Left && !it.box.first || side == style.Right && !it.box.last {
		return 0
	}
	return s.Margin[side].Px + s.BorderWidth[side] + s.Padding[side].Px
}

func (l *layouter) flexIntrinsic(b *Box) intrinsic {
	var in intrinsic
	n := 0
	for _, c := range b.Children {
		if c.outOfFlow() {
			continue
		}
		ci := l.contribution(c)
		if s := c.Style; !b.Style.Column && s.Basis.Kind == style.LFixed && !s.Basis.Relative() && s.Basis.Px > 0 {
			w := s.Basis.Px
			if !s.BorderBox {
				w += c.fixedEdgesX()
			}
			w += s.Margin[style.Left].Px + s.Margin[style.Right].Px
			if s.Grow == 0 {
				ci.max = w
			} else {
				ci.max = max(ci.max, w)
			}
			if s.Shrink == 0 {
				ci.min = max(ci.min, w)
			}
		}
		if b.Style.Column {
			in.min, in.max = max(in.min, ci.min), max(in.max, ci.max)
			continue
		}
		n++
		in.max += ci.max
		if b.Style.Wrap {
			in.min = max(in.min, ci.min)
		} else {
			in.min += ci.min
		}
	}
	if n > 1 && !b.Style.Column {
		gaps := b.Style.ColumnGap.Px * float32(n-1)
		in.max += gaps
		if !b.Style.Wrap {
			in.min += gaps
		}
	}
	return in
}

// Package paint draws laid-out pages into images and tells where their boxes
// are.
package paint

import (
	"sort"

	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
)

// Kind is what an Item draws.
type Kind uint8

// The kinds of item.
const (
	Block    Kind = iota // shadow, background and border of a box
	Inline               // the same of one fragment of an inline box
	Text                 // one piece of text
	Content              // a replaced box
	Marker               // of a list item
	Ellipsis             // where a line is cut; Box is the text
	Push                 // begins a group that is drawn with an opacity or in a rounded clip
	Pop                  // ends it
)

// Rect is a rectangle in CSS pixels of the page.
type Rect struct{ X0, Y0, X1, Y1 float32 }

// Intersect returns what is in both; it is empty when nothing is.
func (r Rect) Intersect(o Rect) Rect {
	return Rect{max(r.X0, o.X0), max(r.Y0, o.Y0), min(r.X1, o.X1), min(r.Y1, o.Y1)}
}

func (r Rect) empty() bool { return r.X1 <= r.X0 || r.Y1 <= r.Y0 }

// Item is one step of drawing. Items are in the order of painting.
type Item struct {
	Kind       Kind
	Box        *layout.Box
	Frag       *layout.Frag
	X, Y, W, H float32 // border box, or fragment, on the page
	Clip       Rect
	Opacity    float32 // of Push
	Radius     [4][2]float32
	Rounded    bool
	Fixed      bool
	Matrix     *style.Matrix // of Push: the group is transformed by it
	Turn       *Turn         // of what stands in transformed groups
	Slice      *slice        // the column that the box is cut to, or nil
	end        int           // of Push: index of its Pop
	inside     int           // of Push: how many items it holds

	area  Rect   // what it may draw on, cut by Clip
	key   uint64 // see seal
	style *style.Style
	run   *text.Run
}

// List is a page as a list of items. It is not changed after it was made.
type List struct {
	Items  []Item
	Canvas style.Color // background of the whole page
	// CanvasBox has the background images of the canvas, or is nil.
	CanvasBox *layout.Box
	// View is the part of the page for which Items are complete.
	View Rect
}

func (l *List) canvasImages() []style.Background {
	if l.CanvasBox == nil {
		return nil
	}
	return l.CanvasBox.Style.Images
}

// Scroll tells the offsets of scrolled elements.
type Scroll func(b *layout.Box) (x, y float32)

// state is where a box stands and what clips it.
type state struct {
	x, y  float32
	clip  Rect
	fixed bool
	slice *slice // the column that is painted, or nil
	part  *part  // which children of the box flow through it
}

// builder makes a List.
type builder struct {
	list   *List
	scroll Scroll
	states map[*layout.Box]state // of positioned boxes: for their content
	view   state
	depth  int
	turned *Turn // of the transformed element that is painted
	page   *layout.Page
}

const endless = 1 << 26

var everywhere = Rect{-endless, -endless, endless, endless}

// maxPaintDepth bounds the nesting of stacking contexts.
const maxPaintDepth = 600

// NewList orders a page for painting (CSS 2.2, appendix E). The window is
// scrolled by scrollX and scrollY.
func NewList(p *layout.Page, scrollX, scrollY float32, scroll Scroll) *List {
	return NewView(p, scrollX, scrollY, scroll, everywhere)
}

// NewView is NewList for a part of the page: items that draw nothing there are
// left out.
func NewView(p *layout.Page, scrollX, scrollY float32, scroll Scroll, view Rect) *List {
	l := &List{Canvas: style.Color{R: 255, G: 255, B: 255, A: 255}, View: view}
	if p.Root == nil {
		return l
	}
	b := &builder{list: l, scroll: scroll, states: map[*layout.Box]state{}, page: p}
	b.view = state{x: scrollX, y: scrollY, clip: everywhere, fixed: true}
	b.canvas(p.Root)
	b.context(p.Root, state{x: p.Root.X, y: p.Root.Y, clip: everywhere})
	return l
}

// add appends an item that draws something in the view.
func (b *builder) add(it Item) {
	it.measure()
	if b.turned != nil {
		it.Turn = b.turned
		it.area = b.turned.Shown(it.area)
	}
	if it.Kind != Push && b.list.View != everywhere && it.area.Intersect(b.list.View).empty() {
		return
	}
	it.seal()
	b.list.Items = append(b.list.Items, it)
}

// canvas takes the background of the root element, or of the body.
func (b *builder) canvas(root *layout.Box) {
	for _, c := range append([]*layout.Box{root}, root.Children...) {
		if c != root && (c.Node == nil || c.Node.DOM == nil || !c.Node.DOM.Is("body")) {
			continue
		}
		if c.Style.Own.Background.A > 0 || len(c.Style.Images) > 0 {
			b.list.Canvas = over(c.Style.Own.Background, b.list.Canvas)
			b.list.CanvasBox = c
			return
		}
	}
}

func over(c, under style.Color) style.Color {
	mix := func(a, b uint8) uint8 { return uint8((int(a)*int(c.A) + int(b)*(255-int(c.A))) / 255) }
	return style.Color{R: mix(c.R, under.R), G: mix(c.G, under.G), B: mix(c.B, under.B), A: 255}
}

// layer is a positioned or translucent box that is painted out of tree order.
type layer struct {
	box   *layout.Box
	at    state
	z     int
	order int
}

// stacked reports whether b makes a stacking context.
func stacked(b *layout.Box) bool {
	s := b.Style
	positioned := s.Position != style.Static
	item := b.Parent != nil && (b.Parent.Kind == layout.Flex || b.Parent.Kind == layout.Grid)
	return s.Opacity < 1 || s.Moved || s.Isolated || s.Position == style.Fixed || s.Position == style.Sticky ||
		!s.ZAuto && (positioned || item)
}

// layered reports whether b is painted as a layer of the enclosing context.
func layered(b *layout.Box) bool {
	return b.Style.Position != style.Static || stacked(b)
}

// context paints a stacking context, or a positioned box as if it were one.
func (b *builder) context(box *layout.Box, at state) {
	if b.depth++; b.depth > maxPaintDepth {
		b.depth--
		return
	}
	defer func() { b.depth-- }()
	if box.Style.Clipped {
		at.clip = Rect{}
	}
	at, end := b.turn(box, at)
	defer end()
	if !b.ink(box).Layers && !b.sees(box, at) {
		return
	}
	group := box.Style.Opacity < 1
	if group {
		b.add(Item{Kind: Push, Box: box, Opacity: box.Style.Opacity, Clip: at.clip})
	}
	b.own(box, at)
	if box.Parent != nil && !stacked(box) {
		// What stands in it belongs to the context around it.
		b.contents(box, at)
		return
	}
	inside, rounded := b.inside(box, at)
	if rounded {
		b.pushRounded(box, at)
	}
	var layers []layer
	b.collect(box, inside, &layers)
	sort.SliceStable(layers, func(i, j int) bool { return layers[i].z < layers[j].z })
	i := 0
	for ; i < len(layers) && layers[i].z < 0; i++ {
		b.context(layers[i].box, layers[i].at)
	}
	b.blocks(box, inside)
	b.floats(box, inside)
	b.inlines(box, inside)
	for ; i < len(layers); i++ {
		b.context(layers[i].box, layers[i].at)
	}
	if rounded {
		b.pop()
	}
	if group {
		b.pop()
	}
}

// pop ends the group that began last and bounds it by what is in it.
func (b *builder) pop() {
	items := b.list.Items
	depth := 0
	for i := len(items) - 1; i >= 0; i-- {
		switch items[i].Kind {
		case Pop:
			depth++
		case Push:
			if depth > 0 {
				depth--
				continue
			}
			items[i].end = len(items)
			items[i].inside = len(items) - i - 1
			items[i].area = bounds(items[i+1:], i+1)
			if items[i].Turn == nil {
				items[i].area = items[i].area.Intersect(items[i].Clip)
			}
			b.list.Items = append(items, Item{Kind: Pop, key: uint64(Pop)})
			return
		}
	}
}

// bounds returns the rectangle around items, the first of which has index at.
func bounds(items []Item, at int) Rect {
	r := Rect{endless, endless, -endless, -endless}
	for i := 0; i < len(items); i++ {
		it := &items[i]
		if it.Kind == Pop {
			continue
		}
		o := it.area
		if it.Kind == Push {
			i = it.end - at
		}
		if !o.empty() {
			r = Rect{min(r.X0, o.X0), min(r.Y0, o.Y0), max(r.X1, o.X1), max(r.Y1, o.Y1)}
		}
	}
	return r
}

func (b *builder) pushRounded(box *layout.Box, at state) {
	bd := box.Border
	b.add(Item{Kind: Push, Box: box, Opacity: 1, Rounded: true, Clip: at.clip, Radius: innerRadii(box),
		X: at.x + bd[style.Left], Y: at.y + bd[style.Top], W: box.W - bd[style.Left] - bd[style.Right], H: box.H - bd[style.Top] - bd[style.Bottom]})
}

// move applies the translation of a transform, which is the whole of it for a
// box that makes no stacking context.
func (b *builder) move(box *layout.Box, at state) state {
	if s := box.Style; s.Moved {
		m := s.Transforms.Matrix(box.W, box.H)
		at.x, at.y = at.x+m[4], at.y+m[5]
	}
	return at
}

// inside returns the state of the content of a box: scrolled and clipped.
func (b *builder) inside(box *layout.Box, at state) (state, bool) {
	s := box.Style
	rounded := false
	at.part = nil
	if b.clips(box) {
		r := at.clip
		bd := box.Border
		if s.Overflow[0] != style.Visible {
			r.X0, r.X1 = max(r.X0, at.x+bd[style.Left]), min(r.X1, at.x+box.W-bd[style.Right])
		}
		if s.Overflow[1] != style.Visible {
			r.Y0, r.Y1 = max(r.Y0, at.y+bd[style.Top]), min(r.Y1, at.y+box.H-bd[style.Bottom])
		}
		at.clip = r
		rounded = hasRadius(box) && len(box.Children) > 0
		if b.scroll != nil {
			dx, dy := b.scroll(box)
			at.x -= dx
			at.y -= dy
		}
	}
	if (s.Position != style.Static || s.Moved) && at.slice.begins(at.y) {
		b.states[box] = at
	}
	return at, rounded
}

// clips reports whether a box cuts off what sticks out of it.
func (b *builder) clips(box *layout.Box) bool {
	s := box.Style
	clips := s.Overflow[0] != style.Visible || s.Overflow[1] != style.Visible
	return clips && box.Parent != nil && !b.propagates(box) && box.Kind != layout.Inline
}

// propagates reports whether the overflow of box is that of the viewport.
func (b *builder) propagates(box *layout.Box) bool {
	root := b.page.Root
	if box == root {
		return true
	}
	return box.Parent == root && box.Node != nil && box.Node.DOM != nil && box.Node.DOM.Is("body") &&
		root.Style.Overflow[0] == style.Visible && root.Style.Overflow[1] == style.Visible
}

func hasRadius(box *layout.Box) bool {
	for _, r := range box.Style.Radius {
		if r[0].Px != 0 || r[0].Relative() {
			return true
		}
	}
	return false
}

// own paints the box itself.
func (b *builder) own(box *layout.Box, at state) {
	if box.Kind == layout.Inline || box.Kind == layout.Text {
		return
	}
	if !at.slice.holds(at.y, box.H) {
		return
	}
	b.add(Item{Kind: Block, Box: box, X: at.x, Y: at.y, W: box.W, H: box.H, Clip: at.clip, Fixed: at.fixed, Slice: at.slice})
	if box.Kind != layout.Replaced {
		return
	}
	rounded := hasRadius(box)
	if rounded {
		b.pushRounded(box, at)
	}
	b.add(Item{Kind: Content, Box: box, X: at.x, Y: at.y, W: box.W, H: box.H, Clip: at.clip, Fixed: at.fixed, Slice: at.slice})
	if rounded {
		b.pop()
	}
}

// child returns the state of a child box.
func (b *builder) child(c *layout.Box, at state) state {
	at.part = nil
	switch {
	case c.Style.Position == style.Fixed && c.Owner == nil:
		s := b.view
		ox, oy := pageOffset(c)
		s.x, s.y = s.x+ox, s.y+oy
		return s
	case c.Style.Position == style.Absolute || c.Style.Position == style.Fixed:
		if s, ok := b.states[c.Owner]; ok && c.Owner != nil {
			ox, oy := offset(c, c.Owner)
			s.x, s.y = s.x+ox, s.y+oy
			return s
		}
		if c.Owner != nil && c.Owner.Parent == nil {
			ox, oy := pageOffset(c)
			return state{x: ox, y: oy, clip: everywhere}
		}
	}
	parent := at
	at.x += c.X
	at.y += c.Y
	if c.Style.Position == style.Sticky && c.Parent != nil {
		at.y = b.stick(c, parent, at.y)
	}
	return at
}

// stick keeps a sticky box in sight, within its parent.
func (b *builder) stick(c *layout.Box, parent state, y float32) float32 {
	top, bottom := c.Style.Inset[style.Top], c.Style.Inset[style.Bottom]
	from, to := b.view.y, b.view.y+b.page.ViewH
	if parent.clip.Y0 > -endless/2 {
		from, to = parent.clip.Y0, parent.clip.Y1
	}
	switch {
	case top.Fixed():
		end := parent.y + c.Parent.H - c.Parent.Border[style.Bottom] - c.Parent.Padding[style.Bottom] - c.H
		return max(y, min(from+top.Of(to-from), end))
	case bottom.Fixed():
		start := parent.y + c.Parent.Border[style.Top] + c.Parent.Padding[style.Top]
		return min(y, max(to-bottom.Of(to-from)-c.H, start))
	}
	return y
}

func pageOffset(c *layout.Box) (x, y float32) { return offset(c, nil) }

func offset(c, owner *layout.Box) (x, y float32) {
	for ; c != nil && c != owner; c = c.Parent {
		x += c.X
		y += c.Y
	}
	return x, y
}

// collect finds the layers of a stacking context and the states of what they
// are placed against.
func (b *builder) collect(box *layout.Box, at state, layers *[]layer) {
	if b.eachPart(box, at, func(at state) { b.collect(box, at, layers) }) {
		return
	}
	for i, c := range box.Children {
		if at.part.leaves(i) {
			continue
		}
		if c.Kind == layout.Text || c.Kind == layout.Break || c.Kind == layout.Soft {
			continue
		}
		cs := b.child(c, at)
		if layered(c) && c.Kind != layout.Inline {
			if !cs.slice.holds(cs.y, c.H) {
				continue
			}
			*layers = append(*layers, layer{box: c, at: cs, z: c.Style.ZIndex, order: len(*layers)})
			if !stacked(c) {
				// Its layers belong to this context.
				in, _ := b.inside(c, b.move(c, cs))
				b.collect(c, in, layers)
			}
			continue
		}
		in := cs
		if c.Kind == layout.Inline {
			if c.Style.Position != style.Static {
				b.states[c] = cs
			}
		} else {
			if b.list.View != everywhere && !b.ink(c).Layers {
				continue
			}
			in, _ = b.inside(c, cs)
		}
		b.collect(c, in, layers)
	}
}

// blocks paints the backgrounds of block-level boxes in flow.
func (b *builder) blocks(box *layout.Box, at state) {
	if atomicContent(box) || b.eachPart(box, at, func(at state) { b.blocks(box, at) }) {
		return
	}
	for i, c := range box.Children {
		if c.Kind == layout.Column {
			b.column(c, b.child(c, at))
		}
		if at.part.leaves(i) || skips(c) || layered(c) || floating(c) || inlineLevel(c) {
			continue
		}
		cs := b.child(c, at)
		if !b.sees(c, cs) {
			continue
		}
		b.own(c, cs)
		in, rounded := b.inside(c, cs)
		if rounded {
			continue // painted as a group with its content
		}
		b.blocks(c, in)
	}
}

// column paints the box of a column of a table, and those in it.
func (b *builder) column(c *layout.Box, at state) {
	b.own(c, at)
	for _, k := range c.Children {
		b.column(k, b.child(k, at))
	}
}

func atomicContent(box *layout.Box) bool { return box.Kind == layout.Replaced }

func skips(c *layout.Box) bool {
	return c.Kind == layout.Text || c.Kind == layout.Break || c.Kind == layout.Soft || c.Kind == layout.Column
}

func floating(c *layout.Box) bool { return c.Style.Float != style.NoSide }

// inlineLevel reports boxes that are painted with the lines.
func inlineLevel(c *layout.Box) bool { return c.InlineLevel() }

// floats paints floating boxes, each as a whole.
func (b *builder) floats(box *layout.Box, at state) {
	if b.eachPart(box, at, func(at state) { b.floats(box, at) }) {
		return
	}
	for i, c := range box.Children {
		if at.part.leaves(i) || skips(c) || layered(c) && c.Kind != layout.Inline {
			continue
		}
		cs := b.child(c, at)
		if c.Kind != layout.Inline && !b.sees(c, cs) {
			continue
		}
		if floating(c) {
			if !cs.slice.holds(cs.y, c.H) {
				continue
			}
			b.whole(c, cs)
			continue
		}
		if inlineLevel(c) && c.Kind != layout.Inline {
			continue
		}
		in := cs
		if c.Kind != layout.Inline {
			var rounded bool
			if in, rounded = b.inside(c, cs); rounded {
				continue
			}
		}
		b.floats(c, in)
	}
}

// whole paints a box and all in it but its layers.
func (b *builder) whole(box *layout.Box, at state) {
	b.own(box, at)
	b.contents(box, at)
}

func (b *builder) contents(box *layout.Box, at state) {
	in, rounded := b.inside(box, at)
	if rounded {
		b.pushRounded(box, at)
	}
	b.blocks(box, in)
	b.floats(box, in)
	b.inlines(box, in)
	if rounded {
		b.pop()
	}
}

// inlines paints lines, and the lines of block-level boxes in flow.
func (b *builder) inlines(box *layout.Box, at state) {
	if box.Marker != "" && at.slice.begins(at.y) {
		b.add(Item{Kind: Marker, Box: box, X: at.x, Y: at.y, W: box.W, H: box.H, Clip: at.clip, Fixed: at.fixed, Slice: at.slice})
	}
	if b.eachPart(box, at, func(at state) { b.flow(box, at) }) {
		return
	}
	b.flow(box, at)
}

// flow paints the lines of a box, and of the blocks in it.
func (b *builder) flow(box *layout.Box, at state) {
	for i := range box.Lines {
		if at.slice.holds(at.y+box.Lines[i].Y, box.Lines[i].H) {
			b.line(box, &box.Lines[i], at)
		}
	}
	for i, c := range box.Children {
		if at.part.leaves(i) || skips(c) || layered(c) || floating(c) || inlineLevel(c) {
			continue
		}
		cs := b.child(c, at)
		if !b.sees(c, cs) {
			continue
		}
		in, rounded := b.inside(c, cs)
		if rounded {
			b.contents(c, cs)
			continue
		}
		b.inlines(c, in)
	}
}

// cut ends a line that is too long for its box with an ellipsis (CSS Overflow
// 3, section 5) and returns the state that what stays is drawn in.
func (b *builder) cut(box *layout.Box, line *layout.Line, at state) state {
	s := box.Style
	right := at.x + box.W - box.Border[style.Right] - box.Padding[style.Right]
	if !s.Ellipsis || s.Overflow[0] == style.Visible {
		return at
	}
	for i := range line.Frags {
		f := &line.Frags[i]
		if f.Run == nil || at.x+f.X+f.W <= right+0.5 {
			continue
		}
		dots := f.Box.Style.FontSize // as wide as an em, in most fonts
		x := max(right-dots, at.x)
		b.add(Item{Kind: Ellipsis, Box: f.Box, X: min(x, at.x+f.X+f.W), Y: at.y + f.Baseline, W: dots, H: 1, Clip: at.clip, Fixed: at.fixed})
		at.clip.X1 = min(at.clip.X1, x)
		break
	}
	return at
}

func (b *builder) line(box *layout.Box, line *layout.Line, at state) {
	at = b.cut(box, line, at)
	for i := range line.Frags {
		f := &line.Frags[i]
		it := Item{Box: f.Box, Frag: f, X: at.x + f.X, Y: at.y + f.Y, W: f.W, H: f.H, Clip: at.clip, Fixed: at.fixed, Slice: at.slice}
		switch {
		case f.Run != nil:
			it.Kind = Text
			b.add(it)
		case f.Box.Kind == layout.Inline:
			it.Kind = Inline
			b.add(it)
		case f.Box.Kind == layout.Break:
			it.Kind = Inline
			b.add(it)
		case layered(f.Box):
		default:
			cs := at
			cs.x, cs.y = it.X, it.Y
			b.whole(f.Box, cs)
		}
	}
}

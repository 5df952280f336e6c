// Package layout turns a styled document into boxes with places (CSS 2.2
// visual formatting, Flexbox 1, Grid 2, tables).
package layout

import (
	"hindsite.app/player/dom"
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
)

// Kind is what a Box is to its formatting context.
type Kind uint8

// The kinds of box.
const (
	Block    Kind = iota // a block container
	Inline               // an inline box; its fragments are in the lines
	Text                 // text of an inline box
	Break                // <br>
	Soft                 // <wbr>
	Replaced             // image, canvas, frame, form control without content
	Flex
	Grid
	Table
	RowGroup
	Row
	Cell
	Caption
	Column
)

// Box is a box of the page. Places are CSS pixels, relative to the border box
// of Parent. A box belongs to the Engine that laid it out, which changes it for
// its next page.
type Box struct {
	Kind     Kind
	Node     *style.Node // nil for anonymous boxes
	Style    *style.Style
	Parent   *Box
	Children []*Box
	Text     string
	Content  *Content // of replaced boxes

	X, Y, W, H              float32
	Margin, Border, Padding [4]float32 // top, right, bottom, left
	Lines                   []Line
	ScrollW, ScrollH        float32 // extent of what it holds, from its padding box

	// Marker is drawn in front of the first line of a list item.
	Marker string
	// MarkerStyle is the style of Marker.
	MarkerStyle *style.Style
	// Cols are the rows of columns of a multi-column box. The places of what
	// flows through them are those of an endless column.
	Cols []Columns
	// Legend is the rendered legend of a fieldset: the border leaves room for it.
	Legend *Box
	// Out lists the absolutely positioned boxes that this box contains; their
	// places are relative to it.
	Out []*Box
	// Wraps are inline elements that this block interrupts.
	Wraps []*style.Node
	// Owner is the box that an absolutely positioned box is placed against; nil
	// for the viewport or the page.
	Owner *Box

	// Ink is what painting found out about the box; a layout of it forgets that.
	Ink Ink

	first, last bool // an inline box begins or ends here and is not continued
	inlineLevel bool
	context     bool      // makes a block formatting context
	percentH    bool      // something below depends on the height
	collapsed   bool      // border-collapse: borders are shared
	fits        bool      // an automatic width is that of the content: a button
	centred     bool      // what it holds stands in the middle of its height
	legend      bool      // the rendered legend of a fieldset
	sub         []float32 // of a subgrid: the columns of its parent that it spans, and the gap
	lift        float32   // how much higher a legend makes the upper border

	cell  cellPlace
	inner *inlineContent
	state uint8 // cached facts
	sizes intrinsic

	under  constraint
	valid  bool
	flowed flowed
	memo   [4]measured
	nmemo  int
	static staticPlace
	tops   strut   // cached topStrut
	topsW  float32 // for which width
	topsOK bool
	outs   bool // something below is out of flow
	framed bool // it is a frame, or holds one
	far    far
	side   uint8
}

type cellPlace struct {
	colspan, rowspan int
	row, col         int
}

// staticPlace is where an absolutely positioned box would stand in flow.
type staticPlace struct {
	parent *Box
	x, y   float32
	inline bool
}

// Ink says what of the page a box and what it holds may be drawn on, without the
// layers in it: positioned boxes and the like, which are painted out of turn.
type Ink struct {
	X0, Y0, X1, Y1 float32 // from the corner of the border box
	Known          bool
	Layers         bool // there are layers in it
}

// moved forgets what was found out about the place of what the box holds.
func (b *Box) moved() { b.Ink.Known, b.far.known = false, false }

// flowed is what came of the last layout besides the size.
type flowed struct {
	own     bool // the box had its own float context
	free    bool // no float stood beside it or came out of it
	bottom  strut
	through bool
}

type measured struct {
	c    constraint
	w, h float32
}

// ContentKind is what a replaced box shows.
type ContentKind uint8

// The contents of replaced boxes.
const (
	NoContent ContentKind = iota
	Image
	Canvas
	Frame
	SVG
	Media
	Checkbox
	Radio
	Range
	Progress
	Blocked
)

// Content describes a replaced box.
type Content struct {
	Kind          ContentKind
	Width, Height float32 // natural size
	Natural       bool    // it has one
	Ratio         float32 // width / height, 0 for none
	URL           string
	Alt           string
	Checked       bool
	Disabled      bool
	Value         float32 // 0 to 1 of range, progress and meter
	Page          *Page   // of a frame
	DOM           *dom.Node
}

// Line is one line box. Places are relative to the box that holds it.
type Line struct {
	X, Y, W, H float32
	Baseline   float32 // from the top of the holding box
	Frags      []Frag
}

// Frag is a piece of text, an inline box or an atomic box on a line. Boxes come
// before what stands in them.
type Frag struct {
	Box         *Box
	Run         *text.Run // text only
	X, Y, W, H  float32   // border box; for text the content area
	Baseline    float32   // of text
	Spacing     float32   // added behind every glyph
	Stretch     float32   // added to the width of spaces by justification
	First, Last bool      // an inline box: whether its start and end are here
}

// Page is a laid-out document.
type Page struct {
	Root         *Box // of the root element; nil for an empty document
	Width        float32
	Height       float32
	ViewW, ViewH float32
	Fixed        []*Box // boxes placed against the viewport
	Cut          bool   // limits were met
	Quirks       bool
	Version      uint64 // of the styled document that was laid out
}

func (b *Box) outOfFlow() bool { return b.flowSide() == outside }

func (b *Box) floating() bool { return b.flowSide() == aside }

// How a box takes part in the flow around it.
const (
	inFlow = 1 + iota
	aside  // it floats
	outside
)

// flowSide remembers what the style says: lists of children are asked again and
// again. Text has the style of its element, which may itself be out of flow.
func (b *Box) flowSide() uint8 {
	if b.side == 0 {
		b.side = inFlow
		switch s := b.Style; {
		case b.Kind == Text:
		case s.Position == style.Absolute || s.Position == style.Fixed:
			b.side = outside
		case s.Float != style.NoSide:
			b.side = aside
		}
	}
	return b.side
}

// edgesX returns border and padding left and right.
func (b *Box) edgesX() float32 {
	return b.Border[style.Left] + b.Border[style.Right] + b.Padding[style.Left] + b.Padding[style.Right]
}

func (b *Box) edgesY() float32 {
	return b.Border[style.Top] + b.Border[style.Bottom] + b.Padding[style.Top] + b.Padding[style.Bottom] + b.lift
}

// contentX and contentY are the place of the content box in the border box.
func (b *Box) contentX() float32 { return b.Border[style.Left] + b.Padding[style.Left] }
func (b *Box) contentY() float32 { return b.Border[style.Top] + b.Padding[style.Top] + b.lift }

func (b *Box) contentW() float32 { return max(b.W-b.edgesX(), 0) }
func (b *Box) contentH() float32 { return max(b.H-b.edgesY(), 0) }

// InlineLevel reports whether b stands on a line.
func (b *Box) InlineLevel() bool { return b.inlineLevel }

// First and Last report whether an inline box begins or ends with this box;
// a block in it cuts it into several.
func (b *Box) First() bool { return b.first }

// Last is described at First.
func (b *Box) Last() bool { return b.last }

// Drawn returns the borders that the box draws itself. In a table with collapsed
// borders a cell leaves room for the borders of its neighbours and its row.
func (b *Box) Drawn() [4]float32 {
	bd := b.Border
	if b.collapsed && b.Kind == Cell {
		for i := range bd {
			if b.Style.BorderWidth[i] == 0 {
				bd[i] = 0
			}
		}
	}
	return bd
}

// Extent returns how far b and what it holds reach from b's border box.
func (b *Box) Extent() (w, h float32) { return extent(b) }

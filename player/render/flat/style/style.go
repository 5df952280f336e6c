// Package style computes the styles of a recorded document: cascade,
// inheritance and computed values (CSS Cascade 5, CSS Values 4).
package style

import "hindsite.app/player/render/flat/css"

// Style holds the computed values of one element. It is shared between
// elements and never changed after it was made. Lengths are CSS pixels.
type Style struct {
	Inherited
	Own

	// number is one for each computed style. Styles with the same lineage have
	// equal Inherited values. leans says that a value was taken from the parent
	// which is not inherited by itself.
	number, lineage uint64
	leans           bool
}

// Inherited holds the values that children take over. It is comparable, so that
// it shows whether the children of two styles inherit the same.
type Inherited struct {
	Vars *Vars // custom properties

	Color      Color
	Families   string // lower case, separated by commas, without quotes
	FontSize   float32
	Sized      bool // the font size was given as other than a keyword
	Weight     int
	Italic     bool
	LineHeight LineHeight

	LetterSpacing, WordSpacing float32
	TextAlign                  Align
	TextIndent                 Length
	Transform                  TextTransform
	WhiteSpace                 WhiteSpace
	WordBreak                  WordBreak
	OverflowWrap               OverflowWrap
	Visibility                 Visibility
	Through                    bool // pointer-events: none
	TabSize                    float32

	ListType       string // "" for none
	ListInside     bool
	Quotes         string // opening and closing ones in turn, each ended by a zero byte
	BorderCollapse bool
	BorderSpacing  [2]float32 // horizontal, vertical
	CaptionBottom  bool
	EmptyHidden    bool
	RTL            bool
	Fill, Stroke   Paint
	StrokeWidth    Length

	// Decoration lines come from ancestors, not by inheritance, but reach the
	// same boxes.
	Decoration Decoration
}

// Own holds the values that are not inherited.
type Own struct {
	Display            Display
	Position           Position
	Float              Side
	Clear              Side
	Overflow           [2]Overflow // x, y
	BorderBox, Clipped bool
	LineClamp          int  // lines that a box shows, 0 for all
	Lined              bool // its display was inline-level before it left the flow
	ZIndex             int
	ZAuto              bool
	Opacity            float32

	Width, Height, MinWidth, MinHeight, MaxWidth, MaxHeight Length

	Margin, Padding, Inset Edges // top, right, bottom, left
	BorderWidth            [4]float32
	BorderStyle            [4]BorderStyle
	BorderColor            [4]Color
	Radius                 [4][2]Length // from top left, clockwise; x and y
	OutlineWidth           float32
	OutlineStyle           BorderStyle
	OutlineColor           Color

	Background Color
	Images     []Background // first on top
	Shadows    []Shadow

	Flex
	Grid

	Align       VerticalAlign
	Shift       Length // of VerticalAlign ShiftBy
	Ellipsis    bool
	TableFixed  bool
	AspectW     float32 // aspect-ratio, 0 for auto
	AspectH     float32
	AspectAuto  bool
	Fit         ObjectFit
	FitPosition [2]Length
	Transforms
	Moved       bool // has a transform
	Isolated    bool // makes a stacking context for another reason
	Content     []Content
	HasContent  bool
	Columns     int    // column-count, 0 for auto
	ColumnWidth Length // auto, or of at least one pixel
	SpanAll     bool   // column-span
	Unbroken    bool   // break-inside: avoid
	Appearance  bool   // none

	Container      ContainerType
	ContainerNames []string

	CounterReset, CounterSet, CounterIncrement []Counter

	// Lines are the decoration lines set on this very element.
	Lines     Lines
	LineColor Color
	HasLines  bool
}

// Flex holds what CSS Flexbox 1 and Box Alignment 3 add.
type Flex struct {
	Column, Reverse   bool
	Wrap, WrapReverse bool
	Grow, Shrink      float32
	Basis             Length
	Order             int
	AlignItems        Alignment
	AlignSelf         Alignment
	AlignContent      Alignment
	JustifyContent    Alignment
	JustifyItems      Alignment
	JustifySelf       Alignment
	RowGap, ColumnGap Length
}

// Grid holds what CSS Grid 2 adds.
type Grid struct {
	TemplateColumns, TemplateRows *Tracks
	AutoColumns, AutoRows         []Track
	Areas                         *Areas
	FlowColumn, Dense             bool
	ColumnStart, ColumnEnd        Line
	RowStart, RowEnd              Line
}

// Edges are four lengths: top, right, bottom, left.
type Edges [4]Length

// Indices of Edges and of the other lists of four sides.
const (
	Top = iota
	Right
	Bottom
	Left
)

// LineHeight is a computed line-height.
type LineHeight struct {
	Normal bool
	Factor float32 // of the font size, or 0
	Px     float32
}

// Vars are the custom properties of an element over those of its parent.
type Vars struct {
	parent *Vars
	own    map[string][]css.Token
	depth  int
}

// Display is a computed display.
type Display uint8

// The displays.
const (
	Inline Display = iota
	None
	Contents
	Block
	InlineBlock
	FlowRoot
	ListItem
	FlexBox
	InlineFlex
	GridBox
	InlineGrid
	Table
	InlineTable
	TableRow
	TableRowGroup
	TableHeader
	TableFooter
	TableCell
	TableColumn
	TableColumnGroup
	TableCaption
)

// Position is a computed position.
type Position uint8

// The positions.
const (
	Static Position = iota
	Relative
	Absolute
	Fixed
	Sticky
)

// Side is a computed float or clear.
type Side uint8

// The sides.
const (
	NoSide Side = iota
	LeftSide
	RightSide
	BothSides
)

// Overflow is a computed overflow of one axis.
type Overflow uint8

// The overflows.
const (
	Visible Overflow = iota
	Hidden
	Scroll
	AutoScroll
	ClipOverflow
)

// Visibility is a computed visibility.
type Visibility uint8

// The visibilities.
const (
	Shown Visibility = iota
	Invisible
	Collapsed
)

// Align is a computed text-align.
type Align uint8

// The text alignments. The Center, LeftBlocks and RightBlocks of old HTML
// attributes move blocks too.
const (
	AlignStart Align = iota
	AlignLeft
	AlignRight
	AlignCenter
	AlignJustify
	AlignEnd
	CenterBlocks
	RightBlocks
)

// TextTransform is a computed text-transform.
type TextTransform uint8

// The text transforms.
const (
	AsIs TextTransform = iota
	Uppercase
	Lowercase
	Capitalize
)

// WhiteSpace is a computed white-space.
type WhiteSpace struct {
	Keep     bool // spaces and tabs
	Newlines bool // kept
	NoWrap   bool
	Break    bool // break-spaces
}

// WordBreak is a computed word-break.
type WordBreak uint8

// The word breaks.
const (
	BreakNormal WordBreak = iota
	BreakAll
	KeepAll
	BreakWord
)

// OverflowWrap is a computed overflow-wrap.
type OverflowWrap uint8

// The overflow wraps.
const (
	WrapNormal OverflowWrap = iota
	WrapBreakWord
	WrapAnywhere
)

// VerticalAlign is a computed vertical-align.
type VerticalAlign uint8

// The vertical alignments.
const (
	Baseline VerticalAlign = iota
	Middle
	AlignTop
	AlignBottom
	TextTop
	TextBottom
	Sub
	Super
	ShiftBy
)

// BorderStyle is a computed border-style.
type BorderStyle uint8

// The border styles; the three-dimensional ones are drawn solid.
const (
	NoBorder BorderStyle = iota
	HiddenBorder
	Solid
	Dashed
	Dotted
	Double
)

// Alignment is a computed value of the alignment properties.
type Alignment uint8

// The alignments.
const (
	Auto Alignment = iota
	Normal
	Stretch
	Start
	End
	FlexStart
	FlexEnd
	Center
	BaselineAlign
	SpaceBetween
	SpaceAround
	SpaceEvenly
)

// ObjectFit is a computed object-fit.
type ObjectFit uint8

// The object fits.
const (
	FitFill ObjectFit = iota
	FitContain
	FitCover
	FitNone
	FitScaleDown
)

// Lines is a set of decoration lines.
type Lines uint8

// The decoration lines.
const (
	Underline Lines = 1 << iota
	Overline
	LineThrough
)

// Decoration is the lines drawn on text, with their colour.
type Decoration struct {
	Lines Lines
	Color Color
}

// Paint is an SVG fill or stroke.
type Paint struct {
	None, Current, Set bool
	Color              Color
}

// Content is one item of generated content.
type Content struct {
	Text    string
	Attr    string // name of an attribute to show
	Counter string
	Join    string // counters(): between levels
	All     bool   // counters()
	Style   string // counter style
	Quote   int    // 1 opens, -1 closes
	URL     string
}

// Counter is one item of a counter property.
type Counter struct {
	Name  string
	Value int
}

// Shadow is one box shadow.
type Shadow struct {
	X, Y, Blur, Spread float32
	Color              Color
	Inset              bool
}

// Background is one layer of background images.
type Background struct {
	URL      string
	Gradient *Gradient
	Position [2]Length
	Size     [2]Length
	Cover    bool
	Contain  bool
	RepeatX  bool
	RepeatY  bool
}

// Gradient is a linear or radial gradient.
type Gradient struct {
	Radial, Repeating bool
	Conic             bool
	Angle             float32 // degrees, 0 is up, clockwise
	Corner            [2]int8 // to a corner: -1, 0, 1 in x and y; Angle is then unset
	Stops             []Stop
}

// Stop is a colour stop; At is unset when Free.
type Stop struct {
	Color Color
	At    Length
	Free  bool
}

// initialStyle is what the root inherits.
func initialStyle() *Style {
	s := &Style{}
	s.Color = Color{A: 255}
	s.Families = ""
	s.FontSize = 16
	s.Weight = 400
	s.LineHeight.Normal = true
	s.ListType = "disc"
	s.TabSize = 8
	s.Quotes = "“\x00”\x00‘\x00’\x00"
	s.Fill = Paint{Set: true, Color: Color{A: 255}}
	s.Stroke = Paint{None: true}
	s.StrokeWidth = Px(1)
	s.Own = initialOwn()
	return s
}

func initialOwn() Own {
	o := Own{ZAuto: true, Opacity: 1, Shift: Px(0)}
	o.Width, o.Height, o.MinWidth, o.MinHeight = AutoLength, AutoLength, AutoLength, AutoLength
	o.MaxWidth, o.MaxHeight = Length{Kind: LNone}, Length{Kind: LNone}
	o.Inset = Edges{AutoLength, AutoLength, AutoLength, AutoLength}
	o.Shrink = 1
	o.Basis = AutoLength
	o.AlignItems, o.AlignContent, o.JustifyContent, o.JustifyItems = Normal, Normal, Normal, Normal
	o.RowGap, o.ColumnGap, o.ColumnWidth = Px(0), AutoLength, AutoLength
	o.AutoColumns, o.AutoRows = autoTrack, autoTrack
	o.FitPosition = [2]Length{Pct(50), Pct(50)}
	o.Origin = o.FitPosition
	for i := range o.BorderColor {
		o.BorderColor[i].Current = true
		o.BorderWidth[i] = 3
	}
	o.OutlineColor.Current = true
	o.OutlineWidth = 3
	o.LineColor.Current = true
	return o
}

// Anonymous returns the style of an anonymous box in an element with style s.
func Anonymous(s *Style) *Style {
	a := &Style{Inherited: s.Inherited, Own: initialOwn()}
	a.Display = Block
	a.BorderWidth, a.OutlineWidth = [4]float32{}, 0
	return a
}

// Variant returns a copy of s with a change made to it.
func Variant(s *Style, change func(*Style)) *Style {
	v := *s
	change(&v)
	return &v
}

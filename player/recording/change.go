package recording

// Change is one step of a tab's document stream.
type Change struct {
	At  Time
	Tab int32
	Op  Op
}

// Op is what a Change does to a document. The set is closed: Snapshot,
// Mutation, SheetRules, SheetDeclaration, AdoptSheets, SetScroll, SetInput,
// SetViewport, SetFocus, SetMedia, Navigate and AddFont. Ops are values and
// are not changed after they were made.
type Op interface{ op() }

// NodeType is the kind of a document node, with the numbers of rrweb.
type NodeType uint8

// The node types.
const (
	DocumentNode NodeType = iota
	DoctypeNode
	ElementNode
	TextNode
	CDATANode
	CommentNode
)

// Attr is one attribute of an element. Names are as recorded; those that begin
// with "rr_" and "_cssText" carry the recorder's own state (form values, sizes
// of blocked elements, text of style sheets).
type Attr struct{ Name, Value string }

// Node is a serialised subtree.
type Node struct {
	ID         NodeID
	Type       NodeType
	Tag        string // element: tag name; doctype: its name
	Attrs      []Attr
	Text       string // text, CDATA, comment
	SVG        bool
	Quirks     bool // document: no or an old doctype
	ShadowHost bool
	Shadow     bool // a direct child of its parent's shadow root
	Children   []*Node
}

// Attr returns the value of the named attribute.
func (n *Node) Attr(name string) (value string, ok bool) {
	for _, a := range n.Attrs {
		if a.Name == name {
			return a.Value, true
		}
	}
	return "", false
}

// Walk calls visit for n and everything below it, in document order, until
// visit returns false for a node, whose subtree is then left out.
func (n *Node) Walk(visit func(*Node) bool) {
	if !visit(n) {
		return
	}
	for _, c := range n.Children {
		c.Walk(visit)
	}
}

// Snapshot replaces the whole document of a tab.
type Snapshot struct {
	Root             *Node
	ScrollX, ScrollY float32
}

// Mutation changes a document in the order removals, additions, texts,
// attributes. Names of unknown nodes are skipped.
type Mutation struct {
	Removals   []Removal
	Additions  []Addition
	Texts      []TextChange
	Attributes []AttributeChange
}

// Removal takes a subtree out.
type Removal struct{ Parent, Node NodeID }

// Addition puts a subtree in. Additions of one Mutation may refer to each
// other in any order.
type Addition struct {
	Parent NodeID
	// Next is the sibling in front of which Node goes; NoNode appends. Where it
	// is UnknownNode, Previous, if known, says behind which sibling it goes.
	Next     NodeID
	Previous NodeID
	Node     *Node
}

// TextChange gives a text node or comment a new text.
type TextChange struct {
	Node NodeID
	Text string
}

// AttributeChange sets and removes attributes of an element.
type AttributeChange struct {
	Node    NodeID
	Set     []Attr
	Removed []string
	Style   []StyleChange // changes of single properties of the style attribute
}

// StyleChange sets or removes one property of a declaration block.
type StyleChange struct {
	Property, Value string
	Important       bool
	Remove          bool
}

// SheetID names a style sheet that was made by a script.
type SheetID int64

// RuleInsert puts one rule into a sheet. Path is the position in nested
// rule lists, outermost first; empty means at the end.
type RuleInsert struct {
	Rule string
	Path []int
}

// SheetRules changes the rules of a sheet: of the style or link element Node,
// or, when Node is NoNode, of the constructed sheet Sheet.
type SheetRules struct {
	Node    NodeID
	Sheet   SheetID
	Deletes [][]int // paths
	Inserts []RuleInsert
	Replace *string // the whole text, before deletes and inserts
}

// SheetDeclaration changes one property of one rule of a sheet.
type SheetDeclaration struct {
	Node  NodeID
	Sheet SheetID
	Path  []int
	Style StyleChange
}

// AdoptSheets says which constructed sheets a document or shadow host uses, in
// order; New holds the rules of those that were not seen before.
type AdoptSheets struct {
	Host   NodeID
	New    []NewSheet
	Sheets []SheetID
}

// NewSheet is a constructed sheet with its rules.
type NewSheet struct {
	ID    SheetID
	Rules []string
}

// SetScroll is a new scroll offset of a document or element, CSS pixels.
type SetScroll struct {
	Node NodeID
	X, Y float32
}

// SetInput is a new value of a form field.
type SetInput struct {
	Node    NodeID
	Text    string
	Checked bool
	ByUser  bool
}

// SetViewport is a new size of the tab's viewport, CSS pixels.
type SetViewport struct{ Width, Height int }

// SetFocus moves the focus; NoNode takes it away.
type SetFocus struct{ Node NodeID }

// SetMedia is a new state of a media element.
type SetMedia struct {
	Node    NodeID
	Playing bool
	Seconds float64 // position in the medium
}

// Navigate begins another view: index into Recording.Views.
type Navigate struct{ View int }

// AddFont registers a font face under a family name. Source is a data URL or
// the bytes as the recorder kept them; it is never fetched.
type AddFont struct{ Family, Source, Descriptors string }

func (Snapshot) op()         {}
func (Mutation) op()         {}
func (SheetRules) op()       {}
func (SheetDeclaration) op() {}
func (AdoptSheets) op()      {}
func (SetScroll) op()        {}
func (SetInput) op()         {}
func (SetViewport) op()      {}
func (SetFocus) op()         {}
func (SetMedia) op()         {}
func (Navigate) op()         {}
func (AddFont) op()          {}

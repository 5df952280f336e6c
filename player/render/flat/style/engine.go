package style

import (
	"context"
	"fmt"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat/css"
)

// Metrics gives the font measures that relative units need, for a font in
// pixels: the height of x, the advance of 0, the normal line height.
type Metrics func(families string, weight int, italic bool, size float32) (xHeight, zero, line float32)

// Engine computes styles. It remembers parsed sheets, indexed rules and computed
// styles between states of a document, and between documents that have the same
// sheets. It belongs to one goroutine.
type Engine struct {
	metrics Metrics
	ua      *css.Sheet
	sheets  map[string]*css.Sheet
	size    int // bytes of source in sheets
	sets    map[string]*ruleSet
	inline  map[string][]css.Declaration
	initial *Style
	lines   uint64 // lineages given
}

// NewEngine returns an Engine.
func NewEngine(m Metrics) *Engine {
	return &Engine{metrics: m, ua: css.Parse(userAgent), sheets: map[string]*css.Sheet{}, sets: map[string]*ruleSet{},
		inline: map[string][]css.Declaration{}, initial: initialStyle()}
}

const (
	maxSheetBytes = 64 << 20
	maxSets       = 64
	maxInline     = 50_000
	maxDepth      = 512 // of the tree; what lies deeper is left out
)

// Options say for what a document is styled.
type Options struct {
	Width, Height float32 // viewport, CSS pixels
	MaxNodes      int
	Focus         *dom.Node
	Hover         *dom.Node // the element under the pointer, or nil
	// Adopted returns the constructed sheets of a document or shadow host.
	Adopted func(host recording.NodeID) []*dom.Sheet
	// Containers are the sizes of query containers in the layout before; none for
	// the first.
	Containers Containers
}

// Node is an element, a text or generated content with its style, in the order
// of the flattened tree: shadow trees in place of light children, slotted
// nodes in place of slots.
type Node struct {
	DOM      *dom.Node // nil for generated content
	Style    *Style    // of text: its parent's
	Parent   *Node
	Children []*Node
	Pseudo   css.PseudoElement
	Text     string // of text and generated content
	URL      string // of generated content that is an image

	Marker  *Style // of a list item
	Ordinal int    // of a list item
	// Changed is the version of the tree in which the node, or anything below
	// it, became what it is.
	Changed     uint64
	Placeholder *Style // of a field that shows its placeholder; of a slider, its track

	above     *dom.Node // parent of DOM, also while the node is not displayed
	slot      *dom.Node
	parent    *Style  // that Style was computed under
	container Display // reduced by item
	size      int     // nodes in the subtree, as counted
	placed    uint64  // version in which the children of Parent changed last, with this one among them
}

// Tree is a styled document.
type Tree struct {
	Root    *Node // the root element, nil for an empty document
	Nodes   int
	Version uint64 // counts the states that the tree went through, from 1
	// Cut says that the document was larger or deeper than the limits.
	Cut bool

	document *dom.Node
	walker   *walker
	byDOM    map[*dom.Node]*Node // elements and texts, also those that are not displayed
	byID     map[recording.NodeID]*Node
	// numbered says that counters or quotes are used: what stands in front of an
	// element then changes what it shows.
	numbered bool
	rootSize float32
	contains bool // something depends on the sizes of containers
}

// drop forgets a node that is no longer in the tree, and all below it.
func (t *Tree) drop(n *Node) {
	if n.DOM != nil && t.byDOM[n.DOM] == n {
		delete(t.byDOM, n.DOM)
		if t.byID[n.DOM.ID] == n {
			delete(t.byID, n.DOM.ID)
		}
		t.walker.matcher.Forget(n.DOM)
	}
	for _, c := range n.Children {
		if c.Parent == n {
			t.drop(c)
		}
	}
}

// keep remembers the node of an element or text.
func (t *Tree) keep(n *Node) {
	t.byDOM[n.DOM] = n
	t.byID[n.DOM.ID] = n
}

// Style computes the tree below a document node. The context is asked now and
// then; its error is returned, and the tree is then of no use.
func (e *Engine) Style(ctx context.Context, document *dom.Node, o Options) (*Tree, error) {
	t := &Tree{document: document, byDOM: map[*dom.Node]*Node{}, byID: map[recording.NodeID]*Node{}}
	t.walker = &walker{engine: e, tree: t, matcher: css.NewMatcher(), scopes: map[*dom.Node]*ruleSet{}}
	return t, t.walker.run(ctx, o, &Marks{all: true})
}

// Restyle brings a tree that Style made up to the state of its document. Marks
// say what changed since. The size of the viewport must be the same.
func (e *Engine) Restyle(ctx context.Context, t *Tree, o Options, m *Marks) error {
	return t.walker.run(ctx, o, m)
}

// run styles the document as far as the marks say.
func (w *walker) run(ctx context.Context, o Options, m *Marks) error {
	t := w.tree
	t.Version++
	t.Cut, t.Nodes = false, 0
	if w.sized(o.Containers) {
		m = m.withAll()
	}
	w.ctx, w.err, w.options, w.marks = ctx, nil, o, m
	w.counters, w.quotes, w.rootSize = map[string][]int{}, 0, 16
	w.matcher.Begin(o.Focus, o.Hover)
	if m.all {
		w.begin()
	}
	old := t.Root
	t.Root = nil
	if t.document == nil {
		return nil
	}
	for c := t.document.First; c != nil; c = c.Next {
		if c.Type == recording.ElementNode {
			var f filter
			t.Root = w.element(c, nil, w.engine.initial, Block, &f, 0, m.all)
			break
		}
	}
	if old != nil && old != t.Root {
		t.drop(old)
	}
	return w.err
}

// begin asks for the sheets again and forgets what was known of elements.
func (w *walker) begin() {
	w.media = css.Media{Width: w.options.Width, Height: w.options.Height}
	w.matcher = css.NewMatcher()
	w.matcher.Begin(w.options.Focus, w.options.Hover)
	clear(w.scopes)
	w.ua = w.engine.rules([]*css.Sheet{w.engine.ua}, w.media)
	w.scopes[nil] = w.ua
	if w.tree.document != nil {
		w.scopes[nil] = w.engine.rules(w.sheetsOf(w.tree.document, nil), w.media)
	}
}

func (e *Engine) sheet(text string) *css.Sheet {
	if s := e.sheets[text]; s != nil {
		return s
	}
	if e.size > maxSheetBytes {
		clear(e.sheets)
		clear(e.sets)
		e.size = 0
	}
	s := css.Parse(text)
	e.sheets[text] = s
	e.size += len(text)
	return s
}

func (e *Engine) rules(sheets []*css.Sheet, media css.Media) *ruleSet {
	var key strings.Builder
	fmt.Fprintf(&key, "%v/%v", media.Width, media.Height)
	for _, s := range sheets {
		fmt.Fprintf(&key, "/%p", s)
	}
	if rs := e.sets[key.String()]; rs != nil {
		return rs
	}
	if len(e.sets) > maxSets {
		clear(e.sets)
	}
	rs := e.buildRules(sheets, media)
	e.sets[key.String()] = rs
	return rs
}

func (e *Engine) declarations(text string) []css.Declaration {
	if d, ok := e.inline[text]; ok {
		return d
	}
	if len(e.inline) > maxInline {
		clear(e.inline)
	}
	d := css.ParseDeclarations(text)
	e.inline[text] = d
	return d
}

// sheetsOf collects the sheets of a document or of the shadow tree of host, in
// tree order, the adopted ones last.
func (w *walker) sheetsOf(top, host *dom.Node) []*css.Sheet {
	var list []*css.Sheet
	var visit func(n *dom.Node, depth int)
	visit = func(n *dom.Node, depth int) {
		if depth > 4*maxDepth || len(list) > 4096 {
			return
		}
		for c := n.First; c != nil; c = c.Next {
			if c.Type != recording.ElementNode || c.Shadow && n != host {
				continue
			}
			if host != nil && n == host && !c.Shadow {
				continue
			}
			if c.Is("style", "link") || c.SVG && c.Tag == "style" {
				if s := w.sheetOf(c); s != nil {
					list = append(list, s)
				}
				continue
			}
			if !c.Is("iframe", "frame") {
				visit(c, depth+1)
			}
		}
	}
	visit(top, 0)
	if w.options.Adopted != nil {
		for _, s := range w.options.Adopted(top.ID) {
			list = append(list, w.engine.sheet(s.Text()))
		}
	}
	return list
}

func (w *walker) sheetOf(n *dom.Node) *css.Sheet {
	if n.Is("link") {
		rel, _ := n.Attr("rel")
		if !strings.Contains(strings.ToLower(rel), "stylesheet") && n.Sheet == nil {
			if _, ok := n.Attr("_cssText"); !ok {
				return nil
			}
		}
	}
	if _, off := n.Attr("disabled"); off {
		return nil
	}
	if m, ok := n.Attr("media"); ok && strings.TrimSpace(m) != "" && !css.Any(css.ParseMedia(css.Tokens(m)), w.media) {
		return nil
	}
	text := n.StyleText()
	if text == "" {
		return nil
	}
	return w.engine.sheet(text)
}

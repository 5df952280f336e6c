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

// Engine computes styles. It remembers parsed sheets and indexed rules between
// states of a document. It belongs to one goroutine.
type Engine struct {
	metrics Metrics
	ua      *css.Sheet
	sheets  map[string]*css.Sheet
	size    int // bytes of source in sheets
	sets    map[string]*ruleSet
	inline  map[string][]css.Declaration
	initial *Style
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
	// Adopted returns the constructed sheets of a document or shadow host.
	Adopted func(host recording.NodeID) []*dom.Sheet
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

	Marker      *Style // of a list item
	Ordinal     int    // of a list item
	Placeholder *Style // of a field that shows its placeholder
}

// Tree is a styled document.
type Tree struct {
	Root  *Node // the root element, nil for an empty document
	Nodes int
	// Cut says that the document was larger or deeper than the limits.
	Cut bool
}

// Style computes the tree below a document node. The context is asked now and
// then; its error is returned.
func (e *Engine) Style(ctx context.Context, document *dom.Node, o Options) (*Tree, error) {
	t := &Tree{}
	w := &walker{ctx: ctx, engine: e, options: o, tree: t, matcher: css.NewMatcher(o.Focus), shared: map[string]*Style{},
		scopes: map[*dom.Node]*ruleSet{}, counters: map[string][]int{}, rootSize: 16}
	w.media = css.Media{Width: o.Width, Height: o.Height}
	w.ua = e.rules([]*css.Sheet{e.ua}, w.media)
	if document == nil {
		return t, nil
	}
	w.scopes[nil] = e.rules(w.sheetsOf(document, nil), w.media)
	for c := document.First; c != nil; c = c.Next {
		if c.Type == recording.ElementNode {
			var f filter
			t.Root = w.element(c, nil, e.initial, Block, &f, 0)
			break
		}
	}
	return t, w.err
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
	rs := buildRules(sheets, media)
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

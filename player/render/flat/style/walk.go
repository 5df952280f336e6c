package style

import (
	"context"
	"strconv"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat/css"
)

// walker styles one document.
type walker struct {
	ctx      context.Context
	err      error
	engine   *Engine
	options  Options
	tree     *Tree
	media    css.Media
	matcher  *css.Matcher
	ua       *ruleSet
	scopes   map[*dom.Node]*ruleSet // by shadow host; nil is the document
	shared   map[string]*Style
	counters map[string][]int
	quotes   int
	rootSize float32

	found matches
}

// count takes one node from the budget.
func (w *walker) count() bool {
	w.tree.Nodes++
	if w.tree.Nodes&255 == 0 && w.err == nil {
		w.err = w.ctx.Err()
	}
	if w.options.MaxNodes > 0 && w.tree.Nodes > w.options.MaxNodes {
		w.tree.Cut = true
		return false
	}
	return w.err == nil
}

// element styles n and what stands below it; nil when it is not displayed.
func (w *walker) element(n *dom.Node, slot *dom.Node, parent *Style, container Display, above *filter, depth int) *Node {
	if depth > maxDepth {
		w.tree.Cut = true
		return nil
	}
	if !w.count() {
		return nil
	}
	facts := w.matcher.Element(n)
	w.collect(n, slot, facts, above)
	s := w.compute(&w.found.own, n, parent, container, depth == 0)
	if depth == 0 {
		w.rootSize = s.FontSize
	}
	if s.Display == None {
		return nil
	}
	node := &Node{DOM: n, Style: s}
	pseudo := w.found.pseudoStyles(w, n, s)
	opened := w.openCounters(s)
	w.ordinal(node)
	if b := w.generated(n, pseudo.before, css.Before); b != nil {
		node.add(b)
	}
	node.Marker, node.Placeholder = pseudo.marker, pseudo.placeholder
	w.children(node, above, depth)
	if a := w.generated(n, pseudo.after, css.After); a != nil {
		node.add(a)
	}
	w.closeCounters(opened)
	return node
}

func (node *Node) add(c *Node) {
	c.Parent = node
	node.Children = append(node.Children, c)
}

func (w *walker) children(node *Node, above *filter, depth int) {
	n := node.DOM
	if n.Is("iframe", "frame", "video", "audio", "canvas", "object", "embed", "img", "textarea", "input", "progress", "meter") {
		return
	}
	container := node.Style.Display
	if container == Contents && node.Parent != nil {
		container = node.Parent.Style.Display
	}
	below := *above
	below.addElement(w.matcher.Element(n))
	_, open := n.Attr("open")
	closed := n.Is("details") && !open
	seenSummary := false
	visit := func(c, slot *dom.Node) {
		switch c.Type {
		case recording.ElementNode:
			if closed && (seenSummary || !c.Is("summary")) {
				return
			}
			seenSummary = seenSummary || c.Is("summary")
			if child := w.element(c, slot, node.Style, container, &below, depth+1); child != nil {
				node.add(child)
			}
		case recording.TextNode, recording.CDATANode:
			if c.Text != "" && !closed && w.count() {
				node.add(&Node{DOM: c, Style: node.Style, Text: c.Text})
			}
		}
	}
	eachFlatChild(n, visit)
}

// eachFlatChild visits the children of n in the flattened tree.
func eachFlatChild(n *dom.Node, visit func(c, slot *dom.Node)) {
	host := false
	for c := n.First; c != nil; c = c.Next {
		if c.Shadow {
			host = true
			break
		}
	}
	if n.Is("slot") {
		if h := shadowHost(n); h != nil {
			name, _ := n.Attr("name")
			found := false
			for c := h.First; c != nil; c = c.Next {
				if c.Shadow || slotName(c) != name {
					continue
				}
				found = true
				visit(c, n)
			}
			if found {
				return
			}
		}
	}
	for c := n.First; c != nil; c = c.Next {
		if c.Shadow == host {
			visit(c, nil)
		}
	}
}

func slotName(n *dom.Node) string {
	v, _ := n.Attr("slot")
	return v
}

// shadowHost returns the host of the shadow tree that n stands in, or nil.
func shadowHost(n *dom.Node) *dom.Node {
	for ; n != nil; n = n.Parent {
		if n.Shadow {
			return n.Parent
		}
	}
	return nil
}

func (w *walker) scope(host *dom.Node) *ruleSet {
	if rs, ok := w.scopes[host]; ok {
		return rs
	}
	rs := w.engine.rules(w.sheetsOf(host, host), w.media)
	w.scopes[host] = rs
	return rs
}

// generated returns the node of a pseudo-element, or nil when it has no
// content.
func (w *walker) generated(n *dom.Node, s *Style, which css.PseudoElement) *Node {
	if s == nil || s.Display == None || !s.HasContent || !w.count() {
		return nil
	}
	opened := w.openCounters(s)
	defer w.closeCounters(opened)
	g := &Node{Style: s, Pseudo: which}
	var b strings.Builder
	for _, c := range s.Content {
		switch {
		case c.URL != "":
			g.URL = c.URL
		case c.Attr != "":
			v, _ := n.Attr(c.Attr)
			b.WriteString(v)
		case c.Counter != "":
			b.WriteString(w.counterText(c))
		case c.Quote != 0:
			b.WriteString(w.quote(s, c.Quote))
		default:
			b.WriteString(c.Text)
		}
		if b.Len() > 1<<16 {
			break
		}
	}
	if t := b.String(); t != "" {
		g.add(&Node{Style: s, Text: t, Pseudo: which})
	}
	return g
}

func (w *walker) quote(s *Style, dir int) string {
	if dir < 0 {
		w.quotes = max(w.quotes-1, 0)
	}
	i := min(w.quotes*2, len(s.Quotes)-2)
	if dir > 0 {
		w.quotes++
	}
	if i < 0 {
		return ""
	}
	if dir < 0 {
		i++
	}
	return s.Quotes[i]
}

// openCounters applies the counter properties and returns the counters that
// end with the element.
func (w *walker) openCounters(s *Style) []string {
	var opened []string
	for _, c := range s.CounterReset {
		if len(w.counters[c.Name]) < maxDepth {
			w.counters[c.Name] = append(w.counters[c.Name], c.Value)
			opened = append(opened, c.Name)
		}
	}
	change := func(c Counter, set bool) {
		list := w.counters[c.Name]
		if len(list) == 0 {
			list = []int{0}
		}
		if set {
			list[len(list)-1] = c.Value
		} else {
			list[len(list)-1] += c.Value
		}
		w.counters[c.Name] = list
	}
	for _, c := range s.CounterIncrement {
		change(c, false)
	}
	for _, c := range s.CounterSet {
		change(c, true)
	}
	return opened
}

func (w *walker) closeCounters(opened []string) {
	for _, name := range opened {
		// A reset on one element counts on for its later siblings; keeping the
		// value as the outer one is near enough for numbering.
		list := w.counters[name]
		if len(list) > 1 {
			w.counters[name] = list[:len(list)-1]
		}
	}
}

func (w *walker) counterText(c Content) string {
	list := w.counters[c.Counter]
	if len(list) == 0 {
		return Ordinal(0, c.Style)
	}
	if !c.All {
		return Ordinal(list[len(list)-1], c.Style)
	}
	var out []string
	for _, v := range list {
		out = append(out, Ordinal(v, c.Style))
	}
	return strings.Join(out, c.Join)
}

// ordinal numbers a list item.
func (w *walker) ordinal(node *Node) {
	n := node.DOM
	if n.Is("ol", "ul", "menu") {
		start := 1
		if v, ok := n.Attr("start"); ok {
			if i, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
				start = i
			}
		}
		node.Ordinal = start // next free number
		return
	}
}

// NextOrdinal returns the number of a list item in its list.
func (node *Node) NextOrdinal() int {
	n := node.DOM
	list := node.Parent
	for list != nil && list.Style.Display == Contents {
		list = list.Parent
	}
	if n != nil {
		if v, ok := n.Attr("value"); ok && n.Is("li") {
			if i, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
				if list != nil {
					list.Ordinal = i + 1
				}
				return i
			}
		}
	}
	if list == nil || list.DOM == nil || !list.DOM.Is("ol", "ul", "menu") {
		return 1
	}
	list.Ordinal++
	return list.Ordinal - 1
}

// Ordinal formats a number in a counter style.
func Ordinal(i int, kind string) string {
	switch kind {
	case "decimal-leading-zero":
		if i >= 0 && i < 10 {
			return "0" + strconv.Itoa(i)
		}
	case "lower-alpha", "lower-latin":
		return alphabetic(i, 'a')
	case "upper-alpha", "upper-latin":
		return alphabetic(i, 'A')
	case "lower-roman":
		return strings.ToLower(roman(i))
	case "upper-roman":
		return roman(i)
	case "disc":
		return "•"
	case "circle":
		return "◦"
	case "square":
		return "▪"
	case "none", "":
		return ""
	}
	return strconv.Itoa(i)
}

func alphabetic(i int, first byte) string {
	if i <= 0 {
		return strconv.Itoa(i)
	}
	s := ""
	for ; i > 0; i = (i - 1) / 26 {
		s = string(rune(int(first)+(i-1)%26)) + s
	}
	return s
}

func roman(i int) string {
	if i <= 0 || i > 3999 {
		return strconv.Itoa(i)
	}
	values := []int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	signs := []string{"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"}
	var b strings.Builder
	for k, v := range values {
		for ; i >= v; i -= v {
			b.WriteString(signs[k])
		}
	}
	return b.String()
}

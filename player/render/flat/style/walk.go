package style

import (
	"context"
	"strconv"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat/css"
)

// walker styles one document, state by state.
type walker struct {
	around   Size // of the nearest container, for its units
	ctx      context.Context
	err      error
	engine   *Engine
	options  Options
	tree     *Tree
	marks    *Marks
	media    css.Media
	matcher  *css.Matcher
	ua       *ruleSet
	scopes   map[*dom.Node]*ruleSet // by shadow host; nil is the document
	counters map[string][]int
	quotes   int
	rootSize float32

	found matches
}

// count takes nodes from the budget.
func (w *walker) count(n int) bool {
	before := w.tree.Nodes
	w.tree.Nodes += n
	if before>>8 != w.tree.Nodes>>8 && w.err == nil {
		w.err = w.ctx.Err()
	}
	if w.options.MaxNodes > 0 && w.tree.Nodes > w.options.MaxNodes {
		w.tree.Cut = true
		return false
	}
	return w.err == nil
}

// element styles n and what stands below it as far as it must be done again;
// nil when it is not displayed. All says that the rules of everything from here
// down are asked again.
func (w *walker) element(n *dom.Node, slot *dom.Node, parent *Style, container Display, above *filter, depth int, all bool) *Node {
	if depth > maxDepth {
		w.tree.Cut = true
		return nil
	}
	old, marked := w.tree.byDOM[n], w.marks.at[n]
	stands := old != nil && !all && marked&(rematch|touched) == 0 && old.slot == slot && old.container == item(container) && old.inherits(parent)
	if stands && marked == 0 && !w.tree.numbered {
		old.parent = parent
		if !w.count(old.size) {
			return nil
		}
		return old.shown()
	}
	if !w.count(1) {
		return nil
	}
	before := w.tree.Nodes
	node, pseudo := old, pseudoStyles{}
	if node == nil {
		node = &Node{DOM: n, Ordinal: 1}
		w.tree.keep(node)
	}
	if !stands {
		w.matcher.Refresh(n)
		pseudo = w.restyle(node, slot, parent, container, above, depth)
	}
	node.above = n.Parent
	node.slot, node.parent, node.container = slot, parent, item(container)
	if marked&touched != 0 || old == nil {
		node.Changed = w.tree.Version
	}
	if depth == 0 {
		w.setRootSize(node.Style.FontSize)
	}
	if node.Style.Display == None {
		w.replace(node, nil)
		node.size = 1
		return nil
	}
	w.content(node, pseudo, stands, above, depth, all || w.marks.all || marked&below != 0)
	node.size = w.tree.Nodes - before + 1
	return node.shown()
}

// inherits reports whether the style of node is the same under another parent.
func (node *Node) inherits(parent *Style) bool {
	return node.parent == parent || node.parent.lineage == parent.lineage && !node.Style.leans
}

// shown returns the node, or nil when it is not displayed.
func (node *Node) shown() *Node {
	if node.Style.Display == None {
		return nil
	}
	return node
}

// setRootSize takes the size that rem means. Everything is computed anew when
// it changes.
func (w *walker) setRootSize(size float32) {
	if w.rootSize = size; w.tree.rootSize != size {
		w.tree.rootSize = size
		w.marks = w.marks.withAll()
	}
}

// restyle asks the rules of a node and computes its style.
func (w *walker) restyle(node *Node, slot *dom.Node, parent *Style, container Display, above *filter, depth int) pseudoStyles {
	n := node.DOM
	w.around = Size{}
	if len(w.options.Containers) > 0 {
		w.around, _ = w.container(n, "")
	}
	w.collect(n, slot, w.matcher.Element(n), above)
	s := w.compute(&w.found.own, parent, container, depth == 0, node.Style)
	var p pseudoStyles
	if s.Display != None {
		p = w.found.pseudoStyles(w, n, s)
	}
	if s != node.Style || p.marker != node.Marker || p.placeholder != node.Placeholder {
		node.Changed = w.tree.Version
	}
	node.Style, node.Marker, node.Placeholder = s, p.marker, p.placeholder
	w.tree.numbered = w.tree.numbered || s.counts() || p.before.counts() || p.after.counts()
	return p
}

// counts reports whether a style uses counters or quotes.
func (s *Style) counts() bool {
	if s == nil {
		return false
	}
	for _, c := range s.Content {
		if c.Counter != "" || c.Quote != 0 {
			return true
		}
	}
	return len(s.CounterReset)+len(s.CounterSet)+len(s.CounterIncrement) > 0
}

// content styles what stands in a node and takes it as the node's children.
func (w *walker) content(node *Node, p pseudoStyles, stands bool, above *filter, depth int, all bool) {
	n := node.DOM
	list := make([]*Node, 0, len(node.Children)+2)
	take := func(c *Node) {
		if c != nil {
			list = append(list, c)
		}
	}
	if stands {
		p.before, p.after = node.generatedStyle(css.Before), node.generatedStyle(css.After)
	}
	opened := w.openCounters(node.Style)
	take(w.generated(node, p.before, css.Before))
	w.children(node, above, depth, all, take)
	take(w.generated(node, p.after, css.After))
	w.closeCounters(opened)
	if n.Is("ol", "ul", "menu") {
		w.number(node, list)
	}
	w.replace(node, list)
}

// generatedStyle returns the style of generated content that a node has.
func (node *Node) generatedStyle(which css.PseudoElement) *Style {
	for _, c := range node.Children {
		if c.DOM == nil && c.Pseudo == which {
			return c.Style
		}
	}
	return nil
}

// replace gives a node its children. What was there and is no longer is
// dropped.
func (w *walker) replace(node *Node, list []*Node) {
	old := node.Children
	same := len(old) == len(list)
	for i, c := range list {
		c.Parent = node
		same = same && old[i] == c
		if c.Changed == w.tree.Version {
			node.Changed = w.tree.Version
		}
	}
	if same {
		return
	}
	node.Changed = w.tree.Version
	node.Children = list
	for _, c := range list {
		c.placed = w.tree.Version
	}
	for _, c := range old {
		if c.placed != w.tree.Version && c.Parent == node {
			w.tree.drop(c)
		}
	}
}

// opaque elements are not laid out by their children.
func opaque(n *dom.Node) bool {
	return n.Is("iframe", "frame", "video", "audio", "canvas", "object", "embed", "img", "textarea", "input", "progress", "meter")
}

func (w *walker) children(node *Node, above *filter, depth int, all bool, take func(*Node)) {
	n := node.DOM
	if opaque(n) {
		return
	}
	container := node.Style.Display
	if container == Contents {
		container = node.container
	}
	below := *above
	below.addElement(w.matcher.Element(n))
	visit := func(c, slot *dom.Node) {
		switch c.Type {
		case recording.ElementNode:
			take(w.element(c, slot, node.Style, container, &below, depth+1, all))
		case recording.TextNode, recording.CDATANode:
			if c.Text != "" && w.count(1) {
				take(w.text(c, node.Style))
			}
		}
	}
	eachFlatChild(n, visit)
}

// text returns the node of a text.
func (w *walker) text(c *dom.Node, s *Style) *Node {
	t := w.tree.byDOM[c]
	if t == nil {
		t = &Node{DOM: c, above: c.Parent}
		w.tree.keep(t)
	} else if t.Style == s && t.Text == c.Text {
		return t
	}
	t.Style, t.Text, t.Changed = s, c.Text, w.tree.Version
	return t
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
// content. It is the one that was there before as long as it shows the same.
func (w *walker) generated(node *Node, s *Style, which css.PseudoElement) *Node {
	if s == nil || s.Display == None || !s.HasContent || !w.count(1) {
		return nil
	}
	opened := w.openCounters(s)
	defer w.closeCounters(opened)
	url, text := w.generatedText(node.DOM, s)
	for _, c := range node.Children {
		if c.DOM == nil && c.Pseudo == which && c.Style == s && c.URL == url && c.generatedText() == text {
			return c
		}
	}
	g := &Node{Style: s, Pseudo: which, URL: url, Changed: w.tree.Version}
	if text != "" {
		g.Children = []*Node{{Style: s, Text: text, Pseudo: which, Parent: g, Changed: w.tree.Version}}
	}
	return g
}

// generatedText returns the text of generated content.
func (node *Node) generatedText() string {
	if len(node.Children) == 0 {
		return ""
	}
	return node.Children[0].Text
}

// generatedText returns what a pseudo-element of n shows.
func (w *walker) generatedText(n *dom.Node, s *Style) (url, text string) {
	var b strings.Builder
	for _, c := range s.Content {
		switch {
		case c.URL != "":
			url = c.URL
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
	return url, b.String()
}

func (w *walker) quote(s *Style, dir int) string {
	if dir < 0 {
		w.quotes = max(w.quotes-1, 0)
	}
	quotes := strings.Split(s.Quotes, "\x00")
	i := min(w.quotes*2, len(quotes)-3) // the last one is empty
	if dir > 0 {
		w.quotes++
	}
	if i < 0 {
		return ""
	}
	if dir < 0 {
		i++
	}
	return quotes[i]
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

// number gives the items of a list their numbers.
func (w *walker) number(list *Node, children []*Node) {
	next := 1
	if v, ok := list.DOM.Attr("start"); ok {
		if i, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
			next = i
		}
	}
	w.numberItems(children, &next)
}

func (w *walker) numberItems(children []*Node, next *int) {
	for _, c := range children {
		switch {
		case c.Style.Display == Contents && c.DOM != nil && !c.DOM.Is("ol", "ul", "menu"):
			w.numberItems(c.Children, next)
			for _, item := range c.Children {
				c.Changed = max(c.Changed, item.Changed)
			}
		case c.Style.Display == ListItem && c.DOM != nil && c.DOM.Type == recording.ElementNode:
			if v, ok := c.DOM.Attr("value"); ok && c.DOM.Is("li") {
				if i, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
					*next = i
				}
			}
			if c.Ordinal != *next {
				c.Ordinal, c.Changed = *next, w.tree.Version
			}
			*next++
		}
	}
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

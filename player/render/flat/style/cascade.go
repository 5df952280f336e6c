package style

import (
	"encoding/binary"
	"math"
	"slices"

	"hindsite.app/player/dom"
	"hindsite.app/player/render/flat/css"
)

// origin orders where declarations come from; larger wins among normal ones.
type origin int

const (
	fromAgent origin = iota
	fromHints
	fromShadow // :host and ::slotted, weaker than the outer tree
	fromAuthor
	fromInline
)

// match is one matched entry.
type match struct {
	*entry
	origin    origin
	important bool
}

func compareMatch(a, b match) int {
	if a.origin != b.origin {
		return int(a.origin) - int(b.origin)
	}
	if a.layer != b.layer {
		return a.layer - b.layer
	}
	if a.sel.Spec != b.sel.Spec {
		if a.sel.Spec < b.sel.Spec {
			return -1
		}
		return 1
	}
	return a.order - b.order
}

// matched is what applies to an element or pseudo-element.
type matched struct {
	rules  []match
	hints  string
	inline string
}

// matches holds the matches of one element and its pseudo-elements; it is
// used again for the next element.
type matches struct {
	own                                matched
	before, after, marker, placeholder matched
}

// collect finds every rule for n.
func (w *walker) collect(n, slot *dom.Node, facts *css.Element, above *filter) {
	f := &w.found
	for _, m := range []*matched{&f.own, &f.before, &f.after, &f.marker, &f.placeholder} {
		m.rules, m.hints, m.inline = m.rules[:0], "", ""
	}
	f.own.hints = hints(n)
	f.own.inline, _ = n.Attr("style")
	host := shadowHost(n)
	w.ask(w.ua, n, nil, facts, above, fromAgent)
	w.ask(w.scope(host), n, host, facts, above, fromAuthor)
	if n.First != nil && hasShadow(n) {
		rs := w.scope(n)
		for _, e := range rs.host {
			w.try(rs, e, n, n, fromShadow)
		}
	}
	if slot != nil {
		h := shadowHost(slot)
		rs := w.scope(h)
		for _, e := range rs.slotted {
			if w.matcher.MatchSlotted(e.sel, n, slot, h) {
				f.own.rules = append(f.own.rules, match{e, fromShadow, rs.important[e.rule]})
			}
		}
	}
	for _, m := range []*matched{&f.own, &f.before, &f.after, &f.marker, &f.placeholder} {
		slices.SortFunc(m.rules, compareMatch)
	}
}

func hasShadow(n *dom.Node) bool {
	for c := n.First; c != nil; c = c.Next {
		if c.Shadow {
			return true
		}
	}
	return false
}

// ask tries the entries that can match n.
func (w *walker) ask(rs *ruleSet, n, host *dom.Node, facts *css.Element, above *filter, from origin) {
	try := func(list []*entry) {
		for _, e := range list {
			if above.allows(e) {
				w.try(rs, e, n, host, from)
			}
		}
	}
	if facts.ID != "" {
		try(rs.byID[facts.ID])
	}
	for i, c := range facts.Classes {
		if slices.Index(facts.Classes, c) == i {
			try(rs.byClass[c])
		}
	}
	try(rs.byTag[facts.Tag])
	try(rs.rest)
}

func (w *walker) try(rs *ruleSet, e *entry, n, host *dom.Node, from origin) {
	f := &w.found
	var list *matched
	switch e.sel.Pseudo {
	case css.NoPseudo:
		list = &f.own
	case css.Before:
		list = &f.before
	case css.After:
		list = &f.after
	case css.Marker:
		list = &f.marker
	case css.Placeholder:
		list = &f.placeholder
	default:
		return
	}
	if w.matcher.Match(e.sel, n, host) && (e.containers == nil || w.contained(e, n)) {
		list.rules = append(list.rules, match{e, from, rs.important[e.rule]})
	}
}

type pseudoStyles struct{ before, after, marker, placeholder *Style }

// pseudoStyles computes the styles of the parts of n. It must run before the
// matches are used for another element.
func (f *matches) pseudoStyles(w *walker, n *dom.Node, s *Style) pseudoStyles {
	var p pseudoStyles
	container := s.Display
	if len(f.before.rules) > 0 {
		p.before = w.compute(&f.before, s, container, false, nil)
	}
	if len(f.after.rules) > 0 {
		p.after = w.compute(&f.after, s, container, false, nil)
	}
	if s.Display == ListItem {
		p.marker = s
		if len(f.marker.rules) > 0 {
			p.marker = w.compute(&f.marker, s, container, false, nil)
		}
	}
	if n.Is("input", "textarea") {
		if ph, ok := n.Attr("placeholder"); ok && ph != "" {
			p.placeholder = w.compute(&f.placeholder, s, container, false, nil)
		}
	}
	return p
}

// key tells apart all that a style is computed from. Whole says that the style
// takes more of its parent than what is inherited.
func (m *matched) key(parent *Style, container Display, root bool, rootSize float32, whole bool) string {
	b := make([]byte, 0, 32+8*len(m.rules)+len(m.hints)+len(m.inline))
	line := parent.lineage
	if whole {
		line = parent.number
	}
	b = binary.LittleEndian.AppendUint64(b, line)
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(rootSize))
	b = append(b, byte(item(container)), byte(btoi(root)), byte(btoi(whole)))
	for _, r := range m.rules {
		b = binary.LittleEndian.AppendUint64(b, r.number)
	}
	b = append(append(append(b, m.hints...), 0), m.inline...)
	return string(b)
}

// item reduces a container to what matters for its children.
func item(container Display) Display {
	switch container {
	case FlexBox, InlineFlex, GridBox, InlineGrid:
		return FlexBox
	}
	return Block
}

// maxStyles bounds the styles that one set of rules keeps.
const maxStyles = 60_000

// compute returns the style for what matched. Old is the style that the element
// had, or nil: one that passes the same on to its children goes on its line.
func (w *walker) compute(m *matched, parent *Style, container Display, root bool, old *Style) *Style {
	styles := w.scopes[nil].styles
	key := m.key(parent, container, root, w.rootSize, false) + w.around.key()
	if s := styles[key]; s != nil && !s.leans {
		return s
	}
	whole := m.key(parent, container, root, w.rootSize, true) + w.around.key()
	if s := styles[whole]; s != nil {
		return s
	}
	s := &Style{Inherited: parent.Inherited, Own: w.engine.initial.Own}
	c := cascade{walker: w, env: env{s: s, parent: parent, root: root}}
	c.Width, c.Height, c.RootSize = w.media.Width, w.media.Height, w.rootSize
	c.Container, c.asked = w.around, &w.tree.contains
	c.run(m)
	finish(s, parent, item(container) == FlexBox, root)
	s.number, s.leans = w.engine.line(), c.leans
	switch {
	case sameInherited(s, parent):
		s.lineage = parent.lineage
	case old != nil && sameInherited(s, old):
		s.lineage = old.lineage
	default:
		s.lineage = w.engine.line()
	}
	if len(styles) > maxStyles {
		clear(styles)
	}
	if s.leans {
		key = whole
	}
	styles[key] = s
	return s
}

// line returns a number that no style has.
func (e *Engine) line() uint64 {
	e.lines++
	return e.lines
}

// sameInherited reports whether the children of two styles inherit the same.
func sameInherited(a, b *Style) bool {
	x, y := &a.Inherited, &b.Inherited
	if x.Vars == y.Vars {
		return *x == *y
	}
	if !x.Vars.equal(y.Vars) {
		return false
	}
	z := *x
	z.Vars = y.Vars
	return z == *y
}

// cascade computes one style.
type cascade struct {
	env
	walker  *walker
	winners []winner
	set     []int // ids that have a winner
	agent   map[int]winner
	vars    *resolver
	leans   bool // a value that is not inherited by itself was taken from the parent
}

type winner struct {
	value []css.Token
	prop  *property
}

// source is one block of declarations in cascade order.
type source struct {
	decls     []css.Declaration
	origin    origin
	important bool
}

func (c *cascade) sources(m *matched) []source {
	list := make([]source, 0, len(m.rules)+2)
	var inline, hint []css.Declaration
	if m.inline != "" {
		inline = c.walker.engine.declarations(m.inline)
	}
	if m.hints != "" {
		hint = c.walker.engine.declarations(m.hints)
	}
	hinted := false
	for _, r := range m.rules {
		if r.origin > fromHints && !hinted {
			list = append(list, source{decls: hint, origin: fromHints})
			hinted = true
		}
		list = append(list, source{decls: r.rule.Decls, origin: r.origin})
	}
	if !hinted {
		list = append(list, source{decls: hint, origin: fromHints})
	}
	list = append(list, source{decls: inline, origin: fromInline})
	return append(list, importantSources(m, inline)...)
}

// importantSources turns the order of origins and layers round, as the
// standard asks for important declarations.
func importantSources(m *matched, inline []css.Declaration) []source {
	var rules []match
	for _, r := range m.rules {
		if r.important {
			rules = append(rules, r)
		}
	}
	slices.SortStableFunc(rules, func(a, b match) int {
		if a.origin != b.origin {
			return int(b.origin) - int(a.origin)
		}
		return b.layer - a.layer
	})
	var list []source
	placed := false
	add := func() {
		list = append(list, source{decls: inline, origin: fromInline, important: true})
		placed = true
	}
	for i, r := range rules {
		if !placed && (r.origin != fromAuthor || i > 0 && r.layer != rules[i-1].layer) {
			add()
		}
		list = append(list, source{decls: r.rule.Decls, origin: r.origin, important: true})
	}
	if !placed {
		add()
	}
	return list
}

func (c *cascade) run(m *matched) {
	sources := c.sources(m)
	c.customs(sources)
	c.winners = make([]winner, len(byID))
	rtl := c.leftward(sources)
	var longs []longhand
	snapshot := false
	for _, src := range sources {
		if src.origin > fromAgent && !snapshot {
			snapshot = true
			c.keepAgent()
		}
		for i := range src.decls {
			d := &src.decls[i]
			if d.Important != src.important {
				continue
			}
			v := d.Value
			if d.Var {
				var ok bool
				if v, ok = c.vars.substitute(v, 0); !ok {
					v = ident("unset") // invalid at computed-value time
				}
				v = css.Trim(v)
			}
			longs = expand(sideways(d.Name, rtl), v, longs[:0])
			for _, l := range longs {
				c.win(l)
			}
		}
	}
	c.applyAll()
}

// customs settles the custom properties.
func (c *cascade) customs(sources []source) {
	var raw map[string][]css.Token
	for _, src := range sources {
		for i := range src.decls {
			d := &src.decls[i]
			if d.Important == src.important && len(d.Name) > 2 && d.Name[0] == '-' && d.Name[1] == '-' {
				if raw == nil {
					raw = map[string][]css.Token{}
				}
				raw[d.Name] = d.Value
			}
		}
	}
	props := c.walker.scopes[nil].properties
	c.vars = &resolver{parent: c.parent.Vars, raw: raw, fall: props}
	if raw == nil {
		return
	}
	c.vars.done, c.vars.busy = map[string][]css.Token{}, map[string]bool{}
	own := make(map[string][]css.Token, len(raw))
	for name := range raw {
		t, _ := c.vars.value(name, 0)
		own[name] = t
	}
	c.s.Vars = c.parent.Vars.extend(own)
}

// win makes l the value of its property, when it can be one.
func (c *cascade) win(l longhand) {
	if wideKeyword(l.value) == noKeyword && !c.valid(l) {
		return
	}
	if c.winners[l.prop.id].prop == nil {
		c.set = append(c.set, l.prop.id)
	}
	c.winners[l.prop.id] = winner{l.value, l.prop}
}

// valid tries the value on a scratch style: an invalid declaration must not
// beat an earlier valid one.
func (c *cascade) valid(l longhand) bool {
	if len(l.value) == 0 {
		return false
	}
	if l.value[0].Kind == css.Ident && len(l.value) == 1 && l.value[0].Text[0] == '-' && l.prop != properties["display"] {
		// A vendor keyword: ask.
		return c.probe(l)
	}
	if l.value[0].Kind == css.Number || l.value[0].Kind == css.Dimension {
		return true
	}
	return c.probe(l)
}

func (c *cascade) probe(l longhand) bool {
	e := c.env
	scratch := *c.parent
	e.s = &scratch
	e.FontSize = 16
	return l.prop.set(l.value, &e)
}

func (c *cascade) keepAgent() {
	for _, id := range c.set {
		if c.agent == nil {
			c.agent = map[int]winner{}
		}
		c.agent[id] = c.winners[id]
	}
}

func (c *cascade) applyAll() {
	c.apply("font-family")
	c.apply("font-size")
	if w, ok := c.winner("font-size"); ok && wideKeyword(w.value) == noKeyword {
		_, c.s.Sized = fontSizes[word(w.value)]
		c.s.Sized = !c.s.Sized
	} else if !c.s.Sized && onlyMono(c.s.Families) && !onlyMono(c.parent.Families) {
		c.s.FontSize *= 13.0 / 16
	}
	c.FontSize = c.s.FontSize
	if c.root {
		c.RootSize = c.s.FontSize
	}
	c.apply("font-weight")
	c.apply("font-style")
	c.XHeight, c.Zero, c.Line = c.walker.engine.metrics(c.s.Families, c.s.Weight, c.s.Italic, c.s.FontSize)
	switch lh := c.s.LineHeight; {
	case lh.Px > 0:
		c.Line = lh.Px
	case lh.Factor > 0:
		c.Line = lh.Factor * c.s.FontSize
	}
	c.apply("color")
	for _, id := range c.set {
		p := byID[id]
		if !p.early && !p.late {
			c.applyWinner(c.winners[id])
		}
	}
	for _, name := range lateProperties {
		c.apply(name)
	}
}

func (c *cascade) winner(name string) (winner, bool) {
	w := c.winners[properties[name].id]
	return w, w.prop != nil
}

func (c *cascade) apply(name string) {
	if w, ok := c.winner(name); ok {
		c.applyWinner(w)
	}
}

func (c *cascade) applyWinner(w winner) {
	switch wideKeyword(w.value) {
	case noKeyword:
		w.prop.set(w.value, &c.env)
	case inheritKeyword:
		c.leans = c.leans || !w.prop.inherited
		w.prop.copy(c.s, c.parent)
	case initialKeyword:
		w.prop.copy(c.s, c.walker.engine.initial)
	case unsetKeyword:
		c.unset(w.prop)
	case revertKeyword:
		if a, ok := c.agent[w.prop.id]; ok && wideKeyword(a.value) != revertKeyword {
			c.applyWinner(a)
		} else {
			c.unset(w.prop)
		}
	}
}

func (c *cascade) unset(p *property) {
	if p.inherited {
		p.copy(c.s, c.parent)
	} else {
		p.copy(c.s, c.walker.engine.initial)
	}
}

// finish makes computed values of specified ones.
func finish(s, parent *Style, isItem, root bool) {
	if s.Position == Absolute || s.Position == Fixed || isItem {
		s.Float = NoSide
	}
	if s.LineClamp > 0 && (s.Display == FlexBox || s.Display == InlineFlex) {
		s.Display = FlowRoot // an old flexible box that counts lines is none
	}
	if root || isItem || s.Float != NoSide || s.Position == Absolute || s.Position == Fixed {
		s.Lined = inlineDisplay(s.Display)
		s.Display = blockify(s.Display)
	}
	for i := range s.BorderWidth {
		if s.BorderStyle[i] == NoBorder || s.BorderStyle[i] == HiddenBorder {
			s.BorderWidth[i] = 0
		}
		s.BorderColor[i] = s.BorderColor[i].Resolve(s.Color)
	}
	if s.OutlineStyle == NoBorder {
		s.OutlineWidth = 0
	}
	s.OutlineColor = s.OutlineColor.Resolve(s.Color)
	s.Own.Background = s.Own.Background.Resolve(s.Color)
	for i := range s.Shadows {
		s.Shadows[i].Color = s.Shadows[i].Color.Resolve(s.Color)
	}
	for i := range s.Images {
		if g := s.Images[i].Gradient; g != nil {
			for j := range g.Stops {
				g.Stops[j].Color = g.Stops[j].Color.Resolve(s.Color)
			}
		}
	}
	for i, other := range [2]int{1, 0} {
		if s.Overflow[i] == Visible && s.Overflow[other] != Visible && s.Overflow[other] != ClipOverflow {
			s.Overflow[i] = AutoScroll
		}
	}
	s.Moved = s.Transforms.any()
	decorate(s)
}

// decorate adds the element's own lines to those of its ancestors, which do
// not reach into floats, positioned boxes and inline-blocks.
func decorate(s *Style) {
	switch s.Display {
	case InlineBlock, InlineFlex, InlineGrid, InlineTable:
		s.Decoration = Decoration{}
	}
	if s.Float != NoSide || s.Position == Absolute || s.Position == Fixed {
		s.Decoration = Decoration{}
	}
	if s.Lines != 0 {
		s.Decoration = Decoration{Lines: s.Decoration.Lines | s.Lines, Color: s.LineColor.Resolve(s.Color)}
	}
}

func inlineDisplay(d Display) bool {
	switch d {
	case Inline, InlineBlock, InlineFlex, InlineGrid, InlineTable:
		return true
	}
	return false
}

func blockify(d Display) Display {
	switch d {
	case Inline, InlineBlock, TableRow, TableRowGroup, TableHeader, TableFooter, TableCell, TableCaption, TableColumn, TableColumnGroup:
		return Block
	case InlineFlex:
		return FlexBox
	case InlineGrid:
		return GridBox
	case InlineTable:
		return Table
	}
	return d
}

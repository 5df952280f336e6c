package css

import (
	"strings"
)

// Combinator says how a compound stands to the one on its left.
type Combinator uint8

// The combinators of Selectors 4.
const (
	Descendant Combinator = iota
	Child
	NextSibling
	LaterSibling
)

// PseudoElement is the part of an element that a selector means.
type PseudoElement uint8

// The pseudo-elements that are drawn.
const (
	NoPseudo PseudoElement = iota
	Before
	After
	Placeholder
	Marker
	Track // of a slider
	Slotted
	OtherPseudo // known or unknown, never drawn
)

// Specificity orders selectors; larger wins.
type Specificity uint32

const (
	specID    Specificity = 1 << 20
	specClass Specificity = 1 << 10
	specTag   Specificity = 1
)

// Selector is one complex selector.
type Selector struct {
	parts  []compound // leftmost first
	Spec   Specificity
	Pseudo PseudoElement
	// slotted is what ::slotted() asks of the slotted element.
	slotted []*Selector
}

type compound struct {
	comb    Combinator
	tag     string // "" for any
	id      string
	ids     []string // further ids
	classes []string
	attrs   []attrTest
	pseudos []pseudo
	anchor  bool // the element that :has() is asked of
	host    bool // :host, and what it asks
	hostIf  []*Selector
}

type attrTest struct {
	name, op, value string
	fold            bool
}

type pseudo struct {
	name string
	list []*Selector
	a, b int // An+B
}

const (
	maxSelectors = 4096
	maxCompounds = 256
	maxNested    = 12
)

// ParseSelectors reads a selector list. Nested rules give the list of the
// enclosing rule as parent. One bad selector makes the whole list bad.
func ParseSelectors(tokens []Token, parent []*Selector) ([]*Selector, bool) {
	p := &selectorParser{parent: parent}
	list, ok := p.list(tokens, 0, false)
	if ok && parent != nil {
		for _, s := range list {
			if !p.nesting(s) {
				p.prefix(s)
			}
		}
	}
	return list, ok && len(list) > 0
}

type selectorParser struct {
	parent []*Selector
	amps   map[*Selector]bool
}

func (p *selectorParser) nesting(s *Selector) bool { return p.amps[s] }

// prefix makes a nested selector without & relative to its parent.
func (p *selectorParser) prefix(s *Selector) {
	is, spec := p.ampersand()
	s.parts = append([]compound{{pseudos: []pseudo{is}}}, s.parts...)
	s.Spec += spec
}

func (p *selectorParser) ampersand() (pseudo, Specificity) {
	if p.parent == nil {
		return pseudo{name: "scope"}, specClass
	}
	return pseudo{name: "is", list: p.parent}, most(p.parent)
}

func most(list []*Selector) Specificity {
	var m Specificity
	for _, s := range list {
		m = max(m, s.Spec)
	}
	return m
}

// list reads selectors between commas; a forgiving list drops the bad ones.
func (p *selectorParser) list(tokens []Token, depth int, forgiving bool) ([]*Selector, bool) {
	if depth > maxNested {
		return nil, false
	}
	var list []*Selector
	for _, part := range Split(tokens, Comma) {
		s, ok := p.complex(Trim(part), depth)
		if ok {
			list = append(list, s)
		} else if !forgiving {
			return nil, false
		}
		if len(list) >= maxSelectors {
			break
		}
	}
	return list, true
}

func (p *selectorParser) complex(tokens []Token, depth int) (*Selector, bool) {
	s := &Selector{}
	comb := Descendant
	pending := false // a combinator other than a space was read
	for len(tokens) > 0 {
		t := tokens[0]
		if t.Kind == Space {
			tokens = tokens[1:]
			continue
		}
		if c, ok := combinator(t); ok {
			if pending || s.Pseudo != NoPseudo {
				return nil, false
			}
			if len(s.parts) == 0 { // relative, in :has() or a nested rule
				if p.parent != nil {
					is, spec := p.ampersand()
					s.parts = append(s.parts, compound{pseudos: []pseudo{is}})
					s.Spec += spec
					p.markNesting(s)
				} else {
					s.parts = append(s.parts, compound{anchor: true})
				}
			}
			comb, pending = c, true
			tokens = tokens[1:]
			continue
		}
		if s.Pseudo != NoPseudo || len(s.parts) >= maxCompounds {
			return nil, false
		}
		part := compound{comb: comb}
		rest, ok := p.compound(s, &part, tokens, depth)
		if !ok || len(rest) == len(tokens) {
			return nil, false
		}
		s.parts = append(s.parts, part)
		tokens, comb, pending = rest, Descendant, false
	}
	return s, len(s.parts) > 0 && !pending
}

func (p *selectorParser) markNesting(s *Selector) {
	if p.amps == nil {
		p.amps = map[*Selector]bool{}
	}
	p.amps[s] = true
}

func combinator(t Token) (Combinator, bool) {
	if t.Kind != Delim {
		return 0, false
	}
	switch t.Text {
	case ">":
		return Child, true
	case "+":
		return NextSibling, true
	case "~":
		return LaterSibling, true
	}
	return 0, false
}

// compound reads simple selectors up to white space or a combinator.
func (p *selectorParser) compound(s *Selector, c *compound, tokens []Token, depth int) ([]Token, bool) {
	for len(tokens) > 0 {
		t := tokens[0]
		switch {
		case t.Kind == Space:
			return tokens, true
		case t.Kind == Ident:
			if len(tokens) > 1 && tokens[1].Is("|") {
				tokens = tokens[2:]
				continue
			}
			c.tag = strings.ToLower(t.Text)
			s.Spec += specTag
			tokens = tokens[1:]
		case t.Is("*"):
			tokens = tokens[1:]
			if len(tokens) > 0 && tokens[0].Is("|") {
				tokens = tokens[1:]
			}
		case t.Is("&"):
			is, spec := p.ampersand()
			c.pseudos = append(c.pseudos, is)
			s.Spec += spec
			p.markNesting(s)
			tokens = tokens[1:]
		case t.Kind == Hash:
			if c.id == "" {
				c.id = t.Text
			} else {
				c.ids = append(c.ids, t.Text)
			}
			s.Spec += specID
			tokens = tokens[1:]
		case t.Is("."):
			if len(tokens) < 2 || tokens[1].Kind != Ident {
				return nil, false
			}
			c.classes = append(c.classes, tokens[1].Text)
			s.Spec += specClass
			tokens = tokens[2:]
		case t.Is("["):
			inner, rest := Block(tokens)
			a, ok := parseAttr(Trim(inner))
			if !ok {
				return nil, false
			}
			c.attrs = append(c.attrs, a)
			s.Spec += specClass
			tokens = rest
		case t.Kind == Colon:
			rest, ok := p.pseudo(s, c, tokens[1:], depth)
			if !ok {
				return nil, false
			}
			tokens = rest
		default:
			if _, ok := combinator(t); ok {
				return tokens, true
			}
			return nil, false
		}
	}
	return tokens, true
}

func parseAttr(in []Token) (attrTest, bool) {
	var kept []Token
	for _, t := range in {
		if t.Kind != Space {
			kept = append(kept, t)
		}
	}
	if len(kept) > 1 && kept[1].Is("|") || len(kept) > 0 && kept[0].Is("*") {
		return attrTest{}, false
	}
	if len(kept) == 0 || kept[0].Kind != Ident {
		return attrTest{}, false
	}
	a := attrTest{name: strings.ToLower(kept[0].Text)}
	if len(kept) == 1 {
		return a, true
	}
	if len(kept) < 3 || kept[1].Kind != Delim {
		return a, false
	}
	a.op, a.value = kept[1].Text, kept[2].Text
	switch kept[2].Kind {
	case Ident, String:
	default:
		return a, false
	}
	if len(kept) == 4 && kept[3].IsIdent("i") {
		a.fold = true
	} else if a.name == "type" {
		a.fold = true // HTML: its values match without case
	}
	return a, true
}

var pseudoElements = map[string]PseudoElement{
	"before": Before, "after": After, "placeholder": Placeholder, "marker": Marker,
	"-webkit-input-placeholder": Placeholder, "-webkit-slider-runnable-track": Track,
	"first-line": OtherPseudo, "first-letter": OtherPseudo, "selection": OtherPseudo, "backdrop": OtherPseudo,
	"file-selector-button": OtherPseudo, "cue": OtherPseudo, "part": OtherPseudo, "details-content": OtherPseudo,
	"highlight": OtherPseudo, "view-transition": OtherPseudo, "spelling-error": OtherPseudo, "grammar-error": OtherPseudo,
	"target-text": OtherPseudo,
}

func (p *selectorParser) pseudo(s *Selector, c *compound, tokens []Token, depth int) ([]Token, bool) {
	element := false
	if len(tokens) > 0 && tokens[0].Kind == Colon {
		element = true
		tokens = tokens[1:]
	}
	if len(tokens) == 0 || tokens[0].Kind != Ident && tokens[0].Kind != Function {
		return nil, false
	}
	name := strings.ToLower(tokens[0].Text)
	var inner []Token
	rest := tokens[1:]
	if tokens[0].Kind == Function {
		inner, rest = Block(tokens)
	}
	if name == "slotted" && element {
		list, ok := p.list(inner, depth+1, false)
		s.Pseudo, s.slotted = Slotted, list
		s.Spec += specTag + most(list)
		return rest, ok
	}
	e, known := pseudoElements[name]
	if !element && known && (name == "before" || name == "after" || name == "first-line" || name == "first-letter") {
		element = true
	}
	if element {
		if !known {
			if !strings.HasPrefix(name, "-webkit-") {
				return nil, false
			}
			e = OtherPseudo
		}
		s.Pseudo = e
		s.Spec += specTag
		return rest, true
	}
	if s.Pseudo != NoPseudo {
		// A state of the part, such as ::before:hover.
		s.Pseudo = OtherPseudo
		return rest, true
	}
	return rest, p.pseudoClass(s, c, name, inner, tokens[0].Kind == Function, depth)
}

var plainPseudos = map[string]bool{
	"root": true, "empty": true, "first-child": true, "last-child": true, "only-child": true,
	"first-of-type": true, "last-of-type": true, "only-of-type": true,
	"link": true, "any-link": true, "visited": true, "hover": true, "active": true, "focus": true,
	"focus-visible": true, "focus-within": true, "target": true, "target-within": true,
	"enabled": true, "disabled": true, "checked": true, "indeterminate": true, "default": true,
	"required": true, "optional": true, "valid": true, "invalid": true, "user-valid": true, "user-invalid": true,
	"in-range": true, "out-of-range": true, "read-only": true, "read-write": true, "placeholder-shown": true,
	"autofill": true, "-webkit-autofill": true, "defined": true, "scope": true, "fullscreen": true,
	"open": true, "modal": true, "popover-open": true, "playing": true, "paused": true, "picture-in-picture": true,
}

func (p *selectorParser) pseudoClass(s *Selector, c *compound, name string, inner []Token, function bool, depth int) bool {
	ps := pseudo{name: name}
	ok := true
	switch {
	case name == "host" || name == "host-context":
		c.host = true
		s.Spec += specClass
		if function && name == "host" {
			c.hostIf, ok = p.list(inner, depth+1, false)
			s.Spec += most(c.hostIf)
		}
		return ok
	case !function:
		if !plainPseudos[name] {
			return false
		}
		s.Spec += specClass
	case name == "is" || name == "where" || name == "matches" || name == "-webkit-any":
		ps.name = "is"
		ps.list, ok = p.list(inner, depth+1, true)
		if name != "where" {
			s.Spec += most(ps.list)
		}
	case name == "not":
		ps.list, ok = p.list(inner, depth+1, false)
		s.Spec += most(ps.list)
	case name == "has":
		ps.list, ok = p.has(inner, depth)
		s.Spec += most(ps.list)
	case strings.HasPrefix(name, "nth-"):
		ps, ok = p.nth(ps, inner, depth)
		s.Spec += specClass + most(ps.list)
	case name == "lang" || name == "dir":
		if len(Trim(inner)) > 0 {
			ps.list = nil
			ps.name = name + ":" + strings.ToLower(Trim(inner)[0].Text)
		}
		s.Spec += specClass
	case name == "state":
		s.Spec += specClass
	default:
		return false
	}
	c.pseudos = append(c.pseudos, ps)
	return ok
}

func (p *selectorParser) has(inner []Token, depth int) ([]*Selector, bool) {
	rel := &selectorParser{} // & inside :has() is rare and means the anchor's scope
	list, ok := rel.list(inner, depth+1, false)
	for _, s := range list {
		if !s.parts[0].anchor {
			s.parts = append([]compound{{anchor: true}}, s.parts...)
		}
	}
	return list, ok
}

func (p *selectorParser) nth(ps pseudo, inner []Token, depth int) (pseudo, bool) {
	formula := inner
	for i, t := range inner {
		if t.IsIdent("of") {
			formula = inner[:i]
			list, ok := p.list(inner[i+1:], depth+1, false)
			if !ok {
				return ps, false
			}
			ps.list = list
			break
		}
	}
	var ok bool
	ps.a, ps.b, ok = anPlusB(formula)
	return ps, ok
}

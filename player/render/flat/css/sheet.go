package css

import (
	"strconv"
	"strings"
)

// Sheet is a parsed style sheet, flat: nesting, media and layers are resolved
// into each rule. It is not changed after parsing and may be shared.
type Sheet struct {
	Rules      []Rule
	Layers     []string              // full names in the order of first mention
	Properties map[string][]Token    // @property: initial values by name
	Fonts      [][]Declaration       // @font-face
	Frames     map[string][]Keyframe // @keyframes, by name
}

// Keyframe is one step of an animation; At is 0 to 1.
type Keyframe struct {
	At    float32
	Decls []Declaration
}

// Rule is one style rule.
type Rule struct {
	Selectors []*Selector
	Decls     []Declaration
	Cond      *Cond  // nil: always
	Layer     string // full name, "" for none
}

// Declaration is one property with its value, unparsed.
type Declaration struct {
	Name      string // lower case, except custom properties
	Value     []Token
	Important bool
	Var       bool // holds var() or env()
}

// Cond is a chain of conditions that all must hold.
type Cond struct {
	Outer     *Cond
	Media     []Query // any of them; nil when the condition is another
	Never     bool
	Container *Container // for its own link of the chain; Holds does not ask it
	Supports  bool
}

const (
	maxRules = 200_000
	maxDepth = 24
)

type parser struct {
	tokens []Token
	pos    int
	sheet  *Sheet
	layers map[string]bool
	anon   int
}

// Parse reads a sheet. It never fails: what cannot be read is left out, as the
// standard asks.
func Parse(source string) *Sheet {
	p := &parser{tokens: Tokens(source), sheet: &Sheet{
		Properties: map[string][]Token{}, Frames: map[string][]Keyframe{},
	}, layers: map[string]bool{}}
	p.rules(scope{}, 0)
	return p.sheet
}

// scope is where a rule stands.
type scope struct {
	parent []*Selector // of the enclosing style rule
	cond   *Cond
	layer  string
}

func (p *parser) peek() Token {
	if p.pos >= len(p.tokens) {
		return Token{}
	}
	return p.tokens[p.pos]
}

// rules reads a list of rules up to the closing brace or the end.
func (p *parser) rules(s scope, depth int) {
	for p.pos < len(p.tokens) {
		t := p.peek()
		switch {
		case t.Kind == Space || t.Kind == Semicolon:
			p.pos++
		case t.Is("}"):
			return
		case t.Kind == AtKeyword:
			p.at(s, depth)
		default:
			p.style(s, depth)
		}
	}
}

// prelude reads up to a top-level { or ; and says whether a block follows.
func (p *parser) prelude() (tokens []Token, block bool) {
	start, depth := p.pos, 0
	for ; p.pos < len(p.tokens); p.pos++ {
		t := p.tokens[p.pos]
		switch {
		case t.Is("{") && depth == 0:
			tokens = p.tokens[start:p.pos]
			p.pos++
			return Trim(tokens), true
		case t.Kind == Open || t.Kind == Function:
			depth++
		case t.Is("}") && depth == 0:
			return Trim(p.tokens[start:p.pos]), false
		case t.Kind == Close:
			depth--
		case t.Kind == Semicolon && depth <= 0:
			tokens = p.tokens[start:p.pos]
			p.pos++
			return Trim(tokens), false
		}
	}
	return Trim(p.tokens[start:]), false
}

// skip moves behind the } of the block that p stands in.
func (p *parser) skip() {
	for depth := 0; p.pos < len(p.tokens); p.pos++ {
		t := p.tokens[p.pos]
		if t.Is("{") {
			depth++
		} else if t.Is("}") {
			if depth == 0 {
				p.pos++
				return
			}
			depth--
		}
	}
}

func (p *parser) close() {
	if p.peek().Is("}") {
		p.pos++
	}
}

func (p *parser) style(s scope, depth int) {
	head, block := p.prelude()
	if !block {
		if p.peek().Is("}") && s.parent == nil && depth == 0 {
			p.pos++ // a stray brace
		}
		return
	}
	if depth > maxDepth || len(p.sheet.Rules) > maxRules {
		p.skip()
		return
	}
	sels, ok := ParseSelectors(head, s.parent)
	if !ok {
		p.skip()
		return
	}
	p.body(scope{parent: sels, cond: s.cond, layer: s.layer}, depth+1)
	p.close()
}

// body reads declarations and nested rules.
func (p *parser) body(s scope, depth int) {
	var decls []Declaration
	flush := func() {
		if len(decls) > 0 && len(p.sheet.Rules) <= maxRules {
			p.sheet.Rules = append(p.sheet.Rules, Rule{Selectors: s.parent, Decls: decls, Cond: s.cond, Layer: s.layer})
		}
		decls = nil
	}
	for p.pos < len(p.tokens) {
		t := p.peek()
		switch {
		case t.Kind == Space || t.Kind == Semicolon:
			p.pos++
		case t.Is("}"):
			flush()
			return
		case t.Kind == AtKeyword:
			flush()
			p.at(s, depth)
		case t.Kind == Ident && p.declares():
			if d, ok := p.declaration(); ok {
				decls = append(decls, d)
			}
		default:
			flush()
			before := p.pos
			p.style(s, depth)
			if p.pos == before {
				p.pos++
			}
		}
	}
	flush()
}

// declares reports whether a declaration stands here rather than a nested rule.
func (p *parser) declares() bool {
	i := p.pos + 1
	for i < len(p.tokens) && p.tokens[i].Kind == Space {
		i++
	}
	if i >= len(p.tokens) || p.tokens[i].Kind != Colon {
		return false
	}
	if strings.HasPrefix(p.tokens[p.pos].Text, "--") {
		return true
	}
	for ; i < len(p.tokens); i++ {
		switch t := p.tokens[i]; {
		case t.Kind == Semicolon || t.Is("}"):
			return true
		case t.Is("{"):
			return false
		}
	}
	return true
}

func (p *parser) declaration() (Declaration, bool) {
	name := p.peek().Text
	custom := strings.HasPrefix(name, "--")
	for p.pos++; p.peek().Kind != Colon; {
		p.pos++
	}
	p.pos++
	start, depth := p.pos, 0
loop:
	for ; p.pos < len(p.tokens); p.pos++ {
		t := p.tokens[p.pos]
		switch {
		case t.Kind == Open || t.Kind == Function:
			depth++
		case t.Kind == Close:
			if depth == 0 {
				break loop
			}
			depth--
		case t.Kind == Semicolon && depth == 0:
			break loop
		}
	}
	d := Declaration{Name: name, Value: Trim(p.tokens[start:p.pos])}
	if !custom {
		d.Name = strings.ToLower(name)
	}
	d.Value, d.Important = cutImportant(d.Value)
	for _, t := range d.Value {
		if t.Kind == Function && (t.Text == "var" || t.Text == "env") {
			d.Var = true
			break
		}
	}
	return d, len(d.Value) > 0 || custom
}

func cutImportant(v []Token) ([]Token, bool) {
	n := len(v)
	if n >= 2 && v[n-1].IsIdent("important") {
		i := n - 2
		for i > 0 && v[i].Kind == Space {
			i--
		}
		if v[i].Is("!") {
			return Trim(v[:i]), true
		}
	}
	return v, false
}

// ParseDeclarations reads the text of a style attribute.
func ParseDeclarations(source string) []Declaration {
	p := &parser{tokens: Tokens(source), sheet: &Sheet{}}
	return p.declarations()
}

func (p *parser) declarations() []Declaration {
	var decls []Declaration
	for p.pos < len(p.tokens) {
		t := p.peek()
		switch {
		case t.Is("}"):
			return decls
		case t.Kind == Ident && p.declares():
			if d, ok := p.declaration(); ok {
				decls = append(decls, d)
			}
		case t.Kind == Space || t.Kind == Semicolon:
			p.pos++
		default:
			if _, block := p.prelude(); block {
				p.skip()
			} else if p.peek().Kind == Close && !p.peek().Is("}") {
				p.pos++
			}
		}
	}
	return decls
}

func (p *parser) at(s scope, depth int) {
	name := p.peek().Text
	p.pos++
	head, block := p.prelude()
	if !block {
		if name == "layer" {
			for _, part := range Split(head, Comma) {
				p.layer(s.layer, part)
			}
		}
		return
	}
	if depth > maxDepth {
		p.skip()
		return
	}
	switch name {
	case "media":
		p.group(scope{s.parent, &Cond{Outer: s.cond, Media: ParseMedia(head)}, s.layer}, depth)
	case "supports":
		c := s.cond
		if !Supports(head) {
			c = &Cond{Outer: s.cond, Never: true}
		}
		p.group(scope{s.parent, c, s.layer}, depth)
	case "layer":
		p.group(scope{s.parent, s.cond, p.layer(s.layer, head)}, depth)
	case "container":
		p.group(scope{s.parent, &Cond{Outer: s.cond, Container: parseContainer(head)}, s.layer}, depth)
	case "scope", "starting-style":
		p.group(scope{s.parent, &Cond{Outer: s.cond, Never: true}, s.layer}, depth)
	case "property":
		p.property(head)
	case "font-face":
		p.sheet.Fonts = append(p.sheet.Fonts, p.declarations())
		p.close()
	case "keyframes", "-webkit-keyframes":
		p.keyframes(head)
	default:
		p.skip()
	}
}

func (p *parser) group(s scope, depth int) {
	if s.parent != nil {
		p.body(s, depth+1)
	} else {
		p.rules(s, depth+1)
	}
	p.close()
}

func (p *parser) layer(outer string, head []Token) string {
	var b strings.Builder
	for _, t := range head {
		if t.Kind != Space {
			b.WriteString(t.Text)
		}
	}
	name := b.String()
	if name == "" {
		p.anon++
		name = "\x00" + strconv.Itoa(p.anon)
	}
	if outer != "" {
		name = outer + "." + name
	}
	if !p.layers[name] {
		p.layers[name] = true
		p.sheet.Layers = append(p.sheet.Layers, name)
	}
	return name
}

func (p *parser) property(head []Token) {
	decls := p.declarations()
	p.close()
	if len(head) != 1 {
		return
	}
	for _, d := range decls {
		if d.Name == "initial-value" {
			p.sheet.Properties[head[0].Text] = d.Value
		}
	}
}

func (p *parser) keyframes(head []Token) {
	var frames []Keyframe
	for p.pos < len(p.tokens) && !p.peek().Is("}") {
		if p.peek().Kind == Space {
			p.pos++
			continue
		}
		steps, block := p.prelude()
		if !block {
			break
		}
		decls := p.declarations()
		p.close()
		for _, step := range Split(steps, Comma) {
			step = Trim(step)
			if len(step) != 1 {
				continue
			}
			switch {
			case step[0].IsIdent("from"):
				frames = append(frames, Keyframe{0, decls})
			case step[0].IsIdent("to"):
				frames = append(frames, Keyframe{1, decls})
			case step[0].Kind == Percent:
				frames = append(frames, Keyframe{step[0].Num / 100, decls})
			}
		}
	}
	p.close()
	if len(head) == 1 {
		p.sheet.Frames[head[0].Text] = frames
	}
}

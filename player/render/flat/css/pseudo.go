package css

import (
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

func (m *Matcher) pseudo(p *pseudo, e *Element) bool {
	n := e.Node
	switch p.name {
	case "is":
		return m.any(p.list, n)
	case "not":
		return !m.any(p.list, n) && m.steps > 0
	case "has":
		return m.hasAny(p.list, n)
	case "root":
		return n.Parent != nil && n.Parent.Type == recording.DocumentNode
	case "scope":
		return n.Parent != nil && n.Parent.Type == recording.DocumentNode || n == m.anchor
	case "empty":
		return empty(n)
	case "focus", "focus-visible":
		return n == m.focus
	case "focus-within":
		return within(m.focus, n)
	case "hover":
		return within(m.hover, n)
	case "link", "any-link":
		_, ok := n.Attr("href")
		return ok && (e.Tag == "a" || e.Tag == "area")
	case "defined":
		return true
	case "open":
		_, ok := n.Attr("open")
		return ok && (e.Tag == "details" || e.Tag == "dialog")
	case "modal":
		v, ok := n.Attr("rr_open_mode")
		return ok && v == "modal"
	case "playing":
		return n.Playing
	case "paused":
		return (e.Tag == "video" || e.Tag == "audio") && !n.Playing
	}
	if ok, known := m.structural(p, e); known {
		return ok
	}
	if lang, ok := strings.CutPrefix(p.name, "lang:"); ok {
		return langOf(n, lang)
	}
	if dir, ok := strings.CutPrefix(p.name, "dir:"); ok {
		return dirOf(n) == dir
	}
	return formState(p.name, e)
}

// within reports whether n is top or stands below it.
func within(n, top *dom.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == top {
			return true
		}
	}
	return false
}

func (m *Matcher) structural(p *pseudo, e *Element) (ok, known bool) {
	switch p.name {
	case "first-child", "last-child", "only-child", "first-of-type", "last-of-type", "only-of-type",
		"nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type":
	default:
		return false, false
	}
	m.count(e)
	switch p.name {
	case "first-child":
		ok = e.index == 1
	case "last-child":
		ok = e.index == e.last
	case "only-child":
		ok = e.last == 1
	case "first-of-type":
		ok = e.kindIndex == 1
	case "last-of-type":
		ok = e.kindIndex == e.kindLast
	case "only-of-type":
		ok = e.kindLast == 1
	case "nth-of-type":
		ok = nthHolds(p.a, p.b, e.kindIndex)
	case "nth-last-of-type":
		ok = nthHolds(p.a, p.b, e.kindLast-e.kindIndex+1)
	default:
		ok = m.nthChild(p, e)
	}
	return ok, true
}

func (m *Matcher) nthChild(p *pseudo, e *Element) bool {
	fromEnd := p.name == "nth-last-child"
	if p.list == nil {
		if fromEnd {
			return nthHolds(p.a, p.b, e.last-e.index+1)
		}
		return nthHolds(p.a, p.b, e.index)
	}
	if !m.any(p.list, e.Node) {
		return false
	}
	i := 1
	next := func(n *dom.Node) *dom.Node { return n.Prev }
	if fromEnd {
		next = func(n *dom.Node) *dom.Node { return n.Next }
	}
	for s := next(e.Node); s != nil && m.steps > 0; s = next(s) {
		if s.Type == recording.ElementNode && s.Shadow == e.Node.Shadow && m.any(p.list, s) {
			i++
		}
	}
	return nthHolds(p.a, p.b, i)
}

// hasAny looks for an element that stands to n as one of the relative
// selectors asks.
func (m *Matcher) hasAny(list []*Selector, n *dom.Node) bool {
	anchor := m.anchor
	m.anchor = n
	defer func() { m.anchor = anchor }()
	for _, s := range list {
		if len(s.parts) < 2 {
			continue
		}
		switch s.parts[1].comb {
		case Child, Descendant:
			if m.below(s, n) {
				return true
			}
		default:
			for sib := n.Next; sib != nil && m.steps > 0; sib = sib.Next {
				if sib.Type != recording.ElementNode {
					continue
				}
				if m.matchAt(s, len(s.parts)-1, sib) || len(s.parts) > 2 && m.below(s, sib) {
					return true
				}
			}
		}
	}
	return false
}

func (m *Matcher) below(s *Selector, n *dom.Node) bool {
	for c := n.First; c != nil && m.steps > 0; c = c.Next {
		if c.Type != recording.ElementNode {
			continue
		}
		if m.matchAt(s, len(s.parts)-1, c) || m.below(s, c) {
			return true
		}
	}
	return false
}

func empty(n *dom.Node) bool {
	for c := n.First; c != nil; c = c.Next {
		if c.Type == recording.ElementNode || c.Type == recording.TextNode && c.Text != "" {
			return false
		}
	}
	return true
}

func langOf(n *dom.Node, want string) bool {
	for ; n != nil; n = n.Parent {
		if v, ok := n.Attr("lang"); ok {
			v = strings.ToLower(v)
			return v == want || strings.HasPrefix(v, want+"-")
		}
	}
	return false
}

func dirOf(n *dom.Node) string {
	for ; n != nil; n = n.Parent {
		if v, ok := n.Attr("dir"); ok {
			return strings.ToLower(v)
		}
	}
	return "ltr"
}

// formState answers the pseudo-classes of form fields with the live values.
func formState(name string, e *Element) bool {
	n := e.Node
	field := e.Tag == "input" || e.Tag == "select" || e.Tag == "textarea"
	control := field || e.Tag == "button" || e.Tag == "option" || e.Tag == "optgroup" || e.Tag == "fieldset"
	switch name {
	case "checked":
		return Checked(n)
	case "disabled":
		return control && disabled(n)
	case "enabled":
		return control && !disabled(n)
	case "required":
		_, ok := n.Attr("required")
		return ok && field
	case "optional":
		_, ok := n.Attr("required")
		return !ok && field
	case "placeholder-shown":
		ph, ok := n.Attr("placeholder")
		return ok && ph != "" && field && FieldText(n) == ""
	case "read-only":
		return !writable(e)
	case "read-write":
		return writable(e)
	case "valid":
		_, required := n.Attr("required")
		return field && (!required || FieldText(n) != "")
	case "invalid":
		_, required := n.Attr("required")
		return field && required && FieldText(n) == "" && !Checked(n)
	}
	return false // active, visited, target and everything else
}

func writable(e *Element) bool {
	if e.Tag != "input" && e.Tag != "textarea" {
		_, ok := e.Node.Attr("contenteditable")
		return ok
	}
	if _, ok := e.Node.Attr("readonly"); ok {
		return false
	}
	return !disabled(e.Node)
}

func disabled(n *dom.Node) bool {
	if _, ok := n.Attr("disabled"); ok {
		return true
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Is("fieldset") {
			if _, ok := p.Attr("disabled"); ok {
				return true
			}
		}
	}
	return false
}

// Checked reports whether a box, radio button or option is chosen now.
func Checked(n *dom.Node) bool {
	switch {
	case n.Is("input"):
		t, _ := n.Attr("type")
		if t = strings.ToLower(t); t != "checkbox" && t != "radio" {
			return false
		}
		if n.Value != nil {
			return n.Value.Checked
		}
		v, ok := n.Attr("checked")
		return ok && v != "false"
	case n.Is("option"):
		return selected(n)
	}
	return false
}

// selected asks the live value of the select first: that is what changes when
// somebody chooses.
func selected(option *dom.Node) bool {
	for p := option.Parent; p != nil; p = p.Parent {
		if !p.Is("select") {
			continue
		}
		if p.Value != nil {
			return optionValue(option) == p.Value.Text
		}
		if v, ok := p.Attr("value"); ok {
			return optionValue(option) == v
		}
		break
	}
	v, ok := option.Attr("selected")
	return ok && v != "false"
}

func optionValue(n *dom.Node) string {
	if v, ok := n.Attr("value"); ok {
		return v
	}
	return strings.Join(strings.Fields(n.TextContent()), " ")
}

// FieldText returns the text that a field holds now.
func FieldText(n *dom.Node) string {
	if n.Value != nil {
		return n.Value.Text
	}
	if v, ok := n.Attr("value"); ok {
		return v
	}
	if n.Is("textarea") {
		return strings.TrimPrefix(n.TextContent(), "\n")
	}
	return ""
}

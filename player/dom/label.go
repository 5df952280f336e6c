package dom

import (
	"strings"
	"unicode/utf8"

	"hindsite.app/player/recording"
)

// maxLabel is how much of an element's words its label keeps, in characters.
const maxLabel = 60

// Label returns what a person would call the element that n stands in: the
// words of the link, button or field, its name for assistive technology, or the
// beginning of its text. It is "" when there is nothing to call it by.
func (d *Document) Label(n *Node) string {
	if n == nil {
		return ""
	}
	if n.Type != recording.ElementNode {
		n = n.Parent
	}
	for e := n; e != nil; e = e.Parent {
		if e.Is("input", "textarea", "select") {
			return d.fieldLabel(e)
		}
		if e.interactive() {
			if s := first(attr(e, "aria-label"), e.words(), attr(e, "title"), imageAlt(e)); s != "" {
				return shorten(s)
			}
			break
		}
	}
	if n == nil || n.Is("html", "body") {
		return ""
	}
	return shorten(first(attr(n, "aria-label"), attr(n, "alt"), ownWords(n), attr(n, "title")))
}

func (n *Node) interactive() bool {
	if n.Is("a", "button", "label", "summary", "option") {
		return true
	}
	switch attr(n, "role") {
	case "button", "link", "tab", "menuitem", "checkbox", "switch", "option":
		return true
	}
	return false
}

func (d *Document) fieldLabel(n *Node) string {
	if attr(n, "type") == "submit" || attr(n, "type") == "button" {
		return shorten(first(attr(n, "value"), attr(n, "aria-label"), attr(n, "name")))
	}
	if s := attr(n, "aria-label"); s != "" {
		return shorten(s)
	}
	if id := attr(n, "id"); id != "" && d.root != nil {
		if l := findLabel(d.root, id, 0); l != nil {
			if s := l.words(); s != "" {
				return shorten(s)
			}
		}
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Is("label") {
			if s := p.words(); s != "" {
				return shorten(s)
			}
		}
	}
	return shorten(first(attr(n, "placeholder"), attr(n, "name"), attr(n, "id")))
}

func findLabel(n *Node, id string, depth int) *Node {
	if n.Is("label") && attr(n, "for") == id {
		return n
	}
	if depth > 1000 {
		return nil
	}
	for c := n.First; c != nil; c = c.Next {
		if l := findLabel(c, id, depth+1); l != nil {
			return l
		}
	}
	return nil
}

func attr(n *Node, name string) string {
	v, _ := n.Attr(name)
	return strings.Join(strings.Fields(v), " ")
}

// words returns the text below n without that of fields and scripts.
func (n *Node) words() string {
	var b strings.Builder
	var walk func(*Node)
	walk = func(n *Node) {
		if b.Len() > 4*maxLabel || n.Is("textarea", "select", "script", "style", "noscript") {
			return
		}
		if n.Type == recording.TextNode {
			b.WriteString(n.Text + " ")
		}
		for c := n.First; c != nil; c = c.Next {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// ownWords is the text of n itself, or of all of it when that is short.
func ownWords(n *Node) string {
	var b strings.Builder
	for c := n.First; c != nil; c = c.Next {
		if c.Type == recording.TextNode {
			b.WriteString(c.Text + " ")
		}
	}
	if s := strings.Join(strings.Fields(b.String()), " "); s != "" {
		return s
	}
	if s := n.words(); utf8.RuneCountInString(s) <= maxLabel {
		return s
	}
	return ""
}

func imageAlt(n *Node) string {
	for c := n.First; c != nil; c = c.Next {
		if c.Is("img") {
			return attr(c, "alt")
		}
	}
	return ""
}

func first(candidates ...string) string {
	for _, s := range candidates {
		if s != "" {
			return s
		}
	}
	return ""
}

func shorten(s string) string {
	if utf8.RuneCountInString(s) <= maxLabel {
		return s
	}
	return string([]rune(s)[:maxLabel-1]) + "…"
}

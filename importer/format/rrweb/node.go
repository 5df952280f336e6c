package rrweb

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/player/recording"
)

// wireNode is a node with what stands below it. Most of a recording is nodes,
// which is why they are read without reflection.
type wireNode struct {
	ID           nodeID
	Type         int
	TagName      string
	Name         string
	PublicID     string
	Attributes   attributes
	ChildNodes   []*wireNode
	TextContent  string
	CompatMode   string
	RootID       nodeID
	IsSVG        bool
	IsShadowHost bool
	IsShadow     bool
}

// UnmarshalJSONFrom reads a node. Members that are missing or null keep their
// zero value; one of the wrong kind is an error.
func (n *wireNode) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return errShape
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if bytes.IndexByte(name, '\\') >= 0 {
			if name, err = jsontext.AppendQuote(nil, text(name)); err != nil {
				return err
			}
		}
		if err := n.member(dec, name); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// member reads the value of the member with the quoted name.
func (n *wireNode) member(dec *jsontext.Decoder, name []byte) error {
	switch string(name) {
	case `"id"`:
		return n.ID.UnmarshalJSONFrom(dec)
	case `"rootId"`:
		return n.RootID.UnmarshalJSONFrom(dec)
	case `"type"`:
		return readInt(dec, &n.Type)
	case `"tagName"`:
		return readString(dec, &n.TagName)
	case `"name"`:
		return readString(dec, &n.Name)
	case `"publicId"`:
		return readString(dec, &n.PublicID)
	case `"textContent"`:
		return readString(dec, &n.TextContent)
	case `"compatMode"`:
		return readString(dec, &n.CompatMode)
	case `"attributes"`:
		return n.Attributes.UnmarshalJSONFrom(dec)
	case `"childNodes"`:
		return n.children(dec)
	case `"isSVG"`:
		return readBool(dec, &n.IsSVG)
	case `"isShadowHost"`:
		return readBool(dec, &n.IsShadowHost)
	case `"isShadow"`:
		return readBool(dec, &n.IsShadow)
	}
	return dec.SkipValue()
}

func (n *wireNode) children(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case 'n':
		return dec.SkipValue()
	case '[':
	default:
		return errShape
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		if dec.PeekKind() == 'n' {
			n.ChildNodes = append(n.ChildNodes, nil)
			if err := dec.SkipValue(); err != nil {
				return err
			}
			continue
		}
		child := new(wireNode)
		if err := child.UnmarshalJSONFrom(dec); err != nil {
			return err
		}
		n.ChildNodes = append(n.ChildNodes, child)
	}
	_, err := dec.ReadToken()
	return err
}

func readString(dec *jsontext.Decoder, into *string) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch v.Kind() {
	case '"':
		*into = word(v)
		return nil
	case 'n':
		return nil
	}
	return errShape
}

func readBool(dec *jsontext.Decoder, into *bool) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch v.Kind() {
	case 't', 'f':
		*into = v.Kind() == 't'
		return nil
	case 'n':
		return nil
	}
	return errShape
}

func readInt(dec *jsontext.Decoder, into *int) error {
	v, err := dec.ReadValue()
	if err != nil || v.Kind() == 'n' {
		return err
	}
	n, err := strconv.ParseInt(string(v), 10, 32)
	if err != nil {
		return errShape
	}
	*into = int(n)
	return nil
}

// word returns the string that v holds, without a copy where it is one of the
// words that every page is made of.
func word(v jsontext.Value) string {
	if s, ok := words[string(v)]; ok {
		return s
	}
	return text(v)
}

// words are frequent tags and attributes as JSON writes them.
var words = func() map[string]string {
	m := map[string]string{}
	for _, w := range []string{
		"a", "abbr", "article", "aside", "b", "body", "br", "button", "circle", "code", "dd", "defs", "div", "dl", "dt", "em", "figure",
		"footer", "form", "g", "h1", "h2", "h3", "h4", "head", "header", "hr", "html", "i", "iframe", "img", "input", "label", "li",
		"line", "link", "main", "meta", "nav", "noscript", "ol", "option", "p", "path", "picture", "polygon", "rect", "script", "section",
		"select", "small", "source", "span", "strong", "style", "sub", "sup", "svg", "table", "tbody", "td", "text", "textarea", "th",
		"thead", "title", "tr", "u", "ul", "use", "video",
		"action", "alt", "aria-hidden", "aria-label", "async", "autocomplete", "charset", "checked", "class", "content", "cx", "cy", "d",
		"data-id", "disabled", "fill", "fill-rule", "for", "height", "href", "id", "lang", "media", "name", "placeholder", "property", "r",
		"rel", "required", "role", "rr_height", "rr_width", "selected", "src", "stroke", "stroke-linecap", "stroke-linejoin",
		"stroke-width", "tabindex", "target", "transform", "type", "value", "viewBox", "width", "x", "xlink:href", "xmlns", "y", "_cssText",
		" ",
	} {
		m[`"`+w+`"`] = w
	}
	m[`"\n"`] = "\n"
	return m
}()

// attributes keeps the order in which they were recorded.
type attributes struct {
	set     []recording.Attr
	removed []string
	style   []recording.StyleChange
}

func (a *attributes) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		quoted, err := dec.ReadValue()
		if err != nil {
			return err
		}
		name := word(quoted)
		v, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if err := a.add(name, v); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

func (a *attributes) add(name string, v jsontext.Value) error {
	switch v.Kind() {
	case 'n', 'f':
		a.removed = append(a.removed, name)
	case 't':
		a.set = append(a.set, recording.Attr{Name: name})
	case '"', '0':
		a.set = append(a.set, recording.Attr{Name: name, Value: text(v)})
	case '{':
		if name == "style" {
			return a.addStyle(v)
		}
	}
	return nil
}

// addStyle reads the object form: property to value, to [value, priority], or
// to false where it was removed.
func (a *attributes) addStyle(v jsontext.Value) error {
	members, err := membersOf(v)
	if err != nil {
		return err
	}
	for _, m := range members {
		c := recording.StyleChange{Property: m.name}
		switch m.value.Kind() {
		case 'f', 'n':
			c.Remove = true
		case '[':
			parts, err := elementsOf(m.value)
			if err != nil || len(parts) == 0 {
				return errShape
			}
			c.Value = text(parts[0])
			c.Important = len(parts) > 1 && text(parts[1]) == "important"
		default:
			c.Value = text(m.value)
		}
		a.style = append(a.style, c)
	}
	return nil
}

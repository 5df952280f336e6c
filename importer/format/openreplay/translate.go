package openreplay

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rebuild"
)

// message takes one message whose fields were read.
func (p *page) message(k kind) error {
	f := &p.fields
	switch k {
	case pageLocation:
		p.location(f.text(0), f.text(3), f.num(2))
	case pageLocationOld:
		p.location(f.text(0), "", f.num(2))
	case viewportSize:
		p.Resize(f.num(0), f.num(1))
	case viewportScroll:
		p.Scroll(f.num(0), f.num(1))
	case nodeScroll:
		if n := p.find(f.num(0)); n != nil {
			p.ScrollNode(n, f.num(1), f.num(2))
		}
	case mouseMove:
		p.Move(f.num(0), f.num(1), nil, false)
	case mouseClick, mouseClickOld:
		p.click(f.num(0), f.text(2), f.text(3))
	case nodeFocus:
		p.focus(f.num(0))
	case inputValue:
		return p.input(f.num(0), f.text(1), f.num(2))
	case inputChecked:
		if n := p.findOf(rebuild.Element, f.num(0)); n != nil {
			return p.Check(n, f.yes(1))
		}
	case createDocument, createElement, createText, createFrame, moveNode, removeNode, setNodeData, setCSSData, cssDataURLBased, nodeSlot:
		return p.structure(k)
	case setAttribute, removeAttribute, attributeURLBased, attributeGlobal, attributeKeyed, attributeLocal, stringLocal, animationResult:
		return p.attribute(k)
	case sheetReplace, sheetReplaceURLBased, sheetInsert, sheetInsertURLBased, sheetDelete, sheetAddOwner, sheetRemoveOwner:
		p.styleSheet(k)
	default:
		p.beside(k)
	}
	return nil
}

// structure takes messages that build the document.
func (p *page) structure(k kind) error {
	f := &p.fields
	switch k {
	case createDocument:
		return p.begin()
	case createElement:
		svg := f.yes(4)
		return p.create(&rebuild.Node{ID: f.num(0), SVG: svg, Tag: tagName(f.text(3), svg)}, f.num(1), f.num(2))
	case createText:
		return p.create(&rebuild.Node{ID: f.num(0), Kind: rebuild.Text}, f.num(1), f.num(2))
	case createFrame:
		return p.open(f.num(0), f.num(1))
	case moveNode:
		if n := p.find(f.num(0)); n != nil {
			return p.placed(p.Tree().Place(n, f.num(1), f.num(2)))
		}
	case removeNode:
		if n := p.find(f.num(0)); n != nil {
			return p.Tree().Remove(n)
		}
	case setNodeData, setCSSData, cssDataURLBased:
		text := f.text(1)
		if k == cssDataURLBased {
			text = absoluteCSS(f.text(2), text)
		}
		if n := p.findOf(rebuild.Text, f.num(0)); n != nil {
			return p.Tree().SetText(n, text)
		}
	case nodeSlot:
		return p.slot(f.num(0), f.num(1))
	}
	return nil
}

// attribute takes messages about attributes, whose names and values may stand
// in a dictionary.
func (p *page) attribute(k kind) error {
	f := &p.fields
	switch k {
	case setAttribute:
		value := f.text(2)
		return p.setAttribute(f.num(0), f.text(1), &value)
	case attributeURLBased:
		name, value := f.text(1), f.text(2)
		switch name {
		case "src", "href":
			value = absolute(f.text(3), value)
		case "style":
			value = absoluteCSS(f.text(3), value)
		}
		return p.setAttribute(f.num(0), name, &value)
	case removeAttribute:
		return p.setAttribute(f.num(0), f.text(1), nil)
	case stringLocal:
		return p.dict.learnLocal(f.num(0), f.text(1))
	case attributeGlobal:
		name, named := p.dict.global[f.num(1)]
		value, valued := p.dict.global[f.num(2)]
		return p.named(name, value, named && valued)
	case attributeKeyed:
		name, named := p.dict.keyed[f.text(1)]
		value, valued := p.dict.keyed[f.text(2)]
		return p.named(name, value, named && valued)
	case attributeLocal:
		name, named := p.dict.local[f.num(1)]
		value, valued := p.dict.local[f.num(2)]
		return p.named(name, value, named && valued)
	case animationResult:
		return p.animate(f.num(0), f.texts[1])
	}
	return nil
}

// named gives an element an attribute whose name and value stood in the
// dictionary, if they did.
func (p *page) named(name, value string, known bool) error {
	if !known {
		p.Odd.Add(format.BadEvent, 1)
		return nil
	}
	return p.setAttribute(p.fields.num(0), name, &value)
}

// maxStyle bounds the style of one element.
const maxStyle = 64 << 10

// animate takes the styles that an animation left on an element.
func (p *page) animate(id int64, styles []byte) error {
	n := p.findOf(rebuild.Element, id)
	if n == nil || len(styles) == 0 {
		return nil
	}
	var changes map[string]string
	if err := json.Unmarshal(styles, &changes); err != nil {
		p.Odd.Add(format.BadEvent, 1)
		return nil
	}
	style := strings.TrimRight(n.Attr("style"), "; ")
	for _, property := range slices.Sorted(maps.Keys(changes)) {
		if style != "" {
			style += "; "
		}
		style += clean([]byte(property)) + ": " + clean([]byte(changes[property]))
		if len(style) > maxStyle {
			p.Odd.Add(format.BadEvent, 1)
			return nil
		}
	}
	return p.setAttribute(id, "style", &style)
}

func (p *page) styleSheet(k kind) {
	f := &p.fields
	switch k {
	case sheetReplace:
		text := f.text(1)
		p.rules(f.num(0), rebuild.Rules{Replace: &text})
	case sheetReplaceURLBased:
		text := absoluteCSS(f.text(2), f.text(1))
		p.rules(f.num(0), rebuild.Rules{Replace: &text})
	case sheetInsert:
		p.rules(f.num(0), rebuild.Rules{Adds: []rebuild.RuleAdd{{Rule: f.text(1), Index: f.num(2)}}})
	case sheetInsertURLBased:
		p.rules(f.num(0), rebuild.Rules{Adds: []rebuild.RuleAdd{{Rule: absoluteCSS(f.text(3), f.text(1)), Index: f.num(2)}}})
	case sheetDelete:
		p.rules(f.num(0), rebuild.Rules{Removes: []rebuild.RuleIndex{{Index: f.num(1)}}})
	case sheetAddOwner:
		p.own(f.num(0), f.num(1))
	case sheetRemoveOwner:
		p.disown(f.num(0), f.num(1))
	}
}

// tagName returns a tag as it is written in pages: HTML's in lower case.
func tagName(tag string, svg bool) string {
	if svg {
		return tag
	}
	return strings.ToLower(tag)
}

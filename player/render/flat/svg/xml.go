package svg

import (
	"bytes"
	"encoding/xml"
	"image/color"
	"strings"
)

// Color reads a CSS colour.
type Color func(text string) (c color.NRGBA, ok bool)

const maxElements = 20_000

// Parse reads an SVG document. It refuses what is not one; entities that the
// document itself defines are not expanded.
func Parse(data []byte, read Color) (*Picture, bool) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = false
	root := &Element{Fill: color.NRGBA{A: 255}, StrokeWidth: 1, Opacity: 1}
	open := []*Element{root}
	seen := 0
	skip := 0
	gradients := map[string]color.NRGBA{}
	gradient := ""
	for seen < maxElements {
		tok, err := d.RawToken()
		if err != nil {
			break
		}
		switch t := tok.(type) {
		case xml.StartElement:
			seen++
			name := t.Name.Local
			attrs := attributes(t)
			switch {
			case strings.HasSuffix(name, "Gradient"):
				gradient = attrs["id"]
			case name == "stop" && gradient != "":
				if c, ok := read(attrs["stop-color"]); ok {
					if _, done := gradients[gradient]; !done {
						gradients[gradient] = c
					}
				}
			}
			if skip > 0 || hidden[name] || len(open) > maxDepth {
				skip++
				continue
			}
			parent := open[len(open)-1]
			e := &Element{Tag: name, Attrs: attrs, Fill: parent.Fill, Stroke: parent.Stroke, StrokeWidth: parent.StrokeWidth, Opacity: 1}
			e.paint(read, gradients)
			parent.Children = append(parent.Children, e)
			open = append(open, e)
		case xml.EndElement:
			if skip > 0 {
				skip--
			} else if len(open) > 1 {
				open = open[:len(open)-1]
			}
		}
	}
	if len(root.Children) == 0 || root.Children[0].Tag != "svg" {
		return nil, false
	}
	return NewPicture(root.Children[0]), true
}

// hidden elements draw nothing in their place.
var hidden = map[string]bool{"defs": true, "symbol": true, "clipPath": true, "mask": true, "pattern": true, "title": true, "desc": true,
	"metadata": true, "style": true, "script": true, "linearGradient": true, "radialGradient": true, "filter": true, "marker": true, "foreignObject": true}

func attributes(t xml.StartElement) map[string]string {
	attrs := make(map[string]string, len(t.Attr))
	for _, a := range t.Attr {
		attrs[a.Name.Local] = a.Value
	}
	for _, d := range strings.Split(attrs["style"], ";") {
		if name, v, ok := strings.Cut(d, ":"); ok {
			attrs[strings.TrimSpace(name)] = strings.TrimSpace(v)
		}
	}
	return attrs
}

// Inherit gives an element that no style sheet reached the paint of its parent
// and of its own attributes.
func (e *Element) Inherit(parent *Element, read Color) {
	e.Fill, e.Stroke, e.StrokeWidth, e.Opacity = parent.Fill, parent.Stroke, parent.StrokeWidth, 1
	for _, d := range strings.Split(e.Attrs["style"], ";") {
		if name, v, ok := strings.Cut(d, ":"); ok {
			e.Attrs[strings.TrimSpace(name)] = strings.TrimSpace(v)
		}
	}
	e.paint(read, nil)
}

// Hidden reports whether elements of a tag draw nothing where they stand.
func Hidden(tag string) bool { return hidden[tag] }

// paint takes the paint attributes of an element.
func (e *Element) paint(read Color, gradients map[string]color.NRGBA) {
	set := func(name string, c *color.NRGBA) {
		v := strings.TrimSpace(e.Attrs[name])
		switch {
		case v == "":
		case v == "none":
			*c = color.NRGBA{}
		case strings.EqualFold(v, "currentcolor") || v == "inherit":
		case strings.HasPrefix(v, "url("):
			id := strings.Trim(strings.TrimSuffix(strings.TrimPrefix(v, "url("), ")"), "#'\" ")
			if g, ok := gradients[id]; ok {
				*c = g
			} else {
				*c = color.NRGBA{R: 160, G: 160, B: 160, A: 255}
			}
		default:
			if x, ok := read(v); ok {
				*c = x
			}
		}
	}
	set("fill", &e.Fill)
	set("stroke", &e.Stroke)
	number := func(name string) (float32, bool) {
		return parse(strings.TrimSuffix(strings.TrimSpace(e.Attrs[name]), "px"))
	}
	if v, ok := number("stroke-width"); ok {
		e.StrokeWidth = v
	}
	if v, ok := number("opacity"); ok {
		e.Opacity = v
	}
	if v, ok := number("fill-opacity"); ok {
		e.Fill = fade(e.Fill, v)
	}
	if v, ok := number("stroke-opacity"); ok {
		e.Stroke = fade(e.Stroke, v)
	}
	if e.Attrs["display"] == "none" {
		e.Opacity = 0
	}
}

// NewPicture makes a picture of an svg element.
func NewPicture(root *Element) *Picture {
	p := &Picture{Root: root, Ratio: root.Attrs["preserveAspectRatio"], Box: box(root.Attrs["viewBox"])}
	size := func(name string) float32 {
		v, ok := parse(strings.TrimSuffix(strings.TrimSpace(root.Attrs[name]), "px"))
		if !ok || v < 0 {
			return 0
		}
		return v
	}
	p.Width, p.Height = size("width"), size("height")
	return p
}

// Size returns the natural size: what is given, completed by the ratio of the
// viewBox; 300 by 150 when nothing is.
func (p *Picture) Size() (w, h float32) {
	ratio := float32(0)
	if p.Box[2] > 0 && p.Box[3] > 0 {
		ratio = p.Box[2] / p.Box[3]
	}
	switch {
	case p.Width > 0 && p.Height > 0:
		return p.Width, p.Height
	case p.Width > 0 && ratio > 0:
		return p.Width, p.Width / ratio
	case p.Height > 0 && ratio > 0:
		return p.Height * ratio, p.Height
	case ratio > 0:
		return 300, 300 / ratio
	}
	return 300, 150
}

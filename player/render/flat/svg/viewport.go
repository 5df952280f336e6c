package svg

import "strings"

// view is the coordinate system of the nearest viewport: what percentages are
// parts of.
type view struct{ w, h float32 }

// length reads a coordinate or a length: a number, pixels, or a part of base.
func length(s string, base float32) (float32, bool) {
	s = strings.TrimSpace(s)
	if p, ok := strings.CutSuffix(s, "%"); ok {
		v, ok := parse(p)
		return v * base / 100, ok
	}
	if p, ok := strings.CutSuffix(s, "em"); ok {
		v, ok := parse(p)
		return v * 16, ok
	}
	return parse(strings.TrimSuffix(s, "px"))
}

// box reads a viewBox; it has no width when there is none.
func box(s string) (b [4]float32) {
	sc := scanner{s: s}
	for i := range b {
		v, ok := sc.number()
		if !ok {
			return [4]float32{}
		}
		b[i] = v
	}
	return b
}

// fit maps a viewBox onto a width and a height as preserveAspectRatio says
// (SVG 2, section 8.2). Without a viewBox nothing is scaled.
func fit(b [4]float32, ratio string, w, h float32) matrix {
	if b[2] <= 0 || b[3] <= 0 || w <= 0 || h <= 0 {
		return matrix{1, 0, 0, 1, 0, 0}
	}
	sx, sy := w/b[2], h/b[3]
	words := strings.Fields(ratio)
	align := "xMidYMid"
	if len(words) > 0 && words[0] != "defer" {
		align = words[0]
	}
	if align == "none" {
		return matrix{sx, 0, 0, sy, -b[0] * sx, -b[1] * sy}
	}
	s := min(sx, sy)
	if len(words) > 1 && words[len(words)-1] == "slice" {
		s = max(sx, sy)
	}
	part := func(lo, mid string) float32 {
		switch {
		case strings.Contains(align, lo):
			return 0
		case strings.Contains(align, mid):
			return 0.5
		}
		return 1
	}
	return matrix{s, 0, 0, s, (w-b[2]*s)*part("xMin", "xMid") - b[0]*s, (h-b[3]*s)*part("YMin", "YMid") - b[1]*s}
}

// viewport returns the map of the content of a nested svg element, or of a
// symbol that user shows, and its coordinate system.
func (e *Element) viewport(user *Element, v view) (matrix, view) {
	at := func(name string, base, def float32) float32 {
		for _, a := range []*Element{user, e} {
			if a == nil {
				continue
			}
			if n, ok := length(a.Attrs[name], base); ok {
				return n
			}
		}
		return def
	}
	w, h := at("width", v.w, v.w), at("height", v.h, v.h)
	m := matrix{1, 0, 0, 1, 0, 0}
	if user == nil {
		m[4], m[5] = at("x", v.w, 0), at("y", v.h, 0)
	}
	b := box(e.Attrs["viewBox"])
	if b[2] > 0 && b[3] > 0 {
		return m.mul(fit(b, e.Attrs["preserveAspectRatio"], w, h)), view{b[2], b[3]}
	}
	return m, view{w, h}
}

// place returns the map from e's coordinates to those around it.
func (e *Element) place(v view, bounds func() [4]float32) matrix {
	m := parseTransform(e.Attrs["transform"])
	if e.Turn != nil {
		ref := [4]float32{0, 0, v.w, v.h}
		if e.FillBox {
			b := bounds()
			ref = [4]float32{b[0], b[1], b[2] - b[0], b[3] - b[1]}
		}
		m = e.Turn(ref[0], ref[1], ref[2], ref[3])
	}
	if e.Tag == "use" {
		x, _ := length(e.Attrs["x"], v.w)
		y, _ := length(e.Attrs["y"], v.h)
		m = m.mul(matrix{1, 0, 0, 1, x, y})
	}
	return m
}

// inner returns the map and the coordinate system of e's children.
func (e *Element) inner(m matrix, v view, parent *Element) (matrix, view) {
	used := parent != nil && parent.Tag == "use"
	if e.Tag == "symbol" || e.Tag == "svg" {
		user := parent
		if !used {
			user = nil
		}
		in, iv := e.viewport(user, v)
		return m.mul(in), iv
	}
	return m, v
}

// frame returns the rectangle of an element that shows something else.
func (e *Element) frame(v view) (outline, bool) {
	if e.Tag != "image" && e.Tag != "foreignObject" && e.Tag != "foreignobject" {
		return nil, false
	}
	n := func(name string, base float32) float32 { f, _ := length(e.Attrs[name], base); return f }
	return roundRect(n("x", v.w), n("y", v.h), n("width", v.w), n("height", v.h), 0), true
}

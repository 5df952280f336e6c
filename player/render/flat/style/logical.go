package style

import "strings"

// leftward reports whether the direction of the element that is computed is
// from right to left: logical properties need it before it is set.
func (c *cascade) leftward(sources []source) bool {
	rtl := c.parent.RTL
	for i := range sources {
		src := &sources[i]
		for k := range src.decls {
			d := &src.decls[k]
			if d.Name != "direction" || d.Important != src.important {
				continue
			}
			switch word(d.Value) {
			case "rtl":
				rtl = true
			case "ltr", "initial":
				rtl = false
			case "inherit", "unset":
				rtl = c.parent.RTL
			}
		}
	}
	return rtl
}

// sideways returns the name of a logical property as it is called from left to
// right.
func sideways(name string, rtl bool) string {
	if !rtl || len(name) < 12 || !strings.Contains(name, "inline-") && !strings.HasPrefix(name, "-webkit-") && !strings.HasPrefix(name, "border-") {
		return name
	}
	if other, ok := mirrored[name]; ok {
		return other
	}
	return name
}

// mirrored are the logical properties that name one side of a line.
var mirrored = func() map[string]string {
	m := map[string]string{
		"border-start-start-radius": "border-start-end-radius", "border-start-end-radius": "border-start-start-radius",
		"border-end-start-radius": "border-end-end-radius", "border-end-end-radius": "border-end-start-radius",
		"-webkit-margin-start": "-webkit-margin-end", "-webkit-margin-end": "-webkit-margin-start", "-webkit-padding-start": "padding-right",
	}
	for _, name := range []string{"margin-inline-", "padding-inline-", "inset-inline-", "border-inline-"} {
		m[name+"start"], m[name+"end"] = name+"end", name+"start"
	}
	for _, part := range []string{"-width", "-style", "-color"} {
		m["border-inline-start"+part], m["border-inline-end"+part] = "border-inline-end"+part, "border-inline-start"+part
	}
	return m
}()

package css

import (
	"strings"
	"testing"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// The numbers are those of the Selectors 4 standard, section 17.
func TestSpecificity(t *testing.T) {
	for _, c := range []struct {
		selector string
		a, b, c  Specificity
	}{
		{"*", 0, 0, 0}, {"LI", 0, 0, 1}, {"UL LI", 0, 0, 2}, {"UL OL+LI", 0, 0, 3}, {"H1 + *[REL=up]", 0, 1, 1},
		{"UL OL LI.red", 0, 1, 3}, {"LI.red.level", 0, 2, 1}, {"#x34y", 1, 0, 0}, {"#s12:not(FOO)", 1, 0, 1},
		{".foo :is(.bar, #baz)", 1, 1, 0}, {":where(#a) p::before", 0, 0, 2}, {"a:nth-child(2n+1 of .b)", 0, 2, 1},
	} {
		list, ok := ParseSelectors(Tokens(c.selector), nil)
		if !ok || len(list) != 1 {
			t.Errorf("%s is not read", c.selector)
			continue
		}
		if want := c.a*specID + c.b*specClass + c.c*specTag; list[0].Spec != want {
			t.Errorf("%s has specificity %x, want %x", c.selector, list[0].Spec, want)
		}
	}
}

// The formulas are the examples of CSS Syntax 3, section 6.
func TestAnPlusB(t *testing.T) {
	for _, c := range []struct {
		formula string
		holds   []int // of 1 to 10
	}{
		{"2n+1", []int{1, 3, 5, 7, 9}}, {"odd", []int{1, 3, 5, 7, 9}}, {"even", []int{2, 4, 6, 8, 10}}, {"2n + 0", []int{2, 4, 6, 8, 10}},
		{"4n+1", []int{1, 5, 9}}, {"-1n+6", []int{1, 2, 3, 4, 5, 6}}, {"-4n+10", []int{2, 6, 10}}, {"0n+5", []int{5}}, {"5", []int{5}},
		{"n", []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}, {"+3n - 2", []int{1, 4, 7, 10}}, {"-n+ 6", []int{1, 2, 3, 4, 5, 6}}, {"n-3", []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
	} {
		a, b, ok := anPlusB(Tokens(c.formula))
		if !ok {
			t.Errorf("%s is not read", c.formula)
			continue
		}
		var got []int
		for i := 1; i <= 10; i++ {
			if nthHolds(a, b, i) {
				got = append(got, i)
			}
		}
		if len(got) != len(c.holds) {
			t.Errorf("%s holds for %v, want %v", c.formula, got, c.holds)
			continue
		}
		for i := range got {
			if got[i] != c.holds[i] {
				t.Errorf("%s holds for %v, want %v", c.formula, got, c.holds)
			}
		}
	}
}

func TestMedia(t *testing.T) {
	m := Media{Width: 800, Height: 600}
	for query, want := range map[string]bool{
		"screen": true, "print": false, "all": true, "": true, "not print": true, "not all": false,
		"(min-width: 800px)": true, "(min-width: 801px)": false, "screen and (max-width: 50em)": true, "(max-width: 799.98px)": false,
		"(width >= 600px)": true, "(400px <= width < 800px)": false, "(400px < width <= 800px)": true, "(600px > width)": false,
		"print, (min-width: 1px)": true, "(orientation: landscape)": true, "(orientation: portrait)": false,
		"(min-width: 1px) and (max-width: 2px)": false, "(hover: hover) and (pointer: fine)": true, "(prefers-color-scheme: dark)": false,
		"(prefers-reduced-motion: no-preference)": true, "not (min-width: 900px)": true, "(min-width: 900px) or (min-height: 600px)": true,
		"(nonsense: 1)": false, "only screen": true,
	} {
		if got := Any(ParseMedia(Tokens(query)), m); got != want {
			t.Errorf("%q is %v, want %v", query, got, want)
		}
	}
}

func TestSupports(t *testing.T) {
	for cond, want := range map[string]bool{
		"(display: grid)": true, "not (display: grid)": false, "(-moz-appearance: none)": false, "(display: grid) and (color: red)": true,
		"(-moz-x: y) or (color: red)": true, "selector(a > b)": true, "(hanging-punctuation: first) and (font: -apple-system-body)": true,
		"(-webkit-hyphens: none) and (not (margin-trim: inline))": false,
	} {
		if got := Supports(Tokens(cond)); got != want {
			t.Errorf("%q is %v, want %v", cond, got, want)
		}
	}
}

// tree is html > body > (div#a.x.y > (p, p.second, span), div.z[data-k=v-w] > (em, #deep), input[checked])
func tree() (*dom.Document, map[string]recording.NodeID) {
	ids := map[string]recording.NodeID{}
	next := recording.NodeID(0)
	el := func(name, tag string, attrs []recording.Attr, children ...*recording.Node) *recording.Node {
		next++
		ids[name] = next
		return &recording.Node{ID: next, Type: recording.ElementNode, Tag: tag, Attrs: attrs, Children: children}
	}
	a := func(kv ...string) (list []recording.Attr) {
		for i := 0; i < len(kv); i += 2 {
			list = append(list, recording.Attr{Name: kv[i], Value: kv[i+1]})
		}
		return list
	}
	first := el("div1", "div", a("id", "a", "class", "x y"), el("p1", "p", nil), el("p2", "p", a("class", "second")), el("span", "span", nil))
	second := el("div2", "div", a("class", "z", "data-k", "v-w", "lang", "en-GB"), el("em", "em", nil), el("deep", "b", a("id", "deep")))
	input := el("input", "input", a("type", "CHECKBOX", "checked", ""))
	body := el("body", "body", nil, first, second, input)
	html := el("html", "html", nil, body)
	d := dom.New()
	d.Apply(recording.Snapshot{Root: &recording.Node{ID: 1000, Type: recording.DocumentNode, Children: []*recording.Node{html}}})
	return d, ids
}

func TestMatch(t *testing.T) {
	d, ids := tree()
	for _, c := range []struct{ selector, matches string }{
		{"p", "p1 p2"}, {"div.x.y", "div1"}, {"#a > p", "p1 p2"}, {"body p + p", "p2"}, {"p ~ span", "span"}, {"p1", ""},
		{"[data-k]", "div2"}, {"[data-k^=v]", "div2"}, {"[data-k|=v]", "div2"}, {"[data-k$='w']", "div2"}, {"[data-k*='-']", "div2"}, {"[data-k=V-W]", ""},
		{"[data-k=V-W i]", "div2"}, {"[class~=y]", "div1"}, {"[type=checkbox]", "input"},
		{"p:first-child", "p1"}, {"p:last-child", ""}, {"span:last-child", "span"}, {"p:nth-child(2)", "p2"}, {"p:nth-of-type(odd)", "p1"},
		{"p:last-of-type", "p2"}, {":root", "html"}, {"html:root > body", "body"}, {"p:not(.second)", "p1"}, {":is(em, b)", "em deep"},
		{"div:has(> em)", "div2"}, {"div:has(+ div)", "div1"}, {"p:has(~ span)", "p1 p2"}, {":checked", "input"}, {"p:empty", "p1 p2"},
		{"div:where(.x, .z) > :first-child", "p1 em"}, {"em:lang(en)", "em"}, {"p:hover", ""}, {"a:unknown, p", ""}, {":is(a:unknown, p)", "p1 p2"},
		{"body > div p.second", "p2"}, {"div div", ""}, {"*|p", "p1 p2"}, {".second:nth-child(1 of .second)", "p2"},
	} {
		list, _ := ParseSelectors(Tokens(c.selector), nil)
		m := NewMatcher()
		var got []string
		for _, name := range []string{"html", "body", "div1", "p1", "p2", "span", "div2", "em", "deep", "input"} {
			for _, s := range list {
				if m.Match(s, d.Node(ids[name]), nil) {
					got = append(got, name)
				}
			}
		}
		if s := strings.Join(got, " "); s != c.matches {
			t.Errorf("%s matches %q, want %q", c.selector, s, c.matches)
		}
	}
}

func TestNesting(t *testing.T) {
	sheet := Parse(".a { color: red; & > .b { color: green } .c & { color: blue } @media (min-width: 1px) { top: 0 } > p { left: 0 } }")
	if len(sheet.Rules) != 5 {
		t.Fatalf("%d rules, want 5", len(sheet.Rules))
	}
	if sheet.Rules[3].Cond == nil || sheet.Rules[3].Selectors[0] != sheet.Rules[0].Selectors[0] {
		t.Error("declarations in a nested group do not belong to the outer selector")
	}
}

func TestDeclarations(t *testing.T) {
	decls := ParseDeclarations("color: red; --X: { a: b }; margin : 1px 2px ! IMPORTANT; broken; background: url(data:a;b); x: var(--y)")
	want := []struct {
		name      string
		important bool
		isVar     bool
	}{{"color", false, false}, {"--X", false, false}, {"margin", true, false}, {"background", false, false}, {"x", false, true}}
	if len(decls) != len(want) {
		t.Fatalf("%d declarations, want %d: %v", len(decls), len(want), decls)
	}
	for i, w := range want {
		if decls[i].Name != w.name || decls[i].Important != w.important || decls[i].Var != w.isVar {
			t.Errorf("declaration %d is %+v, want %+v", i, decls[i], w)
		}
	}
	if u := decls[3].Value[0]; u.Kind != URL || u.Text != "data:a;b" {
		t.Errorf("url is %+v", u)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a{b:c}", "@media (width>1px){a{b:c;&:is(d,e){f:g}}}", "@layer a.b,c;@layer{x{y:z!important}}", "a:nth-child(2n+1 of b)>c~d+e{}",
		"}{)(][", "@keyframes k{from{a:b}50%{c:d}}", "@property --x{initial-value:1px}", "\\66oo{x:\"\\\n\"}", "@supports not (a:b){c{d:e}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sheet := Parse(s)
		d, ids := tree()
		m := NewMatcher()
		for i := range sheet.Rules {
			sheet.Rules[i].Cond.Holds(Media{Width: 800, Height: 600})
			for _, sel := range sheet.Rules[i].Selectors {
				sel.Key()
				sel.Required(nil)
				m.Match(sel, d.Node(ids["deep"]), nil)
			}
		}
		ParseDeclarations(s)
	})
}

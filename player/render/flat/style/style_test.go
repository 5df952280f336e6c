package style

import (
	"context"
	"strings"
	"testing"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat/css"
)

func metrics(string, int, bool, float32) (float32, float32, float32) { return 8, 9, 18 }

// styled returns the style of #x in a page with a sheet.
func styled(t *testing.T, sheet, inline string) *Style {
	t.Helper()
	id := recording.NodeID(0)
	el := func(tag string, attrs []recording.Attr, children ...*recording.Node) *recording.Node {
		id++
		return &recording.Node{ID: id, Type: recording.ElementNode, Tag: tag, Attrs: attrs, Children: children}
	}
	x := el("div", []recording.Attr{{Name: "id", Value: "x"}, {Name: "class", Value: "a b"}, {Name: "style", Value: inline}})
	css := el("style", nil, &recording.Node{ID: 100, Type: recording.TextNode, Text: sheet})
	html := el("html", nil, el("head", nil, css), el("body", nil, el("section", []recording.Attr{{Name: "class", Value: "p"}}, x)))
	d := dom.New()
	d.Apply(recording.Snapshot{Root: &recording.Node{ID: 101, Type: recording.DocumentNode, Children: []*recording.Node{html}}})
	tree, err := NewEngine(metrics).Style(context.Background(), d.Root(), Options{Width: 800, Height: 600})
	if err != nil {
		t.Fatal(err)
	}
	var find func(*Node) *Style
	find = func(n *Node) *Style {
		if n.DOM != nil && n.DOM.ID == x.ID {
			return n.Style
		}
		for _, c := range n.Children {
			if s := find(c); s != nil {
				return s
			}
		}
		return nil
	}
	s := find(tree.Root)
	if s == nil {
		t.Fatal("no style for #x")
	}
	return s
}

var red, green = Color{R: 255, A: 255}, Color{G: 128, A: 255}

// The cases follow the order of CSS Cascade 5, section 6.
func TestCascade(t *testing.T) {
	for _, c := range []struct{ name, sheet, inline string }{
		{"order", ".a { color: red } .b { color: green }", ""},
		{"specificity", "#x { color: green } .a.b { color: red }", ""},
		{"inline", "#x { color: red }", "color: green"},
		{"important", "#x { color: red } .a { color: green !important }", "color: red"},
		{"important inline", ".a { color: red !important }", "color: green !important"},
		{"unlayered wins", ".a { color: green } @layer l { #x { color: red } }", ""},
		{"later layer wins", "@layer m, n; @layer n { .a { color: green } } @layer m { #x { color: red } }", ""},
		{"important layers turn round", "@layer m, n; @layer n { .a { color: red !important } } @layer m { .a { color: green !important } } .a { color: red !important }", ""},
		{"sublayer loses", "@layer m { .a { color: green } @layer inner { #x { color: red } } }", ""},
		{"invalid is dropped", ".a { color: green } .b { color: nonsense }", ""},
		{"invalid var is unset", ".p { color: green } .a { color: red } .a { color: var(--none) }", ""},
		{"inherit", ".p { color: green } * { color: red } .a { color: inherit } .p.p { color: green }", ""},
		{"unset", ".p { color: green } .a { color: red } .a.b { color: unset }", ""},
		{"media", ".a { color: red } @media (max-width: 800px) { .a { color: green } } @media (max-width: 799px) { .a { color: red } }", ""},
		{"nesting", ".p { .a { color: red } & > .a.b { color: green } }", ""},
		{"var", ":root { --c: var(--d, red); --d: green } .a { color: var(--c) }", ""},
		{"fallback", ".a { color: var(--none, var(--neither, green)) }", ""},
		{"cycle", ":root { --c: var(--d); --d: var(--c) } .a { color: var(--c, green) }", ""},
		{"where", ":where(#x) { color: red } .a { color: green }", ""},
		{"currentcolor", ".p { color: green } .a { color: currentcolor }", ""},
	} {
		if s := styled(t, c.sheet, c.inline); s.Color != green {
			t.Errorf("%s: colour %v, want green", c.name, s.Color)
		}
	}
}

func TestLengths(t *testing.T) {
	for value, want := range map[string]float32{
		"10px": 10, "1in": 96, "72pt": 96, "2em": 40, "2rem": 32, "50%": 200, "10vw": 80, "10vh": 60, "1ch": 9, "2ex": 16, "10vmin": 60,
		"calc(1px + 2 * 3px)": 7, "calc(100% - 10px)": 390, "min(50%, 10px)": 10, "max(50%, 10px)": 200, "clamp(1px, 50%, 20px)": 20,
		"calc((1rem + 4px) / 2)": 10, "calc(1px - -1px)": 2, "calc(1e2px)": 100, "abs(3px)": 3,
	} {
		s := styled(t, ".a { font-size: 20px; width: "+value+" }", "")
		if got := s.Width.Of(400); got != want {
			t.Errorf("width %s is %v, want %v", value, got, want)
		}
	}
}

// Most expected values are those of the examples in CSS Color 4.
func TestColors(t *testing.T) {
	for text, want := range map[string]Color{
		"#0f0": {G: 255, A: 255}, "#00ff0080": {G: 255, A: 128}, "rgb(0 128 0)": green, "rgba(0, 128, 0, 1)": green, "rgb(0% 50.2% 0%)": green,
		"hsl(120deg 100% 25.1%)": green, "hwb(120 0% 49.8%)": green, "oklch(0.51975 0.17686 142.495)": green, "oklab(0.51975 -0.1403 0.10768)": green,
		"lab(46.2775% -47.5621 48.5837)": green, "lch(46.2775% 67.9892 134.3912)": green, "color(srgb 0 0.50196 0)": green, "transparent": {},
		"rebeccapurple": {R: 102, G: 51, B: 153, A: 255}, "color-mix(in srgb, red, blue)": {R: 128, B: 128, A: 255},
		"color-mix(in srgb, red 25%, transparent)": {R: 255, A: 64},
	} {
		got, _, ok := parseColor(css.Tokens(text))
		near := func(a, b uint8) bool { return int(a)-int(b) <= 1 && int(b)-int(a) <= 1 }
		if !ok || !near(got.R, want.R) || !near(got.G, want.G) || !near(got.B, want.B) || !near(got.A, want.A) {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

func TestShorthands(t *testing.T) {
	s := styled(t, `.a { margin: 1px 2px 3px; border: 4px dashed red; border-left: none; flex: 2; inset: 0 auto; font: italic 700 10px/2 "A B", serif;
		background: #008000 url(x.png) no-repeat center / cover; grid-area: 1 / 2 / span 3; overflow: hidden auto; gap: 5px 6px; border-radius: 1px 2px / 3px; text-decoration: underline red }`, "")
	checks := map[string]bool{
		"margin":     s.Margin[Top].Px == 1 && s.Margin[Right].Px == 2 && s.Margin[Bottom].Px == 3 && s.Margin[Left].Px == 2,
		"border":     s.BorderWidth == [4]float32{4, 4, 4, 0} && s.BorderStyle[Top] == Dashed && s.BorderColor[Top] == red,
		"flex":       s.Grow == 2 && s.Shrink == 1 && s.Basis.Fixed() && s.Basis.Px == 0,
		"inset":      s.Inset[Top].Fixed() && s.Inset[Left].IsAuto(),
		"font":       s.Italic && s.Weight == 700 && s.FontSize == 10 && s.LineHeight.Factor == 2 && s.Families == "a b,serif",
		"background": s.Own.Background == green && len(s.Images) == 1 && s.Images[0].URL == "x.png" && s.Images[0].Cover && !s.Images[0].RepeatX && s.Images[0].Position[0].Pct == 50,
		"grid-area":  s.RowStart.N == 1 && s.ColumnStart.N == 2 && s.RowEnd.Span && s.RowEnd.N == 3,
		"overflow":   s.Overflow == [2]Overflow{Hidden, AutoScroll},
		"gap":        s.RowGap.Px == 5 && s.ColumnGap.Px == 6,
		"radius":     s.Radius[0][0].Px == 1 && s.Radius[0][1].Px == 3 && s.Radius[1][0].Px == 2 && s.Radius[1][1].Px == 3,
		"decoration": s.Decoration.Lines == Underline && s.Decoration.Color == red,
	}
	for name, ok := range checks {
		if !ok {
			t.Errorf("%s is not expanded as the standard says", name)
		}
	}
}

// The cases are those of CSS Backgrounds 3, section 3.6.
func TestPositions(t *testing.T) {
	for text, want := range map[string][2]float32{ // in a room of 100 by 50
		"left": {0, 25}, "right bottom": {100, 50}, "10px": {10, 25}, "10% 20%": {10, 10}, "top": {50, 0}, "center": {50, 25}, "bottom left": {0, 50},
		"right 3px bottom 10px": {97, 40}, "right 10px center": {90, 25}, "left 10px top 15px": {10, 15}, "right 10% top": {90, 0}, "left 5px": {0, 5},
	} {
		got := parsePosition(css.Tokens(text), &Context{})
		if x, y := got[0].Of(100), got[1].Of(50); x != want[0] || y != want[1] {
			t.Errorf("%s is at %v %v, want %v", text, x, y, want)
		}
	}
}

func TestVarBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString(":root { --a0: 1px 1px;")
	for i := 1; i < 60; i++ {
		b.WriteString("--a" + itoa(i) + ": var(--a" + itoa(i-1) + ") var(--a" + itoa(i-1) + ");")
	}
	b.WriteString("} .a { color: green; margin: var(--a59) }")
	if s := styled(t, b.String(), ""); s.Color != green || s.Margin[Top].Px != 0 {
		t.Error("a value that grows without end is not dropped")
	}
}

func itoa(i int) string { return Ordinal(i, "decimal") }

func TestOrdinals(t *testing.T) {
	for _, c := range []struct {
		i          int
		kind, want string
	}{{4, "lower-roman", "iv"}, {1994, "upper-roman", "MCMXCIV"}, {27, "lower-alpha", "aa"}, {26, "upper-alpha", "Z"}, {7, "decimal-leading-zero", "07"}, {0, "lower-alpha", "0"}} {
		if got := Ordinal(c.i, c.kind); got != c.want {
			t.Errorf("%d as %s is %q, want %q", c.i, c.kind, got, c.want)
		}
	}
}

func FuzzValues(f *testing.F) {
	for _, s := range []string{"margin: calc(1px + (2em * 3))", "grid-template: repeat(2, [a] minmax(0, 1fr)) / auto", "background: linear-gradient(to top left, red 1px, blue) 0 0 / 1px, url(x)",
		"font: 1px/2 a, b", "transform: translate(-50%, calc(1px)) matrix(1,0,0,1,2,3)", "color: color-mix(in oklab, red 10%, oklch(1 2 3 / 4))", "content: counters(a, '.') open-quote attr(x)",
		"box-shadow: inset 0 0 1px red, 1px 2px", "grid-area: a / span 2 / -1", "border-radius: 1px / 2px 3px", "--x: var(--x); width: var(--x, var(--y))"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { styled(t, "", s) })
}

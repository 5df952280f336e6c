package layout_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
	"hindsite.app/player/render/rendertest"
)

// placesIn lays out a page of 800 by 600 and returns the border boxes of
// elements with an id, on the page.
func placesIn(t *testing.T, m *rendertest.Builder, css string, body ...any) map[string]string {
	t.Helper()
	d := m.Document("html { font: 10px/20px Arial } body { margin: 0 } "+css, body...)
	sh := text.NewShaper(text.NewCollection(nil), text.Linux)
	e := style.NewEngine(func(string, int, bool, float32) (float32, float32, float32) { return 5, 5, 20 })
	tree, err := e.Style(context.Background(), d.Root(), style.Options{Width: 800, Height: 600})
	if err != nil {
		t.Fatal(err)
	}
	p, err := layout.NewEngine(sh).Layout(context.Background(), tree, layout.Options{Width: 800, Height: 600})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var walk func(b *layout.Box, x, y float32)
	walk = func(b *layout.Box, x, y float32) {
		x, y = x+b.X, y+b.Y
		if b.Node != nil && b.Node.DOM != nil && b.Node.DOM.Type == recording.ElementNode {
			if id, ok := b.Node.DOM.Attr("id"); ok {
				out[id] = fmt.Sprintf("%g %g %gx%g", x, y, b.W, b.H)
			}
		}
		for _, c := range b.Children {
			walk(c, x, y)
		}
	}
	walk(p.Root, 0, 0)
	return out
}

func id(name string) rendertest.Attr { return rendertest.Attr("id=" + name) }

// The expected places follow from the standards by hand: lines are 20 high.
func TestLayout(t *testing.T) {
	var m rendertest.Builder
	el := func(name string, parts ...any) *recording.Node {
		return m.El("div", append([]any{id(name)}, parts...)...)
	}
	for _, c := range []struct {
		name, css string
		body      []any
		want      string
	}{
		{"margins collapse", "#a { margin: 10px 0 30px } #b { margin: 20px 0 }", []any{el("a", "x"), el("b", "x")}, "a 0 10 800x20, b 0 60 800x20"},
		{"negative margins", "#a { margin-bottom: 30px } #b { margin-top: -10px }", []any{el("a", "x"), el("b", "x")}, "a 0 0 800x20, b 0 40 800x20"},
		{"through the parent", "#b { margin: 15px 0 } #c { height: 5px }", []any{el("a", el("b", "x")), el("c")}, "a 0 15 800x20, b 0 15 800x20, c 0 50 800x5"},
		{"not through padding", "#a { padding: 1px } #b { margin: 15px 0 }", []any{el("a", el("b", "x"))}, "a 0 0 800x52, b 1 16 798x20"},
		{"through an empty box", "#a { margin-bottom: 10px } #b { margin: 20px 0 } #c { margin-top: 5px }", []any{el("a", "x"), el("b"), el("c", "x")}, "a 0 0 800x20, c 0 40 800x20"},
		{"auto margins", "#a { width: 200px; margin: 0 auto }", []any{el("a", "x")}, "a 300 0 200x20"},
		{"border box", "#a { box-sizing: border-box; width: 100px; height: 50px; padding: 10px; border: 5px solid }", []any{el("a")}, "a 0 0 100x50"},
		{"limits", "#a { width: 50%; max-width: 300px; min-height: 40px }", []any{el("a", "x")}, "a 0 0 300x40"},
		{"percent height", "html, body { height: 100% } #a { height: 50% }", []any{el("a")}, "a 0 0 800x300"},
		{"floats", "#a { float: left; width: 100px; height: 50px } #b { float: right; width: 100px; height: 30px } #c { overflow: hidden } #d { clear: both }",
			[]any{el("a"), el("b"), el("c", "x"), el("d", "x")}, "a 0 0 100x50, b 700 0 100x30, c 100 0 600x20, d 0 50 800x20"},
		{"floats wrap", "#a, #b { float: left; width: 500px; height: 10px }", []any{el("a"), el("b")}, "a 0 0 500x10, b 0 10 500x10"},
		{"contained floats", "#a { overflow: hidden } #b { float: left; height: 70px; width: 10px }", []any{el("a", el("b"))}, "a 0 0 800x70, b 0 0 10x70"},
		{"inline block", "#a { display: inline-block; width: 50px; height: 30px; vertical-align: top }", []any{"x", el("a")}, "a 5 0 50x30"},
		{"text align", "#o { text-align: right } #a { display: inline-block; width: 50px; height: 20px; vertical-align: top }", []any{el("o", el("a"))}, "a 750 0 50x20"},
		{"relative", "#a { position: relative; left: 10px; bottom: 5px }", []any{el("a", "x"), el("b", "x")}, "a 10 -5 800x20, b 0 20 800x20"},
		{"absolute", "#o { position: relative; margin: 50px; height: 100px; border: 1px solid } #a { position: absolute; right: 10px; bottom: 20px; width: 30px; height: 40px }",
			[]any{el("o", el("a"))}, "a 709 91 30x40"},
		{"absolute stretches", "#o { position: relative; width: 200px; height: 100px } #a { position: absolute; inset: 10px 20px }", []any{el("o", el("a"))}, "a 20 10 160x80"},
		{"static place", "#a { position: absolute }", []any{el("b", "x"), el("a", "x")}, "a 0 20 5x20, b 0 0 800x20"},
		{"fixed", "#a { position: fixed; right: 0; top: 10px; width: 50px; height: 50px }", []any{el("b", "x"), el("a")}, "a 750 10 50x50"},
		{"flex grow", "#o { display: flex } #a { flex: 1 } #b { flex: 3 }", []any{el("o", el("a"), el("b"))}, "a 0 0 200x0, b 200 0 600x0"},
		{"flex shrink", "#o { display: flex; width: 300px } #a { flex: 0 1 300px } #b { flex: 0 2 300px }", []any{el("o", el("a"), el("b"))}, "a 0 0 200x0, b 200 0 100x0"},
		{"flex centre", "#o { display: flex; height: 100px; justify-content: center; align-items: center } #a { width: 50px; height: 20px }", []any{el("o", el("a"))}, "a 375 40 50x20"},
		{"flex stretch", "#o { display: flex } #a { height: 80px; width: 10px } #b { width: 20px }", []any{el("o", el("a"), el("b"))}, "a 0 0 10x80, b 10 0 20x80"},
		{"flex wrap and gap", "#o { display: flex; flex-wrap: wrap; gap: 10px 20px } #a, #b, #c { width: 300px; height: 40px }", []any{el("o", el("a"), el("b"), el("c"))},
			"a 0 0 300x40, b 320 0 300x40, c 0 50 300x40"},
		{"flex column", "#o { display: flex; flex-direction: column; height: 200px } #a { height: 50px } #b { flex: 1 }", []any{el("o", el("a"), el("b"))}, "a 0 0 800x50, b 0 50 800x150"},
		{"flex auto margin", "#o { display: flex } #a, #b { width: 50px; height: 10px } #b { margin-left: auto }", []any{el("o", el("a"), el("b"))}, "a 0 0 50x10, b 750 0 50x10"},
		{"flex order and reverse", "#o { display: flex; flex-direction: row-reverse } #a, #b { width: 50px; height: 10px } #b { order: -1 }", []any{el("o", el("a"), el("b"))}, "a 700 0 50x10, b 750 0 50x10"},
		{"grid fr", "#o { display: grid; grid-template-columns: 100px 1fr 2fr; gap: 10px } #a, #b, #c { height: 10px }", []any{el("o", el("a"), el("b"), el("c"))},
			"a 0 0 100x10, b 110 0 226.666x10, c 346.666 0 453.333x10"},
		{"grid span", "#o { display: grid; grid-template-columns: repeat(4, 1fr) } #a { grid-column: 2 / span 2; height: 10px } #b { grid-column: 1 / -1; height: 20px }", []any{el("o", el("a"), el("b"))},
			"a 200 0 400x10, b 0 10 800x20"},
		{"grid auto-fill", "#o { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 10px } #a { height: 5px }", []any{el("o", el("a"))}, "a 0 0 152x5"},
		{"grid auto-fit", "#o { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px } #a { height: 5px }", []any{el("o", el("a"))}, "a 0 0 800x5"},
		{"grid areas", "#o { display: grid; grid-template: 'h h' 20px 's m' 1fr / 100px 1fr; height: 120px } #a { grid-area: m } #b { grid-area: h } #c { grid-area: s }", []any{el("o", el("a"), el("b"), el("c"))},
			"a 100 20 700x100, b 0 0 800x20, c 0 20 100x100"},
		{"grid centre", "#o { display: grid; place-items: center; height: 100px } #a { width: 20px; height: 20px }", []any{el("o", el("a"))}, "a 390 40 20x20"},
		{"aspect ratio", "#a { width: 200px; aspect-ratio: 4 / 1 }", []any{el("a")}, "a 0 0 200x50"},
	} {
		got := placesIn(t, &m, c.css, c.body...)
		for _, want := range strings.Split(c.want, ", ") {
			name, place, _ := strings.Cut(want, " ")
			if !nearPlace(got[name], place) {
				t.Errorf("%s: #%s is at %s, want %s", c.name, name, got[name], place)
			}
		}
	}
}

// nearPlace allows the 64th of a pixel that browsers round to.
func nearPlace(a, b string) bool {
	var p, q [4]float64
	if _, err := fmt.Sscanf(a, "%g %g %gx%g", &p[0], &p[1], &p[2], &p[3]); err != nil {
		return false
	}
	if _, err := fmt.Sscanf(b, "%g %g %gx%g", &q[0], &q[1], &q[2], &q[3]); err != nil {
		return false
	}
	for i := range p {
		if d := p[i] - q[i]; d > 0.05 || d < -0.05 {
			return false
		}
	}
	return true
}

func TestTable(t *testing.T) {
	var m rendertest.Builder
	td := func(name string, parts ...any) *recording.Node {
		return m.El("td", append([]any{id(name)}, parts...)...)
	}
	table := m.El("table", m.El("tbody", m.El("tr", td("a", "x"), td("b", "x")), m.El("tr", td("c", rendertest.Attr("colspan=2"), "x"))))
	got := placesIn(t, &m, "table { width: 206px; border-spacing: 2px } td { padding: 0 } #a { width: 50px } #b { height: 30px; vertical-align: top }", table)
	for name, want := range map[string]string{"a": "2 2 50x30", "b": "54 2 150x30", "c": "2 34 202x20"} {
		if !nearPlace(got[name], want) {
			t.Errorf("cell %s is at %s, want %s", name, got[name], want)
		}
	}
}

// Words of ten x are 50 wide in Arial at 10px.
func TestLines(t *testing.T) {
	w := strings.Repeat("x", 10)
	for _, c := range []struct {
		css, text string
		height    string
	}{
		{"width: 105px", w + " " + w + " " + w, "0 0 105x40"},
		{"width: 49px", w + " " + w, "0 0 49x40"},
		{"width: 105px; white-space: nowrap", w + " " + w + " " + w, "0 0 105x20"},
		{"width: 500px; white-space: pre", w + "\n\n" + w, "0 0 500x60"},
		{"width: 500px", w + "\n\n" + w, "0 0 500x20"},
		{"width: 500px; white-space: pre-line", w + "  \n " + w, "0 0 500x40"},
		{"width: 25px; overflow-wrap: break-word", w, "0 0 25x40"},
		{"width: 60px", w + "-" + w, "0 0 60x40"},
		{"width: 60px", w + "/" + w, "0 0 60x20"},
		{"width: 500px", "  \n ", "0 0 500x0"},
	} {
		var m rendertest.Builder
		got := placesIn(t, &m, "#a { "+c.css+" }", m.El("div", id("a"), c.text))
		if !nearPlace(got["a"], c.height) {
			t.Errorf("%s with %.20q: %s, want %s", c.css, c.text, got["a"], c.height)
		}
	}
}

package chromium

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/rendertest"
)

// What render.At finds in the boxes is what the browser itself says is there.
func TestBoxesAreInTheOrderOfPainting(t *testing.T) {
	var m rendertest.Builder
	el := func(style string, in ...any) *recording.Node {
		return m.El("div", append([]any{rendertest.Attr("style=" + style)}, in...)...)
	}
	at := "position:absolute;left:%;top:%;width:60px;height:60px;"
	place := func(style string, left, top string, in ...any) *recording.Node {
		s := []byte{}
		n := 0
		for i := 0; i < len(at); i++ {
			if at[i] != '%' {
				s = append(s, at[i])
				continue
			}
			s = append(s, [2]string{left, top}[n]+"px"...)
			n++
		}
		return el(string(s)+style, in...)
	}
	frame := m.El("iframe", rendertest.Attr("style=position:absolute;left:500px;top:0;width:100px;height:100px;border:5px solid"))
	frame.Children = []*recording.Node{m.Root("html { height: 100% } body { margin: 0; background: #eee } div { height: 50px; margin: 10px }", m.El("div"))}
	slotted := m.El("b", rendertest.Attr("style=display:block;height:20px"))
	shadowed := m.El("div", rendertest.Attr("style=height:20px"))
	slot := m.El("slot")
	shadowed.Shadow, slot.Shadow = true, true
	host := place("", "620", "0", slotted)
	host.ShadowHost = true
	host.Children = append(host.Children, shadowed, slot)
	d := m.Document("body { margin: 0; height: 600px } span { padding: 9px }",
		place("z-index:-1;", "0", "0"), place("", "30", "30"), place("z-index:2;", "60", "10", place("z-index:-5", "20", "20"), place("z-index:9", "5", "40")), place("z-index:1;", "90", "30"),
		el("float:left;width:50px;height:50px;margin-top:100px", "text"), el("height:80px;margin-top:110px;margin-left:-20px"), m.El("span", "inline", m.El("b", "bold")),
		el("display:flex;margin-top:5px", el("z-index:1;width:60px;height:30px;margin-right:-20px"), el("width:60px;height:30px")),
		place("overflow:hidden;", "200", "0", place("", "30", "30"), el("width:200px;height:20px;margin-left:-9px")),
		place("overflow:hidden;position:static;", "0", "0", place("", "300", "0")),
		place("pointer-events:none;", "300", "80", el("pointer-events:auto;width:20px;height:20px")),
		place("visibility:hidden;", "380", "0", el("visibility:visible;width:20px;height:20px")),
		place("opacity:0.5;", "400", "40"), place("opacity:0;", "420", "60"),
		place("transform:translate(10px,10px);", "200", "100", el("position:fixed;left:5px;top:5px;width:20px;height:20px")),
		place("clip:rect(0px,30px,30px,0px);", "300", "200"), place("clip-path:inset(10px 20px);", "400", "200"),
		el("position:fixed;right:0;bottom:0;width:50px;height:50px"), el("position:sticky;top:0;height:30px;margin-top:-10px"),
		m.El("table", m.El("tr", m.El("td", "cell"), m.El("td", el("margin:-5px;height:20px")))),
		el("height:900px;width:10px"), frame, host)
	d.Apply(recording.SetScroll{Node: d.Root().ID, Y: 40})
	b := New(Options{})
	defer b.Close()
	ctx := context.Background()
	opened, err := b.Open(ctx, nil, render.DefaultLimits())
	switch {
	case os.Getenv("HINDSITE_TEST_BROWSER") == "" && (errors.Is(err, ErrMissing) || errors.Is(err, ErrStart)):
		t.Skip(err) // as chromiumtest does, which cannot be imported here
	case err != nil:
		t.Fatal(err)
	}
	defer opened.Close()
	s := opened.(*session)
	if err := s.Load(ctx, d); err != nil {
		t.Fatal(err)
	}
	f, err := s.Render(ctx, render.Request{Boxes: true})
	if err != nil {
		t.Fatal(err)
	}
	const step = 4
	var handles []handle
	err = s.tab.do(ctx, func(ctx context.Context, c *chromedp.Target) error {
		return s.tab.function(ctx, c, "function() { const l = []; for (let y = 1; y < 600; y += 4) for (let x = 1; x < 800; x += 4) l.push(hindsite.at(x, y)); return l }", &handles)
	})
	if err != nil {
		t.Fatal(err)
	}
	wrong, i := 0, 0
	for y := 1; y < 600; y += step {
		for x := 1; x < 800; x += step {
			want := s.tree.ids[handles[i]]
			i++
			var got recording.NodeID
			if at := render.At(f.Boxes, float32(x+f.Clip.Min.X), float32(y+f.Clip.Min.Y)); at >= 0 {
				got = f.Boxes[at].Node
			}
			if got != want {
				if wrong++; wrong <= 10 {
					t.Errorf("at %d, %d is node %d %v, want %d %v", x, y, got, d.Node(got).Attrs, want, d.Node(want).Attrs)
				}
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d places are wrong", wrong, i)
	}
}

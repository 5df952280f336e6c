package anchor_test

import (
	"testing"

	"hindsite.app/player/anchor"
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/rendertest"
)

// site is a page with a list, a shadow tree and a frame.
func site(m *rendertest.Builder) (d *dom.Document, named map[string]recording.NodeID) {
	named = map[string]recording.NodeID{}
	name := func(n *recording.Node, as string) *recording.Node {
		named[as] = n.ID
		return n
	}
	inner := m.Root("", name(m.El("p", "inside"), "framed"))
	frame := m.El("iframe")
	frame.Children = []*recording.Node{inner}
	named["frame document"] = inner.ID
	named["frame html"] = inner.Children[1].ID
	shadowed := name(m.El("button", "buy"), "shadowed")
	shadowed.Shadow = true
	host := m.El("x-card", shadowed, name(m.El("button", "light"), "light"))
	host.ShadowHost = true
	d = m.Document("",
		m.El("ul", rendertest.Attr("id=nav"), m.El("li", "one"), "text between", m.El("li", name(m.El("a", "two"), "link"))),
		m.El("div", rendertest.Attr("id=ember1234"), name(m.El("i", "x"), "counted")),
		m.El("div", rendertest.Attr("id=twice"), m.El("div", rendertest.Attr("id=twice"), name(m.El("b", "y"), "twice"))),
		host, frame, name(m.El("p", rendertest.Attr("id=own"), "z"), "own"))
	return d, named
}

func TestPath(t *testing.T) {
	d, named := site(&rendertest.Builder{})
	for name, want := range map[string]string{
		"link":     "#nav > li:nth-of-type(2) > a:nth-of-type(1)",
		"own":      "#own",
		"counted":  "html > body > div:nth-of-type(1) > i:nth-of-type(1)",
		"twice":    "html > body > div:nth-of-type(2) > div:nth-of-type(1) > b:nth-of-type(1)",
		"shadowed": "html > body > x-card:nth-of-type(1) >>> button:nth-of-type(1)",
		"light":    "html > body > x-card:nth-of-type(1) > button:nth-of-type(1)",
		"framed":   "html > body > iframe:nth-of-type(1) |> html > body > p:nth-of-type(1)",
	} {
		if got := anchor.Path(d, d.Node(named[name])); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// Every element is found again by its path, and no two share one.
func TestPathsFindTheirElements(t *testing.T) {
	d, _ := site(&rendertest.Builder{})
	seen := map[string]bool{}
	var visit func(*dom.Node)
	visit = func(n *dom.Node) {
		if n.Type == recording.ElementNode {
			path := anchor.Path(d, n)
			if anchor.Find(d, path) != n {
				t.Errorf("%q does not find its <%s>", path, n.Tag)
			}
			if seen[path] {
				t.Errorf("%q is there twice", path)
			}
			seen[path] = true
		}
		for c := n.First; c != nil; c = c.Next {
			visit(c)
		}
	}
	visit(d.Root())
}

func TestFindNothing(t *testing.T) {
	d, _ := site(&rendertest.Builder{})
	for _, path := range []string{"", "#", "#none", "p", "body", "html:nth-of-type(2)", "html:nth-of-type(0)", "html:nth-of-type(x)", " > ", " |> ",
		"#nav > #own", "#nav |> html", "#nav >>> li:nth-of-type(1)"} {
		if n := anchor.Find(d, path); n != nil {
			t.Errorf("%q finds <%s>", path, n.Tag)
		}
	}
	if anchor.Find(dom.New(), "#nav") != nil {
		t.Error("an empty document has something")
	}
}

func FuzzFind(f *testing.F) {
	d, _ := site(&rendertest.Builder{})
	f.Add("#nav > li:nth-of-type(2) > a:nth-of-type(1)")
	f.Add("html > body > iframe:nth-of-type(1) |> html")
	f.Add(" >>> |> > #")
	f.Fuzz(func(t *testing.T, path string) {
		if n := anchor.Find(d, path); n != nil && anchor.Find(d, anchor.Path(d, n)) != n {
			t.Errorf("%q finds an element that its own path does not find", path)
		}
	})
}

func page(d *dom.Document, boxes []render.Box) *anchor.Page {
	return anchor.NewPage(d, &render.Frame{Boxes: boxes})
}

func box(id recording.NodeID, x, y, w, h float32) render.Box {
	return render.Box{Node: id, X: x, Y: y, W: w, H: h, Seen: render.Rect{X: x, Y: y, W: w, H: h}}
}

func click(node recording.NodeID, x, y float32) *recording.Interaction {
	return &recording.Interaction{At: recording.Second, Kind: recording.Click, HasXY: true, Place: recording.Place{View: 0, Node: node, X: x, Y: y}}
}

// shown is the site in its first view.
func shown(t *testing.T) (*dom.Document, map[string]recording.NodeID) {
	t.Helper()
	d, named := site(&rendertest.Builder{})
	d.Apply(recording.Navigate{View: 0})
	return d, named
}

func TestHit(t *testing.T) {
	d, named := shown(t)
	link, own := named["link"], named["own"]
	through := box(own, 0, 0, 800, 600)
	through.Through = true
	p := page(d, []render.Box{
		box(named["counted"], 0, 0, 800, 600), box(link, 100, 200, 40, 20), through,
		box(named["frame html"], 52, 290, 400, 1000), box(named["framed"], 60, 400, 50, 10),
	})
	inFrame := click(named["framed"], 20, 40)
	inFrame.Framed = true
	d.Apply(recording.SetScroll{Node: named["frame document"], Y: 70})
	scrolled := click(link, 110, 5)
	scrolled.ScrollY = 200
	for _, c := range []struct {
		name string
		in   *recording.Interaction
		want anchor.Hit
	}{
		{"the recorded element", click(link, 110, 205), anchor.Hit{Node: link, X: 110, Y: 205, FX: 0.25, FY: 0.25}},
		{"in a scrolled window", scrolled, anchor.Hit{Node: link, X: 110, Y: 205, FX: 0.25, FY: 0.25}},
		{"beside the recorded element", click(link, 180, 205), anchor.Hit{Node: link, X: 180, Y: 205, FX: 2, FY: 0.25}},
		{"no element recorded", click(recording.NoNode, 600, 300), anchor.Hit{Node: named["counted"], X: 600, Y: 300, FX: 0.75, FY: 0.5, ByPlace: true}},
		{"an element without a box", click(named["twice"], 130, 215), anchor.Hit{Node: link, X: 130, Y: 215, FX: 0.75, FY: 0.75, ByPlace: true}},
		{"nothing there", click(recording.UnknownNode, 900, 700), anchor.Hit{X: 900, Y: 700, ByPlace: true}},
		// The frame's viewport begins at 52, 290 + 70.
		{"in a frame", inFrame, anchor.Hit{Node: named["framed"], X: 72, Y: 400, FX: 0.24, FY: 0}},
	} {
		got, ok := p.Hit(c.in, nil)
		got.Box = render.Box{}
		if !ok || got != c.want {
			t.Errorf("%s: %+v, %v, want %+v", c.name, got, ok, c.want)
		}
	}
	noPlace := click(link, 1, 1)
	noPlace.HasXY = false
	elsewhere := click(link, 110, 205)
	elsewhere.View = 1
	lost := click(recording.NoNode, 1, 1)
	lost.Framed = true
	for name, in := range map[string]*recording.Interaction{"no place": noPlace, "another view": elsewhere, "in an unknown frame": lost} {
		if h, ok := p.Hit(in, nil); ok {
			t.Errorf("%s: %+v", name, h)
		}
	}
}

func TestLateScroll(t *testing.T) {
	d, named := shown(t)
	link := named["link"]
	p := page(d, []render.Box{box(link, 100, 20, 40, 20)})
	scroll := func(after recording.Time, y float32) recording.Scroll {
		return recording.Scroll{At: recording.Second + after, Y: y, Window: true}
	}
	moved := click(link, 110, 25)
	moved.ScrollY = 300
	inner := scroll(10*recording.Millisecond, 0)
	inner.Window = false
	for _, c := range []struct {
		name    string
		in      *recording.Interaction
		scrolls []recording.Scroll
		late    bool
		y       float32
	}{
		{"told a moment later", moved, []recording.Scroll{scroll(-300*recording.Millisecond, 300), inner, scroll(51*recording.Millisecond, 0)}, true, 25},
		{"too late", moved, []recording.Scroll{scroll(151*recording.Millisecond, 0)}, false, 325},
		{"does not explain it", moved, []recording.Scroll{scroll(51*recording.Millisecond, 100)}, false, 325},
		{"needs no explanation", click(link, 110, 25), []recording.Scroll{scroll(51*recording.Millisecond, 5)}, false, 25},
	} {
		h, ok := p.Hit(c.in, c.scrolls)
		if !ok || h.Late != c.late || h.Y != c.y {
			t.Errorf("%s: %+v", c.name, h)
		}
	}
}

// A window that was scrolled far stands at the end of its page when the page
// became short.
func TestScrolledBeyondThePage(t *testing.T) {
	d, named := shown(t) // in a viewport of 800 × 600
	p := anchor.NewPage(d, &render.Frame{PageW: 800, PageH: 1000, Boxes: []render.Box{box(named["link"], 100, 500, 40, 20)}})
	in := click(named["link"], 110, 105)
	in.ScrollX, in.ScrollY = 30, 2000
	if h, ok := p.Hit(in, nil); !ok || h.X != 110 || h.Y != 505 || h.FY != 0.25 {
		t.Errorf("%+v", h)
	}
}

func TestEcho(t *testing.T) {
	at := func(ms recording.Time, node recording.NodeID, x float32) recording.Interaction {
		in := *click(node, x, 10)
		in.At = ms * recording.Millisecond
		return in
	}
	focus := recording.Interaction{At: 101 * recording.Millisecond, Kind: recording.Focus}
	all := []recording.Interaction{at(100, 1, 10), focus, at(102, 2, 10), at(110, 2, 10), at(400, 3, 10), at(401, 4, 12)}
	for i, want := range []bool{false, false, true, false, false, false} {
		if got := anchor.Echo(all, i); got != want {
			t.Errorf("interaction %d: %v", i, got)
		}
	}
}

// An anchor stands where its element stands on another layout of the page.
func TestAnchor(t *testing.T) {
	d, named := shown(t)
	wide := page(d, []render.Box{box(named["link"], 100, 200, 40, 20)})
	h, _ := wide.Hit(click(named["link"], 130, 205), nil)
	a, ok := wide.Anchor(h)
	if !ok || a != (anchor.Anchor{Path: "#nav > li:nth-of-type(2) > a:nth-of-type(1)", FX: 0.75, FY: 0.25}) {
		t.Fatalf("anchor %+v", a)
	}
	other, named := shown(t)
	hidden := box(named["link"], 10, 600, 200, 40)
	hidden.Seen = render.Rect{}
	narrow := page(other, []render.Box{box(named["link"], 10, 600, 200, 40)})
	if x, y, ok := narrow.Place(a); !ok || x != 160 || y != 610 {
		t.Errorf("on the narrow page it is at %v, %v, %v", x, y, ok)
	}
	for name, p := range map[string]*anchor.Page{"without the box": page(other, nil), "invisible": page(other, []render.Box{hidden})} {
		if _, _, ok := p.Place(a); ok {
			t.Errorf("%s: it has a place", name)
		}
	}
	if _, ok := wide.Anchor(anchor.Hit{}); ok {
		t.Error("nothing has an anchor")
	}
}

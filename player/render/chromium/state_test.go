package chromium_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/rendertest"
)

func draw(t testing.TB, s render.Session, r render.Request) *render.Frame {
	t.Helper()
	f, err := s.Render(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// apply makes a change of the document and of the session.
func apply(t testing.TB, s render.Session, d *dom.Document, ops ...recording.Op) {
	t.Helper()
	from := d.Version()
	for _, op := range ops {
		d.Apply(op)
	}
	if err := s.Apply(context.Background(), render.Delta{From: from, To: d.Version(), Ops: ops}); err != nil {
		t.Fatal(err)
	}
}

func box(t testing.TB, f *render.Frame, id recording.NodeID) render.Box {
	t.Helper()
	for _, b := range f.Boxes {
		if b.Node == id {
			return b
		}
	}
	t.Fatalf("node %d has no box", id)
	return render.Box{}
}

// same fails when two frames show different things.
func same(t *testing.T, what string, got, want *render.Frame) {
	t.Helper()
	if len(got.Boxes) != len(want.Boxes) {
		t.Errorf("%s: %d boxes, want %d", what, len(got.Boxes), len(want.Boxes))
		return
	}
	for i := range got.Boxes {
		if got.Boxes[i] != want.Boxes[i] {
			t.Errorf("%s: box %+v, want %+v", what, got.Boxes[i], want.Boxes[i])
			return
		}
	}
	if got.PageW != want.PageW || got.PageH != want.PageH {
		t.Errorf("%s: page of %dx%d, want %dx%d", what, got.PageW, got.PageH, want.PageW, want.PageH)
	}
	if got.Image != nil && !alike(got.Image, want.Image) {
		t.Errorf("%s: another picture", what)
	}
}

// alike reports whether two pictures are the same but for the rounding of edges:
// a browser paints what changed, and that begins elsewhere.
func alike(a, b *image.RGBA) bool {
	if a.Rect != b.Rect {
		return false
	}
	for i := range a.Pix {
		if d := int(a.Pix[i]) - int(b.Pix[i]); d > 3 || d < -3 {
			return false
		}
	}
	return true
}

// Going through a recording step by step shows what loading each moment shows.
func TestStepsShowWhatLoadingShows(t *testing.T) {
	b := backend(t)
	files := []string{filepath.Join("..", "flat", "testdata", "pages", "bs5.json.gz")}
	for _, name := range []string{"s-0001", "s-0014", "s-0046"} {
		files = append(files, filepath.Join("..", "..", "..", "app", "sample", "study", name+".ndjson.gz"))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			r := recorded(t, file)
			stepped, at := dom.New(), 0
			steps, fresh := load(t, b, stepped), load(t, b, dom.New())
			const moments = 8
			for m := 1; m <= moments; m++ {
				until := r.Duration * recording.Time(m) / moments
				var ops []recording.Op
				for ; at < len(r.Changes) && r.Changes[at].At <= until && r.Changes[at].Tab == r.Changes[0].Tab; at++ {
					ops = append(ops, r.Changes[at].Op)
				}
				apply(t, steps, stepped, ops...)
				if err := fresh.Load(context.Background(), stepped); err != nil {
					t.Fatal(err)
				}
				q := render.Request{Pixels: true, Boxes: true}
				same(t, until.String(), draw(t, steps, q), draw(t, fresh, q))
				got, err := steps.Text(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				if want, _ := fresh.Text(context.Background()); got != want {
					t.Errorf("%s: other text", until)
				}
			}
		})
	}
}

// Every kind of change, each with what must be seen of it.
func TestChanges(t *testing.T) {
	var m rendertest.Builder
	b := backend(t)
	a := m.El("div", rendertest.Attr("id=a"), "one")
	style := m.El("style", "#a { width: 10px; height: 10px }")
	link := m.El("link", rendertest.Attr("rel=stylesheet"))
	field, tick := m.El("input", rendertest.Attr("id=f")), m.El("input", rendertest.Attr("type=checkbox"))
	scroller := m.El("div", rendertest.Attr("id=s"), m.El("div", rendertest.Attr("style=height:900px"), m.El("i", "x")))
	d := m.Document(`body { margin: 0 } #s { height: 50px; overflow: auto } #f:placeholder-shown { width: 77px } #f { width: 50px; padding: 0; border: 0 }
		input:checked { width: 33px !important } input[type=checkbox] { appearance: none; width: 20px; margin: 0 } input:focus { margin-left: 5px }`, style, link, a, field, tick, scroller)
	s := load(t, b, d)
	inner := scroller.Children[0].Children[0]
	width := func(id recording.NodeID) float32 { return box(t, draw(t, s, render.Request{Boxes: true}), id).W }
	x := func(id recording.NodeID) float32 { return box(t, draw(t, s, render.Request{Boxes: true}), id).X }
	y := func(id recording.NodeID) float32 { return box(t, draw(t, s, render.Request{Boxes: true}), id).Y }
	check := func(what string, got, want float32) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %g, want %g", what, got, want)
		}
	}
	check("at first", width(a.ID), 10)
	apply(t, s, d, recording.Mutation{Texts: []recording.TextChange{{Node: style.Children[0].ID, Text: "#a { width: 20px }"}}})
	check("text of a style element", width(a.ID), 20)
	apply(t, s, d, recording.SheetRules{Node: style.ID, Inserts: []recording.RuleInsert{{Rule: "#a { width: 30px }"}}})
	check("inserted rule", width(a.ID), 30)
	apply(t, s, d, recording.SheetDeclaration{Node: style.ID, Path: []int{1}, Style: recording.StyleChange{Property: "width", Value: "40px"}})
	check("changed declaration", width(a.ID), 40)
	apply(t, s, d, recording.AdoptSheets{Host: d.Root().ID, New: []recording.NewSheet{{ID: 7, Rules: []string{"#a { width: 50px }"}}}, Sheets: []recording.SheetID{7}})
	check("adopted sheet", width(a.ID), 50)
	apply(t, s, d, recording.SheetRules{Sheet: 7, Deletes: [][]int{{0}}})
	check("deleted rule", width(a.ID), 40)
	apply(t, s, d, recording.Mutation{Attributes: []recording.AttributeChange{{Node: link.ID, Set: []recording.Attr{{Name: "_cssText", Value: "#a { width: 60px !important }"}}}}})
	check("a link that was loaded", width(a.ID), 60)
	apply(t, s, d, recording.Mutation{Attributes: []recording.AttributeChange{{Node: a.ID, Style: []recording.StyleChange{{Property: "width", Value: "70px", Important: true}}}}})
	check("style attribute", width(a.ID), 70)

	check("placeholder", width(field.ID), 50)
	apply(t, s, d, recording.SetInput{Node: tick.ID, Checked: true})
	check("ticked", width(tick.ID), 33)
	apply(t, s, d, recording.SetInput{Node: tick.ID})
	check("not ticked", width(tick.ID), 20)
	apply(t, s, d, recording.SetFocus{Node: field.ID})
	check("focus", x(field.ID), 5)
	apply(t, s, d, recording.SetFocus{})
	check("no focus", x(field.ID), 0)

	before := y(inner.ID)
	apply(t, s, d, recording.SetScroll{Node: scroller.ID, Y: 25})
	check("scrolled element", before-y(inner.ID), 25)
	apply(t, s, d, recording.SetViewport{Width: 500, Height: 400})
	check("viewport", width(scroller.ID), 500)

	moved := *scroller
	apply(t, s, d, recording.Mutation{Removals: []recording.Removal{{Parent: d.Node(scroller.ID).Parent.ID, Node: scroller.ID}},
		Additions: []recording.Addition{{Parent: a.ID, Node: &moved}}})
	check("moved", width(scroller.ID), 70)
	apply(t, s, d, recording.Mutation{Texts: []recording.TextChange{{Node: a.ID, Text: "two"}}})
	for _, got := range draw(t, s, render.Request{Boxes: true}).Boxes {
		if got.Node == scroller.ID {
			t.Error("what was replaced by text is still there")
		}
	}
	if text, err := s.Text(context.Background()); err != nil || text != "two" {
		t.Errorf("text %q, %v", text, err)
	}
	var n rendertest.Builder
	apply(t, s, d, recording.Snapshot{Root: n.Root("body { margin: 0 }", n.El("p", "another page"))})
	if text, err := s.Text(context.Background()); err != nil || text != "another page" {
		t.Errorf("text %q, %v", text, err)
	}
}

// Frames and shadow trees have their own documents, modes, sheets and scrolls.
func TestFramesAndShadowTrees(t *testing.T) {
	var m rendertest.Builder
	b := backend(t)
	frame := m.El("iframe", rendertest.Attr("style=border:3px solid;padding:4px;width:200px;height:100px"))
	light, inShadow := m.El("u", "light"), m.El("i", "shadow")
	slot := m.El("slot")
	host := m.El("div", light)
	host.ShadowHost, inShadow.Shadow, slot.Shadow = true, true, true
	host.Children = append(host.Children, inShadow, slot)
	d := m.Document("body { margin: 0 } iframe, div { display: block } i, u { display: block; width: 11px }", frame, host)
	inside := m.El("p", "inside")
	doc := m.Root("body { margin: 7px } p { margin: 0; width: 50px; height: 20px } body { height: 900px }", inside)
	s := load(t, b, d)
	apply(t, s, d, recording.Mutation{Additions: []recording.Addition{{Parent: frame.ID, Node: doc}}})
	at := func(id recording.NodeID) render.Box { return box(t, draw(t, s, render.Request{Boxes: true}), id) }
	if got := at(inside.ID); got.X != 14 || got.Y != 14 || got.W != 50 {
		t.Errorf("box in a frame is %+v", got)
	}
	if got := at(inShadow.ID).W; got == 11 {
		t.Error("a rule of the page reaches into a shadow tree")
	}
	if got := at(light.ID).W; got != 11 {
		t.Errorf("a slotted element is %g wide, want 11", got)
	}
	apply(t, s, d, recording.SetScroll{Node: doc.ID, Y: 5})
	if got := at(inside.ID); got.Y != 9 || got.Seen.Y != 9 {
		t.Errorf("box in a scrolled frame is %+v", got)
	}
	apply(t, s, d, recording.SetScroll{Node: doc.ID, Y: 15})
	if got := at(inside.ID); got.Y != -1 || got.Seen.Y != 7 || got.Seen.H != 12 {
		t.Errorf("box that a frame cuts off is %+v", got)
	}
	for host, want := range map[recording.NodeID]recording.NodeID{doc.ID: inside.ID, host.ID: inShadow.ID} {
		id := recording.SheetID(host)
		apply(t, s, d, recording.AdoptSheets{Host: host, New: []recording.NewSheet{{ID: id, Rules: []string{"p, i { width: 33px !important; display: block }"}}}, Sheets: []recording.SheetID{id}})
		if got := at(want).W; got != 33 {
			t.Errorf("under an adopted sheet %g wide, want 33", got)
		}
	}
	if text, err := s.Text(context.Background()); err != nil || text != "inside shadow light" {
		t.Errorf("text %q, %v", text, err)
	}
	// In quirks mode the body is as high as the viewport.
	var q rendertest.Builder
	for range 100 {
		q.El("x") // other ids
	}
	quirky := q.Root("body { margin: 0 }")
	quirky.Quirks = true
	apply(t, s, d, recording.Mutation{Removals: []recording.Removal{{Parent: frame.ID, Node: doc.ID}}, Additions: []recording.Addition{{Parent: frame.ID, Node: quirky}}})
	if got := at(quirky.Children[1].Children[1].ID).H; got != 100 {
		t.Errorf("a body in quirks mode is %g high, want 100", got)
	}
	apply(t, s, d, recording.Mutation{Removals: []recording.Removal{{Parent: frame.ID, Node: quirky.ID}}})
	if text, err := s.Text(context.Background()); err != nil || text != "shadow light" {
		t.Errorf("without a document in the frame the text is %q, %v", text, err)
	}
	var e rendertest.Builder
	for range 200 {
		e.El("x")
	}
	again := e.Root("", e.El("p", "again"))
	apply(t, s, d, recording.Mutation{Additions: []recording.Addition{{Parent: frame.ID, Node: again}}})
	if text, err := s.Text(context.Background()); err != nil || text != "again shadow light" {
		t.Errorf("with another document in the frame the text is %q, %v", text, err)
	}
}

func TestModeOfThePage(t *testing.T) {
	b := backend(t)
	for quirks, want := range map[bool]float32{true: 600, false: 0} {
		var m rendertest.Builder
		root := m.Root("body { margin: 0 }")
		root.Quirks = quirks
		d := dom.New()
		d.Apply(recording.SetViewport{Width: 800, Height: 600})
		d.Apply(recording.Snapshot{Root: root})
		f := draw(t, load(t, b, d), render.Request{Boxes: true})
		if got := box(t, f, root.Children[1].Children[1].ID).H; got != want {
			t.Errorf("quirks %v: body is %g high, want %g", quirks, got, want)
		}
	}
}

// Without scripts a browser shows noscript and takes a canvas for text.
func TestScriptsAreOffAndItDoesNotShow(t *testing.T) {
	var m rendertest.Builder
	b := backend(t)
	canvas := m.El("canvas", rendertest.Attr("width=60"), rendertest.Attr("height=30"), "fallback")
	scaled := m.El("canvas", rendertest.Attr("width=100"), rendertest.Attr("height=50"), rendertest.Attr("style=width:50px"))
	moving := m.El("p", rendertest.Attr("id=m"), "x")
	d := m.Document("body { margin: 0 } @keyframes k { from { width: 1px } to { width: 90px } } #m { transition: width 100s; animation: k 100s both; width: 50px }",
		canvas, m.El("noscript", "no scripts here"), scaled, moving, m.El("script", "document.body.textContent = 'ran'"))
	s := load(t, b, d)
	f := draw(t, s, render.Request{Boxes: true})
	if got := box(t, f, canvas.ID); got.W != 60 || got.H != 30 {
		t.Errorf("canvas is %gx%g, want 60x30", got.W, got.H)
	}
	if got := box(t, f, scaled.ID); got.W != 50 || got.H != 25 {
		t.Errorf("scaled canvas is %gx%g, want 50x25", got.W, got.H)
	}
	if got := box(t, f, moving.ID).W; got != 90 {
		t.Errorf("an animated box is %g wide, want 90: its end", got)
	}
	if text, err := s.Text(context.Background()); err != nil || text != "x" {
		t.Errorf("text %q, %v", text, err)
	}
}

func TestHover(t *testing.T) {
	var m rendertest.Builder
	b := backend(t)
	inner := m.El("b", "x")
	outer := m.El("div", inner)
	covered := m.El("div", rendertest.Attr("id=c"))
	frame := m.El("iframe")
	d := m.Document("body { margin: 0 } div { width: 100px; height: 20px; background: #fff } div:hover { background: #0f0 } iframe { display: block; border: 0 }",
		outer, covered, frame)
	inside := m.El("div")
	s := load(t, b, d)
	apply(t, s, d, recording.Mutation{Additions: []recording.Addition{{Parent: frame.ID, Node: m.Root("body { margin: 0 } div { height: 20px } div:hover { background: #0f0 }", inside)}}})
	green, white := color.RGBA{0, 255, 0, 255}, color.RGBA{255, 255, 255, 255}
	for _, c := range []struct {
		hover recording.NodeID
		want  [3]color.RGBA
	}{
		{inner.ID, [3]color.RGBA{green, white, white}}, {covered.ID, [3]color.RGBA{white, green, white}},
		{inside.ID, [3]color.RGBA{white, white, green}}, {0, [3]color.RGBA{white, white, white}}, {4711, [3]color.RGBA{white, white, white}},
	} {
		f := draw(t, s, render.Request{Pixels: true, Hover: c.hover})
		if got := [3]color.RGBA{f.Image.RGBAAt(90, 10), f.Image.RGBAAt(90, 30), f.Image.RGBAAt(90, 50)}; got != c.want {
			t.Errorf("with the pointer on %d: %v, want %v", c.hover, got, c.want)
		}
	}
}

// A page that is captured as a whole is laid out for its viewport all the same.
func TestWholePage(t *testing.T) {
	var m rendertest.Builder
	d := m.Document("body { margin: 0 } #a { height: 100vh; background: #f00 } #b { height: 5000px; background: #00f } #c { position: fixed; left: 0; bottom: 0; width: 10px; height: 10px; background: #0f0 }",
		m.El("div", rendertest.Attr("id=a")), m.El("div", rendertest.Attr("id=b")), m.El("div", rendertest.Attr("id=c")))
	s := load(t, backend(t), d)
	f := draw(t, s, render.Request{Pixels: true, Full: true})
	if f.PageH != 5600 || f.Image.Rect.Dy() != 5600 {
		t.Fatalf("page of %d in an image of %d", f.PageH, f.Image.Rect.Dy())
	}
	for y, want := range map[int]color.RGBA{580: {255, 0, 0, 255}, 595: {0, 255, 0, 255}, 605: {0, 0, 255, 255}, 4090: {0, 0, 255, 255}, 4110: {0, 0, 255, 255}, 5595: {0, 0, 255, 255}} {
		if got := f.Image.RGBAAt(5, y); got != want {
			t.Errorf("at %d the page is %v, want %v", y, got, want)
		}
	}
	same(t, "afterwards", draw(t, s, render.Request{Boxes: true}), draw(t, load(t, backend(t), d), render.Request{Boxes: true}))
}

// Fonts that the recording carries are used: as bytes, and as addresses with data.
func TestFontsOfTheRecording(t *testing.T) {
	ttf, err := os.ReadFile(filepath.Join("..", "flat", "text", "fonts", "LiberationMono-Regular.ttf"))
	if err != nil {
		t.Fatal(err)
	}
	numbers := make([]int, len(ttf))
	for i, b := range ttf {
		numbers[i] = int(b)
	}
	list, err := json.Marshal(numbers)
	if err != nil {
		t.Fatal(err)
	}
	b := backend(t)
	for name, source := range map[string]string{"bytes": string(list), "address": "url(data:font/ttf;base64," + base64.StdEncoding.EncodeToString(ttf) + ")"} {
		var m rendertest.Builder
		wide := m.El("span", rendertest.Attr("style=font: 100px recorded, serif"), "iiii")
		d := m.Document("", wide)
		s := load(t, b, d)
		apply(t, s, d, recording.AddFont{Family: "recorded", Source: source, Descriptors: `{"weight":"400"}`})
		// A letter of Liberation Mono is 1229 of 2048 units wide.
		if got := box(t, draw(t, s, render.Request{Boxes: true}), wide.ID).W; got < 239 || got > 241 {
			t.Errorf("%s: four letters are %g wide, want 240", name, got)
		}
	}
}

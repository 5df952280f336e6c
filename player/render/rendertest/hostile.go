package rendertest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"hindsite.app/player/recording"
	"hindsite.app/player/render"
)

// memory is a render.Assets that remembers what it was asked for.
type memory struct {
	data  map[string][]byte
	asked []string
}

func (a *memory) Lookup(url string) ([]byte, string, bool) {
	a.asked = append(a.asked, url)
	d, ok := a.data[url]
	return d, "image/png", ok
}

func greenPNG() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 4, 4))
	for i := range img.Pix {
		img.Pix[i] = []uint8{0, 128, 0, 255}[i%4]
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("internal error: " + err.Error())
	}
	return b.Bytes()
}

// hugePNG is a header that promises a picture of w by h and holds none.
func hugePNG(w, h uint32) []byte {
	chunk := func(kind string, data []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		body := append([]byte(kind), data...)
		return binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	}
	head := binary.BigEndian.AppendUint32(nil, w)
	head = append(binary.BigEndian.AppendUint32(head, h), 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", head)...)
	return append(append(out, chunk("IDAT", nil)...), chunk("IEND", nil)...)
}

func dataURL(b []byte) string { return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b) }

func assets(t *testing.T, b render.Backend) {
	var m Builder
	a := &memory{data: map[string][]byte{"https://site.example/pic.png": greenPNG()}}
	d := m.Document("body { margin: 0 } img { display: block; width: 40px; height: 40px }",
		m.El("img", Attr("src=https://site.example/pic.png")), m.El("img", Attr("src="+dataURL(greenPNG()))))
	s := openWith(t, b, d, a, render.DefaultLimits())
	f := draw(t, s, render.Request{Pixels: true})
	green := color.RGBA{0, 128, 0, 255}
	if at(f, 20, 20) != green || at(f, 20, 60) != green {
		t.Errorf("pictures are %v and %v, want %v", at(f, 20, 20), at(f, 20, 60), green)
	}
}

func limits(t *testing.T, b render.Backend) {
	var m Builder
	d := m.Document("body { margin: 0; height: 100000px; width: 100000px }")
	l := render.DefaultLimits()
	l.MaxPixels = 1 << 20
	s := openWith(t, b, d, nil, l)
	f := draw(t, s, render.Request{Pixels: true, Full: true})
	if n := f.Image.Rect.Dx() * f.Image.Rect.Dy(); n > l.MaxPixels {
		t.Errorf("a picture of %d pixels for a limit of %d", n, l.MaxPixels)
	}
	if _, err := s.Render(context.Background(), render.Request{Pixels: true, Clip: image.Rect(0, 0, 1<<15, 1<<15)}); err == nil {
		t.Error("a clip beyond the limit gave no error")
	}
}

// hostile draws pages that were made to hurt; finishing is the test.
func hostile(t *testing.T, b render.Backend) {
	var m Builder
	for _, c := range []struct {
		name string
		css  string
		body []any
	}{
		{"nested", "", []any{nested(&m, "div", 5000)}},
		{"nested flex", "div { display: flex; flex-direction: column }", []any{nested(&m, "div", 300)}},
		{"nested grid", "div { display: grid }", []any{nested(&m, "div", 200)}},
		{"nested table", "div { display: table }", []any{nested(&m, "div", 200)}},
		{"nested inline block", "span { display: inline-block }", []any{nested(&m, "span", 300)}},
		{"many", "", []any{many(&m, 100_000)}},
		{"floats", "i { float: left; width: 1px; height: 1px }", []any{many(&m, 20_000)}},
		{"var bomb", varBomb(), []any{m.El("p", Attr("class=x"), "x")}},
		{"var cycle", ":root { --a: var(--b); --b: var(--a); width: var(--a) }", []any{"x"}},
		{"nesting bomb", strings.Repeat(".a, .b { & &, & & { ", 2000), []any{"x"}},
		{"selector bomb", "p" + strings.Repeat(":is(p, p", 400) + strings.Repeat(")", 400) + " { color: red }", []any{m.El("p", "x")}},
		{"descendants", strings.Repeat("div > div ", 100) + "b { color: red }", []any{nested(&m, "div", 400)}},
		{"has", "div:has(b, i, u:has(s)) { color: red }", []any{nested(&m, "div", 400)}},
		{"sizes", "div { width: 1e30px; height: 1e30px; margin: -1e30px; font-size: 1e20px; border: 1e9px solid; box-shadow: 0 0 1e9px red }", []any{m.El("div", "x")}},
		{"calc", "div { width: calc(" + strings.Repeat("(", 5000) + "1px }", []any{m.El("div")}},
		{"tracks", "div { display: grid; grid-template-columns: repeat(1000000, repeat(1000000, 1px)) }", []any{m.El("div", m.El("b"))}},
		{"lines", "b { grid-area: 99999 / 99999 / 199999 / 199999 } div { display: grid }", []any{m.El("div", m.El("b"))}},
		{"spans", "", []any{m.El("table", m.El("tr", m.El("td", Attr("colspan=1000000"), Attr("rowspan=1000000"), "x")))}},
		{"gradient", "div { height: 9px; background: repeating-linear-gradient(red 0 0.0001px, blue 0 0.0002px) }", []any{m.El("div")}},
		{"tiles", "div { height: 500px; background: url(" + dataURL(greenPNG()) + ") 0 0 / 0.01px 0.01px }", []any{m.El("div")}},
		{"long word", "body { overflow-wrap: anywhere; width: 1px }", []any{strings.Repeat("x", 5000)}},
		{"huge picture", "", []any{m.El("img", Attr("src="+dataURL(hugePNG(60_000, 60_000)))), m.El("img", Attr("src=data:image/png;base64,AAAA"))}},
		{"scripts", "div { background: url(javascript:alert(1)); width: expression(alert(1)) }",
			[]any{m.El("a", Attr("href=javascript:alert(1)"), Attr("onclick=alert(1)"), "x"), m.El("iframe", Attr("src=javascript:alert(1)")), m.El("img", Attr("src=javascript:alert(1)"))}},
		{"garbage", "}}}{{{@media((((;;;\\\x00\xff@import 'x'; a{b:c;;;}<!-- -->[[[", []any{"\x00\xff\u202e", m.El("svg", Attr("viewBox=0 0 0 0"))}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, b, m.Document(c.css, c.body...))
			draw(t, s, render.Request{Pixels: true, Boxes: true})
			if _, err := s.Text(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
}

func nested(m *Builder, tag string, depth int) *recording.Node {
	n := m.El(tag, "x")
	for range depth {
		n = m.El(tag, n)
	}
	return n
}

func many(m *Builder, n int) []*recording.Node {
	list := make([]*recording.Node, n)
	for i := range list {
		list[i] = m.El("i")
	}
	return list
}

// varBomb doubles a value forty times.
func varBomb() string {
	var b strings.Builder
	b.WriteString(":root { --v0: 1px 1px;")
	for i := 1; i <= 40; i++ {
		fmt.Fprintf(&b, "--v%d: var(--v%d) var(--v%d);", i, i-1, i-1)
	}
	b.WriteString("} .x { margin: var(--v40) }")
	return b.String()
}

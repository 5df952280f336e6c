package rendertest

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/color"
	"image/gif"
	"strings"
	"testing"

	"hindsite.app/player/render"
)

// recorded holds a backend to what pages must not do to whoever looks at them:
// cases 70, 72 and 73 of the security design. That nothing is asked of a
// network, case 71 and a part of 70, is what package canary proves.
func recorded(t *testing.T, b render.Backend) {
	t.Run("70 active content is inert", func(t *testing.T) { inert(t, b) })
	t.Run("72 styles stay in the frame", func(t *testing.T) { framed(t, b) })
	t.Run("73 picture of 60,000 by 60,000", func(t *testing.T) { placeheld(t, b) })
	t.Run("73 animation of 100,000 pictures", func(t *testing.T) { still(t, b) })
}

// deface is what each piece of active content tries to do: it would be seen.
const deface = "document.documentElement.style.background='red';document.body.textContent='owned';parent.document.body.textContent='owned'"

const defacedPage = "data:text/html,<body style='background:red'>owned</body>"

// inert draws a page full of content that acts, which must be as white and hold
// the same words as if nothing in it did.
func inert(t *testing.T, b render.Backend) {
	bad := Attr("src=data:image/png;base64,AAAA")
	for name, body := range map[string][]any{
		"script":  {func(m *Builder) any { return m.El("script", deface) }},
		"module":  {func(m *Builder) any { return m.El("script", Attr("type=module"), deface) }},
		"onerror": {func(m *Builder) any { return m.El("img", bad, Attr("onerror="+deface)) }},
		"onload": {func(m *Builder) any {
			return m.El("img", Attr("src="+dataURL(greenPNG())), Attr("width=1"), Attr("height=1"), Attr("onload="+deface))
		}},
		"onfocus": {func(m *Builder) any { return m.El("input", Attr("autofocus="), Attr("onfocus="+deface)) }},
		"ontoggle": {func(m *Builder) any {
			return m.El("details", Attr("open="), Attr("ontoggle="+deface), m.El("summary", "s"))
		}},
		"animation": {func(m *Builder) any {
			return m.El("p", Attr("style=animation: x 1ms"), Attr("onanimationend="+deface), "p")
		}},
		"video": {func(m *Builder) any { return m.El("video", m.El("source", bad, Attr("onerror="+deface))) }},
		"meta refresh": {func(m *Builder) any {
			return m.El("meta", Attr("http-equiv=refresh"), Attr("content=0;url="+defacedPage))
		}},
		"base":            {func(m *Builder) any { return m.El("base", Attr("href="+defacedPage), Attr("target=_top")) }},
		"srcdoc":          {func(m *Builder) any { return m.El("iframe", Attr("srcdoc=<script>"+deface+"</script>")) }},
		"javascript link": {func(m *Builder) any { return m.El("a", Attr("href=javascript:"+deface), "link") }},
		"javascript":      {func(m *Builder) any { return m.El("iframe", Attr("src=javascript:"+deface)) }},
		"data page": {func(m *Builder) any {
			return m.El("iframe", Attr("style=width:799px;height:500px;border:0"), Attr("src="+defacedPage))
		}},
		"object": {func(m *Builder) any {
			return m.El("object", Attr("style=width:799px;height:500px"), Attr("type=text/html"), Attr("data="+defacedPage))
		}},
		"embed": {func(m *Builder) any {
			return m.El("embed", Attr("style=width:799px;height:500px"), Attr("type=text/html"), Attr("src="+defacedPage))
		}},
		"svg script": {func(m *Builder) any {
			return m.El("svg", Attr("width=9"), Attr("height=9"), Attr("onload="+deface), m.El("script", deface))
		}},
		"foreign object": {func(m *Builder) any {
			return m.El("svg", Attr("width=9"), Attr("height=9"), m.El("foreignObject", m.El("script", deface)))
		}},
		"svg picture": {func(m *Builder) any {
			return m.El("img", Attr("src=data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><script>"+deface+"</script></svg>"))
		}},
		"template": {func(m *Builder) any { return m.El("template", m.El("script", deface)) }},
	} {
		t.Run(name, func(t *testing.T) {
			var m Builder
			parts := []any{m.El("p", "before")}
			for _, p := range body {
				parts = append(parts, p.(func(*Builder) any)(&m))
			}
			s := open(t, b, m.Document("@keyframes x { to { opacity: 1 } }", append(parts, m.El("p", "after"))...))
			f := draw(t, s, render.Request{Pixels: true})
			if got := at(f, 790, 590); got != white {
				t.Errorf("the page is %v", got)
			}
			text, err := s.Text(context.Background())
			if err != nil || !strings.HasPrefix(text, "before") || !strings.HasSuffix(text, "after") || strings.Contains(text, "owned") {
				t.Errorf("the page says %q, %v", text, err)
			}
			if f.Clip != image.Rect(0, 0, 800, 600) {
				t.Errorf("another page is shown: %v", f.Clip)
			}
		})
	}
}

// framed draws a page whose styles reach for everything around it. A frame is
// as large as was asked for, whatever they say.
func framed(t *testing.T, b render.Backend) {
	var m Builder
	d := m.Document(`html { width: 10000000px; height: 10000000px; transform: translate(-9999px, -9999px) scale(50) }
		#a { position: fixed; left: -5000px; top: -5000px; width: 10000000px; height: 10000000px; z-index: 2147483647; background: #f00 }
		#b { position: fixed; inset: -100vh -100vw; outline: 100000px solid #f00; box-shadow: 0 0 0 100000px #f00 }`,
		m.El("div", Attr("id=a")), m.El("div", Attr("id=b"), "Lock the library"))
	s := open(t, b, d)
	f := draw(t, s, render.Request{Pixels: true, Boxes: true})
	if f.Image.Rect != image.Rect(0, 0, 800, 600) || f.Clip.Size() != image.Pt(800, 600) {
		t.Errorf("a viewport of 800 by 600 gives a picture of %v of %v", f.Image.Rect, f.Clip)
	}
}

// placeheld draws a picture that would take 14 GB decoded: its room is kept and
// what is around it is drawn.
func placeheld(t *testing.T, b render.Backend) {
	var m Builder
	d := m.Document("body { margin: 0 } img { display: block; width: 100px; height: 50px } #after { width: 100px; height: 50px; background: #f00 }",
		m.El("img", Attr("src="+dataURL(hugePNG(60_000, 60_000)))), m.El("div", Attr("id=after")))
	f := draw(t, open(t, b, d), render.Request{Pixels: true})
	if got := at(f, 50, 75); got != red {
		t.Errorf("what is below the picture is %v", got)
	}
}

// still draws an animation of very many pictures, as its first.
func still(t *testing.T, b render.Backend) {
	var m Builder
	green := color.RGBA{0, 128, 0, 255}
	d := m.Document("body { margin: 0 } img { display: block; width: 100px; height: 50px } #after { width: 100px; height: 50px; background: #f00 }",
		m.El("img", Attr("src=data:image/gif;base64,"+base64.StdEncoding.EncodeToString(longGIF(100_000, green, red)))), m.El("div", Attr("id=after")))
	f := draw(t, open(t, b, d), render.Request{Pixels: true})
	if got := at(f, 50, 75); got != red {
		t.Errorf("what is below the picture is %v", got)
	}
	if got := at(f, 50, 25); got != green {
		t.Errorf("the picture is %v, want its first one's %v", got, green)
	}
}

// longGIF returns an animation of n pictures of one pixel, the first of one
// colour, the others of another, each shown for a minute.
func longGIF(n int, first, later color.RGBA) []byte {
	one := &gif.GIF{LoopCount: -1}
	for _, c := range []color.RGBA{first, later} {
		one.Image = append(one.Image, image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{c, color.Black}))
		one.Delay = append(one.Delay, 6000)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, one); err != nil {
		panic("internal error: " + err.Error())
	}
	var short bytes.Buffer
	one.Image, one.Delay = one.Image[:1], one.Delay[:1]
	if err := gif.EncodeAll(&short, one); err != nil {
		panic("internal error: " + err.Error())
	}
	// What the second picture adds stands before the trailer and is repeated.
	whole := b.Bytes()
	head := len(whole) - 1
	second := whole[len(whole)-1-(b.Len()-short.Len()) : head]
	out := append([]byte(nil), whole[:head]...)
	for range n - 2 {
		out = append(out, second...)
	}
	return append(out, whole[head])
}

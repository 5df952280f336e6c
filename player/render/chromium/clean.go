package chromium

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strconv"
	"strings"

	"golang.org/x/image/webp"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
)

// An element keeps its name and its place, so that selectors find what they
// found, and loses what could act: the cleaner decides what of it the browser
// gets to see. It is one layer of several; see DECISIONS.md.
type cleaner struct {
	assets    render.Assets
	maxPixels int // of one picture
	resolved  map[string]string
	held      int // bytes of resolved
}

const maxResolved = 64 << 20

func newCleaner(assets render.Assets, maxPixels int) *cleaner {
	return &cleaner{assets: assets, maxPixels: maxPixels, resolved: map[string]string{}}
}

// css returns a style sheet or declarations that fetch nothing.
func (c *cleaner) css(text string) string { return rewriteCSS(text, c.url) }

// url returns an address that the browser can use without a network: a data
// address, a part of the same document, or nowhere.
func (c *cleaner) url(url string) string {
	switch {
	case strings.HasPrefix(url, "#"):
		return url
	case isData(url):
		if c.tooLarge(url) {
			return nowhere
		}
		return url
	case c.assets == nil || url == "":
		return nowhere
	}
	if known, ok := c.resolved[url]; ok {
		return known
	}
	data, mime, ok := c.assets.Lookup(url)
	out := nowhere
	if ok && (strings.HasPrefix(mime, "image/") || strings.HasPrefix(mime, "font/") || strings.HasPrefix(mime, "application/font") || strings.HasPrefix(mime, "application/x-font")) && !strings.ContainsAny(mime, `,"'\ `) {
		if !c.bitmapTooLarge(data) {
			out = "data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(data)
		}
	}
	if c.held > maxResolved {
		c.resolved, c.held = map[string]string{}, 0
	}
	c.resolved[url] = out
	c.held += len(out)
	return out
}

func isData(url string) bool { return len(url) >= 5 && strings.EqualFold(url[:5], "data:") }

// isPicture reports whether an address is a data address of a picture.
func isPicture(url string) bool {
	const prefix = "data:image/"
	return len(url) > len(prefix) && strings.EqualFold(url[:len(prefix)], prefix)
}

// headerBytes is enough of a picture to know its size.
const headerBytes = 64 << 10

// tooLarge reports whether a data address holds a bitmap that is larger than one
// picture may be.
func (c *cleaner) tooLarge(url string) bool {
	head, body, ok := strings.Cut(url, ",")
	if !ok || !strings.HasSuffix(strings.ToLower(strings.TrimSpace(head)), "base64") {
		return false
	}
	body = body[:min(len(body), headerBytes)&^3]
	data := make([]byte, base64.StdEncoding.DecodedLen(len(body)))
	n, _ := base64.StdEncoding.Decode(data, []byte(body)) // what can be read of it
	return c.bitmapTooLarge(data[:n])
}

func (c *cleaner) bitmapTooLarge(data []byte) bool {
	for magic, read := range headers {
		if bytes.HasPrefix(data, []byte(magic)) {
			config, err := read(bytes.NewReader(data))
			return err == nil && config.Width > 0 && config.Height > c.maxPixels/config.Width
		}
	}
	return false
}

// headers read the size of a bitmap, by the bytes that it begins with.
var headers = map[string]func(io.Reader) (image.Config, error){
	"\x89PNG": png.DecodeConfig, "\xff\xd8": jpeg.DecodeConfig, "GIF8": gif.DecodeConfig, "RIFF": webp.DecodeConfig,
}

// attr is an attribute as the browser gets it.
type attr struct{ name, value string }

// dropped are attributes that load, send or start something, or that only a
// parser understands.
var dropped = map[string]bool{
	"srcdoc": true, "srcset": true, "imagesrcset": true, "action": true, "formaction": true, "ping": true, "manifest": true,
	"http-equiv": true, "nonce": true, "integrity": true, "autofocus": true, "autoplay": true, "data": true, "classid": true, "codebase": true,
	"code": true, "archive": true, "object": true, "lowsrc": true, "dynsrc": true, "longdesc": true, "cite": true, "profile": true, "target": true,
	"download": true, "attributionsrc": true, "browsingtopics": true, "sharedstoragewritable": true, "adauctionheaders": true,
	"privatetoken": true, "csp": true, "allow": true, "sandbox": true, "loading": true, "is": true, "shadowrootmode": true, "crossorigin": true,
	"referrerpolicy": true, "background": true, "poster": true, "src": true, "href": true, "xlink:href": true, "usemap": true, "preload": true,
	"hreftranslate": true, "credentialless": true, "elementtiming": true, "writingsuggestions": true, "style": true,
}

// inert elements keep none of their attributes and nothing of what is in them.
func inert(n *dom.Node) bool {
	switch strings.ToLower(n.Tag) {
	case "script", "noscript", "base", "meta", "template", "portal", "fencedframe", "param", "source", "track", "noembed", "noframes",
		"animate", "animatemotion", "animatetransform", "animatecolor", "set", "mpath", "discard":
		return true
	case "link":
		return !isSheet(n)
	}
	return false
}

// isSheet reports whether an element holds a style sheet as text.
func isSheet(n *dom.Node) bool {
	switch strings.ToLower(n.Tag) {
	case "style":
		return true
	case "link":
		_, ok := n.Attr("_cssText")
		return ok || n.Sheet != nil
	}
	return false
}

// isFrame reports whether an element shows another document.
func isFrame(n *dom.Node) bool { return n.Is("iframe", "frame") }

// isLeaf reports whether the children of an element are not built: it has none
// that are shown, or its content is made from something else.
func isLeaf(n *dom.Node) bool {
	return inert(n) || isSheet(n) || isFrame(n) || n.Is("textarea", "canvas", "video", "audio", "object", "embed", "applet")
}

// tag returns the name under which an element is built.
func tag(n *dom.Node) string {
	if isSheet(n) {
		return "style"
	}
	return n.Tag
}

// attrs returns the attributes of an element.
func (c *cleaner) attrs(n *dom.Node) []attr {
	if inert(n) {
		return nil
	}
	out := make([]attr, 0, len(n.Attrs)+1)
	for _, a := range n.Attrs {
		name := a.Name
		if !n.SVG {
			name = strings.ToLower(name)
		}
		if c.keeps(n, name) {
			out = append(out, attr{name, c.value(a.Value)})
		}
	}
	if src := c.source(n); src != "" {
		out = append(out, attr{"src", src})
	}
	if v, ok := n.Attr("poster"); ok && n.Is("video") {
		if u := c.url(v); isPicture(u) {
			out = append(out, attr{"poster", u})
		}
	}
	if name, href, ok := c.link(n); ok {
		out = append(out, attr{name, href})
	}
	if style := c.style(n); style != "" {
		out = append(out, attr{"style", style})
	}
	return out
}

func (c *cleaner) keeps(n *dom.Node, name string) bool {
	lower := strings.ToLower(name)
	switch {
	case name == "" || dropped[lower] || strings.HasPrefix(lower, "on") || strings.HasPrefix(lower, "rr_") || lower == "_csstext":
		return false
	case n.Is("textarea", "select") && name == "value":
		return false
	case isSheet(n):
		// A link that became a style element is one whatever it says it is.
		return lower == "id" || lower == "class" || lower == "media" || strings.HasPrefix(lower, "data-")
	}
	return true
}

// value returns what becomes of an attribute that is kept: those of SVG can hold
// the functions of CSS.
func (c *cleaner) value(v string) string {
	if strings.IndexByte(v, '(') >= 0 {
		return c.css(v)
	}
	return v
}

// source returns what a picture shows: what the recorder took of it, or what the
// recording carries.
func (c *cleaner) source(n *dom.Node) string {
	if kind, _ := n.Attr("type"); !n.Is("img") && !(n.Is("input") && strings.EqualFold(kind, "image")) {
		return ""
	}
	for _, name := range [...]string{"rr_dataURL", "src", "rr_src"} {
		if v, ok := n.Attr(name); ok && v != "" {
			if u := c.url(v); isPicture(u) {
				return u
			}
		}
	}
	if v, ok := n.Attr("src"); ok && v != "" {
		return nowhere // a picture that is not there is drawn as such
	}
	return ""
}

// link returns the address of an element that has one: links are still links,
// and lead nowhere.
func (c *cleaner) link(n *dom.Node) (name, href string, ok bool) {
	for _, name := range [...]string{"href", "xlink:href"} {
		v, has := n.Attr(name)
		if !has {
			continue
		}
		v = strings.TrimSpace(v)
		switch t := strings.ToLower(n.Tag); {
		case t == "a" || t == "area":
			return name, "#", true
		case !n.SVG:
			return "", "", false
		case strings.HasPrefix(v, "#"):
			return name, v, true
		case t == "use":
			if at := strings.IndexByte(v, '#'); at >= 0 {
				return name, v[at:], true // the sprite may stand in the page, too
			}
		case t == "image" || t == "feimage":
			if u := c.url(v); isPicture(u) {
				return name, u, true
			}
		}
	}
	return "", "", false
}

// style returns the style attribute, with what the recorder says of the element
// besides.
func (c *cleaner) style(n *dom.Node) string {
	var b strings.Builder
	if v, ok := n.Attr("style"); ok {
		b.WriteString(c.css(v))
	}
	add := func(property, value string) {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(property + ": " + value)
	}
	switch {
	case n.Is("canvas"):
		add("content", quoteURL(c.canvas(n)))
	case n.Is("object", "embed", "applet"):
		w, h := recordedSize(n)
		add("content", quoteURL(blank(w, h)))
	default:
		blocked(n, add)
	}
	if v, ok := n.Attr("background"); ok && n.Is("body", "table", "td", "th", "tr") {
		if u := c.url(v); isPicture(u) {
			add("background-image", quoteURL(u))
		}
	}
	return b.String()
}

// blocked adds the size of an element whose content was not recorded.
func blocked(n *dom.Node, add func(property, value string)) {
	w, okW := n.Attr("rr_width")
	h, okH := n.Attr("rr_height")
	if !okW || !okH || !isLength(w) || !isLength(h) {
		return
	}
	add("width", w)
	add("height", h)
	if !isFrame(n) {
		add("box-sizing", "border-box")
		add("display", "inline-block")
	}
}

func isLength(s string) bool {
	f, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(s), "px"), 64)
	return err == nil && f >= 0 && f < 1e6 && strings.HasSuffix(strings.TrimSpace(s), "px")
}

// canvas returns the picture that stands for a canvas. Without scripts a browser
// takes a canvas for an inline element; a replaced element with the canvas's
// size is what it was.
func (c *cleaner) canvas(n *dom.Node) string {
	if v, ok := n.Attr("rr_dataURL"); ok && isPicture(v) && !c.tooLarge(v) {
		return v
	}
	w, h := 300, 150
	if v, ok := number(n, "width"); ok {
		w = v
	}
	if v, ok := number(n, "height"); ok {
		h = v
	}
	return blank(w, h)
}

// recordedSize returns the size of an embedded object.
func recordedSize(n *dom.Node) (w, h int) {
	w, h = 300, 150
	if v, ok := number(n, "rr_width"); ok {
		w = v
	}
	if v, ok := number(n, "rr_height"); ok {
		h = v
	}
	return w, h
}

func number(n *dom.Node, name string) (int, bool) {
	v, ok := n.Attr(name)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(v), "px"), 64)
	if err != nil || !(f >= 0 && f < 1e6) {
		return 0, false
	}
	return int(f), true
}

// blank is a drawing of nothing.
func blank(w, h int) string {
	return "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='" + strconv.Itoa(w) + "' height='" + strconv.Itoa(h) + "'/%3E"
}

// namespace returns the number of an element's namespace, as the helper counts
// them.
func namespace(n *dom.Node) int {
	switch {
	case n.SVG:
		return 1
	case n.Tag == "math" || n.Parent != nil && n.Parent.Type == recording.ElementNode && !n.Parent.SVG && mathematical[n.Tag]:
		return 2
	}
	return 0
}

// mathematical are the elements of MathML Core.
var mathematical = map[string]bool{
	"annotation": true, "annotation-xml": true, "maction": true, "merror": true, "mfrac": true, "mi": true, "mmultiscripts": true, "mn": true,
	"mo": true, "mover": true, "mpadded": true, "mphantom": true, "mprescripts": true, "mroot": true, "mrow": true, "ms": true, "mspace": true,
	"msqrt": true, "mstyle": true, "msub": true, "msubsup": true, "msup": true, "mtable": true, "mtd": true, "mtext": true, "mtr": true,
	"munder": true, "munderover": true, "semantics": true,
}

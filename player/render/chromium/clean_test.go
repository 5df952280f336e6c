package chromium

import (
	"strings"
	"testing"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

func TestRewriteCSS(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a { color: red }", "a { color: red }"},
		{"a { background: url(x.png) }", `a { background: url("R") }`},
		{"a { background: URL( 'x y.png' ) no-repeat }", `a { background: url("R") no-repeat }`},
		{`a { background: url("a\29 b") }`, `a { background: url("R") }`},
		{"a { background: image-set('x' 1x, \"y\" 2x) }", `a { background: image-set("R" 1x, "R" 2x) }`},
		{`a { background: \75rl("x") }`, `a { background: -broken("R") }`},
		{"@import 'x'; b { c: d }", "/**/ b { c: d }"},
		{"@IMPORT url(x) screen; b { c: d }", "/**/ b { c: d }"},
		{`@\69mport "x"; b {}`, "/**/ b {}"},
		{"@impor@import;t", "@impor/**/t"},
		{"my-tag:not(:defined) { a: b }", "my-tag:not(:is(*, .defined)) { a: b }"},
		{"@namespace s url(http://www.w3.org/2000/svg); s|a { fill: url(#x) }", `@namespace s url(http://www.w3.org/2000/svg); s|a { fill: url("R") }`},
		{"@font-face { src: url(x) format('woff2') }", `@font-face { src: url("R") format('woff2') }`},
		{"a { content: 'url(x)' }", "a { content: 'url(x)' }"},
		{"a { background: url(x", `a { background: url("R")`},
		{"@media a { @supports (b) { c { d: url(e) } } }", `@media a { @supports (b) { c { d: url("R") } } }`},
	} {
		if got := rewriteCSS(c.in, func(string) string { return "R" }); got != c.want {
			t.Errorf("%s\n became %s\n    want %s", c.in, got, c.want)
		}
	}
	deep := strings.Repeat("a {", maxNesting+5) + " b: c " + strings.Repeat("}", maxNesting+5)
	if got := rewriteCSS(deep, func(s string) string { return s }); strings.Contains(got, "b: c") || strings.Count(got, "{") != maxNesting+1 || strings.Count(got, "}") != maxNesting+1 {
		t.Errorf("rules in rules in rules became %s", got)
	}
}

// Whatever a sheet holds, what comes out has no address but those that were
// given for it.
func FuzzRewriteCSS(f *testing.F) {
	for _, s := range []string{"a { b: url(c) }", "@import 'x';", `\75rl(x)`, "url(\\", "image-set('", "/* url(x) */", "a{b:url(\"c\n)}", "@import x{}url(y)"} {
		f.Add(s)
	}
	const given = "about:given"
	f.Fuzz(func(t *testing.T, in string) {
		out := rewriteCSS(in, func(string) string { return given })
		lexer := css.NewLexer(parse.NewInputString(out))
		namespace := false
		for {
			kind, token := lexer.Next()
			if kind == css.ErrorToken {
				return
			}
			switch kind {
			case css.AtKeywordToken:
				name := strings.ToLower(unescape(string(token)))
				if name == "@import" {
					t.Errorf("%q holds an import: %q", in, out)
				}
				namespace = name == "@namespace"
			case css.SemicolonToken, css.LeftBraceToken:
				namespace = false
			case css.URLToken:
				if u := urlOf(string(token)); u != given && u != nowhere && !namespace {
					t.Errorf("%q holds %q: %q", in, u, out)
				}
			}
		}
	})
}

// What becomes of single attributes.
func TestAttributes(t *testing.T) {
	for _, c := range []struct {
		tag   string
		svg   bool
		attrs string // name=value, with | between them
		want  string
	}{
		{"div", false, "id=a|class=b|onclick=x|data-x=1|rr_width=1px|STYLE=x", "id=a|class=b|data-x=1"},
		{"div", false, "style=color: red; background: url(http://x)", `style=color: red; background: url("about:invalid")`},
		{"div", false, "rr_width=10px|rr_height=20px", "style=width: 10px; height: 20px; box-sizing: border-box; display: inline-block"},
		{"div", false, "rr_width=10px; x: y|rr_height=20px", ""},
		{"img", false, "src=http://x/y.png|alt=z", "alt=z|src=about:invalid"},
		{"img", false, "src=data:image/png;base64,AA|srcset=z 1x", "src=data:image/png;base64,AA"},
		{"img", false, "src=data:text/html,x", "src=about:invalid"},
		{"img", false, "rr_dataURL=data:image/png;base64,BB|src=x", "src=data:image/png;base64,BB"},
		{"a", false, "href=https://x|target=_top|ping=y", "href=#"},
		{"a", false, "href=javascript:x", "href=#"},
		{"a", true, "xlink:href=javascript:x", "xlink:href=#"},
		{"use", true, "href=sprite.svg#a", "href=#a"},
		{"use", true, "href=#a", "href=#a"},
		{"image", true, "href=http://x", ""},
		{"rect", true, "fill=url(http://x#y)|viewBox=1", `fill=url("about:invalid")|viewBox=1`},
		{"rect", true, "fill=url(#y)", `fill=url("#y")`},
		{"link", false, "rel=stylesheet|href=x", ""},
		{"link", false, "rel=stylesheet|href=x|_cssText=a {}|media=print", "media=print"},
		{"meta", false, "http-equiv=refresh|content=0", ""},
		{"script", false, "src=x", ""},
		{"iframe", false, "src=x|srcdoc=y|width=5", "width=5"},
		{"form", false, "action=x|method=post", "method=post"},
		{"video", false, "src=x|controls=|autoplay=|poster=http://x", "controls="},
		{"input", false, "type=text|value=v|formaction=x", "type=text|value=v"},
		{"animate", true, "attributeName=href|to=x", ""},
	} {
		n := &dom.Node{Type: recording.ElementNode, Tag: c.tag, SVG: c.svg}
		for _, a := range strings.Split(c.attrs, "|") {
			name, value, _ := strings.Cut(a, "=")
			n.Attrs = append(n.Attrs, recording.Attr{Name: name, Value: value})
		}
		var got []string
		for _, a := range newCleaner(nil, 1<<20).attrs(n) {
			got = append(got, a.name+"="+a.value)
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("<%s %s> has %s, want %s", c.tag, c.attrs, g, c.want)
		}
	}
}

func TestCandidates(t *testing.T) {
	env := func(name string) string {
		return map[string]string{"HOME": "/Users/a", "ProgramFiles": `C:\Program Files`, "LOCALAPPDATA": `C:\Users\a\AppData\Local`}[name]
	}
	for system, want := range map[string][]string{
		"linux":   {"chromium", "google-chrome-stable", "microsoft-edge", "/snap/bin/chromium"},
		"darwin":  {"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Users/a/Applications/Chromium.app/Contents/MacOS/Chromium"},
		"windows": {`C:\Program Files\Google\Chrome\Application\chrome.exe`, `C:\Users\a\AppData\Local\Chromium\Application\chrome.exe`, `C:\Program Files\Microsoft\Edge\Application\msedge.exe`},
	} {
		all := "\n" + strings.Join(candidates(system, env), "\n") + "\n"
		for _, w := range want {
			if !strings.Contains(all, "\n"+w+"\n") {
				t.Errorf("%s: %s is not looked for", system, w)
			}
		}
	}
}

package canary

// vector is one way in which a page can reach out. In its texts $ stands for an
// address of the canary, $// for the same without its scheme, $WS for that of a
// web socket, @PORT for the UDP port.
type vector struct {
	name  string
	tag   string   // of the element; "" when there is only a sheet
	attrs []string // name=value
	text  string   // in the element
	css   string   // in the page's style sheet
	head  bool     // stands in the head
	svg   bool     // an element of SVG, put into an svg element
	in    []vector // elements inside
}

// vectors are those that a browser of today follows, those that one of yesterday
// did, and those that never should work.
var vectors = []vector{
	// What the head asks for.
	{name: "meta refresh", tag: "meta", attrs: []string{"http-equiv=refresh", "content=1;url=$"}, head: true},
	{name: "base", tag: "base", attrs: []string{"href=$/"}, head: true},
	{name: "link sheet", tag: "link", attrs: []string{"rel=stylesheet", "href=$"}, head: true},
	{name: "link sheet without scheme", tag: "link", attrs: []string{"rel=stylesheet", "href=$//"}, head: true},
	{name: "alternate sheet", tag: "link", attrs: []string{"rel=alternate stylesheet", "title=x", "href=$"}, head: true},
	{name: "preload", tag: "link", attrs: []string{"rel=preload", "as=image", "href=$"}, head: true},
	{name: "preload font", tag: "link", attrs: []string{"rel=preload", "as=font", "crossorigin=", "href=$"}, head: true},
	{name: "preload srcset", tag: "link", attrs: []string{"rel=preload", "as=image", "imagesrcset=$ 1x"}, head: true},
	{name: "prefetch", tag: "link", attrs: []string{"rel=prefetch", "href=$"}, head: true},
	{name: "prerender", tag: "link", attrs: []string{"rel=prerender", "href=$"}, head: true},
	{name: "modulepreload", tag: "link", attrs: []string{"rel=modulepreload", "href=$"}, head: true},
	{name: "preconnect", tag: "link", attrs: []string{"rel=preconnect", "href=$"}, head: true},
	{name: "dns-prefetch", tag: "link", attrs: []string{"rel=dns-prefetch", "href=$//"}, head: true},
	{name: "icon", tag: "link", attrs: []string{"rel=icon", "href=$"}, head: true},
	{name: "touch icon", tag: "link", attrs: []string{"rel=apple-touch-icon", "href=$"}, head: true},
	{name: "manifest", tag: "link", attrs: []string{"rel=manifest", "href=$"}, head: true},
	{name: "html import", tag: "link", attrs: []string{"rel=import", "href=$"}, head: true},
	{name: "compression dictionary", tag: "link", attrs: []string{"rel=compression-dictionary", "href=$"}, head: true},
	{name: "speculation prefetch", tag: "script", attrs: []string{"type=speculationrules"}, text: `{"prefetch":[{"source":"list","urls":["$"],"eagerness":"immediate"}]}`, head: true},
	{name: "speculation prerender", tag: "script", attrs: []string{"type=speculationrules"}, text: `{"prerender":[{"source":"list","urls":["$"],"eagerness":"immediate"}]}`, head: true},
	{name: "import map", tag: "script", attrs: []string{"type=importmap"}, text: `{"imports":{"a":"$"}}`, head: true},

	// What scripts ask for.
	{name: "script", tag: "script", attrs: []string{"src=$"}},
	{name: "module", tag: "script", attrs: []string{"type=module"}, text: `import "$"`},
	{name: "image of a script", tag: "script", text: `new Image().src = "$"`},
	{name: "fetch", tag: "script", text: `fetch("$", {mode: "no-cors"})`},
	{name: "request", tag: "script", text: `{ const x = new XMLHttpRequest(); x.open("GET", "$"); x.send() }`},
	{name: "beacon", tag: "script", text: `navigator.sendBeacon("$", "x")`},
	{name: "socket", tag: "script", text: `new WebSocket("$WS")`},
	{name: "event source", tag: "script", text: `new EventSource("$")`},
	{name: "stun", tag: "script", text: `{ const p = new RTCPeerConnection({iceServers: [{urls: "stun:127.0.0.1:@PORT"}]}); p.createDataChannel("x"); p.createOffer().then(o => p.setLocalDescription(o)) }`},
	{name: "worker", tag: "script", text: `new Worker(URL.createObjectURL(new Blob(['fetch("$")'])))`},
	{name: "window", tag: "script", text: `window.open("$")`},
	{name: "location", tag: "script", text: `setTimeout(() => location = "$", 1500)`},
	{name: "form sent by a script", tag: "script", text: `{ const f = document.createElement("form"); f.action = "$"; f.target = "_blank"; document.documentElement.append(f); f.submit() }`},

	// Handlers.
	{name: "onerror", tag: "img", attrs: []string{"src=x", `onerror=new Image().src="$"`}},
	{name: "onload", tag: "style", attrs: []string{`onload=new Image().src="$"`}, text: "x {}"},
	{name: "onfocus", tag: "input", attrs: []string{"autofocus=", `onfocus=new Image().src="$"`}},
	{name: "ontoggle", tag: "details", attrs: []string{"open=", `ontoggle=new Image().src="$"`}},
	{name: "onanimationstart", tag: "div", attrs: []string{"class=moves", `onanimationstart=new Image().src="$"`}, css: "@keyframes moves { from { width: 1px } } .moves { animation: moves 1s }"},
	{name: "onbegin", tag: "animate", attrs: []string{"attributeName=x", "dur=1s", `onbegin=new Image().src="$"`}, svg: true},
	{name: "onstart", tag: "marquee", attrs: []string{`onstart=new Image().src="$"`}, text: "x"},

	// Pictures and media.
	{name: "img", tag: "img", attrs: []string{"src=$"}},
	{name: "img without scheme", tag: "img", attrs: []string{"src=$//"}},
	{name: "img with spaces", tag: "img", attrs: []string{"src= \n\t$"}},
	{name: "rr_dataURL", tag: "img", attrs: []string{"rr_dataURL=$"}},
	{name: "rr_src", tag: "img", attrs: []string{"rr_src=$"}},
	{name: "canvas", tag: "canvas", attrs: []string{"rr_dataURL=$"}},
	{name: "canvas injection", tag: "canvas", attrs: []string{`rr_dataURL=data:image/png,x"); background: url($`}},
	{name: "blocked injection", tag: "div", attrs: []string{"rr_width=1px; background: url($)", "rr_height=1px"}},
	{name: "srcset", tag: "img", attrs: []string{"srcset=$ 1x"}},
	{name: "lazy", tag: "img", attrs: []string{"loading=lazy", "src=$"}},
	{name: "attribution", tag: "img", attrs: []string{"src=data:image/gif;base64,R0lGODlhAQABAAAAACw=", "attributionsrc=$"}},
	{name: "picture", tag: "picture", in: []vector{{tag: "source", attrs: []string{"srcset=$"}}, {tag: "img"}}},
	{name: "input image", tag: "input", attrs: []string{"type=image", "src=$"}},
	{name: "video", tag: "video", attrs: []string{"src=$", "autoplay=", "preload=auto"}},
	{name: "poster", tag: "video", attrs: []string{"poster=$"}},
	{name: "audio", tag: "audio", attrs: []string{"src=$", "autoplay=", "preload=auto"}},
	{name: "source", tag: "video", attrs: []string{"preload=auto"}, in: []vector{{tag: "source", attrs: []string{"src=$"}}, {tag: "track", attrs: []string{"src=$", "default="}}}},
	{name: "lowsrc", tag: "img", attrs: []string{"lowsrc=$", "dynsrc=$"}},
	{name: "bgsound", tag: "bgsound", attrs: []string{"src=$"}},

	// Documents in documents.
	{name: "iframe", tag: "iframe", attrs: []string{"src=$"}},
	{name: "srcdoc", tag: "iframe", attrs: []string{"srcdoc=<img src='$'><script>new Image().src='$-script'</script>"}},
	{name: "script frame", tag: "iframe", attrs: []string{`src=javascript:new Image().src="$"`}},
	{name: "data frame", tag: "iframe", attrs: []string{`src=data:text/html,<img src="$">`}},
	{name: "object", tag: "object", attrs: []string{"data=$"}},
	{name: "embed", tag: "embed", attrs: []string{"src=$"}},
	{name: "applet", tag: "applet", attrs: []string{"code=$", "archive=$"}},
	{name: "portal", tag: "portal", attrs: []string{"src=$"}},
	{name: "fenced frame", tag: "fencedframe", attrs: []string{"src=$"}},
	{name: "noscript", tag: "noscript", in: []vector{{tag: "img", attrs: []string{"src=$"}}}},

	// Forms and links, which nobody follows here.
	{name: "form", tag: "form", attrs: []string{"action=$"}, in: []vector{{tag: "button", attrs: []string{"formaction=$"}, text: "x"}}},
	{name: "ping", tag: "a", attrs: []string{"href=$", "ping=$"}, text: "x"},
	{name: "script link", tag: "a", attrs: []string{`href=javascript:new Image().src="$"`}, text: "x"},

	// Attributes that are style.
	{name: "body background", tag: "table", attrs: []string{"background=$"}},
	{name: "cell background", tag: "table", in: []vector{{tag: "tr", in: []vector{{tag: "td", attrs: []string{"background=$"}, text: "x"}}}}},
	{name: "style attribute", tag: "p", attrs: []string{"style=background: url($)"}, text: "x"},
	{name: "style attribute escaped", tag: "p", attrs: []string{`style=background: u\72l("$")`}, text: "x"},
	{name: "style attribute image set", tag: "p", attrs: []string{`style=background-image: -webkit-image-set("$" 1x)`}, text: "x"},

	// Sheets.
	{name: "import", css: `@import "$";`},
	{name: "import url", css: "@import url($) screen;"},
	{name: "font face", tag: "p", attrs: []string{"style=font-family: away"}, text: "x", css: "@font-face { font-family: away; src: url($) }"},
	{name: "font face behind data", tag: "p", attrs: []string{"style=font-family: later"}, text: "x", css: "@font-face { font-family: later; src: url(data:font/woff2;base64,AAAA), url('$') }"},
	{name: "background", tag: "p", attrs: []string{"class=c1"}, text: "x", css: ".c1 { background: url($) }"},
	{name: "background in capitals", tag: "p", attrs: []string{"class=c2"}, text: "x", css: ".c2 { background: URL($) }"},
	{name: "background escaped", tag: "p", attrs: []string{"class=c3"}, text: "x", css: `.c3 { background: \75rl("$") }`},
	{name: "image set", tag: "p", attrs: []string{"class=c4"}, text: "x", css: `.c4 { background-image: image-set("$" 1x) }`},
	{name: "cross fade", tag: "p", attrs: []string{"class=c5"}, text: "x", css: ".c5 { background-image: -webkit-cross-fade(url($), url($), 50%) }"},
	{name: "variable", tag: "p", attrs: []string{"class=c6"}, text: "x", css: ".c6 { --away: url($); background: var(--away) }"},
	{name: "cursor", tag: "p", attrs: []string{"class=c7"}, text: "x", css: ".c7 { cursor: url($), auto }"},
	{name: "list style", tag: "li", attrs: []string{"class=c8"}, text: "x", css: ".c8 { list-style-image: url($) }"},
	{name: "border image", tag: "p", attrs: []string{"class=c9"}, text: "x", css: ".c9 { border: 1px solid; border-image: url($) 1 }"},
	{name: "mask", tag: "p", attrs: []string{"class=c10"}, text: "x", css: ".c10 { -webkit-mask-image: url($); mask-image: url($) }"},
	{name: "filter", tag: "p", attrs: []string{"class=c11"}, text: "x", css: ".c11 { filter: url($#f) }"},
	{name: "clip path", tag: "p", attrs: []string{"class=c12"}, text: "x", css: ".c12 { clip-path: url($#c) }"},
	{name: "shape", tag: "p", attrs: []string{"class=c13"}, text: "x", css: ".c13 { float: left; shape-outside: url($) }"},
	{name: "content", tag: "p", attrs: []string{"class=c14"}, text: "x", css: ".c14::before { content: url($) }"},
	{name: "keyframe", tag: "p", attrs: []string{"class=c15"}, text: "x", css: "@keyframes away { from { background: url($) } to { background: url($-to) } } .c15 { animation: away 1s }"},
	{name: "leak of a value", tag: "input", attrs: []string{"value=secret"}, css: `input[value^="s"] { background: url($) }`},
	{name: "nested rule", tag: "p", attrs: []string{"class=c16"}, text: "x", css: "@media all { @supports (color: red) { .c16 { & { background: url($) } } } }"},
	{name: "hover", tag: "p", attrs: []string{"class=c17", "id=hovered"}, text: "x", css: ".c17:hover { background: url($) }"},
	{name: "_cssText", tag: "link", attrs: []string{"rel=stylesheet", "_cssText=p { text-decoration: none; background-image: url($) }"}, head: true},
	{name: "namespace", css: "@namespace away url($);"},

	// SVG and MathML.
	{name: "svg image", tag: "image", attrs: []string{"href=$", "width=9", "height=9"}, svg: true},
	{name: "svg xlink", tag: "image", attrs: []string{"xlink:href=$", "width=9", "height=9"}, svg: true},
	{name: "svg use", tag: "use", attrs: []string{"href=$#a"}, svg: true},
	{name: "svg filter image", tag: "filter", attrs: []string{"id=q"}, svg: true, in: []vector{{tag: "feImage", attrs: []string{"href=$"}, svg: true}}},
	{name: "svg filtered", tag: "rect", attrs: []string{"width=9", "height=9", "filter=url(#q)"}, svg: true},
	{name: "svg fill", tag: "rect", attrs: []string{"width=9", "height=9", "fill=url($#z)"}, svg: true},
	{name: "svg mask", tag: "rect", attrs: []string{"width=9", "height=9", "mask=url('$#m')"}, svg: true},
	{name: "svg marker", tag: "path", attrs: []string{"d=M0 0 L9 9", "marker-end=url($#m)"}, svg: true},
	{name: "svg script", tag: "script", attrs: []string{"href=$"}, svg: true},
	{name: "svg sheet", tag: "style", text: `@import "$"; rect { cursor: url($-cursor), auto }`, svg: true},
	{name: "svg set", tag: "image", attrs: []string{"width=9", "height=9"}, svg: true, in: []vector{{tag: "set", attrs: []string{"attributeName=href", "to=$", "begin=0s"}, svg: true}}},
	{name: "svg foreign", tag: "foreignObject", attrs: []string{"width=9", "height=9"}, svg: true, in: []vector{{tag: "img", attrs: []string{"src=$"}}}},
	{name: "svg picture", tag: "img", attrs: []string{`src=data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"><image href="$"/></svg>`}},
	{name: "math link", tag: "math", in: []vector{{tag: "mtext", attrs: []string{"href=$"}, text: "x"}}},
}

package flat

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/flat/css"
	"hindsite.app/player/render/flat/picture"
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
)

// Limits of the fonts that one page brings.
const (
	maxWebFonts     = 64
	maxWebFontBytes = 32 << 20
)

// webFonts are the fonts of the pages of a session, as far as the recording
// carries them.
type webFonts struct {
	assets  render.Assets
	sources map[string]*text.Source // by URL; nil for what cannot be used
	bytes   int
	faces   []text.WebFont
	known   map[string]bool
	loaded  int // how many of the fonts that scripts loaded were looked at
}

func newWebFonts(a render.Assets) *webFonts {
	return &webFonts{assets: a, sources: map[string]*text.Source{}, known: map[string]bool{}}
}

// take adds the fonts that a document declares; it reports whether there are
// any that were not known.
func (w *webFonts) take(t *style.Tree) bool {
	added := false
	for _, decls := range t.Fonts() {
		added = w.declare(decls) || added
	}
	return added
}

// load adds the fonts that scripts of the page loaded, as take does.
func (w *webFonts) load(fonts []recording.AddFont) bool {
	added := false
	for _, f := range fonts[min(w.loaded, len(fonts)):] {
		added = w.declare(declarations(f)) || added
	}
	w.loaded = len(fonts)
	return added
}

// declarations returns what an @font-face rule would say of a font that a script
// loaded (CSS Font Loading 3, section 2).
func declarations(f recording.AddFont) []css.Declaration {
	var d struct {
		Weight any    `json:"weight"`
		Style  string `json:"style"`
	}
	_ = json.Unmarshal([]byte(f.Descriptors), &d) // without them the defaults hold
	source := strings.TrimSpace(f.Source)
	if !strings.HasPrefix(strings.ToLower(source), "url(") {
		source = "url(" + strconv.Quote(source) + ")"
	}
	text := "font-family: " + strconv.Quote(strings.Trim(f.Family, `"'`)) + "; src: " + source
	if d.Weight != nil {
		text += fmt.Sprintf("; font-weight: %v", d.Weight)
	}
	if d.Style != "" {
		text += "; font-style: " + d.Style
	}
	return css.ParseDeclarations(text)
}

// declare adds the font of one rule.
func (w *webFonts) declare(decls []css.Declaration) bool {
	if len(w.faces) >= maxWebFonts {
		return false
	}
	f, urls := style.FontFace(decls)
	for _, url := range urls {
		src := w.source(url)
		if src == nil {
			continue
		}
		key := f.Family + "\x00" + url
		if w.known[key] {
			return false // the first that can be used
		}
		w.known[key] = true
		w.faces = append(w.faces, text.WebFont{Family: f.Family, From: f.From, To: f.To, Italic: f.Italic, Source: src})
		return true
	}
	return false
}

// source returns the font at a URL, nil when the recording has none that can be
// read.
func (w *webFonts) source(url string) *text.Source {
	if s, ok := w.sources[url]; ok {
		return s
	}
	if len(w.sources) > 16*maxWebFonts {
		return nil
	}
	var data []byte
	ok := false
	if len(url) > 5 && strings.EqualFold(url[:5], "data:") {
		data, ok = picture.DataURL(url)
	} else if w.assets != nil {
		data, _, ok = w.assets.Lookup(url)
	}
	w.sources[url] = nil
	if !ok || w.bytes+len(data) > maxWebFontBytes {
		return nil
	}
	w.bytes += len(data)
	s, err := text.ParseSource(data)
	if err != nil {
		return nil
	}
	w.sources[url] = s
	return s
}

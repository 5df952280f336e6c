package flat

import (
	"strings"

	"hindsite.app/player/render"
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
}

func newWebFonts(a render.Assets) *webFonts {
	return &webFonts{assets: a, sources: map[string]*text.Source{}, known: map[string]bool{}}
}

// take adds the fonts that a document declares; it reports whether there are
// any that were not known.
func (w *webFonts) take(t *style.Tree) bool {
	added := false
	for _, decls := range t.Fonts() {
		if len(w.faces) >= maxWebFonts {
			break
		}
		f, urls := style.FontFace(decls)
		for _, url := range urls {
			key := f.Family + "\x00" + url
			src := w.source(url)
			if src == nil {
				continue
			}
			if !w.known[key] {
				w.known[key] = true
				w.faces = append(w.faces, text.WebFont{Family: f.Family, From: f.From, To: f.To, Italic: f.Italic, Source: src})
				added = true
			}
			break // the first that can be used
		}
	}
	return added
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

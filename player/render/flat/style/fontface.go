package style

import (
	"strings"

	"hindsite.app/player/render/flat/css"
)

// Face is what an @font-face rule says of a font.
type Face struct {
	Family   string // lower case
	From, To int    // weights
	Italic   bool
}

// FontFace reads an @font-face rule. It returns the URLs of its sources in the
// order of preference.
func FontFace(decls []css.Declaration) (Face, []string) {
	f := Face{From: 400, To: 400}
	var urls []string
	for i := range decls {
		d := &decls[i]
		switch d.Name {
		case "font-family":
			f.Family = parseFamilies(d.Value)
		case "font-weight":
			f.weights(d.Value)
		case "font-style":
			w := word(d.Value)
			f.Italic = w == "italic" || strings.HasPrefix(w, "oblique")
		case "src":
			for _, part := range css.Split(d.Value, css.Comma) {
				if url, ok := fontURL(css.Trim(part)); ok && len(urls) < 16 {
					urls = append(urls, url)
				}
			}
		}
	}
	return f, urls
}

func (f *Face) weights(v []css.Token) {
	var list []int
	for _, p := range parts(v) {
		if w, ok := parseWeight(p, &env{parent: &Style{}}); ok && word(p) != "bolder" && word(p) != "lighter" {
			list = append(list, w)
		}
	}
	if len(list) > 0 {
		f.From, f.To = list[0], list[len(list)-1]
	}
}

func fontURL(t []css.Token) (string, bool) {
	b, ok := parseImage(t, &Context{})
	return b.URL, ok && b.URL != ""
}

// Fonts returns the @font-face rules of the document.
func (t *Tree) Fonts() [][]css.Declaration {
	if t.walker == nil || t.walker.scopes[nil] == nil {
		return nil
	}
	return t.walker.scopes[nil].fonts
}

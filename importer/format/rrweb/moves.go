package rrweb

import (
	"net/url"
	"strings"

	"hindsite.app/player/recording"
)

// moveTo begins a view of another address in the same document: what
// applications of one page do when the visitor moves on in them.
func (c *converter) moveTo(t *tabState, at recording.Time, to string) {
	if t.view < 0 || !t.pictured || t.loading || to == "" {
		return
	}
	from, err := url.Parse(c.rec.Views[t.view].URL)
	if err != nil {
		return
	}
	there, err := from.Parse(to)
	if err != nil || there.Host == "" || samePage(from, there) {
		return
	}
	x, y := t.x, t.y
	c.newView(t, at, there.String(), "")
	t.x, t.y = x, y // the document stays as it is scrolled
}

// samePage reports whether two addresses differ in nothing that makes another
// page: a query is often masked in one place and not in another, and a
// fragment leads to a place in the page, unless it is a path itself.
func samePage(a, b *url.URL) bool {
	if a.Host != b.Host || strings.TrimSuffix(a.Path, "/") != strings.TrimSuffix(b.Path, "/") {
		return false
	}
	return route(a) == route(b)
}

func route(u *url.URL) string {
	if strings.HasPrefix(u.Fragment, "/") || strings.HasPrefix(u.Fragment, "!") {
		return u.Fragment
	}
	return ""
}

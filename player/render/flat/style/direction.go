package style

import (
	"strings"

	"golang.org/x/text/unicode/bidi"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// maxAuto bounds how many characters dir=auto looks through.
const maxAuto = 2000

// autoDirection gives an element with dir=auto the direction of the first
// strong character of its text (HTML standard, section 3.2.6.4).
func autoDirection(b *strings.Builder, n *dom.Node) {
	left := maxAuto
	if strongLeftward(n, &left) {
		decl(b, "direction", "rtl")
	} else {
		decl(b, "direction", "ltr")
	}
}

// strongLeftward reports whether the first strong character below n is one of a
// script from right to left; left is 0 once one was found.
func strongLeftward(n *dom.Node, left *int) bool {
	for c := n.First; c != nil && *left > 0; c = c.Next {
		switch {
		case c.Type == recording.TextNode:
			for _, r := range c.Text {
				if *left--; *left <= 0 {
					return false
				}
				p, _ := bidi.LookupRune(r)
				switch p.Class() {
				case bidi.L:
					*left = 0
					return false
				case bidi.R, bidi.AL:
					*left = 0
					return true
				}
			}
		case c.Is("script", "style", "textarea", "bdi"):
		case c.Type == recording.ElementNode:
			if strongLeftward(c, left) {
				return true
			}
		}
	}
	return false
}

package openreplay

import (
	"net/url"
	"strings"
)

// absolute returns an address that does not depend on the page's.
func absolute(base, ref string) string {
	b, err := url.Parse(base)
	if err != nil {
		return ref
	}
	r, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || r.IsAbs() {
		return ref
	}
	return b.ResolveReference(r).String()
}

// absoluteCSS makes the addresses in a style sheet absolute.
func absoluteCSS(base, css string) string {
	const open = "url("
	var b strings.Builder
	for {
		at := strings.Index(css, open)
		if at < 0 {
			break
		}
		at += len(open)
		end := strings.IndexByte(css[at:], ')')
		if end < 0 {
			break
		}
		ref := strings.TrimSpace(css[at : at+end])
		b.WriteString(css[:at])
		quote := ""
		if n := len(ref); n >= 2 && (ref[0] == '"' || ref[0] == '\'') && ref[n-1] == ref[0] {
			quote, ref = ref[:1], ref[1:n-1]
		}
		if ref != "" && ref[0] != '#' && ref[0] != '"' && ref[0] != '\'' && !strings.HasPrefix(ref, "data:") {
			ref = absolute(base, ref)
		}
		b.WriteString(quote + ref + quote)
		css = css[at+end:]
	}
	b.WriteString(css)
	return b.String()
}

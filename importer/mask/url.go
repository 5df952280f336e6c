package mask

import (
	"net/url"
	"strings"
)

// CleanURL takes out of an address what can name a person: user and password,
// the query, the fragment unless it is a route of a page application, and path
// segments that are long numbers, UUIDs or e-mail addresses. It reports
// whether anything was cut. Addresses that carry their content are kept.
func CleanURL(raw string) (clean string, cut bool) {
	if raw == "" || strings.HasPrefix(raw, "data:") || strings.HasPrefix(raw, "about:") {
		return raw, false
	}
	body, fragment, _ := strings.Cut(raw, "#")
	body, query, _ := strings.Cut(body, "?")
	scheme, rest, absolute := strings.Cut(body, "//")
	absolute = absolute && (scheme == "" || strings.HasSuffix(scheme, ":") && !strings.Contains(scheme, "/"))
	cut = query != ""
	if absolute {
		host, path, hasPath := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(host, '@'); at >= 0 {
			host, cut = host[at+1:], true
		}
		clean = scheme + "//" + host
		if hasPath {
			clean += "/" + cleanPath(path, &cut)
		}
	} else {
		clean = cleanPath(body, &cut)
	}
	switch {
	case fragment == "":
	case strings.HasPrefix(fragment, "/"), strings.HasPrefix(fragment, "!"):
		route, q, _ := strings.Cut(fragment, "?")
		cut = cut || q != ""
		route, bang := strings.CutPrefix(route, "!")
		clean += "#"
		if bang {
			clean += "!"
		}
		clean += cleanPath(route, &cut)
	default:
		cut = true
	}
	return clean, cut
}

func cleanPath(path string, cut *bool) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if s == "{id}" {
			continue
		}
		plain, err := url.PathUnescape(s)
		if err != nil {
			plain = s
		}
		if personalSegment(plain) {
			segments[i], *cut = "{id}", true
		}
	}
	return strings.Join(segments, "/")
}

func personalSegment(s string) bool {
	if strings.Contains(s, "@") || isUUID(s) {
		return true
	}
	digits, hex := 0, 0
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) {
			digits++
		}
		if isDigit(s[i]) || s[i] >= 'a' && s[i] <= 'f' || s[i] >= 'A' && s[i] <= 'F' {
			hex++
		}
	}
	return digits >= 5 && (digits == len(s) || digits*2 > len(s)) || hex == len(s) && len(s) >= 16
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !isDigit(s[i]) && (s[i]|0x20 < 'a' || s[i]|0x20 > 'f') {
				return false
			}
		}
	}
	return true
}

// cleanURLsIn cuts the queries of addresses that stand in running text.
func cleanURLsIn(text string) (clean string, cuts int) {
	if !strings.Contains(text, "://") {
		return text, 0
	}
	var b strings.Builder
	for {
		i := strings.Index(text, "://")
		if i < 0 {
			b.WriteString(text)
			return b.String(), cuts
		}
		start := i
		for start > 0 && (text[start-1]|0x20 >= 'a' && text[start-1]|0x20 <= 'z') {
			start--
		}
		end := i + 3
		for end < len(text) && !strings.ContainsRune(" \t\r\n\"'`()<>\\,;", rune(text[end])) {
			end++
		}
		b.WriteString(text[:start])
		u, cut := CleanURL(text[start:end])
		if cut {
			cuts++
		}
		b.WriteString(u)
		text = text[end:]
	}
}

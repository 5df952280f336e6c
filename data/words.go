package data

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Prefixes of words are indexed from minPrefix to maxPrefix letters.
const (
	minPrefix = 3
	maxPrefix = 12
)

// foldWords returns the distinct words of s, folded so that they compare as
// people expect: without case, accents and width. The order is that of s.
func foldWords(s string) []string {
	// Behind a byte that is no text the normal form is left undone.
	folded := cases.Fold().String(norm.NFKD.String(strings.ToValidUTF8(s, "\uFFFD")))
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 && !slices.Contains(words, word.String()) {
			words = append(words, word.String())
		}
		word.Reset()
	}
	for _, r := range folded {
		switch {
		case unicode.Is(unicode.Mn, r):
			// A combining mark belongs to the letter before it.
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			// These scripts put no spaces between words.
			flush()
			word.WriteRune(r)
			flush()
		case unicode.IsLetter(r), unicode.IsNumber(r):
			// Folding alone leaves Cherokee now in one case, now in the other.
			word.WriteRune(unicode.ToLower(r))
		default:
			flush()
		}
	}
	flush()
	return words
}

// prefixes returns word and its indexed prefixes.
func prefixes(word string) []string {
	out := []string{word}
	n := 0
	for i := range word {
		if n >= minPrefix && n <= maxPrefix {
			out = append(out, word[:i])
		}
		n++
	}
	return out
}

// storedURL drops from an address what is never stored: credentials, query and
// fragment. What is no address is cut at the first sign of a query.
func storedURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Opaque != "" {
		if i := strings.IndexAny(s, "?#"); i >= 0 {
			s = s[:i]
		}
		if i := strings.LastIndexByte(s, '@'); i >= 0 {
			s = s[i+1:]
		}
		return s
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	return u.String()
}

// wordTags returns the tags of the words in titles and addresses, sorted and
// each once.
func wordTags(views []View, tag func(string) int64) []int64 {
	seen := make(map[string]bool)
	var tags []int64
	add := func(s string) {
		if seen["\x00"+s] {
			return
		}
		// Texts repeat from view to view: the folding is done once.
		seen["\x00"+s] = true
		for _, w := range foldWords(s) {
			if seen[w] {
				continue
			}
			seen[w] = true
			for _, p := range prefixes(w) {
				if len(tags) >= maxWords {
					return
				}
				tags = append(tags, tag(p))
			}
		}
	}
	for _, v := range views {
		add(v.Title)
		u := storedURL(v.URL)
		if _, rest, ok := strings.Cut(u, "://"); ok {
			u = rest
		}
		if plain, err := url.PathUnescape(u); err == nil {
			u = plain
		}
		add(u)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

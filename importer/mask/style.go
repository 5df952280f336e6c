package mask

import "strings"

// css masks what a style sheet or a style attribute can say: its strings,
// which can be shown by content, and card numbers anywhere. Its words are left
// alone, because a city can have the name of a colour.
func (m *masker) css(s string) string {
	s = m.geometry(s)
	if strings.IndexByte(s, '"') < 0 && strings.IndexByte(s, '\'') < 0 {
		return s
	}
	var b strings.Builder
	last := 0
	for i := 0; i < len(s); i++ {
		q := s[i]
		if q == '\\' {
			i++
			continue
		}
		if q != '"' && q != '\'' {
			continue
		}
		from := i + 1
		for i++; i < len(s) && s[i] != q; i++ {
			if s[i] == '\\' {
				i++
			}
		}
		if i > len(s) {
			i = len(s)
		}
		inside := s[from:i]
		if strings.HasPrefix(inside, "data:") {
			continue
		}
		b.WriteString(s[last:from])
		b.WriteString(m.whole(m.text(inside)))
		last = i
	}
	b.WriteString(s[last:])
	return b.String()
}

// geometry masks card numbers in text that is full of numbers, such as paths
// and transformations: only those that are written as people write them, in
// one piece or in the groups of a card.
func (m *masker) geometry(s string) string {
	if len(s) < 12 {
		return s
	}
	var kept []span
	for _, f := range cards(s) {
		if grouped(s[f.from:f.to]) {
			kept = append(kept, f)
		}
	}
	m.report.Cards += len(kept)
	return replace(s, kept)
}

// grouped reports whether a card number stands in one piece or in groups of
// four (4-6-5 and 4-6-4 for the shorter cards) with one kind of separator.
func grouped(s string) bool {
	sep := ""
	var groups []int
	run := 0
	for i := 0; i < len(s); {
		if isDigit(s[i]) {
			run++
			i++
			continue
		}
		n := separator(s[i:])
		if n == 0 || sep != "" && s[i:i+n] != sep {
			return false
		}
		sep = s[i : i+n]
		groups = append(groups, run)
		run, i = 0, i+n
	}
	groups = append(groups, run)
	if len(groups) == 1 {
		return true
	}
	if len(groups) == 3 && groups[0] == 4 && groups[1] == 6 {
		return groups[2] == 5 || groups[2] == 4
	}
	for i, g := range groups {
		if g != 4 && (i < len(groups)-1 || g > 4) {
			return false
		}
	}
	return sep != "."
}

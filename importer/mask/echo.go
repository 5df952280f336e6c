package mask

import (
	"net/url"
	"sort"
	"strings"
)

// Values shorter than shortValue are too common to be looked for; those of
// longValue characters are looked for wherever they were typed.
const (
	shortValue = 4
	longValue  = 12
	maxValues  = 200_000
)

// typed is what people put into fields, as it is looked for elsewhere.
type typed struct {
	values map[string]bool // looked for within text
	stages map[string]bool // every stage of typing: looked for as whole texts
	digits map[string]bool // digits of every stage of a secret field
	own    map[string]bool // every value of any field: looked for in data attributes
}

func newTyped() *typed {
	return &typed{values: map[string]bool{}, stages: map[string]bool{}, digits: map[string]bool{}, own: map[string]bool{}}
}

// remember takes one stage of a field's content. A stage that another one goes
// on from is not looked for within text, where it would be the beginning of
// many words.
func (t *typed) remember(n *node, text string) {
	v := strings.TrimSpace(text)
	if v == "" || masked(v) || len(t.own) >= maxValues {
		return
	}
	if len(v) >= 2 {
		t.own[fold(v)] = true
	}
	if n.secret {
		if d := digitsOf(nil, v); len(d) >= 6 {
			t.digits[string(d)] = true
		}
	}
	if !n.personal && (len(v) < longValue || n.tag == "select") {
		return // the options of a list are words of the page
	}
	if last := strings.TrimSpace(n.last); last != "" && strings.HasPrefix(v, last) {
		delete(t.values, fold(last))
	}
	n.last = v
	if len(v) < shortValue {
		return
	}
	t.stages[fold(v)] = true
	t.values[fold(v)] = true
}

// finish takes what a field held at last line by line: a page shows each line
// as a paragraph of its own.
func (t *typed) finish(last string) {
	for line := range strings.Lines(last) {
		if line = strings.TrimSpace(line); len(line) >= longValue {
			t.values[fold(line)] = true
		}
	}
}

// masked reports whether a recorder had masked the value already.
func masked(v string) bool { return strings.Trim(v, "*•✱●xX ") == "" }

// fold returns s with ASCII letters in lower case: of the same length, so that
// places in the one are places in the other.
func fold(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] |= 0x20
				}
			}
			return string(b)
		}
	}
	return s
}

// matcher finds values in text as whole words, in one pass over the text
// however many values there are.
type matcher struct {
	begins [1 << 16 / 64]uint64 // the first two bytes of all values, as a set
	byHead map[string][]string  // first bytes of a value to values, longest first
}

// newMatcher prepares the values, each also as it stands in an address.
func newMatcher(values map[string]bool) *matcher {
	m := &matcher{byHead: map[string][]string{}}
	seen := map[string]bool{}
	add := func(v string) {
		if v = fold(v); len(v) < shortValue || seen[v] {
			return
		}
		seen[v] = true
		two := int(v[0])<<8 | int(v[1])
		m.begins[two/64] |= 1 << (two % 64)
		m.byHead[v[:shortValue]] = append(m.byHead[v[:shortValue]], v)
	}
	for v := range values {
		add(v)
		add(url.PathEscape(v))
		add(url.QueryEscape(v))
		add(htmlEscapes.Replace(v))
	}
	for _, list := range m.byHead {
		sort.Slice(list, func(i, j int) bool {
			if len(list[i]) != len(list[j]) {
				return len(list[i]) > len(list[j])
			}
			return list[i] < list[j]
		})
	}
	return m
}

var htmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

// find returns where text holds values.
func (m *matcher) find(text string) []span {
	if len(m.byHead) == 0 || len(text) < shortValue {
		return nil
	}
	var found []span
	low := fold(text)
	for i := 0; i+shortValue <= len(low); i++ {
		two := int(low[i])<<8 | int(low[i+1])
		if m.begins[two/64]&(1<<(two%64)) == 0 || i > 0 && isWord(low[i-1]) && isWord(low[i]) {
			continue
		}
		for _, v := range m.byHead[low[i:i+shortValue]] {
			if strings.HasPrefix(low[i:], v) && wholeWord(low, i, i+len(v)) {
				found = append(found, span{i, i + len(v)})
				i += len(v) - 1
				break
			}
		}
	}
	return found
}

// wholeWord reports whether a value at that place is not a part of a longer
// word.
func wholeWord(s string, from, to int) bool {
	return (from == 0 || !isWord(s[from-1]) || !isWord(s[from])) &&
		(to >= len(s) || !isWord(s[to]) || !isWord(s[to-1]))
}

// replace hides the spans of s.
func replace(s string, spans []span) string {
	if len(spans) == 0 {
		return s
	}
	var b strings.Builder
	last := 0
	for _, f := range spans {
		b.WriteString(s[last:f.from])
		b.WriteString(hide(s[f.from:f.to]))
		last = f.to
	}
	b.WriteString(s[last:])
	return b.String()
}

package dom

import (
	"strings"

	"hindsite.app/player/recording"
)

// Sheet is a style sheet as a list of top-level rules, for sheets that scripts
// made or changed. Rules are text and are not understood here.
type Sheet struct {
	Rules []string
}

// Text returns the whole sheet.
func (s *Sheet) Text() string { return strings.Join(s.Rules, "\n") }

func (d *Document) applySheet(op recording.Op) (skipped int) {
	switch op := op.(type) {
	case recording.SheetRules:
		s := d.sheet(op.Node, op.Sheet)
		if s == nil {
			return 1
		}
		return s.change(op)
	case recording.SheetDeclaration:
		s := d.sheet(op.Node, op.Sheet)
		if s == nil || !s.edit(op.Path, func(rule string) string { return patchRule(rule, op.Style) }) {
			return 1
		}
	case recording.AdoptSheets:
		for _, ns := range op.New {
			d.sheets[ns.ID] = &Sheet{Rules: append([]string(nil), ns.Rules...)}
		}
		d.adopted[op.Host] = append([]recording.SheetID(nil), op.Sheets...)
	}
	return 0
}

// sheet returns the sheet to change, which for an element is split into rules
// on the first change. A constructed sheet that was not announced is begun.
func (d *Document) sheet(node recording.NodeID, id recording.SheetID) *Sheet {
	if node == recording.NoNode {
		s := d.sheets[id]
		if s == nil {
			s = &Sheet{}
			d.sheets[id] = s
		}
		return s
	}
	n := d.nodes[node]
	if n == nil || n.Type != recording.ElementNode {
		return nil
	}
	if n.Sheet == nil {
		n.Sheet = &Sheet{Rules: SplitRules(n.StyleText())}
	}
	return n.Sheet
}

func (s *Sheet) change(op recording.SheetRules) (skipped int) {
	if op.Replace != nil {
		s.Rules = SplitRules(*op.Replace)
	}
	for _, path := range op.Deletes {
		if !s.delete(path) {
			skipped++
		}
	}
	for _, in := range op.Inserts {
		if !s.insert(in) {
			skipped++
		}
	}
	return skipped
}

func (s *Sheet) insert(in recording.RuleInsert) bool {
	if len(in.Path) > 1 {
		return s.edit(in.Path[:1], func(rule string) string {
			return nested(rule, func(inner *Sheet) { inner.insert(recording.RuleInsert{Rule: in.Rule, Path: in.Path[1:]}) })
		})
	}
	at := len(s.Rules)
	if len(in.Path) == 1 {
		at = min(max(in.Path[0], 0), at)
	}
	s.Rules = append(s.Rules, "")
	copy(s.Rules[at+1:], s.Rules[at:])
	s.Rules[at] = in.Rule
	return true
}

func (s *Sheet) delete(path []int) bool {
	if len(path) == 0 || path[0] < 0 || path[0] >= len(s.Rules) {
		return false
	}
	if len(path) > 1 {
		return s.edit(path[:1], func(rule string) string {
			return nested(rule, func(inner *Sheet) { inner.delete(path[1:]) })
		})
	}
	s.Rules = append(s.Rules[:path[0]], s.Rules[path[0]+1:]...)
	return true
}

// edit rewrites the rule at path.
func (s *Sheet) edit(path []int, rewrite func(string) string) bool {
	if len(path) == 0 || path[0] < 0 || path[0] >= len(s.Rules) {
		return false
	}
	if len(path) == 1 {
		s.Rules[path[0]] = rewrite(s.Rules[path[0]])
		return true
	}
	ok := false
	s.Rules[path[0]] = nested(s.Rules[path[0]], func(inner *Sheet) { ok = inner.edit(path[1:], rewrite) })
	return ok
}

// nested applies change to the rules inside the braces of a grouping rule.
func nested(rule string, change func(*Sheet)) string {
	open := indexOutside(rule, '{')
	if open < 0 {
		return rule
	}
	body := strings.TrimSuffix(strings.TrimSpace(rule[open+1:]), "}")
	inner := &Sheet{Rules: SplitRules(body)}
	change(inner)
	return rule[:open+1] + " " + inner.Text() + " }"
}

// patchRule changes one property inside the braces of a style rule.
func patchRule(rule string, c recording.StyleChange) string {
	open := indexOutside(rule, '{')
	if open < 0 {
		return rule
	}
	body := strings.TrimSuffix(strings.TrimSpace(rule[open+1:]), "}")
	return rule[:open+1] + " " + patchDeclarations(body, []recording.StyleChange{c}) + " }"
}

// patchDeclarations changes properties in the text of a declaration block and
// keeps the order of the others; what is set goes to the end.
func patchDeclarations(text string, changes []recording.StyleChange) string {
	last := make(map[string]int, len(changes)) // the change of a property that counts
	for i, c := range changes {
		last[strings.ToLower(c.Property)] = i
	}
	var kept []string
	for _, d := range splitOutside(text, ';') {
		d = strings.TrimSpace(d)
		name, _, _ := strings.Cut(d, ":")
		if _, changed := last[strings.ToLower(strings.TrimSpace(name))]; !changed {
			kept = append(kept, d)
		}
	}
	for i, c := range changes {
		if c.Remove || last[strings.ToLower(c.Property)] != i {
			continue
		}
		d := c.Property + ": " + c.Value
		if c.Important {
			d += " !important"
		}
		kept = append(kept, strings.TrimSpace(d))
	}
	return strings.Join(kept, "; ")
}

// SplitRules cuts the text of a sheet into its top-level rules, each with its
// braces or its semicolon. Comments between rules are dropped.
func SplitRules(css string) []string {
	var rules []string
	depth, start := 0, 0
	emit := func(end int) {
		if r := strings.TrimSpace(stripComments(css[start:end])); r != "" {
			rules = append(rules, r)
		}
		start = end
	}
	scan(css, func(i int, c byte) {
		switch c {
		case '{':
			depth++
		case '}':
			if depth > 0 {
				depth--
			}
			if depth == 0 {
				emit(i + 1)
			}
		case ';':
			if depth == 0 {
				emit(i + 1)
			}
		}
	})
	emit(len(css))
	return rules
}

func stripComments(rule string) string {
	rule = strings.TrimSpace(rule)
	for strings.HasPrefix(rule, "/*") {
		end := strings.Index(rule[2:], "*/")
		if end < 0 {
			return ""
		}
		rule = strings.TrimSpace(rule[end+4:])
	}
	return rule
}

func indexOutside(css string, want byte) int {
	at := -1
	scan(css, func(i int, c byte) {
		if at < 0 && c == want {
			at = i
		}
	})
	return at
}

func splitOutside(css string, sep byte) []string {
	var parts []string
	start, depth := 0, 0
	emit := func(end int) {
		if strings.TrimSpace(css[start:end]) != "" {
			parts = append(parts, css[start:end])
		}
		start = end + 1
	}
	scan(css, func(i int, c byte) {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case sep:
			if depth <= 0 {
				emit(i)
			}
		}
	})
	if start < len(css) {
		emit(len(css))
	}
	return parts
}

// scan calls visit for every byte of css that stands outside strings, comments
// and escapes.
func scan(css string, visit func(i int, c byte)) {
	for i := 0; i < len(css); i++ {
		switch c := css[i]; c {
		case '\\':
			i++
		case '"', '\'':
			for i++; i < len(css) && css[i] != c; i++ {
				if css[i] == '\\' {
					i++
				}
			}
		case '/':
			if i+1 < len(css) && css[i+1] == '*' {
				end := strings.Index(css[i+2:], "*/")
				if end < 0 {
					return
				}
				i += end + 3
				continue
			}
			visit(i, c)
		default:
			visit(i, c)
		}
	}
}

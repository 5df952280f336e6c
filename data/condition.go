package data

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"hindsite.app/data/filter"
	"hindsite.app/player/fault"
)

// leaf is one comparison of a filter, as SQL over a row s of sessions. Its
// value is never NULL, so that NOT means what it says.
type leaf struct {
	sql  string
	args []any
	set  string // row numbers for which it is true, each once, as column n; "" when only sql can tell
	sets []any  // arguments of set

	// test decides what only the opened row can tell; then sql is true for
	// more rows than the comparison.
	test func(*Session) bool
}

// node is a compiled filter.
type node struct {
	leaf *leaf // or:
	join joiner
	kids []*node
}

type joiner int

const (
	all joiner = iota
	anyOf
	negation
)

func leafNode(l leaf) *node               { return &node{leaf: &l} }
func joined(j joiner, kids []*node) *node { return &node{join: j, kids: kids} }
func negated(n *node) *node               { return joined(negation, []*node{n}) }
func constant(b bool) *node {
	if b {
		return leafNode(leaf{sql: "1"})
	}
	return leafNode(leaf{sql: "0"})
}

// leaves returns the leaves from left to right.
func (n *node) leaves() []*leaf {
	if n.leaf != nil {
		return []*leaf{n.leaf}
	}
	var out []*leaf
	for _, k := range n.kids {
		out = append(out, k.leaves()...)
	}
	return out
}

// opaque reports whether opened rows are needed to decide.
func (n *node) opaque() bool {
	for _, l := range n.leaves() {
		if l.test != nil {
			return true
		}
	}
	return false
}

// over appends a condition that is true for every row that n (or, with negate,
// its negation) chooses, and for no other unless n is opaque.
func (n *node) over(b *strings.Builder, args []any, negate bool) []any {
	switch {
	case n.leaf != nil && n.leaf.test != nil && negate:
		b.WriteString("1")
		return args
	case n.leaf != nil:
		if negate {
			b.WriteString("NOT ")
		}
		b.WriteString("(" + n.leaf.sql + ")")
		return append(args, n.leaf.args...)
	case n.join == negation:
		return n.kids[0].over(b, args, !negate)
	}
	word := " AND "
	if (n.join == anyOf) != negate {
		word = " OR "
	}
	b.WriteString("(")
	for i, k := range n.kids {
		if i > 0 {
			b.WriteString(word)
		}
		args = k.over(b, args, negate)
	}
	b.WriteString(")")
	return args
}

// eval decides for one row: next gives the value of each leaf, from left to
// right.
func (n *node) eval(next func(*leaf) bool) bool {
	if n.leaf != nil {
		return next(n.leaf)
	}
	if n.join == negation {
		return !n.kids[0].eval(next)
	}
	value := n.join == all
	for _, k := range n.kids {
		// Every kid is asked, because next counts.
		v := k.eval(next)
		if n.join == all {
			value = value && v
		} else {
			value = value || v
		}
	}
	return value
}

// compile turns a filter into conditions. It looks up which of the known paths
// and words match globs, so it belongs to the transaction of the query.
func (l *Library) compile(ctx context.Context, tx *sql.Tx, e filter.Expr) (*node, error) {
	switch e := e.(type) {
	case nil:
		return constant(true), nil
	case filter.And:
		return l.compileAll(ctx, tx, all, e.Terms)
	case filter.Or:
		return l.compileAll(ctx, tx, anyOf, e.Terms)
	case filter.Not:
		n, err := l.compile(ctx, tx, e.Term)
		if err != nil {
			return nil, err
		}
		return negated(n), nil
	case filter.Has:
		return leafNode(l.hasAttribute(e.Name)), nil
	case filter.Text:
		return l.compileText(e.Words), nil
	case filter.In:
		terms := make([]filter.Expr, len(e.Values))
		for i, v := range e.Values {
			terms[i] = filter.Compare{Field: e.Field, Op: filter.Equal, Value: v}
		}
		return l.compileAll(ctx, tx, anyOf, terms)
	case filter.Compare:
		return l.compileCompare(ctx, tx, e)
	default:
		return nil, fmt.Errorf("compile filter: %T is no expression", e)
	}
}

func (l *Library) compileAll(ctx context.Context, tx *sql.Tx, j joiner, terms []filter.Expr) (*node, error) {
	kids := make([]*node, len(terms))
	for i, t := range terms {
		var err error
		if kids[i], err = l.compile(ctx, tx, t); err != nil {
			return nil, err
		}
	}
	return joined(j, kids), nil
}

func (l *Library) compileCompare(ctx context.Context, tx *sql.Tx, c filter.Compare) (*node, error) {
	kind, ok := filter.KindOf(c.Field)
	if !ok || !kind.Allows(c.Op) {
		return nil, fault.New(fault.Schema, "compile filter: %s %s is no comparison", c.Field, c.Op)
	}
	switch c.Op {
	case filter.NotEqual:
		c.Op = filter.Equal
		n, err := l.compileCompare(ctx, tx, c)
		return negated(n), err
	case filter.NotLike:
		c.Op = filter.Like
		n, err := l.compileCompare(ctx, tx, c)
		return negated(n), err
	}
	switch kind {
	case filter.Attribute:
		return leafNode(l.compareAttribute(c)), nil
	case filter.Identifier:
		return leafNode(l.compareIdentifier(c)), nil
	case filter.Page:
		return comparePage(ctx, tx, c)
	case filter.Word:
		return compareWord(ctx, tx, c)
	case filter.Time:
		return leafNode(compareTime(c)), nil
	default:
		return leafNode(compareNumber(c)), nil
	}
}

func columnLeaf(condition string, args ...any) leaf {
	bare := strings.ReplaceAll(condition, "s.", "")
	return leaf{sql: condition, args: args, set: "SELECT n FROM sessions WHERE " + bare, sets: args}
}

func compareNumber(c filter.Compare) leaf {
	if c.Field.Name == "struggle" {
		return columnLeaf("s.struggle "+string(c.Op)+" ? AND s.struggle >= 0", c.Value.Number)
	}
	return columnLeaf("s."+c.Field.Name+" "+string(c.Op)+" ?", c.Value.Number)
}

// compareTime treats a value with a span as that span: a day is later than
// another when it begins after that one's end.
func compareTime(c filter.Compare) leaf {
	column := "s." + c.Field.Name
	from := c.Value.Time.UnixMicro()
	to := from + max(c.Value.Span.Microseconds(), 1)
	switch c.Op {
	case filter.Less:
		return columnLeaf(column+" < ?", from)
	case filter.LessEqual:
		return columnLeaf(column+" < ?", to)
	case filter.Greater:
		return columnLeaf(column+" >= ?", to)
	case filter.GreaterEqual:
		return columnLeaf(column+" >= ?", from)
	default:
		return columnLeaf(column+" >= ? AND "+column+" < ?", from, to)
	}
}

func compareWord(ctx context.Context, tx *sql.Tx, c filter.Compare) (*node, error) {
	column := "s." + c.Field.Name
	if c.Op == filter.Equal {
		return leafNode(columnLeaf(column+" = ?", c.Value.Text)), nil
	}
	// Few values, many sessions: the glob is tried on the values.
	values, err := matching[string](ctx, tx, `SELECT value, value FROM facets WHERE field = ?`, c.Field.Name, func(value string) bool {
		return filter.Matches(strings.ToLower(c.Value.Text), strings.ToLower(value))
	})
	if err != nil {
		return nil, err
	}
	return leafNode(columnLeaf(column+" IN (SELECT value FROM json_each(?))", jsonList(values))), nil
}

func comparePage(ctx context.Context, tx *sql.Tx, c filter.Compare) (*node, error) {
	matches := filter.SamePage
	if c.Op == filter.Like {
		matches = filter.LikePage
	}
	ids, err := pathsMatching(ctx, tx, c.Value.Text, matches)
	if err != nil {
		return nil, err
	}
	if c.Field.Name == "entry" {
		l := columnLeaf("s.entry IS NOT NULL AND s.entry IN (SELECT value FROM json_each(?))", jsonList(ids))
		return leafNode(l), nil
	}
	return leafNode(pathLeaf(ids)), nil
}

func pathsMatching(ctx context.Context, tx *sql.Tx, pattern string, matches func(pattern, path string) bool) ([]int64, error) {
	return matching[int64](ctx, tx, `SELECT id, path FROM paths WHERE views + entries > ?`, 0, func(path string) bool { return matches(pattern, path) })
}

// matching returns the first column of the rows of query whose second column
// fits.
func matching[T any](ctx context.Context, tx *sql.Tx, query string, arg any, fits func(string) bool) ([]T, error) {
	rows, err := tx.QueryContext(ctx, query, arg)
	if err != nil {
		return nil, storage(ctx, "look up values", err)
	}
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		var v T
		var text string
		if err := rows.Scan(&v, &text); err != nil {
			return nil, storage(ctx, "look up values", err)
		}
		if fits(text) {
			out = append(out, v)
		}
	}
	return out, storage(ctx, "look up values", rows.Err())
}

func pathLeaf(ids []int64) leaf {
	list := jsonList(ids)
	return leaf{
		sql:  "EXISTS (SELECT 1 FROM views w WHERE w.n = s.n AND w.path IN (SELECT value FROM json_each(?)))",
		args: []any{list},
		set:  "SELECT DISTINCT n FROM views WHERE path IN (SELECT value FROM json_each(?))",
		sets: []any{list},
	}
}

func (l *Library) compileText(text string) *node {
	var kids []*node
	for _, w := range foldWords(text) {
		tag := l.ring.WordTag(w)
		kids = append(kids, leafNode(leaf{
			sql:  "EXISTS (SELECT 1 FROM words w WHERE w.tag = ? AND w.n = s.n)",
			args: []any{tag},
			set:  "SELECT n FROM words WHERE tag = ?",
			sets: []any{tag},
		}))
	}
	if len(kids) == 0 {
		// Nothing but marks: no title can hold it.
		return constant(false)
	}
	return joined(all, kids)
}

func (l *Library) hasAttribute(name string) leaf {
	tag := l.ring.Tag("attr-name", normalise(name))
	return leaf{
		sql:  "EXISTS (SELECT 1 FROM attributes a WHERE a.n = s.n AND a.name = ?)",
		args: []any{tag[:]},
		set:  "SELECT n FROM attributes WHERE name = ?",
		sets: []any{tag[:]},
	}
}

func (l *Library) compareAttribute(c filter.Compare) leaf {
	name := l.ring.Tag("attr-name", normalise(c.Field.Name))
	if c.Op == filter.Equal {
		pair := l.ring.Tag("attr", attributePair(c.Field.Name, c.Value.Text))
		return leaf{
			sql:  "EXISTS (SELECT 1 FROM attributes a WHERE a.n = s.n AND a.name = ? AND a.pair = ?)",
			args: []any{name[:], pair[:]},
			set:  "SELECT n FROM attributes WHERE pair = ?",
			sets: []any{pair[:]},
		}
	}
	out := l.hasAttribute(c.Field.Name)
	want := normalise(c.Field.Name)
	out.test = func(s *Session) bool {
		for have, value := range s.Attributes {
			if normalise(have) == want {
				return filter.Compared(normalise(value), c.Op, c.Value)
			}
		}
		return false
	}
	return out
}

func (l *Library) compareIdentifier(c filter.Compare) leaf {
	switch {
	case c.Field.Name == "session" && c.Op == filter.Equal:
		return columnLeaf("s.id = ?", c.Value.Text)
	case c.Field.Name == "session":
		return columnLeaf("s.id GLOB ?", sqlGlob(c.Value.Text))
	case c.Op == filter.Equal:
		tag := l.ring.Tag("visitor", normalise(c.Value.Text))
		return columnLeaf("s.visitor IS NOT NULL AND s.visitor = ?", tag[:])
	}
	out := columnLeaf("s.visitor IS NOT NULL")
	out.test = func(s *Session) bool {
		return s.Visitor != "" && filter.Matches(c.Value.Text, normalise(s.Visitor))
	}
	return out
}

// sqlGlob writes a pattern of the filter language as one of SQLite's GLOB.
func sqlGlob(pattern string) string {
	if !strings.Contains(pattern, "*") {
		pattern = "*" + pattern + "*"
	}
	return strings.NewReplacer("[", "[[]", "?", "[?]").Replace(pattern)
}

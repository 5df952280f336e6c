package data

import (
	"context"
	"database/sql"
	"math"
	"strings"

	"hindsite.app/data/filter"
	"hindsite.app/player/fault"
)

// sortField is an order in which sessions can be listed.
type sortField struct {
	name    string
	columns []string // of sessions, the row number comes after them
	index   string   // that holds this order
}

// sortFields returns the orders there are, the default first.
func sortFields() []sortField {
	fields := []sortField{{name: "start", columns: []string{"s.start"}, index: "sessions_start"}}
	for _, name := range []string{"duration", "pages", "events", "clicks", "moves", "scrolls", "inputs", "keys", "errors",
		"anomalies", "width", "height", "imported", "struggle"} {
		fields = append(fields, sortField{name: name, columns: []string{"s." + name}, index: "sessions_" + name})
	}
	for _, name := range []string{"device", "browser", "os", "country", "language", "recorder", "protection"} {
		fields = append(fields, sortField{name: name, columns: []string{"s." + name, "s.start"}, index: "sessions_" + name})
	}
	return append(fields, sortField{name: "session", columns: []string{"s.id"}, index: "sqlite_autoindex_sessions_1"})
}

// SortFields returns the names by which Query.Sort can order.
func SortFields() []string {
	var names []string
	for _, f := range sortFields() {
		names = append(names, f.name)
	}
	return names
}

func (l *Library) sortField(name string) (sortField, error) {
	if name == "" {
		return l.fields[0], nil
	}
	for _, f := range l.fields {
		if f.name == name {
			return f, nil
		}
	}
	return sortField{}, fault.New(fault.Schema, "list sessions: they cannot be sorted by %q", name)
}

// plan is how a filter is carried out: by walking sessions in the wanted order
// until enough are found, or, when one of its terms fits few sessions, by
// looking at those alone and sorting.
type plan struct {
	root   *node
	driver *leaf // the term that fits few, or nil
	where  string
	args   []any
}

// minDriven is the number of sessions that is few whatever the library's size.
const minDriven = 1000

func (l *Library) plan(ctx context.Context, tx *sql.Tx, e filter.Expr, few int) (*plan, error) {
	root, err := l.compile(ctx, tx, e)
	if err != nil {
		return nil, err
	}
	return newPlan(ctx, tx, root, few)
}

func newPlan(ctx context.Context, tx *sql.Tx, root *node, few int) (*plan, error) {
	p := &plan{root: root}
	var b strings.Builder
	p.args = root.over(&b, nil, false)
	p.where = b.String()
	least := max(few, minDriven)
	for _, c := range conjuncts(root) {
		if c.set == "" {
			continue
		}
		var n int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM (`+c.set+` LIMIT ?)`, append(append([]any{}, c.sets...), least)...).Scan(&n)
		if err != nil {
			return nil, storage(ctx, "plan query", err)
		}
		if n < least {
			p.driver, least = c, n
		}
	}
	return p, nil
}

// conjuncts returns the leaves without which nothing is chosen.
func conjuncts(n *node) []*leaf {
	if n.leaf != nil {
		return []*leaf{n.leaf}
	}
	var out []*leaf
	if n.join == all {
		for _, k := range n.kids {
			out = append(out, conjuncts(k)...)
		}
	}
	return out
}

// few returns how many sessions a term may fit to be looked at alone. Walking
// costs about limit*total/fitting rows, sorting costs fitting: they meet here.
func few(limit, total int) int {
	return int(math.Sqrt(float64(limit) * float64(total)))
}

// from returns the FROM clause; without a driver it is walk.
func (p *plan) from(walk string) (string, []any) {
	if p.driver == nil {
		return walk, nil
	}
	return `(` + p.driver.set + `) d CROSS JOIN sessions s ON s.n = d.n`, append([]any{}, p.driver.sets...)
}

// count counts the rows that p chooses in SQL; with an opaque filter they are
// too many.
func (p *plan) count(ctx context.Context, tx *sql.Tx) (int, error) {
	query, args := `SELECT count(*) FROM `, []any(nil)
	if p.root.leaf != nil && p.root.leaf.set != "" {
		query, args = query+`(`+p.root.leaf.set+`)`, p.root.leaf.sets
	} else {
		from, fromArgs := p.from(`sessions s`)
		query, args = query+from+` WHERE `+p.where, append(fromArgs, p.args...)
	}
	var n int
	err := tx.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, storage(ctx, "count sessions", err)
}

// numbers returns the row numbers that p chooses in SQL, in no particular
// order.
func (p *plan) numbers(ctx context.Context, tx *sql.Tx) ([]int64, error) {
	from, args := p.from(`sessions s`)
	rows, err := tx.QueryContext(ctx, `SELECT s.n FROM `+from+` WHERE `+p.where, append(args, p.args...)...)
	if err != nil {
		return nil, storage(ctx, "find sessions", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, storage(ctx, "find sessions", err)
		}
		out = append(out, n)
	}
	return out, storage(ctx, "find sessions", rows.Err())
}

// hit is a row that a scan found: its number, its place in the order, and the
// values of the leaves that SQL can tell, from left to right.
type hit struct {
	n     int64
	place []any
	bits  []bool
}

// query returns the statement of scan, and how many leaves are among its
// columns.
func (p *plan) query(f sortField, desc bool, after *hit, limit int) (query string, args []any, bits int) {
	columns := append([]string{"s.n"}, f.columns...)
	if p.root.opaque() {
		for _, l := range p.root.leaves() {
			if l.test == nil {
				columns, args = append(columns, l.sql), append(args, l.args...)
				bits++
			}
		}
	}
	from, fromArgs := p.from(`sessions s INDEXED BY ` + f.index)
	args = append(append(args, fromArgs...), p.args...)
	query = `SELECT ` + strings.Join(columns, ", ") + ` FROM ` + from + ` WHERE ` + p.where
	way, comparison := "", " > "
	if desc {
		way, comparison = " DESC", " < "
	}
	order := append(append([]string{}, f.columns...), "s.n")
	if after != nil {
		query += ` AND (` + strings.Join(order, ", ") + `)` + comparison + `(` + strings.Repeat("?, ", len(f.columns)) + `?)`
		args = append(append(args, after.place...), after.n)
	}
	query += ` ORDER BY ` + strings.Join(order, way+", ") + way + ` LIMIT ?`
	return query, append(args, limit), bits
}

// scan returns up to limit rows that p chooses in SQL, in the order of f,
// after the place and number of the hit after, if there is one.
func (p *plan) scan(ctx context.Context, tx *sql.Tx, f sortField, desc bool, after *hit, limit int) ([]hit, error) {
	query, args, bits := p.query(f, desc, after, limit)
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, storage(ctx, "list sessions", err)
	}
	defer rows.Close()
	var out []hit
	for rows.Next() {
		h := hit{place: make([]any, len(f.columns)), bits: make([]bool, bits)}
		to := []any{&h.n}
		for i := range h.place {
			to = append(to, &h.place[i])
		}
		for i := range h.bits {
			to = append(to, &h.bits[i])
		}
		if err := rows.Scan(to...); err != nil {
			return nil, storage(ctx, "list sessions", err)
		}
		out = append(out, h)
	}
	return out, storage(ctx, "list sessions", rows.Err())
}

// chooses decides for an opened row.
func (p *plan) chooses(h hit, s *Session) bool {
	i := 0
	return p.root.eval(func(l *leaf) bool {
		if l.test != nil {
			return l.test(s)
		}
		i++
		return h.bits[i-1]
	})
}

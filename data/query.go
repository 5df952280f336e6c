package data

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"hindsite.app/data/filter"
	"hindsite.app/player/fault"
)

// Limits of one page of sessions.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// Cursor is a place in a list. It is opaque, belongs to one query, and holds
// nothing that is sealed.
type Cursor string

// Query chooses a page of sessions.
type Query struct {
	Where   filter.Expr // nil for all
	Sort    string      // one of SortFields; "" for start
	Desc    bool
	Limit   int    // 0 for DefaultLimit, at most MaxLimit
	After   Cursor // "" for the first page, else the Next of the page before
	NoTotal bool   // do not count: for screens that call Count meanwhile
}

// Result is a page of sessions.
type Result struct {
	Sessions []Session
	Next     Cursor // "" on the last page
	Total    int    // sessions on all pages, counted for the first one; -1 when not counted
}

// Sessions returns a page of sessions. What a page costs does not grow with
// its distance from the first one.
//
// Errors: fault.Schema for an unknown order, a filter that cannot be carried
// out or a cursor of another query.
func (l *Library) Sessions(ctx context.Context, q Query) (Result, error) {
	out := Result{Total: -1}
	field, err := l.sortField(q.Sort)
	if err != nil {
		return out, err
	}
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	q.Limit = min(q.Limit, MaxLimit)
	at, err := readCursor(q, len(field.columns))
	if err != nil {
		return out, err
	}
	err = l.snapshot(ctx, func(tx *sql.Tx) error {
		total, err := countAll(ctx, tx)
		if err != nil {
			return err
		}
		p, err := l.plan(ctx, tx, q.Where, few(q.Limit, total))
		if err != nil {
			return err
		}
		var hits []hit
		// One more than wanted tells whether a page follows.
		hits, out.Sessions, err = l.page(ctx, tx, p, field, q.Desc, at.hit(), q.Limit+1)
		if err != nil {
			return err
		}
		switch {
		case at != nil:
			out.Total = at.Total
		case q.NoTotal:
		case q.Where == nil:
			out.Total = total
		default:
			if out.Total, err = l.count(ctx, tx, p); err != nil {
				return err
			}
		}
		if len(hits) > q.Limit {
			out.Sessions = out.Sessions[:q.Limit]
			out.Next, err = writeCursor(q, hits[q.Limit-1], out.Total)
		}
		return err
	})
	if err != nil {
		return Result{Total: -1}, err
	}
	return out, nil
}

// Count returns the number of sessions that where chooses.
func (l *Library) Count(ctx context.Context, where filter.Expr) (int, error) {
	var n int
	err := l.snapshot(ctx, func(tx *sql.Tx) (err error) {
		if n, err = countAll(ctx, tx); err != nil || where == nil {
			return err
		}
		p, err := l.plan(ctx, tx, where, n/8)
		if err != nil {
			return err
		}
		n, err = l.count(ctx, tx, p)
		return err
	})
	return n, err
}

// countAll returns the kept count.
func countAll(ctx context.Context, tx *sql.Tx) (int, error) {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT ifnull(sum(sessions), 0) FROM days`).Scan(&n)
	return n, storage(ctx, "count sessions", err)
}

// page returns up to limit hits after a place, and their sessions.
func (l *Library) page(ctx context.Context, tx *sql.Tx, p *plan, f sortField, desc bool, after *hit, limit int) ([]hit, []Session, error) {
	var hits []hit
	var sessions []Session
	size := limit
	if p.root.opaque() {
		size = l.batch
	}
	for len(hits) < limit {
		found, err := p.scan(ctx, tx, f, desc, after, size)
		if err != nil {
			return nil, nil, err
		}
		opened, err := l.load(ctx, tx, numbersOf(found))
		if err != nil {
			return nil, nil, err
		}
		for i, h := range found {
			if len(hits) < limit && (!p.root.opaque() || p.chooses(h, &opened[i])) {
				hits, sessions = append(hits, h), append(sessions, opened[i])
			}
		}
		if len(found) < size {
			break
		}
		after = &found[len(found)-1]
	}
	return hits, sessions, nil
}

func numbersOf(hits []hit) []int64 {
	out := make([]int64, len(hits))
	for i, h := range hits {
		out[i] = h.n
	}
	return out
}

func (l *Library) count(ctx context.Context, tx *sql.Tx, p *plan) (int, error) {
	if !p.root.opaque() {
		return p.count(ctx, tx)
	}
	numbers, err := l.chosen(ctx, tx, p)
	return len(numbers), err
}

// chosen returns the row numbers of all sessions that p chooses: eight bytes a
// session, whatever else is looked at.
func (l *Library) chosen(ctx context.Context, tx *sql.Tx, p *plan) ([]int64, error) {
	if !p.root.opaque() {
		return p.numbers(ctx, tx)
	}
	var out []int64
	var after *hit
	for {
		found, err := p.scan(ctx, tx, l.fields[0], false, after, l.batch)
		if err != nil {
			return nil, err
		}
		opened, err := l.load(ctx, tx, numbersOf(found))
		if err != nil {
			return nil, err
		}
		for i, h := range found {
			if p.chooses(h, &opened[i]) {
				out = append(out, h.n)
			}
		}
		if len(found) < l.batch {
			return out, nil
		}
		after = &found[len(found)-1]
	}
}

// cursor is what a Cursor holds.
type cursor struct {
	Query string `json:"q"` // of which it is a place
	Place []any  `json:"p"`
	N     int64  `json:"n"`
	Total int    `json:"t"`
}

func (c *cursor) hit() *hit {
	if c == nil {
		return nil
	}
	return &hit{n: c.N, place: c.Place}
}

const maxCursor = 4096

// queryMark tells queries apart whose pages do not belong together.
func queryMark(q Query) string {
	where := ""
	if q.Where != nil {
		where = q.Where.String()
	}
	// A mark instead of the filter itself, which may name a visitor.
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %t", where, q.Sort, q.Desc))
	return hex.EncodeToString(sum[:8])
}

func writeCursor(q Query, at hit, total int) (Cursor, error) {
	b, err := json.Marshal(cursor{Query: queryMark(q), Place: at.place, N: at.n, Total: total})
	if err != nil {
		return "", fmt.Errorf("make cursor: %w", err)
	}
	return Cursor(base64.RawURLEncoding.EncodeToString(b)), nil
}

// readCursor reads q.After, which holds as many values as the order of q has
// columns; nil stands for the first page.
func readCursor(q Query, columns int) (*cursor, error) {
	if q.After == "" {
		return nil, nil
	}
	wrong := fault.New(fault.Schema, "list sessions: the cursor is not one of this query")
	if len(q.After) > maxCursor {
		return nil, wrong
	}
	b, err := base64.RawURLEncoding.DecodeString(string(q.After))
	if err != nil {
		return nil, wrong
	}
	var c cursor
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := dec.Decode(&c); err != nil || c.Query != queryMark(q) || len(c.Place) != columns {
		return nil, wrong
	}
	for i, v := range c.Place {
		switch v := v.(type) {
		case string:
		case json.Number:
			if n, err := v.Int64(); err == nil {
				c.Place[i] = n
			} else if x, err := v.Float64(); err == nil {
				c.Place[i] = x
			} else {
				return nil, wrong
			}
		default:
			return nil, wrong
		}
	}
	return &c, nil
}

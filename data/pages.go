package data

import (
	"cmp"
	"context"
	"database/sql"
	"iter"
	"slices"

	"hindsite.app/data/filter"
)

// PageGroups returns the path templates that the sessions chosen by where
// visited, the one with the most views first. Without a filter the counts are
// those that are kept.
func (l *Library) PageGroups(ctx context.Context, where filter.Expr) ([]PageGroup, error) {
	var out []PageGroup
	err := l.snapshot(ctx, func(tx *sql.Tx) (err error) {
		if where == nil {
			out, err = readGroups(ctx, tx, `SELECT path, sessions, views, clicks FROM paths WHERE views > 0`)
			return err
		}
		numbers, err := l.numbers(ctx, tx, where)
		if err != nil {
			return err
		}
		sums := make(map[string]PageGroup)
		for part := range slices.Chunk(numbers, l.batch) {
			groups, err := readGroups(ctx, tx, `SELECT p.path, count(DISTINCT w.n), count(*), sum(w.clicks)
				FROM json_each(?) j CROSS JOIN views w ON w.n = j.value CROSS JOIN paths p ON p.id = w.path GROUP BY p.id`, jsonList(part))
			if err != nil {
				return err
			}
			for _, g := range groups {
				// A session is in one part only, so distinct counts add up.
				s := sums[g.Path]
				sums[g.Path] = PageGroup{g.Path, s.Sessions + g.Sessions, s.Views + g.Views, s.Clicks + g.Clicks}
			}
		}
		for _, g := range sums {
			out = append(out, g)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b PageGroup) int {
		return cmp.Or(cmp.Compare(b.Views, a.Views), cmp.Compare(a.Path, b.Path))
	})
	return out, err
}

func readGroups(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]PageGroup, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, storage(ctx, "group pages", err)
	}
	defer rows.Close()
	var out []PageGroup
	for rows.Next() {
		var g PageGroup
		if err := rows.Scan(&g.Path, &g.Sessions, &g.Views, &g.Clicks); err != nil {
			return nil, storage(ctx, "group pages", err)
		}
		out = append(out, g)
	}
	return out, storage(ctx, "group pages", rows.Err())
}

// numbers returns the row numbers that where chooses.
func (l *Library) numbers(ctx context.Context, tx *sql.Tx, where filter.Expr) ([]int64, error) {
	total, err := countAll(ctx, tx)
	if err != nil {
		return nil, err
	}
	p, err := l.plan(ctx, tx, where, total/8)
	if err != nil {
		return nil, err
	}
	return l.chosen(ctx, tx, p)
}

// ViewsOnPage returns the views of pages that match pattern, as
// filter.MatchPage says, in the sessions that where chooses. Views of one
// session follow each other, in order. The sessions are chosen when the
// iteration begins; between two views no lock is held, so other methods may be
// called from within. An error is the last thing that is yielded.
func (l *Library) ViewsOnPage(ctx context.Context, pattern string, where filter.Expr) iter.Seq2[PageView, error] {
	return func(yield func(PageView, error) bool) {
		var numbers, paths []int64
		err := l.snapshot(ctx, func(tx *sql.Tx) (err error) {
			paths, numbers, err = l.sessionsOnPage(ctx, tx, pattern, where)
			return err
		})
		if err != nil {
			yield(PageView{}, err)
			return
		}
		for part := range slices.Chunk(numbers, l.batch) {
			var views []PageView
			err := l.snapshot(ctx, func(tx *sql.Tx) (err error) {
				views, err = readPageViews(ctx, tx, part, paths)
				return err
			})
			if err != nil {
				yield(PageView{}, err)
				return
			}
			for _, v := range views {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}

func (l *Library) sessionsOnPage(ctx context.Context, tx *sql.Tx, pattern string, where filter.Expr) (paths, numbers []int64, err error) {
	if paths, err = pathsMatching(ctx, tx, pattern, filter.MatchPage); err != nil || len(paths) == 0 {
		return nil, nil, err
	}
	root, err := l.compile(ctx, tx, where)
	if err != nil {
		return nil, nil, err
	}
	total, err := countAll(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	p, err := newPlan(ctx, tx, joined(all, []*node{leafNode(pathLeaf(paths)), root}), total/8)
	if err != nil {
		return nil, nil, err
	}
	numbers, err = l.chosen(ctx, tx, p)
	slices.Sort(numbers)
	return paths, numbers, err
}

func readPageViews(ctx context.Context, tx *sql.Tx, numbers, paths []int64) ([]PageView, error) {
	rows, err := tx.QueryContext(ctx, `SELECT s.id, w.idx, w.tab, w.start, w.finish, p.path, w.width, w.height, s.device
		FROM json_each(?) j CROSS JOIN views w ON w.n = j.value CROSS JOIN sessions s ON s.n = w.n CROSS JOIN paths p ON p.id = w.path
		WHERE w.path IN (SELECT value FROM json_each(?)) ORDER BY j.key, w.idx`, jsonList(numbers), jsonList(paths))
	if err != nil {
		return nil, storage(ctx, "read views", err)
	}
	defer rows.Close()
	var out []PageView
	for rows.Next() {
		var v PageView
		if err := rows.Scan(&v.Session, &v.Index, &v.Tab, &v.Start, &v.End, &v.Path, &v.Width, &v.Height, &v.Device); err != nil {
			return nil, storage(ctx, "read views", err)
		}
		out = append(out, v)
	}
	return out, storage(ctx, "read views", rows.Err())
}

package data

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// dump returns the number of rows of every table, and all kept counts.
func (l *Library) dump(ctx context.Context) (string, error) {
	var b strings.Builder
	err := l.db.inSnapshot(ctx, func(tx *sql.Tx) error {
		for _, query := range []string{
			`SELECT 'sessions', count(*) FROM sessions`, `SELECT 'vaults', count(*) FROM vaults`,
			`SELECT 'views', count(*) FROM views`, `SELECT 'attributes', count(*) FROM attributes`,
			`SELECT 'words', count(*) FROM words`, `SELECT 'imports', count(*) FROM imports`,
			`SELECT 'path ' || path || sessions || ' ' || views || ' ' || entries, clicks FROM paths ORDER BY 1`,
			`SELECT 'day ' || day || ' ' || views || ' ' || errors, sessions FROM days ORDER BY 1`,
			`SELECT 'facet ' || field || value, sessions FROM facets ORDER BY 1`,
			`SELECT 'attribute ' || hex(tag), sessions FROM attribute_names ORDER BY 1`,
		} {
			rows, err := tx.QueryContext(ctx, query)
			if err != nil {
				return err
			}
			for rows.Next() {
				var name string
				var n int
				if err := rows.Scan(&name, &n); err != nil {
					return err
				}
				fmt.Fprintf(&b, "%s:%d; ", name, n)
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	return b.String(), err
}

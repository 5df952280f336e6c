package data

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"hindsite.app/player/fault"
)

// Remove removes sessions: their keys, rows, words and counts, their blobs, and
// what the database's log still holds of them. All are removed, or, on the
// first error, none.
//
// Errors: one that wraps fs.ErrNotExist when one of the sessions is not there;
// fault.Storage when the rows are gone but a blob or the log is not yet: the
// next start or Close finishes that, and no session comes back.
func (l *Library) Remove(ctx context.Context, ids ...string) error {
	if err := l.enter(); err != nil {
		return err
	}
	defer l.mu.RUnlock()
	if err := l.markUnclean(); err != nil {
		return err
	}
	var blobs []string
	err := l.db.inTx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			name, err := removeRows(ctx, tx, id)
			if err != nil {
				return err
			}
			blobs = append(blobs, name)
		}
		// Only now, because entries of sessions refer to paths.
		_, err := tx.ExecContext(ctx, `DELETE FROM paths WHERE views = 0 AND entries = 0`)
		return storage(ctx, "remove pages", err)
	})
	if err != nil {
		return err
	}
	err = l.removeBlobs(blobs)
	// What was committed is finished even if the caller has lost interest.
	return errors.Join(err, l.db.truncate(context.WithoutCancel(ctx)))
}

// removeRows removes the rows of a session and returns the name of its blob.
func removeRows(ctx context.Context, tx *sql.Tx, id string) (string, error) {
	n, err := numberOf(ctx, tx, id)
	if err != nil {
		return "", err
	}
	if err := uncount(ctx, tx, n); err != nil {
		return "", err
	}
	var name string
	var packed []byte
	if err := tx.QueryRowContext(ctx, `SELECT blob, words FROM vaults WHERE n = ?`, n).Scan(&name, &packed); err != nil {
		return "", storage(ctx, "remove session", err)
	}
	if tags := unpackTags(packed); len(tags) > 0 {
		_, err := tx.ExecContext(ctx, `DELETE FROM words WHERE n = ? AND tag IN (SELECT value FROM json_each(?))`, n, jsonList(tags))
		if err != nil {
			return "", storage(ctx, "remove words", err)
		}
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM sessions WHERE n = ?`, n)
	return name, storage(ctx, "remove session", err)
}

func (l *Library) removeBlobs(names []string) error {
	shards := make(map[string]bool)
	var failed []error
	for _, name := range names {
		if !isBlobName(name) {
			continue // not ours to remove
		}
		shards[name[:2]] = true
		if err := l.dropBlob(name); err != nil {
			failed = append(failed, fmt.Errorf("remove session: %w", err))
		}
	}
	for shard := range shards {
		if err := l.disk.syncDir(l.path(blobsName, shard)); err != nil {
			failed = append(failed, fault.New(fault.Storage, "remove session: %w", err))
		}
	}
	return errors.Join(failed...)
}

// uncount takes a session out of all counts, while its rows still exist.
func uncount(ctx context.Context, tx *sql.Tx, n int64) error {
	statements := []string{
		`UPDATE days SET sessions = sessions - 1,
			views = views - (SELECT count(*) FROM views WHERE n = ?1), errors = errors - (SELECT errors FROM sessions WHERE n = ?1)
			WHERE day = (SELECT (start - ((start % 86400000000) + 86400000000) % 86400000000) / 86400000000 FROM sessions WHERE n = ?1)`,
		`DELETE FROM days WHERE sessions = 0`,
		`UPDATE paths SET sessions = sessions - 1, views = paths.views - c.views, clicks = paths.clicks - c.clicks
			FROM (SELECT path, count(*) AS views, sum(clicks) AS clicks FROM views WHERE n = ?1 GROUP BY path) c WHERE paths.id = c.path`,
		`UPDATE paths SET entries = entries - 1 WHERE id = (SELECT entry FROM sessions WHERE n = ?1)`,
		`UPDATE attribute_names SET sessions = sessions - 1 WHERE tag IN (SELECT name FROM attributes WHERE n = ?1)`,
		`DELETE FROM attribute_names WHERE sessions = 0`,
	}
	for _, field := range []string{"device", "browser", "os", "country", "language", "recorder", "protection"} {
		statements = append(statements, `UPDATE facets SET sessions = sessions - 1 WHERE field = '`+field+
			`' AND value = (SELECT `+field+` FROM sessions WHERE n = ?1)`)
	}
	statements = append(statements, `DELETE FROM facets WHERE sessions = 0`)
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement, n); err != nil {
			return storage(ctx, "count session out", err)
		}
	}
	return nil
}

package data

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"hindsite.app/data/keys"
)

// insert writes all rows of a staged session and counts it.
func (l *Library) insert(ctx context.Context, tx *sql.Tx, s *stage) error {
	paths, err := addPaths(ctx, tx, s.in)
	if err != nil {
		return err
	}
	n, err := l.insertSession(ctx, tx, s, paths)
	if err != nil {
		return err
	}
	if err := insertViews(ctx, tx, n, s, paths); err != nil {
		return err
	}
	if err := l.insertAttributes(ctx, tx, n, s.in.Session.Attributes); err != nil {
		return err
	}
	if err := insertWords(ctx, tx, n, s.words); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO days (day, sessions, views, errors) VALUES (?, 1, ?, ?)
		ON CONFLICT (day) DO UPDATE SET sessions = sessions + 1, views = views + excluded.views, errors = errors + excluded.errors`,
		dayOf(s.in.Session.Start.UnixMicro()), len(s.in.Views), s.in.Session.Errors); err != nil {
		return storage(ctx, "count day", err)
	}
	return addFacets(ctx, tx, &s.in.Session)
}

func (l *Library) insertSession(ctx context.Context, tx *sql.Tx, s *stage, paths map[string]int64) (int64, error) {
	in := &s.in.Session
	entry := sql.NullInt64{Int64: paths[in.Entry], Valid: in.Entry != ""}
	imported := in.Imported
	if imported.IsZero() {
		imported = l.now()
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO sessions (id, start, duration, pages, events, clicks, moves, scrolls,
		inputs, keys, errors, anomalies, width, height, imported, struggle, device, browser, os, country, language,
		recorder, protection, entry, visitor) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		s.id, in.Start.UnixMicro(), in.Duration, in.Pages, in.Events, in.Clicks, in.Moves, in.Scrolls, in.Inputs, in.Keys,
		in.Errors, in.Anomalies, in.ViewportW, in.ViewportH, imported.UnixMicro(), in.Struggle, in.Device, in.Browser,
		in.OS, in.Country, in.Language, in.Recorder, in.Protection, entry, s.tag)
	if err != nil {
		return 0, storage(ctx, "insert session", err)
	}
	n, err := result.LastInsertId()
	if err != nil {
		return 0, storage(ctx, "insert session", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO vaults (n, epoch, dek, blob, content, visitor, attributes, source, words)
		VALUES (?,?,?,?,?,?,?,?,?)`, n, s.wrapped.Epoch, s.wrapped.Sealed, s.blob, s.content[:], s.visitor, s.attrs,
		s.source, packTags(s.words))
	return n, storage(ctx, "insert session", err)
}

// addPaths counts the session under the paths of its views and returns their
// row numbers.
func addPaths(ctx context.Context, tx *sql.Tx, in *Incoming) (map[string]int64, error) {
	type count struct{ views, clicks, entries, sessions int }
	counts := make(map[string]count)
	for _, v := range in.Views {
		c := counts[v.Path]
		c.views++
		c.clicks += v.Clicks
		c.sessions = 1
		counts[v.Path] = c
	}
	if e := in.Session.Entry; e != "" {
		c := counts[e]
		c.entries = 1
		counts[e] = c
	}
	ids := make(map[string]int64, len(counts))
	for _, path := range slices.Sorted(maps.Keys(counts)) {
		c := counts[path]
		var id int64
		err := tx.QueryRowContext(ctx, `INSERT INTO paths (path, sessions, views, clicks, entries) VALUES (?,?,?,?,?)
			ON CONFLICT (path) DO UPDATE SET sessions = sessions + excluded.sessions, views = views + excluded.views,
			clicks = clicks + excluded.clicks, entries = entries + excluded.entries RETURNING id`,
			path, c.sessions, c.views, c.clicks, c.entries).Scan(&id)
		if err != nil {
			return nil, storage(ctx, "count page", err)
		}
		ids[path] = id
	}
	return ids, nil
}

func insertViews(ctx context.Context, tx *sql.Tx, n int64, s *stage, paths map[string]int64) error {
	if len(s.in.Views) == 0 {
		return nil
	}
	stmt, err := tx.PrepareContext(ctx, `INSERT INTO views (n, idx, tab, start, finish, path, width, height, clicks,
		moves, url, title) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`)
	if err != nil {
		return storage(ctx, "insert views", err)
	}
	defer stmt.Close()
	for i, v := range s.in.Views {
		_, err := stmt.ExecContext(ctx, n, i, v.Tab, v.Start, v.End, paths[v.Path], v.Width, v.Height, v.Clicks, v.Moves,
			s.urls[i], s.titles[i])
		if err != nil {
			return storage(ctx, "insert views", err)
		}
	}
	return nil
}

func (l *Library) insertAttributes(ctx context.Context, tx *sql.Tx, n int64, attributes map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		plain := normalise(name)
		tag, pair := l.ring.Tag("attr-name", plain), l.ring.Tag("attr", attributePair(name, attributes[name]))
		if _, err := tx.ExecContext(ctx, `INSERT INTO attributes (n, name, pair) VALUES (?,?,?)`, n, tag[:], pair[:]); err != nil {
			return storage(ctx, "insert attributes", err)
		}
		updated, err := tx.ExecContext(ctx, `UPDATE attribute_names SET sessions = sessions + 1 WHERE tag = ?`, tag[:])
		if err != nil {
			return storage(ctx, "count attribute", err)
		}
		if known, err := updated.RowsAffected(); err != nil || known > 0 {
			continue
		}
		sealed := l.ring.Seal(attributeNameCell(tag[:]), []byte(plain))
		if _, err := tx.ExecContext(ctx, `INSERT INTO attribute_names (tag, name, sessions) VALUES (?,?,1)`, tag[:], sealed); err != nil {
			return storage(ctx, "count attribute", err)
		}
	}
	return nil
}

func attributePair(name, value string) string { return normalise(name) + "\x00" + normalise(value) }

func attributeNameCell(tag []byte) keys.Cell {
	return keys.Cell{Table: "attribute_names", Column: "name", Row: fmt.Sprintf("%x", tag)}
}

func insertWords(ctx context.Context, tx *sql.Tx, n int64, tags []int64) error {
	if len(tags) == 0 {
		return nil
	}
	list, err := json.Marshal(tags)
	if err != nil {
		return fmt.Errorf("insert words: %w", err)
	}
	// One statement for all words: what costs is the number of statements.
	_, err = tx.ExecContext(ctx, `INSERT INTO words (tag, n) SELECT value, ? FROM json_each(?)`, n, string(list))
	return storage(ctx, "insert words", err)
}

// facetFields are the fields whose values are counted, with the values of s.
func facetFields(s *Session) map[string]string {
	return map[string]string{"device": s.Device, "browser": s.Browser, "os": s.OS, "country": s.Country,
		"language": s.Language, "recorder": s.Recorder, "protection": s.Protection}
}

func addFacets(ctx context.Context, tx *sql.Tx, s *Session) error {
	list, err := json.Marshal(facetFields(s))
	if err != nil {
		return fmt.Errorf("count values: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO facets (field, value, sessions) SELECT key, value, 1 FROM json_each(?) WHERE true
		ON CONFLICT (field, value) DO UPDATE SET sessions = sessions + 1`, string(list))
	return storage(ctx, "count values", err)
}

// packTags and unpackTags turn word tags into one value.
func packTags(tags []int64) []byte {
	b := make([]byte, 0, 8*len(tags))
	for _, t := range tags {
		b = binary.BigEndian.AppendUint64(b, uint64(t))
	}
	return b
}

func unpackTags(b []byte) []int64 {
	tags := make([]int64, 0, len(b)/8)
	for ; len(b) >= 8; b = b[8:] {
		tags = append(tags, int64(binary.BigEndian.Uint64(b)))
	}
	return tags
}

// dayOf returns the number of the day in UTC of a wall time in microseconds.
func dayOf(micro int64) int64 {
	const day = int64(24 * time.Hour / time.Microsecond)
	return (micro - ((micro%day)+day)%day) / day
}

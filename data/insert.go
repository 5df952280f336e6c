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

// writer writes sessions within one transaction and keeps the statements that
// it has prepared, because the same ones come for every session.
type writer struct {
	tx       *sql.Tx
	ring     *keys.Keyring
	now      func() time.Time
	prepared map[string]*sql.Stmt
}

// statement returns query, prepared. It lives as long as the transaction.
func (w *writer) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := w.prepared[query]; ok {
		return s, nil
	}
	s, err := w.tx.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	w.prepared[query] = s
	return s, nil
}

func (w *writer) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := w.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// scan reads the first row of query; its error may be sql.ErrNoRows.
func (w *writer) scan(ctx context.Context, to any, query string, args ...any) error {
	s, err := w.statement(ctx, query)
	if err != nil {
		return err
	}
	return s.QueryRowContext(ctx, args...).Scan(to)
}

// insert writes all rows of a staged session and counts it.
func (w *writer) insert(ctx context.Context, s *stage) error {
	paths, err := w.addPaths(ctx, s.in)
	if err != nil {
		return err
	}
	n, err := w.insertSession(ctx, s, paths)
	if err != nil {
		return err
	}
	if err := w.insertViews(ctx, n, s, paths); err != nil {
		return err
	}
	if err := w.insertAttributes(ctx, n, s.in.Session.Attributes); err != nil {
		return err
	}
	if err := w.insertWords(ctx, n, s.words); err != nil {
		return err
	}
	if _, err := w.exec(ctx, `INSERT INTO days (day, sessions, views, errors) VALUES (?, 1, ?, ?)
		ON CONFLICT (day) DO UPDATE SET sessions = sessions + 1, views = views + excluded.views, errors = errors + excluded.errors`,
		dayOf(s.in.Session.Start.UnixMicro()), len(s.in.Views), s.in.Session.Errors); err != nil {
		return storage(ctx, "count day", err)
	}
	return w.addFacets(ctx, &s.in.Session)
}

func (w *writer) insertSession(ctx context.Context, s *stage, paths map[string]int64) (int64, error) {
	in := &s.in.Session
	entry := sql.NullInt64{Int64: paths[in.Entry], Valid: in.Entry != ""}
	struggle := notScored
	if in.Struggle != nil {
		struggle = *in.Struggle
	}
	imported := in.Imported
	if imported.IsZero() {
		imported = w.now()
	}
	result, err := w.exec(ctx, `INSERT INTO sessions (id, start, duration, pages, events, clicks, moves, scrolls,
		inputs, keys, errors, anomalies, width, height, imported, struggle, device, browser, os, country, language,
		recorder, protection, entry, visitor) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		s.id, in.Start.UnixMicro(), in.Duration, in.Pages, in.Events, in.Clicks, in.Moves, in.Scrolls, in.Inputs, in.Keys,
		in.Errors, in.Anomalies, in.ViewportW, in.ViewportH, imported.UnixMicro(), struggle, in.Device, in.Browser,
		in.OS, in.Country, in.Language, in.Recorder, in.Protection, entry, s.tag)
	if err != nil {
		return 0, storage(ctx, "insert session", err)
	}
	n, err := result.LastInsertId()
	if err != nil {
		return 0, storage(ctx, "insert session", err)
	}
	_, err = w.exec(ctx, `INSERT INTO vaults (n, epoch, dek, blob, content, visitor, attributes, source, signed, words)
		VALUES (?,?,?,?,?,?,?,?,?,?)`, n, s.wrapped.Epoch, s.wrapped.Sealed, s.blob, s.content[:], s.visitor, s.attrs,
		s.source, s.signed, packTags(s.words))
	return n, storage(ctx, "insert session", err)
}

// notScored is what stands for no struggle score, so that every session has a
// place in that order.
const notScored = -1.0

// addPaths counts the session under the paths of its views and returns their
// row numbers.
func (w *writer) addPaths(ctx context.Context, in *Incoming) (map[string]int64, error) {
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
		err := w.scan(ctx, &id, `INSERT INTO paths (path, sessions, views, clicks, entries) VALUES (?,?,?,?,?)
			ON CONFLICT (path) DO UPDATE SET sessions = sessions + excluded.sessions, views = views + excluded.views,
			clicks = clicks + excluded.clicks, entries = entries + excluded.entries RETURNING id`,
			path, c.sessions, c.views, c.clicks, c.entries)
		if err != nil {
			return nil, storage(ctx, "count page", err)
		}
		ids[path] = id
	}
	return ids, nil
}

func (w *writer) insertViews(ctx context.Context, n int64, s *stage, paths map[string]int64) error {
	for i, v := range s.in.Views {
		_, err := w.exec(ctx, `INSERT INTO views (n, idx, tab, start, finish, path, width, height, clicks, moves, url, title)
			VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`, n, i, v.Tab, v.Start, v.End, paths[v.Path], v.Width, v.Height, v.Clicks, v.Moves,
			s.urls[i], s.titles[i])
		if err != nil {
			return storage(ctx, "insert views", err)
		}
	}
	return nil
}

func (w *writer) insertAttributes(ctx context.Context, n int64, attributes map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		plain := normalise(name)
		tag, pair := w.ring.Tag("attr-name", plain), w.ring.Tag("attr", attributePair(name, attributes[name]))
		if _, err := w.exec(ctx, `INSERT INTO attributes (n, name, pair) VALUES (?,?,?)`, n, tag[:], pair[:]); err != nil {
			return storage(ctx, "insert attributes", err)
		}
		updated, err := w.exec(ctx, `UPDATE attribute_names SET sessions = sessions + 1 WHERE tag = ?`, tag[:])
		if err != nil {
			return storage(ctx, "count attribute", err)
		}
		if known, err := updated.RowsAffected(); err != nil || known > 0 {
			continue
		}
		sealed := w.ring.Seal(attributeNameCell(tag[:]), []byte(plain))
		if _, err := w.exec(ctx, `INSERT INTO attribute_names (tag, name, sessions) VALUES (?,?,1)`, tag[:], sealed); err != nil {
			return storage(ctx, "count attribute", err)
		}
	}
	return nil
}

func attributePair(name, value string) string { return normalise(name) + "\x00" + normalise(value) }

func attributeNameCell(tag []byte) keys.Cell {
	return keys.Cell{Table: "attribute_names", Column: "name", Row: fmt.Sprintf("%x", tag)}
}

func (w *writer) insertWords(ctx context.Context, n int64, tags []int64) error {
	if len(tags) == 0 {
		return nil
	}
	list, err := json.Marshal(tags)
	if err != nil {
		return fmt.Errorf("insert words: %w", err)
	}
	// One statement for all words: what costs is the number of statements.
	_, err = w.exec(ctx, `INSERT INTO words (tag, n) SELECT value, ? FROM json_each(?)`, n, string(list))
	return storage(ctx, "insert words", err)
}

// facetFields are the fields whose values are counted, with the values of s.
func facetFields(s *Session) map[string]string {
	return map[string]string{"device": s.Device, "browser": s.Browser, "os": s.OS, "country": s.Country,
		"language": s.Language, "recorder": s.Recorder, "protection": s.Protection}
}

func (w *writer) addFacets(ctx context.Context, s *Session) error {
	list, err := json.Marshal(facetFields(s))
	if err != nil {
		return fmt.Errorf("count values: %w", err)
	}
	_, err = w.exec(ctx, `INSERT INTO facets (field, value, sessions) SELECT key, value, 1 FROM json_each(?) WHERE true
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

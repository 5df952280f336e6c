package data

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"hindsite.app/data/blob"
	"hindsite.app/data/keys"
	"hindsite.app/player/fault"
)

// Session returns one session. Error: one that wraps fs.ErrNotExist when there
// is none of that identifier.
func (l *Library) Session(ctx context.Context, id string) (Session, error) {
	var out Session
	err := l.snapshot(ctx, func(tx *sql.Tx) error {
		n, err := numberOf(ctx, tx, id)
		if err != nil {
			return err
		}
		all, err := l.load(ctx, tx, []int64{n})
		if err != nil {
			return err
		}
		out = all[0]
		return nil
	})
	return out, err
}

// snapshot runs f as a reading method.
func (l *Library) snapshot(ctx context.Context, f func(*sql.Tx) error) error {
	if err := l.enter(); err != nil {
		return err
	}
	defer l.mu.RUnlock()
	return l.db.inSnapshot(ctx, f)
}

// numberOf returns the row number of a session.
func numberOf(ctx context.Context, tx *sql.Tx, id string) (int64, error) {
	var n int64
	err := tx.QueryRowContext(ctx, `SELECT n FROM sessions WHERE id = ?`, id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("find session: %w", fs.ErrNotExist)
	}
	return n, storage(ctx, "find session", err)
}

const sessionColumns = `s.n, s.id, s.start, s.duration, s.pages, s.events, s.clicks, s.moves, s.scrolls, s.inputs, s.keys,
	s.errors, s.anomalies, s.width, s.height, s.imported, s.struggle, s.device, s.browser, s.os, s.country, s.language,
	s.recorder, s.protection, ifnull(p.path, ''), v.epoch, v.dek, v.visitor, v.attributes, v.source, v.signed`

// load returns the sessions with the row numbers ns, in that order. Their
// sealed fields are opened. The list is short: a page or a batch.
func (l *Library) load(ctx context.Context, tx *sql.Tx, ns []int64) ([]Session, error) {
	if len(ns) == 0 {
		return nil, nil
	}
	place := make(map[int64]int, len(ns))
	for i, n := range ns {
		place[n] = i
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+sessionColumns+` FROM json_each(?) j
		CROSS JOIN sessions s ON s.n = j.value CROSS JOIN vaults v ON v.n = s.n LEFT JOIN paths p ON p.id = s.entry`, jsonList(ns))
	if err != nil {
		return nil, storage(ctx, "read sessions", err)
	}
	defer rows.Close()
	out := make([]Session, len(ns))
	found := 0
	for rows.Next() {
		var n int64
		var s Session
		if err := l.scanSession(ctx, rows, &n, &s); err != nil {
			return nil, err
		}
		out[place[n]] = s
		found++
	}
	if err := rows.Err(); err != nil {
		return nil, storage(ctx, "read sessions", err)
	}
	if found != len(ns) {
		return nil, fault.New(fault.Storage, "read sessions: %d of %d rows have lost their other half", len(ns)-found, len(ns))
	}
	return out, nil
}

func (l *Library) scanSession(ctx context.Context, rows *sql.Rows, n *int64, s *Session) error {
	var start, imported int64
	var struggle float64
	var w keys.Wrapped
	var visitor, attributes, source, signed []byte
	err := rows.Scan(n, &s.ID, &start, &s.Duration, &s.Pages, &s.Events, &s.Clicks, &s.Moves, &s.Scrolls, &s.Inputs,
		&s.Keys, &s.Errors, &s.Anomalies, &s.ViewportW, &s.ViewportH, &imported, &struggle, &s.Device, &s.Browser,
		&s.OS, &s.Country, &s.Language, &s.Recorder, &s.Protection, &s.Entry, &w.Epoch, &w.Sealed, &visitor, &attributes, &source, &signed)
	if err != nil {
		return storage(ctx, "read sessions", err)
	}
	s.Start, s.Imported = time.UnixMicro(start).UTC(), time.UnixMicro(imported).UTC()
	if struggle != notScored {
		s.Struggle = &struggle
	}
	key, err := l.ring.Session(s.ID, w)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	defer key.Close()
	if visitor != nil {
		plain, err := key.OpenPerson(vaultCell(s.ID, "visitor"), visitor)
		if err != nil {
			return fmt.Errorf("read session: %w", err)
		}
		s.Visitor = string(plain)
	}
	if attributes != nil {
		plain, err := key.OpenPerson(vaultCell(s.ID, "attributes"), attributes)
		if err != nil {
			return fmt.Errorf("read session: %w", err)
		}
		if err := json.Unmarshal(plain, &s.Attributes); err != nil {
			return fault.New(fault.Schema, "read session: its attributes are not readable")
		}
	}
	for _, cell := range []struct {
		column string
		sealed []byte
		to     *string
	}{{"source", source, &s.SourceName}, {"signed", signed, &s.Signed}} {
		if cell.sealed == nil {
			continue
		}
		plain, err := key.Open(vaultCell(s.ID, cell.column), cell.sealed)
		if err != nil {
			return fmt.Errorf("read session: %w", err)
		}
		*cell.to = string(plain)
	}
	return nil
}

func jsonList[T any](list []T) string {
	b, err := json.Marshal(list)
	if err != nil {
		panic("data: a list of plain values: " + err.Error())
	}
	return string(b)
}

// Views returns the page views of a session in order. Error: one that wraps
// fs.ErrNotExist when there is no such session.
func (l *Library) Views(ctx context.Context, id string) ([]View, error) {
	var out []View
	err := l.snapshot(ctx, func(tx *sql.Tx) error {
		n, _, key, err := l.openVault(ctx, tx, id)
		if err != nil {
			return err
		}
		defer key.Close()
		out, err = l.readViews(ctx, tx, n, id, key)
		return err
	})
	return out, err
}

// openVault returns row number, blob name and keys of a session; the caller
// closes the keys.
func (l *Library) openVault(ctx context.Context, tx *sql.Tx, id string) (n int64, blobName string, key *keys.Session, err error) {
	var w keys.Wrapped
	var exact string
	err = tx.QueryRowContext(ctx, `SELECT s.n, s.id, v.blob, v.epoch, v.dek FROM sessions s JOIN vaults v ON v.n = s.n WHERE s.id = ?`, id).
		Scan(&n, &exact, &blobName, &w.Epoch, &w.Sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", nil, fmt.Errorf("find session: %w", fs.ErrNotExist)
	}
	if err != nil {
		return 0, "", nil, storage(ctx, "find session", err)
	}
	if !isBlobName(blobName) {
		return 0, "", nil, fault.New(fault.Tampered, "find session: its blob has a strange name")
	}
	key, err = l.ring.Session(exact, w)
	return n, blobName, key, err
}

func (l *Library) readViews(ctx context.Context, tx *sql.Tx, n int64, id string, key *keys.Session) ([]View, error) {
	rows, err := tx.QueryContext(ctx, `SELECT w.idx, w.tab, w.start, w.finish, p.path, w.width, w.height, w.clicks, w.moves,
		w.url, w.title FROM views w JOIN paths p ON p.id = w.path WHERE w.n = ? ORDER BY w.idx`, n)
	if err != nil {
		return nil, storage(ctx, "read views", err)
	}
	defer rows.Close()
	var out []View
	for rows.Next() {
		v := View{Session: id}
		var address, title []byte
		if err := rows.Scan(&v.Index, &v.Tab, &v.Start, &v.End, &v.Path, &v.Width, &v.Height, &v.Clicks, &v.Moves, &address, &title); err != nil {
			return nil, storage(ctx, "read views", err)
		}
		for _, cell := range []struct {
			column string
			sealed []byte
			to     *string
		}{{"url", address, &v.URL}, {"title", title, &v.Title}} {
			plain, err := key.Open(viewCell(id, v.Index, cell.column), cell.sealed)
			if err != nil {
				return nil, fmt.Errorf("read views: %w", err)
			}
			*cell.to = string(plain)
		}
		out = append(out, v)
	}
	return out, storage(ctx, "read views", rows.Err())
}

// Tracks is an open blob: the parts of one recording. The caller closes it; it
// stays usable when the library is closed before.
type Tracks struct {
	*blob.Reader
	file *os.File
}

// Close closes the file.
func (t *Tracks) Close() error {
	if err := t.file.Close(); err != nil {
		return fault.New(fault.Storage, "close blob: %w", err)
	}
	return nil
}

// Tracks opens the parts of a session's recording. Errors: one that wraps
// fs.ErrNotExist when there is no such session, fault.Storage when its file is
// gone, and those of blob.Coder.Open.
func (l *Library) Tracks(ctx context.Context, id string) (*Tracks, error) {
	var name string
	var key *keys.Session
	if err := l.enter(); err != nil {
		return nil, err
	}
	defer l.mu.RUnlock()
	err := l.db.inSnapshot(ctx, func(tx *sql.Tx) (err error) {
		_, name, key, err = l.openVault(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer key.Close()
	blobKey, err := key.BlobKey()
	if err != nil {
		return nil, err
	}
	defer clear(blobKey)
	f, err := os.Open(l.blobPath(name))
	if err != nil {
		// Not %w: a missing file must not look like a missing session.
		return nil, fault.New(fault.Storage, "open recording: %v", errors.Unwrap(err))
	}
	info, err := f.Stat()
	if err != nil {
		return nil, fault.New(fault.Storage, "open recording: %w", errors.Join(err, f.Close()))
	}
	r, err := l.coder.Open(f, info.Size(), blobKey, l.blobContext(key.ID()))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open recording: %w", err), f.Close())
	}
	return &Tracks{Reader: r, file: f}, nil
}

package data

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"hindsite.app/data/keys"
	"hindsite.app/player/fault"
)

// Record is something that was set up or is remembered, beside the sessions:
// an origin, a download, a watched folder. There are few of each kind, and they
// are read as a whole.
type Record struct {
	Kind string // 1 to 32 letters; not sealed
	ID   string // given by PutRecord when empty; not sealed
	At   time.Time
	Body []byte // sealed; the owner of the kind knows its form
}

const (
	maxRecords = 10_000 // of one kind
	maxBody    = 1 << 20
	maxKind    = 32
)

func recordCell(kind, id string) keys.Cell {
	return keys.Cell{Table: "records", Column: kind, Row: id}
}

// PutRecord stores a record in place of the one of its kind and id, and returns
// the id. A zero At means now. Error: fault.Limit for more than a mebibyte, or
// more than 10,000 records of a kind.
func (l *Library) PutRecord(ctx context.Context, r Record) (string, error) {
	if err := l.enter(); err != nil {
		return "", err
	}
	defer l.mu.RUnlock()
	if r.ID == "" {
		r.ID = randomHex(16)
	}
	if r.At.IsZero() {
		r.At = l.now()
	}
	if r.Kind == "" || len(r.Kind) > maxKind || len(r.ID) > MaxWord || len(r.Body) > maxBody {
		return "", fault.New(fault.Limit, "store record: its kind, id or content is too long")
	}
	err := l.db.inTx(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM records WHERE kind = ? AND id <> ?`, r.Kind, r.ID).Scan(&n); err != nil {
			return storage(ctx, "store record", err)
		}
		if n >= maxRecords {
			return fault.New(fault.Limit, "store record: more than %d of a kind", maxRecords)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO records (kind, id, at, body) VALUES (?,?,?,?)
			ON CONFLICT (kind, id) DO UPDATE SET at = excluded.at, body = excluded.body`,
			r.Kind, r.ID, r.At.UnixMicro(), l.ring.Seal(recordCell(r.Kind, r.ID), r.Body))
		return storage(ctx, "store record", err)
	})
	if err != nil {
		return "", err
	}
	return r.ID, nil
}

// Records returns the records of a kind, the oldest first.
func (l *Library) Records(ctx context.Context, kind string) ([]Record, error) {
	var out []Record
	err := l.snapshot(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id, at, body FROM records WHERE kind = ? ORDER BY at, id`, kind)
		if err != nil {
			return storage(ctx, "read records", err)
		}
		defer rows.Close()
		for rows.Next() {
			r := Record{Kind: kind}
			var at int64
			var body []byte
			if err := rows.Scan(&r.ID, &at, &body); err != nil {
				return storage(ctx, "read records", err)
			}
			r.At = time.UnixMicro(at).UTC()
			if r.Body, err = l.ring.Open(recordCell(kind, r.ID), body); err != nil {
				return fmt.Errorf("read record: %w", err)
			}
			out = append(out, r)
		}
		return storage(ctx, "read records", rows.Err())
	})
	return out, err
}

// DropRecord removes a record. One that is not there is no error.
func (l *Library) DropRecord(ctx context.Context, kind, id string) error {
	if err := l.enter(); err != nil {
		return err
	}
	defer l.mu.RUnlock()
	return l.db.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM records WHERE kind = ? AND id = ?`, kind, id)
		return storage(ctx, "remove record", err)
	})
}

package data

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"hindsite.app/data/keys"
	"hindsite.app/player/fault"
)

const maxReport = 16 << 20

func importCell(id, column string) keys.Cell {
	return keys.Cell{Table: "imports", Column: column, Row: id}
}

// RecordImport keeps the record of an import, and makes everything that was
// stored before durable. ID is ignored; a zero When means now. It returns the
// record's identifier. Error: fault.Limit for a report of more than 16 MiB.
func (l *Library) RecordImport(ctx context.Context, in Import) (string, error) {
	if err := l.enter(); err != nil {
		return "", err
	}
	defer l.mu.RUnlock()
	if len(in.Report) > maxReport || len(in.Source) > MaxText || len(in.Protection) > MaxWord {
		return "", fault.New(fault.Limit, "record import: report of %d bytes, source of %d", len(in.Report), len(in.Source))
	}
	if in.When.IsZero() {
		in.When = l.now()
	}
	in.ID = randomHex(16)
	err := l.db.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO imports (id, at, protection, stored, present, refused, erased, anomalies,
			source, report) VALUES (?,?,?,?,?,?,?,?,?,?)`, in.ID, in.When.UnixMicro(), in.Protection, in.Stored, in.Present,
			in.Refused, in.Erased, in.Anomalies, l.ring.Seal(importCell(in.ID, "source"), []byte(in.Source)),
			l.ring.Seal(importCell(in.ID, "report"), in.Report))
		return storage(ctx, "record import", err)
	})
	if err != nil {
		return "", err
	}
	// PASSIVE syncs the log and waits for nobody.
	if _, err := l.db.write.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`); err != nil {
		return "", storage(ctx, "sync the log", err)
	}
	return in.ID, nil
}

// Imports returns the newest imports first, at most limit; their reports are
// included.
func (l *Library) Imports(ctx context.Context, limit int) ([]Import, error) {
	var out []Import
	err := l.snapshot(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id, at, protection, stored, present, refused, erased, anomalies, source, report
			FROM imports ORDER BY at DESC, id LIMIT ?`, limit)
		if err != nil {
			return storage(ctx, "read imports", err)
		}
		defer rows.Close()
		for rows.Next() {
			var in Import
			var at int64
			var source, report []byte
			if err := rows.Scan(&in.ID, &at, &in.Protection, &in.Stored, &in.Present, &in.Refused, &in.Erased, &in.Anomalies, &source, &report); err != nil {
				return storage(ctx, "read imports", err)
			}
			in.When = time.UnixMicro(at).UTC()
			if source, err = l.ring.Open(importCell(in.ID, "source"), source); err != nil {
				return fmt.Errorf("read import: %w", err)
			}
			in.Source = string(source)
			if in.Report, err = l.ring.Open(importCell(in.ID, "report"), report); err != nil {
				return fmt.Errorf("read import: %w", err)
			}
			out = append(out, in)
		}
		return storage(ctx, "read imports", rows.Err())
	})
	return out, err
}

// Days returns the days on which sessions began, in order.
func (l *Library) Days(ctx context.Context) ([]Day, error) {
	var out []Day
	err := l.snapshot(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT day, sessions, views, errors FROM days ORDER BY day`)
		if err != nil {
			return storage(ctx, "read days", err)
		}
		defer rows.Close()
		for rows.Next() {
			var day int64
			var d Day
			if err := rows.Scan(&day, &d.Sessions, &d.Views, &d.Errors); err != nil {
				return storage(ctx, "read days", err)
			}
			d.Date = time.Unix(day*24*60*60, 0).UTC()
			out = append(out, d)
		}
		return storage(ctx, "read days", rows.Err())
	})
	return out, err
}

// Facets returns the values that filters can offer.
func (l *Library) Facets(ctx context.Context) (Facets, error) {
	var f Facets
	lists := map[string]*[]Count{"device": &f.Devices, "browser": &f.Browsers, "os": &f.Systems, "country": &f.Countries,
		"language": &f.Languages, "recorder": &f.Recorders, "protection": &f.Protections}
	err := l.snapshot(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT field, value, sessions FROM facets WHERE value <> '' ORDER BY field, sessions DESC, value`)
		if err != nil {
			return storage(ctx, "read values", err)
		}
		defer rows.Close()
		for rows.Next() {
			var field string
			var c Count
			if err := rows.Scan(&field, &c.Value, &c.Sessions); err != nil {
				return storage(ctx, "read values", err)
			}
			if list := lists[field]; list != nil && len(*list) < MaxFacets {
				*list = append(*list, c)
			}
		}
		if err := rows.Err(); err != nil {
			return storage(ctx, "read values", err)
		}
		f.Attributes, err = l.attributeNames(ctx, tx)
		return err
	})
	return f, err
}

func (l *Library) attributeNames(ctx context.Context, tx *sql.Tx) ([]Count, error) {
	rows, err := tx.QueryContext(ctx, `SELECT tag, name, sessions FROM attribute_names ORDER BY sessions DESC, tag LIMIT ?`, MaxFacets)
	if err != nil {
		return nil, storage(ctx, "read attribute names", err)
	}
	defer rows.Close()
	var out []Count
	for rows.Next() {
		var tag, sealed []byte
		var c Count
		if err := rows.Scan(&tag, &sealed, &c.Sessions); err != nil {
			return nil, storage(ctx, "read attribute names", err)
		}
		plain, err := l.ring.Open(attributeNameCell(tag), sealed)
		if err != nil {
			return nil, fmt.Errorf("read attribute names: %w", err)
		}
		c.Value = strings.ToValidUTF8(string(plain), "\uFFFD")
		out = append(out, c)
	}
	return out, storage(ctx, "read attribute names", rows.Err())
}

// SetStruggle stores the struggle scores of sessions; they are not negative.
// Sessions that are not there are passed over.
func (l *Library) SetStruggle(ctx context.Context, scores map[string]float64) error {
	if err := l.enter(); err != nil {
		return err
	}
	defer l.mu.RUnlock()
	return l.db.inTx(ctx, func(tx *sql.Tx) error {
		stmt, err := tx.PrepareContext(ctx, `UPDATE sessions SET struggle = ? WHERE id = ?`)
		if err != nil {
			return storage(ctx, "store score", err)
		}
		defer stmt.Close()
		for id, score := range scores {
			if !(score >= 0) {
				return fault.New(fault.Schema, "store score: it is not a positive number")
			}
			if _, err := stmt.ExecContext(ctx, score, id); err != nil {
				return storage(ctx, "store score", err)
			}
		}
		return nil
	})
}

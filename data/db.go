package data

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the database/sql driver "sqlite"

	"hindsite.app/player/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// schemaHash is the SHA-256 of the schema after all migrations, as schemaOf
// makes it. TestSchemaHash says the new value after a migration was added.
const schemaHash = "e8626878fb43e3e15778f991d3b8ca18172a7678d1fcbb552df7336c14fe3405"

const readers = 4

// database is index.db: one connection that writes and several that read.
type database struct {
	write *sql.DB
	read  *sql.DB
}

func openDatabase(ctx context.Context, path string) (*database, error) {
	// Made here for its permissions; SQLite gives the log those of the database.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.New(fault.Storage, "open database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fault.New(fault.Storage, "open database: %w", err)
	}
	write, err := sql.Open("sqlite", dsn(path, false))
	if err != nil {
		return nil, fault.New(fault.Storage, "open database: %w", err)
	}
	write.SetMaxOpenConns(1)
	db := &database{write: write}
	if err := db.prepare(ctx); err != nil {
		_ = write.Close()
		return nil, err
	}
	if db.read, err = sql.Open("sqlite", dsn(path, true)); err != nil {
		_ = write.Close()
		return nil, fault.New(fault.Storage, "open database: %w", err)
	}
	db.read.SetMaxOpenConns(readers)
	db.read.SetMaxIdleConns(readers)
	return db, nil
}

// dsn sets the pragmas, which hold for one connection only, so that every
// connection of the pool has them. The path is absolute.
func dsn(path string, readOnly bool) string {
	q := url.Values{"_defensive": {"1"}, "_dqs": {"0"}, "_txlock": {"immediate"}}
	q["_pragma"] = []string{
		"busy_timeout(5000)",
		"journal_mode(WAL)",
		"synchronous(NORMAL)",
		"foreign_keys(1)",
		"secure_delete(1)",
		"temp_store(MEMORY)",
		"mmap_size(0)",
		"trusted_schema(0)",
		"cell_size_check(1)",
		"cache_size(-16384)",
		"journal_size_limit(67108864)",
	}
	if readOnly {
		q["_txlock"] = []string{"deferred"}
		q["_pragma"] = append(q["_pragma"], "query_only(1)")
	}
	path = filepath.ToSlash(path)
	if path[0] != '/' {
		path = "/" + path // a drive letter
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	return u.String()
}

// prepare brings the schema up to date and checks that it is the library's
// own.
func (db *database) prepare(ctx context.Context) error {
	if err := db.migrate(ctx); err != nil {
		return err
	}
	got, err := schemaOf(ctx, db.write)
	if err != nil {
		return err
	}
	if got != schemaHash {
		return fault.New(fault.Storage, "open database: the schema was changed")
	}
	return nil
}

// migrate applies the migrations that are missing. Before anything is written,
// a schema that could run statements of its own is refused.
func (db *database) migrate(ctx context.Context) error {
	var active int
	err := db.write.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')`).Scan(&active)
	if err != nil {
		return storage(ctx, "read schema", err)
	}
	if active != 0 {
		return fault.New(fault.Storage, "open database: it has %d triggers or views that the library never makes", active)
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("open migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db.write, dir, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return storage(ctx, "read migrations", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return storage(ctx, "read schema version", err)
	}
	if current > target {
		return fault.New(fault.Unsupported, "open database: made by a newer version (schema %d, known up to %d)", current, target)
	}
	_, err = p.Up(ctx)
	return storage(ctx, "migrate database", err)
}

// schemaOf returns the SHA-256, in hexadecimal, of every object of the schema
// that is not SQLite's own.
func schemaOf(ctx context.Context, db *sql.DB) (string, error) {
	rows, err := db.QueryContext(ctx, `SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema
		WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY type, name`)
	if err != nil {
		return "", storage(ctx, "read schema", err)
	}
	defer rows.Close()
	h := sha256.New()
	for rows.Next() {
		var kind, name, table, text string
		if err := rows.Scan(&kind, &name, &table, &text); err != nil {
			return "", storage(ctx, "read schema", err)
		}
		fmt.Fprintf(h, "%q %q %q %q\n", kind, name, table, text)
	}
	return hex.EncodeToString(h.Sum(nil)), storage(ctx, "read schema", rows.Err())
}

// truncate moves the log into the database and empties it.
func (db *database) truncate(ctx context.Context) error {
	var busy, log, moved int
	err := db.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &moved)
	if err != nil {
		return storage(ctx, "empty the log", err)
	}
	if busy != 0 {
		return fault.New(fault.Storage, "empty the log: somebody is reading")
	}
	return nil
}

func (db *database) close() error {
	err := db.read.Close()
	if e := db.truncate(context.Background()); err == nil {
		err = e
	}
	if e := db.write.Close(); err == nil {
		err = e
	}
	return fault.Default(fault.Storage, err)
}

// scan reads the first row of query; its error may be sql.ErrNoRows.
func (db *database) scan(ctx context.Context, to any, query string, args ...any) error {
	return db.read.QueryRowContext(ctx, query, args...).Scan(to)
}

// inTx runs f in one transaction of the writing connection.
func (db *database) inTx(ctx context.Context, f func(*sql.Tx) error) error {
	return runTx(ctx, db.write, f)
}

// inSnapshot runs f on one state of the database, which does not change for
// it.
func (db *database) inSnapshot(ctx context.Context, f func(*sql.Tx) error) error {
	return runTx(ctx, db.read, f)
}

func runTx(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return storage(ctx, "begin", err)
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return storage(ctx, "commit", tx.Commit())
}

// storage gives an error of the database its class. After a cancellation the
// driver reports an interrupt: then ctx's error is the true one.
func storage(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.Default(fault.Storage, fmt.Errorf("%s: %w", doing, err))
}

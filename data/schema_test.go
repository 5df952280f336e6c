package data

import (
	"context"
	"database/sql"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"hindsite.app/player/fault"
)

func TestSchemaHash(t *testing.T) {
	write, err := sql.Open("sqlite", dsn(filepath.Join(t.TempDir(), indexName), false))
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	if err := (&database{write: write}).migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := schemaOf(t.Context(), write)
	if err != nil {
		t.Fatal(err)
	}
	if got != schemaHash {
		t.Errorf("schemaHash must be %q", got)
	}
}

// Forms in which a column holds what it holds.
const (
	isClear  = "clear"  // readable by whoever has the file
	isSealed = "sealed" // AES-256-GCM
	isBlind  = "blind"  // HMAC
)

// TestEveryColumnHasAForm keeps the promise of FORMAT.md: a new column that can
// hold text is listed here, with a thought, or the build fails.
func TestEveryColumnHasAForm(t *testing.T) {
	forms := map[string]string{
		"attribute_names.name": isSealed,
		"attribute_names.tag":  isBlind,
		"attributes.name":      isBlind,
		"attributes.pair":      isBlind,
		"facets.field":         isClear,
		"facets.value":         isClear,
		"imports.id":           isClear,
		"imports.protection":   isClear,
		"imports.report":       isSealed,
		"imports.source":       isSealed,
		"paths.path":           isClear,
		"records.body":         isSealed,
		"records.id":           isClear,
		"records.kind":         isClear,
		"sessions.browser":     isClear,
		"sessions.country":     isClear,
		"sessions.device":      isClear,
		"sessions.id":          isClear,
		"sessions.language":    isClear,
		"sessions.os":          isClear,
		"sessions.protection":  isClear,
		"sessions.recorder":    isClear,
		"sessions.visitor":     isBlind,
		"vaults.attributes":    isSealed,
		"vaults.blob":          isClear,
		"vaults.content":       isBlind,
		"vaults.dek":           isSealed,
		"vaults.signed":        isSealed,
		"vaults.source":        isSealed,
		"vaults.visitor":       isSealed,
		"vaults.words":         isBlind,
		"views.title":          isSealed,
		"views.url":            isSealed,
	}
	l := newLibrary(t)
	rows, err := l.db.write.QueryContext(t.Context(), `SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND m.name <> 'goose_db_version'
		AND c.type NOT IN ('INTEGER', 'REAL')`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	found := map[string]bool{}
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			t.Fatal(err)
		}
		found[column] = true
		if forms[column] == "" {
			t.Errorf("column %s has no form", column)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, column := range slices.Sorted(maps.Keys(forms)) {
		if !found[column] {
			t.Errorf("there is no column %s", column)
		}
	}
}

func TestPragmasOnEveryConnection(t *testing.T) {
	l := newLibrary(t)
	want := map[string]string{"journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1", "temp_store": "2",
		"mmap_size": "0", "trusted_schema": "0", "busy_timeout": "5000", "synchronous": "1"}
	ctx := t.Context()
	var conns []*sql.Conn
	for range readers {
		c, err := l.db.read.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	w, err := l.db.write.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range append(conns, w) {
		for pragma, value := range want {
			var got string
			// mmap_size gives no row when memory mapping is not compiled in.
			if err := c.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil && err != sql.ErrNoRows || err == nil && got != value {
				t.Errorf("connection %d: %s is %q, %v", i, pragma, got, err)
			}
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.db.read.ExecContext(ctx, `DELETE FROM sessions`); err == nil {
		t.Error("a reading connection writes")
	}
}

func TestForeignSchemaIsRefused(t *testing.T) {
	for name, change := range map[string]string{
		"trigger": `CREATE TRIGGER spy AFTER INSERT ON sessions BEGIN DELETE FROM days; END`,
		"view":    `CREATE VIEW active AS SELECT * FROM sessions`,
		"table":   `CREATE TABLE notes (text TEXT)`,
		"index":   `CREATE INDEX spy ON sessions (country, os)`,
		"column":  `ALTER TABLE imports ADD COLUMN name TEXT`,
		"dropped": `DROP INDEX sessions_start`,
	} {
		dir := filepath.Join(t.TempDir(), "library")
		l := createLibrary(t, dir)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", filepath.Join(dir, indexName))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(change); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), dir, testCredential(t)); fault.Of(err) != fault.Storage {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "library")
	l := createLibrary(t, dir)
	if _, err := l.db.write.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, testCredential(t)); fault.Of(err) != fault.Unsupported {
		t.Errorf("newer schema: %v", err)
	}
}

func TestNoDatabase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "library")
	if err := createLibrary(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, indexName), []byte("this is no database, but long enough to be looked at as one ....................................................."), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), dir, testCredential(t)); fault.Of(err) != fault.Storage {
		t.Errorf("no database: %v", err)
	}
}

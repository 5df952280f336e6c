package data

import (
	"context"
	"os"
	"path/filepath"

	"hindsite.app/player/fault"
)

const blobNameLength = 32

// blobPath returns where the blob of that name lies.
func (l *Library) blobPath(name string) string { return l.path(blobsName, name[:2], name) }

// isBlobName reports whether s is a name that the library gives to blobs. Only
// such files are ever removed, and no other name from the database is opened.
func isBlobName(s string) bool {
	if len(s) != blobNameLength {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// markUnclean leaves the sign that blobs may exist that no row names. It is
// made before the first such blob can.
func (l *Library) markUnclean() error {
	l.dirtyMu.Lock()
	defer l.dirtyMu.Unlock()
	if l.dirty {
		return nil
	}
	f, err := os.OpenFile(l.path(uncleanName), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fault.New(fault.Storage, "mark library: %w", err)
	}
	if err := f.Close(); err != nil {
		return fault.New(fault.Storage, "mark library: %w", err)
	}
	if err := l.disk.syncDir(l.dir); err != nil {
		return fault.New(fault.Storage, "mark library: %w", err)
	}
	l.dirty = true
	return nil
}

// dropBlob removes a blob that no row names. What cannot be removed now is
// left to the sweep of a later start.
func (l *Library) dropBlob(name string) error {
	if err := l.disk.remove(l.blobPath(name)); err != nil {
		l.dirtyMu.Lock()
		l.orphans = true
		l.dirtyMu.Unlock()
		return fault.New(fault.Storage, "remove blob: %w", err)
	}
	return nil
}

// sweep removes blobs that no row names, when the last process that wrote here
// did not close the library.
func (l *Library) sweep(ctx context.Context) error {
	if _, err := os.Lstat(l.path(uncleanName)); err != nil {
		return nil
	}
	known := make(map[string]bool)
	rows, err := l.db.read.QueryContext(ctx, `SELECT blob FROM vaults`)
	if err != nil {
		return storage(ctx, "list blobs", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return storage(ctx, "list blobs", err)
		}
		known[name] = true
	}
	if err := rows.Err(); err != nil {
		return storage(ctx, "list blobs", err)
	}
	shards, err := os.ReadDir(l.path(blobsName))
	if err != nil {
		return fault.New(fault.Storage, "list blobs: %w", err)
	}
	for _, shard := range shards {
		if err := l.sweepShard(ctx, shard.Name(), known); err != nil {
			return err
		}
	}
	if err := l.disk.remove(l.path(uncleanName)); err != nil {
		return fault.New(fault.Storage, "sweep blobs: %w", err)
	}
	return nil
}

func (l *Library) sweepShard(ctx context.Context, shard string, known map[string]bool) error {
	if len(shard) != 2 {
		return nil
	}
	files, err := os.ReadDir(l.path(blobsName, shard))
	if err != nil {
		return nil // not a folder, hence not ours
	}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := f.Name()
		temporary := filepath.Ext(name) == tempSuffix
		if temporary {
			name = name[:len(name)-len(tempSuffix)]
		}
		if !isBlobName(name) || name[:2] != shard || known[name] && !temporary {
			continue
		}
		if err := l.disk.remove(l.path(blobsName, shard, f.Name())); err != nil {
			return fault.New(fault.Storage, "sweep blobs: %w", err)
		}
	}
	return nil
}

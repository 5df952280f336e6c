// Package data is the library: the folder that holds the imported sessions,
// sealed, and an index of what can be asked without opening them. It is the
// only package that speaks SQL. The folder's layout is in FORMAT.md, what was
// decided and why in DECISIONS.md.
package data

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"filippo.io/age"
	"github.com/gofrs/flock"

	"hindsite.app/data/blob"
	"hindsite.app/data/keys"
	"hindsite.app/player/fault"
)

const (
	keysName    = "keys.json"
	indexName   = "index.db"
	blobsName   = "blobs"
	lockName    = "lock"
	uncleanName = "unclean"
)

// Credential is what a person holds to open a library: age identities, a
// passphrase, or both.
type Credential = keys.Credential

// CreateOptions says how a library is made.
type CreateOptions struct {
	Credential Credential
	Argon      keys.Params // for the passphrase; the zero value means keys.DefaultParams
}

// Library is an open library. Its methods may be called by several goroutines
// at once; every one fails with fault.Locked after Close. Errors of the disk
// and of the database have the class fault.Storage.
type Library struct {
	dir    string
	lock   *flock.Flock
	db     *database
	coder  *blob.Coder
	disk   disk
	now    func() time.Time
	fields []sortField
	batch  int // sessions that one statement covers where they are looked at one by one

	mu     sync.RWMutex // held for reading by every method, for writing to change ring and closed
	ring   *keys.Keyring
	closed bool

	dirtyMu sync.Mutex
	dirty   bool // the file unclean exists
	orphans bool // a blob without a row could not be removed
}

// Exists reports whether dir holds a library.
func Exists(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, keysName))
	return err == nil && info.Mode().IsRegular()
}

// Create makes a library in dir, which must not exist or be empty, and opens
// it. The caller closes it. Errors: fault.Duplicate when dir holds something,
// fault.Policy for an empty credential, and those of keys.New.
func Create(ctx context.Context, dir string, o CreateOptions) (*Library, error) {
	if o.Argon == (keys.Params{}) {
		o.Argon = keys.DefaultParams()
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.New(fault.Storage, "create library: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fault.New(fault.Storage, "create library: %w", err)
	}
	for _, e := range entries {
		// An attempt that was cut off leaves these, and nothing of worth in them.
		if e.Name() != lockName && e.Name() != keysName+".new" {
			return nil, fault.New(fault.Duplicate, "create library: the folder is not empty")
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fault.New(fault.Storage, "create library: %w", err)
	}
	lock, err := takeLock(dir)
	if err != nil {
		return nil, err
	}
	ring, err := keys.New(o.Credential, o.Argon)
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	// The keys come first: a folder with keys and no index opens, and is empty.
	err = saveKeys(osDisk{}, dir, ring)
	if err != nil {
		ring.Close()
		return nil, errors.Join(err, lock.Unlock())
	}
	return openWith(ctx, dir, lock, ring)
}

// Open opens the library in dir with c. The caller closes it. Errors:
// fault.NotArchive when dir holds no library, fault.Locked when another
// process has it open, fault.NoKey, fault.Tampered, fault.Limit and others of
// keys.Open, fault.Unsupported for a library of a newer version, and
// fault.Storage, also for a database whose schema is not the library's own.
func Open(ctx context.Context, dir string, c Credential) (*Library, error) {
	b, err := readLimited(filepath.Join(dir, keysName), keys.MaxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotArchive, "open library: no library in this folder")
	}
	if err != nil {
		return nil, err
	}
	lock, err := takeLock(dir)
	if err != nil {
		return nil, err
	}
	ring, err := keys.Open(ctx, b, c)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open library: %w", err), lock.Unlock())
	}
	return openWith(ctx, dir, lock, ring)
}

// openWith opens database and blobs. It owns lock and ring, also when it
// fails.
func openWith(ctx context.Context, dir string, lock *flock.Flock, ring *keys.Keyring) (*Library, error) {
	l := &Library{lock: lock, ring: ring, disk: osDisk{}, now: time.Now, fields: sortFields(), batch: 500}
	err := l.openRest(ctx, dir)
	if err == nil {
		return l, nil
	}
	if l.db != nil {
		_ = l.db.close()
	}
	ring.Close()
	return nil, errors.Join(err, lock.Unlock())
}

func (l *Library) openRest(ctx context.Context, dir string) error {
	var err error
	if l.dir, err = filepath.Abs(dir); err != nil {
		return fault.New(fault.Storage, "open library: %w", err)
	}
	if err := l.disk.mkdir(l.path(blobsName)); err != nil {
		return fault.New(fault.Storage, "open library: %w", err)
	}
	if l.coder, err = blob.NewCoder(); err != nil {
		return err
	}
	if l.db, err = openDatabase(ctx, l.path(indexName)); err != nil {
		return err
	}
	return l.sweep(ctx)
}

// Close empties the database's log, drops the keys and lets other processes
// open the library. Readers of tracks that are still open stay usable. A
// second Close does nothing.
func (l *Library) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	err := l.db.close()
	l.ring.Close()
	if err == nil && l.dirty && !l.orphans {
		err = l.disk.remove(l.path(uncleanName))
	}
	return fault.Default(fault.Storage, errors.Join(err, l.lock.Unlock()))
}

// ID returns the identifier of the library, 32 hex digits.
func (l *Library) ID() string { return l.ring.Library() }

// Slots lists the ways to open the library.
func (l *Library) Slots() ([]keys.Slot, error) {
	if err := l.enter(); err != nil {
		return nil, err
	}
	defer l.mu.RUnlock()
	return l.ring.Slots(), nil
}

// AddRecipient lets the identity of r open the library from now on, and
// returns the id of the new slot.
func (l *Library) AddRecipient(ctx context.Context, r age.Recipient) (string, error) {
	return l.addSlot(ctx, func(k *keys.Keyring) (string, error) { return k.AddRecipient(r) })
}

// AddPassphrase lets a passphrase open the library from now on, and returns
// the id of the new slot. The passphrase stays the caller's.
func (l *Library) AddPassphrase(ctx context.Context, passphrase []byte, p keys.Params) (string, error) {
	return l.addSlot(ctx, func(k *keys.Keyring) (string, error) { return k.AddPassphrase(passphrase, p) })
}

func (l *Library) addSlot(ctx context.Context, add func(*keys.Keyring) (string, error)) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return "", errClosed()
	}
	id, err := add(l.ring)
	if err != nil {
		return "", err
	}
	return id, saveKeys(l.disk, l.dir, l.ring)
}

// enter begins the work of a method, which ends it by l.mu.RUnlock.
func (l *Library) enter() error {
	l.mu.RLock()
	if l.closed {
		l.mu.RUnlock()
		return errClosed()
	}
	return nil
}

func errClosed() error { return fault.New(fault.Locked, "the library is closed") }

func (l *Library) path(name ...string) string {
	return filepath.Join(append([]string{l.dir}, name...)...)
}

func takeLock(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fault.New(fault.Storage, "lock library: %w", err)
	}
	if !ok {
		return nil, fault.New(fault.Locked, "open library: another process has it open")
	}
	return lock, nil
}

func saveKeys(d disk, dir string, ring *keys.Keyring) error {
	b, err := ring.Bytes()
	if err != nil {
		return err
	}
	return replaceFile(d, filepath.Join(dir, keysName), b)
}

// readLimited reads a file of at most limit bytes.
func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Storage, "read file: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fault.New(fault.Storage, "read file: %w", err)
	}
	if int64(len(b)) > limit {
		return nil, fault.New(fault.Limit, "read file: more than %d bytes", limit)
	}
	return b, nil
}

package chromium

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"hindsite.app/player/fault"
)

// folder is where one browser keeps its files: private, in memory where the
// system has a file system for that, and gone when the browser is. A lock says
// that the program that made it still runs, so that the next one can remove what
// a killed one left.
type folder struct {
	path string
	lock *flock.Flock
}

const (
	folderPrefix = "hindsite-browser-"
	lockName     = "lock"
)

// newFolder makes a folder below base and removes those that nobody owns any
// more.
func newFolder(base string) (folder, error) {
	sweep(base)
	path, err := os.MkdirTemp(base, folderPrefix)
	if err != nil {
		return folder{}, fault.New(fault.Storage, "make folder for browser: %w", err)
	}
	f := folder{path, flock.New(filepath.Join(path, lockName))}
	if ok, err := f.lock.TryLock(); err != nil || !ok {
		return folder{}, fault.New(fault.Storage, "lock folder for browser: %w", errors.Join(err, os.RemoveAll(path)))
	}
	for _, d := range []string{f.profile(), f.temporary()} {
		if err := os.Mkdir(d, 0o700); err != nil {
			return folder{}, fault.New(fault.Storage, "make folder for browser: %w", errors.Join(err, f.remove()))
		}
	}
	return f, nil
}

func (f folder) profile() string   { return filepath.Join(f.path, "profile") }
func (f folder) temporary() string { return filepath.Join(f.path, "tmp") }

// none is a folder that cannot be made, for what is not to be written.
func (f folder) none() string { return filepath.Join(f.path, lockName, "none") }

// remove deletes the folder. Processes that are about to end can still write in
// it, so it tries for a while.
func (f folder) remove() error {
	var err error
	for range 100 {
		if err = errors.Join(f.lock.Unlock(), os.RemoveAll(f.path)); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("remove folder of browser: %w", err)
}

// sweep removes the folders of programs that were killed.
func sweep(base string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), folderPrefix) {
			continue
		}
		path := filepath.Join(base, e.Name())
		lock := filepath.Join(path, lockName)
		if _, err := os.Stat(lock); err != nil {
			continue // not ours, or just being made
		}
		f := folder{path, flock.New(lock)}
		if ok, err := f.lock.TryLock(); err == nil && ok {
			_ = f.remove() // the next one tries again
		}
	}
}

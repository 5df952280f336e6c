package data

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"hindsite.app/player/fault"
)

// disk is what the library does to files beside the database. It is an
// interface so that tests can let each step fail.
type disk interface {
	create(path string) (diskFile, error) // fails when path exists
	rename(from, to string) error
	remove(path string) error // no error when path does not exist
	mkdir(path string) error  // no error when path exists
	syncDir(path string) error
}

type diskFile interface {
	io.WriteCloser
	Sync() error
}

type osDisk struct{}

func (osDisk) create(path string) (diskFile, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (osDisk) rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (osDisk) mkdir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil
}

func (osDisk) syncDir(path string) error {
	if runtime.GOOS == "windows" {
		// Folders cannot be synced there; renaming is durable by itself.
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// writeFile makes a file with what fill writes, synced. Whatever goes wrong,
// no file stays.
func writeFile(d disk, path string, fill func(io.Writer) error) error {
	f, err := d.create(path)
	if err != nil {
		return fault.New(fault.Storage, "create file: %w", err)
	}
	err = fill(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err != nil {
		return fault.Default(fault.Storage, errors.Join(err, d.remove(path)))
	}
	return nil
}

// replaceFile puts content at path so that after a failure at any point the
// old file or the new one is there, whole.
func replaceFile(d disk, path string, content []byte) error {
	temp := path + ".new"
	if err := d.remove(temp); err != nil {
		return fault.New(fault.Storage, "replace file: %w", err)
	}
	err := writeFile(d, temp, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		return err
	}
	if err := d.rename(temp, path); err != nil {
		return fault.New(fault.Storage, "replace file: %w", errors.Join(err, d.remove(temp)))
	}
	if err := d.syncDir(filepath.Dir(path)); err != nil {
		return fault.New(fault.Storage, "replace file: %w", err)
	}
	return nil
}

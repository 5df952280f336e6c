package data

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"testing"

	"hindsite.app/player/fault"
)

var errDisk = errors.New("no space left on device")

// brokenDisk fails at its step number failAt, counted from 0, and, when it
// stays broken, at every one after it.
type brokenDisk struct {
	disk
	steps  int
	failAt int
	stays  bool
}

func (d *brokenDisk) step() error {
	d.steps++
	if d.steps-1 == d.failAt || d.stays && d.steps > d.failAt {
		return errDisk
	}
	return nil
}

func (d *brokenDisk) create(path string) (diskFile, error) {
	if err := d.step(); err != nil {
		return nil, err
	}
	f, err := d.disk.create(path)
	return &brokenFile{diskFile: f, d: d}, err
}

func (d *brokenDisk) rename(from, to string) error {
	if err := d.step(); err != nil {
		return err
	}
	return d.disk.rename(from, to)
}

func (d *brokenDisk) remove(path string) error {
	if err := d.step(); err != nil {
		return err
	}
	return d.disk.remove(path)
}

func (d *brokenDisk) mkdir(path string) error {
	if err := d.step(); err != nil {
		return err
	}
	return d.disk.mkdir(path)
}

func (d *brokenDisk) syncDir(path string) error {
	if err := d.step(); err != nil {
		return err
	}
	return d.disk.syncDir(path)
}

type brokenFile struct {
	diskFile
	d *brokenDisk
}

func (f *brokenFile) Write(b []byte) (int, error) {
	if err := f.d.step(); err != nil {
		n, _ := f.diskFile.Write(b[:len(b)/2])
		return n, err
	}
	return f.diskFile.Write(b)
}

func (f *brokenFile) Sync() error { return errors.Join(f.d.step(), f.diskFile.Sync()) }

func (f *brokenFile) Close() error { return errors.Join(f.diskFile.Close(), f.d.step()) }

func TestPutOnABrokenDisk(t *testing.T) {
	for _, stays := range []bool{false, true} {
		l := newLibrary(t)
		put(t, l, made(0))
		failAt := 0
		for ; ; failAt++ {
			l.disk = &brokenDisk{disk: osDisk{}, failAt: failAt, stays: stays}
			out, err := l.Put(t.Context(), made(1))
			l.disk = osDisk{}
			if err == nil {
				break
			}
			if fault.Of(err) != fault.Storage || !errors.Is(err, errDisk) || out.Status != "" {
				t.Fatalf("step %d: %v, %v", failAt, out, err)
			}
			if n, err := l.Count(t.Context(), nil); err != nil || n != 1 {
				t.Fatalf("step %d: %d sessions, %v", failAt, n, err)
			}
		}
		if failAt < 6 {
			t.Errorf("storing takes only %d steps", failAt)
		}
		l = reopen(t, l)
		if n := countBlobs(t, l); n != 2 {
			t.Errorf("broken for good %t: %d blobs for 2 sessions", stays, n)
		}
	}
}

func TestKeysOnABrokenDisk(t *testing.T) {
	l := newLibrary(t)
	before, err := os.ReadFile(l.path(keysName))
	if err != nil {
		t.Fatal(err)
	}
	for failAt := 0; ; failAt++ {
		l.disk = &brokenDisk{disk: osDisk{}, failAt: failAt, stays: true}
		err := saveKeys(l.disk, l.dir, l.ring)
		l.disk = osDisk{}
		if err == nil {
			break
		}
		if fault.Of(err) != fault.Storage {
			t.Fatalf("step %d: %v", failAt, err)
		}
		// Also a disk that failed after renaming has left a whole file.
		if after, err := os.ReadFile(l.path(keysName)); err != nil || !bytes.Equal(after, before) {
			t.Fatalf("step %d: keys.json was changed, %v", failAt, err)
		}
	}
}

func TestFullDatabase(t *testing.T) {
	l := newLibrary(t)
	ctx := t.Context()
	put(t, l, made(0))
	if _, err := l.db.write.ExecContext(ctx, `PRAGMA max_page_count = 1`); err != nil { // SQLite takes the present size instead
		t.Fatal(err)
	}
	stored, failed := 1, 0
	for i := 1; i < 200 && failed < 3; i++ {
		switch _, err := l.Put(ctx, made(i)); {
		case err == nil:
			stored++
		case fault.Of(err) != fault.Storage:
			t.Fatal(err)
		default:
			failed++
		}
	}
	if failed == 0 {
		t.Fatal("the database never got full")
	}
	if n, err := l.Count(ctx, nil); err != nil || n != stored || countBlobs(t, l) != stored {
		t.Errorf("%d sessions, %d blobs, want %d, %v", n, countBlobs(t, l), stored, err)
	}
	if _, err := l.db.write.ExecContext(ctx, `PRAGMA max_page_count = 1000000`); err != nil {
		t.Fatal(err)
	}
	put(t, l, made(500))
}

func TestSweepLeavesStrangers(t *testing.T) {
	l := newLibrary(t)
	put(t, l, made(0))
	if err := l.disk.mkdir(l.path(blobsName, "ab")); err != nil {
		t.Fatal(err)
	}
	orphan := "ab0123456789abcdef0123456789abcd"
	for name, stays := range map[string]bool{orphan: false, orphan + tempSuffix: false, "ab.txt": true, "AB" + orphan[2:]: true, "cd" + orphan[2:]: true} {
		if err := os.WriteFile(l.path(blobsName, "ab", name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(l.path(uncleanName), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := l.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(l.path(blobsName, "ab", name)); (err == nil) != stays {
			t.Errorf("%s: %v", name, err)
		}
	}
	checkSession(t, l, Session{ID: "s-0000"})
}

// A removal whose blob stays behind is finished by the next start.
func TestRemoveOnABrokenDisk(t *testing.T) {
	l := newLibrary(t)
	put(t, l, made(0), made(1))
	l.disk = &brokenDisk{disk: osDisk{}, stays: true}
	err := l.Remove(t.Context(), "s-0001")
	if fault.Of(err) != fault.Storage || !errors.Is(err, errDisk) {
		t.Errorf("removal: %v", err)
	}
	if _, err := l.Session(t.Context(), "s-0001"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the session came back: %v", err)
	}
	if n := countBlobs(t, l); n != 2 {
		t.Errorf("%d blobs while the disk is broken", n)
	}
	l.disk = osDisk{}
	l = reopen(t, l)
	if n := countBlobs(t, l); n != 1 {
		t.Errorf("%d blobs after the next start", n)
	}
}

package source

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"hindsite.app/player/fault"
)

// local is a folder or a single file of this machine.
type local struct {
	path     string
	isFolder bool
	opts     Options
}

func newLocal(path string, opts Options) (*local, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, storage("read path", err)
	}
	info, err := os.Stat(abs)
	if err != nil {
		return nil, storage("read path", err)
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return nil, fault.New(fault.Unsupported, "read path: neither a file nor a folder")
	}
	return &local{path: abs, isFolder: info.IsDir(), opts: opts}, nil
}

// List implements Source: the files of the folder by name, not those of its
// folders, hidden ones left out.
func (l *local) List(ctx context.Context) ([]Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !l.isFolder {
		e, err := localEntry(l.path)
		if err != nil {
			return nil, err
		}
		return []Entry{e}, nil
	}
	files, err := os.ReadDir(l.path)
	if err != nil {
		return nil, storage("read folder", err)
	}
	var entries []Entry
	for _, f := range files {
		name := f.Name()
		if strings.HasPrefix(name, ".") || strings.HasSuffix(name, partSuffix) || strings.HasSuffix(name, stateSuffix) {
			continue
		}
		path := filepath.Join(l.path, name)
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		e, err := localEntry(path)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	distinguish(entries)
	return entries, nil
}

func localEntry(path string) (Entry, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Entry{}, storage("read path", err)
	}
	return Entry{
		URL: path, Name: safeName(filepath.Base(path)), Size: info.Size(),
		ETag: localTag(info), Created: info.ModTime().UTC(),
	}, nil
}

// localTag changes whenever the file does, as far as the system tells.
func localTag(info os.FileInfo) string {
	return fmt.Sprintf(`"%x-%x"`, info.Size(), info.ModTime().UnixNano())
}

// Fetch implements Source by copying. A file that is in dir already is left
// where it is.
func (l *local) Fetch(ctx context.Context, e Entry, dir string, progress func(Progress)) (Result, error) {
	if err := l.holds(e); err != nil {
		return Result{}, err
	}
	if target := filepath.Join(dir, safeName(e.Name)); sameFile(e.URL, target) {
		return Result{URL: e.URL, File: target, Bytes: e.Size, ResumedFrom: e.Size}, ctx.Err()
	}
	return newTransfer(e, dir, l.opener(e), l.opts, progress).run(ctx)
}

// Open implements Source.
func (l *local) Open(ctx context.Context, e Entry) (Archive, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := l.holds(e); err != nil {
		return nil, err
	}
	f, err := os.Open(e.URL)
	if err != nil {
		return nil, storage("open archive", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, storage("open archive", err)
	}
	if e.Size >= 0 && info.Size() != e.Size {
		f.Close()
		return nil, fault.New(fault.Server, "open archive: another size than was listed")
	}
	return localArchive{f, info.Size()}, nil
}

type localArchive struct {
	*os.File
	size int64
}

func (a localArchive) Size() int64           { return a.size }
func (a localArchive) Traffic() (int, int64) { return 0, 0 }

// holds refuses files that are not of this source.
func (l *local) holds(e Entry) error {
	if e.URL == l.path || l.isFolder && filepath.Dir(e.URL) == l.path {
		return nil
	}
	return fault.New(fault.Path, "fetch archive: not of this folder")
}

func (l *local) opener(e Entry) opener {
	return func(_ context.Context, offset int64, tag string) (*response, error) {
		f, err := os.Open(e.URL)
		if err != nil {
			return nil, storage("read archive", err)
		}
		info, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, storage("read archive", err)
		}
		r := &response{body: f, total: info.Size(), tag: localTag(info)}
		if tag == r.tag && offset <= info.Size() {
			if _, err := f.Seek(offset, io.SeekStart); err == nil {
				r.start = offset
			}
		}
		return r, nil
	}
}

package format

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"hindsite.app/player/fault"
)

// Files are the files of one recording.
type Files struct {
	// Parts hold the events, in the order in which they belong together. There
	// is at least one.
	Parts []File
	// Side holds what the format keeps elsewhere: small files of JSON.
	Side []File
	// Gaps is the number of parts that are missing among Parts, by their names.
	Gaps int
}

// File is one file, without the compression and encryption around it.
type File struct {
	Name string // as it may be shown, with slashes
	// Open returns its bytes. The caller closes the reader, which is for one
	// goroutine. A file may be opened more than once, unless it is the only
	// one of its recording.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// Base returns the last step of the file's name, in lower case, without the
// endings of what was around it.
func (f File) Base() string { return Base(f.Name) }

// Base returns the last step of a name, in lower case, without the endings
// that compression and encryption give.
func Base(name string) string {
	name = strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	for _, wrap := range []string{".age", ".gz", ".zst", ".zlib", ".br"} {
		name = strings.TrimSuffix(name, wrap)
	}
	return name
}

// ReadAll returns the content of the file, at most limit bytes.
func (f File) ReadAll(ctx context.Context, limit int64) ([]byte, error) {
	r, err := f.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return ReadAll(r, limit, path.Base(f.Name))
}

// HeadSize is how much of a recording is looked at to find out its format.
const HeadSize = 64 << 10

// Peek returns the beginning of what r holds, and a reader of all of it.
func Peek(r io.Reader) (Head, io.Reader, error) {
	ahead := bufio.NewReaderSize(r, HeadSize)
	b, err := ahead.Peek(HeadSize)
	if err != nil && err != io.EOF {
		return Head{}, nil, err
	}
	return Head{Bytes: b, Whole: err == io.EOF}, ahead, nil
}

// ReadAll reads all of r, at most limit bytes. The name is for messages.
func ReadAll(r io.Reader, limit int64, name string) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fault.Default(fault.Storage, fmt.Errorf("read %s: %w", name, err))
	}
	if int64(len(b)) > limit {
		return nil, fault.New(fault.Limit, "read %s: more than %d bytes", name, limit)
	}
	return b, nil
}

// ReadCloser is a reader and what closes it.
type ReadCloser struct {
	io.Reader
	io.Closer
}

package source

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"hindsite.app/player/fault"
)

const (
	partSuffix  = ".part"
	stateSuffix = ".part.json"

	checkpointEvery = 8 << 20
	maxState        = 64 << 10
	maxTag          = 1024
)

// state is what NAME.part.json holds (FORMAT.md).
type state struct {
	URL    string `json:"url"`
	Size   int64  `json:"size"`
	SHA256 Digest `json:"sha256,omitzero"`
	ETag   string `json:"etag"`
	Hashed int64  `json:"hashed"`
	State  []byte `json:"state"`
}

// part is a file on its way: bytes, their digest, and what is needed to go on.
// All names are looked up within root.
type part struct {
	root  *os.Root
	dir   string
	name  string
	file  PartFile
	hash  hash.Hash
	state state
	n     int64 // bytes in the file, all of them hashed
}

// storage gives an error of the disk its class.
func storage(doing string, err error) error {
	return fault.Default(fault.Storage, fmt.Errorf("%s: %w", doing, bare(err)))
}

// bare drops the path from an error of the file system.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}

// openPart is the PartFile of the operating system.
func openPart(root *os.Root, name string) (PartFile, error) {
	f, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// openDownload opens the part of e in dir, with what is there of it.
func openDownload(dir string, e Entry, opts Options) (*part, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, storage("make folder", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, storage("open folder", err)
	}
	p := &part{root: root, dir: dir, name: safeName(e.Name), hash: sha256.New()}
	if p.file, err = opts.Create(root, p.name+partSuffix); err != nil {
		root.Close()
		return nil, storage("open part", err)
	}
	if !p.resume(e) {
		if err := p.restart(); err != nil {
			p.close()
			return nil, err
		}
	}
	p.state.URL, p.state.Size, p.state.SHA256 = plainURL(e.URL), e.Size, e.SHA256
	return p, nil
}

// resume takes up what an earlier fetch left; false when nothing fits.
func (p *part) resume(e Entry) bool {
	s, ok := p.readState()
	if !ok || s.URL != plainURL(e.URL) || s.SHA256 != e.SHA256 || !isStrong(s.ETag) ||
		e.Size >= 0 && s.Size >= 0 && s.Size != e.Size || s.Hashed < 0 {
		return false
	}
	size, err := p.file.Seek(0, io.SeekEnd)
	if err != nil || size < s.Hashed || s.Size >= 0 && size > s.Size {
		return false
	}
	unmarshal, ok := p.hash.(encoding.BinaryUnmarshaler)
	if !ok || unmarshal.UnmarshalBinary(s.State) != nil {
		return false
	}
	if _, err := p.file.Seek(s.Hashed, io.SeekStart); err != nil {
		return false
	}
	if n, err := io.Copy(p.hash, p.file); err != nil || n != size-s.Hashed {
		return false
	}
	p.n, p.state = size, s
	return true
}

func (p *part) readState() (state, bool) {
	var s state
	f, err := p.root.Open(p.name + stateSuffix)
	if err != nil {
		return s, false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxState))
	if err != nil || json.Unmarshal(b, &s) != nil {
		return s, false
	}
	return s, true
}

// restart throws the bytes away.
func (p *part) restart() error {
	p.n, p.state.ETag = 0, ""
	p.hash.Reset()
	if err := p.file.Truncate(0); err != nil {
		return storage("empty part", err)
	}
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return storage("empty part", err)
	}
	return p.checkpoint()
}

// write appends b.
func (p *part) write(b []byte) error {
	before := p.n
	n, err := p.file.Write(b)
	p.hash.Write(b[:n])
	p.n += int64(n)
	if err != nil {
		return storage("write part", err)
	}
	if p.n/checkpointEvery != before/checkpointEvery {
		return p.checkpoint()
	}
	return nil
}

// checkpoint puts bytes and then state onto the disk.
func (p *part) checkpoint() error {
	if err := p.file.Sync(); err != nil {
		return storage("write part", err)
	}
	marshal, ok := p.hash.(encoding.BinaryMarshaler)
	if !ok {
		return nil
	}
	midstate, err := marshal.MarshalBinary()
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	p.state.Hashed, p.state.State = p.n, midstate
	b, err := json.Marshal(p.state)
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	next := p.name + stateSuffix + ".new"
	if err := p.root.WriteFile(next, b, 0o600); err != nil {
		return storage("write state", err)
	}
	if err := p.root.Rename(next, p.name+stateSuffix); err != nil {
		return storage("write state", err)
	}
	return nil
}

// digest is of the bytes so far.
func (p *part) digest() Digest { return Digest(p.hash.Sum(nil)) }

// finish gives the part its name.
func (p *part) finish() error {
	if err := p.file.Sync(); err != nil {
		return storage("write part", err)
	}
	if err := p.file.Close(); err != nil {
		return storage("close part", err)
	}
	p.file = nil
	if there, digest, err := hashFile(p.root, p.name); err != nil {
		return err
	} else if there {
		same := digest == p.digest()
		p.discard()
		if !same {
			return errDifferent
		}
		return nil
	}
	if err := p.root.Rename(p.name+partSuffix, p.name); err != nil {
		return storage("rename part", err)
	}
	_ = p.root.Remove(p.name + stateSuffix) // without its part it says nothing
	return syncFolder(p.dir)
}

var errDifferent = fault.New(fault.Duplicate, "fetch archive: a different file of that name is there")

// discard removes the part and its state.
func (p *part) discard() {
	if p.file != nil {
		p.file.Close()
		p.file = nil
	}
	_ = p.root.Remove(p.name + partSuffix)
	_ = p.root.Remove(p.name + stateSuffix)
}

// close keeps the part for another time. An empty one is not worth keeping.
func (p *part) close() {
	if p.file != nil {
		if p.n == 0 {
			p.discard()
		} else {
			_ = p.checkpoint() // when it fails, more is read again
			p.file.Close()
		}
	}
	p.root.Close()
}

// path is where the finished file is.
func (p *part) path() string { return filepath.Join(p.dir, p.name) }

// hashFile returns the digest of a finished file.
func hashFile(root *os.Root, name string) (there bool, d Digest, err error) {
	f, err := root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, d, nil
	}
	if err != nil {
		return false, d, storage("read file", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return false, d, storage("read file", err)
	}
	return true, Digest(h.Sum(nil)), nil
}

// isStrong reports whether an entity tag promises equal bytes (RFC 9110,
// section 8.8.1).
func isStrong(tag string) bool {
	return len(tag) >= 2 && len(tag) <= maxTag && tag[0] == '"' && tag[len(tag)-1] == '"' &&
		!bytes.ContainsAny([]byte(tag), "\r\n")
}

// Discard removes what a stopped fetch of e left in dir. What is not there is
// no error.
func Discard(dir string, e Entry) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return storage("open folder", err)
	}
	defer root.Close()
	for _, ending := range []string{partSuffix, stateSuffix} {
		if err := root.Remove(safeName(e.Name) + ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return storage("remove part", err)
		}
	}
	return nil
}

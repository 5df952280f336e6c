package blob

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"hindsite.app/data/segment"
	"hindsite.app/player/fault"
)

// readAhead is how many segments one call of ReadAt fetches at most.
const readAhead = 32

// Reader reads the parts of a blob. Its methods may be called by several
// goroutines at once. After a failure of authentication or of the underlying
// file every further Part returns that same error.
type Reader struct {
	src    io.ReaderAt
	size   int64
	in     segment.Layout
	aead   cipher.AEAD
	dec    *zstd.Decoder
	prefix [segment.PrefixSize]byte
	count  int64 // segments
	plain  int64 // bytes of plaintext in all segments
	head   []byte
	base   int64 // where the first part begins in the plaintext
	parts  map[string]entry
	names  []string
	sticky atomic.Pointer[error]
}

// Open reads the first segment of the blob of size bytes in src and its
// directory. The Reader uses src until it is dropped; closing src is the
// caller's work.
//
// Errors: fault.Tampered when a segment does not authenticate under key and c
// (a wrong key, another session's blob or a changed byte: they cannot be told
// apart), fault.Truncated when bytes are missing at the end, fault.Limit,
// fault.Schema, and fault.Storage from src.
func (z *Coder) Open(src io.ReaderAt, size int64, key []byte, c Context) (*Reader, error) {
	return z.open(src, size, segment.Standard, key, c)
}

func (z *Coder) open(src io.ReaderAt, size int64, in segment.Layout, key []byte, c Context) (*Reader, error) {
	if size > MaxBlob {
		return nil, fault.New(fault.Limit, "open blob: %d bytes", size)
	}
	count, plain, ok := in.Segments(size)
	if !ok {
		return nil, fault.New(fault.Truncated, "open blob: %d bytes are no whole segment", size)
	}
	r := &Reader{src: src, size: size, in: in, dec: z.dec, count: count, plain: plain}
	buf := make([]byte, min(size, in.Segment))
	if err := r.fetch(buf, 0); err != nil {
		return nil, err
	}
	if buf[0] != segment.HeaderSize {
		return nil, fault.New(fault.Tampered, "open blob: header of %d bytes", buf[0])
	}
	copy(r.prefix[:], buf[1+segment.SaltSize:segment.HeaderSize])
	var err error
	if r.aead, err = segment.Cipher(key, buf[1:1+segment.SaltSize], c.info()); err != nil {
		return nil, err
	}
	if r.head, err = r.openFirst(buf[segment.HeaderSize:]); err != nil {
		return nil, err
	}
	return r, r.readDirectory()
}

// openFirst opens segment 0. One that is not marked as the last, in a file
// that ends with it, is whole but for what should follow.
func (r *Reader) openFirst(sealed []byte) ([]byte, error) {
	nonce := segment.Nonce(r.prefix[:], 0, r.count == 1)
	head, err := r.aead.Open(nil, nonce[:], sealed, nil)
	if err == nil {
		return head, nil
	}
	nonce = segment.Nonce(r.prefix[:], 0, r.count != 1)
	if _, other := r.aead.Open(nil, nonce[:], sealed, nil); other == nil {
		if r.count == 1 {
			return nil, fault.New(fault.Truncated, "open blob: ends after the first segment")
		}
		return nil, fault.New(fault.Tampered, "open blob: goes on after its last segment")
	}
	return nil, fault.New(fault.Tampered, "open blob: first segment does not authenticate")
}

func (r *Reader) readDirectory() error {
	const fixed = int64(len(magic)) + 4
	if int64(len(r.head)) < fixed || string(r.head[:len(magic)]) != magic {
		return fault.New(fault.Schema, "open blob: no directory")
	}
	length := int64(binary.BigEndian.Uint32(r.head[len(magic):]))
	if length > maxDirectory {
		return fault.New(fault.Limit, "open blob: directory of %d bytes", length)
	}
	r.base = fixed + length
	if r.base > r.plain {
		return fault.New(fault.Truncated, "open blob: ends within the directory")
	}
	dir, err := r.read(fixed, length)
	if err != nil {
		return err
	}
	entries, filled, err := parseDirectory(dir)
	switch {
	case err != nil:
		return err
	case filled > r.plain-r.base:
		return fault.New(fault.Truncated, "open blob: %d bytes of parts are missing", filled-(r.plain-r.base))
	case filled < r.plain-r.base:
		return fault.New(fault.Tampered, "open blob: %d bytes follow the parts", r.plain-r.base-filled)
	}
	r.parts = make(map[string]entry, len(entries))
	r.names = make([]string, len(entries))
	for i, e := range entries {
		r.parts[e.name], r.names[i] = e, e.name
	}
	return nil
}

// Names returns the names of the parts in the order in which they lie. The
// slice is the caller's.
func (r *Reader) Names() []string { return append([]string(nil), r.names...) }

// Size returns the length of a part in bytes, and whether the blob has it.
func (r *Reader) Size(name string) (int64, bool) {
	e, ok := r.parts[name]
	return e.size, ok
}

// Part returns the content of a part. Only the segments that hold it are read.
// The slice is the caller's.
//
// Errors: one that wraps fs.ErrNotExist for a name that the blob does not
// have, and the classes of Open.
func (r *Reader) Part(name string) ([]byte, error) {
	e, ok := r.parts[name]
	if !ok {
		return nil, fmt.Errorf("read part %q: %w", name, fs.ErrNotExist)
	}
	stored, err := r.read(r.base+e.offset, e.stored)
	if err != nil {
		return nil, err
	}
	if e.form == asIs {
		return stored, nil
	}
	var h zstd.Header
	if err := h.Decode(stored); err != nil || h.HasFCS && h.FrameContentSize != uint64(e.size) {
		return nil, r.fail(fault.New(fault.Schema, "read part %q: frame does not match the directory", name))
	}
	data, err := r.dec.DecodeAll(stored, make([]byte, 0, e.size))
	if err != nil || int64(len(data)) != e.size {
		return nil, r.fail(fault.New(fault.Schema, "read part %q: frame cannot be decompressed", name))
	}
	return data, nil
}

func (r *Reader) fail(err error) error {
	r.sticky.CompareAndSwap(nil, &err)
	return *r.sticky.Load()
}

// read returns n bytes of plaintext from off, which lie within r.plain.
func (r *Reader) read(off, n int64) ([]byte, error) {
	if err := r.sticky.Load(); err != nil {
		return nil, *err
	}
	out := make([]byte, 0, n)
	if head := int64(len(r.head)); off < head && n > 0 {
		out = append(out, r.head[off:min(off+n, head)]...)
	}
	var sealed, plain []byte
	for int64(len(out)) < n {
		at := off + int64(len(out))
		index, start := r.in.At(at)
		_, lastStart := r.in.At(off + n - 1)
		run := min((lastStart-start)/r.in.Rest()+1, readAhead)
		from := index * r.in.Segment
		upto := min(from+run*r.in.Segment, r.size)
		if sealed == nil {
			sealed, plain = make([]byte, upto-from), make([]byte, 0, r.in.Rest())
		}
		sealed = sealed[:upto-from]
		if err := r.fetch(sealed, from); err != nil {
			return nil, r.fail(err)
		}
		for i := range run {
			piece := sealed[i*r.in.Segment : min((i+1)*r.in.Segment, int64(len(sealed)))]
			nonce := segment.Nonce(r.prefix[:], index+i, index+i == r.count-1)
			var err error
			if plain, err = r.aead.Open(plain[:0], nonce[:], piece, nil); err != nil {
				return nil, r.fail(fault.New(fault.Tampered, "read blob: segment %d does not authenticate", index+i))
			}
			skip := off + int64(len(out)) - start
			out = append(out, plain[skip:min(int64(len(plain)), skip+n-int64(len(out)))]...)
			start += r.in.Rest()
		}
	}
	return out, nil
}

func (r *Reader) fetch(b []byte, off int64) error {
	n, err := r.src.ReadAt(b, off)
	switch {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF):
		return fault.New(fault.Truncated, "read blob: ends %d bytes early", len(b)-n)
	default:
		return fault.Default(fault.Storage, fmt.Errorf("read blob: %w", err))
	}
}

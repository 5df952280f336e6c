// Package blob reads and writes sealed blobs: one file that holds the named
// parts of one recording, authenticated and encrypted in 64 KiB segments, so
// that a part is read without the others. The layout is in data/FORMAT.md.
package blob

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strconv"

	"github.com/klauspost/compress/zstd"

	"hindsite.app/data/segment"
	"hindsite.app/player/fault"
)

// Limits of a blob. What exceeds them is refused with fault.Limit, when
// writing and when reading.
const (
	MaxParts     = 65536     // parts in one blob
	MaxName      = 128       // bytes in the name of a part
	MaxPart      = 512 << 20 // bytes in one part, before compression
	MaxBlob      = 4 << 30   // bytes in the file
	maxDirectory = 8 << 20
	maxWindow    = 32 << 20
)

// KeySize is the length of a blob's key in bytes.
const KeySize = segment.KeySize

// Context names what a blob is. It is bound to every segment: a blob opens
// only under the context it was written with.
type Context struct {
	Library string // identifier of the library
	Session string // identifier of the session
	Kind    string // what the blob holds, such as "recording"
	Version int    // version of the parts' formats
}

func (c Context) info() []byte {
	var b []byte
	for _, s := range []string{"blob", c.Library, c.Session, c.Kind, strconv.Itoa(c.Version)} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}

// Part is one named piece of a blob. Names are 1 to MaxName bytes of letters,
// digits and "._-/".
type Part struct {
	Name string
	Data []byte
}

// Coder compresses, seals and opens blobs. It holds the compressor's working
// memory, so one is made and shared. Its methods may be called by several
// goroutines at once.
type Coder struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

// NewCoder returns a Coder.
func NewCoder() (*Coder, error) {
	procs := runtime.GOMAXPROCS(0)
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false),
		zstd.WithEncoderConcurrency(procs), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("prepare compression: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(procs), zstd.WithDecoderMaxWindow(maxWindow),
		zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxMemory(MaxPart))
	if err != nil {
		return nil, fmt.Errorf("prepare decompression: %w", err)
	}
	return &Coder{enc: enc, dec: dec}, nil
}

// Write seals parts, in the order given, under key and c, and writes the blob
// to w. Parts that are read most and weigh least belong first: what fits the
// first segment beside the directory costs a reader no further read. The
// parts stay the caller's.
//
// Errors: fault.Limit and fault.Duplicate for parts that cannot be stored,
// fault.Storage from w, and ctx's error, which is looked at between parts.
func (z *Coder) Write(ctx context.Context, w io.Writer, key []byte, c Context, parts []Part) error {
	return z.write(ctx, w, segment.Standard, key, c, parts)
}

func (z *Coder) write(ctx context.Context, w io.Writer, in segment.Layout, key []byte, c Context, parts []Part) error {
	if err := checkParts(parts); err != nil {
		return err
	}
	entries := make([]entry, len(parts))
	stored := make([][]byte, len(parts))
	total := int64(0)
	for i, p := range parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		entries[i] = entry{name: p.Name, form: asIs, stored: int64(len(p.Data)), size: int64(len(p.Data))}
		stored[i] = p.Data
		if packed := z.enc.EncodeAll(p.Data, nil); len(packed) < len(p.Data) {
			entries[i].form, entries[i].stored = asZstd, int64(len(packed))
			stored[i] = packed
		}
		total += entries[i].stored
	}
	dir, err := appendDirectory(nil, entries)
	if err != nil {
		return err
	}
	if total > MaxBlob-int64(len(dir))-MaxBlob/1024 {
		return fault.New(fault.Limit, "write blob: %d bytes in all parts", total)
	}
	sw, err := segment.NewWriter(w, in, key, c.info())
	if err != nil {
		return err
	}
	for _, b := range append([][]byte{dir}, stored...) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := sw.Write(b); err != nil {
			return err
		}
	}
	return sw.Close()
}

func checkParts(parts []Part) error {
	if len(parts) > MaxParts {
		return fault.New(fault.Limit, "write blob: %d parts", len(parts))
	}
	seen := make(map[string]bool, len(parts))
	for _, p := range parts {
		switch {
		case !validName(p.Name):
			return fault.New(fault.Limit, "write blob: a part has no valid name")
		case seen[p.Name]:
			return fault.New(fault.Duplicate, "write blob: part %q twice", p.Name)
		case len(p.Data) > MaxPart:
			return fault.New(fault.Limit, "write blob: part %q has %d bytes", p.Name, len(p.Data))
		}
		seen[p.Name] = true
	}
	return nil
}

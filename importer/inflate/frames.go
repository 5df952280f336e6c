package inflate

import (
	"encoding/binary"
	"errors"
	"io"

	"hindsite.app/player/fault"
)

// frameReader passes Zstandard frames through while it walks their outline
// (RFC 8878, section 3.1): it stops at windows and skippable frames that are
// too large, at dictionaries, at bytes that are no frame, and at an end within
// a frame. The decoder alone skips any number of bytes, and takes one to three
// stray bytes behind a frame for a clean end.
type frameReader struct {
	in        io.Reader
	window    int64
	skippable int64

	state   frameState
	need    int    // bytes still wanted in field
	field   []byte // what was gathered of the current field, a view of scratch
	scratch [14]byte
	skip    uint64 // bytes of payload before the next field
	flags   byte   // frame header descriptor
	last    bool   // the current block is the frame's last
	skipped int64  // bytes of skippable frames so far
	frames  int    // magic numbers seen
	err     error  // final, io.EOF included
}

type frameState int

const (
	atMagic frameState = iota
	atSkipSize
	atSkipBody
	atDescriptor
	atHeader
	atBlock
	atBlockBody
	atChecksum
)

func (f *frameReader) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.in.Read(p)
	if walkErr := f.walk(p[:n]); walkErr != nil {
		f.err = walkErr
		return 0, walkErr
	}
	if err == nil {
		return n, nil
	}
	f.err = err
	if err == io.EOF && (f.state != atMagic || len(f.field) > 0) {
		f.err = fault.New(fault.Truncated, "read zstd data: ends too early")
		if f.state == atMagic && f.frames > 0 {
			f.err = fault.New(fault.Tampered, "read zstd data: %w", errTrailing)
		}
	}
	return n, f.err
}

// walk advances the outline by b.
func (f *frameReader) walk(b []byte) error {
	for len(b) > 0 || f.ready() {
		if f.skip > 0 {
			n := min(f.skip, uint64(len(b)))
			f.skip -= n
			b = b[n:]
			if f.skip > 0 {
				return nil
			}
		}
		if f.need == 0 && f.field == nil {
			f.begin()
		}
		n := min(f.need, len(b))
		f.field = append(f.field, b[:n]...)
		f.need -= n
		b = b[n:]
		if f.need > 0 {
			return nil
		}
		field := f.field
		f.field = nil
		if err := f.accept(field); err != nil {
			return err
		}
	}
	return nil
}

// ready reports whether a field of no bytes is next.
func (f *frameReader) ready() bool {
	return f.skip == 0 && (f.state == atSkipBody || f.state == atBlockBody)
}

// begin sets how long the field of the current state is.
func (f *frameReader) begin() {
	f.field = f.scratch[:0]
	switch f.state {
	case atMagic, atSkipSize, atChecksum:
		f.need = 4
	case atDescriptor:
		f.need = 1
	case atHeader:
		f.need = headerLen(f.flags)
	case atBlock:
		f.need = 3
	case atSkipBody, atBlockBody:
		f.need = 0
	}
}

// accept takes a whole field and moves to the next state.
func (f *frameReader) accept(field []byte) error {
	switch f.state {
	case atMagic:
		return f.acceptMagic(binary.LittleEndian.Uint32(field))
	case atSkipSize:
		size := binary.LittleEndian.Uint32(field)
		f.skipped += int64(size)
		if f.skipped > f.skippable {
			return fault.New(fault.Limit, "read zstd data: more than %d bytes to skip", f.skippable)
		}
		f.skip, f.state = uint64(size), atSkipBody
	case atSkipBody, atChecksum:
		f.state = atMagic
	case atDescriptor:
		f.flags, f.state = field[0], atHeader
	case atHeader:
		return f.acceptHeader(field)
	case atBlock:
		return f.acceptBlock(uint32(field[0]) | uint32(field[1])<<8 | uint32(field[2])<<16)
	case atBlockBody:
		f.state = atBlock
		if f.last {
			f.state = atMagic
			if f.flags&0x04 != 0 {
				f.state = atChecksum
			}
		}
	}
	return nil
}

func (f *frameReader) acceptMagic(magic uint32) error {
	switch {
	case magic == zstdMagic:
		f.state = atDescriptor
	case isZstdMagic(magic):
		f.state = atSkipSize
	default:
		return fault.New(fault.Tampered, "read zstd data: %w", errTrailing)
	}
	f.frames++
	return nil
}

// headerLen is the length of what follows the frame header descriptor
// (section 3.1.1.1.1).
func headerLen(flags byte) int {
	n := [4]int{0, 1, 2, 4}[flags&3] + [4]int{0, 2, 4, 8}[flags>>6]
	single := flags&0x20 != 0
	switch {
	case !single:
		n++
	case flags>>6 == 0:
		n++
	}
	return n
}

func (f *frameReader) acceptHeader(field []byte) error {
	f.state = atBlock
	single := f.flags&0x20 != 0
	var window uint64
	if !single {
		exponent, mantissa := field[0]>>3, uint64(field[0]&7)
		base := uint64(1) << (10 + exponent)
		window = base + base/8*mantissa
		field = field[1:]
	}
	dictionary := [4]int{0, 1, 2, 4}[f.flags&3]
	for _, b := range field[:dictionary] {
		if b != 0 {
			return fault.New(fault.Unsupported, "read zstd data: made with a dictionary")
		}
	}
	if single {
		// A single segment is held whole: its content is its window.
		var size [8]byte
		n := copy(size[:], field[dictionary:])
		window = binary.LittleEndian.Uint64(size[:])
		if n == 2 {
			window += 256
		}
	}
	if window > uint64(f.window) {
		return fault.New(fault.Limit, "read zstd data: window of %d bytes", window)
	}
	return nil
}

const (
	blockRLE      = 1
	blockReserved = 3
)

var errBlock = errors.New("reserved block type")

func (f *frameReader) acceptBlock(header uint32) error {
	f.last = header&1 != 0
	f.skip, f.state = uint64(header>>3), atBlockBody
	switch header >> 1 & 3 {
	case blockRLE:
		f.skip = 1
	case blockReserved:
		return fault.New(fault.Tampered, "read zstd data: %w", errBlock)
	}
	return nil
}

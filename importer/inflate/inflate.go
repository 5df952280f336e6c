// Package inflate peels the compression layers off a stream from a stranger:
// gzip (RFC 1952), zlib (RFC 1950) and Zstandard (RFC 8878), up to three deep,
// under limits that hold whatever the stream claims about itself.
package inflate

import (
	"bufio"
	"bytes"
	"encoding/binary"
)

// Kind is a compression format.
type Kind string

// The kinds that Sniff tells apart. Plain is everything that is not
// compressed by one of the others.
const (
	Plain Kind = "plain"
	Gzip  Kind = "gzip"
	Zlib  Kind = "zlib"
	Zstd  Kind = "zstd"
)

// SniffLen is how many bytes of a stream Sniff looks at, at most.
const SniffLen = 512

const (
	zstdMagic          = 0xFD2FB528
	zstdSkippableMagic = 0x184D2A50 // the low four bits are free
	zstdSkippableMask  = 0xFFFFFFF0
)

// Sniff names the compression of a stream that begins with prefix. A prefix
// shorter than SniffLen is taken for the whole stream.
func Sniff(prefix []byte) Kind {
	switch {
	case isTar(prefix):
		// A member name may begin with the bytes of a zlib header.
		return Plain
	case len(prefix) >= 3 && prefix[0] == 0x1F && prefix[1] == 0x8B && prefix[2] == 8:
		return Gzip
	case len(prefix) >= 4 && isZstdMagic(binary.LittleEndian.Uint32(prefix)):
		return Zstd
	case len(prefix) >= 2 && isZlibHeader(prefix[0], prefix[1]):
		return Zlib
	}
	return Plain
}

func isZstdMagic(magic uint32) bool {
	return magic == zstdMagic || magic&zstdSkippableMask == zstdSkippableMagic
}

// isZlibHeader accepts the four headers that encoders write (32 KiB window,
// levels 0 to 3, no dictionary): the check sum of RFC 1950 alone is met by
// one text in 31.
func isZlibHeader(cmf, flg byte) bool {
	return cmf == 0x78 && (flg == 0x01 || flg == 0x5E || flg == 0x9C || flg == 0xDA)
}

func isTar(prefix []byte) bool {
	return len(prefix) >= 262 && bytes.Equal(prefix[257:262], []byte("ustar"))
}

// Limits bounds what one stream may cost. The zero value of a field means the
// default.
type Limits struct {
	Output    int64 // bytes that any layer may yield; default 256 MiB
	Ratio     int64 // yielded bytes for each byte of the source; default 200
	Free      int64 // bytes that a layer yields before Ratio counts; default 16 MiB
	Window    int64 // Zstandard window, bytes; default 32 MiB
	Skippable int64 // bytes in Zstandard skippable frames; default 1 MiB
	Layers    int   // compression layers; default 3
}

const (
	kib = 1 << 10
	mib = 1 << 20

	defaultWindow = 32 * mib
)

// withDefaults returns l with its zero fields filled in.
func (l Limits) withDefaults() Limits {
	fill := func(field *int64, value int64) {
		if *field <= 0 {
			*field = value
		}
	}
	fill(&l.Output, 256*mib)
	fill(&l.Ratio, 200)
	fill(&l.Free, 16*mib)
	fill(&l.Window, defaultWindow)
	fill(&l.Skippable, mib)
	if l.Layers <= 0 {
		l.Layers = 3
	}
	return l
}

// peek returns up to SniffLen bytes without consuming them. A read error is
// left for the next Read to meet.
func peek(r *bufio.Reader) []byte {
	prefix, _ := r.Peek(SniffLen)
	return prefix
}

package blob

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"hindsite.app/player/fault"
)

// The stream is Tink's AES256_GCM_HKDF streaming AEAD (developers.google.com/tink,
// "AES-GCM-HKDF Streaming AEAD"), with 32-byte derived keys.
const (
	saltSize   = KeySize
	prefixSize = 7
	tagSize    = 16
	headerSize = 1 + saltSize + prefixSize
)

// layout is the size of segments in the file. It is a value so that tests can
// cover many segments with few bytes.
type layout struct{ segment int64 }

var standard = layout{segment: 64 << 10}

// first and rest are the bytes of plaintext in segment 0 and in the others.
func (l layout) first() int64 { return l.segment - headerSize - tagSize }
func (l layout) rest() int64  { return l.segment - tagSize }

// segments returns how many segments a file of size bytes has, and the bytes
// of plaintext in them; ok is false when no stream has that size.
func (l layout) segments(size int64) (n, plain int64, ok bool) {
	n = (size + l.segment - 1) / l.segment
	last := size - (n-1)*l.segment
	if n == 1 {
		last -= headerSize
	}
	if n < 1 || last < tagSize {
		return 0, 0, false
	}
	return n, size - headerSize - n*tagSize, true
}

// at returns the segment that holds the plaintext byte at off, and where the
// segment's plaintext begins.
func (l layout) at(off int64) (index, start int64) {
	if off < l.first() {
		return 0, 0
	}
	index = 1 + (off-l.first())/l.rest()
	return index, l.first() + (index-1)*l.rest()
}

func segmentCipher(key, salt, info []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("blob key of %d bytes", len(key))
	}
	derived, err := hkdf.Key(sha256.New, key, salt, string(info), KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive segment key: %w", err)
	}
	defer clear(derived)
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("derive segment key: %w", err)
	}
	return cipher.NewGCM(block)
}

func segmentNonce(prefix []byte, index int64, last bool) [12]byte {
	var nonce [12]byte
	copy(nonce[:], prefix)
	binary.BigEndian.PutUint32(nonce[prefixSize:], uint32(index))
	if last {
		nonce[11] = 1
	}
	return nonce
}

// segmentWriter seals what is written to it. A full segment is held back until
// more follows, because the last one is marked.
type segmentWriter struct {
	w      io.Writer
	in     layout
	aead   cipher.AEAD
	prefix [prefixSize]byte
	buf    []byte // plaintext of the segment at hand
	out    []byte
	index  int64
	err    error
}

func newSegmentWriter(w io.Writer, in layout, key, info []byte) (*segmentWriter, error) {
	header := make([]byte, headerSize)
	header[0] = headerSize
	if _, err := rand.Read(header[1:]); err != nil {
		return nil, fmt.Errorf("make salt: %w", err)
	}
	aead, err := segmentCipher(key, header[1:1+saltSize], info)
	if err != nil {
		return nil, err
	}
	s := &segmentWriter{w: w, in: in, aead: aead}
	s.buf = make([]byte, 0, in.rest())
	s.out = append(make([]byte, 0, in.segment), header...)
	copy(s.prefix[:], header[1+saltSize:])
	return s, nil
}

func (s *segmentWriter) room() int {
	size := s.in.rest()
	if s.index == 0 {
		size = s.in.first()
	}
	return int(size) - len(s.buf)
}

// Write seals b. The first error stays.
func (s *segmentWriter) Write(b []byte) (int, error) {
	done := len(b)
	for len(b) > 0 && s.err == nil {
		if s.room() == 0 {
			s.flush(false)
			continue
		}
		n := min(s.room(), len(b))
		s.buf = append(s.buf, b[:n]...)
		b = b[n:]
	}
	return done - len(b), s.err
}

// Close seals the last segment. It does not close the underlying writer.
func (s *segmentWriter) Close() error {
	if s.err == nil {
		s.flush(true)
	}
	return s.err
}

func (s *segmentWriter) flush(last bool) {
	nonce := segmentNonce(s.prefix[:], s.index, last)
	// In the first segment out already holds the header.
	s.out = s.aead.Seal(s.out, nonce[:], s.buf, nil)
	if _, err := s.w.Write(s.out); err != nil {
		s.err = fault.Default(fault.Storage, fmt.Errorf("write segment: %w", err))
		return
	}
	s.index++
	s.buf, s.out = s.buf[:0], s.out[:0]
}

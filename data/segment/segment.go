// Package segment is the stream in which bytes are sealed under AES-256-GCM:
// Tink's AES256_GCM_HKDF streaming AEAD (developers.google.com/tink,
// "AES-GCM-HKDF Streaming AEAD") with 32-byte derived keys. The library's
// blobs and the sealed objects of recorders are both made of it; the package
// knows neither.
package segment

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Sizes in bytes. A stream begins with a header: its own length (1), salt,
// nonce prefix.
const (
	KeySize    = 32
	SaltSize   = KeySize
	PrefixSize = 7
	TagSize    = 16
	HeaderSize = 1 + SaltSize + PrefixSize
)

// Layout says how long segments are, tag and, in the first, header included.
// It is a value so that tests can cover many segments with few bytes.
type Layout struct{ Segment int64 }

// Standard is the layout of everything that Hindsite writes and reads.
var Standard = Layout{Segment: 64 << 10}

// First and Rest are the bytes of plaintext in segment 0 and in the others.
func (l Layout) First() int64 { return l.Segment - HeaderSize - TagSize }

// Rest is described at First.
func (l Layout) Rest() int64 { return l.Segment - TagSize }

// Segments returns how many segments a stream of size bytes has, and the bytes
// of plaintext in them; ok is false when no stream has that size.
func (l Layout) Segments(size int64) (n, plain int64, ok bool) {
	n = (size + l.Segment - 1) / l.Segment
	last := size - (n-1)*l.Segment
	if n == 1 {
		last -= HeaderSize
	}
	if n < 1 || last < TagSize {
		return 0, 0, false
	}
	return n, size - HeaderSize - n*TagSize, true
}

// At returns the segment that holds the plaintext byte at off, and where the
// segment's plaintext begins.
func (l Layout) At(off int64) (index, start int64) {
	if off < l.First() {
		return 0, 0
	}
	index = 1 + (off-l.First())/l.Rest()
	return index, l.First() + (index-1)*l.Rest()
}

// Cipher returns the AEAD of a stream with this salt, bound to info, which
// Tink calls associated data.
func Cipher(key, salt, info []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("segment key of %d bytes", len(key))
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

// Nonce returns the nonce of a segment.
func Nonce(prefix []byte, index int64, last bool) [12]byte {
	var nonce [12]byte
	copy(nonce[:], prefix)
	binary.BigEndian.PutUint32(nonce[PrefixSize:], uint32(index))
	if last {
		nonce[11] = 1
	}
	return nonce
}

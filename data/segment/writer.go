package segment

import (
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"io"

	"hindsite.app/player/fault"
)

// Writer seals what is written to it. A full segment is held back until more
// follows, because the last one is marked. It is for one goroutine.
type Writer struct {
	w      io.Writer
	in     Layout
	aead   cipher.AEAD
	prefix [PrefixSize]byte
	buf    []byte // plaintext of the segment at hand
	out    []byte
	index  int64
	err    error
}

// NewWriter begins a stream under key, bound to info, with a random salt. The
// key and info stay the caller's.
func NewWriter(w io.Writer, in Layout, key, info []byte) (*Writer, error) {
	header := make([]byte, HeaderSize)
	header[0] = HeaderSize
	if _, err := rand.Read(header[1:]); err != nil {
		return nil, fmt.Errorf("make salt: %w", err)
	}
	aead, err := Cipher(key, header[1:1+SaltSize], info)
	if err != nil {
		return nil, err
	}
	s := &Writer{w: w, in: in, aead: aead}
	s.buf = make([]byte, 0, in.Rest())
	s.out = append(make([]byte, 0, in.Segment), header...)
	copy(s.prefix[:], header[1+SaltSize:])
	return s, nil
}

func (s *Writer) room() int {
	size := s.in.Rest()
	if s.index == 0 {
		size = s.in.First()
	}
	return int(size) - len(s.buf)
}

// Write seals b. The first error stays.
func (s *Writer) Write(b []byte) (int, error) {
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
func (s *Writer) Close() error {
	if s.err == nil {
		s.flush(true)
	}
	return s.err
}

func (s *Writer) flush(last bool) {
	nonce := Nonce(s.prefix[:], s.index, last)
	// In the first segment out already holds the header.
	s.out = s.aead.Seal(s.out, nonce[:], s.buf, nil)
	if _, err := s.w.Write(s.out); err != nil {
		s.err = fault.Default(fault.Storage, fmt.Errorf("write segment: %w", err))
		return
	}
	s.index++
	s.buf, s.out = s.buf[:0], s.out[:0]
}

package segment

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"math"

	"hindsite.app/player/fault"
)

// Reader opens a stream in order. What it yields is authentic, and io.EOF is
// only ever said at the marked end. Its first error stays: whoever reads on
// after a failure does not come to a clean end. It is for one goroutine.
type Reader struct {
	r      io.Reader
	in     Layout
	key    []byte // until the header is read
	info   []byte
	aead   cipher.AEAD
	prefix [PrefixSize]byte
	next   []byte // sealed segment that was read ahead; empty at the end
	more   bool   // of the stream lies behind next
	spare  []byte
	plain  []byte // what is not yet given out
	buf    []byte
	index  int64
	err    error
}

// NewReader returns a Reader of the stream r under key, bound to info. Nothing
// is read yet.
//
// Errors of Read: fault.Tampered, fault.Truncated for a stream that ends
// between two segments or within its header, fault.Limit for one of 2^32
// segments, and those of r, which become fault.Storage unless they have a
// class.
func NewReader(r io.Reader, in Layout, key, info []byte) *Reader {
	return &Reader{r: r, in: in, key: key, info: info}
}

// Read implements io.Reader.
func (s *Reader) Read(p []byte) (int, error) {
	for len(s.plain) == 0 && s.err == nil {
		s.err = s.step()
	}
	n := copy(p, s.plain)
	s.plain = s.plain[n:]
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	return 0, s.err
}

// step opens the next segment.
func (s *Reader) step() error {
	if s.aead == nil {
		if err := s.begin(); err != nil {
			return err
		}
	} else if !s.more {
		return io.EOF
	}
	sealed := s.next
	if err := s.readAhead(); err != nil {
		return err
	}
	if s.index > math.MaxUint32 {
		return fault.New(fault.Limit, "read sealed stream: more than 2^32 segments")
	}
	nonce := Nonce(s.prefix[:], s.index, !s.more)
	plain, err := s.aead.Open(s.buf[:0], nonce[:], sealed, nil)
	if err != nil {
		return s.why(sealed)
	}
	s.buf, s.plain = plain, plain
	s.spare = sealed
	s.index++
	return nil
}

// why tells why a segment did not open.
func (s *Reader) why(sealed []byte) error {
	nonce := Nonce(s.prefix[:], s.index, s.more)
	if _, err := s.aead.Open(nil, nonce[:], sealed, nil); err == nil {
		if s.more {
			return fault.New(fault.Tampered, "read sealed stream: goes on after its end")
		}
		return fault.New(fault.Truncated, "read sealed stream: ends after segment %d", s.index)
	}
	return fault.New(fault.Tampered, "read sealed stream: segment %d does not authenticate", s.index)
}

// begin reads the header and the first segment.
func (s *Reader) begin() error {
	header := make([]byte, HeaderSize)
	if _, err := io.ReadFull(s.r, header); err != nil {
		return s.trouble(err)
	}
	if header[0] != HeaderSize {
		return fault.New(fault.Tampered, "read sealed stream: header of %d bytes", header[0])
	}
	copy(s.prefix[:], header[1+SaltSize:])
	aead, err := Cipher(s.key, header[1:1+SaltSize], s.info)
	if err != nil {
		return err
	}
	s.next = make([]byte, s.in.Segment-HeaderSize)
	n, err := io.ReadFull(s.r, s.next)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return s.trouble(err)
	}
	s.next, s.more = s.next[:n], err == nil
	s.aead, s.key = aead, nil
	return nil
}

// readAhead reads the segment behind the one at hand, which says whether that
// is the last.
func (s *Reader) readAhead() error {
	if !s.more {
		return nil
	}
	if cap(s.spare) < int(s.in.Segment) {
		s.spare = make([]byte, s.in.Segment)
	}
	next := s.spare[:s.in.Segment]
	n, err := io.ReadFull(s.r, next)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return s.trouble(err)
	}
	s.next, s.more = next[:n], n > 0
	return nil
}

func (s *Reader) trouble(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.New(fault.Truncated, "read sealed stream: ends within its first segment")
	}
	return fault.Default(fault.Storage, fmt.Errorf("read sealed stream: %w", err))
}

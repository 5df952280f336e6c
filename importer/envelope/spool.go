package envelope

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"hindsite.app/player/fault"
)

// Spill is a temporary file. It sees ciphertext only.
type Spill interface {
	io.Writer
	io.ReaderAt
	// Close closes the file and removes it.
	Close() error
}

// spool keeps pieces until they can be written: the manifest comes first in an
// archive and is known last. What does not fit into memory goes to a file,
// each piece sealed by AES-256-GCM under a key that never leaves the process.
type spool struct {
	random io.Reader
	create func() (Spill, error)
	most   int64 // bytes held in memory

	held   int64
	pieces []piece
	aead   cipher.AEAD
	file   Spill
	end    int64 // of the file
}

// piece is held in memory, or sealed in the file.
type piece struct {
	held []byte
	at   int64
	n    int // bytes in clear
}

// add keeps b and returns its index. It takes b over.
func (s *spool) add(b []byte) (int, error) {
	if s.file == nil && s.held+int64(len(b)) <= s.most {
		s.held += int64(len(b))
		s.pieces = append(s.pieces, piece{held: b, n: len(b)})
		return len(s.pieces) - 1, nil
	}
	if err := s.spill(); err != nil {
		return 0, err
	}
	index := len(s.pieces)
	sealed := s.aead.Seal(nil, pieceNonce(index), b, nil)
	if _, err := s.file.Write(sealed); err != nil {
		return 0, fault.Default(fault.Storage, fmt.Errorf("write temporary file: %w", err))
	}
	s.pieces = append(s.pieces, piece{at: s.end, n: len(b)})
	s.end += int64(len(sealed))
	return index, nil
}

// spill begins the file.
func (s *spool) spill() error {
	if s.file != nil {
		return nil
	}
	var key [32]byte
	if _, err := io.ReadFull(s.random, key[:]); err != nil {
		return fmt.Errorf("draw key of temporary file: %w", err)
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return err
	}
	if s.aead, err = cipher.NewGCM(block); err != nil {
		return err
	}
	if s.file, err = s.create(); err != nil {
		return fault.Default(fault.Storage, fmt.Errorf("make temporary file: %w", err))
	}
	return nil
}

// pieceNonce is unique under the key: an index is sealed once.
func pieceNonce(index int) []byte {
	nonce := make([]byte, 12)
	binary.BigEndian.PutUint64(nonce[4:], uint64(index))
	return nonce
}

// get returns a piece. It is not to be changed.
func (s *spool) get(index int) ([]byte, error) {
	p := s.pieces[index]
	if p.held != nil || p.n == 0 {
		return p.held, nil
	}
	sealed := make([]byte, p.n+s.aead.Overhead())
	if n, err := s.file.ReadAt(sealed, p.at); n < len(sealed) {
		return nil, fault.New(fault.Storage, "read temporary file: %w", err)
	}
	b, err := s.aead.Open(sealed[:0], pieceNonce(index), sealed, nil)
	if err != nil {
		return nil, fault.New(fault.Storage, "read temporary file: it was changed")
	}
	return b, nil
}

// close forgets everything.
func (s *spool) close() error {
	s.pieces, s.aead = nil, nil
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	if err != nil {
		return fault.New(fault.Storage, "remove temporary file: %w", err)
	}
	return nil
}

// removedFile is a Spill in a folder of the operating system.
type removedFile struct{ *os.File }

// NewSpill makes a temporary file in dir, or in the system's folder for them
// when dir is "".
func NewSpill(dir string) (Spill, error) {
	f, err := os.CreateTemp(dir, "hindsite-*.sealed")
	if err != nil {
		return nil, err
	}
	return removedFile{f}, nil
}

// Close implements Spill.
func (f removedFile) Close() error {
	err := f.File.Close()
	if removed := os.Remove(f.Name()); err == nil {
		err = removed
	}
	return err
}

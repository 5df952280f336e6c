package keys

import (
	"crypto/cipher"
	"fmt"
	"strconv"

	"hindsite.app/player/fault"
)

// Session holds the keys of one session. It is for one goroutine.
type Session struct {
	ring   *Keyring
	id     string
	dek    []byte
	cells  cipher.AEAD // made when first needed, as is person
	person cipher.AEAD
}

// Wrapped is a session's key as the database keeps it.
type Wrapped struct {
	Epoch  int
	Sealed []byte
}

// NewSession makes the key of a new session.
func (k *Keyring) NewSession(id string) (*Session, Wrapped) {
	dek := random(keySize)
	w := Wrapped{Epoch: k.newest, Sealed: seal(k.epochs[k.newest], dek, "dek", k.library, id, strconv.Itoa(k.newest))}
	return &Session{ring: k, id: id, dek: dek}, w
}

// Session opens the key of a stored session. Errors: fault.Tampered, and
// fault.Erased when the key's epoch is gone.
func (k *Keyring) Session(id string, w Wrapped) (*Session, error) {
	aead, ok := k.epochs[w.Epoch]
	if !ok {
		return nil, fault.New(fault.Erased, "open session key: epoch %d is gone", w.Epoch)
	}
	dek, err := open(aead, w.Sealed, "dek", k.library, id, strconv.Itoa(w.Epoch))
	if err != nil {
		return nil, fmt.Errorf("open session key: %w", err)
	}
	return &Session{ring: k, id: id, dek: dek}, nil
}

// BlobKey returns the key of the session's blob, which the caller clears.
func (s *Session) BlobKey() ([]byte, error) {
	return deriveKey(s.dek, []byte(s.ring.library), "blob")
}

// Seal seals a value that dies with the session.
func (s *Session) Seal(c Cell, plain []byte) ([]byte, error) {
	aead, err := s.cellCipher()
	if err != nil {
		return nil, err
	}
	return seal(aead, plain, c.context(s.ring.library)...), nil
}

// Open opens what Seal sealed. Error: fault.Tampered.
func (s *Session) Open(c Cell, sealed []byte) ([]byte, error) {
	aead, err := s.cellCipher()
	if err != nil {
		return nil, err
	}
	return openCell(aead, c, s.ring.library, sealed)
}

// SealPerson seals a value that identifies the visitor: its key needs both the
// session's key and the library's identity key.
func (s *Session) SealPerson(c Cell, plain []byte) ([]byte, error) {
	aead, err := s.personCipher()
	if err != nil {
		return nil, err
	}
	return seal(aead, plain, c.context(s.ring.library)...), nil
}

// OpenPerson opens what SealPerson sealed. Error: fault.Tampered.
func (s *Session) OpenPerson(c Cell, sealed []byte) ([]byte, error) {
	aead, err := s.personCipher()
	if err != nil {
		return nil, err
	}
	return openCell(aead, c, s.ring.library, sealed)
}

// Close drops the session's key.
func (s *Session) Close() {
	clear(s.dek)
	s.cells, s.person = nil, nil
}

func (s *Session) cellCipher() (cipher.AEAD, error) {
	var err error
	if s.cells == nil {
		s.cells, err = derivedCipher(s.dek, []byte(s.ring.library), "cells")
	}
	return s.cells, err
}

func (s *Session) personCipher() (cipher.AEAD, error) {
	var err error
	if s.person == nil {
		s.person, err = derivedCipher(s.ring.identity, s.dek, "person")
	}
	return s.person, err
}

func derivedCipher(secret, salt []byte, use string) (cipher.AEAD, error) {
	key, err := deriveKey(secret, salt, use)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return newCipher(key)
}

// ID returns the identifier of the session.
func (s *Session) ID() string { return s.id }

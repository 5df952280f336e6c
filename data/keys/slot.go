package keys

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"hindsite.app/player/fault"
)

// Kinds of slots.
const (
	KindPassphrase = "passphrase"
	KindAge        = "age"
)

// Limits of argon2id. The floor is the second profile of RFC 9106; a library
// is never written below it. The caps bound what a hostile file can cost.
const (
	minTime      = 3
	minMemoryKiB = 64 << 10
	maxTime      = 10
	maxMemoryKiB = 1 << 20
	maxThreads   = 16

	maxPassphrase = 4096
	maxAgeFile    = 64 << 10
)

// Params are the parameters of argon2id: passes, memory in KiB, threads.
type Params struct {
	Time      uint32
	MemoryKiB uint32
	Threads   uint8
}

// DefaultParams returns the parameters for passphrases that protect a library:
// 3 passes over 256 MiB with 4 threads.
func DefaultParams() Params { return Params{Time: 3, MemoryKiB: 256 << 10, Threads: 4} }

// MinParams returns the cheapest parameters that are accepted.
func MinParams() Params { return Params{Time: minTime, MemoryKiB: minMemoryKiB, Threads: 4} }

// Slot describes one way to open the library.
type Slot struct {
	ID   string
	Kind string // KindPassphrase or KindAge
}

type slot struct {
	ID     string          `json:"id"`
	Kind   string          `json:"kind"`
	Params json.RawMessage `json:"params"`
	Sum    []byte          `json:"sum"`
	Sealed []byte          `json:"sealed"`
}

type passphraseParams struct {
	Alg  string `json:"alg"`
	T    uint32 `json:"t"`
	M    uint64 `json:"m"`
	P    uint32 `json:"p"`
	Salt []byte `json:"salt"`
}

type ageParams struct {
	File []byte `json:"file"`
}

// Slots lists the slots in the order in which they were added.
func (k *Keyring) Slots() []Slot {
	var out []Slot
	for _, s := range k.file.Slots {
		out = append(out, Slot{ID: s.ID, Kind: s.Kind})
	}
	return out
}

// AddPassphrase adds a slot for a passphrase and returns its id. Errors:
// fault.Policy for an empty passphrase, fault.Limit.
func (k *Keyring) AddPassphrase(passphrase []byte, p Params) (string, error) {
	if len(passphrase) == 0 {
		return "", fault.New(fault.Policy, "add slot: the passphrase is empty")
	}
	pp := passphraseParams{Alg: "argon2id", T: p.Time, M: uint64(p.MemoryKiB), P: uint32(p.Threads), Salt: random(16)}
	if len(passphrase) > maxPassphrase || pp.tooDear() || pp.tooCheap() {
		return "", fault.New(fault.Limit, "add slot: parameters t=%d m=%d KiB p=%d, passphrase of %d bytes",
			pp.T, pp.M, pp.P, len(passphrase))
	}
	kek := pp.key(passphrase)
	defer clear(kek)
	return k.addSlot(KindPassphrase, pp, kek)
}

// AddRecipient adds a slot that the identity of r opens, and returns its id.
func (k *Keyring) AddRecipient(r age.Recipient) (string, error) {
	kek := random(keySize)
	defer clear(kek)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, r)
	if err != nil {
		return "", fault.New(fault.Unsupported, "add slot: %w", err)
	}
	if _, err := w.Write(kek); err != nil {
		return "", fmt.Errorf("add slot: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("add slot: %w", err)
	}
	if sealed.Len() > maxAgeFile {
		return "", fault.New(fault.Limit, "add slot: header of %d bytes", sealed.Len())
	}
	return k.addSlot(KindAge, ageParams{File: sealed.Bytes()}, kek)
}

func (k *Keyring) addSlot(kind string, params any, kek []byte) (string, error) {
	if len(k.file.Slots) >= maxSlots {
		return "", fault.New(fault.Limit, "add slot: there are %d", len(k.file.Slots))
	}
	raw, err := json.Marshal(params)
	if err != nil {
		return "", fmt.Errorf("add slot: %w", err)
	}
	s := slot{ID: hex.EncodeToString(random(8)), Kind: kind, Params: raw}
	aead, err := newCipher(kek)
	if err != nil {
		return "", err
	}
	s.Sealed = seal(aead, k.lk, s.context(k.library)...)
	s.Sum = s.sum(k.library)
	k.file.Slots = append(k.file.Slots, s)
	return s.ID, nil
}

func (s slot) context(library string) []string {
	return []string{"slot", library, s.ID, s.Kind, string(s.Params)}
}

func (s slot) sum(library string) []byte {
	sum := sha256.Sum256(associated(s.context(library)))
	return sum[:]
}

// check looks at what needs no key. Costs come first: parameters that are too
// dear are Limit whoever wrote them.
func (s slot) check(library string) error {
	switch s.Kind {
	case KindPassphrase:
		pp, err := s.passphraseParams()
		if err != nil {
			return err
		}
		if pp.tooDear() {
			return fault.New(fault.Limit, "read keys: t=%d m=%d KiB p=%d in slot %q", pp.T, pp.M, pp.P, s.ID)
		}
		if pp.tooCheap() {
			return fault.New(fault.Tampered, "read keys: parameters of slot %q are below the floor", s.ID)
		}
	case KindAge:
		if _, err := s.ageParams(); err != nil {
			return err
		}
	default:
		return fault.New(fault.Unsupported, "read keys: slot of unknown kind")
	}
	if !bytes.Equal(s.Sum, s.sum(library)) {
		return fault.New(fault.Tampered, "read keys: slot %q was changed", s.ID)
	}
	return nil
}

func (s slot) passphraseParams() (passphraseParams, error) {
	var pp passphraseParams
	if err := strictJSON(s.Params, &pp); err != nil || pp.Alg != "argon2id" || len(pp.Salt) != 16 {
		return pp, fault.New(fault.Schema, "read keys: parameters of slot %q are not understood", s.ID)
	}
	return pp, nil
}

func (s slot) ageParams() (ageParams, error) {
	var ap ageParams
	if err := strictJSON(s.Params, &ap); err != nil || len(ap.File) == 0 {
		return ap, fault.New(fault.Schema, "read keys: parameters of slot %q are not understood", s.ID)
	}
	if len(ap.File) > maxAgeFile {
		return ap, fault.New(fault.Limit, "read keys: slot %q has %d bytes", s.ID, len(ap.File))
	}
	return ap, nil
}

func strictJSON(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

func (p passphraseParams) tooDear() bool {
	return p.T > maxTime || p.M > maxMemoryKiB || p.P > maxThreads
}

func (p passphraseParams) tooCheap() bool {
	return p.T < minTime || p.M < minMemoryKiB || p.P < 1
}

func (p passphraseParams) key(passphrase []byte) []byte {
	normal := norm.NFC.Bytes(passphrase)
	defer clear(normal)
	return argon2.IDKey(normal, p.Salt, p.T, uint32(p.M), uint8(p.P), keySize)
}

// openSlots returns LK from the first slot that c opens.
func openSlots(ctx context.Context, f file, c Credential) ([]byte, error) {
	for _, s := range f.Slots {
		if s.Kind != KindAge || len(c.Identities) == 0 {
			continue
		}
		kek, err := s.openAge(c.Identities)
		if err != nil {
			return nil, err
		}
		if kek != nil {
			return s.unwrap(f.Library, kek)
		}
	}
	for _, s := range f.Slots {
		if s.Kind != KindPassphrase || len(c.Passphrase) == 0 || len(c.Passphrase) > maxPassphrase {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		pp, err := s.passphraseParams()
		if err != nil {
			return nil, err
		}
		// A wrong passphrase and an exchanged ciphertext look the same.
		if lk, err := s.unwrap(f.Library, pp.key(c.Passphrase)); err == nil {
			return lk, nil
		}
	}
	return nil, fault.New(fault.NoKey, "open keys: no slot opens with this key")
}

func (s slot) unwrap(library string, kek []byte) ([]byte, error) {
	defer clear(kek)
	aead, err := newCipher(kek)
	if err != nil {
		return nil, err
	}
	lk, err := open(aead, s.Sealed, s.context(library)...)
	if err != nil {
		return nil, fmt.Errorf("open slot %q: %w", s.ID, err)
	}
	if len(lk) != keySize {
		return nil, fault.New(fault.Schema, "open slot %q: key of %d bytes", s.ID, len(lk))
	}
	return lk, nil
}

// openAge returns the slot's key, or nil when none of the identities fits.
func (s slot) openAge(identities []age.Identity) ([]byte, error) {
	ap, err := s.ageParams()
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(ap.File), identities...)
	if _, none := errors.AsType[*age.NoIdentityMatchError](err); none {
		return nil, nil
	}
	if err != nil {
		return nil, fault.New(fault.Tampered, "open slot %q: %w", s.ID, err)
	}
	kek, err := io.ReadAll(io.LimitReader(r, keySize+1))
	if err != nil || len(kek) != keySize {
		return nil, fault.New(fault.Tampered, "open slot %q: not a wrapped key", s.ID)
	}
	return kek, nil
}

func recipientsOf(identities []age.Identity) ([]age.Recipient, error) {
	var out []age.Recipient
	for _, id := range identities {
		switch id := id.(type) {
		case *age.X25519Identity:
			out = append(out, id.Recipient())
		case *age.HybridIdentity:
			out = append(out, id.Recipient())
		case interface{ AgeRecipient() age.Recipient }:
			out = append(out, id.AgeRecipient())
		default:
			return nil, fault.New(fault.Unsupported, "make keys: an identity of type %T names no recipient", id)
		}
	}
	return out, nil
}

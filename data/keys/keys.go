// Package keys holds the keys of a library: the slots that open it, the epoch
// keys, the keys of its sessions, and what is sealed or tagged with them. The
// hierarchy and the file are described in data/FORMAT.md. The package touches
// no disk.
package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"filippo.io/age"

	"hindsite.app/player/fault"
)

const keySize = 32

// Credential is what a person holds: age identities, a passphrase, or both. An
// identity that is not age's own names its recipient by a method AgeRecipient.
// Identities are tried first. The passphrase stays the caller's, who clears it.
type Credential struct {
	Identities []age.Identity
	Passphrase []byte
}

// Keyring holds the open keys of one library. Its methods may be called by
// several goroutines at once, apart from AddPassphrase, AddRecipient and
// Close, which need the ring for themselves.
type Keyring struct {
	library  string
	file     file
	lk       []byte
	identity []byte // IK
	index    []byte
	check    []byte
	cells    cipher.AEAD
	wrap     cipher.AEAD // of epoch keys
	epochs   map[int]cipher.AEAD
	newest   int
}

// New makes the keys of a new library, with one slot for each identity of c
// and one for its passphrase. Errors: fault.Policy when c is empty,
// fault.Unsupported when an identity has no recipient, fault.Limit for
// parameters outside the limits.
func New(c Credential, p Params) (*Keyring, error) {
	recipients, err := recipientsOf(c.Identities)
	if err != nil {
		return nil, err
	}
	if len(recipients) == 0 && len(c.Passphrase) == 0 {
		return nil, fault.New(fault.Policy, "make keys: neither identity nor passphrase")
	}
	k := &Keyring{library: hex.EncodeToString(random(16)), lk: random(keySize)}
	k.file = file{Format: fileFormat, Version: fileVersion, Library: k.library}
	if err := k.derive(); err != nil {
		return nil, err
	}
	k.identity = random(keySize)
	if k.file.Identity, err = k.sealUnder("identity", k.identity, "identity", k.library); err != nil {
		return nil, err
	}
	if err := k.addEpoch(1); err != nil {
		return nil, err
	}
	for _, r := range recipients {
		if _, err := k.AddRecipient(r); err != nil {
			return nil, err
		}
	}
	if len(c.Passphrase) > 0 {
		if _, err := k.AddPassphrase(c.Passphrase, p); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// Library returns the identifier of the library: 32 hex digits.
func (k *Keyring) Library() string { return k.library }

// Close drops the keys; the ring is of no use afterwards. Copies inside
// ciphers stay in memory until they are collected.
func (k *Keyring) Close() {
	clear(k.lk)
	clear(k.identity)
	clear(k.index)
	clear(k.check)
	k.cells, k.wrap, k.epochs = nil, nil, nil
}

// derive fills the keys that come from LK.
func (k *Keyring) derive() error {
	var err error
	if k.index, err = k.use("index"); err != nil {
		return err
	}
	if k.check, err = k.use("check"); err != nil {
		return err
	}
	if k.cells, err = k.useCipher("cells"); err != nil {
		return err
	}
	if k.wrap, err = k.useCipher("epochs"); err != nil {
		return err
	}
	k.epochs = make(map[int]cipher.AEAD)
	return nil
}

func (k *Keyring) use(name string) ([]byte, error) {
	return deriveKey(k.lk, []byte(k.library), name)
}

func (k *Keyring) useCipher(name string) (cipher.AEAD, error) {
	key, err := k.use(name)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return newCipher(key)
}

func (k *Keyring) sealUnder(use string, plain []byte, context ...string) ([]byte, error) {
	aead, err := k.useCipher(use)
	if err != nil {
		return nil, err
	}
	return seal(aead, plain, context...), nil
}

func (k *Keyring) addEpoch(n int) error {
	key := random(keySize)
	defer clear(key)
	aead, err := newCipher(key)
	if err != nil {
		return err
	}
	k.file.Epochs = append(k.file.Epochs, epoch{N: n, Sealed: seal(k.wrap, key, "epoch", k.library, strconv.Itoa(n))})
	k.epochs[n], k.newest = aead, n
	return nil
}

// openAll opens what the file holds beside the slots, once LK is known.
func (k *Keyring) openAll() error {
	if err := k.derive(); err != nil {
		return err
	}
	mac, err := k.mac()
	if err != nil {
		return err
	}
	if !hmac.Equal(mac, k.file.MAC) {
		return fault.New(fault.Tampered, "open keys: the file was changed")
	}
	for _, e := range k.file.Epochs {
		key, err := open(k.wrap, e.Sealed, "epoch", k.library, strconv.Itoa(e.N))
		if err != nil {
			return fmt.Errorf("open epoch key %d: %w", e.N, err)
		}
		if k.epochs[e.N], err = newCipher(key); err != nil {
			return err
		}
		clear(key)
	}
	k.newest = slices.Max(slices.Collect(maps.Keys(k.epochs)))
	aead, err := k.useCipher("identity")
	if err != nil {
		return err
	}
	if k.identity, err = open(aead, k.file.Identity, "identity", k.library); err != nil {
		return fmt.Errorf("open identity key: %w", err)
	}
	return nil
}

// Tag returns the blind tag of a value: equal values of one field have equal
// tags, and nothing else can be told without the library's key.
func (k *Keyring) Tag(field, value string) [16]byte {
	var t [16]byte
	copy(t[:], k.hmac(field, []byte(value)))
	return t
}

// WordTag returns the tag of a word as it is kept in the word index.
func (k *Keyring) WordTag(word string) int64 {
	return int64(binary.BigEndian.Uint64(k.hmac("word", []byte(word))))
}

// ContentTag returns the tag under which the digest of a session's content is
// kept.
func (k *Keyring) ContentTag(digest [32]byte) [32]byte {
	return [32]byte(k.hmac("content", digest[:]))
}

func (k *Keyring) hmac(field string, value []byte) []byte {
	h := hmac.New(sha256.New, k.index)
	h.Write([]byte(field))
	h.Write([]byte{0})
	h.Write(value)
	return h.Sum(nil)
}

// Cell names the place of a sealed value: a value moved to another place does
// not open.
type Cell struct{ Table, Column, Row string }

func (c Cell) context(library string) []string {
	return []string{"cell", library, c.Table, c.Column, c.Row}
}

// Seal seals a value that belongs to the library and to no single session.
func (k *Keyring) Seal(c Cell, plain []byte) []byte {
	return seal(k.cells, plain, c.context(k.library)...)
}

// Open opens what Seal sealed. Error: fault.Tampered.
func (k *Keyring) Open(c Cell, sealed []byte) ([]byte, error) {
	return openCell(k.cells, c, k.library, sealed)
}

func openCell(aead cipher.AEAD, c Cell, library string, sealed []byte) ([]byte, error) {
	plain, err := open(aead, sealed, c.context(library)...)
	if err != nil {
		return nil, fmt.Errorf("open %s.%s: %w", c.Table, c.Column, err)
	}
	return plain, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	// Since Go 1.24 rand.Read fills b or ends the program.
	_, _ = rand.Read(b)
	return b
}

func deriveKey(secret, salt []byte, use string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, secret, salt, "hindsite/v1/"+use, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return key, nil
}

func newCipher(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func associated(context []string) []byte {
	var b []byte
	for _, s := range context {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}

func seal(aead cipher.AEAD, plain []byte, context ...string) []byte {
	return aead.Seal(nil, nil, plain, associated(context))
}

func open(aead cipher.AEAD, sealed []byte, context ...string) ([]byte, error) {
	plain, err := aead.Open(nil, nil, sealed, associated(context))
	if err != nil {
		return nil, fault.New(fault.Tampered, "a sealed value does not authenticate")
	}
	return plain, nil
}

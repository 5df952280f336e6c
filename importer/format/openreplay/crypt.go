package openreplay

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"io"

	"hindsite.app/player/fault"
)

// Key is the key of one session's encrypted files. Neither of OpenReplay's two
// ways to encrypt has a tag: a file that was changed by a stranger decrypts
// all the same, to something else.
type Key struct {
	pair []byte // 16 bytes of AES-128 key and 16 of IV
	key  []byte // 32 bytes of AES-256 key
}

// keyBytes is the length of both kinds of key.
const keyBytes = 32

// ParseKey reads a key as OpenReplay hands it out (fileKey): 64 hexadecimal
// digits, or 32 bytes as they are. A line break behind it is passed over.
func ParseKey(text []byte) (*Key, error) {
	trimmed := text
	if len(text) != keyBytes {
		trimmed = bytes.TrimRight(text, "\r\n")
	}
	if digits := bytes.TrimSpace(text); len(digits) == 2*keyBytes {
		b := make([]byte, keyBytes)
		if _, err := hex.Decode(b, digits); err != nil {
			return nil, fault.New(fault.NoKey, "read OpenReplay key: not hexadecimal")
		}
		return &Key{pair: b, key: b}, nil
	}
	if len(trimmed) == keyBytes {
		return &Key{key: bytes.Clone(trimmed)}, nil
	}
	return nil, fault.New(fault.NoKey, "read OpenReplay key: it must be 64 hexadecimal digits or 32 bytes")
}

// String says that it is a key, and no more.
func (k *Key) String() string { return "OpenReplay session key" }

// Decrypt returns the content of an encrypted file, in memory. It is held for
// right when it begins like a file of OpenReplay; nothing says that all of it
// is what OpenReplay wrote. A file that no way opens is fault.NoKey, one that
// is not encrypted fault.Unsupported.
func (k *Key) Decrypt(data []byte) ([]byte, error) {
	if plausible(data) {
		return nil, fault.New(fault.Unsupported, "decrypt OpenReplay file: it is not encrypted, and can be imported as it is")
	}
	if k.pair != nil {
		if plain, ok := cbc(k.pair, data); ok && plausible(plain) {
			return plain, nil
		}
	}
	if plain, ok := ctr(k.key, data); ok && plausible(plain) {
		return plain, nil
	}
	return nil, fault.New(fault.NoKey, "decrypt OpenReplay file: the key does not open it")
}

// cbc undoes AES-128-CBC with the padding of PKCS #7, as the browser's player
// does.
func cbc(pair, data []byte) ([]byte, bool) {
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, false
	}
	block, err := aes.NewCipher(pair[:16])
	if err != nil {
		return nil, false
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, pair[16:]).CryptBlocks(plain, data)
	pad := int(plain[len(plain)-1])
	if pad == 0 || pad > aes.BlockSize {
		return nil, false
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, false
		}
	}
	return plain[:len(plain)-pad], true
}

// ctr undoes AES-256-CTR with the IV in front, as the server's storage does.
func ctr(key, data []byte) ([]byte, bool) {
	if len(data) <= aes.BlockSize {
		return nil, false
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, false
	}
	plain := make([]byte, len(data)-aes.BlockSize)
	cipher.NewCTR(block, data[:aes.BlockSize]).XORKeyStream(plain, data[aes.BlockSize:])
	return plain, true
}

// plausible reports whether data begin like a file of OpenReplay: compressed,
// or with messages that make sense.
func plausible(data []byte) bool {
	switch {
	case bytes.HasPrefix(data, []byte{0x28, 0xb5, 0x2f, 0xfd}), bytes.HasPrefix(data, []byte{0x1f, 0x8b, 8}):
		return true
	case bytes.HasPrefix(data, bytes.Repeat([]byte{0xff}, headerSize-1)):
		return true
	}
	l, _ := layoutOf(data)
	return l != unknownLayout
}

// maxFile bounds a file that is decrypted.
const maxFile = 256 << 20

// DecryptFrom reads a file and returns its content, in memory.
func (k *Key) DecryptFrom(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fault.New(fault.Storage, "read OpenReplay file: %w", err)
	}
	if len(data) > maxFile {
		return nil, fault.New(fault.Limit, "read OpenReplay file: more than 256 MiB")
	}
	return k.Decrypt(data)
}

package sealed

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"hindsite.app/player/fault"
)

// Kind is how the key of a sealed object is carried to its recipient. A key has
// exactly one kind, whatever an object says about itself.
type Kind string

// The kinds.
const (
	ECDH Kind = "ECDH-ES+A256KW" // on P-256
	RSA  Kind = "RSA-OAEP-256"
)

const (
	maxKeyFile = 1 << 20
	maxKeys    = 64
	minRSA     = 2048 // bits
	maxRSA     = 8192
)

// Public is a public key: what others seal to.
type Public struct {
	Kind Kind
	jwk  jose.JSONWebKey
	id   string // RFC 7638 thumbprint, base64url
}

// Key is a private key. Its String is safe to log; Secret is not.
type Key struct {
	Public
	private jose.JSONWebKey
}

// NewKey makes a key of kind ECDH from the operating system's randomness.
func NewKey() (*Key, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return newKey(jose.JSONWebKey{Key: k})
}

// ParseKeys reads a private key as a JSON Web Key, or several as a JWK Set.
// Errors tell nothing of the text: fault.Schema, fault.Unsupported for a kind
// of key that is not used, fault.Limit.
func ParseKeys(b []byte) ([]*Key, error) {
	all, err := parse(b)
	if err != nil {
		return nil, err
	}
	keys := make([]*Key, len(all))
	for i, jwk := range all {
		if jwk.IsPublic() {
			return nil, fault.New(fault.Schema, "read JWK: a public key; the secret one is wanted")
		}
		if keys[i], err = newKey(jwk); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// ParsePublic reads public keys, one or a set. The private half of a key is
// refused, so that nobody hands it around.
func ParsePublic(b []byte) ([]*Public, error) {
	all, err := parse(b)
	if err != nil {
		return nil, err
	}
	keys := make([]*Public, len(all))
	for i, jwk := range all {
		if !jwk.IsPublic() {
			return nil, fault.New(fault.Schema, "read JWK: a secret key; the public one is wanted")
		}
		if keys[i], err = newPublic(jwk); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// LooksLikeKey reports whether b is JSON, and so no other kind of key file.
func LooksLikeKey(b []byte) bool {
	return strings.HasPrefix(strings.TrimLeft(string(b[:min(len(b), 64)]), " \t\r\n\uFEFF"), "{")
}

// parse reads a JWK or a JWK Set. The library's errors may quote the key: they
// are dropped.
func parse(b []byte) ([]jose.JSONWebKey, error) {
	if len(b) > maxKeyFile {
		return nil, fault.New(fault.Limit, "read JWK: larger than 1 MiB")
	}
	var shape struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(b, &shape) != nil {
		return nil, fault.New(fault.Schema, "read JWK: not a JSON Web Key")
	}
	texts := shape.Keys
	if texts == nil {
		texts = []json.RawMessage{b}
	}
	if len(texts) == 0 || len(texts) > maxKeys {
		return nil, fault.New(fault.Limit, "read JWK: %d keys, allowed are 1 to %d", len(texts), maxKeys)
	}
	keys := make([]jose.JSONWebKey, len(texts))
	for i, text := range texts {
		if keys[i].UnmarshalJSON(text) != nil || !keys[i].Valid() {
			return nil, fault.New(fault.Schema, "read JWK: not a JSON Web Key")
		}
	}
	return keys, nil
}

func newKey(jwk jose.JSONWebKey) (*Key, error) {
	public, err := newPublic(jwk.Public())
	if err != nil {
		return nil, err
	}
	jwk.KeyID, jwk.Algorithm, jwk.Use = public.id, string(public.Kind), "enc"
	return &Key{Public: *public, private: jwk}, nil
}

func newPublic(jwk jose.JSONWebKey) (*Public, error) {
	var kind Kind
	switch k := jwk.Key.(type) {
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			return nil, fault.New(fault.Unsupported, "read JWK: a curve other than P-256")
		}
		kind = ECDH
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < minRSA || bits > maxRSA {
			return nil, fault.New(fault.Unsupported, "read JWK: RSA of %d bits", bits)
		}
		kind = RSA
	default:
		return nil, fault.New(fault.Unsupported, "read JWK: a kind of key that is not used")
	}
	// The library does not look at what the key says it is for.
	if jwk.Algorithm != "" && jwk.Algorithm != string(kind) || jwk.Use != "" && jwk.Use != "enc" {
		return nil, fault.New(fault.Unsupported, "read JWK: a key for something other than %s", kind)
	}
	thumb, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fault.New(fault.Schema, "read JWK: not a JSON Web Key")
	}
	id := base64.RawURLEncoding.EncodeToString(thumb)
	return &Public{Kind: kind, id: id, jwk: jose.JSONWebKey{Key: jwk.Key, KeyID: id, Algorithm: string(kind), Use: "enc"}}, nil
}

// String returns the public key as a JWK on one line.
func (p *Public) String() string {
	b, err := p.jwk.MarshalJSON()
	if err != nil {
		return ""
	}
	return string(b)
}

// Fingerprint names the key in a manifest and on screen: SHA256: and the
// unpadded base64 of its RFC 7638 thumbprint.
func (p *Public) Fingerprint() string {
	return "SHA256:" + strings.NewReplacer("-", "+", "_", "/").Replace(p.id)
}

// Secret returns the private half as a JWK, with a line feed.
func (k *Key) Secret() ([]byte, error) {
	b, err := k.private.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write key: %w", err)
	}
	return append(b, '\n'), nil
}

// String names the key without revealing it.
func (k *Key) String() string { return string(k.Kind) + " key " + k.Fingerprint() }

// GoString is String, so that no format verb prints the secret.
func (k *Key) GoString() string { return k.String() }

// Format implements fmt.Formatter for the same reason.
func (k *Key) Format(s fmt.State, _ rune) { io.WriteString(s, k.String()) }

// Package signature tells who signed some bytes: signatures of OpenSSH
// (PROTOCOL.sshsig) and of minisign, checked against keys that somebody has
// pinned. It is pure: it reads no file and knows no archive.
package signature

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"strings"

	"aead.dev/minisign"
	"golang.org/x/crypto/ssh"

	"hindsite.app/player/fault"
)

// Namespaces say what a signature of OpenSSH is for; one for something else is
// refused. Minisign has none.
const (
	Archive = "session-archive@v1" // manifest.json of an archive
	Feed    = "session-feed@v1"    // index.json of an origin
)

// MaxSize is the largest signature that is read, in bytes of text.
const MaxSize = 64 << 10

const (
	sshBegin   = "-----BEGIN SSH SIGNATURE-----"
	sshEnd     = "-----END SSH SIGNATURE-----"
	sshMagic   = "SSHSIG"
	sshVersion = 1
)

// Signature is one detached signature, parsed and not yet verified.
type Signature struct {
	ssh  *sshSignature // or
	mini []byte        // the text
	id   uint64        // of minisign's key: a hint, not authentic
}

type sshSignature struct {
	public    ssh.PublicKey
	key       Key
	namespace string
	reserved  []byte
	hash      string
	signature *ssh.Signature
}

// sshBlob is what the armor holds behind its magic (PROTOCOL.sshsig).
type sshBlob struct {
	Version   uint32
	PublicKey []byte
	Namespace string
	Reserved  []byte
	Hash      string
	Signature []byte
}

// Parse reads the text of a signature. Errors: fault.Signature for one that is
// malformed or weak, fault.Limit.
func Parse(text []byte) (Signature, error) {
	if len(text) > MaxSize {
		return Signature{}, fault.New(fault.Limit, "read signature: larger than 64 KiB")
	}
	trimmed := strings.TrimSpace(string(text))
	switch {
	case strings.HasPrefix(trimmed, sshBegin):
		return parseSSH(trimmed)
	case strings.HasPrefix(trimmed, minisignComment):
		return parseMinisign(text)
	}
	return Signature{}, fault.New(fault.Signature, "read signature: neither OpenSSH's nor minisign's")
}

func parseMinisign(text []byte) (Signature, error) {
	var s minisign.Signature
	if err := s.UnmarshalText(text); err != nil {
		return Signature{}, fault.New(fault.Signature, "read signature: malformed minisign signature")
	}
	return Signature{mini: bytes.Clone(text), id: s.KeyID}, nil
}

func parseSSH(text string) (Signature, error) {
	malformed := func(what string) (Signature, error) {
		return Signature{}, fault.New(fault.Signature, "read signature: %s", what)
	}
	body, ok := strings.CutSuffix(strings.TrimPrefix(text, sshBegin), sshEnd)
	if !ok {
		return malformed("its armor has no end")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(strings.Join(strings.Fields(body), ""))
	if err != nil {
		return malformed("its armor is not base64")
	}
	raw, ok = bytes.CutPrefix(raw, []byte(sshMagic))
	var blob sshBlob
	if !ok || ssh.Unmarshal(raw, &blob) != nil {
		return malformed("not an OpenSSH signature")
	}
	if blob.Version != sshVersion {
		return malformed("another version of OpenSSH signatures")
	}
	public, err := ssh.ParsePublicKey(blob.PublicKey)
	if err != nil {
		return malformed("malformed public key")
	}
	key, err := sshKey(public)
	if err != nil {
		return Signature{}, fault.New(fault.Signature, "read signature: %w", err)
	}
	inner := new(ssh.Signature)
	if ssh.Unmarshal(blob.Signature, inner) != nil || len(inner.Rest) > 0 {
		return malformed("malformed inner signature")
	}
	// “ssh-rsa” means SHA-1, which can be forged.
	if inner.Format == ssh.KeyAlgoRSA {
		return malformed("RSA with SHA-1")
	}
	return Signature{ssh: &sshSignature{
		public: public, key: key, namespace: blob.Namespace,
		reserved: blob.Reserved, hash: blob.Hash, signature: inner,
	}}, nil
}

// Verify checks the signature over message and returns the key that made it. A
// signature of OpenSSH brings its key, which need not be among known; one of
// minisign only names its key, and is verified when known has it.
//
// Errors: fault.Signature when the signature is not right, and ErrUnknownKey
// when nobody can tell.
func (s Signature) Verify(message []byte, namespace string, known []Key) (Key, error) {
	if s.ssh != nil {
		return s.ssh.verify(message, namespace)
	}
	tried := false
	for _, k := range known {
		if !k.IsMinisign() {
			continue
		}
		public, err := k.minisign()
		if err != nil || public.ID() != s.id {
			continue
		}
		if minisign.Verify(public, message, s.mini) {
			return k, nil
		}
		tried = true
	}
	if tried {
		return Key{}, fault.New(fault.Signature, "verify signature: not over these bytes by this key")
	}
	return Key{}, ErrUnknownKey
}

// ErrUnknownKey says that the key of a minisign signature is not known, so that
// nothing can be said about it.
var ErrUnknownKey = fault.New(fault.Signature, "verify signature: the key is not known")

func (s *sshSignature) verify(message []byte, namespace string) (Key, error) {
	if s.namespace != namespace || namespace == "" {
		return Key{}, fault.New(fault.Signature, "verify signature: made for something else")
	}
	signed, ok := sshSigned(namespace, s.reserved, s.hash, message)
	if !ok {
		return Key{}, fault.New(fault.Signature, "verify signature: a hash that is not used")
	}
	if s.public.Verify(signed, s.signature) != nil {
		return Key{}, fault.New(fault.Signature, "verify signature: not over these bytes by this key")
	}
	return s.key, nil
}

// sshSigned returns the bytes that OpenSSH signs for a message.
func sshSigned(namespace string, reserved []byte, hash string, message []byte) ([]byte, bool) {
	var digest []byte
	switch hash {
	case "sha256":
		sum := sha256.Sum256(message)
		digest = sum[:]
	case "sha512":
		sum := sha512.Sum512(message)
		digest = sum[:]
	default:
		return nil, false
	}
	return append([]byte(sshMagic), ssh.Marshal(struct {
		Namespace string
		Reserved  []byte
		Hash      string
		Digest    []byte
	}{namespace, reserved, hash, digest})...), true
}

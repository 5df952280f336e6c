package signature

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"aead.dev/minisign"
	"golang.org/x/crypto/ssh"

	"hindsite.app/player/fault"
)

// Signer is a private key that signs. Its String is safe to log.
type Signer struct {
	key  Key
	ssh  ssh.AlgorithmSigner  // or
	mini *minisign.PrivateKey // of minisign
}

// ErrPassphrase says that a private key is protected by a passphrase that was
// not given, or not this one.
var ErrPassphrase = fault.New(fault.NoKey, "read signing key: it is protected by another passphrase")

// ParseSigner reads a private key as ssh-keygen (ed25519, ecdsa, rsa) or
// minisign writes it; the passphrase may be empty. Errors: ErrPassphrase,
// fault.Unsupported for a kind of key that is not used, fault.NoKey for
// anything that is no private key.
func ParseSigner(text, passphrase []byte) (*Signer, error) {
	if len(text) > maxKeyText {
		return nil, fault.New(fault.Limit, "read signing key: larger than 16 KiB")
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte(minisignComment)) {
		return parseMinisignSigner(text, string(passphrase))
	}
	var signer ssh.Signer
	var err error
	var missing *ssh.PassphraseMissingError
	if len(passphrase) > 0 {
		signer, err = ssh.ParsePrivateKeyWithPassphrase(text, passphrase)
	}
	if len(passphrase) == 0 || err != nil && !isPassphrase(err) {
		signer, err = ssh.ParsePrivateKey(text)
	}
	switch {
	case errors.As(err, &missing), err != nil && isPassphrase(err):
		return nil, ErrPassphrase
	case err != nil:
		// The library's errors may quote the file.
		return nil, fault.New(fault.NoKey, "read signing key: neither an OpenSSH nor a minisign private key")
	}
	key, err := sshKey(signer.PublicKey())
	if err != nil {
		return nil, err
	}
	algorithms, ok := signer.(ssh.AlgorithmSigner)
	if !ok {
		return nil, fault.New(fault.Unsupported, "read signing key: a kind of key that is not used")
	}
	return &Signer{key: key, ssh: algorithms}, nil
}

// isPassphrase recognises the library's words for a passphrase that does not
// fit.
func isPassphrase(err error) bool {
	return strings.Contains(err.Error(), "decryption password incorrect")
}

func parseMinisignSigner(text []byte, passphrase string) (*Signer, error) {
	var private minisign.PrivateKey
	var err error
	if minisign.IsEncrypted(text) {
		if passphrase == "" {
			return nil, ErrPassphrase
		}
		private, err = minisign.DecryptKey(passphrase, bytes.TrimSpace(text))
	} else {
		err = private.UnmarshalText(bytes.TrimSpace(text))
	}
	switch {
	case err != nil && minisign.IsEncrypted(text):
		return nil, ErrPassphrase
	case err != nil:
		return nil, fault.New(fault.NoKey, "read signing key: neither an OpenSSH nor a minisign private key")
	}
	public, ok := private.Public().(minisign.PublicKey)
	if !ok {
		return nil, fault.New(fault.NoKey, "read signing key: malformed minisign key")
	}
	return &Signer{key: Key{public.String()}, mini: &private}, nil
}

// Key returns the public half.
func (s *Signer) Key() Key { return s.key }

// String names the key without revealing it.
func (s *Signer) String() string { return s.key.Kind() + " key " + s.key.Fingerprint() }

// GoString is String, so that no format verb prints the secret.
func (s *Signer) GoString() string { return s.String() }

// Extension is how the file of a signature is named behind what it signs.
func (s *Signer) Extension() string {
	if s.mini != nil {
		return ".minisig"
	}
	return ".sig"
}

// Sign returns the text of a signature over message. The time is told by
// signatures of minisign only.
func (s *Signer) Sign(random io.Reader, message []byte, namespace string, at time.Time) ([]byte, error) {
	if s.mini != nil {
		return s.signMinisign(message, namespace, at)
	}
	const hash = "sha512"
	signed, _ := sshSigned(namespace, nil, hash, message)
	algorithm := s.ssh.PublicKey().Type()
	if algorithm == ssh.KeyAlgoRSA {
		algorithm = ssh.KeyAlgoRSASHA512
	}
	inner, err := s.ssh.SignWithAlgorithm(random, signed, algorithm)
	if err != nil {
		return nil, fault.New(fault.Unsupported, "sign: %w", err)
	}
	blob := append([]byte(sshMagic), ssh.Marshal(sshBlob{
		Version: sshVersion, PublicKey: s.ssh.PublicKey().Marshal(), Namespace: namespace,
		Hash: hash, Signature: ssh.Marshal(inner),
	})...)
	const width = 70 // as ssh-keygen wraps it
	var out strings.Builder
	out.WriteString(sshBegin + "\n")
	for text := base64.StdEncoding.EncodeToString(blob); text != ""; {
		n := min(width, len(text))
		out.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	out.WriteString(sshEnd + "\n")
	return []byte(out.String()), nil
}

func (s *Signer) signMinisign(message []byte, namespace string, at time.Time) ([]byte, error) {
	r := minisign.NewReader(bytes.NewReader(message))
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, fault.New(fault.Storage, "sign: %w", err)
	}
	trusted := "timestamp:" + strconv.FormatInt(at.Unix(), 10) + "\t" + namespace
	return r.SignWithComments(*s.mini, trusted, "signature of a "+namespace), nil
}

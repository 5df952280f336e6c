package signature

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"strings"

	"aead.dev/minisign"
	"golang.org/x/crypto/ssh"

	"hindsite.app/player/fault"
)

const (
	maxKeyText = 16 << 10
	minRSA     = 2048 // bits
	maxRSA     = 16384

	minisignComment = "untrusted comment:"
)

// Key is a public key: one of OpenSSH's, or minisign's. Keys are comparable;
// the zero value is no key.
type Key struct{ text string }

// ParseKey reads a public key as ssh-keygen and minisign write it into .pub
// files: “ssh-ed25519 AAAA… comment”, or “RWQ…” below its comment. What String
// returns is read, too. Errors: fault.Unsupported for a kind of key that is
// not used, fault.Schema for anything else.
func ParseKey(text []byte) (Key, error) {
	if len(text) > maxKeyText {
		return Key{}, fault.New(fault.Limit, "read public key: larger than 16 KiB")
	}
	line := strings.TrimSpace(string(text))
	if rest, ok := strings.CutPrefix(line, minisignComment); ok {
		_, line, _ = strings.Cut(rest, "\n")
		line = strings.TrimSpace(line)
	}
	line, _, more := strings.Cut(line, "\n")
	switch {
	case more:
		return Key{}, fault.New(fault.Schema, "read public key: more than one line")
	case strings.Contains(line, "PRIVATE KEY"), strings.HasPrefix(line, "RWRTY0Iy"):
		return Key{}, fault.New(fault.Schema, "read public key: a secret key; the public one is wanted")
	case strings.HasPrefix(line, "RW"):
		return parseMinisignKey(line)
	}
	// The parser accepts options in front, as authorized_keys has them; they
	// mean nothing here.
	public, _, options, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil || len(options) > 0 {
		return Key{}, fault.New(fault.Schema, "read public key: neither an OpenSSH nor a minisign public key")
	}
	return sshKey(public)
}

func parseMinisignKey(line string) (Key, error) {
	var public minisign.PublicKey
	if err := public.UnmarshalText([]byte(line)); err != nil {
		return Key{}, fault.New(fault.Schema, "read public key: malformed minisign key")
	}
	return Key{public.String()}, nil
}

// sshKey returns the key of one of the kinds that are used.
func sshKey(public ssh.PublicKey) (Key, error) {
	crypto, ok := public.(ssh.CryptoPublicKey)
	if !ok {
		return Key{}, fault.New(fault.Unsupported, "read public key: certificates are not used")
	}
	switch k := crypto.CryptoPublicKey().(type) {
	case ed25519.PublicKey, *ecdsa.PublicKey:
		// Keys on a hardware token have these types as well, and signatures of
		// another shape.
		if strings.HasPrefix(public.Type(), "sk-") {
			return Key{}, fault.New(fault.Unsupported, "read public key: keys on hardware tokens are not used")
		}
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < minRSA || bits > maxRSA {
			return Key{}, fault.New(fault.Unsupported, "read public key: RSA of %d bits", bits)
		}
	default:
		return Key{}, fault.New(fault.Unsupported, "read public key: a kind of key that is not used")
	}
	return Key{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public)))}, nil
}

// String returns the key on one line, without a comment: what ParseKey reads.
func (k Key) String() string { return k.text }

// IsZero reports whether k is no key.
func (k Key) IsZero() bool { return k.text == "" }

// IsMinisign reports whether the key is minisign's.
func (k Key) IsMinisign() bool { return strings.HasPrefix(k.text, "RW") }

// Fingerprint names the key on screen. It is what “ssh-keygen -l” shows, and
// for minisign the key itself, which is as short.
func (k Key) Fingerprint() string {
	if k.IsZero() || k.IsMinisign() {
		return k.text
	}
	public, err := k.ssh()
	if err != nil {
		return ""
	}
	return ssh.FingerprintSHA256(public)
}

// Kind names the mathematics of the key: “ssh-ed25519”, “minisign” and so on.
func (k Key) Kind() string {
	if k.IsMinisign() {
		return "minisign"
	}
	kind, _, _ := strings.Cut(k.text, " ")
	return kind
}

func (k Key) ssh() (ssh.PublicKey, error) {
	_, encoded, _ := strings.Cut(k.text, " ")
	blob, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, fmt.Errorf("decode key: %w", err)
	}
	return ssh.ParsePublicKey(blob)
}

func (k Key) minisign() (minisign.PublicKey, error) {
	var public minisign.PublicKey
	err := public.UnmarshalText([]byte(k.text))
	return public, err
}

package envelope

import (
	"bufio"
	"bytes"
	"crypto/fips140"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"

	"filippo.io/age"

	"hindsite.app/importer/envelope/sealed"
	"hindsite.app/player/fault"
)

// KeyKind names the mathematics of an identity.
type KeyKind string

// The kinds of keys. Hybrid keys stay safe when either part is broken, also
// by a quantum computer; X25519 keys are short and older tools know them.
const (
	X25519     KeyKind = "X25519"
	Hybrid     KeyKind = "ML-KEM-768 + X25519"
	Passphrase KeyKind = "passphrase (scrypt)"
)

// Identity is a private key. Its String is safe to log; Secret is not.
type Identity struct {
	Kind      KeyKind
	unwrap    age.Identity
	recipient age.Recipient
	secret    string
}

// NewIdentity makes a key of kind X25519 or Hybrid from the operating system's
// randomness; age takes no other.
func NewIdentity(kind KeyKind) (*Identity, error) {
	// X25519 is refused in this mode, and age's hybrid generation then retries
	// for ever.
	if fips140.Enforced() {
		return nil, fault.New(fault.Unsupported, "make key: not possible while FIPS 140 is enforced")
	}
	switch kind {
	case X25519:
		id, err := age.GenerateX25519Identity()
		if err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
		return newX25519(id), nil
	case Hybrid:
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
		return newHybrid(id), nil
	}
	return nil, fault.New(fault.Unsupported, "make key: unknown kind %q", kind)
}

func newX25519(id *age.X25519Identity) *Identity {
	return &Identity{Kind: X25519, unwrap: id, recipient: id.Recipient(), secret: id.String()}
}

func newHybrid(id *age.HybridIdentity) *Identity {
	return &Identity{Kind: Hybrid, unwrap: id, recipient: id.Recipient(), secret: id.String()}
}

// Recipient returns the public half: what others encrypt to. Its type has a
// String method that yields the text of the recipient.
func (i *Identity) Recipient() age.Recipient { return i.recipient }

// Secret returns the private half as text: AGE-SECRET-KEY-….
func (i *Identity) Secret() string { return i.secret }

// String names the key without revealing it.
func (i *Identity) String() string {
	return fmt.Sprintf("%s key %s", i.Kind, Fingerprint(i.recipient))
}

// GoString is String, so that no format verb prints the secret.
func (i *Identity) GoString() string { return i.String() }

// Format implements fmt.Formatter for the same reason.
func (i *Identity) Format(s fmt.State, _ rune) { io.WriteString(s, i.String()) }

// WriteFile writes the key as age-keygen does: two comments and the secret.
func (i *Identity) WriteFile(w io.Writer, created time.Time) error {
	_, err := fmt.Fprintf(w, "# created: %s\n# public key: %s\n%s\n",
		created.Format(time.RFC3339), i.recipient, i.secret)
	return err
}

const maxKeyFile = mib

// ParseIdentities reads an identity file: one AGE-SECRET-KEY-… a line, blank
// lines and lines that begin with # passed over. Errors name the line, never
// its text.
func ParseIdentities(r io.Reader) ([]*Identity, error) {
	lines, err := keyLines(r, "identity file")
	if err != nil {
		return nil, err
	}
	var ids []*Identity
	for _, line := range lines {
		id, err := parseIdentity(line.text)
		if err != nil {
			return nil, fault.New(fault.Of(err), "read identity file: line %d: %w", line.number, err)
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, fault.New(fault.Schema, "read identity file: holds no key")
	}
	return ids, nil
}

func parseIdentity(text string) (*Identity, error) {
	if fips140.Enforced() {
		return nil, fault.New(fault.Unsupported, "not possible while FIPS 140 is enforced")
	}
	// The library's errors may quote the key: they are dropped.
	switch {
	case strings.HasPrefix(text, "AGE-SECRET-KEY-PQ-1"):
		if id, err := age.ParseHybridIdentity(text); err == nil {
			return newHybrid(id), nil
		}
	case strings.HasPrefix(text, "AGE-SECRET-KEY-1"):
		if id, err := age.ParseX25519Identity(text); err == nil {
			return newX25519(id), nil
		}
	case strings.HasPrefix(text, "AGE-PLUGIN-"):
		return nil, fault.New(fault.Unsupported, "keys that need a plugin are not used")
	case strings.HasPrefix(text, "age-encryption.org/"), strings.HasPrefix(text, "-----BEGIN"):
		return nil, fault.New(fault.Unsupported, "the key is itself encrypted, or of another program")
	case strings.HasPrefix(text, "age1"):
		return nil, fault.New(fault.Schema, "a public key; the secret one is wanted")
	}
	return nil, fault.New(fault.Schema, "not an age secret key")
}

// ParseRecipient reads one public key: age1….
func ParseRecipient(text string) (age.Recipient, error) {
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "age1pq1"):
		if r, err := age.ParseHybridRecipient(text); err == nil {
			return r, nil
		}
	case strings.HasPrefix(text, "age1"):
		if r, err := age.ParseX25519Recipient(text); err == nil {
			return r, nil
		}
	case strings.HasPrefix(text, "AGE-SECRET-KEY-"):
		return nil, fault.New(fault.Schema, "a secret key; the public one is wanted")
	case strings.HasPrefix(text, "ssh-"):
		return nil, fault.New(fault.Unsupported, "SSH keys are not used")
	}
	return nil, fault.New(fault.Schema, "not an age public key")
}

// ParseRecipients reads a list of public keys, one a line, with comments as in
// an identity file.
func ParseRecipients(r io.Reader) ([]age.Recipient, error) {
	lines, err := keyLines(r, "recipients")
	if err != nil {
		return nil, err
	}
	var out []age.Recipient
	for _, line := range lines {
		rcpt, err := ParseRecipient(line.text)
		if err != nil {
			return nil, fault.New(fault.Of(err), "read recipients: line %d: %w", line.number, err)
		}
		out = append(out, rcpt)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Schema, "read recipients: holds no key")
	}
	return out, nil
}

type keyLine struct {
	number int
	text   string
}

func keyLines(r io.Reader, what string) ([]keyLine, error) {
	all, err := io.ReadAll(io.LimitReader(r, maxKeyFile+1))
	if err != nil {
		return nil, fault.Default(fault.Storage, fmt.Errorf("read %s: %w", what, err))
	}
	if len(all) > maxKeyFile {
		return nil, fault.New(fault.Limit, "read %s: larger than 1 MiB", what)
	}
	var lines []keyLine
	scanner := bufio.NewScanner(bytes.NewReader(all))
	scanner.Buffer(nil, maxKeyFile+1)
	for n := 1; scanner.Scan(); n++ {
		text := strings.TrimSpace(strings.TrimPrefix(scanner.Text(), "\uFEFF"))
		if text != "" && !strings.HasPrefix(text, "#") {
			lines = append(lines, keyLine{n, text})
		}
	}
	return lines, nil
}

// NewPassphraseRecipient returns the recipient that encrypts to a passphrase,
// with work factor 2^logN; 0 means age's default, 18. It can not be mixed with
// other recipients.
func NewPassphraseRecipient(passphrase string, logN int) (age.Recipient, error) {
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, fault.New(fault.NoKey, "use passphrase: %w", err)
	}
	if logN != 0 {
		if logN < 1 || logN > maxWork {
			return nil, fault.New(fault.Limit, "use passphrase: work factor %d is not within 1 to %d", logN, maxWork)
		}
		r.SetWorkFactor(logN)
	}
	return r, nil
}

// passphraseFingerprint stands for any passphrase: a digest of one could be
// guessed.
const passphraseFingerprint = "passphrase"

// Fingerprint names a recipient in a manifest and on screen (FORMAT.md).
func Fingerprint(r age.Recipient) string {
	s, ok := r.(fmt.Stringer)
	if !ok {
		return passphraseFingerprint
	}
	sum := sha256.Sum256([]byte(s.String()))
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// maxWork is the dearest passphrase that is tried without asking: 2^18 takes
// about a second and 256 MiB.
const maxWork = 18

// Keys is what somebody has to open archives with. The zero value opens only
// what is not encrypted.
type Keys struct {
	Identities []*Identity
	Passphrase string        // "" for none
	MaxWork    int           // ceiling of a passphrase's work factor, log2; 0 means 18
	Sealed     []*sealed.Key // for what recorders sealed
}

// String tells how many keys there are, and no more.
func (k Keys) String() string {
	text := fmt.Sprintf("%d identities, %d keys for sealed objects", len(k.Identities), len(k.Sealed))
	if k.Passphrase != "" {
		text += ", a passphrase"
	}
	return text
}

// GoString is String, so that no format verb prints the passphrase.
func (k Keys) GoString() string { return k.String() }

// Format implements fmt.Formatter for the same reason.
func (k Keys) Format(s fmt.State, _ rune) { io.WriteString(s, k.String()) }

// holds reports whether one of the fingerprints is of a key in k.
func (k Keys) holds(fingerprints []string) bool {
	for _, f := range fingerprints {
		if f == passphraseFingerprint && k.Passphrase != "" {
			return true
		}
		for _, id := range k.Identities {
			if Fingerprint(id.recipient) == f {
				return true
			}
		}
		for _, key := range k.Sealed {
			if key.Fingerprint() == f {
				return true
			}
		}
	}
	return false
}

// ring is the only identity that age is given: it holds the header to the
// rules that age leaves to single identities, and remembers which key fitted.
type ring struct {
	keys   Keys
	fitted KeyKind
}

// Unwrap implements age.Identity.
func (r *ring) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type == "scrypt" && len(stanzas) > 1 {
			return nil, fault.New(fault.Tampered, "a passphrase beside other recipients")
		}
	}
	for _, id := range r.keys.Identities {
		key, err := id.unwrap.Unwrap(stanzas)
		if err == nil {
			r.fitted = id.Kind
			return key, nil
		}
		if !isIncorrect(err) {
			return nil, fault.New(fault.Tampered, "malformed recipient")
		}
	}
	if r.keys.Passphrase != "" {
		return r.unwrapPassphrase(stanzas)
	}
	return nil, age.ErrIncorrectIdentity
}

func (r *ring) unwrapPassphrase(stanzas []*age.Stanza) ([]byte, error) {
	ceiling := r.keys.MaxWork
	if ceiling <= 0 {
		ceiling = maxWork
	}
	if len(stanzas) == 1 && stanzas[0].Type == "scrypt" && len(stanzas[0].Args) == 2 {
		if work, ok := canonicalNumber(stanzas[0].Args[1]); ok && work > ceiling {
			return nil, fault.New(fault.Limit, "the passphrase's work factor is 2^%d, allowed are 2^%d", work, ceiling)
		}
	}
	id, err := age.NewScryptIdentity(r.keys.Passphrase)
	if err != nil {
		return nil, age.ErrIncorrectIdentity
	}
	id.SetMaxWorkFactor(ceiling)
	key, err := id.Unwrap(stanzas)
	if err == nil {
		r.fitted = Passphrase
		return key, nil
	}
	if isIncorrect(err) {
		return nil, age.ErrIncorrectIdentity
	}
	return nil, fault.New(fault.Tampered, "malformed passphrase recipient")
}

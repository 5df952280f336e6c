package state

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"hindsite.app/importer/envelope"
	"hindsite.app/importer/envelope/sealed"
	"hindsite.app/player/fault"
)

// NewKey makes a user key, writes it to the file, readable by its owner only,
// and returns its recipient: the public half, which others encrypt to. An
// existing file is never replaced.
func NewKey(file string, hybrid bool, now time.Time) (recipient string, err error) {
	kind := envelope.X25519
	if hybrid {
		kind = envelope.Hybrid
	}
	id, err := envelope.NewIdentity(kind)
	if err != nil {
		return "", fmt.Errorf("make key: %w", err)
	}
	var text bytes.Buffer
	if err := id.WriteFile(&text, now); err != nil {
		return "", fmt.Errorf("make key: %w", err)
	}
	defer clear(text.Bytes())
	if err := writeKey(file, text.Bytes()); err != nil {
		return "", err
	}
	return recipientOf(id), nil
}

// writeKey writes a new file that only its owner reads.
func writeKey(file string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fault.New(fault.Storage, "write key: %w", err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return fault.New(fault.Duplicate, "write key: the file is there already")
	}
	if err != nil {
		return fault.New(fault.Storage, "write key: %w", err)
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fault.New(fault.Storage, "write key: %w", err)
	}
	return nil
}

// NewSealingKey makes a user key for sealed objects (AES-256), as a JSON Web
// Key, and writes it as NewKey does. It opens archives of the AES-256 profile
// and the library that it makes.
func NewSealingKey(file string) (Recipient, error) {
	key, err := sealed.NewKey()
	if err != nil {
		return Recipient{}, err
	}
	text, err := key.Secret()
	if err != nil {
		return Recipient{}, err
	}
	defer clear(text)
	return sealingRecipient(key), writeKey(file, text)
}

func sealingRecipient(k *sealed.Key) Recipient {
	return Recipient{Text: k.Public.String(), Fingerprint: k.Fingerprint()}
}

// Recipient is the public half of a key: what others encrypt to.
type Recipient struct {
	Text        string `json:"recipient"`
	Fingerprint string `json:"fingerprint,omitempty"` // of a JWK; an age recipient is its own
}

func recipientOf(id *envelope.Identity) string { return fmt.Sprint(id.Recipient()) }

// ShowKey returns the recipients of the keys in the file, as text.
func ShowKey(file string) ([]string, error) {
	all, err := Recipients(file)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(all))
	for i, r := range all {
		out[i] = r.Text
	}
	return out, nil
}

// Recipients returns the recipients of the keys in the file.
func Recipients(file string) ([]Recipient, error) {
	k, _, err := Credential{KeyFile: file}.keys()
	if err != nil {
		return nil, err
	}
	var out []Recipient
	for _, id := range k.Identities {
		out = append(out, Recipient{Text: recipientOf(id)})
	}
	for _, key := range k.Sealed {
		out = append(out, sealingRecipient(key))
	}
	return out, nil
}

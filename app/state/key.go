package state

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"hindsite.app/importer/envelope"
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
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", fault.New(fault.Storage, "write key: %w", err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return "", fault.New(fault.Duplicate, "write key: the file is there already")
	}
	if err != nil {
		return "", fault.New(fault.Storage, "write key: %w", err)
	}
	_, err = f.Write(text.Bytes())
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return "", fault.New(fault.Storage, "write key: %w", err)
	}
	return recipientOf(id), nil
}

func recipientOf(id *envelope.Identity) string { return fmt.Sprint(id.Recipient()) }

// ShowKey returns the recipients of the keys in the file.
func ShowKey(file string) ([]string, error) {
	k, _, err := Credential{KeyFile: file}.keys()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, id := range k.Identities {
		out = append(out, recipientOf(id))
	}
	return out, nil
}

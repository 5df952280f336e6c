// Package keyring keeps secrets in the keyring of the operating system: the
// Secret Service on Linux and BSD, the keychain of macOS, the credential
// manager of Windows. What it protects from is other people of the computer,
// not other programs of the same person: on macOS and Linux any of those can
// ask for a secret while the keyring is unlocked.
package keyring

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	gokeyring "github.com/zalando/go-keyring"

	"hindsite.app/player/fault"
)

// MaxSecret is the longest secret in bytes: what Windows takes.
const MaxSecret = 2560

// The errors. Both have class Storage.
var (
	// ErrAbsent says that there is no keyring, or none that can be used now.
	ErrAbsent = &fault.Error{Class: fault.Storage, Err: errors.New("no keyring of the system can be used")}
	// ErrNotFound says that the keyring does not have the secret.
	ErrNotFound = &fault.Error{Class: fault.Storage, Err: errors.New("the keyring does not have it")}
)

// System is the keyring of the operating system. It may ask the person to
// unlock it, so that its methods can take as long as people do. They may be
// called by several goroutines.
type System struct {
	service string
	usable  func() bool
}

// New returns the keyring, in which secrets are filed under service.
func New(service string) *System { return &System{service, reachable} }

// Put keeps a secret under a name, in place of one that was there. Errors:
// ErrAbsent, and fault.Limit for more than MaxSecret bytes.
func (s *System) Put(name, secret string) error {
	if len(secret) > MaxSecret {
		return fault.New(fault.Limit, "keep secret: longer than %d bytes", MaxSecret)
	}
	if !s.usable() {
		return ErrAbsent
	}
	return s.trouble(gokeyring.Set(s.service, name, secret))
}

// Secret returns what is kept under a name. Errors: ErrNotFound, ErrAbsent.
func (s *System) Secret(name string) (string, error) {
	if !s.usable() {
		return "", ErrAbsent
	}
	secret, err := gokeyring.Get(s.service, name)
	return secret, s.trouble(err)
}

// Drop forgets the secret of a name. One that is not there is no error.
func (s *System) Drop(name string) error {
	if !s.usable() {
		return ErrAbsent
	}
	err := s.trouble(gokeyring.Delete(s.service, name))
	if err == ErrNotFound {
		return nil
	}
	return err
}

// trouble leaves out what the system says: it may name the secret's owner.
func (s *System) trouble(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gokeyring.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, gokeyring.ErrSetDataTooBig):
		return fault.New(fault.Limit, "keep secret: too long for this keyring")
	}
	return ErrAbsent
}

// reachable reports whether there can be a keyring. Where there is no message
// bus, asking for one would start one, and nobody would answer there.
func reachable() bool {
	switch runtime.GOOS {
	case "windows", "darwin":
		return true
	}
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		dir = filepath.Join("/run/user", strconv.Itoa(os.Getuid()))
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

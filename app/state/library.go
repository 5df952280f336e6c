package state

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"filippo.io/age"

	"hindsite.app/data"
	"hindsite.app/importer/envelope"
	"hindsite.app/importer/envelope/sealed"
	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
	"hindsite.app/player/render"
)

// Deps is what the use cases take from their surroundings.
type Deps struct {
	Now      func() time.Time
	Renderer render.Backend
	// Exact makes a backend that draws with a browser; nil means that there is
	// none to be had.
	Exact   func() Exact
	Version string // of the program, for what it writes
	// Keyring keeps credentials of origins; nil means that there is none.
	Keyring Keyring
	// Network is what sources take from their surroundings, without anything
	// that belongs to one origin.
	Network source.Options
}

// Credential is what a person holds: the file of their key, a passphrase, or
// both. It never holds the key itself.
type Credential struct {
	KeyFile    string
	Passphrase string
}

// ErrNoCredential says that a library was to be opened with neither a key nor a
// passphrase.
var ErrNoCredential = &fault.Error{Class: fault.NoKey, Err: errors.New("no key and no passphrase given")}

// maxKeyFile is the largest key file that is read.
const maxKeyFile = 1 << 20

// keys reads the key file. The result opens archives and libraries.
func (c Credential) keys() (envelope.Keys, data.Credential, error) {
	k := envelope.Keys{Passphrase: c.Passphrase}
	d := data.Credential{}
	if c.Passphrase != "" {
		d.Passphrase = []byte(c.Passphrase)
	}
	if c.KeyFile == "" {
		return k, d, nil
	}
	b, err := readSmall(c.KeyFile, maxKeyFile)
	if err != nil {
		return k, d, fault.New(fault.NoKey, "read key file: %w", err)
	}
	defer clear(b)
	if sealed.LooksLikeKey(b) {
		if k.Sealed, err = sealed.ParseKeys(b); err != nil {
			return k, d, fault.New(fault.NoKey, "read key file: %w", err)
		}
		for _, key := range k.Sealed {
			d.Identities = append(d.Identities, key)
		}
		return k, d, nil
	}
	k.Identities, err = envelope.ParseIdentities(bytes.NewReader(b))
	if err != nil {
		return k, d, fault.New(fault.NoKey, "read key file: %w", err)
	}
	parsed, err := age.ParseIdentities(bytes.NewReader(b))
	if err != nil {
		return k, d, fault.New(fault.NoKey, "read key file: %w", err)
	}
	d.Identities = parsed
	return k, d, nil
}

func readSmall(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		return nil, fault.New(fault.Limit, "larger than %d bytes", limit)
	}
	return b, err
}

// Library is an open library with everything that can be done with it. Its
// methods may be called from several goroutines.
type Library struct {
	Dir string

	deps Deps
	data *data.Library
	keys envelope.Keys

	trusting sync.Mutex // changes of whom the library trusts
	arrivals sync.Mutex // files that come by themselves are imported one at a time
}

// LibraryExists reports whether there is a library in dir.
func LibraryExists(dir string) bool { return data.Exists(dir) }

// OpenLibrary opens the library in dir with the credential, and makes it on
// first use. The caller closes it.
func OpenLibrary(ctx context.Context, dir string, c Credential, deps Deps) (*Library, error) {
	archiveKeys, credential, err := c.keys()
	if err != nil {
		return nil, err
	}
	if len(credential.Identities) == 0 && len(credential.Passphrase) == 0 {
		return nil, fmt.Errorf("open library: %w", ErrNoCredential)
	}
	defer clear(credential.Passphrase)
	l := &Library{Dir: dir, deps: deps, keys: archiveKeys}
	if data.Exists(dir) {
		l.data, err = data.Open(ctx, dir, credential)
	} else {
		l.data, err = data.Create(ctx, dir, data.CreateOptions{Credential: credential})
	}
	if err != nil {
		return nil, fmt.Errorf("open library: %w", err)
	}
	return l, nil
}

// Close locks the library and drops its keys.
func (l *Library) Close() error { return l.data.Close() }

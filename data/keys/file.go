package keys

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"hindsite.app/player/fault"
)

const (
	fileFormat  = "hindsite-keys"
	fileVersion = 1

	// MaxFile is the largest keys.json that is read, in bytes.
	MaxFile   = 1 << 20
	maxSlots  = 64
	maxEpochs = 4096
)

type file struct {
	Format   string  `json:"format"`
	Version  int     `json:"version"`
	Library  string  `json:"library"`
	Slots    []slot  `json:"slots"`
	Epochs   []epoch `json:"epochs"`
	Identity []byte  `json:"identity"`
	MAC      []byte  `json:"mac"`
}

type epoch struct {
	N      int    `json:"n"`
	Sealed []byte `json:"sealed"`
}

// Bytes returns keys.json for the ring as it is.
func (k *Keyring) Bytes() ([]byte, error) {
	f := k.file
	var err error
	if f.MAC, err = k.mac(); err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write keys: %w", err)
	}
	return append(b, '\n'), nil
}

func (k *Keyring) mac() ([]byte, error) {
	f := k.file
	f.MAC = []byte{}
	b, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("write keys: %w", err)
	}
	h := hmac.New(sha256.New, k.check)
	h.Write(b)
	return h.Sum(nil), nil
}

// Open opens keys.json, given as b, with c. Errors: fault.NoKey when c fits no
// slot, fault.Tampered, fault.Limit for parameters that would cost too much,
// fault.Unsupported for a newer file, fault.Schema for one that is no
// keys.json, and ctx's error, which is looked at between slots.
func Open(ctx context.Context, b []byte, c Credential) (*Keyring, error) {
	f, err := parse(b)
	if err != nil {
		return nil, err
	}
	k := &Keyring{library: f.Library, file: f}
	if k.lk, err = openSlots(ctx, f, c); err != nil {
		return nil, err
	}
	if err := k.openAll(); err != nil {
		k.Close()
		return nil, err
	}
	return k, nil
}

// parse reads keys.json and checks everything that can be checked without a
// key.
func parse(b []byte) (file, error) {
	var f file
	if len(b) > MaxFile {
		return f, fault.New(fault.Limit, "read keys: more than %d bytes", MaxFile)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		// The decoder's message may quote the file.
		return f, fault.New(fault.Schema, "read keys: not a keys.json")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return f, fault.New(fault.Schema, "read keys: more after the object")
	}
	switch {
	case f.Format != fileFormat:
		return f, fault.New(fault.Schema, "read keys: not a keys.json")
	case f.Version != fileVersion:
		return f, fault.New(fault.Unsupported, "read keys: version %d", f.Version)
	case len(f.Slots) == 0 || len(f.Epochs) == 0:
		return f, fault.New(fault.Schema, "read keys: no slot or no epoch")
	case len(f.Slots) > maxSlots || len(f.Epochs) > maxEpochs:
		return f, fault.New(fault.Limit, "read keys: %d slots, %d epochs", len(f.Slots), len(f.Epochs))
	}
	if id, err := hex.DecodeString(f.Library); err != nil || len(id) != 16 {
		return f, fault.New(fault.Schema, "read keys: no library id")
	}
	for i, e := range f.Epochs {
		if e.N < 1 || i > 0 && e.N <= f.Epochs[i-1].N {
			return f, fault.New(fault.Schema, "read keys: epochs are not in order")
		}
	}
	for i := range f.Slots {
		var compact bytes.Buffer
		if err := json.Compact(&compact, f.Slots[i].Params); err != nil {
			return f, fault.New(fault.Schema, "read keys: slot %d has no parameters", i)
		}
		f.Slots[i].Params = compact.Bytes()
		if err := f.Slots[i].check(f.Library); err != nil {
			return f, err
		}
	}
	return f, nil
}

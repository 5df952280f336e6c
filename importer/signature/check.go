package signature

import (
	"errors"

	"hindsite.app/player/fault"
)

// Pin is a key that is trusted under a name.
type Pin struct {
	Name string
	Key  Key
}

// State is what is known about who signed.
type State string

// The states.
const (
	Unsigned State = "unsigned"
	Pinned   State = "pinned"  // by a key that is trusted
	Unknown  State = "unknown" // by a key that nobody pinned
	Bad      State = "bad"     // the signature is not right: the content is blocked
)

// Finding is what Check found.
type Finding struct {
	State State
	Name  string // of the pin
	Key   string // fingerprint of the key; "" when not known
	Err   error  // why the signature is bad
}

// String returns the sentence for people. The zero Finding is unsigned.
func (f Finding) String() string {
	switch f.State {
	case Pinned:
		return "signed by " + f.Name + " (pinned)"
	case Unknown:
		return "signed by unknown key"
	case Bad:
		return "bad signature (blocked)"
	}
	return "unsigned"
}

// Check verifies all signatures, nil ones aside, over message. One that is
// wrong makes the whole bad; else one by a pinned key makes it Pinned.
func Check(message []byte, namespace string, signatures [][]byte, pins []Pin) Finding {
	known := make([]Key, len(pins))
	for i, p := range pins {
		known[i] = p.Key
	}
	found := Finding{State: Unsigned}
	for _, text := range signatures {
		if text == nil {
			continue
		}
		f := checkOne(message, namespace, text, known, pins)
		switch {
		case f.State == Bad:
			return f
		case found.State != Pinned:
			found = f
		}
	}
	return found
}

func checkOne(message []byte, namespace string, text []byte, known []Key, pins []Pin) Finding {
	s, err := Parse(text)
	if err != nil {
		return Finding{State: Bad, Err: err}
	}
	key, err := s.Verify(message, namespace, known)
	if errors.Is(err, ErrUnknownKey) {
		return Finding{State: Unknown}
	}
	if err != nil {
		return Finding{State: Bad, Err: err}
	}
	for _, p := range pins {
		if p.Key == key {
			return Finding{State: Pinned, Name: p.Name, Key: key.Fingerprint()}
		}
	}
	return Finding{State: Unknown, Key: key.Fingerprint()}
}

// Policy says what to do with content that no pinned key has signed.
type Policy string

// The policies. Bad signatures are refused under each.
const (
	Warn    Policy = "warn"    // taken, and said
	Require Policy = "require" // refused
)

// ParsePolicy reads the word of a policy.
func ParsePolicy(word string) (Policy, error) {
	switch p := Policy(word); p {
	case Warn, Require:
		return p, nil
	}
	return "", fault.New(fault.Schema, "read policy: neither require nor warn")
}

// Refuse returns why content with finding f is refused under p, or nil: class
// Signature for a signature that is bad, or, where one is required, missing or
// of an unknown key.
func (p Policy) Refuse(f Finding) error {
	switch {
	case f.State == Bad:
		return fault.New(fault.Signature, "bad signature: %w", f.Err)
	case p != Require || f.State == Pinned:
		return nil
	case f.State == Unknown:
		return fault.New(fault.Signature, "signed by a key that is not pinned, and a pinned one is required")
	}
	return fault.New(fault.Signature, "not signed, and a signature is required")
}

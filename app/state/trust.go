package state

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// AnyOrigin stands for every origin, where a key is pinned or a rule is set.
const AnyOrigin = "*"

// Pin is a key that is trusted to sign the archives and feeds of an origin.
type Pin struct {
	Origin      string    `json:"origin"`
	Name        string    `json:"name"`
	Kind        string    `json:"kind"`
	Fingerprint string    `json:"fingerprint"`
	Added       time.Time `json:"added"`

	key signature.Key
}

// Rules are what a library demands of what is to be imported.
type Rules struct {
	AES256    bool                        // only sessions that were under AES-256-GCM
	Signature map[string]signature.Policy // by origin
}

// Trust is whom a library trusts and what it demands. The zero value trusts
// nobody and demands nothing.
type Trust struct {
	Pins  []Pin
	Rules Rules
}

// For returns the keys that are pinned for an origin and what becomes of
// archives and lists that none of them signed. What was set for the origin
// itself goes before what was set for all. Without a rule, whoever pinned a key
// for an origin wants its signatures: they are required; else their absence is
// only told.
func (t Trust) For(origin string) ([]signature.Pin, signature.Policy) {
	origin = originName(origin)
	var pins []signature.Pin
	for _, p := range t.Pins {
		if p.Origin == AnyOrigin || p.Origin == origin {
			pins = append(pins, signature.Pin{Name: p.Name, Key: p.key})
		}
	}
	policy, ok := t.Rules.Signature[origin]
	if !ok {
		policy, ok = t.Rules.Signature[AnyOrigin]
	}
	switch {
	case ok:
	case origin != AnyOrigin && slices.ContainsFunc(t.Pins, func(p Pin) bool { return p.Origin == origin }):
		policy = signature.Require
	default:
		policy = signature.Warn
	}
	return pins, policy
}

// originName returns an origin as it is compared: a site's host in lower case.
// An address stands for its host.
func originName(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if !strings.Contains(s, "://") {
		return s
	}
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	return u.Host
}

// The library keeps its trust as one record, so that a part of it cannot be
// taken away unseen.
const (
	trustKind = "trust"
	trustID   = "trust"
)

type trustRecord struct {
	AES256    bool                        `json:"aes256"`
	Signature map[string]signature.Policy `json:"signature,omitempty"`
	Pins      []pinRecord                 `json:"pins,omitempty"`
}

type pinRecord struct {
	Origin string    `json:"origin"`
	Name   string    `json:"name"`
	Key    string    `json:"key"`
	Added  time.Time `json:"added"`
}

// Trust returns whom the library trusts and what it demands.
func (l *Library) Trust(ctx context.Context) (Trust, error) {
	all, err := recordsOf[trustRecord](ctx, l.data, trustKind)
	if err != nil || len(all) == 0 {
		return Trust{}, err
	}
	t := Trust{Rules: Rules{AES256: all[0].Value.AES256, Signature: all[0].Value.Signature}}
	for _, p := range all[0].Value.Pins {
		key, err := signature.ParseKey([]byte(p.Key))
		if err != nil {
			return Trust{}, fault.New(fault.Storage, "read pinned keys: not what was stored")
		}
		t.Pins = append(t.Pins, Pin{
			Origin: p.Origin, Name: p.Name, Kind: key.Kind(), Fingerprint: key.Fingerprint(), Added: p.Added, key: key,
		})
	}
	return t, nil
}

// changeTrust changes what the library keeps, as one step.
func (l *Library) changeTrust(ctx context.Context, change func(*Trust) error) error {
	l.trusting.Lock()
	defer l.trusting.Unlock()
	t, err := l.Trust(ctx)
	if err != nil {
		return err
	}
	t.Rules.Signature = maps.Clone(t.Rules.Signature)
	if t.Rules.Signature == nil {
		t.Rules.Signature = map[string]signature.Policy{}
	}
	if err := change(&t); err != nil {
		return err
	}
	r := trustRecord{AES256: t.Rules.AES256, Signature: t.Rules.Signature}
	for _, p := range t.Pins {
		r.Pins = append(r.Pins, pinRecord{Origin: p.Origin, Name: p.Name, Key: p.key.String(), Added: p.Added})
	}
	_, err = putRecord(ctx, l.data, trustKind, trustID, l.deps.Now(), r)
	return err
}

const maxPins = 1000

// ErrNoPin says that no such key is pinned.
var ErrNoPin = &fault.Error{Class: fault.Schema, Err: errors.New("no such key is pinned")}

// AddPin trusts the public key in a file, OpenSSH's or minisign's, to sign for
// an origin, under a name that is shown.
func (l *Library) AddPin(ctx context.Context, origin, name, keyFile string) (Pin, error) {
	b, err := readSmall(keyFile, maxKeyFile)
	if err != nil {
		return Pin{}, fault.New(fault.NoKey, "read public key: %w", unwrapPath(err))
	}
	key, err := signature.ParseKey(b)
	if err != nil {
		return Pin{}, err
	}
	p := Pin{
		Origin: originName(origin), Name: strings.TrimSpace(name), Kind: key.Kind(), Fingerprint: key.Fingerprint(),
		Added: l.deps.Now().UTC().Truncate(time.Second), key: key,
	}
	if !showable(p.Name) || !showable(p.Origin) {
		return Pin{}, fault.New(fault.Schema, "pin key: the name or the origin is missing, too long or holds control characters")
	}
	return p, l.changeTrust(ctx, func(t *Trust) error {
		if len(t.Pins) >= maxPins {
			return fault.New(fault.Limit, "pin key: more than %d", maxPins)
		}
		for _, have := range t.Pins {
			if have.Origin == p.Origin && (have.key == p.key || have.Name == p.Name) {
				return fault.New(fault.Duplicate, "pin key: this origin has the key or the name already")
			}
		}
		t.Pins = append(t.Pins, p)
		return nil
	})
}

// showable reports whether a name can be shown as it is.
func showable(s string) bool {
	const most = 100
	return s != "" && len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	})
}

// RemovePin stops trusting a key of an origin, given by name or fingerprint.
// What was imported keeps what was known about it then.
func (l *Library) RemovePin(ctx context.Context, origin, which string) error {
	origin = originName(origin)
	return l.changeTrust(ctx, func(t *Trust) error {
		before := len(t.Pins)
		t.Pins = slices.DeleteFunc(t.Pins, func(p Pin) bool {
			return p.Origin == origin && (p.Name == which || p.Fingerprint == which)
		})
		if len(t.Pins) == before {
			return ErrNoPin
		}
		return nil
	})
}

// DemandAES256 says whether sessions that were never under AES-256-GCM are
// refused.
func (l *Library) DemandAES256(ctx context.Context, demand bool) error {
	return l.changeTrust(ctx, func(t *Trust) error {
		t.Rules.AES256 = demand
		return nil
	})
}

// DemandSignature says what becomes of an origin's archives that no pinned key
// has signed: refused, or taken with a word. AnyOrigin sets it for all that
// have no rule of their own.
func (l *Library) DemandSignature(ctx context.Context, origin string, policy signature.Policy) error {
	origin = originName(origin)
	if !showable(origin) {
		return fault.New(fault.Schema, "set rule: the origin is missing, too long or holds control characters")
	}
	return l.changeTrust(ctx, func(t *Trust) error {
		t.Rules.Signature[origin] = policy
		return nil
	})
}

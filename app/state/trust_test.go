package state_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/app/state"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

const (
	sshKey  = "../../importer/signature/testdata/ed25519.pub"
	miniKey = "../../importer/signature/testdata/minisign.pub"
)

func TestPins(t *testing.T) {
	l, _ := newLibrary(t)
	ctx := t.Context()
	if trust, err := l.Trust(ctx); err != nil || len(trust.Pins) > 0 || trust.Rules.AES256 {
		t.Fatalf("a new library trusts %+v, %v", trust, err)
	}
	ada, err := l.AddPin(ctx, "https://Shop.test/archives/", " Ada ", sshKey)
	if err != nil || ada.Origin != "shop.test" || ada.Name != "Ada" || ada.Kind != "ssh-ed25519" {
		t.Fatalf("%+v, %v", ada, err)
	}
	if _, err := l.AddPin(ctx, state.AnyOrigin, "Bo", miniKey); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		origin, name, file string
		want               fault.Class
	}{
		"key again":        {"shop.test", "Cy", sshKey, fault.Duplicate},
		"name again":       {"SHOP.test", "Ada", miniKey, fault.Duplicate},
		"no name":          {"shop.test", " ", miniKey, fault.Schema},
		"no origin":        {"", "Cy", miniKey, fault.Schema},
		"line feed":        {"shop.test", "C\ny", miniKey, fault.Schema},
		"turned around":    {"shop.test", "C\u202ey", miniKey, fault.Schema},
		"private key":      {"shop.test", "Cy", "../../importer/signature/testdata/ed25519", fault.Schema},
		"no file":          {"shop.test", "Cy", filepath.Join(t.TempDir(), "x"), fault.NoKey},
		"DSA is not taken": {"shop.test", "Cy", "../../importer/signature/testdata/dsa.pub", fault.Unsupported},
	} {
		if _, err := l.AddPin(ctx, c.origin, c.name, c.file); fault.Of(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	names := func(origin string) (out []string) {
		trust, err := l.Trust(ctx)
		if err != nil {
			t.Fatal(err)
		}
		pins, _ := trust.For(origin)
		for _, p := range pins {
			out = append(out, p.Name)
		}
		return out
	}
	if got := names("shop.TEST"); len(got) != 2 {
		t.Errorf("pinned for the shop: %v", got)
	}
	for _, other := range []string{"other.test", "", "test", "shop.test.evil"} {
		if got := names(other); len(got) != 1 || got[0] != "Bo" {
			t.Errorf("pinned for %q: %v", other, got)
		}
	}
	trust, err := l.Trust(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// A key that is pinned for an origin is wanted there, one for all is not.
	for origin, want := range map[string]signature.Policy{"shop.test": signature.Require, "other.test": signature.Warn, state.AnyOrigin: signature.Warn} {
		if _, got := trust.For(origin); got != want {
			t.Errorf("%s: %s", origin, got)
		}
	}
	if err := l.RemovePin(ctx, "other.test", "Ada"); !errors.Is(err, state.ErrNoPin) {
		t.Errorf("removed from another origin: %v", err)
	}
	if err := l.RemovePin(ctx, "shop.test", ada.Fingerprint); err != nil {
		t.Fatal(err)
	}
	if got := names("shop.test"); len(got) != 1 {
		t.Errorf("after the removal: %v", got)
	}
}

func TestRulesGoFromTheOriginToAll(t *testing.T) {
	l, cred := newLibrary(t)
	ctx := t.Context()
	for _, step := range []error{
		l.DemandAES256(ctx, true),
		l.DemandSignature(ctx, state.AnyOrigin, signature.Require),
		l.DemandSignature(ctx, "Loose.test", signature.Warn),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := state.OpenLibrary(ctx, l.Dir, cred, deps())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	trust, err := again.Trust(ctx)
	if err != nil || !trust.Rules.AES256 {
		t.Fatalf("%+v, %v", trust, err)
	}
	for origin, want := range map[string]signature.Policy{"loose.test": signature.Warn, "shop.test": signature.Require, "": signature.Require} {
		if _, got := trust.For(origin); got != want {
			t.Errorf("%q: %s", origin, got)
		}
	}
	if _, got := (state.Trust{}).For("shop.test"); got != signature.Warn {
		t.Errorf("without rules: %s", got)
	}
}

// What the library trusts is sealed: no name, site or key is in its files.
func TestTrustIsSealed(t *testing.T) {
	l, _ := newLibrary(t)
	if _, err := l.AddPin(t.Context(), "very-private.test", "Ada Lovelace", sshKey); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(l.Dir, "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"very-private", "Lovelace", "AAAAC3Nza"} {
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%q is in the database", secret)
		}
	}
}

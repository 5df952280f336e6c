package envelope

import "testing"

func TestProtectionOfPieces(t *testing.T) {
	plain := Protection{}
	aged := Protection{Encrypted: true, Key: X25519}
	whole := Protection{Sealed: Wholly}
	both := Protection{Encrypted: true, Key: X25519, Sealed: Wholly}
	converted := Protection{Encrypted: true, Key: X25519, Converted: "OpenReplay"}
	for _, c := range []struct {
		a, b Protection
		want string
	}{
		{aged, aged, "encrypted with age (X25519)"},
		{aged, plain, "not encrypted"},
		{whole, whole, "sealed with AES-256-GCM"},
		{whole, plain, "partly sealed with AES-256-GCM, the rest not encrypted"},
		{both, aged, "partly sealed with AES-256-GCM, encrypted with age (X25519)"},
		{both, whole, "sealed with AES-256-GCM"},
		{both, plain, "partly sealed with AES-256-GCM, the rest not encrypted"},
		{aged, converted, "encrypted with age (X25519), converted from OpenReplay, not authenticated"},
	} {
		if got := c.a.And(c.b).String(); got != c.want {
			t.Errorf("%v and %v: %s, want %s", c.a, c.b, got, c.want)
		}
		if got := c.b.And(c.a).String(); got != c.want {
			t.Errorf("%v and %v: %s, want %s", c.b, c.a, got, c.want)
		}
	}
}

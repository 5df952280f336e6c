package envelope

import (
	"bytes"
	"io"
	"io/fs"
	"testing"

	agetest "c2sp.org/CCTV/age"
	"filippo.io/age"

	"hindsite.app/player/fault"
)

// Cases 6, 12, 16, 17 and 18 of the security design, section 3.3, as far as the
// vectors of C2SP show them. All vectors are run by TestVectors; here those are
// named that the cases are about.
func TestCasesOfVectors(t *testing.T) {
	for _, c := range []struct {
		name    string
		vectors []string
		want    fault.Class
	}{
		{"case 6 two final chunks", []string{
			"stream_two_final_chunks", "stream_two_final_chunks_full", "stream_two_final_chunks_second",
		}, fault.Tampered},
		// The first of these ends where no chunk ends, so that the two are one
		// chunk that does not authenticate: which of the words fits is not seen.
		{"case 6 two final chunks, the first short", []string{"stream_two_final_chunks_short"}, fault.Truncated},
		{"case 4 no final chunk", []string{"stream_no_final", "stream_no_final_full", "stream_no_final_two_chunks", "stream_no_final_two_chunks_full"}, fault.Truncated},
		{"case 12 unknown recipients beside ours", []string{"x25519_grease", "hybrid_grease"}, ""},
		{"case 16 hybrid and X25519 in one file", []string{"hybrid_and_x25519"}, ""},
		{"case 17 share of low order", []string{"x25519_low_order", "hybrid_low_order"}, fault.Tampered},
		{"case 17 base64 not canonical", []string{"x25519_not_canonical_body", "x25519_not_canonical_share"}, fault.Tampered},
		{"case 17 header with CRLF", []string{"header_crlf"}, fault.Tampered},
		{"case 18 armor with garbage", []string{"armor_garbage_leading", "armor_garbage_trailing", "armor_garbage_encoded"}, fault.Tampered},
		{"case 18 checksum of PGP", []string{"armor_pgp_checksum"}, fault.Tampered},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range c.vectors {
				b, err := fs.ReadFile(agetest.Vectors, name)
				if err != nil {
					t.Fatal(err)
				}
				v := parseVector(t, b)
				a, err := v.open(t, bytes.NewReader(v.file))
				if err == nil {
					_, err = io.Copy(io.Discard, a.section())
				}
				if fault.Of(err) != c.want {
					t.Errorf("%s: %v (%s), want %q", name, err, fault.Of(err), c.want)
				}
			}
		})
	}
}

// Case 16: what is read as C2SP says is not written.
func TestCase16(t *testing.T) {
	classic := testKeys(t).Identities[0]
	hybrid, err := NewIdentity(Hybrid)
	if err != nil {
		t.Fatal(err)
	}
	phrase, err := NewPassphraseRecipient("x", 5)
	if err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string][]age.Recipient{
		"hybrid and X25519":     {hybrid.Recipient(), classic.Recipient()},
		"X25519 and hybrid":     {classic.Recipient(), hybrid.Recipient()},
		"passphrase and X25519": {phrase, classic.Recipient()},
	} {
		if _, err := Create(io.Discard, to, Info{}, testDeps()); fault.Of(err) != fault.Policy {
			t.Errorf("case 16 %s: %v", name, err)
		}
	}
}

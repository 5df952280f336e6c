package envelope

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

func archiveSigner(t *testing.T, name string) *signature.Signer {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "signature", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	s, err := signature.ParseSigner(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Case 58 for archives: the signature is over the manifest, which has the
// digests of everything else.
func TestSignedArchive(t *testing.T) {
	ssh, mini := archiveSigner(t, "ed25519"), archiveSigner(t, "minisign.key")
	keys := testKeys(t)
	b, _ := packSealed(t, recipients(keys), Info{Sign: []*signature.Signer{ssh, mini}})
	a, err := openBytes(b, strictName+".age", keys)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		pins []signature.Pin
		want string
	}{
		{nil, "signed by unknown key"},
		{[]signature.Pin{{Name: "Ada", Key: ssh.Key()}}, "signed by Ada (pinned)"},
		{[]signature.Pin{{Name: "Bo", Key: mini.Key()}}, "signed by Bo (pinned)"},
	} {
		if got := a.Signature(c.pins).String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	if len(a.Notes()) > 0 {
		t.Errorf("notes %v", a.Notes())
	}
	// The signatures of one archive, in another.
	sig, _, _ := a.Extra(manifestName + ".sig")
	_, goodFile, good := goodPart(t)
	other, err := openBytes(listing{lines: []string{good}, files: []file{goodFile, {name: manifestName + ".sig", body: sig}}}.zip(t), strictName, keys)
	if err != nil {
		t.Fatal(err)
	}
	if f := other.Signature([]signature.Pin{{Name: "Ada", Key: ssh.Key()}}); f.State != signature.Bad {
		t.Errorf("case 58 other bytes: %v", f)
	}
	unsigned, _ := pack(t, nil)
	if a, err = openBytes(unsigned, "", Keys{}); err != nil || a.Signature(nil).String() != "unsigned" {
		t.Errorf("unsigned: %v", err)
	}
	if a, err = openBytes(twoLines, "a.json", Keys{}); err != nil || a.Signature(nil).String() != "unsigned" {
		t.Errorf("a recording: %v", err)
	}
	if _, err := Create(io.Discard, nil, Info{Plain: true, Sign: []*signature.Signer{ssh, ssh}}, testDeps()); fault.Of(err) != fault.Duplicate {
		t.Errorf("signed twice: %v", err)
	}
}

// Whatever byte of a signed archive of the AES-256 profile is changed, and
// wherever it is cut: a session comes out as it went in or is refused, and the
// signature is never that of a friend over another manifest.
func TestSpoiledSignedArchive(t *testing.T) {
	k := sealKeys(t)
	keys := Keys{Sealed: k[:1]}
	signer := archiveSigner(t, "ed25519")
	pins := []signature.Pin{{Name: "Ada", Key: signer.Key()}}
	b, want := packSealed(t, nil, Info{SealTo: public(k[0]), Sign: []*signature.Signer{signer}, Origin: Origin{Site: "shop.test"}})
	a, err := openBytes(b, strictName, keys)
	if err != nil || a.Signature(pins).State != signature.Pinned {
		t.Fatal(err)
	}
	manifest := a.ManifestBytes()
	opened := 0
	for at := 0; at < len(b); at += 7 {
		for what, in := range map[string][]byte{"flipped": flip(b, at), "cut": b[:at]} {
			a, err := openBytes(in, strictName, keys)
			if err != nil {
				if fault.Of(err) == "" {
					t.Fatalf("%s at %d: no class: %v", what, at, err)
				}
				continue
			}
			opened++
			if a.Signature(pins).State == signature.Pinned && !bytes.Equal(a.ManifestBytes(), manifest) {
				t.Fatalf("%s at %d: signed, and another manifest", what, at)
			}
			for id, o := range readAll(a) {
				switch {
				case o.err == nil && o.text != want[id]:
					t.Fatalf("%s at %d: %s came out otherwise", what, at, id)
				case o.err != nil && o.class == "":
					t.Fatalf("%s at %d: no class: %v", what, at, o.err)
				}
			}
		}
	}
	if opened == 0 {
		t.Error("no spoiled archive was opened: nothing was tried")
	}
}

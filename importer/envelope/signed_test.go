package envelope

import (
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

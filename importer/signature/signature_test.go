package signature

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"hindsite.app/player/fault"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func key(t testing.TB, name string) Key {
	t.Helper()
	k, err := ParseKey(read(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func signer(t testing.TB, name, passphrase string) *Signer {
	t.Helper()
	s, err := ParseSigner(read(t, name), []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The signatures and keys were made by ssh-keygen and minisign.
var made = []struct{ signature, key, kind string }{
	{"message.ed25519.sig", "ed25519.pub", "ssh-ed25519"},
	{"message.ecdsa.sig", "ecdsa.pub", "ecdsa-sha2-nistp256"},
	{"message.rsa.sig", "rsa.pub", "ssh-rsa"},
	{"message.minisig", "minisign.pub", "minisign"},
	{"message.legacy.minisig", "minisign.pub", "minisign"},
}

func TestSignaturesOfTheTools(t *testing.T) {
	message := read(t, "message.json")
	for _, m := range made {
		t.Run(m.signature, func(t *testing.T) {
			k := key(t, m.key)
			if k.Kind() != m.kind {
				t.Errorf("kind %q", k.Kind())
			}
			s, err := Parse(read(t, m.signature))
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Verify(message, Archive, []Key{k})
			if err != nil || got != k {
				t.Errorf("by %q, %v", got, err)
			}
			pins := []Pin{{"Ada", k}}
			if f := Check(message, Archive, [][]byte{read(t, m.signature)}, pins); f.State != Pinned || f.Name != "Ada" || f.Key != k.Fingerprint() {
				t.Errorf("pinned: %+v", f)
			}
			stranger := []Pin{{"Bo", key(t, "protected.pub")}, {"Cy", key(t, "protected.minisign.pub")}}
			if f := Check(message, Archive, [][]byte{read(t, m.signature)}, stranger); f.State != Unknown {
				t.Errorf("by a stranger: %+v", f)
			}
			for i := range message {
				other := bytes.Clone(message)
				other[i] ^= 1
				if f := Check(other, Archive, [][]byte{read(t, m.signature)}, pins); f.State != Bad || fault.Of(f.Err) != fault.Signature {
					t.Fatalf("byte %d changed: %+v", i, f)
				}
			}
		})
	}
}

func TestFingerprintIsThatOfTheTool(t *testing.T) {
	tool := lookFor(t, "ssh-keygen")
	for _, name := range []string{"ed25519.pub", "ecdsa.pub", "rsa.pub"} {
		out, err := exec.Command(tool, "-l", "-f", filepath.Join("testdata", name)).Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := key(t, name).Fingerprint(); got != strings.Fields(string(out))[1] {
			t.Errorf("%s: %s, ssh-keygen says %s", name, got, out)
		}
	}
}

// Case 58 of the security design, section 3.3.
func TestCase58(t *testing.T) {
	message := read(t, "message.json")
	ed := signer(t, "ed25519", "")
	pins := []Pin{{"Ada", key(t, "ed25519.pub")}, {"Ada", key(t, "rsa.pub")}}
	sign := func(namespace string, message []byte) []byte {
		b, err := ed.Sign(rand.Reader, message, namespace, time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name  string
		sig   []byte
		state State
	}{
		{"case 58 other bytes", sign(Archive, []byte("x")), Bad},
		{"case 58 other namespace", sign(Feed, message), Bad},
		{"case 58 namespace of files", sign("file", message), Bad},
		{"case 58 RSA with SHA-1", weakRSA(t, message, ssh.KeyAlgoRSA, "sha512"), Bad},
		{"case 58 SHA-1 of the message", weakRSA(t, message, ssh.KeyAlgoRSASHA512, "sha1"), Bad},
		{"case 58 RSA with SHA-2", weakRSA(t, message, ssh.KeyAlgoRSASHA256, "sha256"), Pinned},
		{"case 58 unpinned key", read(t, "message.ecdsa.sig"), Unknown},
		{"empty", []byte{}, Bad},
		{"cut", sign(Archive, message)[:120], Bad},
		{"too large", make([]byte, MaxSize+1), Bad},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := Check(message, Archive, [][]byte{c.sig}, pins)
			if f.State != c.state {
				t.Errorf("%+v", f)
			}
			warned, required := Warn.Refuse(f), Require.Refuse(f)
			if (warned != nil) != (c.state == Bad) || (required != nil) != (c.state != Pinned) {
				t.Errorf("warn: %v, require: %v", warned, required)
			}
			if required != nil && fault.Of(required) != fault.Signature {
				t.Errorf("class %s", fault.Of(required))
			}
		})
	}
}

// weakRSA signs as OpenSSH would, with a hash of one's choice.
func weakRSA(t *testing.T, message []byte, algorithm, hash string) []byte {
	t.Helper()
	s := signer(t, "rsa", "").ssh
	signed, ok := sshSigned(Archive, nil, hash, message)
	if !ok {
		signed, _ = sshSigned(Archive, nil, "sha256", message)
	}
	inner, err := s.SignWithAlgorithm(rand.Reader, signed, algorithm)
	if err != nil {
		t.Fatal(err)
	}
	blob := append([]byte(sshMagic), ssh.Marshal(sshBlob{
		Version: 1, PublicKey: s.PublicKey().Marshal(), Namespace: Archive, Hash: hash, Signature: ssh.Marshal(inner),
	})...)
	return []byte(sshBegin + "\n" + base64.StdEncoding.EncodeToString(blob) + "\n" + sshEnd + "\n")
}

func TestCheckJoinsSignatures(t *testing.T) {
	message := read(t, "message.json")
	pins := []Pin{{"Ada", key(t, "minisign.pub")}}
	unknown, pinned, bad := read(t, "message.rsa.sig"), read(t, "message.minisig"), []byte("x")
	for _, c := range []struct {
		name string
		sigs [][]byte
		want string
	}{
		{"none", [][]byte{nil, nil}, "unsigned"},
		{"one of a stranger", [][]byte{unknown, nil}, "signed by unknown key"},
		{"a stranger and a friend", [][]byte{unknown, pinned}, "signed by Ada (pinned)"},
		{"a friend and a stranger", [][]byte{pinned, unknown}, "signed by Ada (pinned)"},
		{"a friend and nonsense", [][]byte{pinned, bad}, "bad signature (blocked)"},
	} {
		if got := Check(message, Archive, c.sigs, pins).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if (Finding{}).String() != "unsigned" {
		t.Error("the zero Finding is not unsigned")
	}
}

// What minisign's tail says is signed, too.
func TestTrustedCommentIsSigned(t *testing.T) {
	message := read(t, "message.json")
	changed := bytes.Replace(read(t, "message.minisig"), []byte("file:message"), []byte("file:massage"), 1)
	if f := Check(message, Archive, [][]byte{changed}, []Pin{{"Ada", key(t, "minisign.pub")}}); f.State != Bad {
		t.Errorf("%+v", f)
	}
}

func TestParseKeyRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want fault.Class
	}{
		"empty":             {"", fault.Schema},
		"DSA":               {string(read(t, "dsa.pub")), fault.Unsupported},
		"RSA of 1024 bits":  {string(read(t, "rsa1024.pub")), fault.Unsupported},
		"options":           {`command="x" ` + string(read(t, "ed25519.pub")), fault.Schema},
		"two keys":          {string(read(t, "ed25519.pub")) + string(read(t, "ecdsa.pub")), fault.Schema},
		"private key":       {string(read(t, "ed25519")), fault.Schema},
		"minisign's secret": {string(read(t, "minisign.key")), fault.Schema},
		"minisign, cut":     {"RWR7WWG8H7M9V3nAKrg6ueWiqHCZ", fault.Schema},
		"huge":              {strings.Repeat("x", maxKeyText+1), fault.Limit},
	} {
		if k, err := ParseKey([]byte(c.text)); fault.Of(err) != c.want || !k.IsZero() {
			t.Errorf("%s: %v, %v", name, k, err)
		}
	}
}

func TestParseSigner(t *testing.T) {
	for _, c := range []struct {
		file, passphrase string
		want             error
	}{
		{"ed25519", "", nil}, {"ecdsa", "", nil}, {"rsa", "", nil}, {"minisign.key", "", nil},
		{"ed25519", "not needed", nil},
		{"protected", "correct horse", nil},
		{"protected", "wrong", ErrPassphrase},
		{"protected", "", ErrPassphrase},
		{"protected.minisign.key", "", ErrPassphrase},
	} {
		s, err := ParseSigner(read(t, c.file), []byte(c.passphrase))
		if !errors.Is(err, c.want) {
			t.Errorf("%s with %q: %v", c.file, c.passphrase, err)
		}
		public := strings.TrimSuffix(c.file, ".key") + ".pub"
		if err == nil && s.Key() != key(t, public) {
			t.Errorf("%s is not the key of %s", c.file, public)
		}
	}
	for _, file := range []string{"ed25519.pub", "message.json", "minisign.pub"} {
		if _, err := ParseSigner(read(t, file), nil); fault.Of(err) != fault.NoKey {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// minisign protects its keys by scrypt over 1 GiB.
func TestProtectedMinisignKey(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 1 GiB of memory")
	}
	if got := signer(t, "protected.minisign.key", "correct horse").Key(); got != key(t, "protected.minisign.pub") {
		t.Errorf("got %v", got)
	}
}

func lookFor(t *testing.T, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		t.Skip(tool + " is not installed")
	}
	return path
}

// The other way round: what we sign, the tools verify.
func TestToolsVerifyOurs(t *testing.T) {
	message := read(t, "message.json")
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := write("message.json", message)
	for _, name := range []string{"ed25519", "ecdsa", "rsa"} {
		t.Run(name, func(t *testing.T) {
			tool := lookFor(t, "ssh-keygen")
			s := signer(t, name, "")
			b, err := s.Sign(rand.Reader, message, Archive, time.Unix(1, 0))
			if err != nil {
				t.Fatal(err)
			}
			sig := write(name+s.Extension(), b)
			allowed := write("allowed", []byte("ada@example.org namespaces=\""+Archive+"\" "+s.Key().String()+"\n"))
			cmd := exec.Command(tool, "-Y", "verify", "-f", allowed, "-I", "ada@example.org", "-n", Archive, "-s", sig)
			cmd.Stdin = bytes.NewReader(message)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	t.Run("minisign", func(t *testing.T) {
		tool := lookFor(t, "minisign")
		s := signer(t, "minisign.key", "")
		b, err := s.Sign(rand.Reader, message, Archive, time.Unix(1, 0))
		if err != nil {
			t.Fatal(err)
		}
		sig := write("m"+s.Extension(), b)
		if out, err := exec.Command(tool, "-V", "-H", "-m", file, "-x", sig, "-P", s.Key().String()).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
}

func TestSecretsAreNotPrinted(t *testing.T) {
	s := signer(t, "ed25519", "")
	if got := s.String(); got != "ssh-ed25519 key "+key(t, "ed25519.pub").Fingerprint() {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	for _, m := range made {
		f.Add(read(f, m.signature))
	}
	message := read(f, "message.json")
	pins := []Pin{{"Ada", key(f, "ed25519.pub")}, {"Bo", key(f, "minisign.pub")}, {"Cy", key(f, "rsa.pub")}, {"Di", key(f, "ecdsa.pub")}}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Parse(b); err != nil && fault.Of(err) == "" {
			t.Fatalf("no class: %v", err)
		}
		// Nobody has made another message signed by these keys.
		if got := Check(append([]byte("x"), message...), Archive, [][]byte{b}, pins); got.State == Pinned {
			t.Fatalf("pinned: %+v", got)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	for _, m := range made {
		f.Add(read(f, m.key))
	}
	f.Add(read(f, "dsa.pub"))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := ParseKey(b)
		if err != nil {
			if fault.Of(err) == "" {
				t.Fatalf("no class: %v", err)
			}
			return
		}
		if again, err := ParseKey([]byte(k.String())); err != nil || again != k {
			t.Fatalf("read again: %v, %v", again, err)
		}
	})
}

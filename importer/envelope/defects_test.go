package envelope

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/fips140"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"hindsite.app/player/fault"
)

// The defects that libraries have, or had, and that this package is built
// around (security design, section 1.8). Each test shows the defect where it is
// still there, and in any case that ours does not have it. Those of Tink,
// go-jose and zstd are pinned in data/segment, sealed and TestBombs.

// underFIPS names what a copy of the test program is to do, with FIPS 140
// enforced.
const underFIPS = "HINDSITE_TEST_UNDER_FIPS"

// age makes and reads hybrid keys by trying X25519 again and again until it
// works, which it never does while FIPS 140 is enforced. So nothing of it may be
// called: a copy of this program that called it would not end.
func TestHybridKeysUnderFIPS(t *testing.T) {
	if os.Getenv(underFIPS) != "" {
		hybridUnderFIPS(t)
		return
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestHybridKeysUnderFIPS$", "-test.v")
	cmd.Env = append(os.Environ(), "GODEBUG=fips140=only", underFIPS+"=1")
	out, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		t.Fatal("does not end")
	case strings.Contains(string(out), "--- SKIP"):
		t.Skip("this Go does not enforce FIPS 140")
	case err != nil:
		t.Fatalf("%v\n%s", err, out)
	}
}

func hybridUnderFIPS(t *testing.T) {
	if !fips140.Enforced() {
		t.Skip("FIPS 140 is not enforced")
	}
	for _, kind := range []KeyKind{Hybrid, X25519} {
		if _, err := NewIdentity(kind); fault.Of(err) != fault.Unsupported {
			t.Errorf("%s: %v", kind, err)
		}
	}
	for _, text := range []string{keyText, hybridText} {
		if _, err := ParseIdentities(strings.NewReader(text)); fault.Of(err) != fault.Unsupported {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}

// hybridText is a hybrid key that age's library made for these tests alone.
const hybridText = "AGE-SECRET-KEY-PQ-1Q55Q8V6AD34ZZCZW9UYYD6ZLJDM3LUCYEUEY92K9S8LA7PT0NVQS5Y0G2W\n"

// archive/zip takes names that lead out of a folder, and the last of two members
// with one name. Ours is TestMemberNames and TestDuplicateNames.
func TestZIPLibraryTakesAnything(t *testing.T) {
	for _, name := range []string{"../../evil", "/abs", `C:\x`, "a\x00b"} {
		b := zipOf(t, file{name: name, body: []byte("1")}, file{name: name, body: []byte("2")})
		r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Logf("%q: this version of archive/zip is mended: %v", name, err)
		} else if len(r.File) != 2 {
			t.Errorf("%q: %d members", name, len(r.File))
		}
		if _, err := openBytes(b, "", Keys{}); fault.Of(err) != fault.Duplicate && fault.Of(err) != fault.Path {
			t.Errorf("ours: %q: %v", name, err)
		}
	}
}

// encoding/json takes the last of two members with one name, whatever its case.
// A manifest that says two things is refused.
func TestJSONTakesTheLastName(t *testing.T) {
	var got struct{ ID int }
	if err := json.Unmarshal([]byte(`{"ID":1,"ID":2,"id":3}`), &got); err == nil && got.ID != 3 {
		t.Errorf("encoding/json: %+v", got)
	}
	twice := strings.Replace(string(listing{}.manifestFor(nil, 0)), `"count":0`, `"count":0,"count":0`, 1)
	if _, err := parseManifest([]byte(twice)); fault.Of(err) != fault.Manifest {
		t.Errorf("a name twice: %v", err)
	}
	// Another case is another name, and passed over.
	other := strings.Replace(string(listing{}.manifestFor(nil, 1)), `"bytes":0`, `"bytes":0,"Bytes":7`, 1)
	if m, err := parseManifest([]byte(other)); err != nil || m.Bytes != 0 {
		t.Errorf("another case: %v, %v", m, err)
	}
}

// encoding/json's tokens have no depth limit; what reads manifests and lists
// has, whatever a stranger nests.
func TestJSONDepth(t *testing.T) {
	const deep = 3_000_000
	dec := json.NewDecoder(strings.NewReader(strings.Repeat("[", 100_000)))
	n := 0
	for ; ; n++ {
		if _, err := dec.Token(); err != nil {
			break
		}
	}
	if n != 100_000 {
		t.Logf("this version of encoding/json is mended: %d tokens", n)
	}
	for name, open := range map[string]string{"arrays": "[", "objects": `{"a":`} {
		text := fmt.Sprintf(`{"format":%q,"x":%s`, Format, strings.Repeat(open, deep))
		if _, err := parseManifest([]byte(text)); fault.Of(err) != fault.Manifest {
			t.Errorf("%s: %v", name, err)
		}
		whole := fmt.Sprintf(`{"sid":"a","consent":%s%s}`, strings.Repeat("[", deep), strings.Repeat("]", deep))
		if _, err := parseList(zs(t, []byte(whole)), 1); fault.Of(err) == "" {
			t.Errorf("list, %s: %v", name, err)
		}
	}
}

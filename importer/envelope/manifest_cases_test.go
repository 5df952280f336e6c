package envelope

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"filippo.io/age"

	"hindsite.app/player/fault"
)

// Cases 50, 52 and 54 to 57, and what else a list can get wrong.

// twoLines is the content of a part, stored is the part, and goodListing an
// archive of one session that is right.
var twoLines = []byte("{\"type\":4}\n{\"type\":2}\n")

func goodPart(t testing.TB) (stored []byte, f file, line string) {
	stored = zs(t, twoLines)
	f = file{name: "s/1/1.jsonl.zst", body: stored}
	return stored, f, session("good", part(f.name, stored, 2))
}

const strictName = "x.sessions.zip"

func TestManifestCases(t *testing.T) {
	one, _, good := goodPart(t)
	for _, c := range []struct {
		name, file string
		l          listing
		want       fault.Class
	}{
		{"54 manifest missing", strictName, listing{lines: []string{good}, order: "no manifest"}, fault.Manifest},
		{"54 manifest missing, any name", "x.zip", listing{lines: []string{good}, order: "no manifest"}, fault.Manifest},
		{"54 manifest twice", strictName, listing{lines: []string{good}, order: "manifest twice"}, fault.Manifest},
		{"54 manifest not first", strictName, listing{lines: []string{good}, order: "manifest second"}, fault.Manifest},
		{"manifest is no JSON", strictName, listing{manifest: "{"}, fault.Manifest},
		{"manifest with a name twice", strictName, listing{manifest: `{"format":"hindsite-sessions/1","format":"x"}`}, fault.Manifest},
		{"manifest of a newer format", strictName, listing{manifest: `{"format":"hindsite-sessions/2"}`}, fault.Unsupported},
		{"manifest of something else", strictName, listing{manifest: `{"manifest_version":3}`}, fault.Manifest},
		{"list is not the manifest's", strictName, listing{lines: []string{good}, manifest: `{"format":"hindsite-sessions/1","archive_id":"0","sessions":{"file":"sessions.jsonl.zst","sha256":"` + strings.Repeat("0", 64) + `","count":1}}`}, fault.Tampered},
		{"list is shorter", strictName, listing{lines: []string{good}, count: 2}, fault.Manifest},
		{"list is longer", strictName, listing{lines: []string{good, session("b")}, count: 1}, fault.Manifest},
		{"session listed twice", strictName, listing{lines: []string{session("a"), session("a")}}, fault.Duplicate},
		{"part listed twice", strictName, listing{lines: []string{session("a", part("p", one, 1)), session("b", part("p", one, 1))}}, fault.Duplicate},
		{"session without an id", strictName, listing{lines: []string{session("")}}, fault.Manifest},
		{"line is no JSON", strictName, listing{lines: []string{"{"}}, fault.Manifest},
		{"times in the year 1", strictName, listing{lines: []string{`{"sid":"a","members":[]}`}}, fault.Manifest},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := openBytes(c.l.zip(t), c.file, Keys{}); fault.Of(err) != c.want {
				t.Errorf("got %v (%s), want %s", err, fault.Of(err), c.want)
			}
		})
	}
}

func TestManifestOddities(t *testing.T) {
	one, goodFile, good := goodPart(t)
	t.Run("54 manifest not first, taken and marked", func(t *testing.T) {
		a, err := openBytes(listing{lines: []string{good}, files: []file{goodFile}, order: "manifest second"}.zip(t), "x.zip", Keys{})
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a)["good"]; got.text != string(twoLines) || len(a.Notes()) != 1 {
			t.Errorf("got %v, notes %v", got, a.Notes())
		}
	})
	t.Run("somebody else's manifest.json", func(t *testing.T) {
		a, err := openBytes(zipOf(t, file{name: manifestName, body: []byte(`{"manifest_version":3}`)}, file{name: "a.json", body: twoLines}), "x.zip", Keys{})
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a); len(got) != 2 || len(a.Notes()) != 1 {
			t.Errorf("got %v, notes %v", got, a.Notes())
		}
	})
	t.Run("56 member that nobody lists", func(t *testing.T) {
		a, err := openBytes(listing{lines: []string{good}, files: []file{goodFile, {name: "extra", body: one}, {name: manifestName + ".sig", body: one}}}.zip(t), strictName, Keys{})
		if err != nil {
			t.Fatal(err)
		}
		if n := a.Notes(); len(n) != 1 || n[0].Member != "extra" {
			t.Errorf("notes %v", n)
		}
		if got := readAll(a); len(got) != 1 || got["good"].err != nil {
			t.Errorf("got %v", got)
		}
		if b, ok, err := a.Extra(manifestName + ".sig"); !ok || err != nil || !bytes.Equal(b, one) {
			t.Errorf("signature: %v, %v", ok, err)
		}
	})

}

// TestSpoiledParts spoils session bad and wants session good left alone.
func TestSpoiledParts(t *testing.T) {
	one, goodFile, good := goodPart(t)
	two := zs(t, append(bytes.Clone(twoLines), twoLines...))
	wrongSum := change(one, len(one)-1, one[len(one)-1]^1)
	wide := binary.LittleEndian.AppendUint32(nil, 0xFD2FB528)
	wide = append(wide, 0, (29-10)<<3, 9, 0, 0, 'x')
	skip := append(binary.LittleEndian.AppendUint32(nil, 0x184D2A50), 0, 0, 0, 0x40)
	const p = "s/2/1.jsonl.zst"
	for _, c := range []struct {
		name   string
		listed string
		body   []byte // nil for no member
		want   fault.Class
	}{
		{"55 member absent", part(p, one, 2), nil, fault.Manifest},
		{"57 SHA-256 differs", part(p, one, 2), flip(one, 12), fault.Tampered},
		{"57 length differs", part(p, one, 2), two, fault.Tampered},
		{"50 window of 512 MiB", part(p, wide, 1), wide, fault.Limit},
		{"52 wrong content checksum", part(p, wrongSum, 1), wrongSum, fault.Tampered},
		{"52 frame cut", part(p, one[:20], 1), one[:20], fault.Truncated},
		{"52 skippable frame of 1 GiB", part(p, skip, 1), skip, fault.Limit},
		{"49 bomb", part(p, bigBomb(t), 1), bigBomb(t), fault.Limit},
		{"sealed in an unknown way", sealedPart(p, one, "pgp"), one, fault.Unsupported},
		{"listed as sealed and is not", sealedPart(p, one, "seal"), one, fault.Tampered},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := listing{lines: []string{session("bad", c.listed), good}, files: []file{goodFile}}
			if c.body != nil {
				l.files = append(l.files, file{name: p, body: c.body})
			}
			a, err := openBytes(l.zip(t), strictName, Keys{})
			if err != nil {
				t.Fatal(err)
			}
			got := readAll(a)
			if got["bad"].class != c.want {
				t.Errorf("bad: %v (%s), want %s", got["bad"].err, got["bad"].class, c.want)
			}
			if got["bad"].text != "" && c.want == fault.Tampered && strings.HasPrefix(c.name, "57") {
				t.Errorf("released %d bytes", len(got["bad"].text))
			}
			if got["good"].text != string(twoLines) {
				t.Errorf("good: %v", got["good"].err)
			}
			var bad []string
			err = a.Verify(t.Context(), func(v Verdict) {
				if v.Err != nil {
					bad = append(bad, v.Name)
				}
			})
			if fault.Of(err) != c.want || len(bad) != 1 || bad[0] != "bad" {
				t.Errorf("verify: %v, %v", err, bad)
			}
		})
	}
}

func TestPartsAndRecipients(t *testing.T) {
	t.Run("parts are joined by line feeds", func(t *testing.T) {
		a1, a2 := zs(t, []byte(`{"a":1}`)), zs(t, []byte("{\"a\":2}\n"))
		l := listing{
			lines: []string{session("x", part("1", a1, 1), part("2", a2, 1), part("3", a1, 1))},
			files: []file{{name: "1", body: a1}, {name: "2", body: a2}, {name: "3", body: a1}},
		}
		a, err := openBytes(l.zip(t), strictName, Keys{})
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a)["x"]; got.text != "{\"a\":1}\n{\"a\":2}\n{\"a\":1}" {
			t.Errorf("got %q, %v", got.text, got.err)
		}
	})
	t.Run("59 made for somebody else", func(t *testing.T) {
		keys := testKeys(t)
		var out bytes.Buffer
		other, _ := NewIdentity(X25519)
		w, err := Create(&out, []age.Recipient{other.Recipient()}, Info{}, testDeps())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		content, err := openAge(bytes.NewReader(out.Bytes()), int64(out.Len()), Keys{Identities: []*Identity{other}})
		if err != nil {
			t.Fatal(err)
		}
		plain, _ := io.ReadAll(io.NewSectionReader(content, 0, content.size))
		a, err := openBytes(seal(t, plain, recipients(keys)...), strictName, keys)
		if fault.Of(err) == fault.Manifest {
			t.Fatal(err)
		}
		if n := a.Notes(); len(n) != 1 || n[0].Class != fault.Signature {
			t.Errorf("notes %v", n)
		}
	})
}

// sealedPart is a line of a part that is listed as sealed.
func sealedPart(name string, stored []byte, seal string) string {
	return strings.Replace(part(name, stored, 2), `"t1":1`, `"t1":1,"seal":"`+seal+`"`, 1)
}

func bigBomb(t testing.TB) []byte { return zs(t, make([]byte, 20<<20)) }

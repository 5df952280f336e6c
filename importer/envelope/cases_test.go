package envelope

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"hindsite.app/player/fault"
)

const encChunk = 64*1024 + 16

// payloadStart finds where the chunks of an age file begin: behind the line
// that starts with --- and 16 bytes of nonce.
func payloadStart(t testing.TB, b []byte) int {
	t.Helper()
	at := bytes.Index(b, []byte("\n--- "))
	line := bytes.IndexByte(b[at+1:], '\n')
	return at + 1 + line + 1 + 16
}

func change(b []byte, at int, to ...byte) []byte {
	b = bytes.Clone(b)
	copy(b[at:], to)
	return b
}

func flip(b []byte, at int) []byte { return change(b, at, b[at]^0x10) }

// Cases 1 to 18 of the security design, section 3.3.
func TestEnvelopeCases(t *testing.T) {
	keys := testKeys(t)
	to := recipients(keys)
	stranger, err := NewIdentity(X25519)
	if err != nil {
		t.Fatal(err)
	}
	// A ZIP of five chunks: four parts of the size of a chunk and the rest.
	five := zipOf(t, file{name: "a.json", body: noise(1, 290_000)})
	whole := seal(t, five, to...)
	p := payloadStart(t, whole)
	chunk := func(b []byte, i int) []byte { return b[p+i*encChunk : min(p+(i+1)*encChunk, len(b))] }
	if n := (len(whole) - p + encChunk - 1) / encChunk; n != 5 {
		t.Fatalf("%d chunks", n)
	}
	swapped := bytes.Clone(whole)
	copy(chunk(swapped, 1), chunk(whole, 2))
	copy(chunk(swapped, 2), chunk(whole, 1))
	small, _ := pack(t, to)

	mac := bytes.Index(whole, []byte("\n--- ")) + 5
	crlf := bytes.Replace(whole, []byte("v1\n"), []byte("v1\r\n"), 1)
	phrase := func(logN int) []byte {
		body := strings.Repeat("A", 43)
		return fmt.Appendf(nil, "age-encryption.org/v1\n-> scrypt %s %d\n%s\n--- %s\n%s",
			strings.Repeat("A", 22), logN, body, body, strings.Repeat("x", 100))
	}
	huge := append([]byte("age-encryption.org/v1\n"), bytes.Repeat([]byte("-> a b\n\n"), 1<<20)...)
	many := []byte("age-encryption.org/v1\n" + strings.Repeat("-> a b\nAA\n", 1025) + "--- " + strings.Repeat("A", 43) + "\n")
	var armored bytes.Buffer
	aw := armor.NewWriter(&armored)
	aw.Write(small)
	aw.Close()

	for _, c := range []struct {
		name string
		in   []byte
		keys Keys
		want fault.Class
	}{
		{"1 empty file", nil, keys, fault.NotArchive},
		{"2 random bytes", noise(2, 1024), keys, fault.NotArchive},
		{"3 header only", whole[:p-16], keys, fault.Truncated},
		{"3 half a nonce", whole[:p-8], keys, fault.Truncated},
		{"3 half a header", whole[:60], keys, fault.Truncated},
		{"3 half an intro", whole[:10], keys, fault.Truncated},
		{"4 cut at a chunk's end", whole[:p+3*encChunk], keys, fault.Truncated},
		{"5 cut in a chunk", whole[:p+3*encChunk+1000], keys, fault.Truncated},
		{"5 cut in a tag", whole[:p+3*encChunk+9], keys, fault.Truncated},
		{"5 cut in the last chunk", whole[:len(whole)-30], keys, fault.Truncated},
		{"5 cut in the only chunk", small[:len(small)/2], keys, fault.Truncated},
		{"5 cut by one byte", small[:len(small)-1], keys, fault.Truncated},
		{"7 bit flipped in the last chunk", flip(whole, len(whole)-1000), keys, fault.Tampered},
		{"7 bit flipped in the only chunk", flip(small, len(small)-300), keys, fault.Tampered},
		{"7 bit flipped in the last tag", flip(small, len(small)-1), keys, fault.Tampered},
		{"9 trailing byte", append(bytes.Clone(whole), 'x'), keys, fault.Tampered},
		{"9 trailing chunk", append(bytes.Clone(whole), noise(3, 70000)...), keys, fault.Tampered},
		{"10 header MAC changed", change(whole, mac, whole[mac]^1), keys, fault.Tampered},
		{"11 another key", whole, Keys{Identities: []*Identity{stranger}}, fault.NoKey},
		{"11 no key", whole, Keys{}, fault.NoKey},
		{"11 passphrase for a key's file", whole, Keys{Passphrase: "x"}, fault.NoKey},
		{"13 header of 8 MiB", huge, keys, fault.Limit},
		{"13 1,025 recipients", many, keys, fault.Limit},
		{"14 scrypt 2^22", phrase(22), Keys{Passphrase: "x"}, fault.Limit},
		{"14 scrypt 2^19", phrase(19), Keys{Passphrase: "x"}, fault.Limit},
		{"17 header with CRLF", crlf, keys, fault.Tampered},
		{"17 base64 not canonical", change(whole, mac+42, 'B'), keys, fault.Tampered},
		{"another version of age", []byte("age-encryption.org/v2\n-> X25519 a\n"), keys, fault.Unsupported},
		{"18 armor, garbage in front", append([]byte("garbage\n"), armored.Bytes()...), keys, fault.Tampered},
		{"18 armor, garbage behind", append(bytes.Clone(armored.Bytes()), "garbage"...), keys, fault.Tampered},
		{"18 armor, cut", armored.Bytes()[:armored.Len()/2], keys, fault.Truncated},
		{"armor of 17 MiB", append(armored.Bytes(), make([]byte, 17<<20)...), keys, fault.Limit},
		{"nothing in it", seal(t, nil, to...), keys, fault.NotArchive},
		{"random bytes in it", seal(t, noise(4, 3000), to...), keys, fault.NotArchive},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := openBytes(c.in, "x.zip.age", c.keys)
			if fault.Of(err) != c.want {
				t.Errorf("got %v (%s), want %s", err, fault.Of(err), c.want)
			}
		})
	}

	t.Run("7 bit flipped in chunk 3 of 5", func(t *testing.T) {
		a, err := openBytes(flip(whole, p+2*encChunk+50), "x.zip.age", keys)
		if err != nil {
			t.Fatal(err)
		}
		got := readAll(a)["a.json"]
		if got.class != fault.Tampered || !bytes.HasPrefix(noise(1, 290_000), []byte(got.text)) {
			t.Errorf("got %d bytes, %v", len(got.text), got.err)
		}
		if err := a.Verify(t.Context(), func(Verdict) {}); fault.Of(err) != fault.Tampered {
			t.Errorf("verify: %v", err)
		}
	})
	t.Run("8 chunks swapped", func(t *testing.T) {
		a, err := openBytes(swapped, "x.zip.age", keys)
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a)["a.json"]; got.class != fault.Tampered {
			t.Errorf("got %v", got.err)
		}
	})
	t.Run("11 names the kinds of recipients", func(t *testing.T) {
		_, err := openBytes(whole, "", Keys{Identities: []*Identity{stranger}})
		if err == nil || !strings.Contains(err.Error(), "X25519") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("12 unknown recipient and ours", func(t *testing.T) {
		if _, err := openBytes(seal(t, five, grease{}, to[0]), "", keys); err != nil {
			t.Error(err)
		}
	})
	t.Run("13 in less than a blink", func(t *testing.T) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		openBytes(huge, "", keys)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
			t.Errorf("allocated %d bytes", n)
		}
	})
	t.Run("15 passphrase beside a key", func(t *testing.T) {
		// age's own writer refuses this; the header is put together from two.
		r, err := NewPassphraseRecipient("x", 5)
		if err != nil {
			t.Fatal(err)
		}
		b := seal(t, five, unlabelled{r}, to[0])
		if _, err := openBytes(b, "", keys); fault.Of(err) != fault.Tampered {
			t.Errorf("with the key: %v", err)
		}
		if _, err := openBytes(b, "", Keys{Passphrase: "x"}); fault.Of(err) != fault.Tampered {
			t.Errorf("with the passphrase: %v", err)
		}
	})
	t.Run("25 plain where encryption is asked for", func(t *testing.T) {
		_, err := Open(t.Context(), bytes.NewReader(five), int64(len(five)), "x.zip", keys, Limits{Encrypted: true})
		if fault.Of(err) != fault.Policy {
			t.Errorf("got %v", err)
		}
	})
}

// grease is a recipient that nobody knows.
type grease struct{}

func (grease) Wrap([]byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: "joint-grease", Args: []string{"a"}, Body: []byte("x")}}, nil
}

// unlabelled hides that a recipient is to be alone.
type unlabelled struct{ r age.Recipient }

func (u unlabelled) Wrap(key []byte) ([]*age.Stanza, error) { return u.r.Wrap(key) }

// Cases 42a to 53: containers without a manifest.
func TestContainerCases(t *testing.T) {
	body := []byte(`{"type":4}`)
	good := file{name: "good.json", body: body}
	const symlink, device = 0xA1FF, 0x2180

	t.Run("42a folders", func(t *testing.T) {
		a, err := openBytes(zipOf(t, file{name: "s/"}, good, file{name: "S/"}), "", Keys{})
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a); len(got) != 1 || got["good.json"].err != nil || len(a.Notes()) > 0 {
			t.Errorf("got %v", got)
		}
	})
	for _, name := range []string{
		"../../evil", "/abs", `C:\x`, `\\host\x`, `a\..\b`, "CON", "con.json", "d/Lpt1.txt", "a\x00b", "a\u202Eb", "a//b", "a/./b", "\xff", "C:x", "",
	} {
		t.Run(fmt.Sprintf("43 %q", name), func(t *testing.T) {
			onlyRefused(t, zipOf(t, good, file{name: name, body: body}), fault.Path)
		})
	}
	t.Run("44 symbolic link", func(t *testing.T) {
		onlyRefused(t, zipOf(t, good, file{name: "l", body: body, mode: symlink}), fault.Path)
	})
	t.Run("44 device", func(t *testing.T) {
		onlyRefused(t, zipOf(t, good, file{name: "l", body: body, mode: device}), fault.Path)
	})
	for name, h := range map[string]tar.Header{
		"44 tar, symbolic link": {Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		"44 tar, hard link":     {Name: "l", Typeflag: tar.TypeLink, Linkname: "good.json"},
		"44 tar, device":        {Name: "l", Typeflag: tar.TypeChar},
		"43 tar, way out":       {Name: "../evil", Typeflag: tar.TypeReg},
	} {
		t.Run(name, func(t *testing.T) {
			onlyRefused(t, tarOf(t, tar.Header{Name: "good.json", Typeflag: tar.TypeReg}, h), fault.Path)
		})
	}
	for name, twice := range map[string][2]string{
		"45 one name":          {"a.json", "a.json"},
		"45 case":              {"a.json", "A.JSON"},
		"45 composition":       {"\u00e9.json", "e\u0301.json"},
		"45 case, not ASCII":   {"STRASSE\u00c9", "stra\u00dfe\u00e9"},
		"45 Kelvin is a K too": {"\u212a.json", "k.json"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := openBytes(zipOf(t, file{name: twice[0], body: body}, file{name: twice[1], body: body}), "", Keys{})
			if fault.Of(err) != fault.Duplicate {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("45 tar", func(t *testing.T) {
		a, err := openBytes(tarOf(t, tar.Header{Name: "a", Typeflag: tar.TypeReg}, tar.Header{Name: "./A", Typeflag: tar.TypeReg}), "", Keys{})
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a)[""]; got.class != fault.Duplicate {
			t.Errorf("got %v", got.err)
		}
	})
	t.Run("46 overlapping members", func(t *testing.T) {
		m := []rawMember{{name: "a", body: make([]byte, 1000)}, {name: "b", at: 500, stored: 500, body: []byte("x")}}
		refused(t, rawZip(m, 2000), fault.Limit)
	})
	t.Run("46 one member under many names", func(t *testing.T) {
		var m []rawMember
		for i := range 50 {
			m = append(m, rawMember{name: fmt.Sprintf("%02d", i), body: []byte("kernel")})
		}
		refused(t, rawZip(m, 2000), fault.Limit)
	})
	t.Run("47 2^32 members in 1 KiB", func(t *testing.T) {
		s := &sparse{}
		s.put(0, []byte(zipLocalSignature))
		s.put(900, end64(1<<32, 800, 100))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		refused(t, s, fault.Manifest)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
			t.Errorf("allocated %d bytes", n)
		}
	})
	t.Run("47 directory outside", func(t *testing.T) {
		s := &sparse{}
		s.put(0, []byte(zipLocalSignature))
		s.put(900, end64(1, 1<<40, 1<<40))
		refused(t, s, fault.Manifest)
	})
	t.Run("too many members", func(t *testing.T) {
		b := zipOf(t, file{name: "a"}, file{name: "b"}, file{name: "c"})
		_, err := Open(t.Context(), bytes.NewReader(b), int64(len(b)), "", Keys{}, Limits{Members: 2})
		if fault.Of(err) != fault.Limit {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ZIP cut", func(t *testing.T) {
		b := zipOf(t, good)
		if _, err := openBytes(b[:len(b)-30], "", Keys{}); fault.Of(err) != fault.Truncated {
			t.Errorf("got %v", err)
		}
	})
	t.Run("48 one byte declared, 64 MiB held", func(t *testing.T) {
		itemRefused(t, rawZip([]rawMember{{name: "a", body: deflated(t, 64<<20), size: 1, method: zipDeflated, crc: 9}}, 1<<20), fault.Tampered)
	})
	t.Run("48 wrong checksum", func(t *testing.T) {
		itemRefused(t, rawZip([]rawMember{{name: "a", body: body, crc: 9}}, 1<<20), fault.Tampered)
	})
	t.Run("49 zstd bomb", func(t *testing.T) {
		itemRefused(t, rawZip([]rawMember{{name: "a", body: zs(t, make([]byte, 300<<20))}}, 1<<20), fault.Limit)
	})
	t.Run("51 deflate bomb", func(t *testing.T) {
		itemRefused(t, rawZip([]rawMember{{name: "a", body: deflated(t, 32<<20), size: 32 << 20, method: zipDeflated}}, 1<<20), fault.Limit)
	})
	t.Run("member larger than allowed", func(t *testing.T) {
		itemRefused(t, rawZip([]rawMember{{name: "a", body: []byte("x"), stored: 300 << 20}}, 400<<20), fault.Limit)
	})
	t.Run("all members larger than allowed", func(t *testing.T) {
		b := zipOf(t, file{name: "a", body: noise(1, 600)}, file{name: "b", body: noise(1, 600)})
		a, err := Open(t.Context(), bytes.NewReader(b), int64(len(b)), "", Keys{}, Limits{Archive: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a); got["a"].err != nil || got["b"].class != fault.Limit {
			t.Errorf("got %v", got)
		}
	})
	t.Run("53 zip in zip", func(t *testing.T) {
		inner := zipOf(t, good)
		onlyRefused(t, zipOf(t, good, file{name: "in.zip", body: inner}), fault.Unsupported)
		onlyRefused(t, zipOf(t, good, file{name: "in.zip.zst", body: zs(t, inner)}), fault.Unsupported)
		if _, err := openBytes(zs(t, inner), "x.zip.zst", Keys{}); fault.Of(err) != fault.Unsupported {
			t.Errorf("compressed: %v", err)
		}
	})
	t.Run("age in age", func(t *testing.T) {
		keys := testKeys(t)
		to := recipients(keys)
		if _, err := openBytes(seal(t, seal(t, body, to...), to...), "", keys); fault.Of(err) != fault.Unsupported {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ZIP encryption and methods", func(t *testing.T) {
		itemRefused(t, rawZip([]rawMember{{name: "a", body: body, flags: 1}}, 1<<20), fault.Unsupported)
		itemRefused(t, rawZip([]rawMember{{name: "a", body: body, method: 93}}, 1<<20), fault.Unsupported)
	})
	t.Run("tar cut", func(t *testing.T) {
		b := tarOf(t, tar.Header{Name: "a", Typeflag: tar.TypeReg}, tar.Header{Name: "b", Typeflag: tar.TypeReg})
		a, err := openBytes(b[:1100], "", Keys{})
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a); got["a"].err != nil || got[""].class != fault.Truncated {
			t.Errorf("got %v", got)
		}
	})
	t.Run("other archives", func(t *testing.T) {
		for _, magic := range []string{"7z\xBC\xAF\x27\x1C", "Rar!\x1A\x07\x01\x00", "\xFD7zXZ\x00\x00", "BZh91AY"} {
			if _, err := openBytes([]byte(magic+strings.Repeat("x", 600)), "", Keys{}); fault.Of(err) != fault.Unsupported {
				t.Errorf("%q: %v", magic, err)
			}
		}
	})
	t.Run("tar member after its turn", func(t *testing.T) {
		a, err := openBytes(tarOf(t, tar.Header{Name: "a", Typeflag: tar.TypeReg}, tar.Header{Name: "b", Typeflag: tar.TypeReg}), "", Keys{})
		if err != nil {
			t.Fatal(err)
		}
		var items []Item
		for item := range a.Items(t.Context()) {
			items = append(items, item)
		}
		if _, err := items[0].Open(t.Context()); err == nil {
			t.Error("opened")
		}
	})
}

func deflated(t testing.TB, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression)
	w.Write(make([]byte, n))
	w.Close()
	return out.Bytes()
}

// onlyRefused wants the member good.json read and the other refused.
func onlyRefused(t *testing.T, b []byte, want fault.Class) {
	t.Helper()
	a, err := openBytes(b, "", Keys{})
	if err != nil {
		t.Fatal(err)
	}
	got := readAll(a)
	if len(got) != 2 || got["good.json"].err != nil {
		t.Errorf("got %v", got)
	}
	for name, o := range got {
		if name != "good.json" && (o.class != want || o.text != "") {
			t.Errorf("%s: %q, %v (%s), want %s", name, o.text, o.err, o.class, want)
		}
	}
}

func refused(t *testing.T, s *sparse, want fault.Class) {
	t.Helper()
	if _, err := Open(t.Context(), s, s.size, "", Keys{}, Limits{}); fault.Of(err) != want {
		t.Errorf("got %v (%s), want %s", err, fault.Of(err), want)
	}
}

// itemRefused wants the archive opened and its only member refused.
func itemRefused(t *testing.T, s *sparse, want fault.Class) {
	t.Helper()
	a, err := Open(t.Context(), s, s.size, "", Keys{}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for item, err := range a.Items(t.Context()) {
		if err == nil {
			var r io.ReadCloser
			if r, err = item.Open(t.Context()); err == nil {
				_, err = io.Copy(io.Discard, r)
				r.Close()
			}
		}
		if fault.Of(err) != want {
			t.Errorf("got %v (%s), want %s", err, fault.Of(err), want)
		}
	}
}

// Cases 50, 52 and 54 to 57, and what else a list can get wrong.
func TestManifestCases(t *testing.T) {
	events := []byte("{\"type\":4}\n{\"type\":2}\n")
	one, two := zs(t, events), zs(t, append(events, events...))
	goodFile := file{name: "s/1/1.jsonl.zst", body: one}
	good := session("good", part(goodFile.name, one, 2))
	const name = "x.sessions.zip"

	for _, c := range []struct {
		name, file string
		l          listing
		want       fault.Class
	}{
		{"54 manifest missing", name, listing{lines: []string{good}, order: "no manifest"}, fault.Manifest},
		{"54 manifest missing, any name", "x.zip", listing{lines: []string{good}, order: "no manifest"}, fault.Manifest},
		{"54 manifest twice", name, listing{lines: []string{good}, order: "manifest twice"}, fault.Manifest},
		{"54 manifest not first", name, listing{lines: []string{good}, order: "manifest second"}, fault.Manifest},
		{"manifest is no JSON", name, listing{manifest: "{"}, fault.Manifest},
		{"manifest with a name twice", name, listing{manifest: `{"format":"hindsite-sessions/1","format":"x"}`}, fault.Manifest},
		{"manifest of a newer format", name, listing{manifest: `{"format":"hindsite-sessions/2"}`}, fault.Unsupported},
		{"manifest of something else", name, listing{manifest: `{"manifest_version":3}`}, fault.Manifest},
		{"list is not the manifest's", name, listing{lines: []string{good}, manifest: `{"format":"hindsite-sessions/1","archive_id":"0","sessions":{"file":"sessions.jsonl.zst","sha256":"` + strings.Repeat("0", 64) + `","count":1}}`}, fault.Tampered},
		{"list is shorter", name, listing{lines: []string{good}, count: 2}, fault.Manifest},
		{"list is longer", name, listing{lines: []string{good, session("b")}, count: 1}, fault.Manifest},
		{"session listed twice", name, listing{lines: []string{session("a"), session("a")}}, fault.Duplicate},
		{"part listed twice", name, listing{lines: []string{session("a", part("p", one, 1)), session("b", part("p", one, 1))}}, fault.Duplicate},
		{"session without an id", name, listing{lines: []string{session("")}}, fault.Manifest},
		{"line is no JSON", name, listing{lines: []string{"{"}}, fault.Manifest},
		{"times in the year 1", name, listing{lines: []string{`{"sid":"a","members":[]}`}}, fault.Manifest},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := openBytes(c.l.zip(t), c.file, Keys{}); fault.Of(err) != c.want {
				t.Errorf("got %v (%s), want %s", err, fault.Of(err), c.want)
			}
		})
	}
	t.Run("54 manifest not first, taken and marked", func(t *testing.T) {
		a, err := openBytes(listing{lines: []string{good}, files: []file{goodFile}, order: "manifest second"}.zip(t), "x.zip", Keys{})
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a)["good"]; got.text != string(events) || len(a.Notes()) != 1 {
			t.Errorf("got %v, notes %v", got, a.Notes())
		}
	})
	t.Run("somebody else's manifest.json", func(t *testing.T) {
		a, err := openBytes(zipOf(t, file{name: manifestName, body: []byte(`{"manifest_version":3}`)}, file{name: "a.json", body: events}), "x.zip", Keys{})
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a); len(got) != 2 || len(a.Notes()) != 1 {
			t.Errorf("got %v, notes %v", got, a.Notes())
		}
	})
	t.Run("56 member that nobody lists", func(t *testing.T) {
		a, err := openBytes(listing{lines: []string{good}, files: []file{goodFile, {name: "extra", body: one}, {name: manifestName + ".sig", body: one}}}.zip(t), name, Keys{})
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

	// Each of these spoils session bad and leaves session good alone.
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
		{"sealed part", strings.Replace(part(p, one, 2), `"t1":1`, `"t1":1,"seal":"jwe"`, 1), one, fault.Unsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := listing{lines: []string{session("bad", c.listed), good}, files: []file{goodFile}}
			if c.body != nil {
				l.files = append(l.files, file{name: p, body: c.body})
			}
			a, err := openBytes(l.zip(t), name, Keys{})
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
			if got["good"].text != string(events) {
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
	t.Run("parts are joined by line feeds", func(t *testing.T) {
		a1, a2 := zs(t, []byte(`{"a":1}`)), zs(t, []byte("{\"a\":2}\n"))
		l := listing{
			lines: []string{session("x", part("1", a1, 1), part("2", a2, 1), part("3", a1, 1))},
			files: []file{{name: "1", body: a1}, {name: "2", body: a2}, {name: "3", body: a1}},
		}
		a, err := openBytes(l.zip(t), name, Keys{})
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
		a, err := openBytes(seal(t, plain, recipients(keys)...), name, keys)
		if fault.Of(err) == fault.Manifest {
			t.Fatal(err)
		}
		if n := a.Notes(); len(n) != 1 || n[0].Class != fault.Signature {
			t.Errorf("notes %v", n)
		}
	})
}

func bigBomb(t testing.TB) []byte { return zs(t, make([]byte, 20<<20)) }

func TestKeyFiles(t *testing.T) {
	id, err := NewIdentity(X25519)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := id.WriteFile(&out, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("# created: 2026-01-02T03:04:05Z\n# public key: %s\n%s\n", id.Recipient(), id.Secret())
	if out.String() != want {
		t.Errorf("got %q", out.String())
	}
	crlf := strings.ReplaceAll("\uFEFF"+want+"\n  \n# more\n", "\n", "\r\n")
	if ids, err := ParseIdentities(strings.NewReader(crlf)); err != nil || len(ids) != 1 || ids[0].Secret() != id.Secret() {
		t.Errorf("read back: %v", err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		shown := fmt.Sprintf(verb, id) + fmt.Sprintf(verb, Keys{Identities: []*Identity{id}, Passphrase: "open sesame"})
		if strings.Contains(shown, id.Secret()[15:]) || strings.Contains(shown, "sesame") {
			t.Errorf("%s shows a secret", verb)
		}
	}
	for in, want := range map[string]fault.Class{
		"":                                      fault.Schema,
		"# only a comment\n":                    fault.Schema,
		"AGE-SECRET-KEY-1QQQ\n":                 fault.Schema,
		"AGE-PLUGIN-YUBIKEY-1QQQ\n":             fault.Unsupported,
		"-----BEGIN OPENSSH PRIVATE KEY-----":   fault.Unsupported,
		fmt.Sprint(id.Recipient()):              fault.Schema,
		strings.Repeat("#", 2<<20):              fault.Limit,
		"age-encryption.org/v1\n-> scrypt a 18": fault.Unsupported,
	} {
		_, err := ParseIdentities(strings.NewReader(in))
		if fault.Of(err) != want {
			t.Errorf("%.20q: %v", in, err)
		}
		if err != nil && strings.Contains(err.Error(), "QQQ") {
			t.Errorf("quotes the key: %v", err)
		}
	}
	hybrid, err := NewIdentity(Hybrid)
	if err != nil {
		t.Fatal(err)
	}
	list := fmt.Sprintf("# team\n%s\n\n%s\n", hybrid.Recipient(), id.Recipient())
	if rs, err := ParseRecipients(strings.NewReader(list)); err != nil || len(rs) != 2 || Fingerprint(rs[0]) != Fingerprint(hybrid.Recipient()) {
		t.Errorf("recipients: %v", err)
	}
	if _, err := ParseRecipient(id.Secret()); fault.Of(err) != fault.Schema {
		t.Errorf("secret as recipient: %v", err)
	}
	if raw := strings.TrimPrefix(Fingerprint(id.Recipient()), "SHA256:"); base64.RawStdEncoding.DecodedLen(len(raw)) != 32 {
		t.Errorf("fingerprint %s", raw)
	}
}

package envelope

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"hindsite.app/player/fault"
)

// Cases 42a to 53: containers without a manifest.

func TestMemberNames(t *testing.T) {
	body := []byte(`{"type":4}`)
	good := file{name: "good.json", body: body}
	const symlink, device = 0xA1FF, 0x2180

	t.Run("case 42a folders", func(t *testing.T) {
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
		t.Run(fmt.Sprintf("case 43 %q", name), func(t *testing.T) {
			onlyRefused(t, zipOf(t, good, file{name: name, body: body}), fault.Path)
		})
	}
	t.Run("case 44 symbolic link", func(t *testing.T) {
		onlyRefused(t, zipOf(t, good, file{name: "l", body: body, mode: symlink}), fault.Path)
	})
	t.Run("case 44 device", func(t *testing.T) {
		onlyRefused(t, zipOf(t, good, file{name: "l", body: body, mode: device}), fault.Path)
	})
	for name, h := range map[string]tar.Header{
		"case 44 tar, symbolic link": {Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		"case 44 tar, hard link":     {Name: "l", Typeflag: tar.TypeLink, Linkname: "good.json"},
		"case 44 tar, device":        {Name: "l", Typeflag: tar.TypeChar},
		"case 43 tar, way out":       {Name: "../evil", Typeflag: tar.TypeReg},
	} {
		t.Run(name, func(t *testing.T) {
			onlyRefused(t, tarOf(t, tar.Header{Name: "good.json", Typeflag: tar.TypeReg}, h), fault.Path)
		})
	}
}

func TestDuplicateNames(t *testing.T) {
	body := []byte(`{"type":4}`)
	for name, twice := range map[string][2]string{
		"case 45 one name":          {"a.json", "a.json"},
		"case 45 case":              {"a.json", "A.JSON"},
		"case 45 composition":       {"\u00e9.json", "e\u0301.json"},
		"case 45 case, not ASCII":   {"STRASSE\u00c9", "stra\u00dfe\u00e9"},
		"case 45 Kelvin is a K too": {"\u212a.json", "k.json"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := openBytes(zipOf(t, file{name: twice[0], body: body}, file{name: twice[1], body: body}), "", Keys{})
			if fault.Of(err) != fault.Duplicate {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("case 45 tar", func(t *testing.T) {
		a, err := openBytes(tarOf(t, tar.Header{Name: "a", Typeflag: tar.TypeReg}, tar.Header{Name: "./A", Typeflag: tar.TypeReg}), "", Keys{})
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a)[""]; got.class != fault.Duplicate {
			t.Errorf("got %v", got.err)
		}
	})
}

func TestDirectories(t *testing.T) {
	good := file{name: "good.json", body: []byte(`{"type":4}`)}
	t.Run("case 46 overlapping members", func(t *testing.T) {
		m := []rawMember{{name: "a", body: make([]byte, 1000)}, {name: "b", at: 500, stored: 500, body: []byte("x")}}
		refused(t, rawZip(m, 2000), fault.Limit)
	})
	t.Run("case 46 one member under many names", func(t *testing.T) {
		var m []rawMember
		for i := range 50 {
			m = append(m, rawMember{name: fmt.Sprintf("%02d", i), body: []byte("kernel")})
		}
		refused(t, rawZip(m, 2000), fault.Limit)
	})
	t.Run("case 47 2^32 members in 1 KiB", func(t *testing.T) {
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
	t.Run("case 47 directory outside", func(t *testing.T) {
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
}

func TestMemberContent(t *testing.T) {
	body := []byte(`{"type":4}`)
	t.Run("case 48 one byte declared, 64 MiB held", func(t *testing.T) {
		itemRefused(t, rawZip([]rawMember{{name: "a", body: deflated(t, 64<<20), size: 1, method: zipDeflated, crc: 9}}, 1<<20), fault.Tampered)
	})
	t.Run("case 48 wrong checksum", func(t *testing.T) {
		itemRefused(t, rawZip([]rawMember{{name: "a", body: body, crc: 9}}, 1<<20), fault.Tampered)
	})
	t.Run("case 49 zstd bomb", func(t *testing.T) {
		itemRefused(t, rawZip([]rawMember{{name: "a", body: zs(t, make([]byte, 300<<20))}}, 1<<20), fault.Limit)
	})
	t.Run("case 51 deflate bomb", func(t *testing.T) {
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
}

func TestNestedAndForeign(t *testing.T) {
	body := []byte(`{"type":4}`)
	good := file{name: "good.json", body: body}
	t.Run("case 53 zip in zip", func(t *testing.T) {
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
	t.Run("tar cut between members", func(t *testing.T) {
		b := tarOf(t, tar.Header{Name: "a", Typeflag: tar.TypeReg}, tar.Header{Name: "b", Typeflag: tar.TypeReg})
		a, err := openBytes(b[:1024], "", Keys{})
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
	w, _ := flate.NewWriter(&out, flate.BestSpeed)
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

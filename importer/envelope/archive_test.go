package envelope

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"hindsite.app/player/fault"
)

func TestRoundTrip(t *testing.T) {
	keys := testKeys(t)
	whole, want := pack(t, recipients(keys))
	a, err := openBytes(whole, "study.sessions.zip.age", keys)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Protection().String(); got != "encrypted with age (X25519)" {
		t.Errorf("protection: %q", got)
	}
	if len(a.Notes()) > 0 {
		t.Errorf("notes: %v", a.Notes())
	}
	got := readAll(a)
	if len(got) != len(want) {
		t.Errorf("got %d sessions, want %d", len(got), len(want))
	}
	for id, text := range want {
		if got[id].err != nil || got[id].text != text {
			t.Errorf("%s: %d bytes, %v; want %d", id, len(got[id].text), got[id].err, len(text))
		}
		r, err := a.Session(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		one, err := io.ReadAll(r)
		r.Close()
		if err != nil || string(one) != text {
			t.Errorf("session %s alone: %d bytes, %v", id, len(one), err)
		}
	}
	verdicts := 0
	if err := a.Verify(t.Context(), func(v Verdict) {
		verdicts++
		if v.Err != nil || v.Bytes != int64(len(want[v.Name])) {
			t.Errorf("verdict %+v", v)
		}
	}); err != nil || verdicts != len(want) {
		t.Errorf("verify: %v after %d", err, verdicts)
	}
}

func TestManifestAndEntries(t *testing.T) {
	keys := testKeys(t)
	whole, _ := pack(t, recipients(keys))
	a, err := openBytes(whole, "", keys)
	if err != nil {
		t.Fatal(err)
	}
	m := a.Manifest()
	if m.Format != "hindsite-sessions/1" || m.Producer != "test" || m.Sessions.Count != 3 || len(m.ArchiveID) != 32 ||
		!m.Created.Equal(start.Add(time.Hour)) || !m.Recorded.From.Equal(start) || !m.Recorded.To.Equal(start.Add(2*time.Hour+time.Minute)) {
		t.Errorf("manifest %+v", m)
	}
	// printf %s "$recipient" | openssl dgst -sha256 -binary | base64
	if len(m.For) != 1 || m.For[0] != "SHA256:3+2ZyWTbtk60M7/A8G9rLyOsGZ+2Fso4kCYcrVH1Utw" {
		t.Errorf("for %v", m.For)
	}
	e := a.Entries()[1]
	// 1000 events 100 ms apart last 99.9 s: two parts of at most 60 s, the
	// first with the 601 events from 0 to 60 s.
	if e.ID != "session-1" || e.Events() != 1000 || len(e.Members) != 2 || e.Members[0].Events != 601 || e.Pages != 2 || e.Visitor != "v" {
		t.Errorf("entry %+v", e)
	}
	var sum int64
	for _, e := range a.Entries() {
		sum += e.Bytes()
	}
	if sum != m.Bytes {
		t.Errorf("bytes %d, want %d", m.Bytes, sum)
	}
}

// Every tool must read what the writer makes; here the standard library's ZIP.
func TestWrittenZipIsPlain(t *testing.T) {
	whole, _ := pack(t, nil)
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range z.File {
		if f.Method != zip.Store || len(f.Extra) > 0 || f.Flags != 1<<11 || f.NonUTF8 {
			t.Errorf("%s: method %d, extra %d bytes, flags %#x", f.Name, f.Method, len(f.Extra), f.Flags)
		}
		if i == 0 && f.Name != "manifest.json" || i == 1 && f.Name != "sessions.jsonl.zst" {
			t.Errorf("member %d is %s", i, f.Name)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	if len(z.File) != 2+1+2+1 {
		t.Errorf("%d members", len(z.File))
	}
}

func TestKindsOfKeys(t *testing.T) {
	hybrid, err := NewIdentity(Hybrid)
	if err != nil {
		t.Fatal(err)
	}
	classic, err := NewIdentity(X25519)
	if err != nil {
		t.Fatal(err)
	}
	phrase, err := NewPassphraseRecipient("correct horse", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		to   age.Recipient
		keys Keys
	}{
		{"encrypted with age (X25519)", classic.Recipient(), Keys{Identities: []*Identity{hybrid, classic}}},
		{"encrypted with age (ML-KEM-768 + X25519)", hybrid.Recipient(), Keys{Identities: []*Identity{classic, hybrid}}},
		{"encrypted with age (passphrase (scrypt))", phrase, Keys{Identities: []*Identity{classic}, Passphrase: "correct horse"}},
	} {
		whole, _ := pack(t, []age.Recipient{c.to})
		a, err := openBytes(whole, "", c.keys)
		if err != nil {
			t.Errorf("%s: %v", c.want, err)
			continue
		}
		if got := a.Protection().String(); got != c.want || strings.Contains(got, "AES") {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if len(a.Notes()) > 0 {
			t.Errorf("%s: notes %v", c.want, a.Notes())
		}
	}
	if _, err := Create(io.Discard, []age.Recipient{classic.Recipient(), hybrid.Recipient()}, Info{}, Deps{}); fault.Of(err) != fault.Policy {
		t.Errorf("16 classic and hybrid recipients mixed: %v", err)
	}
	if _, err := Create(io.Discard, []age.Recipient{classic.Recipient(), phrase}, Info{}, Deps{}); fault.Of(err) != fault.Policy {
		t.Errorf("recipient and passphrase mixed: %v", err)
	}
	if _, err := Create(io.Discard, nil, Info{}, Deps{}); fault.Of(err) != fault.Policy {
		t.Errorf("no recipients: %v", err)
	}
}

func TestOtherContainers(t *testing.T) {
	keys := testKeys(t)
	to := recipients(keys)
	body := []byte(`{"type":4}` + "\n")
	files := []file{{name: "a.json", body: body}, {name: "d/b.ndjson", body: body, method: zip.Deflate}, {name: "c.json.zst", body: zs(t, body)}}
	zipped := zipOf(t, files...)
	tarred := tarOf(t,
		tar.Header{Name: "./", Typeflag: tar.TypeDir}, tar.Header{Name: "./a.json", Typeflag: tar.TypeReg},
		tar.Header{Name: "d/b.json", Typeflag: tar.TypeReg})
	var gz bytes.Buffer
	g := gzip.NewWriter(&gz)
	g.Write(tarred)
	g.Close()
	var armored bytes.Buffer
	aw := armor.NewWriter(&armored)
	aw.Write(seal(t, body, to...))
	aw.Close()

	inZip := map[string]string{"a.json": string(body), "d/b.ndjson": string(body), "c.json.zst": string(body)}
	inTar := map[string]string{"a.json": `{"name":"./a.json"}`, "d/b.json": `{"name":"d/b.json"}`}
	for _, c := range []struct {
		name      string
		in        []byte
		encrypted bool
		want      map[string]string
	}{
		{"x.zip.age", seal(t, zipped, to...), true, inZip},
		{"x.zip", zipped, false, inZip},
		{"x.tar", tarred, false, inTar},
		{"x.tar.age", seal(t, tarred, to...), true, inTar},
		{"x.tar.gz.age", seal(t, gz.Bytes(), to...), true, inTar},
		{"x.tar.zst", zs(t, tarred), false, inTar},
		{"x.tar.zst.age", seal(t, zs(t, tarred), to...), true, inTar},
		{"x.ndjson.age", seal(t, body, to...), true, map[string]string{"x.ndjson": string(body)}},
		{"x.ndjson.zst", zs(t, body), false, map[string]string{"x.ndjson.zst": string(body)}},
		{"x.ndjson", body, false, map[string]string{"x.ndjson": string(body)}},
		{"armored.ndjson.age", armored.Bytes(), true, map[string]string{"armored.ndjson": string(body)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := openBytes(c.in, c.name, keys)
			if err != nil {
				t.Fatal(err)
			}
			if a.Protection().Encrypted != c.encrypted {
				t.Errorf("protection %v", a.Protection())
			}
			got := readAll(a)
			for name, text := range c.want {
				if got[name].text != text || got[name].err != nil {
					t.Errorf("%s: %q, %v", name, got[name].text, got[name].err)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("got %v", got)
			}
			if err := a.Verify(t.Context(), func(Verdict) {}); err != nil {
				t.Errorf("verify: %v", err)
			}
		})
	}
}

// What any shell makes.
func TestShellTools(t *testing.T) {
	for _, tool := range []string{"zip", "age", "tar", "zstd", "sh"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "in", "s"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.json", "s/b.json"} {
		if err := os.WriteFile(filepath.Join(dir, "in", name), []byte(`[{"type":4}]`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys := testKeys(t)
	rcpt := fmt.Sprint(keys.Identities[0].Recipient())
	for name, script := range map[string]string{
		"stored.zip.age":   "cd in && zip -0 -q -r - . | age -r " + rcpt + " > ../stored.zip.age",
		"deflated.zip.age": "cd in && zip -q -r ../d.zip . && age -r " + rcpt + " ../d.zip > ../deflated.zip.age",
		"t.tar.zst.age":    "cd in && tar c . | zstd -q | age -r " + rcpt + " > ../t.tar.zst.age",
		"armored.age":      "age -a -r " + rcpt + " in/a.json > armored.age",
	} {
		cmd := exec.Command("sh", "-c", script)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		a, err := openBytes(b, name, keys)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for item, got := range readAll(a) {
			if got.err != nil || got.text != `[{"type":4}]` {
				t.Errorf("%s: %s: %q, %v", name, item, got.text, got.err)
			}
		}
		if n := len(readAll(a)); n != 2 && name != "armored.age" {
			t.Errorf("%s: %d items", name, n)
		}
	}
}

// The reader counts what is read of a file that exists only as a rule: parts
// of a gigabyte that nobody looks at.
func TestInspectReadsLittle(t *testing.T) {
	keys := testKeys(t)
	const sessions, partLen = 2100, 2 << 20
	src := sparseArchive(t, sessions, partLen)
	counted := &countingAt{r: src}
	a, err := Open(t.Context(), counted, src.size, "big.sessions.zip", keys, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Entries()) != sessions || a.Manifest().Sessions.Count != sessions {
		t.Errorf("%d entries", len(a.Entries()))
	}
	if src.size < 4<<30 {
		t.Errorf("only %d bytes", src.size)
	}
	if counted.n > 2<<20 {
		t.Errorf("read %d bytes of %d", counted.n, src.size)
	}
}

type countingAt struct {
	r  io.ReaderAt
	mu sync.Mutex
	n  int64
}

func (c *countingAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.mu.Lock()
	c.n += int64(n)
	c.mu.Unlock()
	return n, err
}

func TestSourceErrorIsStorage(t *testing.T) {
	keys := testKeys(t)
	whole, _ := pack(t, recipients(keys))
	for _, at := range []int64{10, 100, int64(len(whole)) - 10} {
		_, err := Open(t.Context(), flaky{bytes.NewReader(whole), at}, int64(len(whole)), "", keys, Limits{})
		if fault.Of(err) != fault.Storage || !errors.Is(err, errDisk) {
			t.Errorf("failing at %d: %v (%s)", at, err, fault.Of(err))
		}
	}
}

func TestCancel(t *testing.T) {
	keys := testKeys(t)
	whole, _ := pack(t, recipients(keys))
	ctx, cancel := context.WithCancel(t.Context())
	a, err := Open(ctx, bytes.NewReader(whole), int64(len(whole)), "", keys, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Session(ctx, "session-1")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(r); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	for _, err := range a.Items(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("items: %v", err)
		}
	}
	if err := a.Verify(ctx, func(Verdict) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("verify: %v", err)
	}
}

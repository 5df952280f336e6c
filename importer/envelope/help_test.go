package envelope

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"hindsite.app/player/fault"
)

// keyText is a key made with age-keygen for these tests alone.
const keyText = `# created: 2026-01-02T03:04:05Z
# public key: age1ctuah0nxmwhfnjcggp6xhrj6rqcqgh9mjvgkq3c3d699tv3vevrsl3jxru
AGE-SECRET-KEY-1JQSL44H9L9CRVQRC8X8FM9HTRGDFCJ4VVZSTQDE784RN0NC3GERS70D85P
`

func testKeys(t testing.TB) Keys {
	t.Helper()
	ids, err := ParseIdentities(strings.NewReader(keyText))
	if err != nil {
		t.Fatal(err)
	}
	return Keys{Identities: ids}
}

func recipients(k Keys) []age.Recipient {
	var out []age.Recipient
	for _, id := range k.Identities {
		out = append(out, id.Recipient())
	}
	return out
}

var start = time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)

// noise is n bytes that do not compress, the same every time.
func noise(seed uint64, n int) []byte {
	rnd := rand.New(rand.NewPCG(seed, 7))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

// eventLines makes n events 100 ms apart, one line each.
func eventLines(n int) (string, iter.Seq2[Event, error]) {
	var all strings.Builder
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(`{"type":3,"timestamp":%d}`, start.UnixMilli()+int64(i)*100)
		all.WriteString(lines[i] + "\n")
	}
	return all.String(), func(yield func(Event, error) bool) {
		for i, line := range lines {
			if !yield(Event{Line: []byte(line), At: start.Add(time.Duration(i) * 100 * time.Millisecond)}, nil) {
				return
			}
		}
	}
}

type fixedRand struct{ *rand.ChaCha8 }

func testDeps() Deps {
	return Deps{
		Now:  func() time.Time { return start.Add(time.Hour) },
		Rand: fixedRand{rand.NewChaCha8([32]byte{1})},
	}
}

// pack makes an archive of three sessions of 30, 1000 and 2 events.
func pack(t testing.TB, to []age.Recipient) ([]byte, map[string]string) {
	t.Helper()
	var out bytes.Buffer
	w, err := Create(&out, to, Info{Producer: "test", Plain: len(to) == 0}, testDeps())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for i, n := range []int{30, 1000, 2} {
		id := fmt.Sprintf("session-%d", i)
		text, events := eventLines(n)
		want[id] = text
		info := SessionInfo{ID: id, Visitor: "v", Start: start.Add(time.Duration(i) * time.Hour), End: start.Add(time.Duration(i)*time.Hour + time.Minute), Pages: 2}
		if err := w.Add(t.Context(), info, events); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), want
}

func seal(t testing.TB, plain []byte, to ...age.Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(plain)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openBytes(b []byte, name string, keys Keys) (*Archive, error) {
	return Open(context.Background(), bytes.NewReader(b), int64(len(b)), name, keys, Limits{})
}

// outcome is what reading one item gave.
type outcome struct {
	text  string
	class fault.Class
	err   error
}

// readAll reads every item; the key "" holds an error that ended the loop.
func readAll(a *Archive) map[string]outcome {
	got := map[string]outcome{}
	for item, err := range a.Items(context.Background()) {
		var text []byte
		if err == nil {
			var r io.ReadCloser
			if r, err = item.Open(context.Background()); err == nil {
				text, err = io.ReadAll(r)
				r.Close()
			}
		}
		got[item.Name] = outcome{string(text), fault.Of(err), err}
	}
	return got
}

// file is a member to put into an archive.
type file struct {
	name   string
	body   []byte
	method uint16
	mode   uint32 // Unix mode, in the ZIP's attributes
}

func zipOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: f.method}
		if f.mode != 0 {
			header.CreatorVersion = 3 << 8
			header.ExternalAttrs = f.mode << 16
		}
		m, err := w.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		m.Write(f.body)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func tarOf(t testing.TB, files ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range files {
		body := []byte(`{"name":"` + h.Name + `"}`)
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(body))
		}
		h.Mode = 0o644
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			w.Write(body)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zs(t testing.TB, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(b, nil)
}

// listing makes the files of a session archive by hand, so that each test can
// spoil one thing.
type listing struct {
	lines    []string
	manifest string // "" for a right one
	count    int    // -1 for the right one
	files    []file // parts and others
	order    string // "" for manifest, list, files
}

func part(name string, body []byte, events int) string {
	return fmt.Sprintf(`{"name":%q,"len":%d,"sha256":"%x","events":%d,"t0":0,"t1":1}`, name, len(body), sha256.Sum256(body), events)
}

func session(id string, parts ...string) string {
	return fmt.Sprintf(`{"sid":%q,"start":"2026-03-04T10:00:00Z","end":"2026-03-04T10:01:00Z","members":[%s]}`, id, strings.Join(parts, ","))
}

func (l listing) manifestFor(list []byte, count int) []byte {
	if l.manifest != "" {
		return []byte(l.manifest)
	}
	return fmt.Appendf(nil, `{"format":"hindsite-sessions/1","archive_id":"00","created":"2026-03-04T10:00:00Z","producer":"hand","for":[],"bytes":0,"sessions":{"file":"sessions.jsonl.zst","sha256":"%x","count":%d}}`,
		sha256.Sum256(list), count)
}

func (l listing) zip(t testing.TB) []byte {
	t.Helper()
	list := zs(t, []byte(strings.Join(l.lines, "\n")+"\n"))
	count := len(l.lines)
	if l.count > 0 {
		count = l.count
	}
	m := file{name: manifestName, body: l.manifestFor(list, count)}
	s := file{name: listName, body: list}
	files := append([]file{m, s}, l.files...)
	switch l.order {
	case "manifest second":
		files[0], files[1] = s, m
	case "no manifest":
		files = files[1:]
	case "manifest twice":
		files = append(files, m)
	}
	return zipOf(t, files...)
}

// flaky fails like a disk.
type flaky struct {
	r  io.ReaderAt
	at int64
}

var errDisk = errors.New("input/output error")

func (f flaky) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.at {
		return 0, errDisk
	}
	return f.r.ReadAt(p, off)
}

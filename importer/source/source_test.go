package source_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsite.app/importer/source"
	"hindsite.app/importer/source/sourcetest"
	"hindsite.app/player/fault"
)

// world is a network with one server, which answers for every public host.
type world struct {
	server *httptest.Server
	opts   source.Options

	mu      sync.Mutex
	handler http.HandlerFunc
	dials   []string
	seen    []*http.Request
}

// newWorld serves handler as https://example.com, which the certificate of
// httptest is for, at a public address.
func newWorld(t *testing.T, handler http.HandlerFunc) *world {
	t.Helper()
	w := &world{handler: handler}
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.seen = append(w.seen, r.Clone(context.Background()))
		handler := w.handler
		w.mu.Unlock()
		handler(rw, r)
	}))
	w.server.Config.ErrorLog = quiet()
	w.server.StartTLS()
	t.Cleanup(w.server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(w.server.Certificate())
	w.opts = source.Options{
		RootCAs: roots,
		Clock:   &sourcetest.Clock{},
		Free:    func(string) (int64, error) { return 1 << 40, nil },
		Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
			if host == "inside.example" {
				return []netip.Addr{netip.MustParseAddr("10.1.2.3")}, nil
			}
			return []netip.Addr{netip.MustParseAddr("93.184.215.14")}, nil
		},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			w.mu.Lock()
			w.dials = append(w.dials, address)
			w.mu.Unlock()
			var d net.Dialer
			return d.DialContext(ctx, network, w.server.Listener.Addr().String())
		},
	}
	return w
}

// quiet keeps what servers say about broken connections out of the tests.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// handle changes what the server does from now on, and returns what it did.
func (w *world) handle(h http.HandlerFunc) http.HandlerFunc {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.handler
	w.handler = h
	return before
}

func (w *world) dialled() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.dials...)
}

func (w *world) requests() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*http.Request(nil), w.seen...)
}

func (w *world) source(t *testing.T, address string) source.Source {
	t.Helper()
	s, err := source.Parse(address, w.opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func feedOf(files map[string][]byte) []byte {
	var items []map[string]any
	for name, b := range files {
		items = append(items, map[string]any{"url": "files/" + name, "size": len(b), "sha256": fmt.Sprintf("%x", sha256.Sum256(b)), "seq": 5})
	}
	b, _ := json.Marshal(items)
	return b
}

// serve is a good server: a feed and its files, with ranges and strong tags.
func serve(files map[string][]byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/index.json") {
			w.Write(feedOf(files))
			return
		}
		b, ok := files[filepath.Base(r.URL.Path)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(b)))
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	}
}

func TestFeed(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, files map[string][]byte) source.Source {
		return newWorld(t, serve(files)).source(t, "https://example.com/study/")
	})
}

func TestFolder(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, files map[string][]byte) source.Source {
		dir := t.TempDir()
		for name, b := range files {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{".hidden", "x.part", "x.part.json"} {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
			t.Fatal(err)
		}
		s, err := source.Parse(dir, source.Options{Clock: &sourcetest.Clock{}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

// single joins sources of one archive each, so that the suite has two.
type single map[string]source.Source

func (s single) List(ctx context.Context) ([]source.Entry, error) {
	var all []source.Entry
	for _, one := range s {
		entries, err := one.List(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	return all, nil
}

func (s single) Fetch(ctx context.Context, e source.Entry, dir string, progress func(source.Progress)) (source.Result, error) {
	return s[e.Name].Fetch(ctx, e, dir, progress)
}

func (s single) Open(ctx context.Context, e source.Entry) (source.Archive, error) {
	return s[e.Name].Open(ctx, e)
}

func TestSingleFile(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, files map[string][]byte) source.Source {
		s, dir := single{}, t.TempDir()
		for name, b := range files {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			one, err := source.Parse("file://"+filepath.ToSlash(path), source.Options{Clock: &sourcetest.Clock{}})
			if err != nil {
				t.Fatal(err)
			}
			s[name] = one
		}
		return s
	})
}

func TestSingleAddress(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789"), 1000)
	w := newWorld(t, serve(map[string][]byte{"a b.zip.age": body}))
	s := w.source(t, "https://example.com/d/a%20b.zip.age?token=secret#x")
	entries, err := s.List(t.Context())
	if err != nil || len(entries) != 1 || entries[0].Name != "a b.zip.age" || entries[0].Size != -1 {
		t.Fatalf("got %+v, %v", entries, err)
	}
	dir := t.TempDir()
	for range 2 {
		r, err := s.Fetch(t.Context(), entries[0], dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.URL != "https://example.com/d/a%20b.zip.age" || r.Bytes != int64(len(body)) {
			t.Errorf("result %+v", r)
		}
	}
	if got := w.requests()[0].URL.RawQuery; got != "token=secret" {
		t.Errorf("query %q", got)
	}
}

func TestParse(t *testing.T) {
	for raw, want := range map[string]fault.Class{
		"http://example.com/":         fault.Policy,
		"ftp://example.com/":          fault.Unsupported,
		"https://u:p@example.com/":    fault.Unsupported,
		"https:///x":                  fault.Unsupported,
		"file://server/share":         fault.Unsupported,
		"https://exa mple.com/":       fault.Unsupported,
		"/does/not/exist":             fault.Storage,
		"http://10.0.0.1/":            fault.Policy,
		"http://127.0.0.1.evil.test/": fault.Policy,
		"http://127.0.0.1:1/x":        "",
		"http://[::1]:1/x":            "",
		"http://localhost:1/x":        "",
		"https://example.com":         "",
	} {
		if _, err := source.Parse(raw, source.Options{}); fault.Of(err) != want || (err == nil) != (want == "") {
			t.Errorf("%s: %v (%s), want %s", raw, err, fault.Of(err), want)
		}
	}
}

func TestFeedRules(t *testing.T) {
	digest := strings.Repeat("ab", 32)
	item := fmt.Sprintf(`{"url":"a.zip","size":5,"sha256":%q}`, digest)
	for _, c := range []struct {
		name, feed string
		want       fault.Class
	}{
		{"41 lower seq", `{"seq":9,"archives":[` + item + `]}`, fault.Signature},
		{"41 expired", `{"seq":10,"expires":"2020-01-01T00:00:00Z","archives":[]}`, fault.Signature},
		{"same seq", `{"seq":10,"expires":"2200-01-01T00:00:00Z","archives":[` + item + `]}`, ""},
		{"malformed", `{"archives":`, fault.Schema},
		{"name twice", `{"seq":10,"seq":11,"archives":[]}`, fault.Schema},
		{"no size", `{"seq":10,"archives":[{"url":"a","sha256":"` + digest + `"}]}`, fault.Schema},
		{"no digest", `{"seq":10,"archives":[{"url":"a","size":1}]}`, fault.Schema},
		{"plain HTTP", `{"seq":10,"archives":[{"url":"http://example.com/a","size":1,"sha256":"` + digest + `"}]}`, fault.Server},
		{"local file", `{"seq":10,"archives":[{"url":"file:///etc/passwd","size":1,"sha256":"` + digest + `"}]}`, fault.Schema},
		{"password", `{"seq":10,"archives":[{"url":"https://a:b@example.com/a","size":1,"sha256":"` + digest + `"}]}`, fault.Schema},
		{"17 MiB", `{"seq":10,"x":"` + strings.Repeat("a", 17<<20) + `","archives":[]}`, fault.Limit},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(c.feed)) })
			w.opts.MinSeq = 10
			_, err := w.source(t, "https://example.com/index.json").List(t.Context())
			if fault.Of(err) != c.want || (err == nil) != (c.want == "") {
				t.Errorf("got %v (%s), want %s", err, fault.Of(err), c.want)
			}
		})
	}
}

func TestNames(t *testing.T) {
	digest := strings.Repeat("ab", 32)
	var items []string
	for _, u := range []string{
		"a.zip.age", "../../a.zip.age", "A.ZIP.AGE", "%2e%2e%2f%2e%2e%2fevil", `x%5c..%5cevil`, "CON", "con.zip", "x/..%00y", "a%E2%80%AEb", ".hidden", "x.part", "?q=1", strings.Repeat("n", 400),
	} {
		items = append(items, fmt.Sprintf(`{"url":%q,"size":5,"sha256":%q}`, u, digest))
	}
	w := newWorld(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "[%s]", strings.Join(items, ",")) })
	entries, err := w.source(t, "https://example.com/d/").List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range entries {
		key := strings.ToLower(e.Name)
		stem, _, _ := strings.Cut(key, ".")
		if seen[key] || e.Name != filepath.Base(e.Name) || !filepath.IsLocal(e.Name) || strings.ContainsAny(e.Name, "\x00/\\:\u202E") ||
			strings.HasPrefix(e.Name, ".") || stem == "con" || strings.HasSuffix(key, ".part") || len(e.Name) > 200 {
			t.Errorf("%s becomes %q", e.URL, e.Name)
		}
		seen[key] = true
	}
}

func TestProgressString(t *testing.T) {
	for _, c := range []struct {
		p    source.Progress
		want string
	}{
		{source.Progress{Bytes: 31e6, Total: 48e6, Rate: 4_200_000, Left: 3900 * time.Millisecond}, "31 MB of 48 MB, 4.2 MB/s, 4 seconds left"},
		{source.Progress{Bytes: 31e6, Total: -1}, "31 MB"},
		{source.Progress{Bytes: 0, Total: 1e9}, "0 B of 1.0 GB"},
		{source.Progress{Bytes: 1e6, Total: 2e6, Rate: 1e6, Left: time.Second}, "1.0 MB of 2.0 MB, 1.0 MB/s, 1 second left"},
		{source.Progress{Bytes: 1e6, Total: 2e9, Rate: 1e6, Left: 1999 * time.Second}, "1.0 MB of 2.0 GB, 1.0 MB/s, 34 minutes left"},
	} {
		if got := c.p.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestFetchAll(t *testing.T) {
	files := map[string][]byte{}
	for i := range 8 {
		files[fmt.Sprintf("%d.age", i)] = bytes.Repeat([]byte{byte('a' + i)}, 50_000)
	}
	var mu sync.Mutex
	now, most := 0, 0
	good := serve(files)
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/3.age") {
			http.Error(rw, "", http.StatusInternalServerError)
			return
		}
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		good(rw, r)
		mu.Lock()
		now--
		mu.Unlock()
	})
	s := w.source(t, "https://example.com/")
	entries, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	var jobs []source.Job
	for _, e := range entries {
		job := source.Job{Source: s, Entry: e, Dir: dir}
		if e.Name == "5.age" {
			job.Context = stopped
		}
		jobs = append(jobs, job)
	}
	reported := map[int]int64{}
	out := source.FetchAll(t.Context(), jobs, 2, func(job int, p source.Progress) { reported[job] = p.Bytes })
	for i, o := range out {
		name := o.Job.Entry.Name
		switch {
		case name == "3.age":
			if fault.Of(o.Err) != fault.Server {
				t.Errorf("%s: %v", name, o.Err)
			}
		case name == "5.age":
			if !errors.Is(o.Err, context.Canceled) {
				t.Errorf("%s: %v", name, o.Err)
			}
		case o.Err != nil || o.Result.Bytes != 50_000 || reported[i] != 50_000:
			t.Errorf("%s: %+v, %v, reported %d", name, o.Result, o.Err, reported[i])
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if most > 2 {
		t.Errorf("%d at a time", most)
	}
	for _, o := range source.FetchAll(stopped, jobs, 2, nil) {
		if !errors.Is(o.Err, context.Canceled) {
			t.Errorf("all stopped: %v", o.Err)
		}
	}
}

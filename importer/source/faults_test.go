package source_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

const address = "https://example.com/study.zip.age"

// content is what a fault is about; version is another of the same length.
var content, version = func() (a, b []byte) {
	for i := range 300_000 {
		a = append(a, byte(i*7+i>>8))
		b = append(b, byte(i*11+i>>8))
	}
	return a, b
}()

func listed() source.Entry {
	return source.Entry{URL: address, Name: "study.zip.age", Size: int64(len(content)), SHA256: source.Digest(sha256.Sum256(content))}
}

const tag = `"one"`

// good serves b with tag, and ranges of it.
func good(b []byte, tag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	}
}

// cut sends the first n bytes of content, and less than it promises.
func cut(w http.ResponseWriter, n int) {
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	w.Write(content[:n])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// half leaves a part of 100,000 bytes in a new folder.
func half(t *testing.T, w *world) string {
	t.Helper()
	dir := t.TempDir()
	then := w.handle(func(rw http.ResponseWriter, _ *http.Request) { cut(rw, 100_000) })
	_, err := w.source(t, address).Fetch(t.Context(), listed(), dir, nil)
	if fault.Of(err) != fault.Truncated {
		t.Fatalf("first half: %v", err)
	}
	if n := partLen(dir); n != 100_000 {
		t.Fatalf("%d bytes in the part", n)
	}
	w.handle(then)
	return dir
}

func partLen(dir string) int64 {
	info, err := os.Stat(filepath.Join(dir, "study.zip.age.part"))
	if err != nil {
		return -1
	}
	return info.Size()
}

func fetch(t *testing.T, w *world, dir string) (source.Result, error) {
	t.Helper()
	return w.source(t, address).Fetch(t.Context(), listed(), dir, nil)
}

func wantClass(t *testing.T, err error, want fault.Class) {
	t.Helper()
	if fault.Of(err) != want {
		t.Errorf("got %v (%s), want %s", err, fault.Of(err), want)
	}
}

func wantWhole(t *testing.T, dir string) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(dir, "study.zip.age"))
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
}

func TestRedirects(t *testing.T) {
	for _, c := range []struct{ name, to string }{
		{"27 https to http", "http://example.com/x"},
		{"28 loop", address},
		{"29 127.0.0.1", "https://127.0.0.1/x"},
		{"29 169.254.169.254", "https://169.254.169.254/latest/meta-data"},
		{"29 [::1]", "https://[::1]/x"},
		{"29 [::ffff:127.0.0.1]", "https://[::ffff:127.0.0.1]/x"},
		{"29 0.0.0.0", "https://0.0.0.0/x"},
		{"29 100.64.0.1", "https://100.64.0.1/x"},
		{"29 file:", "file:///etc/passwd"},
		{"29 a name of a private address", "https://inside.example/x"},
		{"password", "https://a:b@example.com/x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, c.to, http.StatusFound)
			})
			_, err := fetch(t, w, t.TempDir())
			wantClass(t, err, fault.Server)
			for _, d := range w.dialled() {
				if d != "93.184.215.14:443" {
					t.Errorf("connected to %s", d)
				}
			}
			if c.name != "28 loop" && len(w.requests()) != 1 {
				t.Errorf("%d requests", len(w.requests()))
			}
		})
	}
	hops := func(n int) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			if left := n - len(r.URL.Query().Get("hop")); left > 0 {
				http.Redirect(rw, r, "/study.zip.age?hop="+strings.Repeat("x", n-left+1), http.StatusFound)
				return
			}
			good(content, tag)(rw, r)
		}
	}
	t.Run("28 five hops", func(t *testing.T) {
		w := newWorld(t, hops(5))
		dir := t.TempDir()
		if _, err := fetch(t, w, dir); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, dir)
	})
	t.Run("28 six hops", func(t *testing.T) {
		w := newWorld(t, hops(6))
		_, err := fetch(t, w, t.TempDir())
		wantClass(t, err, fault.Server)
	})
	t.Run("authorization stays at home", func(t *testing.T) {
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/study.zip.age" {
				http.Redirect(rw, r, "https://sub.example.com/elsewhere", http.StatusFound)
				return
			}
			good(content, tag)(rw, r)
		})
		w.opts.Authorization = "Bearer secret"
		// The certificate of httptest is for *.example.com as well.
		if _, err := fetch(t, w, t.TempDir()); err != nil {
			t.Fatal(err)
		}
		got := w.requests()
		if got[0].Header.Get("Authorization") != "Bearer secret" || got[0].Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("first request %v", got[0].Header)
		}
		if got[1].Header.Get("Authorization") != "" || got[1].Header.Get("Referer") != "" {
			t.Errorf("second request %v", got[1].Header)
		}
	})
}

func TestBodies(t *testing.T) {
	t.Run("30 broken off, kept, resumed", func(t *testing.T) {
		w := newWorld(t, good(content, tag))
		dir := half(t, w)
		r, err := fetch(t, w, dir)
		if err != nil || r.ResumedFrom != 100_000 {
			t.Fatalf("%+v, %v", r, err)
		}
		wantWhole(t, dir)
		last := w.requests()[1]
		if last.Header.Get("Range") != "bytes=100000-" || last.Header.Get("If-Range") != tag {
			t.Errorf("request %v", last.Header)
		}
	})
	t.Run("31 more is offered than was listed", func(t *testing.T) {
		w := newWorld(t, good(append(content, 'x'), tag))
		_, err := fetch(t, w, t.TempDir())
		wantClass(t, err, fault.Server)
	})
	t.Run("31 body without end", func(t *testing.T) {
		sent := 0
		w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) {
			for range 1000 {
				n, err := rw.Write(content)
				sent += n
				if err != nil {
					return
				}
			}
		})
		dir := t.TempDir()
		_, err := fetch(t, w, dir)
		wantClass(t, err, fault.Server)
		if partLen(dir) != -1 {
			t.Error("the part was kept")
		}
	})
	t.Run("37 compressed", func(t *testing.T) {
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Encoding", "gzip")
			rw.Write(content)
		})
		_, err := fetch(t, w, t.TempDir())
		wantClass(t, err, fault.Server)
	})
	t.Run("other bytes", func(t *testing.T) {
		w := newWorld(t, good(version, tag))
		dir := t.TempDir()
		_, err := fetch(t, w, dir)
		wantClass(t, err, fault.Tampered)
		if files, _ := os.ReadDir(dir); len(files) != 0 {
			t.Errorf("left behind: %v", files)
		}
	})
	for _, status := range []int{204, 206, 304, 401, 404, 416, 429, 500, 503} {
		t.Run(fmt.Sprint("status ", status), func(t *testing.T) {
			w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(status) })
			_, err := fetch(t, w, t.TempDir())
			wantClass(t, err, fault.Server)
		})
	}
	t.Run("not HTTP", func(t *testing.T) {
		w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) {
			conn, _, err := rw.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			io.WriteString(conn, "220 smtp.example.com ESMTP\r\n")
			conn.Close()
		})
		_, err := fetch(t, w, t.TempDir())
		wantClass(t, err, fault.Server)
	})
	t.Run("errors hold no query", func(t *testing.T) {
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "http://example.com/?token=secret", http.StatusFound)
		})
		e := listed()
		e.URL += "?token=secret"
		_, err := w.source(t, address).Fetch(t.Context(), e, t.TempDir(), nil)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v", err)
		}
	})
}

func TestResume(t *testing.T) {
	// ranged answers a Range request with these headers and the right bytes.
	ranged := func(contentRange, tag string, from int) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") == "" {
				good(content, tag)(rw, r)
				return
			}
			rw.Header().Set("ETag", tag)
			rw.Header().Set("Content-Range", contentRange)
			rw.WriteHeader(http.StatusPartialContent)
			rw.Write(content[from:])
		}
	}
	for _, c := range []struct{ name, header string }{
		{"32 wrong start", "bytes 99999-299999/300000"},
		{"32 wrong total", "bytes 100000-299999/400000"},
		{"32 other end", "bytes 100000-200000/300000"},
		{"32 unknown total", "bytes 100000-299999/*"},
		{"32 wrong unit", "lines 100000-299999/300000"},
		{"32 no range", ""},
		{"32 huge numbers", "bytes 100000-99999999999999999999/300000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, ranged(c.header, tag, 100_000))
			dir := half(t, w)
			_, err := fetch(t, w, dir)
			wantClass(t, err, fault.Server)
			if n := partLen(dir); n != 100_000 {
				t.Errorf("part of %d bytes", n)
			}
		})
	}
	startsAgain := func(name string, then http.HandlerFunc) {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, then)
			dir := half(t, w)
			r, err := fetch(t, w, dir)
			if err != nil || r.ResumedFrom != 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			wantWhole(t, dir)
		})
	}
	startsAgain("33 206 with another tag", ranged("bytes 100000-299999/300000", `"two"`, 100_000))
	startsAgain("33 206 without a tag", ranged("bytes 100000-299999/300000", "", 100_000))
	startsAgain("34 200 to a Range request", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("ETag", tag)
		rw.Write(content)
	})
	startsAgain("34 200 after the archive changed back", good(content, `"two"`))
	startsAgain("416 in the middle", func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			rw.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		good(content, tag)(rw, r)
	})
	startsAgain("35 lying range, then the right bytes", func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			good(version, tag)(rw, r)
			return
		}
		good(content, tag)(rw, r)
	})
	t.Run("35 lying range, then wrong again", func(t *testing.T) {
		w := newWorld(t, good(version, tag))
		dir := half(t, w)
		_, err := fetch(t, w, dir)
		wantClass(t, err, fault.Tampered)
		if n := len(w.requests()); n != 3 {
			t.Errorf("%d requests, want 3", n)
		}
	})
	t.Run("36 416 on a complete part", func(t *testing.T) {
		w := newWorld(t, good(content, tag))
		dir := half(t, w)
		// The rest is on the disk, and the process ended before the rename.
		f, err := os.OpenFile(filepath.Join(dir, "study.zip.age.part"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.Write(content[100_000:])
		f.Close()
		r, err := fetch(t, w, dir)
		if err != nil || r.ResumedFrom != int64(len(content)) {
			t.Fatalf("%+v, %v", r, err)
		}
		wantWhole(t, dir)
	})
	t.Run("weak tag does not resume", func(t *testing.T) {
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("ETag", `W/"one"`)
			rw.Header().Set("Content-Length", fmt.Sprint(len(content)))
			rw.Write(content[:1000])
			rw.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		})
		dir := t.TempDir()
		_, err := fetch(t, w, dir)
		wantClass(t, err, fault.Truncated)
		w.handle(good(content, tag))
		if r, err := fetch(t, w, dir); err != nil || r.ResumedFrom != 0 {
			t.Errorf("%+v, %v", r, err)
		}
		if w.requests()[1].Header.Get("Range") != "" {
			t.Error("asked for a range")
		}
	})
	for name, spoil := range map[string]func(part, state string) error{
		"state is gone":       func(_, state string) error { return os.Remove(state) },
		"state is garbage":    func(_, state string) error { return os.WriteFile(state, []byte(`{"hashed":`), 0o600) },
		"part is shorter":     func(part, _ string) error { return os.Truncate(part, 5) },
		"part is larger":      func(part, _ string) error { return os.Truncate(part, 1e6) },
		"state of other size": func(_, state string) error { return replaceIn(state, `"size":300000`, `"size":300001`) },
		"state of other file": func(_, state string) error { return replaceIn(state, "example.com", "example.org") },
		"midstate is garbage": func(_, state string) error { return replaceIn(state, `"state":"`, `"state":"AAAA`) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, good(content, tag))
			dir := half(t, w)
			part := filepath.Join(dir, "study.zip.age.part")
			if err := spoil(part, part+".json"); err != nil {
				t.Fatal(err)
			}
			if r, err := fetch(t, w, dir); err != nil || r.ResumedFrom != 0 {
				t.Errorf("%+v, %v", r, err)
			}
			wantWhole(t, dir)
		})
	}
}

func replaceIn(path, old, new string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Contains(b, []byte(old)) {
		return errors.New("nothing to replace")
	}
	return os.WriteFile(path, bytes.Replace(b, []byte(old), []byte(new), 1), 0o600)
}

// manualClock stands still until it is told to go on.
type manualClock struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*manualTimer]struct{}
}

type manualTimer struct {
	c  *manualClock
	at time.Time
	f  func()
}

func newManualClock() *manualClock {
	return &manualClock{now: time.Unix(1_800_000_000, 0), timers: map[*manualTimer]struct{}{}}
}

func (c *manualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *manualClock) AfterFunc(d time.Duration, f func()) source.Timer {
	t := &manualTimer{c: c, f: f}
	t.Reset(d)
	return t
}

func (c *manualClock) Advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	var due []func()
	for t := range c.timers {
		if !c.now.Before(t.at) {
			due = append(due, t.f)
			delete(c.timers, t)
		}
	}
	c.mu.Unlock()
	for _, f := range due {
		f()
	}
}

func (t *manualTimer) Stop() bool {
	t.c.mu.Lock()
	defer t.c.mu.Unlock()
	_, running := t.c.timers[t]
	delete(t.c.timers, t)
	return running
}

func (t *manualTimer) Reset(d time.Duration) bool {
	running := t.Stop()
	t.c.mu.Lock()
	defer t.c.mu.Unlock()
	t.at = t.c.now.Add(d)
	t.c.timers[t] = struct{}{}
	return running
}

func TestSlowness(t *testing.T) {
	t.Run("38 a byte every 29 s", func(t *testing.T) {
		clock, seen := newManualClock(), make(chan struct{}, 1)
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Length", fmt.Sprint(len(content)))
			for _, b := range content {
				if _, err := rw.Write([]byte{b}); err != nil {
					return
				}
				rw.(http.Flusher).Flush()
				select {
				case <-seen:
				case <-r.Context().Done():
					return
				}
				clock.Advance(29 * time.Second)
			}
		})
		w.opts.Clock = clock
		dir := t.TempDir()
		var last source.Progress
		_, err := w.source(t, address).Fetch(t.Context(), listed(), dir, func(p source.Progress) {
			if p.Bytes == 0 {
				clock.Advance(time.Second) // so that the next bytes are reported
			} else {
				seen <- struct{}{}
			}
			last = p
		})
		wantClass(t, err, fault.Server)
		// The twelfth byte comes after 1 + 11*29 = 320 s, the first behind five
		// minutes.
		if last.Bytes != 12 {
			t.Errorf("stopped after %d bytes", last.Bytes)
		}
		if last.Left <= 0 {
			t.Errorf("the user sees %+v", last)
		}
	})
	t.Run("39 silence after the headers", func(t *testing.T) {
		clock := newManualClock()
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Length", fmt.Sprint(len(content)))
			rw.Write(content[:10])
			rw.(http.Flusher).Flush()
			<-r.Context().Done()
		})
		w.opts.Clock = clock
		dir := t.TempDir()
		_, err := w.source(t, address).Fetch(t.Context(), listed(), dir, func(p source.Progress) {
			if p.Bytes == 0 {
				clock.Advance(time.Second) // so that the next bytes are reported
				return
			}
			go clock.Advance(60 * time.Second)
		})
		wantClass(t, err, fault.Server)
		if partLen(dir) != 10 {
			t.Errorf("part of %d bytes", partLen(dir))
		}
	})
	t.Run("39 silence before the headers", func(t *testing.T) {
		clock := newManualClock()
		w := newWorld(t, func(_ http.ResponseWriter, r *http.Request) {
			go clock.Advance(60 * time.Second)
			<-r.Context().Done()
		})
		w.opts.Clock = clock
		_, err := fetch(t, w, t.TempDir())
		wantClass(t, err, fault.Server)
	})
	t.Run("stopped by the user", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			rw.Write(content[:10])
			rw.(http.Flusher).Flush()
			cancel()
			<-r.Context().Done()
		})
		_, err := w.source(t, address).Fetch(ctx, listed(), t.TempDir(), nil)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// fullFile is a disk with room for limit bytes.
type fullFile struct {
	source.PartFile
	limit, n int
}

var errFull = errors.New("no space left on device")

func (f *fullFile) Write(p []byte) (int, error) {
	if f.n+len(p) > f.limit {
		n, _ := f.PartFile.Write(p[:max(0, f.limit-f.n)])
		f.n += n
		return n, errFull
	}
	n, err := f.PartFile.Write(p)
	f.n += n
	return n, err
}

func TestDisk(t *testing.T) {
	t.Run("40 full in the middle", func(t *testing.T) {
		w := newWorld(t, good(content, tag))
		w.opts.Create = func(root *os.Root, name string) (source.PartFile, error) {
			f, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
			return &fullFile{PartFile: f, limit: 150_000}, err
		}
		dir := t.TempDir()
		_, err := fetch(t, w, dir)
		wantClass(t, err, fault.Storage)
		if !errors.Is(err, errFull) || partLen(dir) != 150_000 {
			t.Errorf("%v, part of %d bytes", err, partLen(dir))
		}
		w.opts.Create = nil
		r, err := fetch(t, w, dir)
		if err != nil || r.ResumedFrom != 150_000 {
			t.Errorf("with room again: %+v, %v", r, err)
		}
		wantWhole(t, dir)
	})
	t.Run("no room from the beginning", func(t *testing.T) {
		w := newWorld(t, good(content, tag))
		w.opts.Free = func(string) (int64, error) { return 200_000, nil }
		dir := t.TempDir()
		_, err := fetch(t, w, dir)
		wantClass(t, err, fault.Storage)
		if files, _ := os.ReadDir(dir); len(files) != 0 {
			t.Errorf("left behind: %v", files)
		}
	})
	t.Run("link in place of the part", func(t *testing.T) {
		w := newWorld(t, good(content, tag))
		dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "victim")
		if err := os.WriteFile(outside, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, filepath.Join(dir, "study.zip.age.part")); err != nil {
			t.Skip("no symbolic links here")
		}
		_, err := fetch(t, w, dir)
		wantClass(t, err, fault.Storage)
		if b, _ := os.ReadFile(outside); string(b) != "mine" {
			t.Error("wrote through the link")
		}
	})
}

// certificate signs itself, for host, until the given time.
func certificate(t *testing.T, host string, until time.Time) (tls.Certificate, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{host},
		NotBefore: time.Unix(0, 0), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, parsed
}

func TestCertificates(t *testing.T) {
	far := time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, host string
		until      time.Time
		trusted    bool
		version    uint16
		want       fault.Class
	}{
		{"42 good", "example.com", far, true, tls.VersionTLS12, ""},
		{"42 expired", "example.com", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), true, tls.VersionTLS12, fault.Server},
		{"42 self-signed", "example.com", far, false, tls.VersionTLS12, fault.Server},
		{"42 wrong host", "example.org", far, true, tls.VersionTLS12, fault.Server},
		{"42 TLS 1.1", "example.com", far, true, tls.VersionTLS11, fault.Server},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, good(content, tag))
			cert, parsed := certificate(t, c.host, c.until)
			server := httptest.NewUnstartedServer(good(content, tag))
			server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS10, MaxVersion: c.version}
			server.Config.ErrorLog = quiet()
			server.StartTLS()
			t.Cleanup(server.Close)
			w.server = server
			w.opts.RootCAs = x509.NewCertPool()
			if c.trusted {
				w.opts.RootCAs.AddCert(parsed)
			}
			_, err := fetch(t, w, t.TempDir())
			wantClass(t, err, c.want)
			if c.want == "" && err != nil {
				t.Error(err)
			}
		})
	}
}

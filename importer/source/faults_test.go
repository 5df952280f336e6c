package source_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
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
}

func TestRedirectsThatAreFollowed(t *testing.T) {
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
}

func TestResponses(t *testing.T) {
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

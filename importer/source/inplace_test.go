package source_test

import (
	"fmt"
	"net/http"
	"testing"

	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

// TestOpenFaults holds reading in place to what an origin can do wrong.
func TestOpenFaults(t *testing.T) {
	ranged := func(change func(h http.Header, first bool)) http.HandlerFunc {
		n := 0
		return func(w http.ResponseWriter, r *http.Request) {
			n++
			var from, to int
			fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to)
			w.Header().Set("ETag", tag)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(content)))
			change(w.Header(), n == 1)
			w.WriteHeader(http.StatusPartialContent)
			w.Write(content[from : to+1])
		}
	}
	later := func(name, value string) http.HandlerFunc {
		return ranged(func(h http.Header, first bool) {
			if !first {
				h.Set(name, value)
			}
		})
	}
	at := func(name, value string) http.HandlerFunc {
		return ranged(func(h http.Header, _ bool) { h.Set(name, value) })
	}
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		opens   bool
		want    fault.Class
	}{
		{"good", ranged(func(http.Header, bool) {}), true, ""},
		{"32 wrong start", later("Content-Range", fmt.Sprintf("bytes 5-37860/%d", len(content))), true, fault.Server},
		{"32 wrong total", later("Content-Range", "bytes 262144-299999/300001"), true, fault.Server},
		{"32 wrong unit", at("Content-Range", "items 0-262143/300000"), false, fault.Server},
		{"32 longer than asked", at("Content-Range", "bytes 0-299999/300000"), false, fault.Server},
		{"33 another tag", later("ETag", `"two"`), true, fault.Server},
		{"weak tag", at("ETag", `W/"one"`), false, fault.Unsupported},
		{"37 compressed", at("Content-Encoding", "gzip"), false, fault.Server},
		{"34 200 to a range", func(w http.ResponseWriter, _ *http.Request) { w.Write(content) }, false, fault.Unsupported},
		{"404", http.NotFound, false, fault.Server},
		{"30 breaks off", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", tag)
			w.Header().Set("Content-Range", "bytes 0-262143/300000")
			w.Header().Set("Content-Length", "262144")
			w.WriteHeader(http.StatusPartialContent)
			w.Write(content[:1000])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, false, fault.Truncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.handler)
			a, err := w.source(t, address).Open(t.Context(), source.Entry{URL: address, Size: int64(len(content))})
			if (err == nil) != c.opens {
				t.Fatalf("open: %v", err)
			}
			if err == nil {
				defer a.Close()
				b := make([]byte, 1000)
				if _, err = a.ReadAt(b, 299_000); err == nil && string(b) != string(content[299_000:]) {
					t.Error("other bytes")
				}
			}
			wantClass(t, err, c.want)
		})
	}
	t.Run("29 an address that the origin may not name", func(t *testing.T) {
		w := newWorld(t, good(content, tag))
		_, err := w.source(t, address).Open(t.Context(), source.Entry{URL: "http://example.com/x", Size: 5})
		wantClass(t, err, fault.Server)
		if len(w.requests()) != 0 {
			t.Error("asked for it")
		}
	})
}

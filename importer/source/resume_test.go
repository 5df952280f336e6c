package source_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/player/fault"
)

// ranged answers a Range request with these headers and bytes from an offset.
func ranged(contentRange, tag string, from int) http.HandlerFunc {
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

func TestWrongRanges(t *testing.T) {
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
}

func TestStartsAgain(t *testing.T) {
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
}

func TestResume(t *testing.T) {
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
}

func TestSpoiledState(t *testing.T) {
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

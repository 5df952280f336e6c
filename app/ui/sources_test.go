package ui

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"hindsite.app/app/state"
)

// serveArchive packs sessions for the window's key and serves them as an
// origin that asks for authorization would.
func serveArchive(t *testing.T, w *window, authorization string, names ...string) string {
	t.Helper()
	recipients, err := state.ShowKey(w.options.Credential.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	dir, _ := study(t, names...)
	file := filepath.Join(t.TempDir(), "study.sessions.zip.age")
	if _, err := state.Pack(t.Context(), state.PackOptions{Recipients: recipients, Out: file, Paths: []string{dir}}, w.options.Deps); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != authorization:
			http.Error(rw, "", http.StatusUnauthorized)
		case r.URL.Path == "/index.json":
			fmt.Fprintf(rw, `{"seq":3,"archives":[{"url":"study.sessions.zip.age","size":%d,"sha256":"%x"}]}`, len(b), sha256.Sum256(b))
		case r.URL.Path == "/study.sessions.zip.age":
			rw.Header().Set("ETag", `"one"`)
			http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(b))
		default:
			http.NotFound(rw, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL + "/"
}

func TestSources(t *testing.T) {
	w, q := openWindow(t)
	s := w.sources
	q.until(t, "the queue", func() bool { return s.queue != nil })
	address := serveArchive(t, w, "Bearer x", "s-0001", "s-0016")
	w.show(inSources)
	s.address.SetText(address)
	s.folder.SetText(t.TempDir())
	s.add()
	q.until(t, "the refusal", func() bool { return !s.adding.busy() })
	if got := s.said.Text(); !strings.Contains(got, "asks for credentials") {
		t.Errorf("without credentials it says %q", got)
	}
	s.origins.keep(w.library, state.OriginOptions{Address: address, Name: "Study", Authorization: "Bearer x"})
	q.until(t, "the origin", func() bool { return len(s.origins.items) == 1 })
	s.origins.list.Select(0)
	s.origins.use()
	q.until(t, "the download", func() bool { return len(s.transfers.items) == 1 && s.transfers.items[0].State == state.DownloadDone })
	if got := s.transfers.items[0].Result; got != "2 imported" {
		t.Errorf("result %q", got)
	}
	q.until(t, "the sessions", func() bool { return w.sessions.total == 2 && !w.sessions.asking.busy() })
	q.until(t, "the list's number", func() bool { return len(s.origins.items) == 1 && s.origins.items[0].Seq == 3 })
	s.transfers.list.Select(0)
	if got := s.transfers.detail.Text(); !strings.HasSuffix(got, "study.sessions.zip.age") {
		t.Errorf("the chosen download is described as %q", got)
	}
	s.add()
	q.until(t, "nothing new", func() bool { return !s.adding.busy() })
	if got := s.said.Text(); got != "Nothing new: 1 archive fetched before or on the way" {
		t.Errorf("added again it says %q", got)
	}
	s.transfers.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	q.until(t, "the removal", func() bool { return len(s.transfers.items) == 0 })
	w.lock()
	if s.queue != nil || len(s.origins.items) != 0 || s.said.Text() != "" || s.address.Text != "" {
		t.Error("a locked window still shows what the library knew")
	}
}

func TestLookInside(t *testing.T) {
	w, q := openWindow(t)
	s := w.sources
	q.until(t, "the queue", func() bool { return s.queue != nil })
	address := serveArchive(t, w, "", "s-0001", "s-0016", "s-0102")
	all, err := w.library.InspectAt(t.Context(), address, "")
	if err != nil {
		t.Fatal(err)
	}
	x := s.showInside(address, all)
	if len(x.rows) != 3 || x.rows[1].Events == 0 || x.rows[1].Start == nil {
		t.Fatalf("%+v", x.rows)
	}
	x.list.Select(1)
	x.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	wanted := x.rows[1].Name
	if len(x.chosen) != 1 || !x.chosen[wanted] {
		t.Errorf("chosen: %v", x.chosen)
	}
	x.list.TypedRune('i')
	q.until(t, "the import", func() bool { return !w.importer.busy() && w.sessions.total == 1 && !w.sessions.asking.busy() })
	if got := w.sessions.loaded[0].ID; got != wanted {
		t.Errorf("imported %s, wanted %s", got, wanted)
	}
}

func TestWatchedFolders(t *testing.T) {
	w, q := openWindow(t)
	s := w.sources
	q.until(t, "the queue", func() bool { return s.queue != nil })
	dir, _ := study(t, "s-0001")
	s.folders.add(dir)
	q.until(t, "the import", func() bool { return len(s.folders.items) == 1 && s.folders.items[0].Result == "1 imported" })
	q.until(t, "the session", func() bool { return w.sessions.total == 1 })
	s.folders.list.Select(0)
	s.folders.drop()
	q.until(t, "the end", func() bool { return len(s.folders.items) == 0 })
}

func TestAddedWords(t *testing.T) {
	for want, a := range map[string]state.Added{
		"There is no archive at this address":                         {},
		"1 archive in the queue":                                      {Queued: 1},
		"Nothing new: 2 archives fetched before or on the way":        {There: 2},
		"3 new archives in the queue; 2 fetched before or on the way": {Queued: 3, There: 2},
	} {
		if got := addedWords(a); got != want {
			t.Errorf("%+v: %q", a, got)
		}
	}
}

package state_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsite.app/app/state"
	"hindsite.app/data/keyring"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// site is an origin on this machine that can be told to stop in the middle of
// an archive.
type site struct {
	*httptest.Server
	mu     sync.Mutex
	files  map[string][]byte
	seq    int
	gate   chan struct{} // half of an archive is sent, the rest when it is closed; nil: at once
	asked  int
	sent   int // bytes of ranges
	auth   []string
	halted chan struct{} // told when half is sent
}

func newSite(t *testing.T, files map[string][]byte) *site {
	t.Helper()
	s := &site{files: files, seq: 1, halted: make(chan struct{}, 10)}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked++
	s.auth = append(s.auth, r.Header.Get("Authorization"))
	gate := s.gate
	body, ok := s.files[path.Base(r.URL.Path)]
	feed := s.feed()
	s.mu.Unlock()
	switch {
	case strings.HasSuffix(r.URL.Path, "/index.json"):
		w.Write(feed)
		return
	case !ok:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(body)))
	if gate == nil {
		http.ServeContent(counting{w, s}, r, "", time.Time{}, bytes.NewReader(body))
		return
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.Write(body[:len(body)/2])
	w.(http.Flusher).Flush()
	s.halted <- struct{}{}
	select {
	case <-gate:
		w.Write(body[len(body)/2:])
	case <-r.Context().Done():
	}
}

// counting counts what is sent.
type counting struct {
	http.ResponseWriter
	site *site
}

func (c counting) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.site.mu.Lock()
	c.site.sent += n
	c.site.mu.Unlock()
	return n, err
}

func (s *site) feed() []byte {
	var items []map[string]any
	for name, b := range s.files {
		items = append(items, map[string]any{"url": name, "size": len(b), "sha256": fmt.Sprintf("%x", sha256.Sum256(b))})
	}
	b, _ := json.Marshal(map[string]any{"seq": s.seq, "archives": items})
	return b
}

func (s *site) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate = make(chan struct{})
}

func (s *site) letGo() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.gate)
	s.gate = nil
}

func openDownloads(t *testing.T, l *state.Library) *state.Downloads {
	t.Helper()
	d, err := l.OpenDownloads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// awaitItems waits until what is asked of the downloads holds.
func awaitItems(t *testing.T, d *state.Downloads, what string, holds func([]state.Transfer) bool) []state.Transfer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		items := d.Items()
		if holds(items) {
			return items
		}
		select {
		case <-d.Changed():
		case <-ctx.Done():
			t.Fatalf("never: %s; now %+v", what, items)
		}
	}
}

func all(s state.DownloadState) func([]state.Transfer) bool {
	return func(items []state.Transfer) bool {
		for _, item := range items {
			if item.State != s {
				return false
			}
		}
		return true
	}
}

// archives packs the sessions of the sample into archives of one each.
func archives(t *testing.T, cred state.Credential, ids ...string) map[string][]byte {
	t.Helper()
	recipients, err := state.ShowKey(cred.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, id := range ids {
		file := filepath.Join(t.TempDir(), id+".sessions.zip.age")
		if _, err := state.Pack(t.Context(), state.PackOptions{Recipients: recipients, Out: file, Paths: []string{study(t, id)}}, deps()); err != nil {
			t.Fatal(err)
		}
		if out[id+".sessions.zip.age"], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

const oneSession, otherSession = "s-0001", "s-0003"

func TestDownloadsFetchAndImport(t *testing.T) {
	l, cred := newLibrary(t)
	s := newSite(t, archives(t, cred, oneSession, otherSession))
	d := openDownloads(t, l)
	dir := t.TempDir()
	added, err := d.Add(t.Context(), s.URL+"/d/index.json?token=secret", dir, true)
	if err != nil || added != (state.Added{Queued: 2}) {
		t.Fatal(added, err)
	}
	items := awaitItems(t, d, "both are done", all(state.DownloadDone))
	for _, item := range items {
		if item.Result != "1 imported" || item.Ended.IsZero() || strings.Contains(item.Address, "secret") || filepath.Dir(item.File) != dir {
			t.Errorf("%+v", item)
		}
	}
	page, err := l.List(t.Context(), state.ListQuery{Limit: 10})
	if err != nil || len(page.Sessions) != 2 {
		t.Errorf("%d sessions, %v", len(page.Sessions), err)
	}
	if added, err := d.Add(t.Context(), s.URL+"/d/index.json", dir, true); err != nil || added != (state.Added{There: 2}) {
		t.Errorf("added again: %+v, %v", added, err)
	}
	if err := d.ClearHistory(); err != nil || len(d.Items()) != 0 {
		t.Errorf("%v, left %+v", err, d.Items())
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 {
		t.Errorf("clearing the history left %d files", len(files))
	}
}

func TestDownloadsArePausedAndGoOn(t *testing.T) {
	l, cred := newLibrary(t)
	files := archives(t, cred, oneSession)
	s := newSite(t, files)
	d := openDownloads(t, l)
	dir := t.TempDir()
	s.hold()
	if _, err := d.Add(t.Context(), s.URL+"/index.json", dir, false); err != nil {
		t.Fatal(err)
	}
	<-s.halted
	d.Pause()
	items := awaitItems(t, d, "it is paused", all(state.DownloadPaused))
	d.Close()
	s.letGo()
	d = openDownloads(t, l) // as after a restart
	if again := d.Items(); len(again) != 1 || again[0].State != state.DownloadPaused || again[0].ID != items[0].ID {
		t.Fatalf("%+v", again)
	}
	d.Resume(items[0].ID)
	awaitItems(t, d, "it is done", all(state.DownloadDone))
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	}
}

// TestDownloadsGoOnWithTheLibrary closes the queue in the middle of an archive,
// as locking the library does.
func TestDownloadsGoOnWithTheLibrary(t *testing.T) {
	l, cred := newLibrary(t)
	s := newSite(t, archives(t, cred, oneSession))
	d := openDownloads(t, l)
	s.hold()
	if _, err := d.Add(t.Context(), s.URL+"/index.json", t.TempDir(), true); err != nil {
		t.Fatal(err)
	}
	<-s.halted
	d.Close()
	s.letGo()
	d = openDownloads(t, l)
	if items := awaitItems(t, d, "it is done", all(state.DownloadDone)); len(items) != 1 || items[0].Result != "1 imported" {
		t.Errorf("%+v", items)
	}
}

func TestDownloadsAreRemoved(t *testing.T) {
	l, cred := newLibrary(t)
	s := newSite(t, archives(t, cred, oneSession))
	d := openDownloads(t, l)
	dir := t.TempDir()
	s.hold()
	if _, err := d.Add(t.Context(), s.URL+"/index.json", dir, true); err != nil {
		t.Fatal(err)
	}
	<-s.halted
	if err := d.Remove(d.Items()[0].ID); err != nil || len(d.Items()) != 0 {
		t.Fatalf("%v, left %+v", err, d.Items())
	}
	d.Close()
	s.letGo()
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
	if again := openDownloads(t, l).Items(); len(again) != 0 {
		t.Errorf("it is back: %+v", again)
	}
}

func TestDownloadsFail(t *testing.T) {
	l, _ := newLibrary(t)
	s := newSite(t, map[string][]byte{"study.sessions.zip.age": []byte("no archive at all")})
	d := openDownloads(t, l)
	if _, err := d.Add(t.Context(), s.URL+"/index.json", t.TempDir(), true); err != nil {
		t.Fatal(err)
	}
	items := awaitItems(t, d, "it failed", all(state.DownloadFailed))
	if items[0].Problem == nil || items[0].Problem.Class != fault.NotArchive || items[0].Result != "0 imported, 1 refused" {
		t.Errorf("%+v", items[0])
	}
	d.Close()
	d = openDownloads(t, l)
	if again := d.Items(); again[0].Problem == nil || again[0].Problem.Class != fault.NotArchive {
		t.Errorf("after a restart: %+v", again[0])
	}
	if added, err := d.Add(t.Context(), s.URL+"/index.json", filepath.Dir(items[0].File), true); err != nil || added != (state.Added{Queued: 1}) {
		t.Errorf("added again: %+v, %v", added, err)
	}
	awaitItems(t, d, "it failed again", all(state.DownloadFailed))
	if n := len(d.Items()); n != 1 {
		t.Errorf("it is listed %d times", n)
	}
}

func TestDownloadLimitIsKept(t *testing.T) {
	l, _ := newLibrary(t)
	d := openDownloads(t, l)
	if err := d.SetLimit(t.Context(), 250_000); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if got := openDownloads(t, l).Limit(); got != 250_000 {
		t.Errorf("limit %d", got)
	}
}

// TestListThatGoesBack is case 41 over a restart: the library remembers.
func TestListThatGoesBack(t *testing.T) {
	l, cred := newLibrary(t)
	s := newSite(t, archives(t, cred, oneSession))
	d := openDownloads(t, l)
	s.mu.Lock()
	s.seq = 7
	s.mu.Unlock()
	if _, err := d.Add(t.Context(), s.URL+"/index.json", t.TempDir(), false); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.seq = 6
	s.mu.Unlock()
	if _, err := d.Add(t.Context(), s.URL+"/index.json", t.TempDir(), false); fault.Of(err) != fault.Signature {
		t.Errorf("an older list: %v", err)
	}
}

// TestUnsignedListOfAPinnedOrigin: who pinned a key wants its signature, unless
// a rule says otherwise.
func TestUnsignedListOfAPinnedOrigin(t *testing.T) {
	l, cred := newLibrary(t)
	s := newSite(t, archives(t, cred, oneSession))
	host := strings.TrimPrefix(s.URL, "http://")
	if _, err := l.AddPin(t.Context(), host, "Ada", "../../importer/signature/testdata/ed25519.pub"); err != nil {
		t.Fatal(err)
	}
	d := openDownloads(t, l)
	if _, err := d.Add(t.Context(), s.URL+"/index.json", t.TempDir(), true); fault.Of(err) != fault.Signature {
		t.Errorf("the list is not signed: %v", err)
	}
	if _, err := l.Import(t.Context(), []string{s.URL + "/" + oneSession + ".sessions.zip.age"}, state.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	if page, err := l.List(t.Context(), state.ListQuery{Limit: 1}); err != nil || len(page.Sessions) != 0 {
		t.Errorf("an unsigned archive of the origin was imported: %v", err)
	}
	if err := l.DemandSignature(t.Context(), host, signature.Warn); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Add(t.Context(), s.URL+"/index.json", t.TempDir(), true); err != nil {
		t.Fatal(err)
	}
	if items := awaitItems(t, d, "it is done", all(state.DownloadDone)); items[0].Result != "1 imported" {
		t.Errorf("%+v", items[0])
	}
}

// lockedAway is a keyring in memory.
type lockedAway map[string]string

func (k lockedAway) Put(name, secret string) error { k[name] = secret; return nil }
func (k lockedAway) Drop(name string) error        { delete(k, name); return nil }
func (k lockedAway) Secret(name string) (string, error) {
	if s, ok := k[name]; ok {
		return s, nil
	}
	return "", keyring.ErrNotFound
}

// noKeyring is a computer without one.
type noKeyring struct{}

func (noKeyring) Put(string, string) error      { return keyring.ErrAbsent }
func (noKeyring) Drop(string) error             { return keyring.ErrAbsent }
func (noKeyring) Secret(string) (string, error) { return "", keyring.ErrAbsent }

func TestOriginCredentials(t *testing.T) {
	const header = "Bearer Zqxsecret"
	kept := lockedAway{}
	for _, c := range []struct {
		name string
		ring state.Keyring
		want state.Keeping
	}{{"keyring", kept, state.InKeyring}, {"keyring that cannot be used", noKeyring{}, state.InLibrary}, {"none", nil, state.InLibrary}} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			cred := state.Credential{KeyFile: filepath.Join(dir, "key.txt")}
			if _, err := state.NewKey(cred.KeyFile, false, time.Now()); err != nil {
				t.Fatal(err)
			}
			with := deps()
			with.Keyring = c.ring
			l, err := state.OpenLibrary(t.Context(), filepath.Join(dir, "library"), cred, with)
			if err != nil {
				t.Fatal(err)
			}
			s := newSite(t, map[string][]byte{})
			o, err := l.AddOrigin(t.Context(), state.OriginOptions{Address: s.URL + "/private/?x=1", Authorization: header})
			if err != nil || o.Credentials != c.want || o.Address != s.URL+"/private/" {
				t.Fatalf("%+v, %v", o, err)
			}
			for at, want := range map[string]string{"/private/index.json": header, "/private/sub/index.json": header, "/privateer/index.json": "", "/index.json": ""} {
				s.auth = nil
				d := openDownloads(t, l)
				if _, err := d.Add(t.Context(), s.URL+at, t.TempDir(), false); err != nil {
					t.Fatal(err)
				}
				d.Close()
				for _, got := range s.auth {
					if got != want {
						t.Errorf("%s was asked with %q", at, got)
					}
				}
			}
			if err := l.RemoveOrigin(t.Context(), o.ID); err != nil || len(kept) != 0 {
				t.Errorf("%v, the keyring still has %v", err, kept)
			}
			if all, err := l.Origins(t.Context()); err != nil || len(all) != 0 {
				t.Errorf("%+v, %v", all, err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if n := filesWith(t, filepath.Join(dir, "library"), "Zqxsecret"); n != 0 {
				t.Errorf("the secret lies in %d files", n)
			}
		})
	}
}

func filesWith(t *testing.T, dir, text string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if bytes.Contains(b, []byte(text)) {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOriginsThatAreRefused(t *testing.T) {
	l, _ := newLibrary(t)
	for address, want := range map[string]fault.Class{
		"/a/folder":             fault.Unsupported,
		"file:///a/folder":      fault.Unsupported,
		"https://a:b@host/":     fault.Unsupported,
		"http://example.com/":   fault.Policy,
		"ftp://example.com/":    fault.Unsupported,
		"s3://bucket:80/prefix": fault.Unsupported,
	} {
		if _, err := l.AddOrigin(t.Context(), state.OriginOptions{Address: address}); fault.Of(err) != want {
			t.Errorf("%s: %v, want %s", address, err, want)
		}
	}
	if _, err := l.AddOrigin(t.Context(), state.OriginOptions{Address: "https://example.com/", Authorization: "Bearer x\r\nX: y"}); fault.Of(err) != fault.Schema {
		t.Errorf("header of two lines: %v", err)
	}
}

func TestWatchedFolder(t *testing.T) {
	l, cred := newLibrary(t)
	folder := t.TempDir()
	put := func(name string, b []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	packed := archives(t, cred, oneSession, otherSession)
	put("one.sessions.zip.age", packed[oneSession+".sessions.zip.age"])
	open := func() *state.Watching {
		t.Helper()
		w, err := l.OpenWatching(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(w.Close)
		return w
	}
	await := func(w *state.Watching, what string, holds func(state.Watched) bool) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for {
			folders := w.Folders()
			if len(folders) == 1 && holds(folders[0]) {
				return
			}
			select {
			case <-w.Changed():
			case <-ctx.Done():
				t.Fatalf("never: %s; now %+v", what, folders)
			}
		}
	}
	w := open()
	for range 2 {
		if err := w.Add(t.Context(), folder); err != nil {
			t.Fatal(err)
		}
	}
	await(w, "the first is imported", func(f state.Watched) bool { return f.Files == 1 && f.Result == "1 imported" && f.Problem == nil })
	put("broken.sessions.zip.age", []byte("no archive at all"))
	await(w, "the broken one is told", func(f state.Watched) bool {
		return f.Latest == "broken.sessions.zip.age" && f.Problem != nil && f.Problem.Class == fault.NotArchive
	})
	w.Close()
	put("two.sessions.zip.age", packed[otherSession+".sessions.zip.age"])
	w = open() // as after a restart
	await(w, "what came meanwhile is imported", func(f state.Watched) bool {
		return f.Files == 3 && f.Latest == "two.sessions.zip.age" && f.Result == "1 imported" && f.Problem == nil
	})
	if err := w.Remove(t.Context(), w.Folders()[0].ID); err != nil || len(w.Folders()) != 0 {
		t.Errorf("%v, %+v", err, w.Folders())
	}
	if err := w.Add(t.Context(), filepath.Join(folder, "one.sessions.zip.age")); fault.Of(err) != fault.Unsupported {
		t.Errorf("a file: %v", err)
	}
}

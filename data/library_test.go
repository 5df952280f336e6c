package data

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"filippo.io/age"

	"hindsite.app/data/blob"
	"hindsite.app/data/filter"
	"hindsite.app/data/keys"
	"hindsite.app/player/fault"
)

// testIdentity is a key for tests alone; it was made for them.
const testIdentity = "AGE-SECRET-KEY-1Q6XTMK5HDPL2RG6JP5S5A4GKNZ083SRT3HR8CJ20KYDFK43DCN2SU6AXYK"

func parseCredential() (Credential, error) {
	id, err := age.ParseX25519Identity(testIdentity)
	return Credential{Identities: []age.Identity{id}}, err
}

func testCredential(t testing.TB) Credential {
	t.Helper()
	c, err := parseCredential()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func createLibrary(t testing.TB, dir string) *Library {
	t.Helper()
	l, err := Create(t.Context(), dir, CreateOptions{Credential: testCredential(t)})
	if err != nil {
		t.Fatal(err)
	}
	l.now = func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }
	return l
}

// newLibrary makes a library that is closed when the test ends.
func newLibrary(t testing.TB) *Library {
	t.Helper()
	l := createLibrary(t, filepath.Join(t.TempDir(), "library"))
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func reopen(t testing.TB, l *Library) *Library {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), l.dir, testCredential(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	})
	return again
}

var testStart = time.Date(2026, 11, 1, 9, 30, 0, 0, time.UTC)

// made returns session number i of a set in which fields differ by different
// periods.
func made(i int) Incoming {
	devices, countries := []string{"desktop", "phone", "tablet"}, []string{"DE", "FR", "US", "JP", "BR"}
	id := fmt.Sprintf("s-%04d", i)
	return Incoming{
		Session: Session{
			ID: id, Start: testStart.Add(time.Duration(i) * time.Hour), Duration: int64(i%100) * 1e6,
			Pages: 2, Events: 100 + i, Clicks: i % 10, Moves: 50, Scrolls: 5, Inputs: i % 3, Keys: 7, Errors: i % 4,
			Device: devices[i%3], Browser: "Firefox", OS: "Linux", Country: countries[i%5], Language: "de",
			ViewportW: 1280, ViewportH: 720, Visitor: fmt.Sprintf("v-%d", i/2),
			Attributes: map[string]string{"variant": string(rune('A' + i%2)), "age": fmt.Sprint(20 + i%40)},
			Entry:      "shop.test/", Protection: "age", SourceName: "november.zip.age", Signed: "signed by Ada (pinned)", Imported: testStart, Recorder: "rrweb",
		},
		Views: []View{
			{Tab: 0, Start: 0, End: 5e6, URL: "https://shop.test/", Title: "Willkommen im Laden", Path: "shop.test/", Width: 1280, Height: 720, Clicks: 1, Moves: 20},
			{Tab: 0, Start: 5e6, End: 9e6, URL: fmt.Sprintf("https://shop.test/order/%d", i), Title: "Delivery address", Path: "shop.test/order/{id}", Width: 1280, Height: 720, Clicks: i % 10, Moves: 30},
		},
		Parts: []blob.Part{
			{Name: "clicks", Data: bytes.Repeat([]byte(id), 10)},
			{Name: "dom/0/0", Data: bytes.Repeat([]byte("<div>"+id), 1000)},
		},
		ContentDigest: sha256.Sum256([]byte(id)),
	}
}

func put(t testing.TB, l *Library, in ...Incoming) {
	t.Helper()
	for i, r := range l.PutBatch(t.Context(), in) {
		if r.Err != nil || r.Status != Stored {
			t.Fatalf("session %d: %v, %v", i, r.Status, r.Err)
		}
	}
}

func parse(t testing.TB, s string) filter.Expr {
	t.Helper()
	e, err := filter.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestSessionComesBack(t *testing.T) {
	l := newLibrary(t)
	in := made(7)
	score := 2.5
	in.Session.Struggle = &score
	put(t, l, in)
	l = reopen(t, l)
	got, err := l.Session(t.Context(), in.Session.ID)
	if err != nil || !reflect.DeepEqual(got, in.Session) {
		t.Errorf("session:\n got %+v, %v\nwant %+v", got, err, in.Session)
	}
	views, err := l.Views(t.Context(), in.Session.ID)
	for i := range in.Views {
		in.Views[i].Session, in.Views[i].Index = in.Session.ID, i
	}
	if err != nil || !reflect.DeepEqual(views, in.Views) {
		t.Errorf("views:\n got %+v, %v\nwant %+v", views, err, in.Views)
	}
	tracks, err := l.Tracks(t.Context(), in.Session.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer tracks.Close()
	for _, p := range in.Parts {
		if got, err := tracks.Part(p.Name); err != nil || !bytes.Equal(got, p.Data) {
			t.Errorf("part %s: %d bytes, %v", p.Name, len(got), err)
		}
	}
	for name, err := range map[string]error{
		"session": second(l.Session(t.Context(), "none")), "views": second(l.Views(t.Context(), "none")),
		"tracks": second(l.Tracks(t.Context(), "none")), "remove": l.Remove(t.Context(), "none"),
	} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s of a session that is not there: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestPutTwice(t *testing.T) {
	l := newLibrary(t)
	ctx := t.Context()
	in := made(1)
	put(t, l, in)
	if out, err := l.Put(ctx, in); err != nil || out != (Outcome{Present, "s-0001"}) {
		t.Errorf("same content: %v, %v", out, err)
	}
	other := made(1)
	other.ContentDigest[0] ^= 1
	if out, err := l.Put(ctx, other); fault.Of(err) != fault.Duplicate || out.Status != Conflict {
		t.Errorf("other content: %v, %v", out, err)
	}
	other.KeepBoth = true
	if out, err := l.Put(ctx, other); err != nil || out != (Outcome{Stored, "s-0001~2"}) {
		t.Errorf("keep both: %v, %v", out, err)
	}
	if out, err := l.Put(ctx, other); err != nil || out != (Outcome{Present, "s-0001~2"}) {
		t.Errorf("keep both again: %v, %v", out, err)
	}
	third := other
	third.ContentDigest[0] ^= 2
	if out, err := l.Put(ctx, third); err != nil || out != (Outcome{Stored, "s-0001~3"}) {
		t.Errorf("a third: %v, %v", out, err)
	}
	if tracks, err := l.Tracks(ctx, "s-0001~2"); err != nil {
		t.Errorf("tracks of the copy: %v", err)
	} else if err := tracks.Close(); err != nil {
		t.Error(err)
	}
	if n, err := l.Count(ctx, nil); err != nil || n != 3 {
		t.Errorf("%d sessions, %v", n, err)
	}
	if n := countBlobs(t, l); n != 3 {
		t.Errorf("%d blobs for 3 sessions", n)
	}
}

// A batch that holds one identifier twice finds out only when it commits.
func TestTwinsInOneBatch(t *testing.T) {
	l := newLibrary(t)
	a, b := made(1), made(1)
	b.ContentDigest[0] ^= 1
	got := l.PutBatch(t.Context(), []Incoming{a, a, b, made(2)})
	for i, want := range []struct {
		status Status
		class  fault.Class
	}{{Stored, ""}, {Present, ""}, {Conflict, fault.Duplicate}, {Stored, ""}} {
		if got[i].Status != want.status || fault.Of(got[i].Err) != want.class {
			t.Errorf("%d: %v, %v", i, got[i].Status, got[i].Err)
		}
	}
	if n := countBlobs(t, l); n != 2 {
		t.Errorf("%d blobs for 2 sessions", n)
	}
	c, d := made(3), made(3)
	d.ContentDigest[0] ^= 1
	d.KeepBoth = true
	for i, r := range l.PutBatch(t.Context(), []Incoming{c, d}) {
		if want := []string{"s-0003", "s-0003~2"}[i]; r.Err != nil || r.Status != Stored || r.Session != want {
			t.Errorf("%s: %v, %v", want, r.Outcome, r.Err)
		}
	}
	if n := countBlobs(t, l); n != 4 {
		t.Errorf("%d blobs for 4 sessions", n)
	}
	checkSession(t, l, Session{ID: "s-0003~2"})
}

func countBlobs(t testing.TB, l *Library) int {
	t.Helper()
	files, err := filepath.Glob(l.path(blobsName, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

func TestRefusedSessions(t *testing.T) {
	l := newLibrary(t)
	for name, try := range map[string]struct {
		change func(*Incoming)
		want   fault.Class
	}{
		"no id":             {func(in *Incoming) { in.Session.ID = "" }, fault.Schema},
		"id with NUL":       {func(in *Incoming) { in.Session.ID = "a\x00b" }, fault.Schema},
		"long id":           {func(in *Incoming) { in.Session.ID = string(make([]byte, MaxID+1)) }, fault.Schema},
		"long browser":      {func(in *Incoming) { in.Session.Browser = fmt.Sprintf("%0200d", 0) }, fault.Limit},
		"odd browser":       {func(in *Incoming) { in.Session.Browser = "\xff" }, fault.Schema},
		"negative duration": {func(in *Incoming) { in.Session.Duration = -1 }, fault.Schema},
		"negative clicks":   {func(in *Incoming) { in.Session.Clicks = -1 }, fault.Schema},
		"year 1":            {func(in *Incoming) { in.Session.Start = time.Time{} }, fault.Schema},
		"view backwards":    {func(in *Incoming) { in.Views[0].End = -1 }, fault.Schema},
		"too many views":    {func(in *Incoming) { in.Views = make([]View, MaxViews+1) }, fault.Limit},
		"long title":        {func(in *Incoming) { in.Views[0].Title = string(make([]byte, MaxText+1)) }, fault.Limit},
		"equal attributes":  {func(in *Incoming) { in.Session.Attributes = map[string]string{"a": "1", " a": "2"} }, fault.Duplicate},
		"attribute no name": {func(in *Incoming) { in.Session.Attributes = map[string]string{"": "1"} }, fault.Schema},
		"part no name":      {func(in *Incoming) { in.Parts[0].Name = "" }, fault.Limit},
	} {
		in := made(1)
		try.change(&in)
		if out, err := l.Put(t.Context(), in); fault.Of(err) != try.want || out.Status != "" {
			t.Errorf("%s: %v, %v", name, out, err)
		}
	}
	if n, err := l.Count(t.Context(), nil); err != nil || n != 0 || countBlobs(t, l) != 0 {
		t.Errorf("%d sessions, %d blobs, %v", n, countBlobs(t, l), err)
	}
}

func TestKeysOfALibrary(t *testing.T) {
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "library")
	l, err := Create(ctx, dir, CreateOptions{Credential: Credential{Passphrase: []byte("first")}, Argon: keys.MinParams()})
	if err != nil {
		t.Fatal(err)
	}
	put(t, l, made(1))
	id := testCredential(t).Identities[0].(*age.X25519Identity)
	if _, err := l.AddRecipient(ctx, id.Recipient()); err != nil {
		t.Fatal(err)
	}
	if slots, err := l.Slots(); err != nil || len(slots) != 2 || slots[0].Kind != keys.KindPassphrase || slots[1].Kind != keys.KindAge {
		t.Errorf("slots: %v, %v", slots, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []Credential{{Passphrase: []byte("first")}, testCredential(t)} {
		l, err := Open(ctx, dir, c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Session(ctx, "s-0001"); err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := Open(ctx, dir, Credential{Passphrase: []byte("second")}); fault.Of(err) != fault.NoKey {
		t.Errorf("wrong passphrase: %v", err)
	}
	if l, err := Open(ctx, dir, testCredential(t)); err != nil {
		t.Errorf("after a refusal: %v", err)
	} else if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestCreateAndOpenRefuse(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	if _, err := Open(ctx, dir, testCredential(t)); fault.Of(err) != fault.NotArchive || Exists(dir) {
		t.Errorf("empty folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(ctx, dir, CreateOptions{Credential: testCredential(t)}); fault.Of(err) != fault.Duplicate {
		t.Errorf("folder in use: %v", err)
	}
	fresh := filepath.Join(dir, "fresh")
	if _, err := Create(ctx, fresh, CreateOptions{}); fault.Of(err) != fault.Policy {
		t.Errorf("no credential: %v", err)
	}
	l := createLibrary(t, fresh) // what the refusal left is no obstacle
	if !Exists(fresh) {
		t.Error("Exists does not see the library")
	}
	if info, err := os.Stat(fresh); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder has mode %v, %v", info.Mode(), err)
	}
	if _, err := Open(ctx, fresh, testCredential(t)); fault.Of(err) != fault.Locked {
		t.Errorf("opened twice: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	for name, err := range map[string]error{
		"session": second(l.Session(ctx, "x")), "put": second(l.Put(ctx, made(1))), "sessions": second(l.Sessions(ctx, Query{})),
		"remove": l.Remove(ctx, "x"), "slots": second(l.Slots()), "add": second(l.AddPassphrase(ctx, []byte("x"), keys.MinParams())),
		"tracks": second(l.Tracks(ctx, "x")), "record": second(l.RecordImport(ctx, Import{})),
	} {
		if fault.Of(err) != fault.Locked {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
	if err := os.Remove(filepath.Join(fresh, indexName)); err != nil {
		t.Fatal(err)
	}
	again, err := Open(ctx, fresh, testCredential(t))
	if err != nil {
		t.Fatalf("keys without an index, as a cut-off Create leaves them: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestImports(t *testing.T) {
	l := newLibrary(t)
	want := []Import{
		{When: testStart.Add(time.Hour), Source: "december.zip.age", Protection: "age", Stored: 3, Refused: 1, Report: []byte(`{"a":1}`)},
		{When: testStart, Source: "november.zip.age", Protection: "aes256", Stored: 5, Present: 2, Erased: 1, Anomalies: 4, Report: []byte(`{}`)},
	}
	for i := range want {
		id, err := l.RecordImport(t.Context(), want[i])
		if err != nil {
			t.Fatal(err)
		}
		want[i].ID = id
	}
	if got, err := l.Imports(t.Context(), 10); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := l.Imports(t.Context(), 1); err != nil || len(got) != 1 || got[0].ID != want[0].ID {
		t.Errorf("limited: %+v, %v", got, err)
	}
	if _, err := l.RecordImport(t.Context(), Import{Report: make([]byte, maxReport+1)}); fault.Of(err) != fault.Limit {
		t.Errorf("large report: %v", err)
	}
}

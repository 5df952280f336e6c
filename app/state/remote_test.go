package state_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hindsite.app/app/state"
	"hindsite.app/importer/source/s3test"
	"hindsite.app/player/fault"
)

// many packs n recordings of a page with a lot of text that does not compress
// into one archive of many megabytes.
func many(t *testing.T, cred state.Credential, n int) []byte {
	t.Helper()
	dir := t.TempDir()
	rnd := rand.New(rand.NewPCG(7, 8))
	for i := range n {
		var text strings.Builder
		for text.Len() < 100_000 {
			fmt.Fprintf(&text, "%016x", rnd.Uint64())
		}
		at := 1_790_000_000_000 + i*1000
		events := fmt.Sprintf(`{"type":4,"data":{"href":"https://shop.test/","width":800,"height":600},"timestamp":%d}
{"type":2,"data":{"node":{"type":0,"id":1,"childNodes":[{"type":2,"tagName":"html","attributes":{},"id":2,"childNodes":[{"type":2,"tagName":"body","attributes":{},"id":3,"childNodes":[{"type":3,"textContent":"%s","id":4}]}]}]},"initialOffset":{"left":0,"top":0}},"timestamp":%d}
`, at, text.String(), at+1)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("session%03d.ndjson", i)), []byte(events), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	recipients, err := state.ShowKey(cred.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "many.sessions.zip.age")
	if _, err := state.Pack(t.Context(), state.PackOptions{Recipients: recipients, Out: file, Paths: []string{dir}}, deps()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestOneSessionOfARemoteArchive imports one session over ranges, from an
// origin and from an S3-compatible server, and counts what was asked for.
func TestOneSessionOfARemoteArchive(t *testing.T) {
	l, cred := newLibrary(t)
	packed := many(t, cred, 150)
	t.Logf("archive of %d bytes", len(packed))
	s := newSite(t, map[string][]byte{"many.sessions.zip.age": packed})
	address := s.URL + "/many.sessions.zip.age?token=secret"
	info, err := state.InspectArchive(t.Context(), write(t, packed), cred, state.Trust{})
	if err != nil || len(info.Sessions) != 150 {
		t.Fatal(len(info.Sessions), err)
	}
	wanted := info.Sessions[77].Name
	sum, err := l.Import(t.Context(), []string{address}, state.ImportOptions{Sessions: []string{wanted}})
	if err != nil || sum.Imported != 1 || sum.Refused != 0 {
		t.Fatalf("%+v, %v", sum, err)
	}
	s.mu.Lock()
	asked, sent := s.asked, s.sent
	s.mu.Unlock()
	t.Logf("one session of 150: %d requests, %d bytes of %d", asked, sent, len(packed))
	if asked > 8 || sent > 2<<20 {
		t.Errorf("%d requests and %d bytes for one session of %d bytes", asked, sent, len(packed))
	}
	page, err := l.List(t.Context(), state.ListQuery{Limit: 10})
	if err != nil || len(page.Sessions) != 1 || page.Sessions[0].ID != wanted {
		t.Errorf("%+v, %v", page.Sessions, err)
	}
	if n := filesWith(t, l.Dir, "token=secret"); n != 0 {
		t.Errorf("the address's query lies in %d files", n)
	}
	_, err = l.Import(t.Context(), []string{address}, state.ImportOptions{Sessions: []string{"nobody"}})
	if fault.Of(err) != fault.Schema || !strings.Contains(err.Error(), "no session") {
		t.Errorf("a session that is not there: %v", err)
	}
	t.Run("object storage", func(t *testing.T) {
		storage := s3test.Start(t)
		storage.Put(t, "study/many.sessions.zip.age", packed)
		another := info.Sessions[3].Name
		if _, err := l.AddOrigin(t.Context(), state.OriginOptions{Address: "s3://" + s3test.Bucket + "/", S3: storage.S3}); err != nil {
			t.Fatal(err)
		}
		sum, err := l.Import(t.Context(), []string{"s3://" + s3test.Bucket + "/study/"}, state.ImportOptions{Sessions: []string{another}})
		if err != nil || sum.Imported != 1 {
			t.Errorf("%+v, %v", sum, err)
		}
		// Another storage that the address names does not get these credentials.
		elsewhere := newSite(t, nil)
		_, err = l.Import(t.Context(), []string{"s3://" + s3test.Bucket + "/study/?region=x&endpoint=" + url.QueryEscape(elsewhere.URL)}, state.ImportOptions{})
		if err == nil || elsewhere.asked == 0 {
			t.Errorf("%v after %d requests", err, elsewhere.asked)
		}
		for _, header := range elsewhere.auth {
			if header != "" {
				t.Errorf("another storage was asked with %q", header)
			}
		}
	})
}

func write(t *testing.T, b []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "many.sessions.zip.age")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

//go:build xvfb

package window_test

import (
	"image"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An archive is fetched into the library by hand: address typed, queue looked
// at, library locked. The command line then finds the session.
func TestSources(t *testing.T) {
	s := newScreen(t)
	served := t.TempDir()
	recording := filepath.Join(t.TempDir(), "visit.ndjson")
	events := `{"type":4,"data":{"href":"https://shop.test/","width":800,"height":600},"timestamp":1790000000000}
{"type":2,"data":{"node":{"type":0,"id":1,"childNodes":[{"type":2,"tagName":"html","attributes":{},"id":2,"childNodes":[]}]},"initialOffset":{"left":0,"top":0}},"timestamp":1790000000001}
`
	if err := os.WriteFile(recording, []byte(events), 0o600); err != nil {
		t.Fatal(err)
	}
	recipient, err := s.command(s.binary, "key", "show", s.demo+"/key.txt").Output()
	if err != nil {
		t.Fatal(err)
	}
	pack := s.command(s.binary, "pack", "--to", strings.TrimSpace(string(recipient)), "--out", filepath.Join(served, "visit.sessions.zip.age"), recording)
	if out, err := pack.CombinedOutput(); err != nil {
		t.Fatalf("pack: %v\n%s", err, out)
	}
	origin := httptest.NewServer(http.FileServer(http.Dir(served)))
	defer origin.Close()

	s.start()
	library := s.until("the library", func(i image.Image) bool { return colourful(i) && count(i, whole, light) < 40_000 })
	s.key("ctrl+d")
	sources := s.until("the sources", func(i image.Image) bool { return differ(i, library) > 50_000 })
	if out, err := s.command("xdotool", "type", "--delay", "15", origin.URL+"/visit.sessions.zip.age").CombinedOutput(); err != nil {
		t.Fatalf("type: %v\n%s", err, out)
	}
	s.key("Return")
	text := func(r, g, b uint8) bool { return r > 150 && g > 150 && b > 150 }
	row := image.Rect(30, 188, 1600, 214) // the first row of the queue
	s.until("the download in the list", func(i image.Image) bool {
		return count(i, row, text) > count(sources, row, text)+200
	})
	s.key("ctrl+l")
	var out []byte
	for range 60 {
		out, err = s.command(s.binary, "list", "--library", s.demo+"/library", "--key", s.demo+"/key.txt", "--json").CombinedOutput()
		if err == nil {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	if err != nil || strings.Count(string(out), `{"session":`) != 32 {
		t.Errorf("the session that was fetched is not in the library: %v\n%s", err, out)
	}
}

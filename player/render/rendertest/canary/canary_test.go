package canary_test

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"hindsite.app/player/render/chromium/chromiumtest"
	"hindsite.app/player/render/flat"
	"hindsite.app/player/render/rendertest/canary"
)

// TestReachesNobody is case 71 of the security design, and what of case 70 would
// be heard: no backend asks anybody for anything.
func TestReachesNobody(t *testing.T) {
	t.Run("71 flat", func(t *testing.T) { canary.Prove(t, flat.New(nil)) })
	t.Run("71 chromium", func(t *testing.T) { canary.Prove(t, chromiumtest.Backend(t)) })
}

// The positive control: a browser without any layer, to which the page is
// served, calls in most of the ways.
func TestBareBrowserReachesTheCanary(t *testing.T) {
	path := chromiumtest.Path(t)
	c := canary.Listen(t)
	args := []string{"--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--user-data-dir=" + chromiumtest.Profile(t), "--remote-debugging-pipe"}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	// The pipe keeps the browser from ending before the page has done its worst.
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, back, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer answers.Close()
	cmd := exec.Command(path, append(args, c.Serve(c.HTML()))...)
	cmd.ExtraFiles = []*os.File{in, back}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	back.Close()
	// What it asks for comes in its own time.
	for range 600 {
		if h := c.Heard(); len(h.Paths) >= least && h.Packets > 0 && len(missing(h)) == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	out.Close()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	h := c.Heard()
	t.Logf("without layers: %v", h)
	if len(h.Paths) < least || h.Packets == 0 {
		t.Errorf("a browser without layers was heard %d times over HTTP and %d times over UDP, want at least %d and 1", len(h.Paths), h.Packets, least)
	}
	if m := missing(h); len(m) > 0 {
		t.Errorf("%v were not asked for", m)
	}
}

// least is how many vectors a browser follows at least.
const least = 40

// missing returns which of the surest vectors were not followed.
func missing(h canary.Heard) []string {
	var m []string
	for _, must := range []string{"/img", "/link-sheet", "/import", "/font-face", "/iframe", "/fetch", "/srcset", "/svg-image"} {
		if !slices.Contains(h.Paths, must) {
			m = append(m, must)
		}
	}
	return m
}

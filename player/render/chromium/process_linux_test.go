package chromium

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"hindsite.app/player/dom"
	"hindsite.app/player/fault"
	"hindsite.app/player/render"
	"hindsite.app/player/render/rendertest"
	"hindsite.app/player/render/rendertest/canary"
)

// opened returns a backend with a session that shows a page.
func opened(t *testing.T, o Options) (*Backend, render.Session) {
	t.Helper()
	b := New(o)
	t.Cleanup(func() { b.Close() })
	s, err := b.Open(context.Background(), nil, render.DefaultLimits())
	switch {
	case os.Getenv("HINDSITE_TEST_BROWSER") == "" && (errors.Is(err, ErrMissing) || errors.Is(err, ErrStart)):
		t.Skip(err) // as chromiumtest does, which cannot be imported here
	case err != nil:
		t.Fatal(err)
	}
	if err := s.Load(context.Background(), secret()); err != nil {
		t.Fatal(err)
	}
	return b, s
}

func secret() *dom.Document {
	var m rendertest.Builder
	return m.Document("", m.El("p", "secret words of a page"))
}

// using returns the processes that name a folder in their command line.
func using(t *testing.T, folder string) []int {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, f := range all {
		line, err := os.ReadFile(f)
		if err != nil || !bytes.Contains(line, []byte(folder)) {
			continue
		}
		if pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f))); pid != os.Getpid() {
			found = append(found, pid)
		}
	}
	return found
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 1000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error(what)
}

func gone(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist)
}

func TestCloseLeavesNothing(t *testing.T) {
	b, s := opened(t, Options{})
	home := b.browser.home.path
	if len(using(t, home)) < 2 {
		t.Fatal("no browser was found to be running")
	}
	if info, err := os.Stat(home); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the browser's folder is %v, %v", info.Mode(), err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	if left := using(t, home); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
	if !gone(home) {
		t.Error("the browser's folder is left")
	}
	if _, err := b.Open(context.Background(), nil, render.DefaultLimits()); err == nil {
		t.Error("a closed backend opens")
	}
}

// Nothing of a page is in the browser's files, while it runs.
func TestFilesHoldNothingOfThePage(t *testing.T) {
	b, s := opened(t, Options{})
	if _, err := s.Render(context.Background(), render.Request{Pixels: true}); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(b.browser.home.path, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // it went away
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		for _, text := range []string{"secret words", "s\x00e\x00c\x00r\x00e\x00t\x00"} {
			if bytes.Contains(content, []byte(text)) {
				t.Errorf("%s holds text of the page", filepath.Base(path))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeathOfTheBrowser(t *testing.T) {
	b, s := opened(t, Options{})
	home, leader := b.browser.home.path, b.browser.leader
	if err := syscall.Kill(leader, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_, err := s.Render(context.Background(), render.Request{Pixels: true})
	if !errors.Is(err, ErrDied) || fault.Of(err) != fault.Renderer {
		t.Errorf("after its death: %v", err)
	}
	again, err := b.Open(context.Background(), nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Load(context.Background(), secret()); err != nil {
		t.Errorf("another browser: %v", err)
	}
	if len(using(t, home)) > 0 || !gone(home) {
		t.Error("something of the dead browser is left")
	}
}

func TestBrowserThatHangsIsKilled(t *testing.T) {
	b, s := opened(t, Options{Call: 5 * time.Second})
	home := b.browser.home.path
	b.browser.call = 300 * time.Millisecond
	if err := syscall.Kill(-b.browser.leader, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	_, err := s.Render(context.Background(), render.Request{Pixels: true})
	if !errors.Is(err, ErrHung) || fault.Of(err) != fault.Renderer {
		t.Errorf("a browser that hangs gave %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if len(using(t, home)) > 0 || !gone(home) {
		t.Error("something of the browser that hung is left")
	}
}

func TestCrashOfTheTab(t *testing.T) {
	b, s := opened(t, Options{})
	for _, pid := range using(t, b.browser.home.path) {
		line, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if bytes.Contains(line, []byte("--type=renderer")) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	if _, err := s.Render(context.Background(), render.Request{Pixels: true}); !errors.Is(err, ErrDied) {
		t.Errorf("after the crash of its tab: %v", err)
	}
	if s, err := b.Open(context.Background(), nil, render.DefaultLimits()); err != nil || s.Load(context.Background(), secret()) != nil {
		t.Errorf("another tab: %v", err)
	}
}

func TestBrowserThatDoesNotStart(t *testing.T) {
	for name, script := range map[string]string{"ends": "#!/bin/sh\necho no way >&2\nexit 3\n", "hangs": "#!/bin/sh\nexec sleep 600\n"} {
		file := filepath.Join(t.TempDir(), "browser")
		if err := os.WriteFile(file, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		b := New(Options{Path: file, Start: 500 * time.Millisecond})
		_, err := b.Open(context.Background(), nil, render.DefaultLimits())
		if !errors.Is(err, ErrStart) || fault.Of(err) != fault.Renderer {
			t.Errorf("a browser that %s gave %v", name, err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := New(Options{Path: filepath.Join(t.TempDir(), "none")}).Open(context.Background(), nil, render.DefaultLimits()); !errors.Is(err, ErrMissing) || fault.Of(err) != fault.Renderer {
		t.Errorf("a browser that is missing gave %v", err)
	}
}

// childVar makes this test program one that opens a browser and waits to be
// killed.
const childVar = "HINDSITE_TEST_CHILD"

func TestKilledProgramLeavesNoBrowser(t *testing.T) {
	if os.Getenv(childVar) != "" {
		b, s := opened(t, Options{})
		if _, err := s.Render(context.Background(), render.Request{Pixels: true}); err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("home " + b.browser.home.path + "\n")
		time.Sleep(time.Minute)
		return
	}
	probe, _ := opened(t, Options{})
	if err := probe.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), childVar+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	home := ""
	for lines := bufio.NewScanner(out); home == "" && lines.Scan(); {
		home, _ = strings.CutPrefix(lines.Text(), "home ")
		if home == lines.Text() {
			home = ""
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if home == "" {
		t.Fatal("the program opened no browser")
	}
	eventually(t, "the browser outlives its program", func() bool { return len(using(t, home)) == 0 })
	// What it had on disk goes when the next browser starts.
	b, _ := opened(t, Options{})
	defer b.Close()
	if !gone(home) {
		t.Error("the folder of the killed program is left")
	}
}

// The browser's own log of its network: whatever it tries goes to the proxy that
// is none.
func TestNetworkLogIsSilent(t *testing.T) {
	log := filepath.Join(t.TempDir(), "net.json")
	b, s := opened(t, Options{Extra: map[string]string{"log-net-log": log, "net-log-capture-mode": "Default"}})
	p := canary.Listen(t).Page()
	if err := s.Load(context.Background(), p.Document); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Render(context.Background(), render.Request{Pixels: true, Full: true, Hover: p.Hovered}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second) // what the browser does by itself
	if err := syscall.Kill(b.browser.leader, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the browser does not end", func() bool { return !b.browser.alive() })
	raw, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	types, events := netLog(t, raw)
	if len(events) == 0 {
		t.Fatal("the log is empty")
	}
	attempts := 0
	for _, e := range events {
		switch name := types[e.Type]; name {
		case "TCP_CONNECT_ATTEMPT":
			if a := e.Params.Address; a != "" && a != strings.TrimPrefix(deadProxy, "http://") {
				t.Errorf("the browser connected to %s", a)
			}
			attempts++
		case "UDP_BYTES_SENT", "SOCKET_BYTES_SENT", "SSL_SOCKET_BYTES_SENT", "QUIC_SESSION_PACKET_SENT":
			t.Errorf("the browser sent something: %s", name)
		}
	}
	t.Logf("%d events, %d attempts to reach the dead proxy", len(events), attempts)
}

type netEvent struct {
	Type   int
	Params struct{ Address string }
}

// netLog reads a log, which may lack its end. It returns the names of the types
// and the events.
func netLog(t *testing.T, raw []byte) (map[int]string, []netEvent) {
	t.Helper()
	var head struct {
		Constants struct{ LogEventTypes map[string]int }
	}
	lines := strings.Split(string(raw), "\n")
	if err := json.Unmarshal([]byte(strings.TrimSuffix(lines[0], ",")+"}"), &head); err != nil {
		t.Fatal(err)
	}
	types := map[int]string{}
	for name, n := range head.Constants.LogEventTypes {
		types[n] = name
	}
	if !slices.Contains(slices.Collect(func(yield func(string) bool) {
		for _, n := range types {
			if !yield(n) {
				return
			}
		}
	}), "TCP_CONNECT_ATTEMPT") {
		t.Fatal("the log knows no attempts to connect")
	}
	var events []netEvent
	for _, line := range lines[1:] {
		var e netEvent
		if json.Unmarshal([]byte(strings.TrimRight(line, ",]}")+"}"), &e) == nil || json.Unmarshal([]byte(strings.TrimSuffix(line, ",")), &e) == nil {
			events = append(events, e)
		}
	}
	return types, events
}

// What draws pages is in the browser's sandbox, unless this is root.
func TestSandbox(t *testing.T) {
	b, _ := opened(t, Options{})
	about, err := b.About(context.Background())
	if err != nil || about.Sandboxed == (os.Geteuid() == 0) {
		t.Fatalf("%+v, %v", about, err)
	}
	if !about.Sandboxed {
		t.Skip("this is root")
	}
	renderers := 0
	for _, pid := range using(t, b.browser.home.path) {
		line, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if !bytes.Contains(line, []byte("--type=renderer")) {
			continue
		}
		renderers++
		status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
		if err != nil || !bytes.Contains(status, []byte("\nSeccomp:\t2\n")) {
			t.Errorf("renderer %d filters no system calls: %v", pid, err)
		}
	}
	if renderers == 0 {
		t.Error("no renderer was found")
	}
}

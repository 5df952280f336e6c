package data

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hindsite.app/player/fault"
)

// childMode makes the test binary a process that works on the library named by
// childDir until it is killed.
const (
	childMode = "HINDSITE_TEST_CHILD"
	childDir  = "HINDSITE_TEST_LIBRARY"
	childFrom = "HINDSITE_TEST_FROM"
)

func TestMain(m *testing.M) {
	if os.Getenv(childMode) == "" {
		os.Exit(m.Run())
	}
	if err := runChild(); err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
}

// runChild stores sessions and removes every fifth of them again, and prints
// what is done.
func runChild() error {
	ctx := context.Background()
	c, err := parseCredential()
	if err != nil {
		return err
	}
	l, err := Open(ctx, os.Getenv(childDir), c)
	if err != nil {
		return err
	}
	fmt.Println("open")
	var from int
	if _, err := fmt.Sscan(os.Getenv(childFrom), &from); err != nil {
		return err
	}
	for i := from; ; i++ {
		in := made(i)
		if out, err := l.Put(ctx, in); err != nil || out.Status != Stored {
			return fmt.Errorf("put %d: %v, %w", i, out, err)
		}
		fmt.Println("stored", in.Session.ID)
		if i%5 == 4 {
			id := made(i - 2).Session.ID
			if err := l.Remove(ctx, id); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			fmt.Println("removed", id)
		}
	}
}

type child struct {
	cmd *exec.Cmd
	out *bufio.Scanner
}

func startChild(t *testing.T, dir string, from int) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childMode+"=1", childDir+"="+dir, fmt.Sprintf("%s=%d", childFrom, from))
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &child{cmd: cmd, out: bufio.NewScanner(pipe)}
}

// kill ends the child as a crash would, and returns what it printed until
// then.
func (c *child) kill(t *testing.T) []string {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	var lines []string
	for c.out.Scan() {
		lines = append(lines, c.out.Text())
	}
	_ = c.cmd.Wait() // it was killed
	return lines
}

func TestKilledWhileWriting(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "library")
	if err := createLibrary(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	here := map[string]bool{}
	next := 0
	for range 12 {
		c := startChild(t, dir, next)
		var lines []string
		for wait := 2 + random.IntN(25); wait > 0 && c.out.Scan(); wait-- {
			lines = append(lines, c.out.Text())
		}
		// The child works on while it is being killed: any step can be cut off.
		lines = append(lines, c.kill(t)...)
		for _, line := range lines {
			what, id, _ := strings.Cut(line, " ")
			switch what {
			case "stored":
				here[id] = true
				next++
			case "removed":
				delete(here, id)
			case "failed":
				t.Fatal(line)
			}
		}
		checkWhole(t, dir, here)
		next += 2 // past the one that was cut off
	}
	if next < 40 {
		t.Errorf("only %d sessions were written", next)
	}
}

// checkWhole opens a library that was not closed, and looks at everything in
// it. All sessions of here must be there; at most one other that was cut off
// after its commit, and one of here may be missing if its removal was.
func checkWhole(t *testing.T, dir string, here map[string]bool) {
	t.Helper()
	ctx := t.Context()
	l, err := Open(ctx, dir, testCredential(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	var verdict string
	if err := l.db.write.QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("integrity: %s, %v", verdict, err)
	}
	if rows, err := l.db.write.QueryContext(ctx, `PRAGMA foreign_key_check`); err != nil || rows.Next() {
		t.Fatalf("foreign keys: %v", err)
	} else if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for after := Cursor(""); ; {
		r, err := l.Sessions(ctx, Query{After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Sessions {
			found[s.ID] = true
			checkSession(t, l, s)
		}
		if after = r.Next; after == "" {
			if r.Total != len(found) {
				t.Errorf("%d sessions counted, %d found", r.Total, len(found))
			}
			break
		}
	}
	if n := countBlobs(t, l); n != len(found) {
		t.Errorf("%d blobs for %d sessions", n, len(found))
	}
	missing := 0
	for id := range here {
		if !found[id] {
			missing++
			delete(here, id)
		}
	}
	surplus := 0
	for id := range found {
		if !here[id] {
			surplus++
			here[id] = true
		}
	}
	if missing > 1 || surplus > 1 {
		t.Errorf("%d sessions are missing, %d too many", missing, surplus)
	}
}

func checkSession(t *testing.T, l *Library, s Session) {
	t.Helper()
	if views, err := l.Views(t.Context(), s.ID); err != nil || len(views) != 2 {
		t.Errorf("%s: %d views, %v", s.ID, len(views), err)
	}
	tracks, err := l.Tracks(t.Context(), s.ID)
	if err != nil {
		t.Errorf("%s: %v", s.ID, err)
		return
	}
	defer tracks.Close()
	for _, name := range tracks.Names() {
		if _, err := tracks.Part(name); err != nil {
			t.Errorf("%s: part %s: %v", s.ID, name, err)
		}
	}
}

func TestTwoProcesses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "library")
	if err := createLibrary(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	c := startChild(t, dir, 0)
	if !c.out.Scan() || c.out.Text() != "open" {
		t.Fatalf("child says %q", c.out.Text())
	}
	_, err := Open(t.Context(), dir, testCredential(t))
	c.kill(t)
	if fault.Of(err) != fault.Locked {
		t.Errorf("while another process has it open: %v", err)
	}
	l, err := Open(t.Context(), dir, testCredential(t))
	if err != nil {
		t.Fatalf("after that process died: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

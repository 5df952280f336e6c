package state_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"hindsite.app/app/state"
	"hindsite.app/player/fault"
)

// TestMain also is the program that is killed in the middle of an import.
func TestMain(m *testing.M) {
	if dir := os.Getenv("HINDSITE_CRASH_IMPORT"); dir != "" {
		os.Exit(importForever(dir))
	}
	os.Exit(m.Run())
}

func importForever(dir string) int {
	ctx := context.Background()
	l, err := state.OpenLibrary(ctx, filepath.Join(dir, "library"), state.Credential{KeyFile: filepath.Join(dir, "key.txt")}, deps())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	_, err = l.Import(ctx, []string{filepath.Join(dir, "study")}, state.ImportOptions{Report: func(r state.ImportLine) { fmt.Println(r.Session, r.Status) }})
	if err := errors.Join(err, l.Close()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// After a kill at any point every session is complete or absent, and importing
// again completes the library.
func TestKilledImport(t *testing.T) {
	dir := t.TempDir()
	if err := os.Rename(study(t), filepath.Join(dir, "study")); err != nil {
		t.Fatal(err)
	}
	cred := state.Credential{KeyFile: filepath.Join(dir, "key.txt")}
	if _, err := state.NewKey(cred.KeyFile, false, time.Now()); err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for round := range 12 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "HINDSITE_CRASH_IMPORT="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+round*25) * time.Millisecond)
		// Killing what has already ended is no fault of the library.
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if !state.LibraryExists(filepath.Join(dir, "library")) {
			continue
		}
		l, err := state.OpenLibrary(t.Context(), filepath.Join(dir, "library"), cred, deps())
		if fault.Of(err) == fault.NotArchive {
			continue
		}
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		page, err := l.List(t.Context(), state.ListQuery{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		seen[len(page.Sessions)] = true
		for _, s := range page.Sessions {
			r, err := l.OpenRecording(t.Context(), s.ID)
			if err != nil {
				t.Fatalf("round %d: session %s is listed and does not open: %v", round, s.ID, err)
			}
			if len(r.Detail.PageViews) != s.Pages || len(r.Tracks.Pointers) != s.Moves {
				t.Errorf("round %d: session %s is not complete", round, s.ID)
			}
			r.Close()
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	again := exec.Command(os.Args[0])
	again.Env = append(os.Environ(), "HINDSITE_CRASH_IMPORT="+dir)
	if out, err := again.CombinedOutput(); err != nil {
		t.Fatalf("importing again: %v\n%s", err, out)
	}
	l, err := state.OpenLibrary(t.Context(), filepath.Join(dir, "library"), cred, deps())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	page, err := l.List(t.Context(), state.ListQuery{})
	if err != nil || page.Total != 31 {
		t.Errorf("%d sessions after importing again, %v", page.Total, err)
	}
	t.Logf("numbers of sessions found after kills: %v", seen)
}

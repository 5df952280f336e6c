package state_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"hindsite.app/app/state"
	"hindsite.app/player/fault"
)

// The corpus is spoiled in 50 places each way when a larger run is asked for,
// and in a few otherwise. HINDSITE_SEED repeats a run.
const (
	manySpoils = 50
	fewSpoils  = 4
	// budget is for two recordings at a time and what a test binary itself holds.
	budget = 2*512<<20 + 256<<20
)

// TestSpoiledCorpus imports every recording of the corpus whole, cut at random
// points and with random bytes changed. Nothing panics, what is refused has a
// class, what is stored can be read to its end, and what was in the library
// before stays what it was.
func TestSpoiledCorpus(t *testing.T) {
	spoils := fewSpoils
	roots := []string{"../../importer/testdata/corpus", "../../importer/format/openreplay/testdata", "../../importer/format/clarity/testdata"}
	if shared := os.Getenv("HINDSITE_SHARED"); shared != "" {
		spoils, roots = manySpoils, append(roots[1:], filepath.Join(shared, "corpus", "recordings"), filepath.Join(shared, "corpus", "derived"))
	}
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("HINDSITE_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("HINDSITE_SEED=%d, %d cuts and %d changed bytes a file", seed, spoils, spoils)
	memory := watchMemory(t)
	files, imported, refused := 0, 0, 0
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, ".md") || strings.Contains(path, "fuzz") {
				return err
			}
			files++
			t.Run(d.Name(), func(t *testing.T) {
				i, r := spoil(t, path, rand.New(rand.NewPCG(seed, uint64(files))), spoils)
				imported, refused = imported+i, refused+r
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d files: %d sessions stored, %d refused; at most %d MB of memory in use", files, imported, refused, memory()>>20)
	if peak := memory(); peak > budget {
		t.Errorf("%d bytes of memory were in use, more than %d", peak, int64(budget))
	}
	if imported == 0 || refused == 0 {
		t.Error("a corpus of which nothing is stored, or nothing refused, proves nothing")
	}
}

// spoil imports the variants of one file into a library that holds a session.
func spoil(t *testing.T, path string, rnd *rand.Rand, spoils int) (imported, refused int) {
	t.Helper()
	whole, name := content(t, path)
	dir := t.TempDir()
	variants := [][]byte{whole}
	for range spoils {
		variants = append(variants, whole[:rnd.IntN(len(whole)+1)])
	}
	for range spoils {
		flipped := bytes.Clone(whole)
		flipped[rnd.IntN(len(flipped))] ^= byte(1 + rnd.IntN(255))
		variants = append(variants, flipped)
	}
	for i, v := range variants {
		// Names alike for what must not be taken for pieces of one recording.
		sub := filepath.Join(dir, fmt.Sprintf("variant%03d", i))
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(sub, name), v, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, _ := newLibrary(t)
	importAll(t, l, study(t, oneSession))
	before := everything(t, l, oneSession)
	sum, err := l.Import(t.Context(), []string{dir}, state.ImportOptions{KeepBoth: true, Report: func(r state.ImportLine) {
		if r.Status == "refused" && r.Class == "" {
			t.Errorf("%s was refused without a class", r.Source)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if sum.RefusedBy[fault.Storage] > 0 {
		t.Errorf("the library failed: %+v", sum)
	}
	if after := everything(t, l, oneSession); after != before {
		t.Error("a session that was there before is another now")
	}
	page, err := l.List(t.Context(), state.ListQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if want := sum.Imported + 1; len(page.Sessions) != min(want, 1000) {
		t.Errorf("%d sessions are listed, %d were stored", len(page.Sessions), want)
	}
	for _, s := range page.Sessions {
		everything(t, l, s.ID)
	}
	return sum.Imported, sum.Refused
}

// content returns a recording without the compression in which it is kept here,
// so that what spoils it reaches the decoders.
func content(t *testing.T, path string) ([]byte, string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(path)
	if !strings.HasSuffix(name, ".json.gz") && !strings.HasSuffix(name, ".jsonl.gz") {
		return b, name
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if b, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	return b, strings.TrimSuffix(name, ".gz")
}

// everything reads a session to its end and returns what is in it.
func everything(t *testing.T, l *state.Library, id string) string {
	t.Helper()
	r, err := l.OpenRecording(t.Context(), id)
	if err != nil {
		t.Fatalf("open a stored session: %v", err)
	}
	defer r.Close()
	tracks, err := json.Marshal(struct {
		Detail state.Detail
		Tracks any
	}{r.Detail, r.Tracks})
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.Moment(t.Context(), r, r.Tracks.Duration)
	if err != nil {
		t.Fatalf("go to the end of a stored session: %v", err)
	}
	end, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(tracks) + string(end)
}

// watchMemory returns what tells the most memory that was in use so far.
func watchMemory(t *testing.T) func() uint64 {
	t.Helper()
	peak, stop, done := uint64(0), make(chan struct{}), make(chan struct{})
	ask, answer := make(chan struct{}), make(chan uint64)
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
			select {
			case <-tick.C:
			case <-ask:
				answer <- peak
			case <-stop:
				return
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
	})
	return func() uint64 {
		ask <- struct{}{}
		return <-answer
	}
}

// TestSpoiledArchive does the same to an encrypted archive, where nothing may
// come through that differs from what was packed: each spoiled archive yields
// sessions that are there already, or refusals.
func TestSpoiledArchive(t *testing.T) {
	spoils := 60
	if os.Getenv("HINDSITE_SHARED") != "" {
		spoils = 500
	}
	l, cred := newLibrary(t)
	whole := archives(t, cred, oneSession)[oneSession+".sessions.zip.age"]
	file := filepath.Join(t.TempDir(), "whole.sessions.zip.age")
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if sum := importAll(t, l, file); sum.Imported != 1 {
		t.Fatalf("%+v", sum)
	}
	before := everything(t, l, oneSession)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	for i := range spoils {
		b := bytes.Clone(whole[:rnd.IntN(len(whole))])
		if i%2 == 0 {
			b = bytes.Clone(whole)
			b[rnd.IntN(len(b))] ^= byte(1 + rnd.IntN(255))
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("s%03d.sessions.zip.age", i)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sum, err := l.Import(t.Context(), []string{dir}, state.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Imported != 0 || sum.Present != 0 || sum.Refused < spoils {
		t.Errorf("%d spoiled archives: %+v", spoils, sum)
	}
	for class := range sum.RefusedBy {
		switch class {
		case fault.Tampered, fault.Truncated, fault.NotArchive, fault.NoKey, fault.Unsupported, fault.Manifest:
		default:
			t.Errorf("refused with %s", class)
		}
	}
	if everything(t, l, oneSession) != before {
		t.Error("the session that was there is another now")
	}
}

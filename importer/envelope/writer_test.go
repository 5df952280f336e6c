package envelope

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsite.app/player/fault"
)

// memorySpill records what a Writer would put on the disk.
type memorySpill struct {
	bytes.Buffer
	closed int
}

func (m *memorySpill) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(m.Bytes()).ReadAt(p, off)
}

func (m *memorySpill) Close() error { m.closed++; return nil }

// secretEvents yields lines that do not compress, each with a marker.
func secretEvents(n, size int) func(func(Event, error) bool) {
	return func(yield func(Event, error) bool) {
		for i := range n {
			line := `{"marker":"` + hex.EncodeToString(noise(uint64(i), size)) + `"}`
			if !yield(Event{Line: []byte(line), At: start.Add(time.Duration(i) * time.Millisecond)}, nil) {
				return
			}
		}
	}
}

func TestSpillIsSealed(t *testing.T) {
	spill := &memorySpill{}
	deps := testDeps()
	deps.Memory = 1000
	deps.Spill = func() (Spill, error) { return spill, nil }
	var out bytes.Buffer
	w, err := Create(&out, nil, Info{Plain: true}, deps)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := w.Add(t.Context(), SessionInfo{ID: fmt.Sprint(i), Start: start}, secretEvents(50, 500)); err != nil {
			t.Fatal(err)
		}
	}
	if spill.Len() == 0 {
		t.Fatal("nothing was spilled")
	}
	if bytes.Contains(spill.Bytes(), []byte("marker")) || bytes.Contains(spill.Bytes(), []byte{0x28, 0xB5, 0x2F, 0xFD}) {
		t.Error("the temporary file holds plaintext")
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if spill.closed != 1 {
		t.Errorf("closed %d times", spill.closed)
	}
	a, err := openBytes(out.Bytes(), "", Keys{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Verify(t.Context(), func(Verdict) {}); err != nil || len(a.Entries()) != 3 {
		t.Errorf("verify: %v", err)
	}
}

func TestSpillThatFails(t *testing.T) {
	deps := testDeps()
	deps.Memory = 1
	deps.Spill = func() (Spill, error) { return nil, errDisk }
	w, err := Create(io.Discard, nil, Info{Plain: true}, deps)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	err = w.Add(t.Context(), SessionInfo{ID: "a", Start: start}, secretEvents(5, 500))
	if fault.Of(err) != fault.Storage || !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
}

func TestTemporaryFileGoes(t *testing.T) {
	dir := t.TempDir()
	deps := testDeps()
	deps.Memory = 1
	deps.Spill = func() (Spill, error) { return NewSpill(dir) }
	for _, finish := range []func(*Writer) error{
		func(w *Writer) error { return w.Abort() },
		func(w *Writer) error { _, err := w.Close(); return err },
	} {
		w, err := Create(io.Discard, nil, Info{Plain: true}, deps)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Add(t.Context(), SessionInfo{ID: "a", Start: start}, secretEvents(5, 500)); err != nil {
			t.Fatal(err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
			t.Errorf("while writing: %v", left)
		}
		if err := finish(w); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func TestParts(t *testing.T) {
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	line := []byte(`{}`)
	for _, c := range []struct {
		name   string
		events []Event
		want   []int // events of each part
	}{
		{"nothing", nil, nil},
		{"60 s exactly", []Event{{line, at(0), true}, {line, at(60_000), false}}, []int{2}},
		{"just over 60 s", []Event{{line, at(0), true}, {line, at(60_001), false}}, []int{1, 1}},
		{"full snapshot after 10 s", []Event{{line, at(0), true}, {line, at(10_000), true}, {line, at(10_001), false}}, []int{1, 2}},
		{"full snapshot before", []Event{{line, at(0), true}, {line, at(9_999), true}}, []int{2}},
		{"time going backwards", []Event{{line, at(50_000), false}, {line, at(0), false}, {line, at(100_000), false}}, []int{3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			w, err := Create(&out, nil, Info{Plain: true}, testDeps())
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Add(t.Context(), SessionInfo{ID: "a", Start: start}, seqOf(c.events)); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Close(); err != nil {
				t.Fatal(err)
			}
			a, err := openBytes(out.Bytes(), "x.sessions.zip", Keys{})
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, p := range a.Entries()[0].Members {
				got = append(got, p.Events)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if c.name == "time going backwards" {
				if p := a.Entries()[0].Members[0]; p.T0 != 0 || p.T1 != 100_000_000 {
					t.Errorf("from %d to %d", p.T0, p.T1)
				}
			}
		})
	}
}

func seqOf(events []Event) func(func(Event, error) bool) {
	return func(yield func(Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestPartsStaySmall(t *testing.T) {
	var out bytes.Buffer
	w, err := Create(&out, nil, Info{Plain: true}, testDeps())
	if err != nil {
		t.Fatal(err)
	}
	// 10 MB that compress to half, in lines of 100 kB, then 20 MB of one letter.
	events := func(yield func(Event, error) bool) {
		for e, err := range secretEvents(100, 50_000) {
			if !yield(e, err) {
				return
			}
		}
		same := []byte(`"` + strings.Repeat("a", 100_000) + `"`)
		for range 200 {
			if !yield(Event{Line: same, At: start}, nil) {
				return
			}
		}
	}
	if err := w.Add(t.Context(), SessionInfo{ID: "a", Start: start}, events); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := openBytes(out.Bytes(), "", Keys{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range a.Entries()[0].Members {
		if p.Len > 4<<20 {
			t.Errorf("%s: %d bytes", p.Name, p.Len)
		}
	}
	if err := a.Verify(t.Context(), func(Verdict) {}); err != nil {
		t.Errorf("verify: %v", err)
	}
}

func TestAddRefuses(t *testing.T) {
	var out bytes.Buffer
	w, err := Create(&out, nil, Info{Plain: true}, testDeps())
	if err != nil {
		t.Fatal(err)
	}
	one := seqOf([]Event{{[]byte(`{}`), start, true}})
	broken := errors.New("decoder failed")
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Add(t.Context(), SessionInfo{ID: "good", Start: start}, one); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		ctx    context.Context
		info   SessionInfo
		events func(func(Event, error) bool)
		want   fault.Class
	}{
		{"same id", t.Context(), SessionInfo{ID: "good", Start: start}, one, fault.Duplicate},
		{"no id", t.Context(), SessionInfo{Start: start}, one, fault.Schema},
		{"no start", t.Context(), SessionInfo{ID: "b"}, one, fault.Schema},
		{"line feed", t.Context(), SessionInfo{ID: "b", Start: start}, seqOf([]Event{{[]byte("{\n}"), start, false}}), fault.Schema},
		{"broken off", t.Context(), SessionInfo{ID: "b", Start: start}, func(yield func(Event, error) bool) {
			_ = yield(Event{[]byte("{}"), start, false}, nil) && yield(Event{}, broken)
		}, ""},
		{"canceled", canceled, SessionInfo{ID: "b", Start: start}, one, ""},
		{"one event expands too far", t.Context(), SessionInfo{ID: "b", Start: start}, seqOf([]Event{{bytes.Repeat([]byte("a"), 20<<20), start, false}}), fault.Limit},
		{"one event too large", t.Context(), SessionInfo{ID: "b", Start: start}, seqOf([]Event{{make([]byte, 65<<20), start, false}}), fault.Limit},
	} {
		if err := w.Add(c.ctx, c.info, c.events); err == nil || fault.Of(err) != c.want {
			t.Errorf("%s: got %v (%s), want %s", c.name, err, fault.Of(err), c.want)
		}
	}
	s, err := w.Close()
	if err != nil || s.Sessions != 1 || s.Events != 1 || s.Bytes != int64(out.Len()) {
		t.Errorf("got %+v, %v", s, err)
	}
	a, err := openBytes(out.Bytes(), "x.sessions.zip", Keys{})
	if err != nil {
		t.Fatal(err)
	}
	if got := readAll(a); len(got) != 1 || got["good"].text != "{}\n" || len(a.Notes()) > 0 {
		t.Errorf("got %v, notes %v", got, a.Notes())
	}
	if _, err := w.Close(); err == nil {
		t.Error("closed twice")
	}
	if err := w.Add(t.Context(), SessionInfo{ID: "c", Start: start}, one); err == nil {
		t.Error("added after close")
	}
}

func BenchmarkRead(b *testing.B) {
	keys := testKeys(b)
	whole, want := pack(b, recipients(keys))
	a, err := openBytes(whole, "", keys)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(want["session-1"])))
	for b.Loop() {
		r, err := a.Session(b.Context(), "session-1")
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, r)
		r.Close()
	}
}

func BenchmarkOpen(b *testing.B) {
	src := sparseArchive(b, 2100, 2<<20)
	for b.Loop() {
		if _, err := Open(b.Context(), src, src.size, "", Keys{}, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestConvertedIsSaid(t *testing.T) {
	var out bytes.Buffer
	w, err := Create(&out, nil, Info{Plain: true, Converted: "OpenReplay"}, testDeps())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := openBytes(out.Bytes(), strictName, Keys{})
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Protection().String(); got != "not encrypted, converted from OpenReplay, not authenticated" {
		t.Error(got)
	}
	if _, err := Create(&out, nil, Info{Plain: true, Converted: strings.Repeat("x", maxConverted+1)}, testDeps()); fault.Of(err) != fault.Schema {
		t.Errorf("too long: %v", err)
	}
}

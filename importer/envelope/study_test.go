package envelope

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// studyFiles returns the recordings of the labelled study, which is not part
// of the repository.
func studyFiles(t testing.TB) []string {
	t.Helper()
	shared := os.Getenv("HINDSITE_SHARED")
	if shared == "" {
		t.Skip("HINDSITE_SHARED is not set: no study to read")
	}
	files, err := filepath.Glob(filepath.Join(shared, "study", "*", "*.ndjson"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	return files
}

// rrwebLines yields a recording's lines as events.
func rrwebLines(t testing.TB, text []byte) (time.Time, func(func(Event, error) bool)) {
	t.Helper()
	when := func(line []byte) (at time.Time, full bool) {
		var e struct{ Type, Timestamp int64 }
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		return time.UnixMilli(e.Timestamp), e.Type == 4
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	begin, _ := when(first)
	return begin, func(yield func(Event, error) bool) {
		lines := bufio.NewScanner(bytes.NewReader(text))
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			at, full := when(lines.Bytes())
			if !yield(Event{Line: lines.Bytes(), At: at, Full: full}, nil) {
				return
			}
		}
	}
}

func packStudy(t testing.TB, keys Keys) (archive []byte, want map[string][]byte) {
	t.Helper()
	var out bytes.Buffer
	w, err := Create(&out, recipients(keys), Info{Producer: "test"}, testDeps())
	if err != nil {
		t.Fatal(err)
	}
	want = map[string][]byte{}
	for _, path := range studyFiles(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		id := filepath.Base(path)
		want[id] = append(bytes.TrimRight(text, "\n"), '\n')
		begin, events := rrwebLines(t, text)
		if err := w.Add(t.Context(), SessionInfo{ID: id, Start: begin}, events); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), want
}

func TestStudy(t *testing.T) {
	keys := testKeys(t)
	archive, want := packStudy(t, keys)
	a, err := openBytes(archive, "study.sessions.zip.age", keys)
	if err != nil {
		t.Fatal(err)
	}
	for id, got := range readAll(a) {
		if got.err != nil || got.text != string(want[id]) {
			t.Errorf("%s: %d bytes, %v; want %d", id, len(got.text), got.err, len(want[id]))
		}
	}
	if len(a.Entries()) != len(want) || len(a.Notes()) > 0 {
		t.Errorf("%d sessions of %d, notes %v", len(a.Entries()), len(want), a.Notes())
	}
}

func BenchmarkStudy(b *testing.B) {
	keys := testKeys(b)
	archive, want := packStudy(b, keys)
	var total int64
	for _, text := range want {
		total += int64(len(text))
	}
	b.SetBytes(total)
	b.ReportMetric(float64(len(archive)), "archive-bytes")
	for b.Loop() {
		a, err := openBytes(archive, "", keys)
		if err != nil {
			b.Fatal(err)
		}
		for item, err := range a.Items(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			r, err := item.Open(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r); err != nil {
				b.Fatal(err)
			}
			r.Close()
		}
	}
}

package importer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hindsite.app/importer"
	"hindsite.app/importer/mask"
	"hindsite.app/player/recording"
)

// corpusFiles returns the recordings that are kept here, by name.
func corpusFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	root := filepath.Join("testdata", "corpus")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".gz") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, strings.TrimSuffix(path, ".gz"))
		files[filepath.ToSlash(name)] = unzipped(t, b)
		return err
	})
	if err != nil || len(files) < 19 {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	return files
}

// sharedFiles returns the recordings in the folder that HINDSITE_SHARED names,
// or those that are kept here.
func sharedFiles(t *testing.T) map[string][]byte {
	t.Helper()
	shared := os.Getenv("HINDSITE_SHARED")
	if shared == "" {
		return corpusFiles(t)
	}
	files := map[string][]byte{}
	root := filepath.Join(shared, "corpus", "recordings")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// eventsOf finds the events of a file with the standard library alone: where
// each begins and ends.
func eventsOf(b []byte) (found [][2]int) {
	var stack []int
	inString := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString:
			if c == '\\' {
				i++
			} else if c == '"' {
				inString = false
			}
		case c == '"':
			inString = true
		case c == '{':
			stack = append(stack, i)
		case c == '}' && len(stack) > 0:
			from := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			var e struct{ Type, Data, Timestamp json.RawMessage }
			if i-from < 200_000 && bytes.Contains(b[from:i+1], []byte(`"timestamp"`)) && json.Unmarshal(b[from:i+1], &e) == nil && e.Type != nil && e.Data != nil && e.Timestamp != nil {
				found = append(found, [2]int{from, i + 1})
			}
		}
	}
	return found
}

// corruptions are ways in which one event can be wrong and still be JSON.
var corruptions = map[string]func(string) string{
	"type is a string":  func(e string) string { return strings.Replace(e, `"type":`, `"type":"x","was":`, 1) },
	"type is huge":      func(e string) string { return strings.Replace(e, `"type":`, `"type":1e300,"was":`, 1) },
	"no data":           func(e string) string { return strings.Replace(e, `"data":`, `"was":`, 1) },
	"data is a number":  func(e string) string { return strings.Replace(e, `"data":`, `"data":7,"was":`, 1) },
	"data is cut":       func(e string) string { return strings.Replace(e, `"data":`, `"data":{},"was":`, 1) },
	"a name twice":      func(e string) string { return strings.Replace(e, `"type":`, `"type":0,"type":`, 1) },
	"ids are huge":      func(e string) string { return strings.ReplaceAll(e, `"id":`, `"id":9007199254740993,"was":`) },
	"nothing is left":   func(string) string { return `{}` },
	"another value":     func(string) string { return `null` },
	"deep":              func(string) string { return strings.Repeat("[", 1500) + strings.Repeat("]", 1500) },
	"time is a string":  func(e string) string { return strings.Replace(e, `"timestamp":`, `"timestamp":"x","was":`, 1) },
	"time is far ahead": func(e string) string { return strings.Replace(e, `"timestamp":`, `"timestamp":9e18,"was":`, 1) },
}

// One bad event never loses a session: whichever event of a recording is made
// wrong, all others are there.
func TestOneBadEvent(t *testing.T) {
	for name, b := range corpusFiles(t) {
		events := eventsOf(b)
		if len(b) > 700_000 || len(events) < 3 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			whole := imported(t, name, b)
			step := max(len(events)/4, 1)
			for i := 1; i < len(events); i += step {
				at := events[i]
				for how, corrupt := range corruptions {
					bad := corrupt(string(b[at[0]:at[1]]))
					if bad == string(b[at[0]:at[1]]) {
						continue // spelled with spaces
					}
					got := imported(t, name, bytes.Join([][]byte{b[:at[0]], []byte(bad), b[at[1]:]}, nil))
					if got.events < whole.events-1 || got.sessions != whole.sessions {
						t.Errorf("event %d, %s: %+v, want %+v but one event", i, how, got, whole)
					}
				}
			}
		})
	}
}

// A line that breaks off loses that line only.
func TestBrokenLine(t *testing.T) {
	var lines []string
	for i := range 30 {
		lines = append(lines, fmt.Sprintf(`{"type":3,"data":{"source":2,"type":2,"id":1,"x":1,"y":1},"timestamp":%d}`, 1_700_000_000_000+i))
	}
	for i := range lines {
		broken := append([]string(nil), lines...)
		broken[i] = broken[i][:len(broken[i])-17-i%3]
		got := imported(t, "x", []byte(strings.Join(broken, "\n")))
		if got.sessions != 1 || got.events != 29 || got.odd != 1 {
			t.Errorf("line %d: %+v", i, got)
		}
	}
}

// counts is what an import gave.
type counts struct{ sessions, events, odd int }

func imported(t *testing.T, name string, b []byte) (c counts) {
	t.Helper()
	k := &keeper{}
	if _, err := importer.Run(t.Context(), []importer.Input{input(filepath.Base(name), b)}, k, importer.Options{Workers: 1}); err != nil {
		t.Fatal(err)
	}
	for _, s := range k.got {
		c.sessions++
		c.events += s.Events
		c.odd += s.Anomalies.Total()
	}
	return c
}

// What masking takes out of recordings besides what was typed: a card number
// where the page has none is a fault of the detector. None of these recordings
// holds one.
func TestFalseAlarms(t *testing.T) {
	var total mask.Report
	strings := 0
	for name, b := range sharedFiles(t) {
		k := &keeper{}
		if _, err := importer.Run(t.Context(), []importer.Input{input(filepath.Base(name), b)}, k, importer.Options{Workers: 1}); err != nil {
			t.Fatal(err)
		}
		for _, s := range k.got {
			r := s.Masked
			total.Add(r)
			strings += texts(s.Recording)
			if r.Cards > 0 {
				t.Errorf("%s: %d card numbers", name, r.Cards)
			}
			t.Logf("%-110.110s fields %3d values %4d echoes %3d queries %4d pictures %2d", name, r.Fields, r.Values, r.Echoes, r.Queries, r.Pictures)
		}
	}
	t.Logf("%d texts: %+v", strings, total)
	if total.Echoes*1000 > strings {
		t.Errorf("%d of %d texts were taken for something that was typed", total.Echoes, strings)
	}
}

func texts(rec *recording.Recording) (n int) {
	count := func(x *recording.Node) bool {
		n += 1 + len(x.Attrs)
		return true
	}
	for _, c := range rec.Changes {
		switch op := c.Op.(type) {
		case recording.Snapshot:
			op.Root.Walk(count)
		case recording.Mutation:
			n += len(op.Texts)
			for _, a := range op.Attributes {
				n += len(a.Set)
			}
			for _, a := range op.Additions {
				a.Node.Walk(count)
			}
		}
	}
	return n
}

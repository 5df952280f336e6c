package mask

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
)

// Sessions recorded without masking, with a list of what was typed in them:
// nothing of it may be left, in no place that a recording has.
func TestNothingTypedIsLeft(t *testing.T) {
	typed := map[string][]string{}
	f, err := os.Open("../../app/sample/typed.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var v struct{ Session, Value string }
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		typed[v.Session] = append(typed[v.Session], v.Value)
	}
	if len(typed) != 6 {
		t.Fatalf("%d sessions are listed", len(typed))
	}
	for id, values := range typed {
		t.Run(id, func(t *testing.T) {
			file, err := os.Open("../../app/sample/study/" + id + ".ndjson.gz")
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			zr, err := gzip.NewReader(file)
			if err != nil {
				t.Fatal(err)
			}
			for s, err := range (rrweb.Decoder{}).Decode(t.Context(), zr, format.Hints{Name: id}, format.DefaultLimits()) {
				if err != nil {
					t.Fatal(err)
				}
				before := everything(s.Recording)
				report := Apply(s.Recording, Policy{})
				after, words := everything(s.Recording), said(s.Recording, false)
				found := 0
				for _, v := range values {
					if strings.Contains(before, v) {
						found++
					}
					if holds(after, v) && (len(v) > 4 || holds(words, v)) {
						t.Errorf("%q is still there", v)
					}
				}
				if found == 0 {
					t.Error("none of the values was there before masking: the test shows nothing")
				}
				t.Logf("%d values; %+v", len(values), report)
			}
		})
	}
}

// The same for every session of the study that was recorded without masking,
// where HINDSITE_SHARED names a folder that has it.
func TestNothingTypedIsLeftInTheStudy(t *testing.T) {
	shared := os.Getenv("HINDSITE_SHARED")
	if shared == "" {
		t.Skip("HINDSITE_SHARED names no folder with the study")
	}
	labels, err := os.Open(filepath.Join(shared, "study", "labels.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer labels.Close()
	checked := 0
	for lines := json.NewDecoder(labels); lines.More(); {
		var label struct {
			ID     string
			Masked *bool
			Typed  []struct{ Value, Kind string } `json:"typed_secrets"`
		}
		if err := lines.Decode(&label); err != nil {
			t.Fatal(err)
		}
		if label.Masked == nil || *label.Masked {
			continue
		}
		checked++
		file, err := os.Open(filepath.Join(shared, "study", "sessions", label.ID+".ndjson"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for s, err := range (rrweb.Decoder{}).Decode(t.Context(), file, format.Hints{Name: label.ID}, format.DefaultLimits()) {
			if err != nil {
				t.Fatal(err)
			}
			Apply(s.Recording, Policy{})
			after, words := everything(s.Recording), said(s.Recording, false)
			for _, v := range label.Typed {
				if holds(after, v.Value) && (len(v.Value) > 4 || holds(words, v.Value)) {
					t.Errorf("%s: the %s is still there", label.ID, v.Kind)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no session without masking")
	}
}

// holds reports whether text has v as a word of its own: three digits of a
// security code also stand in the middle of measures that the page itself has.
func holds(text, v string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], v)
		if i < 0 {
			return false
		}
		if wholeWord(text, from+i, from+i+len(v)) || len(v) > 4 {
			return true
		}
		from += i + 1
	}
}

// BenchmarkApply masks the sample study; the speed is that of the recordings
// as JSON.
func BenchmarkApply(b *testing.B) {
	paths, err := filepath.Glob("../../app/sample/study/*.ndjson.gz")
	if err != nil || len(paths) == 0 {
		b.Fatalf("no recordings: %v", err)
	}
	var files [][]byte
	size := 0
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			b.Fatal(err)
		}
		zr, err := gzip.NewReader(f)
		if err != nil {
			b.Fatal(err)
		}
		file, err := io.ReadAll(zr)
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
		files = append(files, file)
		size += len(file)
	}
	b.SetBytes(int64(size))
	for range b.N {
		b.StopTimer()
		var sessions []*format.Session
		for _, file := range files {
			for s, err := range (rrweb.Decoder{}).Decode(b.Context(), bytes.NewReader(file), format.Hints{Name: "x"}, format.DefaultLimits()) {
				if err != nil {
					b.Fatal(err)
				}
				sessions = append(sessions, s)
			}
		}
		b.StartTimer()
		for _, s := range sessions {
			Apply(s.Recording, Policy{})
		}
	}
}

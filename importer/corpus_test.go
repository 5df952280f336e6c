package importer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hindsite.app/importer"
	"hindsite.app/player/recording"
)

// keeper is a Sink that keeps what it is given.
type keeper struct {
	mu  sync.Mutex
	got []*importer.Session
}

func (k *keeper) Put(_ context.Context, s *importer.Session) (importer.Status, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.got = append(k.got, s)
	return importer.Imported, nil
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func input(name string, b []byte) importer.Input {
	return importer.Input{Name: name, Size: int64(len(b)), Open: func() (importer.Source, error) {
		return memory{bytes.NewReader(b)}, nil
	}}
}

// corpusFile returns a recording of the corpus, from the folder that
// HINDSITE_SHARED names or from what is kept here; nil when it is in neither.
func corpusFile(t *testing.T, path string) []byte {
	t.Helper()
	if shared := os.Getenv("HINDSITE_SHARED"); shared != "" {
		b, err := os.ReadFile(filepath.Join(shared, "corpus", "recordings", path))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b, err := os.ReadFile(filepath.Join("testdata", "corpus", path+".gz"))
	if err != nil {
		return nil
	}
	return unzipped(t, b)
}

func unzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if b, err = io.ReadAll(zr); err != nil {
		t.Fatal(err)
	}
	return b
}

// Every recording must give the sessions, events, clicks and lengths that an
// independent program counted in the file, or a refusal where it holds none.
func TestCorpus(t *testing.T) {
	table, err := os.ReadFile("testdata/corpus.golden.tsv")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, line := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		path, rest, _ := strings.Cut(line, "\t")
		b := corpusFile(t, path)
		if b == nil {
			continue
		}
		checked++
		t.Run(path, func(t *testing.T) {
			k := &keeper{}
			var refused []error
			sum, err := importer.Run(t.Context(), []importer.Input{input(filepath.Base(path), b)}, k, importer.Options{
				Workers: 1,
				Report: func(r importer.Result) {
					if r.Status == importer.Refused {
						refused = append(refused, r.Err)
						if r.Class() == "" {
							t.Errorf("refused without a class: %v", r.Err)
						}
					}
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range k.got {
				got = append(got, counted(s))
			}
			if have := strings.Join(got, "\t"); have != rest {
				t.Errorf("got  %s\nwant %s\nrefused %v", have, rest, refused)
			}
			if rest == "" && len(refused) == 0 {
				t.Error("nothing in it and no refusal")
			}
			if rest != "" && sum.Refused > 0 {
				t.Errorf("refused %v", refused)
			}
		})
	}
	if checked < 19 {
		t.Errorf("only %d recordings were there to check", checked)
	}
}

func counted(s *importer.Session) string {
	clicks := 0
	for _, in := range s.Recording.Interactions {
		if in.Kind == recording.Click {
			clicks++
		}
	}
	ms := fmt.Sprintf("%d", s.Recording.Duration/recording.Millisecond)
	return fmt.Sprintf("%d/%d/%s", s.Events, clicks, ms)
}

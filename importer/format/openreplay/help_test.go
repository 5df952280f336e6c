package openreplay

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/importer/format"
)

func limits() format.Limits { return format.DefaultLimits() }

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// part is one file of a session.
type part struct {
	name string
	data []byte
}

func files(parts []part) format.Files {
	var f format.Files
	for _, p := range parts {
		f.Parts = append(f.Parts, format.File{Name: p.name, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(p.data)), nil
		}})
	}
	return f
}

// tryDecode decodes one session.
func tryDecode(t testing.TB, parts []part, l format.Limits) (*format.Session, error) {
	t.Helper()
	var out *format.Session
	for raw, err := range (Decoder{}).Sessions(t.Context(), files(parts), format.Hints{Name: "dom.mobs"}, l) {
		if err != nil {
			return nil, err
		}
		if out != nil {
			t.Fatal("more than one session")
		}
		if out, err = raw.Session(t.Context()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func decode(t testing.TB, parts []part) *format.Session {
	t.Helper()
	s, err := tryDecode(t, parts, limits())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

package rrweb_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
)

func plainFile(tb testing.TB, path string) []byte {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	zr, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	b, err := io.ReadAll(zr)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func decodeAll(tb testing.TB, name string, b []byte) (sessions []*format.Session) {
	tb.Helper()
	for s, err := range (rrweb.Decoder{}).Decode(tb.Context(), bytes.NewReader(b), format.Hints{Name: name}, format.DefaultLimits()) {
		if err != nil {
			tb.Fatal(err)
		}
		sessions = append(sessions, s)
	}
	return sessions
}

func BenchmarkDecode(b *testing.B) {
	b.Run("study", func(b *testing.B) {
		paths, err := filepath.Glob("../../../app/sample/study/*.ndjson.gz")
		if err != nil || len(paths) == 0 {
			b.Fatalf("no recordings: %v", err)
		}
		var files [][]byte
		size := 0
		for _, p := range paths {
			files = append(files, plainFile(b, p))
			size += len(files[len(files)-1])
		}
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			for i, f := range files {
				decodeAll(b, paths[i], f)
			}
		}
	})
	b.Run("big", func(b *testing.B) {
		shared := os.Getenv("HINDSITE_SHARED")
		if shared == "" {
			b.Skip("HINDSITE_SHARED names no folder with the big recording")
		}
		file := plainFile(b, filepath.Join(shared, "corpus", "derived", "big-24k-events.smartx-x21.ndjson.gz"))
		b.SetBytes(int64(len(file)))
		b.ReportAllocs()
		for b.Loop() {
			decodeAll(b, "big", file)
		}
	})
}

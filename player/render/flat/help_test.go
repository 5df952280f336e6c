package flat_test

import (
	"context"
	"os"
	"testing"

	"hindsite.app/importer/format/rrweb/rrwebfile"
	"hindsite.app/player/dom"
	"hindsite.app/player/render"
	"hindsite.app/player/render/flat"
)

// loadPage returns the document at the end of a recording.
func loadPage(t testing.TB, path string) *dom.Document {
	t.Helper()
	recs, err := rrwebfile.Read(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	d := dom.New()
	for _, c := range recs[0].Changes {
		d.Apply(c.Op)
	}
	return d
}

// open returns a session that shows the document.
func open(t testing.TB, d *dom.Document) render.Session {
	t.Helper()
	s, err := flat.New(nil).Open(context.Background(), nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Load(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// shared returns the folder of recordings that are not part of the project.
func shared(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("HINDSITE_SHARED")
	if dir == "" {
		t.Skip("HINDSITE_SHARED is not set: the larger recordings are not there")
	}
	return dir
}

package data

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/data/blob"
	"hindsite.app/player/fault"
)

// found counts in how many files of the library a text lies, whatever its
// case.
func found(t *testing.T, dir, text string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.Contains(bytes.ToLower(b), bytes.ToLower([]byte(text))) || bytes.Contains([]byte(path[len(dir):]), []byte(text)) {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const marker = "Zqxmarker"

// marked returns a session with the marker in every place that is sealed.
func marked(i int) Incoming {
	in := made(i)
	in.Session.Visitor = marker + "visitor"
	in.Session.SourceName = marker + "source"
	in.Session.Signed = marker + "signer"
	in.Session.Attributes[marker+"name"] = "x"
	in.Session.Attributes["plan"] = marker + "value"
	in.Views[0].Title = "Order for " + marker + "title"
	in.Views[0].URL = "https://shop.test/" + marker + "path?q=" + marker + "#" + marker
	in.Parts = append(in.Parts, blob.Part{Name: marker, Data: bytes.Repeat([]byte(marker), 50)},
		blob.Part{Name: "raw", Data: []byte(marker)})
	in.Session.Browser = "Zqxbrowser" // clear: shows that the search finds
	return in
}

func TestNothingSealedLiesOnTheDisk(t *testing.T) {
	l := newLibrary(t)
	ctx := t.Context()
	for i := range 50 {
		put(t, l, marked(i))
	}
	if _, err := l.RecordImport(ctx, Import{Source: marker, Report: []byte(`"` + marker + `"`)}); err != nil {
		t.Fatal(err)
	}
	if n := len(idsOf(t, l, Query{Where: parse(t, "visitor ~ "+marker+"* zqxmarkert")})); n != 50 {
		t.Errorf("%d sessions with the marker", n)
	}
	look := func(when string) {
		t.Helper()
		if n := found(t, l.dir, marker); n != 0 {
			t.Errorf("%s: the marker lies in %d files", when, n)
		}
		if found(t, l.dir, "Zqxbrowser") == 0 {
			t.Errorf("%s: the search does not even find what is clear", when)
		}
	}
	look("open")
	l = reopen(t, l)
	look("closed and opened")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	look("closed")
}

func TestRemovedLeavesNoResidue(t *testing.T) {
	l := newLibrary(t)
	ctx := t.Context()
	for i := range 40 {
		put(t, l, made(i))
	}
	in := marked(99)
	in.Session.ID = "Zqxidentifier"
	in.Views[0].Path = "zqxhost.test/"
	put(t, l, in)
	var sealedKey []byte
	var name string
	err := l.db.write.QueryRowContext(ctx, `SELECT v.dek, v.blob FROM vaults v JOIN sessions s ON s.n = v.n WHERE s.id = ?`, in.Session.ID).Scan(&sealedKey, &name)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{"Zqxidentifier", "zqxhost", "Zqxbrowser", name, string(sealedKey)}
	for _, text := range texts {
		if found(t, l.dir, text) == 0 {
			t.Errorf("%q is not found before the removal", hex.EncodeToString([]byte(text)))
		}
	}
	if err := l.Remove(ctx, in.Session.ID); err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if n := found(t, l.dir, text); n != 0 {
			t.Errorf("%q lies in %d files after the removal", text, n)
		}
	}
	if info, err := os.Stat(l.path(indexName + "-wal")); err == nil && info.Size() != 0 {
		t.Errorf("the log has %d bytes", info.Size())
	}
}

// Cells and blobs that were moved by somebody who can write the files do not
// open in their new place.
func TestMovedCellsDoNotOpen(t *testing.T) {
	swap := func(column string) string {
		return fmt.Sprintf(`UPDATE vaults SET %[1]s = (SELECT o.%[1]s FROM vaults o WHERE o.n = 3 - vaults.n)`, column)
	}
	for name, try := range map[string]struct {
		change string
		read   string
	}{
		"visitor of another":    {swap("visitor"), "session"},
		"attributes of another": {swap("attributes"), "session"},
		"source of another":     {swap("source"), "session"},
		"key of another":        {swap("dek"), "session"},
		"visitor as attributes": {`UPDATE vaults SET attributes = visitor`, "session"},
		"source as visitor":     {`UPDATE vaults SET visitor = source`, "session"},
		"title of another view": {`UPDATE views SET title = (SELECT o.title FROM views o WHERE o.n = views.n AND o.idx = 1 - views.idx)`, "views"},
		"title of another":      {`UPDATE views SET title = (SELECT o.title FROM views o WHERE o.n = 3 - views.n AND o.idx = views.idx)`, "views"},
		"title as address":      {`UPDATE views SET url = title`, "views"},
		"cut title":             {`UPDATE views SET title = x'00'`, "views"},
		"blob of another":       {`UPDATE vaults SET blob = (SELECT o.blob FROM vaults o WHERE o.n = 3 - vaults.n)`, "tracks"},
		"blob outside":          {`UPDATE vaults SET blob = '../../../etc/passwd'`, "tracks"},
		"sessions renamed":      {`UPDATE sessions SET id = 'x' || id`, "renamed"},
	} {
		l := newLibrary(t)
		put(t, l, made(0), made(1))
		if _, err := l.db.write.ExecContext(t.Context(), try.change); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var err error
		switch try.read {
		case "session":
			_, err = l.Session(t.Context(), "s-0000")
		case "renamed":
			_, err = l.Session(t.Context(), "xs-0000")
		case "views":
			_, err = l.Views(t.Context(), "s-0000")
		case "tracks":
			_, err = l.Tracks(t.Context(), "s-0000")
		}
		if fault.Of(err) != fault.Tampered {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSwappedBlobFiles(t *testing.T) {
	l := newLibrary(t)
	put(t, l, made(0), made(1))
	files, err := filepath.Glob(l.path(blobsName, "*", "*"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	for _, move := range [][2]string{{files[0], files[0] + "x"}, {files[1], files[0]}, {files[0] + "x", files[1]}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"s-0000", "s-0001"} {
		if _, err := l.Tracks(t.Context(), id); fault.Of(err) != fault.Tampered {
			t.Errorf("%s: %v", id, err)
		}
	}
	if err := os.Truncate(files[0], 100); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(files[1]); err != nil {
		t.Fatal(err)
	}
	classes := map[fault.Class]int{}
	for _, id := range []string{"s-0000", "s-0001"} {
		classes[fault.Of(second(l.Tracks(t.Context(), id)))]++
	}
	if classes[fault.Tampered]+classes[fault.Truncated] != 1 || classes[fault.Storage] != 1 {
		t.Errorf("a cut and a missing blob: %v", classes)
	}
}

package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"hindsite.app/importer/format/rrweb/rrwebfile"
	"hindsite.app/player/render/fidelity"
	"hindsite.app/player/render/flat"
	"hindsite.app/player/replay"
)

// The two pages that are always there are held to a floor well below what is
// reached: whoever breaks the layout hears of it at once.
func TestFloor(t *testing.T) {
	f := folders{shared: filepath.Join("..", "..", "player", "render", "flat", "testdata")}
	b := &bench{subject: flat.New(nil)}
	pages := 0
	err := f.each(t.Context(), setPages, func(s *subject) error {
		results, err := b.measure(t.Context(), s)
		if err != nil {
			return err
		}
		if len(results) != 1 || results[0].Live == nil {
			t.Fatalf("%s: %+v", s.name, results)
		}
		pages++
		got := results[0].Live
		t.Logf("%s %+v", s.name, *got)
		if got.Elements < 300 || got.IoU < 0.95 || got.Near < 0.95 || got.Relative < 0.95 || got.Missing > 0 || got.Extra > 0 {
			t.Errorf("%s is too far from the live page: %+v", s.name, *got)
		}
		if c := results[0].Clicks; c == nil || c.All < 10 || c.Share() < 0.9 {
			t.Errorf("%s: too few clicks are in their targets: %+v", s.name, c)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if pages != 2 {
		t.Errorf("%d pages were measured, want 2", pages)
	}
}

// Clicks of a few sessions of the sample study.
func TestClickFloor(t *testing.T) {
	var all fidelity.Clicks
	for _, name := range []string{"s-0014", "s-0079", "s-0095"} {
		recs, err := rrwebfile.Read(t.Context(), filepath.Join("..", "sample", "study", name+".ndjson.gz"))
		if err != nil {
			t.Fatal(err)
		}
		tracks, chunks, err := replay.FromRecording(recs[0])
		if err != nil {
			t.Fatal(err)
		}
		n, err := fidelity.CountClicks(t.Context(), &tracks, chunks, flat.New(nil), nil)
		if err != nil {
			t.Fatal(err)
		}
		all.Add(n)
	}
	t.Logf("%+v", all)
	if all.All < 50 || all.Share() < 0.95 {
		t.Errorf("too few clicks are in their targets: %+v", all)
	}
}

// Nothing of a single unseen page is told unless it is asked for.
func TestUnseenStaysUnseen(t *testing.T) {
	dir := t.TempDir()
	pages := filepath.Join("..", "..", "player", "render", "flat", "testdata", "pages")
	tell := func(what string) (string, []string) {
		var out bytes.Buffer
		o := options{folders: folders{unseen: pages}, out: dir, sets: setUnseen, page: "tailwind", seen: what}
		if err := run(context.Background(), o, &out); err != nil {
			t.Fatal(err)
		}
		written, err := filepath.Glob(filepath.Join(dir, "*.png"))
		if err != nil {
			t.Fatal(err)
		}
		report, err := rrwebfile.Bytes(filepath.Join(dir, "fidelity.json"))
		if err != nil {
			t.Fatal(err)
		}
		return out.String() + string(report), written
	}
	text, pictures := tell("mean")
	if strings.Contains(text, "tailwind") || len(pictures) > 0 {
		t.Errorf("the page is named or drawn: %v\n%s", pictures, text)
	}
	if !strings.Contains(text, `"set": "unseen"`) || !strings.Contains(text, "IoU on unseen") {
		t.Errorf("its mean is not told:\n%s", text)
	}
	text, pictures = tell("pages")
	if !strings.Contains(text, "unseen tailwind") || len(pictures) != 1 {
		t.Errorf("the page is not named or not drawn: %v\n%s", pictures, text)
	}
}

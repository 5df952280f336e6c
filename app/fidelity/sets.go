package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hindsite.app/importer/format/rrweb/rrwebfile"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/fidelity"
	"hindsite.app/player/replay"
)

// The sets.
const (
	setPages  = "pages"  // recorded pages with the boxes of the live page
	setCorpus = "corpus" // real recordings, at some moments of each
	setStudy  = "study"  // sessions with clicks
	setUnseen = "unseen" // as pages; nobody develops with them
)

var allSets = []string{setPages, setUnseen, setCorpus, setStudy}

// folders says where the sets are. What is empty is left out.
type folders struct{ shared, unseen string }

// subject is one recording to measure.
type subject struct {
	set, name string
	rec       *recording.Recording
	tracks    replay.Tracks
	chunks    replay.Memory
	moments   []recording.Time // at which to draw it; none when its clicks are all
	live      fidelity.Boxes   // of the live page at the only moment; nil when not known
	picture   image.Image      // of the live page at that moment; nil when not known
}

// each calls visit with the subjects of a set, one at a time.
func (f folders) each(ctx context.Context, set string, visit func(*subject) error) error {
	files, err := f.files(set)
	if err != nil {
		return fmt.Errorf("find set %s: %w", set, err)
	}
	for _, file := range files {
		recs, err := rrwebfile.Read(ctx, file)
		if err != nil {
			if set == setCorpus && ctx.Err() == nil {
				continue // fixtures that hold no session
			}
			return err
		}
		for i, rec := range recs {
			s := &subject{set: set, name: f.name(set, file), rec: rec}
			if i > 0 {
				s.name = fmt.Sprintf("%s#%d", s.name, i+1)
			}
			if s.tracks, s.chunks, err = replay.FromRecording(rec); err != nil {
				return fmt.Errorf("read %s: %w", s.name, err)
			}
			if err := s.choose(file); err != nil {
				return err
			}
			if err := visit(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// files returns the recordings of a set.
func (f folders) files(set string) (files []string, err error) {
	switch {
	case set == setUnseen && f.unseen != "":
		files, err = filepath.Glob(filepath.Join(f.unseen, "*.json.gz"))
		files = slices.DeleteFunc(files, func(s string) bool { return strings.HasSuffix(s, boxesSuffix+".gz") })
	case f.shared == "":
	case set == setPages:
		files, err = filepath.Glob(filepath.Join(f.shared, "pages", "*.json.gz"))
	case set == setStudy:
		files, err = filepath.Glob(filepath.Join(f.shared, "study", "sessions", "*.ndjson"))
	case set == setCorpus:
		err = filepath.WalkDir(filepath.Join(f.shared, "corpus", "recordings"), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasPrefix(filepath.Ext(path), ".json") {
				files = append(files, path)
			}
			return err
		})
	}
	slices.Sort(files)
	return files, err
}

// name returns what a recording is called: its file, with the folder of its
// origin where files of several are together.
func (f folders) name(set, file string) string {
	base := filepath.Base(file)
	if dot := strings.IndexByte(base, '.'); dot > 0 {
		base = base[:dot]
	}
	if set != setCorpus {
		return base
	}
	rel, err := filepath.Rel(filepath.Join(f.shared, "corpus", "recordings"), file)
	if err != nil {
		return base
	}
	return strings.Split(filepath.ToSlash(rel), "/")[0] + "/" + base
}

const boxesSuffix = ".live-boxes.json"

// choose sets the moments to draw, and reads what is known of the live page.
func (s *subject) choose(file string) error {
	switch s.set {
	case setPages, setUnseen:
		s.moments = []recording.Time{s.rec.Duration}
	case setCorpus:
		s.moments = slices.Compact([]recording.Time{s.rec.Duration / 3, s.rec.Duration * 2 / 3, s.rec.Duration})
		return nil
	case setStudy:
		return nil
	}
	stem := strings.TrimSuffix(file, ".json.gz")
	for _, name := range []string{stem + boxesSuffix, stem + boxesSuffix + ".gz"} {
		b, err := rrwebfile.Bytes(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if s.live, err = fidelity.ParseBoxes(b); err != nil {
			return fmt.Errorf("read %s: %w", s.name, err)
		}
	}
	f, err := os.Open(stem + ".live.png")
	if err != nil {
		return nil
	}
	defer f.Close()
	if s.picture, err = png.Decode(f); err != nil {
		return fmt.Errorf("read picture of %s: %w", s.name, err)
	}
	return nil
}

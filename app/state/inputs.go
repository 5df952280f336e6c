package state

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"hindsite.app/importer"
	"hindsite.app/importer/format/group"
	"hindsite.app/player/fault"
)

// recordingEndings are the names by which files in a folder are taken for
// recordings or archives. A file that is named itself is always tried.
var recordingEndings = []string{".json", ".jsonl", ".ndjson", ".js", ".gz", ".zst", ".zlib", ".zip", ".age", ".tar", ".tgz", ".br", ".bin", ".mob", ".mobs", ".jwe", ".seal"}

// inputs lists what the paths hold: files as they are, folders with everything
// below them that could be a recording, in the order of their names. The files
// of one recording come as one, and so do its sealed pieces.
func inputs(paths []string) ([]importer.Input, error) {
	var out []foundInput
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, fault.New(fault.Storage, "find %s: %w", filepath.Base(p), unwrapPath(err))
		}
		if !info.IsDir() {
			out = append(out, foundInput{p, fileInput(p, filepath.Base(p), info.Size())})
			continue
		}
		found, err := folderInputs(p)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return joinBatches(joinParts(out)), nil
}

func folderInputs(dir string) ([]foundInput, error) {
	var out []foundInput
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && p != dir {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || !couldBeRecording(d.Name()) && !group.Belongs(filepath.ToSlash(p)) {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		shown, err := filepath.Rel(dir, p)
		if err != nil {
			shown = d.Name()
		}
		out = append(out, foundInput{p, fileInput(p, filepath.ToSlash(shown), info.Size())})
		return nil
	})
	if err != nil {
		return nil, fault.New(fault.Storage, "read folder %s: %w", filepath.Base(dir), unwrapPath(err))
	}
	return out, nil
}

func couldBeRecording(name string) bool {
	name = strings.ToLower(name)
	for _, e := range recordingEndings {
		if strings.HasSuffix(name, e) {
			return true
		}
	}
	return false
}

// comesAlone reports whether a file that arrives can be imported by itself: of
// a recording that is stored in several nobody says when the last is there.
func comesAlone(name string) bool { return couldBeRecording(name) && !group.IsPart(name) }

func fileInput(path, shown string, size int64) importer.Input {
	return importer.Input{Name: shown, Size: size, Open: func() (importer.Source, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, unwrapPath(err)
		}
		return f, nil
	}}
}

// unwrapPath leaves out the full path of an error about a file.
func unwrapPath(err error) error {
	if pe, ok := err.(*fs.PathError); ok {
		return fmt.Errorf("%s: %w", pe.Op, pe.Err)
	}
	return err
}

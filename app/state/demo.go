package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"hindsite.app/app/sample"
	"hindsite.app/importer"
	"hindsite.app/importer/envelope"
	"hindsite.app/importer/source"
	"hindsite.app/importer/source/loopback"
	"hindsite.app/player/fault"
)

// Demo is a finished demonstration: a library with the sample study in it.
type Demo struct {
	Dir      string // folder with everything
	Key      string // file of the user key
	Archive  string // downloaded archive
	Library  string // folder of the library
	Imported ImportSummary
}

// demoMark is a file by which a folder is known to be a demo's own.
const demoMark = "hindsite-demo"

// RunDemo goes the whole way with the sample study: makes a user key, packs the
// study for it, serves the archive on this machine, downloads it as a user
// would, and imports it into a new library in dir. What an earlier demo left
// in dir is removed; any other content is refused. say is told each step.
func RunDemo(ctx context.Context, dir string, d Deps, say func(string)) (Demo, error) {
	if err := clearDemo(dir); err != nil {
		return Demo{}, err
	}
	demo := Demo{Dir: dir, Key: filepath.Join(dir, "key.txt"), Library: filepath.Join(dir, "library")}
	recipient, err := NewKey(demo.Key, false, d.Now())
	if err != nil {
		return demo, err
	}
	say("made a user key: " + recipient)
	served := filepath.Join(dir, "origin")
	if err := os.MkdirAll(served, 0o700); err != nil {
		return demo, fault.New(fault.Storage, "make folder: %w", unwrapPath(err))
	}
	const name = "nordhem.sessions.zip.age"
	packed, err := packSample(ctx, recipient, filepath.Join(served, name), d)
	if err != nil {
		return demo, err
	}
	say(fmt.Sprintf("packed %d sessions into an encrypted archive of %d KB", packed.Sessions, packed.Bytes/1000))
	if demo.Archive, err = downloadDemo(ctx, served, name, filepath.Join(dir, "downloads"), d, say); err != nil {
		return demo, err
	}
	l, err := OpenLibrary(ctx, demo.Library, Credential{KeyFile: demo.Key}, d)
	if err != nil {
		return demo, err
	}
	demo.Imported, err = l.Import(ctx, []string{demo.Archive}, ImportOptions{})
	say(fmt.Sprintf("imported %d sessions with %d events; %d typed values masked, %d echoes of them found and masked",
		demo.Imported.Imported, demo.Imported.Events, demo.Imported.Masked.Values, demo.Imported.Masked.Echoes))
	return demo, errors.Join(err, l.Close())
}

func downloadDemo(ctx context.Context, served, name, to string, d Deps, say func(string)) (string, error) {
	origin, err := loopback.Serve(ctx, served, []string{name}, d.Now())
	if err != nil {
		return "", err
	}
	defer origin.Close()
	say("serving it at " + origin.URL)
	if err := os.MkdirAll(to, 0o700); err != nil {
		return "", fault.New(fault.Storage, "make folder: %w", unwrapPath(err))
	}
	var last source.Progress
	got, err := Download(ctx, DownloadOptions{URL: origin.URL, Dir: to, Progress: func(_ int, p source.Progress) { last = p }})
	if err != nil {
		return "", err
	}
	if len(got) != 1 {
		return "", fault.New(fault.Server, "download demo: %d archives in the feed, not one", len(got))
	}
	if got[0].Err != nil {
		return "", got[0].Err
	}
	say("downloaded " + filepath.Base(got[0].File) + " (" + last.String() + ")")
	return got[0].File, nil
}

// clearDemo empties the folder of an earlier demo.
func clearDemo(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Storage, "prepare demo: %w", unwrapPath(err))
	}
	if len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(dir, demoMark)); err != nil {
			return fault.New(fault.Duplicate, "prepare demo: the folder holds something else")
		}
		if err := os.RemoveAll(dir); err != nil {
			return fault.New(fault.Storage, "prepare demo: %w", unwrapPath(err))
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.New(fault.Storage, "prepare demo: %w", unwrapPath(err))
	}
	if err := os.WriteFile(filepath.Join(dir, demoMark), []byte("made by hindsite demo; removed by the next\n"), 0o600); err != nil {
		return fault.New(fault.Storage, "prepare demo: %w", unwrapPath(err))
	}
	return nil
}

// packSample packs the sessions that the program carries.
func packSample(ctx context.Context, recipient, out string, d Deps) (Packed, error) {
	var ins []importer.Input
	names, err := fs.Glob(sample.Study, "study/*.gz")
	if err != nil {
		return Packed{}, fmt.Errorf("list sample: %w", err)
	}
	for _, name := range names {
		b, err := sample.Study.ReadFile(name)
		if err != nil {
			return Packed{}, fmt.Errorf("read sample: %w", err)
		}
		ins = append(ins, importer.Input{Name: filepath.Base(name), Size: int64(len(b)), Open: func() (importer.Source, error) {
			return memorySource{strings.NewReader(string(b))}, nil
		}})
	}
	r, err := envelope.ParseRecipient(recipient)
	if err != nil {
		return Packed{}, err
	}
	to := packTarget{[]age.Recipient{r}, envelope.Info{Producer: producer(d)}}
	return packInputs(ctx, ins, to, PackOptions{Out: out}, d)
}

// memorySource is a file that is in memory.
type memorySource struct{ *strings.Reader }

// Close does nothing.
func (memorySource) Close() error { return nil }

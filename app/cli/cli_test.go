package cli_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"hindsite.app/app/cli"
	"hindsite.app/app/sample"
	"hindsite.app/app/state"
	"hindsite.app/player/render/flat"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hindsite": func() {
		os.Exit(cli.Run(context.Background(), cli.Program{
			Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.Getenv,
			Deps:   state.Deps{Now: time.Now, Renderer: flat.New(nil), Version: "test"},
			Window: func(context.Context, cli.Window) error { return nil },
		}))
	}})
}

// Each script goes through one part of the contract, with the sample study in
// $STUDY and a recording of somebody else in $CORPUS.
func TestScripts(t *testing.T) {
	corpus, err := filepath.Abs("../../importer/testdata/corpus")
	if err != nil {
		t.Fatal(err)
	}
	mobs, err := filepath.Abs("../../importer/format/openreplay/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			study := filepath.Join(e.WorkDir, "study")
			if err := unpack(study, "s-0003", "s-0005", "s-0007", "s-0048", "s-0056"); err != nil {
				return err
			}
			e.Setenv("STUDY", study)
			e.Setenv("CORPUS", corpus)
			e.Setenv("MOBS", mobs)
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, ".config"))
			return nil
		},
	})
}

func unpack(dir string, ids ...string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, id := range ids {
		in, err := sample.Study.Open("study/" + id + ".ndjson.gz")
		if err != nil {
			return err
		}
		b, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, id+".ndjson.gz"), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

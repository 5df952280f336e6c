// Command fidelity measures how near Hindsite's own engine comes to the pages
// that were recorded and to Chromium: boxes of elements, pictures, clicks. It is
// a tool of those who develop the engine; “make fidelity” runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/render/chromium"
	"hindsite.app/player/render/fidelity"
	"hindsite.app/player/render/flat"
)

// options are the flags.
type options struct {
	folders
	out    string
	sets   string
	page   string
	seen   string // what to tell of the unseen set: mean or pages
	oracle bool
	worst  int
	fine   bool
	fonts  string
}

func main() {
	var o options
	flag.StringVar(&o.shared, "shared", os.Getenv("HINDSITE_SHARED"), "folder that holds pages/, corpus/ and study/")
	flag.StringVar(&o.folders.unseen, "unseen", "player/render/fidelity/testdata/unseen", "folder of the unseen set")
	flag.StringVar(&o.out, "out", "out/fidelity", "folder to write figures and pictures to")
	flag.StringVar(&o.sets, "sets", strings.Join(allSets, ","), "which sets")
	flag.StringVar(&o.page, "page", "", "only recordings of this name")
	flag.StringVar(&o.seen, "tell", "mean", "what to tell of the unseen set: mean, or pages")
	flag.BoolVar(&o.oracle, "chromium", true, "also compare with Chromium, where it is found")
	flag.IntVar(&o.worst, "worst", 0, "name so many elements that are in the wrong place, and clicks beside their target")
	flag.StringVar(&o.fonts, "fonts", "player/render/fidelity/testdata/fonts.conf", "fontconfig file that gives Chromium the engine's fonts")
	flag.BoolVar(&o.fine, "fine", false, "with -worst: also those that are only a little off")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fidelity:", err)
		os.Exit(1)
	}
}

// run measures and reports.
func run(ctx context.Context, o options, w io.Writer) (err error) {
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	b := &bench{subject: flat.New(nil)}
	if exact := o.chromium(w); exact != nil {
		b.oracle = exact
		defer func() { err = errors.Join(err, exact.Close()) }()
	}
	results, err := o.measure(ctx, b, w)
	if err != nil {
		return err
	}
	sets, clicks := summarise(results)
	totals(w, sets, clicks)
	if o.seen != setPages {
		results = hidden(results)
	}
	rep := report{Renderer: b.subject.Caps().Name, Sets: sets, Results: results}
	if b.oracle != nil {
		rep.Oracle = b.oracle.Caps().Name
	}
	f, err := os.Create(filepath.Join(o.out, "fidelity.json"))
	if err != nil {
		return err
	}
	return errors.Join(rep.write(f), f.Close())
}

// measure goes through the sets and prints a row for each state that may be
// looked at.
func (o *options) measure(ctx context.Context, b *bench, w io.Writer) ([]result, error) {
	var results []result
	header(w)
	for _, set := range allSets {
		if !slices.Contains(strings.Split(o.sets, ","), set) {
			continue
		}
		secret := set == setUnseen && o.seen != setPages
		b.seen, b.missed = nil, nil
		if !secret {
			b.seen = func(s *subject, r result, d *dom.Document, ours, exact *drawn) error {
				return o.show(ctx, w, s, r, d, ours, exact)
			}
			b.missed = func(s *subject, m fidelity.Miss) { o.miss(w, s, m) }
		}
		err := o.each(ctx, set, func(s *subject) error {
			if o.page != "" && s.name != o.page {
				return nil
			}
			rs, err := b.measure(ctx, s)
			results = append(results, rs...)
			if !secret {
				for i := range rs {
					row(w, &rs[i])
				}
			}
			return err
		})
		if err != nil {
			return results, err
		}
	}
	return results, nil
}

// show writes the picture of a state and what is in the wrong place.
func (o *options) show(ctx context.Context, w io.Writer, s *subject, r result, d *dom.Document, ours, exact *drawn) error {
	if o.worst > 0 {
		reference := s.live
		if reference == nil && exact != nil {
			reference = exact.boxes
		}
		worst(w, d, reference, ours.boxes, o.fine, o.worst)
	}
	return sheet(ctx, o.out, r, ours, exact)
}

func (o *options) miss(w io.Writer, s *subject, m fidelity.Miss) {
	if o.worst > 0 {
		fmt.Fprintf(w, "  %s %s: click at %.0f, %.0f beside its <%s> at %s\n", s.name, m.At, m.X, m.Y, m.Tag, place(m.Box))
	}
}

// chromium returns the oracle, or nil when it is not wanted or there is none on
// this machine. The caller closes it.
func (o *options) chromium(w io.Writer) *chromium.Backend {
	if !o.oracle {
		return nil
	}
	if abs, err := filepath.Abs(o.fonts); err == nil {
		o.fonts = abs
	}
	if _, err := chromium.Find(""); err != nil {
		fmt.Fprintf(w, "not compared with Chromium: %v\n", err)
		return nil
	}
	// The browser inherits it. Where there is no fontconfig, it means nothing.
	if err := os.Setenv("FONTCONFIG_FILE", o.fonts); err != nil {
		fmt.Fprintf(w, "Chromium draws with fonts of this machine: %v\n", err)
	}
	return chromium.New(chromium.Options{})
}

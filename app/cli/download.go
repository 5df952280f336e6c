package cli

import (
	"context"
	"fmt"
	"os"

	humanize "github.com/dustin/go-humanize"

	"hindsite.app/app/state"
	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

func (c *command) runDownload(ctx context.Context, url, to string, parallel int) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return fault.New(fault.Storage, "make folder: %w", err)
	}
	var names []string
	got, err := state.Download(ctx, state.DownloadOptions{
		URL: url, Dir: to, Parallel: parallel,
		Listed: func(n []string) { names = n },
		Progress: func(n int, p source.Progress) {
			if !c.json {
				fmt.Fprintf(c.Err, "\r%s: %s\033[K", oneLine(names[n], 40), p)
			}
		},
	})
	if !c.json && len(got) > 0 {
		fmt.Fprintln(c.Err)
	}
	failed := 0
	for _, d := range got {
		if d.Err != nil {
			failed++
			if d.Problem != nil {
				fmt.Fprintf(c.Err, "%s: %s %s (%v)\n", d.URL, d.Problem.Sentence, d.Problem.Hint, d.Err)
			}
			continue
		}
		if c.json {
			if err := c.line(d); err != nil {
				return err
			}
			continue
		}
		resumed := ""
		if d.ResumedFrom > 0 {
			resumed = ", of which " + humanize.Bytes(uint64(d.ResumedFrom)) + " were there"
		}
		c.say("%s: %s%s", d.File, humanize.Bytes(uint64(d.Bytes)), resumed)
	}
	if err != nil {
		return err
	}
	if failed > 0 {
		return refusedError{failed}
	}
	return nil
}

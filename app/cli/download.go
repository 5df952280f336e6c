package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	humanize "github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"hindsite.app/app/state"
	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

// downloadOptions are the flags of “download”.
type downloadOptions struct {
	to       string
	parallel int
	rate     string
}

func (c *command) download() *cobra.Command {
	var o downloadOptions
	cmd := &cobra.Command{
		Use: "download ADDRESS --to DIR", Short: "Fetch an archive, or all of a feed or bucket; goes on where it stopped",
		Long: `Fetches archives from https://…, s3://bucket/prefix/, a feed (index.json) or a
folder. With a library, the credentials of its origins and its pinned keys are
used, and a list that is older than the one before is refused.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.to == "" {
				return usageError{errors.New("name the folder: --to DIR")}
			}
			return c.runDownload(cmd.Context(), args[0], o)
		},
	}
	cmd.Flags().StringVar(&o.to, "to", "", "folder to put archives into")
	cmd.Flags().IntVar(&o.parallel, "parallel", 3, "downloads at a time")
	cmd.Flags().StringVar(&o.rate, "limit-rate", "", "most that all downloads together take a second, such as 500kB")
	return cmd
}

// fetch downloads with the library's help where there is one that opens.
func (c *command) fetch(ctx context.Context, o state.DownloadOptions) (got []state.Downloaded, err error) {
	dir, err := c.libraryDir()
	if err != nil || !state.LibraryExists(dir) {
		o.Source = c.network(o.Source.Throttle)
		return state.Download(ctx, o)
	}
	cred, err := c.credential()
	if err != nil {
		return nil, err
	}
	if cred == (state.Credential{}) {
		o.Source = c.network(o.Source.Throttle)
		return state.Download(ctx, o)
	}
	l, err := state.OpenLibrary(ctx, dir, cred, c.Deps)
	if fault.Of(err) == fault.Locked {
		fmt.Fprintln(c.Err, "the library is open elsewhere: its credentials and its memory of lists are not used")
		o.Source = c.network(o.Source.Throttle)
		return state.Download(ctx, o)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	return l.Download(ctx, o)
}

func (c *command) network(t *source.Throttle) source.Options {
	o := c.Deps.Network
	o.Throttle = t
	return o
}

// rate reads a number of bytes a second; "" is no bound.
func rate(text string) (*source.Throttle, error) {
	if text == "" {
		return nil, nil
	}
	n, err := humanize.ParseBytes(text)
	if err != nil || n == 0 || n > 1<<40 {
		return nil, usageError{errors.New("--limit-rate takes a number of bytes a second, such as 500kB")}
	}
	return source.NewThrottle(int64(n), nil), nil
}

func (c *command) runDownload(ctx context.Context, url string, o downloadOptions) error {
	throttle, err := rate(o.rate)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.to, 0o700); err != nil {
		return fault.New(fault.Storage, "make folder: %w", err)
	}
	var names []string
	got, err := c.fetch(ctx, state.DownloadOptions{
		URL: url, Dir: o.to, Parallel: o.parallel, Source: source.Options{Throttle: throttle},
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

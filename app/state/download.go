package state

import (
	"context"
	"path/filepath"
	"strings"

	"hindsite.app/importer/source"
)

// DownloadOptions says what to fetch and where to.
type DownloadOptions struct {
	URL      string // an archive, a feed, a folder or a file
	Dir      string
	Parallel int // at a time; 0 means 3
	// Listed is told which archives there are; Progress how far each is, by its
	// number. Neither is called twice at a time.
	Listed   func(names []string)
	Progress func(n int, p source.Progress)
	// Source holds what belongs to the origin, such as credentials.
	Source source.Options
}

// Downloaded is an archive that was fetched, or was not.
type Downloaded struct {
	URL         string   `json:"url"`
	File        string   `json:"file"`
	Bytes       int64    `json:"bytes"`
	ResumedFrom int64    `json:"resumed_from"`
	Problem     *Problem `json:"-"`
	Err         error    `json:"-"`
}

// Download fetches the archives of an address into a folder, several at a
// time. A download that was stopped goes on where it was. The error says that
// nothing could be listed; failures of single archives are in their results.
func Download(ctx context.Context, o DownloadOptions) ([]Downloaded, error) {
	src, err := source.Parse(o.URL, o.Source)
	if err != nil {
		return nil, err
	}
	entries, err := src.List(ctx)
	if err != nil {
		return nil, err
	}
	return o.fetch(ctx, visited{src, entries})
}

// Download is Download with the credentials that the library has for the
// address, its pinned keys, and its memory of lists. Of o.Source only the
// throttle is used.
func (l *Library) Download(ctx context.Context, o DownloadOptions) ([]Downloaded, error) {
	there, err := l.visit(ctx, o.URL, o.Source.Throttle)
	if err != nil {
		return nil, err
	}
	return o.fetch(ctx, there)
}

// fetch brings what is there.
func (o DownloadOptions) fetch(ctx context.Context, there visited) ([]Downloaded, error) {
	if o.Parallel <= 0 {
		o.Parallel = 3
	}
	jobs := make([]source.Job, len(there.entries))
	names := make([]string, len(there.entries))
	for i, e := range there.entries {
		jobs[i] = source.Job{Source: there.source, Entry: e, Dir: o.Dir}
		names[i] = e.Name
	}
	if o.Listed != nil {
		o.Listed(names)
	}
	var out []Downloaded
	for _, r := range source.FetchAll(ctx, jobs, o.Parallel, o.Progress) {
		d := Downloaded{URL: r.Result.URL, File: r.Result.File, Bytes: r.Result.Bytes, ResumedFrom: r.Result.ResumedFrom, Err: r.Err, Problem: Explain(r.Err)}
		if d.URL == "" {
			d.URL = withoutQuery(r.Job.Entry.URL)
		}
		if d.File == "" {
			d.File = filepath.Join(o.Dir, r.Job.Entry.Name)
		}
		out = append(out, d)
	}
	return out, ctx.Err()
}

func withoutQuery(u string) string {
	u, _, _ = strings.Cut(u, "?")
	return u
}

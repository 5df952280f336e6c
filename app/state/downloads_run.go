package state

import (
	"context"
	"fmt"
	"os"
	"slices"

	"hindsite.app/importer/source"
)

// kick starts what waits, as far as there is room. It needs the lock.
func (d *Downloads) kick() {
	free := parallelDownloads
	for _, item := range d.items {
		if item.gone != nil {
			free--
		}
	}
	for _, item := range d.items {
		if free > 0 && item.State == DownloadWaiting && item.gone == nil && d.ctx.Err() == nil {
			free--
			d.start(item)
		}
	}
}

// start needs the lock.
func (d *Downloads) start(item *download) {
	ctx, cancel := context.WithCancel(d.ctx)
	gone := make(chan struct{})
	item.cancel, item.gone = cancel, gone
	d.set(item, DownloadRunning)
	d.running.Go(func() {
		defer cancel()
		r, err := d.fetch(ctx, item)
		d.mu.Lock()
		defer d.mu.Unlock()
		item.cancel, item.gone = nil, nil
		close(gone)
		d.ended(item, r, err)
		d.kick()
		d.tell()
	})
}

// set changes the state of an item and keeps it. It needs the lock.
func (d *Downloads) set(item *download, s DownloadState) {
	item.State = s
	if s == DownloadPaused && item.cancel != nil {
		item.cancel()
	}
	d.keep(item)
}

// keep stores an item. When it cannot, the queue is right until the library is
// closed; the next change tries again.
func (d *Downloads) keep(item *download) {
	k := &item.kept
	k.State, k.Bytes, k.Ended, k.Result, k.Class, k.Detail = item.State, item.Progress.Bytes, item.Ended, item.Result, "", ""
	if item.Problem != nil {
		k.Class, k.Detail = item.Problem.Class, item.Problem.Detail
	}
	_, _ = putRecord(context.WithoutCancel(d.ctx), d.library.data, downloadKind, item.ID, item.Added, *k)
}

// fetch brings one archive, without the lock.
func (d *Downloads) fetch(ctx context.Context, item *download) (source.Result, error) {
	if info, err := os.Stat(item.File); item.kept.Fetched && err == nil {
		return source.Result{File: item.File, Bytes: info.Size(), ResumedFrom: info.Size()}, nil
	}
	o, err := d.library.sourceOptions(ctx, item.kept.Address)
	if err != nil {
		return source.Result{}, err
	}
	o.Throttle = d.throttle
	src, err := source.Parse(item.kept.Address, o)
	if err != nil {
		return source.Result{}, err
	}
	return src.Fetch(ctx, item.kept.Entry, item.kept.Dir, func(p source.Progress) {
		d.mu.Lock()
		item.Progress = p
		d.mu.Unlock()
		d.tell()
	})
}

// ended takes the outcome of a fetch. It needs the lock.
func (d *Downloads) ended(item *download, r source.Result, err error) {
	switch {
	case !slices.Contains(d.items, item):
		return // removed meanwhile
	case item.State != DownloadRunning && (err != nil || item.State != DownloadPaused):
		return // paused meanwhile, and the last byte was not there first
	case err != nil && d.ctx.Err() != nil:
		item.State = DownloadWaiting // the program ends
		d.keep(item)
		return
	case err != nil:
		item.Ended, item.Problem = d.library.deps.Now().UTC(), Explain(err)
		d.set(item, DownloadFailed)
		return
	}
	item.File, item.Progress = r.File, source.Progress{Bytes: r.Bytes, Total: r.Bytes}
	item.kept.Fetched = true
	if !item.Import {
		item.Ended = d.library.deps.Now().UTC()
		d.set(item, DownloadDone)
		d.shorten()
		return
	}
	d.set(item, DownloadImporting)
	d.running.Go(func() { d.importItem(item) })
}

// importItem takes a fetched archive into the library.
func (d *Downloads) importItem(item *download) {
	result, problem := d.library.importArrived(d.ctx, item.File)
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.tell()
	if d.ctx.Err() != nil {
		item.State = DownloadWaiting // the file is there: it is imported next time
		d.keep(item)
		return
	}
	item.Ended, item.Result, item.Problem = d.library.deps.Now().UTC(), result, problem
	if item.Problem != nil {
		d.set(item, DownloadFailed)
		return
	}
	d.set(item, DownloadDone)
	d.shorten()
}

// shorten forgets the oldest of a long history. It needs the lock.
func (d *Downloads) shorten() {
	ended := 0
	for _, item := range d.items {
		if item.State.Ended() {
			ended++
		}
	}
	for _, item := range append([]*download(nil), d.items...) {
		if ended <= keptDownloads {
			return
		}
		if item.State.Ended() {
			ended--
			_ = d.forget(item) // it is tried again with the next
		}
	}
}

// String says what an import came to: "12 imported, 1 refused".
func (s ImportSummary) String() string {
	text := fmt.Sprintf("%d imported", s.Imported)
	for _, part := range []struct {
		n    int
		what string
	}{{s.Present, "there already"}, {s.Refused, "refused"}, {s.Erased, "erased before"}} {
		if part.n > 0 {
			text += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	return text
}

package state

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

// DownloadState says where a download is.
type DownloadState string

// The states.
const (
	DownloadWaiting   DownloadState = "waiting"
	DownloadRunning   DownloadState = "running"
	DownloadPaused    DownloadState = "paused"
	DownloadImporting DownloadState = "importing"
	DownloadDone      DownloadState = "done"
	DownloadFailed    DownloadState = "failed"
)

// Ended reports whether nothing more will happen by itself.
func (s DownloadState) Ended() bool { return s == DownloadDone || s == DownloadFailed }

// Transfer is one archive of the queue, or of the history, as it is now.
type Transfer struct {
	ID       string
	Name     string
	Address  string // without query
	File     string // where it is, or will be
	State    DownloadState
	Progress source.Progress
	Added    time.Time
	Ended    time.Time // zero while it has not
	Import   bool      // into the library once it is there
	Result   string    // what the import came to; "" without one
	Problem  *Problem  // why it failed
}

// Downloads is the queue of a library: what is being fetched, waits, is paused,
// and what was. It outlives the program: what was not done goes on when the
// library is opened again. Its methods may be called from several goroutines.
type Downloads struct {
	news // that Items would return something else

	library  *Library
	throttle *source.Throttle

	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu    sync.Mutex
	items []*download // in the order in which they were added
	limit int64
}

// download is one item of the queue.
type download struct {
	Transfer
	kept   downloadRecord
	cancel context.CancelFunc // of what is going on; nil when nothing is
	gone   chan struct{}      // closed when that has ended
}

// downloadRecord is what the library keeps of a download.
type downloadRecord struct {
	Address string        `json:"address"` // that was asked for, with its query
	Entry   source.Entry  `json:"entry"`
	Dir     string        `json:"dir"`
	Import  bool          `json:"import,omitempty"`
	Fetched bool          `json:"fetched,omitempty"` // the file is there; only its import is left
	State   DownloadState `json:"state"`
	Bytes   int64         `json:"bytes"`
	Ended   time.Time     `json:"ended,omitzero"`
	Result  string        `json:"result,omitempty"`
	Class   fault.Class   `json:"class,omitempty"`
	Detail  string        `json:"detail,omitempty"`
}

const (
	downloadKind = "download"
	settingKind  = "setting"
	limitSetting = "download limit"

	parallelDownloads = 3
	keptDownloads     = 500 // of the history
)

type limitRecord struct {
	BytesPerSecond int64 `json:"bytes_per_second"`
}

// OpenDownloads reads the queue and goes on with it. The caller closes it
// before the library.
func (l *Library) OpenDownloads(ctx context.Context) (*Downloads, error) {
	items, err := recordsOf[downloadRecord](ctx, l.data, downloadKind)
	if err != nil {
		return nil, err
	}
	settings, err := recordsOf[limitRecord](ctx, l.data, settingKind)
	if err != nil {
		return nil, err
	}
	d := &Downloads{library: l, news: newNews()}
	d.ctx, d.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, s := range settings {
		if s.ID == limitSetting {
			d.limit = s.Value.BytesPerSecond
		}
	}
	d.throttle = source.NewThrottle(d.limit, l.deps.Network.Clock)
	for _, k := range items {
		d.items = append(d.items, restored(k.ID, k.At, k.Value))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kick()
	return d, nil
}

func restored(id string, added time.Time, k downloadRecord) *download {
	item := newDownload(id, added, k)
	item.Ended, item.Result = k.Ended, k.Result
	item.Progress.Bytes = k.Bytes
	switch {
	case k.State == DownloadFailed:
		item.Problem = Explain(&fault.Error{Class: k.Class, Err: errors.New(k.Detail)})
	case k.State == DownloadRunning, k.State == DownloadImporting:
		item.State = DownloadWaiting
	}
	return item
}

func newDownload(id string, added time.Time, k downloadRecord) *download {
	return &download{kept: k, Transfer: Transfer{
		ID: id, Name: k.Entry.Name, Address: withoutQuery(k.Entry.URL), File: filepath.Join(k.Dir, k.Entry.Name),
		State: k.State, Progress: source.Progress{Total: k.Entry.Size}, Added: added, Import: k.Import,
	}}
}

// Close stops what is going on; it goes on when the queue is opened again.
func (d *Downloads) Close() {
	d.cancel()
	d.running.Wait()
}

// Items returns the downloads: what has not ended first, then the rest, the
// latest first.
func (d *Downloads) Items() []Transfer {
	d.mu.Lock()
	defer d.mu.Unlock()
	var open, ended []Transfer
	for _, item := range d.items {
		if item.State.Ended() {
			ended = append(ended, item.Transfer)
		} else {
			open = append(open, item.Transfer)
		}
	}
	slices.SortStableFunc(ended, func(a, b Transfer) int { return b.Ended.Compare(a.Ended) })
	return append(open, ended...)
}

// Add lists an address and puts what is there into the queue, to be kept in
// dir. What is on its way already, or was fetched before and is still there, is
// not put there again.
func (d *Downloads) Add(ctx context.Context, address, dir string, importThem bool) (added Added, err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return added, fault.New(fault.Storage, "find folder: %w", err)
	}
	listed, err := d.library.visit(ctx, address, nil)
	if err != nil {
		return added, err
	}
	for _, e := range listed.entries {
		there, revived := d.known(e, abs)
		switch {
		case there:
			added.There++
			continue
		case revived:
			added.Queued++
			continue
		}
		k := downloadRecord{Address: address, Entry: e, Dir: abs, Import: importThem, State: DownloadWaiting}
		now := d.library.deps.Now().UTC()
		id, err := putRecord(ctx, d.library.data, downloadKind, "", now, k)
		if err != nil {
			return added, err
		}
		d.mu.Lock()
		d.items = append(d.items, newDownload(id, now, k))
		d.mu.Unlock()
		added.Queued++
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kick()
	d.tell()
	return added, nil
}

// Added is what became of the archives of an address.
type Added struct {
	Queued int
	There  int // on their way, or fetched, before
}

// known looks for an archive in the list. It is there when it is on its way to
// dir, or lies there as it is listed now. One that failed, or whose file is gone
// or another, is put into the queue again in its old place.
func (d *Downloads) known(e source.Entry, dir string) (there, revived bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range d.items {
		before := o.kept.Entry
		if before.URL != e.URL || o.kept.Dir != dir {
			continue
		}
		if !o.State.Ended() {
			return true, false
		}
		info, err := os.Stat(o.File)
		same := before.SHA256 == e.SHA256 && before.ETag == e.ETag && (!e.SHA256.IsZero() || e.ETag != "")
		if o.State == DownloadDone && same && err == nil && info.Size() == o.Progress.Bytes {
			return true, false
		}
		o.kept.Entry, o.kept.Fetched = e, o.kept.Fetched && same
		o.Problem, o.Result, o.Ended = nil, "", time.Time{}
		d.set(o, DownloadWaiting)
		return false, true
	}
	return false, false
}

// Pause stops downloads where they are; without ids all that have not ended.
func (d *Downloads) Pause(ids ...string) {
	d.each(ids, func(item *download) {
		if item.State == DownloadWaiting || item.State == DownloadRunning {
			d.set(item, DownloadPaused)
		}
	})
}

// Resume goes on with downloads that are paused or failed; without ids with all
// that are paused.
func (d *Downloads) Resume(ids ...string) {
	d.each(ids, func(item *download) {
		if item.State == DownloadPaused || item.State == DownloadFailed && len(ids) > 0 {
			item.Problem, item.Ended = nil, time.Time{}
			d.set(item, DownloadWaiting)
		}
	})
}

// Remove takes downloads out of the list, with what was fetched of those that
// were not done. A finished file stays where it is.
func (d *Downloads) Remove(ids ...string) error {
	var err error
	d.each(ids, func(item *download) {
		if len(ids) == 0 || item.State == DownloadImporting {
			return
		}
		if item.State != DownloadDone {
			d.set(item, DownloadPaused)
		}
		if e := d.forget(item); err == nil {
			err = e
		}
	})
	return err
}

// ClearHistory takes what has ended out of the list. Files stay.
func (d *Downloads) ClearHistory() error {
	var err error
	d.each(nil, func(item *download) {
		if item.State.Ended() {
			if e := d.forget(item); err == nil {
				err = e
			}
		}
	})
	return err
}

// each runs f for the items with the ids, or for all, and starts what can.
func (d *Downloads) each(ids []string, f func(*download)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, item := range slices.Clone(d.items) {
		if len(ids) == 0 || slices.Contains(ids, item.ID) {
			f(item)
		}
	}
	d.kick()
	d.tell()
}

// forget needs the lock.
func (d *Downloads) forget(item *download) error {
	d.items = slices.DeleteFunc(d.items, func(o *download) bool { return o == item })
	err := d.library.data.DropRecord(d.ctx, downloadKind, item.ID)
	if item.State == DownloadDone {
		return err
	}
	// The fetch that was told to stop still writes; its part goes once it is
	// done.
	gone, dir, entry := item.gone, item.kept.Dir, item.kept.Entry
	d.running.Go(func() {
		if gone != nil {
			<-gone
		}
		_ = source.Discard(dir, entry) // an orphan costs only room
	})
	return err
}

// Limit returns how many bytes a second all downloads together take; 0 is no
// bound.
func (d *Downloads) Limit() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.limit
}

// SetLimit changes the bound, also for what is going on.
func (d *Downloads) SetLimit(ctx context.Context, bytesPerSecond int64) error {
	d.throttle.Set(bytesPerSecond)
	d.mu.Lock()
	d.limit = bytesPerSecond
	d.mu.Unlock()
	d.tell()
	_, err := putRecord(ctx, d.library.data, settingKind, limitSetting, d.library.deps.Now(), limitRecord{bytesPerSecond})
	return err
}

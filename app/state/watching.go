package state

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

// Watched is a folder whose files are imported as they arrive.
type Watched struct {
	ID      string
	Folder  string
	Since   time.Time
	Files   int       // that were imported, or tried
	Latest  string    // name of the last of them
	Result  string    // what its import came to
	At      time.Time // when that was
	Problem *Problem  // why the folder cannot be watched, or its latest file not imported
}

// Watching follows the folders of a library that are watched. It outlives the
// program: files that arrive meanwhile are imported when the library is opened
// again. Its methods may be called from several goroutines.
type Watching struct {
	news // that Folders would return something else

	library *Library

	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	folders []*watchedFolder
}

type watchedFolder struct {
	Watched
	kept   watchRecord
	cancel context.CancelFunc
}

// watchRecord is what the library keeps of a folder.
type watchRecord struct {
	Folder string            `json:"folder"`
	Seen   map[string]string `json:"seen"` // name to size and time of what was tried
	Latest string            `json:"latest,omitempty"`
	Result string            `json:"result,omitempty"`
	At     time.Time         `json:"at,omitzero"`
}

const (
	watchKind   = "watch"
	mostSeen    = 5000 // names that are remembered; what was forgotten is imported again, which changes nothing
	watchRest   = 2 * time.Second
	watchPoll   = time.Minute
	mostFolders = 50
)

// OpenWatching begins to watch the folders of the library. The caller closes it
// before the library.
func (l *Library) OpenWatching(ctx context.Context) (*Watching, error) {
	folders, err := recordsOf[watchRecord](ctx, l.data, watchKind)
	if err != nil {
		return nil, err
	}
	w := &Watching{library: l, news: newNews()}
	w.ctx, w.cancel = context.WithCancel(context.WithoutCancel(ctx))
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, k := range folders {
		w.begin(k.ID, k.At, k.Value)
	}
	return w, nil
}

// Close stops watching until the next time.
func (w *Watching) Close() {
	w.cancel()
	w.running.Wait()
}

// Folders returns the watched folders in the order in which they were added.
func (w *Watching) Folders() []Watched {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Watched, len(w.folders))
	for i, f := range w.folders {
		out[i] = f.Watched
	}
	return out
}

// Add watches a folder from now on; what lies in it is imported as well. A
// folder that is watched already stays as it is.
func (w *Watching) Add(ctx context.Context, folder string) error {
	abs, err := filepath.Abs(folder)
	if err != nil {
		return fault.New(fault.Storage, "find folder: %w", err)
	}
	if err := isFolder(abs); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if slices.ContainsFunc(w.folders, func(f *watchedFolder) bool { return f.Folder == abs }) {
		return nil
	}
	if len(w.folders) >= mostFolders {
		return fault.New(fault.Limit, "watch folder: more than %d", mostFolders)
	}
	k := watchRecord{Folder: abs, Seen: map[string]string{}}
	now := w.library.deps.Now().UTC()
	id, err := putRecord(ctx, w.library.data, watchKind, "", now, k)
	if err != nil {
		return err
	}
	w.begin(id, now, k)
	w.tell()
	return nil
}

func isFolder(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fault.New(fault.Storage, "watch folder: %w", unwrapPath(err))
	}
	if !info.IsDir() {
		return fault.New(fault.Unsupported, "watch folder: it is a file")
	}
	return nil
}

// Remove stops watching a folder. What was imported stays.
func (w *Watching) Remove(ctx context.Context, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.folders {
		if f.ID == id {
			f.cancel()
		}
	}
	w.folders = slices.DeleteFunc(w.folders, func(f *watchedFolder) bool { return f.ID == id })
	w.tell()
	return w.library.data.DropRecord(ctx, watchKind, id)
}

// begin needs the lock.
func (w *Watching) begin(id string, since time.Time, k watchRecord) {
	if k.Seen == nil {
		k.Seen = map[string]string{}
	}
	f := &watchedFolder{kept: k, Watched: Watched{
		ID: id, Folder: k.Folder, Since: since, Files: len(k.Seen), Latest: k.Latest, Result: k.Result, At: k.At,
	}}
	var ctx context.Context
	ctx, f.cancel = context.WithCancel(w.ctx)
	w.folders = append(w.folders, f)
	w.running.Go(func() {
		err := source.Watch(ctx, k.Folder, watchRest, watchPoll, w.library.deps.Network.Clock, func(e source.Entry) { w.arrived(ctx, f, e) })
		if ctx.Err() != nil {
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		f.Problem = Explain(err)
		w.tell()
	})
}

// arrived imports one file. It is called by the goroutine of its folder.
func (w *Watching) arrived(ctx context.Context, f *watchedFolder, e source.Entry) {
	w.mu.Lock()
	known := f.kept.Seen[e.Name] == e.ETag
	w.mu.Unlock()
	if known || !comesAlone(e.Name) {
		return
	}
	result, problem := w.library.importArrived(ctx, e.URL, "")
	if ctx.Err() != nil {
		return // tried again the next time
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(f.kept.Seen) >= mostSeen {
		for _, name := range slices.Sorted(maps.Keys(f.kept.Seen))[:mostSeen/10] {
			delete(f.kept.Seen, name)
		}
	}
	f.kept.Seen[e.Name] = e.ETag
	f.Files, f.Latest, f.At = len(f.kept.Seen), e.Name, w.library.deps.Now().UTC()
	f.Result, f.Problem = result, problem
	f.kept.Latest, f.kept.Result, f.kept.At = f.Latest, f.Result, f.At
	// What cannot be stored is imported again next time, which changes nothing.
	_, _ = putRecord(context.WithoutCancel(ctx), w.library.data, watchKind, f.ID, f.Since, f.kept)
	w.tell()
}

// WatchFolder imports what lies in a folder and what arrives in it, until ctx
// is cancelled, and tells of each file. It remembers nothing.
func (l *Library) WatchFolder(ctx context.Context, folder string, o ImportOptions, told func(file string, s ImportSummary, err error)) error {
	return source.Watch(ctx, folder, watchRest, watchPoll, l.deps.Network.Clock, func(e source.Entry) {
		if !comesAlone(e.Name) {
			return
		}
		l.arrivals.Lock()
		defer l.arrivals.Unlock()
		sum, err := l.Import(ctx, []string{e.URL}, o)
		if ctx.Err() == nil {
			told(e.Name, sum, err)
		}
	})
}

package source

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"hindsite.app/player/fault"
)

// Watch follows a folder: it tells, one at a time and from this goroutine, of
// each archive that is there or arrives, once it has come to rest, and again
// when it was replaced. It returns when ctx is cancelled, with its error, or
// when the folder cannot be read.
//
// A file has come to rest when its size and time were the same at two looks
// that lie rest apart. What is hidden or still being fetched is passed over.
// The folder is looked at when the system says that something happened in it,
// and at the latest every poll: shares on a network do not tell.
func Watch(ctx context.Context, dir string, rest, poll time.Duration, clock Clock, arrived func(Entry)) error {
	if clock == nil {
		clock = systemClock{}
	}
	l, err := newLocal(dir, Options{}.withDefaults())
	if err != nil {
		return err
	}
	if !l.isFolder {
		return fault.New(fault.Unsupported, "watch folder: it is a file")
	}
	w := newWatch(l, rest, clock, arrived)
	happened, stop := events(l.path)
	defer stop()
	for {
		waiting, err := w.look(ctx)
		if err != nil {
			return err
		}
		next, wake := poll, happened
		if waiting {
			next, wake = rest, nil // a file that is being written says so all the time
		}
		if err := pause(ctx, clock, next, wake); err != nil {
			return err
		}
	}
}

// watch is what is known of a folder.
type watch struct {
	folder  *local
	rest    time.Duration
	clock   Clock
	arrived func(Entry)
	told    map[string]string   // path to tag of what was told
	seen    map[string]sighting // not yet told
}

func newWatch(folder *local, rest time.Duration, clock Clock, arrived func(Entry)) *watch {
	return &watch{folder: folder, rest: rest, clock: clock, arrived: arrived, told: map[string]string{}, seen: map[string]sighting{}}
}

type sighting struct {
	tag   string
	since time.Time
}

// look tells of what has come to rest, and whether anything has not.
func (w *watch) look(ctx context.Context) (waiting bool, err error) {
	entries, err := w.folder.List(ctx)
	if err != nil {
		return false, err
	}
	there := make(map[string]struct{}, len(entries))
	now := w.clock.Now()
	for _, e := range entries {
		there[e.URL] = struct{}{}
		if w.told[e.URL] == e.ETag {
			continue
		}
		s, ok := w.seen[e.URL]
		if !ok || s.tag != e.ETag {
			w.seen[e.URL] = sighting{e.ETag, now}
			waiting = true
			continue
		}
		if now.Sub(s.since) < w.rest {
			waiting = true
			continue
		}
		if e.Size == 0 || !readable(e.URL) {
			continue // a name without content yet, or a file that is locked
		}
		delete(w.seen, e.URL)
		w.told[e.URL] = e.ETag
		w.arrived(e)
		if err := ctx.Err(); err != nil {
			return false, err
		}
	}
	for path := range w.told {
		if _, ok := there[path]; !ok {
			delete(w.told, path)
		}
	}
	for path := range w.seen {
		if _, ok := there[path]; !ok {
			delete(w.seen, path)
		}
	}
	return waiting, nil
}

func readable(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// events tells when something happens in dir, where the system can say so.
func events(dir string) (happened <-chan struct{}, stop func()) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, func() {}
	}
	if err := w.Add(filepath.Clean(dir)); err != nil {
		w.Close()
		return nil, func() {}
	}
	c := make(chan struct{}, 1)
	go func() {
		errs := w.Errors
		for {
			select {
			case _, ok := <-w.Events:
				if !ok {
					return
				}
			case _, ok := <-errs: // an overflow: look again
				if !ok {
					errs = nil
					continue
				}
			}
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}()
	return c, func() { w.Close() }
}

// pause waits for d or until something happened.
func pause(ctx context.Context, clock Clock, d time.Duration, happened <-chan struct{}) error {
	due := make(chan struct{})
	timer := clock.AfterFunc(d, func() { close(due) })
	defer timer.Stop()
	select {
	case <-due:
	case <-happened:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

package replay

import (
	"context"
	"fmt"
	"sort"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/track"
)

// Cursor is a position in a session's document streams. It is owned by one
// goroutine.
type Cursor struct {
	tracks *Tracks
	loader Loader

	at    recording.Time
	tab   int
	n     int // chunk that is applied, -1 before the first
	next  int // first change of the chunk that is not applied
	chunk track.Chunk
	doc   *dom.Document
	kept  map[[2]int]track.Chunk
	order [][2]int
}

// keptChunks is how many decoded chunks a cursor holds on to.
const keptChunks = 8

// NewCursor returns a cursor before the beginning of the session.
func NewCursor(t *Tracks, l Loader) *Cursor {
	return &Cursor{tracks: t, loader: l, n: -1, tab: -1, doc: dom.New(), kept: map[[2]int]track.Chunk{}}
}

// Move says how a document came to the state of a Seek.
type Move struct {
	Reloaded bool // the document is another than before; the rest is not filled
	From, To uint64
	Ops      []recording.Op
}

// Seek brings the document to the moment: everything recorded up to and with
// at is applied. It loads the keyframe before at unless the changes from here
// to there are fewer.
func (c *Cursor) Seek(ctx context.Context, at recording.Time) (Move, error) {
	at = min(max(at, 0), c.tracks.Duration)
	tab := c.tracks.TabAt(at)
	n := c.tracks.Documents.Find(tab, at)
	if n < 0 {
		return c.empty(tab, at), nil
	}
	if tab != c.tab || n != c.n || at < c.at {
		forward := tab == c.tab && n == c.n+1 && at >= c.at && c.n >= 0
		if !forward {
			if err := c.load(ctx, tab, n); err != nil {
				return Move{}, err
			}
			c.advance(at)
			return Move{Reloaded: true}, nil
		}
		return c.intoNext(ctx, n, at)
	}
	from := c.doc.Version()
	ops := c.advance(at)
	return Move{From: from, To: c.doc.Version(), Ops: ops}, nil
}

// intoNext goes on into the following chunk, whose keyframe is the state that
// the document has at the end of this one.
func (c *Cursor) intoNext(ctx context.Context, n int, at recording.Time) (Move, error) {
	chunk, err := c.fetch(ctx, c.tab, n)
	if err != nil {
		return Move{}, err
	}
	from := c.doc.Version()
	ops := c.advance(c.tracks.Duration)
	c.n, c.next, c.chunk = n, 0, chunk
	ops = append(ops, c.advance(at)...)
	return Move{From: from, To: c.doc.Version(), Ops: ops}, nil
}

func (c *Cursor) empty(tab int, at recording.Time) Move {
	c.doc, c.tab, c.n, c.next, c.at, c.chunk = dom.New(), tab, -1, 0, at, track.Chunk{}
	return Move{Reloaded: true}
}

func (c *Cursor) load(ctx context.Context, tab, n int) error {
	chunk, err := c.fetch(ctx, tab, n)
	if err != nil {
		return err
	}
	c.doc = dom.New()
	for _, op := range chunk.Keyframe {
		c.doc.Apply(op)
	}
	c.tab, c.n, c.next, c.chunk = tab, n, 0, chunk
	return nil
}

func (c *Cursor) fetch(ctx context.Context, tab, n int) (track.Chunk, error) {
	key := [2]int{tab, n}
	if chunk, ok := c.kept[key]; ok {
		return chunk, nil
	}
	chunk, err := c.loader.Chunk(ctx, tab, n)
	if err != nil {
		return chunk, fmt.Errorf("load page changes: %w", err)
	}
	if len(c.order) >= keptChunks {
		delete(c.kept, c.order[0])
		c.order = c.order[1:]
	}
	c.kept[key] = chunk
	c.order = append(c.order, key)
	return chunk, nil
}

// advance applies the rest of the chunk up to and with at.
func (c *Cursor) advance(at recording.Time) []recording.Op {
	changes := c.chunk.Changes
	end := c.next + sort.Search(len(changes)-c.next, func(i int) bool { return changes[c.next+i].At > at })
	if end == c.next {
		c.at = at
		return nil
	}
	ops := make([]recording.Op, 0, end-c.next)
	for ; c.next < end; c.next++ {
		c.doc.Apply(changes[c.next].Op)
		ops = append(ops, changes[c.next].Op)
	}
	c.at = at
	return ops
}

// FirstPicture returns the moment at which the session's first tab shows its
// first page. ok is false when it never does, or when that is not in the first
// stored piece.
func (c *Cursor) FirstPicture(ctx context.Context) (at recording.Time, ok bool, err error) {
	tab := 0
	if len(c.tracks.Head.Views) > 0 {
		tab = c.tracks.Head.Views[0].Tab
	}
	if c.tracks.Documents.Find(tab, c.tracks.Duration) < 0 {
		return 0, false, nil
	}
	chunk, err := c.fetch(ctx, tab, 0)
	if err != nil {
		return 0, false, err
	}
	for _, ch := range chunk.Changes {
		if _, ok := ch.Op.(recording.Snapshot); ok {
			return ch.At, true, nil
		}
	}
	return 0, false, nil
}

// Document returns the document at the moment of the last Seek. It changes
// with the next.
func (c *Cursor) Document() *dom.Document { return c.doc }

// Tab returns the tab of the last Seek.
func (c *Cursor) Tab() int { return max(c.tab, 0) }

// At returns the moment of the last Seek.
func (c *Cursor) At() recording.Time { return c.at }

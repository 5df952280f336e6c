package track

import (
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// Chunk is a stored piece of one tab's document stream. Its keyframe, applied
// to a new document, makes the state just before its first change.
type Chunk struct {
	Start    recording.Time
	Keyframe []recording.Op
	Changes  []recording.Change
}

// ChunkInfo is what the index says of a chunk.
type ChunkInfo struct {
	Start recording.Time // of the first change; of a tab's first chunk, 0
}

// Index lists the chunks of every tab, in order of time.
type Index struct {
	Tabs [][]ChunkInfo
}

// Find returns the number of the tab's chunk that holds the moment, or -1 when
// the tab has none.
func (x Index) Find(tab int, at recording.Time) int {
	if tab < 0 || tab >= len(x.Tabs) {
		return -1
	}
	found := -1
	lo, hi := 0, len(x.Tabs[tab])
	for lo < hi {
		mid := (lo + hi) / 2
		if x.Tabs[tab][mid].Start <= at {
			found, lo = mid, mid+1
		} else {
			hi = mid
		}
	}
	return found
}

// minCost is the least number of node operations between two keyframes; on a
// large page it is more, so that keyframes stay a small part of the stream.
const minCost = 4000

// Observer sees a tab's document while its stream is cut: d is its state from
// the call before up to, but not with, the moment until. It is called before
// every change and once at the end. It must not keep d.
type Observer func(tab int, until recording.Time, d *dom.Document)

// Cut makes chunks of a recording's document stream, tab by tab, and counts
// the changes that named unknown nodes. emit is called in order of tab and
// time. It stops at the first error of emit and returns it.
func Cut(rec *recording.Recording, observe Observer, emit func(tab, n int, c Chunk) error) (skipped int, err error) {
	streams := make([][]int, len(rec.Tabs))
	for i := range rec.Changes {
		if tab := int(rec.Changes[i].Tab); tab >= 0 && tab < len(streams) {
			streams[tab] = append(streams[tab], i)
		}
	}
	for tab, stream := range streams {
		c := cutter{tab: tab, doc: dom.New(), observe: observe, emit: emit}
		for _, i := range stream {
			if err := c.take(rec.Changes[i]); err != nil {
				return skipped, err
			}
		}
		if err := c.flush(); err != nil {
			return skipped, err
		}
		if observe != nil {
			observe(tab, rec.Duration+1, c.doc)
		}
		skipped += c.skipped
	}
	return skipped, nil
}

type cutter struct {
	tab, n  int
	doc     *dom.Document
	chunk   Chunk
	begun   bool
	cost    int
	skipped int
	observe Observer
	emit    func(tab, n int, c Chunk) error
}

func (c *cutter) take(change recording.Change) error {
	if c.observe != nil {
		c.observe(c.tab, change.At, c.doc)
	}
	_, fresh := change.Op.(recording.Snapshot)
	full := c.begun && (c.cost > max(minCost, 4*c.doc.Len()) || (fresh && c.cost > minCost/4))
	if full {
		if err := c.flush(); err != nil {
			return err
		}
	}
	if !c.begun {
		c.chunk = Chunk{Start: change.At}
		if c.n == 0 {
			c.chunk.Start = 0
		}
		if fresh {
			// The snapshot replaces everything but size and view.
			empty := dom.New()
			w, h := c.doc.Viewport()
			empty.Apply(recording.SetViewport{Width: w, Height: h})
			if c.doc.View() >= 0 {
				empty.Apply(recording.Navigate{View: c.doc.View()})
			}
			c.chunk.Keyframe = empty.Export()
		} else {
			c.chunk.Keyframe = c.doc.Export()
		}
		c.begun, c.cost = true, 0
	}
	c.chunk.Changes = append(c.chunk.Changes, change)
	c.cost += cost(change.Op)
	c.skipped += c.doc.Apply(change.Op)
	return nil
}

func (c *cutter) flush() error {
	if !c.begun {
		return nil
	}
	c.begun = false
	err := c.emit(c.tab, c.n, c.chunk)
	c.n++
	c.chunk = Chunk{}
	return err
}

// cost estimates the node operations of a change.
func cost(op recording.Op) int {
	switch op := op.(type) {
	case recording.Snapshot:
		return treeSize(op.Root)
	case recording.Mutation:
		n := len(op.Removals) + len(op.Texts) + len(op.Attributes)
		for _, a := range op.Additions {
			n += treeSize(a.Node)
		}
		return n
	case recording.SheetRules:
		n := 1 + len(op.Inserts) + len(op.Deletes)
		if op.Replace != nil {
			n += len(*op.Replace) / 100
		}
		return n
	}
	return 1
}

func treeSize(n *recording.Node) int {
	if n == nil {
		return 0
	}
	size := 1
	for _, c := range n.Children {
		size += treeSize(c)
	}
	return size
}

// EncodeChunk writes a chunk.
func EncodeChunk(c Chunk) []byte {
	w := newWriter(version)
	w.int(int64(c.Start))
	w.count(len(c.Keyframe))
	for _, op := range c.Keyframe {
		w.op(op)
	}
	w.count(len(c.Changes))
	times(w, c.Changes, func(x *recording.Change) recording.Time { return x.At })
	column(c.Changes, func(x *recording.Change) { w.int(int64(x.Tab)) })
	column(c.Changes, func(x *recording.Change) { w.op(x.Op) })
	return w.buf
}

// DecodeChunk reads a chunk.
func DecodeChunk(b []byte) (Chunk, error) {
	r := newReader(b, version)
	c := Chunk{Start: recording.Time(r.int())}
	c.Keyframe = list[recording.Op](r, 1)
	column(c.Keyframe, func(op *recording.Op) { *op = r.op() })
	c.Changes = list[recording.Change](r, 3)
	readTimes(r, c.Changes, func(x *recording.Change, t recording.Time) { x.At = t })
	column(c.Changes, func(x *recording.Change) { x.Tab = int32(r.int()) })
	column(c.Changes, func(x *recording.Change) { x.Op = r.op() })
	return done(r, c)
}

// EncodeIndex writes an index.
func EncodeIndex(x Index) []byte {
	w := newWriter(version)
	w.count(len(x.Tabs))
	for _, chunks := range x.Tabs {
		w.count(len(chunks))
		times(w, chunks, func(c *ChunkInfo) recording.Time { return c.Start })
	}
	return w.buf
}

// DecodeIndex reads an index.
func DecodeIndex(b []byte) (Index, error) {
	r := newReader(b, version)
	x := Index{Tabs: list[[]ChunkInfo](r, 1)}
	column(x.Tabs, func(chunks *[]ChunkInfo) {
		*chunks = list[ChunkInfo](r, 1)
		readTimes(r, *chunks, func(c *ChunkInfo, t recording.Time) { c.Start = t })
	})
	return done(r, x)
}

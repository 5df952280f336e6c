package envelope

import (
	"context"
	"fmt"
	"io"
	"iter"
	"sync/atomic"

	"hindsite.app/player/fault"
)

// Batch is a sealed object that holds a run of one recording's events.
type Batch struct {
	Size int64
	Open func() (BatchSource, error)
}

// BatchSource is what a Batch is read from.
type BatchSource interface {
	io.ReaderAt
	io.Closer
}

// OpenBatches opens one recording that its recorder sealed in pieces, given in
// their order. No more than one piece is open at a time. The name is shown. The
// first piece is opened at once, to see whether the keys fit; errors are those
// of Open.
func OpenBatches(ctx context.Context, name string, batches []Batch, keys Keys, limits Limits) (*Archive, error) {
	a := &Archive{name: name, limits: limits.withDefaults(), keys: keys, layout: layoutBatches, batches: batches}
	a.protection.Sealed = Wholly
	if len(batches) == 0 {
		return nil, fault.New(fault.NotArchive, "open archive: no sealed pieces")
	}
	for _, b := range batches {
		a.size += b.Size
	}
	first, _, err := a.openBatch(&batches[0], "")
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	return a, first.Close()
}

// openBatch opens a piece; one that names another session than the given is
// refused, unless that is "".
func (a *Archive) openBatch(b *Batch, session string) (io.ReadCloser, string, error) {
	if b.Size > a.limits.Stored {
		return nil, "", fault.New(fault.Limit, "a piece is larger than %d bytes", a.limits.Stored)
	}
	src, err := b.Open()
	if err != nil {
		return nil, "", fault.Default(fault.Storage, err)
	}
	l, err := a.peel(io.NewSectionReader(sourced{src}, 0, b.Size))
	if err != nil {
		src.Close()
		return nil, "", err
	}
	l.closers = append([]io.Closer{src}, l.closers...)
	switch {
	case !l.sealed:
		err = fault.New(fault.NotArchive, "a piece is no sealed object")
	case session != "" && l.session != "" && l.session != session:
		err = fault.New(fault.Tampered, "a piece is sealed for another session")
	}
	if err != nil {
		l.Close()
		return nil, "", err
	}
	return l, l.session, nil
}

func (a *Archive) batchItems(ctx context.Context, spent *atomic.Int64) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(Item{}, err)
			return
		}
		yield(Item{Name: shownName(a.name), Size: a.size, Open: func(ctx context.Context) (*Content, error) {
			return a.joinBatches(ctx, spent)
		}}, nil)
	}
}

func (a *Archive) joinBatches(ctx context.Context, spent *atomic.Int64) (*Content, error) {
	first, session, err := a.openBatch(&a.batches[0], "")
	if err != nil {
		return nil, fmt.Errorf("open recording: %w", err)
	}
	j := &joined{part: first}
	for i := range a.batches[1:] {
		j.parts = append(j.parts, func() (io.ReadCloser, error) {
			piece, _, err := a.openBatch(&a.batches[1+i], session)
			return piece, err
		})
	}
	return &Content{
		Protection: a.protection, Session: session,
		ReadCloser: &metered{ctx: ctx, r: j, close: j.closePart, spent: spent, most: a.limits.Archive},
	}, nil
}

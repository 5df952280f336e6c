package envelope

import (
	"context"
	"errors"
	"fmt"
	"io"

	"hindsite.app/player/fault"
)

// Verdict is what Verify found about one recording.
type Verdict struct {
	Name    string
	Session *SessionEntry // nil without a manifest
	Bytes   int64         // of content
	Err     error         // nil when whole
}

// Verify reads everything in the archive, calls report for each recording in
// order, and returns an error when anything is not whole: the class is that of
// the first fault. Nothing that it reads is kept.
func (a *Archive) Verify(ctx context.Context, report func(Verdict)) error {
	checked, bad := 0, 0
	var first error
	fail := func(err error) {
		if first == nil {
			first = err
		}
		bad++
	}
	for item, err := range a.Items(ctx) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && item.Name == "" {
			return err
		}
		checked++
		v := Verdict{Name: item.Name, Session: item.Session, Err: err}
		if err == nil {
			v.Bytes, v.Err = drain(ctx, item)
		}
		if v.Err != nil {
			fail(v.Err)
		}
		report(v)
	}
	// What no recording covers is authenticated as well.
	if a.protection.Encrypted && a.layout != layoutSingle {
		if err := a.readThrough(ctx); err != nil && first == nil {
			return err
		}
	}
	if first != nil {
		return fault.New(fault.Of(first), "verify archive: %d of %d recordings are not whole: %w", bad, checked, first)
	}
	return ctx.Err()
}

func (a *Archive) readThrough(ctx context.Context) error {
	r := a.section()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := io.CopyN(io.Discard, r, 16*ageChunk)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("verify archive: %w", err)
		}
	}
}

func drain(ctx context.Context, item Item) (int64, error) {
	r, err := item.Open(ctx)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(io.Discard, r)
}

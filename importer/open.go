package importer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"hindsite.app/importer/envelope"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// opened is an archive that may be read.
type opened struct {
	*envelope.Archive // nil for the files of one recording
	files             *bundle
	signature         signature.Finding
	source            io.Closer // nil when pieces are opened one by one
}

func (o *opened) sequential() bool { return o.files == nil && o.Sequential() }

// total returns how many recordings are in the archive, 0 where it is not
// known.
func (o *opened) total() int {
	if o.files != nil {
		return 1
	}
	return len(o.Entries())
}

// Close closes what the archive is read from.
func (o *opened) Close() error {
	if o.source == nil {
		return nil
	}
	return o.source.Close()
}

// open opens an input and asks who signed it. The caller closes the result.
func (r *run) open(ctx context.Context, in Input) (*opened, error) {
	if len(in.Parts) > 0 {
		return r.openFiles(ctx, in)
	}
	o, err := r.openArchive(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := r.authenticate(in, o); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

// openFiles opens a recording that is stored in several files. Each is opened
// when it is read; the first is asked at once who signed it.
func (r *run) openFiles(ctx context.Context, in Input) (*opened, error) {
	first, err := r.open(ctx, in.Parts[0])
	if err != nil {
		return nil, err
	}
	defer first.Close()
	b := &bundle{name: in.Name, gaps: in.Gaps}
	for _, p := range in.Parts {
		b.parts = append(b.parts, r.fileIn(p))
	}
	for _, s := range in.Side {
		b.side = append(b.side, r.fileIn(s))
	}
	return &opened{files: b, signature: first.signature}, nil
}

func (r *run) fileIn(in Input) file {
	return file{name: in.Name, open: func(ctx context.Context) (*envelope.Content, error) {
		o, err := r.open(ctx, in)
		if err != nil {
			return nil, err
		}
		c, err := onlyContent(ctx, o)
		if err != nil {
			o.Close()
			return nil, err
		}
		c.ReadCloser = closingBoth{c.ReadCloser, o}
		return c, nil
	}}
}

// onlyContent opens the one file that an archive is.
func onlyContent(ctx context.Context, o *opened) (*envelope.Content, error) {
	if !o.Single() {
		return nil, fault.New(fault.Unsupported, "open file: an archive among the files of one recording")
	}
	for item, err := range o.Items(ctx) {
		if err != nil {
			return nil, err
		}
		return item.Open(ctx)
	}
	return nil, fault.New(fault.NotArchive, "open file: there is nothing in it")
}

// closingBoth closes what is read and what it is read from.
type closingBoth struct {
	io.ReadCloser
	under io.Closer
}

func (c closingBoth) Close() error { return errors.Join(c.ReadCloser.Close(), c.under.Close()) }

func (r *run) openArchive(ctx context.Context, in Input) (*opened, error) {
	if len(in.Batches) > 0 {
		batches := make([]envelope.Batch, len(in.Batches))
		for i, b := range in.Batches {
			batches[i] = envelope.Batch{Size: b.Size, Open: func() (envelope.BatchSource, error) { return b.Open() }}
		}
		archive, err := envelope.OpenBatches(ctx, in.Name, batches, r.options.Keys, r.options.Envelope)
		if err != nil {
			return nil, err
		}
		return &opened{Archive: archive}, nil
	}
	src, err := in.Open()
	if err != nil {
		return nil, fault.Default(fault.Storage, fmt.Errorf("open: %w", err))
	}
	archive, err := envelope.Open(ctx, src, in.Size, in.Name, r.options.Keys, r.options.Envelope)
	if err != nil {
		src.Close()
		return nil, err
	}
	return &opened{Archive: archive, source: src}, nil
}

// authenticate says who signed the archive, and refuses one that must not be
// used. Where an input was fetched from counts before what it says of itself.
func (r *run) authenticate(in Input, o *opened) error {
	origin := in.Origin
	if m := o.Manifest(); origin == "" && m != nil {
		origin = m.Origin.Site
	}
	var pins []signature.Pin
	policy := signature.Warn
	if r.options.Trust != nil {
		pins, policy = r.options.Trust(origin)
	}
	o.signature = o.Signature(pins)
	if err := policy.Refuse(o.signature); err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	if policy == signature.Require && o.ForSomebodyElse() {
		return fault.New(fault.Signature, "open archive: it was made for somebody else")
	}
	return nil
}

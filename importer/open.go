package importer

import (
	"context"
	"fmt"
	"io"

	"hindsite.app/importer/envelope"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// opened is an archive that may be read.
type opened struct {
	*envelope.Archive
	signature signature.Finding
	source    io.Closer // nil when pieces are opened one by one
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

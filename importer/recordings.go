package importer

import (
	"context"
	"iter"

	"hindsite.app/importer/format"
)

// Recordings yields the sessions of an input as they were recorded, which is
// what packing needs. A recording that is refused comes as an error, and the
// loop goes on. A session is to be used before the loop goes on.
func Recordings(ctx context.Context, in Input, o Options) iter.Seq2[format.Raw, error] {
	return func(yield func(format.Raw, error) bool) {
		r := run{options: o.withDefaults(), decoders: Decoders()}
		archive, err := r.open(ctx, in)
		if err != nil {
			yield(nil, err)
			return
		}
		defer archive.Close()
		for b, err := range bundles(ctx, archive) {
			if err != nil {
				if !yield(nil, err) {
					return
				}
				continue
			}
			for raw, err := range b.sessions(ctx, format.Hints{About: o.Said}, r.decoders, r.options.Format) {
				if !yield(raw, err) {
					return
				}
			}
		}
	}
}

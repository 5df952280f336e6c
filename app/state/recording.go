package state

import (
	"context"
	"fmt"

	"hindsite.app/data"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
	"hindsite.app/player/track"
)

// Recording is an open session: its tracks in memory, its document stream on
// disk. Methods of the tracks may be called from several goroutines. The
// caller closes it.
type Recording struct {
	Detail Detail
	Tracks replay.Tracks

	parts  *data.Tracks
	fitted fitted
}

var _ replay.Loader = (*Recording)(nil)

// OpenRecording opens a session for replay.
func (l *Library) OpenRecording(ctx context.Context, id string) (*Recording, error) {
	detail, err := l.Show(ctx, id)
	if err != nil {
		return nil, err
	}
	parts, err := l.data.Tracks(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("open recording: %w", err)
	}
	r := &Recording{Detail: detail, parts: parts}
	r.Tracks.Duration = recording.Time(detail.DurationMS * 1000)
	if err := r.load(); err != nil {
		parts.Close()
		return nil, fmt.Errorf("open recording: %w", err)
	}
	return r, nil
}

func (r *Recording) load() (err error) {
	t := &r.Tracks
	if t.Head, err = part(r.parts, partHead, track.DecodeHead); err != nil {
		return err
	}
	if t.Interactions, err = part(r.parts, partInteractions, track.DecodeInteractions); err != nil {
		return err
	}
	if t.Scrolls, err = part(r.parts, partScrolls, track.DecodeScrolls); err != nil {
		return err
	}
	if t.Inputs, err = part(r.parts, partInputs, track.DecodeInputs); err != nil {
		return err
	}
	if t.Notes, err = part(r.parts, partNotes, track.DecodeNotes); err != nil {
		return err
	}
	if t.Pointers, err = part(r.parts, partPointers, track.DecodePointers); err != nil {
		return err
	}
	t.Documents, err = part(r.parts, partDocuments, track.DecodeIndex)
	return err
}

// part reads and decodes one track of a stored recording.
func part[T any](t *data.Tracks, name string, decode func([]byte) (T, error)) (T, error) {
	var none T
	b, err := t.Part(name)
	if err != nil {
		return none, fmt.Errorf("read %s: %w", name, err)
	}
	v, err := decode(b)
	if err != nil {
		return none, fault.New(fault.Tampered, "read %s: %w", name, err)
	}
	return v, nil
}

// Chunk implements replay.Loader.
func (r *Recording) Chunk(_ context.Context, tab, n int) (track.Chunk, error) {
	return part(r.parts, partChunk(tab, n), track.DecodeChunk)
}

// Close closes the files of the recording.
func (r *Recording) Close() error { return r.parts.Close() }

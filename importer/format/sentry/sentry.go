// Package sentry reads segments of Sentry's session replays, as the recorder
// sends them and as the server stores them. Below that are rrweb's events; what
// Sentry notes among them is understood there.
package sentry

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"iter"
	"path"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
)

// Decoder reads Sentry's replays. The zero value is ready.
type Decoder struct{}

var _ format.Decoder = Decoder{}

// Name returns "Sentry".
func (Decoder) Name() string { return "Sentry" }

// Takes implements format.Decoder.
func (Decoder) Takes(h format.Head) bool {
	if isPacked(h.Bytes) {
		return true
	}
	if !h.IsJSON() {
		return false
	}
	m := h.Members()
	if _, ok := m["segment_id"]; ok && len(m) == 1 {
		line, whole := h.Line()
		return whole && len(line) < 100
	}
	return isEnvelope(h)
}

// The first byte of a stored segment says what follows it.
const (
	packedPlain = 0 // events
	packedVideo = 1 // the length of a video in four bytes, the video, events
)

// isPacked recognises a stored segment with events, or with a video in front
// of them.
func isPacked(b []byte) bool {
	switch {
	case len(b) < 2:
		return false
	case b[0] == packedPlain:
		return b[1] == '['
	case b[0] == packedVideo && len(b) > 5:
		size := int64(binary.BigEndian.Uint32(b[1:]))
		if rest := b[5:]; size < int64(len(rest)) {
			return rest[size] == '['
		}
		return size < mostVideo && isVideo(b[5:])
	}
	return false
}

// mostVideo bounds what a segment claims of its video.
const mostVideo = 256 << 20

// isVideo recognises an MP4 by its first box, and a WebM.
func isVideo(b []byte) bool {
	return len(b) > 8 && (string(b[4:8]) == "ftyp" || bytes.HasPrefix(b, []byte("\x1A\x45\xDF\xA3")))
}

// Sessions implements format.Decoder.
func (Decoder) Sessions(ctx context.Context, f format.Files, h format.Hints, l format.Limits) iter.Seq2[format.Raw, error] {
	late := format.About{}
	parts := make([]format.File, len(f.Parts))
	for i, p := range f.Parts {
		parts[i] = format.File{Name: p.Name, Open: func(ctx context.Context) (io.ReadCloser, error) {
			text, said, err := segment(ctx, p, l)
			if err != nil {
				return nil, err
			}
			late.Add(said)
			return io.NopCloser(text), nil
		}}
	}
	f.Parts = parts
	return rrweb.Read(ctx, f, rrweb.Known{Hints: h, Said: format.About{Recorder: "Sentry"}, Late: &late}, l)
}

// segment returns the events of a part as text, and what it says of the
// session.
func segment(ctx context.Context, p format.File, l format.Limits) (io.Reader, format.About, error) {
	b, err := p.ReadAll(ctx, l.Session)
	if err != nil {
		return nil, format.About{}, err
	}
	if isPacked(b) {
		text, err := unpack(b)
		return text, format.About{}, err
	}
	head := format.Head{Bytes: b[:min(len(b), format.HeadSize)], Whole: len(b) <= format.HeadSize}
	if head.IsJSON() && isEnvelope(head) {
		return envelope(b, l)
	}
	text, err := item(b, l, path.Base(p.Name))
	return text, format.About{}, err
}

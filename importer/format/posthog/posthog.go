// Package posthog reads session recordings of PostHog: exports of its
// application, the blobs of its storage as they lie there or as its interface
// gives them, and what its recorder sends. Below all that are rrweb's events.
package posthog

import (
	"bytes"
	"context"
	"io"
	"iter"
	"path"
	"strings"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/importer/format/side"
	"hindsite.app/player/fault"
)

// Decoder reads PostHog's recordings. The zero value is ready.
type Decoder struct{}

var _ format.Decoder = Decoder{}

// Name returns "PostHog".
func (Decoder) Name() string { return "PostHog" }

// Takes implements format.Decoder.
func (Decoder) Takes(h format.Head) bool {
	switch {
	case isPrefixed(h.Bytes), isBlock(h.Bytes):
		return true
	case h.IsJSON():
		return isExport(h) || isSent(h) || isBlobLine(h)
	}
	base := format.Base(h.Name)
	return strings.Contains(base, "blob_key_") || strings.Contains(base, "posthog") || strings.HasSuffix(base, ".snappy")
}

// isExport recognises the file that the application exports.
func isExport(h format.Head) bool {
	m := h.Members()
	return m["version"].Kind == '"' && m["data"].Kind == '{'
}

// isSent recognises what the recorder sends, and what the server makes of it.
func isSent(h format.Head) bool {
	m := h.Members()
	if event := string(m["event"].Value); event == `"$snapshot"` || event == `"$snapshot_items"` {
		return true
	}
	if isWrapped(m) {
		return true
	}
	text := h.Text()
	return text[0] == '[' && bytes.Contains(text[:min(len(text), 1024)], []byte(`"$snapshot"`))
}

// isWrapped recognises a message of the server's queue: an event as JSON in
// JSON.
func isWrapped(m map[string]format.Member) bool {
	return m["data"].Kind == '"' && (m["distinct_id"].Kind == '"' || m["token"].Kind == '"')
}

// isBlobLine recognises a line of a blob: a window and an event, or a window
// and its events.
func isBlobLine(h format.Head) bool {
	if m := h.Members(); m["window_id"].Kind == '"' && m["data"].Kind == '[' {
		return true
	}
	text := h.Text()
	if len(text) < 2 || text[0] != '[' || text[1] != '"' {
		return false
	}
	end := bytes.IndexByte(text[2:], '"')
	if end <= 0 || end > 128 {
		return false
	}
	return bytes.HasPrefix(bytes.TrimLeft(text[2+end+1:], " "), []byte(",{"))
}

// Sessions implements format.Decoder.
func (Decoder) Sessions(ctx context.Context, f format.Files, h format.Hints, l format.Limits) iter.Seq2[format.Raw, error] {
	parts := make([]format.File, len(f.Parts))
	for i, p := range f.Parts {
		parts[i] = format.File{Name: p.Name, Open: func(ctx context.Context) (io.ReadCloser, error) { return open(ctx, p, l) }}
	}
	f.Parts = parts
	return rrweb.Read(ctx, f, rrweb.Known{
		Hints: h, Said: format.About{Recorder: "PostHog"}, Describe: side.PostHogMember,
	}, l)
}

// open opens a part as text.
func open(ctx context.Context, p format.File, l format.Limits) (io.ReadCloser, error) {
	r, err := p.Open(ctx)
	if err != nil {
		return nil, err
	}
	head, ahead, err := format.Peek(r)
	switch {
	case err != nil:
		r.Close()
		return nil, err
	case head.IsJSON() && isWrapped(head.Members()):
		defer r.Close()
		return unwrap(ahead, l)
	case head.IsJSON():
		return format.ReadCloser{Reader: ahead, Closer: r}, nil
	}
	defer r.Close()
	b, err := format.ReadAll(ahead, l.Session, path.Base(p.Name))
	if err != nil {
		return nil, err
	}
	blocks, err := split(b)
	if err != nil {
		return nil, fault.Default(fault.Schema, err)
	}
	return io.NopCloser(&unpacked{blocks: blocks, limit: l.Session}), nil
}

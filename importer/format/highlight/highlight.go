// Package highlight reads session recordings of highlight, and of LaunchDarkly
// Observability, which goes on with its code: the objects of its storage, and
// the payloads that its recorder sends. Below that are rrweb's events; what
// highlight notes among them is understood there.
package highlight

import (
	"context"
	"io"
	"iter"
	"path"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
)

// Decoder reads highlight's recordings. The zero value is ready.
type Decoder struct{}

var _ format.Decoder = Decoder{}

// Name returns "highlight".
func (Decoder) Name() string { return "highlight" }

// Takes implements format.Decoder. Brotli has no signature, so that it goes by
// the name.
func (Decoder) Takes(h format.Head) bool {
	if h.IsJSON() {
		return isPayload(h)
	}
	return isStored(h.Name)
}

const (
	contents  = "session-contents-compressed"
	resources = "network-resources-compressed"
)

func isStored(name string) bool {
	name = strings.ToLower(path.Base(name))
	return strings.Contains(name, contents) || strings.HasSuffix(name, ".br")
}

// isPayload recognises a payload, alone or as variables of the query that
// sends it.
func isPayload(h format.Head) bool {
	m := h.Members()
	if _, ok := m["session_secure_id"]; ok {
		return m["data"].Kind == '"' || m["events"].Kind == '{' || m["payload_id"].Kind != 0
	}
	return m["operationName"].Kind == '"' && strings.HasPrefix(string(m["operationName"].Value), `"PushPayload`) ||
		m["query"].Kind == '"' && strings.Contains(strings.ToLower(string(m["query"].Value)), "pushpayload") ||
		m["variables"].Kind == '{' && strings.Contains(string(m["variables"].Value), `"session_secure_id"`)
}

// Sessions implements format.Decoder.
func (Decoder) Sessions(ctx context.Context, f format.Files, h format.Hints, l format.Limits) iter.Seq2[format.Raw, error] {
	late := format.About{}
	var parts, beside []format.File
	for _, p := range f.Parts {
		parts = append(parts, format.File{Name: p.Name, Open: func(ctx context.Context) (io.ReadCloser, error) {
			return open(ctx, p, l, &late)
		}})
	}
	for _, s := range f.Side {
		base := s.Base()
		switch {
		case strings.HasSuffix(base, resources):
			parts = append(parts, format.File{Name: s.Name, Open: func(ctx context.Context) (io.ReadCloser, error) {
				return openResources(ctx, s, l)
			}})
		case strings.HasSuffix(base, "-compressed"), strings.HasSuffix(base, "-events"):
			// What was sent over sockets, and what the server made of the events.
		default:
			beside = append(beside, s)
		}
	}
	f.Parts, f.Side = parts, beside
	return rrweb.Read(ctx, f, rrweb.Known{Hints: h, Said: format.About{Recorder: "highlight"}, Late: &late}, l)
}

// open opens a part as text.
func open(ctx context.Context, p format.File, l format.Limits, late *format.About) (io.ReadCloser, error) {
	r, err := p.Open(ctx)
	if err != nil {
		return nil, err
	}
	head, ahead, err := format.Peek(r)
	if err != nil {
		r.Close()
		return nil, err
	}
	switch {
	case !head.IsJSON():
		return format.ReadCloser{Reader: unbrotli(ahead, l.Session), Closer: r}, nil
	case !isPayload(head):
		return format.ReadCloser{Reader: ahead, Closer: r}, nil
	}
	defer r.Close()
	return payloads(ahead, l, path.Base(p.Name), late)
}

// openResources reads the list of requests that the server keeps apart.
func openResources(ctx context.Context, s format.File, l format.Limits) (io.ReadCloser, error) {
	r, err := s.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	head, ahead, err := format.Peek(r)
	if err != nil {
		return nil, err
	}
	if !head.IsJSON() {
		ahead = unbrotli(ahead, l.Session)
	}
	text, err := format.ReadAll(ahead, l.Session, path.Base(s.Name))
	if err != nil {
		return nil, err
	}
	out := lines{limit: l.Session}
	out.requests(jsontext.Value(text))
	return out.reader()
}

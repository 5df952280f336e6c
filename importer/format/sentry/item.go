package sentry

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/go-json-experiment/json"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/side"
	"hindsite.app/importer/inflate"
	"hindsite.app/player/fault"
)

// unpack returns the events of a stored segment.
func unpack(b []byte) (io.Reader, error) {
	if b[0] == packedPlain {
		return bytes.NewReader(b[1:]), nil
	}
	size := int64(binary.BigEndian.Uint32(b[1:]))
	rest := b[5:]
	if size > int64(len(rest)) {
		return nil, fault.New(fault.Truncated, "read segment: its video ends too early")
	}
	return bytes.NewReader(rest[size:]), nil
}

// item returns the events of an envelope's item: a line that says which
// segment it is, and behind it the events, mostly compressed.
func item(b []byte, l format.Limits, name string) (io.Reader, error) {
	if first, rest, ok := bytes.Cut(b, []byte{'\n'}); ok && isSegmentLine(first) {
		b = rest
	}
	r, err := inflate.Reader(bytes.NewReader(b), inflate.Limits{Output: l.Session})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := format.ReadAll(r, l.Session, name)
	if err != nil {
		return nil, err
	}
	if isPacked(text) {
		return unpack(text)
	}
	return bytes.NewReader(text), nil
}

func isSegmentLine(line []byte) bool {
	var s struct {
		Segment *float64 `json:"segment_id"`
	}
	return len(line) < 100 && json.Unmarshal(line, &s) == nil && s.Segment != nil
}

// itemHeader stands in front of each item of an envelope, on a line.
type itemHeader struct {
	Type   string `json:"type"`
	Length *int64 `json:"length"`
}

func headerOf(line []byte) (h itemHeader, ok bool) {
	return h, json.Unmarshal(line, &h) == nil && h.Type != "" && (h.Length == nil || *h.Length >= 0)
}

// isEnvelope recognises an envelope by its first item.
func isEnvelope(h format.Head) bool {
	first, whole := h.Line()
	if !whole || len(first) == 0 || first[0] != '{' {
		return false
	}
	_, rest, _ := bytes.Cut(h.Text(), []byte{'\n'})
	second, _, _ := bytes.Cut(rest, []byte{'\n'})
	i, ok := headerOf(second)
	return ok && (i.Type == "replay_event" || i.Type == "replay_recording" || i.Type == "replay_video")
}

// envelope returns the events of an envelope, and what its other items say of
// the session.
func envelope(b []byte, l format.Limits) (io.Reader, format.About, error) {
	var said format.About
	var texts []io.Reader
	_, b, _ = bytes.Cut(b, []byte{'\n'})
	for len(bytes.TrimSpace(b)) > 0 {
		h, payload, rest, err := nextItem(b)
		if err != nil {
			return nil, said, err
		}
		b = rest
		switch h.Type {
		case "replay_event":
			if a, ok := side.SentryEvent(payload); ok {
				said.Add(a)
			}
		case "replay_video":
			return nil, said, fault.New(fault.Unsupported, "read envelope: it is Sentry's of a mobile application, which is a video and holds no page")
		case "replay_recording":
			text, err := item(payload, l, "item")
			if err != nil {
				return nil, said, err
			}
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		return nil, said, fault.New(fault.Schema, "read envelope: no recording among its items")
	}
	return io.MultiReader(texts...), said, nil
}

// nextItem takes the first item off an envelope. One without a length ends
// with its line.
func nextItem(b []byte) (h itemHeader, payload, rest []byte, err error) {
	line, rest, _ := bytes.Cut(bytes.TrimLeft(b, "\n"), []byte{'\n'})
	h, ok := headerOf(line)
	if !ok {
		return h, nil, nil, fault.New(fault.Schema, "read envelope: an item has no header")
	}
	if h.Length == nil {
		payload, rest, _ = bytes.Cut(rest, []byte{'\n'})
		return h, payload, rest, nil
	}
	if *h.Length > int64(len(rest)) {
		return h, nil, nil, fault.New(fault.Truncated, "read envelope: an item ends too early")
	}
	return h, rest[:*h.Length], rest[*h.Length:], nil
}

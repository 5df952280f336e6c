package rrweb

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"

	"hindsite.app/player/fault"
)

// latin1 turns a string whose characters stand for bytes into those bytes.
func latin1(s string) ([]byte, bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return nil, false
		}
		b = append(b, byte(r))
	}
	return b, true
}

// unpack undoes rrweb's packer: the string is either the event itself or its
// zlib stream with one character for each byte.
func unpack(s string, limit int) ([]byte, error) {
	if t := bytes.TrimSpace([]byte(s)); len(t) > 0 && t[0] == '{' {
		return t, nil
	}
	b, ok := latin1(s)
	if !ok {
		return nil, fault.New(fault.Schema, "unpack event: characters that are no bytes")
	}
	zr, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fault.New(fault.Schema, "unpack event: %w", err)
	}
	return inflated(zr, limit)
}

// ungzip undoes PostHog's compression of parts of an event.
func ungzip(s string, limit int) ([]byte, error) {
	b, ok := latin1(s)
	if !ok || len(b) < 2 || b[0] != 0x1f || b[1] != 0x8b {
		return nil, fault.New(fault.Schema, "unpack part of event: not gzip")
	}
	zr, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fault.New(fault.Schema, "unpack part of event: %w", err)
	}
	return inflated(zr, limit)
}

func inflated(r io.ReadCloser, limit int) ([]byte, error) {
	defer r.Close()
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, fault.New(fault.Schema, "unpack event: %w", err)
	}
	if len(out) > limit {
		return nil, fault.New(fault.Limit, "unpack event: more than %d bytes", limit)
	}
	return out, nil
}

// Package rrwebfile reads recordings from single files as they are, unmasked and
// unstored: what benchmarks and tests of other rooms draw and measure.
package rrwebfile

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/recording"
)

// Read returns the sessions of a file in the order in which it holds them, and
// an error when there are none. A name that ends in .gz is that of a compressed
// file. Sessions that cannot be used are left out.
func Read(ctx context.Context, path string) ([]*recording.Recording, error) {
	raw, err := Bytes(path)
	if err != nil {
		return nil, err
	}
	var all []*recording.Recording
	var refused error
	hints := format.Hints{Name: strings.TrimSuffix(filepath.Base(path), ".gz")}
	for s, err := range (rrweb.Decoder{}).Decode(ctx, bytes.NewReader(raw), hints, format.DefaultLimits()) {
		if err != nil {
			refused = err
			continue
		}
		all = append(all, s.Recording)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(path), refused)
	}
	return all, nil
}

// Bytes returns the content of a file, uncompressed when its name ends in .gz.
func Bytes(path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(path, ".gz") {
		return raw, err
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("uncompress %s: %w", filepath.Base(path), err)
	}
	if raw, err = io.ReadAll(z); err != nil {
		return nil, fmt.Errorf("uncompress %s: %w", filepath.Base(path), err)
	}
	return raw, nil
}

package importer_test

import (
	"bytes"
	"compress/zlib"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"

	"hindsite.app/importer"
	"hindsite.app/importer/format"
	"hindsite.app/importer/format/formattest"
)

// parts reads files of testdata, without the compression that any file may have
// around it.
func parts(t testing.TB, names ...string) []formattest.Part {
	t.Helper()
	var out []formattest.Part
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader
		switch {
		case bytes.HasPrefix(b, []byte("\x28\xB5\x2F\xFD")):
			z, zErr := zstd.NewReader(bytes.NewReader(b))
			r, err = z, zErr
		case len(b) > 1 && b[0] == 0x78:
			r, err = zlib.NewReader(bytes.NewReader(b))
		}
		if err != nil {
			t.Fatal(err)
		}
		if r != nil {
			if b, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, formattest.Part{Name: filepath.Base(name), Data: b})
	}
	return out
}

// TestDecoders runs every decoder over recordings of its format.
func TestDecoders(t *testing.T) {
	const derived = "testdata/derived/"
	examples := map[string][]formattest.Example{
		"rrweb": {
			{Name: "list", Parts: parts(t, derived+"sentry-api.json")},
		},
		"PostHog": {
			{Name: "blobs", Parts: parts(t, derived+"posthog/blob_key_0.bin", derived+"posthog/blob_key_1.bin"), Side: parts(t, derived+"posthog/recording.json")},
			{Name: "block", Parts: parts(t, derived+"posthog-raw.snappy.bin")},
			{Name: "export", Parts: parts(t, derived+"posthog-export.ph-recording.json")},
			{Name: "older export", Parts: parts(t, derived+"posthog-export-2022.json")},
			{Name: "captured", Parts: parts(t, derived+"posthog-captured.json")},
			{Name: "queue", Parts: parts(t, derived+"posthog-queue.ndjson")},
		},
		"Sentry": {
			{Name: "items", Parts: parts(t, derived+"sentry-item.seg0.bin", derived+"sentry-item.seg1.bin", derived+"sentry-item.seg2.bin")},
			{Name: "envelopes", Parts: parts(t, derived+"sentry-envelope.segment0.bin", derived+"sentry-envelope.segment1.bin", derived+"sentry-envelope.segment2.bin")},
			{Name: "stored with video", Parts: parts(t, derived+"sentry-video.zlib")},
		},
		"highlight": {
			{Name: "stored", Parts: parts(t, derived+"highlight/session-contents-compressed-0000", derived+"highlight/session-contents-compressed-0001", derived+"highlight/session-contents-compressed-0002"), Side: parts(t, derived+"highlight/session.json")},
			{Name: "payloads", Parts: parts(t, derived+"highlight-payload-1.json", derived+"highlight-payload-2.json", derived+"highlight-payload-3.json")},
		},
		"OpenReplay": {
			{Name: "protocol 1", Parts: parts(t, "format/openreplay/testdata/v1/dom.mobs", "format/openreplay/testdata/v1/dom.mobe", "format/openreplay/testdata/v1/devtools.mob")},
			{Name: "protocol 2", Parts: parts(t, "format/openreplay/testdata/v2/dom.mobs", "format/openreplay/testdata/v2/dom.mobe", "format/openreplay/testdata/v2/devtools.mob")},
		},
		"Clarity": {
			{Name: "payloads", Parts: parts(t, "format/clarity/testdata/payloads.jsonl")},
		},
	}
	for _, d := range importer.Decoders() {
		all := examples[d.Name()]
		if len(all) == 0 {
			t.Errorf("%s has no example", d.Name())
		}
		for _, e := range all {
			t.Run(d.Name()+" "+e.Name, func(t *testing.T) { formattest.Run(t, d, e) })
		}
	}
}

// decoder returns the decoder of that name.
func decoder(f testing.TB, name string) format.Decoder {
	f.Helper()
	for _, d := range importer.Decoders() {
		if d.Name() == name {
			return d
		}
	}
	f.Fatalf("no decoder %s", name)
	return nil
}

func fuzz(f *testing.F, name string, files ...string) {
	f.Helper()
	var seeds [][]byte
	for _, p := range parts(f, files...) {
		seeds = append(seeds, p.Data)
	}
	formattest.Fuzz(f, decoder(f, name), seeds...)
}

func FuzzPostHog(f *testing.F) {
	fuzz(f, "PostHog", "testdata/derived/posthog-raw.snappy.bin", "testdata/derived/posthog/blob_key_1.bin", "testdata/derived/posthog-queue.ndjson", "testdata/derived/posthog-captured.json")
}

func FuzzSentry(f *testing.F) {
	fuzz(f, "Sentry", "testdata/derived/sentry-item.seg0.bin", "testdata/derived/sentry-item.seg1.bin", "testdata/derived/sentry-envelope.segment0.bin", "testdata/derived/sentry-video.zlib")
}

func FuzzHighlight(f *testing.F) {
	fuzz(f, "highlight", "testdata/derived/highlight/session-contents-compressed-0000", "testdata/derived/highlight-payload-1.json", "testdata/derived/highlight.br")
}

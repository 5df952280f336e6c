package group_test

import (
	"fmt"
	"strings"
	"testing"

	"hindsite.app/importer/format/group"
)

// shown writes a recording as its name, its parts and, behind a plus, its side
// files and, behind a minus, how many parts are missing.
func shown(names []string, r group.Recording) string {
	of := func(indexes []int) string {
		out := make([]string, len(indexes))
		for i, n := range indexes {
			out[i] = names[n]
		}
		return strings.Join(out, " ")
	}
	s := r.Name + ": " + of(r.Parts)
	if len(r.Side) > 0 {
		s += " + " + of(r.Side)
	}
	if r.Gaps > 0 {
		s += fmt.Sprintf(" - %d", r.Gaps)
	}
	return s
}

func TestRecordings(t *testing.T) {
	const replay = "30/4501/0b6c1c2d3e4f5a6b7c8d9e0f1a2b3c4d"
	for name, tc := range map[string]struct{ names, want []string }{
		"none": {},
		"each its own": {
			[]string{"a.json", "b/a.json", "c.ndjson.gz", "session.json", "1.json", "x/2", "0"},
			[]string{"a.json: a.json", "b/a.json: b/a.json", "c.ndjson.gz: c.ndjson.gz", "session.json: session.json", "1.json: 1.json", "x/2: x/2", "0: 0"},
		},
		"OpenReplay folders": {
			[]string{"7/devtools.mob", "7/dom.mobe", "7/dom.mobs", "7/session.json", "8/dom.mobs.zst", "z.json"},
			[]string{"7: 7/dom.mobs 7/dom.mobe 7/devtools.mob + 7/session.json", "8: 8/dom.mobs.zst", "z.json: z.json"},
		},
		"OpenReplay files with prefixes": {
			[]string{"7-dom.mobs", "7-session.json", "8-dom.mobs", "8-dom.mobe", "session.json"},
			[]string{"7: 7-dom.mobs + 7-session.json", "8: 8-dom.mobs 8-dom.mobe", "session.json: session.json"},
		},
		"OpenReplay without a folder": {
			[]string{"dom.mobs", "dom.mobe"},
			[]string{"dom.mobs: dom.mobs dom.mobe"},
		},
		"Sentry's storage": {
			[]string{replay + "/0", replay + "/1", replay + "/10", replay + "/2", replay + "/replay.json"},
			[]string{replay + ": " + replay + "/0 " + replay + "/1 " + replay + "/2 " + replay + "/10 + " + replay + "/replay.json - 7"},
		},
		"Sentry segments by name": {
			[]string{"sentry-stored.seg2.zlib", "sentry-stored.seg0.zlib", "sentry-stored.seg1.zlib", "sentry-item.seg0.bin", "my-segment-1.json", "segment_0", "parting0.json"},
			[]string{
				"sentry-stored: sentry-stored.seg0.zlib sentry-stored.seg1.zlib sentry-stored.seg2.zlib", "sentry-item: sentry-item.seg0.bin",
				"my: my-segment-1.json - 1", "segment_0: segment_0", "parting0.json: parting0.json",
			},
		},
		"PostHog blobs": {
			[]string{"s1/blob_key_0.jsonl", "s1/blob_key_1.jsonl", "s1/person.json", "s2/blob_key_1.bin", "s2/blob_key_3.bin", "s3_blob_key_0"},
			[]string{"s1: s1/blob_key_0.jsonl s1/blob_key_1.jsonl + s1/person.json", "s2: s2/blob_key_1.bin s2/blob_key_3.bin - 2", "s3: s3_blob_key_0"},
		},
		"highlight chunks": {
			[]string{"h/session-contents-compressed-0001.br", "h/session-contents-compressed-0000.br", "h/network-resources-compressed", "h/timeline-indicator-events", "h/session.json"},
			[]string{"h: h/session-contents-compressed-0000.br h/session-contents-compressed-0001.br + h/network-resources-compressed h/timeline-indicator-events h/session.json"},
		},
		"payloads": {
			[]string{"p/payload-3.json", "p/payload-1.json", "payload.json"},
			[]string{"p: p/payload-1.json p/payload-3.json - 1", "payload.json: payload.json"},
		},
		"metadata by the recording's name": {
			[]string{"a.meta.json", "a.ndjson.gz", "b.meta.json", "b.x.json", "b.y.json", "export-1.ph-recording.json", "export-1.meta.json", "lonely.meta.json"},
			[]string{
				"a.ndjson.gz: a.ndjson.gz + a.meta.json", "b.meta.json: b.meta.json", "b.x.json: b.x.json", "b.y.json: b.y.json",
				"export-1.ph-recording.json: export-1.ph-recording.json + export-1.meta.json", "lonely.meta.json: lonely.meta.json",
			},
		},
		"a folder of several recordings has no metadata in common": {
			[]string{"x.seg0.zlib", "y.seg0.zlib", "replay.json"},
			[]string{"x: x.seg0.zlib", "y: y.seg0.zlib", "replay.json: replay.json"},
		},
		"numbers beyond belief": {
			[]string{"q/blob_key_0", "q/blob_key_999999999", "q/blob_key_1000000000"},
			[]string{"q: q/blob_key_0 q/blob_key_999999999 - 1000", "q/blob_key_1000000000: q/blob_key_1000000000"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range group.Recordings(tc.names) {
				got = append(got, shown(tc.names, r))
			}
			if strings.Join(got, "\n") != strings.Join(tc.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
		})
	}
}

func TestBelongs(t *testing.T) {
	for name, want := range map[string]bool{
		"7/dom.mobs": true, "7/dom.mobe.gz": true, "0b6c1c2d3e4f5a6b7c8d9e0f1a2b3c4d/0": true, "files/0": false,
		"blob_key_12": true, "session-contents-compressed": true, "x/network-resources-compressed": true, "readme": false, "a.txt": false,
	} {
		if got := group.Belongs(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Whatever the names are, every file is in one recording once.
func FuzzRecordings(f *testing.F) {
	f.Add("7/dom.mobs\n7/dom.mobe\n7/session.json\na.json\na.meta.json")
	f.Add("x.seg0\nx.seg5\nseg0\n\n/\n.meta.json")
	f.Add("s/blob_key_0\ns/blob_key_0\ns/person.json\nperson.json")
	f.Fuzz(func(t *testing.T, text string) {
		names := strings.Split(text, "\n")
		seen := make([]int, len(names))
		for _, r := range group.Recordings(names) {
			if len(r.Parts) == 0 {
				t.Fatal("a recording without parts")
			}
			for _, i := range append(append([]int(nil), r.Parts...), r.Side...) {
				seen[i]++
			}
		}
		for i, n := range seen {
			if n != 1 {
				t.Fatalf("%q is in %d recordings", names[i], n)
			}
		}
	})
}

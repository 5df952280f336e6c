package state_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/app/state"
	"hindsite.app/player/fault"
)

// derived is a recording in a container that was made of it by another program
// (importer/testdata/derived/derive.mjs, or the scripts of the corpus), and what
// its container says of the session.
type derived struct {
	path              string // file, or folder of what belongs together
	original          string
	recorder, visitor string
	attribute         [2]string
	replaced          int // positions of the original that gave way to events of the recorder's own
}

const (
	posthog2021 = "PostHog-posthog-2021/posthog/demo/demo_session_recording.json"
	chalk       = "wcjordan-chalk/test_gen/rrweb_ingest/tests/test_sessions/e1e2280b-47ff-4be0-bab5-85c1ec4202a1.json"
	wide        = "PostHog-posthog-react-rrweb-player/example/public/wide-layout.json"
	touch       = "rrweb-io-rrweb-sizer/__tests__/__fixture__/e1.json"
)

// TestDerivedContainers imports recordings from each container and holds them to
// what the original file gives: the same positions, clicks, scrolls, inputs and
// page at the end.
func TestDerivedContainers(t *testing.T) {
	plan := [2]string{"plan", "pro"}
	for _, d := range []derived{
		{path: "posthog-raw.snappy.bin", original: posthog2021, recorder: "PostHog"},
		{path: "posthog", original: posthog2021, recorder: "PostHog", visitor: "d-7", attribute: plan},
		{path: "posthog-old.jsonl", original: posthog2021},
		{path: "posthog-export.ph-recording.json", original: posthog2021, recorder: "PostHog", visitor: "d-7", attribute: plan},
		{path: "posthog-export-2022.json", original: posthog2021, recorder: "PostHog", visitor: "d-7", attribute: plan},
		{path: "posthog-queue.ndjson", original: posthog2021, recorder: "PostHog", visitor: "d-7"},
		{path: "posthog-captured.json", original: posthog2021, recorder: "PostHog", visitor: "d-7"},
		{path: "0b6c1c2d3e4f5a6b7c8d9e0f1a2b3c4d", original: posthog2021, recorder: "Sentry", visitor: "u-7", attribute: plan},
		{path: "sentry-video.zlib", original: posthog2021, recorder: "Sentry"},
		{path: "sentry-api.json", original: posthog2021},
		{path: "highlight", original: posthog2021, recorder: "highlight", visitor: "seven@test.example", attribute: [2]string{"city", "Berlin"}},
		{path: "highlight.br", original: posthog2021, recorder: "highlight"},
	} {
		t.Run(d.path, func(t *testing.T) { d.check(t, filepath.Join("../../importer/testdata/derived", d.path)) })
	}
	for _, d := range []derived{
		{path: "highlight-session-contents-compressed.chalk.br", original: chalk, recorder: "highlight"},
		{path: "packed-array.touch.json", original: touch},
		{path: "packed-lines.chalk.ndjson", original: chalk},
		{path: "packed-mixed.chalk.json", original: chalk},
		{path: "posthog-blob_v2.wide.jsonl", original: wide},
		{path: "posthog-blob_v2.wide.lenprefix-snappy.bin", original: wide, recorder: "PostHog"},
		{path: "posthog-blob_v2.wide.raw-snappy.bin", original: wide, recorder: "PostHog"},
		{path: "posthog-export-v2022-12-02.chalk.ph-recording.json", original: chalk, recorder: "PostHog"},
		{path: "posthog-export-v2023-04-28.chalk.ph-recording.json", original: chalk, recorder: "PostHog"},
		{path: "sentry-api-segments.chalk.json", original: chalk},
		{path: "sentry-customevents.chalk.json", original: chalk, replaced: 2},
	} {
		t.Run("shared "+d.path, func(t *testing.T) {
			shared := os.Getenv("HINDSITE_SHARED")
			if shared == "" {
				t.Skip("HINDSITE_SHARED names no folder")
			}
			d.check(t, filepath.Join(shared, "corpus", "derived", d.path))
		})
	}
}

func (d derived) check(t *testing.T, path string) {
	t.Helper()
	original := originalFile(t, d.original)
	want := only(t, original)
	got := only(t, path)
	if d.replaced > 0 {
		if n := len(want.Tracks.Pointers) - len(got.Tracks.Pointers); n != d.replaced {
			t.Errorf("%d positions fewer than the original, want %d", n, d.replaced)
		}
		want.Tracks.Pointers, got.Tracks.Pointers = nil, nil
	}
	if a, b := trackText(t, want), trackText(t, got); a != b {
		i := 0
		for i < min(len(a), len(b)) && a[i] == b[i] {
			i++
		}
		t.Errorf("other tracks than the original's:\n%.300s\n%.300s", b[max(0, i-150):], a[max(0, i-150):])
	}
	if want.text != got.text {
		t.Errorf("at the end the page says %.200q, want %.200q", got.text, want.text)
	}
	if d.recorder != "" && got.Detail.Recorder != d.recorder {
		t.Errorf("recorded by %q, want %q", got.Detail.Recorder, d.recorder)
	}
	if d.visitor != "" && got.Detail.Visitor != d.visitor {
		t.Errorf("visitor %q, want %q", got.Detail.Visitor, d.visitor)
	}
	if name := d.attribute[0]; name != "" && got.Detail.Attributes[name] != d.attribute[1] {
		t.Errorf("attributes %v, want %v", got.Detail.Attributes, d.attribute)
	}
}

// originalFile returns a recording of the corpus as a file.
func originalFile(t *testing.T, path string) string {
	t.Helper()
	if shared := os.Getenv("HINDSITE_SHARED"); shared != "" {
		return filepath.Join(shared, "corpus", "recordings", path)
	}
	return filepath.Join("../../importer/testdata/corpus", path+".gz")
}

// replayed is the only session of a file.
type replayed struct {
	*state.Recording
	text string // of the page at the end
}

func only(t *testing.T, path string) replayed {
	t.Helper()
	l, _ := newLibrary(t)
	var refused fault.Class
	sum, err := l.Import(t.Context(), []string{path}, state.ImportOptions{Report: func(r state.ImportLine) { refused += r.Class }})
	if err != nil || sum.Imported != 1 || sum.Refused != 0 {
		t.Fatalf("%s: %+v (%s), %v", filepath.Base(path), sum, refused, err)
	}
	page, err := l.List(t.Context(), state.ListQuery{Limit: 2})
	if err != nil || len(page.Sessions) != 1 {
		t.Fatal(len(page.Sessions), err)
	}
	r, err := l.OpenRecording(t.Context(), page.Sessions[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	m, err := l.Moment(t.Context(), r, r.Tracks.Duration)
	if err != nil {
		t.Fatal(err)
	}
	return replayed{r, m.Text}
}

func trackText(t *testing.T, r replayed) string {
	t.Helper()
	b, err := json.Marshal([]any{r.Tracks.Duration, r.Tracks.Pointers, r.Tracks.Interactions, r.Tracks.Scrolls, r.Tracks.Inputs})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

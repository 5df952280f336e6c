package replay_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"hindsite.app/player/render"
	"hindsite.app/player/render/flat"
	"hindsite.app/player/replay"
)

// shown is what rrweb's own replayer shows at a moment, recorded by
// testdata/replayer/record.mjs.
type shown struct {
	AtMS      float64 `json:"at_ms"`
	Width     int     `json:"width"`
	Height    int     `json:"height"`
	Scroll    spot    `json:"scroll"`
	MaxScroll spot    `json:"max_scroll"`
	Pointer   *spot   `json:"pointer"`
	Text      string  `json:"text"`
}

type spot struct{ X, Y float64 }

var replayed = map[string]string{
	"example-events.json.gz":                       "../../importer/testdata/corpus/steel-dev-steel-browser/ui/src/components/sessions/session-viewer/example-events/example-events.json.gz",
	"e1e2280b-47ff-4be0-bab5-85c1ec4202a1.json.gz": "../../importer/testdata/corpus/wcjordan-chalk/test_gen/rrweb_ingest/tests/test_sessions/e1e2280b-47ff-4be0-bab5-85c1ec4202a1.json.gz",
	"demo_session_recording.json.gz":               "../../importer/testdata/corpus/PostHog-posthog-2021/posthog/demo/demo_session_recording.json.gz",
	"s-0007.ndjson.gz":                             "../../app/sample/study/s-0007.ndjson.gz",
	"s-0005.ndjson.gz":                             "../../app/sample/study/s-0005.ndjson.gz",
}

func goldens(t *testing.T) map[string][]shown {
	t.Helper()
	b, err := os.ReadFile("testdata/replayer/goldens.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Recordings []struct {
			Recording string  `json:"recording"`
			Moments   []shown `json:"moments"`
		} `json:"recordings"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	out := map[string][]shown{}
	for _, r := range file.Recordings {
		out[r.Recording] = r.Moments
	}
	return out
}

// Pointer, scroll, size and visible text at ten moments of each recording agree with rrweb's
// own replayer in Chromium.
func TestAgainstTheReplayer(t *testing.T) {
	for name, moments := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			rec := load(t, replayed[name])
			tracks, chunks, err := replay.FromRecording(rec)
			if err != nil {
				t.Fatal(err)
			}
			path := replay.NewPath(&tracks)
			c := replay.NewCursor(&tracks, chunks)
			page, err := flat.New(nil).Open(context.Background(), nil, render.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			defer page.Close()
			for _, want := range moments {
				at := milliseconds(want.AtMS)
				if _, err := c.Seek(context.Background(), at); err != nil {
					t.Fatal(err)
				}
				if w, h := c.Document().Viewport(); w != want.Width || h != want.Height {
					t.Errorf("%v: viewport %d × %d, want %d × %d", at, w, h, want.Width, want.Height)
				}
				x, y := c.Document().Scroll()
				if math.Abs(float64(x)-want.Scroll.X) > 1 || math.Abs(float64(y)-want.Scroll.Y) > 1 {
					t.Errorf("%v: scroll %v, %v, want %v", at, x, y, want.Scroll)
				}
				if err := page.Load(context.Background(), c.Document()); err != nil {
					t.Fatal(err)
				}
				if text, err := page.Text(context.Background()); err != nil || text != want.Text {
					t.Errorf("%v: text\n%.600q, want\n%.600q (%v)", at, text, want.Text, err)
				}
				got, ok := path.At(at)
				switch {
				case want.Pointer == nil:
					// The replayer has not drawn it yet; a click alone does not show it there.
				case !ok:
					t.Errorf("%v: no pointer, want %v", at, *want.Pointer)
				case math.Abs(float64(got.X)-want.Pointer.X) > 1 || math.Abs(float64(got.Y)-want.Pointer.Y) > 1:
					t.Errorf("%v: pointer %v, %v, want %v", at, got.X, got.Y, *want.Pointer)
				}
			}
		})
	}
}

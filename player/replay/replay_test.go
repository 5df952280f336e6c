package replay_test

import (
	"compress/gzip"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
	"hindsite.app/player/track"
)

// load reads the first session of a recording.
func load(t testing.TB, path string) *recording.Recording {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	for s, err := range (rrweb.Decoder{}).Decode(t.Context(), in, format.Hints{Name: path}, format.DefaultLimits()) {
		if err != nil {
			t.Fatal(err)
		}
		return s.Recording
	}
	t.Fatal("no session")
	return nil
}

const shop = "../../app/sample/study/s-0003.ndjson.gz"

// A seek to any moment, from anywhere, must give the state that applying every
// change from the beginning gives.
func TestSeekAgainstPlayingFromTheBeginning(t *testing.T) {
	rec := load(t, shop)
	tracks, chunks, err := replay.FromRecording(rec)
	if err != nil {
		t.Fatal(err)
	}
	c := replay.NewCursor(&tracks, chunks)
	r := rand.New(rand.NewPCG(1, 2))
	at := recording.Time(0)
	for i := range 120 {
		switch i % 3 {
		case 0:
			at = recording.Time(r.Int64N(int64(rec.Duration)))
		case 1:
			at += 200 * recording.Millisecond
		case 2:
			at = max(at-2*recording.Second, 0)
		}
		if _, err := c.Seek(context.Background(), at); err != nil {
			t.Fatal(err)
		}
		want := dom.New()
		for _, ch := range rec.Changes {
			if ch.At <= at {
				want.Apply(ch.Op)
			}
		}
		if got, want := c.Document().Export(), want.Export(); !reflect.DeepEqual(got, want) {
			t.Fatalf("the state at %v differs from the state after every change before it", at)
		}
	}
}

// The changes that a Seek reports must lead from the state before to the state
// after.
func TestMovesLeadFromStateToState(t *testing.T) {
	rec := load(t, shop)
	tracks, chunks, err := replay.FromRecording(rec)
	if err != nil {
		t.Fatal(err)
	}
	c := replay.NewCursor(&tracks, chunks)
	follower := dom.New()
	steps := 0
	for at := recording.Time(0); at <= rec.Duration; at += 150 * recording.Millisecond {
		m, err := c.Seek(context.Background(), at)
		if err != nil {
			t.Fatal(err)
		}
		if m.Reloaded {
			follower = dom.New()
			for _, op := range c.Document().Export() {
				follower.Apply(op)
			}
			continue
		}
		for _, op := range m.Ops {
			follower.Apply(op)
			steps++
		}
		if !reflect.DeepEqual(follower.Export(), c.Document().Export()) {
			t.Fatalf("states differ at %v", at)
		}
	}
	if steps == 0 {
		t.Error("no step was streamed")
	}
}

func TestStoredTracksAreTheSame(t *testing.T) {
	rec := load(t, shop)
	tracks, chunks, err := replay.FromRecording(rec)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, got, want any, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s differ after being stored", name)
		}
	}
	pointers, err := track.DecodePointers(track.EncodePointers(tracks.Pointers))
	check("pointers", pointers, tracks.Pointers, err)
	interactions, err := track.DecodeInteractions(track.EncodeInteractions(tracks.Interactions))
	check("interactions", interactions, tracks.Interactions, err)
	scrolls, err := track.DecodeScrolls(track.EncodeScrolls(tracks.Scrolls))
	check("scrolls", scrolls, tracks.Scrolls, err)
	inputs, err := track.DecodeInputs(track.EncodeInputs(tracks.Inputs))
	check("inputs", inputs, tracks.Inputs, err)
	notes, err := track.DecodeNotes(track.EncodeNotes(tracks.Notes))
	check("notes", notes, tracks.Notes, err)
	head, err := track.DecodeHead(track.EncodeHead(tracks.Head))
	check("head", head, tracks.Head, err)
	index, err := track.DecodeIndex(track.EncodeIndex(tracks.Documents))
	check("index", index, tracks.Documents, err)
	for _, want := range chunks[0] {
		got, err := track.DecodeChunk(track.EncodeChunk(want))
		if err != nil {
			t.Fatal(err)
		}
		a, b := dom.New(), dom.New()
		for _, op := range want.Keyframe {
			a.Apply(op)
		}
		for _, op := range got.Keyframe {
			b.Apply(op)
		}
		for i := range want.Changes {
			a.Apply(want.Changes[i].Op)
			b.Apply(got.Changes[i].Op)
		}
		check("chunk", b.Export(), a.Export(), nil)
	}
}

func FuzzDecodeChunk(f *testing.F) {
	f.Add(track.EncodeChunk(track.Chunk{Keyframe: []recording.Op{recording.SetViewport{Width: 3, Height: 4}}, Changes: []recording.Change{
		{At: 5, Op: recording.Snapshot{Root: &recording.Node{ID: 1, Children: []*recording.Node{{ID: 2, Type: recording.TextNode, Text: "x"}}}}},
		{At: 6, Op: recording.Mutation{Removals: []recording.Removal{{Parent: 1, Node: 2}}}},
	}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := track.DecodeChunk(b)
		if err != nil {
			return
		}
		d := dom.New()
		for _, op := range c.Keyframe {
			d.Apply(op)
		}
		for _, ch := range c.Changes {
			d.Apply(ch.Op)
		}
	})
}

func TestClock(t *testing.T) {
	sec := recording.Second
	now := time.Unix(1000, 0)
	c := replay.NewClock(60*sec, []replay.Span{{From: 10 * sec, To: 30 * sec}})
	step := func(d time.Duration) recording.Time {
		now = now.Add(d)
		at, _ := c.Advance(now)
		return at
	}
	if step(time.Second) != 0 {
		t.Error("a paused clock moved")
	}
	c.Play(now)
	if got := step(2 * time.Second); got != 2*sec {
		t.Errorf("after 2 s: %v", got)
	}
	c.SetSpeed(now, 4)
	if got := step(2 * time.Second); got != 10*sec {
		t.Errorf("after 2 s more at 4x: %v", got)
	}
	if got, want := step(250*time.Millisecond), 30*sec-replay.Lead; got != want {
		t.Errorf("inside the inactive span: %v, want %v", got, want)
	}
	c.Seek(now, 12*sec)
	c.SetSkipping(false)
	if got := step(250 * time.Millisecond); got != 13*sec {
		t.Errorf("without skipping: %v", got)
	}
	c.SetSpeed(now, 1000)
	if c.Speed() != 16 {
		t.Errorf("speed is %v", c.Speed())
	}
	if got := step(time.Minute); got != 60*sec || c.Playing() {
		t.Errorf("at the end: %v, playing %v", got, c.Playing())
	}
	c.Play(now)
	if c.Now() != 0 {
		t.Errorf("playing again begins at %v", c.Now())
	}
}

func TestPointerPath(t *testing.T) {
	ms := recording.Millisecond
	tracks := replay.Tracks{
		Duration: 10 * recording.Second,
		Pointers: []recording.Pointer{
			{At: 100 * ms, Place: recording.Place{X: 0, Y: 0}},
			{At: 200 * ms, Place: recording.Place{X: 100, Y: 50}},
			{At: 5000 * ms, Place: recording.Place{X: 0, Y: 0}},
		},
		Interactions: []recording.Interaction{
			{At: 250 * ms, Kind: recording.Click, HasXY: true, Place: recording.Place{X: 110, Y: 60}},
			{At: 300 * ms, Kind: recording.Focus},
		},
	}
	p := replay.NewPath(&tracks)
	if _, ok := p.At(50 * ms); ok {
		t.Error("there is a pointer before the first sample")
	}
	if s, _ := p.At(199 * ms); s.X != 0 {
		t.Errorf("recorded spot is %v", s)
	}
	if s, _ := p.Smooth(150 * ms); s.X != 50 || s.Y != 25 {
		t.Errorf("half way is %v, %v", s.X, s.Y)
	}
	if s, _ := p.Smooth(3 * recording.Second); s.X != 110 {
		t.Errorf("a resting pointer is at %v", s.X)
	}
	if got := p.Clicks(400*ms, 500*ms); len(got) != 1 {
		t.Errorf("%d clicks", len(got))
	}
	if got := p.Clicks(900*ms, 500*ms); len(got) != 0 {
		t.Errorf("an old click is still there")
	}
	if got := p.Trail(250*ms, 100*ms); len(got) != 2 {
		t.Errorf("trail is %v", got)
	}
}

func BenchmarkSeek(b *testing.B) {
	path := os.Getenv("HINDSITE_SHARED")
	if path == "" {
		path = shop
	} else {
		path += "/study/long/long-001.ndjson"
	}
	rec := load(b, path)
	tracks, chunks, err := replay.FromRecording(rec)
	if err != nil {
		b.Fatal(err)
	}
	encoded := make(encodedChunks, len(chunks[0]))
	for i, c := range chunks[0] {
		encoded[i] = track.EncodeChunk(c)
	}
	c := replay.NewCursor(&tracks, encoded)
	r := rand.New(rand.NewPCG(1, 2))
	var took []time.Duration
	for b.Loop() {
		at := recording.Time(r.Int64N(int64(rec.Duration)))
		begin := time.Now()
		if _, err := c.Seek(context.Background(), at); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begin))
	}
	reportPercentiles(b, took)
}

type encodedChunks [][]byte

func (e encodedChunks) Chunk(_ context.Context, _, n int) (track.Chunk, error) {
	return track.DecodeChunk(e[n])
}

func reportPercentiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func milliseconds(ms float64) recording.Time { return recording.Time(ms * 1000) }

package flat_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/flat"
)

// eachPage runs a benchmark for every recording of the larger set.
func eachPage(b *testing.B, run func(b *testing.B, r *recording.Recording)) {
	files, err := filepath.Glob(filepath.Join(shared(b), "pages", "*.json.gz"))
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range files {
		r := loadRecording(b, f)
		b.Run(strings.TrimSuffix(filepath.Base(f), ".json.gz"), func(b *testing.B) { run(b, r) })
	}
}

// player shows a recording as the window does.
type player struct {
	b       *testing.B
	session render.Session
	doc     *dom.Document
	r       *recording.Recording
	next    int // change
	times   []time.Duration
}

func newPlayer(b *testing.B, r *recording.Recording) *player {
	s, err := flat.New(nil).Open(context.Background(), nil, render.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return &player{b: b, session: s, doc: dom.New(), r: r}
}

// apply makes the changes up to a moment.
func (p *player) apply(at recording.Time) (ops []recording.Op) {
	for ; p.next < len(p.r.Changes) && p.r.Changes[p.next].At <= at; p.next++ {
		p.doc.Apply(p.r.Changes[p.next].Op)
		ops = append(ops, p.r.Changes[p.next].Op)
	}
	return ops
}

// show draws what step changed, and notes how long both took.
func (p *player) show(step func(ctx context.Context) error) {
	ctx := context.Background()
	start := time.Now()
	err := step(ctx)
	if err == nil {
		_, err = p.session.Render(ctx, render.Request{Pixels: true})
	}
	if err != nil {
		p.b.Fatal(err)
	}
	p.times = append(p.times, time.Since(start))
}

// report tells the distribution of the times, in milliseconds.
func (p *player) report() {
	slices.Sort(p.times)
	at := func(q float64) float64 { return p.times[int(q*float64(len(p.times)-1))].Seconds() * 1000 }
	p.b.ReportMetric(at(0.5), "p50-ms")
	p.b.ReportMetric(at(0.95), "p95-ms")
	p.b.ReportMetric(at(1), "max-ms")
}

// BenchmarkPlayback draws every changed frame of a replay at 30 frames a second
// and reports how long a frame takes and how many took longer than they may. The
// first picture is that of a seek and is left out.
func BenchmarkPlayback(b *testing.B) {
	eachPage(b, func(b *testing.B, r *recording.Recording) {
		var p *player
		for b.Loop() {
			p = newPlayer(b, r)
			const frame = recording.Second / 30
			loaded := false
			for at := recording.Time(0); at <= r.Duration; at += frame {
				from := p.doc.Version()
				ops := p.apply(at)
				if p.doc.Root() == nil || len(ops) == 0 {
					continue
				}
				p.show(func(ctx context.Context) error {
					if !loaded {
						return p.session.Load(ctx, p.doc)
					}
					return p.session.Apply(ctx, render.Delta{From: from, To: p.doc.Version(), Ops: ops})
				})
				if !loaded {
					loaded, p.times = true, p.times[:0]
				}
			}
		}
		if len(p.times) == 0 {
			b.Skip("nothing changes")
		}
		p.report()
		late := 0
		for _, t := range p.times {
			if t > time.Second/30 {
				late++
			}
		}
		b.ReportMetric(float64(late), "late")
		b.ReportMetric(float64(len(p.times)), "frames")
	})
}

// BenchmarkSeek jumps to 40 moments all over a recording in one session and
// reports how long it takes until the picture is there, without the bringing of
// the document to the moment, which replay measures.
func BenchmarkSeek(b *testing.B) {
	const jumps = 40
	eachPage(b, func(b *testing.B, r *recording.Recording) {
		var p *player
		for b.Loop() {
			p = newPlayer(b, r)
			for i := range jumps {
				p.doc, p.next = dom.New(), 0
				p.apply(recording.Second + r.Duration*recording.Time(i*17%jumps)/jumps)
				p.show(func(ctx context.Context) error { return p.session.Load(ctx, p.doc) })
			}
		}
		p.report()
	})
}

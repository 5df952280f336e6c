package timeline

import (
	"math/rand/v2"
	"sort"
	"testing"

	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
)

func randomSeries(n int, seed uint64) ([]recording.Time, []float32) {
	r := rand.New(rand.NewPCG(seed, 1))
	times, values := make([]recording.Time, n), make([]float32, n)
	for i := range times {
		times[i] = recording.Time(r.Int64N(int64(10 * recording.Minute)))
		values[i] = r.Float32()*200 - 50
	}
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	return times, values
}

// Bands must say exactly what reading every value says.
func TestBandsAgainstEveryValue(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, n := range []int{0, 1, 31, 32, 33, 300, 5000} {
		times, values := randomSeries(n, uint64(n))
		s := NewSeries(times, values)
		for range 40 {
			from := recording.Time(r.Int64N(int64(10 * recording.Minute)))
			to := from + 1 + recording.Time(r.Int64N(int64(3*recording.Minute)))
			columns := 1 + r.IntN(50)
			got := s.Bands(from, to, columns)
			for c := range got {
				a := from + recording.Time(int64(c)*int64(to-from)/int64(columns))
				b := from + recording.Time(int64(c+1)*int64(to-from)/int64(columns))
				var want Band
				for i, at := range times {
					if at < b {
						want.Last = values[i]
					}
					if at < a || at >= b {
						continue
					}
					if want.Count == 0 {
						want.Min, want.Max = values[i], values[i]
					}
					want.Count++
					want.Min, want.Max = min(want.Min, values[i]), max(want.Max, values[i])
				}
				if got[c] != want {
					t.Fatalf("n=%d column %d of %d over %d..%d: %+v, want %+v", n, c, columns, from, to, got[c], want)
				}
			}
		}
	}
}

func TestZoomKeepsTheMomentUnderThePointer(t *testing.T) {
	s := NewScale(10*recording.Minute, 1000)
	for _, x := range []float64{0, 130, 500, 999} {
		before := s.At(x)
		z := s.Zoom(8, x)
		if d := z.At(x) - before; d < -recording.Millisecond || d > recording.Millisecond {
			t.Errorf("the moment at %v moved by %v", x, d)
		}
		if got, want := z.Visible.Len(), s.Visible.Len()/8; got != want {
			t.Errorf("shows %v, want %v", got, want)
		}
	}
	if got := s.Zoom(1e12, 10).Visible.Len(); got != MinVisible {
		t.Errorf("the closest zoom shows %v", got)
	}
	if got := s.Zoom(0.001, 10).Visible; got != s.Visible {
		t.Errorf("zoomed out beyond the session: %v", got)
	}
	if got := s.Zoom(4, 999).Pan(1e9).Visible.To; got != s.Total {
		t.Errorf("panned beyond the end to %v", got)
	}
}

func TestTicks(t *testing.T) {
	s := NewScale(400*recording.Second, 1300)
	var labels []string
	last := -1000.0
	for _, tick := range s.Ticks(80) {
		if tick.Label == "" {
			continue
		}
		if x := s.X(tick.At); x-last < 80 {
			t.Errorf("labels at %v and %v are too near", last, x)
		} else {
			last = x
		}
		labels = append(labels, tick.Label)
	}
	if len(labels) != 14 || labels[1] != "0:30" || labels[13] != "6:30" {
		t.Errorf("labels are %v", labels)
	}
}

func TestTracksOfASession(t *testing.T) {
	sec := recording.Second
	tr := &replay.Tracks{
		Duration: 60 * sec,
		Pointers: []recording.Pointer{
			{At: sec, Place: recording.Place{X: 0, Y: 0}},
			{At: sec + 100*recording.Millisecond, Place: recording.Place{X: 30, Y: 40}},
		},
		Interactions: []recording.Interaction{{At: 2 * sec, Kind: recording.Click}, {At: 2 * sec, Kind: recording.MouseUp}},
		Scrolls:      []recording.Scroll{{At: 3 * sec, Y: 500, Window: true}, {At: 4 * sec, Y: 100, Window: true}, {At: 5 * sec, Y: 9000, Node: 7}},
		Inputs: []recording.Input{
			{At: 10 * sec, Node: 5, ByUser: true, Label: "Street"}, {At: 11 * sec, Node: 5, ByUser: true},
			{At: 12 * sec, Node: 6, ByUser: true}, {At: 30 * sec, Node: 6, ByUser: true}, {At: 31 * sec, Node: 9},
		},
	}
	tr.Head.Tabs = []string{""}
	tr.Head.Views = []recording.View{{End: 60 * sec, URL: "https://a.test/x/y", Width: 800, Height: 600}}
	tl := New(tr)
	if got := tl.Pages[0].Label; got != "/x/y" {
		t.Errorf("page is called %q", got)
	}
	// 50 px (3-4-5) in a tenth of a second.
	if got := tl.Pointer.Max(); got != 500 {
		t.Errorf("greatest speed is %v px/s, want 500", got)
	}
	if tl.Clicks.Len() != 1 {
		t.Errorf("%d clicks, want 1", tl.Clicks.Len())
	}
	if tl.Depths[0] != 1100 {
		t.Errorf("depth is %v, want 500+600", tl.Depths[0])
	}
	if v, _ := tl.Scroll.Before(4*sec + 1); v != 700 {
		t.Errorf("depth after scrolling back is %v, want 100+600", v)
	}
	if len(tl.Inputs) != 3 || tl.Inputs[0].Label != "Street" || tl.Inputs[0].Len() != sec {
		t.Errorf("stretches of typing are %+v", tl.Inputs)
	}
	want := []replay.Span{{From: 5 * sec, To: 10 * sec}, {From: 12 * sec, To: 30 * sec}, {From: 31 * sec, To: 60 * sec}}
	if len(tl.Inactive) != len(want) {
		t.Fatalf("inactive spans are %v, want %v", tl.Inactive, want)
	}
	for i := range want {
		if tl.Inactive[i] != want[i] {
			t.Errorf("inactive span %d is %v, want %v", i, tl.Inactive[i], want[i])
		}
	}
}

func BenchmarkBands(b *testing.B) {
	for _, n := range []int{1_000_000, 10_000_000} {
		times, values := randomSeries(n, 3)
		s := NewSeries(times, values)
		for name, span := range map[string]replay.Span{
			"full":   {From: 0, To: 10 * recording.Minute},
			"zoomed": {From: 4 * recording.Minute, To: 4*recording.Minute + 3*recording.Second},
		} {
			b.Run(name+"/"+map[int]string{1_000_000: "1e6", 10_000_000: "1e7"}[n], func(b *testing.B) {
				for b.Loop() {
					s.Bands(span.From, span.To, 1280)
				}
			})
		}
	}
}

func BenchmarkNewSeries(b *testing.B) {
	times, values := randomSeries(10_000_000, 3)
	for b.Loop() {
		NewSeries(times, values)
	}
}

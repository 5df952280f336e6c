package state_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hindsite.app/app/state"
	"hindsite.app/player/heatmap"
	"hindsite.app/player/recording"
)

// BenchmarkImport takes an encrypted archive of the sample study all the way
// into a library: opened, decoded, masked, indexed, sealed. MB are those of the
// recorded JSON.
func BenchmarkImport(b *testing.B) {
	l, cred := newLibrary(b)
	dir := study(b)
	recipients, err := state.ShowKey(cred.KeyFile)
	if err != nil {
		b.Fatal(err)
	}
	archive := filepath.Join(b.TempDir(), "a.sessions.zip.age")
	if _, err := state.Pack(b.Context(), state.PackOptions{Recipients: recipients, Out: archive, Paths: []string{dir}}, deps()); err != nil {
		b.Fatal(err)
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(studyJSON)
	sessions := 0
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		lib, err := state.OpenLibrary(b.Context(), filepath.Join(b.TempDir(), fmt.Sprint("library", i)), cred, deps())
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		sum, err := lib.Import(b.Context(), []string{archive}, state.ImportOptions{})
		if err != nil || sum.Imported != 31 {
			b.Fatalf("%+v, %v", sum, err)
		}
		sessions += sum.Imported
		b.StopTimer()
		if err := lib.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(sessions)/b.Elapsed().Seconds(), "sessions/s")
}

// studyJSON is the size of the sample study before compression, bytes.
const studyJSON = 3_923_820

// BenchmarkOpen opens a stored recording and draws its first picture.
func BenchmarkOpen(b *testing.B) {
	l, _ := newLibrary(b)
	importAll(b, l, study(b, "s-0007"))
	var took []time.Duration
	for b.Loop() {
		begin := time.Now()
		r, err := l.OpenRecording(b.Context(), "s-0007")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := l.PagePicture(b.Context(), r, state.PageRequest{At: recording.Second}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begin))
		r.Close()
	}
	percentiles(b, took)
}

// BenchmarkSeekPicture seeks at random in an open recording and draws the page.
func BenchmarkSeekPicture(b *testing.B) {
	l, _ := newLibrary(b)
	importAll(b, l, study(b, "s-0007"))
	r, err := l.OpenRecording(b.Context(), "s-0007")
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		at := recording.Time(i*7919%41000) * recording.Millisecond
		begin := time.Now()
		if _, err := l.PagePicture(b.Context(), r, state.PageRequest{At: at}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begin))
	}
	percentiles(b, took)
}

// BenchmarkHeatmapOfTheStudy makes a click map over every product page.
func BenchmarkHeatmapOfTheStudy(b *testing.B) {
	l, _ := newLibrary(b)
	importAll(b, l, study(b))
	for b.Loop() {
		if _, err := l.Heatmap(context.Background(), state.HeatmapQuery{Kind: heatmap.Clicks, Page: "shop.test/p/*"}); err != nil {
			b.Fatal(err)
		}
	}
}

func percentiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

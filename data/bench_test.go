package data

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"hindsite.app/data/blob"
)

// BenchmarkPut stores sessions with two views and 30 kB of parts.
func BenchmarkPut(b *testing.B) {
	for _, size := range []int{1, 64} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			l := newLibrary(b)
			i := 0
			for b.Loop() {
				in := make([]Incoming, size)
				for k := range in {
					in[k] = made(i)
					i++
				}
				put(b, l, in...)
			}
			b.ReportMetric(float64(i)/b.Elapsed().Seconds(), "sessions/s")
		})
	}
}

// BenchmarkPutIndexOnly stores sessions whose parts weigh nothing: what the
// index costs.
func BenchmarkPutIndexOnly(b *testing.B) {
	for _, size := range []int{1, 64} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			l := newLibrary(b)
			l.disk = memoryDisk{}
			i := 0
			for b.Loop() {
				in := make([]Incoming, size)
				for k := range in {
					in[k] = made(i)
					in[k].Parts = []blob.Part{{Name: "clicks"}}
					i++
				}
				put(b, l, in...)
			}
			b.ReportMetric(float64(i)/b.Elapsed().Seconds(), "sessions/s")
		})
	}
}

// memoryDisk forgets what is written.
type memoryDisk struct{}

type memoryFile struct{}

func (memoryFile) Write(b []byte) (int, error)     { return len(b), nil }
func (memoryFile) Sync() error                     { return nil }
func (memoryFile) Close() error                    { return nil }
func (memoryDisk) create(string) (diskFile, error) { return memoryFile{}, nil }
func (memoryDisk) rename(string, string) error     { return nil }
func (memoryDisk) remove(string) error             { return nil }
func (memoryDisk) mkdir(string) error              { return nil }
func (memoryDisk) syncDir(string) error            { return nil }

// large returns a library with n sessions and no blobs, filled in one
// transaction.
func large(b *testing.B, n int) *Library {
	b.Helper()
	l := createLibrary(b, filepath.Join(b.TempDir(), "library"))
	b.Cleanup(func() { _ = l.Close() })
	ctx := context.Background()
	l.disk = memoryDisk{}
	for from := 0; from < n; from += 5000 {
		err := l.db.inTx(ctx, func(tx *sql.Tx) error {
			w := &writer{tx: tx, ring: l.ring, now: l.now, prepared: make(map[string]*sql.Stmt)}
			for i := from; i < min(from+5000, n); i++ {
				in := made(i)
				in.Session.Country = fmt.Sprintf("%c%c", 'A'+i%26, 'A'+i/26%26)
				s := &stage{in: &in, id: fmt.Sprintf("s-%07d", i), content: l.ring.ContentTag(in.ContentDigest)}
				if err := l.seal(ctx, "ab", s); err != nil {
					return err
				}
				if err := w.insert(ctx, s); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return l
}

func BenchmarkQueries(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} { // n, 10n, 100n
		if testing.Short() && n > 10_000 {
			continue
		}
		l := large(b, n)
		ctx := context.Background()
		run := func(name string, q Query) {
			b.Run(fmt.Sprintf("n=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					if _, err := l.Sessions(ctx, q); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		first, err := l.Sessions(ctx, Query{Desc: true})
		if err != nil {
			b.Fatal(err)
		}
		run("newest", Query{Desc: true})
		run("next-page", Query{Desc: true, After: first.Next})
		run("deep-page", Query{Desc: true, After: deepCursor(b, l, n)})
		for _, where := range []string{"device = phone and duration > 60s and errors >= 1", "country = BA", "visitor = v-77", "variant = B",
			"delivery", "order 77", "page ~ /order*", "age > 55 device = phone"} {
			run("filter/"+where, Query{Where: parse(b, where), Sort: "duration", Desc: true, NoTotal: true})
			run("filter+count/"+where, Query{Where: parse(b, where), Sort: "duration", Desc: true})
		}
		b.Run(fmt.Sprintf("n=%d/pages", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := l.PageGroups(ctx, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("n=%d/days", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := l.Days(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// deepCursor is the cursor of the page after nine tenths of the sessions.
func deepCursor(b *testing.B, l *Library, n int) Cursor {
	b.Helper()
	var h hit
	var start int64
	err := l.db.read.QueryRow(`SELECT n, start FROM sessions ORDER BY start DESC LIMIT 1 OFFSET ?`, n*9/10).Scan(&h.n, &start)
	if err != nil {
		b.Fatal(err)
	}
	h.place = []any{json.Number(fmt.Sprint(start))}
	c, err := writeCursor(Query{Desc: true}, h, n)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// BenchmarkTracks opens recordings and reads their clicks, as a heatmap does.
func BenchmarkTracks(b *testing.B) {
	l := filled(b, 500)
	i := 0
	for b.Loop() {
		tracks, err := l.Tracks(b.Context(), fmt.Sprintf("s-%04d", i%500))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := tracks.Part("clicks"); err != nil {
			b.Fatal(err)
		}
		if err := tracks.Close(); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

package importer_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"hindsite.app/importer"
	"hindsite.app/importer/envelope"
	"hindsite.app/player/fault"
)

// archive makes an archive of sessions with so many events each.
func archive(t *testing.T, sessions, events int) []byte {
	t.Helper()
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sessions {
		m, err := zw.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("s-%03d.jsonl.zst", i), Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write(enc.EncodeAll(lines(i, events), nil)); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func lines(session, events int) []byte {
	var b bytes.Buffer
	at, words := 1_700_000_000_000, strings.Repeat("words of the page, ", 150)
	fmt.Fprintf(&b, `{"type":4,"data":{"href":"https://a.test/%d","width":800,"height":600},"timestamp":%d}`+"\n", session, at)
	fmt.Fprintf(&b, `{"type":2,"data":{"node":{"type":0,"id":1,"childNodes":[{"type":2,"id":2,"tagName":"html","attributes":{},"childNodes":[]}]},"initialOffset":{"left":0,"top":0}},"timestamp":%d}`+"\n", at)
	for i := range events - 2 {
		fmt.Fprintf(&b, `{"type":3,"data":{"source":0,"texts":[],"attributes":[{"id":2,"attributes":{"title":"%d %s"}}],"removes":[],"adds":[]},"timestamp":%d}`+"\n", i, words, at+i)
	}
	return b.Bytes()
}

// counting is a Sink that keeps nothing.
type counting struct {
	put   func(n int) error
	begun atomic.Int64
	ended atomic.Int64
	ids   sync.Map
}

func (c *counting) Put(ctx context.Context, s *importer.Session) (importer.Status, error) {
	n := c.begun.Add(1)
	defer c.ended.Add(1)
	if c.put != nil {
		if err := c.put(int(n)); err != nil {
			return importer.Refused, err
		}
	}
	if err := ctx.Err(); err != nil {
		return importer.Refused, err
	}
	c.ids.Store(s.Recording.ID, true)
	return importer.Imported, nil
}

// Memory does not grow with the archive: what is alive at any time is a part
// of the 50 MB that go through.
func TestLiveMemory(t *testing.T) {
	b := archive(t, 300, 60)
	var mu sync.Mutex
	most := uint64(0)
	sink := &counting{put: func(n int) error {
		if n%60 != 0 {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc)
		return nil
	}}
	sum, err := importer.Run(t.Context(), []importer.Input{input("a.zip", b)}, sink, importer.Options{Workers: 4})
	if err != nil || sum.Imported != 300 || sum.Events != 300*60 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if most > 32<<20 {
		t.Errorf("%d MiB were alive", most>>20)
	}
	t.Logf("%d MiB were alive at most", most>>20)
}

// Results come in the order of the archive, whichever worker is first.
func TestOrderOfReports(t *testing.T) {
	gates := make(chan struct{})
	sink := &counting{put: func(n int) error {
		if n == 1 { // the first waits until others have passed
			<-gates
		} else if n == 3 {
			close(gates)
		}
		return nil
	}}
	var got []string
	inputs := []importer.Input{input("a.zip", archive(t, 20, 5)), input("broken", []byte("?")), input("b.zip", archive(t, 3, 5))}
	sum, err := importer.Run(t.Context(), inputs, sink, importer.Options{Workers: 3, Report: func(r importer.Result) {
		got = append(got, r.Source+" "+r.Session)
	}})
	if err != nil || sum.Imported != 23 || sum.Refused != 1 || len(got) != 24 {
		t.Fatalf("%+v, %v, %q", sum, err, got)
	}
	if !sort.StringsAreSorted(got[:20]) || got[20] != "broken broken" || !sort.StringsAreSorted(got[21:]) || got[21][:5] != "b.zip" {
		t.Errorf("the order is %q", got)
	}
}

// Cancelling stops the import where it is: what was reported is what the sink
// said it has, and nothing runs on.
func TestCancelInTheMiddle(t *testing.T) {
	for _, workers := range []int{1, 3} {
		ctx, cancel := context.WithCancel(t.Context())
		sink := &counting{put: func(n int) error {
			if n == 7 {
				cancel()
			}
			runtime.Gosched()
			return nil
		}}
		reported := map[string]bool{}
		sum, err := importer.Run(ctx, []importer.Input{input("a.zip", archive(t, 40, 20)), input("b.zip", archive(t, 3, 5))}, sink, importer.Options{Workers: workers, Report: func(r importer.Result) {
			if r.Status != importer.Imported {
				t.Errorf("%d workers: %s is %s: %v", workers, r.Session, r.Status, r.Err)
			}
			reported[r.Session] = true
		}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d workers: %v", workers, err)
		}
		if begun, ended := sink.begun.Load(), sink.ended.Load(); begun != ended || begun > 7+int64(workers) {
			t.Errorf("%d workers: %d begun, %d ended", workers, begun, ended)
		}
		stored := 0
		sink.ids.Range(func(id, _ any) bool {
			stored++
			if !reported[id.(string)] {
				t.Errorf("%d workers: %s is stored and was not reported", workers, id)
			}
			return true
		})
		if stored != sum.Imported || stored != len(reported) {
			t.Errorf("%d workers: %d stored, %d reported, %+v", workers, stored, len(reported), sum)
		}
	}
}

// A full disk ends the import; a refusal of one session does not.
// TestPastRetention is case 69 for what an archive itself says.
func TestPastRetention(t *testing.T) {
	until := time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	w, err := envelope.Create(&b, nil, envelope.Info{Producer: "test", Plain: true, Retention: &envelope.Retention{DeleteAfter: until}}, envelope.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	event := fmt.Sprintf(`{"type":4,"data":{"href":"https://a.test/","width":9,"height":9},"timestamp":%d}`, at.UnixMilli())
	err = w.Add(t.Context(), envelope.SessionInfo{ID: "s", Start: at, End: at}, func(yield func(envelope.Event, error) bool) {
		yield(envelope.Event{Line: []byte(event), At: at}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		now  time.Time
		want fault.Class
	}{
		"69 past its retention": {until, fault.Policy},
		"within its retention":  {until.Add(-time.Second), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var class fault.Class
			sink := &counting{put: func(int) error { return nil }}
			sum, err := importer.Run(t.Context(), []importer.Input{input("a.sessions.zip", b.Bytes())}, sink, importer.Options{
				Now: func() time.Time { return c.now }, Report: func(r importer.Result) { class = r.Class() },
			})
			if err != nil || class != c.want || sum.Imported+sum.Refused != 1 {
				t.Errorf("%+v with %q, %v; want %q", sum, class, err, c.want)
			}
		})
	}
}

func TestSinkRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		err   error
		stops bool
	}{
		"storage":   {fault.New(fault.Storage, "write blob: disk full"), true},
		"locked":    {fault.New(fault.Locked, "library is locked"), true},
		"no class":  {errors.New("a fault of ours"), true},
		"68 erased": {fault.New(fault.Erased, "erased on request"), false},
		"policy":    {fault.New(fault.Policy, "older than is kept"), false},
	} {
		t.Run(name, func(t *testing.T) {
			sink := &counting{put: func(n int) error {
				if n == 3 {
					return tc.err
				}
				return nil
			}}
			sum, err := importer.Run(t.Context(), []importer.Input{input("a.zip", archive(t, 30, 5))}, sink, importer.Options{Workers: 2})
			if tc.stops {
				if !errors.Is(err, tc.err) || sum.Imported > 6 {
					t.Errorf("%v after %+v", err, sum)
				}
				return
			}
			if err != nil || sum.Imported != 29 || sum.Refused+sum.Erased != 1 {
				t.Errorf("%+v, %v", sum, err)
			}
		})
	}
}

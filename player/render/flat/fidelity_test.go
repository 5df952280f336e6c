package flat_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/flat"
)

// loadPage returns the document at the end of an rrweb recording.
func loadPage(t testing.TB, path string) *dom.Document {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(z); err != nil {
			t.Fatal(err)
		}
		raw = b.Bytes()
	}
	for s, err := range (rrweb.Decoder{}).Decode(context.Background(), bytes.NewReader(raw), format.Hints{Name: filepath.Base(path)}, format.DefaultLimits()) {
		if err != nil {
			t.Fatal(err)
		}
		return stateAt(s.Recording, s.Recording.Duration+1)
	}
	t.Fatal("no session")
	return nil
}

func stateAt(r *recording.Recording, at recording.Time) *dom.Document {
	d := dom.New()
	for _, c := range r.Changes {
		if c.At > at {
			break
		}
		d.Apply(c.Op)
	}
	return d
}

type rect struct{ x, y, w, h float64 }

// score compares boxes with those of the live page.
type score struct {
	n, missing           int
	iou, tight, relative float64
}

func (s score) String() string {
	return fmt.Sprintf("n %5d  missing %4d  IoU %.3f  edges<=4px %3.0f%%  relative %.3f", s.n, s.missing, s.iou, 100*s.tight, s.relative)
}

func overlap(a, b rect) float64 {
	ix := max(0, min(a.x+a.w, b.x+b.w)-max(a.x, b.x))
	iy := max(0, min(a.y+a.h, b.y+b.h)-max(a.y, b.y))
	union := a.w*a.h + b.w*b.h - ix*iy
	if union <= 0 {
		return 0
	}
	return ix * iy / union
}

func near(a, b rect) bool {
	close := func(x, y float64) bool { return x-y <= 4 && y-x <= 4 }
	return close(a.x, b.x) && close(a.y, b.y) && close(a.x+a.w, b.x+b.w) && close(a.y+a.h, b.y+b.h)
}

func liveBoxes(t testing.TB, path string) map[recording.NodeID]rect {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var flat []float64
	if err := json.Unmarshal(raw, &flat); err != nil {
		t.Fatal(err)
	}
	m := map[recording.NodeID]rect{}
	for i := 0; i+4 < len(flat); i += 5 {
		m[recording.NodeID(flat[i])] = rect{flat[i+1], flat[i+2], flat[i+3], flat[i+4]}
	}
	return m
}

func compare(d *dom.Document, live map[recording.NodeID]rect, boxes []render.Box) score {
	ours := map[recording.NodeID]rect{}
	for _, b := range boxes {
		ours[b.Node] = rect{float64(b.X), float64(b.Y), float64(b.W), float64(b.H)}
	}
	var s score
	relative, relatives := 0.0, 0
	for id, l := range live {
		if l.w <= 0 || l.h <= 0 {
			continue
		}
		s.n++
		o, ok := ours[id]
		if !ok {
			s.missing++
			continue
		}
		s.iou += overlap(l, o)
		if near(l, o) {
			s.tight++
		}
		n := d.Node(id)
		if n == nil || n.Parent == nil {
			continue
		}
		lp, ok1 := live[n.Parent.ID]
		op, ok2 := ours[n.Parent.ID]
		if ok1 && ok2 {
			relative += overlap(rect{l.x - lp.x, l.y - lp.y, l.w, l.h}, rect{o.x - op.x, o.y - op.y, o.w, o.h})
			relatives++
		}
	}
	s.iou /= float64(max(s.n, 1))
	s.tight /= float64(max(s.n, 1))
	s.relative = relative / float64(max(relatives, 1))
	return s
}

func open(t testing.TB, d *dom.Document) render.Session {
	t.Helper()
	s, err := flat.New(nil).Open(context.Background(), nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Load(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func shared(t testing.TB) string {
	dir := os.Getenv("HINDSITE_SHARED")
	if dir == "" {
		t.Skip("HINDSITE_SHARED is not set: the larger recordings are not there")
	}
	return dir
}

// TestFidelity prints how near the boxes are to those of the live page.
func TestFidelity(t *testing.T) {
	dir := filepath.Join(shared(t), "pages")
	files, err := filepath.Glob(filepath.Join(dir, "*.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(files)
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".json.gz")
		if only := os.Getenv("HINDSITE_PAGE"); only != "" && only != name {
			continue
		}
		d := loadPage(t, f)
		s := open(t, d)
		start := time.Now()
		frame, err := s.Render(context.Background(), render.Request{Boxes: true})
		if err != nil {
			t.Fatal(err)
		}
		cold := time.Since(start)
		live := liveBoxes(t, filepath.Join(dir, name+".live-boxes.json"))
		t.Logf("%-10s %v  page %dx%d  %v", name, compare(d, live, frame.Boxes), frame.PageW, frame.PageH, cold.Round(time.Millisecond))
		if out := os.Getenv("HINDSITE_PICTURES"); out != "" {
			picture(t, s, filepath.Join(out, name+".png"))
		}
		if os.Getenv("HINDSITE_PAGE") != "" {
			worst(t, d, live, frame.Boxes)
		}
	}
}

// TestPages holds the two pages that are always there to a floor well below
// what is reached.
func TestPages(t *testing.T) {
	for _, name := range []string{"bs5", "tailwind"} {
		dir := filepath.Join("testdata", "pages")
		d := loadPage(t, filepath.Join(dir, name+".json.gz"))
		frame, err := open(t, d).Render(context.Background(), render.Request{Boxes: true})
		if err != nil {
			t.Fatal(err)
		}
		got := compare(d, liveBoxes(t, filepath.Join(dir, name+".live-boxes.json")), frame.Boxes)
		t.Logf("%s %v", name, got)
		if got.iou < 0.95 || got.tight < 0.95 || got.relative < 0.95 || got.missing > 0 {
			t.Errorf("%s is too far from the live page: %v", name, got)
		}
	}
}

// picture writes what the session shows into a folder that the caller names.
func picture(t *testing.T, s render.Session, path string) {
	t.Helper()
	f, err := s.Render(context.Background(), render.Request{Pixels: true})
	if err != nil {
		t.Fatal(err)
	}
	w, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := png.Encode(w, f.Image); err != nil {
		t.Fatal(err)
	}
}

// worst names the elements in document order whose place in their parent is
// off most, to show where to look.
func worst(t *testing.T, d *dom.Document, live map[recording.NodeID]rect, boxes []render.Box) {
	ours := map[recording.NodeID]rect{}
	for _, b := range boxes {
		ours[b.Node] = rect{float64(b.X), float64(b.Y), float64(b.W), float64(b.H)}
	}
	n := 0
	var visit func(*dom.Node)
	visit = func(node *dom.Node) {
		l, o := live[node.ID], ours[node.ID]
		if l.w > 0 && l.h > 0 && n < 600 {
			p := rect{}
			q := rect{}
			if node.Parent != nil {
				p, q = live[node.Parent.ID], ours[node.Parent.ID]
			}
			lr, or := rect{l.x - p.x, l.y - p.y, l.w, l.h}, rect{o.x - q.x, o.y - q.y, o.w, o.h}
			if !near(lr, or) || os.Getenv("HINDSITE_FINE") != "" && overlap(lr, or) < 0.97 {
				class, _ := node.Attr("class")
				t.Logf("  %d <%s class=%q> live %.1f %.1f %.1fx%.1f ours %.1f %.1f %.1fx%.1f", node.ID, node.Tag, class, lr.x, lr.y, lr.w, lr.h, or.x, or.y, or.w, or.h)
				n++
			}
		}
		for c := node.First; c != nil; c = c.Next {
			visit(c)
		}
	}
	visit(d.Root())
}

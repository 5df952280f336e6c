package flat_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/flat"
)

// TestSteps plays recordings and asks now and then whether what was kept from
// state to state is what a fresh session makes of the same state: the boxes to
// the last bit, and the pictures.
func TestSteps(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "pages", "*.json.gz"))
	if err != nil || len(files) == 0 {
		t.Fatal("no pages", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) { steps(t, loadRecording(t, f), 40) })
	}
}

// TestSharedSteps does the same for the recordings that are not part of the
// project.
func TestSharedSteps(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t), "pages", "*.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) { steps(t, loadRecording(t, f), 12) })
	}
}

// steps compares at so many moments of a recording.
func steps(t *testing.T, r *recording.Recording, moments int) {
	ctx := context.Background()
	b := flat.New(nil)
	kept, err := b.Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	d := dom.New()
	next := 0
	every := max(len(r.Changes)/moments, 1)
	loaded := false
	for next < len(r.Changes) {
		from := d.Version()
		var ops []recording.Op
		for end := min(next+every, len(r.Changes)); next < end; next++ {
			d.Apply(r.Changes[next].Op)
			ops = append(ops, r.Changes[next].Op)
		}
		if d.Root() == nil {
			continue
		}
		if !loaded {
			loaded = true
			err = kept.Load(ctx, d)
		} else {
			err = kept.Apply(ctx, render.Delta{From: from, To: d.Version(), Ops: ops})
		}
		if err != nil {
			t.Fatal(err)
		}
		q := render.Request{Pixels: true, Boxes: true, Scale: 0.5}
		for _, i := range r.Interactions {
			if i.At > r.Changes[next-1].At {
				break
			}
			q.Hover = i.Node
		}
		same(t, b, kept, d, q)
		if t.Failed() {
			t.Fatalf("after change %d of %d", next, len(r.Changes))
		}
	}
}

// same compares a session with a fresh one on the same document.
func same(t *testing.T, b render.Backend, kept render.Session, d *dom.Document, q render.Request) {
	t.Helper()
	ctx := context.Background()
	fresh, err := b.Open(ctx, nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	if err := fresh.Load(ctx, d); err != nil {
		t.Fatal(err)
	}
	have, err := kept.Render(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	want, err := fresh.Render(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	if have.PageW != want.PageW || have.PageH != want.PageH {
		t.Errorf("page is %d by %d, want %d by %d", have.PageW, have.PageH, want.PageW, want.PageH)
	}
	if len(have.Boxes) != len(want.Boxes) {
		t.Errorf("%d boxes, want %d", len(have.Boxes), len(want.Boxes))
	}
	wrong := 0
	for i := range min(len(have.Boxes), len(want.Boxes)) {
		if have.Boxes[i] != want.Boxes[i] {
			if wrong++; wrong < 5 {
				n := d.Node(want.Boxes[i].Node)
				t.Errorf("box %d is %+v, want %+v (%v %v)", i, have.Boxes[i], want.Boxes[i], n.Tag, n.Attrs)
			}
		}
	}
	pixels(t, "picture", have, want)
	// A part of the page is drawn without what was kept, and without leaving out
	// what is out of view.
	have, err1 := kept.Render(ctx, render.Request{Pixels: true, Hover: q.Hover})
	want, err2 := fresh.Render(ctx, render.Request{Pixels: true, Hover: q.Hover, Clip: have.Clip})
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	pixels(t, "view", have, want)
	h, err1 := kept.Text(ctx)
	w, err2 := fresh.Text(ctx)
	if err1 != nil || err2 != nil || h != w {
		t.Errorf("texts differ: %v %v", err1, err2)
	}
}

// pixels compares two pictures, but for what rounding does to edges: what is
// rotated is drawn on a grid of its own, which begins where the picture does.
func pixels(t *testing.T, what string, have, want *render.Frame) {
	t.Helper()
	if have.Image.Rect != want.Image.Rect {
		t.Fatalf("%s is %v, want %v", what, have.Image.Rect, want.Image.Rect)
	}
	n := 0
	for i := range have.Image.Pix {
		if d := int(have.Image.Pix[i]) - int(want.Image.Pix[i]); d > 4 || d < -4 {
			if n++; n < 3 {
				t.Logf("%s: pixel %d, %d differs by %d", what, i/4%have.Image.Rect.Dx(), i/4/have.Image.Rect.Dx(), d)
			}
		}
	}
	if n > 500 {
		t.Errorf("%s: %d bytes differ", what, n)
	}
}

// loadRecording decodes an rrweb recording that is packed with gzip.
func loadRecording(t testing.TB, path string) *recording.Recording {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for s, err := range (rrweb.Decoder{}).Decode(context.Background(), z, format.Hints{Name: filepath.Base(path)}, format.DefaultLimits()) {
		if err != nil {
			t.Fatal(err)
		}
		return s.Recording
	}
	t.Fatal("no session")
	return nil
}

package chromium_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
)

// recorded reads an rrweb recording.
func recorded(t testing.TB, path string) *recording.Recording {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(z); err != nil {
		t.Fatal(err)
	}
	for s, err := range (rrweb.Decoder{}).Decode(context.Background(), &b, format.Hints{Name: filepath.Base(path)}, format.DefaultLimits()) {
		if err != nil {
			t.Fatal(err)
		}
		return s.Recording
	}
	t.Fatal("no session")
	return nil
}

// stateAt returns the document at a moment.
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

// shared returns the folder of long recordings.
func shared(t testing.TB) string {
	dir := os.Getenv("HINDSITE_SHARED")
	if dir == "" {
		t.Skip("HINDSITE_SHARED names no folder with recordings")
	}
	return filepath.Join(dir, "pages")
}

// fonts makes the browser see the fonts of this project and no others, so that
// what is measured does not depend on the machine. It works where browsers ask
// fontconfig.
func fonts(t testing.TB) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the fonts of this machine cannot be set aside")
	}
	file, err := filepath.Abs(filepath.Join("..", "fidelity", "testdata", "fonts.conf"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("FONTCONFIG_FILE", file)
}

func load(t testing.TB, b render.Backend, d *dom.Document) render.Session {
	t.Helper()
	s, err := b.Open(context.Background(), nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Load(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	return s
}

func shot(t testing.TB, name string, f *render.Frame) {
	dir := os.Getenv("HINDSITE_SHOTS")
	if dir == "" {
		return
	}
	var b bytes.Buffer
	if err := png.Encode(&b, f.Image); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// overlap returns how much of two boxes is the same: 1 for equal ones.
func overlap(a, b [4]float64) float64 {
	w := max(0, min(a[0]+a[2], b[0]+b[2])-max(a[0], b[0]))
	h := max(0, min(a[1]+a[3], b[1]+b[3])-max(a[1], b[1]))
	if u := a[2]*a[3] + b[2]*b[3] - w*h; u > 0 {
		return w * h / u
	}
	return 1
}

// ceiling is what a page reaches at least. Those below 0.99 name fonts and
// pictures that the recordings do not carry.
func ceiling(page string) float64 {
	switch page {
	case "bs5", "gospec", "ho-sblogin", "spa", "tailwind":
		return 0.99
	case "adminlte":
		return 0.66
	}
	return 0.9
}

// The boxes of a recorded page are where they were in the browser that it was
// recorded in.
func TestBoxesAreThoseOfTheLivePage(t *testing.T) {
	dir := shared(t)
	fonts(t)
	b := backend(t)
	files, err := filepath.Glob(filepath.Join(dir, "*.json.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json.gz")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(dir, name+".live-boxes.json"))
			if err != nil {
				t.Fatal(err)
			}
			var live []float64
			if err := json.Unmarshal(raw, &live); err != nil {
				t.Fatal(err)
			}
			r := recorded(t, file)
			began := time.Now()
			s := load(t, b, stateAt(r, r.Duration+1))
			loaded := time.Now()
			f, err := s.Render(context.Background(), render.Request{Boxes: true})
			if err != nil {
				t.Fatal(err)
			}
			boxed := time.Now()
			p, err := s.Render(context.Background(), render.Request{Pixels: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("load %v, boxes %v, picture %v", loaded.Sub(began), boxed.Sub(loaded), time.Since(boxed))
			shot(t, name, p)
			at := map[recording.NodeID][4]float64{}
			for _, x := range f.Boxes {
				at[x.Node] = [4]float64{float64(x.X), float64(x.Y), float64(x.W), float64(x.H)}
			}
			var sum float64
			var n, missing int
			for ; len(live) >= 5; live = live[5:] {
				if live[3] == 0 && live[4] == 0 {
					continue
				}
				n++
				got, ok := at[recording.NodeID(live[0])]
				if !ok {
					missing++
					continue
				}
				sum += overlap(got, [4]float64{live[1], live[2], live[3], live[4]})
			}
			mean := sum / float64(n)
			t.Logf("%d boxes, %d missing, mean overlap %.3f", n, missing, mean)
			if missing > 0 || mean < ceiling(name) {
				t.Errorf("%d boxes are missing, the others overlap by %.3f, want %.2f", missing, mean, ceiling(name))
			}
		})
	}
}

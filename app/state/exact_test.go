package state_test

import (
	"context"
	"errors"
	"image/color"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"hindsite.app/app/state"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/chromium"
	"hindsite.app/player/render/chromium/chromiumtest"
	"hindsite.app/player/render/flat"
)

// browser is a fake of a browser: it draws with flat and puts a mark into the
// corner.
type browser struct {
	render.Backend
	open   error
	opened *atomic.Int32
	closed *atomic.Int32
}

func (b *browser) Caps() render.Caps { return render.Caps{Name: chromium.Name, Exact: true} }
func (b *browser) Product() string   { return "Chromium 156" }
func (b *browser) Close() error      { b.closed.Add(1); return nil }

func (b *browser) Open(ctx context.Context, a render.Assets, l render.Limits) (render.Session, error) {
	b.opened.Add(1)
	if b.open != nil {
		return nil, b.open
	}
	s, err := b.Backend.Open(ctx, a, l)
	return marked{s}, err
}

type marked struct{ render.Session }

var mark = color.RGBA{1, 2, 3, 255}

func (m marked) Render(ctx context.Context, r render.Request) (*render.Frame, error) {
	f, err := m.Session.Render(ctx, r)
	if err == nil && f.Image != nil {
		f.Image.SetRGBA(0, 0, mark)
	}
	return f, err
}

// withBrowser returns a library whose computer has a browser that opens, or does
// not.
func withBrowser(t *testing.T, open error) (l *state.Library, opened, closed *atomic.Int32) {
	t.Helper()
	opened, closed = &atomic.Int32{}, &atomic.Int32{}
	d := deps()
	d.Exact = func() state.Exact { return &browser{flat.New(nil), open, opened, closed} }
	return libraryWith(t, d), opened, closed
}

func libraryWith(t *testing.T, d state.Deps) *state.Library {
	t.Helper()
	dir := t.TempDir()
	cred := state.Credential{KeyFile: filepath.Join(dir, "key.txt")}
	if _, err := state.NewKey(cred.KeyFile, false, time.Now()); err != nil {
		t.Fatal(err)
	}
	l, err := state.OpenLibrary(context.Background(), filepath.Join(dir, "library"), cred, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func playing(t *testing.T, l *state.Library, id string) (*state.Player, *watcher) {
	t.Helper()
	importAll(t, l, study(t, id))
	w := &watcher{came: make(chan struct{}, 1)}
	p, err := l.OpenPlayer(t.Context(), id, state.PlayerDeps{Post: func(f func()) { f() }, OnFrame: w.frame, Tick: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	p.SetStage(683, 384)
	p.Seek(5 * recording.Second)
	return p, w
}

func TestExactRenderingIsSwitched(t *testing.T) {
	l, opened, closed := withBrowser(t, nil)
	p, w := playing(t, l, "s-0005")
	f := w.until(t, "a picture", func(f *state.Frame) bool { return f.Picture != nil })
	if f.Exact || f.DrawnBy != "Hindsite" || f.Picture.RGBAAt(0, 0) == mark || opened.Load() != 0 {
		t.Errorf("at first exact %v, drawn by %q, %d browsers", f.Exact, f.DrawnBy, opened.Load())
	}
	p.SetExact(true)
	f = w.until(t, "an exact picture", func(f *state.Frame) bool { return f.DrawnBy == "Chromium 156" })
	if !f.Exact || f.Instead != nil || f.Picture.RGBAAt(0, 0) != mark {
		t.Errorf("exact %v instead of %v", f.Exact, f.Instead)
	}
	p.Seek(6 * recording.Second)
	w.until(t, "another exact picture", func(f *state.Frame) bool {
		return f.DrawnBy == "Chromium 156" && f.PictureAt > 5500*recording.Millisecond
	})
	p.SetExact(false)
	f = w.until(t, "a picture by Hindsite", func(f *state.Frame) bool { return f.DrawnBy == "Hindsite" })
	if f.Exact || f.Instead != nil || f.Picture.RGBAAt(0, 0) == mark || closed.Load() != 1 {
		t.Errorf("then exact %v instead of %v, %d browsers ended", f.Exact, f.Instead, closed.Load())
	}
	p.SetExact(true)
	w.until(t, "exact again", func(f *state.Frame) bool { return f.DrawnBy == "Chromium 156" })
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if closed.Load() != 2 {
		t.Error("the browser outlives the player")
	}
}

func TestPlayerSaysWhyItIsNotExact(t *testing.T) {
	for name, c := range map[string]struct {
		library func(*testing.T) *state.Library
		want    string
	}{
		"no browser": {func(t *testing.T) *state.Library { l, _ := newLibrary(t); return l }, "Exact rendering needs a browser, and none was found on this computer."},
		"browser that does not start": {func(t *testing.T) *state.Library { l, _, _ := withBrowser(t, chromium.ErrStart); return l },
			"The browser for exact rendering did not start."},
	} {
		t.Run(name, func(t *testing.T) {
			p, w := playing(t, c.library(t), "s-0005")
			p.SetExact(true)
			f := w.until(t, "a reason", func(f *state.Frame) bool { return f.Instead != nil })
			if !f.Exact || f.DrawnBy != "Hindsite" || f.Picture == nil || f.Instead.Sentence != c.want || f.Instead.Class != fault.Renderer {
				t.Errorf("drawn by %q because of %+v", f.DrawnBy, f.Instead)
			}
		})
	}
}

func TestPictureOfWhoWasAskedFor(t *testing.T) {
	good, _, closed := withBrowser(t, nil)
	broken, _, _ := withBrowser(t, chromium.ErrStart)
	none, _ := newLibrary(t)
	for _, c := range []struct {
		name    string
		library *state.Library
		request state.PageRequest
		by      string
		instead error
		err     error
	}{
		{"default", good, state.PageRequest{}, "flat", nil, nil},
		{"flat", good, state.PageRequest{Renderer: "flat"}, "flat", nil, nil},
		{"chromium", good, state.PageRequest{Renderer: "chromium"}, "chromium", nil, nil},
		{"chromium or flat", good, state.PageRequest{Renderer: "chromium", Fallback: true}, "chromium", nil, nil},
		{"broken", broken, state.PageRequest{Renderer: "chromium"}, "", nil, chromium.ErrStart},
		{"broken, or flat", broken, state.PageRequest{Renderer: "chromium", Fallback: true}, "flat", chromium.ErrStart, nil},
		{"none", none, state.PageRequest{Renderer: "chromium"}, "", nil, chromium.ErrMissing},
		{"none, or flat", none, state.PageRequest{Renderer: "chromium", Fallback: true}, "flat", chromium.ErrMissing, nil},
	} {
		importAll(t, c.library, study(t, "s-0005"))
		r, err := c.library.OpenRecording(t.Context(), "s-0005")
		if err != nil {
			t.Fatal(err)
		}
		c.request.At = 5 * recording.Second
		f, err := c.library.PagePicture(t.Context(), r, c.request)
		r.Close()
		if c.err != nil {
			if !errors.Is(err, c.err) || fault.Of(err) != fault.Renderer {
				t.Errorf("%s: %v, want %v", c.name, err, c.err)
			}
			continue
		}
		if err != nil || f.By != c.by || !errors.Is(f.Instead, c.instead) {
			t.Errorf("%s: drawn by %v because of %v, %v; want %s because of %v", c.name, f.By, f.Instead, err, c.by, c.instead)
		}
	}
	if closed.Load() != 2 {
		t.Errorf("%d of 2 browsers were ended", closed.Load())
	}
}

// The real browser, from the library to the picture.
func TestPictureByARealBrowser(t *testing.T) {
	chromiumtest.Path(t)
	d := deps()
	d.Exact = func() state.Exact { return chromium.New(chromium.Options{}) }
	l := libraryWith(t, d)
	importAll(t, l, study(t, "s-0005"))
	r, err := l.OpenRecording(t.Context(), "s-0005")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := l.PagePicture(t.Context(), r, state.PageRequest{At: 5724 * recording.Millisecond, Renderer: "chromium", Boxes: true, Full: true})
	if err != nil {
		t.Fatal(err)
	}
	if f.By != "chromium" || f.Instead != nil || f.Image.Rect.Dx() != 1366 || len(f.Boxes) < 50 {
		t.Errorf("drawn by %s, %v, %d boxes", f.By, f.Image.Rect, len(f.Boxes))
	}
}

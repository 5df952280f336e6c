package fallback_test

import (
	"context"
	"errors"
	"image"
	"math"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"hindsite.app/player/dom"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
	"hindsite.app/player/render/chromium"
	"hindsite.app/player/render/chromium/chromiumtest"
	"hindsite.app/player/render/fallback"
	"hindsite.app/player/render/flat"
	"hindsite.app/player/render/rendertest"
)

// fake is an exact backend that misbehaves as it is told.
type fake struct {
	open, load, apply, render func(context.Context) error
	frame                     func(render.Request) *render.Frame
	opened, closed            atomic.Int32
}

func (f *fake) Caps() render.Caps { return render.Caps{Name: "exact", Exact: true} }

func (f *fake) Open(ctx context.Context, _ render.Assets, _ render.Limits) (render.Session, error) {
	f.opened.Add(1)
	if err := f.do(ctx, f.open); err != nil {
		return nil, err
	}
	return &fakeSession{f: f}, nil
}

func (f *fake) do(ctx context.Context, call func(context.Context) error) error {
	if call == nil {
		return ctx.Err()
	}
	return call(ctx)
}

type fakeSession struct {
	f   *fake
	doc *dom.Document
}

func (s *fakeSession) Load(ctx context.Context, d *dom.Document) error {
	s.doc = d
	return s.f.do(ctx, s.f.load)
}
func (s *fakeSession) Apply(ctx context.Context, _ render.Delta) error {
	return s.f.do(ctx, s.f.apply)
}
func (s *fakeSession) Render(ctx context.Context, r render.Request) (*render.Frame, error) {
	if err := s.f.do(ctx, s.f.render); err != nil {
		return nil, err
	}
	if s.f.frame != nil {
		return s.f.frame(r), nil
	}
	return &render.Frame{Version: s.doc.Version(), Image: image.NewRGBA(image.Rect(0, 0, 2, 2)), PageW: 2, PageH: 2}, nil
}
func (s *fakeSession) Text(ctx context.Context) (string, error) { return "exact", ctx.Err() }
func (s *fakeSession) Close() error                             { s.f.closed.Add(1); return nil }

var errDied = &fault.Error{Class: fault.Renderer, Err: errors.New("it died")}

func fails(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

func hangs(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func page() (*dom.Document, recording.NodeID) {
	var m rendertest.Builder
	a := m.El("div", rendertest.Attr("style=width:100px;height:100px;background:#f00"))
	return m.Document("body { margin: 0 }", a), a.ID
}

func open(t *testing.T, exact render.Backend, o fallback.Options) render.Session {
	t.Helper()
	s, err := fallback.New(exact, flat.New(nil), o).Open(context.Background(), nil, render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// drawn loads and draws a page, and says who drew it.
func drawn(t *testing.T, s render.Session) *render.Frame {
	t.Helper()
	d, _ := page()
	if err := s.Load(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	f, err := s.Render(context.Background(), render.Request{Pixels: true, Boxes: true})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestExactDrawsWhenAllIsWell(t *testing.T) {
	f := drawn(t, open(t, &fake{}, fallback.Options{}))
	if f.By != "exact" || f.Instead != nil {
		t.Errorf("drawn by %q instead of %v", f.By, f.Instead)
	}
}

func TestEveryFailureFallsBack(t *testing.T) {
	nan := float32(math.NaN())
	frame := func(f *render.Frame) func(render.Request) *render.Frame {
		return func(render.Request) *render.Frame { return f }
	}
	picture := image.NewRGBA(image.Rect(0, 0, 4, 4))
	for _, c := range []struct {
		name string
		fake *fake
		why  error
	}{
		{"missing", &fake{open: fails(errDied)}, errDied},
		{"hangs when opened", &fake{open: hangs}, fallback.ErrSlow},
		{"dies while loading", &fake{load: fails(errDied)}, errDied},
		{"hangs while loading", &fake{load: hangs}, fallback.ErrSlow},
		{"dies while drawing", &fake{render: fails(errDied)}, errDied},
		{"hangs while drawing", &fake{render: hangs}, fallback.ErrSlow},
		{"panics", &fake{render: func(context.Context) error { panic("x") }}, fallback.ErrGarbage},
		{"no frame", &fake{frame: frame(nil)}, fallback.ErrGarbage},
		{"no picture", &fake{frame: frame(&render.Frame{})}, fallback.ErrGarbage},
		{"part of a picture", &fake{frame: frame(&render.Frame{Image: picture.SubImage(image.Rect(0, 0, 2, 2)).(*image.RGBA)})}, fallback.ErrGarbage},
		{"boxes that are nowhere", &fake{frame: frame(&render.Frame{Image: picture, Boxes: []render.Box{{X: nan}}})}, fallback.ErrGarbage},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := drawn(t, open(t, c.fake, fallback.Options{Patience: 50 * time.Millisecond}))
			if f.By != "flat" || !errors.Is(f.Instead, c.why) || fault.Of(f.Instead) != fault.Renderer {
				t.Errorf("drawn by %q instead of %v, want flat because of %v", f.By, f.Instead, c.why)
			}
			if f.Image.RGBAAt(50, 50).R != 255 {
				t.Error("the page is not drawn")
			}
			if opened, closed := c.fake.opened.Load(), c.fake.closed.Load(); c.fake.open == nil && opened != closed {
				t.Errorf("%d sessions were opened and %d closed", opened, closed)
			}
		})
	}
}

func TestDeathBetweenTwoSteps(t *testing.T) {
	dead := false
	s := open(t, &fake{apply: func(context.Context) error {
		if dead {
			return errDied
		}
		return nil
	}}, fallback.Options{})
	d, a := page()
	ctx := context.Background()
	if err := s.Load(ctx, d); err != nil {
		t.Fatal(err)
	}
	step := func() *render.Frame {
		t.Helper()
		from := d.Version()
		op := recording.Mutation{Attributes: []recording.AttributeChange{{Node: a, Set: []recording.Attr{{Name: "style", Value: "width:50px;height:50px;background:#00f"}}}}}
		d.Apply(op)
		if err := s.Apply(ctx, render.Delta{From: from, To: d.Version(), Ops: []recording.Op{op}}); err != nil {
			t.Fatal(err)
		}
		f, err := s.Render(ctx, render.Request{Pixels: true})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if f := step(); f.By != "exact" {
		t.Errorf("drawn by %q", f.By)
	}
	dead = true
	f := step()
	if f.By != "flat" || !errors.Is(f.Instead, errDied) || f.Version != d.Version() || f.Image.RGBAAt(10, 10).B != 255 {
		t.Errorf("after its death: by %q, version %d of %d", f.By, f.Version, d.Version())
	}
	if f := step(); f.By != "flat" {
		t.Errorf("drawn by %q without a new try", f.By)
	}
}

func TestTriesAgainLaterAndNotForEver(t *testing.T) {
	now := time.Unix(0, 0)
	exact := &fake{render: fails(errDied)}
	s := open(t, exact, fallback.Options{Pause: time.Minute, Tries: 2, Now: func() time.Time { return now }})
	for i, c := range []struct {
		later time.Duration
		opens int32
	}{
		{0, 1},                // fails for the first time
		{30 * time.Second, 1}, // too early
		{31 * time.Second, 2}, // tries again and fails
		{time.Hour, 2},        // has failed too often
	} {
		now = now.Add(c.later)
		if f := drawn(t, s); f.By != "flat" {
			t.Errorf("step %d is drawn by %q", i, f.By)
		}
		if n := exact.opened.Load(); n != c.opens {
			t.Errorf("step %d: opened %d times, want %d", i, n, c.opens)
		}
	}
}

func TestComesBack(t *testing.T) {
	now := time.Unix(0, 0)
	exact := &fake{open: fails(errDied)}
	s := open(t, exact, fallback.Options{Now: func() time.Time { return now }})
	if f := drawn(t, s); f.By != "flat" {
		t.Fatalf("drawn by %q", f.By)
	}
	exact.open = nil
	now = now.Add(time.Hour)
	if f := drawn(t, s); f.By != "exact" || f.Instead != nil {
		t.Errorf("drawn by %q instead of %v", f.By, f.Instead)
	}
}

// Being cancelled is no failure, and neither is a request that nobody can serve.
func TestWhatIsNoFailure(t *testing.T) {
	tooLarge := fault.New(fault.Limit, "too large")
	exact := &fake{render: fails(tooLarge)}
	s := open(t, exact, fallback.Options{})
	d, _ := page()
	if err := s.Load(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Render(context.Background(), render.Request{}); !errors.Is(err, tooLarge) {
		t.Errorf("a request beyond the limits gave %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Render(ctx, render.Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call gave %v", err)
	}
	exact.render = nil
	f, err := s.Render(context.Background(), render.Request{Pixels: true})
	if err != nil || f.By != "exact" {
		t.Errorf("then %v, %v", f, err)
	}
}

func TestConformance(t *testing.T) {
	rendertest.Run(t, fallback.New(&fake{open: fails(errDied)}, flat.New(nil), fallback.Options{}))
}

// The real browser is killed in the middle.
func TestBrowserIsKilled(t *testing.T) {
	b := chromiumtest.Backend(t)
	s := open(t, b, fallback.Options{})
	if f := drawn(t, s); f.By != chromium.Name || f.Instead != nil {
		t.Fatalf("drawn by %q instead of %v", f.By, f.Instead)
	}
	about, err := b.About(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p, err := os.FindProcess(about.Process)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	f := drawn(t, s)
	if f.By != "flat" || !errors.Is(f.Instead, chromium.ErrDied) {
		t.Errorf("drawn by %q instead of %v", f.By, f.Instead)
	}
	if f.Image.RGBAAt(50, 50).R != 255 {
		t.Error("the page is not drawn")
	}
}

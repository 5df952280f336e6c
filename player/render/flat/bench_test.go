package flat_test

import (
	"context"
	"path/filepath"
	"testing"

	"hindsite.app/player/render"
	"hindsite.app/player/render/flat"
)

func BenchmarkLayout(b *testing.B) { benchmark(b, render.Request{Boxes: true}) }

func BenchmarkPaint(b *testing.B) { benchmark(b, render.Request{Pixels: true}) }

// benchmark lays out anew for boxes, and draws what is laid out for pixels.
func benchmark(b *testing.B, r render.Request) {
	dir := filepath.Join(shared(b), "pages")
	for _, name := range []string{"spa", "adminlte"} {
		d := loadPage(b, filepath.Join(dir, name+".json.gz"))
		b.Run(name, func(b *testing.B) {
			s, err := flat.New(nil).Open(context.Background(), nil, render.DefaultLimits())
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			if err := s.Load(context.Background(), d); err != nil {
				b.Fatal(err)
			}
			if _, err := s.Render(context.Background(), r); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			for b.Loop() {
				if r.Boxes {
					if err := s.Load(context.Background(), d); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := s.Render(context.Background(), r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

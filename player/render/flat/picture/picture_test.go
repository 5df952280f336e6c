package picture

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
)

func noColor(string) (color.NRGBA, bool) { return color.NRGBA{}, false }

func encoded(t testing.TB) (p, j []byte) {
	img := image.NewRGBA(image.Rect(0, 0, 3, 2))
	var a, b bytes.Buffer
	if err := png.Encode(&a, img); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return a.Bytes(), b.Bytes()
}

func TestStore(t *testing.T) {
	p, j := encoded(t)
	asked := 0
	s := NewStore(func(url string) ([]byte, bool) {
		asked++
		return j, url == "a.jpg"
	}, noColor, 100)
	for _, url := range []string{"data:image/png;base64," + base64.StdEncoding.EncodeToString(p), "DATA:;base64," + base64.RawStdEncoding.EncodeToString(p), "a.jpg",
		"data:image/svg+xml,%3Csvg width='3' height='2'/%3E"} {
		if w, h, ok := s.Size(url); !ok || w != 3 || h != 2 {
			t.Errorf("%.30s is %v by %v, %v", url, w, h, ok)
		}
		if img, ok := s.Image(url, 3, 2); !ok || img.Bounds().Dx() != 3 {
			t.Errorf("%.30s is not decoded", url)
		}
	}
	for _, url := range []string{"b.jpg", "data:,", "data:image/png;base64,!!", "", "javascript:alert(1)", "data:text/html,<svg"} {
		if _, ok := s.Image(url, 1, 1); ok {
			t.Errorf("%q is an image", url)
		}
	}
	before := asked
	s.Size("a.jpg")
	if asked != before {
		t.Error("a known image was looked up again")
	}
}

func TestLimit(t *testing.T) {
	p, _ := encoded(t)
	s := NewStore(nil, noColor, 5)
	if _, _, ok := s.Size("data:;base64," + base64.StdEncoding.EncodeToString(p)); ok {
		t.Error("an image of 6 pixels passes a limit of 5")
	}
}

func FuzzStore(f *testing.F) {
	p, j := encoded(f)
	f.Add(p)
	f.Add(j)
	f.Add([]byte("GIF89a"))
	f.Add([]byte("RIFF0000WEBPVP8L"))
	f.Add([]byte("<svg>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := NewStore(func(string) ([]byte, bool) { return data, true }, noColor, 1<<16)
		s.Size("x")
		s.Image("x", 8, 8)
	})
}

// Package picture decodes the images that a recording carries, within limits.
package picture

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/url"
	"strings"

	"golang.org/x/image/webp"

	"hindsite.app/player/render/flat/svg"
)

// Lookup finds the bytes of an image by its URL, without any network.
type Lookup func(url string) (data []byte, ok bool)

// Store decodes images and remembers them. It belongs to one goroutine.
type Store struct {
	lookup    Lookup
	color     svg.Color
	maxPixels int
	pictures  map[string]*picture
	decoded   int // pixels held
}

type picture struct {
	data []byte
	w, h int
	img  image.Image
	svg  *svg.Picture
	bad  bool
}

// format is one kind of bitmap, told by the bytes that it begins with.
type format struct {
	magic  string // '?' stands for any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var formats = []format{
	{"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	{"\xff\xd8", jpeg.DecodeConfig, jpeg.Decode},
	{"GIF8?a", gif.DecodeConfig, gif.Decode},
	{"RIFF????WEBPVP8", webp.DecodeConfig, webp.Decode},
}

func formatOf(data []byte) *format {
	for i := range formats {
		m := formats[i].magic
		ok := len(data) >= len(m)
		for k := 0; ok && k < len(m); k++ {
			ok = m[k] == '?' || m[k] == data[k]
		}
		if ok {
			return &formats[i]
		}
	}
	return nil
}

const (
	maxEncoded = 32 << 20 // bytes of one image
	maxHeld    = 64 << 20 // pixels of all decoded images
	maxKnown   = 20_000
)

// NewStore returns a Store; lookup may be nil. No image of more than maxPixels
// is decoded. Color reads the colours of SVG drawings.
func NewStore(lookup Lookup, color svg.Color, maxPixels int) *Store {
	return &Store{lookup: lookup, color: color, maxPixels: maxPixels, pictures: map[string]*picture{}}
}

// Size returns the natural size of an image, read from its header.
func (s *Store) Size(url string) (w, h float32, ok bool) {
	p := s.find(url)
	return float32(p.w), float32(p.h), !p.bad
}

// Image returns a decoded image. A drawing is drawn at the given size, a
// bitmap keeps its own.
func (s *Store) Image(url string, w, h int) (image.Image, bool) {
	p := s.find(url)
	if p.bad {
		return nil, false
	}
	if p.svg != nil {
		if p.img == nil || p.img.Bounds().Dx() != w || p.img.Bounds().Dy() != h {
			p.img = p.svg.Draw(w, h)
		}
		return p.img, true
	}
	if p.img == nil {
		if s.decoded > maxHeld {
			for _, o := range s.pictures {
				o.img = nil
			}
			s.decoded = 0
		}
		p.img = decode(p.data)
		if p.img == nil {
			p.bad = true
			return nil, false
		}
		s.decoded += p.w * p.h
	}
	return p.img, true
}

func (s *Store) find(url string) *picture {
	if p := s.pictures[url]; p != nil {
		return p
	}
	if len(s.pictures) > maxKnown {
		clear(s.pictures)
		s.decoded = 0
	}
	p := &picture{bad: true}
	s.pictures[url] = p
	data, ok := s.bytes(url)
	if !ok || len(data) > maxEncoded {
		return p
	}
	if formatOf(data) == nil {
		if d, ok := svg.Parse(data, s.color); ok {
			w, h := d.Size()
			p.svg, p.w, p.h, p.bad = d, int(w+0.5), int(h+0.5), false
		}
		return p
	}
	w, h, ok := size(data)
	if !ok || w <= 0 || h <= 0 || w > s.maxPixels/h {
		return p
	}
	p.data, p.w, p.h, p.bad = data, w, h, false
	return p
}

func (s *Store) bytes(url string) ([]byte, bool) {
	if len(url) >= 5 && strings.EqualFold(url[:5], "data:") {
		return DataURL(url)
	}
	if s.lookup == nil {
		return nil, false
	}
	return s.lookup(url)
}

// DataURL returns the bytes in a data: URL (RFC 2397).
func DataURL(u string) ([]byte, bool) {
	if len(u) > 2*maxEncoded {
		return nil, false
	}
	head, body, ok := strings.Cut(u, ",")
	if !ok {
		return nil, false
	}
	if !strings.HasSuffix(strings.ToLower(strings.TrimSpace(head)), ";base64") {
		s, err := url.PathUnescape(body)
		return []byte(s), err == nil
	}
	if strings.IndexByte(body, '%') >= 0 {
		if s, err := url.PathUnescape(body); err == nil {
			body = s
		}
	}
	body = strings.Map(func(r rune) rune {
		if r <= ' ' || r == '=' {
			return -1
		}
		return r
	}, body)
	data, err := base64.RawStdEncoding.DecodeString(body)
	return data, err == nil
}

// size reads a header. Decoders are not trusted not to panic.
func size(data []byte) (w, h int, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	cfg, err := formatOf(data).config(bytes.NewReader(data))
	return cfg.Width, cfg.Height, err == nil
}

func decode(data []byte) (img image.Image) {
	defer func() {
		if recover() != nil {
			img = nil
		}
	}()
	m, err := formatOf(data).decode(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	if _, ok := m.(*image.RGBA); ok {
		return m
	}
	// One kind of image keeps scaling fast.
	out := image.NewRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Src)
	return out
}

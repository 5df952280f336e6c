package fidelity

import "image"

// The constants of SSIM for 8 bits of luma: (0.01 × 255)² and (0.03 × 255)².
const (
	ssimC1 = 6.5025
	ssimC2 = 58.5225
)

// window is the side of the square that SSIM looks at, pixels.
const window = 8

// SSIM returns the mean structural similarity of two pictures (Wang, Bovik,
// Sheikh, Simoncelli, “Image quality assessment: from error visibility to
// structural similarity”, 2004, equation 13, over a square window of 8 by 8
// pixels that moves pixel by pixel): 1 for equal pictures, less for others. It
// looks at luma (ITU-R BT.601, rounded to 8 bits) in the part that both pictures
// have, counted from their upper left corners. ok is false when that part is
// smaller than a window.
func SSIM(a, b image.Image) (mean float64, ok bool) {
	w, h := min(a.Bounds().Dx(), b.Bounds().Dx()), min(a.Bounds().Dy(), b.Bounds().Dy())
	if w < window || h < window {
		return 0, false
	}
	la, lb := luma(a, w, h), luma(b, w, h)
	columns := make([]moments, w)
	sum := 0.0
	for y := range h {
		for x := range w {
			columns[x].add(la[y*w+x], lb[y*w+x], 1)
			if y >= window {
				columns[x].add(la[(y-window)*w+x], lb[(y-window)*w+x], -1)
			}
		}
		if y >= window-1 {
			sum += ssimRow(columns)
		}
	}
	return sum / float64((w-window+1)*(h-window+1)), true
}

// ssimRow returns the sum of SSIM over the windows of one row.
func ssimRow(columns []moments) (sum float64) {
	var m moments
	for x := range columns {
		m.join(&columns[x], 1)
		if x >= window {
			m.join(&columns[x-window], -1)
		}
		if x >= window-1 {
			sum += m.ssim()
		}
	}
	return sum
}

// moments are sums over pixels of two pictures. They are whole numbers, so that
// taking away is exact.
type moments struct{ a, b, aa, bb, ab int64 }

func (m *moments) add(a, b uint8, sign int64) {
	p, q := int64(a), int64(b)
	m.a += sign * p
	m.b += sign * q
	m.aa += sign * p * p
	m.bb += sign * q * q
	m.ab += sign * p * q
}

func (m *moments) join(o *moments, sign int64) {
	m.a += sign * o.a
	m.b += sign * o.b
	m.aa += sign * o.aa
	m.bb += sign * o.bb
	m.ab += sign * o.ab
}

func (m *moments) ssim() float64 {
	const n = window * window
	ma, mb := float64(m.a)/n, float64(m.b)/n
	va, vb, cov := float64(m.aa)/n-ma*ma, float64(m.bb)/n-mb*mb, float64(m.ab)/n-ma*mb
	return (2*ma*mb + ssimC1) * (2*cov + ssimC2) / ((ma*ma + mb*mb + ssimC1) * (va + vb + ssimC2))
}

// luma returns the luma of the upper left w by h pixels of a picture.
func luma(img image.Image, w, h int) []uint8 {
	out := make([]uint8, w*h)
	at := img.Bounds().Min
	if rgba, ok := img.(*image.RGBA); ok {
		for y := range h {
			row := rgba.Pix[rgba.PixOffset(at.X, at.Y+y):]
			for x := range w {
				out[y*w+x] = lumaOf(uint32(row[4*x]), uint32(row[4*x+1]), uint32(row[4*x+2]))
			}
		}
		return out
	}
	for y := range h {
		for x := range w {
			r, g, b, _ := img.At(at.X+x, at.Y+y).RGBA()
			out[y*w+x] = lumaOf(r>>8, g>>8, b>>8)
		}
	}
	return out
}

func lumaOf(r, g, b uint32) uint8 { return uint8((299*r + 587*g + 114*b + 500) / 1000) }

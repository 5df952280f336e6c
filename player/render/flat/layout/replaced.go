package layout

import "hindsite.app/player/render/flat/style"

// replacedSize computes the size of a replaced box (CSS 2.2, 10.3.2 and
// 10.6.2, with aspect-ratio).
func (l *layouter) replacedSize(b *Box, c constraint) {
	b.valid = false // the last size is not that of the last layout
	l.edges(b, c.w)
	s := b.Style
	ct := b.Content
	w, okW := l.sizeFixedW(b, s.Width, c)
	h, okH := l.sizeH(b, s.Height, c)
	if c.forceW >= 0 {
		w, okW = max(c.forceW, b.edgesX()), true
	}
	if c.forceH >= 0 {
		h, okH = max(c.forceH, b.edgesY()), true
	}
	ratio := ct.Ratio
	if s.AspectW > 0 && (!s.AspectAuto || ratio == 0) {
		ratio = s.AspectW / s.AspectH
	}
	natW, natH := l.naturalSize(b)
	switch {
	case okW && okH:
	case okW:
		h = natH + b.edgesY()
		if ratio > 0 {
			h = max(w-b.edgesX(), 0)/ratio + b.edgesY()
		}
	case okH:
		w = natW + b.edgesX()
		if ratio > 0 {
			w = max(h-b.edgesY(), 0)*ratio + b.edgesX()
		}
	default:
		w, h = natW+b.edgesX(), natH+b.edgesY()
		if ct.Kind == SVG && ratio > 0 && !ct.hasSize() {
			w = max(c.w-b.Margin[style.Left]-b.Margin[style.Right], b.edgesX())
			if c.shrink && b.inlineLevel {
				w = min(w, 300+b.edgesX())
			}
			h = max(w-b.edgesX(), 0)/ratio + b.edgesY()
		}
	}
	b.W, b.H = w, h
	l.limitReplaced(b, c, ratio, okW, okH)
}

// limitReplaced applies minimum and maximum sizes and keeps the ratio.
func (l *layouter) limitReplaced(b *Box, c constraint, ratio float32, okW, okH bool) {
	if c.forceW < 0 {
		limited := l.clampW(b, b.W, c)
		if limited != b.W && !okH && ratio > 0 {
			b.H = max(limited-b.edgesX(), 0)/ratio + b.edgesY()
		}
		b.W = limited
	}
	if c.forceH < 0 {
		limited := l.clampH(b, b.H, c)
		if limited != b.H && !okW && ratio > 0 && c.forceW < 0 {
			b.W = l.clampW(b, max(limited-b.edgesY(), 0)*ratio+b.edgesX(), c)
		}
		b.H = limited
	}
}

// sizeFixedW is sizeW for boxes whose intrinsic size is their natural one.
func (l *layouter) sizeFixedW(b *Box, v style.Length, c constraint) (float32, bool) {
	switch v.Kind {
	case style.LFixed:
		return b.borderBoxW(v.Of(c.w)), true
	case style.LStretch:
		return max(c.w-b.Margin[style.Left]-b.Margin[style.Right], 0), true
	}
	return 0, false
}

func (c *Content) hasSize() bool {
	if c.DOM == nil {
		return true
	}
	_, w := c.DOM.Attr("width")
	_, h := c.DOM.Attr("height")
	return w || h
}

func (l *layouter) naturalSize(b *Box) (w, h float32) {
	ct := b.Content
	if ct.Natural {
		return ct.Width * b.Style.Zoom, ct.Height * b.Style.Zoom
	}
	if ct.Kind == Image && ct.URL == "" && ct.Alt == "" {
		return 0, 0
	}
	if ct.Kind == Image {
		// A broken image is as large as its icon and its alternative text.
		if ct.Alt != "" {
			return 16 + l.textWidth(b.Style, ct.Alt), max(16, l.lineHeight(b.Style))
		}
		return 16, 16
	}
	return 0, 0
}

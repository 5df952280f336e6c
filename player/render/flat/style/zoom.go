package style

import "hindsite.app/player/render/flat/css"

// zoomProperty is the property zoom (CSS Viewport 1): absolute lengths of the
// element and of what is in it grow.
func zoomProperty() map[string]property {
	return map[string]property{"zoom": property{
		set: func(v []css.Token, e *env) bool {
			n, ok := number(v)
			if word(v) == "normal" || word(v) == "reset" {
				n, ok = 1, true
			}
			if ok && n > 0 {
				e.s.Zoom = min(max(e.parent.Zoom*n, 0.01), 100)
			}
			return ok && n >= 0
		},
		copy: func(d, s *Style) {},
	}.first()}
}

// magnify takes the zoom of the element into account for what follows, and for
// lengths that were inherited as they were for its parent.
func (c *cascade) magnify() {
	c.apply("zoom")
	s := c.s
	c.Context.Zoom, c.ratio = s.Zoom, s.Zoom/c.parent.Zoom
	if c.ratio == 1 {
		return
	}
	s.FontSize *= c.ratio
	s.LineHeight.Px *= c.ratio
	s.LetterSpacing *= c.ratio
	s.WordSpacing *= c.ratio
	s.TextIndent.Px *= c.ratio
	s.BorderSpacing = [2]float32{s.BorderSpacing[0] * c.ratio, s.BorderSpacing[1] * c.ratio}
}

package layout

import (
	"strings"
	"unicode/utf8"

	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
)

// itemKind is what an item of an inline formatting context is.
type itemKind uint8

const (
	itemWord itemKind = iota
	itemSpace
	itemOpen
	itemClose
	itemAtomic
	itemBreak // a forced line break
	itemFloat
	itemOut // absolutely positioned
	itemSoft
	itemTab
)

// item is the smallest piece that a line is made of.
type item struct {
	kind   itemKind
	box    *Box
	run    *text.Run
	str    string // of a word
	w      float32
	before bool // a line may end in front of it
	hang   bool // a space that a line's end swallows
}

// inlineContent is the content of an inline formatting context, before it is
// cut into lines.
type inlineContent struct {
	items []item
}

// maxItems bounds one inline formatting context.
const maxItems = 2_000_000

type collector struct {
	l     *layouter
	items []item
	// space says that a collapsible space, or nothing, stands in front.
	space bool
	// allowed says that a line may end in front of the next item.
	allowed bool
	last    rune // last rune of the word in front, for kerning with spaces
}

// inline returns the items of b. They do not depend on the width.
func (l *layouter) inline(b *Box) *inlineContent {
	if b.inner == nil {
		c := &collector{l: l, space: true}
		for _, child := range b.Children {
			c.add(child)
		}
		attachOpens(c.items)
		b.inner = &inlineContent{items: c.items}
	}
	return b.inner
}

// attachOpens moves break opportunities in front of the inline boxes that
// begin there: a box begins on the line of its content.
func attachOpens(items []item) {
	for i := range items {
		if !items[i].before {
			continue
		}
		k := i
		for k > 0 && (items[k-1].kind == itemOpen || items[k-1].kind == itemOut) {
			k--
		}
		if k != i {
			items[i].before, items[k].before = false, true
		}
	}
}

func (c *collector) push(it item) {
	if len(c.items) < maxItems {
		c.items = append(c.items, it)
	}
}

func (c *collector) add(b *Box) {
	if c.l.err != nil {
		return
	}
	switch {
	case b.outOfFlow():
		c.push(item{kind: itemOut, box: b})
		return
	case b.floating():
		c.push(item{kind: itemFloat, box: b})
		return
	}
	switch b.Kind {
	case Text:
		c.text(b)
	case Break:
		c.push(item{kind: itemBreak, box: b})
		c.space, c.allowed, c.last = true, false, 0
	case Soft:
		c.allowed = true
		c.push(item{kind: itemSoft, box: b})
	case Inline:
		c.push(item{kind: itemOpen, box: b})
		for _, child := range b.Children {
			c.add(child)
		}
		c.push(item{kind: itemClose, box: b})
	default:
		wrap := b.Parent == nil || !b.Parent.Style.WhiteSpace.NoWrap
		c.push(item{kind: itemAtomic, box: b, before: wrap && len(c.items) > 0 && c.last != '\u00a0'})
		c.space, c.allowed, c.last = false, wrap, 0
	}
}

func (c *collector) text(b *Box) {
	ws := b.Style.WhiteSpace
	wrap := !ws.NoWrap
	s := b.Text
	for len(s) > 0 {
		switch ch := s[0]; {
		case ch == '\n' && ws.Newlines:
			c.push(item{kind: itemBreak, box: b})
			c.space, c.allowed, c.last = true, false, 0
			s = s[1:]
		case ch == '\r' && ws.Newlines:
			s = s[1:]
		case ch == '\t' && ws.Keep:
			c.push(item{kind: itemTab, box: b, before: c.allowed && wrap})
			c.space, c.allowed, c.last = false, wrap, 0
			s = s[1:]
		case isSpace(ch):
			s = c.spaces(b, s, ws, wrap)
		default:
			end := strings.IndexAny(s, " \t\n\r\f")
			if end < 0 {
				end = len(s)
			}
			c.word(b, s[:end], wrap)
			s = s[end:]
		}
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

// spaces takes the white space at the start of s and returns the rest.
func (c *collector) spaces(b *Box, s string, ws style.WhiteSpace, wrap bool) string {
	if ws.Keep {
		c.push(item{kind: itemSpace, box: b, w: c.spaceWidth(b, 0), run: c.run(b, " "), hang: wrap && !ws.Break})
		c.space, c.allowed, c.last = false, wrap, 0
		return s[1:]
	}
	i := 0
	for i < len(s) && isSpace(s[i]) && !(s[i] == '\n' && ws.Newlines) {
		i++
	}
	rest := s[i:]
	if ws.Newlines && rest != "" && rest[0] == '\n' {
		return rest // spaces in front of a kept newline vanish
	}
	if !c.space {
		next, _ := utf8.DecodeRuneInString(rest)
		if rest == "" {
			next = 0
		}
		c.push(item{kind: itemSpace, box: b, w: c.spaceWidth(b, next), run: c.run(b, " "), hang: true})
		c.space = true
	}
	c.allowed = c.allowed || wrap
	c.last = 0
	return rest
}

// spaceWidth returns the width of a space, kerned with what is around it.
func (c *collector) spaceWidth(b *Box, next rune) float32 {
	m := c.l.metrics(b.Style)
	if m.font == nil {
		return 0
	}
	adv := c.l.shaper.Shape(m.font, " ").Advance
	if kerned(c.last) {
		pair := string(c.last)
		adv = c.l.shaper.Shape(m.font, pair+" ").Advance - c.l.shaper.Shape(m.font, pair).Advance
	}
	if kerned(next) {
		pair := string(next)
		adv += c.l.shaper.Shape(m.font, " "+pair).Advance - c.l.shaper.Shape(m.font, pair).Advance - c.l.shaper.Shape(m.font, " ").Advance
	}
	return adv*b.Style.FontSize + b.Style.LetterSpacing + b.Style.WordSpacing
}

func kerned(r rune) bool { return r > ' ' && r < 0x250 }

func (c *collector) run(b *Box, s string) *text.Run {
	m := c.l.metrics(b.Style)
	if m.font == nil {
		return &text.Run{}
	}
	return c.l.shaper.Shape(m.font, s)
}

func (c *collector) word(b *Box, w string, wrap bool) {
	parts := text.Breaks(w)
	switch b.Style.WordBreak {
	case style.BreakAll:
		parts = nil
		for _, r := range w {
			parts = append(parts, string(r))
		}
	case style.KeepAll:
		parts = []string{w}
	}
	for i, p := range parts {
		run := c.run(b, p)
		width := run.Advance*b.Style.FontSize + b.Style.LetterSpacing*float32(len(run.Glyphs))
		before := wrap && (i > 0 || c.allowed)
		if i == 0 && !c.allowed && wrap && b.Style.WordBreak == style.BreakAll && c.last != 0 {
			before = true
		}
		c.push(item{kind: itemWord, box: b, run: run, str: p, w: width, before: before})
	}
	c.space, c.allowed = false, false
	c.last, _ = utf8.DecodeLastRuneInString(w)
	if ideograph(c.last) {
		c.allowed = wrap
	}
}

// ideograph reports runes between which a line may break across elements.
func ideograph(r rune) bool {
	return r >= 0x2E80 && r <= 0x9FFF || r >= 0xAC00 && r <= 0xD7AF || r >= 0xF900 && r <= 0xFAFF || r >= 0x20000
}

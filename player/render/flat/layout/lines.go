package layout

import (
	"hindsite.app/player/render/flat/style"
)

// liner cuts the items of one inline formatting context into lines.
type liner struct {
	l      *layouter
	b      *Box
	inner  constraint
	fc     *floats
	ox, oy float32 // of the content box in the float context
	items  []item
	open   []*Box // inline boxes that the current line begins in
	y      float32
	first  bool // the first line, or the first after a forced break
	top    bool // the first line of the block
}

// lines lays out the inline children of b and returns their height.
func (l *layouter) lines(b *Box, inner constraint, fc *floats, ox, oy float32) float32 {
	ln := &liner{l: l, b: b, inner: inner, fc: fc, ox: ox, oy: oy, items: l.inline(b).items, first: true, top: true}
	l.atomics(ln.items, inner)
	for at := 0; at < len(ln.items); {
		if !l.tick() {
			break
		}
		next := ln.line(at)
		if next <= at {
			next = at + 1
		}
		at = next
	}
	if n := b.Style.LineClamp; n > 0 && n < len(b.Lines) {
		ln.y = b.Lines[n-1].Y + b.Lines[n-1].H - b.contentY()
	}
	if len(b.Lines) == 0 && (b.Marker != "" || ln.editable()) {
		m := l.metrics(b.Style)
		half := floor((m.height - m.Ascent - m.Descent) / 2)
		b.Lines = append(b.Lines, Line{X: b.contentX(), Y: b.contentY(), H: m.height, Baseline: b.contentY() + half + m.Ascent})
		ln.y += m.height
	}
	return ln.y
}

func (ln *liner) editable() bool {
	n := ln.b.Node
	return n != nil && n.DOM != nil && n.DOM.Is("button")
}

// atomics sizes the atomic boxes and inline edges.
func (l *layouter) atomics(items []item, inner constraint) {
	c := constraint{w: inner.w, h: inner.h, forceW: -1, forceH: -1, shrink: true}
	for i := range items {
		it := &items[i]
		switch it.kind {
		case itemAtomic:
			l.layout(it.box, c)
			it.w = it.box.W + it.box.Margin[style.Left] + it.box.Margin[style.Right]
		case itemOpen:
			l.edges(it.box, inner.w)
			it.w = it.box.Margin[style.Left] + it.box.Border[style.Left] + it.box.Padding[style.Left]
		case itemClose:
			it.w = it.box.Margin[style.Right] + it.box.Border[style.Right] + it.box.Padding[style.Right]
		}
	}
}

func floor(v float32) float32 {
	i := float32(int(v))
	if i > v {
		i--
	}
	return i
}

// span returns where a line at the current place may stand, in the content
// box.
func (ln *liner) span() (x, w float32) {
	if ln.fc.empty() {
		return 0, ln.inner.w
	}
	h := ln.l.lineHeight(ln.b.Style)
	left, right := ln.fc.bounds(ln.oy+ln.y, ln.oy+ln.y+max(h, 1), ln.ox, ln.ox+ln.inner.w)
	return left - ln.ox, right - left
}

func (ln *liner) indent() float32 {
	if !ln.top {
		return 0
	}
	return ln.b.Style.TextIndent.Of(ln.inner.w)
}

// line makes one line from the items at and behind at; it returns where the
// next begins.
func (ln *liner) line(at int) int {
	var late []*Box // floats for which this line has no room
	x0, room := ln.span()
	for range maxFloatSteps {
		need := ln.need(at)
		if need+ln.indent() <= room+0.01 || room >= ln.inner.w {
			break
		}
		next := ln.fc.next(ln.oy + ln.y)
		if next <= ln.oy+ln.y {
			break
		}
		ln.y = next - ln.oy
		x0, room = ln.span()
	}
	used := ln.indent()
	end, solid := at, false
	lead := true // only collapsible spaces so far
	forced := false
	for end < len(ln.items) {
		it := &ln.items[end]
		switch it.kind {
		case itemFloat:
			w := ln.floatWidth(it.box)
			if !solid || used+w <= room+0.01 {
				ln.l.float(ln.b, it.box, ln.inner, ln.fc, ln.ox, ln.oy, ln.y, used)
				x0, room = ln.span()
			} else {
				late = append(late, it.box)
			}
			end++
			continue
		case itemBreak:
			end++
			forced = true
		case itemSpace:
			if lead && !it.box.Style.WhiteSpace.Keep {
				end++
				continue
			}
		}
		if forced {
			break
		}
		next, w, text := ln.chunk(end, used, x0)
		if w+used > room+0.01 && solid {
			if cut, ok := ln.squeeze(end, next, room-used, false); ok {
				end = cut
			}
			break
		}
		if w+used > room+0.01 && !solid {
			if cut, ok := ln.squeeze(end, next, room-used, true); ok {
				end = cut
				break
			}
		}
		used += ln.total(end, next, used, x0)
		if text {
			solid, lead = true, false
		}
		end = next
	}
	ln.emit(at, end, x0, room, forced || end >= len(ln.items), forced)
	for _, b := range late {
		ln.l.float(ln.b, b, ln.inner, ln.fc, ln.ox, ln.oy, ln.y, 0)
	}
	return end
}

func (ln *liner) floatWidth(b *Box) float32 {
	w, _ := ln.l.measure(b, constraint{w: ln.inner.w, h: ln.inner.h, forceW: -1, forceH: -1, shrink: true})
	return w + b.Margin[style.Left] + b.Margin[style.Right]
}

// need returns the width of the first unbreakable piece.
func (ln *liner) need(at int) float32 {
	for at < len(ln.items) {
		it := &ln.items[at]
		if it.kind == itemSpace && !it.box.Style.WhiteSpace.Keep || it.kind == itemFloat || it.kind == itemOut {
			at++
			continue
		}
		if it.kind == itemBreak {
			return 0
		}
		_, w, _ := ln.chunk(at, 0, 0)
		return w
	}
	return 0
}

// chunk returns the end of the unbreakable piece at i, with its trailing
// spaces, its width without them, and whether it shows anything.
func (ln *liner) chunk(i int, used, x0 float32) (end int, w float32, solid bool) {
	var hang, sum float32
	for end = i; end < len(ln.items); end++ {
		it := &ln.items[end]
		if end > i && it.before || it.kind == itemBreak || it.kind == itemFloat {
			if end > i {
				break
			}
		}
		switch it.kind {
		case itemSpace:
			sum += it.w
			if it.hang {
				hang += it.w
			} else {
				hang = 0
			}
			solid = solid || it.box.Style.WhiteSpace.Keep
		case itemTab:
			sum += ln.tab(it.box, used+sum+x0)
			hang, solid = 0, true
		case itemWord, itemAtomic:
			sum += it.w
			hang, solid = 0, true
		case itemOpen, itemClose:
			sum += it.w
			if it.w != 0 {
				hang = 0
				solid = true
			}
		case itemBreak, itemFloat:
			return max(end, i+1), sum - hang, solid
		}
	}
	return end, sum - hang, solid
}

// total returns the width of items with hanging spaces.
func (ln *liner) total(from, to int, used, x0 float32) float32 {
	var sum float32
	for i := from; i < to; i++ {
		if ln.items[i].kind == itemTab {
			sum += ln.tab(ln.items[i].box, used+sum+x0)
			continue
		}
		if k := ln.items[i].kind; k != itemFloat && k != itemOut && k != itemBreak {
			sum += ln.items[i].w
		}
	}
	return sum
}

func (ln *liner) tab(b *Box, x float32) float32 {
	m := ln.l.metrics(b.Style)
	if m.font == nil {
		return 0
	}
	stop := ln.l.shaper.Shape(m.font, " ").Advance * b.Style.FontSize * b.Style.TabSize
	if stop <= 0 {
		return 0
	}
	n := floor(x/stop) + 1
	return n*stop - x
}

// squeeze breaks a word that is wider than the line, where the style allows
// it. Whole says that the line is still empty.
func (ln *liner) squeeze(from, to int, room float32, whole bool) (cut int, ok bool) {
	for i := from; i < to; i++ {
		it := &ln.items[i]
		if it.kind != itemWord {
			room -= it.w
			continue
		}
		s := it.box.Style
		can := s.OverflowWrap != style.WrapNormal || s.WordBreak == style.BreakWord
		if !can || s.WhiteSpace.NoWrap || !whole {
			return 0, false
		}
		if it.w <= room {
			room -= it.w
			continue
		}
		return ln.breakWord(i, room, i > from)
	}
	return 0, false
}

// maxTail is how much of a broken word is shaped as one piece: the rest of an
// endless word must not be shaped again for every line.
const maxTail = 128

// breakWord splits the word at i so that its first part fits into room.
func (ln *liner) breakWord(i int, room float32, mayBeEmpty bool) (int, bool) {
	it := ln.items[i]
	runes := []rune(it.str)
	n, w := 0, float32(0)
	size := it.box.Style.FontSize
	for n < len(runes) {
		g := ln.charWidth(it.box, runes[n], size)
		if w+g > room && (n > 0 || mayBeEmpty) {
			break
		}
		w += g
		n++
	}
	if n == len(runes) {
		return 0, false
	}
	if n == 0 {
		return i, true
	}
	c := &collector{l: ln.l}
	part := func(s string) item {
		run := c.run(it.box, s)
		return item{kind: itemWord, box: it.box, run: run, str: s, w: run.Advance*size + it.box.Style.LetterSpacing*float32(len(run.Glyphs))}
	}
	head := part(string(runes[:n]))
	head.before = it.before
	items := make([]item, 0, len(ln.items)+1+len(runes)/maxTail)
	items = append(append(items, ln.items[:i]...), head)
	for rest := runes[n:]; len(rest) > 0; {
		end := min(len(rest), maxTail)
		tail := part(string(rest[:end]))
		tail.before = true
		items = append(items, tail)
		rest = rest[end:]
	}
	ln.items = append(items, ln.items[i+1:]...)
	return i + 1, true
}

func (ln *liner) charWidth(b *Box, r rune, size float32) float32 {
	c := &collector{l: ln.l}
	run := c.run(b, string(r))
	return run.Advance*size + b.Style.LetterSpacing*float32(len(run.Glyphs))
}

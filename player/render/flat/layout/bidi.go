package layout

import (
	"hindsite.app/player/render/flat/style"
	"hindsite.app/player/render/flat/text"
)

// leaf is a piece of a line that is put into visual order: text or an atomic
// box, with the room in front of it that edges of inline boxes take.
type leaf struct {
	frag  int
	lead  float32
	dir   text.Direction
	base  int // embedding level of the inline boxes around it
	level int
}

// reorder puts the pieces of a line into visual order (Unicode Bidirectional
// Algorithm, rules N1 to L2; words have the level of their first strong
// character, and inline boxes with a direction of their own are isolates).
func (p *placer) reorder() {
	if !p.mixed() {
		return
	}
	leaves := p.leaves()
	resolve(leaves)
	order := visual(leaves)
	x := float32(0)
	frags := p.line.Frags
	for _, i := range order {
		lf := &leaves[i]
		f := &frags[lf.frag]
		if lf.level%2 == 0 {
			x += lf.lead
		}
		f.X = x
		x += f.W
		if lf.level%2 == 1 {
			x += lf.lead
		}
	}
	for i := range frags {
		if f := &frags[i]; f.Run == nil && f.Box.Kind == Inline {
			p.surround(f, leaves)
		}
	}
}

// mixed reports whether anything on the line may run from right to left.
func (p *placer) mixed() bool {
	if p.ln.b.Style.RTL {
		return true
	}
	for i := range p.line.Frags {
		f := &p.line.Frags[i]
		if f.Run != nil && f.Run.Direction == text.Leftward || f.Run == nil && f.Box.Style.RTL {
			return true
		}
	}
	return false
}

// leaves lists the pieces of the line.
func (p *placer) leaves() (list []leaf) {
	end := float32(0)
	for i := range p.line.Frags {
		f := &p.line.Frags[i]
		if f.Run == nil && (f.Box.Kind == Inline || f.Box.Kind == Break) {
			continue
		}
		lf := leaf{frag: i, lead: f.X - end, base: p.ln.levelAround(f.Box)}
		if f.Run != nil {
			lf.dir = f.Run.Direction
		}
		end = f.X + f.W
		list = append(list, lf)
	}
	return list
}

// levelAround returns the embedding level of what stands in the inline boxes
// around b.
func (ln *liner) levelAround(b *Box) int {
	var up []*Box
	for p := b.Parent; p != nil && p != ln.b && len(up) < 64; p = p.Parent {
		up = append(up, p)
	}
	level := 0
	if ln.b.Style.RTL {
		level = 1
	}
	for i := len(up) - 1; i >= 0; i-- {
		if up[i].Style.RTL != (level%2 == 1) {
			level++
		}
	}
	return level
}

// resolve gives every piece its level.
func resolve(leaves []leaf) {
	strong := func(i, step, base int) text.Direction {
		for ; i >= 0 && i < len(leaves); i += step {
			l := &leaves[i]
			switch {
			case l.base < base:
				return text.Neutral
			case l.base > base || l.dir == text.Neutral:
			case l.dir == text.Digits:
				if step > 0 {
					return text.Rightward
				}
			default:
				return l.dir
			}
		}
		return text.Neutral
	}
	for i := range leaves {
		l := &leaves[i]
		odd := l.base%2 == 1
		dir := l.dir
		if dir == text.Neutral {
			if before := strong(i-1, -1, l.base); before == strong(i+1, 1, l.base) {
				dir = before
			}
		}
		l.level = l.base
		switch {
		case dir == text.Leftward && !odd, dir == text.Rightward && odd, dir == text.Digits && odd:
			l.level++
		case dir == text.Digits && strong(i-1, -1, l.base) == text.Leftward:
			l.level += 2
		}
	}
}

// visual returns the order in which pieces stand from the left (rule L2).
func visual(leaves []leaf) []int {
	order := make([]int, len(leaves))
	most := 0
	for i := range order {
		order[i] = i
		most = max(most, leaves[i].level)
	}
	for level := most; level > 0; level-- {
		for i := 0; i < len(order); i++ {
			if leaves[order[i]].level < level {
				continue
			}
			j := i
			for j < len(order) && leaves[order[j]].level >= level {
				j++
			}
			for a, b := i, j-1; a < b; a, b = a+1, b-1 {
				order[a], order[b] = order[b], order[a]
			}
			i = j
		}
	}
	return order
}

// surround places an inline box around the pieces in it.
func (p *placer) surround(f *Frag, leaves []leaf) {
	first := true
	var x0, x1 float32
	for i := range leaves {
		g := &p.line.Frags[leaves[i].frag]
		if !within(g.Box, f.Box) {
			continue
		}
		if first {
			x0, x1, first = g.X, g.X+g.W, false
			continue
		}
		x0, x1 = min(x0, g.X), max(x1, g.X+g.W)
	}
	if first {
		return
	}
	b := f.Box
	start, end := f.First, f.Last
	if b.Style.RTL {
		start, end = end, start
	}
	if start {
		x0 -= b.Border[style.Left] + b.Padding[style.Left]
	}
	if end {
		x1 += b.Border[style.Right] + b.Padding[style.Right]
	}
	f.X, f.W = x0, x1-x0
}

package layout

import "hindsite.app/player/render/flat/style"

// built are the boxes that were made of a styled node, as they were before a
// parent took them.
type built struct {
	boxes []*Box
	marks []boxMarks
	last  uint64 // version of the tree that they were last part of
}

// boxMarks are what a parent changes of a box that it takes.
type boxMarks struct {
	inlineLevel, context bool
	wraps                int
}

// maxFonts bounds what is kept for styles that came and went.
const maxFonts = 50_000

// begin prepares for another state.
func (e *Engine) begin(tree *style.Tree) {
	if v := e.shaper.Version(); v != e.version {
		e.version = v
		clear(e.kept)
		clear(e.fonts)
	}
	if e.cut || len(e.kept) > 2*tree.Nodes+1024 {
		clear(e.kept)
	}
	if len(e.fonts) > maxFonts {
		clear(e.fonts)
	}
	if len(e.anon) > maxFonts {
		clear(e.anon)
	}
}

// reuse returns the boxes of a node that is as it was when they were made.
func (e *Engine) reuse(n *style.Node) ([]*Box, bool) {
	k := e.kept[n]
	if k == nil || n.Changed > k.last {
		return nil, false
	}
	for i, b := range k.boxes {
		m := k.marks[i]
		b.inlineLevel, b.context = m.inlineLevel, m.context
		b.Wraps = b.Wraps[:m.wraps:m.wraps]
	}
	return k.boxes, true
}

// keep remembers the boxes of a node in a version of the tree. Texts are made
// as fast as they are found.
func (e *Engine) keep(n *style.Node, boxes []*Box, version uint64) {
	if len(boxes) == 1 && boxes[0].Kind == Text {
		return
	}
	k := &built{boxes: boxes, last: version}
	for _, b := range boxes {
		k.marks = append(k.marks, boxMarks{b.inlineLevel, b.context, len(b.Wraps)})
	}
	e.kept[n] = k
}

// forget drops what is known of the sizes of b.
func (b *Box) forget() {
	b.valid, b.nmemo, b.topsOK = false, 0, false
	if !b.sizes.field {
		b.sizes = intrinsic{}
	}
}

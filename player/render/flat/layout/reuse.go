package layout

import "hindsite.app/player/render/flat/style"

// built are the boxes that were made of a styled node.
type built struct {
	boxes []*Box
	used  uint64 // the version of the tree that they were part of
}

// maxFonts bounds the metrics that are kept for styles that came and went.
const maxFonts = 50_000

// begin prepares for another state.
func (e *Engine) begin(tree *style.Tree) {
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

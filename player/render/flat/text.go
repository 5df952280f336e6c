package flat

import (
	"context"
	"strings"
	"unicode"

	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat/css"
	"hindsite.app/player/render/flat/layout"
	"hindsite.app/player/render/flat/style"
)

// Text returns what innerText says of the document (HTML standard, "the
// innerText getter steps"), the documents of frames in their places, white
// space folded.
func (s *session) Text(ctx context.Context) (out string, err error) {
	defer s.guard(&err)
	if err := s.ready(ctx, s.hover); err != nil {
		return "", err
	}
	r := &reader{session: s}
	if s.main.tree.Root != nil {
		r.node(s.main.tree.Root)
	}
	return fold(r.out.String()), ctx.Err()
}

// fold makes one space of every run of white space, as \s of JavaScript
// understands it, and trims.
func fold(s string) string {
	s = strings.ReplaceAll(s, string(object), "")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) && r != '\u0085' || r == '\ufeff' }), " ")
}

// lineBreak stands for whatever separates text. It is white space, but none
// that is trimmed at the edges of an atomic inline: blocks inside keep apart.
const lineBreak = '\u2028'

// object stands where something is drawn that has no text of its own: a space
// beside it is not at the edge of a line. It is taken out at the end.
const object = '\ufffc'

// reader collects rendered text.
type reader struct {
	session *session
	out     strings.Builder
	depth   int
}

func (r *reader) node(n *style.Node) {
	if n.Pseudo != css.NoPseudo {
		return // generated content is not part of the text
	}
	if n.DOM.Type != recording.ElementNode {
		if n.Style.Visibility == style.Shown {
			r.out.WriteString(layout.TransformText(n.Text, n.Style.Inherited.Transform))
		}
		return
	}
	switch {
	case n.DOM.Is("br"):
		r.out.WriteRune(lineBreak)
		return
	case n.DOM.Is("iframe", "frame"):
		r.frame(n)
		return
	case n.DOM.Is("img", "input", "select", "textarea", "button", "canvas", "video"):
		r.out.WriteRune(object)
	}
	switch n.Style.Display {
	case style.Inline, style.Contents:
		r.children(n)
	case style.InlineBlock, style.InlineFlex, style.InlineGrid, style.InlineTable:
		r.apart(n)
	default:
		r.out.WriteRune(lineBreak)
		r.children(n)
		r.out.WriteRune(lineBreak)
	}
}

func (r *reader) children(n *style.Node) {
	skipped := layout.Skipped(n)
	for _, c := range n.Children {
		if !skipped(c) {
			r.node(c)
		}
	}
}

// apart reads an atomic inline: spaces at its edges are not rendered, but
// nothing separates it from the text beside it.
func (r *reader) apart(n *style.Node) {
	in := &reader{session: r.session, depth: r.depth}
	in.children(n)
	r.out.WriteString(strings.Trim(in.out.String(), " \t\r\n\f"))
}

func (r *reader) frame(n *style.Node) {
	doc := layout.FrameDocument(n.DOM)
	f := r.session.frames[doc]
	if doc == nil || f == nil || f.tree.Root == nil || r.depth > maxFrameDepth {
		return
	}
	r.depth++
	r.out.WriteRune(lineBreak)
	r.node(f.tree.Root)
	r.out.WriteRune(lineBreak)
	r.depth--
}

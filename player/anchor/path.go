package anchor

import (
	"strconv"
	"strings"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// Between the steps of a path.
const (
	child  = " > "   // to a child
	shadow = " >>> " // into the shadow tree of an element
	frame  = " |> "  // into the document of a frame
)

// maxDepth is how many steps a path has at most; what stands deeper is named by
// its ancestor at that depth.
const maxDepth = 256

// Path names an element by where it stands: steps from the nearest ancestor that
// has an id which no other element has and which looks as if a person had given
// it, or else from the root. A step is "tag:nth-of-type(n)", or the tag alone for
// html, head and body; the first is "#id" or such a step. Within one tree a path is a CSS selector; " >>> " leads into a
// shadow tree, " |> " into the document of a frame.
func Path(d *dom.Document, n *dom.Node) string { return pathWith(countIDs(d), d, n) }

// pathWith is Path with the ids of the document counted already.
func pathWith(ids map[string]int, d *dom.Document, n *dom.Node) string {
	if n != nil && n.Type != recording.ElementNode {
		n = n.Parent
	}
	var steps []string // from the element upwards, each with what leads to it
	for n != nil && n.Type == recording.ElementNode && len(steps) < maxDepth {
		if id, _ := n.Attr("id"); ids[id] == 1 && given(id) {
			steps = append(steps, "#"+id)
			break
		}
		step := step(n)
		parent := n.Parent
		lead := ""
		switch {
		case parent == nil || parent == d.Root():
		case parent.Type == recording.DocumentNode:
			lead, parent = frame, parent.Parent
		case n.Shadow:
			lead = shadow
		default:
			lead = child
		}
		steps = append(steps, lead+step)
		if lead == "" {
			break
		}
		n = parent
	}
	var b strings.Builder
	for i := len(steps) - 1; i >= 0; i-- {
		b.WriteString(steps[i])
	}
	return b.String()
}

// step names an element among its siblings. Of some there is only one.
func step(n *dom.Node) string {
	if n.Is("html", "head", "body") && ordinal(n) == 1 {
		return n.Tag
	}
	return strings.ToLower(n.Tag) + nth + strconv.Itoa(ordinal(n)) + ")"
}

const nth = ":nth-of-type("

// given reports whether an id looks as if a person had given it: ids that
// frameworks count up differ from visit to visit.
func given(id string) bool {
	if id == "" || len(id) > 40 {
		return false
	}
	digits := 0
	for _, r := range id {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '-', r == '_':
		default:
			return false
		}
	}
	return digits <= 2 && (id[0] < '0' || id[0] > '9')
}

func countIDs(d *dom.Document) map[string]int {
	ids := map[string]int{}
	each(d.Root(), func(n *dom.Node) bool {
		if id, ok := n.Attr("id"); ok {
			ids[id]++
		}
		return true
	})
	return ids
}

// each calls visit for every element below n, in document order, until it
// returns false.
func each(n *dom.Node, visit func(*dom.Node) bool) bool {
	if n == nil {
		return true
	}
	if n.Type == recording.ElementNode && !visit(n) {
		return false
	}
	for c := n.First; c != nil; c = c.Next {
		if !each(c, visit) {
			return false
		}
	}
	return true
}

// ordinal returns which of its siblings of the same tag and tree n is, from 1.
func ordinal(n *dom.Node) int {
	i := 1
	for s := n.Prev; s != nil; s = s.Prev {
		if sameKind(s, n) {
			i++
		}
	}
	return i
}

func sameKind(a, b *dom.Node) bool {
	return a.Type == recording.ElementNode && a.Shadow == b.Shadow && strings.EqualFold(a.Tag, b.Tag)
}

// Find returns the element of a path, or nil when the document has none. A path
// that cannot be read finds nothing.
func Find(d *dom.Document, path string) *dom.Node {
	at := d.Root()
	if at == nil {
		return nil
	}
	for rest, lead := path, ""; ; {
		step, next, tail := cutStep(rest)
		if id, ok := strings.CutPrefix(step, "#"); ok {
			if lead != "" {
				return nil
			}
			at = byID(d, id)
		} else {
			at = descend(at, lead, step)
		}
		if at == nil || next == "" {
			return at
		}
		rest, lead = tail, next
	}
}

// cutStep cuts the first step off a path, with what leads to the next.
func cutStep(path string) (step, next, tail string) {
	end := len(path)
	for _, lead := range []string{child, shadow, frame} {
		if i := strings.Index(path, lead); i >= 0 && i < end {
			end, next = i, lead
		}
	}
	return path[:end], next, path[end+len(next):]
}

func byID(d *dom.Document, id string) (found *dom.Node) {
	each(d.Root(), func(n *dom.Node) bool {
		if have, ok := n.Attr("id"); ok && have == id {
			found = n
		}
		return found == nil
	})
	return found
}

func descend(at *dom.Node, lead, step string) *dom.Node {
	tag, rest, ok := strings.Cut(step, nth)
	left := 1
	if ok {
		var err error
		if left, err = strconv.Atoi(strings.TrimSuffix(rest, ")")); err != nil || left < 1 {
			return nil
		}
	}
	if lead == frame {
		// A frame holds its document as its child.
		if at = at.First; at == nil || at.Type != recording.DocumentNode {
			return nil
		}
	}
	for c := at.First; c != nil; c = c.Next {
		if c.Type == recording.ElementNode && c.Shadow == (lead == shadow) && strings.EqualFold(c.Tag, tag) {
			if left--; left == 0 {
				return c
			}
		}
	}
	return nil
}

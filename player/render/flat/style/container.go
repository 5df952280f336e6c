package style

import (
	"encoding/binary"
	"maps"
	"math"

	"hindsite.app/player/dom"
	"hindsite.app/player/render/flat/css"
)

// Size is the content box of a query container, CSS pixels.
type Size struct{ W, H float32 }

// Containers are the sizes of query containers in a layout.
type Containers map[*dom.Node]Size

// Contains reports whether the styles of the tree depend on the sizes of
// containers: they must be known to style it right.
func (t *Tree) Contains() bool { return t.contains }

// sized reports whether the sizes of containers are others than before.
func (w *walker) sized(c Containers) bool {
	return !maps.Equal(w.options.Containers, c)
}

// container returns the size of the nearest container above n with a name, or
// any when the name is empty.
func (w *walker) container(n *dom.Node, name string) (Size, bool) {
	for p := n.Parent; p != nil; p = p.Parent {
		node := w.tree.byDOM[p]
		if node == nil || node.Style == nil || node.Style.Container == NoContainer {
			continue
		}
		if name != "" && !containsWord(node.Style.ContainerNames, name) {
			continue
		}
		s, ok := w.options.Containers[p]
		return s, ok
	}
	return Size{}, false
}

func containsWord(list []string, name string) bool {
	for _, s := range list {
		if s == name {
			return true
		}
	}
	return false
}

// contained reports whether the container conditions of an entry hold for n.
func (w *walker) contained(e *entry, n *dom.Node) bool {
	for _, c := range e.containers {
		w.tree.contains = true
		s, ok := w.container(n, c.Name)
		if !ok || !c.Holds(s.W, s.H) {
			return false
		}
	}
	return true
}

// ContainerType is a computed container-type.
type ContainerType uint8

// The container types.
const (
	NoContainer ContainerType = iota
	InlineSize
	WholeSize
)

func containerProperties() map[string]property {
	return map[string]property{
		"container-type": keyword(func(s *Style) *ContainerType { return &s.Container },
			map[string]ContainerType{"normal": NoContainer, "inline-size": InlineSize, "size": WholeSize, "scroll-state": NoContainer}),
		"container-name": accessor(func(s *Style) *[]string { return &s.ContainerNames }, func(v []css.Token, _ *env) ([]string, bool) {
			var names []string
			for _, t := range v {
				if t.Kind == css.Ident && !t.IsIdent("none") && len(names) < 16 {
					names = append(names, t.Text)
				}
			}
			return names, true
		}),
	}
}

// expandContainer reads "name / type".
func expandContainer(v []css.Token) []named {
	name, kind, two := cutSlash(v)
	if !two {
		kind = ident("normal")
	}
	return []named{{"container-name", name}, {"container-type", kind}}
}

// key tells sizes apart; nothing for none.
func (s Size) key() string {
	if s == (Size{}) {
		return ""
	}
	b := make([]byte, 0, 8)
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(s.W))
	return string(binary.LittleEndian.AppendUint32(b, math.Float32bits(s.H)))
}

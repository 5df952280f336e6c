package css

// Key says where to find a selector: by the most telling simple selector that
// every match has. All parts are empty when there is none.
type Key struct{ ID, Class, Tag string }

// Key returns the key of s.
func (s *Selector) Key() Key {
	c := &s.parts[len(s.parts)-1]
	switch {
	case c.id != "":
		return Key{ID: c.id}
	case len(c.classes) > 0:
		return Key{Class: c.classes[len(c.classes)-1]}
	case c.tag != "":
		return Key{Tag: c.tag}
	}
	// A nested rule ends in :is(parent): one alternative is as good as itself.
	for i := range c.pseudos {
		if p := &c.pseudos[i]; p.name == "is" && len(p.list) == 1 && p.list[0].Pseudo == NoPseudo {
			return p.list[0].Key()
		}
	}
	return Key{}
}

// Host reports whether s can match the host of its shadow tree.
func (s *Selector) Host() bool { return s.parts[len(s.parts)-1].host }

// Required appends the hashes of names that some ancestor must have, so that
// a filter can tell cheaply that s cannot match.
func (s *Selector) Required(hashes []uint32) []uint32 {
	above := false
	for i := len(s.parts) - 1; i > 0; i-- {
		// Behind a sibling combinator the compound is no ancestor; further left
		// of a parent combinator they are ancestors again.
		above = s.parts[i].comb == Descendant || s.parts[i].comb == Child
		if !above {
			continue
		}
		c := &s.parts[i-1]
		if c.host || c.anchor {
			continue
		}
		if c.id != "" {
			hashes = append(hashes, Hash32('#', c.id))
		}
		for _, class := range c.classes {
			hashes = append(hashes, Hash32('.', class))
		}
		if c.tag != "" {
			hashes = append(hashes, Hash32('<', c.tag))
		}
	}
	return hashes
}

// Hash32 hashes a name with the mark of its kind: '#' id, '.' class, '<' tag
// (FNV-1a).
func Hash32(mark byte, name string) uint32 {
	h := (uint32(2166136261) ^ uint32(mark)) * 16777619
	for i := 0; i < len(name); i++ {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return h
}

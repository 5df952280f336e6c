package css

// Reach says which elements a change of a name on one element may restyle.
type Reach uint8

// The reaches; a change has the sum of those of all selectors with the name.
const (
	Itself      Reach = 1 << iota // the element
	Descendants                   // what stands below it
	Followers                     // its later siblings, and what stands below them
	Everything                    // anything: the name stands in a :has()
)

// Uses tells, for a set of rules, how far changes reach. Names have the mark of
// their kind in front: '#' id, '.' class, '[' attribute, '<' tag, ':' state of a
// field, media element or focus.
type Uses struct {
	names map[string]Reach
	// Structure is how far an added or removed sibling reaches, on each of the
	// siblings around it, and Empty how far it reaches from their parent.
	Structure, Empty Reach
	// Has says that some selector has a :has().
	Has bool
}

// NewUses returns an empty Uses.
func NewUses() *Uses { return &Uses{names: map[string]Reach{}} }

// Reach returns how far a change of a name reaches.
func (u *Uses) Reach(mark byte, name string) Reach {
	var buf [64]byte
	return u.names[string(append(append(buf[:0], mark), name...))]
}

// Add takes in what another set says.
func (u *Uses) Add(o *Uses) {
	for k, r := range o.names {
		u.names[k] |= r
	}
	u.Structure |= o.Structure
	u.Empty |= o.Empty
	u.Has = u.Has || o.Has
}

// AddSelector takes in a selector.
func (u *Uses) AddSelector(s *Selector) { u.selector(s, Itself, false) }

// selector takes in s, whose subject reaches as far as subject says.
func (u *Uses) selector(s *Selector, subject Reach, inHas bool) {
	reach := subject
	for i := len(s.parts) - 1; i >= 0; i-- {
		u.compound(&s.parts[i], reach, inHas)
		if i == 0 {
			break
		}
		switch s.parts[i].comb {
		case Descendant, Child:
			reach = reach&^Itself | Descendants
		default:
			// What stands below a follower is one of its followers.
			reach = reach&^(Itself|Descendants) | Followers
			u.Structure |= Itself | reach&Everything
			if i < len(s.parts)-1 || subject != Itself {
				u.Structure |= Descendants | Followers
			}
		}
	}
	for _, l := range s.slotted {
		u.selector(l, subject, inHas)
	}
}

func (u *Uses) compound(c *compound, reach Reach, inHas bool) {
	if inHas {
		reach = Everything
	}
	note := func(mark byte, name string) { u.names[string(mark)+name] |= reach }
	if c.id != "" {
		note('#', c.id)
	}
	for _, id := range c.ids {
		note('#', id)
	}
	for _, class := range c.classes {
		note('.', class)
	}
	for i := range c.attrs {
		note('[', c.attrs[i].name)
	}
	if c.tag != "" && inHas {
		note('<', c.tag)
	}
	if inHas && c.tag == "" && c.id == "" && len(c.classes) == 0 && len(c.attrs) == 0 && !c.anchor {
		note('<', "*")
	}
	for _, s := range c.hostIf {
		u.selector(s, reach, inHas)
	}
	for i := range c.pseudos {
		u.pseudo(&c.pseudos[i], reach, inHas)
	}
}

func (u *Uses) pseudo(p *pseudo, reach Reach, inHas bool) {
	switch p.name {
	case "has":
		u.Has = true
		inHas = true
	case "first-child", "last-child", "only-child", "first-of-type", "last-of-type", "only-of-type",
		"nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type":
		u.Structure |= reach
		if len(p.list) > 0 {
			// A name of "of" changes the numbers of all siblings.
			for _, s := range p.list {
				u.selector(s, Everything, inHas)
			}
			return
		}
	case "empty":
		u.Empty |= reach
		u.names[":empty"] |= reach
	default:
		u.names[":"+p.name] |= reach
	}
	for _, s := range p.list {
		u.selector(s, reach, inHas)
	}
}

package css

// Container is the condition of an @container rule.
type Container struct {
	Name  string // "" for any
	query []Query
}

// parseContainer reads the head of an @container rule.
func parseContainer(head []Token) *Container {
	head = Trim(head)
	c := &Container{}
	if len(head) > 0 && head[0].Kind == Ident && !head[0].IsIdent("not") && !head[0].IsIdent("and") && !head[0].IsIdent("or") {
		c.Name = head[0].Text
		head = Trim(head[1:])
	}
	if len(head) > 0 {
		c.query = []Query{parseQuery(head, 0)}
	}
	return c
}

// Holds reports whether a container of a size meets the condition.
func (c *Container) Holds(w, h float32) bool {
	return len(c.query) == 0 || Any(c.query, Media{Width: w, Height: h})
}

// Containers returns the container conditions of a chain.
func (c *Cond) Containers() []*Container {
	var list []*Container
	for ; c != nil; c = c.Outer {
		if c.Container != nil {
			list = append(list, c.Container)
		}
	}
	return list
}

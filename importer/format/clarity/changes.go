package clarity

import (
	"strings"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rebuild"
	"hindsite.app/player/fault"
)

// maxSpelled bounds the bytes of attributes that the events of one tab spell
// out: a list of places can name the same long text again and again.
const maxSpelled = 1 << 30

// changes takes the nodes of an event. One that names a parent which comes
// later in the event waits for it.
func (p *page) changes(t []token) error {
	if len(t) < 2 {
		return nil
	}
	waiting := map[int64][]change{}
	for _, c := range changesOf(t[2:], t) {
		if err := p.change(c, waiting); err != nil {
			return err
		}
	}
	for _, list := range waiting {
		p.Odd.Add(format.UnknownNode, len(list))
	}
	return nil
}

// change makes a change, and then those that waited for it.
func (p *page) change(c change, waiting map[int64][]change) error {
	for queue := []change{c}; len(queue) > 0; {
		c, queue = queue[0], queue[1:]
		if p.Tree() == nil && !strings.HasSuffix(c.tag, documentTag) && c.tag != "HTML" {
			p.Odd.Add(format.NoSnapshot, 1)
			continue
		}
		if c.parent != 0 && c.tag != "HTML" && c.tag != documentTag && p.node(c.parent) == nil {
			waiting[c.parent] = append(waiting[c.parent], c)
			continue
		}
		if p.spelled += c.size(); p.spelled > maxSpelled {
			return fault.New(fault.Limit, "read session: its changes spell out more than %d bytes", maxSpelled)
		}
		if err := p.apply(c); err != nil {
			return err
		}
		if list := waiting[c.id]; list != nil && p.node(c.id) != nil {
			delete(waiting, c.id)
			queue = append(queue, list...)
		}
	}
	return nil
}

func (c *change) size() int {
	n := 1
	for i := range c.names {
		n += len(c.names[i]) + len(c.values[i])
	}
	return n
}

// apply makes a change.
func (p *page) apply(c change) error {
	tag, framed := strings.CutPrefix(c.tag, framePrefix)
	switch {
	case tag == documentTag:
		return p.document(c, framed)
	case tag == "HTML" && !framed && !p.began:
		p.began = true
		if err := p.Begin(c.id); err != nil {
			return err
		}
		return p.Tree().SetAll(p.Tree().Root(), c.names, c.values)
	case p.Tree() == nil:
		p.Odd.Add(format.NoSnapshot, 1)
		return nil
	case tag == shadowTag:
		if host := p.node(c.parent); host != nil && host.Kind == rebuild.Element {
			return p.Tree().Open(host, c.id, rebuild.Shadow)
		}
		return nil
	case tag == polyfillTag:
		if len(p.alias) < p.limits.Events {
			p.alias[c.id] = c.parent
		}
		return nil
	case tag == suspendTag:
		return nil
	}
	return p.ordinary(c, tag, framed)
}

// frameDocument is added to the id of a frame's first node where the recorder
// names no document.
const frameDocument = 1 << 40

// document takes a document. That of the page itself is begun by its root.
func (p *page) document(c change, framed bool) error {
	if !framed || p.Tree() == nil {
		return nil
	}
	host := p.node(c.parent)
	if host == nil || host.Kind != rebuild.Element {
		p.missing()
		return nil
	}
	return p.Tree().Open(host, c.id, rebuild.Frame)
}

// ordinary takes an element or a text. Without a parent it is taken out.
func (p *page) ordinary(c change, tag string, framed bool) error {
	n := p.node(c.id)
	if n == nil && (c.parent == 0 || c.id == 0) {
		if c.id != 0 {
			p.Odd.Add(format.UnknownNode, 1)
		}
		return nil
	}
	if n == nil {
		if n = newNode(c, tag); !p.Tree().Adopt(n) {
			return nil
		}
	}
	if err := p.describe(n, c); err != nil {
		return err
	}
	if c.parent == 0 {
		delete(p.stands, c.id)
		return p.Tree().Detach(n)
	}
	return p.stand(n, c, tag, framed)
}

func newNode(c change, tag string) *rebuild.Node {
	if tag == textTag {
		return &rebuild.Node{ID: c.id, Kind: rebuild.Text}
	}
	if name, ok := strings.CutPrefix(tag, svgPrefix); ok {
		return &rebuild.Node{ID: c.id, Tag: name, SVG: true}
	}
	return &rebuild.Node{ID: c.id, Tag: strings.ToLower(tag)}
}

// describe gives a node its text or its attributes.
func (p *page) describe(n *rebuild.Node, c change) error {
	switch {
	case n.Kind == rebuild.Text && c.text != nil:
		return p.Tree().SetText(n, *c.text)
	case n.Kind != rebuild.Element || c.tag == textTag || c.parent == 0:
		return nil
	}
	names, values := c.names, c.values
	if c.text != nil {
		names, values = append(names, "_cssText"), append(values, *c.text)
	}
	return p.Tree().SetAll(n, names, values)
}

// stand puts a node where it stands, unless it stood there before.
func (p *page) stand(n *rebuild.Node, c change, tag string, framed bool) error {
	now := standing{c.parent, c.previous}
	if p.stands[c.id] == now && n.Parent() != nil || n == p.Tree().Root() {
		return nil
	}
	p.stands[c.id] = now
	parent := p.node(c.parent)
	if framed && tag == "HTML" && parent != nil {
		if parent.Inner() == nil {
			if err := p.Tree().Open(parent, frameDocument+c.id, rebuild.Frame); err != nil {
				return err
			}
		}
		if parent = parent.Inner(); parent == nil {
			return nil
		}
	}
	if parent == nil {
		p.missing()
		return nil
	}
	ok, err := p.Tree().PlaceBehind(n, parent.ID, p.node(c.previous))
	if err == nil && !ok {
		p.Odd.Add(format.UnknownNode, 1)
	}
	return err
}

package openreplay

import (
	"context"
	"strings"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rebuild"
)

// page follows the messages of one tab.
type page struct {
	*rebuild.Page
	about  *about
	limits format.Limits
	dict   *dictionary
	fields fields

	href      string // of batches, for pages that do not say theirs
	located   bool
	navigated int64 // when the page began to load
	cameTo    arrival
	sheets    map[int64]*sheet
	waiting   int // changes of sheets that wait
}

// arrival is when the visitor came to a tab.
type arrival struct {
	tab string
	at  int64
}

// take takes the messages of the tab in order of time.
func (p *page) take(ctx context.Context, messages []message) error {
	for i := range messages {
		m := &messages[i]
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.At(m.at); err != nil {
			return err
		}
		if _, err := p.fields.read(shapes[m.kind], m.body); err != nil {
			continue // counted when it was scanned
		}
		if p.tooLong(m.kind) {
			p.Odd.Add(format.BadEvent, 1)
			continue
		}
		if err := p.message(m.kind); err != nil {
			return err
		}
	}
	return p.Finish()
}

// tooLong reports whether a message holds a text that no page may hold.
func (p *page) tooLong(k kind) bool {
	for i := range len(shapes[k]) {
		if shapes[k][i] == 's' && len(p.fields.texts[i]) > p.limits.String {
			return true
		}
	}
	return false
}

// location takes the address of the page. A load says when it began.
func (p *page) location(href, title string, navigation int64) {
	p.located = true
	loaded := navigation > 0 && navigation != p.navigated
	if loaded {
		p.navigated = navigation
	}
	p.Locate(href, title, loaded)
}

// begin begins a document.
func (p *page) begin() error {
	p.sheets = map[int64]*sheet{}
	if err := p.Begin(rootID); err != nil {
		return err
	}
	if !p.located && p.href != "" {
		p.location(p.href, "", 0)
	}
	return nil
}

// rootID is the number of the root element, and of its document.
const rootID = 0

// find returns a node, or nil and counts it.
func (p *page) find(id int64) *rebuild.Node {
	if p.Tree() == nil {
		p.Odd.Add(format.NoSnapshot, 1)
		return nil
	}
	n := p.Tree().Node(id)
	if n == nil {
		p.Odd.Add(format.UnknownNode, 1)
	}
	return n
}

// findOf returns a node of a kind, or nil and counts it.
func (p *page) findOf(k rebuild.Kind, id int64) *rebuild.Node {
	n := p.find(id)
	if n != nil && n.Kind != k {
		p.Odd.Add(format.UnknownNode, 1)
		return nil
	}
	return n
}

// create makes a node.
func (p *page) create(n *rebuild.Node, parent, index int64) error {
	if p.Tree() == nil {
		p.Odd.Add(format.NoSnapshot, 1)
		return nil
	}
	if p.Tree().Node(n.ID) != nil {
		p.Odd.Add(format.DuplicateEvent, 1)
		return nil
	}
	return p.placed(p.Tree().Create(n, parent, index))
}

// placed counts a node that could not be put where it should.
func (p *page) placed(ok bool, err error) error {
	if err == nil && !ok {
		p.Odd.Add(format.UnknownNode, 1)
	}
	return err
}

// setAttribute gives an element an attribute; nil takes it away.
func (p *page) setAttribute(id int64, name string, value *string) error {
	n := p.findOf(rebuild.Element, id)
	if n == nil {
		return nil
	}
	switch {
	case name == "__openreplay_dialog":
		name = "rr_open_mode"
		if value != nil && *value == "nonmodal" {
			*value = "non-modal"
		}
	case strings.HasPrefix(name, "__openreplay") || name == "orloaded":
		return nil // for the player only
	case n.SVG && value != nil && strings.HasPrefix(*value, "url("):
		// Shapes name each other with the address of a page that is not there.
		if _, id, ok := strings.Cut(*value, "#"); ok {
			*value = "url(#" + id
		}
	}
	return p.Tree().Set(n, name, value)
}

// slot says which slot of a shadow tree a child is shown in.
func (p *page) slot(id, slot int64) error {
	n := p.find(id)
	if n == nil || n.Kind != rebuild.Element {
		return nil // text is shown in the slot without a name
	}
	if slot > 0 {
		s := p.findOf(rebuild.Element, slot)
		if s == nil {
			return nil
		}
		if name := s.Attr("name"); name != "" {
			return p.Tree().Set(n, "slot", &name)
		}
	}
	return p.Tree().Set(n, "slot", nil)
}

// open puts a document into a frame, or a shadow root into another element.
func (p *page) open(host, id int64) error {
	n := p.findOf(rebuild.Element, host)
	if n == nil {
		return nil
	}
	if n.Tag == "iframe" || n.Tag == "frame" {
		return p.Tree().Open(n, id, rebuild.Frame)
	}
	return p.Tree().Open(n, id, rebuild.Shadow)
}

// input takes the value of a field. A mask above 0 is the length of a value
// that was not recorded, one below says that not even that was.
func (p *page) input(id int64, value string, mask int64) error {
	n := p.findOf(rebuild.Element, id)
	switch {
	case n == nil:
		return nil
	case mask > 0:
		value = rebuild.Masked(mask)
	case mask < 0:
		value = ""
	}
	return p.Input(n, value)
}

// focus takes the focus to a node; below 0 it goes away.
func (p *page) focus(id int64) {
	if id < 0 {
		p.Focus(nil)
		return
	}
	if n := p.find(id); n != nil {
		p.Focus(n)
	}
}

// click takes a click. It happened where the pointer was moved last: the
// recorder says that, and for the click itself only how far down the page.
func (p *page) click(id int64, label, selector string) {
	n := p.find(id)
	p.InteractThere(rebuild.Click, n)
	p.Label(n, label, selector)
}

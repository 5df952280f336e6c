package openreplay

import (
	"slices"
	"strings"

	"hindsite.app/importer/format"
)

// page follows the messages of one tab and writes rrweb events.
type page struct {
	out    *lines
	odd    format.Anomalies
	about  *about
	limits format.Limits
	window string
	dict   *dictionary
	fields fields

	tree    *tree // nil before the first document
	shown   bool  // the tree was handed on as a full snapshot
	since   int64 // time of the document
	now     int64
	waiting []event // events of this moment, behind the changes of the document
	work    int64   // of documents before

	href, title   string
	navigated     int64 // when the page began to load
	announce      bool  // the address is to be handed on
	loaded        bool  // with a load of the page
	width, height int64
	x, y          int64 // window scroll
	focused       int64
	pointer       *point
	sheets        map[int64]*sheet
	order         int // of changes of rules
	cameTo        arrival
}

type point struct{ x, y, at int64 }

// arrival is when the visitor came to a tab.
type arrival struct {
	tab string
	at  int64
}

// event is an rrweb event that waits.
type event struct {
	at   int64
	kind int
	data any
}

func newPage(out *lines, odd format.Anomalies, a *about, l format.Limits, window string, d *dictionary) *page {
	return &page{out: out, odd: odd, about: a, limits: l, window: window, dict: d, focused: unknownTime, sheets: map[int64]*sheet{}}
}

// take takes the messages of the tab in order of time.
func (p *page) take(messages []message, stopped func() error) error {
	p.now = messages[0].at
	for i := range messages {
		m := &messages[i]
		if i%1024 == 0 {
			if err := stopped(); err != nil {
				return err
			}
		}
		if m.at != p.now {
			if err := p.flush(); err != nil {
				return err
			}
			p.now = m.at
		}
		if _, err := p.fields.read(shapes[m.kind], m.body); err != nil {
			continue // counted when it was scanned
		}
		if p.tooLong(m.kind) {
			p.odd.Add(format.BadEvent, 1)
			continue
		}
		if err := p.message(m.kind); err != nil {
			return err
		}
	}
	if err := p.flush(); err != nil {
		return err
	}
	return p.finish()
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

// emit lets an event follow the changes of the document of this moment.
func (p *page) emit(kind int, data any) {
	p.waiting = append(p.waiting, event{p.now, kind, data})
}

type metaData struct {
	Href   string `json:"href"`
	Width  int64  `json:"width"`
	Height int64  `json:"height"`
	Title  string `json:"title,omitzero"`
}

// flush hands on what happened in one moment: the address, what changed in the
// document, and then all else.
func (p *page) flush() error {
	if p.announce {
		p.announce = false
		if p.loaded {
			if err := p.write(p.now, typeLoad, struct{}{}); err != nil {
				return err
			}
		}
		if err := p.write(p.now, typeMeta, metaData{p.href, p.width, p.height, p.title}); err != nil {
			return err
		}
		p.loaded = false
	}
	if err := p.document(); err != nil {
		return err
	}
	if p.tree != nil && !p.shown {
		return nil // what happens on a page waits for it
	}
	for _, e := range p.waiting {
		if err := p.write(e.at, e.kind, e.data); err != nil {
			return err
		}
	}
	p.waiting = p.waiting[:0]
	return nil
}

func (p *page) write(at int64, kind int, data any) error {
	return p.out.add(at, p.window, kind, data)
}

// document hands on what changed in the document.
func (p *page) document() error {
	if p.tree == nil {
		return nil
	}
	s := serializer{tree: p.tree, depth: depthWithin(p.limits.Depth)}
	defer func() { p.odd.Add(format.UnknownNode, s.cut) }()
	if !p.shown {
		if !p.built() {
			return nil
		}
		p.shown = true
		data, err := s.snapshot(p.x, p.y)
		if err != nil {
			return err
		}
		return p.write(p.since, typeSnapshot, data)
	}
	data, err := s.mutation()
	if err != nil || data == nil {
		return err
	}
	return p.write(p.now, typeIncremental, data)
}

// built reports whether the document has something to show.
func (p *page) built() bool { return len(p.tree.root.children) > 0 }

// finish hands on what still waits when the recording ends.
func (p *page) finish() error {
	if p.tree != nil && !p.shown {
		p.tree.root.children = append(p.tree.root.children, &node{id: -1, tag: "body", parent: p.tree.root})
		return p.flush()
	}
	return nil
}

// begin begins a document.
func (p *page) begin() error {
	if err := p.flush(); err != nil {
		return err
	}
	work := p.work
	if p.tree != nil {
		work = p.tree.work
	}
	p.tree, p.shown, p.since = newTree(), false, p.now
	p.tree.work = work
	p.focused = unknownTime
	p.sheets = map[int64]*sheet{}
	return nil
}

// location takes the address of the page. A load says when it began.
func (p *page) location(href, title string, navigation int64) {
	p.href, p.title, p.announce = href, title, true
	if navigation > 0 && navigation != p.navigated {
		p.navigated, p.loaded = navigation, true
	}
}

type resizeData struct {
	Source int   `json:"source"`
	Width  int64 `json:"width"`
	Height int64 `json:"height"`
}

// maxPixels bounds sizes and places that are believed.
const maxPixels = 1e8

func (p *page) resize(w, h int64) {
	if w > maxPixels || h > maxPixels {
		p.odd.Add(format.BadEvent, 1)
		return
	}
	p.width, p.height = w, h
	if !p.announce {
		p.emit(typeIncremental, resizeData{sourceResize, w, h})
	}
}

type scrollData struct {
	Source int   `json:"source"`
	ID     int64 `json:"id"`
	X      int64 `json:"x"`
	Y      int64 `json:"y"`
}

func (p *page) scroll(id, x, y int64) {
	if max(x, -x, y, -y) > maxPixels {
		p.odd.Add(format.BadEvent, 1)
		return
	}
	if id == documentID {
		p.x, p.y = x, y
		if p.tree == nil || !p.shown {
			return // the snapshot says it
		}
	}
	p.emit(typeIncremental, scrollData{sourceScroll, id, x, y})
}

// find returns a node, or nil and counts it.
func (p *page) find(id int64) *node {
	if p.tree != nil {
		if n := p.tree.nodes[id]; n != nil {
			return n
		}
		p.odd.Add(format.UnknownNode, 1)
		return nil
	}
	p.odd.Add(format.NoSnapshot, 1)
	return nil
}

// element returns an element, or nil and counts it.
func (p *page) element(id int64) *node {
	n := p.find(id)
	if n != nil && n.kind != elementNode {
		p.odd.Add(format.UnknownNode, 1)
		return nil
	}
	return n
}

// create makes a node.
func (p *page) create(n *node, parent, index int64) error {
	if p.tree == nil {
		p.odd.Add(format.NoSnapshot, 1)
		return nil
	}
	known := p.tree.nodes[n.id] != nil
	ok, err := p.tree.create(n, parent, index)
	switch {
	case err != nil:
		return err
	case known:
		p.odd.Add(format.DuplicateEvent, 1)
	case !ok:
		p.odd.Add(format.UnknownNode, 1)
	}
	return nil
}

func (p *page) move(id, parent, index int64) error {
	n := p.find(id)
	if n == nil {
		return nil
	}
	ok, err := p.tree.place(n, parent, index)
	if err == nil && !ok {
		p.odd.Add(format.UnknownNode, 1)
	}
	return err
}

// setText gives a text node its text. Below a link it is the text of its sheet.
func (p *page) setText(id int64, text string) error {
	n := p.find(id)
	if n == nil {
		return nil
	}
	if n.kind != textNode {
		p.odd.Add(format.UnknownNode, 1)
		return nil
	}
	n.text, n.retex = text, true
	if n.parent == nil || n.parent.tag != "link" {
		p.tree.touch(n)
		return p.tree.spend(1)
	}
	css, err := linkText(n.parent)
	if err != nil {
		return err
	}
	return p.tree.set(n.parent, "_cssText", &css)
}

// setAttribute gives an element an attribute; nil takes it away.
func (p *page) setAttribute(id int64, name string, value *string) error {
	n := p.element(id)
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
	case n.svg && value != nil && strings.HasPrefix(*value, "url("):
		// Shapes name each other with the address of a page that is not there.
		if _, id, ok := strings.Cut(*value, "#"); ok {
			*value = "url(#" + id
		}
	}
	return p.tree.set(n, name, value)
}

// slot says which slot of a shadow tree a child is shown in.
func (p *page) slot(id, slot int64) error {
	n := p.find(id)
	if n == nil || n.kind != elementNode {
		return nil
	}
	if slot > 0 {
		s := p.element(slot)
		if s == nil {
			return nil
		}
		if name := s.attr("name"); name != "" {
			return p.tree.set(n, "slot", &name)
		}
	}
	if !slices.ContainsFunc(n.attrs, func(a attr) bool { return a.name == "slot" }) {
		return nil
	}
	return p.tree.set(n, "slot", nil)
}

package rebuild

import (
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
)

// The types of rrweb's events and the sources of its incremental ones.
const (
	typeLoad        = 1
	typeSnapshot    = 2
	typeIncremental = 3
	typeMeta        = 4
	typeCustom      = 5
	typePlugin      = 6

	sourceMutation    = 0
	sourceMove        = 1
	sourceInteraction = 2
	sourceScroll      = 3
	sourceResize      = 4
	sourceInput       = 5
	sourceTouchMove   = 6
	sourceRules       = 8
	sourceFont        = 10
	sourceAdopted     = 15
)

// Page follows what happens in one tab and hands it on. Times are milliseconds
// since the Unix epoch and never go back.
type Page struct {
	Odd format.Anomalies // counts what is odd

	out    *Lines
	limits format.Limits
	window string

	tree    *Tree // nil before the first document
	shown   bool  // the tree was handed on as a full snapshot
	since   int64 // time of the document
	now     int64
	waiting []event // events of this moment, behind the changes of the document

	href, title   string
	announce      bool // the address is to be handed on
	loaded        bool // with a load of the page
	width, height int64
	x, y          int64 // window scroll
	focused       int64
	pointer       point
	order         int // of changes of rules
}

type point struct {
	x, y, at int64
	known    bool
}

// event is an rrweb event that waits.
type event struct {
	at   int64
	kind int
	data any
}

// NewPage follows a tab of the given name from the time at on.
func NewPage(out *Lines, odd format.Anomalies, l format.Limits, window string, at int64) *Page {
	return &Page{Odd: odd, out: out, limits: l, window: window, now: at, focused: noFocus}
}

// Tree returns the document, nil before the first.
func (p *Page) Tree() *Tree { return p.tree }

// Now returns the time.
func (p *Page) Now() int64 { return p.now }

// At goes on to a time.
func (p *Page) At(ms int64) error {
	if ms <= p.now {
		return nil
	}
	if err := p.flush(); err != nil {
		return err
	}
	p.now = ms
	return nil
}

// emit lets an event follow the changes of the document of this moment.
func (p *Page) emit(kind int, data any) {
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
func (p *Page) flush() error {
	if p.announce {
		p.announce = false
		if p.loaded {
			if err := p.write(p.now, typeLoad, struct{}{}); err != nil {
				return err
			}
		}
		p.loaded = false
		if err := p.write(p.now, typeMeta, metaData{p.href, p.width, p.height, p.title}); err != nil {
			return err
		}
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

func (p *Page) write(at int64, kind int, data any) error {
	return p.out.add(at, p.window, kind, data)
}

// document hands on what changed in the document.
func (p *Page) document() error {
	if p.tree == nil || !p.shown && len(p.tree.root.children) == 0 {
		return nil
	}
	s := serializer{tree: p.tree, depth: depthWithin(p.limits.Depth), limit: p.limits.Line}
	var data jsontext.Value
	var err error
	at, kind := p.now, typeIncremental
	if p.shown {
		data, err = s.mutation()
	} else {
		p.shown, at, kind = true, p.since, typeSnapshot
		data, err = s.snapshot(p.x, p.y)
	}
	p.Odd.Add(format.UnknownNode, s.cut)
	if err != nil || data == nil {
		return err
	}
	return p.write(at, kind, data)
}

// Finish hands on what still waits when the recording ends.
func (p *Page) Finish() error {
	if p.tree != nil && !p.shown && len(p.tree.root.children) == 0 {
		p.tree.root.children = append(p.tree.root.children, &Node{ID: -1, Tag: "body", parent: p.tree.root})
	}
	return p.flush()
}

// Begin begins a document, whose root element has the id.
func (p *Page) Begin(root int64) error {
	if err := p.flush(); err != nil {
		return err
	}
	p.tree, p.shown, p.since = newTree(root, &p.out.work), false, p.now
	p.focused = noFocus
	return nil
}

// Leave says that the page is left: the next begins with a document.
func (p *Page) Leave() error {
	if err := p.Finish(); err != nil {
		return err
	}
	p.tree, p.x, p.y, p.pointer, p.focused = nil, 0, 0, point{}, noFocus
	return nil
}

// Locate says the address and the title of the page, and whether it was
// loaded; an application can also change its address.
func (p *Page) Locate(href, title string, loaded bool) {
	p.href, p.title, p.announce = href, title, true
	p.loaded = p.loaded || loaded
}

// maxPixels bounds sizes and places that are believed.
const maxPixels = 1e8

func beyond(values ...int64) bool {
	for _, v := range values {
		if v > maxPixels || v < -maxPixels {
			return true
		}
	}
	return false
}

type resizeData struct {
	Source int   `json:"source"`
	Width  int64 `json:"width"`
	Height int64 `json:"height"`
}

// Resize says the size of the viewport.
func (p *Page) Resize(w, h int64) {
	if beyond(w, h) {
		p.Odd.Add(format.BadEvent, 1)
		return
	}
	p.width, p.height = w, h
	if !p.announce {
		p.emit(typeIncremental, resizeData{sourceResize, w, h})
	}
}

// Scrolled returns how far the window is scrolled.
func (p *Page) Scrolled() (x, y int64) { return p.x, p.y }

type scrollData struct {
	Source int   `json:"source"`
	ID     int64 `json:"id"`
	X      int64 `json:"x"`
	Y      int64 `json:"y"`
}

// Scroll says how far the window is scrolled.
func (p *Page) Scroll(x, y int64) {
	if beyond(x, y) {
		p.Odd.Add(format.BadEvent, 1)
		return
	}
	p.x, p.y = x, y
	if p.tree != nil && p.shown { // else the snapshot says it
		p.emit(typeIncremental, scrollData{sourceScroll, DocumentID, x, y})
	}
}

// ScrollNode says how far an element is scrolled.
func (p *Page) ScrollNode(n *Node, x, y int64) {
	switch {
	case beyond(x, y):
		p.Odd.Add(format.BadEvent, 1)
	case n == p.tree.root:
		p.Scroll(x, y)
	case n.Kind == Element || n.Kind == Frame:
		p.emit(typeIncremental, scrollData{sourceScroll, n.ShownID(), x, y})
	}
}

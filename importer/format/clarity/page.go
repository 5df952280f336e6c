package clarity

import (
	"slices"
	"strings"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rebuild"
)

// The events that mean something here. All numbers are in FORMAT.md.
const (
	eventMetric      = 0
	eventDimension   = 1
	eventBaseline    = 4
	eventDiscover    = 5
	eventMutation    = 6
	eventClick       = 9
	eventScroll      = 10
	eventResize      = 11
	eventMouseMove   = 12
	eventMouseDown   = 13
	eventMouseUp     = 14
	eventDoubleClick = 16
	eventTouchStart  = 17
	eventTouchEnd    = 18
	eventTouchMove   = 19
	eventTouchCancel = 20
	eventCustom      = 24
	eventInput       = 27
	eventVisibility  = 28
	eventError       = 31
	eventVariable    = 34
	eventLimit       = 35
	eventClipboard   = 38
	eventSubmit      = 39
	eventSnapshot    = 43
	eventAdoption    = 45
	eventSheet       = 46
	eventContextMenu = 48
	lastEvent        = 53
	eventWebView     = 100
	eventWebViewMore = 101
)

// page follows what happens in one tab; views of it come one after the other.
type page struct {
	*rebuild.Page
	limits format.Limits

	began   bool // the view has its document
	alias   map[int64]int64
	stands  map[int64]standing
	sheets  map[string]int64
	sized   bool
	spelled int // bytes of text that changes spelled out
}

// standing is where a node was said to stand last.
type standing struct{ parent, previous int64 }

// view begins another view in the tab.
func (p *page) view(href, title string) error {
	if err := p.Leave(); err != nil {
		return err
	}
	p.began, p.sized = false, false
	p.alias, p.stands, p.sheets = map[int64]int64{}, map[int64]standing{}, map[string]int64{}
	p.Locate(href, title, true)
	return nil
}

// event takes one event of the view; time and kind are its first tokens.
func (p *page) event(kind int64, t []token) error {
	switch kind {
	case eventDiscover, eventMutation, eventSnapshot:
		return p.changes(t)
	case eventResize:
		p.sized = true
		p.Resize(at(t, 2).int(), at(t, 3).int())
	case eventBaseline:
		if !p.sized && at(t, 5).int() > 0 {
			p.Resize(at(t, 5).int(), at(t, 6).int())
		}
	case eventScroll:
		p.scroll(at(t, 2).int(), at(t, 3).int(), at(t, 4).int())
	case eventMouseMove, eventTouchMove:
		x, y := p.client(t)
		p.Move(x, y, p.node(at(t, 2).int()), kind == eventTouchMove)
	case eventClick, eventContextMenu, eventDoubleClick, eventMouseDown, eventMouseUp, eventTouchStart, eventTouchEnd, eventTouchCancel:
		p.interact(kind, t)
	case eventInput:
		return p.input(at(t, 2).int(), at(t, 3).text)
	case eventSheet:
		p.sheet(at(t, 2).text, at(t, 3).int(), at(t, 4))
	case eventAdoption:
		p.adopt(at(t, 2).int(), at(t, 4).texts())
	default:
		p.beside(kind, t)
	}
	return nil
}

func at(t []token, i int) token {
	if i < len(t) {
		return t[i]
	}
	return token{}
}

// node returns the node of an id, or nil.
func (p *page) node(id int64) *rebuild.Node {
	if p.Tree() == nil {
		return nil
	}
	if to, ok := p.alias[id]; ok {
		id = to
	}
	return p.Tree().Node(id)
}

// client returns the place of a pointer event in the viewport: it is recorded
// in pixels of the page.
func (p *page) client(t []token) (x, y int64) {
	sx, sy := p.Scrolled()
	return at(t, 3).int() - sx, at(t, 4).int() - sy
}

var interactions = map[int64]rebuild.Interaction{
	eventClick: rebuild.Click, eventContextMenu: rebuild.ContextMenu, eventDoubleClick: rebuild.DoubleClick,
	eventMouseDown: rebuild.MouseDown, eventMouseUp: rebuild.MouseUp,
	eventTouchStart: rebuild.TouchStart, eventTouchEnd: rebuild.TouchEnd, eventTouchCancel: rebuild.TouchCancel,
}

func (p *page) interact(kind int64, t []token) {
	x, y := p.client(t)
	n := p.node(at(t, 2).int())
	p.Interact(interactions[kind], x, y, n)
	if kind == eventClick {
		p.Label(n, at(t, 10).text, "")
	}
}

func (p *page) scroll(id, x, y int64) {
	n := p.node(id)
	switch {
	case n == nil:
		p.missing()
	case n.Tag == "html" && n.Parent() != nil && n.Parent().Kind == rebuild.Frame:
		p.ScrollNode(n.Parent(), x, y)
	default:
		p.ScrollNode(n, x, y)
	}
}

// missing counts an event on a node that is not there.
func (p *page) missing() {
	if p.Tree() == nil {
		p.Odd.Add(format.NoSnapshot, 1)
		return
	}
	p.Odd.Add(format.UnknownNode, 1)
}

// input takes the value of a field; of boxes and buttons that can be chosen it
// is whether they are.
func (p *page) input(id int64, value string) error {
	n := p.node(id)
	if n == nil || n.Kind != rebuild.Element {
		p.missing()
		return nil
	}
	if kind := strings.ToLower(n.Attr("type")); n.Tag == "input" && (kind == "checkbox" || kind == "radio") {
		return p.Check(n, value == "true")
	}
	return p.Input(n, value)
}

// maxSheets bounds the sheets of one view.
const maxSheets = 10_000

// What happens to a sheet.
const (
	sheetReplace     = 1
	sheetReplaceSync = 2
)

func (p *page) sheet(name string, operation int64, css token) {
	number, known := p.sheets[name]
	if !known {
		if len(p.sheets) >= maxSheets {
			return
		}
		number = int64(len(p.sheets))
		p.sheets[name] = number
	}
	if operation == sheetReplace || operation == sheetReplaceSync {
		p.SheetRules(number, rebuild.Rules{Replace: &css.text})
	}
}

func (p *page) adopt(id int64, names []string) {
	if p.Tree() == nil {
		p.missing()
		return
	}
	n := p.Tree().Root()
	if id != -1 {
		n = p.node(id)
	}
	if n == nil {
		p.missing()
		return
	}
	var numbers []int64
	for _, name := range names {
		if number, ok := p.sheets[name]; ok && !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	p.AdoptSheets(n, numbers)
}

type (
	errorPayload struct {
		Message string `json:"message"`
	}
	actionPayload struct {
		Action string `json:"action"`
	}
	nodePayload struct {
		Node int64 `json:"node"`
	}
)

// beside takes events that change nothing on the page.
func (p *page) beside(kind int64, t []token) {
	switch kind {
	case eventCustom:
		p.SiteEvent(at(t, 2).text, at(t, 3).text)
	case eventVisibility:
		tag := "page-visible"
		if v := at(t, 2); v.kind == '0' && v.num == 0 || v.kind == '"' && v.text != "visible" {
			tag = "page-hidden"
		}
		p.Custom(tag, struct{}{})
	case eventError:
		p.Custom("error", errorPayload{at(t, 2).text})
	case eventClipboard:
		actions := [...]string{"cut", "copy", "paste"}
		if a := at(t, 3).int(); a >= 0 && a < int64(len(actions)) {
			p.Custom("clipboard", actionPayload{actions[a]})
		}
	case eventSubmit:
		if n := p.node(at(t, 2).int()); n != nil {
			p.Custom("submit", nodePayload{n.ShownID()})
		}
	case eventLimit:
		p.Odd.Add(format.EndsEarly, 1)
	}
}

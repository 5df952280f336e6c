package openreplay

import "strings"

type moveData struct {
	Source    int        `json:"source"`
	Positions []position `json:"positions"`
}

type position struct {
	X          int64 `json:"x"`
	Y          int64 `json:"y"`
	ID         int64 `json:"id"`
	TimeOffset int64 `json:"timeOffset"`
}

// unknownNode says that something was under the pointer that was not recorded.
const unknownNode = -1

func (p *page) pointTo(x, y int64) {
	if x > maxPixels || y > maxPixels {
		return
	}
	if last := p.pointer; last != nil && *last == (point{x, y, p.now}) {
		return // said again for the click that follows
	}
	p.pointer = &point{x, y, p.now}
	p.emit(typeIncremental, moveData{sourceMove, []position{{X: x, Y: y, ID: unknownNode}}})
}

type interactionData struct {
	Source int    `json:"source"`
	Type   int    `json:"type"`
	ID     int64  `json:"id"`
	X      *int64 `json:"x,omitzero"`
	Y      *int64 `json:"y,omitzero"`
}

// rrweb's numbers of interactions.
const (
	clicked = 2
	focused = 5
	blurred = 6
)

type clickLabel struct {
	Label    string `json:"label"`
	Selector string `json:"selector"`
	Node     int64  `json:"node"`
}

// click takes a click. It happened where the pointer was moved last: the
// recorder says that, and for the click itself only how far down the page.
func (p *page) click(id int64, label, selector string) {
	d := interactionData{Source: sourceInteraction, Type: clicked, ID: unknownNode}
	if n := p.find(id); n != nil {
		d.ID = n.host().shownID()
	}
	if p.pointer != nil {
		d.X, d.Y = &p.pointer.x, &p.pointer.y
	}
	p.emit(typeIncremental, d)
	if label != "" || selector != "" {
		p.custom("click", clickLabel{label, selector, d.ID})
	}
}

func (p *page) focus(id int64) {
	d := interactionData{Source: sourceInteraction, Type: focused}
	if id < 0 {
		if p.focused < 0 {
			return
		}
		d.Type, d.ID = blurred, p.focused
		p.focused = unknownTime
		p.emit(typeIncremental, d)
		return
	}
	n := p.find(id)
	if n == nil {
		return
	}
	d.ID = n.host().shownID()
	p.focused = d.ID
	p.emit(typeIncremental, d)
}

type inputData struct {
	Source    int    `json:"source"`
	ID        int64  `json:"id"`
	Text      string `json:"text"`
	IsChecked bool   `json:"isChecked"`
}

// maxMask bounds the asterisks that stand for a masked value.
const maxMask = 10_000

// input takes the value of a field. A mask above 0 is the length of a value
// that was not recorded, one below says that not even that was.
func (p *page) input(id int64, value string, mask int64) error {
	switch {
	case mask > 0:
		value = strings.Repeat("*", int(min(mask, maxMask)))
	case mask < 0:
		value = ""
	}
	n := p.element(id)
	if n == nil {
		return nil
	}
	n.value = &value
	if n.isNew() {
		p.tree.touch(n) // the node says it when it is handed on
		return p.tree.spend(1)
	}
	checked := n.checked != nil && *n.checked
	p.emit(typeIncremental, inputData{sourceInput, n.shownID(), value, checked})
	return nil
}

func (p *page) check(id int64, checked bool) error {
	n := p.element(id)
	if n == nil {
		return nil
	}
	was := n.checked != nil && *n.checked
	n.checked = &checked
	if n.isNew() {
		p.tree.touch(n)
		return p.tree.spend(1)
	}
	if was == checked {
		return nil
	}
	value := n.attr("value")
	if value == "" {
		value = "on"
	}
	p.emit(typeIncremental, inputData{sourceInput, n.shownID(), value, checked})
	return nil
}

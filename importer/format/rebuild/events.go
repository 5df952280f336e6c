package rebuild

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

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

// unknownNode says that there was something that was not recorded.
const unknownNode = -1

func nameOf(n *Node) int64 {
	if n == nil {
		return unknownNode
	}
	return n.ShownID()
}

// Move says where the pointer is, in pixels of the viewport, and over what;
// over may be nil. The same said twice in one moment is handed on once.
func (p *Page) Move(x, y int64, over *Node, touch bool) {
	if beyond(x, y) || p.pointer == (point{x, y, p.now, true}) {
		return
	}
	p.pointer = point{x, y, p.now, true}
	d := moveData{sourceMove, []position{{X: x, Y: y, ID: nameOf(over)}}}
	if touch {
		d.Source = sourceTouchMove
	}
	p.emit(typeIncremental, d)
}

// Interaction is what was done with pointer or focus, with rrweb's numbers.
type Interaction int

// The interactions.
const (
	MouseUp     Interaction = 0
	MouseDown   Interaction = 1
	Click       Interaction = 2
	ContextMenu Interaction = 3
	DoubleClick Interaction = 4
	focus       Interaction = 5
	blur        Interaction = 6
	TouchStart  Interaction = 7
	TouchEnd    Interaction = 9
	TouchCancel Interaction = 10
)

type interactionData struct {
	Source int         `json:"source"`
	Type   Interaction `json:"type"`
	ID     int64       `json:"id"`
	X      *int64      `json:"x,omitzero"`
	Y      *int64      `json:"y,omitzero"`
}

// Interact says what was done where, in pixels of the viewport; on may be nil.
func (p *Page) Interact(i Interaction, x, y int64, on *Node) {
	d := interactionData{Source: sourceInteraction, Type: i, ID: nameOf(on)}
	if !beyond(x, y) {
		d.X, d.Y = &x, &y
	}
	p.emit(typeIncremental, d)
}

// InteractThere says what was done where the pointer was last, if it ever was.
func (p *Page) InteractThere(i Interaction, on *Node) {
	if p.pointer.known {
		p.Interact(i, p.pointer.x, p.pointer.y, on)
		return
	}
	p.emit(typeIncremental, interactionData{Source: sourceInteraction, Type: i, ID: nameOf(on)})
}

// noFocus says that no element has the focus.
const noFocus = 0

// Focus says that an element has the focus; nil says that none has.
func (p *Page) Focus(n *Node) {
	d := interactionData{Source: sourceInteraction, Type: focus}
	if n != nil {
		d.ID = n.ShownID()
		p.focused = d.ID
		p.emit(typeIncremental, d)
		return
	}
	if p.focused != noFocus {
		d.Type, d.ID = blur, p.focused
		p.focused = noFocus
		p.emit(typeIncremental, d)
	}
}

type inputData struct {
	Source    int    `json:"source"`
	ID        int64  `json:"id"`
	Text      string `json:"text"`
	IsChecked bool   `json:"isChecked"`
}

// Masked returns what stands for a value of which only the length is known.
func Masked(length int64) string {
	const longest = 10_000
	return strings.Repeat("*", int(min(max(length, 0), longest)))
}

// Input says the value of a field. A node that is not handed on yet says it
// itself.
func (p *Page) Input(n *Node, value string) error {
	n.value = &value
	if n.isNew() {
		return p.tree.spend(1)
	}
	checked := n.checked != nil && *n.checked
	p.emit(typeIncremental, inputData{sourceInput, n.ShownID(), value, checked})
	return nil
}

// Check says whether a box or a button of several is chosen.
func (p *Page) Check(n *Node, checked bool) error {
	was := n.checked != nil && *n.checked
	n.checked = &checked
	if n.isNew() || was == checked {
		return p.tree.spend(1)
	}
	value := n.Attr("value")
	if value == "" {
		value = "on"
	}
	p.emit(typeIncremental, inputData{sourceInput, n.ShownID(), value, checked})
	return nil
}

type customData struct {
	Tag     string `json:"tag"`
	Payload any    `json:"payload"`
}

// Custom hands on an event of the recorder. Its payload is what json makes of
// it.
func (p *Page) Custom(tag string, payload any) { p.emit(typeCustom, customData{tag, payload}) }

// SiteEvent hands on an event that the site named. A name that would mean
// something to the decoder of rrweb does not.
func (p *Page) SiteEvent(name string, payload any) {
	switch name {
	case "recording-meta", "pageview-meta", "hindsite-about", "error", "breadcrumb", "performanceSpan", "video",
		"$pageview", "$session_options", "$posthog_config", "$remote_config_received",
		"Identify", "Segment Identify", "Navigate", "Referrer", "Viewport":
		name = "event " + name
	}
	p.Custom(name, payload)
}

// JSONOrText returns text that is JSON as it is, and other text as text.
func JSONOrText(text string) any {
	if v := jsontext.Value(text); v.IsValid() {
		return v
	}
	return text
}

type clickPayload struct {
	Label    string `json:"label"`
	Selector string `json:"selector,omitzero"`
	Node     int64  `json:"node"`
}

// Label keeps what the recorder called an element that was clicked.
func (p *Page) Label(on *Node, label, selector string) {
	if label != "" || selector != "" {
		p.Custom("click", clickPayload{label, selector, nameOf(on)})
	}
}

type pluginData struct {
	Plugin  string `json:"plugin"`
	Payload any    `json:"payload"`
}

type logPayload struct {
	Level   string   `json:"level"`
	Payload []string `json:"payload"`
}

// Log hands on a line of the console.
func (p *Page) Log(level, text string) {
	p.emit(typePlugin, pluginData{"rrweb/console@1", logPayload{level, []string{string(appendQuoted(nil, text))}}})
}

// Request is one request of the page; times are milliseconds.
type Request struct {
	URL      string `json:"name"`
	Kind     string `json:"initiatorType"`
	Method   string `json:"method"`
	Status   int64  `json:"status,omitzero"`
	Duration int64  `json:"duration"`
}

type requestPayload struct {
	Requests []Request `json:"requests"`
}

// Request hands on a request.
func (p *Page) Request(r Request) {
	p.emit(typePlugin, pluginData{"rrweb/network@1", requestPayload{[]Request{r}}})
}

type fontData struct {
	Source      int    `json:"source"`
	Family      string `json:"family"`
	FontSource  string `json:"fontSource"`
	Buffer      bool   `json:"buffer"`
	Descriptors any    `json:"descriptors,omitzero"`
}

// Font hands on a font face. Descriptors are a JSON object, or nothing.
func (p *Page) Font(family, source, descriptors string) {
	d := fontData{Source: sourceFont, Family: family, FontSource: source}
	if v := jsontext.Value(descriptors); v.IsValid() && v.Kind() == '{' {
		d.Descriptors = v
	}
	p.emit(typeIncremental, d)
}

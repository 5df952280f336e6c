// Package recording is the format-neutral model of a recorded session. Every
// importer writes it and every view is a function of it. It imports the
// standard library only.
package recording

import (
	"fmt"
	"time"
)

// Time is a moment or a span within a session: microseconds, counted from the
// session's first event. It is never negative in a finished Recording.
type Time int64

// Units of Time.
const (
	Microsecond Time = 1
	Millisecond      = 1000 * Microsecond
	Second           = 1000 * Millisecond
	Minute           = 60 * Second
	Hour             = 60 * Minute
)

// FromDuration converts a wall-clock span, truncated to microseconds.
func FromDuration(d time.Duration) Time { return Time(d / time.Microsecond) }

// Milliseconds returns t in milliseconds.
func (t Time) Milliseconds() float64 { return float64(t) / float64(Millisecond) }

// Duration returns t as a wall-clock span.
func (t Time) Duration() time.Duration { return time.Duration(t) * time.Microsecond }

// String returns t as minutes, seconds and milliseconds (02:28.640), with
// hours in front when there are any.
func (t Time) String() string {
	sign := ""
	if t < 0 {
		sign, t = "-", -t
	}
	h, m, s, ms := t/Hour, t/Minute%60, t/Second%60, t/Millisecond%1000
	if h > 0 {
		return fmt.Sprintf("%s%d:%02d:%02d.%03d", sign, h, m, s, ms)
	}
	return fmt.Sprintf("%s%02d:%02d.%03d", sign, m, s, ms)
}

// NodeID names a node of a recorded document. Ids are positive and unique
// within one tab between two snapshots; a new snapshot may use them again.
type NodeID int64

// NoNode says that there is no node: nothing under the pointer, no sibling.
const NoNode NodeID = 0

// UnknownNode says that there was a node which the recorder did not know.
const UnknownNode NodeID = -1

// Recording is one session: what was recorded, as tracks in time order. The
// tracks are columns and not one list, because most questions touch one only:
// a heatmap reads clicks, a replay reads changes.
type Recording struct {
	ID       string    // as the recorder or the archive named it; never empty in a stored one
	Start    time.Time // wall time of the first event, UTC
	Duration Time      // from the first event to the last
	Recorder string    // what recorded it, where that is known: "rrweb"

	Visitor    string            // the recorder's pseudonym for the person; may be empty
	Attributes map[string]string // what the site said about the session
	Client     Client

	Tabs         []string // name of each window or tab, indexed by Tab; at least one
	Views        []View
	Pointers     []Pointer
	Interactions []Interaction
	Scrolls      []Scroll
	Inputs       []Input
	Resizes      []Resize
	Logs         []Log
	Requests     []Request
	Customs      []Custom
	Changes      []Change // the document stream, all tabs, in order of application
}

// Client describes the visitor's browser, as far as it is known.
type Client struct {
	UserAgent  string // dropped before storing
	Browser    string // family: "Chrome", "Firefox", …
	OS         string // family: "Windows", "macOS", …
	Device     Device
	Language   string // BCP 47
	TimeZone   string // IANA
	Country    string // ISO 3166-1 alpha-2
	ScreenW    int    // CSS pixels
	ScreenH    int
	PixelRatio float64
}

// Device is a class of devices, by how they are used.
type Device string

// The device classes.
const (
	DeviceUnknown Device = "unknown"
	Desktop       Device = "desktop"
	Tablet        Device = "tablet"
	Phone         Device = "phone"
)

// View is one page shown in one tab, from its load to the next load, address
// change or end of the session.
type View struct {
	Tab        int
	Start, End Time
	URL        string // without user data; query strings are masked before storing
	Title      string
	Width      int // viewport at the start, CSS pixels; 0 when never recorded
	Height     int
}

// Place says where in a page something happened.
type Place struct {
	View    int32  // index into Recording.Views; -1 before the first view
	Node    NodeID // under the pointer; NoNode or UnknownNode where not known
	X, Y    float32
	ScrollX float32 // scroll of the window at that moment, CSS pixels
	ScrollY float32
	// Framed says that X and Y count from the viewport of an inner frame, so
	// that they cannot be placed on the page without its layout.
	Framed bool
}

// PageXY returns the place in page coordinates: CSS pixels from the top left
// of the document. It is meaningless when p.Framed.
func (p Place) PageXY() (x, y float32) { return p.X + p.ScrollX, p.Y + p.ScrollY }

// PointerKind says how the pointer was moved.
type PointerKind uint8

// The pointer kinds.
const (
	MouseMove PointerKind = iota
	TouchMove
	DragMove
)

// Pointer is one sampled position of the participant's mouse or finger.
type Pointer struct {
	At Time
	Place
	Kind PointerKind
}

// InteractionKind says what the participant did with mouse, finger or focus.
type InteractionKind uint8

// The interaction kinds.
const (
	MouseUp InteractionKind = iota
	MouseDown
	Click
	ContextMenu
	DoubleClick
	Focus
	Blur
	TouchStart
	TouchDeparted
	TouchEnd
	TouchCancel
)

var interactionNames = [...]string{"mouseup", "mousedown", "click", "contextmenu", "dblclick",
	"focus", "blur", "touchstart", "touchdeparted", "touchend", "touchcancel"}

// String returns the name used in lists and exports.
func (k InteractionKind) String() string {
	if int(k) < len(interactionNames) {
		return interactionNames[k]
	}
	return "unknown"
}

// PointerDevice is what an interaction was made with.
type PointerDevice uint8

// The pointer devices.
const (
	UnknownPointer PointerDevice = iota
	MousePointer
	PenPointer
	TouchPointer
)

// Interaction is one click, tap, press, release or change of focus.
type Interaction struct {
	At Time
	Place
	Kind   InteractionKind
	Device PointerDevice
	HasXY  bool   // false for focus, blur and old touch events
	Label  string // what the element says or is called, masked; may be empty
}

// Scroll is a new scroll offset of the window or of an element.
type Scroll struct {
	At     Time
	View   int32
	Node   NodeID // the document or the element
	X, Y   float32
	Window bool // Node is the tab's own document
}

// Input is a new value of a form field.
type Input struct {
	At      Time
	View    int32
	Node    NodeID
	Text    string // masked
	Checked bool
	ByUser  bool   // false when a script or a sibling radio button did it
	Label   string // name of the field, masked; may be empty
}

// Resize is a new size of a tab's viewport in CSS pixels.
type Resize struct {
	At            Time
	View          int32
	Width, Height int
}

// LogLevel is the severity of a console line.
type LogLevel uint8

// The log levels.
const (
	LogDebug LogLevel = iota
	LogInfo
	LogWarn
	LogError
)

// String returns the name used in lists and exports.
func (l LogLevel) String() string {
	return [...]string{"debug", "info", "warn", "error"}[min(l, LogError)]
}

// Log is a console line or an uncaught error.
type Log struct {
	At       Time
	View     int32
	Level    LogLevel
	Text     string
	Uncaught bool // an error that no code of the page caught
}

// Request is one network request of the page.
type Request struct {
	At       Time
	View     int32
	Duration Time
	Method   string
	URL      string
	Status   int // 0 when it never got an answer or none was recorded
	Kind     string
}

// Failed reports whether the request was answered with an error status.
func (r Request) Failed() bool { return r.Status >= 400 }

// Custom is an event that the site or the recorder added.
type Custom struct {
	At      Time
	View    int32
	Tag     string
	Payload string // JSON, masked
}

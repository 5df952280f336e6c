package filter

import "slices"

// Kind says how a field's values are written and compared.
type Kind string

// The kinds; FORMAT.md describes them.
const (
	Number     Kind = "number"
	Duration   Kind = "duration"
	Time       Kind = "time"
	Word       Kind = "word"
	Page       Kind = "page"
	Identifier Kind = "identifier"
	Attribute  Kind = "attribute"
)

// Field describes a field of the language.
type Field struct {
	Name   string
	Kind   Kind
	Values []string // the values there are, when they are few and fixed
	Help   string   // one sentence
}

// Fields returns the fields in the order in which a form would offer them. The
// slice is the caller's.
func Fields() []Field {
	return []Field{
		{Name: "start", Kind: Time, Help: "When the session began."},
		{Name: "duration", Kind: Duration, Help: "Time from the first event to the last."},
		{Name: "device", Kind: Word, Values: []string{"desktop", "tablet", "phone", "unknown"}, Help: "Class of the device."},
		{Name: "browser", Kind: Word, Help: "Browser family."},
		{Name: "os", Kind: Word, Help: "Operating system."},
		{Name: "country", Kind: Word, Help: "Country, as two letters."},
		{Name: "language", Kind: Word, Help: "Language of the browser, such as de or pt-BR."},
		{Name: "page", Kind: Page, Help: "A page that was visited, as host and path or as a path."},
		{Name: "entry", Kind: Page, Help: "The first page of the session."},
		{Name: "visitor", Kind: Identifier, Help: "Identifier of the visitor."},
		{Name: "pages", Kind: Number, Help: "Number of page views."},
		{Name: "clicks", Kind: Number, Help: "Number of clicks."},
		{Name: "inputs", Kind: Number, Help: "Number of changes to form fields."},
		{Name: "errors", Kind: Number, Help: "Number of script and network errors."},
		{Name: "struggle", Kind: Number, Help: "Struggle score; sessions that were not scored have none."},
		{Name: "events", Kind: Number, Help: "Number of recorded events."},
		{Name: "moves", Kind: Number, Help: "Number of pointer positions."},
		{Name: "scrolls", Kind: Number, Help: "Number of scroll positions."},
		{Name: "keys", Kind: Number, Help: "Number of key presses."},
		{Name: "anomalies", Kind: Number, Help: "Number of faults found in the recording."},
		{Name: "width", Kind: Number, Help: "Width of the viewport in pixels."},
		{Name: "height", Kind: Number, Help: "Height of the viewport in pixels."},
		{Name: "recorder", Kind: Word, Help: "Program that made the recording."},
		{Name: "protection", Kind: Word, Help: "How the archive was protected."},
		{Name: "imported", Kind: Time, Help: "When the session was imported."},
		{Name: "session", Kind: Identifier, Help: "Identifier of the session."},
	}
}

// KindOf returns the kind of what r names, and false for a field that there is
// not.
func KindOf(r Ref) (Kind, bool) {
	if r.Attribute {
		return Attribute, r.Name != ""
	}
	fields := Fields()
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == r.Name })
	if i < 0 {
		return "", false
	}
	return fields[i].Kind, true
}

// Allows reports whether values of kind k can be compared by op.
func (k Kind) Allows(op Op) bool {
	switch op {
	case Equal, NotEqual:
		return true
	case Like, NotLike:
		return k == Word || k == Page || k == Identifier || k == Attribute
	case Less, LessEqual, Greater, GreaterEqual:
		return k == Number || k == Duration || k == Time || k == Attribute
	default:
		return false
	}
}

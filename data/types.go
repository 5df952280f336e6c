package data

import (
	"time"

	"hindsite.app/data/blob"
)

// Limits of what one session may bring. What exceeds them is refused with
// fault.Limit.
const (
	MaxID         = 256     // bytes in an identifier
	MaxWord       = 128     // bytes in a device, browser, country and the like
	MaxText       = 8192    // bytes in a title, an address or an attribute's value
	MaxViews      = 100_000 // page views
	MaxAttributes = 256     // attributes
	maxWords      = 20_000  // word tags of one session; further ones are not indexed
)

// Session is one visit as the list shows it.
type Session struct {
	ID         string
	Start      time.Time // UTC, to the microsecond
	Duration   int64     // microseconds
	Pages      int
	Events     int
	Clicks     int
	Moves      int
	Scrolls    int
	Inputs     int
	Keys       int
	Errors     int
	Anomalies  int
	Device     string // desktop, tablet, phone or unknown
	Browser    string
	OS         string
	Country    string // two letters
	Language   string
	ViewportW  int // CSS pixels
	ViewportH  int
	Visitor    string            // sealed; "" when not known
	Attributes map[string]string // sealed
	Entry      string            // path template of the first page, such as "shop.test/"
	Protection string            // how the archive was protected
	SourceName string            // sealed; what the session was imported from
	Signed     string            // sealed; who signed that, as known at import; "" when not known
	Imported   time.Time         // UTC, to the microsecond
	Struggle   *float64          // nil until scored, then not negative
	Recorder   string
}

// View is one page view of a session.
type View struct {
	Session string
	Index   int // from 0, in the order of the recording
	Tab     int
	Start   int64  // microseconds from the session's start
	End     int64  // microseconds from the session's start
	URL     string // sealed; query, fragment and credentials are dropped before it is stored
	Title   string // sealed
	Path    string // path template with its host, such as "shop.test/order/{id}"
	Width   int    // viewport, CSS pixels
	Height  int
	Clicks  int
	Moves   int
}

// Incoming is a session to be stored. Its slices and maps stay the caller's.
type Incoming struct {
	Session       Session
	Views         []View      // Session and Index are set by their place
	Parts         []blob.Part // in the order of blob.Coder.Write
	ContentDigest [32]byte    // of the recording as it was imported
	KeepBoth      bool        // store under another identifier when this one has other content
}

// Status says what became of an Incoming.
type Status string

// What can become of an Incoming.
const (
	Stored   Status = "stored"   // it is now in the library
	Present  Status = "present"  // the same content was there: nothing changed
	Conflict Status = "conflict" // the identifier is taken by other content
)

// Outcome is what became of an Incoming.
type Outcome struct {
	Status  Status
	Session string // identifier under which the content is stored
}

// Day counts the sessions that began on one day in UTC.
type Day struct {
	Date     time.Time
	Sessions int
	Views    int
	Errors   int
}

// PageGroup counts the views of one path template.
type PageGroup struct {
	Path     string
	Sessions int
	Views    int
	Clicks   int
}

// PageView is a view of a page as a heatmap needs it.
type PageView struct {
	Session string
	Index   int
	Tab     int
	Start   int64 // microseconds from the session's start
	End     int64
	Path    string
	Width   int
	Height  int
	Device  string
}

// Count is a value and the number of sessions that have it.
type Count struct {
	Value    string
	Sessions int
}

// Facets holds the values that sessions have, the most frequent first and at
// most MaxFacets each, for the fields that filters offer as choices.
type Facets struct {
	Devices     []Count
	Browsers    []Count
	Systems     []Count
	Countries   []Count
	Languages   []Count
	Recorders   []Count
	Protections []Count
	Attributes  []Count // names
}

// MaxFacets is how many values of one field Facets returns.
const MaxFacets = 200

// Import is the record of one import.
type Import struct {
	ID         string    // given by RecordImport
	When       time.Time // UTC, to the microsecond
	Source     string    // sealed; what was imported
	Protection string    // how it was protected
	Stored     int       // sessions
	Present    int
	Refused    int
	Erased     int
	Anomalies  int
	Report     []byte // sealed; JSON
}

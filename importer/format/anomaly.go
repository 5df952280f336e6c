package format

// Anomaly is a kind of oddity that does not lose a session.
type Anomaly string

// The anomalies.
const (
	BadEvent       Anomaly = "bad-event"
	BadJSON        Anomaly = "bad-json"
	UnknownEvent   Anomaly = "unknown-event"
	DuplicateEvent Anomaly = "duplicate-event"
	BadTime        Anomaly = "bad-time"
	OutOfOrder     Anomaly = "out-of-order"
	NoSnapshot     Anomaly = "no-snapshot"
	UnknownNode    Anomaly = "unknown-node"
	Unplaced       Anomaly = "unplaced"
	CanvasDropped  Anomaly = "canvas-dropped"
	AssetDropped   Anomaly = "asset-dropped"
	EndsEarly      Anomaly = "ends-early"
	MissingPart    Anomaly = "missing-part"
	BadMetadata    Anomaly = "bad-metadata"
)

var anomalySentences = map[Anomaly]string{
	BadEvent:       "events that are not what they claim to be were left out",
	BadJSON:        "lines or values that are not JSON were left out",
	UnknownEvent:   "events of a kind that this version does not know were left out",
	DuplicateEvent: "events that were there twice were counted once",
	BadTime:        "events without a usable time were put beside their neighbours",
	OutOfOrder:     "events that stood in the file later than they happened were put in order",
	NoSnapshot:     "page changes before the first full picture of the page cannot be shown",
	UnknownNode:    "changes named parts of the page that were never recorded",
	Unplaced:       "clicks or moves without coordinates cannot be drawn",
	CanvasDropped:  "canvas drawings are not kept: pictures cannot be checked for personal data",
	AssetDropped:   "files that the recorder attached to the page are not kept",
	EndsEarly:      "the file ends in the middle; everything before is here",
	MissingPart:    "a part of the recording is missing; from there on the page may be wrong",
	BadMetadata:    "a file that should say more of the session cannot be read and was left out",
}

// Sentence says what the anomaly means to a researcher.
func (a Anomaly) Sentence() string { return anomalySentences[a] }

// Anomalies counts what was odd in one session.
type Anomalies map[Anomaly]int

// Add counts n more of kind a.
func (m Anomalies) Add(a Anomaly, n int) {
	if n > 0 {
		m[a] += n
	}
}

// Total returns the number of anomalies of all kinds.
func (m Anomalies) Total() int {
	n := 0
	for _, c := range m {
		n += c
	}
	return n
}

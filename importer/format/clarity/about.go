package clarity

import (
	"maps"
	"strconv"
)

// about is what the views say of the session.
type about struct {
	visitor    string
	attributes map[string]string
}

// Dimensions and metrics that mean something here.
const (
	dimUserAgent  = 0
	dimURL        = 1
	dimReferrer   = 2
	dimTitle      = 3
	dimLanguage   = 9
	dimTab        = 15
	dimPlatform   = 22
	dimVersion    = 23
	dimBrand      = 24
	dimModel      = 25
	dimPixelRatio = 26
	dimTimeZone   = 34

	metricStart        = 0
	metricScreenWidth  = 14
	metricScreenHeight = 15
)

// The names under which rrweb's recorder says what dimensions and metrics say.
var (
	dimensionNames = map[int64]string{
		dimUserAgent: "userAgent", dimReferrer: "referrer", dimLanguage: "language", dimPlatform: "platform", dimVersion: "platformVersion",
		dimBrand: "brand", dimModel: "model", dimPixelRatio: "devicePixelRatio", dimTimeZone: "timezone",
	}
	metricNames = map[int64]string{metricScreenWidth: "screenWidth", metricScreenHeight: "screenHeight"}
)

const (
	maxAttributes = 150
	maxAttribute  = 4096
)

func (a *about) set(name, value string) {
	if name == "" || value == "" || len(name) > maxAttribute || len(value) > maxAttribute {
		return
	}
	if a.attributes == nil {
		a.attributes = map[string]string{}
	}
	if _, known := a.attributes[name]; known || len(a.attributes) < maxAttributes {
		a.attributes[name] = value
	}
}

// learn takes what a view says of itself and of the session.
func (v *view) learn(a *about) {
	for _, e := range v.events {
		switch e.kind {
		case eventMetric, eventDimension, eventVariable:
		default:
			continue
		}
		t, err := tokensOf(e.value)
		if err != nil {
			continue // counted where the other events are read
		}
		for i := 2; i+1 < len(t); i += 2 {
			switch e.kind {
			case eventMetric:
				v.metric(a, t[i].int(), t[i+1].int())
			case eventDimension:
				v.dimension(a, t[i].int(), t[i+1].texts())
			case eventVariable:
				a.variable(t[i].text, t[i+1].texts())
			}
		}
	}
}

// The wall times that are believed, in milliseconds: the years 2000 to 2100.
func believable(ms int64) bool { return ms >= 946_684_800_000 && ms <= 4_102_444_800_000 }

func (v *view) metric(a *about, metric, value int64) {
	if metric == metricStart && v.start == 0 && believable(value) {
		v.start = value
	}
	if value > 0 {
		a.set(metricNames[metric], strconv.FormatInt(value, 10))
	}
}

func (v *view) dimension(a *about, dimension int64, values []string) {
	if len(values) == 0 {
		return
	}
	value := values[len(values)-1]
	switch dimension {
	case dimURL:
		if v.url == "" {
			v.url = value
		}
	case dimTitle:
		if v.title == "" {
			v.title = values[0]
		}
	case dimTab:
		if len(value) <= 128 {
			v.tab = value
		}
	case dimReferrer:
		if v.number <= 1 { // of later views it is the one before
			a.set(dimensionNames[dimension], value)
		}
	default:
		a.set(dimensionNames[dimension], value)
	}
}

// variable takes what the site said of the visitor and the session.
func (a *about) variable(name string, values []string) {
	if len(values) == 0 {
		return
	}
	value := values[len(values)-1]
	switch name {
	case "userId":
		a.visitor = value
	case "userType": // of the id: always text
	default:
		a.set(name, value)
	}
}

// recorder is the name under which the recordings are known.
const recorder = "Clarity"

// payload returns what the session says as rrweb's recorder would.
func (a *about) payload(first payload) map[string]string {
	m := maps.Clone(a.attributes)
	if m == nil {
		m = map[string]string{}
	}
	for _, name := range []string{"recordingId", "visitor", "visitorId", "recorder"} {
		delete(m, name) // names that have a meaning of their own are not left to the site
	}
	m["recorder"] = recorder
	m["project"] = first.project
	if first.session != "" {
		m["recordingId"] = first.session
	}
	switch {
	case a.visitor != "":
		m["visitor"] = a.visitor
	case first.user != "":
		m["visitor"] = first.user
	}
	return m
}

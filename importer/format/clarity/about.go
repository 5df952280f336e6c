package clarity

import (
	"strconv"

	"hindsite.app/importer/format"
)

// recorder is the name under which the recordings are known.
const recorder = "Clarity"

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
	dimModel      = 25
	dimPixelRatio = 26
	dimTimeZone   = 34

	metricStart        = 0
	metricScreenWidth  = 14
	metricScreenHeight = 15
)

// learn takes what a view says of itself and of the session.
func (v *view) learn(a *format.About) {
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
				variable(a, t[i].text, t[i+1].texts())
			}
		}
	}
}

// The wall times that are believed, in milliseconds: the years 2000 to 2100.
func believable(ms int64) bool { return ms >= 946_684_800_000 && ms <= 4_102_444_800_000 }

// maxScreen bounds what is believed of a screen.
const maxScreen = 1 << 16

func (v *view) metric(a *format.About, metric, value int64) {
	switch metric {
	case metricStart:
		if v.start == 0 && believable(value) {
			v.start = value
		}
	case metricScreenWidth:
		if value > 0 && value < maxScreen {
			a.Client.ScreenW = int(value)
		}
	case metricScreenHeight:
		if value > 0 && value < maxScreen {
			a.Client.ScreenH = int(value)
		}
	}
}

func (v *view) dimension(a *format.About, dimension int64, values []string) {
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
		if len(value) <= maxTabName {
			v.tab = value
		}
	case dimUserAgent:
		a.Client.UserAgent = format.Clip(value)
	case dimLanguage:
		a.Client.Language = format.Clip(value)
	case dimTimeZone:
		a.Client.TimeZone = format.Clip(value)
	case dimReferrer:
		if v.number <= 1 { // of later views it is the one before
			a.Set("referrer", value)
		}
	case dimPlatform:
		a.Set("platform", value)
	case dimVersion:
		a.Set("platformVersion", value)
	case dimModel:
		a.Set("model", value)
	case dimPixelRatio:
		if _, err := strconv.ParseFloat(value, 64); err == nil {
			a.Set("devicePixelRatio", value)
		}
	}
}

// maxTabName bounds the name of a tab, bytes.
const maxTabName = 128

// variable takes what the site said of the visitor and the session.
func variable(a *format.About, name string, values []string) {
	if len(values) == 0 {
		return
	}
	value := values[len(values)-1]
	switch name {
	case "userId":
		a.Visitor = format.Clip(value)
	case "userType": // of the id: always text
	default:
		a.Set(name, value)
	}
}

// aboutOf returns what payloads say of their session beside the events.
func aboutOf(first payload) format.About {
	a := format.About{Session: first.session, Recorder: recorder}
	a.Set("project", first.project)
	return a
}

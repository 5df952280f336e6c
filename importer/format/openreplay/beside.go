package openreplay

import (
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
)

// beside takes messages that change nothing on the page.
func (p *page) beside(k kind) {
	f := &p.fields
	switch k {
	case consoleLog:
		p.log(f.text(0), f.text(1))
	case exception:
		p.custom("error", errorPayload{f.text(0), f.text(1)})
	case networkRequest, networkRequestOld:
		p.request(request{f.text(2), f.text(0), f.text(1), f.num(5), f.num(7), f.num(6)})
	case resourceTiming, resourceTimingOld, resourceTimingOldest:
		if kind := f.text(7); kind != "fetch" && kind != "xmlhttprequest" { // these have a message of their own
			p.request(request{f.text(6), kind, "GET", 0, f.num(1), f.num(0)})
		}
	case customEvent, customIssue:
		p.custom(f.text(0), payload(f.text(1)))
	case incident:
		p.custom("incident", namedPayload{f.text(0)})
	case issueEvent:
		p.custom("issue", issuePayload{f.text(2), f.text(3)})
	case webVitals:
		p.custom("web-vital", vitalPayload{f.text(0), f.text(1)})
	case mouseThrashing:
		p.custom("mouse-thrashing", struct{}{})
	case tabChange:
		p.tabChange(f.text(0))
	case pageVisibility:
		tag := "page-visible"
		if f.yes(0) {
			tag = "page-hidden"
		}
		p.custom(tag, struct{}{})
	case loadFontFace:
		p.font(f.num(0), f.text(1), f.text(2), f.text(3))
	case canvasNode:
		p.odd.Add(format.CanvasDropped, 1)
	default:
		p.about.message(k, f)
	}
}

// tabChange says that the visitor came to a tab. A tracker that starts says so
// twice.
func (p *page) tabChange(tab string) {
	if p.cameTo == (arrival{tab, p.now}) {
		return
	}
	p.cameTo = arrival{tab, p.now}
	p.custom("tab-change", tabPayload{tab})
}

type customData struct {
	Tag     string `json:"tag"`
	Payload any    `json:"payload"`
}

func (p *page) custom(tag string, payload any) {
	p.emit(typeCustom, customData{tag, payload})
}

type (
	errorPayload struct {
		Name    string `json:"name"`
		Message string `json:"message"`
	}
	namedPayload struct {
		Label string `json:"label"`
	}
	issuePayload struct {
		Type    string `json:"type"`
		Context string `json:"context"`
	}
	vitalPayload struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	tabPayload struct {
		Tab string `json:"tab"`
	}
)

// payload returns what a site gave to an event: JSON as it is, all else as
// text.
func payload(text string) any {
	if v := jsontext.Value(text); v.IsValid() {
		return v
	}
	return text
}

type pluginData struct {
	Plugin  string `json:"plugin"`
	Payload any    `json:"payload"`
}

type logPayload struct {
	Level   string   `json:"level"`
	Payload []string `json:"payload"`
}

func (p *page) log(level, text string) {
	p.emit(typePlugin, pluginData{"rrweb/console@1", logPayload{level, []string{string(appendQuoted(nil, text))}}})
}

type request struct {
	Name          string `json:"name"`
	InitiatorType string `json:"initiatorType"`
	Method        string `json:"method"`
	Status        int64  `json:"status,omitzero"`
	Duration      int64  `json:"duration"`
	StartTime     int64  `json:"startTime"`
}

type requestPayload struct {
	Requests []request `json:"requests"`
}

// request hands a request on. What was sent and answered stays behind: it can
// hold anything.
func (p *page) request(r request) {
	p.emit(typePlugin, pluginData{"rrweb/network@1", requestPayload{[]request{r}}})
}

type fontData struct {
	Source      int    `json:"source"`
	Family      string `json:"family"`
	FontSource  string `json:"fontSource"`
	Buffer      bool   `json:"buffer"`
	Descriptors any    `json:"descriptors,omitzero"`
}

func (p *page) font(_ int64, family, source, descriptors string) {
	d := fontData{Source: sourceFont, Family: family, FontSource: source}
	if v := jsontext.Value(descriptors); v.IsValid() && v.Kind() == '{' {
		d.Descriptors = v
	}
	p.emit(typeIncremental, d)
}

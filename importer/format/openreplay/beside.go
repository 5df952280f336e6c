package openreplay

import (
	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rebuild"
)

// beside takes messages that change nothing on the page.
func (p *page) beside(k kind) {
	f := &p.fields
	switch k {
	case consoleLog:
		p.Log(f.text(0), f.text(1))
	case exception:
		p.Custom("error", errorPayload{f.text(0), f.text(1)})
	case networkRequest, networkRequestOld:
		// What was sent and answered stays behind: it can hold anything.
		p.Request(rebuild.Request{URL: f.text(2), Kind: f.text(0), Method: f.text(1), Status: f.num(5), Duration: f.num(7)})
	case resourceTiming, resourceTimingOld, resourceTimingOldest:
		if kind := f.text(7); kind != "fetch" && kind != "xmlhttprequest" { // these have a message of their own
			p.Request(rebuild.Request{URL: f.text(6), Kind: kind, Method: "GET", Duration: f.num(1)})
		}
	case customEvent, customIssue:
		p.SiteEvent(f.text(0), rebuild.JSONOrText(f.text(1)))
	case incident:
		p.Custom("incident", namedPayload{f.text(0)})
	case issueEvent:
		p.Custom("issue", issuePayload{f.text(2), f.text(3)})
	case webVitals:
		p.Custom("web-vital", vitalPayload{f.text(0), f.text(1)})
	case mouseThrashing:
		p.Custom("mouse-thrashing", struct{}{})
	case tabChange:
		p.tabChange(f.text(0))
	case pageVisibility:
		tag := "page-visible"
		if f.yes(0) {
			tag = "page-hidden"
		}
		p.Custom(tag, struct{}{})
	case loadFontFace:
		p.Font(f.text(1), f.text(2), f.text(3))
	case canvasNode:
		p.Odd.Add(format.CanvasDropped, 1)
	default:
		p.about.message(k, f)
	}
}

// tabChange says that the visitor came to a tab. A tracker that starts says so
// twice.
func (p *page) tabChange(tab string) {
	if p.cameTo == (arrival{tab, p.Now()}) {
		return
	}
	p.cameTo = arrival{tab, p.Now()}
	p.Custom("tab-change", tabPayload{tab})
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

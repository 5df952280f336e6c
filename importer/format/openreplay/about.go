package openreplay

import (
	"maps"
	"strconv"
)

// about is what a session says of itself.
type about struct {
	user, anonymous, device string // who: the first that is known counts
	attributes              map[string]string
	userAgent               string
}

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

// message takes a message about the session; others are passed over.
func (a *about) message(k kind, f *fields) {
	switch k {
	case userID:
		a.user = f.text(0)
	case anonymousID:
		a.anonymous = f.text(0)
	case metadata:
		a.set(f.text(0), f.text(1))
	case sessionStart:
		a.device, a.userAgent = f.text(4), f.text(5)
		for i, name := range [...]string{6: "os", 7: "osVersion", 8: "browser", 9: "browserVersion", 10: "device", 11: "deviceType", 14: "country"} {
			a.set(name, f.text(i))
		}
		if id := f.text(15); id != "" {
			a.user = id
		}
		a.set("deviceMemory", positive(f.num(12)))
	}
}

func positive(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// visitor returns who the visitor was.
func (a *about) visitor() string {
	for _, id := range []string{a.user, a.anonymous, a.device} {
		if id != "" && len(id) <= maxAttribute {
			return id
		}
	}
	return ""
}

// recorder is the name under which the recordings are known.
const recorder = "OpenReplay"

// payload returns what the session says as rrweb's recorder would.
func (a *about) payload() map[string]string {
	m := maps.Clone(a.attributes)
	if m == nil {
		m = map[string]string{}
	}
	// Names that have a meaning of their own are not left to the site.
	for _, name := range []string{"recordingId", "visitor", "visitorId", "userAgent", "recorder"} {
		delete(m, name)
	}
	m["recorder"] = recorder
	if v := a.visitor(); v != "" {
		m["visitor"] = v
	}
	if a.userAgent != "" {
		m["userAgent"] = a.userAgent
	}
	return m
}

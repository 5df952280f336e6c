package rrweb

import (
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/recording"
)

// inner returns the JSON that a string holds, or the value as it is.
func inner(payload jsontext.Value) jsontext.Value {
	if payload.Kind() == '"' {
		if v := jsontext.Value(text(payload)); v.IsValid(lenient()) && (v.Kind() == '{' || v.Kind() == '[') {
			return v
		}
	}
	return payload
}

// identified takes what a site told highlight of its user.
func (c *converter) identified(payload jsontext.Value) error {
	payload = inner(payload)
	if payload.Kind() != '{' {
		return nil
	}
	members, err := membersOf(payload)
	if err != nil {
		return err
	}
	for _, m := range members {
		value := text(m.value)
		switch {
		case value == "":
		case m.name == "userIdentifier":
			c.rec.Visitor = format.Clip(value)
		default:
			c.attribute(format.Clip(m.name), format.Clip(value))
		}
	}
	return nil
}

// highlighted takes the other events of highlight's recorder, and reports
// whether it was one.
func (c *converter) highlighted(t *tabState, at recording.Time, tag string, payload jsontext.Value) (bool, error) {
	switch tag {
	case "Identify", "Segment Identify":
		c.seen.recorder = "highlight"
		return true, c.identified(payload)
	case "Navigate":
		c.moveTo(t, at, text(payload))
	case "Referrer":
		if value := text(payload); value != "" {
			c.attribute("referrer", format.Clip(value))
		}
	case "Viewport":
		var v struct {
			Width  int `json:"availWidth"`
			Height int `json:"availHeight"`
		}
		if unmarshal(inner(payload), &v) == nil && v.Width > 0 && v.Height > 0 && v.Width <= maxViewport && v.Height <= maxViewport {
			c.rec.Client.ScreenW, c.rec.Client.ScreenH = v.Width, v.Height
		}
	case "Track", "Segment", "Performance", "Jank", "Session", "Reload", "TabHidden", "Page Unload":
	default:
		return false, nil
	}
	c.note(t, at, tag, tag, inner(payload))
	return true, nil
}

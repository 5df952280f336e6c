package rrweb

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/recording"
)

// seenMeta is what events said of the whole session.
type seenMeta struct {
	userAgent string
	recorder  string // whose events are only its own
}

type wireCustom struct {
	Tag     string         `json:"tag"`
	Payload jsontext.Value `json:"payload"`
}

// custom takes an event that the site or the recorder added. Metadata become
// the session's own; errors become log lines; all else is kept as it is.
func (c *converter) custom(t *tabState, at recording.Time, e *Event) error {
	var w wireCustom
	if err := unmarshal(e.data, &w); err != nil {
		return err
	}
	switch w.Tag {
	case "recording-meta", "pageview-meta":
		return c.metadata(w.Payload)
	case "breadcrumb":
		return c.breadcrumb(t, at, w.Payload)
	case "performanceSpan":
		return c.performanceSpan(t, at, w.Payload)
	case "$pageview":
		var p wireMeta
		if unmarshal(w.Payload, &p) == nil {
			c.moveTo(t, at, p.Href)
		}
	case "$session_options", "$posthog_config", "$remote_config_received":
		c.seen.recorder = "PostHog"
	case "video":
		c.videos++
	case "error":
		var p struct {
			Message string `json:"message"`
		}
		if unmarshal(w.Payload, &p) == nil && p.Message != "" {
			c.log(t, recording.Log{At: at, View: t.view, Level: recording.LogError, Text: p.Message, Uncaught: true})
			return nil
		}
	}
	if taken, err := c.highlighted(t, at, w.Tag, w.Payload); taken {
		return err
	}
	c.note(t, at, w.Tag, "", w.Payload)
	return nil
}

func (c *converter) metadata(payload jsontext.Value) error {
	if payload.Kind() != '{' {
		return nil
	}
	members, err := membersOf(payload)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.value.Kind() == '{' || m.value.Kind() == '[' || m.value.Kind() == 'n' {
			continue
		}
		value := text(m.value)
		switch m.name {
		case "recordingId":
		case "visitor", "visitorId":
			// The recorder sends the whole cookie (name=value) from the second page on.
			if _, after, ok := strings.Cut(value, "="); ok && strings.Trim(after, "=") != "" {
				value = after
			}
			c.rec.Visitor = format.Clip(value)
		case "userAgent":
			c.seen.userAgent = format.Clip(value)
		default:
			c.attribute(format.Clip(m.name), format.Clip(value))
		}
	}
	return nil
}

func (c *converter) attribute(name, value string) {
	client := &c.rec.Client
	switch name {
	case "language":
		client.Language = value
	case "timezone":
		client.TimeZone = value
	case "country":
		client.Country = value
	case "screenWidth":
		client.ScreenW, _ = strconv.Atoi(value)
	case "screenHeight":
		client.ScreenH, _ = strconv.Atoi(value)
	case "devicePixelRatio":
		client.PixelRatio, _ = strconv.ParseFloat(value, 64)
	}
	if _, known := c.rec.Attributes[name]; known || len(c.rec.Attributes) < maxAttributes {
		c.rec.Attributes[name] = value
	}
}

// recordedID returns the id that the recorder wrote into its first events.
func recordedID(events []Event) string {
	for i := range events {
		if i >= 20 {
			break
		}
		if events[i].kind != custom {
			continue
		}
		var w wireCustom
		if unmarshal(events[i].data, &w) != nil || w.Tag != "recording-meta" {
			continue
		}
		var p struct {
			RecordingID string `json:"recordingId"`
		}
		if unmarshal(w.Payload, &p) == nil && p.RecordingID != "" {
			return p.RecordingID
		}
	}
	return ""
}

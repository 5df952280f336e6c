package rrweb

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/player/recording"
)

// Sentry writes what it notes beside the page as events of its own: crumbs, and
// spans of things that took time. Their times are in seconds.

type wireCrumb struct {
	Category string         `json:"category"`
	Message  string         `json:"message"`
	Level    string         `json:"level"`
	Data     jsontext.Value `json:"data"`
}

func (c *converter) breadcrumb(t *tabState, at recording.Time, payload jsontext.Value) error {
	var w wireCrumb
	if err := unmarshal(payload, &w); err != nil {
		return err
	}
	c.seen.recorder = "Sentry"
	switch w.Category {
	case "console":
		c.log(t, recording.Log{At: at, View: t.view, Level: crumbLevel(w.Level), Text: w.Message})
		return nil
	case "replay.hydrate-error":
		c.log(t, recording.Log{At: at, View: t.view, Level: recording.LogError, Text: "hydration failed"})
		return nil
	case "navigation":
		var d struct {
			To string `json:"to"`
		}
		if unmarshal(w.Data, &d) == nil {
			c.moveTo(t, at, d.To)
		}
	}
	c.note(t, at, w.Category, "breadcrumb", payload)
	return nil
}

func crumbLevel(level string) recording.LogLevel {
	switch level {
	case "error", "fatal", "critical":
		return recording.LogError
	case "warning", "warn":
		return recording.LogWarn
	case "debug":
		return recording.LogDebug
	}
	return recording.LogInfo
}

type wireSpan struct {
	Op          string  `json:"op"`
	Description string  `json:"description"`
	Start       float64 `json:"startTimestamp"`
	End         float64 `json:"endTimestamp"`
	Data        struct {
		Method string  `json:"method"`
		Status float64 `json:"statusCode"`
	} `json:"data"`
}

func (c *converter) performanceSpan(t *tabState, at recording.Time, payload jsontext.Value) error {
	var w wireSpan
	if err := unmarshal(payload, &w); err != nil {
		return err
	}
	c.seen.recorder = "Sentry"
	if kind, ok := strings.CutPrefix(w.Op, "resource."); ok {
		c.request(t, at, wireRequest{
			Name: w.Description, InitiatorType: kind, Method: w.Data.Method, Status: w.Data.Status,
			Timestamp: w.Start * 1000, Duration: (w.End - w.Start) * 1000,
		})
		return nil
	}
	if w.Op == "navigation.push" {
		c.moveTo(t, at, w.Description)
	}
	c.note(t, at, w.Op, "performanceSpan", payload)
	return nil
}

// note keeps an event under a name that says what it is.
func (c *converter) note(t *tabState, at recording.Time, tag, otherwise string, payload jsontext.Value) {
	if tag == "" {
		tag = otherwise
	}
	c.rec.Customs = append(c.rec.Customs, recording.Custom{At: at, View: t.view, Tag: tag, Payload: string(payload)})
}

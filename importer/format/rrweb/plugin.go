package rrweb

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/recording"
)

type wirePlugin struct {
	Plugin  string         `json:"plugin"`
	Payload jsontext.Value `json:"payload"`
}

func (c *converter) plugin(t *tabState, at recording.Time, e *Event) error {
	var w wirePlugin
	if err := unmarshal(e.data, &w); err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(w.Plugin, "rrweb/console"):
		return c.console(t, at, w.Payload)
	case strings.HasPrefix(w.Plugin, "rrweb/network"):
		return c.network(t, at, w.Payload)
	case strings.HasPrefix(w.Plugin, "posthog/network"):
		c.seen.recorder = "PostHog"
		return c.oldNetwork(t, at, w.Payload)
	}
	c.odd.Add(format.UnknownEvent, 1)
	return nil
}

// console reads a console line. Every part of it is JSON within JSON.
func (c *converter) console(t *tabState, at recording.Time, payload jsontext.Value) error {
	var w struct {
		Level   string           `json:"level"`
		Payload []jsontext.Value `json:"payload"`
	}
	if err := unmarshal(payload, &w); err != nil {
		return err
	}
	parts := make([]string, 0, len(w.Payload))
	for _, p := range w.Payload {
		s := text(p)
		if inner := jsontext.Value(s); inner.Kind() == '"' && inner.IsValid() {
			s = text(inner)
		}
		parts = append(parts, s)
	}
	l := recording.Log{At: at, View: t.view, Level: recording.LogInfo, Text: strings.Join(parts, " ")}
	switch w.Level {
	case "error", "assert":
		l.Level = recording.LogError
	case "warn":
		l.Level = recording.LogWarn
	case "debug", "trace":
		l.Level = recording.LogDebug
	}
	c.log(t, l)
	return nil
}

// log adds a line. A page that reports an error both as an event and on its
// console has had one error: the second report within a tenth of a second,
// with the same words, is not counted again.
func (c *converter) log(t *tabState, l recording.Log) {
	last := t.lastLog
	if l.Level == recording.LogError && last.Level == recording.LogError && last.Text != "" &&
		l.At-last.At < 100*recording.Millisecond && l.Uncaught != last.Uncaught &&
		(strings.Contains(l.Text, last.Text) || strings.Contains(last.Text, l.Text)) {
		return
	}
	t.lastLog = l
	c.rec.Logs = append(c.rec.Logs, l)
}

package rrweb

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mileusna/useragent"

	"hindsite.app/importer/format"
	"hindsite.app/player/recording"
)

// seenMeta is what recording-meta events said.
type seenMeta struct{ userAgent string }

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
	case "error":
		var p struct {
			Message string `json:"message"`
		}
		if unmarshal(w.Payload, &p) == nil && p.Message != "" {
			c.log(t, recording.Log{At: at, View: t.view, Level: recording.LogError, Text: p.Message, Uncaught: true})
			return nil
		}
	}
	c.rec.Customs = append(c.rec.Customs, recording.Custom{At: at, View: t.view, Tag: w.Tag, Payload: string(w.Payload)})
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
			if _, after, ok := strings.Cut(value, "="); ok {
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

// client says what browser and device it was: what is known, else what the
// events tell.
func (c *converter) client(known format.Client) {
	if c.seen.userAgent == "" {
		c.seen.userAgent = known.UserAgent
	}
	c.guessClient()
	client := &c.rec.Client
	replace(&client.Browser, known.Browser)
	replace(&client.OS, known.OS)
	replace(&client.Device, known.Device)
	replace(&client.Language, known.Language)
	replace(&client.TimeZone, known.TimeZone)
	replace(&client.Country, known.Country)
	replace(&client.ScreenW, known.ScreenW)
	replace(&client.ScreenH, known.ScreenH)
}

// replace sets a field to what is known, if anything is.
func replace[T comparable](field *T, known T) {
	var nothing T
	if known != nothing {
		*field = known
	}
}

// overrule gives the session what is known from outside of its events.
func (c *converter) overrule(known format.About) {
	replace(&c.rec.Visitor, format.Clip(known.Visitor))
	for name, value := range known.Attributes {
		c.attribute(name, value)
	}
}

// guessClient goes by the user agent where there is one, else by how the
// visitor pointed and by the size of the page.
func (c *converter) guessClient() {
	client := &c.rec.Client
	client.Device = recording.DeviceUnknown
	if c.seen.userAgent != "" {
		ua := useragent.Parse(c.seen.userAgent)
		client.UserAgent, client.Browser, client.OS = c.seen.userAgent, ua.Name, ua.OS
		switch {
		case ua.Tablet:
			client.Device = recording.Tablet
		case ua.Mobile:
			client.Device = recording.Phone
		case ua.Desktop:
			client.Device = recording.Desktop
		}
	}
	touch := c.touched()
	width := 0
	for _, s := range c.states {
		width = max(width, min(s.w, s.h))
	}
	if client.Device == recording.Desktop && touch && !c.moved() {
		client.Device = recording.Tablet // tablets that ask for desktop pages say so
	}
	if client.Device == recording.Phone && min(client.ScreenW, client.ScreenH) >= 600 {
		client.Device = recording.Tablet // many tablets call themselves mobile
	}
	if client.Device != recording.DeviceUnknown || width == 0 {
		return
	}
	switch {
	case touch && width < 600:
		client.Device = recording.Phone
	case touch && !c.moved():
		client.Device = recording.Tablet
	case c.moved() || width >= 600:
		client.Device = recording.Desktop
	}
}

func (c *converter) touched() bool {
	for i := range c.rec.Interactions {
		if in := &c.rec.Interactions[i]; in.Device == recording.TouchPointer || in.Kind >= recording.TouchStart {
			return true
		}
	}
	return false
}

func (c *converter) moved() bool {
	for i := range c.rec.Pointers {
		if c.rec.Pointers[i].Kind == recording.MouseMove {
			return true
		}
	}
	return false
}

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

func (c *converter) network(t *tabState, at recording.Time, payload jsontext.Value) error {
	var w struct {
		Requests []struct {
			Name          string  `json:"name"`
			InitiatorType string  `json:"initiatorType"`
			Method        string  `json:"method"`
			Status        int     `json:"status"`
			Duration      float64 `json:"duration"`
		} `json:"requests"`
	}
	if err := unmarshal(payload, &w); err != nil {
		return err
	}
	for _, r := range w.Requests {
		if len(c.rec.Requests) >= c.limits.Events {
			break
		}
		spent := recording.Time(min(max(r.Duration, 0), 3.6e6) * 1000)
		c.rec.Requests = append(c.rec.Requests, recording.Request{
			At: at, View: t.view, Duration: spent, Method: r.Method, URL: r.Name, Status: r.Status, Kind: r.InitiatorType,
		})
	}
	return nil
}

package highlight

import (
	"bytes"
	"io"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/player/fault"
)

// lines are events, one a line: those of the recording, and those that are made
// of what highlight keeps beside it.
type lines struct {
	out   bytes.Buffer
	limit int64
}

func (o *lines) raw(event jsontext.Value) {
	if event.Kind() == '{' || event.Kind() == '"' {
		line := event.Clone()
		if err := line.Compact(lenient()); err == nil {
			event = line
		}
	}
	o.out.Write(event)
	o.out.WriteByte('\n')
}

func (o *lines) reader() (io.ReadCloser, error) {
	if int64(o.out.Len()) > o.limit {
		return nil, fault.New(fault.Limit, "read payload: more than %d bytes", o.limit)
	}
	return io.NopCloser(&o.out), nil
}

type event struct {
	Type int     `json:"type"`
	At   float64 `json:"timestamp"`
	Data any     `json:"data"`
}

type pluginData struct {
	Plugin  string `json:"plugin"`
	Payload any    `json:"payload"`
}

const (
	typeCustom = 5
	typePlugin = 6
)

func (o *lines) add(kind int, at float64, data any) {
	b, err := json.Marshal(event{kind, at, data}, lenient(), json.Deterministic(true))
	if err != nil {
		return // values that were read as JSON can be written as such
	}
	o.raw(b)
}

// within returns what a value holds under a name; the value may be JSON in a
// string, and the list may stand in it without the name.
func within(v jsontext.Value, name string) []jsontext.Value {
	if v.Kind() == '"' {
		var s string
		if json.Unmarshal(v, &s, lenient()) != nil {
			return nil
		}
		v = jsontext.Value(s)
		if !v.IsValid(lenient()) {
			return nil
		}
	}
	if v.Kind() == '{' {
		var o map[string]jsontext.Value
		if json.Unmarshal(v, &o, lenient()) != nil {
			return nil
		}
		v = o[name]
	}
	var list []jsontext.Value
	if v.Kind() != '[' || json.Unmarshal(v, &list, lenient()) != nil {
		return nil
	}
	return list
}

func (o *lines) messages(v jsontext.Value) {
	for _, m := range within(v, "messages") {
		var w struct {
			Type  string           `json:"type"`
			At    float64          `json:"time"`
			Value []jsontext.Value `json:"value"`
		}
		if json.Unmarshal(m, &w, lenient()) != nil {
			continue
		}
		o.add(typePlugin, w.At, pluginData{"rrweb/console@1", map[string]any{"level": w.Type, "payload": w.Value}})
	}
}

type request struct {
	Name      string  `json:"name"`
	Initiator string  `json:"initiatorType"`
	Method    string  `json:"method,omitzero"`
	Status    float64 `json:"status,omitzero"`
	Duration  float64 `json:"duration"`
	At        float64 `json:"timestamp"`
}

func (o *lines) requests(v jsontext.Value) {
	for _, r := range within(v, "resources") {
		var w struct {
			Name      string  `json:"name"`
			Initiator string  `json:"initiatorType"`
			Start     float64 `json:"startTimeAbs"`
			End       float64 `json:"responseEndAbs"`
			Pair      struct {
				Request struct {
					Verb string `json:"verb"`
				} `json:"request"`
				Response struct {
					Status float64 `json:"status"`
				} `json:"response"`
			} `json:"requestResponsePairs"`
		}
		if json.Unmarshal(r, &w, lenient()) != nil || w.Name == "" || w.Start <= 0 {
			continue
		}
		o.add(typePlugin, w.Start, pluginData{"rrweb/network@1", map[string]any{"requests": []request{{
			w.Name, w.Initiator, w.Pair.Request.Verb, w.Pair.Response.Status, max(w.End-w.Start, 0), w.Start,
		}}}})
	}
}

// failure writes an error that no code of the page caught.
func (o *lines) failure(v jsontext.Value) {
	var w struct {
		Event string         `json:"event"`
		At    jsontext.Value `json:"timestamp"`
	}
	if json.Unmarshal(v, &w, lenient()) != nil || w.Event == "" {
		return
	}
	var at float64
	var text string
	switch {
	case json.Unmarshal(w.At, &text) == nil:
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return
		}
		at = float64(t.UnixMilli())
	case json.Unmarshal(w.At, &at) != nil:
		return
	}
	o.add(typeCustom, at, map[string]any{"tag": "error", "payload": map[string]string{"message": w.Event}})
}

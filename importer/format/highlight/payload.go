package highlight

import (
	"bytes"
	"encoding/base64"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/importer/inflate"
	"hindsite.app/player/fault"
)

// payload is what the recorder sends: events, and beside them what it noted
// elsewhere, as JSON in strings.
type payload struct {
	Session string `json:"session_secure_id"`
	Data    string `json:"data"` // base64 of gzip of a payload
	Events  struct {
		Events []jsontext.Value `json:"events"`
	} `json:"events"`
	Messages  jsontext.Value   `json:"messages"`
	Resources jsontext.Value   `json:"resources"`
	Errors    []jsontext.Value `json:"errors"`
}

// lenient is for JSON of which only the events are held to rules, later.
func lenient() json.Options {
	return json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
}

// payloads reads one payload, or one a line, and writes what is in them as
// events.
func payloads(r io.Reader, l format.Limits, name string, late *format.About) (io.ReadCloser, error) {
	text, err := format.ReadAll(r, l.Session, name)
	if err != nil {
		return nil, err
	}
	out := lines{limit: l.Session}
	if jsontext.Value(text).IsValid(lenient()) {
		if err := out.payload(text, l, late); err != nil {
			return nil, err
		}
		return out.reader()
	}
	for line := range bytes.SplitSeq(text, []byte{'\n'}) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if !jsontext.Value(line).IsValid(lenient()) {
			out.raw(line) // it is for the reader of events to count it
			continue
		}
		if err := out.payload(line, l, late); err != nil {
			return nil, err
		}
	}
	return out.reader()
}

// payload writes the events of one payload, which may be packed in another.
func (o *lines) payload(text []byte, l format.Limits, late *format.About) error {
	var p payload
	var sent struct {
		Variables jsontext.Value `json:"variables"`
	}
	if json.Unmarshal(text, &sent, lenient()) == nil && sent.Variables.Kind() == '{' {
		text = sent.Variables
	}
	if err := json.Unmarshal(text, &p, lenient()); err != nil {
		return fault.New(fault.Schema, "read payload: it has not the form of one")
	}
	late.Add(format.About{Session: p.Session})
	if p.Data != "" {
		inner, err := unpacked(p.Data, l)
		if err != nil {
			return err
		}
		p.Data = ""
		if err := json.Unmarshal(inner, &p, lenient()); err != nil || p.Data != "" {
			return fault.New(fault.Schema, "read payload: what is packed in it has not the form of one")
		}
		late.Add(format.About{Session: p.Session})
	}
	for _, e := range p.Events.Events {
		o.raw(e)
	}
	o.messages(p.Messages)
	o.requests(p.Resources)
	for _, e := range p.Errors {
		o.failure(e)
	}
	return nil
}

func unpacked(data string, l format.Limits) ([]byte, error) {
	packed, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil, fault.New(fault.Schema, "read payload: its data are not base64")
	}
	r, err := inflate.Reader(bytes.NewReader(packed), inflate.Limits{Output: l.Session})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return format.ReadAll(r, l.Session, "payload")
}

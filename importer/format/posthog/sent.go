package posthog

import (
	"bytes"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

// unwrap reads messages of the server's queue, one a line or one in all, and
// puts the event that each holds as JSON in JSON into its place.
func unwrap(r io.Reader, l format.Limits) (io.ReadCloser, error) {
	text, err := format.ReadAll(r, l.Session, "messages")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if one, ok := unwrapped(text); ok {
		out.Write(one)
		return io.NopCloser(&out), nil
	}
	for line := range bytes.SplitSeq(text, []byte{'\n'}) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		one, ok := unwrapped(line)
		if !ok {
			one = line // it is for the reader of events to count it
		}
		out.Write(one)
		out.WriteByte('\n')
		if int64(out.Len()) > l.Session {
			return nil, fault.New(fault.Limit, "read messages: more than %d bytes", l.Session)
		}
	}
	return io.NopCloser(&out), nil
}

func unwrapped(message []byte) ([]byte, bool) {
	options := json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	var m struct {
		Visitor string `json:"distinct_id"`
		Data    string `json:"data"`
	}
	if json.Unmarshal(message, &m, options) != nil || m.Data == "" {
		return nil, false
	}
	event := jsontext.Value(m.Data)
	if !event.IsValid(options) || event.Kind() != '{' {
		return nil, false
	}
	b, err := json.Marshal(struct {
		Visitor string         `json:"distinct_id,omitzero"`
		Data    jsontext.Value `json:"data"`
	}{m.Visitor, event}, options)
	return b, err == nil
}

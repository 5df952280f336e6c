package openreplay

import (
	"bytes"
	"context"
	"io"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
)

func sideFile(text []byte) format.File {
	return format.File{Name: "session.json", Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(text)), nil
	}}
}

func withSide(t *testing.T, side []byte, parts ...part) (*format.Session, error) {
	t.Helper()
	f := files(parts)
	f.Side = []format.File{sideFile(side)}
	for raw, err := range (Decoder{}).Sessions(t.Context(), f, format.Hints{Name: "folder"}, limits()) {
		if err != nil {
			return nil, err
		}
		return raw.Session(t.Context())
	}
	return nil, nil
}

func TestTheInterfacesAnswerDescribesTheSession(t *testing.T) {
	s, err := withSide(t, readFile(t, "v2/session.json"), part{"dom.mobs", readFile(t, "v2/dom.mobs")})
	if err != nil {
		t.Fatal(err)
	}
	r := s.Recording
	if r.ID != "7001" || r.Visitor != "visitor-7" || r.Attributes["plan"] != "gold" {
		t.Errorf("session %q, visitor %q, attributes %v", r.ID, r.Visitor, r.Attributes)
	}
	if c := r.Client; c.Browser != "Chrome" || c.OS != "Linux" || c.Device != recording.Desktop || c.Country != "" {
		t.Errorf("client %+v", c)
	}
	for _, broken := range []string{"", "[1]", `{"data":`} {
		s, err := withSide(t, []byte(broken), part{"dom.mobs", readFile(t, "v2/dom.mobs")})
		if err != nil || s.Anomalies[format.BadMetadata] != 1 {
			t.Errorf("side file %q: %v", broken, err)
		}
	}
	if _, err := withSide(t, []byte(`{"data":{"sessionId":"1","platform":"ios"}}`), part{"dom.mobs", readFile(t, "v2/dom.mobs")}); fault.Of(err) != fault.Unsupported {
		t.Errorf("a mobile session: %v, want Unsupported", err)
	}
}

// What the server keeps in its database is read where somebody saved it.
func TestBatchesOfAnalyticsDescribeTheSession(t *testing.T) {
	s := decode(t, []part{{"dom.mobs", readFile(t, "v2/dom.mobs")}, {"analytics.mob", readFile(t, "v2/analytics.batches")}})
	r := s.Recording
	if r.Visitor != "visitor-7" || r.Attributes["plan"] != "gold" {
		t.Errorf("visitor %q, attributes %v", r.Visitor, r.Attributes)
	}
	tags := map[string]string{}
	for _, c := range r.Customs {
		tags[c.Tag] = c.Payload
	}
	if tags["arrived"] != `{"way":"door"}` {
		t.Errorf("custom events %v", tags)
	}
}

func TestTakes(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
		want bool
	}{
		{"", readFile(t, "v1/dom.mobs"), true},
		{"", readFile(t, "v2/dom.mobe"), true},
		{"", readFile(t, "v2/devtools.mob"), true},
		{"s/dom.mobs.zst", []byte("anything"), true},
		{"", readFile(t, "v1/truth.json"), false},
		{"", []byte("plain text, of some length, without any message in it"), false},
		{"", nil, false},
	} {
		if got := (Decoder{}).Takes(format.Head{Name: c.name, Bytes: c.data}); got != c.want {
			t.Errorf("takes %q %.20q: %v", c.name, c.data, got)
		}
	}
}

package clarity

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func files(data ...string) format.Files {
	var f format.Files
	for _, d := range data {
		f.Parts = append(f.Parts, format.File{Name: "payloads.jsonl", Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(d)), nil
		}})
	}
	return f
}

func tryDecode(t testing.TB, f format.Files, l format.Limits) ([]*format.Session, error) {
	t.Helper()
	var out []*format.Session
	for raw, err := range (Decoder{}).Sessions(t.Context(), f, format.Hints{Name: "payloads.jsonl"}, l) {
		if err != nil {
			return out, err
		}
		s, err := raw.Session(t.Context())
		if err != nil {
			return out, err
		}
		out = append(out, s)
	}
	return out, nil
}

func decode(t testing.TB, f format.Files) []*format.Session {
	t.Helper()
	out, err := tryDecode(t, f, format.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// decoded is what clarity-decode, the recorder's own decoder, makes of a
// payload.
type decoded struct {
	Page, Sequence int64
	DOM            []struct {
		Time, Event int64
		Data        json.RawMessage
	}
	Pointer, Click, Scroll, Input, Resize []struct {
		Time, Event int64
		Data        struct {
			Target, X, Y, Width, Height int64
			Text, Value                 string
		}
	}
}

type decodedNode struct {
	ID               int64
	Parent, Previous *int64
	Tag              string
	Value            *string
	Attributes       map[string]string
}

func payloadsOf(t *testing.T) []payload {
	t.Helper()
	all, err := payloads(t.Context(), bytes.NewReader(readFile(t, "payloads.jsonl")), format.Anomalies{}, format.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNodesAreThoseOfTheRecordersOwnDecoder(t *testing.T) {
	var want []decoded
	if err := json.Unmarshal(readFile(t, "decoded.json"), &want); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for i, p := range payloadsOf(t) {
		var events [][]token
		for _, raw := range p.events {
			tokens, err := tokensOf(raw)
			if err != nil {
				t.Fatal(err)
			}
			if k := tokens[1].int(); k == eventDiscover || k == eventMutation {
				events = append(events, tokens)
			}
		}
		slices.SortStableFunc(events, func(a, b []token) int { return int(a[0].int() - b[0].int()) })
		for _, w := range want[i].DOM {
			if w.Event != eventDiscover && w.Event != eventMutation {
				continue
			}
			var nodes []decodedNode
			if err := json.Unmarshal(w.Data, &nodes); err != nil {
				t.Fatal(err)
			}
			got := changesOf(events[0][2:], events[0])
			events = events[1:]
			if len(got) != len(nodes) {
				t.Fatalf("payload %d at %d: %d nodes, want %d", i, w.Time, len(got), len(nodes))
			}
			for n := range nodes {
				compareNode(t, got[n], nodes[n])
				compared++
			}
		}
		if len(events) > 0 {
			t.Errorf("payload %d: %d events too many", i, len(events))
		}
	}
	if compared < 150 {
		t.Errorf("only %d nodes were compared", compared)
	}
}

func compareNode(t *testing.T, got change, want decodedNode) {
	t.Helper()
	id := func(p *int64) int64 {
		if p == nil {
			return 0
		}
		return *p
	}
	if got.id != want.ID || got.parent != id(want.Parent) || got.previous != id(want.Previous) || got.tag != want.Tag {
		t.Errorf("node %+v, want %+v", got, want)
	}
	attributes := map[string]string{}
	for i, name := range got.names {
		attributes[name] = got.values[i]
	}
	for name := range want.Attributes {
		if name[0] == '*' {
			delete(want.Attributes, name) // for the recorder's player only
		}
	}
	if !maps.Equal(attributes, want.Attributes) {
		t.Errorf("node %d has attributes %v, want %v", got.id, attributes, want.Attributes)
	}
	text, wanted := "", ""
	if got.text != nil {
		text = *got.text
	}
	if want.Value != nil {
		wanted = *want.Value
	}
	if text != wanted {
		t.Errorf("node %d says %q, want %q", got.id, text, wanted)
	}
}

func TestEventsAreThoseOfTheRecordersOwnDecoder(t *testing.T) {
	var want []decoded
	if err := json.Unmarshal(readFile(t, "decoded.json"), &want); err != nil {
		t.Fatal(err)
	}
	moves, clicks, scrolls, inputs := 0, 0, 0, 0
	for _, p := range want {
		for _, e := range p.Pointer {
			if e.Event == eventMouseMove {
				moves++
			}
		}
		clicks, scrolls, inputs = clicks+len(p.Click), scrolls+len(p.Scroll), inputs+len(p.Input)
	}
	rec := decode(t, files(string(readFile(t, "payloads.jsonl"))))[0].Recording
	got := 0
	for _, in := range rec.Interactions {
		if in.Kind.String() == "click" {
			got++
		}
	}
	if len(rec.Pointers) != moves || got != clicks || len(rec.Scrolls) != scrolls || len(rec.Inputs) != inputs {
		t.Errorf("%d moves, %d clicks, %d scrolls, %d inputs; want %d, %d, %d, %d",
			len(rec.Pointers), got, len(rec.Scrolls), len(rec.Inputs), moves, clicks, scrolls, inputs)
	}
}

func TestAboutTheSession(t *testing.T) {
	rec := decode(t, files(string(readFile(t, "payloads.jsonl"))))[0].Recording
	// The recorder hands on the SHA-256 of what the page calls the visitor.
	if want := "f3fb9f1934a048faca0e2a161fcd7a6e7accb8d7ffbfe7df0d17743694b6a380"; rec.Visitor != want {
		t.Errorf("visitor %q, want %q", rec.Visitor, want)
	}
	if rec.Attributes["plan"] != "gold" || rec.Attributes["userHint"] != "a friend" || rec.Attributes["project"] != "scratch" {
		t.Errorf("attributes %v", rec.Attributes)
	}
	c := rec.Client
	if c.ScreenW != 800 || c.ScreenH != 600 || c.Language != "en-US" || c.OS != "Linux" || c.PixelRatio != 1 {
		t.Errorf("client %+v", c)
	}
	if len(rec.Views) != 2 || rec.Views[0].Title != "Garden shop" || rec.Views[1].Title != "Delivery" {
		t.Errorf("views %+v", rec.Views)
	}
	tags := map[string]string{}
	for _, c := range rec.Customs {
		tags[c.Tag] = c.Payload
	}
	if tags["arrived"] != `"door"` {
		t.Errorf("custom events %v", tags)
	}
}

// Payloads come one a line, in a list, in lists, or each in a file; twice; and
// in any order.
func TestAllShapesHoldTheSame(t *testing.T) {
	text := string(readFile(t, "payloads.jsonl"))
	lines := strings.Split(strings.TrimSpace(text), "\n")
	backwards := slices.Clone(lines)
	slices.Reverse(backwards)
	want := decode(t, files(text))[0].Recording
	for name, f := range map[string]format.Files{
		"a list":        files("[" + strings.Join(lines, ",") + "]"),
		"lists":         files("[[" + strings.Join(lines[:5], ",") + "],[" + strings.Join(lines[5:], ",\n") + "]]"),
		"backwards":     files(strings.Join(backwards, "\n")),
		"files":         files(lines...),
		"twice":         files(text, text),
		"a broken line": files(strings.Join(lines, "\n") + "\n{\"e\":[1,2"),
	} {
		t.Run(name, func(t *testing.T) {
			all := decode(t, f)
			if len(all) != 1 {
				t.Fatalf("%d sessions", len(all))
			}
			got := all[0].Recording
			if len(got.Changes) != len(want.Changes) || len(got.Interactions) != len(want.Interactions) || got.Duration != want.Duration || got.ID != want.ID {
				t.Errorf("%d changes, %d interactions in %v; want %d, %d in %v", len(got.Changes), len(got.Interactions), got.Duration,
					len(want.Changes), len(want.Interactions), want.Duration)
			}
		})
	}
}

func TestSessionsAreToldApart(t *testing.T) {
	text := string(readFile(t, "payloads.jsonl"))
	first, _, _ := strings.Cut(text, "\n")
	other := strings.Replace(first, `"pkyrzv"`, `"another"`, 1)
	if other == first {
		t.Fatal("the session's id is not in the payload")
	}
	all := decode(t, files(text, other))
	if len(all) != 2 || all[0].Recording.ID != "pkyrzv" || all[1].Recording.ID != "another" {
		t.Errorf("%d sessions", len(all))
	}
}

func TestRefusals(t *testing.T) {
	first, _, _ := strings.Cut(string(readFile(t, "payloads.jsonl")), "\n")
	for name, c := range map[string]struct {
		text  string
		class fault.Class
		says  string
	}{
		"version 0.5":     {strings.Replace(first, "0.8.70", "0.5.1", 1), fault.Unsupported, "0.5.1"},
		"version 1.0":     {strings.Replace(first, "0.8.70", "1.0.0", 1), fault.Unsupported, "1.0.0"},
		"mobile platform": {strings.Replace(first, `1,0,0,0,"http`, `1,0,0,1,"http`, 1), fault.Unsupported, "mobile"},
		"web view":        {`{"e":["0.8.70",1,0,1,"p","u","s",1,0,0,0,"x"],"a":[[1,100,2]]}`, fault.Unsupported, "mobile"},
		"no payload":      {`{"type":2}`, fault.Schema, "no payloads"},
		"nothing":         {``, fault.Schema, "no payloads"},
	} {
		_, err := tryDecode(t, files(c.text), format.DefaultLimits())
		if fault.Of(err) != c.class || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s that says %q", name, err, c.class, c.says)
		}
	}
}

func TestTakes(t *testing.T) {
	text := readFile(t, "payloads.jsonl")
	for _, c := range []struct {
		text string
		want bool
	}{
		{string(text), true}, {"[" + string(text[:3000]), true}, {` [[{"p":[],"e":["0.8.1",1,0,1,"p","u","s",1,0,0]}]]`, true},
		{`{"type":4,"data":{}}`, false}, {`[{"e":[1,2,3]}]`, false}, {`{"e":"x"}`, false}, {"", false},
	} {
		if got := (Decoder{}).Takes(format.Head{Bytes: []byte(c.text)}); got != c.want {
			t.Errorf("takes %.40q: %v", c.text, got)
		}
	}
}

func TestMaskedTexts(t *testing.T) {
	// Checked against clarity-decode 0.8.70.
	for in, want := range map[string]string{"5": "•••••", "6": "••••••", "7": "• •••••", "c": "•••••• •••••", "two words": "two words"} {
		if got := unmasked(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

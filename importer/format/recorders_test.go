package format_test

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/clarity"
	"hindsite.app/importer/format/openreplay"
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// truth is what the browser itself said while the recorder recorded.
type truth struct {
	Clicks []struct {
		At    int64   `json:"at"`
		X     float64 `json:"x"`
		Y     float64 `json:"y"`
		PageX float64 `json:"pageX"`
		PageY float64 `json:"pageY"`
		ID    string  `json:"id"`
		Frame bool    `json:"frame"`
	} `json:"clicks"`
	Moments  []moment `json:"moments"`
	Requests []struct {
		URL    string `json:"url"`
		Method string `json:"method"`
		Status int    `json:"status"`
		At     int64  `json:"at"`
	} `json:"requests"`
	Logs []struct{ Level, Text string } `json:"logs"`
}

// moment is the page at a moment at which nothing happened.
type moment struct {
	Name     string                `json:"name"`
	At       int64                 `json:"at"`
	URL      string                `json:"url"`
	Title    string                `json:"title"`
	Text     string                `json:"text"`
	Frame    string                `json:"frame"`
	Shadow   string                `json:"shadow"`
	List     []string              `json:"list"`
	Scroll   [2]float64            `json:"scroll"`
	Box      []float64             `json:"box"`
	Viewport [2]int                `json:"viewport"`
	Values   map[string]any        `json:"values"`
	Rects    map[string][4]float64 `json:"rects"`
}

// recorded is a real recording with what the browser said beside it.
type recorded struct {
	name    string
	decoder format.Decoder
	dir     string
	parts   []string
	side    []string

	recorder string
	masks    bool // it keeps no value of a field that holds text
	frames   bool // it records clicks in frames
}

var recordings = []recorded{
	{
		name: "OpenReplay 1", decoder: openreplay.Decoder{}, dir: "openreplay/testdata/v1",
		parts: []string{"dom.mobs", "dom.mobe", "devtools.mob"}, side: []string{"session.json"}, recorder: "OpenReplay",
	},
	{
		name: "OpenReplay 2", decoder: openreplay.Decoder{}, dir: "openreplay/testdata/v2",
		parts: []string{"dom.mobs", "dom.mobe", "devtools.mob"}, side: []string{"session.json"}, recorder: "OpenReplay",
	},
	{
		name: "Clarity", decoder: clarity.Decoder{}, dir: "clarity/testdata", parts: []string{"payloads.jsonl"}, recorder: "Clarity",
		masks: true, frames: true,
	},
}

func (r recorded) truth(t *testing.T) truth {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(filepath.FromSlash(r.dir), "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v truth
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (r recorded) files(names []string) (out []format.File) {
	for _, name := range names {
		path := filepath.Join(filepath.FromSlash(r.dir), name)
		out = append(out, format.File{Name: r.dir + "/" + name, Open: func(context.Context) (io.ReadCloser, error) { return os.Open(path) }})
	}
	return out
}

func (r recorded) decode(t *testing.T) *format.Session {
	t.Helper()
	var out *format.Session
	f := format.Files{Parts: r.files(r.parts), Side: r.files(r.side)}
	for raw, err := range r.decoder.Sessions(t.Context(), f, format.Hints{Name: r.dir}, format.DefaultLimits()) {
		if err != nil {
			t.Fatal(err)
		}
		if out != nil {
			t.Fatal("more than one session")
		}
		if out, err = raw.Session(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// documentAt replays the changes up to a wall time in milliseconds.
func documentAt(t *testing.T, rec *recording.Recording, ms int64) *dom.Document {
	t.Helper()
	d := dom.New()
	at := recording.Time(ms*1000 - rec.Start.UnixMicro())
	for _, c := range rec.Changes {
		if c.At > at {
			break
		}
		if n := d.Apply(c.Op); n > 0 {
			t.Errorf("at %v: %d parts of %T name what is not there", c.At, n, c.Op)
		}
	}
	return d
}

func byID(d *dom.Document, id string) *dom.Node {
	var found *dom.Node
	walk(d.Root(), func(n *dom.Node) {
		if v, ok := n.Attr("id"); ok && v == id && found == nil {
			found = n
		}
	})
	return found
}

func walk(n *dom.Node, visit func(*dom.Node)) {
	if n == nil {
		return
	}
	visit(n)
	for c := n.First; c != nil; c = c.Next {
		walk(c, visit)
	}
}

func folded(s string) string { return strings.Join(strings.Fields(s), " ") }

// shadowWords returns the text of the first heading in the shadow tree of n.
func shadowWords(n *dom.Node) (text string) {
	walk(n, func(n *dom.Node) {
		if n.Shadow && n.Is("b") {
			text = n.TextContent()
		}
	})
	return text
}

// words returns the text below n that a browser tells with innerText.
func words(n *dom.Node) string {
	var b strings.Builder
	var visit func(n *dom.Node)
	visit = func(n *dom.Node) {
		if n.Shadow || n.Is("style", "script", "head", "iframe", "textarea", "select") {
			return
		}
		if n.Type == recording.TextNode {
			b.WriteString(n.Text)
		}
		for c := n.First; c != nil; c = c.Next {
			visit(c)
		}
		if !n.Is("em", "b", "span", "a") {
			b.WriteString(" ")
		}
	}
	visit(n)
	return folded(b.String())
}

func TestRealRecordingHoldsWhatTheBrowserShowed(t *testing.T) {
	for _, r := range recordings {
		t.Run(r.name, func(t *testing.T) {
			want, s := r.truth(t), r.decode(t)
			if s.Recording.Recorder != r.recorder {
				t.Errorf("recorder %q, want %q", s.Recording.Recorder, r.recorder)
			}
			if len(s.Anomalies) != 0 {
				t.Errorf("anomalies %v, want none", s.Anomalies)
			}
			if got := s.Recording.Views; len(got) != 2 || got[0].Tab != 0 || got[1].Tab != 0 {
				t.Errorf("views %+v, want two in one tab", got)
			}
			for _, m := range want.Moments {
				d := documentAt(t, s.Recording, m.At)
				if got, text := words(d.Root()), withoutFields(m.Text); got != text {
					t.Errorf("%s: text\n%s, want\n%s", m.Name, got, text)
				}
				if card := byID(d, "card"); card != nil {
					if got := folded(shadowWords(card)); got != m.Shadow {
						t.Errorf("%s: shadow tree says %q, want %q", m.Name, got, m.Shadow)
					}
				}
				if w, h := d.Viewport(); w != m.Viewport[0] || h != m.Viewport[1] {
					t.Errorf("%s: viewport %d×%d, want %v", m.Name, w, h, m.Viewport)
				}
				if x, y := d.Scroll(); float64(x) != m.Scroll[0] || float64(y) != m.Scroll[1] {
					t.Errorf("%s: scroll %v,%v, want %v", m.Name, x, y, m.Scroll)
				}
				if v := s.Recording.Views[d.View()]; v.URL != m.URL || v.Title != m.Title {
					t.Errorf("%s: page %s %q, want %s %q", m.Name, v.URL, v.Title, m.URL, m.Title)
				}
				if m.Box == nil {
					continue
				}
				if box := byID(d, "box"); float64(box.ScrollY) != m.Box[1] {
					t.Errorf("%s: box scrolled to %v, want %v", m.Name, box.ScrollY, m.Box[1])
				}
				if got := words(byID(d, "frame").First); got != folded(m.Frame) {
					t.Errorf("%s: frame %q, want %q", m.Name, got, folded(m.Frame))
				}
				checkValues(t, r, m.Name, d, m.Values)
			}
		})
	}
}

// withoutFields takes out of the text of a browser what stands in fields.
func withoutFields(text string) string { return folded(strings.ReplaceAll(text, "Small\nLarge", "")) }

func checkValues(t *testing.T, r recorded, moment string, d *dom.Document, want map[string]any) {
	t.Helper()
	for id, v := range want {
		n := byID(d, id)
		if n == nil {
			t.Errorf("%s: no field %s", moment, id)
			continue
		}
		text, _ := n.Attr("value")
		_, checked := n.Attr("checked")
		if n.Value != nil {
			text, checked = n.Value.Text, n.Value.Checked
		}
		if s, ok := v.(string); ok && r.masks {
			if strings.Trim(text, "• ") != "" || text != "" && s == "" {
				t.Errorf("%s: field %s holds %q, want nothing but a mask", moment, id, text)
			}
			if s != "" && s != "s" && text == "" { // an option that was never changed is not recorded
				t.Errorf("%s: field %s holds nothing, want a mask", moment, id)
			}
			continue
		}
		if id == "secret" {
			v = "" // the recorder hides passwords
		}
		switch v := v.(type) {
		case string:
			if text != v {
				t.Errorf("%s: field %s holds %q, want %q", moment, id, text, v)
			}
		case bool:
			if checked != v {
				t.Errorf("%s: field %s checked %v, want %v", moment, id, checked, v)
			}
		}
	}
}

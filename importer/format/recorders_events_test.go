package format_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

func TestClicksStandWhereTheBrowserSawThem(t *testing.T) {
	for _, r := range recordings {
		t.Run(r.name, func(t *testing.T) {
			want, rec := r.truth(t), r.decode(t).Recording
			var clicks []recording.Interaction
			for _, in := range rec.Interactions {
				if in.Kind == recording.Click {
					clicks = append(clicks, in)
				}
			}
			for _, w := range want.Clicks {
				at := recording.Time(w.At*1000 - rec.Start.UnixMicro())
				i := slices.IndexFunc(clicks, func(in recording.Interaction) bool {
					return in.At-at < 150*recording.Millisecond && at-in.At < 150*recording.Millisecond
				})
				if w.Frame && !r.frames {
					continue // this recorder leaves clicks in frames out
				}
				if i < 0 {
					t.Errorf("no click on %s at %v", w.ID, at)
					continue
				}
				in := clicks[i]
				x, y := in.PageXY()
				if w.Frame {
					// The browser counts from the corner of the frame.
					at := slices.IndexFunc(want.Moments, func(m moment) bool { return m.At > w.At })
					m := want.Moments[at-1]
					w.X, w.Y = w.X+m.Rects["frame"][0], w.Y+m.Rects["frame"][1]
					w.PageX, w.PageY = w.X+m.Scroll[0], w.Y+m.Scroll[1]
				}
				if math.Abs(float64(in.X)-w.X) > 2 || math.Abs(float64(in.Y)-w.Y) > 2 ||
					math.Abs(float64(x)-w.PageX) > 2 || math.Abs(float64(y)-w.PageY) > 2 {
					t.Errorf("click on %s at %v,%v (page %v,%v), want %v,%v (%v,%v)", w.ID, in.X, in.Y, x, y, w.X, w.Y, w.PageX, w.PageY)
				}
				var node *dom.Node
				walk(documentAt(t, rec, w.At).Root(), func(n *dom.Node) {
					if n.ID == in.Node {
						node = n
					}
				})
				if node == nil {
					t.Errorf("click on %s names a node that is not there", w.ID)
				} else if id, _ := node.Attr("id"); id != w.ID {
					t.Errorf("click names element %q, want %q", id, w.ID)
				}
			}
			wanted := len(want.Clicks)
			if !r.frames {
				wanted-- // one of them
			}
			if len(clicks) != wanted {
				t.Errorf("%d clicks, want %d", len(clicks), wanted)
			}
		})
	}
}

func TestConsoleAndRequests(t *testing.T) {
	for _, r := range recordings {
		t.Run(r.name, func(t *testing.T) {
			want, rec := r.truth(t), r.decode(t).Recording
			levels := map[string]recording.LogLevel{"log": recording.LogInfo, "warn": recording.LogWarn, "error": recording.LogError}
			if len(rec.Logs) != len(want.Logs) {
				t.Fatalf("%d console lines, want %d", len(rec.Logs), len(want.Logs))
			}
			for i, w := range want.Logs {
				if got := rec.Logs[i]; got.Text != w.Text || got.Level != levels[w.Level] {
					t.Errorf("line %d: %v %q, want %s %q", i, got.Level, got.Text, w.Level, w.Text)
				}
			}
			for _, w := range want.Requests {
				if !strings.HasSuffix(w.URL, "/data.json") && !strings.HasSuffix(w.URL, "/missing") {
					continue
				}
				i := slices.IndexFunc(rec.Requests, func(r recording.Request) bool {
					return strings.HasSuffix(w.URL, r.URL) && r.Status == w.Status && r.Method == w.Method
				})
				if i < 0 {
					t.Errorf("no request %s %s %d in %+v", w.Method, w.URL, w.Status, rec.Requests)
				} else if v := rec.Requests[i].View; v != 0 {
					t.Errorf("request %s belongs to view %d, want the first", w.URL, v)
				}
			}
		})
	}
}

// The page inserts rules into the sheet of an empty style element, the second
// in front of the first, and adopts a sheet that it made.
func TestSheetsAreThoseOfThePage(t *testing.T) {
	for _, r := range recordings {
		t.Run(r.name, func(t *testing.T) {
			rec := r.decode(t).Recording
			for _, m := range r.truth(t).Moments {
				if m.Name != "sorted" {
					continue
				}
				d := documentAt(t, rec, m.At)
				css := folded(byID(d, "ruled").StyleText())
				list, more := strings.Index(css, "#list { list-style: square; }"), strings.Index(css, "#more { text-decoration: underline; }")
				if list != 0 || more < 0 {
					t.Errorf("rules of the style element: %q", css)
				}
				var adopted []string
				for _, s := range d.Adopted(d.Root().ID) {
					adopted = append(adopted, folded(s.Text()))
				}
				if !slices.Contains(adopted, "#status { letter-spacing: 2px; }") {
					t.Errorf("adopted sheets: %q", adopted)
				}
				if r.recorder != "OpenReplay" {
					continue // the other does not record sheets of links
				}
				var linked string
				walk(d.Root(), func(n *dom.Node) {
					if rel, _ := n.Attr("rel"); rel == "stylesheet" {
						linked += folded(n.StyleText())
					}
				})
				if !strings.Contains(linked, "max-width: 760px") || !strings.Contains(linked, ".filler { margin-top: 900px;") {
					t.Errorf("linked sheet: %q", linked)
				}
			}
		})
	}
}

// What goes into an archive is the same session when it comes out.
func TestPackedSessionsStayTheSame(t *testing.T) {
	for _, r := range recordings {
		t.Run(r.name, func(t *testing.T) {
			want := r.decode(t).Recording
			var text []byte
			f := format.Files{Parts: r.files(r.parts), Side: r.files(r.side)}
			for raw, err := range r.decoder.Sessions(t.Context(), f, format.Hints{Name: r.dir}, format.DefaultLimits()) {
				if err != nil {
					t.Fatal(err)
				}
				for e := range raw.Events() {
					text = append(append(text, e.Line...), '\n')
				}
			}
			packed := format.Files{Parts: []format.File{{Name: "s/1/1.jsonl", Open: func(context.Context) (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(text)), nil
			}}}}
			for raw, err := range (rrweb.Decoder{}).Sessions(t.Context(), packed, format.Hints{}, format.DefaultLimits()) {
				if err != nil {
					t.Fatal(err)
				}
				s, err := raw.Session(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				got := s.Recording
				if got.Recorder != r.recorder || got.Visitor != want.Visitor || !maps.Equal(got.Attributes, want.Attributes) || got.Client != want.Client {
					t.Errorf("recorder %q, visitor %q, attributes %v, client %+v; want %q, %q, %v, %+v", got.Recorder, got.Visitor, got.Attributes,
						got.Client, r.recorder, want.Visitor, want.Attributes, want.Client)
				}
				if !reflect.DeepEqual(got.Changes, want.Changes) || !reflect.DeepEqual(got.Interactions, want.Interactions) ||
					!reflect.DeepEqual(got.Views, want.Views) || len(s.Anomalies) > 0 {
					t.Errorf("what was packed comes out as another session; anomalies %v", s.Anomalies)
				}
			}
		})
	}
}

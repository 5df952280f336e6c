package rrweb_test

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
)

const day = 1_700_000_000_000 // a wall time in milliseconds

// The smallest recording: a page, its first picture, a click.
func metaAt(ms int) string {
	return fmt.Sprintf(`{"type":4,"data":{"href":"https://a.test/","width":800,"height":600},"timestamp":%d}`, day+ms)
}

func fullAt(ms int) string {
	return fmt.Sprintf(`{"type":2,"data":{"node":{"type":0,"id":1,"childNodes":[{"type":2,"id":2,"tagName":"html","attributes":{},"childNodes":[{"type":3,"id":3,"textContent":"x"}]}]},"initialOffset":{"left":0,"top":0}},"timestamp":%d}`, day+ms)
}

func clickAt(ms int) string {
	return fmt.Sprintf(`{"type":3,"data":{"source":2,"type":2,"id":2,"x":10,"y":20},"timestamp":%d}`, day+ms)
}

func loadAt(ms int) string { return fmt.Sprintf(`{"type":0,"data":{},"timestamp":%d}`, day+ms) }

func visit(from int) []string { return []string{metaAt(from), fullAt(from + 10), clickAt(from + 20)} }

func list(events ...string) string { return "[" + strings.Join(events, ",") + "]" }

// with adds members to every event.
func with(members string, events ...string) []string {
	out := make([]string, len(events))
	for i, e := range events {
		out[i] = "{" + members + "," + e[1:]
	}
	return out
}

// packed does what rrweb's packer does to an event.
func packed(event string) string {
	var b bytes.Buffer
	zw := zlib.NewWriter(&b)
	fmt.Fprint(zw, event[:len(event)-1]+`,"v":"v1"}`)
	zw.Close()
	runes := make([]rune, b.Len())
	for i, c := range b.Bytes() {
		runes[i] = rune(c)
	}
	quoted, err := json.Marshal(string(runes))
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

func each(events []string, f func(string) string) []string {
	out := make([]string, len(events))
	for i, e := range events {
		out[i] = f(e)
	}
	return out
}

func decode(t testing.TB, text string, l format.Limits) (sessions []*format.Session, refused []error) {
	t.Helper()
	for s, err := range (rrweb.Decoder{}).Decode(t.Context(), strings.NewReader(text), format.Hints{Name: "file.json"}, l) {
		if err != nil {
			refused = append(refused, err)
			continue
		}
		sessions = append(sessions, s)
	}
	return sessions, refused
}

func summary(s *format.Session) string {
	clicks := 0
	for _, in := range s.Recording.Interactions {
		if in.Kind == recording.Click {
			clicks++
		}
	}
	id := s.Recording.ID
	if strings.HasPrefix(id, "file-") {
		id = "file"
	}
	return fmt.Sprintf("%s events=%d clicks=%d views=%d tabs=%s", id, s.Events, clicks, len(s.Recording.Views), strings.Join(s.Recording.Tabs, "+"))
}

// Every container of the format survey, 1.13 and 2.5, with what must come out.
func TestContainers(t *testing.T) {
	events := list(visit(0)...)
	one := "file events=3 clicks=1 views=1 tabs="
	named := "s1 events=3 clicks=1 views=1 tabs="
	tabs := "file events=6 clicks=2 views=2 tabs=w1+w2"
	tuple := func(window string) func(string) string {
		return func(e string) string { return `["` + window + `",` + e + `]` }
	}
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"array":                         {events, []string{one}},
		"array, byte order mark":        {"\xef\xbb\xbf" + events, []string{one}},
		"array, one event a line":       {"[\n" + strings.Join(visit(0), ",\n") + "\n]\n", []string{one}},
		"events":                        {`{"events":` + events + `}`, []string{one}},
		"result":                        {`{"result":` + events + `}`, []string{one}},
		"result, snapshots":             {`{"result":{"snapshots":` + events + `}}`, []string{one}},
		"data, events":                  {`{"data":{"events":` + events + `}}`, []string{one}},
		"session, events":               {`{"session":{"id":"s1"},"events":` + events + `}`, []string{named}},
		"events, session":               {`{"events":` + events + `,"session":{"id":"s1"}}`, []string{named}},
		"session_guid":                  {`{"session_guid":"s1","rrweb_data":` + events + `,"metadata":{"plan":"free"}}`, []string{named}},
		"PostHog export":                {`{"version":"2023-04-28","data":{"id":"x","person":{},"snapshots":` + list(with(`"windowId":"w1"`, visit(0)...)...) + `}}`, []string{one + "w1"}},
		"snapshotsByWindowId":           {`{"version":"2022-12-02","data":{"snapshotsByWindowId":{"w1":` + events + `,"w2":` + list(visit(100)...) + `}}}`, []string{tabs}},
		"sessions by id":                {`{"a":` + events + `,"b":` + list(visit(7_200_000)...) + `}`, []string{"a" + one[4:], "b" + one[4:]}},
		"array of sessions":             {list(events, list(visit(7_200_000)...)), []string{one, one}},
		"array of sessions, backwards":  {list(list(visit(7_200_000)...), events), []string{one, one}},
		"array of segments":             {list(events, list(clickAt(500), clickAt(900))), []string{"file events=5 clicks=3 views=1 tabs="}},
		"segments, checkout in one":     {list(events, list(visit(500)...)), []string{"file events=6 clicks=2 views=1 tabs="}},
		"segments, seconds between":     {list(list(append(visit(0), `{"type":5,"data":{"tag":"breadcrumb","payload":{}},"timestamp":1700000000.4}`)...), list(visit(500)...)), []string{"file events=7 clicks=2 views=1 tabs="}},
		"segments, page load in one":    {list(events, list(append([]string{loadAt(490)}, visit(500)...)...)), []string{"file events=7 clicks=2 views=2 tabs="}},
		"NDJSON":                        {strings.Join(visit(0), "\n"), []string{one}},
		"NDJSON, CRLF and empty lines":  {strings.Join(visit(0), "\r\n\r\n") + "\r\n", []string{one}},
		"NDJSON, next line in a string": {strings.Join(append(visit(0), strings.Replace(metaAt(30), "a.test/", "a.test/\u0085\u2028", 1)), "\n"), []string{"file events=4 clicks=1 views=2 tabs="}},
		"JSONL of tuples":               {strings.Join(append(each(visit(0), tuple("w1")), each(visit(100), tuple("w2"))...), "\n"), []string{tabs}},
		"array of tuples":               {list(append(each(visit(0), tuple("w1")), each(visit(100), tuple("w2"))...)...), []string{tabs}},
		"JSONL of windows":              {`{"window_id":"w1","data":` + events + `}` + "\n" + `{"data":` + list(visit(100)...) + `,"window_id":"w2"}`, []string{tabs}},
		"two windows interleaved":       {strings.Join([]string{with(`"windowId":"w1"`, metaAt(0))[0], with(`"windowId":"w2"`, metaAt(1))[0], with(`"windowId":"w1"`, fullAt(2))[0], with(`"windowId":"w2"`, fullAt(3))[0], with(`"windowId":"w1"`, clickAt(4))[0], with(`"windowId":"w2"`, clickAt(5))[0]}, "\n"), []string{tabs}},
		"export default":                {"export default " + events, []string{one}},
		"export default;":               {"export default " + events + ";\n", []string{one}},
		"module.exports":                {"module.exports = " + events + ";", []string{one}},
		"packed, array":                 {list(each(visit(0), packed)...), []string{one}},
		"packed, lines":                 {strings.Join(each(visit(0), packed), "\n"), []string{one}},
		"packed and plain":              {list(metaAt(0), packed(fullAt(10)), clickAt(20)), []string{one}},
		"packed first, then plain":      {list(packed(metaAt(0)), fullAt(10), clickAt(20)), []string{one}},
		"plain string events":           {list(each(visit(0), func(e string) string { q, _ := json.Marshal(e); return string(q) })...), []string{one}},
		"one event":                     {metaAt(0), []string{"file events=1 clicks=0 views=1 tabs="}},
		"one tuple":                     {`["w1",` + metaAt(0) + `]`, []string{"file events=1 clicks=0 views=1 tabs=w1"}},
		"sessions a line":               {`{"session_id":"a","events":` + events + "}\n" + `{"session_id":"b","events":` + events + `}`, []string{"a" + one[4:], "b" + one[4:]}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, line := range []int{64 << 20, 700} { // whole in memory, and as a stream
				limits := format.DefaultLimits()
				limits.Line = line
				got, refused := decode(t, tc.text, limits)
				if line < 1000 && fault.Of(first(refused)) == fault.Limit {
					continue // values longer than this small limit
				}
				if len(refused) > 0 {
					t.Fatalf("refused: %v", refused)
				}
				var have []string
				for _, s := range got {
					have = append(have, summary(s))
					if n := s.Anomalies.Total(); n > 0 {
						t.Errorf("anomalies %v", s.Anomalies)
					}
				}
				if fmt.Sprint(have) != fmt.Sprint(tc.want) {
					t.Errorf("lines of %d:\ngot  %q\nwant %q", line, have, tc.want)
				}
			}
		})
	}
}

func first(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return errs[0]
}

func TestNoRecording(t *testing.T) {
	for name, tc := range map[string]struct {
		text, says string
		class      fault.Class
	}{
		"lone snapshot data": {`{"node":{"type":0,"id":1,"childNodes":[]},"initialOffset":{"left":0,"top":0}}`, "single full snapshot", fault.Schema},
		"empty list":         {"[]", "no recorded events", fault.Schema},
		"nothing":            {"", "", fault.Schema},
		"text":               {"hello", "", fault.Schema},
		"other JSON":         {`{"a":[{"b":1}]}`, "no recorded events", fault.Schema},
		"cut before any":     {`{"events":[{"type":4,"da`, "not JSON", fault.Schema},
	} {
		t.Run(name, func(t *testing.T) {
			got, refused := decode(t, tc.text, format.DefaultLimits())
			if len(got) != 0 || len(refused) != 1 || fault.Of(refused[0]) != tc.class || !strings.Contains(refused[0].Error(), tc.says) {
				t.Errorf("got %d sessions, %v", len(got), refused)
			}
		})
	}
}

// Attributes and the visitor come from what stands around the events.
func TestWhatContainersSay(t *testing.T) {
	got, refused := decode(t, `{"rrweb_data":`+list(visit(0)...)+`,"metadata":{"plan":"free","seats":3,"visitor":"v9","deep":{"x":1}},"session_guid":"s1"}`, format.DefaultLimits())
	if len(got) != 1 || len(refused) > 0 {
		t.Fatalf("%d sessions, %v", len(got), refused)
	}
	rec := got[0].Recording
	if rec.ID != "s1" || rec.Visitor != "v9" || fmt.Sprint(rec.Attributes) != "map[plan:free seats:3]" {
		t.Errorf("session %q, visitor %q, attributes %v", rec.ID, rec.Visitor, rec.Attributes)
	}
}

// What stands around the events is bounded.
func TestAttributesAreBounded(t *testing.T) {
	var members []string
	for i := range 300 {
		members = append(members, fmt.Sprintf(`"a%d":"%s"`, i, strings.Repeat("é", 4000)))
	}
	got, refused := decode(t, `{"metadata":{`+strings.Join(members, ",")+`},"events":`+list(append(visit(0), `{"type":5,"data":{"tag":"recording-meta","payload":{"more":1}},"timestamp":1700000000050}`)...)+`}`, format.DefaultLimits())
	if len(got) != 1 {
		t.Fatalf("%v", refused)
	}
	attributes := got[0].Recording.Attributes
	for name, value := range attributes {
		if len(value) > 4096 || !utf8.ValidString(value) {
			t.Errorf("%s has %d bytes", name, len(value))
		}
	}
	if len(attributes) != 200 {
		t.Errorf("%d attributes", len(attributes))
	}
}

// A recording can name a window with every event.
func TestWindowsAreBounded(t *testing.T) {
	var events []string
	for i := range 3000 {
		events = append(events, with(fmt.Sprintf(`"windowId":"w%d"`, i), clickAt(i))[0])
	}
	got, refused := decode(t, list(events...), format.DefaultLimits())
	if len(got) != 1 {
		t.Fatalf("%v", refused)
	}
	if tabs, bad := len(got[0].Recording.Tabs), got[0].Anomalies[format.BadEvent]; tabs != 1000 || bad != 2000 {
		t.Errorf("%d windows, %d events left out", tabs, bad)
	}
}

// Sentry writes custom events with seconds.
func TestSecondsAmongMilliseconds(t *testing.T) {
	text := list(append(visit(0), fmt.Sprintf(`{"type":5,"data":{"tag":"breadcrumb","payload":{}},"timestamp":%d.5}`, day/1000))...)
	got, _ := decode(t, text, format.DefaultLimits())
	if len(got) != 1 || len(got[0].Recording.Customs) != 1 || got[0].Recording.Customs[0].At != 500*recording.Millisecond {
		t.Fatalf("%+v", got)
	}
}

// A pointer's positions lie before the event that carries them, and each is on
// the page where the window was scrolled to at its own time.
func TestPositionsAcrossAScroll(t *testing.T) {
	text := list(append(visit(0),
		fmt.Sprintf(`{"type":3,"data":{"source":3,"id":1,"x":0,"y":300},"timestamp":%d}`, day+1000),
		fmt.Sprintf(`{"type":3,"data":{"source":1,"positions":[{"x":5,"y":7,"id":2,"timeOffset":-400},{"x":6,"y":8,"id":2,"timeOffset":-100}]},"timestamp":%d}`, day+1200))...)
	got, _ := decode(t, text, format.DefaultLimits())
	if len(got) != 1 || len(got[0].Recording.Pointers) != 2 {
		t.Fatalf("%+v", got)
	}
	want := []struct {
		at recording.Time
		y  float32
	}{{800 * recording.Millisecond, 7}, {1100 * recording.Millisecond, 308}}
	for i, p := range got[0].Recording.Pointers {
		if _, y := p.PageXY(); p.At != want[i].at || y != want[i].y {
			t.Errorf("position %d at %v on y %v, want %v and %v", i, p.At, y, want[i].at, want[i].y)
		}
	}
}

func TestViews(t *testing.T) {
	for name, tc := range map[string]struct {
		events []string
		views  int
	}{
		"checkout":              {append(visit(0), visit(1000)...), 1},
		"reload":                {append(append(visit(0), loadAt(990)), visit(1000)...), 2},
		"reload, load at last":  {append(append(visit(0), `{"type":1,"data":{},"timestamp":1700000000990}`), visit(1000)...), 2},
		"other address":         {append(visit(0), each(visit(1000), func(e string) string { return strings.Replace(e, "a.test/", "a.test/b", 1) })...), 2},
		"load behind the first": {append([]string{metaAt(0), fullAt(10)}, `{"type":0,"data":{},"timestamp":1700000000020}`, `{"type":1,"data":{},"timestamp":1700000000030}`, clickAt(50)), 1},
	} {
		t.Run(name, func(t *testing.T) {
			got, refused := decode(t, list(tc.events...), format.DefaultLimits())
			if len(got) != 1 {
				t.Fatalf("%d sessions, %v", len(got), refused)
			}
			if n := len(got[0].Recording.Views); n != tc.views {
				t.Errorf("%d views, want %d: %+v", n, tc.views, got[0].Recording.Views)
			}
		})
	}
}

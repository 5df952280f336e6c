package rrweb_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/dom"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
)

func changeAt(ms int, data string) string {
	return fmt.Sprintf(`{"type":3,"data":%s,"timestamp":%d}`, data, day+ms)
}

// One event that is not what it claims to be is counted; all others are there.
func TestBadEventIsLeftOut(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	objects := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	node := func(n int) string {
		return strings.Repeat(`{"type":2,"id":9,"tagName":"p","attributes":{},"childNodes":[`, n) + strings.Repeat("]}", n)
	}
	for name, tc := range map[string]struct {
		event string
		odd   format.Anomaly
	}{
		"60 nested arrays":             {changeAt(15, deep(5000)), format.BadEvent},
		"60 nested objects":            {changeAt(15, objects(5000)), format.BadEvent},
		"60 nested nodes":              {changeAt(15, `{"source":0,"adds":[{"parentId":2,"nextId":null,"node":`+node(600)+`}]}`), format.BadEvent},
		"60 nested in a packed one":    {packed(changeAt(15, deep(5000))), format.BadEvent},
		"61 type twice":                {`{"type":3,"type":4,"data":{"source":3,"id":1,"x":0,"y":9},"timestamp":1700000000015}`, format.BadEvent},
		"61 escaped name":              {`{"type":3,"\u0074ype":4,"data":{"source":3,"id":1,"x":0,"y":9},"timestamp":1700000000015}`, format.BadEvent},
		"61 source twice, data first":  {`{"data":{"source":3,"source":1,"id":1,"x":0,"y":9},"type":3,"timestamp":1700000000015}`, format.BadEvent},
		"61 name twice in a node":      {changeAt(15, `{"source":0,"adds":[{"parentId":2,"nextId":null,"node":{"type":2,"id":9,"id":8,"tagName":"p"}}]}`), format.BadEvent},
		"62 id 2^53+1":                 {changeAt(15, `{"source":3,"id":9007199254740993,"x":0,"y":9}`), format.BadEvent},
		"62 id 1e309":                  {changeAt(15, `{"source":3,"id":1e309,"x":0,"y":9}`), format.BadEvent},
		"62 id 1.5":                    {changeAt(15, `{"source":3,"id":1.5,"x":0,"y":9}`), format.BadEvent},
		"62 id in quotes":              {changeAt(15, `{"source":3,"id":"7","x":0,"y":9}`), format.BadEvent},
		"62 id -7":                     {changeAt(15, `{"source":3,"id":-7,"x":0,"y":9}`), format.BadEvent},
		"62 document -1":               {strings.Replace(fullAt(15), `"type":0,"id":1`, `"type":0,"id":-1`, 1), format.BadEvent},
		"62 node added as -1":          {changeAt(15, `{"source":0,"adds":[{"parentId":2,"nextId":null,"node":{"type":3,"id":-1,"textContent":"x"}}]}`), format.UnknownNode},
		"coordinate 1e309":             {changeAt(15, `{"source":3,"id":1,"x":0,"y":1e309}`), format.BadEvent},
		"coordinate in quotes":         {changeAt(15, `{"source":3,"id":1,"x":0,"y":"9"}`), format.BadEvent},
		"type in quotes":               {`{"type":"3","data":{},"timestamp":1700000000015}`, format.BadEvent},
		"type -1":                      {`{"type":-1,"data":{},"timestamp":1700000000015}`, format.BadEvent},
		"type 1.5":                     {`{"type":1.5,"data":{},"timestamp":1700000000015}`, format.BadEvent},
		"type 99":                      {`{"type":99,"data":{},"timestamp":1700000000015}`, format.UnknownEvent},
		"type in capitals":             {`{"Type":3,"data":{},"timestamp":1700000000015}`, format.BadEvent},
		"no type":                      {`{"data":{"source":3,"id":1,"x":0,"y":9},"timestamp":1700000000015}`, format.BadEvent},
		"no data":                      {`{"type":3,"timestamp":1700000000015}`, format.BadEvent},
		"data of the wrong kind":       {changeAt(15, `7`), format.BadEvent},
		"source unknown":               {changeAt(15, `{"source":44}`), format.UnknownEvent},
		"source in quotes":             {changeAt(15, `{"source":"3","id":1}`), format.BadEvent},
		"snapshot without a node":      {`{"type":2,"data":{"node":null},"timestamp":1700000000015}`, format.BadEvent},
		"positions of the wrong kind":  {changeAt(15, `{"source":1,"positions":{"x":1}}`), format.BadEvent},
		"rule path too deep":           {changeAt(15, `{"source":8,"id":2,"removes":[{"index":[`+strings.Repeat("0,", 99)+`0]}]}`), format.BadEvent},
		"packed, but not by a packer":  {`"x\u009c\u0001"`, format.BadEvent},
		"packed, characters no bytes":  {`"x\u4e00"`, format.BadEvent},
		"gzip that is none":            {`{"type":2,"data":"\u001f\u008bxx","timestamp":1700000000015}`, format.BadEvent},
		"number where an event belong": {`17`, format.BadEvent},
		"time missing":                 {`{"type":3,"data":{"source":3,"id":1,"x":0,"y":9}}`, format.BadTime},
		"63 time 0":                    {`{"type":3,"data":{"source":3,"id":1,"x":0,"y":9},"timestamp":0}`, format.BadTime},
		"63 time 9e15":                 {`{"type":3,"data":{"source":3,"id":1,"x":0,"y":9},"timestamp":9e15}`, format.BadTime},
		"63 time -1":                   {`{"type":3,"data":{"source":3,"id":1,"x":0,"y":9},"timestamp":-1}`, format.BadTime},
		"63 time in quotes":            {`{"type":3,"data":{"source":3,"id":1,"x":0,"y":9},"timestamp":"x"}`, format.BadTime},
		"63 a day backwards":           {changeAt(-86_400_000, `{"source":3,"id":1,"x":0,"y":9}`), format.OutOfOrder},
	} {
		t.Run(name, func(t *testing.T) {
			for container, text := range map[string]string{
				"array":  list(metaAt(0), fullAt(10), tc.event, clickAt(20), clickAt(30)),
				"lines":  strings.Join([]string{metaAt(0), fullAt(10), tc.event, clickAt(20), clickAt(30)}, "\n"),
				"object": `{"events":` + list(metaAt(0), fullAt(10), tc.event, clickAt(20), clickAt(30)) + `}`,
			} {
				got, refused := decode(t, text, format.DefaultLimits())
				if len(got) != 1 || len(refused) > 0 {
					t.Fatalf("%s: %d sessions, %v", container, len(got), refused)
				}
				rec := got[0].Recording
				if len(rec.Views) != 1 || len(rec.Interactions) != 2 || snapshots(rec) < 1 {
					t.Errorf("%s: other events are missing: %d views, %d clicks", container, len(rec.Views), len(rec.Interactions))
				}
				if n := got[0].Anomalies[tc.odd]; n < 1 {
					t.Errorf("%s: anomalies are %v, want %s", container, got[0].Anomalies, tc.odd)
				}
				checkTimes(t, rec)
			}
		})
	}
}

func snapshots(rec *recording.Recording) (n int) {
	for _, c := range rec.Changes {
		if _, ok := c.Op.(recording.Snapshot); ok {
			n++
		}
	}
	return n
}

// checkTimes fails when anything lies outside the session or out of order.
func checkTimes(t testing.TB, rec *recording.Recording) {
	t.Helper()
	last := recording.Time(0)
	see := func(at recording.Time) {
		if at < last || at > rec.Duration {
			t.Errorf("time %d is not within %d and %d", at, last, rec.Duration)
		}
		last = at
	}
	for _, c := range rec.Changes {
		see(c.At)
	}
	last = 0
	for _, p := range rec.Pointers {
		see(p.At)
	}
	last = 0
	for _, in := range rec.Interactions {
		see(in.At)
	}
	last = 0
	for _, v := range rec.Views {
		see(v.Start)
		if v.End < v.Start || v.End > rec.Duration {
			t.Errorf("view from %d to %d", v.Start, v.End)
		}
	}
}

// Files of which nothing can be used are refused with their class.
func TestHostileFiles(t *testing.T) {
	small := format.Limits{Line: 1 << 20, Session: 2 << 20, Events: 50, Depth: 1000, String: 1 << 18}
	for name, tc := range map[string]struct {
		text  string
		class fault.Class
	}{
		"60 five million arrays":   {strings.Repeat("[", 5_000_000), fault.Limit},
		"60 three million objects": {strings.Repeat(`{"a":`, 3_000_000), fault.Limit},
		"60 only one, too deep":    {list(changeAt(0, strings.Repeat("[", 2000)+strings.Repeat("]", 2000))), fault.Limit},
		"61 only one, twice":       {list(`{"type":4,"type":4,"data":{},"timestamp":1}`), fault.Schema},
		"events":                   {list(many(51)...), fault.Limit},
		"bytes of the session":     {strings.Join(fat(20, 200_000), "\n"), fault.Limit},
		"string":                   {list(fat(1, 300_000)...), fault.Limit},
		"line":                     {metaAt(0) + "\n" + fat(1, 2_000_000)[0], fault.Limit},
		"element":                  {list(fat(1, 2_000_000)...), fault.Limit},
		"member":                   {`{"events":` + list(fat(1, 2_000_000)...) + `}`, fault.Limit},
		"packed":                   {list(each(fat(1, 2_000_000), packed)...), fault.Limit},
	} {
		t.Run(name, func(t *testing.T) {
			got, refused := decode(t, tc.text, small)
			if len(got) != 0 || len(refused) != 1 || fault.Of(refused[0]) != tc.class {
				t.Errorf("%d sessions, %v; want %s", len(got), refused, tc.class)
			}
		})
	}
}

func many(n int) []string {
	events := make([]string, n)
	for i := range events {
		events[i] = clickAt(i)
	}
	return events
}

func fat(n, size int) []string {
	events := make([]string, n)
	for i := range events {
		events[i] = fmt.Sprintf(`{"type":5,"data":{"tag":"t","payload":"%s"},"timestamp":%d}`, strings.Repeat("a", size), day+i)
	}
	return events
}

// endless yields head and then one character for ever, up to size bytes.
type endless struct {
	head string
	fill byte
	size int
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.head)
	if e.head = e.head[n:]; n == 0 {
		if e.read >= e.size {
			return 0, io.EOF
		}
		for n = range p {
			p[n] = e.fill
		}
		n++
	}
	e.read += n
	return n, nil
}

// A line of 500 MB is refused before it is held.
func TestEndlessLine(t *testing.T) {
	for name, head := range map[string]string{
		"65 event":             `{"type":5,"timestamp":1,"data":{"tag":"`,
		"65 event in an array": `[{"type":5,"timestamp":1,"data":{"tag":"`,
		"65 event in a member": `{"events":[{"type":5,"timestamp":1,"data":{"tag":"`,
		"65 second line":       metaAt(0) + "\n" + `{"type":5,"timestamp":1,"data":{"tag":"`,
		"65 string":            `["`,
		"65 spaces":            `[` + strings.Repeat(" ", 100),
	} {
		t.Run(name, func(t *testing.T) {
			limits := format.DefaultLimits()
			limits.Line = 8 << 20
			r := &endless{head: head, fill: 'a', size: 500 << 20}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var refused error
			for _, err := range (rrweb.Decoder{}).Decode(t.Context(), r, format.Hints{Name: "x"}, limits) {
				refused = err
			}
			runtime.ReadMemStats(&after)
			if c := fault.Of(refused); c != fault.Limit && !(name == "65 spaces" && c == fault.Schema) {
				t.Errorf("got %v", refused)
			}
			if r.read > 64<<20 && fault.Of(refused) == fault.Limit {
				t.Errorf("read %d bytes of it", r.read)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 200<<20 {
				t.Errorf("allocated %d MiB", grown>>20)
			}
		})
	}
}

// Text that is no text is kept, with U+FFFD for what it could not be.
func TestBrokenText(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"66 lone surrogate": {`a\ud800b`, "a\ufffdb"},
		"66 invalid UTF-8":  {"a\xffb", "a\ufffdb"},
		"66 NUL":            {`a\u0000b`, "a\ufffdb"},
		"66 byte order":     {"a\ufeffb", "a\ufeffb"},
		"66 U+0085":         {"a\u0085b", "a\u0085b"},
	} {
		t.Run(name, func(t *testing.T) {
			text := list(metaAt(0), strings.Replace(fullAt(10), `"textContent":"x"`, `"textContent":"`+tc.in+`"`, 1),
				changeAt(20, `{"source":0,"texts":[{"id":3,"value":"`+tc.in+`"}],"attributes":[{"id":2,"attributes":{"title":"`+tc.in+`"}}]}`))
			got, refused := decode(t, "\ufeff"+text, format.DefaultLimits())
			if len(got) != 1 {
				t.Fatalf("%v", refused)
			}
			var seen []string
			for _, c := range got[0].Recording.Changes {
				switch op := c.Op.(type) {
				case recording.Snapshot:
					seen = append(seen, op.Root.Children[0].Children[0].Text)
				case recording.Mutation:
					seen = append(seen, op.Texts[0].Text, op.Attributes[0].Set[0].Value)
				}
			}
			if fmt.Sprintf("%q", seen) != fmt.Sprintf("%q", []string{tc.want, tc.want, tc.want}) {
				t.Errorf("got %q, want %q", seen, tc.want)
			}
		})
	}
}

// Trees that cannot be are played without hanging.
func TestImpossibleTrees(t *testing.T) {
	var flat, chain, reversed strings.Builder
	for i := range 300_000 {
		fmt.Fprintf(&flat, `,{"type":3,"id":%d,"textContent":""}`, i+10)
	}
	for i := range 60_000 {
		fmt.Fprintf(&reversed, `,{"parentId":2,"nextId":%d,"node":{"type":3,"id":%d,"textContent":""}}`, i+11, i+10)
	}
	for i := range 20_000 {
		fmt.Fprintf(&chain, `,{"parentId":%d,"nextId":null,"node":{"type":2,"id":%d,"tagName":"i"}}`, i+9, i+10)
	}
	for name, event := range map[string]string{
		"64 added to itself":         changeAt(15, `{"source":0,"adds":[{"parentId":2,"nextId":null,"node":{"type":2,"id":2,"tagName":"p"}}]}`),
		"64 holds its parent":        changeAt(15, `{"source":0,"adds":[{"parentId":3,"nextId":null,"node":{"type":2,"id":9,"tagName":"p","childNodes":[{"type":2,"id":2,"tagName":"p"}]}}]}`),
		"64 two hold each other":     changeAt(15, `{"source":0,"adds":[{"parentId":8,"nextId":null,"node":{"type":2,"id":9,"tagName":"p"}},{"parentId":9,"nextId":null,"node":{"type":2,"id":8,"tagName":"p"}}]}`),
		"64 children without number": changeAt(15, `{"source":0,"adds":[{"parentId":2,"nextId":null,"node":{"type":2,"id":9,"tagName":"p","childNodes":[`+flat.String()[1:]+`]}}]}`),
		"64 added back to front":     changeAt(15, `{"source":0,"adds":[`+reversed.String()[1:]+`]}`),
		"64 chain of additions":      changeAt(15, `{"source":0,"adds":[{"parentId":2,"nextId":null,"node":{"type":2,"id":9,"tagName":"p"}}`+chain.String()+`]}`),
		"64 one id in one tree":      changeAt(15, `{"source":0,"adds":[{"parentId":2,"nextId":null,"node":{"type":2,"id":9,"tagName":"p","childNodes":[{"type":2,"id":9,"tagName":"p"}]}}]}`),
		"64 snapshot of one id":      strings.Replace(fullAt(15), `"id":2`, `"id":1`, 1),
		"64 hundred thousand CSS":    changeAt(15, `{"source":0,"attributes":[{"id":2,"attributes":{"style":{`+declarations(100_000)+`}}}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			got, refused := decode(t, list(metaAt(0), fullAt(10), event, clickAt(20)), format.DefaultLimits())
			if len(got) != 1 {
				t.Fatalf("%v", refused)
			}
			d := dom.New()
			for _, c := range got[0].Recording.Changes {
				d.Apply(c.Op)
			}
			nodes := 0
			for n := d.Root(); n != nil; n = following(n) {
				if nodes++; nodes > 1_100_000 {
					t.Fatal("the tree has no end")
				}
			}
		})
	}
}

func declarations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"--p%d":"1"`, i)
	}
	return b.String()[1:]
}

// following returns the node after n in document order.
func following(n *dom.Node) *dom.Node {
	if n.First != nil {
		return n.First
	}
	for ; n != nil; n = n.Parent {
		if n.Next != nil {
			return n.Next
		}
	}
	return nil
}

// A reader that fails ends the session with what the reader says.
func TestReaderFails(t *testing.T) {
	tampered := fault.New(fault.Tampered, "open chunk: wrong tag")
	for name, text := range map[string]string{
		"lines":    strings.Join(visit(0), "\n") + "\n",
		"array":    list(visit(0)...),
		"one line": metaAt(0),
		"document": "[\n" + strings.Join(visit(0), ",\n") + "\n]\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := io.MultiReader(strings.NewReader(text), failing{tampered})
			for s, err := range (rrweb.Decoder{}).Decode(t.Context(), r, format.Hints{Name: "x"}, format.DefaultLimits()) {
				if s != nil || !errors.Is(err, tampered) {
					t.Errorf("got %v, %v", s, err)
				}
			}
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

package openreplay

import (
	"bytes"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/player/dom"
	"hindsite.app/player/fault"
)

// writer writes messages with sizes, as a tracker would.
type writer struct{ b []byte }

func newWriter() *writer {
	w := &writer{b: header(0xfe)}
	return w.put(timestamp, uint64(1_790_000_000_000))
}

func (w *writer) put(k kind, values ...any) *writer {
	var body []byte
	for i, v := range values {
		switch v := v.(type) {
		case string:
			body = append(binary.AppendUvarint(body, uint64(len(v))), v...)
		case uint64:
			body = binary.AppendUvarint(body, v)
		case int:
			if shapes[k][i] == 'i' {
				body = binary.AppendVarint(body, int64(v))
			} else {
				body = binary.AppendUvarint(body, uint64(v))
			}
		case bool:
			b := byte(0)
			if v {
				b = 1
			}
			body = append(body, b)
		}
	}
	w.b = append(binary.AppendUvarint(w.b, uint64(k)), byte(len(body)), byte(len(body)>>8), byte(len(body)>>16))
	w.b = append(w.b, body...)
	return w
}

func (w *writer) parts() []part { return []part{{"dom.mobs", w.b}} }

// page begins a document with a body, node 1.
func (w *writer) page() *writer {
	return w.put(pageLocation, "https://site.example/a", "", 1, "A").put(viewportSize, 800, 600).put(createDocument).
		put(createElement, 1, 0, 0, "BODY", false)
}

func (w *writer) at(ms int) *writer { return w.put(timestamp, 1_790_000_000_000+ms) }

func TestHostileDocuments(t *testing.T) {
	deep := newWriter().page()
	for i := 2; i < 3000; i++ {
		deep.put(createElement, i, i-1, 0, "DIV", false)
	}
	cycle := newWriter().page().put(createElement, 2, 1, 0, "DIV", false).put(createElement, 3, 2, 0, "DIV", false).
		at(10).put(moveNode, 2, 3, 0).put(moveNode, 1, 1, 0).put(moveNode, 0, 2, 0)
	strange := newWriter().page().
		put(createElement, 0, 0, 0, "HTML", false).put(removeNode, 0).put(removeNode, 99).put(setAttribute, 99, "a", "b").
		put(setNodeData, 1, "an element has no text").put(createText, 5, 1, 1<<40).put(createElement, 6, 5, 0, "B", false).
		put(createFrame, 5, 7).put(createFrame, 1, 8).put(createFrame, 1, 9).put(nodeSlot, 5, 6).put(sheetAddOwner, 1, 77).
		put(sheetInsert, 3, "p{}", 0).put(sheetRemoveOwner, 1, 0).put(attributeGlobal, 1, 5, 6).put(attributeKeyed, 1, "x", "y").
		put(attributeLocal, 1, 5, 6).put(animationResult, 1, "{broken").put(inputValue, 5, "x", -1).put(inputValue, 1, "x", 1<<40).
		put(viewportSize, 1<<50, 1).put(viewportScroll, -1<<50, 1).put(nodeScroll, 99, 1, 1).put(mouseClick, 99, 0, "", "", 0, 0).
		put(nodeFocus, 99).put(tabData, "other").put(createElement, 1, 0, 0, "P", false).put(customEvent, "x", `{"a":1,"a":2}`)
	doubled := newWriter().page().put(setAttribute, 1, "value", "a").put(inputValue, 1, "b", 0).put(inputChecked, 1, true).
		put(setAttribute, 1, "checked", "").at(10).put(createElement, 2, 1, 0, "P", false).put(setAttribute, 2, "x", "1").put(setAttribute, 2, "x", "2")
	for name, c := range map[string]struct {
		w    *writer
		want format.Anomalies
	}{
		"deep":    {deep, format.Anomalies{format.UnknownNode: 2}},
		"cycle":   {cycle, format.Anomalies{format.UnknownNode: 3}},
		"strange": {strange, format.Anomalies{format.BadEvent: 6, format.DuplicateEvent: 1, format.NoSnapshot: 1, format.UnknownNode: 10, format.Unplaced: 1}},
		"doubled": {doubled, format.Anomalies{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := decode(t, c.w.parts())
			if !maps.Equal(s.Anomalies, c.want) {
				t.Errorf("anomalies %v, want %v", s.Anomalies, c.want)
			}
			d := dom.New()
			for _, change := range s.Recording.Changes {
				if n := d.Apply(change.Op); n > 0 && name != "deep" {
					t.Errorf("%T: %d parts name what is not there", change.Op, n)
				}
			}
			if d.Root() == nil {
				t.Error("no document")
			}
		})
	}
}

func TestLimits(t *testing.T) {
	many := newWriter().page()
	for i := range 300 {
		many.at(i+1).put(mouseMove, i, i)
	}
	few := format.DefaultLimits()
	few.Events = 100
	small := format.DefaultLimits()
	small.Session = 2000
	short := format.DefaultLimits()
	short.String = 40
	for name, c := range map[string]struct {
		w    *writer
		l    format.Limits
		want fault.Class
	}{
		"messages": {many, few, fault.Limit},
		"bytes":    {many, small, fault.Limit},
	} {
		if _, err := tryDecode(t, c.w.parts(), c.l); fault.Of(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	long, err := tryDecode(t, newWriter().page().put(setAttribute, 1, "title", "a text that is longer than the forty bytes that are allowed here").parts(), short)
	if err != nil || long.Anomalies[format.BadEvent] == 0 {
		t.Errorf("a long text: %v, %v; want it left out and counted", err, long)
	}
}

// Whatever happens to the bytes, the decoder ends, and what it hands on can be
// decoded and replayed.
func FuzzTranslate(f *testing.F) {
	for _, name := range []string{"v1/dom.mobs", "v1/dom.mobe", "v2/dom.mobs", "v2/dom.mobe", "v2/devtools.mob", "v2/analytics.batches"} {
		data := readFile(f, name)
		f.Add(data[:min(len(data), 6000)])
	}
	f.Add(newWriter().page().b)
	f.Fuzz(func(t *testing.T, data []byte) { tryAll(t, data) })
}

func tryAll(t *testing.T, data []byte) {
	l := format.DefaultLimits()
	l.Session, l.Events = 16<<20, 50_000
	s, err := tryDecode(t, []part{{"dom.mobs", data}}, l)
	if err != nil {
		if fault.Of(err) == "" {
			t.Fatalf("error without a class: %v", err)
		}
		return
	}
	if n := s.Anomalies[format.BadJSON]; n > 0 {
		t.Fatalf("%d lines handed on are no JSON", n)
	}
	d := dom.New()
	for _, c := range s.Recording.Changes {
		d.Apply(c.Op)
	}
}

func TestFlippedAndCutFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"v1/dom.mobs", "v2/dom.mobs", "v2/devtools.mob"} {
		whole := readFile(t, name)
		for range 50 {
			flipped := bytes.Clone(whole)
			for range 1 + r.IntN(8) {
				flipped[r.IntN(len(flipped))] ^= 1 << r.IntN(8)
			}
			tryAll(t, flipped)
			tryAll(t, whole[:r.IntN(len(whole))])
		}
	}
}

package track

import (
	"reflect"
	"runtime"
	"testing"

	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// everyOp is one change of each kind, with every field set.
func everyOp() []recording.Op {
	text := "a { top: 0 }"
	tree := &recording.Node{ID: 1, Type: recording.DocumentNode, Quirks: true, Children: []*recording.Node{
		{ID: 2, Type: recording.ElementNode, Tag: "html", SVG: true, ShadowHost: true, Attrs: []recording.Attr{{Name: "class", Value: "a"}}, Children: []*recording.Node{
			{ID: 3, Type: recording.TextNode, Text: "words", Shadow: true},
		}},
	}}
	return []recording.Op{
		recording.SetViewport{Width: 800, Height: 600},
		recording.Navigate{View: 1},
		recording.Snapshot{Root: tree, ScrollX: 1.5, ScrollY: -2},
		recording.Mutation{
			Removals:   []recording.Removal{{Parent: 2, Node: 3}},
			Additions:  []recording.Addition{{Parent: 2, Next: recording.UnknownNode, Previous: 9, Node: &recording.Node{ID: 7, Type: recording.CommentNode, Text: "c"}}},
			Texts:      []recording.TextChange{{Node: 3, Text: "words"}},
			Attributes: []recording.AttributeChange{{Node: 2, Set: []recording.Attr{{Name: "class", Value: "b"}}, Removed: []string{"id"}, Style: []recording.StyleChange{{Property: "top", Value: "1px", Important: true}, {Property: "left", Remove: true}}}},
		},
		recording.SheetRules{Node: 2, Deletes: [][]int{{1}, {2, 3}}, Inserts: []recording.RuleInsert{{Rule: text, Path: []int{0}}, {Rule: "b {}"}}, Replace: &text},
		recording.SheetDeclaration{Sheet: 4, Path: []int{1}, Style: recording.StyleChange{Property: "top", Value: "0"}},
		recording.AdoptSheets{Host: 1, New: []recording.NewSheet{{ID: 4, Rules: []string{text}}}, Sheets: []recording.SheetID{4}},
		recording.SetScroll{Node: 2, X: 3, Y: 4},
		recording.SetInput{Node: 2, Text: "x", Checked: true, ByUser: true},
		recording.SetFocus{Node: 2},
		recording.SetMedia{Node: 2, Playing: true, Seconds: 1.25},
		recording.AddFont{Family: "F", Source: "data:,", Descriptors: "{}"},
	}
}

func sampleChunk() Chunk {
	c := Chunk{Start: 5, Keyframe: everyOp()}
	for i, op := range everyOp() {
		c.Changes = append(c.Changes, recording.Change{At: recording.Time(5 + i*i), Tab: 1, Op: op})
	}
	return c
}

func place() recording.Place {
	return recording.Place{View: -1, Node: recording.UnknownNode, X: 1.5, Y: -2, ScrollX: 3, ScrollY: 4, Framed: true}
}

// codec is one pair of functions, as a round trip from bytes to bytes.
type codec struct {
	name   string
	sample []byte
	again  func([]byte) ([]byte, any, error)
}

func pair[T any](name string, sample T, encode func(T) []byte, decode func([]byte) (T, error)) codec {
	return codec{name, encode(sample), func(b []byte) ([]byte, any, error) {
		v, err := decode(b)
		if err != nil {
			return nil, nil, err
		}
		return encode(v), v, nil
	}}
}

func codecs() []codec {
	return []codec{
		pair("head", Head{Tabs: []string{"", "w"}, Views: []recording.View{{Tab: 1, Start: 2, End: 9, URL: "u", Title: "t", Width: 3, Height: 4}}, Resizes: []recording.Resize{{At: 3, View: 0, Width: 5, Height: 6}}}, EncodeHead, DecodeHead),
		pair("pointers", []recording.Pointer{{At: 1, Place: place(), Kind: recording.DragMove}, {At: 1 << 40}}, EncodePointers, DecodePointers),
		pair("interactions", []recording.Interaction{{At: 1, Place: place(), Kind: recording.Click, Device: recording.PenPointer, HasXY: true, Label: "Pay"}}, EncodeInteractions, DecodeInteractions),
		pair("scrolls", []recording.Scroll{{At: 1, View: 2, Node: 3, X: 4, Y: 5, Window: true}}, EncodeScrolls, DecodeScrolls),
		pair("inputs", []recording.Input{{At: 1, View: 2, Node: 3, Text: "•", Checked: true, ByUser: true, Label: "l"}}, EncodeInputs, DecodeInputs),
		pair("notes", Notes{
			Logs:     []recording.Log{{At: 1, View: 2, Level: recording.LogError, Text: "t", Uncaught: true}},
			Requests: []recording.Request{{}, {At: 1, View: 2, Duration: 3, Method: "GET", URL: "u", Status: 404, Kind: "fetch"}},
			Customs:  []recording.Custom{{At: 1, View: 2, Tag: "t", Payload: "{}"}},
		}, EncodeNotes, DecodeNotes),
		pair("chunk", sampleChunk(), EncodeChunk, DecodeChunk),
		pair("index", Index{Tabs: [][]ChunkInfo{{{Start: 0}, {Start: 7}}, nil}}, EncodeIndex, DecodeIndex),
	}
}

func TestRoundTrip(t *testing.T) {
	if got, err := DecodeChunk(EncodeChunk(sampleChunk())); err != nil || !reflect.DeepEqual(got, sampleChunk()) {
		t.Errorf("chunk becomes %+v, %v", got, err)
	}
	for _, c := range codecs() {
		t.Run(c.name, func(t *testing.T) {
			b, _, err := c.again(c.sample)
			if err != nil || string(b) != string(c.sample) {
				t.Errorf("%x becomes %x, %v", c.sample, b, err)
			}
		})
	}
}

// What is cut short is refused, and never read as something smaller.
func TestCutShort(t *testing.T) {
	for _, c := range codecs() {
		t.Run(c.name, func(t *testing.T) {
			for n := range c.sample {
				if _, v, err := c.again(c.sample[:n]); err == nil {
					t.Errorf("the first %d of %d bytes are read as %+v", n, len(c.sample), v)
				}
			}
		})
	}
}

// A damaged tree in which every level claims as many children as there are
// bytes left must not be given room for them.
func TestClaimedChildren(t *testing.T) {
	w := newWriter(version)
	w.int(0)
	w.count(1)
	w.byte(opSnapshot)
	w.float(0)
	w.float(0)
	for range 5000 {
		w.node(1)
		w.byte(byte(recording.ElementNode))
		w.byte(0)
		w.uint(0)
		w.count(0)
		w.uint(1)
		w.count(0)
		w.count(20_000)
	}
	w.buf = append(w.buf, make([]byte, 20_000)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := DecodeChunk(w.buf); err == nil {
		t.Error("a damaged tree was read")
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
		t.Errorf("%d MiB for %d bytes", grown>>20, len(w.buf))
	}
}

func FuzzDecode(f *testing.F) {
	all := codecs()
	for i, c := range all {
		f.Add(uint8(i), c.sample)
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		c := all[int(which)%len(all)]
		once, v, err := c.again(b)
		if err != nil {
			return
		}
		twice, _, err := c.again(once)
		if err != nil || string(twice) != string(once) {
			t.Fatalf("%s: what was read cannot be read again: %v", c.name, err)
		}
		if chunk, ok := v.(Chunk); ok {
			d := dom.New()
			for _, op := range chunk.Keyframe {
				d.Apply(op)
			}
			for _, change := range chunk.Changes {
				d.Apply(change.Op)
			}
			d.Export()
		}
	})
}

// A state is the same whether one starts at the beginning or at the keyframe
// of any chunk.
func TestCut(t *testing.T) {
	rec := &recording.Recording{Tabs: []string{"a", "b"}, Duration: 20_000}
	ops := everyOp()
	for i := range 9000 {
		op := ops[i%3]
		if i > 5 {
			op = recording.Mutation{Texts: []recording.TextChange{{Node: 3, Text: string(rune('a' + i%26))}}}
		}
		rec.Changes = append(rec.Changes, recording.Change{At: recording.Time(i), Tab: int32(i % 2), Op: op})
	}
	chunks := map[int][]Chunk{}
	if _, err := Cut(rec, nil, func(tab, _ int, c Chunk) error {
		chunks[tab] = append(chunks[tab], c)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for tab := range rec.Tabs {
		if len(chunks[tab]) < 2 {
			t.Fatalf("tab %d has %d chunks", tab, len(chunks[tab]))
		}
		whole := dom.New()
		for _, c := range chunks[tab] {
			part := dom.New()
			for _, op := range c.Keyframe {
				part.Apply(op)
			}
			for _, change := range c.Changes {
				whole.Apply(change.Op)
				part.Apply(change.Op)
			}
			if !reflect.DeepEqual(whole.Export(), part.Export()) {
				t.Errorf("tab %d: the chunk at %d ends in another state", tab, c.Start)
			}
		}
	}
}

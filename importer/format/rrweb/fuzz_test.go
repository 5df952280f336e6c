package rrweb_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/importer/mask"
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
	"hindsite.app/player/track"
)

// small bounds what one input can make the decoder do.
var small = format.Limits{Line: 1 << 16, Session: 1 << 18, Events: 2000, Depth: 100, String: 1 << 14}

// FuzzDecoder takes a file through everything that is done to it before it is
// shown: no input may crash it, give a time outside its session, be masked
// differently the second time or come out of storage as something else.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte(list(visit(0)...)))
	f.Add([]byte(strings.Join(with(`"windowId":"w"`, visit(0)...), "\n")))
	f.Add([]byte(`{"session":{"id":"s"},"events":` + list(append([]string{packed(metaAt(0))}, visit(5)...)...) + `}`))
	f.Add([]byte("export default [[" + metaAt(0) + "],[" + fullAt(1) + "]];"))
	f.Add([]byte(list(metaAt(0), strings.Replace(fullAt(1), `"tagName":"html"`, `"tagName":"input"`, 1),
		changeAt(2, `{"source":5,"id":2,"text":"4111 1111 1111 1111","isChecked":false}`),
		changeAt(3, `{"source":0,"texts":[{"id":3,"value":"4111111111111111"}],"attributes":[{"id":2,"attributes":{"style":{"top":"1px"},"data-x":"4111111111111111"}}],"removes":[{"parentId":1,"id":2}],"adds":[{"parentId":1,"nextId":null,"node":{"type":2,"id":9,"tagName":"p","attributes":{},"childNodes":[]}}]}`),
		changeAt(4, `{"source":8,"id":9,"adds":[{"rule":"a{}","index":[0,1]}],"removes":[{"index":0}]}`),
		changeAt(5, `{"source":1,"positions":[{"x":1,"y":2,"id":2,"timeOffset":-3}]}`),
		`{"type":5,"data":{"tag":"t","payload":{"a":4111111111111111,"b":"\u0034111111111111111"}},"timestamp":1700000000006}`,
		`{"type":6,"data":{"plugin":"rrweb/console@1","payload":{"level":"error","payload":["\"x\""]}},"timestamp":1700000000007}`)))
	f.Fuzz(func(t *testing.T, file []byte) {
		for s, err := range (rrweb.Decoder{}).Decode(context.Background(), strings.NewReader(string(file)), format.Hints{Name: "f"}, small) {
			if err != nil {
				continue
			}
			checkTimes(t, s.Recording)
			mask.Apply(s.Recording, mask.Policy{})
			once := stored(t, s.Recording)
			mask.Apply(s.Recording, mask.Policy{})
			if twice := stored(t, s.Recording); !reflect.DeepEqual(once, twice) {
				t.Fatalf("masked again it differs:\n%q\n%q", once, twice)
			}
			for _, part := range once {
				if mask.HoldsCard(part) {
					t.Fatalf("a card number is stored in %q", part)
				}
			}
		}
	})
}

// stored returns the text of a recording as it comes back from its tracks.
func stored(t *testing.T, rec *recording.Recording) (parts []string) {
	t.Helper()
	doc := dom.New()
	_, err := track.Cut(rec, nil, func(_, _ int, c track.Chunk) error {
		back, err := track.DecodeChunk(track.EncodeChunk(c))
		if err != nil {
			return err
		}
		for _, change := range back.Changes {
			doc.Apply(change.Op)
			parts = append(parts, texts(change.Op)...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	notes, err := track.DecodeNotes(track.EncodeNotes(track.Notes{Logs: rec.Logs, Requests: rec.Requests, Customs: rec.Customs}))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range notes.Logs {
		parts = append(parts, l.Text)
	}
	for _, c := range notes.Customs {
		parts = append(parts, c.Payload)
	}
	for _, q := range notes.Requests {
		parts = append(parts, q.URL)
	}
	for _, v := range rec.Views {
		parts = append(parts, v.URL, v.Title)
	}
	for _, in := range rec.Inputs {
		parts = append(parts, in.Text)
	}
	return parts
}

// texts returns what an operation says in words.
func texts(op recording.Op) (out []string) {
	node := func(n *recording.Node) bool {
		out = append(out, n.Text)
		for _, a := range n.Attrs {
			out = append(out, a.Value)
		}
		return true
	}
	switch op := op.(type) {
	case recording.Snapshot:
		op.Root.Walk(node)
	case recording.Mutation:
		for _, a := range op.Additions {
			a.Node.Walk(node)
		}
		for _, x := range op.Texts {
			out = append(out, x.Text)
		}
		for _, x := range op.Attributes {
			for _, a := range x.Set {
				out = append(out, a.Value)
			}
		}
	case recording.SetInput:
		out = append(out, op.Text)
	}
	return out
}

package clarity

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/player/dom"
	"hindsite.app/player/fault"
)

const envelope = `{"e":["0.8.70",1,0,1,"p","u","s",1,0,0,0,"https://site.example/"],"a":[[1,0,0,1790000000000],[2,11,800,600]],"p":`

func TestHostileNodes(t *testing.T) {
	deep := `[5,5,2,"*D","name=html",3,1,2,"HTML",4,3,"BODY"`
	for i := 5; i < 3000; i++ {
		deep += `,` + jsonInt(i) + `,` + jsonInt(i-1) + `,"DIV"`
	}
	for name, c := range map[string]struct {
		events string
		want   format.Anomalies
	}{
		"deep":            {deep + `]`, format.Anomalies{format.UnknownNode: 2}},
		"its own parent":  {`[5,5,3,1,"HTML",4,3,"BODY",5,5,"DIV",6,7,"P",7,6,"P"]`, format.Anomalies{format.UnknownNode: 3}},
		"backwards":       {`[5,5,3,1,"HTML",6,5,"B",5,4,"P",4,3,"BODY"]`, format.Anomalies{}},
		"strange tokens":  {`[5,5,3,1,"HTML",4,3,"BODY",[99,-1,5,"x"],null,{"a":1},7,4,true,"P",[1e400]]`, format.Anomalies{}},
		"a large number":  {`[5,5,3,1,"HTML",1e400]`, format.Anomalies{format.BadEvent: 1}},
		"no document":     {`[5,6,9,3,"P"]`, format.Anomalies{format.NoSnapshot: 1}},
		"the root leaves": {`[5,5,3,1,"HTML",4,3,"BODY"],[6,6,3,"HTML"],[7,6,3,4,"HTML"],[8,45,77,3,["x"]],[9,46,"x",2,"p{}"]`, format.Anomalies{format.UnknownNode: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := decode(t, files(envelope+`[`+c.events+`]}`))[0]
			if !maps.Equal(s.Anomalies, c.want) {
				t.Errorf("anomalies %v, want %v", s.Anomalies, c.want)
			}
		})
	}
}

func jsonInt(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

// A short list can stand for a long text many times over.
func TestReferencesDoNotMultiply(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	var list strings.Builder
	for i := range 4000 {
		list.WriteString(`,` + jsonInt(i+10) + `,3,"P",[5]`)
	}
	_, err := tryDecode(t, files(envelope+`[[5,5,3,1,"HTML","a=`+long+`"`+list.String()+`]]}`), format.DefaultLimits())
	if fault.Of(err) != fault.Limit {
		t.Errorf("four gigabytes in a megabyte: %v, want Limit", err)
	}
}

func tryAll(t *testing.T, data []byte) {
	l := format.DefaultLimits()
	l.Session, l.Events = 16<<20, 50_000
	all, err := tryDecode(t, files(string(data)), l)
	if err != nil && fault.Of(err) == "" {
		t.Fatalf("error without a class: %v", err)
	}
	for _, s := range all {
		if n := s.Anomalies[format.BadJSON]; n > 0 {
			t.Fatalf("%d lines handed on are no JSON", n)
		}
		d := dom.New()
		for _, c := range s.Recording.Changes {
			d.Apply(c.Op)
		}
	}
}

func FuzzPayloads(f *testing.F) {
	lines := strings.Split(string(readFile(f, "payloads.jsonl")), "\n")
	for _, i := range []int{0, 2, 16} {
		f.Add([]byte(lines[i]))
	}
	f.Add([]byte(envelope + `[[5,5,3,1,"HTML",4,3,"BODY"],[9,6,5,4,"*T","x",-6,4,5,[11],"5"]]}`))
	f.Fuzz(func(t *testing.T, data []byte) { tryAll(t, data) })
}

func TestFlippedAndCutFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	whole := readFile(t, "payloads.jsonl")
	for range 50 {
		flipped := bytes.Clone(whole)
		for range 1 + r.IntN(8) {
			flipped[r.IntN(len(flipped))] ^= 1 << r.IntN(8)
		}
		tryAll(t, flipped)
		tryAll(t, whole[:r.IntN(len(whole))])
	}
}

package rebuild

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/dom"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
)

// lines decodes and replays what was handed on.
func replay(t *testing.T, out *Lines) (*recording.Recording, *dom.Document) {
	t.Helper()
	f := out.File("rebuilt")
	var rec *recording.Recording
	for raw, err := range rrweb.Read(t.Context(), format.Files{Parts: []format.File{f}}, rrweb.Known{}, format.DefaultLimits()) {
		if err != nil {
			t.Fatal(err)
		}
		s, err := raw.Session(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Anomalies) > 0 {
			t.Errorf("anomalies %v", s.Anomalies)
		}
		rec = s.Recording
	}
	d := dom.New()
	for _, c := range rec.Changes {
		if n := d.Apply(c.Op); n > 0 {
			t.Fatalf("at %v: %d parts of %T name what is not there: %+v\n%s", c.At, n, c.Op, c.Op, domText(d.Root(), 0))
		}
	}
	return rec, d
}

// treeText writes a tree as the test keeps it: shadow children first.
func treeText(n *Node, depth int, shadow bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%d", strings.Repeat(" ", depth), n.ID+firstID)
	switch {
	case n.Kind == Text:
		fmt.Fprintf(&b, " %q", n.text)
	case n.Kind == Element:
		fmt.Fprintf(&b, " %s x=%q", n.Tag, n.Attr("x"))
	}
	if shadow {
		b.WriteString(" shadow")
	}
	b.WriteString("\n")
	if in := n.inner; in != nil && in.Kind == Frame {
		b.WriteString(treeText(in, depth+1, false))
	} else if in != nil {
		for _, c := range in.children {
			b.WriteString(treeText(c, depth+1, true))
		}
	}
	for _, c := range n.children {
		b.WriteString(treeText(c, depth+1, false))
	}
	return b.String()
}

func domText(n *dom.Node, depth int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%d", strings.Repeat(" ", depth), n.ID)
	switch n.Type {
	case recording.TextNode:
		fmt.Fprintf(&b, " %q", n.Text)
	case recording.ElementNode:
		x, _ := n.Attr("x")
		fmt.Fprintf(&b, " %s x=%q", n.Tag, x)
	}
	if n.Shadow {
		b.WriteString(" shadow")
	}
	b.WriteString("\n")
	for c := n.First; c != nil; c = c.Next {
		b.WriteString(domText(c, depth+1))
	}
	return b.String()
}

// Whatever is done to a page in whatever order, the document that is replayed
// from what was handed on is the page.
func TestTheReplayedDocumentIsThePage(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		odd := format.Anomalies{}
		out := NewLines(format.DefaultLimits())
		p := NewPage(out, odd, format.DefaultLimits(), "", 1_790_000_000_000)
		p.Locate("https://site.example/", "", true)
		p.Resize(800, 600)
		if err := p.Begin(0); err != nil {
			t.Fatal(err)
		}
		m := &monkey{r: r, p: p, next: 2, ids: []int64{0, 1}}
		check(t, second(p.Tree().Create(&Node{ID: 1, Tag: "body"}, 0, 0)))
		for step := range 300 {
			if r.IntN(4) == 0 {
				check(t, p.At(1_790_000_000_000+int64(step)*10))
			}
			check(t, m.act())
		}
		check(t, p.Finish())
		_, d := replay(t, out)
		root := d.Root().First.Next // behind the document's type
		if got, want := domText(root, 0), treeText(p.Tree().Root(), 0, false); got != want {
			t.Fatalf("seed %d: replayed\n%s\nwant\n%s", seed, got, want)
		}
	}
}

func second(_ bool, err error) error { return err }

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// monkey does anything to a page.
type monkey struct {
	r    *rand.Rand
	p    *Page
	next int64
	ids  []int64
}

func (m *monkey) id() int64 { return m.ids[m.r.IntN(len(m.ids))] }

func (m *monkey) fresh() int64 {
	m.next++
	m.ids = append(m.ids, m.next)
	return m.next
}

// full reports whether a node can hold no more: a document holds one element.
func full(n *Node) bool { return n.Kind == Frame && len(n.children) > 0 }

func (m *monkey) act() error {
	t := m.p.Tree()
	n := t.Node(m.id())
	if n == nil {
		return nil
	}
	place := int64(m.r.IntN(4))
	to := t.Node(m.id())
	if full(n) || to == nil || full(to) {
		return nil
	}
	switch m.r.IntN(10) {
	case 0, 1, 2:
		tags := []string{"div", "p", "iframe", "x-card"}
		return second(t.Create(&Node{ID: m.fresh(), Tag: tags[m.r.IntN(len(tags))]}, n.ID, place))
	case 3:
		text := &Node{ID: m.fresh(), Kind: Text}
		if err := second(t.Create(text, n.ID, place)); err != nil {
			return err
		}
		return t.SetText(text, fmt.Sprint("text ", m.r.IntN(100)))
	case 4:
		return second(t.Place(n, to.ID, place))
	case 5:
		return second(t.PlaceBehind(n, to.ID, t.Node(m.id())))
	case 6:
		if m.r.IntN(3) == 0 {
			return t.Remove(n)
		}
		return t.Detach(n)
	case 7:
		if n.Kind == Text {
			return t.SetText(n, fmt.Sprint("again ", m.r.IntN(100)))
		}
	case 8:
		if n.Kind == Element {
			value := fmt.Sprint(m.r.IntN(100))
			if m.r.IntN(4) == 0 {
				return t.Set(n, "x", nil)
			}
			return t.Set(n, "x", &value)
		}
	case 9:
		switch {
		case n.Kind != Element:
		case n.Tag == "iframe":
			return t.Open(n, m.fresh(), Frame)
		case n.Tag == "x-card" && n.Inner() == nil:
			return t.Open(n, m.fresh(), Shadow)
		}
	}
	return nil
}

// A recording that asks for much work in little space ends with Limit.
func TestWorkIsBounded(t *testing.T) {
	out := NewLines(format.DefaultLimits())
	out.work.most = 1 << 20
	p := NewPage(out, format.Anomalies{}, format.DefaultLimits(), "", 1_790_000_000_000)
	check(t, p.Begin(0))
	const nodes = 5000
	for id := range int64(nodes) {
		check(t, second(p.Tree().Create(&Node{ID: id + 1, Tag: "i"}, 0, id)))
	}
	for i := range int64(nodes) {
		if _, err := p.Tree().Place(p.Tree().Node(i%nodes+1), 0, 0); err != nil {
			if fault.Of(err) != fault.Limit {
				t.Fatalf("%v, want Limit", err)
			}
			return
		}
	}
	t.Errorf("%d moves among %d nodes took %d steps, and no limit was met", nodes, nodes, out.work.done)
}

// A site can name its events as it likes: they are events, and nothing else.
func TestNamesOfTheSiteMeanNothing(t *testing.T) {
	names := []string{
		"recording-meta", "pageview-meta", "hindsite-about", "error", "breadcrumb", "performanceSpan", "$pageview", "video",
		"$session_options", "Identify", "Segment Identify", "Navigate", "Referrer", "Viewport", "bought",
	}
	out := NewLines(format.DefaultLimits())
	p := NewPage(out, format.Anomalies{}, format.DefaultLimits(), "", 1_790_000_000_000)
	p.Locate("https://site.example/", "", true)
	check(t, p.Begin(0))
	check(t, second(p.Tree().Create(&Node{ID: 1, Tag: "body"}, 0, 0)))
	for _, name := range names {
		p.SiteEvent(name, map[string]string{
			"message": "m", "visitor": "v", "userIdentifier": "v", "href": "https://other.example/", "color": "red", "type": "x",
		})
	}
	check(t, p.Finish())
	rec, _ := replay(t, out)
	if len(rec.Customs) != len(names) || len(rec.Views) != 1 || len(rec.Logs) != 0 || len(rec.Attributes) != 0 || rec.Visitor != "" || rec.Recorder != "rrweb" {
		t.Errorf("%d events, %d views, %d lines, attributes %v, visitor %q, recorder %q", len(rec.Customs), len(rec.Views), len(rec.Logs),
			rec.Attributes, rec.Visitor, rec.Recorder)
	}
	if last := rec.Customs[len(rec.Customs)-1]; last.Tag != "bought" {
		t.Errorf("event %q, want it under its name", last.Tag)
	}
}

func TestLinesComeInOrderOfTime(t *testing.T) {
	out := NewLines(format.DefaultLimits())
	for _, at := range []int64{30, 10, 20, 10} {
		check(t, out.add(1_790_000_000_000+at, "", typeCustom, customData{fmt.Sprint("at ", at), len(out.marks)}))
	}
	f := out.File("x")
	rc, err := f.Open(t.Context())
	check(t, err)
	defer rc.Close()
	b, err := io.ReadAll(rc)
	check(t, err)
	var tags []string
	for line := range strings.Lines(string(b)) {
		_, rest, _ := strings.Cut(line, `"tag":"`)
		tags = append(tags, rest[:strings.Index(rest, "}")])
	}
	if got := strings.Join(tags, " "); got != `at 10","payload":1 at 10","payload":3 at 20","payload":2 at 30","payload":0` {
		t.Errorf("order %s", got)
	}
}

package openreplay

import (
	"strings"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/player/dom"
	"hindsite.app/player/recording"
)

// last replays everything.
func last(t *testing.T, s *format.Session, tab int) *dom.Document {
	t.Helper()
	d := dom.New()
	for _, c := range s.Recording.Changes {
		if int(c.Tab) != tab {
			continue
		}
		if n := d.Apply(c.Op); n > 0 {
			t.Errorf("%T: %d parts name what is not there", c.Op, n)
		}
	}
	return d
}

func node(t *testing.T, d *dom.Document, id int64) *dom.Node {
	t.Helper()
	var found *dom.Node
	var visit func(*dom.Node)
	visit = func(n *dom.Node) {
		if n.ID == recording.NodeID(id+3) {
			found = n
		}
		for c := n.First; c != nil; c = c.Next {
			visit(c)
		}
	}
	visit(d.Root())
	if found == nil {
		t.Fatalf("no node %d", id)
	}
	return found
}

func attrOf(n *dom.Node, name string) string {
	v, _ := n.Attr(name)
	return v
}

func wantNoAnomalies(t *testing.T, s *format.Session) {
	t.Helper()
	if len(s.Anomalies) > 0 {
		t.Errorf("anomalies %v", s.Anomalies)
	}
}

func TestDictionaries(t *testing.T) {
	w := newWriter().page().
		put(attributeGlobal, 1, 7, 8).put(stringGlobal, 7, "class").put(stringGlobal, 8, "wide"). // said before it is known
		put(stringKeyed, "1_a", "lang").put(stringKeyed, "1_b", "de").put(attributeKeyed, 1, "1_a", "1_b").
		put(stringLocal, 1, "dir").put(stringLocal, 2, "rtl").put(attributeLocal, 1, 1, 2).
		at(10).put(stringLocal, 2, "ltr").put(attributeLocal, 0, 1, 2) // begins anew
	s := decode(t, w.parts())
	wantNoAnomalies(t, s)
	d := last(t, s, 0)
	body := node(t, d, 1)
	if attrOf(body, "class") != "wide" || attrOf(body, "lang") != "de" || attrOf(body, "dir") != "rtl" {
		t.Errorf("body has %v", body.Attrs)
	}
	if dir := attrOf(node(t, d, 0), "dir"); dir != "ltr" {
		t.Errorf("dir of the root is %q, want ltr", dir)
	}
}

func TestAttributesAndFields(t *testing.T) {
	w := newWriter().page().
		put(createElement, 2, 1, 0, "INPUT", false).put(setAttribute, 2, "type", "text").put(inputValue, 2, "", 5).
		put(createElement, 3, 1, 1, "A", false).put(attributeURLBased, 3, "href", "b?c=1", "https://site.example/a/").
		put(createElement, 4, 1, 2, "DIALOG", false).put(setAttribute, 4, "__openreplay_dialog", "nonmodal").
		put(setAttribute, 4, "style", "color: red;").put(setAttribute, 4, "__openreplay_other", "x").
		put(createElement, 5, 1, 3, "use", true).put(setAttribute, 5, "mask", "url(https://site.example/a#m)").
		put(createElement, 6, 1, 4, "INPUT", false).put(setAttribute, 6, "type", "checkbox").put(inputChecked, 6, true).
		put(createElement, 7, 1, 5, "STYLE", false).put(createText, 8, 7, 0).
		put(cssDataURLBased, 8, `p { background: url("i.png") } q { mask: url(#m) }`, "https://site.example/css/s.css").
		at(10).put(inputValue, 2, "", -1).put(inputChecked, 6, false).put(animationResult, 4, `{"opacity":"0.5"}`).
		put(removeAttribute, 3, "href").put(removeAttribute, 3, "never")
	s := decode(t, w.parts())
	wantNoAnomalies(t, s)
	d := last(t, s, 0)
	if v := attrOf(node(t, decodeUntil(t, w, 1), 2), "value"); v != "*****" {
		t.Errorf("a value of length 5 reads %q", v)
	}
	if v := node(t, d, 2).Value; v == nil || v.Text != "" {
		t.Errorf("a hidden value reads %+v", v)
	}
	if v := node(t, d, 6).Value; v == nil || v.Checked {
		t.Errorf("the box is %+v, want not checked", v)
	}
	if href, ok := node(t, d, 3).Attr("href"); ok {
		t.Errorf("href %q stays", href)
	}
	if v := attrOf(node(t, decodeUntil(t, w, 1), 3), "href"); v != "https://site.example/a/b?c=1" {
		t.Errorf("href %q", v)
	}
	dialog := node(t, d, 4)
	if attrOf(dialog, "rr_open_mode") != "non-modal" || attrOf(dialog, "style") != "color: red; opacity: 0.5" || len(dialog.Attrs) != 2 {
		t.Errorf("dialog has %v", dialog.Attrs)
	}
	if v := attrOf(node(t, d, 5), "mask"); v != "url(#m)" {
		t.Errorf("mask %q", v)
	}
	if css := node(t, d, 7).StyleText(); css != `p { background: url("https://site.example/css/i.png") } q { mask: url(#m) }` {
		t.Errorf("css %q", css)
	}
}

// decodeUntil replays the changes of the first moments.
func decodeUntil(t *testing.T, w *writer, moments int) *dom.Document {
	t.Helper()
	d := dom.New()
	var at recording.Time = -1
	for _, c := range decode(t, w.parts()).Recording.Changes {
		if c.At != at {
			if moments--; moments < 0 {
				break
			}
			at = c.At
		}
		d.Apply(c.Op)
	}
	return d
}

func TestSheets(t *testing.T) {
	w := newWriter().page().
		put(createFrame, 1, 2).put(createElement, 3, 1, 0, "STYLE", false).
		put(sheetInsertURLBased, 9, "b {}", 0, "https://site.example/").put(sheetAddOwner, 9, 0).put(sheetInsert, 9, "a {}", 0).
		put(sheetAddOwner, 9, 2).put(sheetAddOwner, 5, 3).put(sheetInsert, 5, "i {}", 0).put(sheetInsert, 5, "j {}", 1).
		put(sheetDelete, 5, 0).put(sheetInsert, 5, "k {}", 0).put(sheetDelete, 5, 0).
		at(10).put(sheetReplace, 9, "p {} q {}").put(sheetRemoveOwner, 9, 0)
	s := decode(t, w.parts())
	wantNoAnomalies(t, s)
	d := last(t, s, 0)
	if css := node(t, d, 3).StyleText(); strings.TrimSpace(css) != "j {}" {
		t.Errorf("the element's sheet: %q", css)
	}
	if n := len(d.Adopted(d.Root().ID)); n != 0 {
		t.Errorf("the document still adopts %d sheets", n)
	}
	shadow := d.Adopted(node(t, d, 1).ID)
	if len(shadow) != 1 || strings.Join(shadow[0].Rules, "|") != "p {}|q {}" {
		t.Errorf("the shadow root adopts %+v", shadow)
	}
}

func TestWhatHappensBesideThePage(t *testing.T) {
	w := newWriter().page().put(createElement, 2, 1, 0, "BUTTON", false).
		put(mouseClickOld, 2, 0, "Buy", "button"). // before any move
		at(10).put(mouseMove, 30, 40).put(mouseClickOld, 2, 0, "Buy", "button").put(nodeFocus, 2).
		at(20).put(nodeFocus, -1).put(mouseThrashing, 1).put(pageVisibility, true).put(exception, "TypeError", "x is undefined", "", "").
		put(networkRequestOld, "fetch", "PUT", "/a", "{}", "{}", 500, 1_790_000_000_005, 7).
		put(loadFontFace, 0, "Icons", "url(data:font/woff2;base64,AA==)", `{"weight":"700"}`).
		put(canvasNode, "2_2", 1).put(kind(42), "ADD").
		at(30).put(pageLocation, "https://site.example/b", "", 0, "B")
	s := decode(t, w.parts())
	if len(s.Anomalies) != 2 || s.Anomalies[format.Unplaced] != 1 || s.Anomalies[format.CanvasDropped] != 1 {
		t.Errorf("anomalies %v, want a click without a place and a canvas", s.Anomalies)
	}
	r := s.Recording
	var kinds []string
	for _, in := range r.Interactions {
		kinds = append(kinds, in.Kind.String())
	}
	if got := strings.Join(kinds, " "); got != "click click focus blur" {
		t.Errorf("interactions %s", got)
	}
	if in := r.Interactions[1]; in.X != 30 || in.Y != 40 || in.Node != 5 || in.Framed {
		t.Errorf("click %+v", in)
	}
	if len(r.Logs) != 1 || r.Logs[0].Text != "x is undefined" || !r.Logs[0].Uncaught {
		t.Errorf("console %+v", r.Logs)
	}
	if len(r.Requests) != 1 || r.Requests[0].Status != 500 || r.Requests[0].At != 5*recording.Millisecond || r.Requests[0].Duration != 7*recording.Millisecond {
		t.Errorf("requests %+v", r.Requests)
	}
	if len(r.Views) != 2 || r.Views[1].URL != "https://site.example/b" || r.Views[1].Start != 30*recording.Millisecond {
		t.Errorf("views %+v", r.Views)
	}
	if fonts := last(t, s, 0).Fonts(); len(fonts) != 1 || fonts[0].Family != "Icons" {
		t.Errorf("fonts %+v", fonts)
	}
	var tags []string
	for _, c := range r.Customs {
		tags = append(tags, c.Tag)
	}
	if got := strings.Join(tags, " "); got != "click click mouse-thrashing page-hidden" {
		t.Errorf("events %s", got)
	}
}

// Two tabs number their nodes for themselves, and their batches interleave.
func TestTabs(t *testing.T) {
	w := newWriter().put(tabData, "one").page().
		at(5).put(tabData, "two").page().put(setAttribute, 1, "id", "second").
		at(9).put(tabData, "one").put(setAttribute, 1, "id", "first").
		at(7).put(tabData, "two").put(mouseMove, 1, 2) // came late
	s := decode(t, w.parts())
	wantNoAnomalies(t, s)
	r := s.Recording
	if len(r.Tabs) != 2 || len(r.Views) != 2 || r.Views[0].Tab == r.Views[1].Tab {
		t.Fatalf("tabs %q, views %+v", r.Tabs, r.Views)
	}
	for tab, want := range []string{"first", "second"} {
		if id := attrOf(node(t, last(t, s, tab), 1), "id"); id != want {
			t.Errorf("tab %d shows %q, want %q", tab, id, want)
		}
	}
	if p := r.Pointers; len(p) != 1 || p[0].At != 7*recording.Millisecond || r.Views[p[0].View].Tab != 1 {
		t.Errorf("moves %+v", p)
	}
}

// A page that is loaded begins anew, also at the same address.
func TestReload(t *testing.T) {
	w := newWriter().put(pageLocation, "https://site.example/a", "", 1_790_000_000_000, "A").put(createDocument).
		put(createElement, 1, 0, 0, "BODY", false).put(setAttribute, 1, "id", "before").
		at(1000).put(pageLocation, "https://site.example/a", "", 1_790_000_000_900, "A").put(createDocument).
		put(createElement, 1, 0, 0, "BODY", false).put(setAttribute, 1, "id", "after")
	s := decode(t, w.parts())
	wantNoAnomalies(t, s)
	if v := s.Recording.Views; len(v) != 2 || v[1].Start != 900*recording.Millisecond {
		t.Errorf("views %+v", v)
	}
	if id := attrOf(node(t, last(t, s, 0), 1), "id"); id != "after" {
		t.Errorf("shows %q", id)
	}
}

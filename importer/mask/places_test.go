package mask

import (
	"strings"
	"testing"

	"hindsite.app/player/recording"
)

const (
	cardNumber = "4111111111111111" // the test number of a network
	email      = "ann.lee@example.org"
)

// typing returns the events of typing s into node, one a key.
func typing(node recording.NodeID, s string) (ops []recording.Op) {
	for i := range s {
		ops = append(ops, recording.SetInput{Node: node, Text: s[:i+1], ByUser: true})
	}
	return ops
}

// hidingPlace is a page, what happens on it, what else is recorded, and words
// that must not be left besides what was typed.
type hidingPlace struct {
	page  []*recording.Node
	ops   []recording.Op
	rec   func(*recording.Recording)
	never []string
}

// hidingPlaces are the places in which something that was typed was found to
// hide.
func hidingPlaces() map[string]hidingPlace {
	set := func(node recording.NodeID, name, value string) recording.Op {
		return recording.Mutation{Attributes: []recording.AttributeChange{{Node: node, Set: []recording.Attr{{Name: name, Value: value}}}}}
	}
	says := func(node recording.NodeID, s string) recording.Op {
		return recording.Mutation{Texts: []recording.TextChange{{Node: node, Text: s}}}
	}
	css := func(s string) *string { return &s }
	return map[string]hidingPlace{
		"text":                           {ops: []recording.Op{says(11, "Thanks "+email+"!")}},
		"text in capitals":               {ops: []recording.Op{says(11, strings.ToUpper(email))}, never: []string{"ANN.LEE"}},
		"title":                          {ops: []recording.Op{set(10, "title", "Mail to "+email)}},
		"label for a reader":             {ops: []recording.Op{set(10, "aria-label", "Remove "+email)}},
		"data attribute":                 {ops: []recording.Op{set(10, "data-user", email)}},
		"data attribute, at each key":    {ops: []recording.Op{set(10, "data-replicated-value", "ann.l"), set(10, "data-replicated-value", email)}, never: []string{"ann.l"}},
		"preview, at each key":           {ops: []recording.Op{says(11, "ann.l"), says(11, "ann.lee@ex")}, never: []string{"ann."}},
		"card preview, at each key":      {ops: []recording.Op{says(11, "4111 1111 1111 1"), says(11, "4111 1111 1111 111")}, never: []string{"4111"}},
		"address of a link":              {ops: []recording.Op{set(10, "href", "https://a.test/u/ann.lee%40example.org/x")}},
		"address, nothing personal":      {ops: []recording.Op{set(10, "href", "https://a.test/mail/"+email+"?to="+email+"#"+email)}},
		"address in a data attribute":    {ops: []recording.Op{set(10, "data-href", "https://a.test/x?mail=someone&y=1")}, never: []string{"someone"}},
		"address as data":                {ops: []recording.Op{set(10, "src", "data:image/svg+xml,<text>"+email+"</text>")}},
		"address, JavaScript":            {ops: []recording.Op{set(10, "href", "javascript:go('"+email+"')")}},
		"several sources":                {ops: []recording.Op{set(10, "srcset", "https://a.test/a.png?u="+email+" 2x")}},
		"content of a frame":             {ops: []recording.Op{set(10, "srcdoc", "<p>"+email)}},
		"canvas as a picture":            {ops: []recording.Op{set(10, "rr_dataURL", "data:image/png;base64,c2VjcmV0")}, never: []string{"c2VjcmV0"}},
		"value of a text area":           {page: []*recording.Node{el(20, "textarea", nil)}, ops: []recording.Op{set(20, "value", "my long story")}, never: []string{"story"}},
		"value of a hidden field":        {page: []*recording.Node{el(20, "input", map[string]string{"type": "hidden", "value": "x1"})}, ops: []recording.Op{set(20, "value", "carbon copy")}, never: []string{"x1", "carbon"}},
		"value of an unknown node":       {ops: []recording.Op{set(999, "value", "lost words")}, never: []string{"lost"}},
		"text of an unknown node":        {ops: []recording.Op{says(999, "lost words")}, never: []string{"lost"}},
		"field that became a button":     {page: []*recording.Node{el(20, "input", map[string]string{"type": "text"})}, ops: append(typing(20, "diary"), set(20, "type", "button")), never: []string{"diar"}},
		"field of the page's own making": {page: []*recording.Node{el(20, "my-input", map[string]string{"value": "first"})}, ops: []recording.Op{set(20, "value", "second")}, never: []string{"first", "second"}},
		"chosen option":                  {page: []*recording.Node{el(20, "select", nil, el(21, "option", map[string]string{"value": "x7", "selected": "true"}))}, ops: []recording.Op{recording.SetInput{Node: 20, Text: "choice9"}}, never: []string{"choice9", "selected"}},
		"list of suggestions":            {page: []*recording.Node{el(20, "datalist", nil, el(21, "option", map[string]string{"value": email}))}},
		"what one can edit":              {page: []*recording.Node{el(20, "div", nil, txt(21, "an own note"))}, ops: []recording.Op{set(20, "contenteditable", "true")}, never: []string{"own note"}},
		"what one can edit by role":      {page: []*recording.Node{el(20, "div", map[string]string{"role": "textbox"}, txt(21, "an own note"))}, never: []string{"own note"}},
		"added to what one can edit":     {page: []*recording.Node{el(20, "div", map[string]string{"contenteditable": ""})}, ops: []recording.Op{recording.Mutation{Additions: []recording.Addition{{Parent: 20, Node: el(21, "p", nil, txt(22, "an own note"))}}}}, never: []string{"own note"}},
		"comment":                        {page: []*recording.Node{{ID: 20, Type: recording.CommentNode, Text: "for " + email}}},
		"style element":                  {page: []*recording.Node{el(20, "style", nil, txt(21, `a::after { content: "`+email+`" }`))}},
		"style attribute":                {ops: []recording.Op{set(10, "style", `--who: "`+email+`"`)}},
		"style of a property":            {ops: []recording.Op{recording.Mutation{Attributes: []recording.AttributeChange{{Node: 10, Style: []recording.StyleChange{{Property: "--who", Value: "'" + email + "'"}}}}}}},
		"sheet":                          {ops: []recording.Op{recording.SheetRules{Node: 10, Replace: css(`a::after { content: '` + email + `' }`), Inserts: []recording.RuleInsert{{Rule: `b::after { content: "` + cardNumber + `" }`}}}}},
		"sheet, one declaration":         {ops: []recording.Op{recording.SheetDeclaration{Node: 10, Path: []int{0}, Style: recording.StyleChange{Property: "content", Value: `"` + email + `"`}}}},
		"adopted sheet":                  {ops: []recording.Op{recording.AdoptSheets{Host: 1, New: []recording.NewSheet{{ID: 1, Rules: []string{`a::after { content: "` + email + `" }`}}}}}},
		"font":                           {ops: []recording.Op{recording.AddFont{Family: email, Source: "https://a.test/f?u=" + email}}},
		"frame":                          {page: []*recording.Node{el(20, "iframe", nil, &recording.Node{ID: 21, Type: recording.DocumentNode, Children: []*recording.Node{el(22, "p", nil, txt(23, email))}})}},
		"shadow tree":                    {page: []*recording.Node{{ID: 20, Type: recording.ElementNode, Tag: "x-y", ShadowHost: true, Children: []*recording.Node{{ID: 21, Type: recording.ElementNode, Tag: "input", Shadow: true, Attrs: []recording.Attr{{Name: "value", Value: "in the shade"}}}}}}, never: []string{"shade"}},
		"custom event":                   {rec: func(r *recording.Recording) { r.Customs = []recording.Custom{{Payload: `{"mail":"` + email + `"}`}} }},
		"custom event, escaped": {rec: func(r *recording.Recording) {
			r.Customs = []recording.Custom{{Payload: `{"mail":"ann.lee\u0040example.org","card":"\u0034111111111111111"}`}}
		}, never: []string{"ann", `34111`}},
		"custom event, as a number": {rec: func(r *recording.Recording) { r.Customs = []recording.Custom{{Payload: `{"card":` + cardNumber + `}`}} }},
		"custom event, as a name":   {rec: func(r *recording.Recording) { r.Customs = []recording.Custom{{Payload: `{"` + email + `":1}`}} }},
		"custom event, JSON in JSON": {rec: func(r *recording.Recording) {
			r.Customs = []recording.Custom{{Payload: `"{\"mail\":\"ann.lee\\u0040example.org\"}"`}}
		}, never: []string{"ann"}},
		"name of a custom event": {rec: func(r *recording.Recording) { r.Customs = []recording.Custom{{Tag: email, Payload: "{}"}} }},
		"console":                {rec: func(r *recording.Recording) { r.Logs = []recording.Log{{Text: "sent " + email + " " + cardNumber}} }},
		"console, escaped":       {rec: func(r *recording.Recording) { r.Logs = []recording.Log{{Text: `{"mail":"ann.lee\u0040example.org"}`}} }, never: []string{"ann"}},
		"network":                {rec: func(r *recording.Recording) { r.Requests = []recording.Request{{URL: "/api/" + email + "?q=" + email}} }},
		"title of a page": {rec: func(r *recording.Recording) {
			r.Views = []recording.View{{Title: "Hello " + email, URL: "https://a.test/?u=" + email}}
		}},
		"attribute of the session": {rec: func(r *recording.Recording) { r.Attributes["mail"] = email }},
		"two lines":                {page: []*recording.Node{el(20, "textarea", map[string]string{"name": "message"}), el(21, "p", nil, txt(22, ""))}, ops: []recording.Op{recording.SetInput{Node: 20, Text: "dear all of you\nkind regards from me"}, says(22, "dear all of you")}, never: []string{"dear", "regards"}},
	}
}

// Each page has an e-mail field 100 and a card field 101; both were filled in
// key by key.
func TestHidingPlaces(t *testing.T) {
	for name, tc := range hidingPlaces() {
		t.Run(name, func(t *testing.T) {
			page := append([]*recording.Node{
				el(100, "input", map[string]string{"type": "email", "name": "mail"}), el(101, "input", map[string]string{"autocomplete": "cc-number"}),
				el(10, "a", nil, txt(11, "link")),
			}, tc.page...)
			ops := append([]recording.Op{doc(page...)}, typing(100, email)...)
			rec := session(append(append(ops, typing(101, cardNumber)...), tc.ops...)...)
			if tc.rec != nil {
				tc.rec(rec)
			}
			Apply(rec, Policy{})
			all := everything(rec)
			for _, s := range append(tc.never, email, "lee%40example", "lee@example", cardNumber, "4111 1111") {
				if strings.Contains(all, s) {
					t.Errorf("%q is still there:\n%s", s, all)
				}
			}
			Apply(rec, Policy{})
			if again := everything(rec); again != all {
				t.Errorf("masked again it differs:\n%s\n%s", all, again)
			}
		})
	}
}

// Boxes of a few characters are one number; the policy cannot keep them.
func TestBoxes(t *testing.T) {
	for name, boxes := range map[string][]string{
		"card":  {"4111", "1111", "1111", "1111"},
		"login": {"4", "9", "3", "7", "0", "2"},
	} {
		t.Run(name, func(t *testing.T) {
			var fields []*recording.Node
			var ops []recording.Op
			for i, v := range boxes {
				id := recording.NodeID(10 + 2*i)
				width := map[int]string{1: "1", 4: "4"}[len(v)]
				fields = append(fields, el(id, "div", nil, el(id+1, "input", map[string]string{"name": "part", "maxlength": width})))
				ops = append(ops, recording.SetInput{Node: id + 1, Text: v})
			}
			rec := session(append([]recording.Op{doc(fields...)}, ops...)...)
			Apply(rec, Policy{AllowFields: []string{"part"}})
			for _, in := range rec.Inputs {
				if !hidden(in.Text) {
					t.Errorf("%q is kept", in.Text)
				}
			}
		})
	}
}

// A field that nothing names and the policy keeps: once a card was in it, all
// that was ever in it goes.
func TestCardInAnAllowedField(t *testing.T) {
	rec := session(append([]recording.Op{doc(el(6, "input", map[string]string{"name": "x"}))}, typing(6, cardNumber)...)...)
	Apply(rec, Policy{AllowFields: []string{"x"}})
	if all := everything(rec); strings.Contains(all, "4111") {
		t.Errorf("it is still there:\n%s", all)
	}
}

// What was typed into one field must not take the same word out of the style
// of the page.
func TestStylesStay(t *testing.T) {
	const css = `a { color: orange; content: "→"; background: url("data:image/png;base64,orange") }`
	rec := session(doc(el(5, "input", map[string]string{"name": "city"}), el(6, "style", map[string]string{"_cssText": css}), el(7, "b", map[string]string{"class": "orange", "id": "orange", "style": "color:orange"})),
		recording.SetInput{Node: 5, Text: "Orange"})
	Apply(rec, Policy{})
	all := everything(rec)
	for _, s := range []string{css, "class=orange", "id=orange", "style=color:orange"} {
		if !strings.Contains(all, s) {
			t.Errorf("%q is gone:\n%s", s, all)
		}
	}
}

func TestGeometry(t *testing.T) {
	m := &masker{fields: newFields(Policy{}), echoes: newMatcher(nil)}
	for in, masked := range map[string]bool{
		"4111 1111 1111 1111":         true,
		"M4.1,x, 4111-1111-1111-1111": true,
		"3782 822463 10005":           true,
		"M4 11 11 11 11 11 11 11 1":   false,
		"41.11 11.11 11.11 11.11":     false,
		"4111.1111.1111.1111":         false,
	} {
		if got := m.geometry(in); (got != in) != masked {
			t.Errorf("%q becomes %q", in, got)
		}
	}
}

func FuzzCleanURL(f *testing.F) {
	for _, s := range []string{"https://u:p@a.test/p/%40?q#/r/12345?x", "//a.test/b", "/o/3b241101-e2bb-4255-8caf-4136c566a962", "data:text/html,x", "%", "://@#?"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once, _ := CleanURL(raw)
		if again, _ := CleanURL(once); again != once {
			t.Errorf("%q becomes %q and then %q", raw, once, again)
		}
		if strings.HasPrefix(raw, "data:") || strings.HasPrefix(raw, "about:") {
			return
		}
		if strings.Contains(once, "?") {
			t.Errorf("%q keeps a query: %q", raw, once)
		}
	})
}

func FuzzApply(f *testing.F) {
	f.Add("ann@example.org", "Thanks ann@example.org", `{"a":"ann\u0040example.org","n":4111111111111111}`)
	f.Add("4111111111111111", "4111 1111 1111 1", `"x`)
	f.Add("a'b & c long enough", "a&#39;b &amp; c long enough", `content: "a'b"`)
	f.Fuzz(func(t *testing.T, value, text, payload string) {
		rec := session(doc(el(5, "input", map[string]string{"name": "mail"}), el(6, "p", map[string]string{"title": text, "style": payload, "data-x": value}, txt(7, text))),
			recording.SetInput{Node: 5, Text: value})
		rec.Customs = []recording.Custom{{Payload: payload}}
		rec.Logs = []recording.Log{{Text: text + payload}}
		Apply(rec, Policy{})
		once := everything(rec)
		Apply(rec, Policy{})
		if again := everything(rec); again != once {
			t.Errorf("masked again it differs:\n%q\n%q", once, again)
		}
		for _, line := range []string{rec.Changes[0].Op.(recording.Snapshot).Root.Children[0].Children[0].Children[1].Children[0].Text, rec.Customs[0].Payload, rec.Logs[0].Text} {
			if HoldsCard(line) {
				t.Errorf("a card is left in %q", line)
			}
		}
	})
}

func BenchmarkText(b *testing.B) {
	m := &masker{fields: newFields(Policy{}), echoes: newMatcher(map[string]bool{email: true, "springfield": true, "some longer message": true})}
	page := strings.Repeat(`{"href":"/p/1234","t":1700000000000,"text":"A line of words as pages have them, at 12.50 EUR"}`, 1000)
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		m.text(page)
	}
}

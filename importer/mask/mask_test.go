package mask

import (
	"strings"
	"testing"

	"hindsite.app/player/recording"
)

func el(id recording.NodeID, tag string, attrs map[string]string, children ...*recording.Node) *recording.Node {
	n := &recording.Node{ID: id, Type: recording.ElementNode, Tag: tag, Children: children}
	for k, v := range attrs {
		n.Attrs = append(n.Attrs, recording.Attr{Name: k, Value: v})
	}
	return n
}

func txt(id recording.NodeID, s string) *recording.Node {
	return &recording.Node{ID: id, Type: recording.TextNode, Text: s}
}

func session(ops ...recording.Op) *recording.Recording {
	rec := &recording.Recording{Attributes: map[string]string{}, Tabs: []string{""}}
	for i, op := range ops {
		at := recording.Time(i) * recording.Second
		rec.Changes = append(rec.Changes, recording.Change{At: at, Op: op})
		if in, ok := op.(recording.SetInput); ok {
			rec.Inputs = append(rec.Inputs, recording.Input{At: at, Node: in.Node, Text: in.Text})
		}
	}
	return rec
}

func doc(body ...*recording.Node) recording.Snapshot {
	return recording.Snapshot{Root: &recording.Node{ID: 1, Type: recording.DocumentNode, Children: []*recording.Node{
		el(2, "html", nil, el(3, "body", nil, body...)),
	}}}
}

// everything returns all text of a recording, for looking for what must not be there.
func everything(rec *recording.Recording) string { return said(rec, true) }

// said returns the same, without the style of the page where styles is false:
// it is full of numbers of its own.
func said(rec *recording.Recording, styles bool) string {
	var b strings.Builder
	add := func(s string) { b.WriteString(s + "\n") }
	var node func(n *recording.Node)
	node = func(n *recording.Node) {
		add(n.Text)
		for _, a := range n.Attrs {
			if styles || a.Name != "_cssText" && a.Name != "style" {
				add(a.Name + "=" + a.Value)
			}
		}
		for _, c := range n.Children {
			node(c)
		}
	}
	for _, c := range rec.Changes {
		switch op := c.Op.(type) {
		case recording.Snapshot:
			node(op.Root)
		case recording.Mutation:
			for _, a := range op.Additions {
				node(a.Node)
			}
			for _, t := range op.Texts {
				add(t.Text)
			}
			for _, a := range op.Attributes {
				for _, s := range a.Set {
					add(s.Value)
				}
				for _, s := range a.Style {
					add(s.Value)
				}
			}
		case recording.SheetRules:
			for _, r := range op.Inserts {
				add(r.Rule)
			}
			if op.Replace != nil {
				add(*op.Replace)
			}
		case recording.SheetDeclaration:
			add(op.Style.Value)
		case recording.AdoptSheets:
			for _, n := range op.New {
				add(strings.Join(n.Rules, " "))
			}
		case recording.AddFont:
			add(op.Family + op.Source + op.Descriptors)
		case recording.SetInput:
			add(op.Text)
		}
	}
	for _, i := range rec.Inputs {
		add(i.Text + i.Label)
	}
	for _, v := range rec.Views {
		add(v.URL + v.Title)
	}
	for _, l := range rec.Logs {
		add(l.Text)
	}
	for _, r := range rec.Requests {
		add(r.URL)
	}
	for _, c := range rec.Customs {
		add(c.Tag + c.Payload)
	}
	for k, v := range rec.Attributes {
		add(k + v)
	}
	return b.String()
}

func TestEveryStageOfTypingIsMasked(t *testing.T) {
	ops := []recording.Op{doc(el(5, "input", map[string]string{"value": "start"}))}
	for i := range "secret" {
		ops = append(ops, recording.SetInput{Node: 5, Text: "secret"[:i+1], ByUser: true})
	}
	rec := session(ops...)
	r := Apply(rec, Policy{})
	for _, c := range rec.Changes[1:] {
		if got := c.Op.(recording.SetInput).Text; got != strings.Repeat("•", 8) {
			t.Errorf("value is %q", got)
		}
	}
	for _, in := range rec.Inputs {
		if in.Text != strings.Repeat("•", 8) {
			t.Errorf("track holds %q", in.Text)
		}
	}
	if strings.Contains(everything(rec), "start") {
		t.Error("the value in the snapshot is still there")
	}
	if r.Values != 7 || r.Fields != 1 {
		t.Errorf("report says %+v", r)
	}
}

func TestFieldThatBecomesAPassword(t *testing.T) {
	rec := session(
		doc(el(5, "input", map[string]string{"name": "code"})),
		recording.SetInput{Node: 5, Text: "hunter2"},
		recording.Mutation{Attributes: []recording.AttributeChange{{Node: 5, Set: []recording.Attr{{Name: "type", Value: "password"}}}}},
	)
	Apply(rec, Policy{AllowFields: []string{"code"}})
	if strings.Contains(everything(rec), "hunter2") {
		t.Error("a value typed before the field became a password is still there")
	}
}

func TestAllowedFields(t *testing.T) {
	card := el(4, "form", nil, el(5, "input", map[string]string{"name": "number", "autocomplete": "cc-number"}), el(6, "input", map[string]string{"name": "x"}))
	for name, tc := range map[string]struct {
		page  recording.Snapshot
		allow string
		kept  bool
	}{
		"listed":                {doc(el(6, "input", map[string]string{"name": "x"})), "x", true},
		"not listed":            {doc(el(6, "input", map[string]string{"name": "x"})), "y", false},
		"password":              {doc(el(6, "input", map[string]string{"name": "x", "type": "password"})), "x", false},
		"named like a secret":   {doc(el(6, "input", map[string]string{"id": "x", "aria-label": "Security code"})), "x", false},
		"labelled like one":     {doc(el(7, "label", map[string]string{"for": "x"}, txt(8, "Card number")), el(6, "input", map[string]string{"id": "x"})), "x", false},
		"inside such a label":   {doc(el(7, "label", nil, txt(8, "CVV "), el(6, "input", map[string]string{"id": "x"}))), "x", false},
		"in a form with a card": {doc(card), "x", false},
		"words that only look":  {doc(el(6, "input", map[string]string{"name": "x", "placeholder": "pineapple panel discard"})), "x", true},
	} {
		t.Run(name, func(t *testing.T) {
			rec := session(tc.page, recording.SetInput{Node: 6, Text: "blue"})
			Apply(rec, Policy{AllowFields: []string{tc.allow}})
			if got := strings.Contains(everything(rec), "blue"); got != tc.kept {
				t.Errorf("kept is %v, want %v", got, tc.kept)
			}
		})
	}
}

func TestWrittenText(t *testing.T) {
	rec := session(
		doc(el(4, "textarea", nil, txt(5, "first draft")), el(6, "div", map[string]string{"contenteditable": ""}, el(7, "p", nil, txt(8, "my note"))), el(9, "p", nil, txt(10, "Price list"))),
		recording.Mutation{Texts: []recording.TextChange{{Node: 8, Text: "my longer note"}}},
	)
	Apply(rec, Policy{})
	all := everything(rec)
	for _, s := range []string{"draft", "note"} {
		if strings.Contains(all, s) {
			t.Errorf("%q is still there", s)
		}
	}
	if !strings.Contains(all, "Price list") {
		t.Error("the page's own text is gone")
	}
}

func TestEchoes(t *testing.T) {
	rec := session(
		doc(el(5, "input", map[string]string{"autocomplete": "email"}), el(6, "input", map[string]string{"id": "q"}), el(8, "p", nil, txt(9, ""))),
		recording.SetInput{Node: 5, Text: "ann@exam"}, recording.SetInput{Node: 5, Text: "ann@example.org"},
		recording.SetInput{Node: 6, Text: "vase"},
		recording.Mutation{Texts: []recording.TextChange{{Node: 9, Text: "Thanks, ann@example.org! Results for vase"}}},
	)
	rec.Views = []recording.View{{URL: "https://shop.test/thanks/ann%40example.org?mail=ann@example.org", Title: "Order of ann@example.org"}}
	rec.Logs = []recording.Log{{Text: "POST https://shop.test/x?mail=ann%40example.org failed for ann@example.org"}}
	r := Apply(rec, Policy{})
	all := everything(rec)
	if strings.Contains(all, "ann") || strings.Contains(all, "example.org") {
		t.Errorf("the address is still there:\n%s", all)
	}
	if !strings.Contains(all, "Results for vase") {
		t.Error("a short search word was taken out of the page")
	}
	if got, want := rec.Views[0].URL, "https://shop.test/thanks/{id}"; got != want {
		t.Errorf("address is %q, want %q", got, want)
	}
	if r.Echoes < 3 || r.Queries != 2 {
		t.Errorf("report says %+v", r)
	}
}

func TestMaskingTwiceChangesNothing(t *testing.T) {
	rec := session(
		doc(el(5, "input", map[string]string{"value": "x y z", "name": "city"}), el(6, "p", nil, txt(7, "4111 1111 1111 1111 for Springfield"))),
		recording.SetInput{Node: 5, Text: "Springfield"},
	)
	Apply(rec, Policy{})
	once := everything(rec)
	r := Apply(rec, Policy{})
	if again := everything(rec); again != once {
		t.Errorf("changed:\n%s\n%s", once, again)
	}
	if r.Values != 0 || r.Cards != 0 || r.Echoes != 0 {
		t.Errorf("the second report says %+v", r)
	}
}

// The positive and negative forms of SECURITY 4.3; the numbers are the test
// numbers that the card networks publish.
func TestCards(t *testing.T) {
	for _, s := range []string{
		"4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111/1111/1111/1111",
		"4111\u00a01111\u00a01111\u00a01111", "4111\u20091111\u20091111\u20091111", "4111\u20131111\u20131111\u20131111",
		"5555555555554444", "2223003122003222", "378282246310005", "3782 822463 10005", "6011111111111117", "30569309025904",
		"3530111333300000", "6200000000000005", "2200000000000004", "card:4111111111111111.", "(4111111111111111)", "n°4111111111111111,",
	} {
		if len(cards(s)) != 1 {
			t.Errorf("%q: no card found", s)
		}
	}
	for _, s := range []string{
		"4111111111111112", "0.4111111111111111", "x4111111111111111", "4111111111111111x", "41111111111111111111", "_4111111111111111",
		"1700000000000", "411111111111", "4111  1111  1111  1111", "123e4567-e89b-12d3-a456-426614174000", "9999999999999995", "2019-06-09 10:09:41", "1 234 567 890 123",
	} {
		if got := cards(s); len(got) != 0 {
			t.Errorf("%q: found a card at %v", s, got)
		}
	}
}

func FuzzCards(f *testing.F) {
	f.Add("pay with 4111 1111 1111 1111 now")
	f.Add("\u2013\u00a04\u2009")
	f.Fuzz(func(t *testing.T, s string) {
		m := &masker{fields: newFields(Policy{})}
		once := m.cardsIn(s)
		if len(cards(once)) != 0 {
			t.Errorf("a card number survives in %q", once)
		}
		if again := m.cardsIn(once); again != once {
			t.Errorf("%q is masked again to %q", once, again)
		}
	})
}

func TestCleanURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.test/p?q=1#top":                               "https://a.test/p",
		"https://u:p@a.test/":                                    "https://a.test/",
		"https://a.test/#/orders/123456?x=1":                     "https://a.test/#/orders/{id}",
		"https://a.test/o/3b241101-e2bb-4255-8caf-4136c566a962/": "https://a.test/o/{id}/",
		"http://a.test/2024/news":                                "http://a.test/2024/news",
		"//u:p@a.test/x?y":                                       "//a.test/x",
		"https://u@v@a.test":                                     "https://a.test",
		"mailto:ann@a.test?subject=x":                            "{id}",
		"/img/a.png?v=2":                                         "/img/a.png",
		"data:image/png;base64,AA?B":                             "data:image/png;base64,AA?B",
		"about:blank":                                            "about:blank",
	} {
		if got, _ := CleanURL(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// What a page offers to choose is no echo of what was typed, also beside a card.
func TestChoicesAreNotEchoes(t *testing.T) {
	rec := session(doc(el(4, "form", nil,
		el(5, "input", map[string]string{"autocomplete": "cc-number"}),
		el(6, "label", nil, el(7, "input", map[string]string{"type": "radio", "name": "pay", "value": "debit"}), txt(8, " Bank debit")))),
		recording.SetInput{Node: 7, Text: "debit", Checked: true})
	Apply(rec, Policy{})
	if !strings.Contains(everything(rec), "Bank debit") {
		t.Error("the label of a choice is masked")
	}
}

package mask

import (
	"strings"

	"hindsite.app/player/recording"
)

// masker is the second pass.
type masker struct {
	policy Policy
	fields *fields
	echoes []string
	report Report
}

func (m *masker) rewrite(rec *recording.Recording) {
	m.about(rec)
	epochs := map[int32]int{}
	for i := range rec.Changes {
		c := &rec.Changes[i]
		if _, ok := c.Op.(recording.Snapshot); ok {
			epochs[c.Tab]++
		}
		c.Op = m.change(c.Tab, epochs[c.Tab], c.Op)
	}
	m.inputs(rec)
	for i := range rec.Logs {
		rec.Logs[i].Text = m.running(rec.Logs[i].Text)
	}
	for i := range rec.Requests {
		rec.Requests[i].URL = m.address(rec.Requests[i].URL)
	}
	for i := range rec.Customs {
		rec.Customs[i].Payload = m.running(rec.Customs[i].Payload)
	}
	for i := range rec.Interactions {
		rec.Interactions[i].Label = m.text(rec.Interactions[i].Label)
	}
}

func (m *masker) about(rec *recording.Recording) {
	rec.Client.UserAgent = ""
	for name, value := range rec.Attributes {
		rec.Attributes[name] = m.running(value)
	}
	for i := range rec.Views {
		v := &rec.Views[i]
		v.URL, v.Title = m.address(v.URL), m.text(v.Title)
	}
}

// inputs rewrites the input track. Its entries are the SetInput changes, in
// the same order.
func (m *masker) inputs(rec *recording.Recording) {
	i := 0
	for _, c := range rec.Changes {
		op, ok := c.Op.(recording.SetInput)
		if !ok || i >= len(rec.Inputs) {
			continue
		}
		rec.Inputs[i].Text = op.Text
		rec.Inputs[i].Label = m.text(rec.Inputs[i].Label)
		i++
	}
}

func (m *masker) change(tab int32, epoch int, op recording.Op) recording.Op {
	switch op := op.(type) {
	case recording.Snapshot:
		if op.Root != nil {
			m.node(tab, epoch, op.Root)
		}
	case recording.Mutation:
		m.mutation(tab, epoch, op)
	case recording.SetInput:
		op.Text = m.input(nodeKey{tab, epoch, op.Node}, op.Text)
		return op
	case recording.SheetRules:
		if op.Replace != nil {
			css := m.text(*op.Replace)
			op.Replace = &css
		}
		for i := range op.Inserts {
			op.Inserts[i].Rule = m.text(op.Inserts[i].Rule)
		}
		return op
	case recording.SheetDeclaration:
		op.Style.Value = m.text(op.Style.Value)
		return op
	case recording.AdoptSheets:
		for _, s := range op.New {
			for i := range s.Rules {
				s.Rules[i] = m.text(s.Rules[i])
			}
		}
	}
	return op
}

func (m *masker) mutation(tab int32, epoch int, op recording.Mutation) {
	for _, a := range op.Additions {
		m.node(tab, epoch, a.Node)
	}
	for i := range op.Texts {
		t := &op.Texts[i]
		t.Text = m.nodeText(nodeKey{tab, epoch, t.Node}, t.Text)
	}
	for i := range op.Attributes {
		a := &op.Attributes[i]
		a.Set = m.attrs(nodeKey{tab, epoch, a.Node}, a.Set)
		for j := range a.Style {
			a.Style[j].Value = m.text(a.Style[j].Value)
		}
	}
}

func (m *masker) node(tab int32, epoch int, n *recording.Node) {
	k := nodeKey{tab, epoch, n.ID}
	switch n.Type {
	case recording.TextNode, recording.CDATANode, recording.CommentNode:
		n.Text = m.nodeText(k, n.Text)
	case recording.ElementNode:
		n.Attrs = m.attrs(k, n.Attrs)
	}
	for _, c := range n.Children {
		m.node(tab, epoch, c)
	}
}

// nodeText masks a text node: all of it where a person wrote it.
func (m *masker) nodeText(k nodeKey, s string) string {
	if s == "" {
		return s
	}
	if m.fields.inText(k) && strings.TrimSpace(s) != "" {
		if !hidden(s) {
			m.report.Values++
		}
		return hide(s)
	}
	return m.text(s)
}

// input masks a value of a form field.
func (m *masker) input(k nodeKey, s string) string {
	n := m.fields.nodes[k]
	if s == "" || (n != nil && !n.isTyped()) {
		return m.text(s)
	}
	if m.fields.keep(n) {
		m.report.Allowed++
		return m.text(s)
	}
	if !hidden(s) {
		m.report.Values++
	}
	return hide(s)
}

func (m *masker) attrs(k nodeKey, attrs []recording.Attr) []recording.Attr {
	n := m.fields.nodes[k]
	kept := attrs[:0]
	for _, a := range attrs {
		switch {
		case a.Name == labelAttr:
			continue
		case a.Name == "rr_dataURL" && !m.policy.KeepPictures:
			m.report.Pictures++
			continue
		case a.Name == "selected" && n != nil && n.tag == "option":
			// Which option was chosen is what a person put in.
			continue
		case a.Name == "value" && n != nil && (isField(n.tag) || n.tag == "textarea"):
			a.Value = m.input(k, a.Value)
		case a.Name == "srcdoc":
			// The frame's document is recorded on its own.
			continue
		default:
			a.Value = m.attr(a)
		}
		kept = append(kept, a)
	}
	return kept
}

func (m *masker) attr(a recording.Attr) string {
	switch a.Name {
	case "href", "src", "xlink:href", "action", "formaction", "poster", "cite", "data", "background", "rr_src":
		return m.address(a.Value)
	case "srcset", "imagesrcset":
		return m.running(a.Value)
	case "_cssText", "style", "d", "points", "class":
		return m.cardsIn(a.Value)
	}
	return m.text(a.Value)
}

func (m *masker) address(u string) string {
	clean, cut := CleanURL(u)
	if cut {
		m.report.Queries++
	}
	if strings.HasPrefix(clean, "data:") {
		return clean
	}
	return m.text(clean)
}

// running masks text that can hold addresses.
func (m *masker) running(s string) string {
	clean, cuts := cleanURLsIn(s)
	m.report.Queries += cuts
	return m.text(clean)
}

// text masks card numbers, and what was typed elsewhere in the session.
func (m *masker) text(s string) string {
	return m.cardsIn(m.echoesIn(s))
}

func (m *masker) cardsIn(s string) string {
	if len(s) < 12 {
		return s
	}
	found := cards(s)
	if len(found) == 0 {
		return s
	}
	m.report.Cards += len(found)
	var b strings.Builder
	last := 0
	for _, f := range found {
		b.WriteString(s[last:f.from])
		b.WriteString(hide(s[f.from:f.to]))
		last = f.to
	}
	b.WriteString(s[last:])
	return b.String()
}

func (m *masker) echoesIn(s string) string {
	if len(s) < shortValue {
		return s
	}
	for _, v := range m.echoes {
		if len(v) > len(s) {
			continue
		}
		for from := 0; ; {
			i := strings.Index(s[from:], v)
			if i < 0 {
				break
			}
			at := from + i
			if !wholeWord(s, at, at+len(v)) {
				from = at + 1
				continue
			}
			m.report.Echoes++
			h := hide(v)
			s = s[:at] + h + s[at+len(v):]
			from = at + len(h)
		}
	}
	return s
}

func wholeWord(s string, from, to int) bool {
	return (from == 0 || !isWord(s[from-1])) && (to >= len(s) || !isWord(s[to]))
}

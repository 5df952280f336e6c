package mask

import (
	"strings"

	"hindsite.app/player/recording"
)

// masker is the second pass.
type masker struct {
	policy Policy
	fields *fields
	echoes *matcher
	report Report
}

func (m *masker) rewrite(rec *recording.Recording) {
	m.about(rec)
	for epoch, c := range documents(rec.Changes) {
		c.Op = m.change(c.Tab, epoch, c.Op)
	}
	m.inputs(rec)
	for i := range rec.Logs {
		rec.Logs[i].Text = m.running(unescaped(rec.Logs[i].Text))
	}
	for i := range rec.Requests {
		r := &rec.Requests[i]
		r.URL, r.Method, r.Kind = m.address(r.URL), m.text(r.Method), m.text(r.Kind)
	}
	for i := range rec.Customs {
		c := &rec.Customs[i]
		c.Tag, c.Payload = m.text(c.Tag), m.payload(c.Payload, 0)
	}
	for i := range rec.Interactions {
		rec.Interactions[i].Label = m.text(rec.Interactions[i].Label)
	}
}

func (m *masker) about(rec *recording.Recording) {
	client := &rec.Client
	client.UserAgent = ""
	client.Language, client.TimeZone, client.Country = m.text(client.Language), m.text(client.TimeZone), m.text(client.Country)
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
			css := m.css(*op.Replace)
			op.Replace = &css
		}
		for i := range op.Inserts {
			op.Inserts[i].Rule = m.css(op.Inserts[i].Rule)
		}
		return op
	case recording.SheetDeclaration:
		op.Style.Value = m.css(op.Style.Value)
		return op
	case recording.AdoptSheets:
		for _, s := range op.New {
			for i := range s.Rules {
				s.Rules[i] = m.css(s.Rules[i])
			}
		}
	case recording.AddFont:
		op.Family, op.Source, op.Descriptors = m.text(op.Family), m.address(op.Source), m.css(op.Descriptors)
		return op
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
			a.Style[j].Value = m.css(a.Style[j].Value)
		}
	}
}

func (m *masker) node(tab int32, epoch int, n *recording.Node) {
	k := nodeKey{tab, epoch, n.ID}
	switch n.Type {
	case recording.ElementNode:
		n.Attrs = m.attrs(k, n.Attrs)
	case recording.DoctypeNode, recording.DocumentNode:
		n.Tag, n.Text = m.text(n.Tag), m.text(n.Text)
	default:
		n.Text = m.nodeText(k, n.Text)
	}
	for _, c := range n.Children {
		m.node(tab, epoch, c)
	}
}

// nodeText masks a text node: all of it where a person wrote it, or where it
// is not known what it belongs to.
func (m *masker) nodeText(k nodeKey, s string) string {
	if strings.TrimSpace(s) == "" {
		return s
	}
	n := m.fields.nodes[k]
	if n == nil || m.fields.inText(k) {
		if !hidden(s) {
			m.report.Values++
		}
		return hide(s)
	}
	if parent := m.fields.nodes[nodeKey{k.tab, k.epoch, n.parent}]; parent != nil && parent.tag == "style" {
		return m.css(s)
	}
	return m.text(m.whole(s))
}

// input masks a value of a form field.
func (m *masker) input(k nodeKey, s string) string {
	n := m.fields.nodes[k]
	if s == "" || (n != nil && !n.isTyped()) {
		return m.text(m.whole(s))
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
		switch name := strings.ToLower(a.Name); {
		case name == labelAttr:
			continue
		case name == "rr_dataurl" && !m.policy.KeepPictures:
			m.report.Pictures++
			continue
		case name == "selected" && (n == nil || n.tag == "option"):
			// Which option was chosen is what a person put in.
			continue
		case name == "value" && (n == nil || isField(n.tag) || strings.Contains(n.tag, "-")):
			// Elements that a page defines itself can be fields, too.
			a.Value = m.input(k, a.Value)
		case name == "srcdoc":
			// The frame's document is recorded on its own.
			continue
		default:
			a.Value = m.attr(n, name, a.Value)
		}
		kept = append(kept, a)
	}
	return kept
}

func (m *masker) attr(n *node, name, value string) string {
	switch name {
	case "href", "src", "xlink:href", "action", "formaction", "poster", "cite", "data", "background", "rr_src", "ping", "longdesc":
		return m.address(value)
	case "_csstext", "style":
		return m.css(value)
	case "d", "points", "path", "transform", "viewbox", "class", "sizes", "media", "values", "keytimes", "keysplines":
		return m.geometry(value)
	case "id", "for", "name", "type", "rel", "role", "tabindex", "width", "height":
		return m.cardsIn(value)
	}
	// A page can keep a copy of a field's content beside it, at every key: to
	// size the field by it, to read it out, to restore it.
	if mirrors(n, name) && m.fields.typed.own[fold(strings.TrimSpace(value))] {
		m.report.Echoes++
		return hide(value)
	}
	return m.running(m.whole(value))
}

// mirrors reports whether an attribute can be a copy of what was typed.
func mirrors(n *node, name string) bool {
	if strings.HasPrefix(name, "data-") || strings.HasPrefix(name, "aria-value") {
		return true
	}
	if n == nil || !isField(n.tag) {
		return false
	}
	switch name {
	case "placeholder", "aria-label", "aria-labelledby", "aria-describedby", "autocomplete", "inputmode", "maxlength", "minlength", "min", "max", "step", "size", "pattern", "accept", "list", "form", "checked", "disabled", "readonly", "required":
		return false
	}
	return true
}

func (m *masker) address(u string) string {
	clean, cut := CleanURL(u)
	if cut {
		m.report.Queries++
	}
	if head, _, ok := strings.Cut(clean, ","); ok && strings.HasPrefix(clean, "data:") && strings.HasSuffix(head, ";base64") {
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
	if found := m.echoes.find(s); len(found) > 0 {
		m.report.Echoes += len(found)
		s = replace(s, found)
	}
	return m.cardsIn(s)
}

// whole masks text that is a stage of typing and nothing else: a preview shows
// a name or an address while it is written.
func (m *masker) whole(s string) string {
	v := strings.TrimSpace(s)
	if len(v) < shortValue || !m.fields.typed.stages[fold(v)] {
		return s
	}
	m.report.Echoes++
	return hide(s)
}

// cardsIn masks card numbers and the digits of every stage of typing one.
func (m *masker) cardsIn(s string) string {
	if len(s) < 6 {
		return s
	}
	if found := cards(s); len(found) > 0 {
		m.report.Cards += len(found)
		s = replace(s, found)
	}
	if found := digitsIn(s, m.fields.typed.digits); len(found) > 0 {
		m.report.Echoes += len(found)
		s = replace(s, found)
	}
	return s
}

package mask

import (
	"iter"
	"strings"

	"hindsite.app/player/recording"
)

// nodeKey names a node over a whole recording: ids begin again with every
// snapshot of a tab.
type nodeKey struct {
	tab   int32
	epoch int
	id    recording.NodeID
}

// node is what the first pass keeps of an element.
type node struct {
	parent   recording.NodeID
	tag      string
	kind     string // type of an input
	words    string // everything that names the field, in lower case
	name, id string
	textual  bool // was a field for text at some time
	editable bool
	secret   bool // never to be kept
	personal bool // content is looked for in other text
	typed    bool
	boxed    bool   // takes four characters at most
	last     string // what was typed last
}

// fields knows every form field of a recording.
type fields struct {
	policy Policy
	nodes  map[nodeKey]*node
	labels map[nodeKey]map[string]string // words of labels, by epoch and by the id they are for
	typed  *typed
}

func newFields(p Policy) *fields {
	return &fields{policy: p, nodes: map[nodeKey]*node{}, labels: map[nodeKey]map[string]string{}, typed: newTyped()}
}

// learn is the first pass.
func (f *fields) learn(rec *recording.Recording) {
	for epoch, c := range documents(rec.Changes) {
		switch op := c.Op.(type) {
		case recording.Snapshot:
			if op.Root != nil {
				f.learnNode(c.Tab, epoch, recording.NoNode, op.Root)
			}
		case recording.Mutation:
			for _, a := range op.Additions {
				f.learnNode(c.Tab, epoch, a.Parent, a.Node)
			}
			for _, a := range op.Attributes {
				if n := f.nodes[nodeKey{c.Tab, epoch, a.Node}]; n != nil {
					n.learnAttrs(a.Set)
				}
			}
		}
	}
	f.applyLabels()
	f.findCards(rec)
	f.spreadSecrets()
	f.learnValues(rec)
}

// learnValues collects what was typed, once it is known which fields are
// personal.
func (f *fields) learnValues(rec *recording.Recording) {
	for epoch, c := range documents(rec.Changes) {
		switch op := c.Op.(type) {
		case recording.Snapshot:
			if op.Root != nil {
				f.learnContent(c.Tab, epoch, op.Root)
			}
		case recording.Mutation:
			for _, a := range op.Additions {
				f.learnContent(c.Tab, epoch, a.Node)
			}
			for _, a := range op.Attributes {
				f.learnValue(nodeKey{c.Tab, epoch, a.Node}, a.Set)
			}
		case recording.SetInput:
			f.learnInput(nodeKey{c.Tab, epoch, op.Node}, op.Text)
		}
	}
	for _, n := range f.nodes {
		f.typed.finish(n.last)
	}
}

// findCards marks the fields that held a card number at some time, whatever
// they are called: without the last digit it is none, and would be kept.
func (f *fields) findCards(rec *recording.Recording) {
	for epoch, c := range documents(rec.Changes) {
		if op, ok := c.Op.(recording.SetInput); ok {
			if n := f.nodes[nodeKey{c.Tab, epoch, op.Node}]; n != nil && HoldsCard(op.Text) {
				n.secret, n.personal = true, true
			}
		}
	}
}

// documents yields every change with the epoch of its tab: which of the tab's
// snapshots it belongs to. The changes may be rewritten on the way.
func documents(changes []recording.Change) iter.Seq2[int, *recording.Change] {
	return func(yield func(int, *recording.Change) bool) {
		epochs := map[int32]int{}
		for i := range changes {
			c := &changes[i]
			if _, ok := c.Op.(recording.Snapshot); ok {
				epochs[c.Tab]++
			}
			if !yield(epochs[c.Tab], c) {
				return
			}
		}
	}
}

// learnContent takes what the fields of a subtree hold.
func (f *fields) learnContent(tab int32, epoch int, s *recording.Node) {
	s.Walk(func(n *recording.Node) bool {
		f.learnValue(nodeKey{tab, epoch, n.ID}, n.Attrs)
		return true
	})
}

func (f *fields) learnNode(tab int32, epoch int, parent recording.NodeID, s *recording.Node) {
	if s.Type == recording.ElementNode || s.Type == recording.DocumentNode {
		n := &node{parent: parent, tag: strings.ToLower(s.Tag)}
		n.learnAttrs(s.Attrs)
		if n.tag == "label" {
			f.learnLabel(tab, epoch, s)
		}
		f.nodes[nodeKey{tab, epoch, s.ID}] = n
	} else {
		f.nodes[nodeKey{tab, epoch, s.ID}] = &node{parent: parent}
	}
	for _, c := range s.Children {
		f.learnNode(tab, epoch, s.ID, c)
	}
}

// applyLabels gives fields the words of the labels that name their ids.
func (f *fields) applyLabels() {
	for k, n := range f.nodes {
		if n.id == "" || !isField(n.tag) {
			continue
		}
		if words := f.labels[nodeKey{tab: k.tab, epoch: k.epoch}][n.id]; words != "" {
			n.learnAttrs([]recording.Attr{{Name: labelAttr, Value: words}})
		}
	}
}

// learnLabel is called before the fields inside the label are known, and takes
// its words for them.
func (f *fields) learnLabel(tab int32, epoch int, s *recording.Node) {
	var words strings.Builder
	s.Walk(func(n *recording.Node) bool {
		if n.Type == recording.TextNode {
			words.WriteString(strings.ToLower(n.Text) + " ")
		}
		return true
	})
	if target, ok := s.Attr("for"); ok && target != "" {
		k := nodeKey{tab: tab, epoch: epoch}
		if f.labels[k] == nil {
			f.labels[k] = map[string]string{}
		}
		f.labels[k][strings.ToLower(target)] += words.String()
	}
	s.Walk(func(n *recording.Node) bool {
		if isField(n.Tag) {
			n.Attrs = append(n.Attrs, recording.Attr{Name: labelAttr, Value: words.String()})
		}
		return true
	})
}

// labelAttr carries a label's words to its field during the first pass; the
// second pass takes it away again.
const labelAttr = "\x00label"

func isField(tag string) bool {
	switch strings.ToLower(tag) {
	case "input", "textarea", "select":
		return true
	}
	return false
}

func (n *node) learnAttrs(attrs []recording.Attr) {
	for _, a := range attrs {
		v := strings.ToLower(a.Value)
		switch strings.ToLower(a.Name) {
		case "type":
			n.kind, n.textual = v, n.textual || !isChoice(v)
			n.secret = n.secret || v == "password"
			n.personal = n.personal || v == "email" || v == "tel"
		case "name":
			n.name = v
			n.words += " " + v
		case "id":
			n.id = v
			n.words += " " + v
		case "placeholder", "aria-label", labelAttr:
			n.words += " " + v
		case "autocomplete":
			n.words += " " + v
			n.secret = n.secret || secretAutocomplete(v)
			n.personal = n.personal || (v != "off" && v != "on" && v != "")
		case "contenteditable":
			n.editable = n.editable || v != "false"
		case "role":
			n.editable = n.editable || v == "textbox" || v == "searchbox"
		case "maxlength":
			n.boxed = n.boxed || len(v) == 1 && v >= "1" && v <= "4"
		case "data-rr-is-password":
			n.secret = true
		}
	}
	if isField(n.tag) {
		n.secret = n.secret || mentions(n.words, secretWords)
		n.personal = n.personal || n.secret || mentions(n.words, personalWords)
	}
}

func secretAutocomplete(v string) bool {
	for _, word := range strings.Fields(v) {
		switch word {
		case "current-password", "new-password", "one-time-code":
			return true
		}
		if strings.HasPrefix(word, "cc-") {
			return true
		}
	}
	return false
}

// learnValue takes the content that a field has by its attributes.
func (f *fields) learnValue(k nodeKey, attrs []recording.Attr) {
	n := f.nodes[k]
	if n == nil || !isField(n.tag) || !n.isTyped() || !n.personal || n.isChosen() {
		return // what a page itself put into a field is words of the page
	}
	for _, a := range attrs {
		if strings.EqualFold(a.Name, "value") {
			f.typed.remember(n, a.Value)
		}
	}
}

func (f *fields) learnInput(k nodeKey, text string) {
	n := f.nodes[k]
	if n == nil {
		n = &node{tag: "input"}
		f.nodes[k] = n
	}
	n.typed = true
	if n.isTyped() && !n.isChosen() {
		f.typed.remember(n, text)
	}
}

// spreadSecrets marks every field of a form that asks for a card: a security
// code is three digits and cannot be found by its value. Boxes of a few
// characters that stand together are one number in parts: of a card, or a code
// for one login.
func (f *fields) spreadSecrets() {
	forms := map[nodeKey]bool{}
	boxes := map[nodeKey]int{}
	for k, n := range f.nodes {
		if !isField(n.tag) {
			continue
		}
		form := f.form(k)
		if form.id != recording.NoNode && (mentions(n.words, cardWords) || strings.Contains(n.words, "cc-")) {
			forms[form] = true
		}
		if n.boxed && n.isTyped() {
			boxes[form]++
		}
	}
	for k, n := range f.nodes {
		if !isField(n.tag) {
			continue
		}
		if form := f.form(k); forms[form] || n.boxed && boxes[form] >= minBoxes {
			n.secret, n.personal = true, true
		}
	}
}

// minBoxes is from how many boxes on they are taken for one number.
const minBoxes = 3

// form returns the form that a field stands in, or, outside of any, a key
// without a node.
func (f *fields) form(k nodeKey) nodeKey {
	for range maxClimb {
		n := f.nodes[k]
		if n == nil {
			break
		}
		if n.tag == "form" {
			return k
		}
		k.id = n.parent
	}
	return nodeKey{tab: k.tab, epoch: k.epoch}
}

// maxClimb bounds how far up a tree one looks, whatever a recording claims of
// its parents.
const maxClimb = 2000

// isTyped reports whether the value of the field is something that a person
// writes or chooses, and not the label of a button. Hidden fields count, because
// pages copy what was typed into them.
func (n *node) isTyped() bool {
	return n.tag != "input" || n.secret || n.textual || n.kind == ""
}

// isChosen reports whether the value of the field is one that the page offers,
// and was never anything else: masked beside a card, but no words of a person.
func (n *node) isChosen() bool {
	return n.tag == "input" && isChoice(n.kind) && !n.textual
}

// isChoice reports whether the value of an input of that type is the page's.
func isChoice(kind string) bool {
	switch kind {
	case "button", "submit", "reset", "image", "checkbox", "radio":
		return true
	}
	return false
}

// keep reports whether the policy allows the field's content.
func (f *fields) keep(n *node) bool {
	if n == nil || n.secret {
		return false
	}
	for _, allowed := range f.policy.AllowFields {
		if a := strings.ToLower(allowed); a != "" && (a == n.name || a == n.id) {
			return true
		}
	}
	return false
}

// inText reports whether text below k is something that a person writes.
func (f *fields) inText(k nodeKey) bool {
	for i := 0; i < maxClimb; i++ {
		n := f.nodes[k]
		if n == nil {
			return false
		}
		if n.tag == "textarea" || n.editable {
			return !f.keep(n)
		}
		k.id = n.parent
	}
	return true
}

func (f *fields) count() (all, secret int) {
	for _, n := range f.nodes {
		if !isField(n.tag) || !n.isTyped() || f.keep(n) || !(n.typed || n.secret) {
			continue
		}
		all++
		if n.secret {
			secret++
		}
	}
	return all, secret
}

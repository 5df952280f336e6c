package track

import "hindsite.app/player/recording"

// The numbers of the operations in a document stream. They are stored: new
// ones go to the end.
const (
	opSnapshot byte = iota + 1
	opMutation
	opSheetRules
	opSheetDeclaration
	opAdoptSheets
	opSetScroll
	opSetInput
	opSetViewport
	opSetFocus
	opSetMedia
	opNavigate
	opAddFont
)

func (w *writer) op(op recording.Op) {
	switch op := op.(type) {
	case recording.Snapshot:
		w.byte(opSnapshot)
		w.float(op.ScrollX)
		w.float(op.ScrollY)
		w.tree(op.Root)
	case recording.Mutation:
		w.byte(opMutation)
		w.mutation(op)
	case recording.SheetRules:
		w.byte(opSheetRules)
		w.rules(op)
	case recording.SheetDeclaration:
		w.byte(opSheetDeclaration)
		w.node(op.Node)
		w.int(int64(op.Sheet))
		w.path(op.Path)
		w.style(op.Style)
	case recording.AdoptSheets:
		w.byte(opAdoptSheets)
		w.adopt(op)
	case recording.SetScroll:
		w.byte(opSetScroll)
		w.node(op.Node)
		w.float(op.X)
		w.float(op.Y)
	case recording.SetInput:
		w.byte(opSetInput)
		w.node(op.Node)
		w.string(op.Text)
		w.bool(op.Checked)
		w.bool(op.ByUser)
	case recording.SetViewport:
		w.byte(opSetViewport)
		w.int(int64(op.Width))
		w.int(int64(op.Height))
	case recording.SetFocus:
		w.byte(opSetFocus)
		w.node(op.Node)
	case recording.SetMedia:
		w.byte(opSetMedia)
		w.node(op.Node)
		w.bool(op.Playing)
		w.double(op.Seconds)
	case recording.Navigate:
		w.byte(opNavigate)
		w.int(int64(op.View))
	case recording.AddFont:
		w.byte(opAddFont)
		w.string(op.Family)
		w.string(op.Source)
		w.string(op.Descriptors)
	}
}

func (r *reader) op() recording.Op {
	switch r.byte() {
	case opSnapshot:
		x, y := r.float(), r.float()
		return recording.Snapshot{ScrollX: x, ScrollY: y, Root: r.tree(0)}
	case opMutation:
		return r.mutation()
	case opSheetRules:
		return r.rules()
	case opSheetDeclaration:
		return recording.SheetDeclaration{Node: r.node(), Sheet: recording.SheetID(r.int()), Path: r.path(), Style: r.style()}
	case opAdoptSheets:
		return r.adopt()
	case opSetScroll:
		return recording.SetScroll{Node: r.node(), X: r.float(), Y: r.float()}
	case opSetInput:
		return recording.SetInput{Node: r.node(), Text: r.string(), Checked: r.bool(), ByUser: r.bool()}
	case opSetViewport:
		return recording.SetViewport{Width: int(r.int()), Height: int(r.int())}
	case opSetFocus:
		return recording.SetFocus{Node: r.node()}
	case opSetMedia:
		return recording.SetMedia{Node: r.node(), Playing: r.bool(), Seconds: r.double()}
	case opNavigate:
		return recording.Navigate{View: int(r.int())}
	case opAddFont:
		return recording.AddFont{Family: r.string(), Source: r.string(), Descriptors: r.string()}
	}
	r.fail()
	return nil
}

// Flags of a serialised node.
const (
	flagSVG = 1 << iota
	flagQuirks
	flagHost
	flagShadow
)

func (w *writer) tree(n *recording.Node) {
	if n == nil {
		w.node(0)
		return
	}
	w.node(n.ID)
	w.byte(byte(n.Type))
	var flags byte
	for i, on := range [...]bool{n.SVG, n.Quirks, n.ShadowHost, n.Shadow} {
		if on {
			flags |= 1 << i
		}
	}
	w.byte(flags)
	w.string(n.Tag)
	w.string(n.Text)
	w.attrs(n.Attrs)
	w.count(len(n.Children))
	for _, c := range n.Children {
		w.tree(c)
	}
}

// maxDepth bounds the nesting of a stored tree.
const maxDepth = 10_000

func (r *reader) tree(depth int) *recording.Node {
	id := r.node()
	if id == 0 || r.err != nil {
		return nil
	}
	if depth > maxDepth {
		r.fail()
		return nil
	}
	n := &recording.Node{ID: id, Type: recording.NodeType(r.byte())}
	flags := r.byte()
	n.SVG, n.Quirks, n.ShadowHost, n.Shadow = flags&flagSVG != 0, flags&flagQuirks != 0, flags&flagHost != 0, flags&flagShadow != 0
	n.Tag, n.Text = r.string(), r.string()
	n.Attrs = r.attrs()
	if children := r.count(); children > 0 {
		// The claimed number is believed as children turn up: every level of a
		// damaged tree may claim as many as there are bytes left.
		n.Children = make([]*recording.Node, 0, min(children, 16))
		for range children {
			c := r.tree(depth + 1)
			if r.err != nil {
				return nil
			}
			if c != nil {
				n.Children = append(n.Children, c)
			}
		}
	}
	return n
}

func (w *writer) attrs(attrs []recording.Attr) {
	w.count(len(attrs))
	for _, a := range attrs {
		w.string(a.Name)
		w.string(a.Value)
	}
}

func (r *reader) attrs() []recording.Attr {
	attrs := list[recording.Attr](r, 2)
	column(attrs, func(a *recording.Attr) { a.Name, a.Value = r.string(), r.string() })
	return attrs
}

func (w *writer) mutation(m recording.Mutation) {
	w.count(len(m.Removals))
	for _, x := range m.Removals {
		w.node(x.Parent)
		w.node(x.Node)
	}
	w.count(len(m.Additions))
	for _, x := range m.Additions {
		w.node(x.Parent)
		w.node(x.Next)
		w.node(x.Previous)
		w.tree(x.Node)
	}
	w.count(len(m.Texts))
	for _, x := range m.Texts {
		w.node(x.Node)
		w.string(x.Text)
	}
	w.count(len(m.Attributes))
	for _, x := range m.Attributes {
		w.node(x.Node)
		w.attrs(x.Set)
		w.count(len(x.Removed))
		column(x.Removed, func(s *string) { w.string(*s) })
		w.count(len(x.Style))
		for _, s := range x.Style {
			w.style(s)
		}
	}
}

func (r *reader) mutation() recording.Mutation {
	var m recording.Mutation
	m.Removals = list[recording.Removal](r, 2)
	column(m.Removals, func(x *recording.Removal) { x.Parent, x.Node = r.node(), r.node() })
	m.Additions = list[recording.Addition](r, 4)
	column(m.Additions, func(x *recording.Addition) {
		x.Parent, x.Next, x.Previous, x.Node = r.node(), r.node(), r.node(), r.tree(0)
	})
	m.Texts = list[recording.TextChange](r, 2)
	column(m.Texts, func(x *recording.TextChange) { x.Node, x.Text = r.node(), r.string() })
	m.Attributes = list[recording.AttributeChange](r, 4)
	column(m.Attributes, func(x *recording.AttributeChange) {
		x.Node, x.Set = r.node(), r.attrs()
		x.Removed = list[string](r, 1)
		column(x.Removed, func(s *string) { *s = r.string() })
		x.Style = list[recording.StyleChange](r, 4)
		column(x.Style, func(s *recording.StyleChange) { *s = r.style() })
	})
	return m
}

func (w *writer) style(s recording.StyleChange) {
	w.string(s.Property)
	w.string(s.Value)
	w.bool(s.Important)
	w.bool(s.Remove)
}

func (r *reader) style() recording.StyleChange {
	return recording.StyleChange{Property: r.string(), Value: r.string(), Important: r.bool(), Remove: r.bool()}
}

func (w *writer) path(p []int) {
	w.count(len(p))
	column(p, func(i *int) { w.int(int64(*i)) })
}

func (r *reader) path() []int {
	p := list[int](r, 1)
	column(p, func(i *int) { *i = int(r.int()) })
	return p
}

func (w *writer) rules(s recording.SheetRules) {
	w.node(s.Node)
	w.int(int64(s.Sheet))
	w.bool(s.Replace != nil)
	if s.Replace != nil {
		w.string(*s.Replace)
	}
	w.count(len(s.Deletes))
	for _, p := range s.Deletes {
		w.path(p)
	}
	w.count(len(s.Inserts))
	for _, in := range s.Inserts {
		w.string(in.Rule)
		w.path(in.Path)
	}
}

func (r *reader) rules() recording.SheetRules {
	s := recording.SheetRules{Node: r.node(), Sheet: recording.SheetID(r.int())}
	if r.bool() {
		text := r.string()
		s.Replace = &text
	}
	s.Deletes = list[[]int](r, 1)
	column(s.Deletes, func(p *[]int) { *p = r.path() })
	s.Inserts = list[recording.RuleInsert](r, 2)
	column(s.Inserts, func(in *recording.RuleInsert) { in.Rule, in.Path = r.string(), r.path() })
	return s
}

func (w *writer) adopt(a recording.AdoptSheets) {
	w.node(a.Host)
	w.count(len(a.New))
	for _, s := range a.New {
		w.int(int64(s.ID))
		w.count(len(s.Rules))
		column(s.Rules, func(rule *string) { w.string(*rule) })
	}
	w.count(len(a.Sheets))
	for _, id := range a.Sheets {
		w.int(int64(id))
	}
}

func (r *reader) adopt() recording.AdoptSheets {
	a := recording.AdoptSheets{Host: r.node()}
	a.New = list[recording.NewSheet](r, 2)
	column(a.New, func(s *recording.NewSheet) {
		s.ID = recording.SheetID(r.int())
		s.Rules = list[string](r, 1)
		column(s.Rules, func(rule *string) { *rule = r.string() })
	})
	a.Sheets = list[recording.SheetID](r, 1)
	column(a.Sheets, func(id *recording.SheetID) { *id = recording.SheetID(r.int()) })
	return a
}

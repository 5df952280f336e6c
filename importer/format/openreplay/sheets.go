package openreplay

import "hindsite.app/importer/format"

// sheet is a style sheet that a script made or changed: of a style or link
// element, or one that documents adopt.
type sheet struct {
	element *node // of which it is the sheet, or nil
	owned   bool
	waiting []ruleData // changes before it was said whose it is
}

type ruleAdd struct {
	Rule  string `json:"rule"`
	Index int64  `json:"index"`
}

type ruleIndex struct {
	Index int64 `json:"index"`
}

// ruleData is a change of the rules of one sheet. Order tells changes of one
// moment apart that are otherwise the same.
type ruleData struct {
	Source  int         `json:"source"`
	ID      int64       `json:"id,omitzero"`
	StyleID int64       `json:"styleId,omitzero"`
	Replace *string     `json:"replace,omitzero"`
	Adds    []ruleAdd   `json:"adds,omitzero"`
	Removes []ruleIndex `json:"removes,omitzero"`
	Order   int         `json:"order"`
}

type adoptedData struct {
	Source   int     `json:"source"`
	ID       int64   `json:"id"`
	StyleIDs []int64 `json:"styleIds"`
}

// maxSheets bounds the sheets of a page and the changes that wait for one.
const maxSheets = 100_000

func (p *page) sheet(id int64) *sheet {
	s := p.sheets[id]
	if s == nil {
		s = &sheet{}
		if len(p.sheets) < maxSheets {
			p.sheets[id] = s
		}
	}
	return s
}

// rules hands on a change of a sheet, once it is known whose it is.
func (p *page) rules(id int64, d ruleData) {
	if p.tree == nil {
		p.odd.Add(format.NoSnapshot, 1)
		return
	}
	s := p.sheet(id)
	p.order++
	d.Source, d.Order = sourceRules, p.order
	if !s.owned {
		if len(s.waiting) < maxSheets {
			s.waiting = append(s.waiting, d)
		}
		return
	}
	p.emit(typeIncremental, s.name(id, d))
}

// name says of which sheet a change is.
func (s *sheet) name(id int64, d ruleData) ruleData {
	if s.element != nil {
		d.ID = s.element.shownID()
	} else {
		d.StyleID = id + 1 // rrweb has no sheet 0
	}
	return d
}

// own says whose a sheet is: a style or link element's own, or one that a
// document or shadow root adopts.
func (p *page) own(id, owner int64) {
	n := p.find(owner)
	if n == nil {
		return
	}
	s := p.sheet(id)
	s.owned = true
	if n.kind == elementNode && n != p.tree.root {
		s.element = n
	} else if !contains(n.adopted, id+1) && len(n.adopted) < maxSheets {
		n.adopted = append(n.adopted, id+1)
		p.adopt(n)
	}
	for _, d := range s.waiting {
		p.emit(typeIncremental, s.name(id, d))
	}
	s.waiting = nil
}

func (p *page) disown(id, owner int64) {
	n := p.find(owner)
	if n == nil {
		return
	}
	kept := make([]int64, 0, len(n.adopted))
	for _, a := range n.adopted {
		if a != id+1 {
			kept = append(kept, a)
		}
	}
	n.adopted = kept
	p.adopt(n)
}

func (p *page) adopt(n *node) {
	owner := n.host().shownID()
	if n == p.tree.root {
		owner = documentID // the recorder has one number for the document and its root
	}
	p.emit(typeIncremental, adoptedData{sourceAdopted, owner, n.adopted})
}

func contains(list []int64, v int64) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

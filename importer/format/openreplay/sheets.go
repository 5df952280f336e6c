package openreplay

import (
	"slices"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rebuild"
)

// sheet is a style sheet that a script made or changed: of a style or link
// element, or one that documents adopt.
type sheet struct {
	element *rebuild.Node // of which it is the sheet, or nil
	owned   bool
	waiting []rebuild.Rules // changes before it was said whose it is
}

// maxSheets bounds the sheets of a page, and the changes that wait for one.
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
func (p *page) rules(id int64, r rebuild.Rules) {
	if p.Tree() == nil {
		p.Odd.Add(format.NoSnapshot, 1)
		return
	}
	s := p.sheet(id)
	if s.owned {
		p.change(s, id, r)
		return
	}
	if p.waiting < maxSheets {
		p.waiting++
		s.waiting = append(s.waiting, r)
	}
}

func (p *page) change(s *sheet, id int64, r rebuild.Rules) {
	if s.element != nil {
		p.ElementRules(s.element, r)
		return
	}
	p.SheetRules(id, r)
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
	if n.Kind == rebuild.Element && n != p.Tree().Root() {
		s.element = n
	} else if !slices.Contains(n.Adopts(), id) {
		p.AdoptSheets(n, append(slices.Clone(n.Adopts()), id))
	}
	for _, r := range s.waiting {
		p.change(s, id, r)
	}
	p.waiting -= len(s.waiting)
	s.waiting = nil
}

func (p *page) disown(id, owner int64) {
	if n := p.find(owner); n != nil {
		p.AdoptSheets(n, slices.DeleteFunc(slices.Clone(n.Adopts()), func(a int64) bool { return a == id }))
	}
}

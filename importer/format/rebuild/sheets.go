package rebuild

// RuleAdd puts a rule in front of the one at Index.
type RuleAdd struct {
	Rule  string `json:"rule"`
	Index int64  `json:"index"`
}

// RuleIndex names a rule.
type RuleIndex struct {
	Index int64 `json:"index"`
}

// Rules is a change of the rules of one sheet.
type Rules struct {
	Replace *string     `json:"replace,omitzero"` // the whole text
	Removes []RuleIndex `json:"removes,omitzero"`
	Adds    []RuleAdd   `json:"adds,omitzero"`
}

// rulesData names the sheet. Order tells changes of one moment apart that are
// otherwise the same.
type rulesData struct {
	Source  int   `json:"source"`
	ID      int64 `json:"id,omitzero"`
	StyleID int64 `json:"styleId,omitzero"`
	Rules
	Order int `json:"order"`
}

// ElementRules changes the sheet of a style or link element.
func (p *Page) ElementRules(n *Node, r Rules) {
	p.order++
	p.emit(typeIncremental, rulesData{Source: sourceRules, ID: n.ShownID(), Rules: r, Order: p.order})
}

// SheetRules changes a sheet that documents adopt.
func (p *Page) SheetRules(sheet int64, r Rules) {
	p.order++
	p.emit(typeIncremental, rulesData{Source: sourceRules, StyleID: sheet + 1, Rules: r, Order: p.order})
}

type adoptedData struct {
	Source   int     `json:"source"`
	ID       int64   `json:"id"`
	StyleIDs []int64 `json:"styleIds"`
}

// maxAdopted bounds the sheets that a document adopts.
const maxAdopted = 10_000

// Adopts returns the sheets that a document or shadow root adopts.
func (n *Node) Adopts() []int64 { return n.adopted }

// AdoptSheets says which sheets a document or shadow root adopts. The root
// element stands for its document.
func (p *Page) AdoptSheets(n *Node, sheets []int64) {
	n.adopted = sheets[:min(len(sheets), maxAdopted)]
	named := make([]int64, len(n.adopted))
	for i, s := range n.adopted {
		named[i] = s + 1 // rrweb has no sheet 0
	}
	owner := n.ShownID()
	if n == p.tree.root {
		owner = DocumentID
	}
	p.emit(typeIncremental, adoptedData{sourceAdopted, owner, named})
}

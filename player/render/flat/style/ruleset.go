package style

import (
	"sort"
	"strings"

	"hindsite.app/player/render/flat/css"
)

// entry is one selector of a rule, ready to be asked.
type entry struct {
	sel        *css.Selector
	rule       *css.Rule
	above      []uint32 // hashes that some ancestor must have
	layer      int
	order      int
	containers []*css.Container // conditions on the sizes of containers
	// number is one for each entry of an engine.
	number uint64
}

// ruleSet indexes the rules of one tree scope that hold for one viewport.
type ruleSet struct {
	byID, byClass, byTag map[string][]*entry
	rest                 []*entry
	host, slotted        []*entry
	properties           map[string][]css.Token
	important            map[*css.Rule]bool
	fonts                [][]css.Declaration // @font-face
	uses                 *css.Uses
	// styles are the computed styles of the documents with these rules, by what
	// they were computed from.
	styles map[string]*Style
}

func (e *Engine) buildRules(sheets []*css.Sheet, media css.Media) *ruleSet {
	rs := &ruleSet{byID: map[string][]*entry{}, byClass: map[string][]*entry{}, byTag: map[string][]*entry{},
		properties: map[string][]css.Token{}, important: map[*css.Rule]bool{}, uses: css.NewUses(), styles: map[string]*Style{}}
	ranks := rankLayers(sheets)
	conds := map[*css.Cond]bool{}
	order := 0
	for _, sheet := range sheets {
		rs.fonts = append(rs.fonts, sheet.Fonts...)
		for name, v := range sheet.Properties {
			rs.properties[name] = v
		}
		for i := range sheet.Rules {
			rule := &sheet.Rules[i]
			holds, known := conds[rule.Cond]
			if !known {
				holds = rule.Cond.Holds(media)
				conds[rule.Cond] = holds
			}
			if !holds {
				continue
			}
			for _, d := range rule.Decls {
				if d.Important {
					rs.important[rule] = true
					break
				}
			}
			for _, sel := range rule.Selectors {
				order++
				rs.uses.AddSelector(sel)
				rs.add(&entry{sel: sel, rule: rule, layer: ranks[rule.Layer], order: order, containers: rule.Cond.Containers(), number: e.line()})
			}
		}
	}
	return rs
}

func (rs *ruleSet) add(e *entry) {
	switch {
	case e.sel.Pseudo == css.OtherPseudo:
		return
	case e.sel.Pseudo == css.Slotted:
		rs.slotted = append(rs.slotted, e)
		return
	case e.sel.Host():
		rs.host = append(rs.host, e)
		return
	}
	e.above = e.sel.Required(nil)
	switch k := e.sel.Key(); {
	case k.ID != "":
		rs.byID[k.ID] = append(rs.byID[k.ID], e)
	case k.Class != "":
		rs.byClass[k.Class] = append(rs.byClass[k.Class], e)
	case k.Tag != "":
		rs.byTag[k.Tag] = append(rs.byTag[k.Tag], e)
	default:
		rs.rest = append(rs.rest, e)
	}
}

// rankLayers numbers layers by their precedence: a layer's own rules win over
// those of its sublayers, and rules in no layer over all. The rank of "" is the
// highest.
func rankLayers(sheets []*css.Sheet) map[string]int {
	first := map[string]int{}
	var names []string
	for _, s := range sheets {
		for _, full := range s.Layers {
			for i := 0; i <= len(full); i++ {
				if i < len(full) && full[i] != '.' {
					continue
				}
				if _, ok := first[full[:i]]; !ok {
					first[full[:i]] = len(first)
					names = append(names, full[:i])
				}
			}
		}
	}
	less := func(a, b string) bool {
		pa, pb := strings.Split(a, "."), strings.Split(b, ".")
		for i := 0; i < len(pa) && i < len(pb); i++ {
			if pa[i] != pb[i] {
				return first[strings.Join(pa[:i+1], ".")] < first[strings.Join(pb[:i+1], ".")]
			}
		}
		return len(pa) > len(pb)
	}
	sort.SliceStable(names, func(i, j int) bool { return less(names[i], names[j]) })
	ranks := map[string]int{}
	for i, n := range names {
		ranks[n] = i + 1
	}
	ranks[""] = len(names) + 1
	return ranks
}

// filter remembers the names that the ancestors of an element have (a Bloom
// filter of 1024 bits with two probes).
type filter [16]uint64

func (f *filter) add(h uint32) {
	f[h>>6&15] |= 1 << (h & 63)
	f[h>>22&15] |= 1 << (h >> 16 & 63)
}

func (f *filter) has(h uint32) bool {
	return f[h>>6&15]&(1<<(h&63)) != 0 && f[h>>22&15]&(1<<(h>>16&63)) != 0
}

func (f *filter) addElement(e *css.Element) {
	f.add(css.Hash32('<', e.Tag))
	if e.ID != "" {
		f.add(css.Hash32('#', e.ID))
	}
	for _, c := range e.Classes {
		f.add(css.Hash32('.', c))
	}
}

func (f *filter) allows(e *entry) bool {
	for _, h := range e.above {
		if !f.has(h) {
			return false
		}
	}
	return true
}

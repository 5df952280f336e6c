// Package group finds out by their names which files make one recording: the
// parts in which recorders store a session, and the files that say more of it.
package group

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// Recording is the files of one recording, as indexes into the names.
type Recording struct {
	Name  string // what the files have in common, or the only file's
	Parts []int  // in the order in which they belong together; at least one
	Side  []int
	Gaps  int // parts that are missing, by the numbers in the names
}

// mostGaps bounds what names can claim to be missing.
const mostGaps = 1000

// Recordings groups files by their names, which are paths with slashes. What
// belongs to nothing else is a recording of its own. Recordings come in the
// order of the first file of each.
func Recordings(names []string) []Recording {
	var all []*found
	byKey := map[string]*found{}
	for i, name := range names {
		p, ok := partOf(name)
		if !ok {
			all = append(all, &found{Recording: Recording{Name: name, Parts: []int{i}}, single: true})
			continue
		}
		f := byKey[p.key()]
		if f == nil {
			f = &found{part: p}
			byKey[p.key()], all = f, append(all, f)
		}
		f.Parts, f.numbers = append(f.Parts, i), append(f.numbers, p.number)
	}
	all = attach(all, names)
	out := make([]Recording, len(all))
	for i, f := range all {
		out[i] = f.finish(names)
	}
	return out
}

// IsPart reports whether the name is that of one of several files of a
// recording.
func IsPart(name string) bool {
	_, ok := partOf(name)
	return ok
}

// Belongs reports whether the name is that of a part of a recording, or of a
// file that can stand beside one. Such files are known by their names alone.
func Belongs(name string) bool {
	_, part := partOf(name)
	return part || isSide(name)
}

type found struct {
	Recording
	part
	numbers []int
	single  bool // one file that is known by nothing
}

// finish orders the parts and counts those that are missing.
func (f *found) finish(names []string) Recording {
	if f.single {
		return f.Recording
	}
	order := make([]int, len(f.Parts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(f.numbers[a], f.numbers[b]), strings.Compare(names[f.Parts[a]], names[f.Parts[b]]))
	})
	r := Recording{Side: f.Side, Name: f.name()}
	next := f.first
	for _, i := range order {
		r.Parts = append(r.Parts, f.Parts[i])
		n := f.numbers[i]
		if next >= 0 && n > next {
			r.Gaps = min(r.Gaps+n-next, mostGaps)
		}
		next = n + 1
	}
	if f.optional {
		r.Gaps = 0
	}
	if r.Name == "" {
		r.Name = names[r.Parts[0]]
	}
	return r
}

// attach gives each side file to the recording that it stands beside. One
// that stands beside none, or beside several, is a recording of its own.
func attach(all []*found, names []string) []*found {
	near := neighbours{folders: map[string][]*found{}, stems: map[string][]*found{}}
	for _, f := range all {
		if stem, ok := metaStem(names[f.Parts[0]]); ok && f.single {
			near.stems[stem] = nil
		}
	}
	for _, f := range all {
		near.add(f, names[f.Parts[0]])
	}
	return slices.DeleteFunc(all, func(f *found) bool {
		if !f.single {
			return false
		}
		owner := near.owner(names[f.Parts[0]])
		if owner == nil {
			return false
		}
		owner.Side = append(owner.Side, f.Parts[0])
		return true
	})
}

// neighbours are the recordings beside which a file can stand: those of known
// parts by their folders, and all by the stems that are asked for.
type neighbours struct{ folders, stems map[string][]*found }

func (n neighbours) add(f *found, name string) {
	if !f.single {
		n.folders[f.folder] = append(n.folders[f.folder], f)
	} else if _, meta := metaStem(name); meta {
		return
	}
	if len(n.stems) == 0 {
		return
	}
	lower := strings.ToLower(name)
	for i := len(lower) - 1; i > 0 && lower[i] != '/'; i-- {
		if lower[i] != '.' {
			continue
		}
		if owners, asked := n.stems[lower[:i]]; asked {
			n.stems[lower[:i]] = append(owners, f)
		}
	}
}

func (n neighbours) owner(name string) *found {
	if stem, ok := metaStem(name); ok {
		if owners := n.stems[stem]; len(owners) == 1 {
			return owners[0]
		}
	}
	prefix, ok := sidePrefix(name)
	if !ok {
		return nil
	}
	folder, _ := path.Split(name)
	groups := n.folders[folder]
	for _, f := range groups {
		if f.prefix == prefix {
			return f
		}
	}
	if prefix == "" && len(groups) == 1 {
		return groups[0]
	}
	return nil
}

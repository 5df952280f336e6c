package state

import (
	"cmp"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hindsite.app/importer"
)

// foundInput is an input and the file that it is.
type foundInput struct {
	path string
	importer.Input
}

// batchName is the name of a piece of a recording that its recorder sealed
// piece by piece: NAME.K.jwe or NAME.K.seal, counted in any way that rises.
var batchName = regexp.MustCompile(`^(.+)\.(\d{1,18})\.(?i:jwe|seal)$`)

// batchOf returns what the pieces of one recording have in common, and the
// number of this one; "" for a file that is no piece.
func (f foundInput) batchOf() (recording string, number int64) {
	dir, name := filepath.Split(f.path)
	m := batchName.FindStringSubmatch(name)
	if m == nil {
		return "", 0
	}
	n, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil {
		return "", 0
	}
	return dir + m[1], n
}

// joinBatches makes one input of the pieces of one recording, which lie in one
// folder, in the order of their numbers, where the first of them was. A piece
// that is alone stays as it is.
func joinBatches(all []foundInput) []importer.Input {
	pieces := map[string][]foundInput{}
	for _, f := range all {
		if recording, _ := f.batchOf(); recording != "" {
			pieces[recording] = append(pieces[recording], f)
		}
	}
	var out []importer.Input
	for _, f := range all {
		recording, _ := f.batchOf()
		group, waiting := pieces[recording]
		switch {
		case recording == "" || len(group) == 1:
			out = append(out, f.Input)
		case waiting:
			out = append(out, joined(f.Name, group))
			delete(pieces, recording)
		}
	}
	return out
}

func joined(name string, pieces []foundInput) importer.Input {
	slices.SortStableFunc(pieces, func(a, b foundInput) int {
		_, m := a.batchOf()
		_, n := b.batchOf()
		return cmp.Compare(m, n)
	})
	for range 2 { // the ending, and the number
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	in := importer.Input{Name: name}
	for _, p := range pieces {
		in.Size += p.Size
		in.Batches = append(in.Batches, p.Input)
	}
	return in
}

package state

import (
	"path"
	"path/filepath"
	"slices"

	"hindsite.app/importer"
	"hindsite.app/importer/format/group"
)

// joinParts makes one input of the files of one recording, which recorders
// store in several, where the first of them was.
func joinParts(all []foundInput) []foundInput {
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = filepath.ToSlash(f.path)
	}
	var out []foundInput
	for _, r := range group.Recordings(names) {
		if len(r.Parts) == 1 && len(r.Side) == 0 {
			out = append(out, all[r.Parts[0]])
			continue
		}
		in := importer.Input{Name: path.Base(r.Name), Gaps: r.Gaps}
		for _, i := range r.Parts {
			in.Parts, in.Size = append(in.Parts, all[i].Input), in.Size+all[i].Size
		}
		for _, i := range r.Side {
			in.Side = append(in.Side, all[i].Input)
		}
		out = append(out, foundInput{all[slices.Min(r.Parts)].path, in})
	}
	return out
}

package state

import (
	"context"
	"errors"
	"slices"

	"hindsite.app/importer"
	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

// errNoSuchSession says that what was asked for by name is not there.
var errNoSuchSession = &fault.Error{Class: fault.Schema, Err: errors.New("import: no session of that name is in it")}

// inputsAt lists what paths and addresses hold. Archives at an address are read
// where they are: only what is imported of them is fetched.
func (l *Library) inputsAt(ctx context.Context, places []string) ([]importer.Input, error) {
	var out []importer.Input
	for _, p := range places {
		if !isAddress(p) {
			ins, err := inputs([]string{p})
			if err != nil {
				return nil, err
			}
			out = append(out, ins...)
			continue
		}
		there, err := l.visit(ctx, p, nil)
		if err != nil {
			return nil, err
		}
		for _, e := range there.entries {
			in, err := remoteInput(ctx, there.source, e)
			if err != nil {
				return nil, err
			}
			out = append(out, in)
		}
	}
	return out, nil
}

// remoteInput makes an input of an archive. One whose size nobody listed is
// opened at once, to know it.
func remoteInput(ctx context.Context, src source.Source, e source.Entry) (importer.Input, error) {
	in := importer.Input{Name: e.Name, Size: e.Size, Open: func() (importer.Source, error) { return src.Open(ctx, e) }}
	if e.Size >= 0 {
		return in, nil
	}
	a, err := src.Open(ctx, e)
	if err != nil {
		return in, err
	}
	in.Size, in.Open = a.Size(), func() (importer.Source, error) { return a, nil }
	return in, nil
}

// only returns the filter of an import that asks for some sessions by name.
func only(sessions []string) func(string) bool {
	if len(sessions) == 0 {
		return nil
	}
	return func(id string) bool { return slices.Contains(sessions, id) }
}

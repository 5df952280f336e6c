package state

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hindsite.app/importer"
	"hindsite.app/importer/envelope"
	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

// errNoSuchSession says that what was asked for by name is not there.
var errNoSuchSession = &fault.Error{Class: fault.Schema, Err: errors.New("import: no session of that name is in it")}

// inputsAt lists what paths and addresses hold. Archives at an address are read
// where they are: only what is imported of them is fetched.
func (l *Library) inputsAt(ctx context.Context, places []string) ([]importer.Input, error) {
	var out []importer.Input
	for i, p := range places {
		if !isAddress(p) {
			if i > 0 && !isAddress(places[i-1]) {
				continue // came with the one before
			}
			ins, err := inputs(localRun(places[i:]))
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
			in.Origin = hostOf(p)
			out = append(out, in)
		}
	}
	return out, nil
}

// localRun returns the paths of this computer at the beginning of places: pieces
// of one recording may be among them.
func localRun(places []string) []string {
	if n := slices.IndexFunc(places, isAddress); n >= 0 {
		return places[:n]
	}
	return places
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

// InspectAt lists what the archives at an address hold, reading their
// directories in place. keyFile is a further key that opens them, "" for none.
// An archive that cannot be opened ends it.
func (l *Library) InspectAt(ctx context.Context, address, keyFile string) ([]ArchiveInfo, error) {
	keys, err := l.keysWith(keyFile, "")
	if err != nil {
		return nil, err
	}
	there, err := l.visit(ctx, address, nil)
	if err != nil {
		return nil, err
	}
	trust, err := l.Trust(ctx)
	if err != nil {
		return nil, err
	}
	return inspectAt(ctx, there, keys, trust)
}

// InspectAddress is InspectAt without a library, and so without the credentials
// of its origins.
func InspectAddress(ctx context.Context, address string, c Credential, network source.Options) ([]ArchiveInfo, error) {
	keys, _, err := c.keys()
	if err != nil {
		return nil, err
	}
	src, err := source.Parse(address, network)
	if err != nil {
		return nil, err
	}
	entries, err := src.List(ctx)
	if err != nil {
		return nil, err
	}
	return inspectAt(ctx, visited{src, entries}, keys, Trust{})
}

func inspectAt(ctx context.Context, there visited, keys envelope.Keys, t Trust) ([]ArchiveInfo, error) {
	var out []ArchiveInfo
	for _, e := range there.entries {
		info, err := inspectEntry(ctx, there.source, e, keys, t)
		if err != nil {
			return out, fmt.Errorf("%s: %w", e.Name, err)
		}
		out = append(out, info)
	}
	return out, nil
}

func inspectEntry(ctx context.Context, src source.Source, e source.Entry, keys envelope.Keys, t Trust) (ArchiveInfo, error) {
	r, err := src.Open(ctx, e)
	if err != nil {
		return ArchiveInfo{}, err
	}
	defer r.Close()
	a, err := envelope.Open(ctx, r, r.Size(), e.Name, keys, envelope.Limits{})
	if err != nil {
		return ArchiveInfo{}, err
	}
	return inspect(ctx, e.Name, a, t)
}

// IsAddress tells an address from a path of this computer.
func IsAddress(s string) bool { return isAddress(s) }

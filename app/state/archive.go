package state

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"hindsite.app/importer/envelope"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// ArchiveInfo is what an archive says about itself.
type ArchiveInfo struct {
	Protection string
	Signature  ArchiveSignature
	Origin     string // site, as the archive says
	Producer   string
	Created    time.Time
	Sessions   []ArchiveSession
	Notes      []string
	Listed     bool // the archive has a list of its sessions
}

// ArchiveSignature says who signed an archive.
type ArchiveSignature struct {
	Sentence string
	Key      string // fingerprint; "" when not known
	Problem  *Problem
}

func archiveSignature(f signature.Finding) ArchiveSignature {
	return ArchiveSignature{Sentence: f.String(), Key: f.Key, Problem: Explain(f.Err)}
}

// ArchiveSession is one session of an archive. Start and Events are unknown in
// an archive without a list.
type ArchiveSession struct {
	Name   string     `json:"name"`
	Bytes  int64      `json:"bytes"`
	SHA256 string     `json:"sha256"`
	Start  *time.Time `json:"start"`
	Events int        `json:"events"`
	// Protection of the session, as far as it is known without reading it, and
	// who signed the archive.
	Protection string `json:"protection"`
	Signed     string `json:"signed"`
}

func openArchive(ctx context.Context, file string, c Credential) (*envelope.Archive, *os.File, error) {
	keys, _, err := c.keys()
	if err != nil {
		return nil, nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, fault.New(fault.Storage, "open archive: %w", unwrapPath(err))
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, fault.New(fault.Storage, "open archive: %w", unwrapPath(err))
	}
	if info.IsDir() {
		f.Close()
		return nil, nil, fault.New(fault.NotArchive, "open archive: it is a folder")
	}
	a, err := envelope.Open(ctx, f, info.Size(), filepath.Base(file), keys, envelope.Limits{})
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return a, f, nil
}

// findingOf says who signed an archive, to somebody who has this trust.
func findingOf(a *envelope.Archive, t Trust) signature.Finding {
	origin := ""
	if m := a.Manifest(); m != nil {
		origin = m.Origin.Site
	}
	pins, _ := t.For(origin)
	return a.Signature(pins)
}

// InspectArchive lists what is inside, without reading any recording. The pins
// of the trust say who signed.
func InspectArchive(ctx context.Context, file string, c Credential, t Trust) (ArchiveInfo, error) {
	a, f, err := openArchive(ctx, file, c)
	if err != nil {
		return ArchiveInfo{}, err
	}
	defer f.Close()
	found := findingOf(a, t)
	info := ArchiveInfo{Protection: a.Protection().String(), Signature: archiveSignature(found), Listed: a.Manifest() != nil}
	if m := a.Manifest(); m != nil {
		info.Producer, info.Created, info.Origin = m.Producer, m.Created, m.Origin.Site
	}
	for _, n := range a.Notes() {
		info.Notes = append(info.Notes, n.Text)
	}
	for _, e := range a.Entries() {
		start, p := e.Start, a.Protection()
		p.Sealed = e.Sealing()
		info.Sessions = append(info.Sessions, ArchiveSession{
			Name: e.ID, Bytes: e.Bytes(), SHA256: e.Digest().String(), Start: &start, Events: e.Events(),
			Protection: p.String(), Signed: found.String(),
		})
	}
	if info.Listed {
		return info, nil
	}
	for item, err := range a.Items(ctx) {
		if err != nil {
			return info, err
		}
		info.Sessions = append(info.Sessions, ArchiveSession{
			Name: item.Name, Bytes: item.Size, Protection: info.Protection, Signed: found.String(),
		})
	}
	return info, nil
}

// ErrBadSignature says that a signature of an archive is not right.
var ErrBadSignature = errors.New("bad signature")

// VerifyArchive reads everything and reports what is not whole. The error says
// that something is not; it is ErrBadSignature when everything is, and the
// signature is not right.
func VerifyArchive(ctx context.Context, file string, c Credential, t Trust, report func(name string, bytes int64, err error)) error {
	a, f, err := openArchive(ctx, file, c)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := a.Verify(ctx, func(v envelope.Verdict) { report(v.Name, v.Bytes, v.Err) }); err != nil {
		return err
	}
	if f := findingOf(a, t); f.State == signature.Bad {
		return fault.New(fault.Signature, "verify archive: %w: %w", ErrBadSignature, f.Err)
	}
	return nil
}

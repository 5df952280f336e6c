package state

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"hindsite.app/importer/envelope"
	"hindsite.app/player/fault"
)

// ArchiveInfo is what an archive says about itself.
type ArchiveInfo struct {
	Protection string
	Producer   string
	Created    time.Time
	Sessions   []ArchiveSession
	Notes      []string
	Listed     bool // the archive has a list of its sessions
}

// ArchiveSession is one session of an archive. Start and Events are unknown in
// an archive without a list.
type ArchiveSession struct {
	Name   string     `json:"name"`
	Bytes  int64      `json:"bytes"`
	SHA256 string     `json:"sha256"`
	Start  *time.Time `json:"start"`
	Events int        `json:"events"`
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

// InspectArchive lists what is inside, without reading any recording.
func InspectArchive(ctx context.Context, file string, c Credential) (ArchiveInfo, error) {
	a, f, err := openArchive(ctx, file, c)
	if err != nil {
		return ArchiveInfo{}, err
	}
	defer f.Close()
	info := ArchiveInfo{Protection: a.Protection().String(), Listed: a.Manifest() != nil}
	if m := a.Manifest(); m != nil {
		info.Producer, info.Created = m.Producer, m.Created
	}
	for _, n := range a.Notes() {
		info.Notes = append(info.Notes, n.Text)
	}
	for _, e := range a.Entries() {
		start := e.Start
		info.Sessions = append(info.Sessions, ArchiveSession{
			Name: e.ID, Bytes: e.Bytes(), SHA256: e.Digest().String(), Start: &start, Events: e.Events(),
		})
	}
	if info.Listed {
		return info, nil
	}
	for item, err := range a.Items(ctx) {
		if err != nil {
			return info, err
		}
		info.Sessions = append(info.Sessions, ArchiveSession{Name: item.Name, Bytes: item.Size})
	}
	return info, nil
}

// VerifyArchive reads everything and reports what is not whole. The error says
// that something is not.
func VerifyArchive(ctx context.Context, file string, c Credential, report func(name string, bytes int64, err error)) error {
	a, f, err := openArchive(ctx, file, c)
	if err != nil {
		return err
	}
	defer f.Close()
	return a.Verify(ctx, func(v envelope.Verdict) { report(v.Name, v.Bytes, v.Err) })
}

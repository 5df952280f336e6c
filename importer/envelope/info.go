package envelope

import (
	"hindsite.app/importer/envelope/sealed"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// Info is what a new archive says about itself, beside what follows from its
// sessions.
type Info struct {
	Producer  string
	Origin    Origin
	Seq       int64 // place in a series; 0 for none
	Previous  *Hash // the manifest before in the series
	Masking   *Masking
	Retention *Retention
	Legal     *Legal

	// Converted names what the recordings were converted from, when nothing
	// there said that they are authentic (FORMAT.md); "" otherwise.
	Converted string

	// SealTo seals every part and the list of sessions to these keys, under
	// AES-256-GCM. Without other recipients that is the AES-256 profile; with
	// them the sealed members lie within age.
	SealTo []*sealed.Public

	// Sign are the keys that sign the manifest: at most one of OpenSSH's and one
	// of minisign's.
	Sign []*signature.Signer

	// Plain asks for an archive without encryption; without it, no recipients
	// is an error.
	Plain bool
}

// check looks for what does not go together.
func (i *Info) check(recipients int) error {
	hidden := recipients > 0 || len(i.SealTo) > 0
	switch {
	case !hidden && !i.Plain:
		return fault.New(fault.Policy, "no recipients, and no encryption was not asked for")
	case hidden && i.Plain:
		return fault.New(fault.Policy, "recipients, and no encryption was asked for")
	case len(i.Converted) > maxConverted:
		return fault.New(fault.Schema, "what it is converted from is longer than %d bytes", maxConverted)
	}
	extensions := map[string]struct{}{}
	for _, s := range i.Sign {
		if claim(extensions, s.Extension()) != nil {
			return fault.New(fault.Duplicate, "two signatures of one kind")
		}
	}
	return nil
}

// sealing reports whether parts and list are sealed one by one.
func (w *Writer) sealing() bool { return len(w.info.SealTo) > 0 }

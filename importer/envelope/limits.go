// Package envelope opens and writes session archives: age around a ZIP of
// sessions (FORMAT.md), and the plainer things that people have. It checks
// that what it hands out is authentic and bounded; what the bytes mean is for
// others. Nothing that it opens reaches the disk in clear.
package envelope

import "hindsite.app/importer/inflate"

// Limits bounds what one archive may cost. The zero value of a field means the
// default.
type Limits struct {
	Members   int   // members of an archive; default 1,000,000
	Directory int64 // bytes of a ZIP directory; default 256 MiB
	Stored    int64 // bytes of a listed part as stored; default 72 MiB
	Member    int64 // bytes of a member decompressed; default 256 MiB
	Archive   int64 // bytes of all members decompressed; default 200 GB
	Armor     int64 // bytes of an armored file; default 16 MiB

	// Encrypted refuses archives without encryption, with class Policy; Sealed
	// refuses recordings that were never under AES-256-GCM.
	Encrypted bool
	Sealed    bool
}

const (
	kib = 1 << 10
	mib = 1 << 20

	// expansion and freely bound what a deflated member may claim; inflate
	// holds the other compressions to the same.
	expansion = 200
	freely    = 16 * mib

	maxManifest = mib
	maxList     = 256 * mib
	maxSessions = 1_000_000
)

func (l Limits) withDefaults() Limits {
	fill := func(field *int64, value int64) {
		if *field <= 0 {
			*field = value
		}
	}
	if l.Members <= 0 {
		l.Members = 1_000_000
	}
	fill(&l.Directory, 256*mib)
	fill(&l.Stored, 72*mib)
	fill(&l.Member, 256*mib)
	fill(&l.Archive, 200_000_000_000)
	fill(&l.Armor, 16*mib)
	return l
}

// member returns the limits of one member's content.
func (l Limits) member() inflate.Limits { return inflate.Limits{Output: l.Member} }

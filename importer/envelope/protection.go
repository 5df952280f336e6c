package envelope

// Sealing says how much of an archive, or of a recording, recorders sealed
// under AES-256-GCM.
type Sealing string

// The degrees.
const (
	Unsealed Sealing = ""
	Partly   Sealing = "partly"
	Wholly   Sealing = "wholly"
)

// Protection says how an archive, or a recording in it, was protected.
type Protection struct {
	Encrypted bool    // with age
	Key       KeyKind // that opened it; "" when not encrypted
	Sealed    Sealing // with AES-256-GCM

	// Converted names what the recordings were converted from, when nothing
	// there said that they are authentic; "" otherwise. It is the word of
	// whoever made the archive.
	Converted string
}

// String returns the sentence for people. AES-256 is said of what was sealed,
// and of nothing else.
func (p Protection) String() string {
	text := ""
	switch p.Sealed {
	case Wholly:
		text = "sealed with AES-256-GCM"
	case Partly:
		text = "partly sealed with AES-256-GCM"
	}
	switch {
	case p.Encrypted && text != "":
		text += ", encrypted with age (" + string(p.Key) + ")"
	case p.Encrypted:
		text = "encrypted with age (" + string(p.Key) + ")"
	case p.Sealed == Partly:
		text += ", the rest not encrypted"
	case text == "":
		text = "not encrypted"
	}
	if p.Converted != "" {
		text += ", converted from " + p.Converted + ", not authenticated"
	}
	return text
}

// sealing is the degree when n of all pieces are sealed.
func sealing(n, all int) Sealing {
	switch {
	case n == 0:
		return Unsealed
	case n < all:
		return Partly
	}
	return Wholly
}

// Sealing returns how much of the session is listed as sealed; a part that is
// not sealed as listed is refused.
func (s *SessionEntry) Sealing() Sealing {
	n := 0
	for _, p := range s.Members {
		if p.Seal != "" {
			n++
		}
	}
	return sealing(n, len(s.Members))
}

func sealingOf(sessions []SessionEntry) Sealing {
	n, all := 0, 0
	for i := range sessions {
		for _, p := range sessions[i].Members {
			all++
			if p.Seal != "" {
				n++
			}
		}
	}
	return sealing(n, all)
}

// covered reports whether nothing that was recorded is in clear in the file.
func (a *Archive) covered() bool {
	switch {
	case a.protection.Encrypted:
		return true
	case a.layout == layoutSessions:
		return a.manifest.Sessions.Seal != "" && (len(a.entries) == 0 || a.protection.Sealed == Wholly)
	}
	return a.protection.Sealed == Wholly // one recording: of several that nobody lists it is not known
}

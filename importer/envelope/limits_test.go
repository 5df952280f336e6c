package envelope

import "testing"

// The limits of the security design, section 3.1, that are this room's.
func TestLimitsAreThoseOfTheDesign(t *testing.T) {
	l := Limits{}.withDefaults()
	for name, c := range map[string]struct{ got, want int64 }{
		"work of a passphrase, log2":       {maxWork, 18},
		"members of an archive":            {int64(l.Members), 1_000_000},
		"directory of a ZIP":               {l.Directory, 256 << 20},
		"plaintext of a member":            {l.Member, 256 << 20},
		"plaintext of an archive":          {l.Archive, 200_000_000_000},
		"armored file":                     {l.Armor, 16 << 20},
		"expansion":                        {expansion, 200},
		"what may expand freely":           {freely, 16 << 20},
		"an event's line, when writing":    {maxLine, 64 << 20},
		"sessions, as many as members may": {maxSessions, 1_000_000},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
}

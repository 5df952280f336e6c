package cli

import (
	"github.com/spf13/pflag"

	"hindsite.app/app/state"
)

// saidFlags are what is known of sessions beside their recordings.
func saidFlags(f *pflag.FlagSet, s *state.Said) {
	f.StringVar(&s.ID, "session-id", "", "id of the session, for a recording that names none or a wrong one")
	f.StringVar(&s.Visitor, "visitor", "", "pseudonym of the person, for recordings that keep it elsewhere")
	f.StringArrayVar(&s.Attributes, "attribute", nil, "name=value, said of every session; may be given several times")
	f.StringVar(&s.Started, "started", "", "wall time of the first event (RFC 3339), for recordings that have none")
}

package cli

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"hindsite.app/app/state"
	"hindsite.app/player/fault"
)

func (c *command) importing() *cobra.Command {
	var o state.ImportOptions
	cmd := &cobra.Command{
		Use: "import SOURCE…", Short: "Take archives, folders and single recordings into the library",
		Long: `Opens the sources (paths, or addresses of archives, which are read in place), masks what was typed, and stores the sessions sealed in the
library. Importing the same again changes nothing.`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				o.Report = c.importLine
				summary, err := l.Import(cmd.Context(), args, o)
				if summary.Protections == nil {
					return err // it never began
				}
				if printErr := c.importSummary(summary); err == nil {
					err = printErr
				}
				if err == nil && summary.Refused > 0 {
					err = refusedError{summary.Refused}
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.KeyFile, "archive-key", "", "file of a further key that opens the archives")
	f.StringSliceVar(&o.AllowFields, "allow-field", nil, "name or id of a form field whose content may be kept; never passwords or payment data")
	f.BoolVar(&o.KeepPictures, "keep-pictures", false, "keep canvas and inlined pictures, which cannot be checked for personal data")
	f.StringSliceVar(&o.Sessions, "session", nil, "import this session alone; may be given several times. Of an archive at an address only its part is fetched")
	saidFlags(f, &o.Said)
	f.BoolVar(&o.KeepBoth, "keep-both", false, "keep a session whose id is taken by other content under another id")
	return cmd
}

// refusedLine adds the reason to a line of a refused recording.
type refusedLine struct {
	state.ImportLine
	Reason string `json:"reason,omitempty"`
}

func (c *command) importLine(l state.ImportLine) {
	reason := ""
	if l.Problem != nil {
		reason = l.Problem.Detail
	}
	if c.json {
		// A line that cannot be printed has nowhere else to be reported.
		_ = c.line(refusedLine{l, reason})
		return
	}
	switch {
	case l.Problem != nil:
		c.say("  %-9s %s %s: %s (%s: %s)", l.Status, oneLine(l.Source, 60), oneLine(l.Session, 60), l.Problem.Sentence, l.Class, reason)
	case l.Anomalies > 0:
		c.say("  %-9s %s: %d events, %d oddities", l.Status, oneLine(l.Session, 60), l.Events, l.Anomalies)
	default:
		c.say("  %-9s %s: %d events", l.Status, oneLine(l.Session, 60), l.Events)
	}
}

func (c *command) importSummary(s state.ImportSummary) error {
	if c.json {
		return c.line(map[string]any{"summary": s})
	}
	c.say("%d imported, %d there already, %d refused; %d events", s.Imported, s.Present, s.Refused, s.Events)
	for _, p := range slices.Sorted(maps.Keys(s.Protections)) {
		c.say("protection: %s (%d)", p, s.Protections[p])
	}
	for _, p := range slices.Sorted(maps.Keys(s.Signatures)) {
		c.say("archives: %s (%d)", p, s.Signatures[p])
	}
	for _, class := range slices.Sorted(maps.Keys(s.RefusedBy)) {
		c.say("refused: %s (%d)", class, s.RefusedBy[class])
	}
	if m := s.Masked; s.Imported > 0 {
		c.say("masked: %d values of %d fields (%d of them secret), %d echoes, %d card numbers elsewhere, %d addresses cut, %d pictures dropped",
			m.Values, m.Fields, m.Secrets, m.Echoes, m.Cards, m.Queries, m.Pictures)
	}
	for _, o := range s.Oddities {
		c.say("odd: %d × %s", o.Count, o.Sentence)
	}
	return nil
}

func notFound(id string, err error) error {
	if err != nil && fault.Of(err) == "" {
		return fmt.Errorf("session %s: %w", id, err)
	}
	return err
}

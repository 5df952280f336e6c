package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hindsite.app/app/state"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

func (c *command) trust() *cobra.Command {
	cmd := &cobra.Command{
		Use: "trust", Short: "Pin keys of those who make archives", Args: usageArgs(cobra.NoArgs), RunE: needsSubcommand,
		Long: `A pinned key is trusted to sign the archives and feeds of one origin, the site
that was recorded or the host that they are fetched from. Without a pinned key,
a signature says only that nobody changed the archive since somebody made it.`,
	}
	cmd.AddCommand(c.trustAdd(), c.trustList(), c.trustRemove())
	return cmd
}

func (c *command) trustAdd() *cobra.Command {
	var origin, name string
	cmd := &cobra.Command{
		Use: "add --origin SITE --name NAME KEYFILE", Short: "Trust a public key, of OpenSSH or minisign, to sign for an origin",
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if origin == "" || name == "" {
				return usageError{errors.New("name the origin and the key: --origin SITE --name NAME")}
			}
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				p, err := l.AddPin(cmd.Context(), origin, name, args[0])
				if err != nil {
					return err
				}
				return c.pin(p)
			})
		},
	}
	cmd.Flags().StringVar(&origin, "origin", "", "site or host that the key signs for; * for all")
	cmd.Flags().StringVar(&name, "name", "", "whose key it is, as it is to be shown")
	return cmd
}

func (c *command) pin(p state.Pin) error {
	if c.json {
		return c.line(p)
	}
	c.say("%-24s %-20s %s %s", oneLine(p.Origin, 24), oneLine(p.Name, 20), p.Kind, p.Fingerprint)
	return nil
}

func (c *command) trustList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the pinned keys", Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				t, err := l.Trust(cmd.Context())
				if err != nil {
					return err
				}
				for _, p := range t.Pins {
					if err := c.pin(p); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func (c *command) trustRemove() *cobra.Command {
	var origin string
	cmd := &cobra.Command{
		Use: "remove --origin SITE NAME", Short: "Stop trusting a key, given by name or fingerprint", Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if origin == "" {
				return usageError{errors.New("name the origin: --origin SITE")}
			}
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				return l.RemovePin(cmd.Context(), origin, args[0])
			})
		},
	}
	cmd.Flags().StringVar(&origin, "origin", "", "site or host that the key was pinned for")
	return cmd
}

func (c *command) policy() *cobra.Command {
	cmd := &cobra.Command{
		Use: "policy", Short: "Say what the library demands of what is imported", Args: usageArgs(cobra.NoArgs), RunE: needsSubcommand,
	}
	cmd.AddCommand(c.policyShow(), c.policySet())
	return cmd
}

// rule is a line of “policy show --json”.
type rule struct {
	Rule   string `json:"rule"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

func rules(r state.Rules) []rule {
	out := []rule{{Rule: "aes256", Value: "off"}}
	if r.AES256 {
		out[0].Value = "required"
	}
	if _, ok := r.Signature[state.AnyOrigin]; !ok {
		out = append(out, rule{"signature", string(signature.Warn), state.AnyOrigin})
	}
	for _, origin := range slices.Sorted(maps.Keys(r.Signature)) {
		out = append(out, rule{"signature", string(r.Signature[origin]), origin})
	}
	return out
}

func (c *command) policyShow() *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "List the rules", Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withLibrary(cmd.Context(), func(l *state.Library) error { return c.printRules(cmd.Context(), l) })
		},
	}
}

func (c *command) printRules(ctx context.Context, l *state.Library) error {
	t, err := l.Trust(ctx)
	if err != nil {
		return err
	}
	for _, r := range rules(t.Rules) {
		if c.json {
			if err := c.line(r); err != nil {
				return err
			}
			continue
		}
		text := r.Rule + "=" + r.Value
		if r.Origin != "" {
			text += " --origin " + oneLine(r.Origin, 60)
		}
		c.say("%s", text)
	}
	return nil
}

func (c *command) policySet() *cobra.Command {
	var origin string
	cmd := &cobra.Command{
		Use: "set aes256=required|off, set signature=require|warn [--origin SITE]", Short: "Change a rule",
		Long: `aes256=required refuses sessions that were never under AES-256-GCM, such as those
of archives that are encrypted with age alone. signature=require refuses archives
of an origin that no pinned key has signed, or that were made for somebody else;
signature=warn takes them and says so. Without --origin the rule is for all
origins that have none of their own.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			change, err := ruleChange(args[0], origin)
			if err != nil {
				return usageError{err}
			}
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				if err := change(cmd.Context(), l); err != nil {
					return err
				}
				return c.printRules(cmd.Context(), l)
			})
		},
	}
	cmd.Flags().StringVar(&origin, "origin", "", "site or host that the rule is for; default all")
	return cmd
}

// ruleChange reads NAME=VALUE.
func ruleChange(text, origin string) (func(context.Context, *state.Library) error, error) {
	name, value, _ := strings.Cut(text, "=")
	switch name {
	case "aes256":
		if value != "required" && value != "off" || origin != "" {
			return nil, errors.New("aes256 is required or off, for all origins")
		}
		return func(ctx context.Context, l *state.Library) error { return l.DemandAES256(ctx, value == "required") }, nil
	case "signature":
		p, err := signature.ParsePolicy(value)
		if err != nil {
			return nil, errors.New("signature is require or warn")
		}
		if origin == "" {
			origin = state.AnyOrigin
		}
		return func(ctx context.Context, l *state.Library) error { return l.DemandSignature(ctx, origin, p) }, nil
	}
	return nil, fmt.Errorf("no rule %q: there are aes256 and signature", oneLine(name, 40))
}

// pins returns whom the library trusts, to say who signed an archive. A library
// that is not there, or does not open now, trusts nobody: archives are looked
// into without one.
func (c *command) pins(ctx context.Context, cred state.Credential) (t state.Trust) {
	dir, err := c.libraryDir()
	if err != nil || !state.LibraryExists(dir) {
		return t
	}
	l, err := state.OpenLibrary(ctx, dir, cred, c.Deps)
	if err == nil {
		t, err = l.Trust(ctx)
		err = errors.Join(err, l.Close())
	}
	switch {
	case err == nil:
	case fault.Of(err) == fault.NoKey:
		// The key is the archive's alone.
	default:
		fmt.Fprintf(c.Err, "pinned keys are not known: %s\n", state.Explain(err).Sentence)
	}
	return t
}

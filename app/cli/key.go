package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"hindsite.app/app/state"
)

func (c *command) key() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Make and show user keys", Args: usageArgs(cobra.NoArgs), RunE: needsSubcommand}
	var out string
	var hybrid, jwk bool
	create := &cobra.Command{
		Use: "new --out FILE", Short: "Make a user key and print its public half", Args: usageArgs(cobra.NoArgs),
		Long: `Makes a user key and writes it to FILE, readable by you only. Whoever has the
file can open your archives and the library that it made; there is no way to get
it back when it is lost. The printed public half (recipient) is what others
encrypt to.`,
		RunE: func(*cobra.Command, []string) error {
			if out == "" {
				return usageError{errors.New("name the file of the new key: --out FILE")}
			}
			if jwk {
				r, err := state.NewSealingKey(out)
				if err != nil {
					return err
				}
				return c.recipient(r)
			}
			recipient, err := state.NewKey(out, hybrid, c.Deps.Now())
			if err != nil {
				return err
			}
			return c.recipient(state.Recipient{Text: recipient})
		},
	}
	create.Flags().StringVar(&out, "out", "", "file to write")
	create.Flags().BoolVar(&hybrid, "hybrid", false, "a key that also withstands quantum computers; its recipient is 2 KB long")
	create.Flags().BoolVar(&jwk, "jwk", false, "a key for the AES-256 profile, as a JSON Web Key (ECDH on P-256)")
	create.MarkFlagsMutuallyExclusive("hybrid", "jwk")
	show := &cobra.Command{
		Use: "show FILE", Short: "Print the public half of a key", Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := state.Recipients(args[0])
			if err != nil {
				return err
			}
			for _, r := range all {
				if err := c.recipient(r); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.AddCommand(create, show)
	return cmd
}

func needsSubcommand(cmd *cobra.Command, _ []string) error {
	return usageError{errors.New("say which: see “" + cmd.CommandPath() + " --help”")}
}

// recipient prints what others need. The fingerprint goes beside it, so that
// the output alone is a file to encrypt to.
func (c *command) recipient(r state.Recipient) error {
	if c.json {
		return c.line(r)
	}
	c.say("%s", r.Text)
	if r.Fingerprint != "" {
		fmt.Fprintf(c.Err, "fingerprint %s\n", r.Fingerprint)
	}
	return nil
}

package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"hindsite.app/app/state"
)

func (c *command) convert() *cobra.Command {
	var o state.ConvertOptions
	var to []string
	cmd := &cobra.Command{
		Use: "convert --openreplay-key-file FILE --to RECIPIENT… --out ARCHIVE PATH…", Short: "Open recordings that OpenReplay encrypted, and pack them",
		Long: `Opens encrypted files of OpenReplay (dom.mobs, dom.mobe, devtools.mob and folders
of them) in memory and puts the recordings into an archive that only the
recipients can open. FILE holds the session's key, as OpenReplay hands it out
(fileKey): 64 hexadecimal digits, or 32 bytes.

OpenReplay's encryption does not show changes: whoever had the files could have
changed what they say. That is why this is asked for and not done by “import”.
The archive says for good that it was converted and that its source was not
authenticated.`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.Out == "":
				return usageError{errors.New("name the archive: --out ARCHIVE")}
			case o.OpenReplayKeyFile == "":
				return usageError{errors.New("name the file of the key: --openreplay-key-file FILE")}
			case o.Profile != state.ProfileAge && o.Profile != state.ProfileAES256:
				return usageError{fmt.Errorf("no profile %q: there are age and aes256", oneLine(string(o.Profile), 40))}
			}
			o.Paths, o.PassphraseFile, o.Recipients = args, c.passphraseFile, splitRecipients(to)
			fmt.Fprintf(c.Err, "warning: %s\n", state.ConvertWarning)
			packed, err := state.Convert(cmd.Context(), o, c.Deps)
			return c.packed(packed, err)
		},
	}
	cmd.Flags().StringVar(&o.OpenReplayKeyFile, "openreplay-key-file", "", "file with the session's key")
	cmd.Flags().StringArrayVar(&to, "to", nil, "public key, or file of public keys; may be given several times")
	cmd.Flags().StringVar(&o.Out, "out", "", "archive to write")
	cmd.Flags().StringVar((*string)(&o.Profile), "profile", string(state.ProfileAge), "how to encrypt: age or aes256")
	saidFlags(cmd.Flags(), &o.Said)
	return cmd
}

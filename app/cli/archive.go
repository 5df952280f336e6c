package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	humanize "github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"hindsite.app/app/state"
	"hindsite.app/player/fault"
)

func (c *command) pack() *cobra.Command {
	var o state.PackOptions
	var to []string
	var signPassphrase string
	var deleteAfter string
	cmd := &cobra.Command{
		Use: "pack --to RECIPIENT… --out ARCHIVE PATH…", Short: "Put recordings and folders into an encrypted archive",
		Long: `Writes the recordings, as they are and without masking, into an archive that
only the recipients can open. RECIPIENT is a public key (age1…) or a file with
one a line; for the AES-256 profile a public JSON Web Key or a file with one.

The profile age wraps the archive in age; aes256 seals every member of it under
AES-256-GCM, as a recorder does in the browser. A signature says who made the
archive; its key is one of ssh-keygen (ed25519, ecdsa, rsa) or minisign.`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.Out == "":
				return usageError{errors.New("name the archive: --out ARCHIVE")}
			case o.Profile != state.ProfileAge && o.Profile != state.ProfileAES256:
				return usageError{fmt.Errorf("no profile %q: there are age and aes256", oneLine(string(o.Profile), 40))}
			}
			if deleteAfter != "" {
				day, err := time.Parse(time.DateOnly, deleteAfter)
				if err != nil {
					return usageError{errors.New("--delete-after takes a day, such as 2027-06-30")}
				}
				o.DeleteAfter = day
			}
			o.Paths, o.PassphraseFile, o.Recipients = args, c.passphraseFile, splitRecipients(to)
			if signPassphrase != "" {
				var err error
				if o.SignPassphrase, err = state.ReadPassphrase(signPassphrase); err != nil {
					return err
				}
			}
			packed, err := state.Pack(cmd.Context(), o, c.Deps)
			return c.packed(packed, err)
		},
	}
	cmd.Flags().StringArrayVar(&to, "to", nil, "public key, or file of public keys; may be given several times")
	cmd.Flags().StringVar(&o.Out, "out", "", "archive to write")
	cmd.Flags().StringVar((*string)(&o.Profile), "profile", string(state.ProfileAge), "how to encrypt: age or aes256")
	cmd.Flags().StringArrayVar(&o.Sign, "sign", nil, "private key to sign with; may be given for one of OpenSSH and one of minisign")
	cmd.Flags().StringVar(&signPassphrase, "sign-passphrase-file", "", "file whose first line is the passphrase of the signing key")
	cmd.Flags().StringVar(&o.Origin, "origin", "", "site that was recorded; pinned keys and rules go by it")
	cmd.Flags().StringVar(&deleteAfter, "delete-after", "", "day from which on the recordings may not be imported any more, YYYY-MM-DD")
	saidFlags(cmd.Flags(), &o.Said)
	return cmd
}

// packed says what became of packing.
func (c *command) packed(packed state.Packed, err error) error {
	for _, r := range packed.Refused {
		fmt.Fprintf(c.Err, "left out %s: %s\n", r.Source, r.Problem.Sentence)
	}
	if err != nil {
		return err
	}
	if c.json {
		err = c.line(packed)
	} else {
		c.say("%s: %d sessions, %s", packed.Archive, packed.Sessions, humanize.Bytes(uint64(packed.Bytes)))
	}
	if err == nil && len(packed.Refused) > 0 {
		err = refusedError{len(packed.Refused)}
	}
	return err
}

// splitRecipients takes lists apart that are separated by commas, which JSON
// Web Keys hold as well.
func splitRecipients(all []string) []string {
	var out []string
	for _, s := range all {
		if strings.HasPrefix(strings.TrimSpace(s), "{") {
			out = append(out, s)
			continue
		}
		out = append(out, strings.Split(s, ",")...)
	}
	return out
}

func (c *command) archive() *cobra.Command {
	cmd := &cobra.Command{Use: "archive", Short: "Look into archives", Args: usageArgs(cobra.NoArgs), RunE: needsSubcommand}
	cmd.AddCommand(c.inspect(), c.verify())
	return cmd
}

func (c *command) inspect() *cobra.Command {
	var archiveKey string
	cmd := &cobra.Command{
		Use: "inspect ARCHIVE", Short: "List what is inside, without reading any recording", Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cred, err := c.credential()
			if err != nil {
				return err
			}
			if state.IsAddress(args[0]) {
				all, err := c.inspectAt(cmd.Context(), args[0], cred, archiveKey)
				for _, info := range all {
					if err := c.sayArchive(info.Name, info); err != nil {
						return err
					}
				}
				return err
			}
			info, err := state.InspectArchive(cmd.Context(), args[0], archiveCredential(cred, archiveKey), c.pins(cmd.Context(), cred))
			if err != nil {
				return err
			}
			return c.sayArchive(args[0], info)
		},
	}
	archiveKeyFlag(cmd, &archiveKey)
	return cmd
}

func archiveKeyFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "archive-key", "", "file of the key that opens the archive, when it is not the library's")
}

// archiveCredential is what opens an archive, when it is not what opens the
// library.
func archiveCredential(library state.Credential, keyFile string) state.Credential {
	if keyFile != "" {
		library.KeyFile = keyFile
	}
	return library
}

// inspectAt looks into archives at an address, with the library's help where
// there is one.
func (c *command) inspectAt(ctx context.Context, address string, cred state.Credential, keyFile string) (all []state.ArchiveInfo, err error) {
	err = c.withOrigins(ctx, func(l *state.Library) error {
		if l == nil {
			all, err = state.InspectAddress(ctx, address, archiveCredential(cred, keyFile), c.Deps.Network)
		} else {
			all, err = l.InspectAt(ctx, address, keyFile)
		}
		return err
	})
	return all, err
}

// sayArchive prints what an archive says of itself.
func (c *command) sayArchive(name string, info state.ArchiveInfo) error {
	c.say("%s: %s", name, info.Protection)
	c.signedBy(info)
	if info.Listed {
		c.say("made by %s on %s", oneLine(info.Producer, 60), info.Created.UTC().Format(time.RFC3339))
	} else {
		c.say("it has no list of its sessions; these are the files in it")
	}
	if !info.DeleteBy.IsZero() {
		c.say("to be deleted by %s", info.DeleteBy.UTC().Format(time.RFC3339))
	}
	for _, n := range info.Notes {
		c.say("note: %s", oneLine(n, 200))
	}
	for _, s := range info.Sessions {
		if err := c.archiveSession(s); err != nil {
			return err
		}
	}
	return nil
}

func (c *command) archiveSession(s state.ArchiveSession) error {
	if c.json {
		return c.line(s)
	}
	start := "unknown time"
	if s.Start != nil {
		start = s.Start.UTC().Format(time.RFC3339)
	}
	c.say("  %-40s %10s  %s  %6d events", oneLine(s.Name, 40), size(s.Bytes), start, s.Events)
	return nil
}

func size(n int64) string {
	if n < 0 {
		return "?"
	}
	return humanize.Bytes(uint64(n))
}

// verified is a line of “archive verify --json”.
type verified struct {
	Name  string      `json:"name"`
	Bytes int64       `json:"bytes"`
	Whole bool        `json:"whole"`
	Class fault.Class `json:"class"`
}

func (c *command) verify() *cobra.Command {
	var archiveKey string
	cmd := &cobra.Command{
		Use: "verify ARCHIVE", Short: "Read everything and say whether it is whole", Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cred, err := c.credential()
			if err != nil {
				return err
			}
			trust := c.pins(cmd.Context(), cred)
			cred = archiveCredential(cred, archiveKey)
			known := map[string]state.ArchiveSession{}
			if info, err := state.InspectArchive(cmd.Context(), args[0], cred, trust); err == nil {
				for _, s := range info.Sessions {
					known[s.Name] = s
				}
				c.say("%s: %s", args[0], info.Protection)
				c.signedBy(info)
			}
			bad, good := 0, 0
			err = state.VerifyArchive(cmd.Context(), args[0], cred, trust, func(name string, bytes int64, verdict error) {
				if verdict != nil {
					bad++
				} else {
					good++
				}
				c.verdict(known[name], verified{name, bytes, verdict == nil, fault.Of(verdict)}, verdict)
			})
			if err != nil && bad == 0 && !errors.Is(err, state.ErrBadSignature) {
				return err
			}
			c.say("%d whole, %d not", good, bad)
			if bad == 0 && err != nil {
				return err
			}
			if bad > 0 {
				return refusedError{bad}
			}
			return nil
		},
	}
	archiveKeyFlag(cmd, &archiveKey)
	return cmd
}

// signedBy says who signed an archive.
func (c *command) signedBy(info state.ArchiveInfo) {
	text := info.Signature.Sentence
	if info.Signature.Key != "" {
		text += ", " + info.Signature.Key
	}
	if info.Origin != "" {
		text += "; says that it is of " + oneLine(info.Origin, 60)
	}
	c.say("signature: %s", text)
	if p := info.Signature.Problem; p != nil {
		c.say("  %s", p.Detail)
	}
}

func (c *command) verdict(s state.ArchiveSession, v verified, err error) {
	if c.json {
		s.Name = v.Name
		// A line that cannot be printed has nowhere else to be reported.
		_ = c.line(struct {
			state.ArchiveSession
			Whole bool        `json:"whole"`
			Class fault.Class `json:"class"`
		}{s, v.Whole, v.Class})
		return
	}
	if err == nil {
		c.say("  whole    %s", oneLine(v.Name, 60))
		return
	}
	c.say("  BROKEN   %s: %s (%s)", oneLine(v.Name, 60), state.Explain(err).Sentence, v.Class)
}

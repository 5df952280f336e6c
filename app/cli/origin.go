package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"hindsite.app/app/state"
	"hindsite.app/player/fault"
)

func (c *command) originCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "origin", Short: "Places that archives come from, and the credentials for them",
		Args: usageArgs(cobra.NoArgs), RunE: needsSubcommand,
	}
	cmd.AddCommand(c.originAdd(), c.originList(), c.originRemove())
	return cmd
}

func (c *command) originAdd() *cobra.Command {
	var o state.OriginOptions
	var authorization, keys string
	cmd := &cobra.Command{
		Use: "add ADDRESS", Short: "Remember an origin",
		Long: `Remembers an origin. Credentials are kept in the keyring of the system, or
sealed in the library where there is none. They are read from files, because
what stands on a command line can be seen by others.

--s3-keys takes a file of three lines at most: access key, secret key, session
token. Without it the keys come from the usual places (AWS_ACCESS_KEY_ID,
~/.aws/credentials).`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Address = args[0]
			if authorization != "" {
				lines, err := secretLines(authorization, 1)
				if err != nil {
					return err
				}
				o.Authorization = lines[0]
			}
			if keys != "" {
				lines, err := secretLines(keys, 3)
				if err != nil {
					return err
				}
				if len(lines) < 2 {
					return usageError{errors.New("--s3-keys: the file has an access key and a secret key, a line each")}
				}
				o.S3.AccessKey, o.S3.SecretKey = lines[0], lines[1]
				if len(lines) > 2 {
					o.S3.SessionToken = lines[2]
				}
			}
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				origin, err := l.AddOrigin(cmd.Context(), o)
				if err != nil {
					return err
				}
				return c.sayOrigin(origin)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Name, "name", "", "what you call it; otherwise its host")
	f.StringVar(&authorization, "authorization-file", "", "file with the value of the Authorization header, such as: Bearer …")
	f.StringVar(&keys, "s3-keys", "", "file with the keys of an object storage")
	f.StringVar(&o.S3.Endpoint, "endpoint", "", "address of an object storage that is not Amazon's: https://host")
	f.StringVar(&o.S3.Region, "region", "", "region of an object storage")
	return cmd
}

// secretLines reads the lines of a small file, at most n of them.
func secretLines(file string, n int) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fault.New(fault.Storage, "read credentials: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return nil, fault.New(fault.Storage, "read credentials: %w", err)
	}
	defer clear(b)
	var lines []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 || len(lines) > n {
		return nil, usageError{fmt.Errorf("the file of credentials has %d lines, not 1 to %d", len(lines), n)}
	}
	return lines, nil
}

func (c *command) sayOrigin(o state.Origin) error {
	if c.json {
		return c.line(o)
	}
	where := "no credentials"
	if o.Credentials != state.NoCredentials {
		where = "credentials: " + string(o.Credentials)
	}
	c.say("%s  %s  %s", o.ID, o.Address, where)
	if o.Seen != nil {
		c.say("  list %d, %s, read %s", o.Seq, o.Signed, o.Seen.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return nil
}

func (c *command) originList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the origins", Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				all, err := l.Origins(cmd.Context())
				if err != nil {
					return err
				}
				for _, o := range all {
					if err := c.sayOrigin(o); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func (c *command) originRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove ORIGIN", Short: "Forget an origin and its credentials; ORIGIN is its id or address", Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				return l.RemoveOrigin(cmd.Context(), args[0])
			})
		},
	}
}

func (c *command) watch() *cobra.Command {
	var o state.ImportOptions
	cmd := &cobra.Command{
		Use: "watch DIR", Short: "Import what lies in a folder and what arrives in it, until it is stopped",
		Long: `Imports each archive and recording of the folder, and each that arrives, once
nothing has been written to it for two seconds. Ends when it is interrupted.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				o.Report = c.importLine
				return l.WatchFolder(cmd.Context(), args[0], o, c.watched)
			})
		},
	}
	cmd.Flags().StringSliceVar(&o.AllowFields, "allow-field", nil, "name or id of a form field whose content may be kept; never passwords or payment data")
	return cmd
}

// watched tells what became of a file. A line that cannot be printed has
// nowhere else to be reported.
func (c *command) watched(file string, s state.ImportSummary, err error) {
	if c.json {
		_ = c.line(map[string]any{"file": file, "summary": s})
	} else {
		c.say("%s: %s", oneLine(file, 60), s)
	}
	if p := state.Explain(err); p != nil {
		fmt.Fprintf(c.Err, "%s: %s %s (%s)\n", oneLine(file, 60), p.Sentence, p.Hint, p.Detail)
	}
}

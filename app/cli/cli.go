// Package cli is the command line: one file for each group of subcommands. The
// contract of names, fields and exit codes is in CONTRACT.md.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hindsite.app/app/state"
	"hindsite.app/player/fault"
)

// Exit codes.
const (
	exitDone      = 0
	exitFailed    = 1
	exitUsage     = 2
	exitKey       = 3
	exitCancelled = 130
)

// Program is what the command line runs in.
type Program struct {
	Args     []string
	In       io.Reader
	Out, Err io.Writer
	Env      func(string) string
	Deps     state.Deps
	// Window opens the window and returns when it is closed.
	Window func(context.Context, Window) error
}

// Window says what to open a window with.
type Window struct {
	Deps       state.Deps
	Library    string
	Credential state.Credential
	Shots      string // folder for pictures of the screens; "" for a normal window
}

// Run runs the program and returns its exit code.
func Run(ctx context.Context, p Program) int {
	c := &command{Program: p}
	root := c.root()
	root.SetArgs(p.Args)
	err := root.ExecuteContext(ctx)
	return c.exit(ctx, err)
}

// usageError is a call with the wrong words.
type usageError struct{ error }

// refusedError says that something was refused, which was reported already.
type refusedError struct{ n int }

func (e refusedError) Error() string { return fmt.Sprintf("%d refused", e.n) }

func (c *command) exit(ctx context.Context, err error) int {
	var usage usageError
	var refused refusedError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled) || ctx.Err() != nil:
		fmt.Fprintln(c.Err, "hindsite: cancelled")
		return exitCancelled
	case errors.As(err, &usage):
		fmt.Fprintf(c.Err, "hindsite: %v\n", err)
		return exitUsage
	case errors.As(err, &refused):
		return exitFailed
	}
	p := state.Explain(err)
	fmt.Fprintf(c.Err, "hindsite: %s\n", p.Sentence)
	if p.Hint != "" {
		fmt.Fprintf(c.Err, "  %s\n", p.Hint)
	}
	if p.Class != "" {
		fmt.Fprintf(c.Err, "  (%s: %s)\n", p.Class, p.Detail)
	} else {
		fmt.Fprintf(c.Err, "  (%s)\n", p.Detail)
	}
	switch {
	case p.Usage:
		return exitUsage
	case p.Class == fault.NoKey || p.Class == fault.Locked:
		return exitKey
	}
	return exitFailed
}

// command holds the flags that every subcommand has.
type command struct {
	Program
	library        string
	keyFile        string
	passphraseFile string
	json           bool
}

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "hindsite",
		Short: "Replay recorded website sessions offline",
		Long: `Hindsite replays recorded website sessions offline. Without a subcommand it
opens its window.

Exit codes: 0 done, 1 something was refused or failed, 2 wrong usage, 3 key or
account refused, 130 cancelled.`,
		SilenceUsage: true, SilenceErrors: true,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.openWindow(cmd.Context(), "") },
	}
	root.SetOut(c.Out)
	root.SetErr(c.Err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	flags := root.PersistentFlags()
	flags.StringVar(&c.library, "library", "", "folder of the library, made on first use (HINDSITE_LIBRARY)")
	flags.StringVar(&c.keyFile, "key", "", "file of your key (HINDSITE_KEY)")
	flags.StringVar(&c.passphraseFile, "passphrase-file", "", "file whose first line is the passphrase")
	flags.BoolVar(&c.json, "json", false, "print one JSON object a line")
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(c.key(), c.pack(), c.convert(), c.archive(), c.trust(), c.policy(), c.originCommand(), c.download(), c.watch(), c.importing(), c.list(), c.show(), c.events(),
		c.moment(), c.page(), c.compare(), c.heatmap(), c.demo(), c.version())
	return root
}

func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w; see “%s --help”", err, cmd.CommandPath())}
		}
		return nil
	}
}

// credential takes flags before the environment before the default places.
func (c *command) credential() (state.Credential, error) {
	cred := state.Credential{KeyFile: c.keyFile}
	if cred.KeyFile == "" {
		cred.KeyFile = c.Env("HINDSITE_KEY")
	}
	if c.passphraseFile != "" {
		phrase, err := state.ReadPassphrase(c.passphraseFile)
		if err != nil {
			return cred, err
		}
		cred.Passphrase = phrase
	}
	if cred.KeyFile == "" && cred.Passphrase == "" {
		if dir, err := os.UserConfigDir(); err == nil {
			file := filepath.Join(dir, "hindsite", "key.txt")
			if _, err := os.Stat(file); err == nil {
				cred.KeyFile = file
			}
		}
	}
	return cred, nil
}

func (c *command) libraryDir() (string, error) {
	switch {
	case c.library != "":
		return c.library, nil
	case c.Env("HINDSITE_LIBRARY") != "":
		return c.Env("HINDSITE_LIBRARY"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", usageError{errors.New("no library named: use --library DIR")}
	}
	return filepath.Join(dir, "hindsite", "library"), nil
}

// withLibrary opens the library for the time of use.
func (c *command) withLibrary(ctx context.Context, use func(*state.Library) error) (err error) {
	dir, err := c.libraryDir()
	if err != nil {
		return err
	}
	cred, err := c.credential()
	if err != nil {
		return err
	}
	l, err := state.OpenLibrary(ctx, dir, cred, c.Deps)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	return use(l)
}

func (c *command) openWindow(ctx context.Context, shots string) error {
	dir, err := c.libraryDir()
	if err != nil {
		return err
	}
	cred, err := c.credential()
	if err != nil {
		return err
	}
	return c.Window(ctx, Window{Deps: c.Deps, Library: dir, Credential: cred, Shots: shots})
}

// line prints v as one line of JSON.
func (c *command) line(v any) error {
	enc := json.NewEncoder(c.Out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// say prints a line for people, not in JSON mode.
func (c *command) say(format string, args ...any) {
	if !c.json {
		fmt.Fprintf(c.Out, format+"\n", args...)
	}
}

func (c *command) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			if c.json {
				return c.line(map[string]string{"version": c.Deps.Version})
			}
			c.say("hindsite %s", c.Deps.Version)
			return nil
		},
	}
}

// oneLine keeps recorded text on one line of a terminal and free of control
// characters, which could drive it.
func oneLine(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return s
}

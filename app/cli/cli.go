// Package cli is the command line: one file for each subcommand. The contract
// of names, fields and exit codes is in CONTRACT.md.
package cli

import (
	"context"
	"io"

	"hindsite.app/app/state"
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
func Run(ctx context.Context, p Program) int { return 0 }

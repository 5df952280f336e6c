//go:build nogui

package main

import (
	"context"
	"errors"

	"hindsite.app/app/cli"
)

// window says that this build has none.
func window(context.Context, cli.Window) error {
	return errors.New("open window: this program was built for the command line only (without -tags nogui it has a window)")
}

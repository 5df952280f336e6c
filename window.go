//go:build !nogui

package main

import (
	"context"

	"hindsite.app/app/cli"
	"hindsite.app/app/ui"
)

// window opens the window and returns when it is closed.
func window(ctx context.Context, w cli.Window) error {
	return ui.Run(ctx, ui.Options{Deps: w.Deps, Library: w.Library, Credential: w.Credential, Shots: w.Shots})
}

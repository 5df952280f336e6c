//go:build !nogui

// Package window is the door to the window: a build with the tag nogui has
// none, and with it neither Fyne nor cgo.
package window

import (
	"context"

	"hindsite.app/app/cli"
	"hindsite.app/app/ui"
)

// Open opens the window and returns when it is closed.
func Open(ctx context.Context, w cli.Window) error {
	return ui.Run(ctx, ui.Options{Deps: w.Deps, Library: w.Library, Credential: w.Credential, Shots: w.Shots})
}

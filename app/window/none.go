//go:build nogui

// Package window is the door to the window: a build with the tag nogui has
// none, and with it neither Fyne nor cgo.
package window

import (
	"context"

	"hindsite.app/app/cli"
	"hindsite.app/player/fault"
)

// Open says that this build has no window.
func Open(context.Context, cli.Window) error {
	return fault.New(fault.Unsupported, "open window: this program was built for the command line only")
}

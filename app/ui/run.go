// Package ui is the window: navigation, screens, menus, shortcuts and theme.
// It is the only room, with its widgets, that knows Fyne.
package ui

import (
	"context"

	"hindsite.app/app/state"
)

// Options says what the window opens with.
type Options struct {
	Deps       state.Deps
	Library    string           // folder of the library
	Credential state.Credential // tried at once; when it does not open the library, the window asks
	// Shots, when set, is a folder: the window goes through its screens, writes
	// a picture of each there and closes.
	Shots string
}

// Run opens the window and returns when it is closed.
func Run(ctx context.Context, o Options) error { return nil }

// Package ui is the window: navigation, screens, menus, shortcuts and theme.
// It is the only room, with its widgets, that knows Fyne. This file alone
// imports Fyne's app package, which needs a C compiler and a screen: everything
// else runs in tests without either.
package ui

import (
	"context"
	"os"
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"hindsite.app/app/state"
	"hindsite.app/app/ui/theme"
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

const appID = "app.hindsite"

// Run opens the window and returns when it is closed, or when ctx ends. It
// returns state.ErrNoScreen where there is none.
func Run(ctx context.Context, o Options) error {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return state.ErrNoScreen
	}
	app.SetMetadata(fyne.AppMetadata{
		ID: appID, Name: "Hindsite", Version: o.Deps.Version, Icon: theme.AppIcon(),
		Migrations: map[string]bool{"fyneDo": true},
	})
	a := app.NewWithID(appID)
	w := newWindow(ctx, a, o, fyne.Do)
	stop := context.AfterFunc(ctx, func() { fyne.Do(a.Quit) })
	defer stop()
	w.start()
	w.win.ShowAndRun()
	return w.end()
}

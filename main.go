// Hindsite replays recorded website sessions offline. Without arguments it
// opens its window; with a subcommand it works on the command line.
package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"hindsite.app/app/cli"
	"hindsite.app/app/state"
	"hindsite.app/app/window"
	"hindsite.app/data/keyring"
	"hindsite.app/player/render/chromium"
	"hindsite.app/player/render/flat"
	"hindsite.app/player/render/flat/text"
)

// version is what the program calls itself.
const version = "0.1.0"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	deps := state.Deps{Now: time.Now, Renderer: flat.New(text.SystemFallback(fontCache())), Version: version,
		Keyring: keyring.New("Hindsite"),
		Exact:   func() state.Exact { return chromium.New(chromium.Options{Path: os.Getenv("HINDSITE_BROWSER")}) }}
	code := cli.Run(ctx, cli.Program{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.Getenv,
		Deps: deps, Window: window.Open,
	})
	stop()
	os.Exit(code)
}

// fontCache is where the list of the machine's fonts is kept.
func fontCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "hindsite")
}

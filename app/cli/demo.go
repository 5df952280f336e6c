package cli

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hindsite.app/app/state"
)

func (c *command) demo() *cobra.Command {
	var dir, shots string
	var noWindow bool
	cmd := &cobra.Command{
		Use: "demo", Short: "The sample study from archive to window", Args: usageArgs(cobra.NoArgs),
		Long: `Makes a user key, packs the sample study for it, serves the archive on this
machine, downloads it, imports it into a new library and opens the window on it.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dir == "" {
				cache, err := os.UserCacheDir()
				if err != nil {
					return usageError{errors.New("name a folder: --dir DIR")}
				}
				dir = filepath.Join(cache, "hindsite", "demo")
			}
			d, err := state.RunDemo(cmd.Context(), dir, c.Deps, func(s string) { c.say("%s", s) })
			if err != nil {
				return err
			}
			c.say("library: %s", d.Library)
			c.say("key:     %s", d.Key)
			if c.json {
				if err := c.line(map[string]any{"dir": d.Dir, "key": d.Key, "archive": d.Archive, "library": d.Library, "summary": d.Imported}); err != nil {
					return err
				}
			}
			if noWindow {
				return nil
			}
			c.library, c.keyFile = d.Library, d.Key
			return c.openWindow(cmd.Context(), shots)
		},
	}
	f := cmd.Flags()
	f.StringVar(&dir, "dir", "", "folder for the demo; what an earlier demo left there is removed")
	f.StringVar(&shots, "shots", "", "write pictures of the screens into this folder and close the window")
	f.BoolVar(&noWindow, "no-window", false, "stop when the library is there")
	return cmd
}

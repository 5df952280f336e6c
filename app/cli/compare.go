package cli

import (
	"errors"
	"image"

	"github.com/spf13/cobra"

	"hindsite.app/app/state"
	"hindsite.app/player/recording"
)

// region is a part of a picture in JSON.
type region struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// comparison is the line of “compare --json”. Places are pixels of the pictures.
type comparison struct {
	At           float64            `json:"at_ms"`
	With         float64            `json:"with_ms"`
	Width        int                `json:"width"`
	Height       int                `json:"height"`
	Changed      float64            `json:"changed"` // share of pixels
	Regions      []region           `json:"regions"`
	SameDocument bool               `json:"same_document"`
	Added        []recording.NodeID `json:"added"`
	Removed      []recording.NodeID `json:"removed"`
	ChangedNodes []recording.NodeID `json:"changed_elements"`
	Moved        []recording.NodeID `json:"moved"`
}

func (c *command) compare() *cobra.Command {
	var at, with float64
	var out, view string
	var q state.CompareRequest
	cmd := &cobra.Command{
		Use: "compare SESSION --at MS --with MS", Short: "What is not the same on the page at two moments", Args: usageArgs(cobra.ExactArgs(1)),
		Long: `Draws the page of a session at two moments and says what is not the same: which
part of the picture, where, and which elements were added, removed, changed or
moved. --out writes both pictures side by side or, with --view difference, the
second one with what differs tinted and outlined and the rest faded.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case !cmd.Flags().Changed("at") || !cmd.Flags().Changed("with"):
				return usageError{errors.New("say which moments: --at MS --with MS")}
			case view != string(state.SideBySide) && view != string(state.DifferenceView):
				return usageError{errors.New("--view is side or difference")}
			}
			return c.withRecording(cmd, args[0], func(l *state.Library, r *state.Recording) error {
				q.At, q.With = state.Milliseconds(at), state.Milliseconds(with)
				x, err := l.Compare(cmd.Context(), r, q)
				if err != nil {
					return err
				}
				if out != "" {
					img, err := x.Picture(cmd.Context(), state.CompareView(view))
					if err != nil {
						return err
					}
					if err := writePNG(out, img); err != nil {
						return err
					}
				}
				return c.printComparison(x)
			})
		},
	}
	f := cmd.Flags()
	f.Float64Var(&at, "at", 0, "first moment, milliseconds from the first event")
	f.Float64Var(&with, "with", 0, "second moment")
	f.StringVar(&out, "out", "", "PNG file to write")
	f.StringVar(&view, "view", string(state.SideBySide), "side or difference")
	f.StringVar(&q.Renderer, "renderer", "", "flat, or chromium for exact rendering by a browser of this machine")
	f.BoolVar(&q.Fallback, "fallback", false, "draw with flat when chromium does not work")
	f.BoolVar(&q.Full, "full", false, "whole pages, not only what was in view")
	f.Float64Var(&q.Scale, "scale", 1, "pixels for each CSS pixel")
	return cmd
}

func (c *command) printComparison(x *state.Comparison) error {
	if !c.json {
		c.say("%s and %s: %s", x.At, x.With, x.Summary())
		return nil
	}
	line := comparison{
		At: x.At.Milliseconds(), With: x.With.Milliseconds(), Width: x.Difference.Size.X, Height: x.Difference.Size.Y,
		Changed: x.Difference.Share(), Regions: make([]region, 0, len(x.Difference.Regions)), SameDocument: x.SameDocument,
		Added: list(x.Elements.Added), Removed: list(x.Elements.Removed), ChangedNodes: list(x.Elements.Changed), Moved: list(x.Elements.Moved),
	}
	for _, r := range x.Difference.Regions {
		line.Regions = append(line.Regions, regionOf(r))
	}
	return c.line(line)
}

func regionOf(r image.Rectangle) region { return region{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} }

// list is never null in JSON.
func list(ids []recording.NodeID) []recording.NodeID {
	if ids == nil {
		return []recording.NodeID{}
	}
	return ids
}

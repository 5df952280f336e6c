package cli

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"hindsite.app/app/state"
	"hindsite.app/player/heatmap"
)

func at(x, y float32) string { return fmt.Sprintf("%.0f, %.0f", x, y) }

// What clicks are placed by.
const (
	anchorPixel   = "pixel"
	anchorElement = "element"
)

// heatmapLine is the line of “heatmap --json”.
type heatmapLine struct {
	Kind     heatmap.Kind `json:"kind"`
	Page     string       `json:"page"`
	Sessions int          `json:"sessions"`
	Views    int          `json:"views"`
	Points   int          `json:"points"`
	Unplaced int          `json:"unplaced"`
	Outside  int          `json:"outside"`
	Absent   int          `json:"absent"`
	Anchor   string       `json:"anchor"`
	Width    int          `json:"width"`
	Height   int          `json:"height"`
	Caption  string       `json:"caption"`
	Small    bool         `json:"small_sample"`
}

func (c *command) heatmap() *cobra.Command {
	var q state.HeatmapQuery
	var kind, out, csvFile, anchored string
	var opacity float64
	cmd := &cobra.Command{
		Use: "heatmap --kind click|move|scroll --page PATTERN --out PNG", Short: "A heatmap of a page over many sessions", Args: usageArgs(cobra.NoArgs),
		Long: `Draws where visitors clicked, moved or scrolled to on a page.

PATTERN is compared with host and path, or with the path alone when it begins
with a slash; * stands for anything: "shop.test/p/*", "/checkout".

With --anchor element each click is placed where the element that it hit stands
in the picture of the page. Views of all widths come together that way; clicks
on elements that the picture does not show are counted as absent.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if q.Page == "" || (out == "" && csvFile == "") {
				return usageError{errors.New("say which page and which file: --page PATTERN --out PNG (or --csv FILE)")}
			}
			if anchored != anchorPixel && anchored != anchorElement {
				return usageError{errors.New("--anchor is pixel or element")}
			}
			if anchored == anchorElement && heatmap.Kind(kind) != heatmap.Clicks {
				return usageError{errors.New("--anchor element is for clicks: nothing else hits an element")}
			}
			q.Kind, q.ByElement = heatmap.Kind(kind), anchored == anchorElement
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				h, err := l.Heatmap(cmd.Context(), q)
				if err != nil {
					return err
				}
				return c.writeHeatmap(h, anchored, out, csvFile, opacity)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&kind, "kind", "click", "click, move or scroll")
	f.StringVar(&q.Page, "page", "", "page pattern")
	f.StringVar(&q.Where, "where", "", "filter over sessions")
	f.StringVar(&out, "out", "", "PNG file to write")
	f.StringVar(&csvFile, "csv", "", "CSV file of the cells to write")
	f.StringVar(&anchored, "anchor", anchorPixel, "of clicks: pixel, or element to place each where its element stands in the picture; takes longer")
	f.IntVar(&q.Cell, "cell", 10, "side of a cell in the CSV, pixels")
	f.Float64Var(&opacity, "opacity", 0.75, "of the map over the page, 0 to 1")
	return cmd
}

func (c *command) writeHeatmap(h *state.Heatmap, anchored, out, csvFile string, opacity float64) error {
	if out != "" {
		if err := writePNG(out, h.Compose(opacity)); err != nil {
			return err
		}
	}
	if csvFile != "" {
		var b bytes.Buffer
		if err := h.Cells.WriteCSV(&b, h.Unit()); err != nil {
			return err
		}
		if err := writeFile(csvFile, b.Bytes()); err != nil {
			return err
		}
	}
	if c.json {
		return c.line(heatmapLine{
			Kind: h.Kind, Page: h.Page, Sessions: h.Sessions, Views: h.Views, Points: h.Points, Unplaced: h.Unplaced,
			Outside: h.Outside, Absent: h.Absent, Anchor: anchored, Width: h.Width, Height: h.Height, Caption: h.Caption, Small: h.Small(),
		})
	}
	c.say("%s map of %s: %s", h.Kind, h.Page, h.Summary())
	c.say("%s", h.Caption)
	if h.Small() {
		c.say("fewer than 5 sessions: this shows what single visitors did and no pattern")
	}
	return nil
}

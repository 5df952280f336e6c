package ui

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// exportPNG writes page and map into a file.
func (h *heatScreen) exportPNG() {
	m, opacity := h.current, h.opacity.Value
	if m == nil {
		return
	}
	h.w.saveAs("Export", h.fileName("png"), func(ctx context.Context, out io.Writer) error { return encode(ctx, out, m.Compose(opacity)) })
}

// exportCSV writes the counted cells into a file.
func (h *heatScreen) exportCSV() {
	m := h.current
	if m == nil {
		return
	}
	h.w.saveAs("Export", h.fileName("csv"), func(ctx context.Context, out io.Writer) error {
		return m.Cells.WriteCSV(stoppable{ctx, out}, m.Unit())
	})
}

// fileName is what a file of the map is called at first.
func (h *heatScreen) fileName(ending string) string {
	return fmt.Sprintf("heatmap-%s%s.%s", h.current.Kind, strings.NewReplacer("/", "-", "{", "", "}", "").Replace(pathOnly(h.current.Page)), ending)
}

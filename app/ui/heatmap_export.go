package ui

import (
	"context"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"hindsite.app/app/state"
)

// exportPNG writes page and map into a file.
func (h *heatScreen) exportPNG() {
	m, opacity := h.current, h.opacity.Value
	if m == nil {
		return
	}
	h.export("png", func(out io.Writer) error { return png.Encode(out, m.Compose(opacity)) })
}

// exportCSV writes the counted cells into a file.
func (h *heatScreen) exportCSV() {
	m := h.current
	if m == nil {
		return
	}
	h.export("csv", func(out io.Writer) error { return m.Cells.WriteCSV(out, m.Unit()) })
}

// export asks for a file and writes it in the background.
func (h *heatScreen) export(ending string, write func(io.Writer) error) {
	name := fmt.Sprintf("heatmap-%s%s.%s", h.current.Kind, strings.NewReplacer("/", "-", "{", "", "}", "").Replace(pathOnly(h.current.Page)), ending)
	d := dialog.NewFileSave(func(f fyne.URIWriteCloser, err error) {
		if err != nil || f == nil {
			return
		}
		path := f.URI().Path()
		var s slot
		work(h.w, &s, func(context.Context) (string, error) {
			err := write(f)
			if closeErr := f.Close(); err == nil {
				err = closeErr
			}
			return path, err
		}, func(path string, err error) {
			if err != nil {
				h.w.showProblem("Export", state.Explain(err))
				return
			}
			h.w.status.say("Written to "+filepath.Base(path), h.facts())
		})
	}, h.w.win)
	d.SetFileName(name)
	d.SetFilter(storage.NewExtensionFileFilter([]string{"." + ending}))
	if home, err := os.UserHomeDir(); err == nil {
		if u, err := storage.ListerForURI(storage.NewFileURI(home)); err == nil {
			d.SetLocation(u)
		}
	}
	h.w.sized(d)
}

package ui

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"hindsite.app/app/state"
	"hindsite.app/app/ui/widget"
	"hindsite.app/player/recording"
)

// saveAs asks for a file and has it written in the background; what takes long
// says so and can be stopped. A file that was not written whole is taken away.
func (w *window) saveAs(title, name string, write func(context.Context, io.Writer) error) {
	d := dialog.NewFileSave(func(f fyne.URIWriteCloser, err error) {
		if err != nil || f == nil {
			return
		}
		w.save(title, f, write)
	}, w.win)
	d.SetFileName(name)
	d.SetFilter(storage.NewExtensionFileFilter([]string{filepath.Ext(name)}))
	if home, err := os.UserHomeDir(); err == nil {
		if u, err := storage.ListerForURI(storage.NewFileURI(home)); err == nil {
			d.SetLocation(u)
		}
	}
	w.sized(d)
}

func (w *window) save(title string, f fyne.URIWriteCloser, write func(context.Context, io.Writer) error) {
	path := f.URI().Path()
	s := &w.saving
	var shown dialog.Dialog
	work(w, s, func(ctx context.Context) (string, error) {
		err := write(ctx, f)
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
		return path, err
	}, func(path string, err error) {
		if shown != nil {
			shown.Hide()
		}
		if err != nil {
			w.showProblem(title, state.Explain(err))
			return
		}
		w.say("Written to " + filepath.Base(path))
	})
	turn := s.turn
	w.later(patience, func() {
		if s.turn != turn || !s.busy() {
			return
		}
		meter := widget.NewMeter()
		meter.Set(-1)
		shown = dialog.NewCustom(title, "Cancel", widget.Padded(6, 10, widget.Column(8, widget.Caption("Writing "+filepath.Base(path)+"…"), meter)), w.win)
		shown.SetOnClosed(func() {
			if s.turn == turn {
				s.stop()
			}
		})
		w.present(shown, 360, 130)
	})
}

// say shows a sentence in the status line, beside what the screen rests on.
func (w *window) say(text string) { w.status.say(text, w.screenFacts()) }

// savePage writes a picture of the page that is shown now: what was in view, or
// the whole page.
func (p *playerScreen) savePage(full bool) {
	if p.player == nil || p.frame == nil {
		return
	}
	p.pause()
	l, r, at := p.w.library, p.player.Recording, p.frame.At
	kind := "view"
	if full {
		kind = "page"
	}
	p.w.saveAs("Save picture", pictureName(p.id, kind, at), pageWriter(l, r, state.PageRequest{At: at, Full: full, Renderer: p.control.renderer(), Fallback: true}))
}

// pageWriter writes the picture of a page.
func pageWriter(l *state.Library, r *state.Recording, q state.PageRequest) func(context.Context, io.Writer) error {
	return func(ctx context.Context, out io.Writer) error {
		f, err := l.PagePicture(ctx, r, q)
		if err != nil {
			return err
		}
		return encode(ctx, out, f.Image)
	}
}

// encode writes a picture unless that was stopped.
func encode(ctx context.Context, out io.Writer, img image.Image) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(stoppable{ctx, out}, img)
}

// stoppable is a Writer that ends with its context.
type stoppable struct {
	ctx context.Context
	io.Writer
}

func (s stoppable) Write(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.Writer.Write(b)
}

// pictureName is what a picture of a session's page is called at first.
func pictureName(id, kind string, at ...recording.Time) string {
	name := id + "-" + kind
	for _, t := range at {
		name += "-" + strings.NewReplacer(":", ".").Replace(t.String())
	}
	return fmt.Sprintf("%s.png", name)
}

package ui

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"hindsite.app/app/state"
	"hindsite.app/player/recording"
)

// openAt opens a session at a moment.
func openAt(t *testing.T, id string, at recording.Time) (*window, *queue) {
	t.Helper()
	w, q := openWindow(t, id)
	w.player.open(id)
	q.until(t, "the player", func() bool { return w.player.player != nil && w.player.frame != nil })
	goTo(t, w, q, at)
	return w, q
}

func goTo(t *testing.T, w *window, q *queue, at recording.Time) {
	t.Helper()
	w.player.seek(at)
	q.until(t, "the moment", func() bool { return w.player.frame.At == at })
}

func TestCompareMoments(t *testing.T) {
	w, q := openAt(t, "s-0003", 2790*recording.Millisecond)
	c := w.player.compare
	key(w, fyne.KeyC)
	if c.open() || !strings.Contains(w.status.left.Text(), "mark a moment first") {
		t.Errorf("without a marked moment C says %q", w.status.left.Text())
	}
	key(w, fyne.KeyM)
	if !c.marked || c.mark != 2790*recording.Millisecond {
		t.Errorf("marked %v at %v", c.marked, c.mark)
	}
	goTo(t, w, q, 2800*recording.Millisecond)
	key(w, fyne.KeyC)
	q.until(t, "the comparison", func() bool { return c.current != nil && !c.making.busy() })
	// The recording changes two elements at 2793 ms.
	if got := c.facts.Text(); !c.open() || !strings.Contains(got, "of the picture changed") || !strings.Contains(got, "0 added, 0 removed, 2 changed, 0 moved") {
		t.Errorf("the panel says %q", got)
	}
	if c.names[0].Text() != "A  00:02.790" || c.names[1].Text() != "B  00:02.800" {
		t.Errorf("the moments are %q and %q", c.names[0].Text(), c.names[1].Text())
	}
	key(w, fyne.KeyC)
	if c.mode.Chosen() != modeDifference || c.heads.Visible() || !c.key.Visible() {
		t.Error("C does not turn to the difference")
	}
	key(w, fyne.KeyW)
	q.until(t, "whole pages", func() bool { return c.current != nil && c.current.full && !c.making.busy() })

	// The playhead at another moment: that one is compared.
	goTo(t, w, q, 4470*recording.Millisecond)
	q.until(t, "the other moment", func() bool {
		return c.current != nil && c.current.With == 4470*recording.Millisecond && !c.making.busy()
	})
	key(w, fyne.KeyEscape)
	if c.open() || c.current != nil || !c.marked {
		t.Error("Escape does not go back to the replay, or forgets the mark")
	}
	w.player.open("none")
	if c.marked {
		t.Error("a mark of one session stays for another")
	}
}

func TestCancelledComparisonSaysSo(t *testing.T) {
	w, q := openAt(t, "s-0003", recording.Second)
	c := w.player.compare
	key(w, fyne.KeyM)
	goTo(t, w, q, 2*recording.Second)
	key(w, fyne.KeyC)
	c.cancel()
	q.drain()
	if c.current != nil || c.message.Text() != "Cancelled" {
		t.Errorf("the panel says %q", c.message.Text())
	}
	// A later moment makes a new one.
	goTo(t, w, q, 3*recording.Second)
	q.until(t, "another comparison", func() bool { return c.current != nil })
}

func TestUnderClick(t *testing.T) {
	w, q := openAt(t, "s-0003", recording.Second)
	p := w.player.events
	p.kinds.Take(1)
	at := -1
	for i := range p.shown {
		if p.shown[i].Node == 76 && at < 0 { // the button with the id add
			at = i
		}
	}
	p.list.Select(at)
	q.until(t, "the element", func() bool { return p.under.content.Visible() })
	if got := p.under.name.Text(); got != "<button> “Add to cart”" {
		t.Errorf("the element is %q", got)
	}
	if got := p.under.path.Text(); got != "#add" {
		t.Errorf("its path is %q", got)
	}
	if got := p.under.size.Text(); !strings.Contains(got, " × 39 at 20, ") || !strings.Contains(got, "click at ") {
		t.Errorf("its place is %q", got)
	}
	q.until(t, "the scrolled page", func() bool { return w.player.frame.ScrollY > 0 })
	f := w.player.frame
	if e := p.under.frame(f); e == nil || e.X != 20 || e.H != 39 || e.Y < 0 || e.Y > float32(f.Viewport.Height) {
		t.Errorf("the outline is %+v", e)
	}
	late := *f
	late.At += recording.Second
	if e := p.under.frame(&late); e != nil {
		t.Errorf("a second later the outline is still %+v", e)
	}
	p.kinds.Take(3)
	if p.under.content.Visible() {
		t.Error("the element of a click stands under a list of pages")
	}
}

func TestSavePicture(t *testing.T) {
	w, q := openAt(t, "s-0003", recording.Second)
	file := filepath.Join(t.TempDir(), "page.png")
	out, err := storage.Writer(storage.NewFileURI(file))
	if err != nil {
		t.Fatal(err)
	}
	l, r := w.library, w.player.recording()
	w.save("Save picture", out, pageWriter(l, r, state.PageRequest{At: recording.Second, Full: true}))
	q.until(t, "the file", func() bool { return !w.saving.busy() })
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil || img.Bounds().Dx() != 390 || img.Bounds().Dy() <= 844 {
		t.Errorf("the picture of the page is %v, %v", img.Bounds(), err)
	}
	if got := w.status.left.Text(); got != "Written to page.png" {
		t.Errorf("the status says %q", got)
	}
}

// What was stopped leaves no half a file.
func TestStoppedSavingLeavesNothing(t *testing.T) {
	w, q := openAt(t, "s-0003", recording.Second)
	file := filepath.Join(t.TempDir(), "page.png")
	out, err := storage.Writer(storage.NewFileURI(file))
	if err != nil {
		t.Fatal(err)
	}
	begun := make(chan struct{})
	w.save("Save picture", out, func(ctx context.Context, _ io.Writer) error {
		close(begun)
		<-ctx.Done()
		return ctx.Err()
	})
	<-begun
	w.saving.stop()
	q.until(t, "the end", func() bool {
		_, err := os.Stat(file)
		return errors.Is(err, os.ErrNotExist)
	})
}

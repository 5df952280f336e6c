package ui

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
)

// sourcesScreen shows where archives come from: the queue of downloads with its
// history, the folders that are watched, and the origins with their
// credentials.
type sourcesScreen struct {
	w       *window
	content fyne.CanvasObject

	address, folder *fynewidget.Entry
	taking          *fynewidget.Check
	said            *widget.Text
	saidIcon        *widget.Icon

	transfers *transferList
	folders   *folderList
	origins   *originList

	queue    *state.Downloads
	watching *state.Watching
	running  *sync.WaitGroup // of those who listen to the two
	halt     context.CancelFunc
	fetched  int       // downloads that were imported, when last looked
	arrived  time.Time // of the latest file in a watched folder, when last looked

	opening, adding, changing slot
}

func newSourcesScreen(w *window) *sourcesScreen {
	s := &sourcesScreen{
		w: w, said: widget.NewText("", widget.Style{Size: look.CaptionSize, Colour: look.Muted, Ends: true}),
		saidIcon: widget.NewIcon("error", theme.ColorNameError, 13),
	}
	s.saidIcon.Hide()
	s.transfers, s.folders, s.origins = newTransferList(s), newFolderList(s), newOriginList(s)
	below := container.NewGridWithColumns(2, s.folders.content, s.origins.content)
	s.content = widget.Dock{
		Top: s.form(), Bottom: widget.Column(0, widget.Rule(), widget.Tall(230, below)), Centre: s.transfers.content,
	}.Container()
	return s
}

// form is the strip in which one says what to fetch.
func (s *sourcesScreen) form() fyne.CanvasObject {
	s.address, s.folder = fynewidget.NewEntry(), fynewidget.NewEntry()
	s.address.SetPlaceHolder("https://… or s3://bucket/prefix/: an archive, a feed, a bucket")
	s.address.OnSubmitted = func(string) { s.add() }
	s.folder.SetText(downloadFolder())
	s.folder.OnSubmitted = func(string) { s.add() }
	s.taking = fynewidget.NewCheck("Import what comes", nil)
	s.taking.SetChecked(true)
	choose := widget.NewTool(s.w.tips, "folder", "", "Choose the folder", func() {
		s.w.sized(dialog.NewFolderOpen(func(f fyne.ListableURI, err error) {
			if err == nil && f != nil {
				s.folder.SetText(f.Path())
			}
		}, s.w.win))
	})
	start := widget.NewTool(s.w.tips, "import", "Download", "List the address and fetch what is there (Enter)", s.add).Primary()
	into := container.NewBorder(nil, nil, widget.Padded(0, 6, container.NewCenter(widget.Caption("into"))), choose, s.folder)
	inside := widget.NewTool(s.w.tips, "page", "Look inside…", "List the sessions at the address, and import some of them without fetching the rest", s.look)
	entries := container.NewGridWithColumns(2, s.address, into)
	line := container.NewBorder(nil, nil, widget.Padded(0, 6, widget.NewIcon("import", look.Muted, 15)), widget.Row(8, s.taking, inside, start), entries)
	below := container.NewBorder(nil, nil, widget.Row(6, widget.Wide(27, widget.NewBox("")), s.saidIcon), nil, s.said)
	return widget.Column(0, container.NewStack(widget.NewBox(look.Header), widget.Padded(8, 8, widget.Column(4, line, widget.Tall(14, below)))), widget.Rule())
}

func downloadFolder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	if d := filepath.Join(home, "Downloads"); isDir(d) {
		return d
	}
	return home
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// say shows what came of the latest request; a problem has a sign beside it.
func (s *sourcesScreen) say(text string, p *state.Problem) {
	s.saidIcon.Hidden = p == nil
	if p != nil {
		text = p.Sentence + " " + p.Hint
	}
	s.said.SetText(text)
	s.content.Refresh()
}

// opened begins with the library's queue and folders.
func (s *sourcesScreen) opened() {
	type both struct {
		queue    *state.Downloads
		watching *state.Watching
	}
	l := s.w.library
	work(s.w, &s.opening, func(ctx context.Context) (b both, err error) {
		if b.queue, err = l.OpenDownloads(ctx); err != nil {
			return b, err
		}
		if b.watching, err = l.OpenWatching(ctx); err != nil {
			b.queue.Close()
		}
		return b, err
	}, func(b both, err error) {
		if err != nil {
			s.say("", state.Explain(err))
			return
		}
		s.queue, s.watching = b.queue, b.watching
		s.listen()
		s.refresh()
		s.origins.read()
	})
}

// listen follows the queue and the folders until take.
func (s *sourcesScreen) listen() {
	ctx, halt := context.WithCancel(s.w.ctx)
	s.halt, s.running = halt, &sync.WaitGroup{}
	queue, watching := s.queue.Changed(), s.watching.Changed()
	s.running.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-queue:
			case <-watching:
			}
			s.w.post(func() {
				if s.queue != nil {
					s.refresh()
				}
			})
			// Progress comes more often than anybody reads.
			select {
			case <-ctx.Done():
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
}

// take gives what has to be closed before the library is; nil when nothing has.
func (s *sourcesScreen) take() func() {
	s.opening.stop()
	s.adding.stop()
	s.changing.stop()
	if s.queue == nil {
		return nil
	}
	queue, watching, running, halt := s.queue, s.watching, s.running, s.halt
	s.queue, s.watching = nil, nil
	return func() {
		halt()
		running.Wait()
		queue.Close()
		watching.Close()
	}
}

// clear forgets what was shown of the library.
func (s *sourcesScreen) clear() {
	s.transfers.set(nil)
	s.folders.set(nil)
	s.origins.set(nil)
	s.address.SetText("")
	s.say("", nil)
	s.fetched, s.arrived = 0, time.Time{}
}

// refresh shows the queue and the folders as they are now, and reads the
// sessions anew when some came.
func (s *sourcesScreen) refresh() {
	items, folders := s.queue.Items(), s.watching.Folders()
	s.transfers.set(items)
	s.folders.set(folders)
	fetched, arrived := 0, time.Time{}
	for _, t := range items {
		if t.Result != "" {
			fetched++
		}
	}
	for _, f := range folders {
		if f.At.After(arrived) {
			arrived = f.At
		}
	}
	if fetched > s.fetched || arrived.After(s.arrived) {
		s.w.sessions.reload()
		s.w.list.readFacets()
	}
	s.fetched, s.arrived = fetched, arrived
	if s.w.showing == inSources {
		s.w.facts()
	}
}

// add lists the address and puts what is there into the queue.
func (s *sourcesScreen) add() {
	queue, address, folder, taking := s.queue, s.address.Text, s.folder.Text, s.taking.Checked
	switch {
	case queue == nil:
		return
	case address == "":
		s.w.win.Canvas().Focus(s.address)
		s.say("", &state.Problem{Sentence: "There is no address yet.", Hint: "Paste one: https://… or s3://bucket/prefix/."})
		return
	case folder == "":
		s.say("", &state.Problem{Sentence: "There is no folder to put archives into.", Hint: "Name one, or choose it."})
		return
	}
	s.say("Listing what is there…", nil)
	work(s.w, &s.adding, func(ctx context.Context) (state.Added, error) { return queue.Add(ctx, address, folder, taking) },
		func(added state.Added, err error) {
			if p := state.Explain(err); p != nil {
				s.say("", p)
				return
			}
			s.say(addedWords(added), nil)
			s.origins.read()
		})
}

func addedWords(a state.Added) string {
	switch {
	case a.Queued == 0 && a.There == 0:
		return "There is no archive at this address"
	case a.There == 0:
		return count(a.Queued, "archive") + " in the queue"
	case a.Queued == 0:
		return "Nothing new: " + count(a.There, "archive") + " fetched before or on the way"
	}
	return count(a.Queued, "new archive") + " in the queue; " + grouped(a.There) + " fetched before or on the way"
}

// facts says what the screen rests on.
func (s *sourcesScreen) facts() string {
	if s.queue == nil {
		return ""
	}
	going, ended := 0, 0
	for _, t := range s.transfers.items {
		if t.State.Ended() {
			ended++
		} else {
			going++
		}
	}
	return count(going, "download") + " in the queue · " + grouped(ended) + " ended · " + count(len(s.folders.items), "folder") + " watched"
}

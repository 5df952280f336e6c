package ui

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
	"hindsite.app/player/fault"
)

// dropped imports files and folders that were dropped on the window.
func (w *window) dropped(uris []fyne.URI) {
	var paths []string
	for _, u := range uris {
		if u.Scheme() == "file" {
			paths = append(paths, u.Path())
		}
	}
	switch {
	case len(paths) == 0:
	case w.library == nil:
		w.unlock.problem(&state.Problem{Sentence: "The library is locked.", Hint: "Unlock it first, then drop the files again."})
	default:
		w.importPaths(paths, state.ImportOptions{})
	}
}

// chooseFiles asks for a file to import.
func (w *window) chooseFiles() {
	if w.library == nil {
		return
	}
	w.sized(dialog.NewFileOpen(func(f fyne.URIReadCloser, err error) {
		if err == nil && f != nil {
			path := f.URI().Path()
			f.Close()
			w.importPaths([]string{path}, state.ImportOptions{})
		}
	}, w.win))
}

// chooseFolder asks for a folder to import.
func (w *window) chooseFolder() {
	if w.library == nil {
		return
	}
	w.sized(dialog.NewFolderOpen(func(f fyne.ListableURI, err error) {
		if err == nil && f != nil {
			w.importPaths([]string{f.Path()}, state.ImportOptions{})
		}
	}, w.win))
}

// imported is what an import came to.
type imported struct {
	paths   []string
	options state.ImportOptions // it was made with
	summary state.ImportSummary
	refused []state.ImportLine
	more    int // lines that are not kept
}

// mostLines is how many refused recordings a report lists.
const mostLines = 200

// importPaths imports in the background and reports when it is done.
func (w *window) importPaths(paths []string, o state.ImportOptions) {
	if w.importer.busy() {
		dialog.ShowInformation("An import is going on", "Wait until it is done, or cancel it at the top right.", w.win)
		return
	}
	l := w.library
	w.bar.job(w.cancelImport)
	w.bar.progress("Importing…", -1)
	turn := w.importer.turn + 1
	tell := throttle{every: 100 * time.Millisecond, now: w.options.Deps.Now}
	progress := func(p state.ImportProgress) {
		if tell.due() {
			w.post(func() {
				if w.importer.turn == turn && w.importer.busy() {
					w.showImport(p)
				}
			})
		}
	}
	work(w, &w.importer, func(ctx context.Context) (imported, error) {
		return runImport(ctx, l, imported{paths: paths, options: o}, progress)
	}, w.importDone)
}

// runImport runs away from the UI goroutine.
func runImport(ctx context.Context, l *state.Library, r imported, progress func(state.ImportProgress)) (imported, error) {
	o := r.options
	o.Progress = progress
	o.Report = func(line state.ImportLine) {
		switch {
		case line.Problem == nil:
		case len(r.refused) < mostLines:
			r.refused = append(r.refused, line)
		default:
			r.more++
		}
	}
	var err error
	r.summary, err = l.Import(ctx, r.paths, o)
	return r, err
}

func (w *window) showImport(p state.ImportProgress) {
	if p.Total <= 0 {
		w.bar.progress(fmt.Sprintf("Importing, %s so far", count(p.Done, "recording")), -1)
		return
	}
	w.bar.progress(fmt.Sprintf("Importing %s of %s", grouped(p.Done), grouped(p.Total)), float64(p.Done)/float64(p.Total))
}

// cancelImport stops an import; what was stored until then stays.
func (w *window) cancelImport() {
	w.importer.stop()
	w.bar.job(nil)
	w.status.say("The import was cancelled; what was stored until then stays.", "")
	w.sessions.reload()
	w.list.readFacets()
}

func (w *window) importDone(r imported, err error) {
	w.bar.job(nil)
	w.sessions.reload()
	w.list.readFacets()
	w.report(r, state.Explain(err))
}

// report shows what an import came to.
func (w *window) report(r imported, p *state.Problem) {
	s := r.summary
	body := widget.Column(2)
	if p != nil {
		body.Add(problemBox(p.Sentence, p.Hint))
	}
	body.Add(widget.Row(26,
		figure(grouped(s.Imported), "imported"), figure(grouped(s.Present), "already there"),
		figure(grouped(s.Refused), "refused"), figure(grouped(s.Erased), "erased before"), figure(grouped(s.Events), "events")))
	body.Add(heading("Protection of what was read", -1))
	if len(s.Protections)+len(s.Signatures) == 0 {
		body.Add(widget.Caption("Nothing was opened."))
	}
	for _, p := range slices.Sorted(maps.Keys(s.Protections)) {
		body.Add(counted(s.Protections[p], "recordings: "+p))
	}
	for _, p := range slices.Sorted(maps.Keys(s.Signatures)) {
		body.Add(counted(s.Signatures[p], "archives or files: "+p))
	}
	m := s.Masked
	body.Add(heading("Masked before storing", -1))
	masked := 0
	for _, line := range []struct {
		n    int
		text string
	}{
		{m.Values, "typed values, every stage of typing counted"}, {m.Fields, "form fields"},
		{m.Secrets, "of these fields for passwords and payment data, or beside one for a card"},
		{m.Echoes, "typed values found again in other text"}, {m.Cards, "card numbers in other text"},
		{m.Queries, "addresses whose query was cut"}, {m.Pictures, "pictures left out"},
	} {
		if line.n > 0 {
			masked++
			body.Add(counted(line.n, line.text))
		}
	}
	if masked == 0 {
		body.Add(widget.Caption("Nothing: no field was filled in."))
	}
	body.Add(heading("Oddities", s.Anomalies))
	if len(s.Oddities) == 0 {
		body.Add(widget.Caption("None: everything was as it should be."))
	}
	for _, o := range s.Oddities {
		body.Add(counted(o.Count, o.Sentence))
	}
	if len(r.refused) > 0 {
		body.Add(heading("Refused", s.Refused))
		if again := w.tryAgain(r); again != nil {
			body.Add(again)
		}
		for _, line := range r.refused {
			body.Add(problemBox(line.Source+": "+line.Problem.Sentence, line.Problem.Hint))
		}
	}
	if r.more > 0 {
		body.Add(widget.Caption(fmt.Sprintf("… and %s more are not listed here", grouped(r.more))))
	}
	scroll := container.NewVScroll(widget.Padded(4, 8, body))
	d := dialog.NewCustom("Import report", "Close", scroll, w.win)
	w.present(d, 680, 620)
}

// tryAgain offers what may help with recordings that were refused; nil when
// nothing here does.
func (w *window) tryAgain(r imported) fyne.CanvasObject {
	classes := map[fault.Class]bool{}
	for _, line := range r.refused {
		classes[line.Class] = true
	}
	row := widget.Row(8)
	if classes[fault.NoKey] {
		row.Add(fynewidget.NewButton("Try another key or passphrase…", func() {
			w.dialog.Hide()
			w.otherKey(r)
		}))
	}
	if classes[fault.Duplicate] {
		row.Add(fynewidget.NewButton("Import again and keep both", func() {
			w.dialog.Hide()
			o := r.options
			o.KeepBoth = true
			w.importPaths(r.paths, o)
		}))
	}
	if len(row.Objects) == 0 {
		return nil
	}
	return widget.Padded(4, 0, row)
}

// otherKey asks for a key or a passphrase and imports again with it.
func (w *window) otherKey(r imported) {
	file, passphrase := fynewidget.NewEntry(), fynewidget.NewPasswordEntry()
	file.SetPlaceHolder("key file that the archive was made for")
	choose := fynewidget.NewButton("Choose…", func() {
		dialog.ShowFileOpen(func(f fyne.URIReadCloser, err error) {
			if err == nil && f != nil {
				file.SetText(f.URI().Path())
				f.Close()
			}
		}, w.win)
	})
	d := dialog.NewForm("Import with another key", "Import", "Cancel", []*fynewidget.FormItem{
		fynewidget.NewFormItem("Key file", container.NewBorder(nil, nil, nil, choose, file)),
		fynewidget.NewFormItem("Passphrase", passphrase),
	}, func(ok bool) {
		if ok {
			o := r.options
			o.KeyFile, o.Passphrase = file.Text, passphrase.Text
			w.importPaths(r.paths, o)
		}
	}, w.win)
	w.present(d, 560, 200)
}

func figure(n, what string) fyne.CanvasObject {
	return widget.Column(1, widget.NewText(n, widget.Style{Size: 18, Bold: true}), widget.Caption(what))
}

func counted(n int, text string) fyne.CanvasObject {
	l := fynewidget.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	number := widget.NewText(grouped(n), widget.Style{Mono: true, Size: 11.5, Align: fyne.TextAlignTrailing})
	return container.NewBorder(nil, nil, widget.Wide(64, container.NewVBox(widget.Padded(6, 0, number))), nil, l)
}

// problemBox shows a sentence and what to do.
func problemBox(sentence, hint string) fyne.CanvasObject {
	head, below := fynewidget.NewLabel(sentence), fynewidget.NewLabel(hint)
	head.Wrapping, below.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	head.TextStyle.Bold = true
	below.Hidden = hint == ""
	icon := container.NewVBox(widget.Padded(8, 6, widget.NewIcon("error", theme.ColorNameError, 16)))
	return container.NewStack(widget.Framed(look.Inset, look.Line), widget.Padded(2, 4, container.NewBorder(nil, nil, icon, nil, widget.Column(-4, head, below))))
}

// downloadDialog asks for an address and a folder, fetches and offers to import.
func (w *window) downloadDialog() {
	if w.library == nil {
		return
	}
	address, folder := fynewidget.NewEntry(), fynewidget.NewEntry()
	address.SetPlaceHolder("https://…  an archive, or a feed of archives")
	if home, err := os.UserHomeDir(); err == nil {
		folder.SetText(home)
	}
	choose := fynewidget.NewButton("Choose…", func() {
		w.sized(dialog.NewFolderOpen(func(f fyne.ListableURI, err error) {
			if err == nil && f != nil {
				folder.SetText(f.Path())
			}
		}, w.win))
	})
	note := fynewidget.NewLabel("Archives stay encrypted on the way and in the folder. A download that was stopped goes on where it was.")
	note.Wrapping = fyne.TextWrapWord
	d := dialog.NewForm("Download archives", "Download", "Cancel", []*fynewidget.FormItem{
		fynewidget.NewFormItem("Address", address),
		fynewidget.NewFormItem("Into folder", container.NewBorder(nil, nil, nil, choose, folder)),
		fynewidget.NewFormItem("", note),
	}, func(ok bool) {
		if ok && address.Text != "" {
			w.download(address.Text, folder.Text)
		}
	}, w.win)
	address.OnSubmitted = func(string) { d.Submit() }
	w.present(d, 640, 250)
	w.win.Canvas().Focus(address)
}

// download fetches in the background and imports what came.
func (w *window) download(address, folder string) {
	if w.importer.busy() {
		dialog.ShowInformation("An import is going on", "Wait until it is done, or cancel it at the top right.", w.win)
		return
	}
	w.bar.job(w.cancelImport)
	w.bar.progress("Downloading…", -1)
	tell := throttle{every: 100 * time.Millisecond, now: w.options.Deps.Now}
	turn := w.importer.turn + 1
	say := func(text string, share float64) {
		w.post(func() {
			if w.importer.turn == turn && w.importer.busy() {
				w.bar.progress(text, share)
			}
		})
	}
	archives := 0
	o := state.DownloadOptions{URL: address, Dir: folder, Listed: func(names []string) { archives = len(names) }}
	inWords(&o.Progress, func(n int, words string) {
		if tell.due() {
			say(fmt.Sprintf("Archive %d of %d: %s", n+1, max(archives, 1), words), -1)
		}
	})
	work(w, &w.importer, func(ctx context.Context) ([]state.Downloaded, error) { return state.Download(ctx, o) }, w.downloaded)
}

// inWords sets a report of progress to one that is told the words for it.
func inWords[P fmt.Stringer](report *func(int, P), tell func(n int, words string)) {
	*report = func(n int, p P) { tell(n, p.String()) }
}

func (w *window) downloaded(all []state.Downloaded, err error) {
	w.bar.job(nil)
	if p := state.Explain(err); p != nil {
		w.report(imported{}, p)
		return
	}
	var files []string
	for _, d := range all {
		if d.Problem != nil {
			w.showProblem("Download", d.Problem)
			continue
		}
		files = append(files, d.File)
	}
	if len(files) > 0 {
		w.importPaths(files, state.ImportOptions{})
	}
}

// showProblem shows what went wrong and what to do.
func (w *window) showProblem(title string, p *state.Problem) {
	if p == nil {
		return
	}
	d := dialog.NewCustom(title, "Close", problemBox(p.Sentence, p.Hint), w.win)
	w.present(d, 520, 180)
}

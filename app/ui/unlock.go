package ui

import (
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
)

// unlockScreen asks for a library and what opens it.
type unlockScreen struct {
	w       *window
	content fyne.CanvasObject

	folder, keyFile *fynewidget.Entry
	passphrase      *fynewidget.Entry
	open            *fynewidget.Button
	title           *widget.Text
	note            *fynewidget.Label
	said            *fyne.Container
	sentence, hint  *fynewidget.Label
}

func newUnlockScreen(w *window) *unlockScreen {
	u := &unlockScreen{
		w: w, folder: fynewidget.NewEntry(), keyFile: fynewidget.NewEntry(), passphrase: fynewidget.NewPasswordEntry(),
		title: widget.NewText("Unlock the library", widget.Style{Size: look.HeadingSize, Bold: true}),
		note:  fynewidget.NewLabel(""), sentence: fynewidget.NewLabel(""), hint: fynewidget.NewLabel(""),
	}
	u.folder.SetText(w.options.Library)
	u.keyFile.SetText(w.options.Credential.KeyFile)
	u.keyFile.SetPlaceHolder("file with your key, such as hindsite.key")
	u.passphrase.SetPlaceHolder("only if the library or your archives have one")
	u.folder.SetPlaceHolder("folder of the library")
	for _, l := range []*fynewidget.Label{u.note, u.sentence, u.hint} {
		l.Wrapping = fyne.TextWrapWord
	}
	u.sentence.TextStyle.Bold = true
	u.open = fynewidget.NewButton("Unlock", u.submit)
	u.open.Importance = fynewidget.HighImportance
	u.folder.OnChanged = func(string) { u.describe() }
	for _, e := range []*fynewidget.Entry{u.folder, u.keyFile, u.passphrase} {
		e.OnSubmitted = func(string) { u.submit() }
	}
	u.said = container.NewStack(
		widget.Framed(look.Raised, theme.ColorNameError),
		widget.Padded(8, 10, container.NewBorder(nil, nil, widget.Padded(6, 4, widget.NewIcon("error", theme.ColorNameError, 18)), nil,
			widget.Column(0, u.sentence, u.hint))),
	)
	form := widget.Column(12,
		widget.Row(12, widget.NewIcon("lock", theme.ColorNamePrimary, 22), u.title),
		container.New(layout.NewCustomPaddedLayout(-6, -4, -6, -6), u.note),
		u.field("Library folder", u.folder, u.chooseFolder(u.folder)),
		u.field("Key file", u.keyFile, u.chooseKey()),
		u.field("Passphrase", u.passphrase, nil),
		u.said,
		widget.Row(10, fynewidget.NewButton("New key…", u.newKey), widget.Gap(), u.open),
	)
	card := container.NewStack(widget.Framed(look.Header, look.Line), widget.Padded(26, 30, form))
	u.content = container.NewStack(widget.NewBox(look.Stage), container.NewCenter(widget.Wide(560, card)))
	u.describe()
	u.problem(nil)
	return u
}

func (u *unlockScreen) field(name string, e fyne.CanvasObject, button fyne.CanvasObject) fyne.CanvasObject {
	return widget.Column(3, widget.Caption(name), container.NewBorder(nil, nil, nil, button, e))
}

// describe says what the button will do.
func (u *unlockScreen) describe() {
	if u.folder.Text == "" || state.LibraryExists(u.folder.Text) {
		u.title.SetText("Unlock the library")
		u.open.SetText("Unlock")
		u.note.SetText("Recordings are stored encrypted. They are opened in memory only, with the key that you hold.")
		return
	}
	u.title.SetText("New library")
	u.open.SetText("Create library")
	u.note.SetText("There is no library in this folder yet. It will be made and sealed with your key; without the key nobody can open it, and it cannot be recovered.")
}

// problem shows why the library did not open; nil shows nothing.
func (u *unlockScreen) problem(p *state.Problem) {
	if p == nil {
		u.said.Hide()
		return
	}
	u.sentence.SetText(p.Sentence)
	u.hint.SetText(p.Hint)
	u.hint.Hidden = p.Hint == ""
	u.said.Show()
}

func (u *unlockScreen) busy(on bool) {
	if on {
		u.open.SetText("Opening…")
		u.open.Disable()
		return
	}
	u.open.Enable()
	u.describe()
}

// forget drops the passphrase from the window.
func (u *unlockScreen) forget() {
	u.passphrase.SetText("")
	u.problem(nil)
}

func (u *unlockScreen) submit() {
	if u.open.Disabled() {
		return
	}
	u.problem(nil)
	if u.folder.Text == "" {
		u.problem(&state.Problem{Sentence: "No folder is named.", Hint: "Name the folder of a library, or one in which to make it."})
		return
	}
	if u.keyFile.Text == "" && u.passphrase.Text == "" {
		u.problem(&state.Problem{Sentence: "Neither a key file nor a passphrase is given.", Hint: "Choose your key file, or make a key with “New key…”."})
		return
	}
	u.w.open(u.folder.Text, state.Credential{KeyFile: u.keyFile.Text, Passphrase: u.passphrase.Text})
}

func (u *unlockScreen) chooseFolder(into *fynewidget.Entry) fyne.CanvasObject {
	return fynewidget.NewButton("Choose…", func() {
		u.w.sized(dialog.NewFolderOpen(func(f fyne.ListableURI, err error) {
			if err == nil && f != nil {
				into.SetText(f.Path())
			}
		}, u.w.win))
	})
}

func (u *unlockScreen) chooseKey() fyne.CanvasObject {
	return fynewidget.NewButton("Choose…", func() {
		u.w.sized(dialog.NewFileOpen(func(f fyne.URIReadCloser, err error) {
			if err == nil && f != nil {
				u.keyFile.SetText(f.URI().Path())
				f.Close()
			}
		}, u.w.win))
	})
}

// newKey makes a key in a file of the person's choice.
func (u *unlockScreen) newKey() {
	name := fynewidget.NewEntry()
	name.SetText(newKeyFile(u.keyFile.Text))
	hybrid := fynewidget.NewCheck("also safe against quantum computers (longer recipient)", nil)
	hint := fynewidget.NewLabel("Keep a copy in a safe place. What is sealed for this key can be opened by nothing else.")
	hint.Wrapping = fyne.TextWrapWord
	d := dialog.NewForm("New key", "Make key", "Cancel", []*fynewidget.FormItem{
		fynewidget.NewFormItem("File", name), fynewidget.NewFormItem("", hybrid), fynewidget.NewFormItem("", hint),
	}, func(ok bool) {
		if !ok {
			return
		}
		recipient, err := state.NewKey(name.Text, hybrid.Checked, u.w.options.Deps.Now())
		if err != nil {
			u.problem(state.Explain(err))
			return
		}
		u.keyFile.SetText(name.Text)
		u.w.showRecipient(name.Text, recipient)
	}, u.w.win)
	name.OnSubmitted = func(string) { d.Submit() }
	u.w.present(d, 560, 230)
	u.w.win.Canvas().Focus(name)
}

// newKeyFile proposes a file for a new key: the one that was named, or one in
// the person's own folder.
func newKeyFile(named string) string {
	const name = "hindsite.key"
	if named != "" {
		return named
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return name
	}
	return filepath.Join(home, name)
}

// focus puts the cursor where something is missing.
func (u *unlockScreen) focus() {
	e := u.passphrase
	switch {
	case u.folder.Text == "":
		e = u.folder
	case u.keyFile.Text == "":
		e = u.keyFile
	}
	u.w.win.Canvas().Focus(e)
}

// showRecipient shows the public half of a key, to be copied.
func (w *window) showRecipient(file, recipient string) {
	e := fynewidget.NewMultiLineEntry()
	e.SetText(recipient)
	e.Wrapping = fyne.TextWrapBreak
	text := fynewidget.NewLabel("The key is in " + file + ". Give this recipient to whoever sends you archives; it is not secret.")
	text.Wrapping = fyne.TextWrapWord
	copyIt := fynewidget.NewButton("Copy", func() { w.app.Clipboard().SetContent(recipient) })
	d := dialog.NewCustom("Key made", "Close", widget.Column(8, text, e, widget.Row(0, widget.Gap(), copyIt)), w.win)
	w.present(d, 560, 260)
}

// sized shows a file dialog at a size in which names can be read. It has no
// size before it is shown.
func (w *window) sized(d *dialog.FileDialog) {
	s := w.win.Canvas().Size()
	w.dialog = d
	d.Show()
	d.Resize(fyne.NewSize(min(900, s.Width-60), min(640, s.Height-60)))
}

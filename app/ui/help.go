package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	fynewidget "fyne.io/fyne/v2/widget"

	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
	"hindsite.app/data/filter"
)

// keyHelp is the key map as the help sheet shows it.
func keyHelp() []struct {
	title string
	keys  [][2]string
} {
	return []struct {
		title string
		keys  [][2]string
	}{
		{"Replay", [][2]string{
			{"Space  K", "play or pause"}, {"J  L", "10 s back or forward"}, {"←  →", "5 s back or forward"},
			{"Shift+←  Shift+→", "previous or next event"}, {"Alt+←  Alt+→", "100 ms back or forward"},
			{"Home  End", "to the start or the end"}, {"G", "go to a time"}, {"↑  ↓   [  ]", "faster or slower"},
			{"Ctrl+I", "skip inactivity or not"}, {"E", "exact rendering or not"}, {"Shift+N  Shift+P", "next or previous session"}, {"F   Esc", "full screen and back"},
		}},
		{"Moments", [][2]string{
			{"M", "mark this moment"}, {"C", "compare with the marked moment"}, {"C   W", "then: other view, whole page"}, {"Esc", "close the comparison"},
			{"Ctrl+S", "save a picture of what is shown"}, {"Ctrl+Shift+S", "save a picture of the whole page"},
		}},
		{"Timeline", [][2]string{
			{"+  −", "zoom in or out"}, {"0", "show the whole session"}, {"Ctrl+wheel", "zoom at the mouse"},
			{"Wheel", "pan"}, {"Click, drag", "seek, scrub"}, {"Strip below", "drag the visible span"},
		}},
		{"Everywhere", [][2]string{
			{"Ctrl+1  2  3  4", "library, player, heatmaps, sources"}, {"Ctrl+F", "filter"}, {"Ctrl+O", "import files"}, {"Ctrl+Shift+O", "import a folder"},
			{"Ctrl+D", "download"}, {"Ctrl+Shift+W", "watch a folder"}, {"Ctrl+E", "export the heatmap"}, {"Ctrl+L", "lock the library"}, {"?", "this sheet"},
		}},
		{"Lists", [][2]string{
			{"↑  ↓", "row by row"}, {"Page ↑  Page ↓", "page by page"}, {"Home  End", "first or last row"}, {"Enter", "open"},
			{"Tab", "to the next part of the window"}, {"Space", "pause or go on, choose"}, {"Delete", "remove"},
		}},
	}
}

// keySheet shows what the keys do.
func (w *window) keySheet() {
	columns := [2]*fyne.Container{widget.Column(0), widget.Column(0)}
	var rows [2]int
	for _, group := range keyHelp() {
		list := widget.Column(3, heading(group.title, -1))
		for _, k := range group.keys {
			list.Add(widget.Padded(1, 0, container.NewBorder(nil, nil, widget.Wide(150, widget.Row(0, widget.KeyCap(k[0]))), nil, widget.NewText(k[1], widget.Style{Size: 11.5}))))
		}
		// Into the shorter column.
		i := 0
		if rows[1] < rows[0] {
			i = 1
		}
		columns[i].Add(list)
		rows[i] += len(group.keys) + 2
	}
	both := container.NewGridWithColumns(2, columns[0], widget.Padded(0, 14, columns[1]))
	note := widget.Caption("Keys work whatever has the focus, but not while you type into a field. Every command is in the menus too.")
	d := dialog.NewCustom("Keys", "Close", widget.Padded(2, 10, widget.Column(8, both, note)), w.win)
	w.present(d, 760, 300)
}

// filterHelp shows what can be said in a filter.
func (w *window) filterHelp() {
	list := widget.Column(2)
	for _, example := range [][2]string{
		{"checkout", "sessions with this word in a title or an address"},
		{"duration > 30s and errors > 0", "longer than half a minute, with errors"},
		{"device = phone or device = tablet", "either of the two"},
		{"page = /cart and not page ~ /order/*", "saw the cart, but no order"},
		{"start >= 2026-11-01", "since that day"},
	} {
		list.Add(widget.Padded(2, 0, container.NewBorder(nil, nil, widget.Wide(280, widget.NewText(example[0], widget.Style{Mono: true, Size: 11.5})), nil, widget.Caption(example[1]))))
	}
	list.Add(heading("Fields", -1))
	for _, f := range filter.Fields() {
		text := f.Help
		for i, v := range f.Values {
			sep := ", "
			if i == 0 {
				sep = " One of "
			}
			text += sep + v
		}
		list.Add(widget.Padded(1, 0, container.NewBorder(nil, nil, widget.Wide(100, widget.NewText(f.Name, widget.Style{Mono: true, Size: 11.5})), nil,
			container.NewBorder(nil, nil, widget.Wide(80, widget.Caption(string(f.Kind))), nil, widget.NewText(text, widget.Style{Size: 11.5, Ends: true})))))
	}
	list.Add(widget.Caption("Any other name is an attribute that the site recorded. Compare with = != < <= > >= and ~ (with * for anything)."))
	d := dialog.NewCustom("What a filter can say", "Close", container.NewVScroll(widget.Padded(4, 10, list)), w.win)
	w.present(d, 740, 640)
}

// about says what this is.
func (w *window) about() {
	text := fynewidget.NewLabel("Replays recorded website sessions on this computer. Recordings are opened with your key, in memory only; nothing is sent anywhere.")
	text.Wrapping = fyne.TextWrapWord
	fonts := fynewidget.NewLabel("Fonts: Inter and JetBrains Mono, SIL Open Font License 1.1.")
	icon := fynewidget.NewIcon(look.AppIcon())
	head := widget.Row(14, container.NewGridWrap(fyne.NewSquareSize(56), icon),
		widget.Column(2, widget.NewText("Hindsite", widget.Style{Size: 20, Bold: true}), widget.Caption("Version "+w.options.Deps.Version)))
	d := dialog.NewCustom("About", "Close", widget.Padded(6, 10, widget.Column(8, head, text, fonts)), w.win)
	w.present(d, 460, 240)
}

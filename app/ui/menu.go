package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"hindsite.app/app/state"
	"hindsite.app/app/ui/theme"
	"hindsite.app/player/recording"
)

const variantKey = "appearance"

// variant is how the person wants the window to look.
func (w *window) variant() theme.Variant {
	switch v := theme.Variant(w.app.Preferences().String(variantKey)); v {
	case theme.Dark, theme.Light:
		return v
	}
	return theme.System
}

func (w *window) setVariant(v theme.Variant) {
	w.app.Preferences().SetString(variantKey, string(v))
	w.app.Settings().SetTheme(theme.Theme{Variant: v})
	w.win.SetMainMenu(w.menu())
}

// command returns a menu item, with a key when there is one. Menu keys work
// whatever has the focus.
func command(name string, key fyne.KeyName, modifier fyne.KeyModifier, f func()) *fyne.MenuItem {
	i := fyne.NewMenuItem(name, f)
	if key != "" {
		i.Shortcut = &desktop.CustomShortcut{KeyName: key, Modifier: modifier}
	}
	return i
}

// menu returns the main menu. It holds every command, so that each can be
// reached without a mouse.
func (w *window) menu() *fyne.MainMenu {
	const ctrl = fyne.KeyModifierShortcutDefault
	player := func(f func(*state.Player)) func() {
		return func() {
			if w.showing == inPlayer {
				w.player.do(f)
			}
		}
	}
	file := fyne.NewMenu("File",
		command("Import files…", fyne.KeyO, ctrl, w.chooseFiles),
		command("Import folder…", fyne.KeyO, ctrl|fyne.KeyModifierShift, w.chooseFolder),
		command("Download…", fyne.KeyD, ctrl, w.download),
		command("Look inside an archive at an address…", "", 0, w.sources.look),
		command("Watch a folder…", fyne.KeyW, ctrl|fyne.KeyModifierShift, w.sources.folders.choose),
		command("Add an origin…", "", 0, w.sources.origins.ask),
		fyne.NewMenuItemSeparator(),
		command("Export heatmap as PNG…", fyne.KeyE, ctrl, w.heat.exportPNG),
		command("Export heatmap as CSV…", fyne.KeyE, ctrl|fyne.KeyModifierShift, w.heat.exportCSV),
		fyne.NewMenuItemSeparator(),
		command("Lock the library", fyne.KeyL, ctrl, w.lock),
	)
	view := fyne.NewMenu("View",
		command("Library", fyne.Key1, ctrl, func() { w.show(inLibrary) }),
		command("Player", fyne.Key2, ctrl, func() { w.show(inPlayer) }),
		command("Heatmaps", fyne.Key3, ctrl, func() { w.show(inHeatmap) }),
		command("Sources", fyne.Key4, ctrl, func() { w.show(inSources) }),
		fyne.NewMenuItemSeparator(),
		command("Filter", fyne.KeyF, ctrl, w.focusFilter),
		w.facetMenu(), w.sortMenu(), w.heatMenu(), w.sideMenu(),
		fyne.NewMenuItemSeparator(),
		w.variantItem("Follow the system", theme.System), w.variantItem("Dark", theme.Dark), w.variantItem("Light", theme.Light),
	)
	replay := fyne.NewMenu("Replay",
		command("Play or pause   (Space)", "", 0, player((*state.Player).Toggle)),
		command("Next event   (Shift+→)", "", 0, player((*state.Player).NextEvent)),
		command("Previous event   (Shift+←)", "", 0, player((*state.Player).PreviousEvent)),
		command("Step forward 100 ms", fyne.KeyRight, fyne.KeyModifierAlt, player(func(p *state.Player) { step(p, 100*recording.Millisecond) })),
		command("Step back 100 ms", fyne.KeyLeft, fyne.KeyModifierAlt, player(func(p *state.Player) { step(p, -100*recording.Millisecond) })),
		fyne.NewMenuItemSeparator(),
		command("Next session   (Shift+N)", "", 0, func() { w.player.neighbour(1) }),
		command("Previous session   (Shift+P)", "", 0, func() { w.player.neighbour(-1) }),
		fyne.NewMenuItemSeparator(),
		command("Go to time…", fyne.KeyG, ctrl, w.player.control.goTo),
		command("Skip inactivity", fyne.KeyI, ctrl, func() { w.player.control.setSkipping(!w.player.control.skipping) }),
		w.exactItem(),
		command("Faster   (])", "", 0, func() { w.player.control.faster(1) }),
		command("Slower   ([)", "", 0, func() { w.player.control.faster(-1) }),
		command("Show the whole session   (0)", "", 0, func() { w.player.timeline.Fit() }),
	)
	t := w.sources.transfers
	downloads := fyne.NewMenu("Downloads",
		command("Pause or go on   (Space)", "", 0, t.toggle),
		command("Remove   (Delete)", "", 0, t.drop),
		fyne.NewMenuItemSeparator(),
		command("Pause all", "", 0, t.pauseAll),
		command("Go on with all", "", 0, t.resumeAll),
		command("Limit…", "", 0, t.chooseLimit),
		command("Clear history", "", 0, t.clearHistory),
		fyne.NewMenuItemSeparator(),
		command("Stop watching the chosen folder", "", 0, w.sources.folders.drop),
		command("Download from the chosen origin", "", 0, w.sources.origins.use),
		command("Forget the chosen origin", "", 0, w.sources.origins.drop),
	)
	picture := fyne.NewMenu("Picture", w.player.pictureItems()...)
	help := fyne.NewMenu("Help",
		command("Keys", fyne.KeySlash, ctrl, w.keySheet),
		command("What a filter can say", "", 0, w.filterHelp),
		command("About Hindsite", "", 0, w.about),
	)
	return fyne.NewMainMenu(file, view, replay, picture, downloads, help)
}

func step(p *state.Player, by recording.Time) {
	p.Pause()
	p.Skip(by)
}

func (w *window) variantItem(name string, v theme.Variant) *fyne.MenuItem {
	i := fyne.NewMenuItem(name, func() { w.setVariant(v) })
	i.Checked = w.variant() == v
	return i
}

// exactItem switches exact rendering.
func (w *window) exactItem() *fyne.MenuItem {
	i := fyne.NewMenuItem("Exact rendering   (E)", func() { w.player.control.setExact(!w.player.control.exactly) })
	i.Checked = w.player.control.exactly
	return i
}

// focusFilter puts the cursor into the filter of the screen.
func (w *window) focusFilter() {
	switch {
	case w.library == nil:
	case w.showing == inHeatmap:
		w.win.Canvas().Focus(w.heat.filter)
	default:
		w.show(inLibrary)
		w.win.Canvas().Focus(w.list.filter)
	}
}

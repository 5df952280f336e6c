package ui

import (
	"fyne.io/fyne/v2"

	"hindsite.app/app/ui/widget"
)

// The menus here hold what the screens offer as choices for the mouse, so that
// a keyboard reaches them, too.

// facetTool is a choice of values in the filter bar.
type facetTool struct {
	name string
	tool *widget.Tool
}

func submenu(name string, items ...*fyne.MenuItem) *fyne.MenuItem {
	i := fyne.NewMenuItem(name, nil)
	i.ChildMenu = fyne.NewMenu("", items...)
	return i
}

func (w *window) facetMenu() *fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, f := range w.list.facetTools {
		items = append(items, fyne.NewMenuItem(f.name+"…", func() { f.tool.Tapped(nil) }))
	}
	return submenu("Choose sessions by", items...)
}

func (w *window) sortMenu() *fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, c := range sessionColumns() {
		if c.Sort != "" {
			items = append(items, fyne.NewMenuItem(c.Title, func() { w.sessions.order(c.Sort) }))
		}
	}
	return submenu("Sort sessions by", items...)
}

func (w *window) heatMenu() *fyne.MenuItem {
	var items []*fyne.MenuItem
	for i, name := range heatKinds() {
		items = append(items, fyne.NewMenuItem(name, func() { w.show(inHeatmap); w.heat.kind.Take(i) }))
	}
	items = append(items, fyne.NewMenuItem("Clicks by element or by pixel", func() {
		w.show(inHeatmap)
		w.heat.kind.Choose(0)
		w.heat.turnAnchor()
	}), fyne.NewMenuItemSeparator())
	for i, name := range deviceNames() {
		items = append(items, fyne.NewMenuItem(name, func() { w.show(inHeatmap); w.heat.device.Take(i) }))
	}
	fade := func(by float64) func() {
		return func() { w.heat.opacity.SetValue(w.heat.opacity.Value + by) }
	}
	items = append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem("More opaque", fade(0.1)), fyne.NewMenuItem("Less opaque", fade(-0.1)))
	return submenu("Heatmap", items...)
}

func (w *window) sideMenu() *fyne.MenuItem {
	var items []*fyne.MenuItem
	for i, k := range eventKinds() {
		items = append(items, fyne.NewMenuItem("Events: "+k.name, func() { w.player.side.Take(0); w.player.events.kinds.Take(i) }))
	}
	items = append(items, fyne.NewMenuItem("Details", func() { w.player.side.Take(1) }))
	return submenu("Beside the replay", items...)
}

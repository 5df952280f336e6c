package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	fynewidget "fyne.io/fyne/v2/widget"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
)

// placeList is a list of places with a title, a line for the chosen one and
// what can be done.
type placeList struct {
	content fyne.CanvasObject
	list    *widget.List
	empty   *widget.Text
}

func newPlaceList(s *sourcesScreen, title, empty string, columns []widget.ColumnSpec, fill func(i int, row *widget.Cells), drop func(), tools ...fyne.CanvasObject) *placeList {
	p := &placeList{empty: widget.NewText(empty, widget.Style{Colour: look.Muted, Align: fyne.TextAlignCenter, Ends: true})}
	p.list = widget.NewList(26, s.w.options.Deps.Now)
	p.list.TakesFocus, p.list.Name = true, title
	p.list.Create = func() fyne.CanvasObject { return widget.NewCells(columns) }
	p.list.Update = func(i int, row fyne.CanvasObject) { fill(i, row.(*widget.Cells)) }
	p.list.OnKey = func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyDelete || e.Name == fyne.KeyBackspace {
			drop()
			return
		}
		s.w.typedKey(e)
	}
	p.list.OnRune = s.w.typedRune
	name := widget.NewText(title, widget.Style{Bold: true})
	bar := widget.Bar(34, look.Panel, container.NewBorder(nil, nil, widget.Padded(0, 4, container.NewCenter(name)), widget.Row(4, tools...), nil))
	header := widget.NewHeader(columns, func(string) {})
	p.content = widget.Dock{Top: widget.Column(0, bar, header, widget.Rule()), Centre: container.NewStack(p.list, container.NewVBox(widget.Gap(), p.empty, widget.Gap()))}.Container()
	return p
}

func (p *placeList) shown(n int) {
	p.empty.Hidden = n > 0
	p.empty.Refresh()
	p.list.SetLength(n)
}

// folderList shows the folders that are watched.
type folderList struct {
	*placeList
	s     *sourcesScreen
	items []state.Watched
}

func newFolderList(s *sourcesScreen) *folderList {
	f := &folderList{s: s}
	columns := []widget.ColumnSpec{
		{Icon: true, Width: 16},
		{Title: "Folder", Flex: 2, Least: 110, Style: widget.Style{Ends: true}},
		{Title: "Files", Width: 44, Style: widget.Style{Mono: true, Size: 11.5, Align: fyne.TextAlignTrailing}},
		{Title: "Latest", Flex: 1.4, Least: 90, Drop: 1, Style: widget.Style{Colour: look.Muted}},
		{Title: "Result", Flex: 1.6, Least: 90},
	}
	add := widget.NewTool(s.w.tips, "folder", "Watch a folder…", "Import what lies in a folder and what arrives in it", f.choose)
	drop := widget.NewTool(s.w.tips, "close", "Stop", "Stop watching the chosen folder; what was imported stays (Delete)", f.drop)
	f.placeList = newPlaceList(s, "Watched folders", "No folder is watched: files that arrive in one are imported by themselves", columns, f.fill, f.drop, add, drop)
	return f
}

func (f *folderList) fill(i int, c *widget.Cells) {
	x := &f.items[i]
	icon, colour, result := "folder", fyne.ThemeColorName(""), x.Result
	if x.Problem != nil {
		icon, colour, result = "error", look.OnAlarm, x.Problem.Sentence
	}
	c.Set(0, icon, colour)
	c.Set(1, x.Folder, "")
	c.Set(2, grouped(x.Files), "")
	c.Set(3, orDash(x.Latest), "")
	c.Set(4, orDash(result), colour)
	c.Refresh()
}

func (f *folderList) set(items []state.Watched) {
	f.items = items
	f.shown(len(items))
}

// choose asks for a folder to watch.
func (f *folderList) choose() {
	if f.s.watching == nil {
		return
	}
	f.s.w.sized(dialog.NewFolderOpen(func(u fyne.ListableURI, err error) {
		if err == nil && u != nil {
			f.add(u.Path())
		}
	}, f.s.w.win))
}

func (f *folderList) add(path string) {
	if watching := f.s.watching; watching != nil {
		f.s.transfers.change(func(ctx context.Context) error { return watching.Add(ctx, path) })
	}
}

func (f *folderList) drop() {
	i, watching := f.list.Selected(), f.s.watching
	if i < 0 || i >= len(f.items) || watching == nil {
		return
	}
	id := f.items[i].ID
	f.s.transfers.change(func(ctx context.Context) error { return watching.Remove(ctx, id) })
}

// originList shows the origins that were set up.
type originList struct {
	*placeList
	s     *sourcesScreen
	items []state.Origin
}

func newOriginList(s *sourcesScreen) *originList {
	o := &originList{s: s}
	columns := []widget.ColumnSpec{
		{Icon: true, Width: 16},
		{Title: "Origin", Flex: 2, Least: 110, Style: widget.Style{Ends: true}},
		{Title: "Credentials", Width: 150},
		{Title: "Latest list", Flex: 1.4, Least: 90, Drop: 1, Style: widget.Style{Colour: look.Muted}},
	}
	add := widget.NewTool(s.w.tips, "plus", "Add an origin…", "Remember an origin and the credentials for it", func() { o.ask() })
	use := widget.NewTool(s.w.tips, "import", "Download", "Put what is new there into the queue (Enter)", o.use)
	drop := widget.NewTool(s.w.tips, "close", "Forget", "Forget the chosen origin and its credentials (Delete)", o.drop)
	o.placeList = newPlaceList(s, "Origins", "No origin is set up: those that ask for credentials are added here", columns, o.fill, o.drop, add, use, drop)
	o.list.OnActivated = func(int) { o.use() }
	return o
}

func (o *originList) fill(i int, c *widget.Cells) {
	x := &o.items[i]
	c.Set(0, "key", "")
	c.Set(1, x.Name+"  "+withoutScheme(x.Address), "")
	c.Set(2, orDash(string(x.Credentials)), "")
	latest := "–"
	if x.Seen != nil {
		latest = "no. " + grouped(int(x.Seq)) + ", " + x.Signed + ", " + shortTime(*x.Seen)
	}
	c.Set(3, latest, "")
	c.Refresh()
}

func (o *originList) set(items []state.Origin) {
	o.items = items
	o.shown(len(items))
}

// read reads the origins anew.
func (o *originList) read() {
	l := o.s.w.library
	if l == nil {
		return
	}
	work(o.s.w, &o.s.changing, func(ctx context.Context) ([]state.Origin, error) { return l.Origins(ctx) }, func(all []state.Origin, err error) {
		if p := state.Explain(err); p != nil {
			o.s.say("", p)
			return
		}
		o.set(all)
	})
}

func (o *originList) chosen() *state.Origin {
	if i := o.list.Selected(); i >= 0 && i < len(o.items) {
		return &o.items[i]
	}
	return nil
}

// use downloads what is new at the chosen origin.
func (o *originList) use() {
	if x := o.chosen(); x != nil {
		o.s.address.SetText(x.Address)
		o.s.add()
	}
}

func (o *originList) drop() {
	x, l := o.chosen(), o.s.w.library
	if x == nil || l == nil {
		return
	}
	id := x.ID
	dialog.ShowConfirm("Forget this origin?", "Its credentials are forgotten, too. What was downloaded stays.", func(yes bool) {
		if yes {
			work(o.s.w, &o.s.changing, func(ctx context.Context) (struct{}, error) { return struct{}{}, l.RemoveOrigin(ctx, id) }, func(_ struct{}, err error) {
				if p := state.Explain(err); p != nil {
					o.s.say("", p)
				}
				o.read()
			})
		}
	}, o.s.w.win)
}

// ask asks for an origin.
func (o *originList) ask() {
	l := o.s.w.library
	if l == nil {
		return
	}
	address, name, header := fynewidget.NewEntry(), fynewidget.NewEntry(), fynewidget.NewPasswordEntry()
	access, secret, endpoint, region := fynewidget.NewEntry(), fynewidget.NewPasswordEntry(), fynewidget.NewEntry(), fynewidget.NewEntry()
	address.SetText(o.s.address.Text)
	address.SetPlaceHolder("https://…/ or s3://bucket/prefix/")
	header.SetPlaceHolder("Authorization header, such as: Bearer …")
	endpoint.SetPlaceHolder("https://… ; Amazon when empty")
	note := fynewidget.NewLabel("Credentials go into the keyring of this computer, or sealed into the library where there is none. They are sent to this origin only.")
	note.Wrapping = fyne.TextWrapWord
	items := []*fynewidget.FormItem{
		fynewidget.NewFormItem("Address", address), fynewidget.NewFormItem("Name", name), fynewidget.NewFormItem("Header", header),
		fynewidget.NewFormItem("S3 access key", access), fynewidget.NewFormItem("S3 secret key", secret),
		fynewidget.NewFormItem("S3 endpoint", endpoint), fynewidget.NewFormItem("S3 region", region), fynewidget.NewFormItem("", note),
	}
	d := dialog.NewForm("Add an origin", "Add", "Cancel", items, func(ok bool) {
		if !ok {
			return
		}
		opts := state.OriginOptions{Address: address.Text, Name: name.Text, Authorization: header.Text}
		opts.S3.AccessKey, opts.S3.SecretKey, opts.S3.Endpoint, opts.S3.Region = access.Text, secret.Text, endpoint.Text, region.Text
		o.keep(l, opts)
	}, o.s.w.win)
	o.s.w.present(d, 620, 480)
	o.s.w.win.Canvas().Focus(address)
}

func (o *originList) keep(l *state.Library, opts state.OriginOptions) {
	o.s.say("Keeping the credentials…", nil)
	work(o.s.w, &o.s.changing, func(ctx context.Context) (state.Origin, error) { return l.AddOrigin(ctx, opts) }, func(x state.Origin, err error) {
		if p := state.Explain(err); p != nil {
			o.s.say("", p)
			return
		}
		o.s.say("Added "+x.Address, nil)
		o.read()
		o.list.Mark(slices.IndexFunc(o.items, func(y state.Origin) bool { return y.ID == x.ID }))
	})
}

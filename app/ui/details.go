package ui

import (
	"fmt"
	"sort"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"hindsite.app/app/state"
	look "hindsite.app/app/ui/theme"
	"hindsite.app/app/ui/widget"
)

// detailsPanel says what is known of one session.
type detailsPanel struct {
	w       *window
	content fyne.CanvasObject
	body    *fyne.Container
	scroll  *container.Scroll
	playing bool // the session is in the player already
}

func newDetailsPanel(w *window) *detailsPanel {
	d := &detailsPanel{w: w, body: widget.Column(0)}
	d.scroll = container.NewVScroll(widget.Padded(10, 14, d.body))
	d.content = container.NewStack(d.scroll)
	d.show(nil)
	return d
}

// show shows a session; nil shows none.
func (d *detailsPanel) show(x *state.Detail) {
	d.body.Objects = nil
	if x == nil {
		d.body.Add(widget.Caption("Choose a session to see what is known of it."))
		d.scroll.Refresh()
		return
	}
	play := widget.NewTool(d.w.tips, "play", "Play", "Play this session (Enter)", func() { d.w.player.open(x.ID) }).Primary()
	if d.playing {
		play.Hide()
	}
	d.body.Add(container.NewBorder(nil, nil, nil, play, widget.NewText(x.ID, widget.Style{Size: 15, Bold: true, Ends: true})))
	d.facts(x)
	d.pages(x)
	d.body.Add(heading("Attributes", len(x.Attributes)))
	names := make([]string, 0, len(x.Attributes))
	for n := range x.Attributes {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		d.body.Add(pair(n, x.Attributes[n]))
	}
	if len(names) == 0 {
		d.body.Add(widget.Caption("The site recorded none."))
	}
	d.body.Add(heading("Origin", -1))
	d.body.Add(pair("Recorder", orDash(x.Recorder)))
	d.body.Add(pair("Source", orDash(x.Source)))
	d.lines("Protection", strings.Split(orDash(x.Protection), ", ")...)
	d.lines("Signature", signatureLines(orDash(x.Signed))...)
	oddities := "none found"
	if x.Anomalies > 0 {
		oddities = fmt.Sprintf("%s; the import report says which", count(x.Anomalies, "fault"))
	}
	d.body.Add(pair("Oddities", oddities))
	d.scroll.ScrollToTop()
	d.scroll.Refresh()
}

// lines shows a value that is too long for one line, and must not lose its end.
func (d *detailsPanel) lines(name string, values ...string) {
	for i, v := range values {
		if i > 0 {
			name = ""
		}
		d.body.Add(pair(name, v))
	}
}

// signatureLines puts what was found about a signature on a line of its own,
// below a name that may be long.
func signatureLines(s string) []string {
	if i := strings.LastIndex(s, " ("); i > 0 {
		return []string{s[:i], s[i+1:]}
	}
	return []string{s}
}

func (d *detailsPanel) facts(x *state.Detail) {
	d.body.Add(heading("Visit", -1))
	d.body.Add(pair("Visitor", orDash(x.Visitor)))
	d.body.Add(pair("Start", x.Start.Local().Format("2006-01-02 15:04:05 MST")))
	d.body.Add(pair("Length", milliseconds(x.DurationMS).String()))
	d.body.Add(pair("Device", fmt.Sprintf("%s, %d × %d", orDash(x.Device), x.Viewport.Width, x.Viewport.Height)))
	d.body.Add(pair("Browser", orDash(joinKnown(x.Browser, x.OS))))
	d.body.Add(pair("Country, language", orDash(joinKnown(x.Country, x.Language))))
	d.body.Add(pair("Recorded", fmt.Sprintf("%s: %s, %s, %s", count(x.Events, "event"), count(x.Clicks, "click"), count(x.Inputs, "input"), count(x.Errors, "error"))))
	if x.Struggle != nil {
		d.body.Add(pair("Struggle", fmt.Sprintf("%.0f", *x.Struggle)))
	}
}

func joinKnown(a, b string) string {
	if a != "" && b != "" {
		return a + ", " + b
	}
	return a + b
}

// mostPages is how many pages of a session are listed.
const mostPages = 60

func (d *detailsPanel) pages(x *state.Detail) {
	d.body.Add(heading("Pages", len(x.PageViews)))
	for i, v := range x.PageViews {
		if i == mostPages {
			d.body.Add(widget.Caption(fmt.Sprintf("… and %d more", len(x.PageViews)-i)))
			return
		}
		at := widget.NewText(milliseconds(v.StartMS).String()[:5], widget.Style{Mono: true, Size: 11, Colour: look.Muted})
		title := v.Title
		if title == "" {
			title = pathOnly(v.Path)
		}
		lines := widget.Column(1,
			widget.NewText(title, widget.Style{Ends: true}),
			widget.NewText(plainPath(v.Path), widget.Style{Size: look.CaptionSize, Colour: look.Muted, Ends: true}))
		stay := widget.NewText(widget.Brief(milliseconds(v.EndMS-v.StartMS)), widget.Style{Size: look.CaptionSize, Colour: look.Muted})
		d.body.Add(widget.Padded(3, 0, container.NewBorder(nil, nil, widget.Wide(46, at), widget.Padded(0, 4, stay), lines)))
	}
}

// heading heads a part of a panel; n below 0 shows no number.
func heading(text string, n int) fyne.CanvasObject {
	row := widget.Row(6, widget.NewText(text, widget.Style{Size: 11, Bold: true, Colour: theme.ColorNameForeground}))
	if n >= 0 {
		row.Add(widget.Caption(grouped(n)))
	}
	return container.New(layoutTop{14}, widget.Column(4, row, widget.Rule()))
}

// layoutTop leaves space above.
type layoutTop struct{ space float32 }

func (l layoutTop) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().AddWidthHeight(0, l.space+4)
}

func (l layoutTop) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Resize(fyne.NewSize(s.Width, s.Height-l.space-4))
	o[0].Move(fyne.NewPos(0, l.space))
}

// pair is a name and a value in two columns.
func pair(name, value string) fyne.CanvasObject {
	n := widget.NewText(name, widget.Style{Size: 11.5, Colour: look.Muted, Ends: true})
	return widget.Padded(2, 0, container.NewBorder(nil, nil, widget.Wide(112, n), nil, widget.NewText(value, widget.Style{Size: 11.5, Ends: true})))
}

package widget

import (
	"fmt"
	"image"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	look "hindsite.app/app/ui/theme"
	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
	"hindsite.app/player/timeline"
)

// show puts an object into a window of a size.
func show(t *testing.T, o fyne.CanvasObject, w, h float32) fyne.Window {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Variant: look.Dark})
	win := test.NewTempWindow(t, o)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	return win
}

// clock is a clock that the test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func testList(t *testing.T, n int) (*List, *clock, map[int]string) {
	c := &clock{at: time.Unix(1000, 0)}
	l := NewList(20, c.now)
	filled := map[int]string{}
	l.Create = func() fyne.CanvasObject { return NewCells([]ColumnSpec{{Flex: 1}}) }
	l.Update = func(i int, row fyne.CanvasObject) {
		filled[i] = fmt.Sprint("row ", i)
		row.(*Cells).Set(0, filled[i], "")
		row.Refresh()
	}
	l.TakesFocus = true
	show(t, l, 300, 200)
	l.SetLength(n)
	return l, c, filled
}

func TestListBuildsOnlyWhatIsInView(t *testing.T) {
	l, _, filled := testList(t, 1_000_000)
	if len(filled) > 12 {
		t.Errorf("%d rows were filled for a view of 10", len(filled))
	}
	var first, end int
	l.OnVisible = func(a, b int) { first, end = a, b }
	l.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if l.Selected() != 999_999 || end != 1_000_000 || first != 999_990 {
		t.Errorf("End chose %d and shows %d to %d", l.Selected(), first, end)
	}
	if filled[999_999] != "row 999999" {
		t.Errorf("the last row is %q", filled[999_999])
	}
	// A row further down must stay exactly where a short list would have it.
	l.Select(500_000)
	if y := l.view.rows[500_000].Position().Y; y != 0 && y != 180 {
		t.Errorf("row 500,000 lies at %v", y)
	}
}

func TestListKeys(t *testing.T) {
	l, _, _ := testList(t, 100)
	var chosen, entered []int
	l.OnSelected = func(i int) { chosen = append(chosen, i) }
	l.OnActivated = func(i int) { entered = append(entered, i) }
	passed := ""
	l.OnKey = func(e *fyne.KeyEvent) { passed += string(e.Name) }
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyPageDown, fyne.KeyHome, fyne.KeyUp, fyne.KeyReturn, fyne.KeySpace} {
		l.TypedKey(&fyne.KeyEvent{Name: k})
	}
	if got, want := fmt.Sprint(chosen), "[0 1 0 9 0 0]"; got != want {
		t.Errorf("keys chose %s, want %s", got, want)
	}
	if fmt.Sprint(entered) != "[0]" || passed != "Space" {
		t.Errorf("entered %v, passed on %q", entered, passed)
	}
}

func TestListMouse(t *testing.T) {
	l, c, _ := testList(t, 100)
	entered := -1
	l.OnActivated = func(i int) { entered = i }
	press := func(y float32) {
		l.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(10, y)}})
	}
	press(45)
	if l.Selected() != 2 || entered != -1 {
		t.Fatalf("a click chose %d and entered %d", l.Selected(), entered)
	}
	c.at = c.at.Add(time.Second)
	press(45)
	if entered != -1 {
		t.Error("two slow clicks were taken for a double click")
	}
	c.at = c.at.Add(200 * time.Millisecond)
	press(45)
	if entered != 2 {
		t.Errorf("a double click entered %d", entered)
	}
	l.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -25)})
	if first, _ := l.Shown(); first != 2 {
		t.Errorf("a notch of the wheel leads to row %d", first)
	}
}

func TestColumnsGoWhenRoomIsShort(t *testing.T) {
	columns := []ColumnSpec{{Width: 20}, {Flex: 1, Least: 80}, {Flex: 1, Least: 80, Drop: 1}, {Width: 50, Drop: 2}}
	for _, c := range []struct {
		width float32
		want  string
	}{
		// Two pads of 10 and the gaps of 10 between the columns go off first.
		{400, "[20 140 140 50]"}, {270, "[20 105 105 -1]"}, {200, "[20 150 -1 -1]"}, {60, "[20 10 -1 -1]"},
	} {
		if _, widths := Spread(columns, c.width, 10, 10); fmt.Sprint(widths) != c.want {
			t.Errorf("in %v: %v, want %s", c.width, widths, c.want)
		}
	}
}

func TestShorten(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Variant: look.Dark})
	style := fyne.TextStyle{}
	if got := Shorten("short", 500, 12, style); got != "short" {
		t.Errorf("shortened to %q", got)
	}
	long := "a very long address that does not fit"
	got := Shorten(long, 80, 12, style)
	if fyne.MeasureText(got, 12, style).Width > 80 || got == "" || got[len(got)-3:] != "…" {
		t.Errorf("shortened to %q", got)
	}
	if got := Shorten(long, 0, 12, style); got != "" {
		t.Errorf("no room gives %q", got)
	}
}

func testSession() *timeline.Timeline {
	sec := recording.Second
	tr := &replay.Tracks{Duration: 100 * sec}
	tr.Head.Tabs = []string{""}
	tr.Head.Views = []recording.View{{End: 100 * sec, URL: "https://a.test/x", Width: 800, Height: 600}}
	for i := range 200 {
		tr.Pointers = append(tr.Pointers, recording.Pointer{At: recording.Time(i) * 100 * recording.Millisecond, Place: recording.Place{X: float32(i)}})
	}
	tr.Interactions = []recording.Interaction{{At: 50 * sec, Kind: recording.Click}}
	return timeline.New(tr)
}

func testTimeline(t *testing.T) (*Timeline, fyne.Window, *[]recording.Time) {
	tl := NewTimeline()
	var seeks []recording.Time
	tl.OnSeek = func(at recording.Time) { seeks = append(seeks, at) }
	win := show(t, tl, heads+1000, rowsHeight())
	tl.SetSession(testSession())
	return tl, win, &seeks
}

func TestTimelineScrubs(t *testing.T) {
	tl, _, seeks := testTimeline(t)
	tl.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(heads+250, 60)}})
	tl.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(heads+400, 60)}})
	tl.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(heads+2000, 60)}})
	tl.DragEnd()
	if got, want := fmt.Sprint(*seeks), "[00:25.000 00:40.000 01:40.000]"; got != want {
		t.Errorf("sought %s, want %s", got, want)
	}
}

func TestTimelineZoomsAtTheMouse(t *testing.T) {
	tl, _, _ := testTimeline(t)
	at := tl.Scale().At(300)
	tl.Modifiers = func() fyne.KeyModifier { return fyne.KeyModifierControl }
	for range 5 {
		tl.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(heads+300, 60)}, Scrolled: fyne.NewDelta(0, 25)})
	}
	if d := tl.Scale().At(300) - at; d > recording.Millisecond || d < -recording.Millisecond {
		t.Errorf("the moment under the mouse moved by %v", d)
	}
	if got := tl.Scale().Visible.Len(); got >= 50*recording.Second {
		t.Errorf("five notches show %v", got)
	}
	tl.Modifiers = nil
	from := tl.Scale().Visible.From
	tl.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(heads+300, 60)}, Scrolled: fyne.NewDelta(0, -25)})
	if tl.Scale().Visible.From <= from {
		t.Error("the wheel without Ctrl did not pan on")
	}
	tl.Fit()
	if tl.Scale().Visible.Len() != 100*recording.Second {
		t.Error("fit does not show the whole session")
	}
}

func TestOverviewMovesTheVisibleSpan(t *testing.T) {
	tl, _, seeks := testTimeline(t)
	tl.Zoom(10)
	tl.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(heads+500, rowsHeight()-10)}})
	v := tl.Scale().Visible
	if mid := (v.From + v.To) / 2; mid < 49*recording.Second || mid > 51*recording.Second || len(*seeks) != 0 {
		t.Errorf("the overview shows %v, sought %v", v, *seeks)
	}
}

// The picture is drawn anew when it looks different and not when the playhead
// moves.
func TestTimelineIsDrawnSeldom(t *testing.T) {
	tl, win, _ := testTimeline(t)
	win.Canvas().Capture()
	drawn := tl.Drawn()
	for i := range 20 {
		tl.SetPlayhead(recording.Time(i)*recording.Second, true)
		win.Canvas().Capture()
	}
	if tl.Drawn() != drawn {
		t.Errorf("%d pictures were drawn for a moving playhead", tl.Drawn()-drawn)
	}
	tl.Zoom(2)
	win.Canvas().Capture()
	if tl.Drawn() != drawn+1 {
		t.Errorf("a zoom drew %d pictures", tl.Drawn()-drawn)
	}
}

// What is drawn lies where the scale says: the click of 50 s in the middle.
func TestTimelineDrawsClicksAtTheirMoment(t *testing.T) {
	tl, _, _ := testTimeline(t)
	img := tl.picture(1000, int(rowsHeight())).(*image.RGBA)
	row := trackRows()[trackClicks]
	y, want := int(row.top+row.height/2), named(look.DataClick)
	for _, x := range []int{300, 499, 500, 501, 504} {
		is := nrgba(img.At(x, y)) == want
		if should := x == 500 || x == 501; is != should {
			t.Errorf("at %d px: click drawn is %v", x, is)
		}
	}
}

func TestBrief(t *testing.T) {
	for at, want := range map[recording.Time]string{
		400 * recording.Millisecond: "0.4 s", 22 * recording.Second: "22 s", 185 * recording.Second: "3:05", 3723 * recording.Second: "1:02:03",
	} {
		if got := Brief(at); got != want {
			t.Errorf("%d is %q, want %q", at, got, want)
		}
	}
}

func TestCutKeepsEveryPixel(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 3, 2*TileHeight+5))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	var joined []byte
	for _, tile := range Cut(img) {
		if tile.Rect.Dy() > TileHeight || tile.Stride != 4*3 {
			t.Errorf("a tile is %v with a stride of %d", tile.Rect, tile.Stride)
		}
		joined = append(joined, tile.Pix...)
	}
	if string(joined) != string(img.Pix) {
		t.Error("the tiles do not hold the picture")
	}
}

func TestStageMapsThePage(t *testing.T) {
	s := NewStage("nothing")
	var room [2]int
	s.OnRoom = func(w, h int) { room = [2]int{w, h} }
	show(t, s, 832, 462+2*stagePad+browserBar-62)
	if room != [2]int{800, 400} {
		t.Fatalf("there is room for %v", room)
	}
	s.ShowShot(Shot{Width: 400, Height: 200, Pointer: &Point{X: 100, Y: 50}, Picture: image.NewRGBA(image.Rect(0, 0, 800, 400)), Scale: 2})
	// Twice as large; the tip of the arrow lies 4 and 3 units into its picture.
	if got, want := s.view.pointer.Position(), fyne.NewPos(196, 97); got != want {
		t.Errorf("the pointer lies at %v, want %v", got, want)
	}
	s.ShowShot(Shot{Width: 400, Height: 200, Typing: "Street", Skipped: 22 * recording.Second})
	if got := s.view.typing.Text(); got != "typing in “Street”" || !s.view.typing.Visible() {
		t.Errorf("typing shows %q", got)
	}
	if s.view.why.Visible() {
		t.Error("says why although nobody failed")
	}
	s.ShowShot(Shot{Width: 400, Height: 200, Why: "No browser."})
	if got := s.view.why.Text(); got != "No browser." || !s.view.why.Visible() {
		t.Errorf("says %q", got)
	}
	s.ShowShot(Shot{Width: 400, Height: 200, Skipped: 22 * recording.Second})
	if got := s.view.skipped.Text(); got != "skipped 22 s of inactivity" {
		t.Errorf("skipping shows %q", got)
	}
}

func BenchmarkTimelinePicture(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(look.Theme{Variant: look.Dark})
	tl := NewTimeline()
	tl.SetSession(testSession())
	tl.picture(1400, int(rowsHeight()))
	for b.Loop() {
		tl.stale = true
		tl.picture(1400, int(rowsHeight()))
	}
}

func BenchmarkFrame(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(look.Theme{Variant: look.Dark})
	s, tl := NewStage(""), NewTimeline()
	win := test.NewTempWindow(b, s)
	win.Resize(fyne.NewSize(1000, 700))
	tl.SetSession(testSession())
	picture := image.NewRGBA(image.Rect(0, 0, 900, 600))
	shot := Shot{Width: 900, Height: 600, Picture: picture, Scale: 1, Pointer: &Point{10, 10}, Address: "https://shop.test/checkout"}
	for i := range 60 {
		shot.Trail = append(shot.Trail, Point{float32(i), float32(i)})
	}
	i := 0
	for b.Loop() {
		i++
		shot.Pointer = &Point{float32(i % 900), 50}
		s.ShowShot(shot)
		tl.SetPlayhead(recording.Time(i%1000)*100*recording.Millisecond, true)
	}
}

func BenchmarkListWheel(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(look.Theme{Variant: look.Dark})
	columns := []ColumnSpec{{Icon: true, Width: 16}, {Flex: 2}, {Flex: 1}, {Width: 118}, {Width: 58}, {Width: 50}, {Width: 50}, {Flex: 3}, {Width: 58}}
	l := NewList(28, time.Now)
	l.Create = func() fyne.CanvasObject { return NewCells(columns) }
	l.Update = func(i int, row fyne.CanvasObject) {
		c := row.(*Cells)
		c.Set(0, "desktop", "")
		for j := 1; j < len(columns); j++ {
			c.Set(j, fmt.Sprint("cell ", i, " ", j), "")
		}
		c.Refresh()
	}
	win := test.NewTempWindow(b, l)
	win.Resize(fyne.NewSize(1270, 830))
	l.SetLength(1_000_000)
	for b.Loop() {
		l.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -25)})
	}
}

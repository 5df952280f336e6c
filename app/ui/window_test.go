package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"hindsite.app/app/sample"
	"hindsite.app/app/state"
	"hindsite.app/player/fault"
	"hindsite.app/player/heatmap"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat"
	"hindsite.app/player/replay"
)

// queue holds what is posted to the UI goroutine until the test, which plays
// that goroutine, runs it.
type queue struct {
	mu  sync.Mutex
	fns []func()
}

func (q *queue) post(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fns = append(q.fns, f)
}

func (q *queue) drain() {
	q.mu.Lock()
	fns := q.fns
	q.fns = nil
	q.mu.Unlock()
	for _, f := range fns {
		f()
	}
}

// until runs what is posted until ready says so.
func (q *queue) until(t *testing.T, what string, ready func() bool) {
	t.Helper()
	for begun := time.Now(); !ready(); time.Sleep(2 * time.Millisecond) {
		if time.Since(begun) > 2*time.Minute {
			t.Fatalf("waited in vain for %s", what)
		}
		q.drain()
	}
}

// study writes some sessions of the sample study and a key into a folder.
func study(t *testing.T, names ...string) (dir, key string) {
	t.Helper()
	dir = t.TempDir()
	for _, n := range names {
		b, err := sample.Study.ReadFile("study/" + n + ".ndjson.gz")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, n+".ndjson.gz"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key = filepath.Join(t.TempDir(), "key")
	if _, err := state.NewKey(key, false, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	return dir, key
}

// openWindow opens a window on a new library with the sessions.
func openWindow(t *testing.T, names ...string) (*window, *queue) {
	t.Helper()
	dir, key := study(t, names...)
	q := &queue{}
	o := Options{
		Deps: state.Deps{Now: time.Now, Renderer: flat.New(nil), Version: "test"}, Library: filepath.Join(t.TempDir(), "library"),
		Credential: state.Credential{KeyFile: key},
	}
	w := newWindow(t.Context(), test.NewTempApp(t), o, q.post)
	t.Cleanup(func() { w.end() })
	w.start()
	q.until(t, "the library", func() bool { return w.library != nil && w.sessions.total == 0 })
	if !w.list.empty.content.Visible() {
		t.Error("an empty library does not say what to do")
	}
	if len(names) > 0 {
		w.dropped([]fyne.URI{storage.NewFileURI(dir)})
		q.until(t, "the import", func() bool { return !w.importer.busy() && w.sessions.total == len(names) && !w.sessions.asking.busy() })
		if w.dialog == nil {
			t.Fatal("no import report is shown")
		}
		w.dialog.Hide()
	}
	return w, q
}

func key(w *window, names ...fyne.KeyName) {
	for _, n := range names {
		w.typedKey(&fyne.KeyEvent{Name: n})
	}
}

func TestLibrary(t *testing.T) {
	w, q := openWindow(t, "s-0001", "s-0016", "s-0102")
	if got := w.list.list.Length(); got != 3 {
		t.Fatalf("%d rows are listed", got)
	}
	w.list.filter.SetText("device = phone and (")
	if got := w.list.said.Text(); !strings.Contains(got, "The filter cannot be read") {
		t.Errorf("a filter with a fault says %q", got)
	}
	if got := w.list.list.Length(); got != 3 {
		t.Errorf("a filter with a fault leaves %d rows", got)
	}
	w.list.filter.SetText("device = phone")
	q.until(t, "the filter", func() bool { return w.sessions.total < 3 && !w.sessions.asking.busy() })
	for _, s := range w.sessions.loaded {
		if s.Device != "phone" {
			t.Errorf("a %s is listed", s.Device)
		}
	}
	w.list.add("country", "Côte d'Ivoire")
	if got, want := w.list.filter.Text, `device = phone and country = "Côte d'Ivoire"`; got != want {
		t.Errorf("the filter became %s, want %s", got, want)
	}
	q.until(t, "nothing", func() bool { return w.sessions.total == 0 && w.list.empty.content.Visible() })
	w.list.filter.SetText("")
	q.until(t, "all", func() bool { return w.sessions.total == 3 && len(w.sessions.loaded) == 3 })
	w.sessions.order("duration")
	q.until(t, "the order", func() bool {
		l := w.sessions.loaded
		return !w.sessions.asking.busy() && l[0].DurationMS >= l[1].DurationMS && l[1].DurationMS >= l[2].DurationMS
	})
}

func TestPagesOfSessionsAreReadWhenNeeded(t *testing.T) {
	w, q := openWindow(t, "s-0001", "s-0016")
	// A source that has read one page only and knows of another.
	l := w.library
	p, err := l.List(context.Background(), state.ListQuery{Sort: "-start", Limit: 1})
	if err != nil || p.Next == "" {
		t.Fatalf("no second page: %v", err)
	}
	w.sessions.loaded, w.sessions.next = p.Sessions, p.Next
	w.sessions.tell()
	q.until(t, "the second page", func() bool { return w.list.list.Length() == 2 })
}

func TestPlayerKeys(t *testing.T) {
	w, q := openWindow(t, "s-0001", "s-0016")
	w.list.list.Select(0)
	key(w, fyne.KeyReturn)
	q.until(t, "the player", func() bool { return w.showing == inPlayer && w.player.player != nil && w.player.frame != nil })
	w.player.seek(10 * recording.Second)
	at := func(want recording.Time) func() bool {
		return func() bool { return w.player.frame.At == want }
	}
	q.until(t, "seek", at(10*recording.Second))
	for _, step := range []struct {
		key  fyne.KeyName
		want recording.Time
	}{
		{fyne.KeyRight, 15 * recording.Second}, {fyne.KeyLeft, 10 * recording.Second}, {fyne.KeyL, 20 * recording.Second},
		{fyne.KeyJ, 10 * recording.Second}, {fyne.KeyHome, 0}, {fyne.KeyEnd, w.player.control.duration},
	} {
		key(w, step.key)
		q.until(t, string(step.key), at(step.want))
	}
	key(w, fyne.KeyHome)
	q.until(t, "home", at(0))
	w.playerKey(fyne.KeyRight, true)
	q.until(t, "the next event", func() bool { return w.player.frame.At > 0 })
	key(w, fyne.KeyUp)
	w.typedRune(']')
	if got := w.player.control.speed; got != 4 {
		t.Errorf("two steps faster is %v", got)
	}
	key(w, fyne.KeySpace)
	q.until(t, "playing", func() bool { return w.player.frame.Playing })
	key(w, fyne.KeyK)
	q.until(t, "pause", func() bool { return !w.player.frame.Playing })
	before := w.player.timeline.Scale().Visible.Len()
	w.typedRune('+')
	if w.player.timeline.Scale().Visible.Len() >= before {
		t.Error("+ does not zoom in")
	}
	first := w.player.id
	w.playerKey(fyne.KeyN, true)
	q.until(t, "the next session", func() bool { return w.player.id != first && w.player.player != nil })
	w.typedRune('?')
	if w.win.Canvas().Overlays().Top() == nil {
		t.Error("? shows no sheet")
	}
	key(w, fyne.KeyEscape)
	if w.win.Canvas().Overlays().Top() != nil {
		t.Error("Escape leaves the sheet open")
	}
}

// Without a browser exact rendering says what is missing, and the page is drawn.
func TestExactRendering(t *testing.T) {
	w, q := openWindow(t, "s-0001")
	w.list.list.Select(0)
	key(w, fyne.KeyReturn)
	q.until(t, "a page", func() bool { return w.player.frame != nil && w.player.frame.Picture != nil })
	if who, why := drawer(w.player.frame); who != "Drawn by Hindsite" || why != "" {
		t.Errorf("at first %q, %q", who, why)
	}
	key(w, fyne.KeyE)
	q.until(t, "a reason", func() bool { return w.player.frame.Instead != nil })
	if who, why := drawer(w.player.frame); who != "Drawn by Hindsite" || !strings.Contains(why, "none was found on this computer") {
		t.Errorf("without a browser %q, %q", who, why)
	}
	if w.player.frame.Picture == nil || !w.player.control.exact.Active() || !w.exactItem().Checked {
		t.Error("the switch does not show that it is on")
	}
	key(w, fyne.KeyE)
	q.until(t, "no reason", func() bool { return w.player.frame.Instead == nil && !w.player.frame.Exact })
	if w.player.control.exact.Active() {
		t.Error("the switch does not show that it is off")
	}
	for f, want := range map[*state.Frame]string{
		{Exact: true, DrawnBy: state.OwnName}: "Starting the browser…", {Exact: true, DrawnBy: "Chromium 156"}: "Drawn by Chromium 156", {Exact: true}: "",
	} {
		if who, _ := drawer(f); who != want {
			t.Errorf("%+v says %q, want %q", f, who, want)
		}
	}
}

func TestEventsFollowAndSeek(t *testing.T) {
	w, q := openWindow(t, "s-0001")
	w.player.open("s-0001")
	q.until(t, "the player", func() bool { return w.player.player != nil && w.player.frame != nil })
	p := w.player.events
	for i := range eventKinds() {
		p.kinds.Choose(i)
		p.choose()
		for j := 1; j < len(p.shown); j++ {
			if p.shown[j].At < p.shown[j-1].At {
				t.Fatal("events are not in order of time")
			}
		}
	}
	last := len(p.shown) - 1
	p.list.Select(last / 2)
	want := p.shown[last/2].At
	q.until(t, "the event", func() bool { return w.player.frame.At == want })
	if got := p.shown[p.list.Selected()].At; got != want {
		t.Errorf("the list follows to %v, want %v", got, want)
	}
}

func TestHeatmaps(t *testing.T) {
	w, q := openWindow(t, "s-0001", "s-0016", "s-0102")
	q.until(t, "pages", func() bool { return len(w.heat.pages) > 0 })
	w.show(inHeatmap)
	q.until(t, "the map", func() bool { return w.heat.current != nil })
	if got := devices()[w.heat.device.Chosen()]; got != "phone" {
		t.Errorf("two of three sessions are of phones, and the device is %q", got)
	}
	if !w.heat.warning.Visible() {
		t.Error("three sessions are shown without a warning")
	}
	if got := w.heat.legend.summary.Text(); !strings.Contains(got, "session") || !strings.Contains(got, "view") || !strings.Contains(got, "click") {
		t.Errorf("the legend says %q", got)
	}
	w.heat.hovered(10, 10, true)
	if got := w.heat.under.Text(); !strings.Contains(got, "click") {
		t.Errorf("under the mouse is %q", got)
	}
	w.heat.turnAnchor()
	q.until(t, "clicks by element", func() bool {
		return !w.heat.making.busy() && strings.Contains(w.heat.current.Caption, "where its element stands")
	})
	for i, k := range kinds() {
		w.heat.kind.Choose(i)
		w.heat.make()
		q.until(t, string(k), func() bool { return w.heat.current != nil && w.heat.current.Kind == k && !w.heat.making.busy() })
	}
	if k := w.heat.current.Kind; k != heatmap.Reach {
		t.Errorf("the last map is of %s", k)
	}
	w.heat.filter.SetText("device = (")
	q.until(t, "the fault", func() bool { return strings.Contains(w.heat.said.Text(), "cannot be read") })
}

// What the screens offer to the mouse is in the menu, too.
func TestChoicesInTheMenu(t *testing.T) {
	w, q := openWindow(t, "s-0001", "s-0016")
	item := func(names ...string) *fyne.MenuItem {
		t.Helper()
		for _, m := range w.menu().Items {
			items := m.Items
			for depth, name := range names {
				var found *fyne.MenuItem
				for _, i := range items {
					if i.Label == name {
						found = i
					}
				}
				if found == nil {
					break
				}
				if depth == len(names)-1 {
					return found
				}
				items = found.ChildMenu.Items
			}
		}
		t.Fatalf("no menu item %v", names)
		return nil
	}
	item("Sort sessions by", "Clicks").Action()
	q.until(t, "the order", func() bool { return strings.HasSuffix(w.sessions.sort, "clicks") && len(w.sessions.loaded) == 2 })
	item("Heatmap", "Scroll").Action()
	if w.heat.kind.Chosen() != 2 || w.showing != inHeatmap {
		t.Error("the menu does not choose the kind of heatmap")
	}
	item("Heatmap", "Tablet").Action()
	if w.heat.device.Chosen() != 2 {
		t.Error("the menu does not choose the device")
	}
	item("Beside the replay", "Events: Clicks").Action()
	if w.player.events.kinds.Chosen() != 1 {
		t.Error("the menu does not choose the events")
	}
	item("Choose sessions by", "Country…").Action()
	if w.win.Canvas().Overlays().Top() == nil || w.showing != inLibrary {
		t.Error("the menu does not offer countries")
	}
}

func TestLocking(t *testing.T) {
	w, q := openWindow(t, "s-0001")
	w.player.open("s-0001")
	q.until(t, "the player", func() bool { return w.player.player != nil })
	w.lock()
	if w.library != nil || w.list.list.Length() != 0 || w.player.player != nil {
		t.Error("something of the library is left in the window")
	}
	w.running.Wait()
	w.unlock.keyFile.SetText(filepath.Join(t.TempDir(), "missing"))
	w.unlock.submit()
	q.until(t, "the refusal", func() bool { return w.unlock.said.Visible() })
	if w.unlock.sentence.Text == "" || w.library != nil {
		t.Error("a missing key does not say so")
	}
	w.unlock.keyFile.SetText(w.options.Credential.KeyFile)
	w.unlock.submit()
	q.until(t, "the library", func() bool { return w.library != nil && w.sessions.total == 1 })
}

func TestShots(t *testing.T) {
	dir, keyFile := study(t, "s-0001")
	q := &queue{}
	lib, shots := filepath.Join(t.TempDir(), "library"), filepath.Join(t.TempDir(), "shots")
	deps := state.Deps{Now: time.Now, Renderer: flat.New(nil), Version: "test"}
	l, err := state.OpenLibrary(t.Context(), lib, state.Credential{KeyFile: keyFile}, deps)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Import(t.Context(), []string{dir}, state.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	w := newWindow(t.Context(), test.NewTempApp(t), Options{Deps: deps, Library: lib, Credential: state.Credential{KeyFile: keyFile}, Shots: shots}, q.post)
	w.start()
	exists := func(n string) bool {
		_, err := os.Stat(filepath.Join(shots, n))
		return err == nil
	}
	q.until(t, "the pictures", func() bool { return exists("heatmap.png") || w.err != nil })
	if err := w.end(); err != nil {
		t.Error(err)
	}
	for _, n := range []string{"library.png", "player.png", "heatmap.png"} {
		if !exists(n) {
			t.Errorf("there is no %s", n)
		}
	}
}

// Every dialog opens, and Escape takes it away.
func TestDialogs(t *testing.T) {
	w, q := openWindow(t, "s-0001")
	w.player.open("s-0001")
	q.until(t, "the player", func() bool { return w.player.player != nil })
	w.heat.make()
	q.until(t, "pages", func() bool { return len(w.heat.pages) > 0 })
	w.show(inHeatmap)
	q.until(t, "the map", func() bool { return w.heat.current != nil })
	for name, open := range map[string]func(){
		"import files": w.chooseFiles, "import folder": w.chooseFolder, "add an origin": w.sources.origins.ask, "export PNG": w.heat.exportPNG,
		"export CSV": w.heat.exportCSV, "keys": w.keySheet, "filter": w.filterHelp, "about": w.about, "go to time": w.player.control.goTo,
		"new key": w.unlock.newKey, "recipient": func() { w.showRecipient("f", "age1…") },
		"report": func() { w.report(imported{}, &state.Problem{Sentence: "s", Hint: "h"}) },
	} {
		open()
		if w.win.Canvas().Overlays().Top() == nil {
			t.Errorf("%s: nothing is shown", name)
			continue
		}
		w.dialog.Hide()
		if w.win.Canvas().Overlays().Top() != nil {
			t.Errorf("%s: it stays", name)
		}
	}
}

// Every command of the menus can be carried out in every state of the window.
func TestMenus(t *testing.T) {
	w, q := openWindow(t, "s-0001")
	for _, menu := range w.menu().Items {
		for _, item := range menu.Items {
			if item.Action == nil {
				continue
			}
			item.Action()
			q.drain()
			for w.win.Canvas().Overlays().Top() != nil {
				w.dialog.Hide()
			}
		}
	}
	if w.library != nil {
		t.Error("the library is still open after Lock")
	}
}

// An archive for another key is refused, and imported once that key is given.
func TestAnotherKey(t *testing.T) {
	w, q := openWindow(t)
	dir, other := study(t, "s-0001")
	recipients, err := state.ShowKey(other)
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "a.sessions.zip.age")
	if _, err := state.Pack(t.Context(), state.PackOptions{Recipients: recipients, Out: archive, Paths: []string{dir}}, w.options.Deps); err != nil {
		t.Fatal(err)
	}
	w.importPaths([]string{archive}, state.ImportOptions{})
	q.until(t, "the report", func() bool { return w.dialog != nil })
	w.dialog.Hide()
	refused := imported{paths: []string{archive}, refused: []state.ImportLine{{Class: fault.NoKey, Problem: &state.Problem{}}}}
	if w.tryAgain(refused) == nil {
		t.Error("nothing is offered for an archive for another key")
	}
	w.importPaths([]string{archive}, state.ImportOptions{KeyFile: other})
	q.until(t, "the session", func() bool { return w.sessions.total == 1 })
}

func TestParseTime(t *testing.T) {
	for text, want := range map[string]recording.Time{"83.5": 83500 * recording.Millisecond, "1:23.500": 83500 * recording.Millisecond, "1:00:00": recording.Hour} {
		if got, err := parseTime(text); err != nil || got != want {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a", "1:75", "-4", "1:2:3:4", "1e99", "NaN"} {
		if _, err := parseTime(text); err == nil {
			t.Errorf("%q is taken for a time", text)
		}
	}
}

func TestTrailEndsWhereTheMovementBegan(t *testing.T) {
	ms := recording.Millisecond
	mouse := []replay.Spot{{At: 0}, {At: 900 * ms}, {At: 1000 * ms}, {At: 1100 * ms, Click: true}}
	if got := len(movement(mouse)); got != 3 {
		t.Errorf("%d spots belong to the movement, want 3", got)
	}
	taps := []replay.Spot{{At: 0, Touch: true, Click: true}, {At: 300 * ms, Touch: true, Click: true}}
	if got := len(movement(taps)); got != 1 {
		t.Errorf("two taps make a trail of %d spots", got)
	}
	if got := len(movement(nil)); got != 0 {
		t.Errorf("nothing makes a trail of %d spots", got)
	}
}

func TestInputWords(t *testing.T) {
	for want, in := range map[string]recording.Input{
		"Ticked “I accept”":            {Label: "I accept", Text: "on", Checked: true},
		"Unticked “I accept”":          {Label: "I accept", Text: "on"},
		"Emptied “E-mail”":             {Label: "E-mail"},
		"Typed in “a field”: ••••••••": {Text: "••••••••"},
	} {
		if got := inputWords(&in); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

package ui

import (
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	fynewidget "fyne.io/fyne/v2/widget"

	"hindsite.app/app/state"
	"hindsite.app/app/ui/widget"
)

// shownText returns what can be read of o.
func shownText(o fyne.CanvasObject) string {
	var out []string
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *widget.Text:
			out = append(out, o.Text())
		case *fynewidget.Label:
			out = append(out, o.Text)
		case *fyne.Container:
			for _, child := range o.Objects {
				walk(child)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				walk(child)
			}
		}
	}
	walk(o)
	return strings.Join(out, "\n")
}

// The report of an import and the details of a session say how it was protected
// and who signed, and say AES-256 only of what was sealed with it.
func TestProtectionAndSignatureAreShown(t *testing.T) {
	w, q := openWindow(t)
	dir, _ := study(t, "s-0001")
	jwk := filepath.Join(t.TempDir(), "key.jwk")
	to, err := state.NewSealingKey(jwk)
	if err != nil {
		t.Fatal(err)
	}
	const keys = "../../importer/signature/testdata/"
	if _, err := w.library.AddPin(t.Context(), "shop.test", "Ada", keys+"ed25519.pub"); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "study.sessions.zip")
	if _, err := state.Pack(t.Context(), state.PackOptions{
		Recipients: []string{to.Text}, Profile: state.ProfileAES256, Sign: []string{keys + "ed25519"}, Origin: "shop.test",
		Out: archive, Paths: []string{dir},
	}, w.options.Deps); err != nil {
		t.Fatal(err)
	}
	w.importPaths([]string{archive}, state.ImportOptions{KeyFile: jwk})
	q.until(t, "the import", func() bool { return !w.importer.busy() && w.sessions.total == 1 && !w.sessions.asking.busy() })
	report := shownText(w.win.Canvas().Overlays().Top())
	for _, want := range []string{"recordings: sealed with AES-256-GCM", "archives or files: signed by Ada (pinned)"} {
		if !strings.Contains(report, want) {
			t.Errorf("the report does not say %q:\n%s", want, report)
		}
	}
	w.dialog.Hide()
	shown, err := w.library.Show(t.Context(), "s-0001")
	if err != nil {
		t.Fatal(err)
	}
	d := newDetailsPanel(w)
	d.show(&shown)
	details := shownText(d.body)
	for _, want := range []string{"sealed with AES-256-GCM", "signed by Ada", "(pinned)"} {
		if !strings.Contains(details, "\n"+want+"\n") {
			t.Errorf("the details do not say %q:\n%s", want, details)
		}
	}

	plain, _ := study(t, "s-0003")
	w.dropped([]fyne.URI{storage.NewFileURI(plain)})
	q.until(t, "the second import", func() bool { return !w.importer.busy() && w.sessions.total == 2 })
	report = shownText(w.win.Canvas().Overlays().Top())
	if strings.Contains(report, "AES") || !strings.Contains(report, "recordings: not encrypted") || !strings.Contains(report, "archives or files: unsigned") {
		t.Errorf("the report says:\n%s", report)
	}
}

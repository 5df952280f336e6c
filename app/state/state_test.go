package state_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hindsite.app/app/sample"
	"hindsite.app/app/state"
	"hindsite.app/player/fault"
	"hindsite.app/player/heatmap"
	"hindsite.app/player/recording"
	"hindsite.app/player/render/flat"
)

func deps() state.Deps {
	return state.Deps{Now: time.Now, Renderer: flat.New(nil), Version: "test"}
}

// newLibrary makes a key and a library for it.
func newLibrary(t testing.TB) (*state.Library, state.Credential) {
	t.Helper()
	dir := t.TempDir()
	cred := state.Credential{KeyFile: filepath.Join(dir, "key.txt")}
	if _, err := state.NewKey(cred.KeyFile, false, time.Now()); err != nil {
		t.Fatal(err)
	}
	l, err := state.OpenLibrary(context.Background(), filepath.Join(dir, "library"), cred, deps())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil && fault.Of(err) != fault.Locked {
			t.Error(err)
		}
	})
	return l, cred
}

// study writes sessions of the sample into a folder; all of them when none is
// named.
func study(t testing.TB, ids ...string) string {
	t.Helper()
	dir := t.TempDir()
	if len(ids) == 0 {
		names, err := fs.Glob(sample.Study, "study/*.gz")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			ids = append(ids, strings.TrimSuffix(filepath.Base(n), ".ndjson.gz"))
		}
	}
	for _, id := range ids {
		b, err := sample.Study.ReadFile("study/" + id + ".ndjson.gz")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, id+".ndjson.gz"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func importAll(t testing.TB, l *state.Library, dir string) state.ImportSummary {
	t.Helper()
	sum, err := l.Import(context.Background(), []string{dir}, state.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func typedValues(t *testing.T) map[string][]string {
	t.Helper()
	f, err := os.Open("../sample/typed.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string][]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var v struct{ Session, Value string }
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if len(v.Value) > 4 { // shorter ones also stand in numbers of the page
			out[v.Session] = append(out[v.Session], v.Value)
		}
	}
	return out
}

// Nothing that was typed reaches the library: neither its files nor anything
// that can be read back from it.
func TestNothingTypedReachesTheLibrary(t *testing.T) {
	typed := typedValues(t)
	l, _ := newLibrary(t)
	var ids []string
	for id := range typed {
		ids = append(ids, id)
	}
	if sum := importAll(t, l, study(t, ids...)); sum.Imported != len(ids) {
		t.Fatalf("imported %+v", sum)
	}
	for id, values := range typed {
		all := readBack(t, l, id)
		for _, v := range values {
			if strings.Contains(all, v) {
				t.Errorf("%s: %q can be read back", id, v)
			}
		}
	}
	files := onDisk(t, l.Dir)
	for _, values := range typed {
		for _, v := range values {
			if bytes.Contains(files, []byte(v)) {
				t.Errorf("%q is in the library's files", v)
			}
		}
	}
	// What is stored sealed must not be in clear either.
	for _, s := range []string{"Elm stool", "v-1003", "s-0003.ndjson.gz", "social-video"} {
		if bytes.Contains(files, []byte(s)) {
			t.Errorf("%q is in the library's files in clear", s)
		}
	}
}

// readBack returns everything that the library says of a session.
func readBack(t *testing.T, l *state.Library, id string) string {
	t.Helper()
	r, err := l.OpenRecording(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all bytes.Buffer
	enc := json.NewEncoder(&all)
	enc.SetEscapeHTML(false)
	for _, v := range []any{r.Detail, r.Tracks} {
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	for tab := range r.Tracks.Documents.Tabs {
		for n := range r.Tracks.Documents.Tabs[tab] {
			c, err := r.Chunk(t.Context(), tab, n)
			if err != nil {
				t.Fatal(err)
			}
			if err := enc.Encode(c); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all.String()
}

func onDisk(t *testing.T, dir string) []byte {
	t.Helper()
	var all []byte
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		all = append(append(all, b...), '\n')
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestImportingTwiceChangesNothing(t *testing.T) {
	l, _ := newLibrary(t)
	dir := study(t, "s-0001", "s-0005")
	importAll(t, l, dir)
	before, err := l.List(t.Context(), state.ListQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if sum := importAll(t, l, dir); sum.Present != 2 || sum.Imported != 0 {
		t.Errorf("the second import says %+v", sum)
	}
	after, err := l.List(t.Context(), state.ListQuery{})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(before)
	b, _ := json.Marshal(after)
	if !bytes.Equal(a, b) {
		t.Errorf("the list changed:\n%s\n%s", a, b)
	}
}

// One session by its own file and out of an archive is the same session.
func TestArchiveAndFileAreTheSame(t *testing.T) {
	l, cred := newLibrary(t)
	dir := study(t, "s-0001", "s-0007")
	recipients, err := state.ShowKey(cred.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "a.sessions.zip.age")
	if _, err := state.Pack(t.Context(), state.PackOptions{Recipients: recipients, Out: out, Paths: []string{dir}}, deps()); err != nil {
		t.Fatal(err)
	}
	importAll(t, l, dir)
	sum, err := l.Import(t.Context(), []string{out}, state.ImportOptions{})
	if err != nil || sum.Present != 2 {
		t.Errorf("from the archive: %+v, %v", sum, err)
	}
}

func TestSameIDOtherContent(t *testing.T) {
	t.Run("67 an id that is taken", sameIDOtherContent)
}

func sameIDOtherContent(t *testing.T) {
	l, _ := newLibrary(t)
	importAll(t, l, study(t, "s-0001"))
	other := filepath.Join(t.TempDir(), "other.ndjson")
	line := `{"type":5,"data":{"tag":"recording-meta","payload":{"recordingId":"s-0001"}},"timestamp":1700000000000}` + "\n" +
		`{"type":4,"data":{"href":"https://a.test/","width":800,"height":600},"timestamp":1700000000001}` + "\n"
	if err := os.WriteFile(other, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	var class fault.Class
	sum, err := l.Import(t.Context(), []string{other}, state.ImportOptions{Report: func(r state.ImportLine) { class = r.Class }})
	if err != nil || sum.Refused != 1 || class != fault.Duplicate {
		t.Errorf("refused %d with %q, %v", sum.Refused, class, err)
	}
	sum, err = l.Import(t.Context(), []string{other}, state.ImportOptions{KeepBoth: true})
	if err != nil || sum.Imported != 1 {
		t.Errorf("keeping both: %+v, %v", sum, err)
	}
	page, err := l.List(t.Context(), state.ListQuery{})
	if err != nil || len(page.Sessions) != 2 {
		t.Errorf("%d sessions, %v", len(page.Sessions), err)
	}
}

// The counts of a click map are those of the clicks that the library lists.
func TestHeatmapCountsWhatIsThere(t *testing.T) {
	l, _ := newLibrary(t)
	importAll(t, l, study(t))
	ctx := t.Context()
	groups, err := l.PageGroups(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(groups) == 0 {
		t.Fatal("no pages")
	}
	for _, g := range groups[:3] {
		h, err := l.Heatmap(ctx, state.HeatmapQuery{Kind: heatmap.Clicks, Page: g.Path})
		if err != nil {
			t.Fatal(err)
		}
		if h.Sessions != g.Sessions || h.Views != g.Views || h.Points+h.Unplaced != g.Clicks {
			t.Errorf("%s: map of %d sessions, %d views, %d+%d clicks; the library lists %d, %d, %d",
				g.Path, h.Sessions, h.Views, h.Points, h.Unplaced, g.Sessions, g.Views, g.Clicks)
		}
		if got := int(h.Cells.Total) + h.Outside; got != h.Points {
			t.Errorf("%s: cells hold %d clicks of %d", g.Path, got, h.Points)
		}
	}
	h, err := l.Heatmap(ctx, state.HeatmapQuery{Kind: heatmap.Reach, Page: "shop.test/p/*", Where: "device = desktop"})
	if err != nil {
		t.Fatal(err)
	}
	if h.Reached[0] != 1 {
		t.Errorf("%v of the views saw the top of the page", h.Reached[0])
	}
	for i := 1; i < len(h.Reached); i++ {
		if h.Reached[i] > h.Reached[i-1] {
			t.Fatalf("more views saw row %d than the row above", i)
		}
	}
	if _, err := l.Heatmap(ctx, state.HeatmapQuery{Kind: heatmap.Clicks, Page: "/nowhere"}); err == nil {
		t.Error("a map of a page that nobody saw")
	}
}

// Most clicks of the study fall into the boxes of what was clicked, although
// its browsers named systems that they did not run on.
func TestFontsFitTheClicks(t *testing.T) {
	l, _ := newLibrary(t)
	ids := []string{"s-0007", "s-0008", "s-0021", "s-0046"}
	importAll(t, l, study(t, ids...))
	hit, all := 0, 0
	for _, id := range ids {
		r, err := l.OpenRecording(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range r.Tracks.Interactions {
			if in.Kind != recording.Click || !in.HasXY || in.Node <= 0 {
				continue
			}
			frame, err := l.PagePicture(t.Context(), r, state.PageRequest{At: in.At - 1, Boxes: true})
			if err != nil {
				t.Fatal(err)
			}
			all++
			x, y := in.PageXY()
			for _, b := range frame.Boxes {
				if b.Node == in.Node && x >= b.X && x < b.X+b.W && y >= b.Y && y < b.Y+b.H {
					hit++
				}
			}
		}
		r.Close()
	}
	t.Logf("%d of %d clicks", hit, all)
	// A click on a label makes a second one on its box, which is beside it.
	if hit*100 < all*90 {
		t.Errorf("%d of %d clicks are in the boxes of their targets", hit, all)
	}
}

func TestEveryClassHasASentence(t *testing.T) {
	for _, c := range []fault.Class{
		fault.NotArchive, fault.Unsupported, fault.NoKey, fault.Tampered, fault.Truncated, fault.Limit, fault.Manifest, fault.Signature,
		fault.Path, fault.Duplicate, fault.Schema, fault.Server, fault.Policy, fault.Erased, fault.Locked, fault.Storage,
	} {
		p := state.Explain(fault.New(c, "do something"))
		if p.Sentence == "" || !strings.HasSuffix(p.Sentence, ".") {
			t.Errorf("%s: %q is no sentence", c, p.Sentence)
		}
	}
	if state.Explain(context.Canceled) != nil || state.Explain(nil) != nil {
		t.Error("cancelling is explained")
	}
}

func TestPagePath(t *testing.T) {
	for in, want := range map[string]string{
		"http://Shop.test/order/12345?x=1": "shop.test/order/{id}",
		"https://a.test":                   "a.test/",
		"https://a.test/p/7/edit":          "a.test/p/{id}/edit",
		"about:blank":                      "about:blank",
		"https://a.test/#/pipelines":       "a.test/#/pipelines",
		"":                                 "",
	} {
		if got := state.PagePath(in); got != want {
			t.Errorf("%q is grouped as %q, want %q", in, got, want)
		}
	}
}

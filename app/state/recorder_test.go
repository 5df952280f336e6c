package state_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"hindsite.app/app/sample"
	"hindsite.app/app/state"
	"hindsite.app/player/fault"
	"hindsite.app/player/render/chromium/chromiumtest"
)

// recorderPage opens importer/envelope/recorder.html in a real browser.
func recorderPage(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromiumtest.Path(t)), chromedp.UserDataDir(chromiumtest.Profile(t)))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	// A browser ends with the context of its first call, so that the time limit
	// is for the whole test.
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(stop)
	ctx, stopAllocator := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stopAllocator)
	ctx, stopTab := chromedp.NewContext(ctx)
	t.Cleanup(stopTab)
	page, err := filepath.Abs("../../importer/envelope/recorder.html")
	if err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+filepath.ToSlash(page)), chromedp.WaitReady("#make")); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// sealInPage seals lines by the page's own script.
func sealInPage(t *testing.T, ctx context.Context, script string, args map[string]any) []byte {
	t.Helper()
	given, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	const wrapped = `(async a => {
		const blob = new Blob([await (async () => { %SCRIPT% })()]);
		const reader = new FileReader();
		await new Promise(done => { reader.onload = done; reader.readAsDataURL(blob); });
		return reader.result.split(',')[1];
	})(%ARGS%)`
	code := strings.NewReplacer("%SCRIPT%", script, "%ARGS%", string(given)).Replace(wrapped)
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](code, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	b, err := base64.StdEncoding.DecodeString(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sampleLines is the recording of a sample session.
func sampleLines(t *testing.T, id string) []string {
	t.Helper()
	packed, err := sample.Study.ReadFile("study/" + id + ".ndjson.gz")
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimSuffix(string(b), "\n"), "\n")
}

// newSealedLibrary makes a JWK and a library that it opens.
func newSealedLibrary(t *testing.T) (l *state.Library, jwk string) {
	t.Helper()
	dir := t.TempDir()
	r, err := state.NewSealingKey(filepath.Join(dir, "key.jwk"))
	if err != nil {
		t.Fatal(err)
	}
	l, err = state.OpenLibrary(t.Context(), filepath.Join(dir, "library"), state.Credential{KeyFile: filepath.Join(dir, "key.jwk")}, deps())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, r.Text
}

// Events that a browser sealed piece by piece arrive as those that came in
// clear, but for what is said of their protection.
func TestSealedInABrowser(t *testing.T) {
	ctx := recorderPage(t)
	const id = "s-0003"
	lines := sampleLines(t, id)
	l, public := newSealedLibrary(t)
	if err := l.DemandAES256(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	var jwk any
	if err := json.Unmarshal([]byte(public), &jwk); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	const pieces = 12 // more than ten: their order is not that of their names
	for i := range pieces {
		part := strings.Join(lines[i*len(lines)/pieces:(i+1)*len(lines)/pieces], "")
		args := map[string]any{"lines": part, "key": jwk, "session": id, "context": "batch"}
		name, script := "seal", `return sealer.seal(new TextEncoder().encode(a.lines), a.key, a.session, a.context)`
		switch i % 3 {
		case 1:
			name, script = "jwe", `return sealer.jwe(new TextEncoder().encode(a.lines), a.key)`
		case 2:
			script = `return sealer.seal(await sealer.gzip(new TextEncoder().encode(a.lines)), a.key, a.session, a.context)`
		}
		file := filepath.Join(dir, id+"."+string("123456789"[i%9])+strings.Repeat("0", i/9)+"."+name)
		sealed := sealInPage(t, ctx, script, args)
		if bytes.Contains(sealed, []byte("timestamp")) {
			t.Fatalf("piece %d is in clear", i)
		}
		if err := os.WriteFile(file, sealed, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if sum := importAll(t, l, dir); sum.Imported != 1 || sum.Refused != 0 || sum.Protections["sealed with AES-256-GCM"] != 1 {
		t.Fatalf("%+v", sum)
	}
	plain, _ := newLibrary(t)
	importAll(t, plain, study(t, id))
	origin := strings.NewReplacer(
		`"protection":"sealed with AES-256-GCM"`, "", `"protection":"not encrypted"`, "",
		`"source":"`+id+`"`, "", `"source":"`+id+`.ndjson.gz"`, "")
	got, want := origin.Replace(readBack(t, l, id)), origin.Replace(readBack(t, plain, id))
	if got != want {
		t.Errorf("what was sealed differs from what came in clear: %d and %d bytes", len(got), len(want))
	}
	shown, err := l.Show(t.Context(), id)
	if err != nil || shown.Protection != "sealed with AES-256-GCM" {
		t.Errorf("%v, %v", shown.Protection, err)
	}
	// The rule refuses the same session in clear.
	if sum := importAll(t, l, study(t, "s-0001")); sum.Refused != 1 || sum.RefusedBy[fault.Policy] != 1 {
		t.Errorf("%+v", sum)
	}
}

// The stream is sealed in several segments, and to RSA as well.
func TestBrowserSealsManySegments(t *testing.T) {
	ctx := recorderPage(t)
	b, err := os.ReadFile("../../importer/envelope/sealed/testdata/rsa.jwk")
	if err != nil {
		t.Fatal(err)
	}
	var private map[string]any
	if err := json.Unmarshal(b, &private); err != nil {
		t.Fatal(err)
	}
	public := map[string]any{"kty": private["kty"], "n": private["n"], "e": private["e"]}
	lines := strings.Join(sampleLines(t, "s-0046"), "")
	if len(lines) < 2*65536 {
		t.Fatalf("only %d bytes", len(lines))
	}
	file := filepath.Join(t.TempDir(), "visit.seal")
	args := map[string]any{"lines": lines, "key": public}
	if err := os.WriteFile(file, sealInPage(t, ctx, `return sealer.seal(new TextEncoder().encode(a.lines), a.key)`, args), 0o600); err != nil {
		t.Fatal(err)
	}
	l, _ := newLibrary(t)
	sum, err := l.Import(t.Context(), []string{file}, state.ImportOptions{KeyFile: "../../importer/envelope/sealed/testdata/rsa.jwk"})
	if err != nil || sum.Imported != 1 || sum.Protections["sealed with AES-256-GCM"] != 1 {
		t.Errorf("%+v, %v", sum, err)
	}
}

// What a person gets who presses the button of the page.
func TestSealedFileIsDownloaded(t *testing.T) {
	ctx := recorderPage(t)
	l, public := newSealedLibrary(t)
	dir := t.TempDir()
	done := make(chan string, 2)
	err := chromedp.ListenBrowser(ctx, func(e any) {
		if p, ok := e.(*cdpbrowser.EventDownloadProgress); ok && p.State == cdpbrowser.DownloadProgressStateCompleted {
			done <- p.GUID
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	listed := true
	if _, err := chromedp.CallBrowser(ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: dir, EventsEnabled: &listed,
	}); err != nil {
		t.Fatal(err)
	}
	fill := `(a => { for (const [id, v] of Object.entries(a)) document.getElementById(id).value = v; })`
	for i, form := range []string{"seal", "jwe"} {
		given, err := json.Marshal(map[string]string{
			"key": public, "events": strings.Join(sampleLines(t, "s-0003"), ""), "session": "s-0003", "batch": "1" + strings.Repeat("0", i), "form": form,
		})
		if err != nil {
			t.Fatal(err)
		}
		err = chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](fill+"("+string(given)+")"), chromedp.Click("#make"))
		if err != nil {
			t.Fatal(err)
		}
		select {
		case guid := <-done:
			if err := os.Rename(filepath.Join(dir, guid), filepath.Join(dir, form+"."+form)); err != nil {
				t.Fatal(err)
			}
		case <-ctx.Done():
			t.Fatal("nothing was downloaded")
		}
		if said, err := chromedp.Run(ctx, chromedp.Value("#said")); err != nil || !strings.HasPrefix(said, "s-0003.1"+strings.Repeat("0", i)+"."+form+": ") {
			t.Errorf("said %q, %v", said, err)
		}
	}
	if sum := importAll(t, l, dir); sum.Imported != 1 || sum.Present != 1 || sum.Protections["sealed with AES-256-GCM"] != 2 {
		t.Errorf("%+v", sum)
	}
}

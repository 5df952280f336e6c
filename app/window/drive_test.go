//go:build xvfb

// A real window, driven with keys and mouse on a virtual screen. It needs Xvfb,
// xdotool and ImageMagick, and the program in HINDSITE_BINARY.
package window_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsite.app/player/render/chromium/chromiumtest"
)

// screen is a virtual screen with a program on it.
type screen struct {
	t       testing.TB
	display string
	binary  string
	demo    string
	app     *exec.Cmd
	shots   string
}

func newScreen(t testing.TB) *screen {
	t.Helper()
	binary := os.Getenv("HINDSITE_BINARY")
	if binary == "" {
		t.Fatal("HINDSITE_BINARY names no program")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1600x1000x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{w}
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(func() {
		_ = x.Process.Kill()
		_ = x.Wait()
	})
	number := make([]byte, 16)
	n, err := r.Read(number)
	if err != nil {
		t.Fatal(err)
	}
	s := &screen{t: t, display: ":" + strings.TrimSpace(string(number[:n])), binary: binary, demo: filepath.Join(t.TempDir(), "demo"), shots: os.Getenv("HINDSITE_SHOTS")}
	if err := os.MkdirAll(filepath.Join(filepath.Dir(s.demo), ".cache"), 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := s.command(binary, "demo", "--dir", s.demo, "--no-window").CombinedOutput(); err != nil {
		t.Fatalf("demo: %v\n%s", err, out)
	}
	return s
}

func (s *screen) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "WAYLAND_DISPLAY=") && !strings.HasPrefix(e, "HINDSITE_") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.Env = append(cmd.Env, "DISPLAY="+s.display, "LANG=en_US.UTF-8", "HOME="+filepath.Dir(s.demo), "XDG_CONFIG_HOME="+filepath.Join(filepath.Dir(s.demo), "config"), "XDG_RUNTIME_DIR="+filepath.Dir(s.demo))
	return cmd
}

func (s *screen) start() {
	s.t.Helper()
	s.app = s.command(s.binary, "--library", s.demo+"/library", "--key", s.demo+"/key.txt")
	var log bytes.Buffer
	s.app.Stdout, s.app.Stderr = &log, &log
	if err := s.app.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = s.app.Process.Kill()
		_ = s.app.Wait()
		if s.t.Failed() {
			s.t.Logf("the program said:\n%s", log.String())
		}
	})
}

func (s *screen) key(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		if out, err := s.command("xdotool", "key", k).CombinedOutput(); err != nil {
			s.t.Fatalf("key %s: %v\n%s", k, err, out)
		}
		time.Sleep(80 * time.Millisecond)
	}
}

func (s *screen) click(x, y int) {
	s.t.Helper()
	if out, err := s.command("xdotool", "mousemove", fmt.Sprint(x), fmt.Sprint(y), "click", "1").CombinedOutput(); err != nil {
		s.t.Fatalf("click: %v\n%s", err, out)
	}
}

func (s *screen) look() image.Image {
	s.t.Helper()
	out, err := s.command("import", "-window", "root", "png:-").Output()
	if err != nil {
		s.t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		s.t.Fatal(err)
	}
	return img
}

// until looks again and again until the picture is as wanted, and keeps it
// under the name.
func (s *screen) until(what string, ok func(image.Image) bool) image.Image {
	s.t.Helper()
	var img image.Image
	for range 120 {
		if img = s.look(); ok(img) {
			s.keep(what, img)
			return img
		}
		time.Sleep(150 * time.Millisecond)
	}
	s.keep("failed "+what, img)
	s.t.Fatalf("did not see: %s", what)
	return nil
}

func (s *screen) keep(name string, img image.Image) {
	if s.shots == "" {
		return
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.shots, strings.ReplaceAll(name, " ", "-")+".png"), b.Bytes(), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// differ counts the pixels in which two pictures differ.
func differ(a, b image.Image) int {
	n := 0
	r := a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				n++
			}
		}
	}
	return n
}

// count counts pixels of a region that are as wanted.
func count(img image.Image, region image.Rectangle, ok func(r, g, b uint8) bool) int {
	n := 0
	for y := region.Min.Y; y < region.Max.Y; y++ {
		for x := region.Min.X; x < region.Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			if ok(uint8(r>>8), uint8(g>>8), uint8(b>>8)) {
				n++
			}
		}
	}
	return n
}

func light(r, g, b uint8) bool { return r > 225 && g > 225 && b > 215 }
func red(r, g, b uint8) bool   { return r > 200 && g < 120 && b < 120 }

var (
	whole    = image.Rect(0, 0, 1600, 1000)
	stage    = image.Rect(260, 110, 1260, 690)
	timeline = image.Rect(170, 790, 1600, 940)
)

// playhead returns the column of the red line in the timeline, -1 for none.
func playhead(img image.Image) int {
	best, most := -1, 40
	for x := timeline.Min.X; x < timeline.Max.X; x++ {
		if n := count(img, image.Rect(x, timeline.Min.Y, x+1, timeline.Max.Y), red); n > most {
			best, most = x, n
		}
	}
	return best
}

// colourful reports whether a picture holds more than plain ground.
func colourful(img image.Image) bool {
	seen := map[[3]uint8]bool{}
	for y := 0; y < 1000; y += 3 {
		for x := 0; x < 1600; x += 3 {
			r, g, b, _ := img.At(x, y).RGBA()
			seen[[3]uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}] = true
		}
	}
	return len(seen) > 60
}

// The main job by hand: library, replay, timeline, heatmap, help, lock.
func TestMainJob(t *testing.T) {
	s := newScreen(t)
	s.start()
	library := s.until("the library", func(i image.Image) bool { return colourful(i) && count(i, whole, light) < 40_000 })

	s.click(400, 300)
	time.Sleep(300 * time.Millisecond)
	s.key("Return")
	s.until("a replay at its beginning", func(i image.Image) bool { return playhead(i) >= 0 && count(i, stage, light) > 50_000 })

	s.key("l")
	at := 0
	s.until("ten seconds on", func(i image.Image) bool { at = playhead(i); return at > timeline.Min.X+60 })
	s.key("space")
	s.until("the replay playing", func(i image.Image) bool { return playhead(i) > at+3 })
	s.key("space", "Home")
	s.until("the beginning again", func(i image.Image) bool { p := playhead(i); return p >= 0 && p < at-40 })

	// A click into the timeline seeks.
	s.click(1100, 830)
	s.until("where the timeline was clicked", func(i image.Image) bool { p := playhead(i); return p > 1090 && p < 1110 })

	s.key("ctrl+3")
	s.until("a heatmap", func(i image.Image) bool {
		return playhead(i) < 0 && count(i, image.Rect(330, 110, 1600, 900), light) > 100_000 &&
			count(i, image.Rect(0, 900, 400, 980), red) > 20
	})
	s.key("ctrl+1")
	again := s.until("the library again", func(i image.Image) bool { return count(i, whole, light) < 40_000 && colourful(i) })
	s.key("question")
	s.until("the help sheet", func(i image.Image) bool { return differ(i, again) > 50_000 })
	s.key("Escape")
	s.until("no help sheet", func(i image.Image) bool { return differ(i, again) < 50_000 })

	// Locking closes the library: another program can open it.
	s.key("ctrl+l")
	s.until("a locked window", func(i image.Image) bool { return differ(i, library) > 20_000 })
	var out []byte
	var err error
	for range 40 {
		if out, err = s.command(s.binary, "list", "--library", s.demo+"/library", "--key", s.demo+"/key.txt", "--json").CombinedOutput(); err == nil {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	if err != nil || strings.Count(string(out), `{"session":`) != 31 {
		t.Errorf("the locked library cannot be opened elsewhere: %v\n%s", err, out)
	}
}

// Two moments of a replay set against each other, and the element of a click.
func TestCompareMoments(t *testing.T) {
	s := newScreen(t)
	s.start()
	s.until("the library", func(i image.Image) bool { return colourful(i) && count(i, whole, light) < 40_000 })
	s.click(400, 300)
	time.Sleep(300 * time.Millisecond)
	s.key("Return")
	s.until("a replay", func(i image.Image) bool { return playhead(i) >= 0 && count(i, stage, light) > 50_000 })

	s.key("m", "l")
	replay := s.until("the marked moment and the other one", func(i image.Image) bool {
		return count(i, image.Rect(178, 755, 260, 940), blue) > 100 && playhead(i) > timeline.Min.X+60
	})
	s.key("c")
	beside := s.until("the moments side by side", func(i image.Image) bool { return differ(i, replay) > 100_000 && count(i, stage, light) > 50_000 })
	s.key("c")
	s.until("the difference", func(i image.Image) bool { return differ(i, beside) > 50_000 && count(i, stage, tinted) > 500 })
	s.key("w")
	s.until("the difference of whole pages", func(i image.Image) bool { return count(i, stage, tinted) > 500 })
	s.key("Escape")
	s.until("the replay again", func(i image.Image) bool { return count(i, stage, tinted) < 100 && differ(i, replay) < 50_000 })
}

// Exact rendering is switched by a key: a browser draws the page, and is gone when
// it is switched off.
func TestExactRendering(t *testing.T) {
	chromiumtest.Path(t)
	s := newScreen(t)
	s.start()
	s.until("the library", func(i image.Image) bool { return colourful(i) && count(i, whole, light) < 40_000 })
	s.click(400, 300)
	time.Sleep(300 * time.Millisecond)
	s.key("Return")
	s.until("a page", func(i image.Image) bool { return playhead(i) >= 0 && count(i, stage, light) > 50_000 })
	time.Sleep(time.Second) // the fonts that fit are found after the first picture
	plain := s.until("a page by Hindsite", func(image.Image) bool { return true })
	children := func() int {
		out, _ := s.command("pgrep", "-P", fmt.Sprint(s.app.Process.Pid)).Output()
		return len(strings.Fields(string(out)))
	}
	lit := func(i image.Image) int { return count(i, image.Rect(1020, 715, 1160, 750), blue) }
	s.key("e")
	s.until("the page by a browser", func(i image.Image) bool {
		return lit(i) > lit(plain)+20 && differ(part(i, stage), part(plain, stage)) > 1000 && children() > 0
	})
	s.key("e")
	s.until("the page by Hindsite again", func(i image.Image) bool {
		return lit(i) == lit(plain) && differ(part(i, stage), part(plain, stage)) < 1000 && children() == 0
	})
}

// part returns a region of a picture.
func part(img image.Image, region image.Rectangle) image.Image {
	return img.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(region)
}

func blue(r, g, b uint8) bool { return b > 220 && r < 140 && g < 190 }
func tinted(r, g, b uint8) bool {
	return r > 110 && g < 150 && int(r)-int(g) > 60 && b > 60 && int(b)-int(g) > 20
}

// BenchmarkFirstFrame measures from the start of the program to the first
// frame of the library on the screen.
func BenchmarkFirstFrame(b *testing.B) {
	s := newScreen(b)
	var took []time.Duration
	for b.Loop() {
		begin := time.Now()
		s.start()
		for !colourful(s.look()) {
		}
		took = append(took, time.Since(begin))
		_ = s.app.Process.Kill()
		_ = s.app.Wait()
		for colourful(s.look()) {
			time.Sleep(50 * time.Millisecond)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "median-ms-to-first-frame")
}

package chromium

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// browser is a running browser.
type browser struct {
	path    string
	product string
	call    time.Duration

	ctx    context.Context // of chromedp; ends with the browser
	end    context.CancelCauseFunc
	wait   func() // until the process has ended
	leader int    // of the process group
	home   folder
	once   sync.Once
	err    error
}

// start starts a browser and waits for its first answer.
func start(ctx context.Context, path string, o Options) (*browser, error) {
	home, err := newFolder(memoryFolder())
	if err != nil {
		return nil, err
	}
	// The browser outlives the call that needed it first.
	root, end := context.WithCancelCause(context.WithoutCancel(ctx))
	options := append(flags(home, o.Extra), chromedp.ExecPath(path), chromedp.NoInheritEnv, chromedp.Env(environment(home)...), chromedp.ModifyCmdFunc(own))
	allocator, stopAllocator := chromedp.NewExecAllocator(root, options...)
	quiet := func(string, ...any) {} // what the client would log can hold recorded text
	tab, stopTab := chromedp.NewContext(allocator, chromedp.WithLogf(quiet), chromedp.WithErrorf(quiet))
	b := &browser{path: path, call: o.Call, ctx: tab, end: end, home: home}
	b.wait = func() { stopTab(); stopAllocator() }
	if err := b.greet(ctx, o.Start); err != nil {
		return nil, errors.Join(err, b.stop())
	}
	return b, nil
}

// greet starts the process and asks for its version.
func (b *browser) greet(ctx context.Context, limit time.Duration) error {
	type answer struct {
		version cdpbrowser.GetVersionResult
		err     error
	}
	answers := make(chan answer, 1)
	go func() {
		v, err := chromedp.CallBrowser(b.ctx, cdpbrowser.GetVersion, cdp.Empty{})
		answers <- answer{v, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case a := <-answers:
		if a.err != nil {
			return fmt.Errorf("%w: %s", ErrStart, firstLine(a.err))
		}
		b.product = strings.TrimPrefix(a.version.Product, "Headless")
		b.leader = chromedp.FromContext(b.ctx).Browser.Process().Pid
		return nil
	case <-timer.C:
		b.end(ErrHung)
		return fmt.Errorf("%w: nothing for %s", ErrStart, limit)
	case <-ctx.Done():
		b.end(ctx.Err())
		return ctx.Err()
	}
}

// firstLine keeps an error short: a browser that does not start prints much.
func firstLine(err error) string {
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasSuffix(line, ":") {
			return line[:min(len(line), 200)]
		}
	}
	return "no reason given"
}

// alive reports whether the browser still answers, as far as is known.
func (b *browser) alive() bool { return b.ctx.Err() == nil }

// kill ends a browser that does not behave. It does not wait.
func (b *browser) kill(cause error) { b.end(cause) }

// stop ends the browser, waits for it and removes its files.
func (b *browser) stop() error {
	b.once.Do(func() {
		b.end(errClosed)
		b.wait()
		if b.leader > 0 {
			endGroup(b.leader)
		}
		b.err = b.home.remove()
	})
	return b.err
}

// environment returns what a browser needs to know of the user's environment:
// not their keys, and no folder to write to but its own.
func environment(home folder) []string {
	keep := []string{"PATH", "LANG", "LC_ALL", "LC_CTYPE", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "XDG_DATA_DIRS", "LD_LIBRARY_PATH"}
	env := []string{"TMPDIR=" + home.temporary()}
	switch runtime.GOOS {
	case "windows":
		keep = append(keep, "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)", "USERPROFILE", "LOCALAPPDATA", "APPDATA")
		env = append(env, "TEMP="+home.temporary(), "TMP="+home.temporary())
	case "darwin":
		keep = append(keep, "HOME")
	default:
		env = append(env, "HOME="+home.path, "XDG_CONFIG_HOME="+home.path, "XDG_CACHE_HOME="+home.path, "XDG_RUNTIME_DIR="+home.temporary())
		if data := userFonts(); data != "" {
			env = append(env, "XDG_DATA_HOME="+data)
		}
	}
	for _, name := range keep {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// userFonts returns the folder below which a user's own fonts are.
func userFonts() string {
	if v := os.Getenv("XDG_DATA_HOME"); v != "" {
		return v
	}
	if home, err := os.UserHomeDir(); err == nil {
		return home + "/.local/share"
	}
	return ""
}

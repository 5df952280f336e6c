// Package chromiumtest is for tests that need a browser.
package chromiumtest

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"hindsite.app/player/render/chromium"
)

// needVar, when set, makes tests fail that would be skipped: for machines that
// are meant to have a browser.
const needVar = "HINDSITE_TEST_BROWSER"

// Backend returns a backend whose browser runs, and which ends with the test. The
// test is skipped on machines without a browser, and on those whose browser does
// not start, such as in containers that allow no sandbox.
func Backend(t testing.TB) *chromium.Backend {
	t.Helper()
	b := chromium.New(chromium.Options{})
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := b.About(context.Background()); err != nil {
		Skip(t, err)
	}
	return b
}

// Skip ends a test for which there is no browser.
func Skip(t testing.TB, err error) {
	t.Helper()
	if os.Getenv(needVar) == "" && (errors.Is(err, chromium.ErrMissing) || errors.Is(err, chromium.ErrStart)) {
		t.Skip(err)
	}
	t.Fatal(err)
}

// Path returns the program of a browser that starts, or skips the test.
func Path(t testing.TB) string {
	t.Helper()
	b := Backend(t)
	about, err := b.About(context.Background())
	if err == nil {
		err = b.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return about.Path
}

// Profile returns a folder for a browser, whose processes may write into it for
// a while after the first of them has ended.
func Profile(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "profile")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 200 {
			if err = os.RemoveAll(dir); err == nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Log(err)
	})
	return dir
}

package chromium_test

import (
	"testing"

	"hindsite.app/player/render/chromium"
	"hindsite.app/player/render/rendertest"
)

// backend returns a backend with the browser of this machine; the test is skipped
// where there is none.
func backend(t testing.TB) *chromium.Backend {
	t.Helper()
	if _, err := chromium.Find(""); err != nil {
		t.Skip(err)
	}
	b := chromium.New(chromium.Options{})
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func TestConformance(t *testing.T) { rendertest.Run(t, backend(t)) }

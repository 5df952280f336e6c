package chromium_test

import (
	"testing"

	"hindsite.app/player/render/chromium"
	"hindsite.app/player/render/chromium/chromiumtest"
	"hindsite.app/player/render/rendertest"
)

func backend(t testing.TB) *chromium.Backend { return chromiumtest.Backend(t) }

func TestConformance(t *testing.T) { rendertest.Run(t, backend(t)) }

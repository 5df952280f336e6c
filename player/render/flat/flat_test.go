package flat_test

import (
	"testing"

	"hindsite.app/player/render/flat"
	"hindsite.app/player/render/rendertest"
)

func TestConformance(t *testing.T) { rendertest.Run(t, flat.New(nil)) }

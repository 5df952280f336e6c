// Package app_test holds the layers of the whole program: which room may know
// which. The rules are those of the architecture, and a test fails when one is
// broken.
package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "hindsite.app/"

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// packages lists the program's own packages that match, with what they import.
func packages(t *testing.T, pattern, tags string) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Deps", "-tags", tags, pattern)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("list packages: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.ImportPath+"/", module) {
			all = append(all, p)
		}
	}
}

// room returns the part of an import path behind the module, "" for others.
func room(path string) string {
	r, ok := strings.CutPrefix(path, module)
	if !ok {
		return ""
	}
	return r
}

func in(path string, rooms ...string) bool {
	for _, r := range rooms {
		if path == r || strings.HasPrefix(path, r+"/") {
			return true
		}
	}
	return false
}

func standard(path string) bool { return !strings.Contains(strings.Split(path, "/")[0], ".") }

// rules say, for each room, what its packages may not import.
var rules = []struct {
	name   string
	of     func(room string) bool
	forbid func(path, room string) bool
}{
	{"the model imports the standard library only",
		func(r string) bool { return in(r, "player/recording", "player/fault") },
		func(p, _ string) bool { return !standard(p) }},
	{"player knows player only",
		func(r string) bool { return in(r, "player") },
		func(_, r string) bool { return r != "" && !in(r, "player") }},
	{"importer and data know the model, not each other",
		func(r string) bool { return in(r, "importer") },
		func(_, r string) bool {
			return r != "" && !in(r, "importer", "player/recording", "player/fault", "data/segment")
		}},
	// Both rooms seal in one wire format, which knows neither of them.
	{"the segment stream knows classes of failure only",
		func(r string) bool { return in(r, "data/segment") },
		func(p, r string) bool { return !standard(p) && r != "player/fault" }},
	{"data knows the model only",
		func(r string) bool { return in(r, "data") },
		func(_, r string) bool { return r != "" && !in(r, "data", "player/recording", "player/fault") }},
	{"Fyne only below app/ui",
		func(r string) bool { return !in(r, "app/ui") },
		func(p, _ string) bool { return strings.HasPrefix(p, "fyne.io/") }},
	{"SQL only in data",
		func(r string) bool { return !in(r, "data") },
		func(p, _ string) bool { return p == "database/sql" || strings.HasPrefix(p, "modernc.org/sqlite") }},
	// The canary listens on the loopback interface, to prove that backends that
	// draw pages reach nobody. It is no part of the program, see below.
	{"networking only in importer/source",
		func(r string) bool { return !in(r, "importer/source", "player/render/rendertest/canary") },
		func(p, _ string) bool { return p == "net" || p == "net/http" || p == "crypto/tls" }},
	{"a browser is driven only from player/render/chromium",
		func(r string) bool { return !in(r, "player/render/chromium") },
		func(p, _ string) bool { return strings.HasPrefix(p, "github.com/chromedp/") }},
	{"what tests backends is no part of the program",
		func(r string) bool { return !in(r, "player/render/rendertest") },
		func(_, r string) bool {
			return in(r, "player/render/rendertest", "player/render/chromium/chromiumtest")
		}},
	{"the command line does not know the window",
		func(r string) bool { return in(r, "app/cli", "app/report", "app/state", "app/sample") },
		func(_, r string) bool { return in(r, "app/ui", "app/window") }},
	{"the window knows use cases and values only",
		func(r string) bool { return in(r, "app/ui") },
		func(_, r string) bool {
			return in(r, "app/cli", "app/sample", "importer/envelope", "data/keys", "data/blob")
		}},
}

func TestLayers(t *testing.T) {
	for _, p := range packages(t, module+"...", "ci") {
		for _, rule := range rules {
			if !rule.of(room(p.ImportPath)) {
				continue
			}
			for _, i := range p.Imports {
				if rule.forbid(i, room(i)) {
					t.Errorf("%s imports %s: %s", p.ImportPath, i, rule.name)
				}
			}
		}
	}
}

// A build for servers has no window, and needs no C compiler.
func TestCommandLineBuildHasNoWindow(t *testing.T) {
	for _, p := range packages(t, strings.TrimSuffix(module, "/"), "nogui") {
		if p.ImportPath != strings.TrimSuffix(module, "/") {
			continue
		}
		for _, d := range p.Deps {
			if strings.HasPrefix(d, "fyne.io/") || in(room(d), "app/ui") || d == "runtime/cgo" {
				t.Errorf("the command line build contains %s", d)
			}
		}
		return
	}
	t.Error("the program's own package was not listed")
}

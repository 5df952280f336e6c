package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestEveryHostileCaseHasATest holds the list of bad inputs in the security
// design, section 3.3, up to the recorded content: each number stands before
// the name of a subtest. What the subtests check is theirs.
func TestEveryHostileCaseHasATest(t *testing.T) {
	named := regexp.MustCompile(`(?m)(?:t\.Run\(|\{|^\s+)"(?:case )?(\d{1,2}a?)(?:",| [^"]+"[,:)])`)
	found := map[string]bool{}
	for _, room := range []string{"../importer", "../player/render/rendertest", "state"} {
		err := filepath.WalkDir(room, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") || !strings.Contains(p, "test") {
				return err
			}
			b, err := os.ReadFile(p)
			for _, m := range named.FindAllSubmatch(b, -1) {
				found[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"42a"}
	for n := 1; n <= 73; n++ {
		want = append(want, strconv.Itoa(n))
	}
	for _, n := range want {
		if !found[n] {
			t.Errorf("case %s has no test", n)
		}
	}
}

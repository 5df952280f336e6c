package source

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"hindsite.app/player/fault"
)

func FuzzFeed(f *testing.F) {
	const digest = "abababababababababababababababababababababababababababababababab"
	f.Add([]byte(`[{"url":"a.zip","size":5,"sha256":"` + digest + `"}]`))
	f.Add([]byte(`{"seq":3,"expires":"2030-01-01T00:00:00Z","archives":[{"url":"../x?y#z","size":1,"sha256":"` + digest + `","created":"2026-01-01T00:00:00Z"}]}`))
	f.Add([]byte(`[{"url":"https://other.example/CON","size":1,"sha256":"` + digest + `"}]`))
	base, err := url.Parse("https://example.com/d/index.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		feed, err := parseFeed(b, base)
		if err != nil {
			if fault.Of(err) == "" {
				t.Fatalf("no class: %v", err)
			}
			return
		}
		for _, e := range feed.entries() {
			u, err := url.Parse(e.URL)
			if err != nil || u.Scheme != "https" || u.User != nil || e.Size <= 0 || e.SHA256.IsZero() {
				t.Fatalf("lets through %+v", e)
			}
			harmless(t, e.Name)
		}
	})
}

func FuzzName(f *testing.F) {
	for _, name := range []string{"a.zip.age", "../x", "CON.txt", " . ", "x.part", "ｃｏｎ", "a\u202Eb", strings.Repeat("é", 200), "\xff"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		safe := safeName(name)
		harmless(t, safe)
		if again := safeName(safe); again != safe && !isDevice(name) {
			t.Fatalf("%q becomes %q and then %q", name, safe, again)
		}
	})
}

func harmless(t *testing.T, name string) {
	t.Helper()
	if name == "" || !filepath.IsLocal(name) || filepath.Base(name) != name || isDevice(name) || len(name) > longestName+20 ||
		strings.HasPrefix(name, ".") || strings.ContainsAny(name, "/\\:\x00\"<>|?*") {
		t.Fatalf("%q", name)
	}
}

func FuzzRange(f *testing.F) {
	f.Add("bytes 0-9/10")
	f.Add("bytes 5-9/*")
	f.Add("bytes -5-9/10")
	f.Fuzz(func(t *testing.T, header string) {
		from, total, ok := parseRange(header)
		if ok && (from < 0 || from >= total) {
			t.Fatalf("%q: from %d of %d", header, from, total)
		}
	})
}

package text

import (
	"io"
	"log"
	"os"
	"path/filepath"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"
)

// SystemFallback returns a Fallback that looks for fonts of the machine, when
// it is first asked. cacheDir keeps the list of fonts between runs; it holds
// nothing of a recording. Empty means the user's cache folder.
func SystemFallback(cacheDir string) Fallback {
	var (
		mu     sync.Mutex
		fm     *fontscan.FontMap
		failed bool
	)
	return func(r rune) (found *font.Font) {
		mu.Lock()
		defer mu.Unlock()
		if failed {
			return nil
		}
		// A broken font file of the machine must not end the program.
		defer func() {
			if recover() != nil {
				found, failed = nil, true
			}
		}()
		if fm == nil {
			m, err := scan(cacheDir)
			if err != nil {
				failed = true
				return nil
			}
			fm = m
		}
		face := fm.ResolveFace(r)
		if face == nil {
			return nil
		}
		if _, ok := face.NominalGlyph(r); !ok {
			return nil
		}
		return face.Font
	}
}

func scan(dir string) (*fontscan.FontMap, error) {
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(base, "hindsite")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	fm := fontscan.NewFontMap(log.New(io.Discard, "", 0))
	if err := fm.UseSystemFonts(dir); err != nil {
		return nil, err
	}
	fm.SetQuery(fontscan.Query{Families: []string{fontscan.SansSerif}})
	return fm, nil
}

package source

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"strings"
	"unicode"
)

const longestName = 150

// fileName makes a harmless file name of the last step of an address.
func fileName(u *url.URL) string {
	return safeName(path.Base(strings.ReplaceAll(u.Path, `\`, "/")))
}

// safeName makes a file name that is one step, shown as it is, and no device
// on any system.
func safeName(raw string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(raw, "_") {
		switch {
		case r == unicode.ReplacementChar:
			r = '_'
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune("._-+() ", r):
		default:
			r = '_'
		}
		if b.Len()+len(string(r)) > longestName {
			break
		}
		b.WriteRune(r)
	}
	name := strings.TrimRight(strings.TrimLeft(b.String(), ". "), ". ")
	if name == "" {
		return "archive"
	}
	if isDevice(name) || strings.HasSuffix(strings.ToLower(name), partSuffix) || strings.HasSuffix(strings.ToLower(name), stateSuffix) {
		name = "_" + name + "_"
	}
	return name
}

// isDevice reports whether Windows takes a file name for a device.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(stem) == 4 && (stem[:3] == "COM" || stem[:3] == "LPT") && stem[3] >= '0' && stem[3] <= '9'
}

// distinguish gives entries that would share a file their own names.
func distinguish(entries []Entry) {
	seen := map[string]struct{}{}
	for i := range entries {
		e := &entries[i]
		key := strings.ToLower(e.Name)
		if _, twice := seen[key]; twice {
			sum := sha256.Sum256([]byte(e.URL))
			stem, ext, _ := strings.Cut(e.Name, ".")
			e.Name = stem + "-" + hex.EncodeToString(sum[:4])
			if ext != "" {
				e.Name += "." + ext
			}
			key = strings.ToLower(e.Name)
		}
		seen[key] = struct{}{}
	}
}

package envelope

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"hindsite.app/player/fault"
)

const maxName = 1024

// checkName refuses names that some system would take for a way out of a
// folder, for a device, or that do not show what they are. Members are never
// written under their names; the rule keeps it harmless to show and export
// them.
func checkName(name string) error {
	refuse := func(why string) error { return fault.New(fault.Path, "member name %s", why) }
	switch {
	case name == "":
		return refuse("is empty")
	case len(name) > maxName:
		return refuse("is longer than 1,024 bytes")
	case !utf8.ValidString(name):
		return refuse("is not UTF-8")
	case strings.HasPrefix(name, "/"):
		return refuse("begins at the root")
	case strings.Contains(name, `\`):
		return refuse("holds a backslash")
	case len(name) >= 2 && name[1] == ':':
		return refuse("begins with a drive")
	}
	for _, r := range name {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return refuse("holds a control character")
		}
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." {
			return refuse("holds an empty or relative step")
		}
		if isDevice(part) {
			return refuse("is a device on Windows")
		}
	}
	return nil
}

// isDevice reports whether Windows takes a file name for a device, whatever
// its extension.
func isDevice(part string) bool {
	stem, _, _ := strings.Cut(part, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	if len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) {
		return stem[3] >= '0' && stem[3] <= '9'
	}
	return false
}

// shownName returns a name as it can be put into a message: a bad one is
// quoted and cut.
func shownName(name string) string {
	if checkName(name) == nil {
		return name
	}
	const most = 80
	if len(name) > most {
		name = name[:most]
	}
	return strconv.QuoteToASCII(name)
}

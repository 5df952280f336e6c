package text

import (
	"unicode/utf8"

	"github.com/go-text/typesetting/segmenter"
)

// Breaks cuts s, which holds no white space, into the parts between which a
// line may break (UAX 14; for ASCII with the tailoring that Chromium has:
// behind hyphens between letters and behind question marks, not behind
// slashes).
func Breaks(s string) []string {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return asciiBreaks(s)
	}
	var parts []string
	var seg segmenter.Segmenter
	seg.Init([]rune(s))
	for it := seg.LineIterator(); it.Next(); {
		part := string(it.Line().Text)
		if n := len(parts); n > 0 && glued(parts[n-1], part) {
			parts[n-1] += part
			continue
		}
		parts = append(parts, part)
	}
	return parts
}

// glued reports an opportunity of UAX 14 that Chromium does not take.
func glued(a, b string) bool {
	last := a[len(a)-1]
	first := b[0]
	if last >= utf8.RuneSelf || first >= utf8.RuneSelf {
		return false
	}
	return !asciiBreak(last, first)
}

func asciiBreaks(s string) []string {
	start := 0
	var parts []string
	for i := 1; i < len(s); i++ {
		if asciiBreak(s[i-1], s[i]) && !(s[i-1] == '-' && i == 1) {
			parts = append(parts, s[start:i])
			start = i
		}
	}
	return append(parts, s[start:])
}

func asciiBreak(a, b byte) bool {
	switch a {
	case '-':
		return letter(b) || b == '(' || b == '<' || b == '['
	case '?':
		return letter(b) || digit(b)
	}
	return false
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

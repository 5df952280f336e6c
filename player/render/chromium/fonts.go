package chromium

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"hindsite.app/player/recording"
)

// maxFonts bounds how many fonts a page gets from its recording.
const maxFonts = 64

// fontFaces returns a sheet with the fonts that scripts of the page made.
func fontFaces(fonts []recording.AddFont) string {
	var b strings.Builder
	for _, f := range fonts[:min(len(fonts), maxFonts)] {
		source := fontSource(f.Source)
		if source == "" {
			continue
		}
		b.WriteString("@font-face { font-family: " + quoteString(f.Family) + "; src: " + source + describe(f.Descriptors) + " }\n")
	}
	return b.String()
}

// fontSource reads what the recorder kept of a font: a value of the src property,
// an address, or the bytes as a list of numbers.
func fontSource(s string) string {
	s = strings.TrimSpace(s)
	switch {
	case isData(s):
		return quoteURL(s)
	case strings.HasPrefix(s, "["):
		var numbers []uint16
		if json.Unmarshal([]byte(s), &numbers) != nil {
			return ""
		}
		data := make([]byte, len(numbers))
		for i, n := range numbers {
			data[i] = byte(n)
		}
		return quoteURL("data:font/ttf;base64," + base64.StdEncoding.EncodeToString(data))
	}
	if strings.ContainsAny(s, "{}") {
		return "" // no value of a property
	}
	return s
}

// describe turns the descriptors of a FontFace (CSS Font Loading 3) into
// declarations.
func describe(descriptors string) string {
	var d struct{ Style, Weight, Stretch, UnicodeRange string }
	if json.Unmarshal([]byte(descriptors), &d) != nil {
		return ""
	}
	var b strings.Builder
	for _, x := range [...][2]string{{"font-style", d.Style}, {"font-weight", d.Weight}, {"font-stretch", d.Stretch}, {"unicode-range", d.UnicodeRange}} {
		if x[1] != "" && !strings.ContainsAny(x[1], "{};\"'\\(") {
			b.WriteString("; " + x[0] + ": " + x[1])
		}
	}
	return b.String()
}

package importer

import (
	"path"
	"strings"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/clarity"
	"hindsite.app/importer/format/highlight"
	"hindsite.app/importer/format/openreplay"
	"hindsite.app/importer/format/posthog"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/importer/format/sentry"
	"hindsite.app/player/fault"
)

// Decoders returns the formats that are read, in the order in which they are
// asked: those that know their own by a few bytes first, rrweb, which takes
// any text, last.
func Decoders() []format.Decoder {
	return []format.Decoder{
		openreplay.Decoder{},
		clarity.Decoder{},
		sentry.Decoder{},
		posthog.Decoder{},
		highlight.Decoder{},
		rrweb.Decoder{},
	}
}

// detect finds the format of a recording: by its content, and where that says
// nothing, with the help of its name.
func detect(h format.Head, decoders []format.Decoder) (format.Decoder, error) {
	byContent := h
	byContent.Name = ""
	for _, head := range []format.Head{byContent, h} {
		for _, d := range decoders {
			if d.Takes(head) {
				return d, nil
			}
		}
	}
	if len(h.Bytes) == 0 {
		return nil, fault.New(fault.Schema, "read %s: there is nothing in it", path.Base(h.Name))
	}
	names := make([]string, len(decoders))
	for i, d := range decoders {
		names[i] = d.Name()
	}
	return nil, fault.New(fault.NotArchive, "read %s: it begins like none of the formats that are read (%s)", path.Base(h.Name), strings.Join(names, ", "))
}

package group

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"hindsite.app/importer/format"
)

// part is what a name says of the file's place in a recording.
type part struct {
	kind     string
	folder   string // with its slash; "" for none
	prefix   string // of the name, in lower case
	ending   string // the same of all parts
	number   int
	first    int  // number of the first part; -1 when parts can begin with any
	optional bool // parts need not all be there
}

func (p part) key() string {
	return strings.Join([]string{p.kind, p.folder, p.prefix, p.ending}, "\x00")
}

// name returns what the parts have in common, "" for nothing.
func (p part) name() string {
	return strings.TrimRight(p.folder+p.prefix, "/.-_ ")
}

// mostDigits keeps numbers within what an int holds.
const mostDigits = 9

var (
	// OpenReplay stores a folder for each session.
	mobName = regexp.MustCompile(`^(.*?)(dom\.mobs|dom\.mobe|devtools\.mob)$`)
	// Sentry stores {retention}/{project}/{replay}/{segment}.
	replayFolder  = regexp.MustCompile(`(?i)(^|/)([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})/$`)
	bareNumber    = regexp.MustCompile(`^(\d{1,9})(\.json|\.bin)?$`)
	segmentNumber = regexp.MustCompile(`^(.*?(?:^|[-_. ]))((?:seg|segment)[-_.]?)(\d{1,9})(\.json|\.bin|\.rrweb)?$`)
	// PostHog's interface names the blobs of a session so.
	blobKey = regexp.MustCompile(`^(.*?)blob_key_(\d{1,9})(\.jsonl|\.ndjson|\.json|\.bin|\.snappy)?$`)
	// highlight stores what grows beyond one object in chunks.
	highlightChunk = regexp.MustCompile(`^(.*?)session-contents-compressed(?:-(\d{1,9}))?(\.json)?$`)
	// Payloads as recorders send them, saved one by one.
	payloadNumber = regexp.MustCompile(`^(.*?(?:^|[-_. ]))(payload[-_.]?)(\d{1,9})(\.json|\.txt|\.bin)?$`)
)

// mobOrder is the order in which OpenReplay's files belong together.
var mobOrder = map[string]int{"dom.mobs": 0, "dom.mobe": 1, "devtools.mob": 2}

func partOf(name string) (part, bool) {
	folder, _ := path.Split(name)
	base := format.Base(name)
	p := part{folder: folder}
	if m := mobName.FindStringSubmatch(base); m != nil {
		p.kind, p.prefix, p.number, p.optional = "openreplay", m[1], mobOrder[m[2]], true
		return p, true
	}
	if m := bareNumber.FindStringSubmatch(base); m != nil && replayFolder.MatchString(folder) {
		return p.numbered("sentry", "", m[1], m[2]), true
	}
	if m := segmentNumber.FindStringSubmatch(base); m != nil {
		return p.numbered("sentry", m[1], m[3], m[2]+m[4]), true
	}
	if m := blobKey.FindStringSubmatch(base); m != nil {
		return p.numbered("posthog", m[1], m[2], m[3]), true
	}
	if m := highlightChunk.FindStringSubmatch(base); m != nil {
		return p.numbered("highlight", m[1], m[2], m[3]), true
	}
	if m := payloadNumber.FindStringSubmatch(base); m != nil {
		p.first = -1
		return p.numbered("payload", m[1], m[3], m[2]+m[4]), true
	}
	return part{}, false
}

func (p part) numbered(kind, prefix, digits, ending string) part {
	p.kind, p.prefix, p.ending = kind, prefix, ending
	if len(digits) <= mostDigits {
		p.number, _ = strconv.Atoi(digits) // digits only; none is 0
	}
	return p
}

// metaEnding is the ending of the file that says more of the recording whose
// name it has otherwise.
const metaEnding = ".meta.json"

// sides are the names, or the ends of names, of files that stand beside the
// parts of a recording and hold what its format keeps elsewhere.
var sides = []string{
	"session.json", "replay.json", "replay_event.json", "recording.json", "person.json", "metadata.json", "meta.json",
	"network-resources-compressed", "web-socket-events-compressed", "timeline-indicator-events",
}

// sidePrefix returns what stands in front of a side file's own name.
func sidePrefix(name string) (prefix string, ok bool) {
	base := format.Base(name)
	for _, s := range sides {
		if prefix, ok := strings.CutSuffix(base, s); ok && (prefix == "" || strings.ContainsRune("-_. ", rune(prefix[len(prefix)-1]))) {
			return prefix, true
		}
	}
	return "", false
}

// metaStem returns the name, in lower case, that a recording has beside which a
// file of metadata stands by its name.
func metaStem(name string) (stem string, ok bool) {
	stem, ok = strings.CutSuffix(strings.ToLower(name), metaEnding)
	return stem, ok && stem != "" && !strings.HasSuffix(stem, "/")
}

func isSide(name string) bool {
	_, ok := sidePrefix(name)
	return ok
}

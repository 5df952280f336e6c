package envelope

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/inflate"
	"hindsite.app/player/fault"
)

// Format is the format that this package writes (FORMAT.md).
const Format = "hindsite-sessions/1"

const (
	manifestName   = "manifest.json"
	listName       = "sessions.jsonl.zst"
	sealedListName = "sessions.seal"
)

// Hash is a SHA-256 digest, written as 64 lower-case hexadecimal digits.
type Hash [sha256.Size]byte

// String returns the digest in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != 2*len(h) || bytes.ContainsAny(text, "ABCDEF") {
		return errors.New("not 64 lower-case hexadecimal digits")
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// Manifest is what an archive says about itself. Its fields are those of
// FORMAT.md.
type Manifest struct {
	Format    string     `json:"format"`
	ArchiveID string     `json:"archive_id"`
	Seq       int64      `json:"seq,omitzero"`
	Previous  *Hash      `json:"prev_manifest_sha256,omitzero"`
	Created   time.Time  `json:"created"`
	Producer  string     `json:"producer"`
	Origin    Origin     `json:"origin,omitzero"`
	For       []string   `json:"for"`
	Recorded  *Span      `json:"recorded,omitzero"`
	Sessions  List       `json:"sessions"`
	Bytes     int64      `json:"bytes"`
	Converted string     `json:"converted,omitzero"`
	Masking   *Masking   `json:"masking,omitzero"`
	Retention *Retention `json:"retention,omitzero"`
	Legal     *Legal     `json:"legal,omitzero"`
}

// Origin is the site that was recorded.
type Origin struct {
	Site string `json:"site"`
	URL  string `json:"url"`
}

// Span is a time span.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// List names the member that lists the sessions.
type List struct {
	File   string `json:"file"`
	SHA256 Hash   `json:"sha256"`
	Count  int    `json:"count"`
	Seal   string `json:"seal,omitzero"` // form of the sealed object that the list is in; "" for none
}

// Masking is what the producer says it did to recorded text.
type Masking struct {
	Policy  string `json:"policy"`
	Version string `json:"version"`
}

// Retention is when the recordings must be gone.
type Retention struct {
	DeleteAfter time.Time `json:"delete_after"`
}

// Legal is why the recordings may be kept.
type Legal struct {
	Basis         string `json:"basis"`
	NoticeVersion string `json:"notice_version"`
}

// SessionEntry is one session of an archive's list.
type SessionEntry struct {
	ID      string         `json:"sid"`
	Start   time.Time      `json:"start"`
	End     time.Time      `json:"end"`
	Visitor string         `json:"visitor,omitzero"`
	Pages   int            `json:"pages,omitzero"`
	Members []Part         `json:"members"`
	Consent jsontext.Value `json:"consent,omitzero"`
}

// Part is a stored piece of a session. T0 and T1 are microseconds from the
// session's start.
type Part struct {
	Name   string `json:"name"`
	Len    int64  `json:"len"`
	SHA256 Hash   `json:"sha256"`
	Events int    `json:"events"`
	T0     int64  `json:"t0"`
	T1     int64  `json:"t1"`
	Seal   string `json:"seal,omitzero"`
}

// Bytes returns how many bytes the session takes in the archive.
func (s *SessionEntry) Bytes() int64 {
	var n int64
	for _, p := range s.Members {
		n += p.Len
	}
	return n
}

// Events returns how many events the session has, as listed.
func (s *SessionEntry) Events() int {
	n := 0
	for _, p := range s.Members {
		n += p.Events
	}
	return n
}

// Digest names the session's content: the SHA-256 of its only part, or of the
// digests of its parts one behind the other.
func (s *SessionEntry) Digest() Hash {
	if len(s.Members) == 1 {
		return s.Members[0].SHA256
	}
	h := sha256.New()
	for _, p := range s.Members {
		h.Write(p.SHA256[:])
	}
	return Hash(h.Sum(nil))
}

// maxConverted bounds the name of what an archive was converted from, bytes.
const maxConverted = 40

// parseManifest reads the bytes of manifest.json.
func parseManifest(b []byte) (*Manifest, error) {
	m := &Manifest{}
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fault.New(fault.Manifest, "read manifest: %s", jsonTrouble(err))
	}
	wrong := func(what string) (*Manifest, error) {
		return nil, fault.New(fault.Manifest, "read manifest: %s", what)
	}
	switch {
	case m.Format != Format && strings.HasPrefix(m.Format, "hindsite-sessions/"):
		return nil, fault.New(fault.Unsupported, "read manifest: a newer format of archive")
	case m.Format != Format:
		return wrong("not of a session archive")
	case m.ArchiveID == "" || len(m.ArchiveID) > 128:
		return wrong("archive_id is missing or too long")
	case m.Sessions.File == "" || m.Sessions.File == manifestName:
		return wrong("the list of sessions is not named")
	case m.Sessions.Count < 0 || m.Seq < 0 || m.Bytes < 0:
		return wrong("a count is negative")
	case m.Sessions.Count > maxSessions:
		return nil, fault.New(fault.Limit, "read manifest: more than %d sessions", maxSessions)
	case len(m.Converted) > maxConverted || strings.ContainsFunc(m.Converted, unicode.IsControl):
		return wrong("converted is too long or holds control characters")
	case len(m.For) > 1024:
		return nil, fault.New(fault.Limit, "read manifest: more than 1,024 recipients")
	}
	return m, nil
}

// jsonTrouble tells where JSON is wrong without quoting it.
func jsonTrouble(err error) string {
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("malformed JSON at byte %d", syntax.ByteOffset)
	case errors.As(err, &semantic):
		return fmt.Sprintf("unfitting value at byte %d", semantic.ByteOffset)
	}
	return "malformed JSON"
}

// maxListLine bounds a session's line in the list, bytes.
const maxListLine = 16 * mib

// parseList reads the stored bytes of the list of sessions, count of them.
func parseList(stored []byte, count int) ([]SessionEntry, error) {
	r, err := inflate.Reader(bytes.NewReader(stored), inflate.Limits{Output: maxList})
	if err != nil {
		return nil, fmt.Errorf("read list of sessions: %w", err)
	}
	defer r.Close()
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, ageChunk), maxListLine)
	var entries []SessionEntry
	ids := map[string]struct{}{}
	names := map[string]struct{}{}
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if len(entries) >= count {
			return nil, fault.New(fault.Manifest, "read list of sessions: longer than the manifest says")
		}
		var e SessionEntry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fault.New(fault.Manifest, "read list of sessions: line %d: %s", len(entries)+1, jsonTrouble(err))
		}
		if err := e.check(); err != nil {
			return nil, fault.New(fault.Of(err), "read list of sessions: line %d: %w", len(entries)+1, err)
		}
		if err := claim(ids, e.ID); err != nil {
			return nil, fault.New(fault.Duplicate, "read list of sessions: line %d: a session listed twice", len(entries)+1)
		}
		for _, p := range e.Members {
			if err := claim(names, p.Name); err != nil {
				return nil, fault.New(fault.Duplicate, "read list of sessions: line %d: a part listed twice", len(entries)+1)
			}
		}
		entries = append(entries, e)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fault.New(fault.Limit, "read list of sessions: a line larger than %d bytes", maxListLine)
	} else if err != nil {
		return nil, fmt.Errorf("read list of sessions: %w", err)
	}
	if len(entries) != count {
		return nil, fault.New(fault.Manifest, "read list of sessions: shorter than the manifest says")
	}
	return entries, nil
}

var errClaimed = errors.New("claimed before")

func claim(seen map[string]struct{}, name string) error {
	if _, twice := seen[name]; twice {
		return errClaimed
	}
	seen[name] = struct{}{}
	return nil
}

// check holds one line of the list against FORMAT.md.
func (s *SessionEntry) check() error {
	const longestID, longestVisitor, mostParts = 256, 1024, 100_000
	wrong := func(what string) error { return fault.New(fault.Manifest, "%s", what) }
	switch {
	case s.ID == "" || len(s.ID) > longestID || strings.ContainsFunc(s.ID, unicode.IsControl):
		return wrong("sid is missing, too long or holds control characters")
	case len(s.Visitor) > longestVisitor:
		return wrong("visitor is too long")
	case s.Pages < 0:
		return wrong("pages is negative")
	case !plausible(s.Start) || !plausible(s.End) || s.End.Before(s.Start):
		return wrong("start and end are not times between 2000 and 2100")
	case len(s.Members) > mostParts:
		return fault.New(fault.Limit, "more than %d parts", mostParts)
	}
	for _, p := range s.Members {
		if p.Name == "" || p.Name == manifestName || p.Len < 0 || p.Events < 0 || p.T1 < p.T0 {
			return wrong("a part has no name, or negative sizes")
		}
	}
	return nil
}

func plausible(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 2000 && year < 2100
}

// encodeManifest is the inverse of parseManifest.
func encodeManifest(m *Manifest) ([]byte, error) {
	return json.Marshal(m, jsontext.WithIndent("  "), json.Deterministic(true))
}

// writeEntry writes one line of the list.
func writeEntry(w io.Writer, e *SessionEntry) error {
	line, err := json.Marshal(e, json.Deterministic(true))
	if err != nil {
		return fault.New(fault.Schema, "list session: %s", jsonTrouble(err))
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

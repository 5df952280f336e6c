package envelope

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"

	"hindsite.app/importer/format"
)

// kind is what the first bytes of uncompressed content show.
type kind string

const (
	kindText    kind = "text"    // JSON, JSON Lines, or text
	kindBinary  kind = "binary"  // a recording in a binary format
	kindNested  kind = "nested"  // an archive, which is not looked into
	kindForeign kind = "foreign" // a known kind of archive that is not read
	kindOpenPGP kind = "openpgp" // which is not read either
	kindUnknown kind = "unknown"
)

// sniff tells apart what may be a recording from what can not. The decoders
// decide; this keeps out what no decoder would take.
func sniff(prefix []byte, name string) kind {
	switch {
	case isZip(prefix), isTarHeader(prefix), bytes.HasPrefix(prefix, []byte(ageFamily)), bytes.HasPrefix(prefix, []byte(armorIntro)):
		return kindNested
	case isOpenPGP(prefix):
		return kindOpenPGP
	case isForeign(prefix):
		return kindForeign
	case isJSON(prefix), isText(prefix):
		return kindText
	case isMob(prefix, name), isSnappy(prefix), isSegment(prefix), isNamed(name):
		return kindBinary
	}
	return kindUnknown
}

func isZip(b []byte) bool {
	return bytes.HasPrefix(b, []byte(zipLocalSignature)) || bytes.HasPrefix(b, []byte(zipEndSignature))
}

func isForeign(b []byte) bool {
	for _, magic := range []string{
		"7z\xBC\xAF\x27\x1C", "Rar!\x1A\x07", "\xFD7zXZ\x00", "BZh", "PK\x07\x08",
	} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return false
}

// isOpenPGP recognises an encrypted message: armored, or by its first packet
// (RFC 9580, sections 4.2 and 5), which is a wrapped key or the data itself, and
// says its version.
func isOpenPGP(b []byte) bool {
	if bytes.HasPrefix(b, []byte("-----BEGIN PGP MESSAGE")) {
		return true
	}
	if len(b) < 8 || b[0]&0x80 == 0 {
		return false
	}
	tag, body := b[0]>>2&0xF, 1+1<<(b[0]&3)
	if b[0]&0x40 != 0 {
		tag, body = b[0]&0x3F, 2
		switch {
		case b[1] == 0xFF:
			body = 6
		case b[1] >= 0xC0 && b[1] < 0xE0:
			body = 3
		}
	} else if b[0]&3 == 3 {
		body = 1 // of no stated length
	}
	const wrapped, passphrase, data = 1, 3, 18
	switch version := b[body]; tag {
	case wrapped:
		return version == 3 || version == 6
	case passphrase:
		return version >= 4 && version <= 6
	case data:
		return version == 1 || version == 2
	}
	return false
}

var utf8BOM = []byte("\xEF\xBB\xBF")

// isJSON reports whether b begins as a JSON array, object or string does;
// recordings may hold broken UTF-8 further on.
func isJSON(b []byte) bool {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, utf8BOM), " \t\r\n")
	if len(b) < 2 || b[0] != '{' && b[0] != '[' && b[0] != '"' {
		return false
	}
	b = bytes.TrimLeft(b[1:], " \t\r\n")
	return len(b) == 0 || b[0] >= ' ' && b[0] < 0x7F
}

func isText(b []byte) bool { return len(bytes.TrimSpace(b)) > 0 && format.IsText(b) }

// isMob recognises OpenReplay messages; the second part of such a file has no
// signature and goes by its name.
func isMob(b []byte, name string) bool {
	return bytes.HasPrefix(b, []byte("\xFF\xFF\xFF\xFF\xFF\xFF\xFF")) ||
		hasSuffix(name, ".mob") || hasSuffix(name, ".mobs") || hasSuffix(name, ".mobe")
}

// isNamed reports whether the name is that of content without a signature:
// brotli, of which highlight's objects have a name of their own, and PostHog's
// blobs, which it may have encrypted.
func isNamed(name string) bool {
	lower := strings.ToLower(name)
	return hasSuffix(lower, ".br") || strings.Contains(lower, "session-contents-compressed") || strings.Contains(lower, "blob_key_")
}

// isSegment recognises a segment as Sentry stores it: a byte that says whether
// a video stands in front of the events.
func isSegment(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	if b[0] == 0 {
		return b[1] == '['
	}
	if b[0] != 1 || len(b) < 16 {
		return false
	}
	video, size := b[5:], int(binary.BigEndian.Uint32(b[1:]))
	if size < len(video) {
		return video[size] == '['
	}
	return bytes.Equal(video[4:8], []byte("ftyp")) || bytes.HasPrefix(video, []byte("\x1A\x45\xDF\xA3"))
}

// isSnappy recognises a Snappy block of JSON, alone or behind its length in
// four bytes, as PostHog stores it.
func isSnappy(b []byte) bool {
	const most = 256 * mib
	if len(b) > 8 && b[0] == 0 && isSnappy(b[4:]) {
		return true
	}
	size, n := binary.Uvarint(b)
	if n <= 0 || size == 0 || size > most || len(b) <= n {
		return false
	}
	tag := b[n]
	if tag&3 != 0 {
		return false
	}
	first := n + 1
	if tag>>2 >= 60 {
		first += int(tag>>2) - 59
	}
	return first < len(b) && (b[first] == '{' || b[first] == '[')
}

// hasSuffix compares the end of a file name, the wrapping left aside.
func hasSuffix(name, suffix string) bool {
	name = strings.ToLower(name)
	for _, wrap := range []string{".age", ".gz", ".zst", ".zlib"} {
		name = strings.TrimSuffix(name, wrap)
	}
	return strings.HasSuffix(name, suffix)
}

// isTarHeader recognises the first block of a tar by its checksum (POSIX
// ustar; the checksum field itself counts as spaces).
func isTarHeader(b []byte) bool {
	const block, from, to = 512, 148, 156
	if len(b) < block {
		return false
	}
	text := strings.Trim(string(b[from:to]), " \x00")
	want, err := strconv.ParseInt(text, 8, 32)
	if err != nil || b[0] == 0 {
		return false
	}
	var sum int64
	for i, c := range b[:block] {
		if i >= from && i < to {
			c = ' '
		}
		sum += int64(c)
	}
	return sum == want
}

package envelope

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
	"golang.org/x/crypto/chacha20"
	"golang.org/x/crypto/chacha20poly1305"

	"hindsite.app/player/fault"
)

const (
	ageFamily  = "age-encryption.org/"
	ageIntro   = "age-encryption.org/v1\n"
	armorIntro = armor.Header

	ageNonce     = 16
	ageChunk     = 64 * kib
	ageEncrypted = ageChunk + chacha20poly1305.Overhead
)

// opened is the content of an age file.
type opened struct {
	io.ReaderAt
	size int64
	kind KeyKind
}

// openAge opens the age file of size bytes at src. Every byte that the result
// yields is authenticated, and so is its size.
func openAge(src io.ReaderAt, size int64, keys Keys) (*opened, error) {
	header, err := age.ExtractHeader(io.NewSectionReader(src, 0, size))
	if err != nil {
		return nil, headerError(err)
	}
	keyring := &ring{keys: keys}
	fileKey, err := age.DecryptHeader(header, keyring)
	if err != nil {
		return nil, unwrapError(err)
	}
	content, n, err := age.DecryptReaderAt(src, size, age.NewInjectedFileKeyIdentity(fileKey))
	if err != nil {
		if fault.Of(err) != "" {
			return nil, fmt.Errorf("open age file: %w", err)
		}
		d := diagnosis{src: src, start: int64(len(header)), size: size, fileKey: fileKey}
		return nil, d.finding()
	}
	return &opened{ReaderAt: authentic{content}, size: n, kind: keyring.fitted}, nil
}

// headerError gives the class of a header that does not parse. The library
// quotes lines of the file in its errors, so its words are not kept.
func headerError(err error) error {
	text := err.Error()
	switch {
	case fault.Of(err) != "":
		return fmt.Errorf("read age header: %w", err)
	case strings.Contains(text, "header exceeds"), strings.Contains(text, "recipient stanzas") && strings.Contains(text, "more than"):
		return fault.New(fault.Limit, "read age header: larger than 2 MiB or 1,024 recipients")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Truncated, "read age header: ends too early")
	}
	return fault.New(fault.Tampered, "read age header: malformed")
}

// unwrapError gives the class of a header that parses and does not open.
func unwrapError(err error) error {
	var none *age.NoIdentityMatchError
	switch {
	case fault.Of(err) != "":
		return fmt.Errorf("open age file: %w", err)
	case errors.As(err, &none):
		return fault.New(fault.NoKey, "open age file: no key fits; it is encrypted to: %s", stanzaTypes(none.StanzaTypes))
	}
	// What is left is the header's MAC.
	return fault.New(fault.Tampered, "open age file: the header's authentication failed")
}

// stanzaTypes lists distinct kinds of recipients for a message, a few of them
// and cut to size: a stranger wrote them.
func stanzaTypes(types []string) string {
	const most, longest = 5, 24
	seen := map[string]bool{}
	var out []string
	for _, t := range types {
		if len(t) > longest {
			t = t[:longest] + "…"
		}
		if !seen[t] && len(out) < most {
			out = append(out, t)
		}
		seen[t] = true
	}
	return strings.Join(out, ", ")
}

func isIncorrect(err error) bool { return errors.Is(err, age.ErrIncorrectIdentity) }

// canonicalNumber reads a decimal number without sign and leading zeros.
func canonicalNumber(s string) (int, bool) {
	if s == "" || s[0] == '0' || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// authentic classifies the errors of age's reader.
type authentic struct{ r io.ReaderAt }

func (a authentic) ReadAt(p []byte, off int64) (int, error) {
	n, err := a.r.ReadAt(p, off)
	switch {
	case err == nil, err == io.EOF:
		return n, err
	case fault.Of(err) != "":
		return n, err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, fault.New(fault.Truncated, "read age file: became shorter")
	}
	return n, fault.New(fault.Tampered, "read age file: a piece at byte %d does not authenticate", off+int64(n))
}

// sourced gives errors of the source a class, so that they are not taken for
// errors of the content.
type sourced struct{ r io.ReaderAt }

func (s sourced) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.r.ReadAt(p, off)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = fault.Default(fault.Storage, err)
	}
	return n, err
}

// diagnosis tells why the end of an age file does not open: cut, or changed.
// It looks at bytes that are not authentic, only to choose the word.
type diagnosis struct {
	src         io.ReaderAt
	start, size int64
	fileKey     []byte

	key []byte // of the payload
}

func (d *diagnosis) finding() error {
	const cut = "open age file: it was cut"
	const changed = "open age file: its end does not authenticate"

	nonce := make([]byte, ageNonce)
	payload := d.size - d.start - ageNonce
	if payload < chacha20poly1305.Overhead {
		return fault.New(fault.Truncated, cut)
	}
	if _, err := d.src.ReadAt(nonce, d.start); err != nil {
		return fault.New(fault.Truncated, cut)
	}
	key, err := hkdf.Key(sha256.New, d.fileKey, nonce, "payload", chacha20poly1305.KeySize)
	if err != nil {
		return fault.New(fault.Tampered, changed)
	}
	d.key = key

	index := (payload - 1) / ageEncrypted
	last := d.chunk(index, payload)
	var before []byte
	if index > 0 {
		previous := d.chunk(index-1, payload)
		if _, ok := d.open(index-1, previous, true); ok {
			return fault.New(fault.Tampered, "open age file: bytes behind the end")
		}
		plain, ok := d.open(index-1, previous, false)
		if !ok {
			return fault.New(fault.Tampered, changed)
		}
		before = plain
	}
	if _, ok := d.open(index, last, false); ok {
		return fault.New(fault.Truncated, cut)
	}
	if len(last) == ageEncrypted {
		return fault.New(fault.Tampered, changed)
	}
	if _, ok := d.open(index, last, true); ok {
		return fault.New(fault.Tampered, changed) // an empty last chunk
	}
	if looksWhole(append(before, d.stream(index, last)...)) {
		return fault.New(fault.Tampered, changed)
	}
	return fault.New(fault.Truncated, cut)
}

// chunk reads the index-th encrypted chunk, the last one being short.
func (d *diagnosis) chunk(index, payload int64) []byte {
	off := index * ageEncrypted
	b := make([]byte, min(ageEncrypted, payload-off))
	n, _ := d.src.ReadAt(b, d.start+ageNonce+off)
	return b[:n]
}

func chunkNonce(index int64, last bool) []byte {
	nonce := make([]byte, chacha20poly1305.NonceSize)
	for i := range 8 {
		nonce[10-i] = byte(index >> (8 * i))
	}
	if last {
		nonce[11] = 1
	}
	return nonce
}

func (d *diagnosis) open(index int64, chunk []byte, last bool) ([]byte, bool) {
	aead, err := chacha20poly1305.New(d.key)
	if err != nil {
		return nil, false
	}
	plain, err := aead.Open(nil, chunkNonce(index, last), chunk, nil)
	return plain, err == nil
}

// stream decrypts a last chunk without authentication, its tag included.
func (d *diagnosis) stream(index int64, chunk []byte) []byte {
	c, err := chacha20.NewUnauthenticatedCipher(d.key, chunkNonce(index, true))
	if err != nil {
		return nil
	}
	c.SetCounter(1)
	out := make([]byte, len(chunk))
	c.XORKeyStream(out, chunk)
	return out
}

// looksWhole reports whether text, which ends with a 16-byte tag and perhaps
// strangers, ends as a ZIP, a tar or JSON Lines does.
func looksWhole(text []byte) bool {
	body := len(text) - chacha20poly1305.Overhead
	if body <= 0 {
		return false
	}
	if at := body - zipEndLen; at >= 0 && nearly(text[at:at+4], zipEndSignature) {
		return true
	}
	if at := bytes.LastIndex(text, []byte(zipEndSignature)); at >= 0 && at+zipEndLen <= body {
		return true
	}
	tail := text[max(0, body-512):body]
	if len(tail) == 512 && bytes.Count(tail, []byte{0}) >= 511 {
		return true
	}
	// In a cut file what stands for the tag is more text, or, where the cut went
	// through a chunk that was not the last, everything is noise.
	end := text[body-1]
	return (end == '\n' || end == '}' || end == ']') && !isText(text[body:]) && readable(text[max(0, body-64):body])
}

// readable reports whether most of b is ASCII, as the end of JSON is.
func readable(b []byte) bool {
	n := 0
	for _, c := range b {
		if c >= ' ' && c < 0x7F || c == '\n' || c == '\r' || c == '\t' {
			n++
		}
	}
	return 4*n >= 3*len(b)
}

// nearly reports whether b is the signature but for one byte.
func nearly(b []byte, signature string) bool {
	differing := 0
	for i := range signature {
		if b[i] != signature[i] {
			differing++
		}
	}
	return differing <= 1
}

// dearmor decodes an armored file whole: armor has no random access.
func dearmor(src io.ReaderAt, size int64, limits Limits) ([]byte, error) {
	if size > limits.Armor {
		return nil, fault.New(fault.Limit, "read armored age file: larger than %d bytes", limits.Armor)
	}
	raw, err := io.ReadAll(armor.NewReader(io.NewSectionReader(src, 0, size)))
	switch {
	case err == nil:
		return raw, nil
	case fault.Of(err) != "":
		return nil, fmt.Errorf("read armored age file: %w", err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fault.New(fault.Truncated, "read armored age file: ends too early")
	}
	return nil, fault.New(fault.Tampered, "read armored age file: malformed armor")
}

// Package sealed reads and writes sealed objects: bytes under AES-256-GCM that
// a recorder can make with WebCrypto alone (importer/envelope/FORMAT.md). It
// knows keys and bytes; what they are the recording of is for others.
package sealed

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"

	"hindsite.app/data/segment"
	"hindsite.app/player/fault"
)

// Form is the shape of a sealed object.
type Form string

// The forms.
const (
	Stream Form = "seal" // a key in JWEs, then a stream of segments
	JWE    Form = "jwe"  // everything in one JWE
)

// Limits of sealed objects, in bytes.
const (
	MaxJWE     = 16 << 20 // plaintext of an object of form JWE
	maxJWEText = MaxJWE/3*4 + maxHeader + 8<<10
	maxHead    = 64 << 10 // JWEs before a stream
	maxTo      = 32       // recipients
	maxDEK     = 4 << 10  // plaintext of a JWE before a stream
	maxSID     = 256
	maxAAD     = 1024
)

// SniffLen is how many bytes Is looks at, at most.
const SniffLen = 256

// begins is how the base64url of {" begins, and with it every JWE.
const begins = "eyJ"

// Is reports whether a file that begins with prefix is a sealed object, as far
// as its first SniffLen bytes tell.
func Is(prefix []byte) bool {
	if !bytes.HasPrefix(prefix, []byte(begins)) {
		return false
	}
	for _, c := range prefix[:min(len(prefix), SniffLen)] {
		if c == '.' {
			return true
		}
		if !isBase64URL(c) {
			return false
		}
	}
	return len(prefix) >= SniffLen
}

func isBase64URL(c byte) bool {
	return c == '-' || c == '_' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// Object is the content of an opened sealed object. Reading it yields authentic
// bytes, and io.EOF only at the end; an error is final. It is for one
// goroutine.
type Object struct {
	Form    Form
	Session string // that the recorder named; "" for none
	content io.Reader
}

// Read implements io.Reader.
func (o *Object) Read(p []byte) (int, error) { return o.content.Read(p) }

// dek is the plaintext of a JWE before a stream.
type dek struct {
	K   string `json:"k"`
	SID string `json:"sid,omitzero"`
	AAD string `json:"aad,omitzero"`
}

// Open opens the sealed object that r holds. What stands before a stream, or a
// whole JWE, is read at once; the rest of a stream as it is asked for.
//
// Errors, also of reading: fault.NoKey, fault.Unsupported for what is known and
// not read, fault.Tampered, fault.Truncated, fault.Limit, and those of r, which
// become fault.Storage unless they have a class.
func Open(r io.Reader, keys []*Key) (*Object, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	head, stream, err := readHead(buffered)
	if err != nil {
		return nil, err
	}
	if stream {
		return openStream(head, buffered, keys)
	}
	c, err := parseCompact(head)
	if err != nil {
		return nil, err
	}
	plain, err := c.decrypt(keys)
	if err != nil {
		return nil, err
	}
	if len(plain) > MaxJWE {
		return nil, errLarge()
	}
	return &Object{Form: JWE, content: bytes.NewReader(plain)}, nil
}

// readHead reads up to where a stream begins, which is the first byte that no
// JWE and no line feed between them can have, or to the end.
func readHead(r *bufio.Reader) (head []byte, stream bool, err error) {
	for {
		piece, err := r.ReadSlice(segment.HeaderSize)
		head = append(head, piece...)
		switch {
		case err == nil:
			head = head[:len(head)-1]
			if len(head) > maxHead {
				return nil, false, fault.New(fault.Limit, "read sealed object: more than 64 KiB before its content")
			}
			return head, true, r.UnreadByte()
		case errors.Is(err, io.EOF):
			head = bytes.TrimRight(head, "\r\n")
			if len(head) > maxJWEText {
				return nil, false, errLarge()
			}
			return head, false, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, false, fault.Default(fault.Storage, fmt.Errorf("read sealed object: %w", err))
		case len(head) > maxJWEText:
			return nil, false, errLarge()
		}
	}
}

func errLarge() error {
	return fault.New(fault.Limit, "read sealed object: a JWE of more than %d bytes of content", MaxJWE)
}

func openStream(head []byte, body io.Reader, keys []*Key) (*Object, error) {
	lines := bytes.Split(bytes.TrimRight(head, "\r\n"), []byte("\n"))
	if len(lines) > maxTo {
		return nil, fault.New(fault.Limit, "read sealed object: more than %d recipients", maxTo)
	}
	var none error
	for _, line := range lines {
		c, err := parseCompact(line)
		if err != nil {
			return nil, err
		}
		plain, err := c.decrypt(keys)
		if fault.Of(err) == fault.NoKey {
			none = err
			continue
		}
		if err != nil {
			return nil, err
		}
		return openBody(plain, body)
	}
	return nil, none
}

func openBody(plain []byte, body io.Reader) (*Object, error) {
	defer clear(plain)
	if len(plain) > maxDEK {
		return nil, fault.New(fault.Limit, "read sealed object: its key is larger than 4 KiB")
	}
	var d dek
	if err := json.Unmarshal(plain, &d); err != nil {
		return nil, malformed("its key is malformed")
	}
	key, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(d.K))
	switch {
	case err != nil || len(key) != segment.KeySize:
		return nil, malformed("its key is not one of 256 bits")
	case len(d.SID) > maxSID || len(d.AAD) > maxAAD || strings.ContainsFunc(d.SID, unicode.IsControl):
		return nil, malformed("its session or context is too long or holds control characters")
	}
	return &Object{
		Form: Stream, Session: d.SID,
		content: segment.NewReader(body, segment.Standard, key, []byte(d.AAD)),
	}, nil
}

// Seal returns plain as a sealed object of form Stream, under a key of its own,
// for the recipients. The session may be ""; context is bound to the content
// and tells two objects of one session apart.
func Seal(plain []byte, to []*Public, session, context string) ([]byte, error) {
	if len(to) == 0 || len(to) > maxTo {
		return nil, fault.New(fault.Limit, "seal: %d recipients, allowed are 1 to %d", len(to), maxTo)
	}
	if len(session) > maxSID || len(context) > maxAAD {
		return nil, fault.New(fault.Limit, "seal: session or context is too long")
	}
	key := make([]byte, segment.KeySize)
	_, _ = rand.Read(key) // never fails
	defer clear(key)
	carried, err := json.Marshal(dek{K: base64.StdEncoding.EncodeToString(key), SID: session, AAD: context})
	if err != nil {
		return nil, fault.New(fault.Schema, "seal: session or context is not UTF-8")
	}
	defer clear(carried)
	var out bytes.Buffer
	for i, p := range to {
		if i > 0 {
			out.WriteByte('\n')
		}
		head, err := encrypt(p, carried)
		if err != nil {
			return nil, err
		}
		out.Write(head)
	}
	w, err := segment.NewWriter(&out, segment.Standard, key, []byte(context))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return out.Bytes(), nil
}

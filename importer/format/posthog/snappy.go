package posthog

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/snappy"

	"hindsite.app/player/fault"
)

// PostHog stores a run of events as one block of Snappy, in its block format,
// which has no signature of its own: a length, then literals and copies. Its
// interface puts the length of each block in front of it, four bytes, the
// highest first.

// mostBlock bounds what one block claims to hold.
const mostBlock = 256 << 20

// isBlock recognises a block of Snappy that begins with JSON: text begins with
// a literal.
func isBlock(b []byte) bool {
	size, n := binary.Uvarint(b)
	if n <= 0 || n > 5 || size == 0 || size > mostBlock || len(b) <= n {
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

const prefixSize = 4

func isPrefixed(b []byte) bool {
	return len(b) > 2*prefixSize && b[0] == 0 && isBlock(b[prefixSize:])
}

// split returns the blocks of a stored object, which are parts of b.
func split(b []byte) ([][]byte, error) {
	if isBlock(b) && !isPrefixed(b) {
		return [][]byte{b}, nil
	}
	if !isPrefixed(b) {
		return nil, unreadable(b)
	}
	var blocks [][]byte
	for len(b) > 0 {
		if len(b) < prefixSize {
			return nil, fault.New(fault.Truncated, "read block: its length ends too early")
		}
		n := int64(binary.BigEndian.Uint32(b))
		if b = b[prefixSize:]; n > int64(len(b)) {
			return nil, fault.New(fault.Truncated, "read block: ends too early")
		}
		blocks = append(blocks, b[:n])
		b = b[n:]
	}
	return blocks, nil
}

// unreadable says why an object without blocks cannot be read. Blocks that
// PostHog encrypted look like noise.
func unreadable(b []byte) error {
	if len(b) >= 64 && !bytes.ContainsAny(b[:min(len(b), 64)], "\x00") && noisy(b[:min(len(b), 4096)]) {
		return fault.New(fault.Unsupported, "read block: no Snappy, and it looks encrypted; PostHog keeps the key of an encrypted block, so that only its interface gives it in clear")
	}
	return fault.New(fault.Schema, "read block: neither Snappy nor text")
}

// noisy reports whether the bytes are as even as those of a cipher.
func noisy(b []byte) bool {
	var counts [256]int
	distinct, most := 0, 0
	for _, c := range b {
		if counts[c]++; counts[c] == 1 {
			distinct++
		}
		most = max(most, counts[c])
	}
	// n random bytes have about 256(1-e^(-n/256)) distinct values.
	return distinct >= 256*len(b)/(256+len(b))*9/10 && most <= 8+len(b)/32
}

// unpacked reads the content of blocks, a line feed between them.
type unpacked struct {
	blocks [][]byte
	text   []byte
	spent  int64
	limit  int64
	last   byte
}

func (u *unpacked) Read(p []byte) (int, error) {
	for len(u.text) == 0 {
		if len(u.blocks) == 0 {
			return 0, io.EOF
		}
		if u.last != 0 && u.last != '\n' {
			u.text, u.last = []byte{'\n'}, '\n'
			break
		}
		if err := u.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, u.text)
	u.text = u.text[n:]
	return n, nil
}

func (u *unpacked) next() error {
	block := u.blocks[0]
	u.blocks = u.blocks[1:]
	size, err := snappy.DecodedLen(block)
	if err != nil || size > mostBlock {
		return fault.New(fault.Tampered, "read block: its Snappy is damaged")
	}
	if u.spent += int64(size); u.spent > u.limit {
		return fault.New(fault.Limit, "read blocks: more than %d bytes", u.limit)
	}
	// A byte of Snappy makes 22 at most, so that a small block cannot claim much.
	if size > 32*len(block)+64 {
		return fault.New(fault.Tampered, "read block: it claims more than it can hold")
	}
	text, err := snappy.Decode(nil, block)
	if err != nil {
		return fault.New(fault.Tampered, "read block: its Snappy is damaged")
	}
	if u.text = text; len(text) > 0 {
		u.last = text[len(text)-1]
	}
	return nil
}

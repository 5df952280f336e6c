package openreplay

import (
	"errors"
	"strings"
)

var (
	errShort   = errors.New("ends in the middle of a message")
	errUnknown = errors.New("a message of a kind that is not known")
	errNumber  = errors.New("a number that is too large")
)

// maxUint bounds numbers: those of the recorder are JavaScript's.
const maxUint = 1 << 53

// readUint reads a number in groups of seven bits, the lowest first, and
// returns what is behind it.
func readUint(b []byte) (n uint64, rest []byte, err error) {
	for i := 0; i < len(b); i++ {
		if i == 8 {
			return 0, nil, errNumber
		}
		n |= uint64(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			if n > maxUint {
				return 0, nil, errNumber
			}
			return n, b[i+1:], nil
		}
	}
	return 0, nil, errShort
}

// unzigzag undoes the encoding of signed numbers: 0, -1, 1, -2, …
func unzigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }

// readText reads a text with its length in bytes in front. The text is a part
// of b.
func readText(b []byte) (text, rest []byte, err error) {
	n, rest, err := readUint(b)
	if err != nil {
		return nil, nil, err
	}
	if n > uint64(len(rest)) {
		return nil, nil, errShort
	}
	return rest[:n], rest[n:], nil
}

// maxFields is the number of fields of the largest message.
const maxFields = 18

// fields are the fields of one message, by their places.
type fields struct {
	numbers [maxFields]int64
	texts   [maxFields][]byte
}

// read reads the fields that shape says from the beginning of b and returns
// what is behind them.
func (f *fields) read(shape string, b []byte) (rest []byte, err error) {
	for i := range len(shape) {
		switch shape[i] {
		case 's':
			f.texts[i], b, err = readText(b)
		case 'b':
			if len(b) == 0 {
				return nil, errShort
			}
			f.numbers[i], b = int64(b[0]), b[1:]
		default:
			var n uint64
			n, b, err = readUint(b)
			f.numbers[i] = int64(n)
			if shape[i] == 'i' {
				f.numbers[i] = unzigzag(n)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (f *fields) num(i int) int64 { return f.numbers[i] }

func (f *fields) yes(i int) bool { return f.numbers[i] != 0 }

// text returns field i as text that can stand in JSON. No page holds the NUL
// character.
func (f *fields) text(i int) string { return clean(f.texts[i]) }

func clean(b []byte) string {
	s := strings.ToValidUTF8(string(b), "\ufffd")
	return strings.ReplaceAll(s, "\x00", "\ufffd")
}

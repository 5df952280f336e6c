package openreplay

import (
	"errors"

	"hindsite.app/player/fault"
)

// ErrEncrypted says that a file is encrypted as OpenReplay does it, so that it
// is not imported. Key.Decrypt opens such files.
var ErrEncrypted = errors.New("it looks encrypted, in a way that does not show changes")

// notMob says what is wrong with a file that holds no messages.
func notMob(name string, data []byte) error {
	if k, ok := mobileIn(data); ok {
		return mobileError(mobileNames[k])
	}
	if IsMob(name) && looksEncrypted(data) {
		return fault.New(fault.Unsupported, "read OpenReplay file: %w", ErrEncrypted)
	}
	return fault.New(fault.Schema, "read OpenReplay file: no messages in it")
}

func mobileError(name string) error {
	return fault.New(fault.Unsupported, "read OpenReplay file: it is the recording of a mobile application (%s), which holds pictures of screens and no page", name)
}

// mobileIn reports whether the file begins like a mobile recording.
func mobileIn(data []byte) (kind, bool) {
	candidates, skip := headerOf(data)
	for _, l := range candidates {
		p, _, err := l.next(data[skip:])
		if k := kind(min(p.kind, 255)); err == nil && p.timed() && mobileNames[k] != "" {
			return k, true
		}
		if err != errUnknown || mobileNames[kind(min(p.kind, 255))] == "" {
			continue
		}
		// Without a size the time stands right behind the kind, which is one byte.
		at := skip + 1
		if l == indexed {
			at += 8
		}
		if ms, _, err := readUint(data[min(at, len(data)):]); err == nil && believable(int64(ms)) {
			return kind(p.kind), true
		}
	}
	return 0, false
}

// looksEncrypted reports whether the bytes are as even as those of a cipher:
// in the first 4096, no value is frequent. Messages hold many zeros and much
// text.
func looksEncrypted(data []byte) bool {
	data = data[:min(len(data), 4096)]
	if len(data) < 64 {
		return false
	}
	var counts [256]int
	distinct, most := 0, 0
	for _, b := range data {
		if counts[b]++; counts[b] == 1 {
			distinct++
		}
		most = max(most, counts[b])
	}
	// n random bytes have about 256(1-e^(-n/256)) distinct values; text has
	// fewer than half of all, and its most frequent byte is a tenth of it.
	expected := 256 * len(data) / (256 + len(data))
	return distinct >= expected*9/10 && most <= 8+len(data)/32
}

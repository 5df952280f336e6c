package openreplay

import (
	"encoding/binary"
	"errors"
)

// layout is how messages stand in a file.
type layout int

const (
	unknownLayout layout = iota
	sized                // in batches as the tracker sent them, each message with its size
	indexed              // each message with an index of eight bytes in front
	plain                // one behind the other
)

// headerSize is the length of the header of a file that has one.
const headerSize = 8

// headerOf returns the layouts that a file can have by its header, the
// likelier first, and the length of the header.
func headerOf(data []byte) (candidates []layout, skip int) {
	if len(data) < headerSize {
		return []layout{sized, indexed, plain}, 0
	}
	for _, b := range data[:headerSize-1] {
		if b != 0xff {
			return []layout{sized, indexed, plain}, 0
		}
	}
	switch data[headerSize-1] {
	case 0xff:
		return []layout{indexed, plain}, headerSize
	case 0xfe, 0xfd:
		return []layout{sized, plain}, headerSize
	}
	return []layout{sized, indexed, plain}, 0
}

// sampleSize is how many messages are read to find out the layout.
const sampleSize = 256

// layoutOf finds out how messages stand in data. It is unknown when they
// stand in no way: what is read must make sense, and say when it happened.
func layoutOf(data []byte) (layout, int) {
	candidates, skip := headerOf(data)
	best, most := unknownLayout, 0
	for _, l := range candidates {
		if n, timed := l.sample(data[skip:]); timed && n > most {
			best, most = l, n
		}
	}
	return best, skip
}

// sample returns how many bytes at the beginning of data make sense in layout
// l, 0 when they do not, and whether they say a time.
func (l layout) sample(data []byte) (n int, timed bool) {
	rest, read := data, 0
	for ; read < sampleSize && len(rest) > 0; read++ {
		m, next, err := l.next(rest)
		if err != nil {
			// A file may end in the middle, but not after nothing.
			if !errors.Is(err, errShort) || read == 0 {
				return 0, false
			}
			break
		}
		timed = timed || m.timed()
		rest = next
	}
	return len(data) - len(rest), timed
}

// piece is one message as it stands in a file.
type piece struct {
	kind  uint64
	index uint64 // of the indexed layout
	body  []byte // its fields
}

// timed reports whether the piece says a time that can be believed.
func (p piece) timed() bool {
	var f fields
	switch {
	case p.kind == uint64(timestamp):
		_, err := f.read(shapes[timestamp], p.body)
		return err == nil && believable(f.num(0))
	case p.kind == uint64(batchMetadata):
		_, err := f.read(shapes[batchMetadata], p.body)
		return err == nil && believable(f.num(3))
	case mobileNames[kind(min(p.kind, 255))] != "":
		ms, _, err := readUint(p.body)
		return err == nil && believable(int64(ms))
	}
	return false
}

// The wall times that are believed, in milliseconds: the years 2000 to 2100.
func believable(ms int64) bool { return ms >= 946_684_800_000 && ms <= 4_102_444_800_000 }

// next reads the first message of data.
func (l layout) next(data []byte) (p piece, rest []byte, err error) {
	rest = data
	if l == indexed {
		if len(rest) < 8 {
			return p, nil, errShort
		}
		p.index, rest = binary.LittleEndian.Uint64(rest), rest[8:]
		if p.index > maxUint {
			return p, nil, errNumber
		}
	}
	if p.kind, rest, err = readUint(rest); err != nil {
		return p, nil, err
	}
	if l == sized && p.kind != uint64(batchMetadata) && p.kind != uint64(partition) {
		return sizedBody(p, rest)
	}
	shape, known := shapes[kind(min(p.kind, 255))]
	if !known {
		return p, nil, errUnknown
	}
	var f fields
	behind, err := f.read(shape, rest)
	if err != nil {
		return p, nil, err
	}
	p.body = rest[:len(rest)-len(behind)]
	return p, behind, nil
}

// sizedBody takes a body that says its size, so that messages of other kinds
// can be passed over.
func sizedBody(p piece, rest []byte) (piece, []byte, error) {
	if p.kind > 255 || p.kind == 80 {
		return p, nil, errUnknown
	}
	if len(rest) < 3 {
		return p, nil, errShort
	}
	size := int(rest[0]) | int(rest[1])<<8 | int(rest[2])<<16
	if rest = rest[3:]; size > len(rest) {
		return p, nil, errShort
	}
	p.body = rest[:size]
	return p, rest[size:], nil
}

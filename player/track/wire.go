// Package track turns the tracks of a recording into bytes and back: columns
// of small integers, so that they compress well, and a document stream cut
// into chunks that each begin with a keyframe. FORMAT.md describes the bytes.
package track

import (
	"encoding/binary"
	"errors"
	"math"

	"hindsite.app/player/recording"
)

// ErrCorrupt says that bytes are not what this package wrote.
var ErrCorrupt = errors.New("stored track is damaged")

// writer appends values to a buffer. Strings are written once and then named
// by their number.
type writer struct {
	buf     []byte
	strings map[string]uint64
}

func newWriter(version uint64) *writer {
	w := &writer{strings: map[string]uint64{}}
	w.uint(version)
	return w
}

func (w *writer) uint(v uint64) { w.buf = binary.AppendUvarint(w.buf, v) }
func (w *writer) int(v int64)   { w.buf = binary.AppendVarint(w.buf, v) }
func (w *writer) count(n int)   { w.uint(uint64(n)) }
func (w *writer) float(f float32) {
	w.buf = binary.LittleEndian.AppendUint32(w.buf, math.Float32bits(f))
}
func (w *writer) double(f float64) {
	w.buf = binary.LittleEndian.AppendUint64(w.buf, math.Float64bits(f))
}
func (w *writer) byte(b byte)              { w.buf = append(w.buf, b) }
func (w *writer) node(id recording.NodeID) { w.int(int64(id)) }

func (w *writer) bool(b bool) {
	if b {
		w.byte(1)
		return
	}
	w.byte(0)
}

func (w *writer) string(s string) {
	if n, ok := w.strings[s]; ok {
		w.uint(n)
		return
	}
	w.strings[s] = uint64(len(w.strings) + 1)
	w.uint(0)
	w.count(len(s))
	w.buf = append(w.buf, s...)
}

// times writes a column of ascending times as differences.
func times[T any](w *writer, items []T, at func(*T) recording.Time) {
	last := recording.Time(0)
	for i := range items {
		t := at(&items[i])
		w.int(int64(t - last))
		last = t
	}
}

// column writes one value of every item.
func column[T any](items []T, write func(*T)) {
	for i := range items {
		write(&items[i])
	}
}

// reader takes values from a buffer. The first error stays; after it every
// value is zero.
type reader struct {
	buf     []byte
	text    string // all bytes, of which strings are parts: one allocation for all
	strings []string
	err     error
}

func newReader(buf []byte, version uint64) *reader {
	r := &reader{buf: buf, text: string(buf)}
	if r.uint() != version {
		r.fail()
	}
	return r
}

func (r *reader) fail() {
	if r.err == nil {
		r.err = ErrCorrupt
	}
	r.buf = nil
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.buf)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.buf = r.buf[n:]
	return v
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.buf)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.buf = r.buf[n:]
	return v
}

// count reads the length of a list whose items take at least one byte each.
func (r *reader) count() int {
	n := r.uint()
	if n > uint64(len(r.buf)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.buf) {
		r.fail()
		return make([]byte, n)
	}
	b := r.buf[:n]
	r.buf = r.buf[n:]
	return b
}

func (r *reader) float() float32 {
	return math.Float32frombits(binary.LittleEndian.Uint32(r.bytes(4)))
}

func (r *reader) double() float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(r.bytes(8)))
}

func (r *reader) byte() byte             { return r.bytes(1)[0] }
func (r *reader) bool() bool             { return r.byte() != 0 }
func (r *reader) node() recording.NodeID { return recording.NodeID(r.int()) }

func (r *reader) string() string {
	n := r.uint()
	if n > 0 {
		if n > uint64(len(r.strings)) {
			r.fail()
			return ""
		}
		return r.strings[n-1]
	}
	size := r.uint()
	if size > uint64(len(r.buf)) {
		r.fail()
		return ""
	}
	from := len(r.text) - len(r.buf)
	s := r.text[from : from+int(size)]
	r.buf = r.buf[size:]
	r.strings = append(r.strings, s)
	return s
}

func readTimes[T any](r *reader, items []T, set func(*T, recording.Time)) {
	last := recording.Time(0)
	for i := range items {
		last += recording.Time(r.int())
		set(&items[i], last)
	}
}

// list makes room for the items that follow, each of which takes at least size
// bytes, so that a damaged count cannot ask for much more than is there.
func list[T any](r *reader, size int) []T {
	n := r.count()
	if n > len(r.buf)/size {
		r.fail()
	}
	if r.err != nil || n == 0 {
		return nil
	}
	return make([]T, n)
}

func done[T any](r *reader, items T) (T, error) {
	if r.err != nil {
		var none T
		return none, r.err
	}
	return items, nil
}

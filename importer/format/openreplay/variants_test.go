package openreplay

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }

// pieces returns the messages of the real recording of version 1, each as it
// stands there without its index.
func pieces(t testing.TB, name string, data []byte) (out [][]byte) {
	t.Helper()
	_, skip := headerOf(data)
	data = data[skip:]
	for len(data) > 0 {
		_, rest, err := indexed.next(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, data[8:len(data)-len(rest)])
		data = rest
	}
	return out
}

func header(version byte) []byte { return []byte{255, 255, 255, 255, 255, 255, 255, version} }

// withSizes writes messages as the tracker does: in a batch, each with its size.
func withSizes(pieces [][]byte) []byte {
	out := []byte{81, 2, 0, 0}
	out = binary.AppendUvarint(out, 2*1_700_000_000_000) // zigzag
	out = append(out, 0)
	for _, p := range pieces {
		kind, n := binary.Uvarint(p)
		body := p[n:]
		out = binary.AppendUvarint(out, kind)
		out = append(out, byte(len(body)), byte(len(body)>>8), byte(len(body)>>16))
		out = append(out, body...)
	}
	return out
}

func withIndexes(pieces [][]byte) (out []byte) {
	for i, p := range pieces {
		out = append(binary.LittleEndian.AppendUint64(out, uint64(i+1)), p...)
	}
	return out
}

// Every layout that was ever written holds the same session.
func TestAllHeadersHoldTheSame(t *testing.T) {
	all := pieces(t, "dom.mobs", readFile(t, "v1/dom.mobs"))
	want := decode(t, []part{{"dom.mobs", readFile(t, "v1/dom.mobs")}}).Recording
	plainBytes := slices.Concat(all...)
	for name, data := range map[string][]byte{
		"v0 with indexes":   withIndexes(all),
		"v0 without":        plainBytes,
		"v1 with indexes":   append(header(0xff), withIndexes(all)...),
		"v1 without":        append(header(0xff), plainBytes...),
		"v2 with sizes":     append(header(0xfe), withSizes(all)...),
		"v3 with sizes":     append(header(0xfd), withSizes(all)...),
		"v3 without":        append(header(0xfd), plainBytes...),
		"sizes, no header":  withSizes(all),
		"a repeated batch":  append(append(header(0xfe), withSizes(all)...), withSizes(all)...),
		"repeated messages": append(append(header(0xff), withIndexes(all)...), withIndexes(all)...),
	} {
		t.Run(name, func(t *testing.T) {
			got := decode(t, []part{{"dom.mobs", data}}).Recording
			if len(got.Changes) != len(want.Changes) || len(got.Interactions) != len(want.Interactions) || len(got.Pointers) != len(want.Pointers) {
				t.Fatalf("%d changes, %d interactions, %d moves; want %d, %d, %d", len(got.Changes), len(got.Interactions), len(got.Pointers),
					len(want.Changes), len(want.Interactions), len(want.Pointers))
			}
			if got.Start != want.Start || got.Duration != want.Duration {
				t.Errorf("from %v for %v, want %v for %v", got.Start, got.Duration, want.Start, want.Duration)
			}
		})
	}
}

func TestPartsThatAreCutInAMessageGoOn(t *testing.T) {
	for _, dir := range []string{"v1", "v2"} {
		whole := readFile(t, dir+"/dom.mobs")
		want := decode(t, []part{{"dom.mobs", whole}})
		for _, at := range []int{len(whole) / 3, len(whole) / 2, len(whole) - 5} {
			got := decode(t, []part{{"dom.mobs", whole[:at]}, {"dom.mobe", whole[at:]}})
			if len(got.Recording.Changes) != len(want.Recording.Changes) {
				t.Errorf("%s cut at %d: %d changes, want %d", dir, at, len(got.Recording.Changes), len(want.Recording.Changes))
			}
			alone := decode(t, []part{{"dom.mobs", whole[:at]}})
			if n := len(alone.Recording.Changes); n == 0 || n > len(want.Recording.Changes) {
				t.Errorf("%s first %d bytes: %d changes", dir, at, n)
			}
		}
	}
}

func TestUnknownMessages(t *testing.T) {
	all := pieces(t, "dom.mobs", readFile(t, "v1/dom.mobs"))
	stranger := []byte{88, 1, 2, 3}
	middle := len(all) / 2
	mixed := slices.Insert(slices.Clone(all), middle, stranger)
	s := decode(t, []part{{"dom.mobs", append(header(0xfe), withSizes(mixed)...)}})
	if s.Anomalies[format.UnknownEvent] != 1 || s.Anomalies[format.EndsEarly] != 0 {
		t.Errorf("with sizes: %v, want one unknown event", s.Anomalies)
	}
	s = decode(t, []part{{"dom.mobs", append(header(0xff), withIndexes(mixed)...)}})
	if s.Anomalies[format.EndsEarly] != 1 {
		t.Errorf("without sizes: %v, want that it ends early", s.Anomalies)
	}
}

func TestMobileRecordingsAreRefusedByName(t *testing.T) {
	body := binary.AppendUvarint(nil, 1_790_000_000_000)
	screen := append(append([]byte{96}, body...), 3, 0, 0, 0, 0)
	for name, data := range map[string][]byte{
		"indexed": append(header(0xff), append(make([]byte, 8), screen...)...),
		"sized":   append(header(0xfe), withSizes([][]byte{screen, screen})...),
	} {
		_, err := tryDecode(t, []part{{"dom.mobs", data}}, limits())
		if fault.Of(err) != fault.Unsupported || !strings.Contains(err.Error(), "MobileScreenChanges") {
			t.Errorf("%s: %v, want a refusal by name", name, err)
		}
	}
}

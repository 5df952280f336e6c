package envelope

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"io"
	"runtime"
	"testing"

	"github.com/klauspost/compress/zstd"

	"hindsite.app/player/fault"
)

// runs is a Zstandard frame of n blocks that each stand for 128 KiB of one byte
// (RFC 8878, section 3.1.1.2): four bytes a block.
func runs(n int) []byte {
	const blockSize, runLength, last = 128 << 10, 1, 1
	b := binary.LittleEndian.AppendUint32(nil, 0xFD2FB528)
	b = append(b, 0, (17-10)<<3) // no content size, no checksum; window of 128 KiB
	for i := range n {
		head := uint32(blockSize<<3 | runLength<<1)
		if i == n-1 {
			head |= last
		}
		b = append(b, byte(head), byte(head>>8), byte(head>>16), 'x')
	}
	return b
}

// allocated returns how many bytes f allocates, which is no less than it holds
// at its peak.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Cases 49 and 51 of the security design, section 3.3.
func TestBombs(t *testing.T) {
	bomb := runs(16 << 10)
	if len(bomb) > 66_000 {
		t.Fatalf("%d bytes", len(bomb))
	}
	for _, c := range []struct {
		name string
		in   []byte
		want fault.Class
	}{
		{"case 49 65 KB that become 2 GiB", bomb, fault.Limit},
		{"case 49 the same in an archive", listing{
			lines: []string{session("bad", part("1", bomb, 1))}, files: []file{{name: "1", body: bomb}},
		}.zip(t), fault.Limit},
		{"case 51 gzip bomb", gzipped(t, bytes.Repeat([]byte("{\"type\":4}\n"), 6<<20)), fault.Limit},
		{"case 51 gzip and garbage", append(gzipped(t, twoLines), "garbage"...), fault.Tampered},
		{"case 51 gzip twice, a bomb", gzipped(t, gzipped(t, bytes.Repeat([]byte("{\"type\":4}\n"), 6<<20))), fault.Limit},
	} {
		t.Run(c.name, func(t *testing.T) {
			var err error
			n := allocated(func() { err = readFirst(c.in) })
			if fault.Of(err) != c.want || n > 100<<20 {
				t.Errorf("%v (%s), want %s; %d bytes allocated", err, fault.Of(err), c.want, n)
			}
		})
	}
}

// readFirst opens an archive and reads what is in it.
func readFirst(b []byte) error {
	a, err := openBytes(b, "", Keys{})
	if err != nil {
		return err
	}
	for item, err := range a.Items(context.Background()) {
		if err != nil {
			return err
		}
		r, err := item.Open(context.Background())
		if err != nil {
			return err
		}
		defer r.Close()
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
	}
	return nil
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The library's own limit on memory is none on what a stream becomes: hence the
// limit of inflate. DecodeAll heeds it.
func TestZstdStreamsBeyondItsMemory(t *testing.T) {
	const most = 64 << 20
	d, err := zstd.NewReader(bytes.NewReader(runs(1024)), zstd.WithDecoderMaxMemory(most)) // 128 MiB
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	n, err := io.Copy(io.Discard, d)
	if err == nil && n != 128<<20 {
		t.Errorf("%d bytes", n)
	}
	if err != nil {
		t.Logf("this version of zstd is mended: %v", err)
	}
	if _, err := d.DecodeAll(runs(1024), nil); err == nil {
		t.Error("DecodeAll does not heed its limit")
	}
	if _, err := zstd.NewReader(bytes.NewReader(runs(1)), zstd.WithDecoderMaxWindow(1<<10)); err != nil {
		t.Errorf("window: %v", err)
	}
}

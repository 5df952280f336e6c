package inflate

import (
	"bytes"
	stdgzip "compress/gzip"
	stdzlib "compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"hindsite.app/player/fault"
)

func gz(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := stdgzip.NewWriter(&out)
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zl(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := stdzlib.NewWriter(&out)
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zs(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bomb is a Zstandard frame of blocks that each repeat one byte 128 Ki times.
func bomb(blocks int) []byte {
	out := binary.LittleEndian.AppendUint32(nil, zstdMagic)
	out = append(out, 0x00, 0x40) // no checksum, unknown size, window 256 KiB
	for i := range blocks {
		header := uint32(128*kib)<<3 | blockRLE<<1
		if i == blocks-1 {
			header |= 1
		}
		out = append(out, byte(header), byte(header>>8), byte(header>>16), 'a')
	}
	return out
}

// window is the beginning of a frame with a window of 1<<log bytes.
func window(log int) []byte {
	out := binary.LittleEndian.AppendUint32(nil, zstdMagic)
	out = append(out, 0x00, byte(log-10)<<3)
	return append(out, 0x09, 0x00, 0x00, 'x') // one raw block of one byte, last
}

func skippable(size uint32, body int) []byte {
	out := binary.LittleEndian.AppendUint32(nil, zstdSkippableMagic+3)
	out = binary.LittleEndian.AppendUint32(out, size)
	return append(out, make([]byte, body)...)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func noise(n int) []byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

func read(in []byte, limits Limits) ([]byte, error) {
	r, err := Reader(bytes.NewReader(in), limits)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

var text = []byte(strings.Repeat(`{"type":3,"data":{"source":1}}`+"\n", 3000))

func TestSniff(t *testing.T) {
	tarball := make([]byte, 512)
	copy(tarball, "x\x9cname")
	copy(tarball[257:], "ustar")
	for _, c := range []struct {
		name string
		in   []byte
		want Kind
	}{
		{"nothing", nil, Plain},
		{"gzip", []byte{0x1F, 0x8B, 8, 0}, Gzip},
		{"gzip magic, unknown method", []byte{0x1F, 0x8B, 7, 0}, Plain},
		{"zlib", []byte{0x78, 0x9C}, Zlib},
		{"zstd", []byte{0x28, 0xB5, 0x2F, 0xFD}, Zstd},
		{"zstd skippable", []byte{0x5A, 0x2A, 0x4D, 0x18}, Zstd},
		{"json", []byte(`{"x":1}`), Plain},
		{"tar with a name like zlib", tarball, Plain},
	} {
		if got := Sniff(c.in); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestReaderYieldsContent(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []byte
		want []byte
	}{
		{"empty", nil, nil},
		{"plain", text, text},
		{"gzip", gz(t, text), text},
		{"gzip, two members", join(gz(t, text), gz(t, []byte("more"))), join(text, []byte("more"))},
		{"gzip, empty members between", join(gz(t, nil), gz(t, text), gz(t, nil)), text},
		{"zlib", zl(t, text), text},
		{"zstd", zs(t, text), text},
		{"zstd, two frames", join(zs(t, text), zs(t, text)), join(text, text)},
		{"zstd, small skippable frames", join(skippable(5, 5), zs(t, text), skippable(0, 0)), text},
		{"zstd in gzip in zlib", zl(t, gz(t, zs(t, text))), text},
		{"incompressible", zs(t, noise(300*kib)), noise(300 * kib)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := read(c.in, Limits{})
			if err != nil || !bytes.Equal(got, c.want) {
				t.Errorf("got %d bytes, %v; want %d", len(got), err, len(c.want))
			}
			r, err := Reader(iotest.OneByteReader(bytes.NewReader(c.in)), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			got, err = io.ReadAll(r)
			if err != nil || !bytes.Equal(got, c.want) {
				t.Errorf("byte by byte: got %d bytes, %v; want %d", len(got), err, len(c.want))
			}
		})
	}
}

// The cases of the security design, section 3.3, that concern compression.
func TestReaderRefuses(t *testing.T) {
	wrongSum := gz(t, text)
	wrongSum[len(wrongSum)-8] ^= 1
	wrongAdler := zl(t, text)
	wrongAdler[len(wrongAdler)-1] ^= 1
	wrongXXH := zs(t, text)
	wrongXXH[len(wrongXXH)-1] ^= 1
	dictionary := binary.LittleEndian.AppendUint32(nil, zstdMagic)
	dictionary = append(dictionary, 0x01, 0x40, 7, 0x01, 0, 0)

	for _, c := range []struct {
		name   string
		in     []byte
		limits Limits
		want   fault.Class
	}{
		{"49 zstd bomb, 64 KiB to 2 GiB", bomb(16384), Limits{}, fault.Limit},
		{"49 within the output limit, past the ratio", bomb(200), Limits{}, fault.Limit},
		{"50 zstd window of 512 MiB", window(29), Limits{}, fault.Limit},
		{"51 gzip bomb", gz(t, make([]byte, 32*mib)), Limits{}, fault.Limit},
		{"51 gzip and trailing garbage", join(gz(t, text), []byte("garbage")), Limits{}, fault.Tampered},
		{"51 gzip and one stray byte", join(gz(t, text), []byte{0x1F}), Limits{}, fault.Tampered},
		{"51 gzip and zeros", join(gz(t, text), make([]byte, 512)), Limits{}, fault.Tampered},
		{"zlib and trailing garbage", join(zl(t, text), []byte("g")), Limits{}, fault.Tampered},
		{"zstd and trailing garbage", join(zs(t, text), []byte("garbage")), Limits{}, fault.Tampered},
		{"zstd and one stray byte", join(zs(t, text), []byte{0x28}), Limits{}, fault.Tampered},
		{"52 zstd, wrong checksum", wrongXXH, Limits{}, fault.Tampered},
		{"52 zstd, cut", zs(t, text)[:40], Limits{}, fault.Truncated},
		{"52 zstd, cut in the checksum", zs(t, text)[:len(zs(t, text))-1], Limits{}, fault.Truncated},
		{"52 zstd, skippable frame of 1 GiB", join(skippable(1<<30, 100), zs(t, text)), Limits{}, fault.Limit},
		{"52 zstd, many skippable frames", bytes.Repeat(skippable(512*kib, 512*kib), 3), Limits{}, fault.Limit},
		{"zstd, reserved block", append(window(18)[:6], 0x0F, 0, 0), Limits{}, fault.Tampered},
		{"zstd with a dictionary", dictionary, Limits{}, fault.Unsupported},
		{"gzip, wrong checksum", wrongSum, Limits{}, fault.Tampered},
		{"gzip, cut", gz(t, text)[:50], Limits{}, fault.Truncated},
		{"gzip, cut in the header", gz(t, text)[:7], Limits{}, fault.Truncated},
		{"gzip, cut in the checksum", gz(t, text)[:len(gz(t, text))-3], Limits{}, fault.Truncated},
		{"gzip, broken code", join(gz(t, nil)[:10], []byte{0xFF, 0xFF, 0xFF, 0xFF}), Limits{}, fault.Tampered},
		{"zlib, wrong checksum", wrongAdler, Limits{}, fault.Tampered},
		{"zlib, cut", zl(t, text)[:20], Limits{}, fault.Truncated},
		{"four layers", gz(t, gz(t, gz(t, gz(t, text)))), Limits{}, fault.Limit},
		{"inner layer cut", gz(t, zs(t, text)[:40]), Limits{}, fault.Truncated},
		{"outer layer cut", gz(t, zs(t, noise(100*kib)))[:60*kib], Limits{}, fault.Truncated},
		{"output limit", gz(t, text), Limits{Output: int64(len(text)) - 1}, fault.Limit},
		{"output limit, plain", text, Limits{Output: int64(len(text)) - 1}, fault.Limit},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Reader(bytes.NewReader(c.in), c.limits)
			if err != nil {
				if fault.Of(err) != c.want {
					t.Fatalf("open: got %v (%s), want %s", err, fault.Of(err), c.want)
				}
				return
			}
			defer r.Close()
			_, err = io.Copy(io.Discard, struct{ io.Reader }{r})
			if fault.Of(err) != c.want {
				t.Fatalf("got %v (%s), want %s", err, fault.Of(err), c.want)
			}
			for range 3 {
				if n, again := r.Read(make([]byte, 10)); n != 0 || again != err {
					t.Errorf("read again: got %d, %v; want 0, the same error", n, again)
				}
			}
		})
	}
}

func TestExactOutputLimitPasses(t *testing.T) {
	got, err := read(gz(t, text), Limits{Output: int64(len(text))})
	if err != nil || len(got) != len(text) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

func TestEveryCutIsSeen(t *testing.T) {
	for name, whole := range map[string][]byte{"gzip": gz(t, text), "zlib": zl(t, text), "zstd": zs(t, text)} {
		for n := 4; n < len(whole); n++ {
			if _, err := read(whole[:n], Limits{}); fault.Of(err) != fault.Truncated {
				t.Errorf("%s cut to %d of %d: got %v", name, n, len(whole), err)
			}
		}
	}
}

func TestSourceErrorPasses(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, whole := range map[string][]byte{"plain": text, "gzip": gz(t, noise(90*kib)), "zstd": zs(t, noise(90*kib))} {
		in := io.MultiReader(bytes.NewReader(whole[:60*kib]), iotest.ErrReader(broken))
		r, err := Reader(in, Limits{})
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if !errors.Is(err, broken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A decoder that met an error must not carry it over to the next reader.
func TestPool(t *testing.T) {
	pool := &Pool{}
	good := zs(t, text)
	for i, in := range [][]byte{good, good[:40], good, bomb(16384), good, window(29), good} {
		r, err := pool.Reader(bytes.NewReader(in), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		r.Close()
		r.Close()
		if wantText := i%2 == 0; wantText != (err == nil && bytes.Equal(got, text)) {
			t.Errorf("reader %d: %d bytes, %v", i, len(got), err)
		}
		if _, err := r.Read(make([]byte, 1)); err == nil {
			t.Errorf("reader %d: reads after close", i)
		}
	}
}

// Case 49 also bounds the memory.
func TestBombMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := Reader(bytes.NewReader(bomb(16384)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.Copy(io.Discard, struct{ io.Reader }{r}); fault.Of(err) != fault.Limit {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 100*mib {
		t.Errorf("allocated %d bytes", used)
	}
}

func FuzzReader(f *testing.F) {
	for _, seed := range [][]byte{
		[]byte("plain"), gz(f, []byte("gzip")), zl(f, []byte("zlib")), zs(f, []byte("zstd")),
		gz(f, zs(f, []byte("both"))), bomb(3), window(29), skippable(4, 4),
		join(gz(f, []byte("a")), gz(f, []byte("b"))),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		const most = 1 * mib
		got, err := read(in, Limits{Output: most, Free: 64 * kib})
		if len(got) > most {
			t.Fatalf("released %d bytes", len(got))
		}
		if err != nil && fault.Of(err) == "" {
			t.Fatalf("error without a class: %v", err)
		}
		if err != nil {
			return
		}
		if len(got) > 64*kib && len(got) > 201*len(in)+201 {
			t.Fatalf("expanded %d bytes to %d", len(in), len(got))
		}
	})
}

func BenchmarkReader(b *testing.B) {
	whole := zs(b, bytes.Repeat(text, 50))
	b.SetBytes(int64(50 * len(text)))
	for b.Loop() {
		if _, err := read(whole, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

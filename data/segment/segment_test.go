package segment

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"

	"hindsite.app/player/fault"
)

var small = Layout{Segment: 128}

func testKey() []byte {
	key := make([]byte, KeySize)
	for i := range key {
		key[i] = byte(i)
	}
	return key
}

// text is n bytes in which every place is told from its neighbours.
func text(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

func sealed(t testing.TB, in Layout, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, in, testKey(), []byte("info"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func opened(b []byte, in Layout) ([]byte, error) {
	return io.ReadAll(NewReader(bytes.NewReader(b), in, testKey(), []byte("info")))
}

func tink(t testing.TB, in Layout) *subtle.AESGCMHKDF {
	t.Helper()
	a, err := subtle.NewAESGCMHKDF(testKey(), "SHA256", KeySize, int(in.Segment), 0)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func sizes(in Layout) []int {
	f, r := int(in.First()), int(in.Rest())
	return []int{0, 1, f - 1, f, f + 1, f + r - 1, f + r, f + r + 1, f + 3*r, f + 3*r + 5}
}

// Tink is the definition of the stream.
func TestBothWaysWithTink(t *testing.T) {
	for _, in := range []Layout{small, Standard} {
		for _, n := range sizes(in) {
			plain := text(n)
			r, err := tink(t, in).NewDecryptingReader(bytes.NewReader(sealed(t, in, plain)), []byte("info"))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%d bytes in segments of %d, opened by Tink: %d bytes, %v", n, in.Segment, len(got), err)
			}
			var out bytes.Buffer
			w, err := tink(t, in).NewEncryptingWriter(&out, []byte("info"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(plain); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if got, err := opened(out.Bytes(), in); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%d bytes in segments of %d, sealed by Tink: %d bytes, %v", n, in.Segment, len(got), err)
			}
		}
	}
}

func TestReaderTakesAnyPieces(t *testing.T) {
	plain := text(1000)
	b := sealed(t, small, plain)
	got, err := io.ReadAll(iotest.OneByteReader(NewReader(iotest.HalfReader(bytes.NewReader(b)), small, testKey(), []byte("info"))))
	if err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestEveryCutAndEveryFlip(t *testing.T) {
	for _, n := range sizes(small) {
		plain := text(n)
		b := sealed(t, small, plain)
		for cut := range b {
			got, err := opened(b[:cut], small)
			if c := fault.Of(err); c != fault.Truncated && c != fault.Tampered {
				t.Fatalf("%d bytes cut to %d of %d: %v", n, cut, len(b), err)
			}
			if !bytes.HasPrefix(plain, got) {
				t.Fatalf("%d bytes cut to %d: wrong bytes came out", n, cut)
			}
		}
		for i := range b {
			bad := bytes.Clone(b)
			bad[i] ^= 4
			got, err := opened(bad, small)
			if fault.Of(err) != fault.Tampered || !bytes.HasPrefix(plain, got) {
				t.Fatalf("%d bytes, byte %d of %d flipped: %d bytes, %v", n, i, len(b), len(got), err)
			}
		}
	}
}

// Case 22 of the security design, section 3.3.
func TestCase22(t *testing.T) {
	whole := sealed(t, small, text(int(small.First()+2*small.Rest())))
	change := func(at int, to byte) []byte {
		b := bytes.Clone(whole)
		b[at] = to
		return b
	}
	second, third := whole[128:256], whole[256:384]
	for _, c := range []struct {
		name string
		in   []byte
		want fault.Class
	}{
		{"case 22 header length is not 40", change(0, 41), fault.Tampered},
		{"case 22 header length is 0", change(0, 0), fault.Tampered},
		{"case 22 last segment missing", whole[:256], fault.Truncated},
		{"case 22 segment missing in the middle", append(bytes.Clone(whole[:128]), third...), fault.Tampered},
		{"case 22 segments swapped", append(append(bytes.Clone(whole[:128]), third...), second...), fault.Tampered},
		{"case 22 segment twice", append(bytes.Clone(whole[:256]), whole[128:]...), fault.Tampered},
		{"case 22 more behind the end", append(bytes.Clone(whole), text(128)...), fault.Tampered},
		{"case 22 one byte behind the end", append(bytes.Clone(whole), 0), fault.Tampered},
		{"case 22 empty", nil, fault.Truncated},
		{"case 22 header only", whole[:HeaderSize], fault.Truncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := opened(c.in, small); fault.Of(err) != c.want {
				t.Errorf("got %v (%s), want %s", err, fault.Of(err), c.want)
			}
		})
	}
	t.Run("case 22 other key, other info", func(t *testing.T) {
		for _, r := range []*Reader{
			NewReader(bytes.NewReader(whole), small, make([]byte, KeySize), []byte("info")),
			NewReader(bytes.NewReader(whole), small, testKey(), []byte("other")),
		} {
			if _, err := io.ReadAll(r); fault.Of(err) != fault.Tampered {
				t.Errorf("got %v", err)
			}
		}
	})
}

// Case 23 of the security design, section 3.3, and what makes it one: in Tink
// for Go a second read after a failure in the last segment says EOF, so that a
// caller who tries again takes a cut stream for a whole one.
func TestCase23(t *testing.T) {
	whole := sealed(t, small, text(300))
	bad := bytes.Clone(whole)
	bad[len(bad)-1] ^= 1
	p := make([]byte, 4096)

	r, err := tink(t, small).NewDecryptingReader(bytes.NewReader(bad), []byte("info"))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = r.Read(p)
	}
	if errors.Is(err, io.EOF) {
		t.Fatal("Tink took a changed segment")
	}
	if _, again := r.Read(p); !errors.Is(again, io.EOF) {
		t.Logf("this version of Tink is mended: the second read says %v", again)
	}

	for _, b := range [][]byte{bad, whole[:256], whole[:200], whole[:20]} {
		r := NewReader(bytes.NewReader(b), small, testKey(), []byte("info"))
		var first error
		for first == nil {
			_, first = r.Read(p)
		}
		for range 3 {
			n, again := r.Read(p)
			if n != 0 || again != first || errors.Is(again, io.EOF) {
				t.Errorf("%d bytes: first %v, then %d bytes and %v", len(b), first, n, again)
			}
		}
	}
}

func TestErrorOfTheSource(t *testing.T) {
	whole := sealed(t, small, text(600))
	for _, at := range []int{0, 20, 60, 200} {
		src := io.MultiReader(bytes.NewReader(whole[:at]), iotest.ErrReader(errors.New("unplugged")))
		if _, err := io.ReadAll(NewReader(src, small, testKey(), []byte("info"))); fault.Of(err) != fault.Storage {
			t.Errorf("at %d: %v", at, err)
		}
	}
}

func FuzzReader(f *testing.F) {
	for _, n := range []int{0, 72, 73, 300} {
		f.Add(sealed(f, small, text(n)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := opened(b, small)
		if err != nil && fault.Of(err) == "" {
			t.Fatalf("no class: %v", err)
		}
		r, bad := tink(t, small).NewDecryptingReader(bytes.NewReader(b), []byte("info"))
		var want []byte
		if bad == nil {
			want, bad = io.ReadAll(r)
		}
		if (err == nil) != (bad == nil) || err == nil && !bytes.Equal(got, want) {
			t.Fatalf("%d bytes, %v; Tink: %d bytes, %v", len(got), err, len(want), bad)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	plain := text(16 << 20)
	in := sealed(b, Standard, plain)
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		if _, err := io.Copy(io.Discard, NewReader(bytes.NewReader(in), Standard, testKey(), []byte("info"))); err != nil {
			b.Fatal(err)
		}
	}
}

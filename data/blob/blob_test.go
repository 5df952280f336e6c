package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hindsite.app/data/segment"
	"hindsite.app/player/fault"
)

var (
	testContext = Context{Library: "library", Session: "session", Kind: "recording", Version: 1}
	small       = segment.Layout{Segment: 128}
)

func testKey() []byte {
	key := make([]byte, KeySize)
	for i := range key {
		key[i] = byte(i)
	}
	return key
}

func newCoder(t testing.TB) *Coder {
	t.Helper()
	z, err := NewCoder()
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func sealParts(t testing.TB, in segment.Layout, parts []Part) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := newCoder(t).write(t.Context(), &b, in, testKey(), testContext, parts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func random(t testing.TB, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return b
}

func readAll(r *Reader) error {
	for _, name := range r.Names() {
		if _, err := r.Part(name); err != nil {
			return err
		}
	}
	return nil
}

func TestPartsComeBack(t *testing.T) {
	sizes := []int{0, 1, 15, 16, 17, 71, 72, 73, 111, 112, 113, 1000, 5000}
	for _, in := range []segment.Layout{small, segment.Standard} {
		var parts []Part
		for i, n := range sizes {
			parts = append(parts,
				Part{Name: "random/" + string(rune('a'+i)), Data: random(t, n)},
				Part{Name: "text/" + string(rune('a'+i)), Data: bytes.Repeat([]byte("click "), n)})
		}
		b := sealParts(t, in, parts)
		r, err := newCoder(t).open(bytes.NewReader(b), int64(len(b)), in, testKey(), testContext)
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range r.Names() {
			if name != parts[i].Name {
				t.Fatalf("part %d is %q, want %q", i, name, parts[i].Name)
			}
		}
		for i := len(parts) - 1; i >= 0; i-- {
			got, err := r.Part(parts[i].Name)
			if err != nil || !bytes.Equal(got, parts[i].Data) {
				t.Errorf("segment %d: part %q: %d bytes, %v", in.Segment, parts[i].Name, len(got), err)
			}
			if n, ok := r.Size(parts[i].Name); !ok || n != int64(len(parts[i].Data)) {
				t.Errorf("part %q has size %d, %t", parts[i].Name, n, ok)
			}
		}
		if _, err := r.Part("absent"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("absent part: %v", err)
		}
		if err := readAll(r); err != nil {
			t.Errorf("an absent part spoiled the reader: %v", err)
		}
	}
}

// The files were sealed by tink-go; see testdata/README.md.
func TestOpensWhatTinkSealed(t *testing.T) {
	for name, in := range map[string]segment.Layout{"tink-128.blob": small, "tink-65536.blob": segment.Standard} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := newCoder(t).open(bytes.NewReader(b), int64(len(b)), in, testKey(), testContext)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for part, want := range map[string]string{"clicks": "left 12 34", "dom/0/0": strings.Repeat("0123456789abcdef", 4200)} {
			if in == small {
				want = want[:min(len(want), 400)]
			}
			if got, err := r.Part(part); err != nil || string(got) != want {
				t.Errorf("%s: part %q has %d bytes, %v", name, part, len(got), err)
			}
		}
	}
}

func TestFirstSegmentServesSmallParts(t *testing.T) {
	b := sealParts(t, segment.Standard, []Part{{"clicks", random(t, 60000)}, {"dom/0/0", random(t, 1<<20)}})
	src := &countingReaderAt{r: bytes.NewReader(b)}
	r, err := newCoder(t).Open(src, int64(len(b)), testKey(), testContext)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Part("clicks"); err != nil {
		t.Fatal(err)
	}
	if src.bytes != 64<<10 {
		t.Errorf("read %d bytes of the file for a part in the first segment", src.bytes)
	}
}

type countingReaderAt struct {
	r     io.ReaderAt
	bytes int
}

func (c *countingReaderAt) ReadAt(b []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(b, off)
	c.bytes += n
	return n, err
}

func TestEveryChangedBitIsFound(t *testing.T) {
	good := sealParts(t, small, []Part{{"a", random(t, 100)}, {"b", random(t, 300)}})
	z := newCoder(t)
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			r, err := z.open(bytes.NewReader(bad), int64(len(bad)), small, testKey(), testContext)
			if err == nil {
				err = readAll(r)
			}
			if fault.Of(err) != fault.Tampered {
				t.Fatalf("byte %d bit %d: %v", i, bit, err)
			}
		}
	}
}

func TestEveryCutIsFound(t *testing.T) {
	good := sealParts(t, small, []Part{{"a", random(t, 100)}, {"b", random(t, 300)}})
	z := newCoder(t)
	for n := range len(good) {
		_, err := z.open(bytes.NewReader(good[:n]), int64(n), small, testKey(), testContext)
		if c := fault.Of(err); c != fault.Truncated && (c != fault.Tampered || n > int(small.Segment)) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
		// The same when the file shrinks under a reader that knew its length.
		r, err := z.open(bytes.NewReader(good[:n]), int64(len(good)), small, testKey(), testContext)
		if err == nil {
			err = readAll(r)
		}
		if fault.Of(err) != fault.Truncated {
			t.Fatalf("shrunk to %d bytes: %v", n, err)
		}
	}
	for _, more := range []int{1, 16, 17, 128, 500} {
		long := append(bytes.Clone(good), make([]byte, more)...)
		if _, err := z.open(bytes.NewReader(long), int64(len(long)), small, testKey(), testContext); err == nil {
			t.Errorf("%d bytes more: not found", more)
		}
	}
}

func TestSegmentsCannotBeMoved(t *testing.T) {
	good := sealParts(t, small, []Part{{"a", random(t, 700)}})
	bad := bytes.Clone(good)
	copy(bad[128:256], good[256:384])
	copy(bad[256:384], good[128:256])
	r, err := newCoder(t).open(bytes.NewReader(bad), int64(len(bad)), small, testKey(), testContext)
	if err == nil {
		err = readAll(r)
	}
	if fault.Of(err) != fault.Tampered {
		t.Fatal(err)
	}
}

func TestContextAndKeyAreBound(t *testing.T) {
	b := sealParts(t, segment.Standard, []Part{{"a", []byte("x")}})
	other := testKey()
	other[31] ^= 1
	for name, try := range map[string]struct {
		key []byte
		c   Context
	}{
		"key":     {other, testContext},
		"library": {testKey(), Context{"librarx", "session", "recording", 1}},
		"session": {testKey(), Context{"library", "sessiox", "recording", 1}},
		"kind":    {testKey(), Context{"library", "session", "thumbnail", 1}},
		"version": {testKey(), Context{"library", "session", "recording", 2}},
		"borders": {testKey(), Context{"librarys", "ession", "recording", 1}},
	} {
		if _, err := newCoder(t).Open(bytes.NewReader(b), int64(len(b)), try.key, try.c); fault.Of(err) != fault.Tampered {
			t.Errorf("another %s: %v", name, err)
		}
	}
}

func TestErrorsStay(t *testing.T) {
	b := sealParts(t, small, []Part{{"a", random(t, 20)}, {"b", random(t, 300)}})
	b[len(b)-1] ^= 1
	r, err := newCoder(t).open(bytes.NewReader(b), int64(len(b)), small, testKey(), testContext)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Part("a"); err != nil {
		t.Fatal(err)
	}
	_, first := r.Part("b")
	_, again := r.Part("a")
	if first == nil || first != again {
		t.Errorf("first %v, then %v", first, again)
	}
}

func TestRefusedParts(t *testing.T) {
	for name, try := range map[string]struct {
		parts []Part
		want  fault.Class
	}{
		"no name":    {[]Part{{"", nil}}, fault.Limit},
		"long name":  {[]Part{{strings.Repeat("x", MaxName+1), nil}}, fault.Limit},
		"odd name":   {[]Part{{"a b", nil}}, fault.Limit},
		"twice":      {[]Part{{"a", nil}, {"a", nil}}, fault.Duplicate},
		"many":       {make([]Part, MaxParts+1), fault.Limit},
		"large part": {[]Part{{"a", make([]byte, MaxPart+1)}}, fault.Limit},
	} {
		err := newCoder(t).Write(t.Context(), io.Discard, testKey(), testContext, try.parts)
		if fault.Of(err) != try.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWriteReportsTheDisk(t *testing.T) {
	parts := []Part{{"a", random(t, 1000)}}
	for room := range 8 {
		err := newCoder(t).write(t.Context(), &fullDisk{room: room}, small, testKey(), testContext, parts)
		if fault.Of(err) != fault.Storage || !errors.Is(err, errFull) {
			t.Fatalf("after %d writes: %v", room, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newCoder(t).Write(ctx, io.Discard, testKey(), testContext, parts); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

var errFull = errors.New("no space")

type fullDisk struct{ room int }

func (d *fullDisk) Write(b []byte) (int, error) {
	if d.room--; d.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestReaderIsShared(t *testing.T) {
	var parts []Part
	for _, name := range []string{"a", "b", "c", "d"} {
		parts = append(parts, Part{name, bytes.Repeat([]byte(name), 200000)}, Part{name + "/raw", random(t, 100000)})
	}
	b := sealParts(t, segment.Standard, parts)
	r, err := newCoder(t).Open(bytes.NewReader(b), int64(len(b)), testKey(), testContext)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		for _, p := range parts {
			wg.Go(func() {
				if got, err := r.Part(p.Name); err != nil || !bytes.Equal(got, p.Data) {
					t.Errorf("part %q: %v", p.Name, err)
				}
			})
		}
	}
	wg.Wait()
}

// sealPlain seals a plaintext that Write would not make.
func sealPlain(t testing.TB, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := segment.NewWriter(&b, segment.Standard, testKey(), testContext.info())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAuthenticButWrong(t *testing.T) {
	dir := func(entries ...entry) []byte {
		b, err := appendDirectory(nil, entries)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	frame := newCoder(t).enc.EncodeAll(make([]byte, 4<<20), nil)
	n := int64(len(frame))
	for name, try := range map[string]struct {
		plain []byte
		want  fault.Class
	}{
		"empty":         {nil, fault.Schema},
		"other magic":   {[]byte("HSP2\x00\x00\x00\x01\x00"), fault.Schema},
		"directory cut": {[]byte("HSP1\x00\x00\x00\x09\x00"), fault.Truncated},
		"directory big": {[]byte("HSP1\xff\x00\x00\x00\x00"), fault.Limit},
		"count":         {[]byte("HSP1\x00\x00\x00\x03\xff\xff\x03"), fault.Schema},
		"too many":      {[]byte("HSP1\x00\x00\x00\x03\xff\xff\x7f"), fault.Limit},
		"missing":       {dir(entry{name: "a", stored: 5, size: 5}), fault.Truncated},
		"left over":     {append(dir(entry{name: "a", stored: 1, size: 1}), "xy"...), fault.Tampered},
		"sizes":         {append(dir(entry{name: "a", stored: 1, size: 2}), 'x'), fault.Schema},
		"form":          {append(dir(entry{name: "a", form: 2, stored: 1, size: 1}), 'x'), fault.Schema},
		"part too big":  {dir(entry{name: "a", form: asZstd, stored: 1, size: MaxPart + 1}), fault.Limit},
		"expands more":  {append(dir(entry{name: "a", form: asZstd, stored: n, size: 1 << 20}), frame...), fault.Schema},
		"expands less":  {append(dir(entry{name: "a", form: asZstd, stored: n, size: 8 << 20}), frame...), fault.Schema},
		"no frame":      {append(dir(entry{name: "a", form: asZstd, stored: 4, size: 5}), "nope"...), fault.Schema},
	} {
		b := sealPlain(t, try.plain)
		r, err := newCoder(t).Open(bytes.NewReader(b), int64(len(b)), testKey(), testContext)
		if err == nil {
			err = readAll(r)
		}
		if fault.Of(err) != try.want {
			t.Errorf("%s: %v (class %q), want %s", name, err, fault.Of(err), try.want)
		}
	}
}

func FuzzDirectory(f *testing.F) {
	for _, entries := range [][]entry{nil, {{name: "clicks", stored: 3, size: 3}}, {{name: "a", form: asZstd, stored: 300, size: 4000}, {name: "b/0"}}} {
		b, err := appendDirectory(nil, entries)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[8:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, filled, err := parseDirectory(b)
		if err != nil {
			if c := fault.Of(err); c != fault.Schema && c != fault.Limit {
				t.Fatalf("class %q: %v", c, err)
			}
			return
		}
		again, err := appendDirectory(nil, entries)
		if err != nil {
			t.Fatal(err)
		}
		// A uvarint may be written longer than needed: compare what is read.
		twice, same, err := parseDirectory(again[8:])
		if err != nil || same != filled || len(twice) != len(entries) {
			t.Fatalf("read again: %d entries, %d bytes, %v", len(twice), same, err)
		}
		for i := range twice {
			if twice[i] != entries[i] {
				t.Fatalf("entry %d: %v, then %v", i, entries[i], twice[i])
			}
		}
	})
}

func FuzzAuthenticPlaintext(f *testing.F) {
	f.Add([]byte("HSP1\x00\x00\x00\x01\x00"))
	f.Add([]byte("HSP1\x00\x00\x00\x06\x01\x01a\x00\x01\x01x"))
	f.Add([]byte("HSP1\x00\x00\x00\x06\x01\x01a\x01\x05\x09\x28\xb5\x2f\xfd\x00"))
	z := newCoder(f)
	f.Fuzz(func(t *testing.T, plain []byte) {
		b := sealPlain(t, plain)
		r, err := z.Open(bytes.NewReader(b), int64(len(b)), testKey(), testContext)
		if err == nil {
			err = readAll(r)
		}
		if err != nil && fault.Of(err) == "" {
			t.Fatalf("no class: %v", err)
		}
	})
}

func BenchmarkOpenAndReadClicks(b *testing.B) {
	sealed := sealParts(b, segment.Standard, []Part{{"clicks", random(b, 2000)}, {"dom/0/0", random(b, 1<<20)}})
	z := newCoder(b)
	for b.Loop() {
		r, err := z.Open(bytes.NewReader(sealed), int64(len(sealed)), testKey(), testContext)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Part("clicks"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadLargePart(b *testing.B) {
	sealed := sealParts(b, segment.Standard, []Part{{"dom/0/0", random(b, 16<<20)}})
	z := newCoder(b)
	b.SetBytes(16 << 20)
	for b.Loop() {
		r, err := z.Open(bytes.NewReader(sealed), int64(len(sealed)), testKey(), testContext)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Part("dom/0/0"); err != nil {
			b.Fatal(err)
		}
	}
}

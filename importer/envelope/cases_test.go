package envelope

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"hindsite.app/player/fault"
)

// encChunk is a whole encrypted chunk of age.
const encChunk = 64*1024 + 16

// payloadStart finds where the chunks of an age file begin: behind the line
// that starts with --- and 16 bytes of nonce.
func payloadStart(t testing.TB, b []byte) int {
	t.Helper()
	at := bytes.Index(b, []byte("\n--- "))
	line := bytes.IndexByte(b[at+1:], '\n')
	return at + 1 + line + 1 + 16
}

func change(b []byte, at int, to ...byte) []byte {
	b = bytes.Clone(b)
	copy(b[at:], to)
	return b
}

func flip(b []byte, at int) []byte { return change(b, at, b[at]^0x10) }

// chunks is an age file of five chunks, around a ZIP of one member, and what a
// test needs to spoil it.
type chunks struct {
	keys     Keys
	to       []age.Recipient
	stranger *Identity
	zip      []byte
	whole    []byte
	small    []byte // an archive of one chunk
	start    int    // of the first chunk
	mac      int    // of the header's MAC
}

func newChunks(t *testing.T) *chunks {
	t.Helper()
	c := &chunks{keys: testKeys(t)}
	c.to = recipients(c.keys)
	var err error
	if c.stranger, err = NewIdentity(X25519); err != nil {
		t.Fatal(err)
	}
	c.zip = zipOf(t, file{name: "a.json", body: noise(1, 290_000)})
	c.whole = seal(t, c.zip, c.to...)
	c.small, _ = pack(t, c.to)
	c.start = payloadStart(t, c.whole)
	c.mac = bytes.Index(c.whole, []byte("\n--- ")) + 5
	if n := (len(c.whole) - c.start + encChunk - 1) / encChunk; n != 5 {
		t.Fatalf("%d chunks", n)
	}
	return c
}

// at is the index-th chunk.
func (c *chunks) at(b []byte, index int) []byte {
	from := c.start + index*encChunk
	return b[from:min(from+encChunk, len(b))]
}

// passphraseHeader is a header that asks for much work.
func passphraseHeader(logN int) []byte {
	body := strings.Repeat("A", 43)
	return fmt.Appendf(nil, "age-encryption.org/v1\n-> scrypt %s %d\n%s\n--- %s\n%s",
		strings.Repeat("A", 22), logN, body, body, strings.Repeat("x", 100))
}

func hugeHeader() []byte {
	return append([]byte("age-encryption.org/v1\n"), bytes.Repeat([]byte("-> a b\n\n"), 1<<20)...)
}

// Cases 1 to 18 of the security design, section 3.3.
func TestEnvelopeCases(t *testing.T) {
	f := newChunks(t)
	keys, whole, small, p, mac := f.keys, f.whole, f.small, f.start, f.mac
	crlf := bytes.Replace(whole, []byte("v1\n"), []byte("v1\r\n"), 1)
	many := []byte("age-encryption.org/v1\n" + strings.Repeat("-> a b\nAA\n", 1025) + "--- " + strings.Repeat("A", 43) + "\n")
	var armored bytes.Buffer
	aw := armor.NewWriter(&armored)
	aw.Write(small)
	aw.Close()

	for _, c := range []struct {
		name string
		in   []byte
		keys Keys
		want fault.Class
	}{
		{"case 1 empty file", nil, keys, fault.NotArchive},
		{"case 2 random bytes", noise(2, 1024), keys, fault.NotArchive},
		{"case 3 header only", whole[:p-16], keys, fault.Truncated},
		{"case 3 half a nonce", whole[:p-8], keys, fault.Truncated},
		{"case 3 half a header", whole[:60], keys, fault.Truncated},
		{"case 3 half an intro", whole[:10], keys, fault.Truncated},
		{"case 4 cut at a chunk's end", whole[:p+3*encChunk], keys, fault.Truncated},
		{"case 5 cut in a chunk", whole[:p+3*encChunk+1000], keys, fault.Truncated},
		{"case 5 cut in a tag", whole[:p+3*encChunk+9], keys, fault.Truncated},
		{"case 5 cut in the last chunk", whole[:len(whole)-30], keys, fault.Truncated},
		{"case 5 cut in the only chunk", small[:len(small)/2], keys, fault.Truncated},
		{"case 5 cut by one byte", small[:len(small)-1], keys, fault.Truncated},
		{"case 7 bit flipped in the last chunk", flip(whole, len(whole)-1000), keys, fault.Tampered},
		{"case 7 bit flipped in the only chunk", flip(small, len(small)-300), keys, fault.Tampered},
		{"case 7 bit flipped in the last tag", flip(small, len(small)-1), keys, fault.Tampered},
		{"case 9 trailing byte", append(bytes.Clone(whole), 'x'), keys, fault.Tampered},
		{"case 9 trailing chunk", append(bytes.Clone(whole), noise(3, 70000)...), keys, fault.Tampered},
		{"case 10 header MAC changed", change(whole, mac, whole[mac]^1), keys, fault.Tampered},
		{"case 11 another key", whole, Keys{Identities: []*Identity{f.stranger}}, fault.NoKey},
		{"case 11 no key", whole, Keys{}, fault.NoKey},
		{"case 11 passphrase for a key's file", whole, Keys{Passphrase: "x"}, fault.NoKey},
		{"case 13 header of 8 MiB", hugeHeader(), keys, fault.Limit},
		{"case 13 1,025 recipients", many, keys, fault.Limit},
		{"case 14 scrypt 2^22", passphraseHeader(22), Keys{Passphrase: "x"}, fault.Limit},
		{"case 14 scrypt 2^19", passphraseHeader(19), Keys{Passphrase: "x"}, fault.Limit},
		{"case 17 header with CRLF", crlf, keys, fault.Tampered},
		{"case 17 base64 not canonical", change(whole, mac+42, 'B'), keys, fault.Tampered},
		{"another version of age", []byte("age-encryption.org/v2\n-> X25519 a\n"), keys, fault.Unsupported},
		{"case 18 armor, garbage in front", append([]byte("garbage\n"), armored.Bytes()...), keys, fault.Tampered},
		{"case 18 armor, garbage behind", append(bytes.Clone(armored.Bytes()), "garbage"...), keys, fault.Tampered},
		{"case 18 armor, cut", armored.Bytes()[:armored.Len()/2], keys, fault.Truncated},
		{"armor of 17 MiB", append(armored.Bytes(), make([]byte, 17<<20)...), keys, fault.Limit},
		{"nothing in it", seal(t, nil, f.to...), keys, fault.NotArchive},
		{"random bytes in it", seal(t, noise(4, 3000), f.to...), keys, fault.NotArchive},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := openBytes(c.in, "x.zip.age", c.keys)
			if fault.Of(err) != c.want {
				t.Errorf("got %v (%s), want %s", err, fault.Of(err), c.want)
			}
		})
	}

}

func TestEnvelopeContent(t *testing.T) {
	f := newChunks(t)
	keys, whole, p := f.keys, f.whole, f.start
	swapped := bytes.Clone(whole)
	copy(f.at(swapped, 1), f.at(whole, 2))
	copy(f.at(swapped, 2), f.at(whole, 1))
	t.Run("case 7 bit flipped in chunk 3 of 5", func(t *testing.T) {
		a, err := openBytes(flip(whole, p+2*encChunk+50), "x.zip.age", keys)
		if err != nil {
			t.Fatal(err)
		}
		got := readAll(a)["a.json"]
		if got.class != fault.Tampered || !bytes.HasPrefix(noise(1, 290_000), []byte(got.text)) {
			t.Errorf("got %d bytes, %v", len(got.text), got.err)
		}
		if err := a.Verify(t.Context(), func(Verdict) {}); fault.Of(err) != fault.Tampered {
			t.Errorf("verify: %v", err)
		}
	})
	t.Run("case 8 chunks swapped", func(t *testing.T) {
		a, err := openBytes(swapped, "x.zip.age", keys)
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(a)["a.json"]; got.class != fault.Tampered {
			t.Errorf("got %v", got.err)
		}
	})
	t.Run("case 11 names the kinds of recipients", func(t *testing.T) {
		_, err := openBytes(whole, "", Keys{Identities: []*Identity{f.stranger}})
		if err == nil || !strings.Contains(err.Error(), "X25519") {
			t.Errorf("got %v", err)
		}
	})
}

// One recording in age has no end record; the text itself tells.
func TestCutOrChangedText(t *testing.T) {
	keys := testKeys(t)
	text, _ := eventLines(200)
	whole := seal(t, []byte(text), recipients(keys)...)
	start := payloadStart(t, whole)
	// A cut within the tag leaves all of the text: either word would do.
	for n := start + 100; n <= len(whole)-16; n += 41 {
		if _, err := openBytes(whole[:n], "x.ndjson.age", keys); fault.Of(err) != fault.Truncated {
			t.Errorf("cut to %d of %d: %v", n, len(whole), err)
		}
	}
	for at := start; at < len(whole)-30; at += 397 {
		if _, err := openBytes(flip(whole, at), "x.ndjson.age", keys); fault.Of(err) != fault.Tampered {
			t.Errorf("bit flipped at %d of %d: %v", at, len(whole), err)
		}
	}
}

func TestEnvelopeRecipients(t *testing.T) {
	f := newChunks(t)
	keys := f.keys
	t.Run("case 12 unknown recipient and ours", func(t *testing.T) {
		if _, err := openBytes(seal(t, f.zip, grease{}, f.to[0]), "", keys); err != nil {
			t.Error(err)
		}
	})
	t.Run("case 13 in less than a blink", func(t *testing.T) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		openBytes(hugeHeader(), "", keys)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
			t.Errorf("allocated %d bytes", n)
		}
	})
	t.Run("case 15 passphrase beside a key", func(t *testing.T) {
		// age's own writer refuses this; the header is put together from two.
		r, err := NewPassphraseRecipient("x", 5)
		if err != nil {
			t.Fatal(err)
		}
		b := seal(t, f.zip, unlabelled{r}, f.to[0])
		if _, err := openBytes(b, "", keys); fault.Of(err) != fault.Tampered {
			t.Errorf("with the key: %v", err)
		}
		if _, err := openBytes(b, "", Keys{Passphrase: "x"}); fault.Of(err) != fault.Tampered {
			t.Errorf("with the passphrase: %v", err)
		}
	})
	t.Run("case 25 plain where encryption is asked for", func(t *testing.T) {
		_, err := Open(t.Context(), bytes.NewReader(f.zip), int64(len(f.zip)), "x.zip", keys, Limits{Encrypted: true})
		if fault.Of(err) != fault.Policy {
			t.Errorf("got %v", err)
		}
	})
}

// grease is a recipient that nobody knows.
type grease struct{}

func (grease) Wrap([]byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: "joint-grease", Args: []string{"a"}, Body: []byte("x")}}, nil
}

// unlabelled hides that a recipient is to be alone.
type unlabelled struct{ r age.Recipient }

func (u unlabelled) Wrap(key []byte) ([]*age.Stanza, error) { return u.r.Wrap(key) }

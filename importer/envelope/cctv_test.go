package envelope

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	agetest "c2sp.org/CCTV/age"
	"filippo.io/age"
	"filippo.io/age/armor"

	"hindsite.app/player/fault"
)

// vector is one of the C2SP/CCTV age vectors: a file with one fault, or none.
type vector struct {
	expect  string
	payload string // SHA-256 of what a reader in order may release
	keys    Keys
	native  []age.Identity // the same keys for the reference reader
	armored bool
	file    []byte
}

func parseVector(t *testing.T, b []byte) *vector {
	t.Helper()
	v := &vector{}
	head, rest, ok := bytes.Cut(b, []byte("\n\n"))
	if !ok {
		t.Fatal("no body")
	}
	v.file = rest
	for line := range strings.SplitSeq(string(head), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "expect":
			v.expect = value
		case "payload":
			v.payload = value
		case "armored":
			v.armored = true
		case "identity":
			ids, err := ParseIdentities(strings.NewReader(value))
			if err != nil {
				t.Fatal(err)
			}
			v.keys.Identities = append(v.keys.Identities, ids...)
			v.native = append(v.native, ids[0].unwrap)
		case "passphrase":
			id, err := age.NewScryptIdentity(value)
			if err != nil {
				t.Fatal(err)
			}
			// A vector may have two passphrases; the last one is as good.
			v.keys.Passphrase = value
			v.native = append(v.native, id)
		case "compressed":
			r, err := zlib.NewReader(bytes.NewReader(rest))
			if err != nil {
				t.Fatal(err)
			}
			if v.file, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	return v
}

// open goes through the same steps as Open up to the content.
func (v *vector) open(t *testing.T, r io.ReaderAt) (*Archive, error) {
	a := &Archive{name: "vector.age", src: sourced{r}, size: int64(len(v.file)), limits: Limits{}.withDefaults(), keys: v.keys}
	return a, a.decrypt()
}

// releasable is what the reference reader releases in order.
func (v *vector) releasable(t *testing.T) []byte {
	t.Helper()
	var in io.Reader = bytes.NewReader(v.file)
	if v.armored {
		in = armor.NewReader(in)
	}
	r, err := age.Decrypt(in, v.native...)
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(r)
	if sum := sha256.Sum256(out); v.payload != "" && v.payload != hex.EncodeToString(sum[:]) {
		t.Fatal("the reference reader releases something else")
	}
	return out
}

// class is the class that a vector must be refused with: headerClass has the
// header failures that are not simply malformed.
func (v *vector) class(name string, got fault.Class) bool {
	switch v.expect {
	case "success":
		return got == ""
	case "no match":
		return got == fault.NoKey
	case "HMAC failure":
		return got == fault.Tampered
	case "payload failure":
		return got == fault.Tampered || got == fault.Truncated
	case "armor failure":
		switch name {
		case "armor_lowercase", "armor_whitespace_begin", "armor_wrong_type":
			return got == fault.NotArchive // not seen to be age at all
		}
		return got == fault.Tampered || got == fault.Truncated
	}
	headerClass := map[string]fault.Class{
		"empty":                    fault.NotArchive,
		"armor_empty":              fault.NotArchive,
		"version_unsupported":      fault.Unsupported,
		"scrypt_work_factor_23":    fault.Limit,
		"scrypt_work_factor_wrong": fault.NoKey,
		"stream_no_nonce":          fault.Truncated,
		"stream_short_nonce":       fault.Truncated,
		"hmac_truncated":           fault.Tampered,
	}
	if want, ok := headerClass[name]; ok {
		return got == want
	}
	return got == fault.Tampered
}

func TestVectors(t *testing.T) {
	files, err := fs.ReadDir(agetest.Vectors, ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 147 {
		t.Fatalf("%d vectors, want 147", len(files))
	}
	dir := t.TempDir()
	for _, f := range files {
		t.Run(f.Name(), func(t *testing.T) {
			b, err := fs.ReadFile(agetest.Vectors, f.Name())
			if err != nil {
				t.Fatal(err)
			}
			v := parseVector(t, b)
			path := filepath.Join(dir, f.Name())
			if err := os.WriteFile(path, v.file, 0o600); err != nil {
				t.Fatal(err)
			}
			disk, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer disk.Close()

			a, err := v.open(t, disk)
			var out []byte
			if err == nil {
				out, err = io.ReadAll(a.section())
			}
			if !v.class(f.Name(), fault.Of(err)) {
				t.Errorf("expect %s: got %v (%s)", v.expect, err, fault.Of(err))
			}
			if v.expect == "success" {
				if sum := sha256.Sum256(out); hex.EncodeToString(sum[:]) != v.payload {
					t.Error("other payload")
				}
				return
			}
			if err == nil {
				t.Fatal("accepted")
			}
			if !bytes.HasPrefix(v.releasable(t), out) {
				t.Errorf("released %d bytes that are not in the payload", len(out))
			}
		})
	}
}

// A flipped bit anywhere in a file of three chunks, and a cut anywhere, are
// seen, and nothing comes out that is not in the payload. Every byte of the
// header and the edges of the chunks are tried, the rest in steps.
func TestEveryFlipAndCut(t *testing.T) {
	keys := testKeys(t)
	plain := noise(9, 2*64*1024+5000)
	whole := seal(t, plain, recipients(keys)...)
	start := payloadStart(t, whole)
	tried := 0
	for at := 0; at < len(whole); at++ {
		edge := (at - start) % encChunk
		if at > start+20 && edge > 20 && edge < encChunk-20 && at%499 != 0 && at < len(whole)-40 {
			continue
		}
		tried++
		for what, in := range map[string][]byte{"flip": change(whole, at, whole[at]^(1<<(at%8))), "cut": whole[:at]} {
			a := &Archive{src: bytes.NewReader(in), size: int64(len(in)), limits: Limits{}.withDefaults(), keys: keys}
			err := a.decrypt()
			if err == nil && !a.protection.Encrypted {
				continue // no longer an age file, and not taken for one
			}
			var out []byte
			if err == nil {
				out, err = io.ReadAll(a.section())
			}
			if err == nil {
				t.Fatalf("%s at %d: accepted", what, at)
			}
			if fault.Of(err) == "" {
				t.Errorf("%s at %d: no class: %v", what, at, err)
			}
			if !bytes.HasPrefix(plain, out) {
				t.Fatalf("%s at %d: released other bytes", what, at)
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d places tried", tried)
	}
}

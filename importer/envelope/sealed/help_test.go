package sealed

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func testKey(t testing.TB, name string) *Key {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ParseKeys(b)
	if err != nil {
		t.Fatal(err)
	}
	return keys[0]
}

func seal(t testing.TB, plain []byte, to ...*Key) []byte {
	t.Helper()
	var public []*Public
	for _, k := range to {
		public = append(public, &k.Public)
	}
	b, err := Seal(plain, public, "session", "s/1/1")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func whole(b []byte, keys ...*Key) (string, error) {
	o, err := Open(bytes.NewReader(b), keys)
	if err != nil {
		return "", err
	}
	plain, err := io.ReadAll(o)
	return string(plain), err
}

// withHeader returns a JWE with other members in its protected header.
func withHeader(t testing.TB, jwe []byte, changes map[string]any) []byte {
	t.Helper()
	head, rest, _ := strings.Cut(string(jwe), ".")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		t.Fatal(err)
	}
	header := map[string]any{}
	if err := json.Unmarshal(raw, &header); err != nil {
		t.Fatal(err)
	}
	for name, v := range changes {
		header[name] = v
	}
	if raw, err = json.Marshal(header); err != nil {
		t.Fatal(err)
	}
	return []byte(base64.RawURLEncoding.EncodeToString(raw) + "." + rest)
}

// shape is a JWE put together by hand, after RFC 7516, section 5.1.
type shape struct {
	cek, iv []byte
	tag     int // bytes of the tag that are kept
}

func (s shape) jwe(t testing.TB, to *Key, plain string) []byte {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	header := b64([]byte(`{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"` + to.id + `"}`))
	wrapped, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, to.jwk.Key.(*rsa.PublicKey), s.cek, nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(s.cek)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCMWithNonceSize(block, len(s.iv))
	if err != nil {
		t.Fatal(err)
	}
	out := gcm.Seal(nil, s.iv, []byte(plain), []byte(header))
	text, tag := out[:len(plain)], out[len(plain):]
	return []byte(strings.Join([]string{header, b64(wrapped), b64(s.iv), b64(text), b64(tag[:s.tag])}, "."))
}

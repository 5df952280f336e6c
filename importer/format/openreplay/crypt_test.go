package openreplay

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"hindsite.app/player/fault"
)

// openssl encrypts a file of the real recording.
func openssl(t *testing.T, data []byte, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl")
	}
	cmd := exec.Command("openssl", append([]string{"enc", "-e"}, args...)...)
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	hexKey = "000102030405060708090a0b0c0d0e0f"
	hexIV  = "f0e0d0c0b0a090807060504030201000"
	rawKey = "an OpenReplay key of 32 bytes --"
)

func TestBothEncryptionsOpen(t *testing.T) {
	plain := readFile(t, "v1/dom.mobs")
	iv := strings.Repeat("0a", 16)
	ivBytes := bytes.Repeat([]byte{0x0a}, 16)
	encode := func(s string) string { return strings.ToLower(hexOf(s)) }
	for _, c := range []struct {
		name, key string
		data      []byte
	}{
		{"CBC of the player", hexKey + hexIV + "\n", openssl(t, plain, "-aes-128-cbc", "-K", hexKey, "-iv", hexIV)},
		{"CTR of the storage", rawKey, append(bytes.Clone(ivBytes), openssl(t, plain, "-aes-256-ctr", "-K", encode(rawKey), "-iv", iv)...)},
		{"CTR, the key as digits", encode(rawKey), append(bytes.Clone(ivBytes), openssl(t, plain, "-aes-256-ctr", "-K", encode(rawKey), "-iv", iv)...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, err := ParseKey([]byte(c.key))
			if err != nil {
				t.Fatal(err)
			}
			got, err := k.Decrypt(c.data)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, plain) {
				t.Error("the decrypted file is not the one that was encrypted")
			}
			if _, err := newScanner(t.Context(), limits()).file("dom.mobs", c.data); fault.Of(err) != fault.Unsupported || !strings.Contains(err.Error(), "encrypted") {
				t.Errorf("plain import of it: %v, want a refusal that says that it is encrypted", err)
			}
		})
	}
}

func TestWrongKeysAreRefused(t *testing.T) {
	data := openssl(t, readFile(t, "v2/dom.mobe"), "-aes-128-cbc", "-K", hexKey, "-iv", hexIV)
	k, err := ParseKey([]byte(hexIV + hexKey))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Decrypt(data); fault.Of(err) != fault.NoKey {
		t.Errorf("another key: %v, want NoKey", err)
	}
	if _, err := k.Decrypt(readFile(t, "v2/dom.mobe")); fault.Of(err) != fault.Unsupported {
		t.Errorf("a file that is not encrypted: %v, want Unsupported", err)
	}
	for _, text := range []string{"", "00", strings.Repeat("zz", 32), strings.Repeat("a", 31)} {
		if _, err := ParseKey([]byte(text)); fault.Of(err) != fault.NoKey {
			t.Errorf("key %q: %v, want NoKey", text, err)
		}
		if _, err := ParseKey([]byte(text)); err != nil && text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
}
